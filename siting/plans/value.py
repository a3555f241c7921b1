"""What money can bring: for each service the most that any capital could serve, and what a unit of each fund is worth.

All of it are bounds: no plan is better. None says that a plan is as good.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from siting.plan import Plan
from siting.plans.outcome import Effort
from siting.problems.problem import Fund, Problem


@dataclass(frozen=True)
class Curve:
    """No plan that spends ``money[k]`` base units of capital on ``service`` serves more than ``most[k]``.

    Between two points the straight line holds, beyond the last one ``most`` rises no more; it rises ever slower.
    ``money[0]`` is 0. ``most`` counts persons, kilograms a day or settlements, as the service does.
    """

    service: str
    money: tuple[int, ...]
    most: tuple[int, ...]

    def at(self, money: int) -> int:
        """The most that so much money could serve."""
        k = bisect_right(self.money, money) - 1
        return math.floor(self.most[k] + self._slope(k) * (money - self.money[k]))

    def least(self, served: int) -> int | None:
        """The least money with which the bound allows ``served``: no plan serves as many for less. None: none does."""
        k = bisect_left(self.most, served)
        if k == len(self.most):
            return None
        return 0 if k == 0 else self.money[k - 1] + math.ceil((served - self.most[k - 1]) / self._slope(k - 1))

    def gain(self, money: int) -> Fraction:
        """By how much the bound rises with one more base unit."""
        return self._slope(bisect_right(self.money, money) - 1)

    def _slope(self, k: int) -> Fraction:
        if k + 1 == len(self.money):
            return Fraction(0)
        return Fraction(self.most[k + 1] - self.most[k], self.money[k + 1] - self.money[k])


@dataclass(frozen=True)
class MoneyValue:
    """A curve for each service; ``prices`` by fund: worth of one base unit.

    No plan has more than ``worth``, and none more than ``worth`` and ``prices[f]`` times the units that fund ``f`` has
    more (or less) than now.
    """

    curves: tuple[Curve, ...]
    prices: Mapping[str, Fraction]
    worth: int


class Valuer(Protocol):
    """What an entry point of the group ``siting.values`` promises."""

    def __call__(self, problem: Problem, plan: Plan, effort: Effort) -> MoneyValue:
        """The value of money in ``problem``; ``plan`` is a good one, near which the curves are to be close."""
        ...


def worth_at(
    curves: Sequence[Curve], weights: Mapping[str, int], funds: Sequence[Fund], prices: Mapping[str, Fraction]
) -> int:
    r"""What no plan's worth exceeds, from any prices :math:`\mu_f \ge 0` of the funds.

    .. math::
        \sum_f \mu_f A_f + \sum_s \max_m \bigl( g_s U_s(m) - \min_{f \ni s} \mu_f \, m \bigr)

    with :math:`A_f` what fund :math:`f` has in all phases, :math:`g_s` the weight of a service and :math:`U_s` its
    curve, whose greatest difference to a line is at one of its points. Exact in whole numbers and fractions.
    """
    total = sum((prices[f.id] * sum(f.amounts) for f in funds), Fraction(0))
    for curve in curves:
        pays = [prices[f.id] for f in funds if curve.service in f.pays]
        weight = weights[curve.service]
        if pays:
            total += max(weight * n - min(pays) * m for m, n in zip(curve.money, curve.most, strict=True))
        else:
            total += weight * curve.most[0]
    return math.floor(total)
