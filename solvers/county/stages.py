"""One group of services through its stages: tier by tier, then the aims in their order (docs/rules.md, section 6)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from siting.errors import SolverFailed
from siting.model import goal
from siting.model.goal import Aim
from siting.plan import Plan
from siting.plans.assign import positions
from siting.plans.outcome import Effort, Known, Stage, Stop
from siting.problems.problem import Problem

from .. import greedy
from ..formulation import Formulations
from ..groups import leaned_on
from ..joint import start as joint
from ..reach import best_of
from .allowance import allowed
from .clock import Clock
from .search import Search

#: Share of the time that is left which a stage may take; a brief one only orders equally good plans, so it gets little.
TIER_SHARE, AIM_SHARE, TRAVEL_SHARE = 0.4, 0.8, 0.5
TRAVEL_LONGEST_S = 4.0
#: Gap at which a brief stage has done enough.
BRIEF_GAP = 0.02
#: With more ways than this the model of travel does not end in that time; people go the least way to what is open.
TRAVEL_MOST_WAYS = 15_000


def solve_stages(
    problem: Problem,
    start: Plan,
    effort: Effort,
    on_plan: Callable[[Plan], None],
    clock: Clock,
    slack: Mapping[str, float],
) -> tuple[Plan, list[Stage], str]:
    """The best plan of a group, its stages, and the solver's version.

    ``slack`` gives by name of a stage the units that may stay open beside the gap on what the group itself reaches.
    A stage whose bound is known from an earlier search, from levels no higher than those of now, begins with it.
    """
    best, version = start, ""
    stages: list[Stage] = []
    forms = Formulations()
    if joint.is_large(problem) and forms.seconds(problem, loose=True) < clock.left_s:
        form = forms.of(problem, loose=True)
        best, known = joint.prepared(problem, form, best, replace(effort, on_plan=on_plan), lambda: clock.left_s)
        effort = joint.with_known(effort, known)
    reached: list[tuple[Aim, int]] = []
    for aim in goal.aims(problem):
        levels = {earlier.name: level for earlier, level in reached}
        services = tuple(b.service for b in problem.blocks)
        bounds = [k.bound for k in effort.known if k.holds(services, aim.name, levels)]
        part = problem.only(_concerned(problem, aim))
        whole = len(part.blocks) == len(problem.blocks)
        from_here = best if whole else best.only({b.service for b in part.blocks})
        ask = _Ask(aim, reached, effort, on_plan if whole else _ignore, clock, slack.get(aim.name, 0.0), forms, bounds)
        better, stage, used = _stage(part, from_here, ask)
        if better is not from_here:
            try:
                best = better if whole else _extend(problem, better)
                on_plan(best)
            except SolverFailed:  # the other services find no place beside it by themselves: all are asked together
                bounds = [] if stage.bound is None else [stage.bound]
                best, stage, used = _stage(problem, best, replace(ask, on_plan=on_plan, known=[*ask.known, *bounds]))
        stages.append(stage)
        if stage.bound is not None:
            effort.on_known(Known(services, aim.name, stage.bound, levels))
        reached.append((aim, goal.value(problem, aim, best)))
        version = used or version
    return best, stages, version


def _concerned(problem: Problem, aim: Aim) -> set[str]:
    """Services that an aim needs: for a tier, those with a target in it or before, and those that they lean on; the
    others could only cost money."""
    if aim.tier is None:
        return {b.service for b in problem.blocks}
    return leaned_on(problem, {s for t in problem.targets if t.tier <= aim.tier for s in t.services})


@dataclass(frozen=True)
class _Ask:
    """One stage: what to aim at, what to keep, how hard to try, whom to tell."""

    aim: Aim
    reached: list[tuple[Aim, int]]
    effort: Effort
    on_plan: Callable[[Plan], None]
    clock: Clock
    slack: float
    forms: Formulations
    known: list[int]


def _stage(problem: Problem, best: Plan, ask: _Ask) -> tuple[Plan, Stage, str]:
    """Solve for one aim from ``best``; the better plan of the two, and what is proven."""
    aim, effort = ask.aim, ask.effort
    brief = goal.is_brief(problem, aim, prove_travel=effort.prove_travel)
    effort = replace(effort, gap=max(effort.gap, BRIEF_GAP)) if brief else effort
    started, value = time.monotonic(), goal.value(problem, aim, best)
    most, proven = _known(problem, ask, value, effort.gap)
    if proven:
        return best, Stage(aim.name, value, most, Stop.PROVEN, 0.0, brief), ""
    seconds = _seconds(aim, ask.clock.left_s, brief=brief)
    if seconds <= 0.05 or effort.stopped():
        return best, Stage(aim.name, value, most, Stop.USER if effort.stopped() else Stop.TIME, 0.0, brief), ""
    if brief and sum(len(b.pair_demand) for b in problem.blocks) > TRAVEL_MOST_WAYS:
        return best, Stage(aim.name, value, most, Stop.TIME, 0.0, brief), ""
    clock = Clock(time.monotonic(), seconds)
    search = Search(problem, aim, best, ask.reached, effort, ask.on_plan, clock, ask.slack, ask.forms)
    search.bound = most
    search.run_briefly() if brief else search.run()
    judged = _judged(aim, search, effort, time.monotonic() - started)
    return search.best, replace(judged, brief=brief), search.version


def _known(problem: Problem, ask: _Ask, value: int, gap: float) -> tuple[int | None, bool]:
    """The best bound without any solving, and whether it proves ``value``: nothing better can be had at all, or an
    earlier search of the same problem has brought the bound within the gap."""
    best, sign = best_of(problem, ask.aim), 1 if ask.aim.maximise else -1
    if value == best or (value == 0 and not ask.aim.maximise):  # no cost and no way is shorter than none
        return value, True
    bound = min(((best, *ask.known) if best is not None else ask.known), key=lambda b: sign * b, default=None)
    if bound is None or sign * bound < sign * value:  # a bound that a plan breaks was none
        return best, False
    return bound, bool(ask.known) and abs(bound - value) <= allowed(gap, value, ask.slack)


def _judged(aim: Aim, search: Search, effort: Effort, seconds: float) -> Stage:
    """The stage with its bound and the reason why it stopped."""
    if search.proven():
        stop = Stop.PROVEN
    elif effort.stopped():
        stop = Stop.USER
    elif search.memory:
        stop = Stop.MEMORY
    elif search.crashed:
        stop = Stop.CRASH
    else:
        stop = Stop.TIME
    return Stage(aim.name, search.value, search.bound, stop, seconds)


def _seconds(aim: Aim, left_s: float, *, brief: bool) -> float:
    """Seconds that a stage may take of those that are left."""
    if brief:
        return min(TRAVEL_LONGEST_S, left_s * TRAVEL_SHARE)
    return left_s * (AIM_SHARE if aim.tier is None else TIER_SHARE)


def _extend(problem: Problem, part: Plan) -> Plan:
    """A plan of the whole group around what is decided for some of its services, down to who goes where."""
    around = greedy.first_plan(problem, positions(problem, part.services))
    return Plan({**around.services, **part.services}, around.spending)  # the same capital, so the same spending


def _ignore(_: Plan) -> None:
    """A plan of some services of a group is not yet a plan of the group."""
