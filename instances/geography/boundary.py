"""The boundary that an import keeps to: a GeoJSON polygon or an Osmosis ``.poly`` file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from siting.errors import Fault, InputRefused

from ..tags import plain

LONGEST_NAME = 80
SUFFIXES = (".poly", ".geojson", ".json")


class Boundary:
    """Inside or outside; without a polygon everything is inside. The line itself is outside. ``name`` is that of the
    one feature that it was read from."""

    def __init__(self, polygon: Any = None, name: str = "") -> None:
        self.polygon, self.name = polygon, name
        if polygon is not None:
            shapely.prepare(polygon)

    def holds(self, lon: Sequence[float], lat: Sequence[float]) -> np.ndarray:
        """Which of the points (degrees) are inside: (n,) bool."""
        if self.polygon is None:
            return np.ones(len(lon), dtype=bool)
        return np.asarray(shapely.contains_xy(self.polygon, np.asarray(lon, float), np.asarray(lat, float)), dtype=bool)


def read_boundary(path: Path | None) -> Boundary:
    """Read a boundary; none without a file. Raises `InputRefused` with E213 (no such file) or E204 (no polygon)."""
    if path is None:
        return Boundary()
    if not path.is_file():
        raise InputRefused(Fault("E213", path.name, values={"name": path.name}))
    try:
        text, name = path.read_text(encoding="utf-8-sig"), ""
        if path.suffix.lower() == ".poly":
            shape = _poly(text)
        else:
            document = json.loads(text)
            shape, name = _geojson(document), _name(document)
        shape = shapely.make_valid(shape)
        if not shape.area > 0:
            raise ValueError("no polygon with an area")
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        shapely.errors.ShapelyError,
    ) as problem:
        values = {"name": path.name, "reason": str(problem)[:200]}
        raise InputRefused(Fault("E204", path.name, values=values)) from problem
    return Boundary(shape, name)


def _geojson(document: Any) -> Any:
    """Union of all polygons of a GeoJSON document."""
    if document["type"] == "FeatureCollection":
        shapes = [_geojson(feature) for feature in document["features"] if feature.get("geometry")]
        return shapely.union_all([shape for shape in shapes if shape.area > 0])
    geometry = document["geometry"] if document["type"] == "Feature" else document
    return shapely.make_valid(shapely.from_geojson(json.dumps(geometry)))


def _name(document: Any) -> str:
    """The name of the feature, "" where there are several or it has none."""
    features = document["features"] if document["type"] == "FeatureCollection" else [document]
    said = features[0].get("properties") if len(features) == 1 else None
    name = said.get("name") if isinstance(said, dict) else None
    return plain(name)[:LONGEST_NAME].strip() if isinstance(name, str) else ""


def _poly(text: str) -> Any:
    """Union of the rings of a ``.poly`` file, less those whose name starts with ``!``."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    whole, holes = shapely.Polygon(), shapely.Polygon()
    ring: list[tuple[float, float]] | None = None
    hole = False
    for line in lines[1:]:
        if ring is None:
            if line == "END":
                break
            ring, hole = [], line.startswith("!")
        elif line == "END":
            shape = shapely.make_valid(shapely.Polygon(ring))
            whole, holes = (whole, holes.union(shape)) if hole else (whole.union(shape), holes)
            ring = None
        else:
            lon, lat = (float(part) for part in line.split()[:2])
            ring.append((lon, lat))
    if ring is not None:
        raise ValueError("a ring without END")
    return whole.difference(holes)
