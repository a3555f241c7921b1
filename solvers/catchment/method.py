"""A catchment task from arrays to a bound and a plan: the Lagrangean bound, exchanges, parts solved exactly, a tree.

The bound comes first, because its mean choice is nearly the solution of the linear relaxation: the options that it
opens are where the exchanges begin, and where it differs from a plan is where the plan can become better. Then the
plan is improved part by part (`near.part`): the sites of one or two neighbourhoods are free, all others hold. What the
bound does not exclude goes to a tree as a whole, with counts of open sites to branch on (`process.branch`), whose bound
is one of the level. With two threads the two work side by side.

Source of solving parts exactly: D. Pisinger and S. Ropke (2010), Large neighborhood search, Handbook of Metaheuristics.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from siting.plans.outcome import Effort

from ..priced import Answer, Task, Way, raised
from ..process.arrays import hand_over
from ..volume import Descent
from .bound import Bound, lower
from .exchange import Exchange
from .level import Level, of_task
from .model import model, start_of
from .near import Neighbours, clusters, counted, part

ROOT, AGAIN = Descent(rounds=800), Descent(rounds=400, step=0.2)
#: Share of the time for the bound, and of what is then left for parts before the tree where they go one after another.
BOUND_SHARE, PART_SHARE = 0.3, 0.4
#: A level of so few sites is solved as a whole and at once.
SMALL = 40
#: Free sites of a part: to begin with, at least; how long one may take; how many in a row may bring nothing.
FREE, FEWEST, PART_S, VAIN = 36, 12, 5.0, 60
#: A mean share above this makes an option part of the kernel.
IN_USE = 1e-3
#: Beyond so many ways only the kernel is for HiGHS.
WHOLE_WAYS = 60_000


def solve(task: Task, way: Way, start: tuple[int, ...] = ()) -> Answer | None:
    """The best choice of a task and its bound; ``start`` are options that a good choice has.

    The value is that of the level, in which nobody is held back by rules that only forbid (`level.of_task`).
    """
    level = of_task(task)
    if not len(level.limit) and not len(level.at):
        return None
    return Method(level, way).solve(start)


@dataclass(frozen=True, eq=False)
class Posed:
    """What HiGHS is to solve: the ``level`` of the options ``own``, counts over masks of them (``groups``), whether
    that is the ``whole`` of what matters, and a ``start`` (n,)."""

    level: Level
    own: np.ndarray
    groups: list[np.ndarray]
    whole: bool
    start: np.ndarray


class Method:
    """One search over a level."""

    def __init__(self, level: Level, way: Way) -> None:
        self.level, self.way, self.begun = level, way, time.monotonic()
        self.high = raised(float(level.people.sum() * level.value.max(initial=0.0) + np.maximum(-level.price, 0).sum()))
        self.exchange = Exchange(level, way.seed)
        self.guide: np.ndarray | None = None  # share of each option in the tree's best relaxation
        self.counts = {"ways": len(level.point), "options": len(level.at)}

    @property
    def value(self) -> float:
        """Of the best options so far."""
        return self.exchange.value

    def solve(self, start: tuple[int, ...] = ()) -> Answer:
        """The proof, or as much of it as the time allows."""
        must = self._must()
        if must is None:
            return Answer(None, -np.inf, -np.inf, counts=self.counts)
        place = {int(o): k for k, o in enumerate(self.level.option)}
        first = frozenset(place[o] for o in start if o in place)
        self._climb(self.exchange.grow(first if self._allowed(first) else must))
        bound = self._bound()
        if not self._done():
            self._climb(self.exchange.grow([*must, *np.argsort(-bound.share, kind="stable")[: _many(bound)].tolist()]))
        if not self._done():
            self._search(bound)
        best = self.exchange.best
        if best is None:
            return Answer(None, -np.inf, self.high, counts=self.counts)
        flow = self.exchange.known[best].flow
        served = np.floor(np.bincount(self.level.point, weights=flow, minlength=len(self.level.people)) + 1e-6)
        return Answer(self._chosen(), self.value, max(self.high, self.value), served.astype(np.int64), self.counts)

    def _over(self) -> bool:
        return time.monotonic() > self.way.deadline or self.way.stopped()

    def _done(self) -> bool:
        return self._over() or self.way.near(self.value, self.high)

    def _allowed(self, chosen: frozenset[int]) -> bool:
        """Whether a set has an option of every site that needs one."""
        return bool(np.isin(np.flatnonzero(self.level.must), self.level.at[list(chosen)]).all()) and bool(chosen)

    def _chosen(self) -> tuple[int, ...]:
        """The best options so far, as the task numbers them."""
        return tuple(sorted(int(self.level.option[o]) for o in self.exchange.best or ()))

    def _climb(self, chosen: frozenset[int]) -> None:
        """Make a set of options better by exchanges; whoever waits hears of it if it is the best."""
        before = self.value
        self.exchange.climb(chosen, self._done)
        if self.value > before:
            self.way.on_chosen(self._chosen())

    def _bound(self) -> Bound:
        """Lower the bound, from where it ended once more towards the value in hand."""
        until = time.monotonic() + BOUND_SHARE * (self.way.deadline - time.monotonic())
        bound = lower(self.level, lambda k, share: self.value, ROOT, self._over, until)
        self.high = min(self.high, bound.value)
        if not self._done():
            again = lower(self.level, lambda k, share: self.value, AGAIN, self._over, until, bound.at)
            bound = again if again.value < bound.value else bound
            self.high = min(self.high, bound.value)
        self.high = max(self.high, self.value)
        return bound

    def _search(self, bound: Bound) -> None:
        """Parts and the tree: side by side where there are two threads, else one after the other; then parts again."""
        posed = self._posed(bound)
        if self.level.sites <= SMALL or self.exchange.best is None:
            self._end_of(posed, self._tree(posed))
            return
        if self.way.threads < 2:
            self._parts(bound, time.monotonic() + PART_SHARE * (self.way.deadline - time.monotonic()))
            posed = self._posed(bound)
            self._end_of(posed, self._tree(posed))
        else:
            with ThreadPoolExecutor(1) as pool:
                tree = pool.submit(self._tree, posed)
                self._parts(bound, self.way.deadline, tree.done)
                self._end_of(posed, tree.result())
        self._parts(bound, self.way.deadline)

    def _parts(self, bound: Bound, until: float, ended: Callable[[], bool] | None = None) -> None:
        """Make the plan better part by part, and from new beginnings in between: until nothing has come for long, or
        what it is done beside has ``ended``."""
        level = self.level
        near = Neighbours(level, bound.share, np.random.default_rng(self.way.seed))
        many, vain = FREE, 0
        while not self._done() and time.monotonic() < until and not (ended() if ended else vain >= VAIN):
            before, begun = self.value, time.monotonic()
            if vain % 2:  # from a new beginning instead, as the tree or the bound would have it
                shares = bound.share if self.guide is None or vain % 4 == 1 else self.guide
                self._climb(self.exchange.shake(shares))
                vain = 0 if self.value > before else vain + 1
                continue
            whole = self._part(bound, near, min(many, level.sites))
            vain = 0 if self.value > before else vain + 1
            if not whole:
                many = max(FEWEST, many * 4 // 5)
            elif time.monotonic() - begun < PART_S / 3:
                many = min(level.sites, many + 1)

    def _part(self, bound: Bound, near: Neighbours, many: int) -> bool:
        """Solve one part from the best plan; whether HiGHS ended by itself."""
        level, taken = self.level, self._taken()
        here = self.exchange.look(frozenset(np.flatnonzero(taken).tolist()))
        alive = bound.priced + bound.rest > self.value
        posed = part(level, taken, here.flow, near.draw(taken, many), alive)
        effort = self._effort(min(PART_S, self.way.deadline - time.monotonic()), 1e-4)
        answer = hand_over(model(posed.level), effort, start_of(posed.level, taken[posed.keep]))
        if answer.values is not None:
            own = np.flatnonzero(posed.keep)
            self._take(own[answer.values[: len(own)] > 0.5])
        return answer.complete

    def _taken(self) -> np.ndarray:
        """The best options as a mask (o,)."""
        return np.isin(np.arange(len(self.level.at)), list(self.exchange.best or ()))

    def _take(self, chosen: np.ndarray) -> None:
        """Look at a set of options; whoever waits hears of it if it is better."""
        before = self.value
        self.exchange.look(frozenset(chosen.tolist()))
        if self.value > before:
            self.way.on_chosen(self._chosen())

    def _effort(self, seconds: float, gap: float) -> Effort:
        return Effort(
            gap=gap, time_limit_s=seconds, seed=self.way.seed, threads=1, memory_mb=self.way.memory_mb,
            stopped=self._done,
        )  # fmt: skip

    def _posed(self, bound: Bound) -> Posed:
        """What the bound does not exclude; where that is too much, the kernel of it."""
        level, taken = self.level, self._taken()
        alive = (bound.priced + bound.rest > self.value) | taken
        self.counts["options_in_doubt"] = int(alive.sum())
        posed = level.with_options(alive)
        whole = len(posed.point) <= WHOLE_WAYS
        if not whole:
            alive &= (bound.share > IN_USE) | np.isin(level.at, np.unique(level.at[taken]))
            posed = level.with_options(alive)
        groups = counted(posed, clusters(posed)) if whole and level.sites > SMALL else []
        self.counts["counts_to_branch_on"] = len(groups)
        return Posed(posed, np.flatnonzero(alive), groups, whole, start_of(posed, taken[alive], groups))

    def _tree(self, posed: Posed) -> np.ndarray | None:
        """Hand it to HiGHS, or to the tree over its counts; what the options are there (or their shares). Its bound is
        one of the level where nothing was left out. It may run beside `_parts`, and touches nothing of theirs."""
        left = self.way.deadline - time.monotonic()
        if left < 0.2:
            return None
        said = [np.inf]

        def lowered(bound: float) -> None:
            said[0] = _raised(bound)

        def guided(values: np.ndarray) -> None:
            guide = np.zeros(len(self.level.at))
            guide[posed.own] = np.clip(values[: len(posed.own)], 0.0, 1.0)
            self.guide = guide

        def near() -> bool:
            return self._over() or self.way.near(self.value, min(self.high, said[0]))

        allowed = max(self.way.slack, self.way.gap * abs(self.value)) / max(1.0, abs(self.value))
        effort = replace(self._effort(left, min(0.9, 0.9 * allowed)), stopped=near if posed.groups else self._over)
        answer = hand_over(
            model(posed.level, posed.groups), effort, posed.start, on_bound=lowered, on_values=guided,
            engine="highs-counts" if posed.groups else "highs",
        )  # fmt: skip
        if posed.whole and answer.bound is not None and np.isfinite(answer.bound):
            self.high = max(self.value, min(self.high, _raised(answer.bound)))
        return None if answer.values is None else answer.values[: len(posed.own)]

    def _end_of(self, posed: Posed, shares: np.ndarray | None) -> None:
        """Take the options that a tree ended with, as far as they fit: a tree that was cut short has only shares."""
        if shares is not None:
            order = np.argsort(-shares, kind="stable")
            self._climb(self.exchange.grow(posed.own[order[shares[order] > 0.5]].tolist()))

    def _must(self) -> list[int] | None:
        """The option with the least use of each site that needs one; None where they do not fit."""
        level = self.level
        share = (level.use / np.maximum(1, np.abs(level.limit))[:, None]).sum(axis=0)
        owns = [np.flatnonzero(level.at == j) for j in np.flatnonzero(level.must)]
        taken = [int(own[np.argmin(share[own])]) for own in owns]
        return taken if (level.use[:, taken].sum(axis=1) <= level.limit).all() else None


def _raised(bound: float) -> float:
    """What no choice exceeds by a solver's bound of the minimisation, with room for its tolerance."""
    return raised(-bound + 1e-6 + 1e-7 * abs(bound))


def _many(bound: Bound) -> int:
    """How many options the mean choice opens, in whole ones."""
    return int(np.ceil(bound.share.sum() + 1e-9))
