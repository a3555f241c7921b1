r"""Single-source capacitated location: each customer has one site.

.. math::
    \min \sum_j f_j y_j + \sum_{ij} c_{ij} x_{ij}, \quad \sum_j x_{ij} = 1, \quad x_{ij} \le y_j, \quad
    \sum_i q_i x_{ij} \le Q_j y_j, \quad x, y \in \{0, 1\} .

The Lagrangean bound of `lagrange_warehouse` holds here too. A short search over the sites and pairs that it prefers
gives a good solution; then all sites and pairs go that no better solution can use (whole costs: bound + price > best
- 1), and HiGHS decides the rest.

Source: K. Holmberg, M. Ronnqvist and D. Yuan (1999), An exact algorithm for the capacitated facility location problems
with single sourcing, European Journal of Operational Research 113 (the instances, and a bound of the same kind).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from siting.plans.outcome import Effort

from ..process.arrays import Rows, at_least, equal, hand_over, minimise
from ..process.linear import LinearModel
from .lagrange_warehouse import AGAIN, ROOT, Bound, Costs, climb, first_prices, fixed

#: Pairs of each customer in the short search.
CLOSE = 5


@dataclass(frozen=True, eq=False)
class Single:
    """``cost`` of the best solution and the site of each customer (n,), None where none was found; ``bound``."""

    cost: int | None
    site: np.ndarray | None
    bound: int
    crashed: bool


class SingleSource:
    """One search over whole numbers: ``demand`` (n,), ``room`` (m,), ``opening`` (m,), ``cost`` (n, m)."""

    def __init__(
        self, demand: np.ndarray, room: np.ndarray, opening: np.ndarray, cost: np.ndarray, effort: Effort
    ) -> None:
        self.demand, self.room, self.opening, self.cost, self.effort = demand, room, opening, cost, effort
        self.floats = Costs(*(part.astype(np.float64) for part in (demand, room, opening, cost)))
        self.upper, self.site = np.inf, np.zeros(0, dtype=np.int64)
        self.crashed = False

    def solve(self) -> Single:
        """The proof, or as much of it as the effort allows."""
        deadline = time.monotonic() + self.effort.time_limit_s
        m = len(self.room)
        free, one = np.ones(m, dtype=bool), np.zeros(m, dtype=bool)
        ceiling = float(self.opening.sum() + self.cost.max(axis=1).sum())
        bound = climb(self.floats, first_prices(self.floats), free, one, ceiling, ROOT, deadline)
        for rounds, share in enumerate((0.25, 0.4)):
            left = deadline - time.monotonic()
            if left > 0 and not self._closed(bound):
                self._search(self._near(bound), replace(self.effort, time_limit_s=share * left), 200 * (rounds + 1))
            bound = climb(self.floats, bound.u, free, one, min(self.upper, ceiling), AGAIN, deadline)
            if self.upper < np.inf:
                free, one = fixed(bound, free, one, self.upper - 1 + 1e-6)
            if not self.crashed and self.upper < np.inf:
                break
        low = int(np.ceil(bound.value * (1 - 1e-9) - 1e-6))
        left = deadline - time.monotonic()
        if low < self.upper and left > 0 and not self.effort.stopped():
            use = self._needed(bound, free, one)
            proven = self._search(use, replace(self.effort, time_limit_s=left), None, one)
            if proven is not None:
                low = max(low, int(np.ceil(min(proven, self.upper) - 1e-4)))
        if self.upper == np.inf:
            return Single(None, None, low, self.crashed)
        return Single(int(self.upper), self.site, min(low, int(self.upper)), self.crashed)

    def _closed(self, bound: Bound) -> bool:
        return bool(bound.value > self.upper - 1)

    def _near(self, bound: Bound) -> np.ndarray:
        """The mask (n, m) of the pairs for the short search: likely sites, and of those the cheapest at these
        prices."""
        likely = (bound.share > 0.02) | (bound.rho <= 0.01 * abs(bound.value))
        order = np.argsort(bound.rho, kind="stable")
        enough = int(np.searchsorted(np.cumsum(self.room[order]), 1.3 * self.demand.sum())) + 1
        likely[order[:enough]] = True
        dear = np.where(likely[None, :], self.cost, np.inf)
        kept = min(CLOSE, int(likely.sum()))
        limit = np.partition(dear, kept - 1, axis=1)[:, kept - 1]
        slack = 0.15 * self.opening.mean() * self.demand / self.room.mean()
        near: np.ndarray = (dear <= limit[:, None]) | (dear - bound.u[:, None] <= slack[:, None])
        return near

    def _needed(self, bound: Bound, free: np.ndarray, one: np.ndarray) -> np.ndarray:
        """The mask (n, m) of the pairs that a better solution may use."""
        if self.upper == np.inf:
            return np.broadcast_to(free | one, self.cost.shape)
        extra = np.maximum(self.cost - bound.u[:, None], 0) + np.where(free, np.maximum(bound.rho, 0), 0)[None, :]
        needed: np.ndarray = (bound.value + extra <= self.upper - 1 + 1e-6) & (free | one)[None, :]
        return needed

    def _search(
        self, use: np.ndarray, effort: Effort, max_nodes: int | None, one: np.ndarray | None = None
    ) -> float | None:
        """Hand the model over ``use`` to HiGHS; keep what is better; its bound, where one is proven."""
        customer, site = np.nonzero(use)
        if len(np.unique(customer)) < len(self.demand):
            return self.upper
        model = self.model(customer, site, one)
        start = None
        if self.upper < np.inf and use[np.arange(len(self.site)), self.site].all():
            start = np.zeros(len(model.cost))
            start[np.unique(self.site)] = 1.0
            start[len(self.room) + np.flatnonzero(self.site[customer] == site)] = 1.0
        gap = max(effort.gap, 1e-6, 0.99 / self.upper)
        answer = hand_over(model, effort, start, gap=gap, max_nodes=max_nodes or 2**31 - 1)
        self.crashed |= bool(answer.crashed)
        if answer.infeasible:
            return self.upper
        if answer.values is not None:
            self._take(customer, site, answer.values[len(self.room) :])
        return answer.bound

    def _take(self, customer: np.ndarray, site: np.ndarray, share: np.ndarray) -> None:
        taken = share > 0.5
        where = np.full(len(self.demand), -1, dtype=np.int64)
        where[customer[taken]] = site[taken]
        if (where < 0).any() or (np.bincount(where, self.demand, len(self.room)) > self.room).any():
            return
        value = int(self.cost[np.arange(len(where)), where].sum() + self.opening[np.unique(where)].sum())
        if value < self.upper:
            self.upper, self.site = value, where

    def model(self, customer: np.ndarray, site: np.ndarray, one: np.ndarray | None) -> LinearModel:
        """The arrays: y of all sites, then x of the pairs; a site without pairs is shut."""
        m, k = len(self.room), len(customer)
        x, pair = m + np.arange(k), np.arange(k)
        served = equal(customer, x, np.ones(k), np.ones(len(self.demand)))
        links = at_least(np.tile(pair, 2), np.concatenate([site, x]), np.repeat([1.0, -1.0], k), np.zeros(k))
        unit = float(self.demand.max())
        rooms = at_least(
            np.concatenate([np.arange(m), site]), np.concatenate([np.arange(m), x]),
            np.concatenate([self.room / unit, -self.demand[customer] / unit]), np.zeros(m),
        )  # fmt: skip
        total = Rows(np.zeros(m, dtype=np.int64), np.arange(m), self.room / unit,
                     np.array([self.floats.need / unit]), np.array([np.inf]))  # fmt: skip
        upper = np.ones(m + k)
        upper[:m] = np.isin(np.arange(m), site)
        lower = np.zeros(m + k)
        if one is not None:
            lower[:m] = one
        cost = np.concatenate([self.opening, self.cost[customer, site]])
        return minimise(cost, [served, links, rooms, total], np.ones(m + k, dtype=bool), upper, lower)
