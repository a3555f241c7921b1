"""What is best, step by step: the tiers of targets, then the worth of people served, then their travel.

Each stage has one objective; what an earlier stage reached becomes a row that the later ones keep (lexicographic
order, docs/rules.md section 6). The level that is kept is that of a verified plan, in whole units, so keeping it can
never be infeasible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo

from siting.plan import Plan
from siting.problem import Problem

WORTH = "worth"
TRAVEL = "travel"
#: Beginnings of the names of the stages, in their order.
ORDER = ("tier", WORTH, TRAVEL)


@dataclass(frozen=True)
class Aim:
    """One stage: its name and whether more is better."""

    name: str
    maximise: bool
    tier: int | None = None


def aims(problem: Problem) -> tuple[Aim, ...]:
    """The stages of a problem in their order; travel only where somebody is assigned."""
    tiers = tuple(
        Aim(f"tier {t}", True, t) for t in problem.tiers if any(r.need for r in problem.targets if r.tier == t)
    )
    travel = (Aim(TRAVEL, False),) if any(b.family == "catchment" for b in problem.blocks) else ()
    return (*tiers, Aim(WORTH, True), *travel)


def expression(model: pyo.ConcreteModel, problem: Problem, aim: Aim) -> Any:
    """The linear expression of an aim, in whole units."""
    if aim.tier is not None:
        return model.attainment[aim.tier]
    blocks = [(b, model.service[b.service]) for b in problem.blocks]
    if aim.name == WORTH:
        return sum(b.weight * sum(s.served[i] for i in s.served) for b, s in blocks if len(b.demand)) + 0.0
    return sum(s.person_travel for _, s in blocks) + 0.0


def aim_at(model: pyo.ConcreteModel, problem: Problem, aim: Aim) -> None:
    """Make ``aim`` the objective."""
    model.del_component("goal")
    sense = pyo.maximize if aim.maximise else pyo.minimize
    model.goal = pyo.Objective(expr=expression(model, problem, aim), sense=sense)


def keep(model: pyo.ConcreteModel, problem: Problem, aim: Aim, reached: int) -> None:
    """From now on, at least (at most) what this aim reached."""
    name = "keeps_" + aim.name.replace(" ", "_")
    level = expression(model, problem, aim)
    scale = 1.0 / max(1, abs(reached))  # the row then speaks of shares, near 1, as the solver's tolerance does
    row = pyo.Constraint(expr=scale * level >= scale * reached if aim.maximise else scale * level <= scale * reached)
    model.add_component(name, row)


def value(problem: Problem, aim: Aim, plan: Plan) -> int:
    """What a plan reaches, in whole units, from the plan's ids alone."""
    served = {block.service: plan.services[block.service].served() for block in problem.blocks}
    if aim.tier is not None:
        return sum(
            row.points
            * min(row.need, _target_value(problem, row.service, row.indicator, row.members.tolist(), served, plan))
            for row in problem.targets
            if row.tier == aim.tier
        )
    if aim.name == WORTH:
        return sum(block.weight * sum(served[block.service].values()) for block in problem.blocks)
    return sum(
        a.persons * a.travel
        for block in problem.blocks
        if block.family == "catchment"
        for a in plan.services[block.service].assignments
    )


def _target_value(
    problem: Problem, service: str, indicator: str, members: list[int], served: dict[str, dict[str, int]], plan: Plan
) -> int:
    if indicator == "open_count":
        return len(plan.services[service].open)
    block = problem.block(service)
    who = [(block.demand_ids[i], int(block.demand[i])) for i in members]
    if indicator == "served_share":
        return sum(served[service].get(i, 0) for i, _ in who)
    return sum(served[service].get(i, 0) == q for i, q in who)
