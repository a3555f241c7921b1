r"""Single-source capacitated location: each customer has one site.

.. math::
    \min \sum_j f_j y_j + \sum_{ij} c_{ij} x_{ij}, \quad \sum_j x_{ij} = 1, \quad x_{ij} \le y_j, \quad
    \sum_i q_i x_{ij} \le Q_j y_j, \quad x, y \in \{0, 1\} .

A tree branches on sites alone, in the order of its bounds: the continuous bound of `lagrange_warehouse` first, that of
whole knapsacks (`lagrange_single`) where it is not enough. Where all sites are chosen, an assignment is left; the
bound of whole knapsacks is so close there that few pairs remain, and HiGHS decides them, a little above the bound at a
time. First solutions are assignments to the sets of sites that are best for split deliveries, by exchanges (`refit`),
which look at sets nearby as well.

Source: K. Holmberg, M. Ronnqvist and D. Yuan (1999), An exact algorithm for the capacitated facility location problems
with single sourcing, European Journal of Operational Research 113 (the instances, and a bound of the same kind).
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, replace

import numpy as np

from siting.plans.outcome import Effort

from ..process.arrays import Rows, at_least, equal, hand_over, minimise
from ..process.linear import LinearModel
from .lagrange_single import Whole
from .lagrange_warehouse import AGAIN, NODE, ROOT, Bound, Costs, climb, first_prices, fixed
from .nodes import Masks, halves
from .refit import LONG, SHORT, Refit, price
from .warehouse import Tree

#: Pairs of each customer in the short search.
CLOSE = 5
#: Rounds of the bound with whole knapsacks in a node, and where all sites are chosen.
ROUNDS, CHOSEN = 25, 150
#: How far above its bound an assignment is sought at a time, as a share of it; nodes of HiGHS for a first solution.
STEP, FIRST_NODES = 1e-3, 300
#: Sets of sites of the split problem that are looked at, how much dearer than the best one; share of the time for sets
#: nearby.
SETS, DEARER, NEARBY = 12, 1.02, 0.15
#: A node in so many has its sites looked at for a better solution.
EVERY = 3
#: Costs are whole numbers; what floating-point sums may be wrong by.
SLIP = 1e-6


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
        self.whole = Whole(demand, room, self.floats)
        self.upper, self.site = np.inf, np.zeros(0, dtype=np.int64)
        self.crashed, self.seen = False, set[bytes]()  # sets of sites that were looked at

    def solve(self) -> Single:
        """The proof, or as much of it as the effort allows."""
        self.deadline = time.monotonic() + self.effort.time_limit_s
        m = len(self.room)
        free, one = np.ones(m, dtype=bool), np.zeros(m, dtype=bool)
        ceiling = float(self.opening.sum() + self.cost.max(axis=1).sum())
        bound = climb(self.floats, first_prices(self.floats), free, one, ceiling, ROOT, self.deadline)
        self._first(bound)
        bound = climb(self.floats, bound.u, free, one, min(self.upper, ceiling), AGAIN, self.deadline)
        proven = self._branch(bound, *fixed(bound, free, one, self._goal()))
        low = int(np.ceil((proven if bound.value < proven < np.inf else bound.value) * (1 - 1e-9) - SLIP))
        if self.upper == np.inf:
            return Single(None, None, low, self.crashed)
        return Single(int(self.upper), self.site, min(low, int(self.upper)), self.crashed)

    def _goal(self) -> float:
        """From this bound on a node need not be looked at."""
        return min(self.upper - 1 + SLIP, self.upper * (1 - self.effort.gap))

    def _over(self) -> bool:
        return time.monotonic() > self.deadline or self.effort.stopped()

    def _left(self, share: float) -> Effort:
        return replace(self.effort, time_limit_s=max(0.1, share * (self.deadline - time.monotonic())))

    def _first(self, bound: Bound) -> None:
        """A first solution: over the sites that split deliveries use best, else over the sites that the bound likes."""
        split = Tree(self.floats, replace(self._left(0.15), gap=1e-3))
        split.solve()
        self._exchange(split, bound)
        if len(split.chosen) and self.upper == np.inf:
            one = np.isin(np.arange(len(self.room)), split.chosen)
            near = self._settle(bound.u, np.zeros_like(one), one, 1.01 * split.upper, CHOSEN)
            for steps in (1, 2, 4, 8):
                if self.upper == np.inf and not self._over():
                    self._probe(near, one, near.value * (1 + STEP * steps), self._left(0.1), FIRST_NODES)
        for rounds, share in enumerate((0.25, 0.4)):
            if self.upper == np.inf and not self._over():
                self._search(self._near(bound), self._left(share), 200 * (rounds + 1))

    def _exchange(self, split: Tree, bound: Bound) -> None:
        """Exchanges from the best sets of sites of the split problem, then over sets nearby."""
        refit, nobody = self._refit(self._left(NEARBY).time_limit_s), np.full(len(self.demand), -1)
        for worth, key in sorted((worth, key) for key, worth in split.tried.items())[:SETS]:
            if worth <= DEARER * split.upper and not self._over():
                self._keep(refit.assign(np.flatnonzero(np.frombuffer(key, dtype=bool)), nobody, SHORT))
        if self.upper < np.inf:
            self._keep(refit.assign(np.unique(self.site), self.site, LONG))
            free, one = np.ones(len(self.room), dtype=bool), np.zeros(len(self.room), dtype=bool)
            bound = climb(self.floats, bound.u, free, one, self.upper, AGAIN, self.deadline)
            free, _ = fixed(bound, free, one, self._goal())
            refit.sites(self.site, np.where(free, bound.rho, np.inf), self._keep)

    def _refit(self, seconds: float) -> Refit:
        """Exchanges for so long."""
        until = time.monotonic() + seconds
        return Refit(
            self.demand, self.room, self.opening, self.cost,
            lambda: time.monotonic() > until or self._over(), self.effort.seed,
        )  # fmt: skip

    def _settle(self, u: np.ndarray, free: np.ndarray, one: np.ndarray, goal: float, rounds: int) -> Bound:
        """The bound with whole knapsacks, where rooms are small enough, else the continuous one once more."""
        if self.whole.practical:
            return self.whole.settle(u, free, one, goal, rounds, self.deadline)
        return climb(self.floats, u, free, one, goal, NODE, self.deadline)

    def _branch(self, bound: Bound, free: np.ndarray, one: np.ndarray) -> float:
        """Search below the sites ``free`` and ``one`` (m,); the bound that is proven."""
        heap = [(bound.value, 0, free, one, bound.u)]
        count, looked, open_low = 0, 0, np.inf  # what HiGHS could not decide in time
        while heap and heap[0][0] < self._goal() and not self._over():
            low, _, free, one, u = heapq.heappop(heap)
            if not free.any():
                count, proven = count + 1, self._assign(low, one, u)
                if proven > low:
                    heapq.heappush(heap, (proven, count, free, one, u))
                else:
                    open_low = min(open_low, low)
                continue
            low, free, one, found = self._node(low, free, one, u)
            looked += 1
            if looked % EVERY == 1:
                self._around(free, one, found.share)
            below: tuple[Masks, ...] = ()
            if free.any():
                below = halves(free, one, found.share)
            elif low < self._goal():
                found = self._settle(found.u, free, one, min(self.upper, 2 * abs(low)), CHOSEN)
                low, below = max(low, found.value), ((free, one),)
            for masks in below:
                if low < self._goal():
                    count += 1
                    heapq.heappush(heap, (low, count, *masks, found.u))
        closed = self.upper if self._goal() >= self.upper - 1 + SLIP else self._goal()
        return float(min([closed, open_low, *(node[0] for node in heap[:1])]))

    def _node(
        self, low: float, free: np.ndarray, one: np.ndarray, u: np.ndarray
    ) -> tuple[float, np.ndarray, np.ndarray, Bound]:
        """Bound one node and fix sites; nothing is free where it need not be looked at."""
        aim = min(self._goal(), 2 * abs(low) + 1)
        found = climb(self.floats, u, free, one, aim, NODE, self.deadline)
        for whole in (False, True):
            if whole:
                found = self._settle(found.u, free, one, aim, ROUNDS)
            low = max(low, found.value)
            if low >= self._goal():
                return low, np.zeros_like(free), one, found
            free, one = fixed(found, free, one, self._goal())
            if not free.any():
                break
        return low, free, one, found

    def _around(self, free: np.ndarray, one: np.ndarray, share: np.ndarray) -> None:
        """Exchanges on the sites that a node would open: those of at least half a ``share`` (m,), and more of them
        until there is room."""
        mask, total = one | (free & (share > 0.5)), self.demand.sum()
        for j in np.argsort(-share, kind="stable").tolist():
            if self.room[mask].sum() < total:
                mask[j] |= free[j]
        key = mask.tobytes()
        if key not in self.seen and self.room[mask].sum() >= total:
            self.seen.add(key)
            begin = np.full(len(self.demand), -1)
            self._keep(self._refit(1.0).assign(np.flatnonzero(mask), begin, SHORT))

    def _assign(self, low: float, one: np.ndarray, u: np.ndarray) -> float:
        """Look for an assignment to the sites ``one`` a little above their bound ``low``; what is proven of them."""
        near = self._settle(u, np.zeros_like(one), one, low, 1)
        return max(low, self._probe(near, one, low + max(1.0, STEP * abs(low)), self._left(1.0), None))

    def _probe(self, near: Bound, one: np.ndarray, until: float, effort: Effort, max_nodes: int | None) -> float:
        """Decide whether an assignment to the sites ``one`` (m,) costs at most ``until``: only pairs count that such
        a one may use. A bound on all assignments to them."""
        until = min(until, self._goal())
        extra = np.maximum(self.cost - near.u[:, None], 0)
        use = (near.value + extra <= until + SLIP) & one[None, :]
        proven = self._search(use, effort, max_nodes, one, until)
        if proven is None:
            return near.value
        return float(min(np.ceil(proven - 1e-4), np.floor(until + SLIP) + 1, self.upper))  # costs are whole numbers

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

    def _search(
        self, use: np.ndarray, effort: Effort, max_nodes: int | None, one: np.ndarray | None = None,
        until: float = np.inf,
    ) -> float | None:  # fmt: skip
        """Hand the model over ``use`` to HiGHS, which ends above ``until``; keep what is better; its bound, where one
        is proven."""
        customer, site = np.nonzero(use)
        if len(np.unique(customer)) < len(self.demand):
            return self.upper
        model = self.model(customer, site, one)
        start = None
        if self.upper < np.inf and use[np.arange(len(self.site)), self.site].all():
            start = np.zeros(len(model.cost))
            start[: len(self.room)] = 0.0 if one is None else one  # a chosen site is open, used or not
            start[np.unique(self.site)] = 1.0
            start[len(self.room) + np.flatnonzero(self.site[customer] == site)] = 1.0
        gap = max(effort.gap, 1e-6, 0.99 / self.upper)
        answer = hand_over(model, effort, start, gap=gap, enough=(-np.inf, until), max_nodes=max_nodes or 2**31 - 1)
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
        self._keep(None if (where < 0).any() else where)

    def _keep(self, where: np.ndarray | None) -> None:
        """Keep an assignment (n,), if it fits and is better."""
        if where is None or (np.bincount(where, self.demand, len(self.room)) > self.room).any():
            return
        value = price(where, self.opening, self.cost)
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
        upper, lower = np.ones(m + k), np.zeros(m + k)
        upper[:m] = np.isin(np.arange(m), site)
        if one is not None:
            lower[:m] = one
            upper[:m] = np.maximum(upper[:m], one)
        cost = np.concatenate([self.opening, self.cost[customer, site]])
        return minimise(cost, [served, links, rooms, total], np.ones(m + k, dtype=bool), upper, lower)
