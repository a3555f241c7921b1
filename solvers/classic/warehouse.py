"""Capacitated location with split deliveries, proven by branch and bound on the Lagrangean bound of
`lagrange_warehouse`.

For given sites the deliveries are a transportation problem (scipy); the tree branches on sites alone. Money is
counted in the file's own unit in floating point: bounds are lowered by `SAFE` of their value before anything is
claimed.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from siting.plans.outcome import Effort

from .lagrange_warehouse import AGAIN, NODE, ROOT, Bound, Costs, climb, first_prices, fixed
from .nodes import halves

#: What floating-point sums and the tolerances of a linear program may be wrong by, as a share of the value.
SAFE = 1e-8


def deliver(costs: Costs, chosen: np.ndarray) -> tuple[float, np.ndarray] | None:
    """The cheapest deliveries from the sites ``chosen`` (k,): their whole cost and shares (n, k); None where room is
    short."""
    n, k = len(costs.demand), len(chosen)
    if costs.room[chosen].sum() < costs.demand.sum():
        return None
    column = np.arange(n * k)
    unit = float(costs.demand.max())
    rooms = csr_array((np.repeat(costs.demand / unit, k), (column % k, column)), shape=(k, n * k))
    served = csr_array((np.ones(n * k), (column // k, column)), shape=(n, n * k))
    answer = linprog(
        costs.cost[:, chosen].ravel(), A_ub=rooms, b_ub=costs.room[chosen] / unit, A_eq=served, b_eq=np.ones(n),
        bounds=(0, None), method="highs-ds",
    )  # fmt: skip
    if answer.status != 0:
        return None
    shares = answer.x.reshape(n, k)
    return float(answer.fun) + float(costs.opening[chosen].sum()), shares


@dataclass(eq=False)
class Tree:
    """One search: the best sites so far with their cost, and the proven bound, in the file's unit of money."""

    costs: Costs
    effort: Effort
    upper: float = np.inf
    chosen: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    low: float = -np.inf
    nodes: int = 0

    def solve(self) -> None:
        """Search until the gap is closed or the time is up."""
        self.deadline = time.monotonic() + self.effort.time_limit_s
        self.tried: dict[bytes, float] = {}
        m = len(self.costs.room)
        free, one = np.ones(m, dtype=bool), np.zeros(m, dtype=bool)
        self._try(np.ones(m, dtype=bool))
        bound = climb(self.costs, first_prices(self.costs), free, one, self.upper, ROOT, self.deadline)
        self._around(bound)
        for _ in range(3):
            bound = climb(self.costs, bound.u, free, one, self.upper, AGAIN, self.deadline)
            self.low = max(self.low, min(bound.value, self.upper))
            before = int(free.sum())
            free, one = fixed(bound, free, one, self._goal())
            self._around(bound)
            if not free.any() or free.sum() > 0.8 * before:
                break
        self._branch(bound, free, one)

    def _goal(self) -> float:
        """Bounds from here on need not be looked at: the gap that was asked for, and what sums may be wrong by."""
        return self.upper * (1 - max(self.effort.gap, 2 * SAFE))

    def _try(self, mask: np.ndarray) -> None:
        """The cost of these sites, if it was not asked before."""
        key = mask.tobytes()
        if key not in self.tried:
            sites = np.flatnonzero(mask)
            answer = deliver(self.costs, sites)
            self.tried[key] = np.inf if answer is None else answer[0]
            if self.tried[key] < self.upper:
                assert answer is not None
                used = answer[1].max(axis=0) > 1e-9
                self.upper = answer[0] - float(self.costs.opening[sites[~used]].sum())
                self.chosen = sites[used]

    def _around(self, bound: Bound) -> None:
        """The sites that the bound likes best, in some numbers, and some exchanges among those it hardly tells
        apart."""
        order = np.argsort(-bound.share, kind="stable")
        enough = int(np.searchsorted(np.cumsum(self.costs.room[order]), self.costs.demand.sum() - 1e-9)) + 1
        most = max(enough, round(float(bound.share.sum())))
        for k in range(enough, min(len(order), most + 2) + 1):
            self._try(np.isin(np.arange(len(order)), order[:k]))
        inside = self.chosen[np.argsort(bound.share[self.chosen], kind="stable")].tolist()[:4]
        outside = [j for j in order.tolist() if j not in set(self.chosen.tolist())][:5]
        base = np.isin(np.arange(len(order)), self.chosen)
        for out in inside:
            for into in outside:
                if time.monotonic() < self.deadline and not self.effort.stopped():
                    mask = base.copy()
                    mask[out], mask[into] = False, True
                    self._try(mask)

    def _branch(self, bound: Bound, free: np.ndarray, one: np.ndarray) -> None:
        heap = [(self.low, 0, free, one, bound.u)]
        count = 0
        while heap and heap[0][0] < self._goal():
            if time.monotonic() > self.deadline or self.effort.stopped():
                break
            low, _, free, one, u = heapq.heappop(heap)
            self.nodes += 1
            found = climb(self.costs, u, free, one, self._goal(), NODE, self.deadline)
            low = max(low, found.value)
            if low >= self._goal():
                continue
            free, one = fixed(found, free, one, self._goal())
            if len(self.tried) < 40 or self.nodes % 10 == 0 or not free.any():
                self._try(one | (free & (found.share > 0.5)))
            if not free.any():
                continue
            for masks in halves(free, one, found.share):
                count += 1
                heapq.heappush(heap, (low, count, *masks, found.u))
        self.low = max(self.low, min(heap[0][0] if heap else self.upper, self.upper))
        if not heap or heap[0][0] >= self._goal():
            self.low = max(self.low, self._goal())
