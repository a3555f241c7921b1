"""The plain model, whole, in a solver of choice: what the county solver is measured against, and a second witness.

Every aim is one call on the unreduced Pyomo model, without groups, merging, kernel or a start of ours: ``direct`` is
HiGHS, the others are SCIP, CBC and Gurobi where the machine has them. Each gives its own status, bound and gap.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np

from siting.errors import Fault, NoPlan, SolverFailed
from siting.model import goal
from siting.model.goal import Aim
from siting.plan import Plan
from siting.plans.outcome import Effort, Outcome, Progress, Seen, Stage, Stop
from siting.problems.problem import Problem

from . import twice
from .corner import corner
from .formulation import Formulation
from .process import engines

#: Share of the time that is left which a tier may take; the worth takes all but what travel gets.
TIER_SHARE, AIM_SHARE, LAST_SHARE = 0.4, 0.9, 1.0


@dataclass(frozen=True)
class Whole:
    """A solver of county problems by the plain model: ``name`` of the entry point, ``engine`` of the child process."""

    name: str
    engine: str

    def ready(self) -> None:
        """Whether the machine has it.

        Raises:
            InputRefused: it is not installed (E193).
        """
        engines.require(self.engine)

    def __call__(self, problem: Problem, effort: Effort) -> Outcome:
        """The best plan that the solver finds within the effort, with its bound for every stage.

        Raises:
            InputRefused: the solver is not installed (E193).
            NoPlan: it found no plan in the time (E603).
            SolverFailed: it died without a plan (E901) or its answer cannot be right (E902).
        """
        self.ready()
        search = Search(problem, effort, self.engine)
        for aim in goal.aims(problem):
            search.stage(aim)
        if search.best is None:
            if search.crashed:
                raise SolverFailed(Fault("E901", values={"why": f"{self.name}: {search.crashed}"}))
            raise NoPlan(Fault("E603", values={"name": self.name}))
        return Outcome(search.best, tuple(search.stages), self.name, search.version)

    def witness(self, problem: Problem, plan: Plan, effort: Effort) -> list[Seen]:
        """What the solver says of every stage when it keeps what ``plan`` reached before, and does not see the plan.

        Raises:
            InputRefused: the solver is not installed (E193).
            SolverFailed: its answer cannot be right (E902).
        """
        self.ready()
        search = Search(problem, effort, self.engine)
        every = goal.aims(problem)
        aims = [a for a in every if not goal.is_brief(problem, a, prove_travel=effort.prove_travel)]
        return [search.seen(aim, plan, parts=len(aims) - k) for k, aim in enumerate(aims)]


class Search:
    """One problem through its aims: the best plan so far, and what is proven of each aim."""

    def __init__(self, problem: Problem, effort: Effort, engine: str) -> None:
        self.problem, self.effort, self.engine = problem, effort, engine
        self.begun = time.monotonic()
        self.form = Formulation(problem, apart=True)
        self.best: Plan | None = effort.start
        self.stages: list[Stage] = []
        self.reached: list[tuple[Aim, int]] = []
        #: Aims that have been solved for while no plan was known, with their bounds and seconds.
        self.open: list[tuple[Aim, float | None, float]] = []
        self.crashed = self.version = ""
        self.memory = False

    def stage(self, aim: Aim) -> None:
        """Solve for one aim, from the plan of the aims before."""
        begun = time.monotonic()
        share = TIER_SHARE if aim.tier is not None else AIM_SHARE if aim != goal.aims(self.problem)[-1] else LAST_SHARE
        left = (self.effort.time_limit_s - (begun - self.begun)) * share
        bound: float | None = None
        if left > 0.05 and not self.effort.stopped():
            bound = self._solve(aim, left)
        self.open.append((aim, bound, time.monotonic() - begun))
        if self.best is None:
            return
        for solved, bound, seconds in self.open:
            value = goal.value(self.problem, solved, self.best)
            self.reached.append((solved, value))
            whole = None if bound is None or not math.isfinite(bound) else _in_whole_units(solved, bound, value)
            self.stages.append(self._judged(solved, value, whole, seconds))
        self.open.clear()

    def seen(self, aim: Aim, plan: Plan, parts: int) -> Seen:
        """Solve one stage for a witness, in one of ``parts`` equal pieces of the time left."""
        self.best = None
        has = goal.value(self.problem, aim, plan)
        left = (self.effort.time_limit_s - (time.monotonic() - self.begun)) / parts
        bound = self._solve(aim, left) if left > 0.05 and not self.effort.stopped() else None
        own = None if self.best is None else goal.value(self.problem, aim, self.best)
        whole = None if bound is None or not math.isfinite(bound) else aim.rounded(bound)
        self.reached.append((aim, has))
        return Seen(aim.name, own, whole, has, aim.maximise, self.best)

    def _solve(self, aim: Aim, seconds: float) -> float | None:
        """The solver's bound for an aim; its plans are taken on the way."""
        services = tuple(block.service for block in self.problem.blocks)

        def progress(objective: float | None, bound: float | None) -> None:
            now = time.monotonic() - self.begun
            self.effort.on_progress(Progress(aim.name, services, now, objective, bound))

        deadline, task = time.monotonic() + seconds, self.form.aimed(aim, self.reached)
        answer = twice.run(
            task,
            {} if self.best is None else self.form.start_of(self.best),
            known=None if self.best is None else goal.value(self.problem, aim, self.best),
            gap=self.effort.gap,
            seconds=seconds,
            seed=self.effort.seed,
            threads=self.effort.threads,
            stopped=self.effort.stopped,
            on_progress=progress,
            on_values=lambda values: self._consider(aim, values),
            engine=self.engine,
            memory_mb=self.effort.memory_mb,
        )
        self.effort.on_log(f"== {aim.name}: {self.engine}\n{answer.log}")
        self.version, self.crashed = answer.version or self.version, answer.crashed
        self.memory = answer.memory
        if answer.infeasible:
            raise SolverFailed(Fault("E902", values={"why": f"{aim.name}: infeasible"}))
        if answer.values is not None:
            self._consider(aim, answer.values)
            if answer.complete and not self._near(aim, answer.bound):
                self._consider(aim, corner(task, answer.values, self.effort, deadline - time.monotonic()))
        return answer.bound

    def _near(self, aim: Aim, bound: float | None) -> bool:
        """Whether the plan is as good as an answer that the solver calls good enough; else rounding lost something."""
        if self.best is None or bound is None or not math.isfinite(bound):
            return False
        value = goal.value(self.problem, aim, self.best)
        return abs(aim.rounded(bound) - value) <= self.effort.gap * abs(value)

    def _consider(self, aim: Aim, values: np.ndarray) -> None:
        """Turn values into a plan, and take it if it is better and gives nothing away of what was reached before."""
        try:
            plan = self.form.plan_of(values)
        except SolverFailed:
            return  # over a budget by a rounding of the solver
        if any(a.better(level, goal.value(self.problem, a, plan)) for a, level in self.reached):
            return
        value = goal.value(self.problem, aim, plan)
        if self.best is None or aim.better(value, goal.value(self.problem, aim, self.best)):
            self.best = plan
            self.effort.on_plan(plan)

    def _judged(self, aim: Aim, value: int, bound: int | None, seconds: float) -> Stage:
        brief = goal.is_brief(self.problem, aim, prove_travel=self.effort.prove_travel)
        stage = Stage(aim.name, value, bound, Stop.TIME, seconds, brief)
        if stage.gap is not None and stage.gap <= self.effort.gap:
            stop = Stop.PROVEN
        elif self.effort.stopped():
            stop = Stop.USER
        else:
            stop = Stop.MEMORY if self.memory else Stop.CRASH if self.crashed else Stop.TIME
        return replace(stage, stop=stop)


def _in_whole_units(aim: Aim, bound: float, value: int) -> int:
    """A bound rounded to the whole units that aims count.

    Raises:
        SolverFailed: it excludes a plan that is known (E902).
    """
    whole = aim.rounded(bound)
    if aim.better(value, whole):
        raise SolverFailed(Fault("E902", values={"why": f"{aim.name}: bound {whole} excludes a plan with {value}"}))
    return whole


direct = Whole("direct", "highs")
scip = Whole("scip", "scip")
cbc = Whole("cbc", "cbc")
gurobi = Whole("gurobi", "gurobi")
