"""Reading one CSV table strictly: every fault with its row and column, nothing coerced, nothing dropped.

Text is decoded by its byte-order mark or as the county declares, never by a guess that cannot fail (latin-1). Numbers
are plain digits: ``1,234``, ``1_000``, ``1e3`` and ``NaN`` are faults. Full-width digits are read as digits. Ids and
names are normalised to NFC without zero-width characters.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import UnionType
from typing import Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError

from siting.counties.rows import COLUMN, Row
from siting.errors import Fault

R = TypeVar("R", bound=Row)

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_EXCEL = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
#: A wider table is none of places; spreadsheets that were never cleaned end in some thousand blank columns.
MOST_COLUMNS = 2000
#: No quantity of a county is written with more characters.
LONGEST_NUMBER = 100
#: What spreadsheets of other regions put between cells instead of commas, and how a message names it.
_OTHER_SIGNS = {";": ";", "\t": "Tab"}
#: Full-width digits, point and signs; NFKC would also make 102 of 10².
WIDE = {ord(wide): plain for wide, plain in zip("０１２３４５６７８９．＋－", "0123456789.+-", strict=True)}
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


def decode(data: bytes, encoding: str, file: str) -> tuple[str | None, list[Fault]]:
    """Text of ``data``: by its byte-order mark, else as ``encoding``; None with a fault where that fails."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            encoding = name
            data = data[len(bom) :] if name == "utf-8" else data
            break
    else:
        other = {"gb18030": not data.isascii(), "utf-16": b"\0" not in data}
        if other.get(encoding, False) and _is_utf8(data):
            return None, [Fault("E103", file=file, values={"encoding": encoding})]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        try:
            data.decode("gb18030")
        except UnicodeDecodeError:
            return None, [Fault("E102", file=file, row=row, values={"encoding": encoding})]
        return None, [Fault("E101", file=file, row=row, values={"encoding": encoding})]
    if "\0" in text:
        return None, [Fault("E104", file=file, row=text.count("\n", 0, text.index("\0")) + 1)]
    return text, []


def read(path: Path, row_type: type[R], encoding: str) -> tuple[list[R], list[int], list[Fault]]:
    """Rows of a table, the row number of each, and every fault; faulty rows are left out of the rows."""
    text, faults = decode(path.read_bytes(), encoding, path.name)
    if text is None:
        return [], [], faults
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[R] = []
    numbers: list[int] = []
    try:
        header = [clean(cell) for cell in next(reader, [])]
        if len(header) > MOST_COLUMNS:
            return [], [], [Fault("E166", path.name, 1, values={"has": len(header), "limit": MOST_COLUMNS})]
        faults += header_faults(header, row_type, path.name)
        if faults:
            return [], [], faults
        seen: dict[str, int] = {}
        for number, cells in _numbered(reader):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                faults.append(Fault("E106", path.name, number, values={"has": len(cells), "wants": len(header)}))
                continue
            row, wrong = _row(dict(zip(header, cells, strict=True)), row_type, path.name, number)
            faults += wrong
            if row is None:
                continue
            identity = getattr(row, "id", None) if "id" in row_type.model_fields else None
            if identity is not None and identity in seen:
                values = {"id": identity, "first": seen[identity], "second": number}
                faults.append(Fault("E112", path.name, number, "id", values))
                continue
            seen[identity or ""] = number
            rows.append(row)
            numbers.append(number)
    except csv.Error as error:
        faults.append(Fault("E105", path.name, reader.line_num, values={"why": str(error)}))
    if not rows and not faults:
        faults.append(Fault("E119", path.name))
    return rows, numbers, faults


def pydantic_faults(
    error: ValidationError, file: str, row: int | None = None
) -> Iterator[tuple[tuple[Any, ...], Fault]]:
    """One fault per finding of pydantic, with the place in the data where it was found."""
    items = error.errors(include_url=False)
    for item in items:
        kind, context, depth = item["type"], item.get("ctx", {}), len(item["loc"])
        if kind == "too_short" and any(o["loc"][:depth] == item["loc"] and len(o["loc"]) > depth for o in items):
            continue  # a list is short only because its elements have faults of their own
        given, key = item.get("input"), ".".join(str(part) for part in item["loc"])
        values: dict[str, object] = {"value": _short(given), "key": key}
        code = "E171" if isinstance(given, dict) else "E118"
        if kind in ("missing", "string_too_short", "too_short"):
            code = "E107"
        elif limit := next((f"{sign} {context[k]}" for k, sign in _BOUNDS.items() if k in context), ""):
            code, values["limit"] = "E108", limit
        elif kind == "literal_error":
            code, values["known"] = "E109", str(context["expected"]).replace(" or ", ", ").replace("'", "")
        elif kind == "union_tag_invalid":
            code, values["known"] = "E109", str(context["expected_tags"]).replace("'", "")
            values["value"] = context["tag"]
        elif kind == "union_tag_not_found":
            code = "E107"
        elif kind == "extra_forbidden":
            code = "E116"
        elif kind == "string_pattern_mismatch":
            code, values["pattern"] = "E114", context["pattern"]
            code = {"^[a-z0-9][a-z0-9-]{0,62}$": "E177", f"^({COLUMN})?$": "E178"}.get(context["pattern"], code)
        elif kind in ("tuple_type", "list_type"):
            code = "E170" if isinstance(given, dict) else "E169"
        elif kind in ("dict_type", "model_type", "model_attributes_type"):
            code = "E174"
        elif kind == "string_type":
            code = "E175"
        elif kind == "bool_type":
            code, values["known"] = "E109", "true, false"
        elif "parsing" in kind or kind.endswith(("_type", "finite_number")):
            code = "E110"
        values["why"] = item["msg"].removeprefix("Value error, ")
        yield tuple(item["loc"]), Fault(code, file, row, values=values)


