"""Whom the open sites of a plan could serve, and whom if some of them were other ones.

Coverage and lines: whoever has an open way. Catchment and haul: a maximum flow in whole persons from settlements over
ways to places and beds, and from stations to disposal places (Ford & Fulkerson 1956; `scipy.sparse.csgraph`), which
is the most that these sites can serve. Where whole settlements go together the flow is only a bound from above.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import maximum_flow

from siting.plan import Plan
from siting.plans.assign import closest_ways
from siting.problems.problem import Block, Problem, TargetRow

#: Position of the open option of every site of a service, (m,), -1 where it is shut; by service.
State = Mapping[str, np.ndarray]
#: Capacities of the flow are of 32 bits.
MOST = 2**31 - 1


@dataclass(frozen=True)
class Served:
    """``people`` (n,) of each demand point who are served, and ``at`` (m,) those who come to each site."""

    people: np.ndarray
    at: np.ndarray

    @property
    def total(self) -> int:
        """All of them."""
        return int(self.people.sum())


class Serving:
    """A plan as the state of its sites; nothing of it is changed, other states are asked about."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem, self.plan = problem, plan
        self.blocks = {block.service: block for block in problem.blocks}
        self.state: dict[str, np.ndarray] = {}
        self.users: dict[tuple[str, str], set[str]] = {}
        for block in problem.blocks:
            known = {(o.site, o.size, o.action, o.phase): k for k, o in enumerate(block.options)}
            open_at = np.full(len(block.site_ids), -1, dtype=np.int64)
            for o in plan.services[block.service].open:
                k = known[o.site, o.size, o.action, o.phase]
                open_at[block.option_site[k]] = k
            self.state[block.service] = open_at
            self._note_users(block)
        self.owners = {block.service: self._owners(block) for block in problem.blocks}
        self.base = {block.service: self.served(block, self.state) for block in problem.blocks}

    def _note_users(self, block: Block) -> None:
        part, owner = self.plan.services[block.service], dict(zip(block.site_ids, block.lender, strict=True))
        used = {(owner[a.site], a.site) for a in part.assignments}
        used |= {(block.line_service, a.line) for a in part.assignments if a.line}
        used |= {(block.service, t.disposal) for t in part.transfers}
        for place in used:
            self.users.setdefault(place, set()).add(block.service)

    def _owners(self, block: Block) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Of each service whose sites serve: their positions in the block, and in the service's own state."""
        lenders, found = np.array(block.lender), {}
        for owner in dict.fromkeys(block.lender):
            mine = np.flatnonzero(lenders == owner)
            if owner == block.service:
                found[owner] = mine, mine
            elif owner in self.blocks:
                there = {s: k for k, s in enumerate(self.blocks[owner].site_ids)}
                found[owner] = mine, np.array([there[block.site_ids[j]] for j in mine.tolist()], dtype=np.int64)
        return found

    def otherwise(self, service: str, changes: Mapping[int, int]) -> State:
        """The state with other options at some sites (positions of sites and options, -1: shut)."""
        own = self.state[service].copy()
        for site, option in changes.items():
            own[site] = option
        return {**self.state, service: own}

    def open_ways(self, block: Block, state: State) -> np.ndarray:
        """(p,) bool: the ways whose site and line are open."""
        is_open = np.zeros(len(block.site_ids), dtype=bool)
        for owner, (mine, there) in self.owners[block.service].items():
            is_open[mine] = state[owner][there] >= 0
        ways: np.ndarray = is_open[block.pair_site]
        rides = block.pair_line >= 0
        if rides.any():
            runs = state.get(block.line_service)
            ways[rides] &= False if runs is None else runs[block.pair_line[rides]] >= 0
        return ways

    def served(self, block: Block, state: State) -> Served:
        """Whom a service can serve in a state."""
        ways = np.flatnonzero(self.open_ways(block, state))
        n, m = len(block.demand), len(block.site_ids)
        first = ways[np.unique(block.pair_demand[ways], return_index=True)[1]]
        if block.served_in_full_only:
            people = np.zeros(n, dtype=np.int64)
            people[block.pair_demand[first]] = block.demand[block.pair_demand[first]]
            at = np.bincount(block.pair_site[first], weights=people[block.pair_demand[first]], minlength=m)
            return Served(people, at.astype(np.int64))
        own = state[block.service]
        return _flow(block, closest_ways(block, ways, own) if block.closest else ways, own)

    def sole(self, block: Block) -> dict[tuple[str, str], np.ndarray]:
        """Coverage and lines: demand points that have one open site alone, by that site and the service it is of."""
        ways = np.flatnonzero(self.open_ways(block, self.state))
        ways = ways[
            np.unique(block.pair_demand[ways] * len(block.site_ids) + block.pair_site[ways], return_index=True)[1]
        ]
        count = np.bincount(block.pair_demand[ways], minlength=len(block.demand))
        found: dict[tuple[str, str], list[int]] = {}
        for p in ways[count[block.pair_demand[ways]] == 1].tolist():
            j = int(block.pair_site[p])
            found.setdefault((block.lender[j], block.site_ids[j]), []).append(int(block.pair_demand[p]))
        return {place: np.array(who, dtype=np.int64) for place, who in found.items()}


