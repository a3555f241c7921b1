"""Excel workbooks (``.xlsx``) as plain grids of text, read with openpyxl in its reading mode.

A workbook is a packed folder that somebody else made. Before openpyxl sees it, its directory is looked at and every
part is unpacked once into nothing, counting: more than `LARGEST_BYTES`, more than `LARGEST_RATIO` times the packed
size, more than `MOST_PARTS` parts, a DOCTYPE or a macro, and it is refused. A formula counts with the value that Excel
saved; one without a saved value is refused with its cell.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import repeat
from pathlib import Path
from typing import Any

from siting.errors import Fault, InputRefused

SUFFIX = ".xlsx"
LARGEST_BYTES = 200_000_000
LARGEST_RATIO = 100
SMALL_BYTES = 1_000_000  # parts below this may be packed as tightly as they like
MOST_PARTS = 5_000
MOST_ROWS, MOST_COLUMNS = 200_000, 500
#: Merged ranges of a sheet, and the rows that they cover together.
MOST_MERGES, MOST_MERGED_ROWS = 20_000, 1_000_000
#: A spreadsheet keeps 15 digits of a number; a longer id that is no text has lost some.
SAFE_DIGITS = 15
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')


@dataclass(frozen=True)
class Merge:
    """A merged range: rows and columns from 1, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """Cells as text: ``rows`` are (row number from 1, cells); ``hidden`` sheets are never read."""

    sheet: str
    rows: tuple[tuple[int, list[str]], ...]
    merges: tuple[Merge, ...] = ()


@dataclass(frozen=True)
class Part:
    """What a part of the package was seen to hold before it was parsed."""

    merges: tuple[Merge, ...] = ()
    formulas: bool = False


def read_workbook(path: Path) -> list[Grid]:
    """The visible sheets that hold anything, in their order.

    Raises `InputRefused`: E260 no such workbook (old ``.xls``, password, damaged), E261 macros, E262 too large or
    packed too tightly, E263 formulas without a saved value.
    """
    parts = _inspect(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that do not matter here
            return _grids(path, parts)
    except InputRefused:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, SyntaxError, zipfile.BadZipFile,
            ArithmeticError, EOFError, RuntimeError, AssertionError) as problem:  # fmt: skip
        raise _refused(path, "E260", reason=str(problem)[:200] or type(problem).__name__) from problem


def _refused(path: Path, code: str, **values: object) -> InputRefused:
    return InputRefused(Fault(code, path.name, values={"name": path.name, **values}))


def _inspect(path: Path) -> dict[str, Part]:
    """Look through the package before anything is parsed; its parts by name."""
    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refused(path, "E260", reason="an old .xls workbook, or one with a password")
    seen: dict[str, Part] = {}
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            _refuse_bomb(path, parts)
            total = 0
            for part in parts:
                size, seen[part.filename] = _count(path, package, part, LARGEST_BYTES - total)
                total += size
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as problem:
        raise _refused(path, "E260", reason=str(problem)[:200]) from problem
    except Exception as problem:
        if isinstance(problem, InputRefused) or type(problem).__module__ not in ("zlib", "lzma"):
            raise
        raise _refused(path, "E260", reason=str(problem)[:200]) from problem
    return seen


