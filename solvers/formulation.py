"""One aim of one problem as a linear model, and back from its values to plans.

The model may be of a smaller problem with the same optimum (`merge`) or of a relaxation of it (`pool`): values are
always read into decisions of the problem itself, and plans of it are what come out.
"""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np

from siting import model as modelling
from siting.model import goal, reading
from siting.model.goal import Aim
from siting.plan import Plan
from siting.problem import Problem

from . import linear
from .merge import merge
from .pool import pooled

#: Modelling and reading are not made for threads; only the waiting for the solver's processes is done side by side.
ONE_AT_A_TIME = threading.RLock()


class Formulation:
    """``linear`` is the model; ``relaxes`` says that more may be possible in it than in the problem."""

    def __init__(self, problem: Problem, aim: Aim, reached: list[tuple[Aim, int]], *, loose: bool) -> None:
        """Build it; ``loose``: boarding ways of large services may be pooled."""
        self.problem = problem
        with ONE_AT_A_TIME:
            near = pooled(problem) if loose else problem
            self.relaxes = near is not problem
            self.merged = None if aim.name == goal.TRAVEL else merge(near)
            self.posed = self.merged.problem if self.merged else near
            self.model = modelling.build(self.posed)
            for earlier, level in reached:
                goal.keep(self.model, self.posed, earlier, level)
            goal.aim_at(self.model, self.posed, aim)
            self.linear = linear.compile_model(self.model)

    def plan_of(self, values: np.ndarray) -> Plan:
        """The plan that values (n,) of the model's variables stand for.

        Raises:
            SolverFailed: they are no plan, for instance over a budget by a rounding of the solver (E902).
        """
        with ONE_AT_A_TIME:
            decided = reading.decisions(self.model, self.posed, self.linear.by_variable(values))
            if self.merged is not None:
                decided = replace(decided, group=self.merged.group)
            return reading.plan_of(self.problem, decided)

    def start_of(self, plan: Plan) -> dict[int, float]:
        """Values of the whole-number variables in a plan, by ``id`` of the variable."""
        return reading.start_of(self.model, self.posed, plan)

    def used(self, plan: Plan) -> np.ndarray:
        """Mask (n,) of the variables that a plan has at one."""
        start = self.start_of(plan)
        return np.array([start.get(id(v), 0.0) > 0.5 for v in self.linear.variables], dtype=bool)
