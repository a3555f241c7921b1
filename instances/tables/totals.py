"""Total rows of a table: recognised by their word, left out, and compared with the rows above them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from siting.errors import Fault

from . import amounts

_TOTAL = re.compile(r".{0,20}(合计|总计|小计|共计|总和)|(grand|sub)?[ -]?total( .{0,40})?|sum", re.IGNORECASE)
SEARCHED_CELLS = 4


def total_word(words: Sequence[str]) -> str:
    """The word that makes a row a total (``石门镇小计``, ``合 计``, ``Total``), "" where it is none."""
    return next((word for word in words[:SEARCHED_CELLS] if _TOTAL.fullmatch(word.replace(" ", ""))), "")


class Totals:
    """Adds up one column row by row; ``block`` is what came since the last total row."""

    def __init__(self, file: str, column: str) -> None:
        self.file, self.column = file, column
        self.all = self.block = 0

    def add(self, row: Mapping[str, str], units: Mapping[str, int]) -> None:
        """Count an ordinary row; a cell that cannot be read is refused elsewhere."""
        value = self._value(row, units) or 0
        self.all += value
        self.block += value

    def compare(self, number: int, word: str, row: Mapping[str, str], units: Mapping[str, int]) -> Iterator[Fault]:
        """N241 the total row was left out; W241 it says something else than the rows above it."""
        said = self._value(row, units)
        shown = "-" if said is None else said
        yield Fault("N241", self.file, number, values={"row": number, "text": word, "value": shown})
        if said is not None and said not in (self.all, self.block):
            values = {"row": number, "text": word, "value": said, "block": self.block, "all": self.all}
            yield Fault("W241", self.file, number, self.column, values)
        self.block = 0

    def _value(self, row: Mapping[str, str], units: Mapping[str, int]) -> int | None:
        return amounts.whole(row.get(self.column, ""), units.get(self.column, 1)) if self.column else None
