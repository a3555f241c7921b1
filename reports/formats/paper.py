"""A content as it stands on paper: which tables stay in their chapter, which are split, cut or moved to the annex.

Word and PDF lay out the same leaves, so that both documents say the same thing on the same place.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from ..nouns import Amount, Cell, Column, Content, Section, Table
from ..speech import Speech

#: Kinds of columns that stand to the right.
NUMBERS = frozenset({"count", "money", "share", "seconds", "metres", "number", "tpd", "persons", "settlements", "m2"})
#: Columns that fit beside each other on an upright page: English words are longer than Chinese ones.
FITS = {"zh": 10, "en": 8}
#: Tables with more rows than this and more columns than fit stand in the annex, on pages turned sideways.
LONG = 30
#: Rows of a folded table on paper; the workbook has all of them.
FOLDED_ROWS = 40
#: Tables whose rows are tall, and how many of them stand on paper; the workbook has the rest.
TALL_ROWS = {
    "remedies": 12, "moves": 15, "reasons_needed": 20, "reasons_spare": 15, "stand_ins": 15, "line_stand_ins": 15,
}  # fmt: skip
#: Of a longer table paper has so many rows: those with most capital where it names capital, else the first.
MOST_ROWS, OWN_MOST = 200, {"sites": 60, "compare_site_changes": 60}
#: A column of texts longer than this that so many of its rows lack stands in a table of its own, with its rows only.
RARE, LONG_TEXT = 0.5, 16
#: Tables of so many columns name plans by their letters: the summary says what each of them is.
BRIEF_FROM = 6
Row = tuple[Cell, ...]
CHINESE = "一二三四五六七八九"


@dataclass(frozen=True)
class Leaf:
    """A table on paper; ``rest`` says how many rows stand elsewhere."""

    table: Table
    title: str
    rest: str = ""


@dataclass(frozen=True)
class Chapter:
    """A section on paper: its tables in place, and the places of its tables in the annex (from 1)."""

    id: str
    title: str
    sentences: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    annexes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Paper:
    """All chapters, and the long tables that follow them."""

    chapters: tuple[Chapter, ...]
    annex: tuple[Leaf, ...]


def of(content: Content, say: Speech) -> Paper:
    """Sort the tables of ``content``; rows that a reader sees only on request are not printed."""
    annex: list[Leaf] = []
    chapters = []
    for section in content.sections:
        leaves: list[Leaf] = []
        moved: list[int] = []
        for table in section.tables:
            leaf = _leaf(table, say)
            if len(leaf.table.columns) > FITS[content.lang] and len(leaf.table.rows) > LONG:
                annex.append(leaf)
                moved.append(len(annex))
            else:
                leaves += _parts(leaf, FITS[content.lang])
        chapters.append(Chapter(section.id, section.title, _sentences(section, say), tuple(leaves), tuple(moved)))
    return Paper(tuple(chapters), tuple(annex))


def _sentences(section: Section, say: Speech) -> tuple[str, ...]:
    """The sentences of a section; those that explain how to use the map of the page are replaced."""
    on_paper = {say("map.intro"): say("paper.map"), say("compare.map_intro"): say("compare.map_paper")}
    return tuple(on_paper.get(text, text) for text in section.sentences)


def printed(table: Table, say: Speech) -> tuple[list[int], str]:
    """The numbers of the rows that stand on paper, and the sentence that says how many stand elsewhere."""
    rows = [n for n in range(len(table.rows)) if n not in table.hidden]
    quiet = say("paper.quiet", n=say.count(len(table.rows) - len(rows))) if len(rows) < len(table.rows) else ""
    first = FOLDED_ROWS if table.folded else TALL_ROWS.get(table.id)
    most = first or OWN_MOST.get(table.id, MOST_ROWS)
    rest = ""
    if len(rows) > most:
        money = None if first else next((n for n, c in enumerate(table.columns) if c.key == "capital"), None)
        rest = say("paper.dearest" if money else "paper.rest", shown=most, whole=say.count(len(rows)))
        rows = _dearest(table.rows, rows, money, most) if money else rows[:most]
    return rows, say("paper.and", one=rest, other=quiet) if rest and quiet else rest or quiet


def _leaf(table: Table, say: Speech) -> Leaf:
    """The rows that are printed, without columns in which nothing stands."""
    chosen, rest = printed(table, say)
    rows = [table.rows[n] for n in chosen]
    used = [n for n in range(len(table.columns)) if not n or any(row[n] is not None for row in rows)]
    kept = tuple(tuple(row[n] for n in used) for row in rows)
    columns = tuple(table.columns[n] for n in used)
    if len(columns) >= BRIEF_FROM:
        columns = tuple(replace(c, title=c.brief or c.title) for c in columns)
    return Leaf(replace(table, columns=columns, rows=kept, hidden=frozenset()), table.title, rest)


def _dearest(rows: tuple[Row, ...], among: list[int], column: int, most: int) -> list[int]:
    """The numbers of the rows with most in a column, in their own order."""
    return sorted(sorted(among, key=lambda n: (-_size(rows[n][column]), n))[:most])


def _size(cell: Cell) -> float:
    value = cell.value if isinstance(cell, Amount) else cell
    return value if isinstance(value, int | float) else 0.0


def _parts(leaf: Leaf, fits: int) -> list[Leaf]:
    """A table that is too wide as several, each beginning with the column (or two) that tells the rows apart."""
    table = leaf.table
    if len(table.columns) <= fits:
        return [leaf]
    keys = 1 if len({row[0] for row in table.rows}) == len(table.rows) else 2
    rare = [n for n in range(keys, len(table.columns)) if _is_rare(table, n)]
    often = [n for n in range(keys, len(table.columns)) if n not in rare]
    groups = [*_groups(table.columns, often, fits - 1 - keys), *_groups(table.columns, rare, fits - 1 - keys)]
    parts = []
    for k, group in enumerate(groups, 1):
        chosen, last = (*range(keys), *group), k == len(groups)
        rows = [row for row in table.rows if group[0] not in rare or any(row[n] is not None for n in group)]
        part = replace(
            table,
            columns=tuple(table.columns[n] for n in chosen),
            rows=tuple(tuple(row[n] for n in chosen) for row in rows),
            note=table.note if last else "",
        )
        parts.append(Leaf(part, leaf.title, leaf.rest if last else ""))
    return parts


def _is_rare(table: Table, n: int) -> bool:
    """Whether a column holds long texts, and those in few rows."""
    texts = [cell for row in table.rows if (cell := row[n]) is not None]
    if table.columns[n].kind != "text" or not texts or len(texts) > RARE * len(table.rows):
        return False
    return max(signs(str(text)) for text in texts) > LONG_TEXT


def _groups(columns: tuple[Column, ...], chosen: list[int], room: int) -> list[list[int]]:
    """Columns in groups of about the same number; what was stays beside what will be."""
    groups = []
    while chosen:
        size = -(-len(chosen) // -(-len(chosen) // room))
        if size < len(chosen) and _pair(columns[chosen[size - 1]].key, columns[chosen[size]].key):
            size += 1 if size < room else -1
        groups.append(chosen[:size])
        chosen = chosen[size:]
    return groups


def _pair(one: str, other: str) -> bool:
    return one.endswith("before") and other in (one.replace("before", "after"), one.removesuffix("_before"))


@lru_cache(maxsize=1 << 14)
def signs(text: str) -> int:
    """Length in half-width signs: a Chinese sign counts two."""
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def is_number(cell: Cell, column: Column) -> bool:
    """Whether a cell stands to the right."""
    return isinstance(cell, Amount | int | float) or (cell is None and column.kind in NUMBERS)


def chinese(n: int) -> str:
    """A whole number below 100 in Chinese signs, as headings of official documents are numbered."""
    tens, ones = divmod(n, 10)
    head = "" if not tens else "十" if tens == 1 else CHINESE[tens - 1] + "十"
    return head + (CHINESE[ones - 1] if ones else "")


def heading(n: int, title: str, say: Speech) -> str:
    """A chapter's title with its number: 一、 in Chinese, 1. in English."""
    return say("paper.heading", n=chinese(n) if say.words.lang == "zh" else n, title=title)


def subheading(n: int, title: str, say: Speech) -> str:
    """A table's title with its number: （一） in Chinese, (1) in English."""
    return say("paper.subheading", n=chinese(n) if say.words.lang == "zh" else n, title=title)
