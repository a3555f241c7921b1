"""The cells of one row of a planner's table as texts and numbers; what is wrong is collected, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from siting.errors import Fault, InputRefused

from ..geography.crs import WGS84, Reference, to_wgs84
from . import amounts
from .listing import Listing

_CHANGED_ID = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+", re.IGNORECASE)
LONGEST_ID = 40


@dataclass
class Understood:
    """Cells that were no plain digits and were still read, by column: how many, and the first one."""

    count: dict[str, int] = field(default_factory=dict)
    first: dict[str, tuple[str, int]] = field(default_factory=dict)

    def add(self, column: str, text: str, value: int) -> None:
        """Remember a cell."""
        self.count[column] = self.count.get(column, 0) + 1
        self.first.setdefault(column, (text, value))

    def notes(self, file: str) -> Iterator[Fault]:
        """N244, one a column."""
        for column, count in self.count.items():
            text, value = self.first[column]
            yield Fault(
                "N244", file, column=column, values={"column": column, "count": count, "text": text, "value": value}
            )


class Cells:
    """The cells of one row; faults go to ``faults``, numbers that had to be understood to ``understood``."""

    def __init__(
        self, listing: Listing, row: int, cells: Mapping[str, str], faults: list[Fault], understood: Understood
    ) -> None:
        self.listing, self.row, self.cells, self.faults, self.understood = listing, row, cells, faults, understood

    def fault(self, code: str, where: str, **values: object) -> None:
        """Add a fault at this row in column ``where``."""
        self.faults.append(Fault(code, self.listing.file, self.row, where, values))

    def once(self, column: str, ident: str, first: dict[str, int], key: str = "") -> None:
        """Keep in ``first`` the row where an id stands first, or a ``key`` of it; E207 where it stood before."""
        key = key or ident
        if key in first:
            self.fault("E207", column, id=ident, first=first[key])
        first.setdefault(key, self.row)

    def text(self, column: str) -> str:
        """The cell as text, "" where it is missing."""
        return self.cells.get(column, "")

    def must(self, column: str) -> str:
        """The cell as text; E214 where it is empty."""
        text = self.text(column)
        if not text:
            self.fault("E214", column, column=column)
        return text

    def ident(self, column: str, otherwise: str) -> str:
        """An id, or ``otherwise`` where the cell is empty; E217 too long, E111 changed by a spreadsheet."""
        text = self.text(column)
        if _CHANGED_ID.fullmatch(text):
            self.fault("E111", column, value=text)
        if len(text) > LONGEST_ID:
            self.fault("E217", column, id=text, longest=LONGEST_ID)
        return text or otherwise

    def degrees(self, column: str, limit: int) -> float:
        """A coordinate in degrees; E206 where it is none."""
        number = amounts.degrees(self.text(column))
        if number is None or abs(number) > limit:
            self.fault("E206", column, value=self.text(column), low=-limit, high=limit)
            return 0.0
        return number

    def point(self, reference: Reference = WGS84) -> tuple[float, float] | None:
        """``lon`` and ``lat``, said in ``reference``, as WGS84 degrees; None where both are empty."""
        if not (self.text("lon") or self.text("lat")):
            return None
        lon, lat = self.degrees("lon", 180), self.degrees("lat", 90)
        if reference == WGS84:
            return lon, lat
        east, north = to_wgs84(reference, np.array([lon]), np.array([lat]))
        return round(float(east[0]), 7), round(float(north[0]), 7)

    def whole(self, column: str, highest: int) -> int:
        """A whole number from 0; E206 where it is none, E265 an unknown unit, E266 one number for several rows."""
        text = self.text(column)
        if strange := self.listing.strange.get(column):
            self.fault("E265", column, column=column, unit=strange, units=_units())
            return 0
        if (self.row, column) in self.listing.merged:
            self.fault("E266", column, column=column)
            return 0
        unit = self.listing.units.get(column, 1)
        number = amounts.whole(text, unit)
        if number is None or not 0 <= number <= highest:
            self.fault("E206", column, value=text, low=0, high=highest)
            return 0
        if unit != 1 or not amounts.is_plain(text):
            self.understood.add(column, text if unit == 1 else f"{text} × {unit}", number)
        return number

    def decimal(self, column: str, low: int, high: int) -> Decimal:
        """A decimal number; E206 where it is none."""
        number = amounts.decimal(self.text(column))
        if number is None or not low <= number <= high:
            self.fault("E206", column, value=self.text(column), low=low, high=high)
            return Decimal(0)
        return number


def rows_of(listing: Listing, notes: list[Fault]) -> Iterator[Cells]:
    """The cells of row after row; then N244 for the numbers that had to be understood.

    Raises:
        InputRefused: after the last row, with the faults of all of them.
    """
    faults: list[Fault] = []
    understood = Understood()
    for row, values in listing.rows:
        yield Cells(listing, row, values, faults, understood)
    if faults:
        raise InputRefused(faults)
    notes += understood.notes(listing.file)


def _units() -> str:
    return ", ".join(word for word in amounts.UNITS if word)
