"""Shapes of a planner's map file: GeoJSON, GeoPackage or Shapefile, as WGS84 geometries with their attributes.

GeoJSON is read with the json module. The other two go to GDAL only after their first bytes say what they are, so that a
disguised file wakes no other driver. A Shapefile without ``.dbf`` or ``.prj`` is refused: the one would lose its
attributes without a word, the other its place on the earth.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from siting.errors import Fault, InputRefused

from ..files import layers
from ..files.sqlite_file import runs_code
from ..tags import plain
from . import crs

SUFFIXES = (".geojson", ".json", ".gpkg", ".shp")
LARGEST_FILE_BYTES = 500_000_000
MOST_CORNERS = 5_000_000
_BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError,
           RuntimeError, shapely.errors.ShapelyError)  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """A geometry in degrees (valid), its attributes in lower-case names, and its number in the file from 1."""

    geometry: Any
    attributes: dict[str, str]
    number: int


def read_shapes(path: Path) -> list[Shape]:
    """All shapes of a file.

    Raises `InputRefused`: E213 no such file, E275 not readable, E231 an unknown coordinate system.
    """
    _refuse_early(path)
    try:
        shapes = list(_geojson(path) if path.suffix.lower() in (".geojson", ".json") else _gdal(path))
        corners = sum(int(shapely.get_num_coordinates(shape.geometry)) for shape in shapes)
        if corners > MOST_CORNERS:
            raise ValueError(f"{corners} corners")
        bounds = np.array([shapely.bounds(s.geometry) for s in shapes if not shapely.is_empty(s.geometry)])
        if bounds.size and not (np.abs(bounds) <= [180, 90, 180, 90]).all():  # NaN is neither
            raise ValueError("coordinates are not longitude and latitude")
    except InputRefused:
        raise
    except _BROKEN as problem:
        raise _refused(path, str(problem)[:200] or type(problem).__name__) from problem
    return shapes


def _refused(path: Path, reason: str) -> InputRefused:
    return InputRefused(Fault("E275", path.name, values={"name": path.name, "reason": reason}))


def _refuse_early(path: Path) -> None:
    """By name, size, first bytes and companions."""
    if not path.is_file():
        raise InputRefused(Fault("E213", path.name, values={"name": path.name}))
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise _refused(path, f"accepted: {' '.join(SUFFIXES)}")
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise _refused(path, f"more than {LARGEST_FILE_BYTES // 1_000_000} MB")
    with path.open("rb") as stream:
        head = stream.read(100)
    package = head.startswith(b"SQLite format 3\0") and head[68:72] in (b"GPKG", b"GP10", b"GP11")
    if suffix == ".gpkg" and not package:
        raise _refused(path, "not a GeoPackage")
    if suffix == ".gpkg" and runs_code(path):
        raise _refused(path, "views or virtual tables")
    if suffix == ".shp":
        if not head.startswith(b"\x00\x00\x27\x0a"):
            raise _refused(path, "not a Shapefile")
        present = {other.suffix.lower() for other in path.parent.glob(f"{_escaped(path.stem)}.*")}
        if missing := sorted({".dbf", ".shx", ".prj"} - present):
            raise _refused(path, f"{' '.join(missing)} ?")


def _escaped(stem: str) -> str:
    """A file name as a pattern that means itself."""
    return "".join(f"[{c}]" if c in "[*?" else c for c in stem)


def _geojson(path: Path) -> Iterator[Shape]:
    """Features of a GeoJSON file; a ``crs`` member is obeyed."""
    data = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_no_constant)
    features = data["features"] if data["type"] == "FeatureCollection" else [data]
    said = data.get("crs") or {}
    name = said.get("properties", {}).get("name", "")
    for number, feature in enumerate(features, start=1):
        geometry = feature.get("geometry") if feature.get("type") == "Feature" else feature
        if not geometry:
            raise ValueError(f"feature {number} has no geometry")
        attributes = {
            str(k).lower(): plain(str(v)) for k, v in (feature.get("properties") or {}).items() if v is not None
        }
        yield Shape(_valid(shapely.from_geojson(json.dumps(geometry)), name, path), attributes, number)


def _no_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")


def _gdal(path: Path) -> Iterator[Shape]:
    """Features of a GeoPackage or Shapefile; of a package with several layers all, polygons or not."""
    number = 0
    for table in layers.read(path, _encoding(path) if path.suffix.lower() == ".shp" else None).tables:
        if not table.system:
            raise ValueError(f"{table.name}: no coordinate system")
        heads = [name.lower() for name in table.headings]
        for at, wkb in enumerate(table.shapes):
            number += 1
            if wkb is None:
                raise ValueError(f"feature {number} has no geometry")
            cells = zip(heads, table.columns, strict=True)
            attributes = {head: plain(str(column[at])) for head, column in cells if column[at] is not None}
            yield Shape(_valid(shapely.from_wkb(wkb), table.system, path), attributes, number)


def _encoding(path: Path) -> str:
    """Encoding of the attributes of a Shapefile: as its ``.cpg`` says, else UTF-8 if they are that, else GB18030."""
    for other in path.parent.glob(f"{_escaped(path.stem)}.*"):
        if other.suffix.lower() == ".cpg":
            said = other.read_text(encoding="ascii", errors="replace").strip().upper()
            return {"936": "GB18030", "CP936": "GB18030", "GBK": "GB18030", "OEM 936": "GB18030"}.get(said, said)
    table = next(p for p in path.parent.glob(f"{_escaped(path.stem)}.*") if p.suffix.lower() == ".dbf")
    try:
        table.read_bytes()[32:].decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def _valid(geometry: Any, system: str, path: Path) -> Any:
    """The geometry in WGS84 degrees, made valid."""
    reference = crs.declared(system, path.name) if system else crs.WGS84

    def move(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(crs.to_wgs84(reference, xy[:, 0], xy[:, 1]))

    return shapely.make_valid(
        shapely.force_2d(geometry if reference == crs.WGS84 else shapely.transform(geometry, move))
    )
