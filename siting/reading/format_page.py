"""The reference of the county folder, printed from the classes that read it.

`reference` gives the tables of ``instances/README.md``: every column and key with its need, type, unit and
description, straight from `siting.counties.rows` and `siting.counties.sections`. `renewed` puts it
between the two markers of a page.
"""

from __future__ import annotations

import re
import types
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from siting.counties import sections, services
from siting.counties.rows import Level, Mode
from siting.reading.instance import TABLES

BEGIN = "<!-- reference: begin (made by siting.reading.format_page) -->"
END = "<!-- reference: end -->"

#: Sections of county.toml in the order of the page.
SECTIONS: dict[str, type[BaseModel]] = {
    "top of the file": sections.CountyFile,
    "[county]": sections.About,
    "[money]": sections.MoneyUnit,
    "[network]": sections.Network,
    "[network.modes.MODE]": sections.Travel,
    "[demand.ID]": sections.Demand,
    "[services.ID]": services.Service,
    "[[services.ID.access]]": services.Access,
    "[[services.ID.sizes]]": services.Size,
    "[services.ID.referral]": services.Referral,
    "[services.ID.keep_away]": services.KeepAway,
    "[services.ID.haul]": services.HaulRules,
    "[services.ID.line]": services.LineRules,
    "[[phases]]": sections.Phase,
    "[[funds]]": sections.Fund,
    "[objective]": sections.Objective,
    "[land]": sections.Land,
    "[[rules]]": sections.Rule,
    "[[packages]]": sections.Package,
    "[[targets]]": sections.Target,
    "[scenarios.ID]": sections.Variation,
    "[sources.ID]": sections.Source,
}
_PLAIN = {str: "text", int: "whole number", float: "number", Decimal: "number", bool: "true or false"}
_WORDS: dict[Any, str] = {
    Level: "level",
    Mode: "travel mode",
    dict[str, Any]: "values by path",
    tuple[tuple[int, int], ...]: "list of pairs of whole numbers",
}
_BOUNDS = {"gt": "> {}", "ge": "≥ {}", "lt": "< {}", "le": "≤ {}"}


def reference() -> str:
    """All tables and sections as Markdown, one heading each."""
    parts = ["## Tables"]
    for name, (row_type, needed) in TABLES.items():
        parts += [f"### {name}{'' if needed else ' (optional)'}", _first_line(row_type), _table(row_type, "column")]
    parts.append("## Sections of county.toml")
    for name, section in SECTIONS.items():
        heading = f"`{name}`" if "[" in name else name[0].upper() + name[1:]
        parts += [f"### {heading}", _first_line(section), _table(section, "key")]
    return "\n\n".join(parts) + "\n"


def renewed(page: str) -> str:
    """``page`` with the reference of today between its markers.

    Raises:
        ValueError: a marker is missing.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page needs the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def _first_line(schema: type[BaseModel]) -> str:
    """The first sentence of the class, as Markdown."""
    line = (schema.__doc__ or "").strip().splitlines()[0].replace("``", "`")
    return re.sub(r"^`\[.*?\]`: (.)", lambda found: found[1].upper(), line)


def _table(schema: type[BaseModel], head: str) -> str:
    rows = [f"| {head} | needed | type | unit | what it says |", "|---|---|---|---|---|"]
    for name, field in schema.model_fields.items():
        extra = field.json_schema_extra
        unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
        cells = (f"`{name}`", _needed(field), _type(field), unit, field.description or "see below")
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def _needed(field: FieldInfo) -> str:
    """``yes``, or the value that a missing key has."""
    if field.is_required():
        return "yes"
    default = field.default
    if field.default_factory is not None:
        return "no"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if default is None or default == "" or isinstance(default, (tuple, dict, BaseModel)):
        return "no"
    return f"`{default}`"


def _type(field: FieldInfo) -> str:
    rules = _rules(field)
    bounds = [
        text.format(_figure(getattr(rule, key)))
        for rule in rules
        for key, text in _BOUNDS.items()
        if hasattr(rule, key)
    ]
    return ", ".join([_named(field.annotation), *dict.fromkeys(bounds)])


def _figure(bound: Any) -> str:
    """A bound with separators where it is long; a year is not."""
    return f"{int(bound):,}" if abs(bound) >= 10_000 else str(bound)


def _rules(field: FieldInfo) -> list[Any]:
    """Bounds of a field, those of an optional type included."""
    inner = [rule for part in get_args(field.annotation) for rule in getattr(part, "__metadata__", ())]
    found: list[Any] = []
    for rule in (*field.metadata, *inner):
        found += rule.metadata if isinstance(rule, FieldInfo) else [rule]
    return found


def _named(annotation: Any) -> str:
    """An annotation in plain words."""
    origin, args = get_origin(annotation), get_args(annotation)
    if annotation in _WORDS:
        return _WORDS[annotation]
    if hasattr(annotation, "__metadata__"):
        return _named(args[0])
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in args)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_named(part) for part in args if part is not type(None)))
    if origin is tuple:
        return f"list of {_named(args[0])}s"
    if origin is dict:
        return f"{_named(args[1])}s by {_named(args[0])}".replace("by text", "by name")
    return _PLAIN.get(annotation, "section")
