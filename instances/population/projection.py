r"""People in a later year: growth by settlement level, then relocation, then concentration in towns.

    grown_i = P_i (1 + g_l / 100)^n                n years, g_l per cent a year of level l; whole persons, halves up
    moved_i = grown_i - out_i + in_i               the relocation list, person by person
    leave_i = moved_i c / 100, rounded down        for villages and hamlets; c per cent in all years together
    P'_i    = moved_i - leave_i + sum of leave_j   where i is the town that j goes to

A village goes to the largest town of its township (city, county town, central town or township seat), else to the
nearest town. Relocation and concentration keep the total. Groups that the list itself gave are scaled with their
settlement; groups that are shares of the residents are computed afterwards, from the people of the later year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from siting.errors import Fault, InputRefused

from ..networks.roads import distance_m
from ..tables import columns
from ..tables.cells import rows_of
from ..tables.listing import Listing, read_listing
from ..tables.matching import stem
from .places import LEVELS, Place
from .places_listed import CHINESE_LEVELS

TOWNS = frozenset({"city", "county_town", "central_town", "township_seat"})
EVERY = ("all", "*", "全部", "全县", "所有", "其他")
STEEPEST_PCT = 20


@dataclass(frozen=True)
class Growth:
    """Per cent a year by level; levels that are not named take ``otherwise``."""

    by_level: Mapping[str, Decimal]
    otherwise: Decimal = Decimal(0)

    def pct(self, level: str) -> Decimal:
        """Per cent a year of a level."""
        return self.by_level.get(level, self.otherwise)


@dataclass(frozen=True)
class Move:
    """People who are resettled: ids of settlements, and how many."""

    source: str
    target: str
    persons: int


def read_growth(path: Path, notes: list[Fault]) -> Growth:
    """The growth table. Raises `InputRefused`: E205, E206, E280 an unknown level or one that stands twice."""
    listing = read_listing(path, columns.GROWTH, ("level", "growth_pct_per_year"))
    notes += listing.notes
    rates: dict[str, Decimal] = {}
    for cells in rows_of(listing, notes):
        word = cells.must("level")
        level = "all" if word.lower() in EVERY else CHINESE_LEVELS.get(word, word.lower().replace(" ", "_"))
        if (level not in LEVELS and level != "all") or level in rates:
            cells.fault("E280", "level", value=word, known=", ".join([*LEVELS, "all"]))
        rates[level] = cells.decimal("growth_pct_per_year", -STEEPEST_PCT, STEEPEST_PCT)
    return Growth({k: v for k, v in rates.items() if k != "all"}, rates.get("all", Decimal(0)))


def read_moves(path: Path, notes: list[Fault]) -> Listing:
    """The relocation list. Raises `InputRefused`: E205, E208, E213, E260-E264."""
    listing = read_listing(path, columns.RELOCATION, ("from", "to", "persons"), summed="persons")
    notes += listing.notes
    return listing


def moves_of(listing: Listing, places: Sequence[Place], notes: list[Fault]) -> list[Move]:
    """The moves between ``places``, named by id or name. Raises `InputRefused`: E206, E281 no such place or several."""
    moves = []
    for cells in rows_of(listing, notes):
        ends = []
        for column in ("from", "to"):
            said = cells.must(column)
            found = [p for p in places if p.id == said] or [p for p in places if stem(p.name) == stem(said)]
            if len(found) != 1:
                cells.fault("E281", column, value=said, count=len(found))
            ends.append(found[0].id if found else "")
        moves.append(Move(ends[0], ends[1], cells.whole("persons", 100_000_000)))
    return moves


def grown(persons: int, pct_per_year: Decimal, years: int) -> int:
    """Persons after ``years`` of growth, halves up."""
    factor = (1 + pct_per_year / 100) ** years
    return int((persons * factor).to_integral_value(ROUND_HALF_UP))


def project(
    places: Sequence[Place],
    years: int,
    growth: Growth,
    moves: Sequence[Move] = (),
    concentration_pct: Decimal = Decimal(0),
) -> list[Place]:
    """The places with the people of a later year; levels must be fixed.

    Raises `InputRefused` with E282 where more people are moved than live in a place.
    """
    persons = {place.id: grown(place.persons, growth.pct(place.level), years) for place in places}
    faults = []
    for move in moves:
        if move.persons > persons[move.source]:
            values = {"id": move.source, "persons": move.persons, "there": persons[move.source]}
            faults.append(Fault("E282", values=values))
        persons[move.source] -= move.persons
        persons[move.target] += move.persons
    if faults:
        raise InputRefused(faults)
    leaving = {
        place.id: int(persons[place.id] * concentration_pct / 100) for place in places if place.level not in TOWNS
    }
    for place in places:
        if (count := leaving.get(place.id, 0)) and (town := town_of(place, places)) is not None:
            persons[place.id] -= count
            persons[town.id] += count
    return [_scaled(place, persons[place.id]) for place in places]


def town_of(place: Place, places: Sequence[Place]) -> Place | None:
    """Where the people of a village go: the largest town of its township, else the nearest town; None without towns."""
    towns = [p for p in places if p.level in TOWNS and p.id != place.id]
    own = [p for p in towns if place.township and place.township in (p.township, p.name)]
    if own:
        return min(own, key=lambda p: (-p.persons, p.id))
    return min(towns, key=lambda p: (distance_m(p.lon, p.lat, place.lon, place.lat), p.id), default=None)


def _scaled(place: Place, persons: int) -> Place:
    """The place with other people, its groups in proportion."""
    if persons == place.persons:
        return place
    groups = {}
    for group, count in place.groups.items():
        share = Decimal(count) * persons / place.persons if place.persons else Decimal(0)
        groups[group] = int(share.to_integral_value(ROUND_HALF_UP))
    return replace(place, persons=persons, groups=groups)
