"""A whole county: its groups side by side, and their plans, values and bounds put together.

Groups decide nothing for each other (services that share no money), so each goes through its own stages
(docs/rules.md, section 6). The search starts from the greedy plan, so it never holds less than that; every incumbent is
turned into a plan at once, and a stage ends with the best plan seen, never with the solver's numbers.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from siting.errors import Fault, NoPlan, SolverFailed
from siting.model import goal
from siting.plan import Plan
from siting.plans.assign import positions
from siting.plans.outcome import Effort, Outcome, Stage, Stop
from siting.problems.problem import Problem

from ..groups import groups
from ..nearer import nearer
from . import schedule
from .allowance import OWN_SHARE
from .clock import Clock
from .stages import solve_stages
from .start import first_plan

#: Share of the time that is left which any first plan may take.
FIRST_SHARE = 0.3
#: A solver's process is not started with less memory than this, in MB, if it can have more.
LEAST_MB = 400


def solve(problem: Problem, effort: Effort) -> Outcome:
    """The best plan within the effort, with a bound for every stage.

    Raises:
        NoPlan: no first plan was found that keeps what the services lean on each other for (E602).
        SolverFailed: the solver died without an answer in every stage, or its answer cannot be right.
    """
    clock = Clock(time.monotonic(), effort.time_limit_s)
    try:
        plan = effort.start or first_plan(problem, effort, clock.left_s * FIRST_SHARE)
    except SolverFailed as error:
        raise NoPlan(Fault("E602", values={"why": str(error)})) from error
    effort.on_plan(plan)
    parts = groups(problem)
    unbudgeted = [_without_running_budget(problem.only(part)) for part in parts] if len(parts) > 1 else []
    if unbudgeted:
        plan, stages, version = _solve_parts(problem, unbudgeted, plan, effort, clock)
        if problem.running_budget is None or _running(problem, plan) <= problem.running_budget:
            return _outcome(problem, plan, stages, version, effort)
        plan = effort.start or first_plan(problem, effort, clock.left_s * FIRST_SHARE)
    plan, stages, version = _solve_parts(problem, [problem], plan, effort, clock)
    return _outcome(problem, plan, stages, version, effort)


def _solve_parts(
    problem: Problem, parts: list[Problem], plan: Plan, effort: Effort, clock: Clock
) -> tuple[Plan, list[list[Stage]], str]:
    """Solve each part from its share of ``plan``, as many at a time as there are processors; their plans together
    are the plan.

    The smallest begin: what they do not need of their share of the time is left to the large ones. The parts do not
    feel each other, so the result does not depend on which ends first.
    """
    workers = min(len(parts), os.cpu_count() or 1)
    if effort.memory_mb is not None:  # rather one after the other than each with too little to begin
        workers = max(1, min(workers, effort.memory_mb // LEAST_MB))
    parts = sorted(parts, key=lambda part: sum(len(b.pair_demand) for b in part.blocks))
    waiting = iter(range(len(parts), 0, -1))
    whole = _Whole(problem, plan, effort.on_plan)
    slack = _slack(problem, plan, effort, len(parts))
    if effort.memory_mb is not None:
        effort = replace(effort, memory_mb=max(1, effort.memory_mb // workers))

    def work(part: Problem) -> tuple[Plan, list[Stage], str]:
        own = Clock(time.monotonic(), clock.left_s * min(1.0, workers / next(waiting)))
        return solve_stages(part, plan.only({b.service for b in part.blocks}), effort, whole.take, own, slack)

    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(work, parts))
    for best, _, _ in results:
        plan = plan.with_part(best)
    return plan, [stages for _, stages, _ in results], max(version for _, _, version in results)


def _slack(problem: Problem, plan: Plan, effort: Effort, parts: int) -> dict[str, float]:
    """What each of several parts may leave open of the gap on the whole: a small one is not solved to the last unit."""
    if parts == 1:
        return {}
    share = (1 - OWN_SHARE) * effort.gap / parts
    return {
        aim.name: share * goal.value(problem, aim, plan)
        for aim in goal.aims(problem)
        if not goal.is_brief(problem, aim, prove_travel=effort.prove_travel)
    }


class _Whole:
    """The plan of all services while its parts improve; what is handed on keeps the rules that the parts share."""

    def __init__(self, problem: Problem, plan: Plan, on_plan: Callable[[Plan], None]) -> None:
        self.problem, self.plan, self.on_plan = problem, plan, on_plan
        self.lock = threading.Lock()

    def take(self, part: Plan) -> None:
        """A part has a better plan."""
        with self.lock:
            self.plan = self.plan.with_part(part)
            budget = self.problem.running_budget
            if budget is None or _running(self.problem, self.plan) <= budget:
                self.on_plan(self.plan)


def _outcome(problem: Problem, plan: Plan, parts: list[list[Stage]], version: str, effort: Effort) -> Outcome:
    """Objectives and bounds of the parts add up, stage by stage; the plan must really have what the stages say."""
    plan = schedule.earlier(problem, nearer(problem, plan, positions(problem, plan.services), effort))
    for aim in goal.aims(problem):
        said = sum(stage.objective for part in parts for stage in part if stage.name == aim.name)
        has = goal.value(problem, aim, plan)
        if aim.better(said, has):
            raise SolverFailed(Fault("E902", values={"why": f"{aim.name}: the plan has {has}, the stages said {said}"}))
    stages = []
    for aim in goal.aims(problem):
        same = [stage for part in parts for stage in part if stage.name == aim.name]
        bounds = [stage.bound for stage in same]
        worst = max((stage.stop for stage in same), key=list(Stop).index)
        known = [b for b in bounds if b is not None]
        bound = sum(known) if len(known) == len(bounds) else None
        seconds, brief = sum(s.seconds for s in same), any(s.brief for s in same)
        stage = Stage(aim.name, goal.value(problem, aim, plan), bound, worst, seconds, brief)
        proven = stage.gap is not None and stage.gap <= effort.gap
        stages.append(replace(stage, stop=Stop.PROVEN) if proven else stage)
    if stages and all(stage.stop is Stop.CRASH for stage in stages):
        raise SolverFailed(Fault("E901", values={"why": "every stage"}))
    return Outcome(plan, tuple(stages), "highs", version)


def _running(problem: Problem, plan: Plan) -> int:
    """Yearly running cost of a plan."""
    opened = positions(problem, plan.services)
    return sum(int(block.running[opened[block.service]].sum()) for block in problem.blocks)


def _without_running_budget(problem: Problem) -> Problem:
    return replace(problem, running_budget=None)
