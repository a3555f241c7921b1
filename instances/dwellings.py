"""The settlements of a county that is made: found on the map or listed, and how many people live there.

As listed, from a raster, from township totals; then in a later year. Whatever is not a count of its own is marked as an
estimate in ``population_source``, and so in the county folder.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from siting.errors import Fault

from .inputs import Inputs, Wish
from .networks import coords_check
from .networks.osm import Extract
from .networks.roads import distance_m
from .population import places as dwelling
from .population.buildings import floor_areas_dm2, spread_totals
from .population.people import PROJECTED
from .population.places import Place
from .population.places_listed import place_all
from .population.projection import moves_of, project
from .population.raster import Square, people_of_raster


def settlements(wish: Wish, inputs: Inputs, extract: Extract, notes: list[Fault]) -> list[Place]:
    """The settlements with their levels and the people of the planning year."""
    if inputs.places is not None:
        found = place_all(inputs.places, extract.places, inputs.border, notes, leave_out=wish.leave_out_unplaced)
        coords_check.check(inputs.places.file, found, extract.ways, notes)
    else:
        found = dwelling.places_of_osm(extract.places, inputs.border, notes, keep_empty=wish.people_elsewhere)
    counted = _with_people(found, wish, inputs, notes) if wish.people_elsewhere else dwelling.count_once(found, notes)
    return _in_later_year(dwelling.with_levels(counted), wish, inputs, base_year(wish, extract), notes)


def unplaced(wish: Wish, inputs: Inputs, extract: Extract) -> None:
    """Raises `InputRefused` for settlements that are not found on the map: E270-E272."""
    if inputs.places is not None:
        place_all(inputs.places, extract.places, inputs.border, [], leave_out=wish.leave_out_unplaced)


def base_year(wish: Wish, extract: Extract) -> int:
    """The year of the people in the lists: as said, else that of the extract."""
    found = int(extract.newest[:4]) if re.match(r"(199|20)\d", extract.newest) else 2020
    return wish.base_year or found


def _with_people(places: Sequence[Place], wish: Wish, inputs: Inputs, notes: list[Fault]) -> list[Place]:
    """The places with people of the raster or of the totals, if there are any.

    Raises `InputRefused`: E275, E283-E286.
    """
    new = list(places)
    if wish.population is not None and new:
        found = people_of_raster(wish.population, new, inputs.border, wish.squares_m)
        before = sum(place.persons for place in new)
        said = f"ESTIMATE: {wish.population.name}, pixels to the nearest settlement"
        new = [replace(p, persons=n, source=said, groups={}) for p, n in zip(new, found.persons, strict=True)]
        persons = sum(found.persons) + sum(square.persons for square in found.squares)
        values = {"name": wish.population.name, "persons": persons, "before": before, "far": found.far}
        notes.append(Fault("W246", wish.population.name, values={**values, "pixels": found.pixels}))
        new += [_outlying(square, new, said) for square in found.squares]
    if inputs.totals is not None and new:
        areas, by = [place.persons for place in new], "by the people listed"
        if wish.buildings is not None:
            areas, by = floor_areas_dm2(wish.buildings, new), f"by floor area ({wish.buildings.name})"
        new = spread_totals(new, inputs.totals, areas, by, notes)
    if inputs.places is not None:  # counts of groups beside other people than those they were a part of
        lost = {group for place in places for group in place.groups} - {g for place in new for g in place.groups}
        notes += [Fault("N213", inputs.places.file, column=g, values={"column": g}) for g in sorted(lost)]
    return new


def _outlying(square: Square, places: Sequence[Place], said: str) -> Place:
    """People who live apart as a hamlet of the nearest settlement."""
    home = min(places, key=lambda p: (distance_m(p.lon, p.lat, square.lon, square.lat), p.id))
    return Place(
        id=f"sq{square.column}_{square.row}",
        name=f"{home.name} ▫ {square.column}/{square.row}",
        kind="hamlet",
        lon=square.lon,
        lat=square.lat,
        persons=square.persons,
        source=said,
        level="hamlet",
        urban=0,
        township=home.township,
        village=home.id,
    )


def _in_later_year(
    places: Sequence[Place], wish: Wish, inputs: Inputs, base_year: int, notes: list[Fault]
) -> list[Place]:
    """The places in ``wish.year``, with every change listed. Raises `InputRefused`: E206, E281, E282."""
    if wish.growth is None and wish.relocation is None and not wish.concentration_pct:
        return list(places)
    years = (wish.year or base_year) - base_year
    moves = moves_of(inputs.moves, places, notes) if inputs.moves is not None else []
    later = project(places, years, inputs.growth, moves, wish.concentration_pct)
    for level in sorted({place.level for place in places}):
        old = [p for p in places if p.level == level]
        new = sum(p.persons for p in later if p.level == level)
        values = {"level": level, "from_year": base_year, "to_year": base_year + years, "pct": inputs.growth.pct(level)}
        notes.append(Fault("W244", values={**values, "before": sum(p.persons for p in old), "after": new}))
    said = f"{PROJECTED} {base_year + years}"
    return [
        new if new.persons == old.persons else replace(new, source=f"{said}: {old.source}")
        for old, new in zip(places, later, strict=True)
    ]
