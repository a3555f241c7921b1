"""A CSV table with one heading row, read strictly: for tables that a machine wrote (road sections, travel times).

UTF-8 with or without byte-order mark, UTF-16 with one, and GB18030 are read; columns are parted by comma, semicolon or
tab. Every row must have as many cells as the heading.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from siting.errors import Fault, InputRefused
from siting.reading.tables import decode

from ..tags import number_text, plain

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{0,20})?")


@dataclass(frozen=True)
class PlainTable:
    """``headings`` as they stand; ``rows`` with their row number (heading = 1) and their cells, stripped."""

    file: str
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_plain_table(path: Path) -> PlainTable:
    """Read a table.

    Raises `InputRefused`, all faults together: E213 no such file; E101, E102, E104 not readable as text; E105 no CSV;
    E106 rows of another length; E113 a heading twice; E119 no rows.
    """
    file = path.name
    if not path.is_file():
        raise InputRefused(Fault("E213", file, values={"name": file}))
    data = path.read_bytes()
    text, faults = decode(data, "utf-8", file)
    if text is None and faults[0].code == "E101":
        text, faults = decode(data, "gb18030", file)
    if text is None:
        raise InputRefused(faults)
    mark = max(",;\t", key=text.split("\n", 1)[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        headings = tuple(plain(unicodedata.normalize("NFKC", cell)) for cell in next(reader, []))
        rows = tuple(_rows(reader, file, len(headings), faults))
    except csv.Error as problem:
        raise InputRefused([*faults, Fault("E105", file, reader.line_num, values={"why": str(problem)})]) from problem
    twice = [name for name in dict.fromkeys(headings) if name and headings.count(name) > 1]
    faults += [Fault("E113", file, 1, name, {"name": name}) for name in twice]
    if not rows and not faults:
        faults.append(Fault("E119", file))
    if faults:
        raise InputRefused(faults)
    return PlainTable(file, headings, rows)


def number(text: str) -> float | None:
    """A number in plain digits (full-width ones too) with at most one decimal point; None where it is none."""
    said = number_text(text)
    return float(said) if _NUMBER.fullmatch(said) else None


def _rows(
    reader: Iterator[list[str]], file: str, width: int, faults: list[Fault]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows that are not blank, with the line on which each starts; E106 for those of another length."""
    start = reader.line_num + 1  # type: ignore[attr-defined]
    for cells in reader:
        if len(cells) == width:
            if any(cell.strip() for cell in cells):
                yield start, tuple(cell.strip() for cell in cells)
        elif any(cell.strip() for cell in cells):
            faults.append(Fault("E106", file, start, values={"has": len(cells), "wants": width}))
        start = reader.line_num + 1  # type: ignore[attr-defined]
