"""The report as one JSON object for other programs: every sentence, every table, every figure; docs/run-folder.md.

Numbers are as exact as they are known: money in base units, shares as fractions, travel in seconds or metres.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from siting.counties.county import County
from siting.plans.measure import Measures
from siting.store import write_json
from siting.studies.study import Study
from siting.words import Words

from .. import content
from ..nouns import Amount, Cell, Column, Content, Table
from ..speech import Speech
from . import ledger

FORMAT = 1


def write(study: Study, out: Path, words: Words) -> list[Path]:
    """Write ``report.json``, for a second language ``report.<lang>.json``."""
    first = study.result.get("lang", words.lang) == words.lang
    return [write_json(out / ("report.json" if first else f"report.{words.lang}.json"), data(study, words))]


def data(study: Study, words: Words) -> dict[str, Any]:
    """The object."""
    say = content.speech(study.county, words.lang)
    told = content.of(study, words.lang)
    return {
        "format": FORMAT,
        "kind": "report",
        "county": study.county.id,
        "scenario": study.scenario.name,
        "synthetic": study.county.file.county.synthetic,
        "status": study.result.get("status"),
        "verdict_of_checker": study.result.get("verdict"),
        "gap": study.result.get("gap"),
        "aim": study.result.get("aim"),
        "bound": study.result.get("bound"),
        "created": study.result.get("created"),
        "money": money(study.county),
        "figures": {"plan": figures(study.measures), "before": figures(study.before)},
        "content": spoken(told, say),
        "lists": [table(t, say) for t in (ledger.sites(study, say), ledger.villages(study, say))],
    }


def money(county: County) -> dict[str, Any]:
    """In what the money of the file is counted, and how people say it."""
    unit = county.file.money
    return {"base": unit.base, "unit": unit.unit, "base_per_unit": unit.base_per_unit}


def figures(measures: Measures) -> dict[str, Any]:
    """Every figure of a plan by its stable name."""
    return {
        "objective": measures.objective,
        "cost": measures.cost,
        "travel": measures.travel,
        "capital": measures.capital,
        "capital_available": measures.capital_available,
        "running": measures.running,
        "running_available": measures.running_available,
        "fund_used": dict(measures.fund_used),
        "fund_available": dict(measures.fund_available),
        "services": {key: asdict(f) | {"share": f.share} for key, f in measures.services.items()},
        "targets": [asdict(f) | {"met": f.met, "shortfall": f.shortfall} for f in measures.targets],
        "sites": [asdict(f) for f in measures.sites],
    }


def spoken(told: Content, say: Speech) -> dict[str, Any]:
    """The content of a report in its language."""
    return {
        "lang": told.lang,
        "title": told.title,
        "subtitle": told.subtitle,
        "warnings": list(told.warnings),
        "verdict": list(told.verdict),
        "tiles": [asdict(tile) for tile in told.tiles],
        "sections": [
            {
                "id": section.id,
                "title": section.title,
                "sentences": list(section.sentences),
                "tables": [table(t, say) for t in section.tables],
            }
            for section in told.sections
        ],
    }


def table(whole: Table, say: Speech) -> dict[str, Any]:
    """A table: its columns, and each row as a list of cells in their order."""
    return {
        "id": whole.id,
        "title": whole.title,
        "columns": [{"key": c.key, "title": c.title, "kind": c.kind} for c in whole.columns],
        "rows": [
            [_cell(cell, column, say) for cell, column in zip(row, whole.columns, strict=True)] for row in whole.rows
        ],
        "note": whole.note,
    }


def _cell(cell: Cell, column: Column, say: Speech) -> Any:
    """A number as it is; one of another kind than its column with that kind; a code with its words."""
    if isinstance(cell, Amount):
        return {"value": cell.value, "kind": cell.kind} if cell.kind != column.kind else cell.value
    if column.kind == "code" and isinstance(cell, str):
        return {"code": cell, "text": say.text(cell, "code")}
    return cell
