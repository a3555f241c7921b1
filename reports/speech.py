"""How a report speaks: words, names, and numbers with their units in one language."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from siting.counties.sections import MoneyUnit, Phase
from siting.words import Named, Words

from .nouns import Amount, Cell, Column, Columns, Kind, Table

#: Marks that turn the direction of what follows: a name must not rewrite its neighbours.
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NOTHING = "—"


def visible(text: str) -> str:
    """``text`` on one line, with control characters and direction marks shown as escapes instead of obeyed."""
    if text.isprintable():
        return text
    return "".join(_seen(c) for c in text)


def _seen(char: str) -> str:
    if char in "\n\r\t\u2028\u2029":
        return " "
    code = ord(char)
    never = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF  # no characters for ever, and forbidden in XML
    if never or char in TURNING or unicodedata.category(char) in ("Cc", "Cs"):
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    return char


@dataclass(frozen=True)
class Speech:
    """Sentences and figures in the language of ``words``; money in ``unit``; ``towns`` townships by other names."""

    words: Words
    unit: MoneyUnit
    towns: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of ``key`` with its holes filled."""
        return self.words(key, **values)

    def known(self, key: str, other: str) -> str:
        """The sentence of ``key`` where there is one, else ``other`` as it is."""
        return self.words.sentences.get(key, visible(other))

    def name(self, thing: Named) -> str:
        """A name, safe on one line."""
        return visible(self.words.name(thing)) or visible(str(getattr(thing, "id", "")))

    def town(self, name: str) -> str:
        """A township by the name that it has in this language, "" for none."""
        return visible(self.towns.get(name, name))

    @property
    def money_unit(self) -> str:
        """Name of the money unit."""
        return visible(self.unit.unit_en if self.words.lang == "en" else self.unit.unit)

    def count(self, value: float) -> str:
        """A whole number with thousands separators."""
        return f"{round(value):,}"

    def amount(self, base: float) -> str:
        """Money without its unit."""
        places = 0 if self.unit.base_per_unit == 1 else 1
        value = base / self.unit.base_per_unit
        if value and abs(value) < 0.05:
            places = 2
        return f"{value:,.{places}f}"

    def money(self, base: float) -> str:
        """Money with its unit."""
        return self("unit.money", amount=self.amount(base), unit=self.money_unit)

    def share(self, value: float) -> str:
        """A share in per cent, rounded down, so that 94.96 % is never shown as the 95 % that it misses."""
        return f"{math.floor(value * 1000 + 1e-6) / 10:.1f}%"

    def travel(self, value: float, by_time: bool) -> str:
        """Seconds as minutes, or metres as kilometres."""
        if by_time:
            return self("unit.minutes", n=f"{value / 60:,.1f}")
        return (
            self("unit.km", n=f"{value / 1000:,.1f}") if value >= 1000 else self("unit.metres", n=f"{round(value):,}")
        )

    def text(self, cell: Cell, kind: Kind) -> str:
        """A cell as a reader sees it."""
        if isinstance(cell, Amount):
            return self.text(cell.value, cell.kind)
        if cell is None:
            return NOTHING
        if isinstance(cell, str):
            return self.known(cell, cell) if kind == "code" else visible(cell)
        match kind:
            case "count":
                return self.count(cell)
            case "money":
                return self.amount(cell)
            case "share":
                return self.share(cell)
            case "seconds" | "metres":
                return self.travel(cell, kind == "seconds")
            case "tpd" | "settlements" | "m2":
                return self.some(kind, cell)
            case "persons":
                return self.count(cell)
            case _:
                return f"{cell:,}" if isinstance(cell, int) else f"{cell:,.6g}"

    def column(self, key: str, kind: Kind = "text") -> Column:
        """A column with its title; money columns name their unit."""
        title = self(f"col.{key}")
        return Column(key, self("unit.in", what=title, unit=self.money_unit) if kind == "money" else title, kind)

    def table(
        self,
        id: str,
        columns: Columns,
        rows: list[tuple[Cell, ...]],
        note: str = "",
        folded: bool = False,
        hidden: frozenset[int] = frozenset(),
        optional: tuple[str, ...] = (),
    ) -> Table:
        """A table whose title is the sentence ``table.<id>``; blank columns that are ``optional`` are left out."""
        used = [
            n for n, (key, _) in enumerate(columns) if key not in optional or any(row[n] is not None for row in rows)
        ]
        heads = tuple(self.column(*columns[n]) for n in used)
        kept = tuple(tuple(row[n] for n in used) for row in rows)
        return Table(id, self(f"table.{id}"), heads, kept, note, folded, hidden)

    def some(self, unit: str, value: float) -> str:
        """A number with its unit, in the singular where it is one: `1 person`, `12 settlements`, `5.2 t/d`."""
        small = unit == "tpd" and 0 < value < 1  # the waste of a hamlet is some kilograms, not 0.0 t
        shown = f"{value:.2g}" if small else f"{value:,.1f}" if unit == "tpd" else self.count(value)
        return self(f"unit.{unit}.one" if shown in ("1", "1.0") else f"unit.{unit}", n=shown)

    def told(self, key: str, count: int, **values: object) -> str:
        """The sentence of ``key``, or of ``key.one`` where ``count`` is 1."""
        return self(f"{key}.one" if count == 1 else key, **values)

    def listed(self, key: str, whole: int, most: int) -> str:
        """How many rows there are: ``key.all``, or ``key.more`` with where the rest is, if only ``most`` are shown."""
        if whole <= most:
            return self(f"{key}.all", n=self.count(whole))
        return self(f"{key}.more", shown=self.count(most), whole=self.count(whole))

    def quantity(self, cell: Cell) -> str:
        """A quantity with its unit; a bare number counts persons."""
        if isinstance(cell, Amount):
            return self.text(cell, cell.kind)
        return NOTHING if cell is None or isinstance(cell, str) else self.some("persons", cell)

    def phase(self, phases: tuple[Phase, ...], id: str) -> str:
        """Name of a phase, "" for none."""
        return next((self.name(phase) for phase in phases if phase.id == id), visible(id))

    def listing(self, items: list[str]) -> str:
        """Items in one sentence."""
        return self("unit.comma").join(items)


def travelled(value: float, by_time: bool) -> Amount:
    """Seconds or metres as a cell."""
    return Amount(value, "seconds" if by_time else "metres")
