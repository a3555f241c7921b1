"""Reading a layer of road lines: GeoPackage, Shapefile (also zipped) and GeoJSON.

What a file is, is decided by its first bytes and never by GDAL's own guess: a GeoPackage by the mark of SQLite and its
application id, a Shapefile by its file code and the files beside it. Only then does GDAL see it, in a process without
network (`siting.instances.files.layers`), so a virtual dataset under another name is never opened. GeoJSON is read by
the json module, without GDAL.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from siting.errors import Fault, InputRefused

from ..files import dbf_text, layers
from ..files.sqlite_file import runs_code
from ..geography.crs import WGS84, Reference, declared
from ..tags import plain
from .road_lines import Line, pick
from .road_words import HEADINGS

#: The files of one Shapefile; the first three must be there.
COMPANIONS = (".dbf", ".shx", ".prj", ".cpg")
_SQLITE = b"SQLite format 3\0"
_APPLICATIONS = (b"GPKG", b"GP10", b"GP11")
_LINES = ("LineString", "MultiLineString")
#: Words of the kinds of layers that may hold lines.
_MAYBE_LINES = ("LineString", "Unknown", "GeometryCollection")
_SHAPEFILE = (9994).to_bytes(4, "big")
_VERSION = (1000).to_bytes(4, "little")

Layer = tuple[list[Line], Reference | None]


def read_shapefile(path: Path, file: str, notes: list[Fault]) -> Layer:
    """Lines of a Shapefile and the system of its ``.prj``, None without one.

    Raises `InputRefused`: E237 no Shapefile, E238 a file of it is missing, E239 no lines, E236 not readable, E231.
    """
    head = _head(path, 32)
    if head[:4] != _SHAPEFILE or head[28:] != _VERSION:
        raise InputRefused(Fault("E237", file, values={"name": file, "kind": "Shapefile"}))
    beside = {kind: _beside(path, kind) for kind in COMPANIONS}
    lost = [kind for kind in (".dbf", ".shx") if beside[kind] is None]
    if lost:
        raise InputRefused([Fault("E238", file, values={"name": file, "missing": kind}) for kind in lost])
    table, encoding = _own_texts(_read(path, file, dbf_text.BYTES), beside[".cpg"], file, notes)
    names = {column: (*known, *(dbf_text.cut(name, encoding) for name in known)) for column, known in HEADINGS.items()}
    return _lines(table, names, file, notes)


def read_geopackage(path: Path, file: str, notes: list[Fault]) -> Layer:
    """Lines of the one line layer of a GeoPackage and its system, None where it names none.

    Raises `InputRefused`: E237 no GeoPackage, or one that runs more than its own index; E239 no or several line layers;
    E236 not readable; E231.
    """
    head = _head(path, 72)
    if not head.startswith(_SQLITE) or head[68:72] not in _APPLICATIONS or runs_code(path):
        raise InputRefused(Fault("E237", file, values={"name": file, "kind": "GeoPackage"}))
    return _lines(_read(path, file, None), HEADINGS, file, notes)


def read_geojson(path: Path, file: str, notes: list[Fault]) -> Layer:
    """Lines of a GeoJSON file and its system: WGS84, or what an old file names under ``crs``.

    Raises `InputRefused`: E237 no GeoJSON, E239 no lines, E236 a broken feature, E231.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refuse)
        features = data["features"] if data["type"] == "FeatureCollection" else [data]
        system = data.get("crs")
        named = str(system["properties"]["name"]) if system else ""
        kinds = [(feature.get("geometry") or {}).get("type") for feature in features]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as problem:
        raise InputRefused(Fault("E237", file, values={"name": file, "kind": "GeoJSON"})) from problem
    properties = [feature.get("properties") or {} for feature in features]
    headings = list(dict.fromkeys(str(key) for values in properties for key in values))
    columns = pick(headings, HEADINGS, file, notes)
    faults: list[Fault] = []
    lines: list[Line] = []
    for row, (feature, values, kind) in enumerate(zip(features, properties, kinds, strict=True), 1):
        if kind not in _LINES:
            continue
        cells = {column: _text(values.get(heading)) for column, heading in columns.items()}
        try:
            drawn = feature["geometry"]["coordinates"]
            for part in drawn if kind == "MultiLineString" else [drawn]:
                points = np.array([(float(p[0]), float(p[1])) for p in part], dtype=float).reshape(-1, 2)
                lines += [Line(row, points, cells)] if len(points) > 1 else []
        except (ValueError, TypeError, LookupError, OverflowError):
            faults.append(Fault("E236", file, row, values={"name": file, "reason": "coordinates"}))
    if faults:
        raise InputRefused(faults)
    _note_others([str(kind) for kind in kinds if kind not in _LINES], lines, file, notes)
    return lines, declared(named, file) if named else WGS84


