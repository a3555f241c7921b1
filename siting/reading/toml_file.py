"""Reading ``county.toml``: sections, the source of every number, and the line of every fault.

A number may be written plainly or with its source, ``{ value = 30, source = "S041" }``; both give the same number,
the second also a `Provenance`. Decimals are kept as written.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from siting.counties import services
from siting.counties.county import Provenance
from siting.counties.sections import CountyFile
from siting.errors import Fault
from siting.reading.tables import decode, pydantic_faults

#: Sections whose numbers are claims about the world, and the keys among them that are not.
_SOURCED = ("network", "services", "funds", "targets", "running_budget_per_year", "land", "rules")
_PLAIN = ("weight", "tier", "year")
#: A longer line, or deeper nesting, is no county; reading it could take for ever.
LONGEST_LINE, DEEPEST = 50_000, 30
_POSITION = re.compile(r"[0-9]{1,9}")
_HEADER = re.compile(r"^\s*(\[{1,2})([^\]]+)\]{1,2}\s*(#.*)?$")
_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[A-Za-z0-9_.-]+)\s*=""")


@dataclass(frozen=True, eq=False)
class Document:
    """``county.toml`` as it was read.

    ``file`` is None where it has faults; ``plain`` the same without sources, as plain lists and dicts.
    """

    file: CountyFile | None = None
    plain: Mapping[str, Any] = field(default_factory=dict)
    provenance: tuple[Provenance, ...] = ()


def read(path: Path) -> tuple[Document, list[Fault]]:
    """The county file, and every fault with its line and key."""
    data = path.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Document(), [Fault("E162", path.name)]
    text, faults = decode(data, "utf-8", path.name)
    if text is None:  # county.toml has no encoding to declare: it is UTF-8
        return Document(), [Fault("E176", f.file, f.row) if f.code == "E101" else f for f in faults]
    if (longest := max(map(len, text.splitlines()), default=0)) > LONGEST_LINE:
        why = f"a line of {longest:,} characters, more than {LONGEST_LINE:,}"
        return Document(), [Fault("E100", path.name, values={"why": why})]
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        row = int(found[1]) if found else None
        shown = f": {text.split(chr(10))[row - 1].strip()}" if row else ""
        return Document(), [Fault("E100", path.name, row, values={"why": f"{error}{shown}"})]
    except (ValueError, ArithmeticError, RecursionError) as error:  # numbers and nesting beyond what Python reads
        return Document(), [Fault("E100", path.name, values={"why": str(error) or type(error).__name__})]
    if _depth(raw) > DEEPEST:
        return Document(), [Fault("E100", path.name, values={"why": f"nested deeper than {DEEPEST}"})]
    lines = _lines(text)
    provenance: list[Provenance] = []
    plain = _unwrap(raw, (), provenance)
    file, faults = validated(plain, path.name, lines)
    if file is None:
        return Document(None, plain, tuple(provenance)), faults
    for item in provenance:
        if item.source and item.source not in file.sources:
            faults.append(
                Fault("E131", path.name, _line(lines, undotted(item.path)), item.path, {"value": item.source})
            )
    return Document(file, plain, tuple(provenance)), faults


def _depth(node: Any) -> int:
    """How deep lists and sections are nested, counted without recursion."""
    depth, level = 0, [node]
    while level:
        depth += 1
        inner = [item for item in level if isinstance(item, dict | list)]
        level = [found for item in inner for found in (item.values() if isinstance(item, dict) else item)]
    return depth


def validated(
    plain: Mapping[str, Any], name: str, lines: Mapping[tuple[Any, ...], int] | None = None
) -> tuple[CountyFile | None, list[Fault]]:
    """The sections of a plain document, or every fault, with its line in the file ``name`` where ``lines`` knows it."""
    try:
        return CountyFile.model_validate(plain), []
    except ValidationError as error:
        return None, placed(error, name, lines or {})


def placed(error: ValidationError, name: str, lines: Mapping[tuple[Any, ...], int]) -> list[Fault]:
    """Every fault of a document with its key and its line; E199 instead of E116 where a known key looks alike."""
    faults = []
    for place, fault in pydantic_faults(error, name):
        code, values = fault.code, dict(fault.values)
        if code == "E116" and (near := get_close_matches(str(place[-1]), _siblings(), 1, 0.6)):
            code, values["near"] = "E199", near[0]
        faults.append(Fault(code, name, _line(lines, place), dotted(place), values))
    return faults


def line_of(path: Path, key: str) -> int | None:
    """The line of ``county.toml`` where a dotted key stands, or the nearest section above it."""
    return _line(_lines(path.read_text(encoding="utf-8-sig")), undotted(key))


def _unwrap(node: Any, place: tuple[Any, ...], found: list[Provenance]) -> Any:
    if isinstance(node, dict):
        if "value" in node and set(node) <= {"value", "source", "note"}:
            source = str(node.get("source", ""))
            found.append(Provenance(dotted(place), str(node["value"]), source, str(node.get("note", ""))))
            return node["value"]
        return {key: _unwrap(value, (*place, key), found) for key, value in node.items()}
    if isinstance(node, list):
        return [_unwrap(value, (*place, k), found) for k, value in enumerate(node)]
    if (
        isinstance(node, int | Decimal)
        and not isinstance(node, bool)
        and place[0] in _SOURCED
        and place[-1] not in _PLAIN
    ):
        found.append(Provenance(dotted(place), str(node), ""))
    return node


def dotted(place: tuple[Any, ...]) -> str:
    """A place in a document as a planner writes it: ``services.primary.access[0].limit_min``."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text


def undotted(key: str) -> tuple[Any, ...]:
    """The parts of a dotted key; what stands in brackets is a number, or the id of an element."""
    found = re.findall(r"\[([^\[\]]*)\]|([^.\[\]]+)", key)
    return tuple((int(inside) if _POSITION.fullmatch(inside) else inside) if inside else name for inside, name in found)


def _lines(text: str) -> dict[tuple[Any, ...], int]:
    """Line of every section and key that begins a line."""
    lines: dict[tuple[Any, ...], int] = {}
    count: dict[tuple[Any, ...], int] = {}
    section: tuple[Any, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            section = ()
            names = [name.strip("\"' ") for name in re.findall(r"\"[^\"]*\"|'[^']*'|[^.]+", header[2].strip())]
            for k, name in enumerate(names):
                section = (*section, name)
                last = k == len(names) - 1
                if header[1] == "[[" and last:
                    count[section] = count.get(section, -1) + 1
                if section in count:
                    section = (*section, count[section])
            lines.setdefault(section, number)
        elif key := _KEY.match(line):
            lines.setdefault((*section, *key[1].strip("\"'").split(".")), number)
    return lines


def _line(lines: Mapping[tuple[Any, ...], int], place: tuple[Any, ...]) -> int | None:
    """Line of a place, or of the nearest place above it."""
    for k in range(len(place), 0, -1):
        if place[:k] in lines:
            return lines[place[:k]]
    return None


def _siblings() -> list[str]:
    """Keys that might have been meant: all keys of all sections."""
    from siting.counties import sections

    nouns = (n for n in vars(sections).values() if isinstance(n, type) and issubclass(n, services.Noun))
    inside = (n for n in vars(services).values() if isinstance(n, type) and issubclass(n, services.Noun))
    return sorted({name for noun in (*nouns, *inside) for name in noun.model_fields})
