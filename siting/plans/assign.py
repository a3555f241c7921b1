"""From open sites to a whole plan: who goes where, who is left and why, and who pays.

Given the options that are open, coverage assigns every settlement to its first way. Catchment and haul are
transportation problems: serve as many people as the places allow, then travel as little as possible. Their rows form
two laminar families (settlement and eligible part of it; site, and boarders of it), so the matrix is totally
unimodular and a vertex of the linear program is a plan in whole persons (Hoffman & Kruskal 1956; Edmonds 1970).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from siting.errors import Fault, SolverFailed
from siting.plan import Assignment, Opening, Plan, Reason, ServicePlan, Transfer, Unserved
from siting.plans.funding import capital, split
from siting.plans.transport import NotPossible, order_of, transport, whole_settlements
from siting.problems.problem import ALWAYS, Block, Problem

#: Later than any phase.
NEVER = 10**9


def positions(problem: Problem, services: Mapping[str, ServicePlan]) -> dict[str, list[int]]:
    """Positions of the open options of a plan's ``services``, in the blocks of the problem."""
    opened = {}
    for service, part in services.items():
        chosen = {(o.site, o.size, o.action, o.phase) for o in part.open}
        options = problem.block(service).options
        opened[service] = [k for k, o in enumerate(options) if (o.site, o.size, o.action, o.phase) in chosen]
    return opened


def complete(
    problem: Problem,
    opened: Mapping[str, Sequence[int]],
    served: Mapping[str, np.ndarray] | None = None,
    gone: Mapping[str, np.ndarray] | None = None,
    group: Mapping[str, np.ndarray] | None = None,
) -> Plan:
    """The plan in which exactly these options are open.

    ``opened`` gives positions of options per service, at most one per site; ``served`` (n,) per service, persons of
    each demand point that must at least be served (catchment), 0 if not given; or (phases, n) by the end of each phase;
    ``gone`` the ways over which whole settlements go, where that is decided already. With ``group`` (n,) per service,
    ``served`` counts groups of demand points and not single ones.

    Raises:
        SolverFailed: ``served`` cannot be kept by these options, or the funds cannot pay them (E902).
    """
    services = {
        block.service: service_plan(
            problem, block, opened, *((given or {}).get(block.service) for given in (served, gone, group))
        )
        for block in problem.blocks
    }
    try:
        return Plan(services, split(capital(problem, opened), problem.funds, problem.phases))
    except ValueError as error:
        raise SolverFailed(Fault("E902", values={"why": str(error)})) from error


def service_plan(
    problem: Problem,
    block: Block,
    opened: Mapping[str, Sequence[int]],
    served: np.ndarray | None = None,
    gone: np.ndarray | None = None,
    group: np.ndarray | None = None,
) -> ServicePlan:
    """One service of `complete`, with what is given of it: ``served`` (n,), ``gone`` positions of ways, ``group`` (n,).

    Raises:
        SolverFailed: the open options cannot keep what must be kept (E902).
    """
    chosen = np.array(sorted(opened[block.service]), dtype=np.int64)
    option_at = np.full(len(block.site_ids), -1, dtype=np.int64)
    option_at[block.option_site[chosen]] = chosen
    since = _since(problem, block, opened, option_at)
    usable = np.flatnonzero(since < NEVER)
    transfers: tuple[Transfer, ...] = ()
    if block.served_in_full_only:
        first = usable[np.unique(block.pair_demand[usable], return_index=True)[1]]
        pairs, persons = first, block.demand[block.pair_demand[first]]
        earliest = np.full(len(block.demand), NEVER, dtype=np.int64)
        np.minimum.at(earliest, block.pair_demand[usable], since[usable])
        since[pairs] = earliest[block.pair_demand[pairs]]
    else:
        try:
            order = order_of(problem.aims, block, promised=served is not None)
            persons, on = _people(block, usable, option_at, since[usable], served, gone, group, order)
        except NotPossible as error:
            raise SolverFailed(Fault("E902", values={"why": f"assignment of {block.service}: {error}"})) from error
        pairs, persons = usable[persons > 0], persons[persons > 0]
        transfers = _transfers(block, on)
    left = block.demand - np.bincount(block.pair_demand[pairs], weights=persons, minlength=len(block.demand)).astype(
        np.int64
    )
    closed = {block.site_ids[j] for j in np.flatnonzero(block.stands & (option_at < 0))}
    return ServicePlan(
        open=tuple(sorted(Opening(o.site, o.size, o.action, o.phase) for o in (block.options[k] for k in chosen))),
        closed=tuple(sorted(closed)),
        assignments=_assignments(problem, block, pairs, persons, since),
        transfers=transfers,
        unserved=tuple(
            sorted(
                Unserved(block.demand_ids[i], int(left[i]), _reason(block, int(i), since))
                for i in np.flatnonzero(left > 0)
            )
        ),
    )


