"""Widths of the columns of a worksheet: wide enough for what stands in them, narrow enough for one printed page.

Excel measures a column in half-width signs; a Chinese sign takes two. All tables of a sheet share its columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .paper import signs

#: Sentences are merged over columns that are together so many half-width signs wide.
READABLE = 120
#: A column is at least so wide and at most so wide; where a sheet is too wide, texts are wrapped down to ``LEAST``.
NARROW, LEAST, BROAD = 9, 22, 42
#: A sheet of so many half-width signs can still be read when it is printed one page wide.
PRINTED = 215
#: Room of a cell beside its text; so many signs of a head never stand alone in its second line.
EDGE, FEW = 2, 6
#: A longer head takes three lines.
LONG_HEAD = 26


@dataclass
class Widths:
    """Wishes of the tables of one sheet; ``first`` columns are there in any case."""

    first: int
    wished: dict[int, int] = field(default_factory=dict)
    least: dict[int, int] = field(default_factory=dict)
    heads: dict[int, set[int]] = field(default_factory=dict)

    def wish(self, column: int, longest: int, title: str, text: bool) -> None:
        """A table has cells of at most ``longest`` signs in a column with this title; only texts may be wrapped."""
        head = min(-(-signs(title) // (2 if signs(title) <= LONG_HEAD else 3)) + 2 * EDGE, BROAD)
        width = max(NARROW, min(longest + EDGE, BROAD), head)
        self.heads.setdefault(column, set()).add(signs(title) + EDGE + 1)
        self.wished[column] = max(self.wished.get(column, 0), width)
        self.least[column] = max(self.least.get(column, 0), min(width, max(LEAST, head)) if text else width)

    def settled(self) -> dict[int, int]:
        """The width of each column: texts give way, the widest first, until the sheet fits a page."""
        found = dict(self.wished)
        for most in range(BROAD, LEAST - 1, -1):
            found = {n: max(self.least[n], min(wish, most)) for n, wish in self.wished.items()}
            if sum(found.values()) <= PRINTED:
                break
        found = {n: max([w, *(head for head in self.heads[n] if head <= w + FEW)]) for n, w in found.items()}
        return dict.fromkeys(range(self.first), NARROW + 3) | found


def lines(text: str, width: int, size: int = 10) -> int:
    """Lines that a text of ``size`` points takes in a column of this width.

    Latin letters are narrower than the digits by which Excel measures; words of other texts are not broken.
    """
    long = signs(text) * size * (92 if text.isascii() else 100)
    room = max(1, width) * 1000
    return 1 if long <= room else -(-long * 27 // (25 * room))