def _read(path: Path, file: str, encoding: str | None) -> layers.Table:
    """The one line layer of a GeoPackage, or a Shapefile, whose ``encoding`` is given, as GDAL reads it."""
    try:
        found = layers.read(path, encoding, None if encoding else _MAYBE_LINES)
    except layers.UnreadableError as problem:
        raise _unreadable(file, problem) from problem
    if len(found.chosen) != 1:
        names = ", ".join(plain(name, 60) for name in (found.chosen or [name for name, _ in found.every])[:8])
        raise InputRefused(Fault("E239", file, values={"name": file, "count": len(found.chosen), "layers": names}))
    return found.tables[0]


def _lines(table: layers.Table, names: Mapping[str, tuple[str, ...]], file: str, notes: list[Fault]) -> Layer:
    """Lines of a layer with the columns that we know."""
    columns = pick(table.headings, names, file, notes)
    values = {column: table.columns[list(table.headings).index(heading)] for column, heading in columns.items()}
    lines: list[Line] = []
    others: list[str] = []
    for k, shape in enumerate(_shapes(table.shapes, file)):
        if shape is None or shape.geom_type not in _LINES:
            others.append("" if shape is None else shape.geom_type)
            continue
        cells = {column: _text(cell[k]) for column, cell in values.items()}
        for part in shapely.get_parts(shape):
            points = shapely.get_coordinates(part)
            lines += [Line(k + 1, points, cells)] if len(points) > 1 else []
    _note_others(others, lines, file, notes)
    return lines, declared(table.system, file) if table.system else None


def _shapes(wkb: Sequence[Any], file: str) -> Any:
    """Geometries of the layer."""
    try:
        return shapely.from_wkb(wkb)
    except shapely.errors.ShapelyError as problem:
        raise _unreadable(file, problem) from problem


def _note_others(others: list[str], lines: list[Line], file: str, notes: list[Fault]) -> None:
    """N234 features that are no lines; E239 where there is no line at all."""
    if not lines:
        kinds = ", ".join(sorted({kind or "None" for kind in others})[:8])
        raise InputRefused(Fault("E239", file, values={"name": file, "count": 0, "layers": kinds}))
    for kind in sorted(set(others)):
        notes.append(Fault("N234", file, values={"count": others.count(kind), "what": kind or "None"}))


def _own_texts(table: layers.Table, cpg: Path | None, file: str, notes: list[Fault]) -> tuple[layers.Table, str]:
    """The table of a Shapefile with its texts decoded, and the encoding; N230 where no ``.cpg`` names one."""
    texts = [*table.headings, *(v for column in table.columns for v in column if isinstance(v, str))]
    encoding = dbf_text.named(cpg) if cpg is not None else None
    if encoding is None:
        encoding = dbf_text.guess(texts)
        if not all(text.isascii() for text in texts):
            notes.append(Fault("N230", file, values={"name": file, "encoding": encoding.upper()}))
    try:
        headings = [dbf_text.decoded(heading, encoding) for heading in table.headings]
        columns = [
            [dbf_text.decoded(v, encoding) if isinstance(v, str) else v for v in column] for column in table.columns
        ]
    except UnicodeDecodeError as problem:
        raise _unreadable(file, problem) from problem
    return replace(table, headings=headings, columns=columns), encoding


def _beside(path: Path, suffix: str) -> Path | None:
    """The file of the same name with another suffix, in small or capital letters."""
    return next((p for s in (suffix, suffix.upper()) if (p := path.with_suffix(s)).is_file()), None)


def _head(path: Path, size: int) -> bytes:
    with path.open("rb") as stream:
        return stream.read(size)


def _text(value: object) -> str:
    """A cell as text, "" for none; a whole number without its decimal point."""
    if value is None or value != value:
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value) if not isinstance(value, Mapping | list) else ""


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")


def _unreadable(file: str, problem: Exception) -> InputRefused:
    return InputRefused(Fault("E236", file, values={"name": file, "reason": plain(str(problem), 200)}))
