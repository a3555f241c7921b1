"""Settlements of a planner's list: every row a place, with or without coordinates.

An id is taken as it is, or made from the row. A level that the list states is kept; a kind that is not known counts
as a village, and is noted. Columns that end in ``_persons`` are groups of people and pass into the county folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from siting.errors import Fault, InputRefused

from .. import tags as meaning
from ..geography.boundary import Boundary
from ..geography.crs import WGS84, Reference
from ..networks import osm
from ..tables import columns
from ..tables.cells import Cells, Understood
from ..tables.listing import Listing, read_listing
from ..tables.matching import Sought, locate
from .places import LEVELS, Place

MOST_PERSONS = 100_000_000
NEEDED = ("name", "population_persons")
CHINESE_LEVELS = {
    "城市": "city", "市区": "city", "县城": "county_town", "城区": "county_town", "县城社区": "county_town",
    "中心镇": "central_town", "重点镇": "central_town", "镇": "central_town", "镇区": "central_town",
    "乡": "township_seat", "乡镇": "township_seat", "集镇": "township_seat", "乡镇驻地": "township_seat",
    "乡镇政府驻地": "township_seat", "中心村": "central_village", "行政村": "village", "基层村": "village",
    "一般村": "village", "村": "village", "自然村": "hamlet", "村民小组": "hamlet", "组": "hamlet",
}  # fmt: skip


@dataclass(frozen=True)
class ListedPlace:
    """A place with the row where it stands; ``placed`` is False where the row has no coordinates."""

    place: Place
    row: int
    placed: bool


@dataclass(frozen=True)
class PlaceList:
    """All rows of a list. ``has_people`` is False where the list leaves the people to another source."""

    file: str
    rows: tuple[ListedPlace, ...]
    has_people: bool = True


def read_places(path: Path, notes: list[Fault], *, reference: Reference = WGS84) -> PlaceList:
    """`collect_places`, but `InputRefused` for faulty rows too: E111, E206, E207, E214, E217, E265, E266."""
    faults: list[Fault] = []
    listed = collect_places(path, notes, faults, reference=reference)
    if faults:
        raise InputRefused(faults)
    return listed


def collect_places(
    path: Path, notes: list[Fault], faults: list[Fault], *, people_elsewhere: bool = False,
    reference: Reference = WGS84,
) -> PlaceList:  # fmt: skip
    """Settlements of a planner's list; what is wrong in its rows goes to ``faults``.

    ``people_elsewhere`` lets the people column be missing; ``reference`` is the coordinate system of its degrees.

    Raises `InputRefused` where the table cannot be read as one: E205, E208, E213, E260-E264, E106.
    """
    needed = NEEDED[:1] if people_elsewhere else NEEDED
    listing = read_listing(
        path, columns.SETTLEMENTS, needed, instead=columns.SETTLEMENTS_INSTEAD, summed="population_persons"
    )
    notes += listing.notes
    groups = tuple(c for c in listing.columns if c.endswith("_persons") and c != "population_persons")
    ignored = sorted(set(listing.others) - set(groups))
    notes += [Fault("N213", listing.file, column=column, values={"column": column}) for column in ignored]
    understood = Understood()
    first: dict[str, int] = {}
    rows = []
    for row, values in listing.rows:
        listed = _read(Cells(listing, row, values, faults, understood), groups, reference, notes)
        if listed.place.id in first:
            twice = {"id": listed.place.id, "first": first[listed.place.id]}
            faults.append(Fault("E207", listing.file, row, "id", twice))
        first.setdefault(listed.place.id, row)
        rows.append(listed)
    if not rows:
        faults.append(Fault("E119", listing.file))
    notes += understood.notes(listing.file)
    return PlaceList(listing.file, tuple(rows), "population_persons" in listing.columns)


def _read(cells: Cells, groups: Sequence[str], reference: Reference, notes: list[Fault]) -> ListedPlace:
    """One row of the list."""
    listing: Listing = cells.listing
    said = cells.text("level").lower().replace(" ", "_")
    level = CHINESE_LEVELS.get(said, said)
    kind = cells.text("place").lower() or (level if level not in LEVELS else "")
    name = cells.must("name")
    ident = cells.ident("id", f"row{cells.row}")
    if level not in LEVELS and kind not in meaning.SETTLEMENT_PLACES:
        values = {"id": ident, "name": name, "kind": kind or "-"}
        notes.append(Fault("W211", listing.file, cells.row, values=values))
        kind = "village"
    urban = {"是": "1", "否": "0", "城镇": "1", "乡村": "0"}.get(cells.text("urban"), cells.text("urban"))
    point = cells.point(reference)
    people = "population_persons" in listing.columns
    place = Place(
        id=ident,
        name=name,
        kind=kind,
        lon=point[0] if point else 0.0,
        lat=point[1] if point else 0.0,
        persons=cells.whole("population_persons", MOST_PERSONS) if people else 0,
        source=cells.text("population_source") or listing.file,
        level=level if level in LEVELS else "",
        urban=int(urban) if urban in ("0", "1") else None,
        name_en=cells.text("name_en"),
        township=cells.text("township"),
        village=cells.text("village"),
        groups={group: cells.whole(group, MOST_PERSONS) for group in groups},
    )
    return ListedPlace(place, cells.row, point is not None)


def place_all(
    listed: PlaceList, features: Sequence[osm.Feature], boundary: Boundary, notes: list[Fault], *, leave_out: bool
) -> list[Place]:
    """The places of a list where they are, those without coordinates found by name in the extract.

    ``leave_out`` leaves out what is not found, with a warning each. Raises `InputRefused`: E270-E272.
    """
    sought = [
        Sought(row.place.id, row.place.name, row.place.township, row.row)
        for row in listed.rows
        if not row.placed and row.place.name
    ]
    found = locate(listed.file, sought, features, boundary, notes, leave_out=leave_out)
    places: list[Place] = []
    for row in listed.rows:
        if row.placed:
            places.append(row.place)
        elif row.place.id in found:
            feature = found[row.place.id]
            places.append(replace(row.place, lon=feature.lon, lat=feature.lat))
    numbers = {row.place.id: row.row for row in listed.rows}
    inside = boundary.holds([p.lon for p in places], [p.lat for p in places])
    for place, keep in zip(places, inside, strict=True):
        if not keep:
            notes.append(Fault("W210", listed.file, numbers[place.id], values={"id": place.id, "name": place.name}))
    return [place for place, keep in zip(places, inside, strict=True) if keep]
