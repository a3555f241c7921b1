"""Coverage against money: what each budget buys, what one more per cent costs, what it costs to build in steps.

A curve has a point for each budget. Beside the free plan of a budget stands a nested one, which contains the nested
plan of the budget before: nothing that was built is given up again. The difference is the price of nesting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from siting.counties.county import County
from siting.words import Words


@dataclass(frozen=True)
class Point:
    """A plan on a curve: ``budget_pct`` of the county's funds; money in base units.

    ``served`` by service, of ``demand``; ``people`` and ``asked`` those of all services that count persons; ``bound``
    is the most weighted persons that any plan with this money could serve that does as well on the targets.
    """

    budget_pct: int
    nested: bool
    available: int
    capital: int
    running: int
    served: Mapping[str, int]
    demand: Mapping[str, int]
    people: int
    asked: int
    met: int
    targets: int
    objective: int
    bound: int | None
    gap: float | None
    status: str
    seconds: float
    plan: str

    @property
    def share(self) -> float:
        """Share served of those whom the curve counts."""
        return self.people / self.asked if self.asked else 1.0


@dataclass(frozen=True)
class Curve:
    """The points of one service ("" the county as a whole), from the least money to the most, and the county today.

    ``nested`` has one for each of ``free``, or none where nesting was not asked for.
    """

    service: str
    today: Point
    free: tuple[Point, ...]
    nested: tuple[Point, ...]

    def price(self, n: int) -> float | None:
        """What one more percentage point cost from the point before the ``n``-th to it, in base units; None where
        nobody more is served."""
        before, here = self.free[n - 1] if n else self.today, self.free[n]
        gained = 100 * (here.share - before.share)
        return (here.capital - before.capital) / gained if gained > 1e-12 else None

    def nesting(self, n: int) -> int | None:
        """How many fewer people the nested plan of a budget serves than the free one."""
        return self.free[n].people - self.nested[n].people if self.nested else None


@dataclass(frozen=True, eq=False)
class Frontier:
    """All curves of one scenario of a county; ``result`` says how they were computed, as `result.json` does."""

    county: County
    scenario: str
    curves: tuple[Curve, ...]
    result: Mapping[str, Any]

    @property
    def whole(self) -> Curve | None:
        """The curve of all services together, where it was asked for."""
        return next((curve for curve in self.curves if not curve.service), None)


class Report(Protocol):
    """What an entry point of the group ``siting.frontiers`` promises."""

    def __call__(self, frontier: Frontier, out: Path, words: Words) -> list[Path]:
        """Write the report of ``frontier`` into the folder ``out`` and return the files written."""
        ...
