"""Tables of a SQLite file with SpatiaLite geometries, read without running anything that the file brings.

The file is opened read-only and immutable, with its schema distrusted, and an authorizer lets nothing happen but the
reading of the columns that are asked for: no view, no trigger, no function, no computed column, no other file. Shapes
are taken apart here, byte by byte, every count checked against what is left; neither SpatiaLite nor a driver is loaded.

The format of a shape is that of the SpatiaLite manual: ``00``, byte order, SRID, bounding box, ``7C``, class, data,
``FE``; members of a collection begin with ``69`` and their class.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely

from siting.errors import Fault, InputRefused

from ..tags import plain

MAGIC = b"SQLite format 3\0"
#: The largest cell, and so many steps of SQLite's machine, before a file is given up.
LARGEST_CELL_BYTES = 50_000_000
MOST_STEPS = 2_000_000_000
_EVERY = 1_000_000
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
_HEAD, _START, _MIDDLE, _END, _MEMBER = 39, 0x00, 0x7C, 0xFE, 0x69
_KINDS = {1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}


class Tables:
    """The plain tables of a file; use it in a ``with``."""

    def __init__(self, path: Path, kind: str) -> None:
        """Open ``path``, which the planner takes for a ``kind``. Raises `InputRefused`: E213, E237 no SQLite file."""
        self.file, self.kind = path.name, kind
        if not path.is_file():
            raise InputRefused(Fault("E213", path.name, values={"name": path.name}))
        with path.open("rb") as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                raise self.refused()
        try:
            self.link = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        except (sqlite3.Error, ValueError) as problem:
            raise self.refused() from problem

    def __enter__(self) -> Tables:
        self._run("PRAGMA trusted_schema = OFF")
        self._run("PRAGMA cell_size_check = ON")
        self.link.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_CELL_BYTES)
        steps = iter(range(MOST_STEPS // _EVERY))
        self.link.set_progress_handler(lambda: int(next(steps, None) is None), _EVERY)
        found = self._run("SELECT name, type, sql FROM sqlite_master")
        tables = [
            str(name) for name, type_, sql in found
            if type_ == "table" and not " ".join(str(sql).lower().split()).startswith("create virtual")
        ]  # fmt: skip
        # asked table by table: to ask for a virtual one would already load its module
        computed = "SELECT 1 FROM pragma_table_xinfo(?) WHERE hidden > 1"
        self.plain = {name.lower() for name in tables if not self._run(computed, name)}
        self.link.set_authorizer(self._allow)
        return self

    def __exit__(self, *_: object) -> None:
        self.link.close()

    def _allow(self, action: int, first: str | None, second: str | None, base: str | None, source: str | None) -> int:
        """Reading of plain tables by ourselves, and nothing that a view or trigger (``source``) would do."""
        good = action in _ALLOWED and source is None
        good = good and (action != sqlite3.SQLITE_READ or str(first).lower() in self.plain)
        return sqlite3.SQLITE_OK if good else sqlite3.SQLITE_DENY

    def rows(self, table: str, columns: Sequence[str], order: str) -> list[tuple[Any, ...]]:
        """Columns of a table in the order of another; the names are ours. Raises `InputRefused`: E237, E236."""
        if table not in self.plain:
            raise self.refused()
        return self._run(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order}")

    def _run(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        try:
            return self.link.execute(statement, values).fetchall()
        except (sqlite3.Error, OverflowError, UnicodeDecodeError) as problem:
            reason = {"name": self.file, "reason": plain(str(problem), 200)}
            raise InputRefused(Fault("E236", self.file, values=reason)) from problem

    def refused(self) -> InputRefused:
        """It is not what its name says."""
        return InputRefused(Fault("E237", self.file, values={"name": self.file, "kind": self.kind}))


def shape_of(blob: object) -> tuple[int, Any]:
    """SRID and shape (shapely) of a SpatiaLite geometry in two dimensions.

    Raises:
        ValueError: it is none, or is not whole.
    """
    if not isinstance(blob, bytes) or len(blob) < _HEAD + 5 or blob[0] != _START or blob[-1] != _END:
        raise ValueError("no SpatiaLite geometry")
    order = {0: ">", 1: "<"}.get(blob[1])
    if order is None or blob[_HEAD - 1] != _MIDDLE:
        raise ValueError("no SpatiaLite geometry")
    (srid,) = struct.unpack_from(f"{order}i", blob, 2)
    data, end = _Bytes(blob, _HEAD, len(blob) - 1, order).shape(inside=False)
    if end != len(blob) - 1:
        raise ValueError("bytes are left over")
    try:
        return srid, shapely.from_wkb(data)
    except shapely.errors.ShapelyError as problem:
        raise ValueError(str(problem)) from problem


class _Bytes:
    """A shape from ``at`` to ``end``, turned into standard WKB of the same byte order."""

    def __init__(self, blob: bytes, at: int, end: int, order: str) -> None:
        self.blob, self.at, self.end, self.order = blob, at, end, order

    def count(self, each: int) -> int:
        """The next number, if so many members of at least ``each`` bytes are left."""
        number = self.number()
        if not 0 <= number * each <= self.end - self.at:
            raise ValueError("a count beyond the end")
        return number

    def number(self) -> int:
        """The next whole number."""
        if self.at + 4 > self.end:
            raise ValueError("cut off")
        (number,) = struct.unpack_from(f"{self.order}i", self.blob, self.at)
        self.at += 4
        return int(number)

    def points(self, count: int) -> bytes:
        """The next points as they are."""
        start, self.at = self.at, self.at + 16 * count
        if self.at > self.end:
            raise ValueError("cut off")
        return self.blob[start : self.at]

    def shape(self, *, inside: bool) -> tuple[bytes, int]:
        """The next shape as WKB, and where it ends."""
        kind = self.number()
        if kind not in _KINDS or (inside and kind > 3):
            raise ValueError(f"a shape of class {kind}")
        wkb = bytes([1 if self.order == "<" else 0]) + self._whole(kind)
        if kind == 1:
            return wkb + self.points(1), self.at
        count = self.count({2: 16, 3: 4}.get(kind, 9))
        wkb += self._whole(count)
        for _ in range(count if kind != 2 else 0):
            if kind == 3:
                points = self.count(16)
                wkb += self._whole(points) + self.points(points)
                continue
            if self.blob[self.at] != _MEMBER:
                raise ValueError("a member without its mark")
            self.at += 1
            wkb += self.shape(inside=True)[0]
        return wkb + (self.points(count) if kind == 2 else b""), self.at

    def _whole(self, number: int) -> bytes:
        return struct.pack(f"{self.order}i", number)
