"""Numbers as they are written: nothing passes through a float but coordinates."""

from __future__ import annotations

import csv
import math
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

#: Whatever a damaged folder can make the reader raise; the auditor turns it into a breach.
FAULTS = (OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, csv.Error)


#: Full-width digits, point and signs, and the plain ones that they are read as.
WIDE = {ord(wide): plain for wide, plain in zip("０１２３４５６７８９．＋－", "0123456789.+-", strict=True)}


def exact(value: object, *, signed: bool = False) -> Fraction:
    """A number as it is written, without rounding; below 0 only where it may be signed."""
    if isinstance(value, str):
        value = value.translate(WIDE)
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f"not a number: {value!r:.60}")
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > 30 or (number < 0 and not signed):
        raise ValueError(f"number out of range: {value!r:.60}")
    return Fraction(number)


def whole(value: object, *, signed: bool = False) -> int:
    """A whole number; 120.0 is one, 120.5 is a fault."""
    number = exact(value, signed=signed)
    if number.denominator != 1:
        raise ValueError(f"not a whole number: {value!r:.60}")
    return number.numerator


def half_up(number: Fraction) -> int:
    """Nearest integer, halves up."""
    return math.floor(number + Fraction(1, 2))


@lru_cache(maxsize=100_000, typed=True)
def thousandths(text: str | int | Decimal) -> int:
    """Metres in mm, km/h in metres per hour; halves up."""
    return half_up(exact(text) * 1000)


def degrees(text: str) -> float:
    """A coordinate."""
    value = float(text.translate(WIDE))
    if not -180 <= value <= 180:  # also refuses NaN
        raise ValueError(f"not a coordinate: {text!r:.60}")
    return value


def flag(value: object) -> bool:
    """True or false, and nothing that only looks like it."""
    if not isinstance(value, bool):
        raise ValueError(f"neither true nor false: {value!r:.60}")
    return value
