"""A coverage task from its arrays to a proof, or to the smallest distance of plan and bound that the time allows.

A greedy choice and exchanges; the Lagrangean bound, whose mean choice is where the next exchanges begin; sites fixed by
their prices, rows merged and sites compared again; what is then small enough goes to HiGHS; beside what is not, the
exchanges go on until the time is up. In between, a tree on the linear relaxation is searched in other processes.
"""

from __future__ import annotations

import time

import numpy as np
from scipy.sparse import csr_array

from siting.plans.outcome import Effort, slip

from ..priced import Answer, Task, Way, raised
from ..process.arrays import Rows, hand_over, minimise
from ..volume import Descent
from . import crew
from .bound import fix, lower
from .mix import Mix
from .reduce import Cover, reduced, smaller
from .swap import Swap

#: Pairs up to which what is left goes to HiGHS as it is, and up to which a tree on its relaxation is worth a try.
SMALL, LARGE = 30_000, 1_500_000
ROOT, AGAIN = Descent(), Descent(rounds=300, step=0.1)
#: Beginnings of exchanges: before the bound, and after it where HiGHS decides the rest.
FIRST_SHAKES, FEW_SHAKES = 3, 10
#: Beginnings of exchanges for one choice that is drawn or joined, which takes as long as five of them.
MIX_EVERY = 7
#: Share of the time that exchanges may take before HiGHS is asked.
SWAP_SHARE = 0.25


def solve(task: Task, way: Way, start: tuple[int, ...] = ()) -> Answer | None:
    """The best choice of a task and its bound; None where the task is not for this method.

    ``start`` are options that a good choice has.
    """
    cover = reduced(task)
    if cover is None:
        return None
    if (cover.limit < np.minimum(cover.use, 0).sum(axis=1)).any():
        return Answer(None, -np.inf, -np.inf, counts=cover.counts)
    return Method(cover, way).solve(start)


