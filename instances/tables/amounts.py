"""Numbers as people write them in tables: full-width digits, thousands separators, ``人`` and ``万人``, degrees.

A cell is read exactly or refused; nothing is rounded. Accepted amounts of persons:

    1234   １２３４   1,234   1，234   1 234   1234人   0.1234万人   1.2345万   12千人   1234 persons

Refused: ``1.5`` (no whole person), ``12,34``, ``3,5``, ``1e3``, ``1_000``, ``-5``, ``约1200``, ``NaN``.
"""

from __future__ import annotations

import re
from decimal import Decimal

from ..tags import number_text

#: Multipliers by the word behind a number, or in the brackets of a heading.
UNITS: dict[str, int] = {
    "": 1, "人": 1, "口": 1, "名": 1, "位": 1, "人口": 1, "person": 1, "persons": 1, "people": 1, "inhabitants": 1,
    "个": 1, "个学位": 1, "学位": 1, "床": 1, "张": 1, "张床": 1, "places": 1, "beds": 1,
    "十人": 10, "百人": 100, "千人": 1000, "千": 1000, "万人": 10_000, "万": 10_000, "万口": 10_000,
}  # fmt: skip
_GROUPED = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:[ \u2009'][0-9]{3})+"
_NUMBER = re.compile(rf"({_GROUPED}|[0-9]{{1,15}})(\.[0-9]{{1,15}})?\s*([^\d\s.,].*)?")
_DEGREES = re.compile(r"([+-]?)([0-9]{1,3}(?:\.[0-9]{1,15})?)°?")
_SEXAGESIMAL = re.compile(
    r"([0-9]{1,3})\s*[°度]\s*([0-9]{1,2})\s*['′分]\s*(?:([0-9]{1,2}(?:\.[0-9]{1,9})?)\s*(?:\"|″|''|′′|秒)?)?\s*([NSEW]?)"
)


def whole(text: str, unit: int = 1) -> int | None:
    """The whole number that a cell says, times ``unit`` where the cell names none itself; None where it says none."""
    found = _NUMBER.fullmatch(number_text(text))
    if found is None:
        return None
    factor = UNITS.get((found[3] or "").strip().lower())
    if factor is None:
        return None
    if not found[3]:
        factor = unit
    number = Decimal(re.sub(r"[ ,\u2009']", "", found[1]) + (found[2] or "")) * factor
    return int(number) if number == number.to_integral_value() else None


def decimal(text: str) -> Decimal | None:
    """A plain decimal number, with or without sign and per-cent mark; None where the cell says none."""
    found = re.fullmatch(r"([+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?)\s*%?", number_text(text))
    return Decimal(found[1]) if found else None


def degrees(text: str) -> float | None:
    """A coordinate in degrees: ``108.2034``, ``108°12′30″``, ``108度12分30秒``; None where the cell says none."""
    text = number_text(text)
    if found := _DEGREES.fullmatch(text):
        return float(found[1] + found[2])
    if found := _SEXAGESIMAL.fullmatch(text):
        minutes, seconds = int(found[2]), Decimal(found[3] or 0)
        if minutes < 60 and seconds < 60:
            value = float(int(found[1]) + (minutes * 60 + seconds) / Decimal(3600))
            return -value if found[4] in ("S", "W") else value
    return None


def is_plain(text: str) -> bool:
    """Whether the cell is a number in plain digits: nothing had to be understood."""
    return re.fullmatch(r"[0-9]+", text.strip()) is not None and text.isascii()


def looks_like_number(text: str) -> bool:
    """Whether a cell is a value and no heading."""
    return whole(text) is not None or degrees(text) is not None or decimal(text) is not None
