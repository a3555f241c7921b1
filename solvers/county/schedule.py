"""Openings in the earliest phase that the money and land of the plan allow.

The model only says what is open by the end and what targets with a year need; within that, a plan may open a site later
than it could. This rule of thumb moves openings forward, those with most people per money first, and claims nothing.
"""

from __future__ import annotations

import numpy as np

from siting.errors import SolverFailed
from siting.model import goal
from siting.plan import Plan
from siting.plans.assign import complete, positions
from siting.plans.funding import affordable, capital, land
from siting.problems.problem import Problem


def earlier(problem: Problem, plan: Plan) -> Plan:
    """The plan with its openings as early as they fit, if that costs none of its aims anything."""
    if len(problem.phases) == 1:
        return plan
    opened = positions(problem, plan.services)
    persons: dict[tuple[str, str], int] = {}
    for service, part in plan.services.items():
        for a in part.assignments:
            persons[service, a.site] = persons.get((service, a.site), 0) + a.persons
    late = [(b.service, o) for b in problem.blocks for o in opened[b.service] if b.phase[o] > 0]
    late.sort(key=lambda item: _rank(problem, persons, *item))
    moved = False
    for service, o in late:
        block = problem.block(service)
        for k in sorted(block.options_at[int(block.option_site[o])], key=lambda k: int(block.phase[k])):
            same = block.options[k].size == block.options[o].size and block.options[k].action == block.options[o].action
            if not same or block.phase[k] >= block.phase[o]:
                continue
            trial = {**opened, service: sorted([k if x == o else x for x in opened[service]])}
            if _fits(problem, trial):
                opened, moved = trial, True
                break
    if not moved:
        return plan
    try:
        better = complete(problem, opened, _served(problem, plan))
    except SolverFailed:
        return plan
    aims = [(aim, goal.value(problem, aim, plan)) for aim in goal.aims(problem)]
    kept = all(not aim.better(level, goal.value(problem, aim, better)) for aim, level in aims)
    return better if kept else plan


def _rank(problem: Problem, persons: dict[tuple[str, str], int], service: str, o: int) -> tuple[float, str, int]:
    block = problem.block(service)
    return -persons.get((service, block.options[o].site), 0) / (int(block.capital[o]) + 1), service, o


def _fits(problem: Problem, opened: dict[str, list[int]]) -> bool:
    within = not problem.land_quota or all(
        used <= quota for used, quota in zip(land(problem, opened), problem.land_quota, strict=True)
    )
    return within and affordable(capital(problem, opened), problem.funds)


def _served(problem: Problem, plan: Plan) -> dict[str, np.ndarray]:
    persons = {b.service: plan.services[b.service].served() for b in problem.blocks}
    return {
        b.service: np.array([persons[b.service].get(i, 0) for i in b.demand_ids], dtype=np.int64)
        for b in problem.blocks
    }