_BOUNDS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each starts, counted from 1 with the header."""
    start = reader.line_num + 1
    for cells in reader:
        yield start, cells
        start = reader.line_num + 1


def header_faults(header: list[str], row_type: type[Row], file: str) -> list[Fault]:
    """E113 a heading twice; E115 or E117 a heading that is missing, with a near one or not; E167 no commas at all."""
    signs = [name for sign, name in _OTHER_SIGNS.items() if len(header) == 1 and sign in header[0]]
    if signs:  # one cell that should be many: every heading would be missing
        return [Fault("E167", file, 1, values={"sign": signs[0]})]
    faults = [
        Fault("E113", file, 1, name, {"name": name})
        for name in dict.fromkeys(header)
        if name and header.count(name) > 1
    ]
    for name, field in row_type.model_fields.items():
        if field.is_required() and name not in header:
            near = get_close_matches(name, header, 1, 0.6)
            values = {"name": name, "near": near[0] if near else "", "has": ", ".join(filter(None, header))}
            faults.append(Fault("E115" if near else "E117", file, 1, name, values))
    return faults


def _row(cells: dict[str, str], row_type: type[R], file: str, number: int) -> tuple[R | None, list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    kinds = _kinds(row_type)
    for name, raw in cells.items():
        cell = clean(raw)
        kind = kinds.get(name)
        if kind is None:
            if name:
                values[name] = cell
            continue
        if cell == "" and not kind.required:
            continue
        if kind.numeric:
            if cell == "":
                faults.append(Fault("E107", file, number, name))
                continue
            cell = cell.translate(WIDE)
            if len(cell) > LONGEST_NUMBER or not _NUMBER.fullmatch(cell):
                faults.append(Fault("E110", file, number, name, {"value": _short(cell)}))
                continue
            values[name] = int(cell) if kind.whole and cell.lstrip("+-").isdigit() else cell
        else:
            if name == "id" and _EXCEL.fullmatch(cell):
                faults.append(Fault("E111", file, number, name, {"value": cell}))
                continue
            values[name] = cell
    if _looks_swapped(values):
        return None, [*faults, Fault("E136", file, number, "lon", {"lon": values["lon"], "lat": values["lat"]})]
    known = {fault.column for fault in faults}
    try:
        row = row_type.model_validate(values)
    except ValidationError as error:
        for place, fault in pydantic_faults(error, file, number):
            name = str(place[0]) if place else ""
            if name not in known:
                faults.append(Fault(fault.code, file, number, name, fault.values))
        return None, faults
    return (None if faults else row), faults


def _looks_swapped(values: dict[str, Any]) -> bool:
    """A latitude beyond the pole beside a longitude that could be a latitude."""
    try:
        return abs(float(values["lat"])) > 90 >= abs(float(values["lon"]))
    except (KeyError, ValueError):
        return False


def _leaves(annotation: Any) -> Iterator[Any]:
    """The plain types inside an annotation; the type of the values of a Literal."""
    origin = get_origin(annotation)
    if origin is Literal:
        yield from (type(value) for value in get_args(annotation))
    elif origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from _leaves(part)
    elif hasattr(annotation, "__metadata__"):
        yield from _leaves(get_args(annotation)[0])
    else:
        yield annotation


class _Kind(NamedTuple):
    """What a column of a table wants."""

    required: bool
    numeric: bool
    whole: bool


@lru_cache(maxsize=64)
def _kinds(row_type: type[Row]) -> dict[str, _Kind]:
    """What each column wants, worked out once for all rows."""
    found = {}
    for name, about in row_type.model_fields.items():
        leaves = tuple(_leaves(about.annotation))
        found[name] = _Kind(about.is_required(), str not in leaves, int in leaves)
    return found


def clean(cell: str) -> str:
    """A cell in composed form, without invisible characters and outer blanks."""
    return unicodedata.normalize("NFC", cell.translate(_INVISIBLE)).strip()


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
