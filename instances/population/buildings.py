"""A township's known total spread over its settlements by the floor area of buildings: an estimate, marked as one.

Every building belongs to the nearest settlement of the county within `REACH_M`; its weight is the area of its footprint
times its levels (attribute ``building:levels``, ``levels``, 层数; else one). A township in which no settlement has a
building is spread evenly, and listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely

from siting.errors import Fault, InputRefused

from ..geography.flat import Flat
from ..geography.vector import Shape, read_shapes
from ..tables import amounts, columns
from ..tables.cells import rows_of
from ..tables.listing import read_listing
from ..tables.matching import stem
from .places import Place, spread

REACH_M = 5000.0
MOST_LEVELS = 100
_LEVELS = ("building:levels", "building_levels", "levels", "floors", "层数", "楼层")


@dataclass(frozen=True)
class Totals:
    """Known persons by township (its `stem`; "" for the whole county), with the name and row of each."""

    file: str
    persons: Mapping[str, int]
    rows: Mapping[str, tuple[str, int]]


def read_totals(path: Path, notes: list[Fault]) -> Totals:
    """The table of totals. Raises `InputRefused`: E205-E208, E207 a township twice, E260-E266."""
    listing = read_listing(path, columns.TOTALS, ("township", "population_persons"), summed="population_persons")
    notes += listing.notes
    persons: dict[str, int] = {}
    rows: dict[str, tuple[str, int]] = {}
    for cells in rows_of(listing, notes):
        name = cells.must("township")
        key = "" if name in ("全县", "全域", "all", "*") else stem(name)
        if key in persons:
            cells.fault("E207", "township", id=name, first=rows[key][1])
        persons[key] = cells.whole("population_persons", 100_000_000)
        rows[key] = (name, cells.row)
    return Totals(listing.file, persons, rows)


def floor_areas_dm2(path: Path, places: Sequence[Place]) -> list[int]:
    """Floor area of the buildings nearest to each place, in whole square decimetres. Raises as `read_shapes` does."""
    shapes = [s for s in read_shapes(path) if s.geometry.geom_type in ("Polygon", "MultiPolygon")]
    if not shapes:
        raise InputRefused(Fault("E275", path.name, values={"name": path.name, "reason": "no polygons"}))
    flat = Flat.at([place.lat for place in places])
    areas = shapely.area(flat.shape(np.array([s.geometry for s in shapes], dtype=object)))
    areas = areas * np.array([_levels(shape) for shape in shapes])
    middle = shapely.centroid(np.array([s.geometry for s in shapes], dtype=object))
    metres, at = flat.nearest(
        shapely.get_x(middle), shapely.get_y(middle), [p.lon for p in places], [p.lat for p in places]
    )
    near = metres <= REACH_M
    return [round(100 * float(a)) for a in np.bincount(at[near], weights=areas[near], minlength=len(places))]


def _levels(shape: Shape) -> int:
    """Levels of a building, 1 where they are not said."""
    for key in _LEVELS:
        number = amounts.decimal(shape.attributes.get(key, ""))
        if number is not None and 1 <= number <= MOST_LEVELS:
            return int(number)
    return 1


def spread_totals(
    places: Sequence[Place], totals: Totals, areas_dm2: Sequence[int], source: str, notes: list[Fault]
) -> list[Place]:
    """The places with the people of their township's total, in proportion to floor area.

    A place whose township has no total keeps its people, and is listed. Raises `InputRefused` with E286 for a total
    whose township has no settlement.
    """
    members: dict[str, list[int]] = {key: [] for key in totals.persons}
    for k, place in enumerate(places):
        key = stem(place.township) if stem(place.township) in members else stem(place.name)
        key = key if key in members else ""
        if key in members:
            members[key].append(k)
        else:
            values = {"id": place.id, "name": place.name, "township": place.township or "-", "persons": place.persons}
            notes.append(Fault("W245", totals.file, values=values))
    faults = [
        Fault("E286", totals.file, totals.rows[key][1], "township", {"name": totals.rows[key][0]})
        for key, found in members.items()
        if not found
    ]
    if faults:
        raise InputRefused(faults)
    new = list(places)
    for key, found in members.items():
        weights = [areas_dm2[k] for k in found]
        if not sum(weights):
            notes.append(Fault("W247", totals.file, totals.rows[key][1], values={"name": totals.rows[key][0]}))
            weights = [1] * len(found)
        for k, persons in zip(found, spread(totals.persons[key], weights), strict=True):
            said = f"ESTIMATE: {totals.persons[key]} of {totals.rows[key][0]} ({totals.file}) {source}"
            new[k] = replace(places[k], persons=persons, source=said, groups={})
    return new
