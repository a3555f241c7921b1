"""A project database of AequilibraE (``project_database.sqlite``): its links as roads, its zones as settlements.

AequilibraE is a package for transport models that keeps a region in one SQLite file; the package itself is not needed
here. Links with a class that is none of ours (``centroid_connector``) are no roads. A zone becomes a settlement with
the people that it says, at its centroid node (that of the same number) or else at a point inside it. With
`DENSE_PER_KM2` people or more on a square kilometre it is a quarter of the town, else a village: an assumption. The
stops of ``public_transport.sqlite`` beside the file are listed as facilities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from siting.errors import Fault, InputRefused

from ..geography.crs import WGS84, Reference, declared, to_wgs84
from ..geography.flat import Flat
from ..tags import plain
from .osm import Feature
from .road_lines import Line
from .spatialite import Tables, shape_of

KIND = "AequilibraE"
SUFFIXES = (".sqlite",)
STOPS_FILE = "public_transport.sqlite"
#: The density from which China's rules count a district as urban: 1,500 people on a square kilometre.
DENSE_PER_KM2 = 1500
_LINKS = (
    "link_id",
    "a_node",
    "b_node",
    "direction",
    "distance",
    "link_type",
    "name",
    "speed_ab",
    "speed_ba",
    "geometry",
)
#: Tag under which a reader says where its count of people comes from.
SOURCE_TAG = "siting:source"


def read_project(path: Path) -> tuple[list[Line], list[Feature], list[Feature], Reference]:
    """Roads, settlements and stops of a project, and the system of the roads' coordinates.

    Raises `InputRefused`, all faults of a table together: E213, E237 no such project, E236 not readable, E231.
    """
    with Tables(path, KIND) as tables:
        links = tables.rows("links", _LINKS, "link_id")
        zones = tables.rows("zones", ("zone_id", "name", "population", "geometry"), "zone_id")
        nodes = tables.rows("nodes", ("node_id", "is_centroid", "geometry"), "node_id")
    lines, reference = _lines(path.name, links)
    middles = {node: shape for node, centroid, shape in nodes if centroid}
    stops = path.with_name(STOPS_FILE)
    return lines, _zones(path.name, zones, middles), _stops(stops) if stops.is_file() else [], reference


def of_openstreetmap(path: Path) -> bool:
    """Whether links name ways of OpenStreetMap, and so need its credit line."""
    try:
        with Tables(path, KIND) as tables:
            return any(way for (way,) in tables.rows("links", ("osm_id",), "link_id"))
    except InputRefused:  # no such column
        return False


def _refused(file: str, table: str, row: object, reason: str) -> Fault:
    return Fault("E236", file, column=table, values={"name": file, "reason": f"{table} {row}: {reason}"[:200]})


def _shapes(file: str, table: str, rows: Sequence[tuple[Any, ...]]) -> tuple[dict[Any, Any], Reference]:
    """Shapes by the first cell of the row (the last holds the shape), and the one system of all of them."""
    faults: list[Fault] = []
    found: dict[Any, Any] = {}
    systems: set[int] = set()
    for row in rows:
        try:
            srid, shape = shape_of(row[-1])
        except ValueError as problem:
            faults.append(_refused(file, table, row[0], str(problem)))
            continue
        found[row[0]] = shape
        systems.add(srid)
    if len(systems) > 1:
        faults.append(_refused(file, table, "-", f"several coordinate systems: {sorted(systems)[:4]}"))
    if faults:
        raise InputRefused(faults)
    return found, declared(f"EPSG:{systems.pop()}", file) if systems else WGS84


def _lines(file: str, rows: Sequence[tuple[Any, ...]]) -> tuple[list[Line], Reference]:
    shapes, reference = _shapes(file, "links", rows)
    faults: list[Fault] = []
    lines: list[Line] = []
    for number, (ident, a, b, direction, metres, kind, name, ab, ba, _) in enumerate(rows, 1):
        shape = shapes[ident]
        if not (type(a) is type(b) is int and a >= 0 and b >= 0 and direction in (-1, 0, 1)):
            faults.append(_refused(file, "links", ident, "a_node, b_node and direction must be whole numbers"))
        elif shape.geom_type != "LineString":
            faults.append(_refused(file, "links", ident, shape.geom_type))
        else:
            speeds = [speed for speed in (ab, ba) if isinstance(speed, int | float) and 0 < speed <= 200]
            cells = {
                "road_class": str(kind), "oneway": str(direction), "name": str(name or ""),
                "speed_kmh": f"{min(speeds):g}" if speeds else "",
            }  # fmt: skip
            length = metres if isinstance(metres, int | float) and isfinite(metres) and metres > 0 else None
            lines.append(Line(number, shapely.get_coordinates(shape), cells, (a, b), length))
    if faults:
        raise InputRefused(faults)
    return lines, reference


def _point(shape: Any, reference: Reference) -> tuple[float, float]:
    """Degrees of a point, or of one inside an area."""
    inside = shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)
    lon, lat = to_wgs84(reference, np.array([inside.x]), np.array([inside.y]))
    return round(float(lon[0]), 7), round(float(lat[0]), 7)


def _zones(file: str, rows: Sequence[tuple[Any, ...]], middles: Mapping[Any, Any]) -> list[Feature]:
    """A settlement for each zone; people to the next whole number, so that their sum may differ by some."""
    shapes, reference = _shapes(file, "zones", rows)
    centroids, system = _shapes(file, "nodes", [(zone, middles[zone]) for zone in shapes if zone in middles])
    found: list[Feature] = []
    for zone, name, people, _ in rows:
        known = isinstance(people, int | float) and isfinite(people) and people >= 0
        persons = round(people) if known else 0
        at = _point(centroids[zone], system) if zone in centroids else _point(shapes[zone], reference)
        kind = "quarter" if persons >= DENSE_PER_KM2 * _km2(shapes[zone], reference) else "village"
        tags = {"place": kind, SOURCE_TAG: f"{file}, zones.population"} | (
            {"population": str(persons)} if known else {}
        )
        found.append(Feature(f"z{zone}", kind, plain(str(name or f"Zone {zone}")), *at, tags))
    return found


def _km2(shape: Any, reference: Reference) -> float:
    """Square kilometres of an area."""
    degrees = shapely.transform(shape, lambda xy: np.column_stack(to_wgs84(reference, xy[:, 0], xy[:, 1])))
    placed = Flat.at(shapely.get_coordinates(degrees)[:, 1]).shape(degrees)
    return float(shapely.make_valid(placed).area) / 1e6


def _stops(path: Path) -> list[Feature]:
    """Bus stops: listed in the log, for no service of a preset uses them as sites."""
    with Tables(path, KIND) as tables:
        rows = tables.rows("stops", ("stop_id", "name", "geometry"), "stop_id")
    shapes, reference = _shapes(path.name, "stops", rows)
    return [
        Feature(
            f"s{stop}", "bus_stop", plain(str(name or "")), *_point(shapes[stop], reference), {"highway": "bus_stop"}
        )
        for stop, name, _ in rows
    ]
