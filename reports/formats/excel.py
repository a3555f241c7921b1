"""The study as a workbook: one sheet a question, made to be filtered, sorted and computed on.

Verdict, targets, sites, villages, money, people, data; a chapter that no question asks for gets a sheet of its own.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from siting.store import write_bytes
from siting.studies.study import Study
from siting.words import Words

from .. import content
from ..chapters import schools
from ..nouns import Content, Section, Table
from ..speech import Speech
from . import ledger
from .workbook import Sheet, file

#: Chapters by the sheet that answers their question; the map is drawn elsewhere.
QUESTIONS = {
    "targets": ("targets",),
    "services": ("services",),
    "people": ("unserved", "changes"),
    "money": ("money",),
    "data": ("assumptions", "data", "reproduce"),
}
#: Chapters whose lists stand whole on sheets of their own.
WHOLE = ("sites", "map")


def write(study: Study, out: Path, words: Words) -> list[Path]:
    """Write ``report.xlsx``, for a second language ``report.<lang>.xlsx``."""
    first = study.result.get("lang", words.lang) == words.lang
    name = "report.xlsx" if first else f"report.{words.lang}.xlsx"
    return [write_bytes(out / name, data(study, words))]


def data(study: Study, words: Words) -> bytes:
    """The workbook as bytes."""
    say = content.speech(study.county, words.lang)
    told = content.of(study, words.lang)
    return file(sheets(study, told, say), say, told.title, str(study.result.get("created", "")))


def sheets(study: Study, told: Content, say: Speech) -> list[Sheet]:
    """All sheets in the order in which a reader asks."""
    by_id = {section.id: section for section in told.sections}
    asked = {id for ids in QUESTIONS.values() for id in ids}
    own = [s for s in told.sections if s.id not in asked and s.id not in WHOLE]
    return [
        _verdict(told, say),
        *_question("targets", by_id, say),
        *_question("services", by_id, say),
        _whole("sites", ledger.sites(study, say), by_id.get("sites"), say),
        _whole("villages", ledger.villages(study, say), None, say),
        *_question("people", by_id, say),
        *_question("money", by_id, say),
        *(Sheet(s.title, s.title, s.sentences, _all(s.tables, study, say)) for s in own),
        *_question("data", by_id, say),
    ]


def _verdict(told: Content, say: Speech) -> Sheet:
    sentences = (told.subtitle, *(say("excel.item", n=n, text=text) for n, text in enumerate(told.verdict, 1)))
    services = tuple(t for s in told.sections if s.id == "services" for t in _open(s.tables))
    return Sheet(say("excel.verdict"), told.title, sentences, services, told.warnings, told.tiles)


def _question(name: str, by_id: dict[str, Section], say: Speech) -> list[Sheet]:
    found = [by_id[id] for id in QUESTIONS[name] if id in by_id]
    if not found or name == "services":  # the services stand beside the verdict
        return []
    tables = tuple(_told_here(table, say) for section in found for table in _open(section.tables))
    sentences = tuple(text for section in found for text in section.sentences)
    title = found[0].title if len(found) == 1 else say(f"excel.{name}")
    return [Sheet(say(f"excel.{name}"), title, sentences, tables)]


def _told_here(table: Table, say: Speech) -> Table:
    """A cut list of settlements points to the sheet that has all of them."""
    if table.id != "unserved" or table.note == say("unserved.all", whole=len(table.rows)):
        return table
    return replace(table, note=say("excel.unserved", n=len(table.rows), sheet=say("excel.villages")))


def _whole(name: str, table: Table, section: Section | None, say: Speech) -> Sheet:
    first = section.sentences[:1] if section else (say(f"excel.{name}_intro"),)
    return Sheet(say(f"excel.{name}"), table.title, first, (table,))


def _all(tables: tuple[Table, ...], study: Study, say: Speech) -> tuple[Table, ...]:
    """Tables with every row: who searches and sorts must not miss those that a page leaves out."""
    return tuple(schools.all_moves(study, say) if table.id == "moves" else table for table in _open(tables))


def _open(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    return tuple(replace(table, hidden=frozenset(), folded=False) for table in tables)
