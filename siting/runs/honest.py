"""What a solver says of its plan is compared with the plan: no stage may claim what the plan does not have.

The model is not asked; `goal.value` counts from the ids of the plan. Where a better plan was kept on the way than the
solver gives back in the end, the better one is the answer.
"""

from __future__ import annotations

from dataclasses import replace

from siting.errors import Fault, SolverFailed
from siting.plan import Plan
from siting.plans.outcome import Outcome, Stage, Stop
from siting.problems.problem import Problem


def check(problem: Problem, outcome: Outcome) -> None:
    """Compare what the stages say with what the plan has.

    Raises:
        SolverFailed: a stage says more than the plan has, has a bound that the plan itself breaks, or calls proven
            what has no bound (E902).
    """
    from siting.model import goal  # brings Pyomo, which a listener of runs does not need

    for aim in goal.aims(problem):
        stage = outcome.stage(aim.name)
        if stage is None:
            continue
        has, sign = goal.value(problem, aim, outcome.plan), 1 if aim.maximise else -1
        if sign * has < sign * stage.objective:
            raise _lie(f"{aim.name}: the plan has {has}, the solver said {stage.objective}")
        if stage.bound is not None and sign * stage.bound < sign * has:
            raise _lie(f"{aim.name}: bound {stage.bound} excludes a plan with {has}")
        if stage.bound is None and stage.stop is Stop.PROVEN:
            raise _lie(f"{aim.name}: proven without a bound")


def never_worse(problem: Problem, outcome: Outcome, kept: Plan | None) -> Outcome:
    """The outcome with the better of its plan and ``kept``, which the checker accepted, by the order of the aims."""
    from siting.model import goal

    if kept is None or kept == outcome.plan:
        return outcome
    aims = goal.aims(problem)

    def rank(plan: Plan) -> list[int]:
        return [goal.value(problem, aim, plan) * (1 if aim.maximise else -1) for aim in aims]

    if rank(kept) <= rank(outcome.plan):
        return outcome
    return replace(outcome, plan=kept, stages=tuple(_anew(problem, stage, kept) for stage in outcome.stages))


def _anew(problem: Problem, stage: Stage, plan: Plan) -> Stage:
    """The stage with what another plan has."""
    from siting.model import goal

    aim = next((aim for aim in goal.aims(problem) if aim.name == stage.name), None)
    return stage if aim is None else replace(stage, objective=goal.value(problem, aim, plan))


def _lie(why: str) -> SolverFailed:
    return SolverFailed(Fault("E902", values={"why": why}))
