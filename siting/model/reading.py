"""Between variables and plans: the only place where values of variables are read or set.

Values are rounded once: an option is open if its variable is above one half. Who goes where is then decided anew in
whole persons (`siting.assign`), serving at least whom the solver served.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyomo.environ as pyo

from siting.assign import complete
from siting.plan import Plan
from siting.problem import Block, Problem

#: Slack in persons when a served share is rounded down: solvers return 0.9999999 for 1.
ROUNDING = 1e-4


def decisions(
    model: pyo.ConcreteModel, problem: Problem, values: Mapping[int, float]
) -> tuple[dict[str, list[int]], dict[str, np.ndarray]]:
    """What a solver decided: open options per service, and persons served of each demand point (catchment services).

    ``values`` by ``id`` of the variable, without fixed variables and those that no row mentions: an existing site that
    costs nothing and serves nobody stays as it is.
    """

    def read(variable: pyo.Var, otherwise: float = 0.0) -> float:
        return float(variable.value) if variable.fixed else values.get(id(variable), otherwise)

    opened: dict[str, list[int]] = {}
    served: dict[str, np.ndarray] = {}
    for block in problem.blocks:
        service = model.service[block.service]
        opened[block.service] = _open(
            block, [read(service.open[k], float(o.action == "keep")) for k, o in enumerate(block.options)]
        )
        if block.family == "catchment":
            share = np.zeros(len(block.demand))
            for p in service.x:
                share[block.pair_demand[p]] += read(service.x[p])
            persons = np.floor(share * block.demand + ROUNDING).astype(np.int64)
            served[block.service] = np.clip(persons, 0, block.demand)
    return opened, served


def plan_of(problem: Problem, opened: dict[str, list[int]], served: dict[str, np.ndarray]) -> Plan:
    """The plan of these decisions, without waste (`trim`).

    Raises:
        SolverFailed: the decisions are no plan, for instance a budget is broken beyond rounding (E902).
    """
    plan = complete(problem, opened, served)
    slim = trim(problem, opened, plan)
    return plan if slim == opened else complete(problem, slim, served)


def start_of(model: pyo.ConcreteModel, problem: Problem, plan: Plan) -> dict[int, float]:
    """Values of the whole-number variables in ``plan``, by ``id`` of the variable; a solver completes the others."""
    values: dict[int, float] = {}
    for block in problem.blocks:
        service, part = model.service[block.service], plan.services[block.service]
        chosen = {(o.site, o.size, o.action) for o in part.open}
        for k, option in enumerate(block.options):
            values[id(service.open[k])] = float((option.site, option.size, option.action) in chosen)
        if service.component("v") is not None:
            left = {u.settlement for u in part.unserved}  # counted points are never merged, so their ids are their own
            for i in service.v:
                values[id(service.v[i])] = float(block.demand_ids[i] not in left)
    return values


def trim(problem: Problem, opened: Mapping[str, list[int]], plan: Plan) -> dict[str, list[int]]:
    """The open options without waste: no new site that nobody uses, no size larger than its people need.

    A service with a target on the number of its sites keeps them all.
    """
    slim = {}
    counted = {t.service for t in problem.targets if t.indicator == "open_count"}
    for block in problem.blocks:
        persons: dict[str, int] = {}
        for a in plan.services[block.service].assignments:
            persons[a.site] = persons.get(a.site, 0) + a.persons
        kept = []
        for o in opened[block.service]:
            option = block.options[o]
            here = persons.get(option.site, 0)
            if option.action == "new" and here == 0 and block.service not in counted:
                continue
            kept.append(o if block.family == "coverage" else _smallest_that_serves(block, o, here))
        slim[block.service] = kept
    return slim


def _smallest_that_serves(block: Block, o: int, persons: int) -> int:
    """The cheapest option of the same site with enough places that costs no more in either money."""
    enough = [
        k
        for k in np.flatnonzero(block.option_site == block.option_site[o]).tolist()
        if block.capacity[k] >= persons
        and block.capital[k] <= block.capital[o]
        and block.running[k] <= block.running[o]
    ]
    return min(enough, key=lambda k: (int(block.capital[k]), int(block.running[k]), k))


def _open(block: Block, values: list[float]) -> list[int]:
    """Positions of the open options: above one half, one per site; what must stay open keeps its first option."""
    best: dict[int, int] = {}
    for o, j in enumerate(block.option_site.tolist()):
        if values[o] > 0.5 and (j not in best or values[o] > values[best[j]]):
            best[j] = o
    for o, j in enumerate(block.option_site.tolist()):
        if block.must_open[j]:
            best.setdefault(j, o)
    return sorted(best.values())
