"""The ``county.toml`` of an imported county: a preset with what the import knows; comments of the preset stay."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files
from typing import Any

import tomlkit
import tomlkit.items

from siting.errors import Fault, InputRefused

from .population.waste import COLUMN, GROUP, SOURCE, demand_section, source_section


@dataclass(frozen=True)
class Preset:
    """A preset: ``document`` is the county.toml to be, ``importing`` its ``[import]`` section with plain numbers.

    ``sources`` names the source of each number of ``importing`` by its dotted path.
    """

    document: tomlkit.TOMLDocument
    importing: dict[str, Any]
    sources: dict[str, str]

    def county(self) -> dict[str, Any]:
        """What the preset says of a county, without the sources of its numbers; numbers as decimals."""
        text = tomlkit.dumps(self.document)
        found: dict[str, Any] = plain(tomllib.loads(text, parse_float=Decimal), "", {})
        return found


def read_preset(name: str) -> Preset:
    """Read a preset by name. Raises `InputRefused` with E209 where there is none of that name.

    One whose ``[import]`` says ``extends`` comes on top of that other one: its sections are added, entries of a list of
    sections with a known ``id`` join those, plain lists grow, other values replace.
    """
    folder = files("siting.instances") / "presets"
    known = sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))
    if name not in known:
        raise InputRefused(Fault("E209", values={"preset": name, "known": ", ".join(known)}))
    document = tomlkit.parse((folder / f"{name}.toml").read_text(encoding="utf-8"))
    if base := document["import"].get("extends"):
        more, document = document, tomlkit.parse((folder / f"{base}.toml").read_text(encoding="utf-8"))
        del more["import"]["extends"]
        _merge(document, more)
    sources: dict[str, str] = {}
    importing = plain(document.unwrap()["import"], "", sources)
    del document["import"]
    return Preset(document, importing, sources)


def _merge(base: Any, more: Any) -> None:
    """Put what stands in ``more`` into ``base``, section by section."""
    for key, value in more.items():
        if key not in base:
            base[key] = value
        elif isinstance(value, tomlkit.items.AoT):
            for item in value:
                same = [own for own in base[key] if "id" in item and own.get("id") == item["id"]]
                if same:
                    _merge(same[0], item)
                else:
                    base[key].append(item)
        elif isinstance(value, dict):
            _merge(base[key], value)
        elif isinstance(value, list):
            for item in value:
                if item not in base[key]:
                    base[key].append(item)
        else:
            base[key] = value


def plain(node: Any, path: str, sources: dict[str, str]) -> Any:
    """``{value, source}`` tables as plain values; ``sources`` keeps who says it, by dotted path."""
    if isinstance(node, dict):
        if "value" in node and set(node) <= {"value", "source", "note"}:
            sources[path] = node.get("source", "")
            return node["value"]
        return {key: plain(value, f"{path}.{key}".strip("."), sources) for key, value in node.items()}
    return node  # lists hold no sourced numbers that are asked for here


def fill(
    preset: Preset, *, head: list[str], about: Mapping[str, Any], residents: int, estimated: Mapping[str, bool],
    population: Mapping[str, str], by_share: Collection[str] = (), waste: bool = False,
    slopes: bool = False,
) -> str:  # fmt: skip
    """Text of ``county.toml``.

    ``head`` are comment lines; ``about`` is ``[county]``; ``residents`` multiplies the money per resident (base units);
    ``estimated`` says by demand column whether it was estimated; ``by_share`` are the columns that are shares of all
    residents; ``population`` is the source of the residents; ``waste`` adds the group of the column ``waste_kgpd``
    with its source; ``slopes`` the times on slopes of ``[import.slopes]``, for roads whose nodes have heights.
    """
    document = preset.document
    if slopes:
        _add_slopes(document, preset)
    if waste and all(group.get("column") != COLUMN for group in document["demand"].values()):
        document["demand"][GROUP] = _section(demand_section())
        document["sources"][SOURCE] = _section(source_section())
    base = Decimal(document.unwrap()["money"]["base_per_unit"])
    for fund in document["funds"]:
        each = Decimal(str(preset.importing["capital_per_resident"][fund["id"]]))
        amount = (each * residents / base).quantize(Decimal(1), ROUND_HALF_UP)
        source = preset.sources[f"capital_per_resident.{fund['id']}"]
        fund["capital"] = _sourced(int(amount), source, f"{each} yuan x {residents} residents")
    for group in document["demand"].values():
        column = group.get("column")
        if column is None or column == COLUMN:
            continue  # says itself by which source, and whether it is an estimate
        group["estimated"] = estimated[column]
        group["source"] = preset.sources[f"shares.{column}"] if column in by_share else "population"
    document["sources"]["population"] = _section(population)
    county = _section(about)
    text = tomlkit.dumps(document)
    top = "".join(f"# {line}\n" for line in head)
    section = tomlkit.dumps(tomlkit.document().append("county", county))
    return top + text.replace("[money]", f"{section}\n[money]", 1)


def _add_slopes(document: tomlkit.TOMLDocument, preset: Preset) -> None:
    """``slopes`` of each mode that the preset gives them for, and their sources."""
    for mode, pairs in preset.importing.get("slopes", {}).items():
        value = tomlkit.inline_table()
        value.update({"value": pairs, "source": preset.sources[f"slopes.{mode}"]})
        document["network"]["modes"][mode]["slopes"] = value
    for key, about in preset.importing.get("slope_sources", {}).items():
        document["sources"][key] = _section(about)


def _section(values: Mapping[str, Any]) -> Any:
    """A section of the document."""
    table = tomlkit.table()
    table.update(values)
    return table


def _sourced(value: int, source: str, note: str) -> Any:
    """A number with its source, on one line."""
    table = tomlkit.inline_table()
    table.update({"value": value, "source": source, "note": note})
    return table
