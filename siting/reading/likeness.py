"""What a planner meant by an id that a table does not have: the same id written otherwise, or the name of a row."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol


class Called(Protocol):
    """A row with an id and a name."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


class Likeness:
    """Ids by how they look; the look-up is made at the first question, for most tables are never asked."""

    def __init__(self, rows: Iterable[Called]) -> None:
        self.rows = rows
        self.known: dict[str, str] | None = None

    def meant(self, written: str) -> str:
        """The one id that ``written`` may stand for; "" where there is none, or several."""
        if self.known is None:
            self.known = {}
            for row in self.rows:
                for look in {_look(row.id), _look(row.name)} - {""}:
                    self.known[look] = "" if look in self.known else row.id
        return self.known.get(_look(written), "")


def _look(text: str) -> str:
    """Without case, blanks, dashes and the zeros before a number."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[\W_]+", "", text.casefold()))
