"""Reading a planner's own list of settlements or facilities, whose columns may bear several names.

UTF-8 with or without BOM, UTF-16 with BOM, and GB18030 are read; columns are parted by comma, semicolon or tab.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from siting.errors import Fault, InputRefused
from siting.tables import decode

from .tags import plain

Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Listing:
    """Rows of a list with their row numbers (header = 1); ``known`` by our column names, the others under their own."""

    file: str
    rows: tuple[tuple[int, dict[str, str]], ...]
    columns: tuple[str, ...]
    others: tuple[str, ...]


def read_listing(path: Path, names: Names, needed: tuple[str, ...]) -> Listing:
    """Read a list; ``names`` gives the accepted headings of each column.

    Raises `InputRefused`: E213 no such file, E208 not readable, E205 a column of ``needed`` is missing.
    """
    if not path.is_file():
        raise InputRefused(Fault("E213", path.name, values={"name": path.name}))
    data = path.read_bytes()
    text, faults = decode(data, "utf-8", path.name)
    if text is None and any(fault.code == "E101" for fault in faults):
        text, faults = decode(data, "gb18030", path.name)
    if text is None:
        raise InputRefused(Fault("E208", path.name, values={"name": path.name, "reason": "encoding"}))
    first = text.split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error as problem:
        raise InputRefused(Fault("E208", path.name, values={"name": path.name, "reason": str(problem)})) from problem
    header = [_column(cell, names) for cell in (table[0] if table else [])]
    wrong = [
        Fault("E205", path.name, 1, values={"column": column, "names": ", ".join(names[column])})
        for column in needed
        if column not in header
    ]
    if wrong:
        raise InputRefused(wrong)
    rows = tuple(
        (number, {column: plain(cell) for column, cell in zip(header, cells, strict=False)})
        for number, cells in enumerate(table[1:], start=2)
        if any(cell.strip() for cell in cells)
    )
    return Listing(path.name, rows, tuple(header), tuple(c for c in header if c and c not in names))


def _column(heading: str, names: Names) -> str:
    """Our name of a column, or the heading itself."""
    heading = plain(heading)
    return next((column for column, known in names.items() if heading.lower() in known), heading)


class Cells:
    """The cells of one row as numbers; what is wrong is collected in ``faults``."""

    def __init__(self, file: str, row: int, cells: Mapping[str, str], faults: list[Fault]) -> None:
        self.file, self.row, self.cells, self.faults = file, row, cells, faults

    def text(self, column: str) -> str:
        """The cell as text, "" where it is missing."""
        return self.cells.get(column, "")

    def must(self, column: str) -> str:
        """The cell as text; E214 where it is empty."""
        text = self.text(column)
        if not text:
            self.faults.append(Fault("E214", self.file, self.row, column, {"column": column}))
        return text

    def degrees(self, column: str, limit: int) -> float:
        """A coordinate; E206 where it is none."""
        return self._number(column, -limit, limit)

    def whole(self, column: str, highest: int) -> int:
        """A whole number from 0; E206 where it is none."""
        number = self._number(column, 0, highest)
        if number != int(number):
            self._wrong(column, 0, highest)
        return int(number)

    def _number(self, column: str, low: int, high: int) -> float:
        try:
            number = float(self.text(column))
        except ValueError:
            number = float("nan")
        if low <= number <= high:
            return number
        self._wrong(column, low, high)
        return 0.0

    def _wrong(self, column: str, low: int, high: int) -> None:
        values = {"value": self.text(column), "low": low, "high": high}
        self.faults.append(Fault("E206", self.file, self.row, column, values))
