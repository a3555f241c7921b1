r"""The Lagrangean bound of p-median, in exact arithmetic.

Open :math:`p` sites so that :math:`\sum_i \min_{j \in S} d_{ij}` is least. Pricing the rows "every demand point is
served" with :math:`u_i \ge 0` gives, for every :math:`u`,

.. math:: L(u) = \sum_i u_i + \min_{|S| = p} \sum_{j \in S} \rho_j, \qquad \rho_j = \sum_i \min(0, d_{ij} - u_i),

a lower bound; its best value is that of the strong linear relaxation. :math:`u` is climbed by deflected subgradients
or the volume algorithm, and kept on a grid of :math:`2^{-k}`, so that all sums are exact in binary floating point and a
bound is a proof, not an estimate.

Sources: G. Cornuejols, M. Fisher and G. Nemhauser (1977), Management Science 23; J. Beasley (1993), Lagrangean
heuristics for location problems, European Journal of Operational Research 65.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..volume import Descent, Look, descend
from .deflected import Climb, deflect


class Pairs:
    """The pairs (demand point, site) that may matter: ``point``, ``site``, ``cost`` (k,); ``n`` points, ``m`` sites."""

    def __init__(self, point: np.ndarray, site: np.ndarray, cost: np.ndarray, n: int, m: int) -> None:
        self.point, self.site, self.cost, self.n, self.m = point, site, cost, n, m

    def prices(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        r""":math:`\rho` (m,), and the mask (k,) of the pairs that count in it."""
        reduced = self.cost - u[self.point]
        counts = reduced < 0
        return np.bincount(self.site[counts], weights=reduced[counts], minlength=self.m), counts

    def times_served(self, opened: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """How many of the sites of the mask ``opened`` (m,) take each demand point at these prices; (n,)."""
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
        return at

    def look(u: np.ndarray) -> Look:
        at = on_grid(u)
        rho, counts = pairs.prices(at)
        opened = lowest(rho, free, one, p)
        slope = pairs.times_served(opened, counts) - 1.0
        return Look(-float(at.sum() + rho[opened].sum()), slope, opened.astype(float))

    def aim(k: int, share: np.ndarray) -> float:
        return -goal if on_round is None else -on_round(k, share)

    if isinstance(how, Climb):
        found = deflect(look, u, aim, how, 1.0, on_grid, deadline)
    else:
        ends = (np.zeros(pairs.n), 3.0 * u + 10.0)
        found = descend(look, u, *ends, lambda k, share: 1.0 + aim(k, share), how, deadline=deadline)
    best = on_grid(found.at)
    return Bound(-found.value, best, pairs.prices(best)[0], found.choice)
