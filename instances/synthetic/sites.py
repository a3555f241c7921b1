"""Where services stand today and where they could be built: a county with gaps.

Each service has two rules: which share of the places has the service today, and which places may get it. The first is a
table of shares by settlement level; the second follows the `hosts` of county.toml.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .settlements import Place
from .terrain import Dice, Terrain

TOWN, CENTRAL, SEAT, CORE, VILLAGE, HAMLET = (
    "county_town", "central_town", "township_seat", "central_village", "village", "hamlet",
)  # fmt: skip


@dataclass(frozen=True)
class Spot:
    """A site on its way to a row; ``size`` and ``capacity`` only where it stands today."""

    service: str
    place: Place
    name: str
    name_en: str
    status: str
    size: str = ""
    capacity: int | None = None
    second: bool = False


@dataclass(frozen=True)
class Facility:
    """How a service is spread: share in per cent of a level that has one today, and the levels that may get one."""

    name: str
    name_en: str
    today: dict[str, int]
    candidates: tuple[str, ...]
    size: Callable[[Place, Dice], tuple[str, int | None]]
    seats_only: bool = False
    second: tuple[str, ...] = ()


def fixed(size: str) -> Callable[[Place, Dice], tuple[str, int | None]]:
    """The same size everywhere."""
    return lambda place, dice: (size, None)


def _kindergarten(place: Place, dice: Dice) -> tuple[str, int | None]:
    if place.level == TOWN:
        return "9-classes", None
    if place.level in (CENTRAL, SEAT):
        return "6-classes", None
    return "3-classes", None if dice.below(2) else 45


def _primary(place: Place, dice: Dice) -> tuple[str, int | None]:
    if place.level == TOWN:
        return "24-classes", None if dice.below(3) else 1000
    if place.level in (CENTRAL, SEAT):
        return ("12-classes" if place.level == CENTRAL else "6-classes"), None
    return "4-classes", None if place.level == CORE else 60


def _junior(place: Place, dice: Dice) -> tuple[str, int | None]:
    if place.level == TOWN:
        return "24-classes", None
    return "12-classes", None if place.level == CENTRAL else 450 + 50 * dice.below(3)


def _health(place: Place, dice: Dice) -> tuple[str, int | None]:
    del dice
    return {TOWN: "80-beds", CENTRAL: "20-beds"}.get(place.level, "10-beds"), None


FACILITIES = {
    "clinic_village": Facility(
        "卫生室", "Clinic", {SEAT: 100, CORE: 90, VILLAGE: 71}, (CORE, VILLAGE, HAMLET), fixed("standard")
    ),
    "fitness": Facility(
        "健身场地", "Fitness Site", {TOWN: 60, CENTRAL: 70, SEAT: 80, CORE: 60, VILLAGE: 27},
        (TOWN, CENTRAL, SEAT, CORE, VILLAGE, HAMLET), fixed("village-set"),
    ),
    "culture_station": Facility(
        "文化站", "Culture Station", {TOWN: 100, CENTRAL: 100, SEAT: 50}, (TOWN, CENTRAL, SEAT, CORE), fixed("station"),
        seats_only=True,
    ),
    "elderly_care": Facility(
        "养老服务点", "Elderly Care Point", {TOWN: 40, CENTRAL: 60, SEAT: 50, CORE: 25, VILLAGE: 6},
        (TOWN, CENTRAL, SEAT, CORE, VILLAGE), fixed("point"),
    ),
    "kindergarten": Facility(
        "幼儿园", "Kindergarten", {TOWN: 50, CENTRAL: 100, SEAT: 100, CORE: 50, VILLAGE: 8},
        (TOWN, CENTRAL, SEAT, CORE), _kindergarten, second=(CENTRAL, SEAT),
    ),
    "school_primary": Facility(
        "小学", "Primary School", {TOWN: 32, CENTRAL: 100, SEAT: 100, CORE: 72, VILLAGE: 19},
        (TOWN, CENTRAL, SEAT, CORE), _primary, second=(CENTRAL, SEAT),
    ),
    "school_junior": Facility(
        "中学", "Junior High School", {TOWN: 15, CENTRAL: 100, SEAT: 80}, (TOWN, CENTRAL, SEAT), _junior,
        second=(CENTRAL,),
    ),
    "school_senior": Facility("高级中学", "Senior High School", {TOWN: 15}, (TOWN,), fixed("36-classes")),
    "health_township": Facility(
        "卫生院", "Health Centre", {TOWN: 100, CENTRAL: 100, SEAT: 80}, (TOWN, CENTRAL, SEAT), _health, seats_only=True,
        second=(TOWN, CENTRAL),
    ),
    "hospital_county": Facility(
        "县人民医院", "County Hospital", {TOWN: 100}, (TOWN,), fixed("400-beds"), seats_only=True, second=(TOWN,)
    ),
}  # fmt: skip
HAMLET_MIN = {"clinic_village": 30, "fitness": 76}  # persons; smaller hamlets are no candidates
HAMLET_FAR2 = {"clinic_village": 30, "fitness": 9}  # squared distance in cells to the main settlement of the village
VILLAGE_MIN = {"elderly_care": 250}


def find(terrain: Terrain, places: list[Place], dice: Dice, limit: int | None) -> list[Spot]:
    """Every site of every service; at most ``limit`` candidates a service, the most populous places first."""
    home = {p.id: p for p in places}
    spots: list[Spot] = []
    for service, facility in FACILITIES.items():
        found: list[Spot] = []
        today = _today(facility, places, dice)
        for place in places:
            if facility.seats_only and place.level in (TOWN, CENTRAL, SEAT) and not place.is_seat:
                continue
            found += _at(terrain, service, facility, place, home, dice, place.id in today)
        if limit is not None:
            ranked = sorted(
                (s for s in found if s.status == "candidate"), key=lambda s: (-s.place.population, s.place.id)
            )
            keep = {id(s) for s in ranked[:limit]}
            found = [s for s in found if s.status == "existing" or id(s) in keep]
        if not any(s.status == "existing" for s in found):
            found = [_existing(service, facility, places[0], dice), *(s for s in found if s.place != places[0])]
        spots += found
    return spots


def _at(
    terrain: Terrain,
    service: str,
    facility: Facility,
    place: Place,
    home: dict[str, Place],
    dice: Dice,
    stands: bool,
) -> list[Spot]:
    here: list[Spot] = []
    if stands:
        here.append(_existing(service, facility, place, dice))
        if place.level in facility.second and place.is_seat:
            here.append(_candidate(service, facility, place, second=True))
    elif place.level in facility.candidates and _is_worth(terrain, service, place, home):
        here.append(_candidate(service, facility, place))
    return here


def _today(facility: Facility, places: list[Place], dice: Dice) -> set[str]:
    """Ids of the places that have the service today: of each level its share, rounded, drawn by lot."""
    chosen: set[str] = set()
    for level, share in facility.today.items():
        only_seats = facility.seats_only or level in (CENTRAL, SEAT)
        urn = [p.id for p in places if p.level == level and (p.is_seat or not only_seats)]
        for _ in range((len(urn) * share + 50) // 100):
            chosen.add(urn.pop(dice.below(len(urn))))
    return chosen


def _is_worth(terrain: Terrain, service: str, place: Place, home: dict[str, Place]) -> bool:
    if place.level == HAMLET:
        far2 = terrain.distance2(place.cell, home[place.village].cell)
        return place.population >= HAMLET_MIN[service] and far2 >= HAMLET_FAR2[service]
    return place.level != VILLAGE or place.population >= VILLAGE_MIN.get(service, 0)


def _existing(service: str, facility: Facility, place: Place, dice: Dice) -> Spot:
    size, capacity = facility.size(place, dice)
    return Spot(service, place, *_title(facility, place, ""), "existing", size, capacity)


def _candidate(service: str, facility: Facility, place: Place, second: bool = False) -> Spot:
    return Spot(service, place, *_title(facility, place, "第二" if second else ""), "candidate", second=second)


def _title(facility: Facility, place: Place, number: str) -> tuple[str, str]:
    base = place.name.removesuffix("集镇").removesuffix("社区")
    base_en = place.name_en.removesuffix(" Seat").removesuffix(" Neighbourhood").removesuffix(" Village")
    if place.level == TOWN and facility.name == "县人民医院":
        base, base_en = "云岭", "Yunling"
    return f"{base}{number}{facility.name}", f"{base_en} {'Second ' if number else ''}{facility.name_en}"
