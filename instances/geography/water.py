"""Rivers, canals, lakes and reservoirs of an OpenStreetMap extract, for services that must keep off water."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import osmium
import shapely

from siting.errors import Fault, InputRefused

from ..tags import plain

LINES = frozenset({"river", "canal", "stream"})
AREAS = frozenset({"water", "wetland"})


def read_water(path: Path) -> list[Any]:
    """Lines and polygons in degrees. Raises `InputRefused` with E202 where the extract cannot be read."""
    factory = osmium.geom.WKBFactory()
    keys = osmium.filter.KeyFilter("natural", "waterway", "landuse")
    found: list[Any] = []
    try:
        for thing in osmium.FileProcessor(str(path)).with_locations().with_areas(keys).with_filter(keys):
            tags = thing.tags
            if thing.is_area() and (tags.get("natural") in AREAS or tags.get("landuse") == "reservoir"):
                found.append(shapely.make_valid(shapely.from_wkb(factory.create_multipolygon(thing))))
            elif thing.is_way() and tags.get("waterway") in LINES:
                points = [(node.lon, node.lat) for node in thing.nodes if node.location.valid()]
                if len(points) > 1:
                    found.append(shapely.LineString(points))
    except (RuntimeError, OSError, ValueError) as problem:
        values = {"name": path.name, "reason": plain(str(problem), 200)}
        raise InputRefused(Fault("E202", path.name, values=values)) from problem
    return found
