"""A planner's file as grids of text: a CSV table, or the visible sheets of a workbook.

Text is UTF-8 with or without byte-order mark, UTF-16 with one, or GB18030 (which includes GBK and GB2312); columns are
parted by comma, semicolon or tab. Latin-1 is never tried: it cannot fail, and would turn names into noise.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from siting.errors import Fault, InputRefused
from siting.reading.tables import decode

from .workbook import SUFFIX, Grid, read_workbook

LARGEST_FILE_BYTES = 100_000_000
_OTHERS = (".xls", ".xlsm", ".xlsb", ".xltm", ".ods", ".et", ".pdf", ".doc", ".docx", ".json", ".geojson", ".zip")


def read_grids(path: Path) -> list[Grid]:
    """The grids of a file; one for a CSV.

    Raises `InputRefused`: E213 no such file, E208 not readable, E260-E263 of a workbook.
    """
    if not path.is_file():
        raise InputRefused(Fault("E213", path.name, values={"name": path.name}))
    suffix = path.suffix.lower()
    if suffix in (".xlsm", ".xltm"):
        raise InputRefused(Fault("E261", path.name, values={"name": path.name, "part": suffix}))
    if suffix in _OTHERS:
        raise InputRefused(Fault("E260", path.name, values={"name": path.name, "reason": suffix}))
    if path.stat().st_size > LARGEST_FILE_BYTES:
        size = f"{path.stat().st_size // 1_000_000} MB > {LARGEST_FILE_BYTES // 1_000_000} MB"
        raise InputRefused(Fault("E262", path.name, values={"name": path.name, "reason": size}))
    if suffix == SUFFIX:
        return read_workbook(path)
    return [_text_table(path)]


def _text_table(path: Path) -> Grid:
    """The rows of a CSV that hold anything, counted as a spreadsheet counts them."""
    data = path.read_bytes()
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        reason = f"a workbook; its name must end in {SUFFIX}"
        raise InputRefused(Fault("E260", path.name, values={"name": path.name, "reason": reason}))
    text, faults = decode(data, "utf-8", path.name)
    if text is None and any(fault.code == "E101" for fault in faults):
        text, faults = decode(data, "gb18030", path.name)
    if text is None:
        raise InputRefused(Fault("E208", path.name, values={"name": path.name, "reason": "encoding"}))
    sample = text[:4000]
    mark = max(",;\t", key=sample.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error as problem:
        raise InputRefused(Fault("E208", path.name, values={"name": path.name, "reason": str(problem)})) from problem
    rows = tuple((number, cells) for number, cells in enumerate(table, start=1) if any(cell.strip() for cell in cells))
    return Grid("", rows)
