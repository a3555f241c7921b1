"""Tables and sentences of a report on a terminal: as wide as it is, Chinese signs counted as two, numbers to the right.

Heads take two lines where room is scarce; then the columns go that a reader can miss, then texts are cut.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..nouns import Table
from ..speech import Speech
from .paper import is_number, signs

#: Rows that are shown, signs of a text in a cell, and what is left of it where room is scarce.
ROWS, WIDEST, LEAST = 8, 34, 12
GAP = 2
#: Columns that go first where a table is wider than the terminal.
SPARED = ("place", "action", "also_lost", "farther_else", "running", "capital_each", "users", "more_running", "service")
#: Signs that never begin a line.
CLOSING = frozenset("，。；：、！？）》”’…%,.;:!?)")


def table_lines(table: Table, say: Speech, width: int | None, ids: tuple[str, ...] = (), rest: str = "") -> list[str]:
    """Title, head and rows; with ``ids``, which stand before them, only the first: ``rest`` says where all are."""
    most = ROWS if ids else None
    shown = table.rows[:most]
    columns = [_texts(n, table, say, most) for n in range(len(table.columns))]
    right = [any(is_number(row[n], column) for row in shown) for n, column in enumerate(table.columns)]
    keys = [column.key for column in table.columns]
    if ids:
        columns, right, keys = [[say("explain.id"), *ids[:most]], *columns], [False, *right], ["id", *keys]
    kept, fitting = list(range(len(columns))), [max(map(signs, column)) for column in columns]
    if width and _wide(fitting) > width:
        fitting = [narrow(column) for column in columns]
        for key in SPARED:
            if _wide([fitting[n] for n in kept]) > width and key in keys[1:]:
                kept.remove(keys.index(key, 1))
    widths = _shrunk([fitting[n] for n in kept], [right[n] for n in kept], width)
    heads = [broken(columns[n][0], w) for n, w in zip(kept, widths, strict=True)]
    deep = max(map(len, heads))
    grid = [[("", *head)[max(0, k + 1 + len(head) - deep)] for head in heads] for k in range(deep)]
    grid += [[columns[n][row] for n in kept] for row in range(1, len(shown) + 1)]
    lines = [table.title]
    for row in grid:
        cells = [_set(text, w, right[n]) for text, w, n in zip(row, widths, kept, strict=True)]
        lines.append((" " * GAP + (" " * GAP).join(cells)).rstrip())
    return [*lines, " " * GAP + rest] if rest else lines


def _texts(n: int, table: Table, say: Speech, most: int | None) -> list[str]:
    """The head of a column and its first cells."""
    column = table.columns[n]
    return [column.title, *(cut(say.text(row[n], column.kind), WIDEST) for row in table.rows[:most])]


def narrow(column: list[str]) -> int:
    """Width of a column whose head may take two lines."""
    head, body = column[0], max(map(signs, column[1:]), default=0)
    word = max(len(word) if word.isascii() else 4 for word in head.split(" "))
    least = max(body, word)
    return next(w for w in range(least, max(least, signs(head)) + 1) if len(broken(head, w)) <= 2)


def _shrunk(widths: list[int], right: list[bool], width: int | None) -> list[int]:
    """Columns of texts made narrower, the widest first, until the table fits."""
    widths = list(widths)
    texts = [n for n, number in enumerate(right) if not number]
    while width and texts and _wide(widths) > width:
        widest = max(texts, key=lambda n: widths[n])
        if widths[widest] <= LEAST:
            break
        widths[widest] -= 1
    return widths


def _wide(widths: list[int]) -> int:
    return sum(widths) + GAP * len(widths)


def _set(text: str, width: int, right: bool) -> str:
    text = cut(text, width)
    room = " " * (width - signs(text))
    return room + text if right else text + room


def cut(text: str, width: int) -> str:
    """A text in ``width`` half-width signs; what is cut ends with a mark."""
    if signs(text) <= width:
        return text
    while text and signs(text) > width - 1:
        text = text[:-1]
    return text + "…"


def wrapped(lines: Iterable[str], width: int | None) -> list[str]:
    """Lines broken between words (between signs in Chinese), what follows under the beginning of its line."""
    return [part for line in lines for part in (broken(line, width) if width else [line])]


def broken(line: str, width: int) -> list[str]:
    """One line as several of ``width`` half-width signs; those that follow keep its margin."""
    margin = len(line) - len(line.lstrip(" "))
    parts, left = [], line
    while signs(left) > width:
        at = _place(left, width)
        if at <= margin:
            break
        parts.append(left[:at].rstrip(" "))
        left = " " * margin + left[at:].lstrip(" ")
    return [*parts, left]


def _place(text: str, width: int) -> int:
    """Where a text is broken: at the last space or after the last wide sign that fits, never before a closing mark."""
    end = 0
    while end < len(text) and signs(text[: end + 1]) <= width:
        end += 1
    for at in range(end, 0, -1):
        before, after = text[at - 1], text[at]
        if after == " " or (
            (signs(before) == 2 or signs(after) == 2 or before == " ") and after not in CLOSING and before not in "（“"
        ):
            return at
    return end
