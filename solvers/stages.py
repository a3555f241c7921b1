"""One group of services through its stages: tier by tier, then worth, then travel (docs/rules.md, section 6)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting import model as modelling
from siting.errors import Fault, SolverFailed
from siting.model import goal, reading
from siting.model.goal import Aim
from siting.outcome import Effort, Progress, Stage, Stop
from siting.plan import Plan
from siting.problem import Problem
from siting.solvers import greedy, linear, supervise
from siting.solvers.merge import merge

#: Share of the time that is left which a stage may take; travel only orders equally good plans, so it gets little.
TIER_SHARE, WORTH_SHARE, TRAVEL_SHARE = 0.4, 0.8, 0.3
TRAVEL_LONGEST_S = 20.0


@dataclass(frozen=True)
class Clock:
    """Time that a piece of work has: from ``begun`` (monotonic seconds), ``limit_s`` long."""

    begun: float
    limit_s: float

    @property
    def left_s(self) -> float:
        """Seconds left."""
        return self.limit_s - (time.monotonic() - self.begun)

    def share(self, parts: int) -> Clock:
        """The clock of the next of ``parts`` equal pieces of what is left."""
        return Clock(time.monotonic(), self.left_s / parts)


def solve_stages(
    problem: Problem, start: Plan, effort: Effort, on_plan: Callable[[Plan], None], clock: Clock
) -> tuple[Plan, list[Stage], str]:
    """The best plan of a group, its stages, and the solver's version."""
    best, version = start, ""
    stages: list[Stage] = []
    reached: list[tuple[Aim, int]] = []
    for aim in goal.aims(problem):
        part = problem.only(_concerned(problem, aim))
        whole = len(part.blocks) == len(problem.blocks)
        from_here = best if whole else _restrict(best, part)
        better, stage, used = _stage(part, aim, from_here, reached, effort, on_plan if whole else _ignore, clock)
        if better is not from_here:
            best = better if whole else _extend(problem, better)
            on_plan(best)
        stages.append(stage)
        reached.append((aim, goal.value(problem, aim, best)))
        version = used or version
    return best, stages, version


def _concerned(problem: Problem, aim: Aim) -> set[str]:
    """Services that an aim needs: for a tier, those with a target in it or before; the others could only cost money."""
    if aim.tier is None:
        return {b.service for b in problem.blocks}
    return {t.service for t in problem.targets if t.tier <= aim.tier}


def _stage(
    problem: Problem,
    aim: Aim,
    best: Plan,
    reached: list[tuple[Aim, int]],
    effort: Effort,
    on_plan: Callable[[Plan], None],
    clock: Clock,
) -> tuple[Plan, Stage, str]:
    """Solve for one aim from ``best``; the better plan of the two, and what is proven."""
    started, value = time.monotonic(), goal.value(problem, aim, best)
    if (highest := _highest(problem, aim)) is not None and value == highest:
        return best, Stage(aim.name, value, highest, Stop.PROVEN, 0.0), ""
    seconds = _seconds(aim, clock.left_s)
    if seconds <= 0.05 or effort.stopped():
        return best, Stage(aim.name, value, None, Stop.USER if effort.stopped() else Stop.TIME, 0.0), ""
    merged = None if aim.name == goal.TRAVEL else merge(problem)
    posed = merged.problem if merged else problem
    model = modelling.build(posed)
    for earlier, level in reached:
        goal.keep(model, posed, earlier, level)
    goal.aim_at(model, posed, aim)
    compiled = linear.compile_model(model)
    names = [id(variable) for variable in compiled.variables]
    found = [(value, best)]

    def consider(values: np.ndarray) -> None:
        opened, served = reading.decisions(model, posed, dict(zip(names, values.tolist(), strict=True)))
        try:
            plan = reading.plan_of(problem, opened, merged.apart(served) if merged else served)
        except SolverFailed:
            return  # over a budget by a rounding of the solver: no plan, and the one before stays
        reach = goal.value(problem, aim, plan)
        better = reach > found[-1][0] if aim.maximise else reach < found[-1][0]
        if better and all(goal.value(problem, earlier, plan) >= level for earlier, level in reached):
            found.append((reach, plan))
            on_plan(plan)

    services = tuple(b.service for b in problem.blocks)
    answer = supervise.run(
        compiled,
        reading.start_of(model, posed, best),
        gap=0.9 * effort.gap,  # rounding to whole persons may cost the rest
        seconds=_seconds(aim, clock.left_s),
        seed=effort.seed,
        threads=effort.threads,
        stopped=effort.stopped,
        on_progress=lambda o, b: effort.on_progress(Progress(aim.name, services, time.monotonic() - clock.begun, o, b)),
        on_values=consider,
    )
    if answer.infeasible:
        raise SolverFailed(Fault("E902", values={"why": f"{aim.name}: infeasible, though a plan is known"}))
    if answer.values is not None:
        consider(answer.values)
    stage = _judged(aim, found[-1][0], answer, effort, time.monotonic() - started)
    return found[-1][1], stage, answer.version


