"""Sites beside the ordinary ones: transfer stations, schools and a hospital across the border, beds, shared plots.

A row of ``sites.csv`` is a dict of texts by column here.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from math import hypot

from .network import RoadMap
from .red_lines import LAT_E5, LON_E5, METRES_PER_LAT, METRES_PER_LON, Zone, degrees, is_free
from .settlements import Place
from .terrain import CELL_M, Dice, Terrain

SITE_COLUMNS = (
    "id", "service", "name", "name_en", "settlement", "lon", "lat", "status", "size", "capacity_persons",
    "beds_persons", "capacity_tpd", "outside", "plot", "source",
)  # fmt: skip
Row = dict[str, str]
Spot = tuple[int, int]

HOMES_M, WATER_M = 230, 230  # a little more than `keep_away` of the waste service
STATION_REACH_M = 3000
SHARING = ("culture_station", "elderly_care", "clinic_village")


def add_beds(rows: list[Row], places: list[Place], dice: Dice) -> None:
    """Beds of today: in most junior high and half of the primary schools of the townships."""
    level = {p.id: p.level for p in places}
    for row in rows:
        if row["status"] == "existing" and level[row["settlement"]] in ("central_town", "township_seat"):
            if row["service"] == "school_junior" and dice.below(4):
                row["beds_persons"] = str(120 + 30 * dice.below(3))
            elif row["service"] == "school_primary" and dice.below(2):
                row["beds_persons"] = str(40 + 20 * dice.below(3))


def share_plots(rows: list[Row], places: list[Place]) -> None:
    """One plot for culture, elderly care and clinic in each seat and central village that may get one of them."""
    for place in places:
        if not (place.is_seat or place.level == "central_village"):
            continue
        here = [row for row in rows if row["settlement"] == place.id and row["service"] in SHARING]
        new = [row for row in here if row["status"] == "candidate"]
        if len(here) < 2 or not new:
            continue
        for row in here:
            row["plot"] = f"PL-{place.id}"
        for row in new[1:]:
            row["lon"], row["lat"] = new[0]["lon"], new[0]["lat"]


def stations(
    terrain: Terrain, places: list[Place], at: dict[str, Spot], roads: RoadMap, zones: list[Zone], limit: int | None
) -> list[tuple[Row, Spot]]:
    """Transfer stations near seats and central villages, away from homes and water; every third seat has one today."""
    homes = _Homes(at.values())
    dry = Dry(terrain, zones)
    free = [
        spot
        for _, spot in sorted(roads.place.items())
        if homes.away(spot) and is_free(zones, degrees(terrain, *spot)) and dry.away(spot)
    ]
    seats = [p for p in places if p.is_seat]
    central = sorted((p for p in places if p.level == "central_village"), key=lambda p: (-p.population, p.id))
    found: list[tuple[Row, Spot]] = []
    taken: set[Spot] = set()
    built = 0
    for number, place in enumerate([*seats, *central]):
        x, y = at[place.id]
        near = sorted((hypot(s[0] - x, s[1] - y), s) for s in free if s not in taken)
        runs = number < len(seats) and number % 3 == 0
        if not near or (near[0][0] > STATION_REACH_M and number) or (not runs and limit is not None and built >= limit):
            continue
        taken.add(near[0][1])
        built += not runs
        found.append((_station(place, runs, number == 0), near[0][1]))
    return found


class _Homes:
    """Settlements in boxes of `HOMES_M` metres."""

    def __init__(self, spots: Iterable[Spot]) -> None:
        self._boxes: dict[Spot, list[Spot]] = {}
        for x, y in spots:
            self._boxes.setdefault((x // HOMES_M, y // HOMES_M), []).append((x, y))

    def away(self, spot: Spot) -> bool:
        """Whether every settlement is at least `HOMES_M` away."""
        column, row = spot[0] // HOMES_M, spot[1] // HOMES_M
        around = [(column + right, row + up) for right in (-1, 0, 1) for up in (-1, 0, 1)]
        near = (home for box in around for home in self._boxes.get(box, ()))
        return all(hypot(spot[0] - x, spot[1] - y) >= HOMES_M for x, y in near)


class Dry:
    """The protected waters of a county, to be kept away from."""

    def __init__(self, terrain: Terrain, zones: list[Zone]) -> None:
        self._rings = [_metres(terrain, zone) for zone in zones if zone.kind == "water"]

    def away(self, spot: Spot) -> bool:
        """Whether all water is at least `WATER_M` away."""
        return all(_away_m(spot, ring) >= WATER_M for ring in self._rings)


def _station(place: Place, runs: bool, is_town: bool) -> Row:
    base = "云岭县城" if is_town else place.name.removesuffix("集镇")
    base_en = "Yunling Town" if is_town else place.name_en.removesuffix(" Seat").removesuffix(" Village")
    size = ("100-tpd" if is_town else "15-tpd") if runs else ""
    row = dict.fromkeys(SITE_COLUMNS, "")
    row |= {"id": f"WS-{place.id}", "service": "waste", "settlement": place.id, "size": size, "source": "SYN"}
    row |= {"name": f"{base}垃圾转运站", "name_en": f"{base_en} Transfer Station"}
    row |= {"status": "existing" if runs else "candidate"}
    row["capacity_tpd"] = "12" if runs and not is_town else ""
    return row


def across_the_border(roads: RoadMap) -> list[tuple[Row, Spot]]:
    """A primary and a junior high school where the national road leaves in the west, a hospital in the east."""
    ends = sorted(roads.place[cell] for e in roads.edges if e.road_class == "national" for cell in (e.tail, e.head))
    west, east = ends[0], ends[-1]
    about = (
        ("OUT-PS", "school_primary", "邻县石门小学", "Shimen Primary School (next county)", "90", "", west),
        ("OUT-JS", "school_junior", "邻县石门中学", "Shimen Junior High School (next county)", "150", "60", west),
        ("OUT-HO", "hospital_county", "邻县人民医院", "Hospital of the next county", "20000", "", east),
    )
    rows = []
    for ident, service, name, name_en, capacity, beds, spot in about:
        row = dict.fromkeys(SITE_COLUMNS, "")
        row |= {"id": ident, "service": service, "name": name, "name_en": name_en, "status": "existing"}
        row |= {"capacity_persons": capacity, "beds_persons": beds, "outside": "1", "source": "A-outside"}
        rows.append((row, spot))
    return rows


def _metres(terrain: Terrain, zone: Zone) -> list[tuple[float, float]]:
    """The ring of a zone in metres from the south-west corner of the grid."""
    half = terrain.side * CELL_M / 2
    return [
        (half + (lon - LON_E5) * METRES_PER_LON / 100_000, half + (lat - LAT_E5) * METRES_PER_LAT / 100_000)
        for lon, lat in zone.ring
    ]


def _away_m(spot: Spot, ring: list[tuple[float, float]]) -> float:
    """Distance from a spot to the nearest side of a ring."""
    nearest = float("inf")
    for (x0, y0), (x1, y1) in pairwise(ring):
        dx, dy = x1 - x0, y1 - y0
        along = ((spot[0] - x0) * dx + (spot[1] - y0) * dy) / ((dx * dx + dy * dy) or 1)
        along = min(1.0, max(0.0, along))
        nearest = min(nearest, hypot(spot[0] - x0 - along * dx, spot[1] - y0 - along * dy))
    return nearest
