r"""What is best, step by step: the tiers of targets, then the aims of the county in their order.

The worth :math:`\sum_s g_s \sum_{i \in s} q_i z_i` is made large; the cost, with :math:`h` years, the prices
:math:`\phi` of travel and the payments :math:`w` of `siting.model.money`, and the travel are made small:

.. math::
    \sum_{f,s,p,t} w_{fspt} + h \Bigl(\sum_o r_o y_o + \sum_w \phi_w q_i t_w x_w\Bigr), \qquad
    \sum_w q_i t_w x_w .

Each stage has one objective; what an earlier stage reached becomes a row that the later ones keep (lexicographic
order, docs/rules.md section 6; `siting.solvers.formulation`). The level that is kept is that of a verified plan,
in whole units, so keeping it can never be infeasible.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo

from siting.counties.fares import yearly
from siting.plan import Plan
from siting.plans.outcome import slip
from siting.problems.needs import share_value
from siting.problems.problem import Block, Problem, TargetRow

WORTH = "worth"
COST = "cost"
TRAVEL = "travel"


@dataclass(frozen=True)
class Aim:
    """One stage: its name and whether more is better."""

    name: str
    maximise: bool
    tier: int | None = None

    def better(self, value: int, than: int) -> bool:
        """Whether one value is better than another."""
        return value > than if self.maximise else value < than

    def rounded(self, bound: float) -> int:
        """A bound in whole units, as aims count whole things: of a maximum rounded down, of a minimum up."""
        return math.floor(bound + slip(bound)) if self.maximise else math.ceil(bound - slip(bound))

    def counts_travel(self, problem: Problem) -> bool:
        """Whether it matters over which ways people go."""
        return self.name == TRAVEL or (self.name == COST and any(b.has_fares for b in problem.blocks))


def aims(problem: Problem) -> tuple[Aim, ...]:
    """The stages of a problem in their order; travel only where somebody is assigned to a site with room."""
    tiers = tuple(
        Aim(f"tier {t}", True, t) for t in problem.tiers if any(r.need for r in problem.targets if r.tier == t)
    )
    assigned = any(not b.served_in_full_only for b in problem.blocks)
    return (*tiers, *(Aim(name, name == WORTH) for name in problem.aims if name != TRAVEL or assigned))


def is_brief(problem: Problem, aim: Aim, *, prove_travel: bool) -> bool:
    """Travel as the last of several aims only orders equally good plans, unless its proof is asked for."""
    return aim.name == TRAVEL and not prove_travel and problem.aims[1:][-1:] == (TRAVEL,)


def expression(model: pyo.ConcreteModel, problem: Problem, aim: Aim) -> Any:
    """The linear expression of an aim, in whole units."""
    if aim.tier is not None:
        return model.attainment[aim.tier]
    blocks = [(b, model.service[b.service]) for b in problem.blocks]
    if aim.name == WORTH:
        return sum(b.weight * sum(s.served[i] for i in s.served) for b, s in blocks if len(b.demand)) + 0.0
    if aim.name == COST:
        a_year = sum(int(r) * s.open[o] for b, s in blocks for o, r in enumerate(b.running) if r)
        a_year += sum(s.travel_cost for _, s in blocks)
        return model.capital_paid + problem.cost_years * a_year
    return sum(s.person_travel for _, s in blocks) + 0.0


def aim_at_all(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Give the model the sum of all its aims for an objective: every variable that an aim counts is then in the model.

    Which aim is meant, a solver says by a cost vector of its own (`expression`).
    """
    model.del_component("goal")
    whole = sum(expression(model, problem, aim) for aim in aims(problem))
    model.goal = pyo.Objective(expr=whole, sense=pyo.maximize)


def value(problem: Problem, aim: Aim, plan: Plan) -> int:
    """What a plan reaches, in whole units, from the plan's ids alone."""
    if aim.tier is not None:
        return sum(
            row.points * min(row.need, target_value(problem, row, plan))
            for row in problem.targets
            if row.tier == aim.tier and row.need > 0
        )
    if aim.name == WORTH:
        return sum(
            block.weight * sum(a.persons for a in plan.services[block.service].assignments) for block in problem.blocks
        )
    if aim.name == COST:
        return sum(s.amount for s in plan.spending) + problem.cost_years * yearly_cost(problem, plan)
    parts = [plan.services[block.service] for block in problem.blocks if not block.served_in_full_only]
    gone = sum(a.persons * a.travel for part in parts for a in part.assignments)
    return gone + sum(t.persons * t.travel for part in parts for t in part.transfers)


def yearly_cost(problem: Problem, plan: Plan) -> int:
    """Running cost of the open sites and cost of travel, a year; the travel of a service is rounded up."""
    total = 0
    for block in problem.blocks:
        part = plan.services[block.service]
        total += sum(int(block.running[block.position[o.site, o.size, o.action, o.phase]]) for o in part.open)
        if block.has_fares:
            trips = [*((a, block.fare(a.access)) for a in part.assignments)]
            total += yearly([*trips, *((t, block.transfer_fare) for t in part.transfers)])
    return total


def target_value(problem: Problem, row: TargetRow, plan: Plan) -> int:
    """The value of a target in a plan."""
    by = problem.phases[: row.by + 1] if row.by < len(problem.phases) else None
    if row.package:
        listed = range(len(next(iter(row.package.values()))))
        full = [_served_in_full(problem.block(s), plan.services[s].served(by), at) for s, at in row.package.items()]
        return sum(all(part[k] for part in full) for k in listed)
    block, part = problem.block(row.service), plan.services[row.service]
    if row.indicator in ("open_count", "built_count"):
        counted = {block.options[int(o)] for o in row.of_options(block)}
        known = {(o.site, o.size, o.action, o.phase) for o in counted}
        return sum((o.site, o.size, o.action, o.phase) in known for o in part.opened(by))
    served = part.served(by)
    members = row.members.tolist()
    place = {i: k for k, i in enumerate(members)}
    return share_value(
        row.indicator,
        [served.get(block.demand_ids[i], 0) for i in members],
        [int(block.demand[i]) for i in members],
        [[place[int(i)] for i in part] for part in row.parts],
    )


def _served_in_full(block: Block, served: dict[str, int], at: np.ndarray) -> list[bool]:
    return [i < 0 or served.get(block.demand_ids[i], 0) == int(block.demand[i]) for i in at.tolist()]
