"""A comparison as Word document, workbook, PDF and JSON: the content of the page, in the workbook with whole lists."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from siting.store import write_bytes, write_json
from siting.studies.comparing import Comparison
from siting.words import Words

from ..content import speech
from ..formats import json_report, pdf, word, workbook
from ..formats.workbook import Sheet
from ..maps import fonts, painter
from ..nouns import Section, Table
from ..speech import Speech
from . import difference_map, overview
from .wording import Names

#: Sections of the workbook with a list that gets a sheet of its own, so that it can be filtered.
LISTS = ("compare_site_changes",)


def write_word(comparison: Comparison, out: Path, words: Words, template: Path | None = None) -> list[Path]:
    """Write ``overview.docx``; ``template`` is a bureau's own document."""
    say = _speech(comparison, words)
    told = overview.of(comparison, words.lang)
    drawn = _pictures(comparison, say) if fonts.chinese() else []
    return [write_bytes(out / "compare.docx", word.document(told, say, drawn, created(comparison), template))]


def write_pdf(comparison: Comparison, out: Path, words: Words) -> list[Path]:
    """Write ``overview.pdf``."""
    fonts.required()
    say = _speech(comparison, words)
    told = overview.of(comparison, words.lang)
    return [write_bytes(out / "compare.pdf", pdf.document(told, say, _pictures(comparison, say), created(comparison)))]


def write_excel(comparison: Comparison, out: Path, words: Words) -> list[Path]:
    """Write ``overview.xlsx``: every list whole, every number a number."""
    say = _speech(comparison, words)
    told = overview.of(comparison, words.lang, whole=True)
    drawn = _pictures(comparison, say) if fonts.chinese() else []
    first = told.sections[0]
    sentences = (told.subtitle, *(say("excel.item", n=n, text=text) for n, text in enumerate(told.verdict, 1)))
    sheets = [
        Sheet(say("compare.sheet_overview"), told.title, sentences, first.tables, told.warnings, told.tiles),
        *(sheet for section in told.sections[1:] if section.id != "map" for sheet in _sheets(section, say)),
        *(Sheet(say("compare.sheet_map"), title, picture=painter.png(data)) for title, data in drawn),
    ]
    return [write_bytes(out / "compare.xlsx", workbook.file(sheets, say, told.title, created(comparison)))]


def write_json_file(comparison: Comparison, out: Path, words: Words) -> list[Path]:
    """Write ``overview.json``: the figures of every alternative and the whole content."""
    say = _speech(comparison, words)
    told = overview.of(comparison, words.lang, whole=True)
    names = Names(comparison, say)
    data = {
        "format": json_report.FORMAT,
        "kind": "comparison",
        "county": comparison.county.id,
        "money": json_report.money(comparison.county),
        "today": {"figures": json_report.figures(comparison.today.measures)},
        "plans": [
            {
                "letter": plan.letter,
                "name": names.long(plan),
                "run": str(plan.study.run.name),
                "scenario": plan.study.scenario.name,
                "status": plan.study.result.get("status"),
                "solver": plan.study.result.get("solver"),
                "gap": plan.study.result.get("gap"),
                "figures": json_report.figures(plan.measures),
            }
            for plan in comparison.plans
            if plan.study
        ],
        "content": json_report.spoken(told, say),
    }
    return [write_json(out / "compare.json", data)]


def created(comparison: Comparison) -> str:
    """The date of the last run, as the documents show it."""
    return max(str(plan.study.result.get("created", "")) for plan in comparison.plans if plan.study)


def _speech(comparison: Comparison, words: Words) -> Speech:
    return speech(comparison.county, words.lang)


def _pictures(comparison: Comparison, say: Speech) -> Sequence[word.Figure]:
    return difference_map.pictures(comparison, Names(comparison, say), say)


def _sheets(section: Section, say: Speech) -> list[Sheet]:
    """A section as one sheet, or as one for its small tables and one for its list."""
    name = say(f"compare.sheet_{section.id}")
    own = [table for table in section.tables if table.id in LISTS]
    rest: tuple[Table, ...] = tuple(table for table in section.tables if table.id not in LISTS)
    sheets = [Sheet(name, section.title, section.sentences, rest)]
    return sheets + [Sheet(f"{name} 2", table.title, (), (table,)) for table in own]
