"""The nouns of a report: content, sections, tables, columns, cells.

Cells hold whole numbers with a kind; `siting.reports.speech.Speech.text` prints them in a language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from siting.words import Lang

#: ``tpd`` tonnes a day, ``persons`` and ``settlements`` whole numbers that say their unit.
Kind = Literal[
    "text", "count", "money", "share", "seconds", "metres", "number", "code", "tpd", "persons", "settlements", "m2"
]  # fmt: skip
Tone = Literal["good", "bad", "plain"]


@dataclass(frozen=True)
class Amount:
    """A number that carries its own kind, for columns whose rows differ in unit (minutes beside metres)."""

    value: float
    kind: Kind


#: ``code`` cells hold the key of a sentence (``action.new``); money is in base units, shares are fractions.
Cell = str | int | float | Amount | None


#: Columns as a chapter writes them: key and kind.
Columns = tuple[tuple[str, Kind], ...]


@dataclass(frozen=True)
class Column:
    """One column: its key (stable, for machines), its title (for people) and the kind of its cells.

    ``brief`` is the title where there is little room, for columns that stand for one of several plans.
    """

    key: str
    title: str
    kind: Kind = "text"
    brief: str = ""


@dataclass(frozen=True)
class Table:
    """A table; ``note`` stands below it; ``folded`` tables are long and may start closed.

    ``hidden`` lists rows that a reader sees only on request (sites that stay as they are).
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    folded: bool = False
    hidden: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Section:
    """A chapter: sentences first, then tables."""

    id: str
    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Tile:
    """One large figure of the summary."""

    label: str
    value: str
    note: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True)
class Content:
    """The whole report in one language."""

    lang: Lang
    title: str
    subtitle: str
    warnings: tuple[str, ...]
    verdict: tuple[str, ...]
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
