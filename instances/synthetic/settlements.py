"""The rows of ``settlements.csv``: names, levels, people."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import people
from .names import pool, quarter
from .places import Township
from .terrain import Dice, Terrain

CENTRAL_TOWN_PEOPLE = 6_400
SEAT_PEOPLE = 1_450


@dataclass(frozen=True)
class Place:
    """A settlement on its way to a row; ``weight`` is its part of the people of its kind."""

    id: str
    name: str
    name_en: str
    level: str
    township: str
    village: str
    urban: int
    cell: int
    weight: int
    population: int = 0
    town_number: int = 0
    township_en: str = ""
    is_seat: bool = False


def inhabit(terrain: Terrain, townships: list[Township], dice: Dice, villages: int) -> list[Place]:
    """All settlements, town by town, with their people."""
    places: list[Place] = []
    town_names = pool(dice)
    for number, township in enumerate(townships):
        town, town_en = ("云岭", "Yunling") if number == 0 else town_names[number]
        kind, kind_en = ("乡", "Township") if township.level == "township_seat" else ("镇", "Town")
        places += _seat(township, number, (town, town_en), kind, kind_en, dice)
        places += _country(terrain, townships[0].seat, township, number, town + kind, dice)
    return _crown(_count(places, villages), villages)


def _seat(township: Township, number: int, town: tuple[str, str], kind: str, kind_en: str, dice: Dice) -> list[Place]:
    level = township.level
    rows = []
    for k, cell in enumerate(township.quarters):
        if number == 0:
            name, name_en = quarter(k)
        elif k == 0:
            name, name_en = f"{town[0]}{kind}集镇", f"{town[1]} {kind_en} Seat"
        else:
            name, name_en = f"{town[0]}{kind}新街社区", f"{town[1]} New Street Neighbourhood"
        weight = dice.between(70, 130) * (100 if number else max(40, 100 - 3 * k))
        urban = int(level != "township_seat")
        ident = f"T{number + 1:02d}-N{k + 1:02d}"
        rows.append(
            Place(
                ident,
                name,
                name_en,
                level,
                town[0] + kind,
                "",
                urban,
                cell,
                weight,
                town_number=number,
                is_seat=k == 0,
                township_en=f"{town[1]} {kind_en}",
            )
        )
    return rows


def _country(terrain: Terrain, centre: int, township: Township, number: int, town: str, dice: Dice) -> list[Place]:
    names = pool(dice)
    rows = []
    for k, village in enumerate(township.villages):
        name, name_en = names.pop()
        ident = f"T{number + 1:02d}-V{k + 1:02d}"
        near = 1000 - min(600, terrain.distance2(centre, village.cell) * 600 // (terrain.side * terrain.side // 6))
        weight = dice.between(120, 330) * near // 100
        rows.append(
            Place(
                ident,
                name + "村",
                name_en + " Village",
                "village",
                town,
                ident,
                0,
                village.cell,
                weight,
                town_number=number,
            )
        )
        for h, hamlet in enumerate(village.hamlets):
            name, name_en = names.pop()
            size = dice.between(30, 140) * dice.between(40, 100) // 100
            rows.append(
                Place(
                    f"{ident}-H{h + 1}",
                    name,
                    name_en,
                    "hamlet",
                    town,
                    ident,
                    0,
                    hamlet,
                    size * near // 100,
                    town_number=number,
                )
            )
    return rows


def _count(places: list[Place], villages: int) -> list[Place]:
    """Share the people of the census out over the settlements."""
    total, rural = people.scaled(people.CENSUS_PEOPLE, villages), people.scaled(people.CENSUS_RURAL, villages)
    towns = len({p.town_number for p in places if p.level == "central_town"})
    seats = len({p.town_number for p in places if p.level == "township_seat"})
    parts = {
        "central_town": CENTRAL_TOWN_PEOPLE * towns,
        "township_seat": SEAT_PEOPLE * seats,
    }
    parts["county_town"] = total - rural - parts["central_town"]
    parts["country"] = rural - parts["township_seat"]
    found: dict[str, int] = {}
    for kind, amount in parts.items():
        rows = [p for p in places if (p.level if p.level in parts else "country") == kind]
        if rows:
            found |= dict(zip((p.id for p in rows), people.share_out(amount, [p.weight for p in rows]), strict=True))
    return [replace(p, population=found[p.id]) for p in places]


def _crown(places: list[Place], villages: int) -> list[Place]:
    """A fifth of the villages are central villages: those with most people, and at least one a township."""
    size: dict[str, int] = {}
    for place in places:
        if place.village:
            size[place.village] = size.get(place.village, 0) + place.population
    ranked = sorted(size, key=lambda v: (-size[v], v))
    first = {v[:3]: v for v in reversed(ranked)}
    chosen = set(first.values())
    for village in ranked:
        if len(chosen) >= villages // 5:
            break
        chosen.add(village)
    return [replace(p, level="central_village") if p.id in chosen else p for p in places]
