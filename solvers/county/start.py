"""The plan that a search begins with: the greedy one, or where that finds none, any that the model allows."""

from __future__ import annotations

from siting.errors import SolverFailed
from siting.model import goal
from siting.model.goal import Aim
from siting.plan import Plan
from siting.plans.outcome import Effort
from siting.problems.problem import Problem

from .. import greedy
from ..formulation import Formulation
from ..process import supervise

#: Gap at which the search for any plan at all ends.
ROUGHLY = 0.5


def first_plan(problem: Problem, effort: Effort, seconds: float) -> Plan:
    """A plan that keeps all rules.

    Raises:
        SolverFailed: none was found in so many seconds (E902).
    """
    try:
        return greedy.first_plan(problem)
    except SolverFailed:
        form = Formulation(problem)
        answer = supervise.run(
            form.aimed(Aim(goal.WORTH, True), []),
            {},
            gap=ROUGHLY,
            seconds=seconds,
            seed=effort.seed,
            threads=effort.threads,
            stopped=effort.stopped,
            memory_mb=effort.memory_mb,
        )
        effort.on_log(f"== any plan\n{answer.log}")
        if answer.values is None:
            raise
        return form.plan_of(answer.values)
