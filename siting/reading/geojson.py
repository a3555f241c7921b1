"""Reading polygons from a GeoJSON file with the json module alone: no driver that a disguised file could wake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from siting.counties.county import RedLine
from siting.errors import Fault

#: A zone with more corners is a drawing fault or an attack; real red lines of a county have some thousands.
LARGEST_RING = 200_000


def read_polygons(path: Path) -> tuple[tuple[RedLine, ...], list[Fault]]:
    """Polygons of a FeatureCollection in WGS84, one `RedLine` each, and every fault with the feature's number."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return (), [Fault("E160", path.name, values={"why": str(error)})]
    if (
        not isinstance(data, dict)
        or data.get("type") != "FeatureCollection"
        or not isinstance(data.get("features"), list)
    ):
        return (), [Fault("E160", path.name, values={"why": "no FeatureCollection"})]
    zones: list[RedLine] = []
    faults: list[Fault] = []
    for number, feature in enumerate(data["features"], 1):
        try:
            zones += _zones(feature)
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
            faults.append(Fault("E161", path.name, number, values={"why": str(error)}))
    return tuple(zones), faults


def _zones(feature: Any) -> list[RedLine]:
    geometry, properties = feature["geometry"], feature.get("properties") or {}
    form, coordinates = geometry["type"], geometry["coordinates"]
    if form not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"{form} is not a polygon")
    parts = [coordinates] if form == "Polygon" else coordinates
    zones = []
    for part in parts:
        if sum(len(ring) for ring in part) > LARGEST_RING:
            raise ValueError(f"more than {LARGEST_RING} corners")
        rings = tuple(tuple((float(p[0]), float(p[1])) for p in ring) for ring in part)
        if not rings or any(len(ring) < 4 for ring in rings):
            raise ValueError("a ring has fewer than four corners")
        if not all(abs(lon) <= 180 and abs(lat) <= 90 for ring in rings for lon, lat in ring):  # NaN is neither
            raise ValueError("coordinates are not longitude and latitude")
        name, kind, name_en = (str(properties.get(key) or "") for key in ("name", "kind", "name_en"))
        zones.append(RedLine(name, kind, rings, name_en))
    return zones


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")
