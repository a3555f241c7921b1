r"""Fixing sites by their price, and branch and bound on the Lagrangean bound of `lagrange_pairs`.

With a bound :math:`L`, a solution of cost :math:`U`, and :math:`\rho_{(p)}` the p-th smallest price, no solution
better than :math:`U` opens a site with :math:`L + \rho_j - \rho_{(p)} > U - 1`, shuts one with :math:`L - \rho_j +
\rho_{(p+1)} > U - 1`, or takes a pair with :math:`L + (d_{ij} - u_i)^+ + (\rho_j - \rho_{(p)})^+ > U - 1` (costs are
whole numbers). Nodes fix sites and leave out pairs in the same way, raise their bound by the volume algorithm, whose
mean choice is nearly a solution of the node's relaxation, branch on the site whose share in it is nearest one half, and
are taken in the order of their bounds.

Sources: N. Christofides and J. Beasley (1982), A tree search algorithm for the p-median problem, European Journal of
Operational Research 10; the volume algorithm as in `volume`.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..volume import Descent
from .interchange import cost_of
from .lagrange_pairs import Bound, Pairs, climb, lowest
from .nodes import halves

#: A node's bound. Sixty rounds are enough; a subgradient of thirty needed ten times as many nodes (docs/classic.md).
NODE = Descent(rounds=60, step=0.3, patience=5)


def fixed(bound: Bound, free: np.ndarray, one: np.ndarray, p: int, upper: float) -> tuple[np.ndarray, np.ndarray]:
    """The masks ``free`` and ``one`` (m,) after fixing by price against ``upper``."""
    where = np.flatnonzero(free)
    more = p - int(one.sum())
    if more <= 0 or len(where) <= more:
        return free, one
    rho = bound.rho[where]
    order = np.argsort(rho, kind="stable")
    inside = np.zeros(len(where), dtype=bool)
    inside[order[:more]] = True
    shut = where[~inside & (bound.value + rho - rho[order[more - 1]] > upper - 1)]
    must = where[inside & (bound.value - rho + rho[order[more]] > upper - 1)]
    free, one = free.copy(), one.copy()
    free[shut] = free[must] = False
    one[must] = True
    return free, one


def threshold(bound: Bound, free: np.ndarray, one: np.ndarray, p: int) -> float:
    """The price of the last site that the bound opens; minus infinity where it has no choice."""
    more = p - int(one.sum())
    return float(np.partition(bound.rho[free], more - 1)[more - 1]) if 0 < more <= int(free.sum()) else -np.inf


def needed(pairs: Pairs, bound: Bound, free: np.ndarray, one: np.ndarray, p: int, upper: float) -> np.ndarray:
    """The mask (k,) of the pairs that a set below ``upper`` may use, by a ``bound`` over these pairs and sites."""
    dear = np.where(free, np.maximum(bound.rho - threshold(bound, free, one, p), 0), 0.0)
    extra = np.maximum(pairs.cost - bound.u[pairs.point], 0) + dear[pairs.site]
    mask: np.ndarray = bound.value + extra <= upper - 1
    return mask


@dataclass(frozen=True, eq=False)
class Tree:
    """What the search ended with: cost and sites of the best set, the bound, how many nodes."""

    cost: int
    chosen: np.ndarray
    bound: float
    nodes: int


@dataclass(frozen=True, eq=False)
class Search:
    """What is the same in all nodes: ``cost`` (n, m), ``pairs``, how many sites, the grid."""

    cost: np.ndarray
    pairs: Pairs
    p: int
    step_of: float
    deadline: float
    stopped: Callable[[], bool]
    on_progress: Callable[[float, float], None]
    allowed: float = 0.0

    def run(self, upper: int, chosen: np.ndarray, free: np.ndarray, one: np.ndarray, u: np.ndarray, low: float) -> Tree:
        """Search below the sites ``free`` and ``one`` (m,), with ``u`` of bound ``low``, from a set of cost
        ``upper``."""
        heap = [(low, 0, free, one, u)]
        count = nodes = 0
        while heap:
            low = heap[0][0]
            if low > upper - 1 or upper - low <= self.allowed:
                break
            if time.monotonic() > self.deadline or self.stopped():
                break
            low, _, free, one, u = heapq.heappop(heap)
            nodes += 1
            bound, upper, chosen, free, one = self._node(low, free, one, u, upper, chosen)
            if nodes % 20 == 0:
                self.on_progress(upper, low)
            if bound.value > upper - 1 or not free.any():
                continue
            for masks in halves(free, one, bound.share):
                count += 1
                heapq.heappush(heap, (bound.value, count, *masks, bound.u))
        return Tree(upper, chosen, min([float(upper), *(node[0] for node in heap[:1])]), nodes)

    def _node(
        self, low: float, free: np.ndarray, one: np.ndarray, u: np.ndarray, upper: int, chosen: np.ndarray
    ) -> tuple[Bound, int, np.ndarray, np.ndarray, np.ndarray]:
        """Bound one node, try the sites that it chose, fix; no site is left free where nothing is left to decide."""
        none = np.zeros_like(free)
        if int((free | one).sum()) < self.p or int(one.sum()) > self.p:
            return Bound(np.inf, u, np.zeros(self.pairs.m), np.zeros(self.pairs.m)), upper, chosen, none, one
        pairs = self.pairs.only((free | one)[self.pairs.site])
        rho, _ = pairs.prices(u)
        here = Bound(float(u.sum() + rho[lowest(rho, free, one, self.p)].sum()), u, rho, rho)
        pairs = pairs.only(needed(pairs, here, free, one, self.p, upper))
        found = climb(pairs, u, free, one, self.p, upper, NODE, self.step_of, self.deadline)
        bound = Bound(max(found.value, low), found.u, found.rho, found.share)
        if bound.value > upper - 1:
            return bound, upper, chosen, none, one
        upper, chosen = self._try(bound.share, free, one, upper, chosen)
        free, one = fixed(found, free, one, self.p, upper)
        more = self.p - int(one.sum())
        if more == 0 or int(free.sum()) <= more:
            upper, chosen = self._try(bound.share, free, one, upper, chosen)
            free = none
        return bound, upper, chosen, free, one

    def _try(
        self, share: np.ndarray, free: np.ndarray, one: np.ndarray, upper: int, chosen: np.ndarray
    ) -> tuple[int, np.ndarray]:
        where = np.flatnonzero(free)
        best = where[np.argsort(-share[where], kind="stable")[: self.p - int(one.sum())]]
        sites = np.concatenate([np.flatnonzero(one), best])
        value = cost_of(self.cost, sites)
        return (value, sites) if value < upper else (upper, chosen)
