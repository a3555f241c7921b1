"""A comparison on the terminal: one row a figure, one column a plan."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from siting.studies.comparing import Comparison
from siting.words import Words

from ..content import speech
from ..formats.paper import signs
from ..formats.terminal_table import broken, narrow
from ..nouns import Cell
from ..speech import Speech, visible
from .wording import Names, overview_rows

WIDEST_NAME = 34


def lines(comparison: Comparison, words: Words, files: Iterable[Path] = ()) -> list[str]:
    """Plain lines: the plans, the table, the share of people served by each service, the files written."""
    say = speech(comparison.county, words.lang)
    names = Names(comparison, say)
    title = say("compare.title", county=say.name(comparison.county.file.county))
    head = [title, *(f"  {names.long(plan)}" for plan in comparison.plans), ""]
    rows: list[tuple[str, ...]] = [("", *(names.letter(c) for c in comparison.columns))]
    rows += [_texts(row, say) for row in overview_rows(names, say)]
    for key in comparison.services:
        figures = [c.measures.services.get(key) for c in comparison.columns]
        shares = (say.share(f.share) if f else "—" for f in figures)
        rows.append((say.name(comparison.county.services[key]), *shares))
    return [*head, *aligned(rows), "", *(say("terminal.report", path=visible(str(path))) for path in files)]


def _texts(row: tuple[Cell, ...], say: Speech) -> tuple[str, ...]:
    return tuple(say.text(cell, "number" if n else "text") for n, cell in enumerate(row))


def aligned(table: Iterable[tuple[str, ...]]) -> list[str]:
    """Names to the left, numbers to the right, Chinese signs counted as two; heads that are long take two lines."""
    rows = [(_cut(row[0]), *row[1:]) for row in table]
    columns = [[row[n] for row in rows] for n in range(len(rows[0]))]
    widths = [max(map(signs, columns[0])), *(narrow(column) for column in columns[1:])]
    heads = [broken(text, w) for text, w in zip(rows[0], widths, strict=True)]
    deep = max(map(len, heads))
    top = [tuple([*[""] * (deep - len(head)), *head][k] for head in heads) for k in range(deep)]
    return [
        (row[0] + " " * (widths[0] - signs(row[0]))
         + "".join("  " + " " * (w - signs(t)) + t for t, w in zip(row[1:], widths[1:], strict=True))).rstrip()
        for row in [*top, *rows[1:]]
    ]  # fmt: skip


def _cut(name: str) -> str:
    while signs(name) > WIDEST_NAME:
        name = name[:-2] + "…"
    return name
