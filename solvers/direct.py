"""The whole model to HiGHS: the reference that every other way must agree with.

It is solved group by group (services that share no money decide nothing for each other) and stage by stage (docs/rules.md, section
6). It starts from the greedy plan, so it never holds less than that; every incumbent is turned into a plan at once, and a stage ends
with the best plan seen, never with the solver's numbers.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from siting.errors import Fault, SolverFailed
from siting.model import goal
from siting.outcome import Effort, Outcome, Stage, Stop
from siting.plan import Plan
from siting.problem import Problem
from siting.solvers import greedy
from siting.solvers.groups import groups
from siting.solvers.stages import Clock, solve_stages


def solve(problem: Problem, effort: Effort) -> Outcome:
    """The best plan within the effort, with a bound for every stage.

    Raises:
        SolverFailed: the solver died without an answer in every stage, or its answer cannot be right.
    """
    clock = Clock(time.monotonic(), effort.time_limit_s)
    plan = greedy.first_plan(problem)
    effort.on_plan(plan)
    parts = groups(problem)
    unbudgeted = [_without_running_budget(problem.only(part)) for part in parts] if len(parts) > 1 else []
    if unbudgeted:
        plan, stages, version = _solve_parts(problem, unbudgeted, plan, effort, clock)
        if _running(problem, plan) <= (problem.running_budget or _running(problem, plan)):
            return _outcome(problem, plan, stages, version)
        plan = greedy.first_plan(problem)
    plan, stages, version = _solve_parts(problem, [problem], plan, effort, clock)
    return _outcome(problem, plan, stages, version)


def _solve_parts(
    problem: Problem, parts: list[Problem], plan: Plan, effort: Effort, clock: Clock
) -> tuple[Plan, list[list[Stage]], str]:
    """Solve each part from its share of ``plan``; the whole plan grows part by part."""
    stages: list[list[Stage]] = []
    version = ""
    for k, part in enumerate(parts):
        on_plan = _joined(problem, plan, effort.on_plan)
        best, found, part_version = solve_stages(part, _share(plan, part), effort, on_plan, clock.share(len(parts) - k))
        plan = _join(plan, best)
        stages.append(found)
        version = part_version or version
    return plan, stages, version


def _outcome(problem: Problem, plan: Plan, parts: list[list[Stage]], version: str) -> Outcome:
    """Objectives and bounds of the parts add up, stage by stage; the plan must really have what the stages say."""
    for aim in goal.aims(problem):
        said = sum(stage.objective for part in parts for stage in part if stage.name == aim.name)
        has = goal.value(problem, aim, plan)
        if has < said if aim.maximise else has > said:
            raise SolverFailed(Fault("E902", values={"why": f"{aim.name}: the plan has {has}, the stages said {said}"}))
    names = {stage.name for part in parts for stage in part}
    stages = []
    for name in (n for kind in goal.ORDER for n in sorted(names) if n.startswith(kind)):
        same = [stage for part in parts for stage in part if stage.name == name]
        bounds = [stage.bound for stage in same]
        worst = max((stage.stop for stage in same), key=list(Stop).index)
        known = [b for b in bounds if b is not None]
        stages.append(
            Stage(
                name,
                sum(stage.objective for stage in same),
                sum(known) if len(known) == len(bounds) else None,
                worst,
                sum(stage.seconds for stage in same),
            )
        )
    if stages and all(stage.stop is Stop.CRASH for stage in stages):
        raise SolverFailed(Fault("E901", values={"why": "every stage"}))
    return Outcome(plan, tuple(stages), "highs", version)


def _joined(problem: Problem, whole: Plan, on_plan: Callable[[Plan], None]) -> Callable[[Plan], None]:
    """Hand on the plan of a part as a plan of the whole, if the running budget of the whole allows it."""

    def hand_on(part: Plan) -> None:
        plan = _join(whole, part)
        if problem.running_budget is None or _running(problem, plan) <= problem.running_budget:
            on_plan(plan)

    return hand_on


def _join(whole: Plan, part: Plan) -> Plan:
    """``whole`` with the services of ``part`` replaced."""
    spending = [s for s in whole.spending if s.service not in part.services]
    return Plan({k: part.services.get(k, v) for k, v in whole.services.items()}, tuple(sorted([*spending, *part.spending])))


def _share(plan: Plan, part: Problem) -> Plan:
    names = {block.service for block in part.blocks}
    return Plan({k: v for k, v in plan.services.items() if k in names}, tuple(s for s in plan.spending if s.service in names))


def _running(problem: Problem, plan: Plan) -> int:
    """Yearly running cost of a plan."""
    total = 0
    for block in problem.blocks:
        cost = {(o.site, o.size, o.action): o.running for o in block.options}
        total += sum(cost[o.site, o.size, o.action] for o in plan.services[block.service].open)
    return total


def _without_running_budget(problem: Problem) -> Problem:
    return Problem(problem.blocks, problem.funds, None, problem.targets)
