"""p-median, proven: a good set, its Lagrangean bound, what cannot matter left out, and the rest.

The rest is decided by branch and bound on the same bound where few sites are open, and by HiGHS on the radius model
(`radius`) where many are: there the linear relaxation is nearly whole, and the tree would be deep. Which of the
two is better was measured (docs/classic.md).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np

from siting.plans.outcome import Effort

from ..volume import Descent
from .deflected import Climb
from .interchange import cost_of, greedy, improve
from .lagrange_branch import Search, fixed, threshold
from .lagrange_pairs import AGAIN, ROOT, Bound, Pairs, climb, grid
from .radius import solve_radius

#: From so many open sites on, the rest is for the radius model.
MANY = 25
#: More pairs than this are first decided roughly, on the sites that the bound prefers.
ROUGH = 6000
#: What follows the first climb.
SETTLE = Descent(rounds=1500, step=0.3)
#: That search looks at so many sites around each demand point.
CLOSE = 12


@dataclass(frozen=True, eq=False)
class Found:
    """Cost and sites (p,) of the best set, a bound on every set's cost, and whether HiGHS crashed on the way."""

    cost: int
    chosen: np.ndarray
    bound: int
    crashed: bool


class Location:
    """One search: ``cost`` (n, m) whole numbers, ``p`` sites to open."""

    def __init__(self, cost: np.ndarray, p: int, effort: Effort) -> None:
        self.cost, self.p, self.effort = np.asarray(cost, dtype=np.float64), p, effort
        self.n, self.m = self.cost.shape
        self.begun = time.monotonic()
        self.deadline = self.begun + effort.time_limit_s
        self.upper, self.chosen, self.tried = 0, np.zeros(0, dtype=np.int64), set[bytes]()
        self.low, self.spent, self.crashed = 0.0, 0.0, False  # no cost is below 0

    def solve(self) -> Found:
        """The proof, or as much of it as the effort allows."""
        start = greedy(self.cost, self.p)
        self.chosen, self.upper = improve(self.cost, start, self.deadline)
        if self._done():
            return self._found()
        bound = self._root()
        free, one, pairs = self._reduce(bound)
        for round_ in range(8):
            if self._done():
                return self._found()
            before = len(pairs.point)
            bound = self._again(bound, pairs, free, one, AGAIN)
            free, one, pairs = self._reduce(bound)
            if round_ == 0 and self.p >= MANY and len(pairs.point) > ROUGH:
                self._roughly(bound, free, one, pairs)
                free, one, pairs = self._reduce(bound)
            if len(pairs.point) > 0.8 * before:
                break
        if not self._done():
            self._finish(bound, free, one, pairs)
        return self._found()

    def _found(self) -> Found:
        return Found(self.upper, self.chosen, min(self.upper, math.ceil(self.low - 1e-9)), self.crashed)

    def _done(self) -> bool:
        late = time.monotonic() > self.deadline or self.effort.stopped()
        return late or self.low > self.upper - 1 or self.upper - self.low <= self.allowed

    @property
    def allowed(self) -> float:
        """How far bound and cost may lie apart."""
        return self.effort.gap * self.upper

    def _take(self, sites: np.ndarray) -> None:
        """Improve a set by exchanges and keep it if it is the best."""
        key = np.sort(sites).tobytes()
        if key not in self.tried:
            self.tried.add(key)
            chosen, value = improve(self.cost, sites, self.deadline)
            if value < self.upper:
                self.upper, self.chosen = value, chosen

    def _on_round(self, k: int, share: np.ndarray) -> float:
        """Now and then the sites that the bound has chosen most often are a start for exchanges."""
        if k % 20 == 19 and self.p < MANY and self.spent < 0.25 * (time.monotonic() - self.begun):
            begun = time.monotonic()
            self._take(np.argsort(-share, kind="stable")[: self.p])
            self.spent += time.monotonic() - begun
        return float(self.upper)

    def _root(self) -> Bound:
        """The bound over all pairs; those dearer than any price so far are looked at only when a price gets there."""
        sub = np.sort(self.cost[:, self.chosen], axis=1)
        first, second = sub[:, 0], sub[:, min(1, self.p - 1)]
        u = np.floor((first + np.minimum(second, 4 * first + 10)) / 2)
        self.step_of = grid(float(self.cost.max()) * self.n)
        self.free, self.one = np.ones(self.m, dtype=bool), np.zeros(self.m, dtype=bool)
        pairs = _Near(self.cost, u)
        bound = climb(pairs, u, self.free, self.one, self.p, self.upper, ROOT, self.step_of,
                      self.deadline, self._on_round)  # fmt: skip
        self.low = max(self.low, min(bound.value, self.upper))
        if not self._done():
            more = climb(pairs, bound.u, self.free, self.one, self.p, self.upper, SETTLE, self.step_of,
                         self.deadline, self._on_round)  # fmt: skip
            bound = more if more.value > bound.value else bound
            self.low = max(self.low, min(bound.value, self.upper))
            self._take(np.argsort(-more.share, kind="stable")[: self.p])  # nearly a solution of the relaxation
        return bound

    def _again(self, bound: Bound, pairs: Pairs, free: np.ndarray, one: np.ndarray, how: Climb) -> Bound:
        """Climb on with the pairs that are left."""
        more = climb(pairs, bound.u, free, one, self.p, self.upper, how, self.step_of,
                     self.deadline, self._on_round)  # fmt: skip
        best = more if more.value > bound.value else replace(bound, share=more.share)
        self.low = max(self.low, min(best.value, self.upper))
        return best

    def _reduce(self, bound: Bound) -> tuple[np.ndarray, np.ndarray, Pairs]:
        """Sites and pairs that a better set may still use; fixed sites stay fixed."""
        self.free, self.one = fixed(bound, self.free, self.one, self.p, self.upper)
        last = threshold(bound, self.free, self.one, self.p)
        dear = np.where(self.free, np.maximum(bound.rho - last, 0), 0.0)
        extra = np.maximum(self.cost - bound.u[:, None], 0) + dear[None, :]
        use = (bound.value + extra <= self.upper - 1) & (self.free | self.one)[None, :]
        return self.free, self.one, _within(use, self.cost)

    def _roughly(self, bound: Bound, free: np.ndarray, one: np.ndarray, pairs: Pairs) -> None:
        """A short search on the sites with the lowest prices and the best set: a better set, no bound."""
        sites = np.zeros(self.m, dtype=bool)
        sites[np.argsort(bound.rho, kind="stable")[: int(1.4 * self.p) + 20]] = True
        sites |= one
        sites[self.chosen] = True
        sites &= free | one
        among = self.cost[:, sites]
        near = np.partition(among, min(CLOSE, among.shape[1]) - 1, axis=1)[:, min(CLOSE, among.shape[1]) - 1]
        near = np.maximum(near, self.cost[:, self.chosen].min(axis=1))
        use = sites[pairs.site] & (pairs.cost <= near[pairs.point])
        answer = solve_radius(pairs.only(use), sites, one, self.p, self.chosen, self.upper,
                              self._left(10.0, max_nodes=20))  # fmt: skip
        self.crashed |= answer.crashed
        if answer.chosen is not None:
            self._take(answer.chosen)

    def _left(self, most: float = math.inf, max_nodes: int = 2**31 - 1) -> tuple[Effort, int]:
        left = max(0.1, min(most, self.deadline - time.monotonic()))
        return replace(self.effort, time_limit_s=left), max_nodes

    def _finish(self, bound: Bound, free: np.ndarray, one: np.ndarray, pairs: Pairs) -> None:
        if self.p < MANY:
            search = Search(self.cost, pairs, self.p, self.step_of, self.deadline, self.effort.stopped,
                            lambda objective, low: None, self.allowed)  # fmt: skip
            tree = search.run(self.upper, self.chosen, free, one, bound.u, self.low)
            self.upper, self.chosen, self.low = tree.cost, tree.chosen, max(self.low, tree.bound)
            return
        gap = self.allowed / max(1, self.upper)
        how = (replace(self._left()[0], gap=min(0.99, gap)), 2**31 - 1)
        answer = solve_radius(pairs, free | one, one, self.p, self.chosen, self.upper, how)
        self.crashed |= answer.crashed
        if answer.chosen is not None:
            value = cost_of(self.cost, answer.chosen)
            if value < self.upper:
                self.upper, self.chosen = value, answer.chosen
        if answer.bound is not None:  # what was left out costs at least the best set
            self.low = max(self.low, min(answer.bound, float(self.upper)))


class _Near(Pairs):
    """The pairs up to a cost that grows where a price reaches it: far pairs have no part in the bound."""

    def __init__(self, cost: np.ndarray, u: np.ndarray) -> None:
        self.whole = cost
        self._until(1.3 * u + 1)

    def _until(self, limit: np.ndarray) -> None:
        self.limit = limit
        point, site = np.nonzero(self.whole < limit[:, None])
        super().__init__(point, site, self.whole[point, site], *self.whole.shape)

    def prices(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if (u > self.limit).any():
            self._until(np.maximum(1.3 * u, self.limit))
        return super().prices(u)


def _within(use: np.ndarray, cost: np.ndarray) -> Pairs:
    point, site = np.nonzero(use)
    return Pairs(point, site, cost[point, site], *cost.shape)
