"""Roads that rise and fall (section 1 of the rules, slope): heights of nodes, and the time on a stretch."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

from .numbers import exact, half_up, whole

#: Grade and time, both in per cent.
Pairs = tuple[tuple[int, int], ...]


def height(cell: str) -> int | None:
    """Millimetres above sea level as nodes.csv has it; None where the cell is blank."""
    if not cell:
        return None
    metres = exact(cell, signed=True)
    if not -500 <= metres <= 9000:
        raise ValueError(f"no height: {cell:.60}")
    return half_up(metres * 1000)


def read_pairs(value: Any) -> Pairs:
    """``slopes`` of a mode: the pairs, by grade."""
    pairs = tuple((whole(grade, signed=True), whole(time)) for grade, time in value)
    if any(after[0] <= before[0] for before, after in itertools.pairwise(pairs)):
        raise ValueError("grades of slopes do not ascend")
    return pairs


def milliseconds(mm: int, mph: int, start: int | None, end: int | None, pairs: Pairs) -> int:
    """Time on a stretch between two heights, rounded up; a height that is not known makes it level."""
    rise = None if start is None or end is None else end - start
    return math.ceil(Fraction(mm * 3600, mph) * share(mm, rise, pairs) / 100)


def share(mm: int, rise: int | None, pairs: Pairs) -> Fraction:
    """Per cent of the time on the plain."""
    if rise is None or not pairs:
        return Fraction(100)
    grade = Fraction(100 * rise, mm)
    if grade <= pairs[0][0]:
        return Fraction(pairs[0][1])
    for (low, slow), (high, fast) in itertools.pairwise(pairs):
        if grade <= high:
            return slow + Fraction(fast - slow) * (grade - low) / (high - low)
    return Fraction(pairs[-1][1])
