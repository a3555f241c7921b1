"""Between variables and plans: the only place where values of variables are read or set.

Values are rounded once: an option is open if its variable is above one half. Who goes where is then decided anew in
whole persons (`siting.plans.assign`), serving at least whom the solver served.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyomo.environ as pyo

from siting.errors import SolverFailed
from siting.model.goal import target_value
from siting.model.targets import SHARES
from siting.plan import Plan
from siting.plans.assign import complete
from siting.problems.problem import ALWAYS, Block, Problem

#: Slack in persons when a served share is rounded down: solvers return 0.9999999 for 1.
ROUNDING = 1e-4


@dataclass(frozen=True, eq=False)
class Decisions:
    """``opened`` positions of options per service; ``served`` (n,) persons of each demand point per service that counts
    people; ``gone`` the ways over which whole settlements go; ``group`` (n,) of the demand points, where the model
    counted several as one."""

    opened: dict[str, list[int]]
    served: dict[str, np.ndarray]
    gone: dict[str, np.ndarray]
    group: Mapping[str, np.ndarray] | None = None


def decisions(model: pyo.ConcreteModel, problem: Problem, values: Mapping[int, float]) -> Decisions:
    """What a solver decided.

    ``values`` by ``id`` of the variable, without fixed variables and those that no row mentions: an existing site that
    costs nothing and serves nobody stays as it is.
    """

    def read(variable: pyo.Var, otherwise: float = 0.0) -> float:
        return float(variable.value) if variable.fixed else values.get(id(variable), otherwise)

    opened: dict[str, list[int]] = {}
    served: dict[str, np.ndarray] = {}
    gone: dict[str, np.ndarray] = {}
    for block in problem.blocks:
        service = model.service[block.service]
        opened[block.service] = _open(
            block, [read(service.open[k], float(o.action == "keep")) for k, o in enumerate(block.options)]
        )
        if not block.served_in_full_only:
            share = np.zeros(len(block.demand))
            for p in service.x:
                share[block.pair_demand[p]] += read(service.x[p])
            for i in np.flatnonzero(block.pool).tolist():
                share[i] += read(service.b[i])
            served[block.service] = _persons(block, [*_shares_by_phase(problem, block, service, read), share])
            if block.whole:
                gone[block.service] = np.array([p for p in service.x if read(service.x[p]) > 0.5], dtype=np.int64)
    return Decisions(opened, served, gone)


def _persons(block: Block, shares: list[np.ndarray]) -> np.ndarray:
    """Whole persons of each share (n,): by the end of each phase, or (n,) where there is one phase."""
    persons: np.ndarray = np.clip(
        np.floor(np.array(shares) * block.demand + ROUNDING).astype(np.int64), 0, block.demand
    )
    return persons if len(shares) > 1 else persons.reshape(-1)


def _shares_by_phase(
    problem: Problem, block: Block, service: pyo.Block, read: Callable[[pyo.Var], float]
) -> list[np.ndarray]:
    """Shares (n,) that are served by the end of each phase but the last, none where no target asks for one."""
    found = []
    for by in range(len(problem.phases) - 1):
        share = np.zeros(len(block.demand))
        x = service.component(f"x_by_{by}")
        for p in x if x is not None else ():
            share[block.pair_demand[p]] += read(x[p])
        found.append(share)
    return found if any(share.any() for share in found) else []


def plan_of(problem: Problem, decided: Decisions) -> Plan:
    """The plan of these decisions, without waste (`trim`).

    Raises:
        SolverFailed: the decisions are no plan, for instance a budget is broken beyond rounding (E902).
    """
    plan = _complete(problem, decided)
    slim = trim(problem, decided.opened, plan)
    if slim == decided.opened:
        return plan
    try:
        return _complete(problem, replace(decided, opened=slim))
    except SolverFailed:
        return plan  # what nobody uses saved more on a shared plot than it costs


def _complete(problem: Problem, decided: Decisions) -> Plan:
    """The whole plan, serving whom the solver served; where a relaxation served too many, as many as there is room for.

    Raises:
        SolverFailed: the decisions are no plan (E902).
    """
    try:
        return complete(problem, decided.opened, decided.served, decided.gone, decided.group)
    except SolverFailed:
        return complete(problem, decided.opened)


def start_of(model: pyo.ConcreteModel, problem: Problem, plan: Plan) -> dict[int, float]:
    """Values of the whole-number variables in ``plan``, by ``id`` of the variable; a solver completes the others."""
    values: dict[int, float] = {}
    for block in problem.blocks:
        service, part = model.service[block.service], plan.services[block.service]
        chosen = {(o.site, o.size, o.action, o.phase) for o in part.open}
        for k, option in enumerate(block.options):
            known = (option.site, option.size, option.action, option.phase)
            values[id(service.open[k])] = float(known in chosen)
        for by in range(len(problem.phases)):
            last = by == len(problem.phases) - 1
            v = service.component("v" if last else f"v_by_{by}")
            if v is not None:  # counted points are never merged, so their ids are their own
                served = part.served(None if last else problem.phases[: by + 1])
                for i in v:
                    values[id(v[i])] = float(served.get(block.demand_ids[i], 0) == block.demand[i])
        if block.whole:
            went = {(a.settlement, a.site, a.access, a.line) for a in part.assignments}
            lines = next((b.site_ids for b in problem.blocks if b.service == block.line_service), ())
            for p in service.x:
                i, j = block.demand_ids[block.pair_demand[p]], block.site_ids[block.pair_site[p]]
                line = lines[block.pair_line[p]] if block.pair_line[p] >= 0 else ""
                values[id(service.x[p])] = float((i, j, int(block.pair_access[p]), line) in went)
    for row in problem.targets:
        if row.need and row.indicator in SHARES:
            values[id(model.attained[row.id])] = float(min(row.need, target_value(problem, row, plan)))
    return values


def trim(problem: Problem, opened: Mapping[str, list[int]], plan: Plan) -> dict[str, list[int]]:
    """The open options without waste: no new site that nobody uses, no size larger than its people need.

    A service with a target or a rule on the number of its sites keeps them all, as does one that others refer to.
    """
    slim = {}
    kept_all = {t.service for t in problem.targets if t.indicator in ("open_count", "built_count")}
    kept_all |= {rule.service for rule in problem.rules} | {b.refers_to for b in problem.blocks if b.refers_to}
    used = _used(problem, plan)
    for block in problem.blocks:
        kept = []
        for o in opened[block.service]:
            option = block.options[o]
            here, boarders = used.get((block.service, option.site), (0, 0))
            if block.service in kept_all:
                kept.append(o)
            elif option.action != "new" or here > 0:
                kept.append(o if block.served_in_full_only else _smallest_that_serves(block, o, here, boarders))
        slim[block.service] = kept
    return slim


def _used(problem: Problem, plan: Plan) -> dict[tuple[str, str], tuple[int, int]]:
    """Persons and boarders at every site in use, by the service that decides it; lines with those who ride."""
    used: dict[tuple[str, str], tuple[int, int]] = {}

    def add(service: str, site: str, persons: int, boarders: int = 0) -> None:
        before = used.get((service, site), (0, 0))
        used[service, site] = before[0] + persons, before[1] + boarders

    for block in problem.blocks:
        owner = dict(zip(block.site_ids, block.lender, strict=True))
        boarding = set(block.pair_access[block.pair_boards].tolist())
        part = plan.services[block.service]
        for a in part.assignments:
            add(owner[a.site], a.site, a.persons, a.persons if a.access in boarding else 0)
            if a.line:
                add(block.line_service, a.line, a.persons)
        for t in part.transfers:
            add(block.service, t.disposal, t.persons)
        if block.served_in_full_only and len(problem.phases) > 1:
            for site, persons in _earlier_sites(block, plan, owner):
                add(owner[site], site, persons)
    return used


def _earlier_sites(block: Block, plan: Plan, owner: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Sites that serve settlements before the site to which they are assigned opens, with their persons."""
    phase = {(service, o.site): o.phase for service, part in plan.services.items() for o in part.open}
    start = np.searchsorted(block.pair_demand, np.arange(len(block.demand) + 1))
    place = {i: k for k, i in enumerate(block.demand_ids)}
    for a in plan.services[block.service].assignments:
        if phase[owner[a.site], a.site] != a.since:
            k = place[a.settlement]
            around = [block.site_ids[j] for j in block.pair_site[start[k] : start[k + 1]]]
            yield next(s for s in around if phase.get((owner[s], s)) == a.since), a.persons


def _smallest_that_serves(block: Block, o: int, persons: int, boarders: int) -> int:
    """The cheapest option of the same site and phase with enough places that costs no more in either money."""
    enough = [
        k
        for k in block.options_at[int(block.option_site[o])]
        if block.capacity[k] >= persons
        and block.beds[k] >= boarders
        and block.capital[k] <= block.capital[o]
        and block.running[k] <= block.running[o]
        and block.land[k] <= block.land[o]
        and block.phase[k] in (ALWAYS, block.phase[o])
        and block.fewest[k] <= persons
    ]
    return min(enough or [o], key=lambda k: (int(block.capital[k]), int(block.running[k]), k))


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
