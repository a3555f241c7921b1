r"""The Lagrangean bound of a coverage task, and what it lets be fixed.

Pricing :math:`z_i \le \sum_{j \in N(i)} y_j` with :math:`0 \le u_i \le w_i` and the rows with :math:`\lambda_k \ge 0`,

.. math::
    L(u, \lambda) = \sum_i (w_i - u_i) + \sum_k \lambda_k b_k + \sum_j \max(0, r_j), \qquad
    r_j = \sum_{i \in N^{-1}(j)} u_i - p_j - \sum_k \lambda_k a_{kj} ,

is an upper bound; its lowest value is that of the linear relaxation. The price :math:`\lambda` of one row, the
tightest, is chosen best for every :math:`u`: :math:`L` is piecewise linear in it and its corners are where some
:math:`r_j` is 0; at the best corner one site is open in part. With a value :math:`v` in hand, no better solution opens
a site with :math:`L + r_j \le v` or shuts one with :math:`L - r_j \le v`.

Source: R. Galvao and C. ReVelle (1996), A Lagrangean heuristic for the maximal covering location problem, European
Journal of Operational Research 88.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from ..priced import raised
from ..volume import Descent, Look, descend
from .reduce import Cover


@dataclass(frozen=True, eq=False)
class Bound:
    """``value`` no choice exceeds; the point where it was found; ``rest`` (m,) what each site brings there;
    ``share`` (m,) how much of it the mean choice opens."""

    value: float
    at: np.ndarray
    rest: np.ndarray
    share: np.ndarray


class Lagrangean:
    """The bound of a cover as a function of its prices: the rows' shares ``u``, then those of all rows but the first.

    Rows of ``use`` are counted in shares of their limits, so that their prices are worths too.
    """

    def __init__(self, cover: Cover) -> None:
        self.cover = cover
        self.by_site = csr_array(cover.covers.T.tocsr())
        tightness = np.maximum(cover.use, 0).sum(axis=1) / np.maximum(1, cover.limit)
        order = np.argsort(-tightness, kind="stable")
        scale = np.maximum(1, np.abs(cover.limit[order])).astype(float)
        self.use, self.limit = cover.use[order] / scale[:, None], cover.limit[order] / scale
        total = float(cover.weight.sum() + np.abs(cover.price).sum())
        self.high = np.concatenate([cover.weight, np.full(max(0, len(order) - 1), 4 * total)])
        self.low = np.zeros(len(self.high))

    def start(self) -> np.ndarray:
        """A point (d,) to begin at."""
        return np.concatenate([0.3 * self.cover.weight, np.zeros(len(self.high) - len(self.cover.weight))])

    def look(self, at: np.ndarray) -> Look:
        """The bound at a point, with the shares of the sites that it opens."""
        value, opened, _ = self._inner(at)
        slope = np.concatenate([self.cover.covers @ opened - 1.0, self.limit[1:] - self.use[1:] @ opened])
        return Look(value, slope, opened)

    def rest(self, at: np.ndarray) -> np.ndarray:
        """(m,) what each site brings at a point, prices of all rows paid."""
        return self._inner(at)[2]

    def _inner(self, at: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        n = len(self.cover.weight)
        u, other = at[:n], at[n:]
        rest = self.by_site @ u - self.cover.price
        value = self.cover.base + float((self.cover.weight - u).sum())
        if not len(self.limit):
            return value + float(np.maximum(rest, 0).sum()), (rest > 0).astype(float), rest
        rest = rest - other @ self.use[1:]
        value += float(other @ self.limit[1:])
        price, part, last = _best_price(rest, self.use[0], float(self.limit[0]))
        after = rest - price * self.use[0]
        opened = (after > 0).astype(float)
        if last >= 0:
            after[last] = 0.0
            opened[last] = part
        return value + price * float(self.limit[0]) + float(np.maximum(after, 0).sum()), opened, after


def _best_price(rest: np.ndarray, use: np.ndarray, limit: float) -> tuple[float, float, int]:
    """The price at which :math:`price * limit + sum of (rest - price * use)^+` is least; the site that is open in part
    there (-1: none), and the part."""
    slope = limit - float(use[rest > 0].sum())
    if slope >= 0:
        return 0.0, 0.0, -1
    corners = np.flatnonzero(rest * use > 0)  # where a site closes that takes, or opens that gives back
    ratio = rest[corners] / use[corners]
    order = np.argsort(ratio, kind="stable")
    slopes = slope + np.cumsum(np.abs(use[corners][order]))
    k = int(np.searchsorted(slopes, 0.0))
    if k >= len(order):
        return float(ratio[order[-1]]) if len(order) else 0.0, 0.0, -1  # even without any choice a row is broken
    last = int(corners[order[k]])
    part = float(slopes[k]) / abs(float(use[last]))
    return float(ratio[order[k]]), part if use[last] > 0 else 1.0 - part, last


def lower(
    cover: Cover,
    goal: Callable[[int, np.ndarray], float],
    how: Descent,
    over: Callable[[], bool],
    deadline: float,
    at: np.ndarray | None = None,
) -> Bound:
    """The bound after a descent from the point ``at`` (d,), else from the usual start."""
    form = Lagrangean(cover)
    found = descend(form.look, form.start() if at is None else at, form.low, form.high, goal, how, over, deadline)
    return Bound(raised(found.value), found.at, form.rest(found.at), found.choice)


def fixed(bound: Bound, value: float) -> tuple[np.ndarray, np.ndarray]:
    """Masks (m,) of the sites that every solution better than ``value`` shuts, and opens."""
    return bound.value + bound.rest <= value, bound.value - bound.rest <= value


def fix(cover: Cover, bound: Bound, value: float) -> tuple[Cover, np.ndarray]:
    """The cover with those sites decided, and the prices of the bound for the rows that are left."""
    shut, must = fixed(bound, value)
    must &= ~shut
    inside = cover.covers[:, np.flatnonzero(must)].sum(axis=1) > 0 if must.any() else np.zeros(len(cover.weight), bool)
    rows, columns = np.flatnonzero(~inside), np.flatnonzero(~(shut | must))
    left = Cover(
        covers=csr_array(csr_array(cover.covers[rows])[:, columns]),
        weight=cover.weight[rows],
        price=cover.price[columns],
        use=cover.use[:, columns],
        limit=cover.limit - cover.use[:, must].sum(axis=1),
        option=cover.option[columns],
        base=cover.base + float(cover.weight[inside].sum() - cover.price[must].sum()),
        always=(*cover.always, *(int(o) for o in cover.option[must])),
        counts=cover.counts,
    )
    return left, bound.at[np.concatenate([rows, np.arange(len(cover.weight), len(bound.at))])]
