"""Reading a table of road sections (CSV): with ids of its end nodes and a table of nodes, or with coordinates.

The table of nodes is ``nodes.csv`` beside the table of edges, or the file of the same name with ``nodes`` for
``edges``. A length needs its unit in the heading (``length_m``, ``长度(公里)``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from siting.errors import Fault, InputRefused

from ..files.plain_table import number, read_plain_table
from ..geography.elevation import HIGHEST_M, LOWEST_M
from .road_lines import Columns, Line, directions_joined, numbered, pick
from .road_words import HEADINGS, NODE_HEADINGS

_NAMED = ("from_node", "to_node")
_PLACED = ("from_lon", "from_lat", "to_lon", "to_lat")
_LENGTHS = {"length_m": 1, "length_km": 1000}
_LONGEST_M = 1_000_000
_CELLS = tuple(name for name in HEADINGS if name not in (*_NAMED, *_PLACED, *_LENGTHS, "length"))
#: A coordinate of any system: metres of a projection have up to eight digits before the point.
_COORDINATE = 1_000_000_000

#: East, north, and metres above sea level where the table has them.
Position = tuple[float, float, float | None]
_HEIGHT = "elevation_m"


class _Row:
    """The cells of one row by our names of columns; what is wrong is collected in ``faults``."""

    def __init__(self, file: str, row: int, cells: dict[str, str], columns: Columns, faults: list[Fault]) -> None:
        self.file, self.row, self.cells, self.columns, self.faults = file, row, cells, columns, faults

    def text(self, column: str) -> str:
        """The cell; E214 where it is empty."""
        if not self.cells[column]:
            self.faults.append(self._fault("E214", column, {"column": self.columns[column]}))
        return self.cells[column]

    def coordinate(self, column: str) -> float:
        """A coordinate; E206 where it is no number."""
        value = number(self.cells[column])
        if value is None or abs(value) > _COORDINATE:
            self.faults.append(self._wrong(column, -_COORDINATE, _COORDINATE))
            return 0.0
        return value

    def length_m(self) -> float | None:
        """Length in metres, None where the cell is blank; E206 where it is no number above 0."""
        for column, metres in _LENGTHS.items():
            if self.cells.get(column):
                value = number(self.cells[column])
                if value is None or not 0 < value * metres <= _LONGEST_M:
                    self.faults.append(self._wrong(column, 0, _LONGEST_M // metres))
                    return None
                return value * metres
        return None

    def height_m(self) -> float | None:
        """Metres above sea level, None where the cell is blank or there is no such column; E206 for no number."""
        if not self.cells.get(_HEIGHT):
            return None
        value = number(self.cells[_HEIGHT])
        if value is None or not LOWEST_M <= value <= HIGHEST_M:
            self.faults.append(self._wrong(_HEIGHT, int(LOWEST_M), int(HIGHEST_M)))
            return None
        return value

    def _wrong(self, column: str, low: int, high: int) -> Fault:
        return self._fault("E206", column, {"value": self.cells[column][:60], "low": low, "high": high})

    def _fault(self, code: str, column: str, values: dict[str, object]) -> Fault:
        return Fault(code, self.file, self.row, self.columns[column], values)


def read_road_table(path: Path, notes: list[Fault]) -> list[Line]:
    """The rows of a table of edges as lines, coordinates as the tables say them.

    Raises `InputRefused`, all faults of both tables together: those of `read_plain_table`; E205 columns are missing,
    E243 a length without unit, E206 no number, E207 an id twice, E214 an empty cell, E242 an unknown node.
    """
    faults: list[Fault] = []
    rows, columns = _rows(path, HEADINGS, notes, faults)
    if faults:
        raise InputRefused(faults)
    named = bool(set(_NAMED) & set(columns))
    faults += _missing(columns, (*(_NAMED if named else _PLACED), "road_class"), HEADINGS, path.name)
    if "length" in columns and not set(_LENGTHS) & set(columns):
        faults.append(Fault("E243", path.name, 1, columns["length"], {"column": columns["length"]}))
    if faults:
        raise InputRefused(faults)
    if named:
        nodes = _read_nodes(_nodes_of(path), faults, notes)
        numbers = numbered(nodes, path.name, notes)
        found = [_named_line(row, nodes, numbers) for row in rows]
    else:
        found = [_placed_line(row) for row in rows]
    if faults:
        raise InputRefused(faults)
    lines = [line for line in found if line is not None]
    return directions_joined(lines, path.name, notes) if _lists_directions(lines, columns) else lines


def _rows(
    path: Path, names: dict[str, tuple[str, ...]], notes: list[Fault], faults: list[Fault]
) -> tuple[list[_Row], Columns]:
    """Rows of a table by our names of columns."""
    try:
        table = read_plain_table(path)
    except InputRefused as refusal:
        faults += refusal.faults
        return [], {}
    columns = pick(table.headings, names, path.name, notes)
    at = {column: table.headings.index(heading) for column, heading in columns.items()}
    rows = [
        _Row(path.name, row, {column: cells[k] for column, k in at.items()}, columns, faults)
        for row, cells in table.rows
    ]
    return rows, columns


def _missing(columns: Columns, needed: Sequence[str], names: dict[str, tuple[str, ...]], file: str) -> list[Fault]:
    """E205 for each column that is missing."""
    return [
        Fault("E205", file, 1, values={"column": column, "names": ", ".join(names[column])})
        for column in needed
        if column not in columns
    ]


def _nodes_of(path: Path) -> Path:
    """The table of nodes that belongs to a table of edges."""
    swapped = re.sub("edges", "nodes", path.name, flags=re.IGNORECASE).replace("路段", "节点")
    own = path.with_name(swapped)
    return own if swapped != path.name and own.is_file() else path.with_name("nodes.csv")


def _read_nodes(path: Path, faults: list[Fault], notes: list[Fault]) -> dict[str, Position]:
    """Positions of nodes by id, in the system of the table; none where the table cannot be read."""
    before = len(faults)
    rows, columns = _rows(path, NODE_HEADINGS, notes, faults)
    if len(faults) == before:
        faults += _missing(columns, tuple(set(NODE_HEADINGS) - {_HEIGHT}), NODE_HEADINGS, path.name)
    nodes: dict[str, Position] = {}
    first: dict[str, int] = {}
    for row in rows if len(faults) == before else []:
        ident, position = row.text("id"), (row.coordinate("lon"), row.coordinate("lat"), row.height_m())
        if ident in nodes:
            faults.append(Fault("E207", path.name, row.row, columns["id"], {"id": ident, "first": first[ident]}))
        nodes.setdefault(ident, position)
        first.setdefault(ident, row.row)
    return nodes


def _named_line(row: _Row, nodes: dict[str, Position], numbers: dict[str, int]) -> Line | None:
    """A row with ids of nodes; None with its fault where it has none that is known."""
    ends = [row.text(column) for column in _NAMED]
    length_m = row.length_m()
    unknown = [(column, end) for column, end in zip(_NAMED, ends, strict=True) if end and end not in nodes]
    if nodes:  # without a readable table of nodes every one would be unknown
        row.faults += [Fault("E242", row.file, row.row, row.columns[c], {"id": end[:60]}) for c, end in unknown]
    if unknown or not all(ends):
        return None
    points = np.array([nodes[end][:2] for end in ends], dtype=float)
    heights_m = (nodes[ends[0]][2], nodes[ends[1]][2])
    return Line(row.row, points, _known(row), (numbers[ends[0]], numbers[ends[1]]), length_m, heights_m)


def _placed_line(row: _Row) -> Line:
    """A row with coordinates of its ends."""
    x1, y1, x2, y2 = (row.coordinate(column) for column in _PLACED)
    return Line(row.row, np.array([(x1, y1), (x2, y2)]), _known(row), None, row.length_m())


def _known(row: _Row) -> dict[str, str]:
    return {column: cell for column, cell in row.cells.items() if column in _CELLS}


def _lists_directions(lines: Sequence[Line], columns: Columns) -> bool:
    """Whether a table without a one-way column lists each direction apart: most rows stand there the other way too."""
    if "oneway" in columns:
        return False
    arcs = {line.ends for line in lines}
    back = sum(line.ends is not None and line.ends[::-1] in arcs for line in lines)
    return back * 2 > len(lines)