def counted(block: Block, row: TargetRow, state: State) -> int:
    """Value of a target on numbers of sites in a state."""
    own = state[block.service]
    return int(np.isin(own[own >= 0], row.of_options(block)).sum())


def _flow(block: Block, ways: np.ndarray, option_at: np.ndarray) -> Served:
    """The most people over these ways, and where they go. Nodes: 0 the source, 1 the sink, then demand points, eligible
    parts of them, and of each site beds, entrance and exit."""
    n, m = len(block.demand), len(block.site_ids)
    if not len(ways):
        return Served(np.zeros(n, dtype=np.int64), np.zeros(m, dtype=np.int64))
    is_open = option_at >= 0
    places, beds = np.zeros(m, dtype=np.int64), np.zeros(m, dtype=np.int64)
    places[is_open], beds[is_open] = block.capacity[option_at[is_open]], block.beds[option_at[is_open]]
    kinds = {access: 2 + n * (1 + k) for k, access in enumerate(sorted(block.eligible))}
    point = 2
    bed = point + n * (1 + len(kinds))
    entrance, leaving = bed + m, bed + 2 * m
    who, where = block.pair_demand[ways], block.pair_site[ways]
    tail = point + who
    for access, begins in kinds.items():
        tail = np.where(block.pair_access[ways] == access, begins + who, tail)
    head = np.where(block.pair_boards[ways], bed, entrance) + where
    straight = np.where(block.disposal | (not block.disposal.any()), 1, -1)
    ends = np.flatnonzero(straight == 1)
    moves = np.flatnonzero(is_open[block.transfer_from] & is_open[block.transfer_to])
    arcs = [
        (np.zeros(n, dtype=np.int64), point + np.arange(n), block.demand),
        *((point + np.arange(n), begins + np.arange(n), block.eligible[access]) for access, begins in kinds.items()),
        (tail, head, block.demand[who]),
        (bed + np.arange(m), entrance + np.arange(m), beds),
        (entrance + np.arange(m), leaving + np.arange(m), places),
        (leaving + ends, np.ones(len(ends), dtype=np.int64), places[ends]),
        (
            leaving + block.transfer_from[moves],
            entrance + block.transfer_to[moves],
            places[block.transfer_from[moves]],
        ),
    ]
    size = leaving + m
    columns = [np.concatenate([arc[k] for arc in arcs]).astype(np.int64) for k in range(3)]
    kept = columns[2] > 0
    capacity = np.minimum(columns[2][kept], MOST).astype(np.int32)
    graph = coo_array((capacity, (columns[0][kept], columns[1][kept])), shape=(size, size)).tocsr()
    graph.indices, graph.indptr = graph.indices.astype(np.int32), graph.indptr.astype(np.int32)
    flow = maximum_flow(graph, 0, 1).flow.tocoo()
    people, come = np.zeros(n, dtype=np.int64), np.zeros(m, dtype=np.int64)
    out = (flow.row == 0) & (flow.data > 0)
    people[flow.col[out] - point] = flow.data[out]
    through = (flow.row >= entrance) & (flow.row < leaving) & (flow.col == flow.row + m)
    come[flow.row[through] - entrance] = flow.data[through]
    return Served(people, come)