def _refuse_bomb(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    """By the directory alone: macros, number of parts, sizes."""
    names = [part.filename.lower() for part in parts]
    macro = next((n for n in names if n.endswith("vbaproject.bin") or "/macrosheets/" in n), "")
    if macro:
        raise _refused(path, "E261", part=macro)
    if "[content_types].xml" not in names:
        raise _refused(path, "E260", reason="not an Excel workbook")
    if len(parts) > MOST_PARTS:
        raise _refused(path, "E262", reason=f"{len(parts)} > {MOST_PARTS} parts")
    _refuse_size(path, sum(part.file_size for part in parts))
    for part in parts:
        _refuse_ratio(path, part, part.file_size)


def _refuse_size(path: Path, size: int) -> None:
    if size > LARGEST_BYTES:
        raise _refused(path, "E262", reason=f"{size // 1_000_000} MB > {LARGEST_BYTES // 1_000_000} MB")


def _refuse_ratio(path: Path, part: zipfile.ZipInfo, size: int) -> None:
    if size > SMALL_BYTES and size > LARGEST_RATIO * max(1, part.compress_size):
        raise _refused(path, "E262", reason=f"{part.filename}: {size} / {part.compress_size} > {LARGEST_RATIO}")


def _count(path: Path, package: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> tuple[int, Part]:
    """Unpack a part into nothing: its true size, and what it names."""
    size, tail, formulas = 0, b"", False
    found: list[Merge] = []
    with package.open(part) as stream:
        while block := stream.read(1 << 20):
            size += len(block)
            if size > left:
                _refuse_size(path, LARGEST_BYTES + size)
            _refuse_ratio(path, part, size)
            text = tail + block
            if b"<!DOCTYPE" in text.replace(b"\0", b"").upper():
                raise _refused(path, "E260", reason=f"{part.filename}: DOCTYPE")
            hits = list(_MERGE.finditer(text))
            found += [_merge(hit) for hit in hits]
            formulas = formulas or _FORMULA.search(text) is not None
            tail = text[max(hits[-1].end() if hits else 0, len(text) - 200) :]
            if len(found) > MOST_MERGES or sum(m.bottom - m.top for m in found) > MOST_MERGED_ROWS + MOST_ROWS:
                raise _refused(path, "E262", reason=f"{part.filename}: {len(found)} merged ranges")
    return size, Part(tuple(found), formulas)


def _merge(found: re.Match[bytes]) -> Merge:
    return Merge(int(found[2]), _column(found[1]), int(found[4]), _column(found[3]))


def _column(letters: bytes) -> int:
    """``A`` is 1, ``AA`` is 27."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _grids(path: Path, parts: dict[str, Part]) -> list[Grid]:
    """Read values; where there are formulas, these beside them to see which have no value."""
    import openpyxl  # slow to load, and only lists in workbooks need it

    faults: list[Fault] = []
    grids = []
    with path.open("rb") as first, path.open("rb") as second:
        values = openpyxl.load_workbook(first, read_only=True, data_only=True, keep_links=False)
        formulas = openpyxl.load_workbook(second, read_only=True, data_only=False, keep_links=False)
        for sheet, raw in zip(values.worksheets, formulas.worksheets, strict=True):
            if sheet.sheet_state != "visible":
                continue
            part = parts.get(getattr(sheet, "_worksheet_path", ""), Part(formulas=True))
            rows = tuple(_rows(path, sheet, raw if part.formulas else None, faults))
            if rows:
                grids.append(Grid(sheet.title, rows, part.merges))
    if faults:
        raise InputRefused(faults)
    return grids


def _rows(path: Path, sheet: Any, formulas: Any, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything. What a file says of its own extent is not believed."""
    sheet.reset_dimensions()
    origins: Iterator[Sequence[Any]] = repeat(())
    if formulas is not None:
        formulas.reset_dimensions()
        origins = formulas.iter_rows()
    for number, (cells, written) in enumerate(zip(sheet.iter_rows(), origins, strict=False), start=1):
        if number > MOST_ROWS or len(cells) > MOST_COLUMNS:
            shape = f"{sheet.title}: {number} × {len(cells)} > {MOST_ROWS} × {MOST_COLUMNS}"
            raise _refused(path, "E262", reason=shape)
        for cell, origin in zip(cells, written, strict=False):
            if cell.value is None and origin.data_type == "f":
                at = {"sheet": sheet.title, "cell": origin.coordinate}
                faults.append(Fault("E263", path.name, number, origin.column_letter, at))
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield number, texts


def _text(cell: Any) -> str:
    """A cell as its table shows it: numbers in plain digits, with the leading zeros of a format such as ``000000``.

    A whole number of more than `SAFE_DIGITS` digits has lost some and is written as ``1.1E+17``, as in a CSV.
    """
    value = cell.value
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and not value.is_integer():
        return f"{Decimal(repr(value)):f}"
    if isinstance(value, int | float):
        digits = str(int(value))
        if len(digits.lstrip("-")) > SAFE_DIGITS:
            return f"{Decimal(digits):E}"
        zeros = str(cell.number_format)
        return digits.zfill(len(zeros)) if zeros and set(zeros) == {"0"} else digits
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return "" if value is None else str(value)
