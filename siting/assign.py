"""From open sites to a whole plan: who goes where, who is left and why, and who pays.

Given the options that are open, coverage assigns every settlement to its best open site. Catchment is a
transportation problem: serve as many people as the places allow, then travel as little as possible; its data are
whole numbers and its matrix is totally unimodular, so a vertex of the linear program is a plan in whole persons
(Hoffman & Kruskal 1956).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from siting.errors import Fault, SolverFailed
from siting.funding import split
from siting.plan import Assignment, Opening, Plan, Reason, ServicePlan, Unserved
from siting.problem import Block, Problem


def complete(
    problem: Problem, opened: Mapping[str, Sequence[int]], served: Mapping[str, np.ndarray] | None = None
) -> Plan:
    """The plan in which exactly these options are open.

    ``opened`` gives positions of options per service, at most one per site; ``served`` (n,) per service, persons of
    each demand point that must at least be served (catchment), 0 if not given.

    Raises:
        SolverFailed: ``served`` cannot be kept by these options, or the funds cannot pay them (E902).
    """
    services = {
        block.service: service_plan(block, opened[block.service], (served or {}).get(block.service))
        for block in problem.blocks
    }
    capital = {block.service: int(block.capital[list(opened[block.service])].sum()) for block in problem.blocks}
    try:
        return Plan(services, split(capital, problem.funds))
    except ValueError as error:
        raise SolverFailed(Fault("E902", values={"why": str(error)})) from error


def service_plan(block: Block, opened: Sequence[int], served: np.ndarray | None = None) -> ServicePlan:
    """One service of `complete`."""
    chosen = np.array(sorted(opened), dtype=np.int64)
    option_at = np.full(len(block.site_ids), -1, dtype=np.int64)
    option_at[block.option_site[chosen]] = chosen
    usable = np.flatnonzero(option_at[block.pair_site] >= 0)
    if block.served_in_full_only:
        first = usable[np.unique(block.pair_demand[usable], return_index=True)[1]]
        pairs, persons = first, block.demand[block.pair_demand[first]]
    else:
        room = np.zeros(len(block.site_ids), dtype=np.int64)
        room[block.option_site[chosen]] = block.capacity[chosen]
        persons = _transport(block, usable, room, served)
        pairs, persons = usable[persons > 0], persons[persons > 0]
    left = block.demand - np.bincount(block.pair_demand[pairs], weights=persons, minlength=len(block.demand)).astype(
        np.int64
    )
    used = {int(j) for j in block.pair_site[usable]}
    may_be_existing = {o.site for o in block.options if o.action == "keep"}
    return ServicePlan(
        open=tuple(sorted(Opening(o.site, o.size, o.action) for o in (block.options[k] for k in chosen))),
        closed=tuple(sorted(may_be_existing - {block.options[k].site for k in chosen})),
        assignments=tuple(
            sorted(
                Assignment(
                    settlement=block.demand_ids[block.pair_demand[p]],
                    site=block.site_ids[block.pair_site[p]],
                    access=int(block.pair_access[p]),
                    persons=int(n),
                    travel=int(block.pair_travel[p]),
                )
                for p, n in zip(pairs, persons, strict=True)
            )
        ),
        unserved=tuple(
            sorted(
                Unserved(block.demand_ids[i], int(left[i]), _reason(block, int(i), used))
                for i in np.flatnonzero(left > 0)
            )
        ),
    )


def _transport(block: Block, usable: np.ndarray, room: np.ndarray, served: np.ndarray | None) -> np.ndarray:
    """Persons over each usable pair: most people first, then least travel. ``room`` (m,) places by site."""
    if not len(usable):
        return np.zeros(0, dtype=np.int64)
    at, to = block.pair_demand[usable], block.pair_site[usable]
    travel = block.pair_travel[usable].astype(np.float64)
    column = np.arange(len(usable))
    by_demand = csr_array((np.ones(len(usable)), (at, column)), shape=(len(block.demand), len(usable)))
    by_site = csr_array((np.ones(len(usable)), (to, column)), shape=(len(block.site_ids), len(usable)))
    at_least = np.zeros(len(block.demand), dtype=np.int64) if served is None else served
    worth_of_service = (
        2 * travel.max() + 1
    )  # serving one more person outweighs any detour of the others on a path of swaps
    matrix = [by_demand, by_site, -by_demand[at_least > 0]]
    rhs = [block.demand, room, -at_least[at_least > 0]]
    answer = linprog(
        travel - worth_of_service * len(block.site_ids),
        A_ub=_stack(matrix),
        b_ub=np.concatenate(rhs).astype(np.float64),
        bounds=(0, None),
        method="highs-ds",
    )
    if answer.status != 0:
        raise SolverFailed(Fault("E902", values={"why": f"assignment of {block.service}: {answer.message}"}))
    persons: np.ndarray = np.rint(answer.x).astype(np.int64)
    if np.abs(persons - answer.x).max() > 1e-5:
        raise SolverFailed(Fault("E902", values={"why": f"assignment of {block.service} is not in whole persons"}))
    return persons


def _stack(parts: list[csr_array]) -> csr_array:
    from scipy.sparse import vstack

    return csr_array(vstack(parts, format="csr"))


def _reason(block: Block, demand: int, open_sites: set[int]) -> Reason:
    start, end = np.searchsorted(block.pair_demand, [demand, demand + 1])
    if start == end:
        return "unreachable" if block.unreachable[demand] else "no_site_in_reach"
    around = {int(j) for j in block.pair_site[start:end]}
    return "full" if around & open_sites and not block.served_in_full_only else "not_built"