class Method:
    """One search over a cover."""

    def __init__(self, cover: Cover, way: Way) -> None:
        self.cover, self.way = cover, way
        self.begun = time.monotonic()
        self.chosen: tuple[int, ...] | None = None
        self.value = -np.inf
        self.high = raised(cover.base + float(cover.weight.sum() + np.maximum(-cover.price, 0).sum()))
        self.counts = dict(cover.counts)
        self.mix, self.explored = Mix(cover, np.ones(len(cover.price)), way.seed), 0

    def solve(self, start: tuple[int, ...] = ()) -> Answer:
        """The proof, or as much of it as the time allows."""
        cover = self.cover
        swap = Swap(cover, self.way.seed)
        place = {int(o): j for j, o in enumerate(cover.option)}
        swap.set_to([])
        swap.improve(self._over)
        if start:
            swap.set_to([place[o] for o in start if o in place])
            swap.improve(self._over)
        self._from(cover, swap)
        self._shake(swap, cover, FIRST_SHAKES, self.way.deadline)
        if not self._done():
            cover = self._bound(cover)
            if not self._done():
                self._close(cover, swap)
        value = self.value if self.chosen is not None else -np.inf
        return Answer(self.chosen, value, max(value, self.high), counts=self.counts)

    def _over(self) -> bool:
        return time.monotonic() > self.way.deadline or self.way.stopped()

    def _done(self) -> bool:
        return self._over() or (self.chosen is not None and self.way.near(self.value, self.high))

    def _from(self, cover: Cover, swap: Swap) -> None:
        """Take the best of the exchanges if it is better."""
        if swap.best is not None and swap.value > self.value:
            self._take(cover, swap.best, swap.value)

    def _take(self, cover: Cover, sites: tuple[int, ...], value: float) -> None:
        self.value = value
        self.chosen = tuple(sorted((*cover.always, *(int(cover.option[j]) for j in sites))))
        self.way.on_chosen(self.chosen)

    def _shake(self, swap: Swap, cover: Cover, most: int, until: float) -> None:
        for _ in range(most):
            if self._done() or time.monotonic() > until or not len(cover.price):
                break
            swap.shake()
            swap.improve(self._over)
            self._from(cover, swap)

    def _explore(self, swap: Swap) -> None:
        """One new beginning near the best choice, or now and then a choice that is drawn or joined; of all sites."""
        self.explored += 1
        if self.explored % MIX_EVERY:
            self._shake(swap, self.cover, 1, self.way.deadline)
        elif not self._done():
            if swap.best is not None:
                self.mix.add(swap.value, frozenset(swap.best))
            self._from(self.cover, self.mix.step(self._over, self.way.deadline))

    def _bound(self, cover: Cover) -> Cover:
        """Lower the bound, fix by it, make smaller, and again while that helps; the cover that is left."""
        at: np.ndarray | None = None
        for how in (ROOT, AGAIN, AGAIN):
            here = cover

            def goal(k: int, share: np.ndarray, here: Cover = here) -> float:
                if k % 50 == 49 and not self._over():
                    self._round(here, share)
                return self.value

            bound = lower(cover, goal, how, self._over, self.way.deadline, at)
            if at is None:
                self.mix.share = np.maximum(0.0, bound.share)
            self.high = min(self.high, max(bound.value, self.value))
            self._round(cover, bound.share)
            if self._done():
                break
            before = cover.covers.nnz
            cover, at = fix(cover, bound, self.value)
            self.counts |= {"sites_open": len(cover.always), "sites_in_doubt": len(cover.price)}
            if not len(cover.price):
                break
            if cover.covers.nnz > 0.8 * before:
                break
        return cover

    def _round(self, cover: Cover, share: np.ndarray) -> None:
        """Exchanges from the sites that the mean choice opens most."""
        swap = Swap(cover, self.way.seed)
        swap.set_to(np.argsort(-share, kind="stable")[: int(np.ceil(share.sum() + 1e-9))].tolist())
        swap.improve(self._over)
        self._from(cover, swap)

    def _close(self, cover: Cover, swap: Swap) -> None:
        """Decide what is left."""
        cover = smaller(cover)
        if not len(cover.price):
            self.high = max(self.value, min(self.high, raised(cover.base)))
            return
        small, large = cover.covers.nnz <= SMALL, cover.covers.nnz > LARGE
        if not small and not large:
            self._tree(cover, swap)
            return
        if large:
            while not self._done():
                self._explore(swap)
            return
        left = self.way.deadline - time.monotonic()
        self._shake(swap, self.cover, FEW_SHAKES, time.monotonic() + left * SWAP_SHARE)
        if not self._done():
            self._mip(cover)

    def _tree(self, cover: Cover, swap: Swap) -> None:
        """A tree in other processes; beside it exchanges, from what its relaxations open."""

        def over() -> bool:
            if not self._done():
                self._explore(swap)
            return self._done()

        def lowered(bound: float) -> None:
            self.high = max(self.value, min(self.high, bound))

        crew.work(cover, self.way, self.value, self.high, over, lambda point: self._round(cover, point), lowered)

    def _mip(self, cover: Cover) -> None:
        r"""What is left to HiGHS: min uncovered weight and prices over :math:`z_i + \sum_{j \in N(i)} y_j \ge 1`."""
        n, m = cover.covers.shape
        covers = cover.covers.tocoo()
        cost = np.concatenate([cover.price, cover.weight])
        rows = [
            Rows(
                np.concatenate([covers.row, np.arange(n)]),
                np.concatenate([covers.col, m + np.arange(n)]),
                np.ones(covers.nnz + n),
                np.ones(n),
                np.full(n, np.inf),
            )
        ]
        for row, limit in zip(cover.use, cover.limit, strict=True):
            scale = 1.0 / max(1, np.abs(row).max())
            at = np.flatnonzero(row)
            free, most = np.array([-np.inf]), np.array([limit * scale])
            rows.append(Rows(np.zeros(len(at), dtype=np.int64), at, row[at] * scale, free, most))
        whole = np.concatenate([np.ones(m, dtype=bool), np.zeros(n, dtype=bool)])
        start = self._start(cover)
        left = self.way.deadline - time.monotonic()
        if left < 0.1:
            return
        total = cover.base + float(cover.weight.sum())
        allowed = max(self.way.slack, self.way.gap * abs(self.value))
        worst = abs(total - self.value) + 1e-9
        effort = Effort(
            gap=min(0.99, 0.9 * allowed / worst), time_limit_s=left, seed=self.way.seed, threads=self.way.threads,
            memory_mb=self.way.memory_mb, stopped=self.way.stopped,
        )  # fmt: skip
        answer = hand_over(minimise(cost, rows, whole), effort, start)
        if answer.values is not None:
            swap = Swap(cover, self.way.seed)
            swap.set_to(np.flatnonzero(answer.values[:m] > 0.5).tolist())
            self._from(cover, swap)
        if answer.infeasible:
            self.high = self.value
        elif answer.bound is not None and np.isfinite(answer.bound):
            bound = raised(total - answer.bound + slip(answer.bound))
            self.high = max(self.value, min(self.high, bound))

    def _start(self, cover: Cover) -> np.ndarray | None:
        """The best choice as values of the model, where what is left still holds it."""
        chosen = set(self.chosen or ())
        opened = np.array([int(o) in chosen for o in cover.option], dtype=float)
        if self.chosen is None or chosen != {*cover.always, *(int(o) for o in cover.option[opened > 0])}:
            return None
        missed = (csr_array(cover.covers) @ opened == 0).astype(float)
        return np.concatenate([opened, missed])