def _judged(aim: Aim, value: int, answer: supervise.Answer, effort: Effort, seconds: float) -> Stage:
    """The stage with its bound and the reason why it stopped."""
    bound = _whole_bound(answer.bound, aim)
    if bound is not None and (bound < value if aim.maximise else bound > value):
        raise SolverFailed(Fault("E902", values={"why": f"{aim.name}: bound {bound} excludes a plan with {value}"}))
    gap = Stage(aim.name, value, bound, Stop.TIME, seconds).gap
    if gap is not None and gap <= effort.gap:
        stop = Stop.PROVEN
    elif effort.stopped():
        stop = Stop.USER
    elif answer.crashed:
        stop = Stop.CRASH
    else:
        stop = Stop.TIME
    return Stage(aim.name, value, bound, stop, seconds)


def _seconds(aim: Aim, left_s: float) -> float:
    """Seconds that a stage may take of those that are left."""
    if aim.name == goal.TRAVEL:
        return min(TRAVEL_LONGEST_S, left_s * TRAVEL_SHARE)
    return left_s * (WORTH_SHARE if aim.name == goal.WORTH else TIER_SHARE)


def _highest(problem: Problem, aim: Aim) -> int | None:
    """What no plan can exceed, without any solving: all needs met, everybody within reach of some site served."""
    if aim.tier is not None:
        return sum(row.points * row.need for row in problem.targets if row.tier == aim.tier)
    if aim.name == goal.WORTH:
        return sum(b.weight * int(b.demand[np.unique(b.pair_demand)].sum()) for b in problem.blocks)
    return None


def _whole_bound(bound: float | None, aim: Aim) -> int | None:
    """The bound in whole units: aims count whole things, so a maximum may be rounded down, a minimum up."""
    if bound is None or not math.isfinite(bound):
        return None
    slack = 1e-6 + 1e-8 * abs(bound)
    return math.floor(bound + slack) if aim.maximise else math.ceil(bound - slack)


def _restrict(plan: Plan, part: Problem) -> Plan:
    names = {block.service for block in part.blocks}
    return Plan({k: v for k, v in plan.services.items() if k in names}, tuple(s for s in plan.spending if s.service in names))


def _extend(problem: Problem, part: Plan) -> Plan:
    """A plan of the whole group around what is decided for some of its services, down to who goes where."""
    decided = {}
    for service, decisions in part.services.items():
        chosen = {(o.site, o.size, o.action) for o in decisions.open}
        options = problem.block(service).options
        decided[service] = [k for k, o in enumerate(options) if (o.site, o.size, o.action) in chosen]
    around = greedy.first_plan(problem, decided)
    return Plan({**around.services, **part.services}, around.spending)


def _ignore(_: Plan) -> None:
    """A plan of some services of a group is not yet a plan of the group."""
