"""How wide the columns of a table on paper are: numbers never break, and texts get the room that saves most lines."""

from __future__ import annotations

import math
import re

import numpy as np

from ..nouns import Table
from ..speech import Speech
from .paper import NUMBERS, signs

#: Columns get at least so many half-width signs; a cell loses two of them to its edges.
NARROWEST, EDGES = 6.0, 2.0
#: How wide such a sign is: Latin letters are narrower than half a Chinese sign.
SIGN_MM = {"zh": 1.6, "en": 1.42}
#: Longer words may be broken.
LONGEST_WORD = 16
#: Heads take about so many lines.
HEAD_LINES = 3.0
#: A head or a word in bold is so much wider, and Word keeps so much more room beside it.
BOLD, WORD_EDGE = 1.1, 1.0
#: A capital or digit is so much wider than other letters.
WIDE = 0.25
#: Words do not fill their lines, and digits are wider than most letters.
LOOSE = 1.08
#: Of a longer table every so many rows are looked at that about this number is left.
SAMPLE = 240
#: Rows that are looked at, and how often at most, when columns exchange room.
FEW, TIMES = 60, 24
#: Widths grow by so many signs at a time, that which saves most for its room.
STEPS = (1.0, 2.0, 4.0, 8.0, 12.0)
#: The power with which the longest cell of a row outweighs the others.
WEIGHT = 6


def widths(table: Table, say: Speech, whole: float) -> list[float]:
    """Widths in millimetres that add up to ``whole``."""
    length = _lengths(table, say)
    least, most = _bounds(table, say)
    room = whole / SIGN_MM[say.words.lang]
    alike = np.array([bool(column.brief) for column in table.columns])
    even = np.where(alike, least[alike].max(initial=0), least)
    least = even if even.sum() < room else least
    if least.sum() >= room:
        return [float(width) for width in whole * least / least.sum()]
    taken = _shared(length, least, np.maximum(least, most), room)
    taken = _looser(taken, np.array([_head(column.title) for column in table.columns]), room)
    if alike.any():
        taken = np.where(alike, taken[alike].mean(), taken)  # plans stand side by side in columns of one width
    return [float(width) for width in whole * taken / taken.sum()]


def _lengths(table: Table, say: Speech) -> np.ndarray:
    """(rows, columns) signs that the cells take."""
    rows = table.rows[:: max(1, len(table.rows) // SAMPLE)]
    kinds = [column.kind for column in table.columns]
    found = [[signs(say.text(cell, kind)) for cell, kind in zip(row, kinds, strict=True)] for row in rows]
    return LOOSE * np.array(found, dtype=float).reshape(len(rows), len(kinds))


def _bounds(table: Table, say: Speech) -> tuple[np.ndarray, np.ndarray]:
    """(columns,) the least that each column needs, and the most that is of use to it."""
    least, most = [], []
    for n, column in enumerate(table.columns):
        title = max(BOLD * _word(column.title), BOLD * signs(column.title) / HEAD_LINES) + EDGES + WORD_EDGE
        inside = max((signs(say.text(row[n], column.kind)) for row in table.rows), default=0)
        if column.kind in NUMBERS:
            least.append(max(LOOSE * inside + EDGES, title, NARROWEST))
            most.append(least[-1])
        else:
            word = max((_word(say.text(row[n], column.kind)) for row in table.rows), default=0)
            least.append(max(title, LOOSE * min(word, LONGEST_WORD) + EDGES, min(inside, 4) + EDGES))
            most.append(max(least[-1], LOOSE * inside + EDGES))
    return np.array(least), np.array(most)


def _shared(length: np.ndarray, least: np.ndarray, most: np.ndarray, room: float) -> np.ndarray:
    """The room shared out step by step, each time to the column whose widening makes the table shorter by most."""
    taken = least.copy()
    high = _high(length, taken)
    while True:
        total, best, gain = high.sum(axis=1), (-1, 0.0), 1e-9
        now = (total ** (1 / WEIGHT)).sum()
        for step in STEPS:
            wider = np.minimum(taken + step, most)
            then = ((total[:, None] - high + _high(length, wider)) ** (1 / WEIGHT)).sum(axis=0)
            cost = wider - taken
            saved = np.where((cost > 0) & (taken.sum() + cost <= room), (now - then) / np.maximum(cost, 1e-9), 0)
            if saved.max(initial=0) > gain:
                best, gain = (int(saved.argmax()), step), float(saved.max())
        n, step = best
        if n < 0:
            break
        taken[n] = min(taken[n] + step, most[n])
        high[:, n] = _high(length[:, n : n + 1], taken[n : n + 1])[:, 0]
    taken = _exchanged(length[:: max(1, len(length) // FEW)], least, taken)
    return _looser(taken, most, room)


def _looser(taken: np.ndarray, wanted: np.ndarray, room: float) -> np.ndarray:
    """What is left of the room, shared out to the columns that still want more: first texts, then heads."""
    spare, wish = room - taken.sum(), np.maximum(wanted - taken, 0)
    wider: np.ndarray = taken + wish * min(1.0, spare / wish.sum()) if wish.sum() else taken
    return wider


def _exchanged(length: np.ndarray, least: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Room taken from one column and given to another while that makes the table shorter: a few long cells of one
    column must not make every row of another one tall."""
    for _ in range(TIMES):
        high = _high(length, taken)
        total = high.sum(axis=1)
        now, best, way = float((total ** (1 / WEIGHT)).sum()), 0.0, (0.0, 0, 0)
        for step in STEPS:
            less = _high(length, np.maximum(taken - step, least)) - high
            more = _high(length, taken + step) - high
            then = (total[:, None, None] + less[:, :, None] + more[:, None, :]) ** (1 / WEIGHT)
            saved = now - then.sum(axis=0)
            saved[taken - step < least, :] = 0
            np.fill_diagonal(saved, 0)
            if saved.max() > best + 1e-6:
                best, way = float(saved.max()), (step, *divmod(int(saved.argmax()), len(taken)))
        step, one, other = way
        if not step:
            break
        taken = taken.copy()
        taken[one] -= step
        taken[other] += step
    return taken


def _high(length: np.ndarray, width: np.ndarray) -> np.ndarray:
    """(rows, columns) about how many lines each cell takes, to the power that the longest one counts."""
    high: np.ndarray = np.ceil(np.maximum(length, 1) / (width - EDGES)) ** WEIGHT
    return high


def lines(table: Table, say: Speech, wide: list[float]) -> int:
    """About how many lines of text a table takes with columns so wide."""
    return sum(
        max(
            math.ceil(LOOSE * signs(say.text(cell, column.kind)) / (width / SIGN_MM[say.words.lang] - EDGES))
            for cell, column, width in zip(row, table.columns, wide, strict=True)
        )
        for row in table.rows
    )


def _head(title: str) -> float:
    """The signs that a head takes on one line."""
    return BOLD * signs(title) + EDGES + WORD_EDGE


def _word(text: str) -> float:
    """Signs of the longest part that should not be broken: Chinese may break anywhere; capitals and digits are wide."""
    parts = re.split(r"[^\x21-\x7e]+", text)
    return max((len(part) + WIDE * sum(c.isupper() or c.isdigit() for c in part) for part in parts), default=0)
