"""The map of a county: an OpenStreetMap extract, roads from another file or from the network, as one `Extract`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from siting import cache
from siting.errors import Fault, InputRefused

from .geography.boundary import Boundary
from .inputs import Wish, attempt
from .networks import components, road_sources
from .networks.heights import with_heights
from .networks.osm import Extract, read_extract
from .networks.roads import RoadTable, build_roads
from .population.places import Place

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"


def read_map(wish: Wish) -> Extract:
    """The extract; with ``roads`` or ``area`` its roads are those. Raises as the readers do, for all together."""
    faults: list[Fault] = []
    osm = wish.osm
    extract = attempt(lambda: read_extract(osm), faults) if osm is not None else None
    own = attempt(lambda: _own_roads(wish), faults) if wish.roads or wish.area else None
    if faults:
        raise InputRefused(faults)
    if extract is None or own is None:
        return extract or own or Extract()
    return replace(
        extract, ways=own.ways, ferries=own.ferries or extract.ferries, notes=[*extract.notes, *own.notes],
        newest=extract.newest or own.newest, heights=own.heights,
    )  # fmt: skip


def _own_roads(wish: Wish) -> Extract:
    """Roads of the planner's file, else of the area from the servers of OpenStreetMap (or the cache)."""
    if wish.roads is not None:
        return road_sources.read(wish.roads, coords=wish.roads_coords or None)
    from .networks.online import fetch_roads  # OSMnx is slow to load, and only this needs it

    fetched = fetch_roads(wish.area, cache.folder())
    extract = road_sources.read(fetched.path)
    return replace(extract, notes=[fetched.note, *extract.notes])


def attribution(wish: Wish) -> str:
    """The credit line that the data of the map ask for."""
    mapped = wish.osm is not None or wish.area or (wish.roads and road_sources.is_openstreetmap(wish.roads))
    return ATTRIBUTION if mapped else ""


def lay_roads(wish: Wish, extract: Extract, border: Boundary, notes: list[Fault]) -> RoadTable:
    """The road table within the boundary with what is known of heights; notes on the parts that stand alone."""
    roads = with_heights(build_roads(extract.ways, border, notes), extract.heights, wish.elevation, notes)
    notes += components.standing_alone(roads, extract.ferries)
    return roads


def apart(roads: RoadTable, places: Sequence[Place]) -> list[Fault]:
    """Settlements that stand on a part of the roads which is joined to nothing."""
    return components.villages_apart(roads, [components.Village(p.id, p.name, p.lon, p.lat) for p in places])