def _since(problem: Problem, block: Block, opened: Mapping[str, Sequence[int]], option_at: np.ndarray) -> np.ndarray:
    """(p,) phase from which on each way can be gone: its site and its line are open; `NEVER` where they are not."""
    site = np.full(len(block.site_ids), NEVER, dtype=np.int64)
    mine = option_at >= 0
    site[mine] = block.phase[option_at[mine]]
    for owner in sorted({s for s in block.lender if s != block.service and s in opened}):
        lender = problem.block(owner)
        phase = {lender.options[o].site: int(lender.phase[o]) for o in opened[owner]}
        for j, name in enumerate(block.lender):
            if name == owner:
                site[j] = phase.get(block.site_ids[j], NEVER)
    since: np.ndarray = site[block.pair_site]
    ride = block.pair_line >= 0
    if ride.any():
        line = np.full(1, NEVER, dtype=np.int64)
        if block.line_service in opened:
            lines = problem.block(block.line_service)
            line = np.full(len(lines.site_ids), NEVER, dtype=np.int64)
            runs = np.array(sorted(opened[block.line_service]), dtype=np.int64)
            line[lines.option_site[runs]] = lines.phase[runs]
            since[ride] = np.maximum(since[ride], line[block.pair_line[ride]])
        else:
            since[ride] = NEVER
    return since


def _people(
    block: Block,
    usable: np.ndarray,
    option_at: np.ndarray,
    since: np.ndarray,
    served: np.ndarray | None,
    gone: np.ndarray | None,
    group: np.ndarray | None,
    order: Sequence[str],
) -> tuple[np.ndarray, np.ndarray]:
    """Persons over each usable way (``since`` (u,): the phase from which on), and kilograms over each transfer."""
    is_open = option_at >= 0
    room = np.zeros((3, len(block.site_ids)), dtype=np.int64)  # places, beds, fewest
    for k, name in enumerate(("capacity", "beds", "fewest")):
        room[k, is_open] = getattr(block, name)[option_at[is_open]]
    at_least = np.zeros(len(block.demand), dtype=np.int64)
    for j, i in block.guards.tolist():
        if not is_open[j]:
            at_least[i] = block.demand[i]
    allowed = np.ones(len(usable), dtype=bool)
    if block.closest:
        allowed = np.isin(usable, closest_ways(block, usable, option_at))
    if block.whole:
        nothing = np.zeros(len(block.transfer_from), dtype=np.int64)
        if served is not None:  # whole settlements are never merged, and `gone` says all that matters of phases
            at_least = np.maximum(at_least, np.atleast_2d(served)[-1])
        fill = gone is None or order[0] == "worth"
        return whole_settlements(block, usable, allowed, room, at_least, gone, fill=fill), nothing
    at = block.pair_demand[usable] if group is None else group[block.pair_demand[usable]]
    by_phase = [] if served is None else list(np.atleast_2d(served))
    last = len(by_phase) - 1
    promises = [(np.where((since <= t) | (t == last), at, -1), least) for t, least in enumerate(by_phase)]
    return transport(block, usable, allowed, room, at_least, is_open, promises, order)


def closest_ways(block: Block, usable: np.ndarray, option_at: np.ndarray) -> np.ndarray:
    """The first way of each demand point among ``usable`` (u,), the only one where people go to the closest site.

    A site that is open without beds is no way for boarders: people pass it by. ``option_at`` (m,) open options or -1.
    """
    beds = block.beds[option_at[block.pair_site[usable]]] > 0
    real = usable[beds | ~block.pair_boards[usable].astype(bool)]
    first: np.ndarray = real[np.unique(block.pair_demand[real], return_index=True)[1]]
    return first


def _transfers(block: Block, amount: np.ndarray) -> tuple[Transfer, ...]:
    return tuple(
        sorted(
            Transfer(
                block.site_ids[block.transfer_from[t]],
                block.site_ids[block.transfer_to[t]],
                int(amount[t]),
                int(block.transfer_travel[t]),
            )
            for t in np.flatnonzero(amount > 0)
        )
    )


def _assignments(
    problem: Problem, block: Block, pairs: np.ndarray, persons: np.ndarray, since: np.ndarray
) -> tuple[Assignment, ...]:
    lines = problem.block(block.line_service).site_ids if (block.pair_line[pairs] >= 0).any() else ()
    return tuple(
        sorted(
            Assignment(
                settlement=block.demand_ids[block.pair_demand[p]],
                site=block.site_ids[block.pair_site[p]],
                access=int(block.pair_access[p]),
                line=lines[block.pair_line[p]] if block.pair_line[p] >= 0 else "",
                since="" if since[p] == ALWAYS else problem.phases[since[p]],
                persons=int(n),
                travel=int(block.pair_travel[p]),
            )
            for p, n in zip(pairs, persons, strict=True)
        )
    )


def _reason(block: Block, demand: int, since: np.ndarray) -> Reason:
    start, end = np.searchsorted(block.pair_demand, [demand, demand + 1])
    if start == end:
        return "unreachable" if block.unreachable[demand] else "no_site_in_reach"
    return "full" if (since[start:end] < NEVER).any() and not block.served_in_full_only else "not_built"
