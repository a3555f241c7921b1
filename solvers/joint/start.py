r"""A plan and bounds of a joint problem, before its stages are searched one by one.

1. The linear relaxation of every aim in turn, each keeping the earlier ones at :math:`(1 - \epsilon)` of their bounds.
   A plan that reaches these levels has the bounds that follow.
2. The last solution allots every part its money, land and running costs; the duals of the rows that keep the earlier
   aims are their prices in worth. Each part is then solved as a small mixed-integer program with what it is allotted,
   for worth and priced aims together, in processes side by side. The allotments add up, so the pieces fit.
3. Money that is left is spent by `greedy.more`.

Resource-directive decomposition: the allotment is that of the linear relaxation, so what is lost is what the parts lose
by whole options. A plan from here proves nothing; the bounds of step 1 do.

Source: A. Geoffrion (1970), Primal resource-directive approaches for optimizing nonlinear decomposable systems,
Operations Research 18.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np

from siting.errors import SolverFailed
from siting.model import goal
from siting.model.goal import Aim
from siting.plan import Plan
from siting.plans.assign import positions
from siting.plans.outcome import Effort, Known
from siting.problems.problem import Problem

from .. import greedy
from ..formulation import ONE_AT_A_TIME, Formulation
from ..groups import leaning
from ..process import supervise
from ..process.linear import LinearModel
from ..purse import broken
from ..reach import best_of
from .split import Split, piece, shared_out, split

#: Below so many options a joint problem is small enough to be searched whole.
MANY_OPTIONS = 2500
#: Shares of the gap that an earlier aim may lose to what follows: first this, and where it has no solution, that.
TIGHT, EASE = 0.1, 0.5
#: Shares of the time that is left which a relaxation and the parts may take.
RELAXATION_SHARE, PARTS_SHARE = 0.4, 0.5
#: Nodes of the search of a part, so that the plan is the same on every machine.
PART_NODES = 60
#: Share of the gap within which the parts together are solved.
PART_GAP = 0.25
IN_USE = 1e-6
#: A part with more whole-number columns than this is solved with those that the relaxation uses, and as many again.
LARGE_PART = 2000


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The end of the chain: ``values`` (n,) of the last relaxation and their ``reduced`` costs (n,), the ``price`` of
    each earlier aim in units of the last, and the bounds on the way."""

    values: np.ndarray
    reduced: np.ndarray
    price: dict[Aim, float]
    known: tuple[Known, ...]


def is_large(problem: Problem) -> bool:
    """Whether a problem is to be taken apart: many options, several parts, and worth before anything made small."""
    counted = goal.WORTH in {aim.name for aim in first_aims(problem)}
    return counted and sum(len(b.options) for b in problem.blocks) >= MANY_OPTIONS and len(leaning(problem)) > 1


def first_aims(problem: Problem) -> tuple[Aim, ...]:
    """The aims up to the first that is made small."""
    return tuple(takewhile(lambda aim: aim.maximise, goal.aims(problem)))


def prepared(
    problem: Problem, form: Formulation, plan: Plan, effort: Effort, left_s: Callable[[], float]
) -> tuple[Plan, tuple[Known, ...]]:
    """A plan at least as good as ``plan``, and bounds for the stages that it may prove; ``left_s`` seconds are left."""
    relaxed = _chain(problem, form, effort, left_s)
    if relaxed is None:
        return plan, ()
    parts = split(form.linear, form.posed)
    better = _from_parts(problem, form, parts, relaxed, effort, left_s() * PARTS_SHARE)
    if better is not None and _order(problem, better) > _order(problem, plan):
        plan = better
        effort.on_plan(plan)
    return plan, relaxed.known


def _order(problem: Problem, plan: Plan) -> tuple[int, ...]:
    """What a plan reaches, aim by aim; larger is better."""
    return tuple(goal.value(problem, aim, plan) for aim in first_aims(problem))


def _chain(problem: Problem, form: Formulation, effort: Effort, left_s: Callable[[], float]) -> Relaxed | None:
    """The relaxations in turn; None where time runs out before the last.

    Once an aim is bounded, all that follow but the last are first taken to be attained as far as there is reach: where
    the last relaxation has a solution that way, the ones between need none of their own.
    """
    *tiers, last = first_aims(problem)
    reached: list[tuple[Aim, int]] = []
    bounds: list[int] = []

    def solve(aim: Aim, levels: list[tuple[Aim, int]]) -> supervise.Answer:
        answer = _run(form.aimed(aim, levels).relaxed(), effort, left_s() * RELAXATION_SHARE)
        services = ", ".join(b.service for b in problem.blocks)
        effort.on_log(f"== {aim.name}, {services}: relaxation of the chain\n{answer.log}")
        return answer

    def bounded(aim: Aim, answer: supervise.Answer) -> int | None:
        if answer.bound is None or not math.isfinite(answer.bound):
            return None
        whole = aim.rounded(answer.bound)
        return min(whole, best_of(problem, aim) or whole)

    def eased(aim: Aim, bound: int, share: float = EASE) -> tuple[Aim, int]:
        return aim, math.floor(bound * (1 - share * effort.gap))

    services = tuple(b.service for b in problem.blocks)
    facts: list[Known] = []
    while True:
        waiting = tiers[len(reached) :]
        hoped = [best_of(problem, aim) for aim in waiting]
        shares = (TIGHT, EASE) if reached or not waiting else ()
        for share in shares if None not in hoped else ():
            levels = [eased(aim, b, share) for aim, b in zip(tiers, [*bounds, *hoped], strict=True) if b is not None]
            answer = solve(last, levels)
            bound = bounded(last, answer)
            if answer.values is not None and bound is not None:
                facts += [Known(services, a.name, b, {}) for a, b in zip(waiting, hoped, strict=True) if b is not None]
                facts.append(Known(services, last.name, bound, {aim.name: level for aim, level in levels}))
                return _relaxed(answer, levels, tuple(facts))
            if not answer.infeasible:
                return None
        if not waiting:
            return None
        bound = bounded(waiting[0], solve(waiting[0], reached))
        if bound is None:
            return None
        facts.append(Known(services, waiting[0].name, bound, {aim.name: level for aim, level in reached}))
        reached.append(eased(waiting[0], bound))
        bounds.append(bound)


