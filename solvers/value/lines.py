r"""A concave curve from its tangents: which price to look at next, and the points that are told.

At a price :math:`\lambda` of money a service by itself has :math:`g(\lambda) = \max \{ q(y) - \lambda c(y) \}`, persons
less what their sites cost. So nobody who spends :math:`m` serves more than :math:`g(\lambda) + \lambda m`, at any
:math:`\lambda`: a line above the curve. Two neighbours leave most in doubt where they cross; the next price is the
slope between the points where they touch.

Source: Y. Aneja and K. Nair (1979), Bicriteria transportation problem, Management Science 25.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from siting.plans.value import Curve

#: What two neighbours leave in doubt is small enough at this share of the height of the curve.
FINE = 0.002


@dataclass(frozen=True)
class Line:
    """Nobody serves more than ``base + price * money``; about so many are served with ``touch`` base units."""

    base: float
    price: float
    touch: float

    def at(self, money: float) -> float:
        """Its height."""
        return self.base + self.price * money


def next_price(lines: Sequence[Line]) -> float | None:
    """The price between two lines that leave most in doubt; None where none leave much."""
    lines = sorted(lines, key=lambda line: -line.price)
    height = max(line.at(line.touch) for line in lines) - min(line.at(line.touch) for line in lines)
    doubt, price = FINE * height, None
    for steep, flat in pairwise(lines):
        wide = flat.touch - steep.touch
        if wide <= 1 or steep.price <= flat.price:
            continue
        chord = (flat.at(flat.touch) - steep.at(steep.touch)) / wide
        cross = (flat.base - steep.base) / (steep.price - flat.price)
        left = steep.at(cross) - (steep.at(steep.touch) + chord * (cross - steep.touch))
        if left > doubt and flat.price < chord < steep.price:
            doubt, price = left, chord
    return price


def curve(service: str, lines: Sequence[Line]) -> Curve:
    """The least of the lines, in whole base units and persons, each rounded up so that it stays above."""
    here = min(lines, key=lambda line: (line.base, line.price))
    money, most = [0], [_above(here.base)]
    at = 0.0
    while here.price > 0:
        crossings = [
            ((line.base - here.base) / (here.price - line.price), line.price, line)
            for line in lines
            if line.price < here.price
        ]
        if not crossings:
            break
        at, _, flatter = min(crossings, key=lambda found: found[:2])
        whole = max(math.ceil(at), money[-1] + 1)
        money.append(whole)
        most.append(max(most[-1], _above(here.at(whole))))
        here = flatter
    return _concave(service, money, most)


def _above(value: float) -> int:
    return math.ceil(value + 1e-6 + 1e-9 * abs(value))


def _concave(service: str, money: list[int], most: list[int]) -> Curve:
    """Rounding may have bent the curve: points below the line of their neighbours go."""
    kept: list[int] = []
    for k in range(len(money)):
        while len(kept) > 1:
            a, b = kept[-2], kept[-1]
            if (most[b] - most[a]) * (money[k] - money[a]) > (most[k] - most[a]) * (money[b] - money[a]):
                break
            kept.pop()
        kept.append(k)
    while len(kept) > 1 and most[kept[-1]] == most[kept[-2]]:
        kept.pop()
    return Curve(service, tuple(money[k] for k in kept), tuple(most[k] for k in kept))
