"""A problem as a linear model for each of its aims, and back from values to plans.

The model is built and turned into arrays once; an aim is then another cost vector, and what an earlier aim reached
another row. It may be of a smaller problem with the same optimum (`merge`) or of a relaxation of it (`pool`):
values are always read into decisions of the problem itself, and plans of it are what come out.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from siting import model as modelling
from siting.errors import SolverFailed
from siting.model import goal, reading
from siting.model.goal import Aim
from siting.plan import Plan
from siting.problems.problem import Problem

from . import greedy
from .merge import merge
from .pool import pooled
from .process import linear
from .process.linear import LinearModel

#: Modelling and reading are not made for threads; only the waiting for the solver's processes is done side by side.
ONE_AT_A_TIME = threading.RLock()
#: Seconds that building takes for each way from a demand point to a site: 14 to 150 µs were measured.
BUILD_S_PER_WAY = 1e-4


class Formulation:
    """The model of a problem; ``relaxes`` says that more may be possible in it than in the problem."""

    def __init__(self, problem: Problem, *, loose: bool = False, apart: bool = False) -> None:
        """Build it.

        ``loose``: boarding ways of large services may be pooled; ``apart``: demand points are not merged, as travel
        needs them.
        """
        self.problem = problem
        self._levels: dict[Aim, tuple[np.ndarray, float]] = {}
        with ONE_AT_A_TIME:
            near = pooled(problem) if loose else problem
            self.relaxes = near is not problem
            self.merged = None if apart else merge(near)
            self.posed = self.merged.problem if self.merged else near
            self.model = modelling.build(self.posed)
            goal.aim_at_all(self.model, self.posed)
            self.linear = linear.compile_model(self.model)

    def aimed(self, aim: Aim, reached: Sequence[tuple[Aim, int]]) -> LinearModel:
        """The model with one aim, in which no aim of before gives anything away of what it reached."""
        with ONE_AT_A_TIME:
            task = self.linear
            for earlier, level in reached:
                costs, offset = self._level(earlier)
                scale = 1.0 / max(
                    1, abs(level)
                )  # the row then speaks of shares, near 1, as the solver's tolerance does
                task = task.with_row(scale * costs, scale * (level - offset), at_least=earlier.maximise)
            return task.with_cost(*self._level(aim), maximise=aim.maximise)

    def weighted(self, weights: Mapping[Aim, float], reached: Sequence[tuple[Aim, int]]) -> LinearModel:
        """The same with a weighted sum of aims."""
        with ONE_AT_A_TIME:
            levels = [(weight, *self._level(aim)) for aim, weight in weights.items()]
            costs = np.sum([weight * cost for weight, cost, _ in levels], axis=0)
            offset = sum(weight * constant for weight, _, constant in levels)
            return self.aimed(next(iter(weights)), reached).with_cost(costs, offset, maximise=True)

    def _level(self, aim: Aim) -> tuple[np.ndarray, float]:
        """Coefficients (n,) and constant of what an aim counts."""
        if aim not in self._levels:
            self._levels[aim] = self.linear.coefficients(goal.expression(self.model, self.posed, aim))
        return self._levels[aim]

    def plan_of(self, values: np.ndarray) -> Plan:
        """The plan that values (n,) of the model's variables stand for.

        Raises:
            SolverFailed: they are no plan, for instance over a budget by a rounding of the solver (E902).
        """
        with ONE_AT_A_TIME:
            decided = reading.decisions(self.model, self.posed, self.linear.by_variable(values))
            if self.merged is not None:
                decided = replace(decided, group=self.merged.group)
            try:
                return reading.plan_of(self.problem, decided)
            except SolverFailed:
                if not self.relaxes:
                    raise
                return greedy.settled(self.problem, decided.opened, frozenset())

    def start_of(self, plan: Plan) -> dict[int, float]:
        """Values of the whole-number variables in a plan, by ``id`` of the variable."""
        return reading.start_of(self.model, self.posed, plan)

    def used(self, plan: Plan) -> np.ndarray:
        """Mask (n,) of the variables that a plan has at one."""
        start = self.start_of(plan)
        return np.array([start.get(id(v), 0.0) > 0.5 for v in self.linear.variables], dtype=bool)


class Formulations:
    """The formulations of the problems that the stages of one group of services meet, each built once."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[str, ...], bool, bool], Formulation] = {}

    def seconds(self, problem: Problem, *, loose: bool = False, apart: bool = False) -> float:
        """About how long its formulation takes to build, 0 if it stands: an estimate from the number of ways.

        Building cannot be cut short: what would end after the time of its stage is better not begun. What other models
        took is not asked, so that a moment in which the machine was busy decides nothing.
        """
        ways = sum(len(block.pair_demand) for block in problem.blocks)
        return 0.0 if self._key(problem, loose, apart) in self._known else ways * BUILD_S_PER_WAY

    def of(self, problem: Problem, *, loose: bool = False, apart: bool = False) -> Formulation:
        """The formulation of a problem, known by its services: in one group they say which problem it is."""
        key = self._key(problem, loose, apart)
        if key not in self._known:
            self._known[key] = Formulation(problem, loose=loose, apart=apart)
        return self._known[key]

    @staticmethod
    def _key(problem: Problem, loose: bool, apart: bool) -> tuple[tuple[str, ...], bool, bool]:
        return tuple(block.service for block in problem.blocks), loose, apart
