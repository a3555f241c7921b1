"""Reading ``county.toml``: sections, the source of every number, and the line of every fault.

A number may be written plainly or with its source, ``{ value = 30, source = "S041" }``; both give the same number,
the second also a `Provenance`. Decimals are kept as written.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from siting.county import Provenance
from siting.errors import Fault
from siting.sections import CountyFile
from siting.tables import decode, pydantic_faults

_FAMILIES = ("coverage", "catchment", "haul", "line")
#: Sections whose numbers are claims about the world, and the keys among them that are not.
_SOURCED = ("network", "services", "funds", "targets", "running_budget_per_year")
_PLAIN = ("weight", "tier", "year")
_HEADER = re.compile(r"^\s*(\[{1,2})\s*([^\]]+?)\s*\]{1,2}\s*(#.*)?$")
_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[A-Za-z0-9_.-]+)\s*=""")


def read(path: Path) -> tuple[CountyFile | None, tuple[Provenance, ...], list[Fault]]:
    """The county file, its sourced numbers, and every fault with its line and key."""
    text, faults = decode(path.read_bytes(), "utf-8", path.name)
    if text is None:
        return None, (), faults
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        return None, (), [Fault("E100", path.name, int(line[1]) if line else None, values={"why": str(error)})]
    except (ValueError, ArithmeticError, RecursionError) as error:  # numbers and nesting beyond what Python reads
        return None, (), [Fault("E100", path.name, values={"why": str(error) or type(error).__name__})]
    lines = _lines(text)
    provenance: list[Provenance] = []
    plain = _unwrap(raw, (), provenance)
    try:
        file = CountyFile.model_validate(plain)
    except ValidationError as error:
        for place, fault in pydantic_faults(error, path.name):
            place = _without_tag(place)
            code, values = fault.code, dict(fault.values)
            if code == "E116" and (near := get_close_matches(str(place[-1]), _siblings(place), 1, 0.6)):
                code, values["near"] = "E199", near[0]
            faults.append(Fault(code, path.name, _line(lines, place), _dotted(place), values))
        return None, tuple(provenance), faults
    for item in provenance:
        if item.source and item.source not in file.sources:
            faults.append(
                Fault("E131", path.name, _line(lines, _undotted(item.path)), item.path, {"value": item.source})
            )
    return file, tuple(provenance), faults


def line_of(path: Path, key: str) -> int | None:
    """The line of ``county.toml`` where a dotted key stands, or the nearest section above it."""
    return _line(_lines(path.read_text(encoding="utf-8-sig")), _undotted(key))


def _unwrap(node: Any, place: tuple[Any, ...], found: list[Provenance]) -> Any:
    if isinstance(node, dict):
        if "value" in node and set(node) <= {"value", "source", "note"}:
            source = str(node.get("source", ""))
            found.append(Provenance(_dotted(place), str(node["value"]), source, str(node.get("note", ""))))
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
        found.append(Provenance(_dotted(place), str(node), ""))
    return node


def _without_tag(place: tuple[Any, ...]) -> tuple[Any, ...]:
    """pydantic puts the family of a service into the place; a planner does not."""
    if len(place) > 2 and place[0] == "services" and place[2] in _FAMILIES:
        return (*place[:2], *place[3:])
    return place


def _dotted(place: tuple[Any, ...]) -> str:
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text


def _undotted(key: str) -> tuple[Any, ...]:
    return tuple(int(n) if n else name for name, n in re.findall(r"([^.\[\]]+)|\[(\d+)\]", key))


def _lines(text: str) -> dict[tuple[Any, ...], int]:
    """Line of every section and key that begins a line."""
    lines: dict[tuple[Any, ...], int] = {}
    count: dict[tuple[Any, ...], int] = {}
    section: tuple[Any, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            section = ()
            names = [name.strip("\"' ") for name in re.findall(r"\"[^\"]*\"|'[^']*'|[^.]+", header[2])]
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


def _line(lines: dict[tuple[Any, ...], int], place: tuple[Any, ...]) -> int | None:
    """Line of a place, or of the nearest place above it."""
    for k in range(len(place), 0, -1):
        if place[:k] in lines:
            return lines[place[:k]]
    return None


def _siblings(place: tuple[Any, ...]) -> list[str]:
    """Keys that might have been meant: all keys of all sections."""
    from siting import sections

    nouns = (n for n in vars(sections).values() if isinstance(n, type) and issubclass(n, sections.Noun))
    return sorted({name for noun in nouns for name in noun.model_fields})
