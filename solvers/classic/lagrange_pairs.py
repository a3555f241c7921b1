r"""The Lagrangean bound of p-median and maximal covering, in exact arithmetic.

Both are: open :math:`p` sites so that :math:`\sum_i \min(c_i, \min_{j \in S} d_{ij})` is least, where :math:`c_i` is
infinite in a p-median, and in maximal covering :math:`c_i = q_i` (people left uncovered) with :math:`d_{ij} = 0` for
the sites that cover. Pricing the rows "every demand point is served" with :math:`0 \le u_i \le c_i` gives, for every
:math:`u`,

.. math:: L(u) = \sum_i u_i + \min_{|S| = p} \sum_{j \in S} \rho_j, \qquad \rho_j = \sum_i \min(0, d_{ij} - u_i),

a lower bound; its best value is that of the strong linear relaxation. :math:`u` is climbed by deflected subgradients
or the volume algorithm, and kept on a grid of :math:`2^{-k}`, so that all sums are exact in binary floating point and a
bound is a proof, not an estimate.

Sources: G. Cornuejols, M. Fisher and G. Nemhauser (1977), Management Science 23; J. Beasley (1993), Lagrangean
heuristics for location problems, European Journal of Operational Research 65; for covering R. Galvao and C. ReVelle
(1996), European Journal of Operational Research 88.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from ..volume import Descent, Look, descend
from .deflected import Climb, deflect


class Pairs:
    """The pairs (demand point, site) that may matter: ``point``, ``site``, ``cost`` (k,); ``n`` points, ``m`` sites.

    Where all costs are 0 (covering), prices are one product with a sparse matrix.
    """

    def __init__(self, point: np.ndarray, site: np.ndarray, cost: np.ndarray, n: int, m: int) -> None:
        self.point, self.site, self.cost, self.n, self.m = point, site, cost, n, m
        self.covers = csr_array((np.ones(len(point)), (point, site)), shape=(n, m)) if not cost.any() else None
        self.covered_by = None if self.covers is None else csr_array(self.covers.T)

    def prices(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        r""":math:`\rho` (m,), and the mask (k,) of the pairs that count in it (None: all)."""
        if self.covered_by is not None:
            return -(self.covered_by @ u), None
        reduced = self.cost - u[self.point]
        counts = reduced < 0
        return np.bincount(self.site[counts], weights=reduced[counts], minlength=self.m), counts

    def times_served(self, opened: np.ndarray, counts: np.ndarray | None) -> np.ndarray:
        """How many of the sites of the mask ``opened`` (m,) take each demand point at these prices; (n,)."""
        if self.covers is not None:
            served: np.ndarray = self.covers @ opened
            return served
        assert counts is not None
        return np.bincount(self.point[counts & opened[self.site]], minlength=self.n).astype(np.float64)

    def only(self, keep: np.ndarray) -> Pairs:
        """The pairs of the mask ``keep`` (k,)."""
        return Pairs(self.point[keep], self.site[keep], self.cost[keep], self.n, self.m)


ROOT = Climb(rounds=600, step=1.5, patience=8, shrink=0.7, least=0.005)
AGAIN = Climb(rounds=300, step=0.7, patience=7, shrink=0.7, least=0.005)


@dataclass(frozen=True, eq=False)
class Bound:
    """``value`` of the best multipliers ``u`` (n,), their site prices ``rho`` (m,), and how often a site was chosen
    on the way, recent rounds counting more: ``share`` (m,) from 0 to 1."""

    value: float
    u: np.ndarray
    rho: np.ndarray
    share: np.ndarray


def grid(total: float) -> float:
    """A step of 2**-k so fine that sums up to ``total`` are still exact in 53 binary digits."""
    return float(2.0 ** -max(0, 48 - int(np.ceil(np.log2(max(2.0, total))))))


def lowest(rho: np.ndarray, free: np.ndarray, one: np.ndarray, p: int) -> np.ndarray:
    """The mask (m,) of the sites that the bound opens: those of ``one`` and the cheapest of ``free``, ``p``
    together."""
    opened = one.copy()
    more = p - int(one.sum())
    if more > 0:
        where = np.flatnonzero(free)
        opened[where[np.argpartition(rho[where], more - 1)[:more]]] = True
    return opened


def climb(
    pairs: Pairs,
    u: np.ndarray,
    alone: np.ndarray | None,
    free: np.ndarray,
    one: np.ndarray,
    p: int,
    goal: float,
    how: Climb | Descent,
    step_of: float,
    deadline: float = float("inf"),
    on_round: Callable[[int, np.ndarray], float] | None = None,
) -> Bound:
    """Raise the bound from ``u``: fast by deflected subgradients (a `Climb`), or to its best by the volume algorithm (a
    `Descent`). It ends above ``goal`` - 1, where whole costs cannot lie between.

    ``free`` and ``one`` (m,) are the sites that may and that must be open; ``step_of`` is the grid of ``u``.
    ``on_round(k, share)`` may return a lower goal.
    """

    def on_grid(u: np.ndarray) -> np.ndarray:
        at: np.ndarray = np.maximum(np.rint(u / step_of) * step_of, 0.0)
        return at if alone is None else np.minimum(at, alone)

    def look(u: np.ndarray) -> Look:
        at = on_grid(u)
        rho, counts = pairs.prices(at)
        opened = lowest(rho, free, one, p)
        slope = pairs.times_served(opened, counts) - 1.0
        return Look(-float(at.sum() + rho[opened].sum()), slope, opened.astype(float))

    def aim(k: int, share: np.ndarray) -> float:
        return -goal if on_round is None else -on_round(k, share)

    if isinstance(how, Climb):
        high = np.inf if alone is None else alone
        found = deflect(look, u, aim, how, 1.0, high, on_grid, deadline)
    else:
        high = 3.0 * u + 10.0 if alone is None else alone
        found = descend(look, u, np.zeros(pairs.n), high, lambda k, share: 1.0 + aim(k, share), how, deadline=deadline)
    best = on_grid(found.at)
    return Bound(-found.value, best, pairs.prices(best)[0], found.choice)
