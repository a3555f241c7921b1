"""The search for one aim: the linear relaxation for a bound, the options it likes for a plan, then the whole model.

On county models the relaxation is tight and takes seconds, while a solver's own search may look for a good plan for
minutes. So the relaxation is solved first; if the plan at hand is within the gap of it, all is proven. Else the model
is solved with only the options that the relaxation uses or the plan has (the kernel of Angelelli, Mansini and
Speranza 2010, Kernel search: a general heuristic for the multi-dimensional knapsack problem); only if that is not
enough, with all of them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from siting.errors import Fault, SolverFailed
from siting.model import goal
from siting.model.goal import Aim
from siting.plan import Plan
from siting.plans.outcome import Effort, Progress
from siting.problems.problem import Problem

from .. import greedy, twice
from ..corner import corner
from ..formulation import ONE_AT_A_TIME, Formulations
from ..joint import prices
from ..joint import start as joint
from ..priced import Way
from ..process import supervise
from ..process.linear import LinearModel
from ..reach import best_of
from .allowance import allowed
from .alone import alone
from .clock import Clock

#: Shares of the stage's time that the relaxation and the kernel may take at most.
RELAXATION_SHARE, KERNEL_SHARE = 0.5, 0.4
#: Nodes of the kernel's search: few, and counted, so that the plan is the same on every machine.
KERNEL_NODES = 40
#: Shares of the gap at which the search in the kernel ends: cheap there, so well below what has to be proven.
KERNEL_SHARE_OF_TIER, KERNEL_SHARE_OF_AIM = 0.03, 0.3
#: The first plan is good enough without a search of its own if the relaxation proves it within this share of the gap.
EASY = 0.1
#: Share of the time left that goes to a relaxation with pooled boarding, before the true ways are asked.
LOOSE_SHARE = 0.7
#: Share of it that the method of a single service may take where it does not decide the aim itself.
ALONE_SHARE = 0.5
#: Share of the time left that goes to the parts of a joint problem at prices.
APART_SHARE = 0.4
#: Seconds between plans that such a method hands on while it goes on.
HAND_ON_S = 5.0
#: A variable above this in the relaxation is in use.
IN_USE = 1e-6


class Search:
    """Holds the best plan and the best bound for one aim while they approach each other.

    ``slack`` units may be left open beside the gap on what this problem itself reaches (see `_allowed`). ``value`` is
    what ``best`` reaches, in whole units; ``bound`` is what no plan exceeds (or undercuts), None while unknown;
    ``crashed`` says why the solver died, if it did, ``memory`` that it was for want of memory.
    """

    def __init__(
        self,
        problem: Problem,
        aim: Aim,
        best: Plan,
        reached: list[tuple[Aim, int]],
        effort: Effort,
        on_plan: Callable[[Plan], None],
        clock: Clock,
        slack: float = 0.0,
        forms: Formulations | None = None,
    ) -> None:
        self.problem, self.aim, self.reached, self.effort = problem, aim, reached, effort
        self.on_plan, self.clock, self.slack = on_plan, clock, slack
        self.best, self.value = best, goal.value(problem, aim, best)
        self.bound = best_of(problem, aim)
        self.version = self.crashed = ""
        self.memory = False
        self.duals: np.ndarray | None = None
        self.forms = forms or Formulations()
        #: Ways count one by one: points are not merged, and boarding is not pooled.
        self.apart = any(a.counts_travel(problem) for a in (aim, *(earlier for earlier, _ in reached)))

    def _formulate(self, *, loose: bool) -> None:
        self.form = self.forms.of(self.problem, loose=loose, apart=self.apart)
        self.linear = self.form.aimed(self.aim, self.reached)

    def _in_time(self, *, loose: bool) -> bool:
        return self.forms.seconds(self.problem, loose=loose, apart=self.apart) < self.clock.left_s

    def run(self) -> None:
        """Search until the gap is reached or the time is up.

        Raises:
            SolverFailed: the solver's answer cannot be right (E902).
        """
        if self._alone() or not self._in_time(loose=not self.apart):
            return
        kernel = self._kernel()
        if self._within(EASY) or self._apart():
            return
        if kernel is not None:
            self._solve(
                self.linear.within(kernel),
                seconds=self.clock.left_s * KERNEL_SHARE,
                bounds=bool((kernel | ~self.linear.whole).all()),
                nodes=KERNEL_NODES,
            )
            self._fill()
        if self.proven() or self.memory:  # the whole model asks for more memory still
            return
        share = LOOSE_SHARE if self.form.relaxes else 1.0
        self._solve(self.linear, seconds=self.clock.left_s * share, bounds=True)
        self._fill()
        if self.form.relaxes and not self.proven() and self._in_time(loose=False):
            self._formulate(loose=False)
            self._solve(self.linear, seconds=self.clock.left_s, bounds=True)
            self._fill()

    def _apart(self) -> bool:
        """Bound a joint problem by prices on what its parts share; whether that proves the plan at hand."""
        if self.duals is None or not joint.is_large(self.problem):
            return False
        seconds = self.clock.left_s * APART_SHARE

        def enough(bound: float) -> bool:
            return abs(bound - self.value) <= self._allowed()

        name = self.aim.name
        self._tighten(prices.of_stage(self.form, self.linear, self.duals, self.effort, name, seconds, enough))
        return self.proven()

    def _alone(self) -> bool:
        """Let the method of a single service search; whether nothing is left to do for the whole model."""
        own = alone(self.problem, self.aim, bool(self.reached))
        if own is None:
            return False
        heard = time.monotonic()

        def take(chosen: tuple[int, ...], served: np.ndarray | None = None) -> None:
            nonlocal heard
            heard = time.monotonic()
            try:
                with ONE_AT_A_TIME:
                    plan = own.plan_of(chosen, served)
            except SolverFailed:
                return
            self._take(plan)

        answer = own.solve(
            Way(
                time.monotonic() + self.clock.left_s * (1.0 if own.exact else ALONE_SHARE),
                slack=max(0.9 * self._allowed(), 0.9),  # aims are whole numbers
                seed=self.effort.seed,
                threads=self.effort.threads,
                memory_mb=self.effort.memory_mb,
                stopped=self.effort.stopped,
                on_chosen=lambda chosen: take(chosen) if time.monotonic() - heard > HAND_ON_S else None,
            ),
            self.best,
        )
        if answer is None or answer.chosen is None:
            return False
        said = ", ".join(f"{name} {n}" for name, n in answer.counts.items())
        self.effort.on_log(f"== {self.aim.name}, {self.problem.blocks[0].service}: alone\n{said}\n")
        take(answer.chosen, answer.served)
        self._tighten(min(answer.bound, float("inf") if self.bound is None else self.bound))
        return self.proven() or (own.exact and self.clock.left_s < 1)

    def run_briefly(self) -> None:
        """Only relaxation and kernel, and only if they end by themselves: what the clock picks is not reproducible."""
        kernel = self._kernel() if self._in_time(loose=not self.apart) else None
        if kernel is not None and not self.proven():
            self._solve(
                self.linear.within(kernel), seconds=self.clock.left_s, bounds=False, nodes=1, only_complete=True
            )

    def _kernel(self) -> np.ndarray | None:
        """Solve the relaxation; mask (n,) of the variables that it uses or the best plan has, or None."""
        self._formulate(loose=not self.apart)
        relaxed = self._solve(self.linear.relaxed(), seconds=self.clock.left_s * RELAXATION_SHARE, bounds=True)
        return None if relaxed is None else (relaxed > IN_USE) | self.form.used(self.best)

    def _solve(
        self,
        task: LinearModel,
        *,
        seconds: float,
        bounds: bool,
        nodes: int = 2**31 - 1,
        only_complete: bool = False,
    ) -> np.ndarray | None:
        """Hand ``task`` to the solver; its values, if it has any.

        ``bounds``: its bound holds for the whole model; ``only_complete``: nothing is taken from a search that the
        clock ended.
        """
        if seconds < 0.05 or self.effort.stopped():
            return None
        services = tuple(b.service for b in self.problem.blocks)
        # where nothing is left to open, anything is a plan
        whole = bool(task.whole.any()) or not self.linear.whole.any()

        def progress(objective: float | None, bound: float | None) -> None:
            seconds_now = time.monotonic() - self.clock.begun
            known = bound if bounds else self.bound
            self.effort.on_progress(Progress(self.aim.name, services, seconds_now, self.value, known))

        progress(None, self.bound)  # the solver itself may be silent for long
        ask = partial(twice.run, known=self.value) if bounds and task.whole.any() else supervise.run
        answer = ask(
            task,
            self.form.start_of(self.best) if whole else {},
            gap=self._share(bounds or only_complete) * self._allowed() / max(1, abs(self.value)),
            seconds=seconds,
            seed=self.effort.seed,
            threads=self.effort.threads,
            stopped=self.effort.stopped,
            on_progress=progress,
            on_values=self._consider if whole and not only_complete else lambda values: None,
            max_nodes=nodes,
            memory_mb=self.effort.memory_mb,
        )
        if answer.infeasible:
            raise SolverFailed(Fault("E902", values={"why": f"{self.aim.name}: infeasible, though a plan is known"}))
        kind = "relaxation" if not whole else "model" if bounds else "kernel"
        self.effort.on_log(f"== {self.aim.name}, {', '.join(services)}: {kind}\n{answer.log}")
        self.duals = None if answer.duals is None else answer.duals.rows
        self.version = answer.version or self.version
        self.crashed, self.memory = answer.crashed, answer.memory
        if whole and answer.values is not None and (answer.complete or not only_complete):
            self._consider(answer.values)
        if bounds and answer.bound is not None and math.isfinite(answer.bound):
            self._tighten(answer.bound)
        lost = bounds and answer.complete and not self.proven()  # though it is good enough for the solver
        if lost and task.whole.any() and answer.values is not None and not self.form.relaxes:
            self._consider(corner(task, answer.values, self.effort, self.clock.left_s))
        return answer.values

    def _consider(self, values: np.ndarray) -> None:
        """Turn values into a plan, and take it if it is better and gives nothing away of what was reached before."""
        try:
            self._take(self.form.plan_of(values))
        except SolverFailed:
            return  # over a budget by a rounding of the solver: no plan, and the one before stays

    def _take(self, plan: Plan) -> None:
        value = goal.value(self.problem, self.aim, plan)
        kept = all(not a.better(level, goal.value(self.problem, a, plan)) for a, level in self.reached)
        if self.aim.better(value, self.value) and kept:
            self.best, self.value = plan, value
            self.on_plan(plan)

    def _fill(self) -> None:
        """Spend what is left: a search that ends within its gap may leave money beside people whom it could serve."""
        if not self.aim.maximise:
            return
        with ONE_AT_A_TIME:
            try:
                plan = greedy.more(self.problem, self.best)
            except SolverFailed:
                return  # nothing more fits around the rules of this plan
        self._take(plan)

    def _tighten(self, bound: float) -> None:
        """Take a bound in whole units: aims count whole things, so a maximum is rounded down, a minimum up."""
        whole = self.aim.rounded(bound)
        if self.aim.better(self.value, whole):
            why = f"{self.aim.name}: bound {whole} excludes a plan with {self.value}"
            raise SolverFailed(Fault("E902", values={"why": why}))
        if self.bound is None or self.aim.better(self.bound, whole):
            self.bound = whole

    def proven(self) -> bool:
        """Whether bound and plan are as close as they have to be."""
        return self._within(1.0)

    def _allowed(self) -> float:
        """Units that bound and plan may differ by."""
        return allowed(self.effort.gap, self.value, self.slack)

    def _share(self, last: bool) -> float:
        """Share of the allowed distance at which a search ends; no target is to be missed by a hair."""
        if last:
            return 0.9  # rounding to whole persons may cost the rest
        return KERNEL_SHARE_OF_TIER if self.aim.tier is not None else KERNEL_SHARE_OF_AIM

    def _within(self, share: float) -> bool:
        return self.bound is not None and abs(self.bound - self.value) <= share * self._allowed()
