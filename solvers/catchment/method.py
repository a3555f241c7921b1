"""A catchment task from its arrays to a bound and a plan: the Lagrangean bound, exchanges, then HiGHS on the kernel.

The bound comes first, because its mean choice is nearly the solution of the linear relaxation: the options that it
opens are where the exchanges begin, and with all sizes of the best sites they are the kernel. What the bound excludes
is left out before; where all the rest is small enough for HiGHS, its bound is one of the whole level.
"""

from __future__ import annotations

import time

import numpy as np

from siting.plans.outcome import Effort

from ..priced import Answer, Task, Way, raised
from ..process.arrays import hand_over
from ..volume import Descent
from .bound import Bound, lower
from .exchange import Exchange
from .level import Level, of_task
from .model import model

ROOT, AGAIN = Descent(rounds=800), Descent(rounds=400, step=0.2)
#: Share of the time for the bound, and of what is then left for exchanges before the kernel.
BOUND_SHARE, EXCHANGE_SHARE = 0.3, 0.6
#: Beginnings of exchanges in a row that may bring nothing: more where there is time and no proof.
SHAKES = 25
#: A mean share above this makes an option part of the kernel.
IN_USE = 1e-3
#: What is left is for HiGHS as a whole, bound included, up to so many options and ways.
WHOLE_OPTIONS, WHOLE_WAYS = 400, 12_000


def solve(task: Task, way: Way, start: tuple[int, ...] = ()) -> Answer | None:
    """The best choice of a task and its bound; ``start`` are options that a good choice has.

    The value is that of the level, in which nobody is held back by rules that only forbid (`level.of_task`).
    """
    level = of_task(task)
    if not len(level.limit) and not len(level.at):
        return None
    return Method(level, way).solve(start)


class Method:
    """One search over a level."""

    def __init__(self, level: Level, way: Way) -> None:
        self.level, self.way, self.begun = level, way, time.monotonic()
        self.high = raised(float(level.people.sum() * level.value.max(initial=0.0) + np.maximum(-level.price, 0).sum()))
        self.exchange = Exchange(level, way.seed)
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
            self._shake(bound)
        if not self._done():
            self._rest(bound)
        best = self.exchange.best
        if best is None:
            return Answer(None, -np.inf, self.high, counts=self.counts)
        chosen = tuple(sorted(int(self.level.option[o]) for o in best))
        flow = self.exchange.known[best].flow
        served = np.floor(np.bincount(self.level.point, weights=flow, minlength=len(self.level.people)) + 1e-6)
        return Answer(chosen, self.value, max(self.high, self.value), served.astype(np.int64), self.counts)

    def _over(self) -> bool:
        return time.monotonic() > self.way.deadline or self.way.stopped()

    def _done(self) -> bool:
        return self._over() or self.way.near(self.value, self.high)

    def _allowed(self, chosen: frozenset[int]) -> bool:
        """Whether a set has an option of every site that needs one."""
        return bool(np.isin(np.flatnonzero(self.level.must), self.level.at[list(chosen)]).all()) and bool(chosen)

    def _climb(self, chosen: frozenset[int]) -> None:
        before = self.value
        self.exchange.climb(chosen, lambda: self._done())
        if self.value > before:
            self.way.on_chosen(tuple(sorted(int(self.level.option[o]) for o in self.exchange.best or ())))

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

    def _shake(self, bound: Bound) -> None:
        """Exchanges from many beginnings; where HiGHS can decide the rest, only some."""
        until = time.monotonic() + EXCHANGE_SHARE * (self.way.deadline - time.monotonic())
        vain = 0
        while vain < SHAKES and not self._done() and time.monotonic() < until:
            before = self.value
            self._climb(self.exchange.shake(bound.share))
            vain = 0 if self.value > before else vain + 1

    def _rest(self, bound: Bound) -> None:
        """What the bound does not exclude to HiGHS, or where that is too much the kernel of it."""
        level, best = self.level, self.exchange.best or frozenset()
        mine = np.isin(np.arange(len(level.at)), list(best))
        alive = (bound.priced + bound.rest > self.value) | mine
        self.counts["options_in_doubt"] = int(alive.sum())
        part = level.with_options(alive)
        whole = len(part.at) <= WHOLE_OPTIONS and len(part.point) <= WHOLE_WAYS
        if not whole:
            near = np.isin(level.at, level.at[list(best)])
            part = level.with_options(alive & ((bound.share > IN_USE) | near))
        self._mip(part, mine, whole)
        self._shake(bound)

    def _mip(self, part: Level, mine: np.ndarray, whole: bool) -> None:
        """Solve the model of some options from the best set; its bound counts where they are all that matter."""
        left = self.way.deadline - time.monotonic()
        if left < 0.2:
            return
        task = model(part, np.arange(len(part.point)))
        start = np.concatenate([np.isin(part.option, self.level.option[mine]), np.zeros(len(part.point))])
        allowed = max(self.way.slack, self.way.gap * abs(self.value)) / max(1.0, abs(self.value))
        effort = Effort(
            gap=min(0.9, 0.9 * allowed), time_limit_s=left, seed=self.way.seed, threads=self.way.threads,
            memory_mb=self.way.memory_mb, stopped=self.way.stopped,
        )  # fmt: skip
        answer = hand_over(task, effort, start.astype(float))
        if answer.values is not None:
            place = {int(o): k for k, o in enumerate(self.level.option)}
            taken = np.flatnonzero(answer.values[: len(part.at)] > 0.5)
            self._climb(frozenset(place[int(o)] for o in part.option[taken]))
        if whole and answer.bound is not None and np.isfinite(answer.bound):
            bound = raised(-answer.bound + 1e-6 + 1e-7 * abs(answer.bound))
            self.high = max(self.value, min(self.high, bound))

    def _must(self) -> list[int] | None:
        """The option with the least use of each site that needs one; None where they do not fit."""
        level = self.level
        share = (level.use / np.maximum(1, np.abs(level.limit))[:, None]).sum(axis=0)
        owns = [np.flatnonzero(level.at == j) for j in np.flatnonzero(level.must)]
        taken = [int(own[np.argmin(share[own])]) for own in owns]
        return taken if (level.use[:, taken].sum(axis=1) <= level.limit).all() else None


def _many(bound: Bound) -> int:
    """How many options the mean choice opens, in whole ones."""
    return int(np.ceil(bound.share.sum() + 1e-9))