def _relaxed(answer: supervise.Answer, levels: list[tuple[Aim, int]], facts: tuple[Known, ...]) -> Relaxed:
    """The last relaxation, whose last rows keep ``levels``."""
    assert answer.values is not None
    duals = answer.duals or supervise.Duals(np.zeros(len(levels)), np.zeros(len(answer.values)))
    prices = duals.rows[len(duals.rows) - len(levels) :]
    price = {aim: abs(float(p)) / max(1, level) for (aim, level), p in zip(levels, prices, strict=True)}
    return Relaxed(answer.values, duals.columns, price, facts)


def _from_parts(
    problem: Problem, form: Formulation, parts: Split, relaxed: Relaxed, effort: Effort, seconds: float
) -> Plan | None:
    """The plan of the parts, each with what the relaxation allots it; None where they do not fit."""
    worth = Aim(goal.WORTH, True)
    scale = max(1, best_of(problem, worth) or 1)
    weights = {worth: 1.0}
    for aim, price in relaxed.price.items():
        weights[aim] = max(price, scale / max(1, best_of(problem, aim) or 1))
    model = form.weighted(weights, ())
    values = relaxed.values
    allotted = shared_out(model, values, parts.touched(model.matrix))
    workers = min(len(parts.parts), os.cpu_count() or 1)
    rounds = math.ceil(len(parts.parts) / workers)
    gap = PART_GAP * effort.gap / len(parts.parts) / len(weights)

    def work(part: int) -> np.ndarray | None:
        free = parts.columns(part)
        small, columns = piece(allotted, free, values)
        if int(small.whole.sum()) > LARGE_PART:
            small = small.within(_promising(small, values[columns], relaxed.reduced[columns]))
        answer = _run(small, effort, seconds / rounds * (2 if workers > 1 else 1), gap, PART_NODES)
        services = ", ".join(parts.parts[part])
        effort.on_log(f"== allotted, {services}: part\n{answer.log}")
        if answer.values is None:
            return None
        found = values.copy()
        found[columns] = answer.values
        return np.asarray(np.where(parts.owner == part, found, 0.0))

    order = sorted(range(len(parts.parts)), key=lambda k: -int((parts.owner == k).sum()))
    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(work, order))
    if any(v is None for v in found):
        return None
    return _joined(problem, form, np.sum(np.array(found), axis=0))


def _promising(small: LinearModel, values: np.ndarray, reduced: np.ndarray) -> np.ndarray:
    """Mask (n,) of the columns that the relaxation uses, and as many whole-number ones that it nearly uses."""
    used = values > IN_USE
    near = np.flatnonzero(small.whole & ~used)
    more = near[np.argsort(np.abs(reduced[near]), kind="stable")][: int((used & small.whole).sum())]
    mask: np.ndarray = used | np.isin(np.arange(len(values)), more)
    return mask


def _joined(problem: Problem, form: Formulation, values: np.ndarray) -> Plan | None:
    """The plan of values, filled up where that is better; None where rounding breaks a budget."""
    capped = {t.service for t in problem.targets if t.indicator == "urban_rural_gap"}  # more may widen a gap
    with ONE_AT_A_TIME:
        try:
            plan = form.plan_of(values)
            if broken(problem, positions(problem, plan.services)):
                return None
            filled = greedy.more(problem, plan, {b.service for b in problem.blocks} - capped)
        except SolverFailed:
            return None
    return max(plan, filled, key=lambda one: _order(problem, one))


def _run(
    task: LinearModel, effort: Effort, seconds: float, gap: float = 0.0, nodes: int = 2**31 - 1
) -> supervise.Answer:
    return supervise.run(
        task,
        {},
        gap=gap,
        seconds=max(0.1, seconds),
        seed=effort.seed,
        threads=effort.threads,
        stopped=effort.stopped,
        max_nodes=nodes,
    )


def with_known(effort: Effort, known: tuple[Known, ...]) -> Effort:
    """The effort with more bounds to begin with."""
    return replace(effort, known=(*effort.known, *known))
