"""Reading a text file of numbers strictly: every value is known by its row, and all faults are told at once.

Decimals are kept exact: `exact` gives whole numbers and the power of ten that they were multiplied by.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting.errors import Fault, InputRefused

WHOLE = re.compile(r"[+-]?\d{1,15}")
DECIMAL = re.compile(r"[+-]?(\d{1,15}\.?\d{0,12}|\.\d{1,12})")
#: Text files of this literature are small; a larger one is something else.
LARGEST_BYTES = 200_000_000


@dataclass(frozen=True)
class Row:
    """One line: its number from 1, and its words."""

    number: int
    words: tuple[str, ...]


class Cells:
    """The rows of a file that are not blank, and the faults found in them so far."""

    def __init__(self, path: Path, separator: str | None = None) -> None:
        self.name, self.faults, self.at = path.name, list[Fault](), 0
        try:
            if path.stat().st_size > LARGEST_BYTES:
                raise InputRefused(Fault("E290", values={"name": path.name, "reason": f"over {LARGEST_BYTES} bytes"}))
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise InputRefused(Fault("E290", values={"name": path.name, "reason": reason})) from error
        lines = ((k, line.strip()) for k, line in enumerate(text.splitlines(), start=1))
        self.rows = [Row(k, tuple(w.strip() for w in line.split(separator))) for k, line in lines if line]

    def fault(self, code: str, row: int | None, **values: object) -> None:
        """Remember a fault."""
        self.faults.append(Fault(code, self.name, row, values=values))

    def check(self) -> None:
        """Raises `InputRefused` with all faults so far."""
        if self.faults:
            raise InputRefused(self.faults)

    def row(self, what: str, count: int | Sequence[int]) -> Row:
        """The next row, which holds ``count`` words (or one of these counts); ``what`` names it.

        Raises:
            InputRefused: the file ends before it (E293).
        """
        if self.at >= len(self.rows):
            self.fault("E293", None, what=what)
            self.check()
        row = self.rows[self.at]
        self.at += 1
        counts = (count,) if isinstance(count, int) else tuple(count)
        if len(row.words) not in counts:
            self.fault("E292", row.number, has=len(row.words), wants=" / ".join(map(str, counts)))
            return Row(row.number, (*row.words, *("0" for _ in range(max(counts)))))
        return row

    def flow(self, what: str, count: int) -> tuple[list[str], list[int]]:
        """The next ``count`` words wherever the lines break, and the row of each; the last line must end there.

        Raises:
            InputRefused: the file ends before (E293), or the last line holds more (E292).
        """
        words: list[str] = []
        rows: list[int] = []
        while len(words) < count:
            if self.at >= len(self.rows):
                self.fault("E293", None, what=what)
                self.check()
            row = self.rows[self.at]
            self.at += 1
            words += row.words
            rows += [row.number] * len(row.words)
        if len(words) > count:
            self.fault("E292", rows[-1], has=len(words), wants=count)
            self.check()
        return words, rows

    def whole(self, word: str, row: int, least: int = 0, most: int = 10**12) -> int:
        """A whole number from ``least`` to ``most``; 10.0 and 10. are whole too."""
        digits = word.rstrip("0").rstrip(".") if "." in word and DECIMAL.fullmatch(word) else word
        digits = digits or "0"
        if WHOLE.fullmatch(digits) and least <= int(digits) <= most:
            return int(digits)
        self.fault("E291", row, value=word, limit=f"{least} … {most}")
        return least

    def wholes(self, what: str, count: int, least: int = 0, most: int = 10**12) -> np.ndarray:
        """The next ``count`` whole numbers, wherever the lines break; (count,)."""
        words, rows = self.flow(what, count)
        numbers = [self.whole(w, r, least, most) for w, r in zip(words, rows, strict=True)]
        return np.array(numbers, dtype=np.int64)

    def decimals(self, words: Sequence[str], rows: Sequence[int]) -> list[str]:
        """The words, each a plain number not below 0; a fault and "0" where one is not."""
        kept = []
        for word, row in zip(words, rows, strict=True):
            good = DECIMAL.fullmatch(word) is not None and not word.startswith("-")
            if not good:
                self.fault("E291", row, value=word, limit="0 …")
            kept.append(word if good else "0")
        return kept

    def end(self) -> None:
        """Raises `InputRefused` with all faults; rows that nobody asked for are one more (E294)."""
        if self.at < len(self.rows):
            self.fault("E294", self.rows[self.at].number, rest=len(self.rows) - self.at)
        self.check()


def exact(words: Sequence[str], digits: int | None = None) -> tuple[np.ndarray, int]:
    """Plain decimals as whole numbers (k,) of 1/scale, and the scale: the smallest power of ten that loses nothing.

    ``digits`` asks for a larger scale: that many digits after the point.
    """
    parts = [word.lstrip("+").partition(".") for word in words]
    tails = [tail.rstrip("0") for _, _, tail in parts]
    most = max([digits or 0, *map(len, tails)])
    numbers = [int(head or "0") * 10**most + int((tail or "0").ljust(most, "0") if most else 0)
               for (head, _, _), tail in zip(parts, tails, strict=True)]  # fmt: skip
    return np.array(numbers, dtype=np.int64), 10**most


def argument(file: str, name: str, value: int | None, least: int, most: int) -> int:
    """An argument that the file leaves to the caller.

    Raises:
        InputRefused: it is missing or outside its limits (E296).
    """
    if value is None or not least <= value <= most:
        raise InputRefused(
            Fault("E296", file=file, values={"name": name, "value": value, "limit": f"{least} … {most}"})
        )
    return value
