"""Who goes where once sites are open: transportation problems in whole persons.

Most people first, then least travel. See `siting.assign` for why the answers are whole.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

from siting.problem import Block

#: Nodes after which whole settlements go where the best assignment so far sends them: counted, so that the same
#: question has the same answer on every machine.
WHOLE_NODES = 500


class NotPossible(ValueError):
    """What must be kept cannot be kept by the sites that are open."""


def transport(
    block: Block, usable: np.ndarray, allowed: np.ndarray, room: np.ndarray, at_least: np.ndarray, is_open: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Persons over each usable way (u,), and kilograms over each transfer (t,).

    ``allowed`` (u,) bool; ``room`` (3, m) places, beds and fewest persons by site; ``at_least`` (n,) persons of each
    demand point that must be served; ``is_open`` (m,) bool.

    Raises:
        NotPossible: no assignment keeps ``at_least`` and the fewest persons of every site.
    """
    moves = np.flatnonzero(is_open[block.transfer_from] & is_open[block.transfer_to])
    u = len(usable)
    if not u:
        if (at_least > 0).any() or (room[2] > 0).any():
            raise NotPossible("nobody can go anywhere")
        return np.zeros(0, dtype=np.int64), np.zeros(len(block.transfer_from), dtype=np.int64)
    matrix, low, high = _rows(block, usable, room, at_least, moves)
    travel = np.concatenate([block.pair_travel[usable], block.transfer_travel[moves]]).astype(np.float64)
    # serving one more person outweighs any detour of the others on a path of swaps
    worth = np.concatenate([np.full(u, (2 * travel.max() + 1) * (len(block.site_ids) + 1)), np.zeros(len(moves))])
    ends = np.concatenate([high, -low])
    stacked = csr_array(vstack([matrix, -matrix], format="csr"))
    known = np.isfinite(ends)
    most = np.concatenate([np.where(allowed, np.inf, 0.0), np.full(len(moves), np.inf)])
    answer = linprog(
        travel - worth,
        A_ub=stacked[known],
        b_ub=ends[known],
        bounds=np.column_stack([np.zeros(u + len(moves)), most]),
        method="highs-ds",
    )
    if answer.status != 0:
        raise NotPossible(str(answer.message))
    whole: np.ndarray = np.rint(answer.x).astype(np.int64)
    if np.abs(whole - answer.x).max() > 1e-5:
        raise NotPossible("the assignment is not in whole persons")
    amount = np.zeros(len(block.transfer_from), dtype=np.int64)
    amount[moves] = whole[u:]
    return whole[:u], amount


def _rows(
    block: Block, usable: np.ndarray, room: np.ndarray, at_least: np.ndarray, moves: np.ndarray
) -> tuple[csr_array, np.ndarray, np.ndarray]:
    """Rows with their lower and upper ends over ways and transfers: settlements, eligible, places, beds, stations."""
    n, m, u, t = len(block.demand), len(block.site_ids), len(usable), len(moves)
    at, to = block.pair_demand[usable], block.pair_site[usable]

    def rows(row: np.ndarray, column: np.ndarray, count: int, value: np.ndarray | None = None) -> csr_array:
        data = np.ones(len(row)) if value is None else value
        return csr_array((data, (row, column)), shape=(count, u + t))

    column = np.arange(u)
    parts = [(rows(at, column, n), np.where(at_least > 0, at_least, -np.inf), block.demand.astype(np.float64))]
    for access, persons in block.eligible.items():
        own = np.flatnonzero(block.pair_access[usable] == access)
        parts.append((rows(at[own], own, n), np.full(n, -np.inf), persons.astype(np.float64)))
    arriving = np.concatenate([to, block.transfer_to[moves]])
    low = np.where(room[2] > 0, room[2], -np.inf).astype(np.float64)
    parts.append((rows(arriving, np.arange(u + t), m), low, room[0].astype(np.float64)))
    boards = np.flatnonzero(block.pair_boards[usable])
    if len(boards):
        parts.append((rows(to[boards], boards, m), np.full(m, -np.inf), room[1].astype(np.float64)))
    if block.disposal.any():
        stations = ~block.disposal
        into = np.flatnonzero(stations[to])
        row = np.concatenate([to[into], block.transfer_from[moves]])
        value = np.concatenate([np.ones(len(into)), -np.ones(t)])
        zero = np.zeros(m)
        parts.append((rows(row, np.concatenate([into, u + np.arange(t)]), m, value), zero, zero))
    matrix = csr_array(vstack([p[0] for p in parts], format="csr"))
    return matrix, np.concatenate([p[1] for p in parts]), np.concatenate([p[2] for p in parts])


def whole_settlements(
    block: Block, usable: np.ndarray, allowed: np.ndarray, room: np.ndarray, at_least: np.ndarray
) -> np.ndarray:
    """Persons over each usable way (u,) where every settlement goes as a whole over one way, or not at all.

    A generalised assignment problem: solved as a mixed-integer program, the best found within `WHOLE_NODES`.

    Raises:
        NotPossible: no assignment keeps ``at_least`` and the fewest persons of every site.
    """
    u, n, m = len(usable), len(block.demand), len(block.site_ids)
    if not u:
        if (at_least > 0).any() or (room[2] > 0).any():
            raise NotPossible("nobody can go anywhere")
        return np.zeros(0, dtype=np.int64)
    at, to, column = block.pair_demand[usable], block.pair_site[usable], np.arange(u)
    persons = block.demand[at].astype(np.float64)
    fits = allowed.copy()
    for access, most in block.eligible.items():
        fits &= (block.pair_access[usable] != access) | (most[at] >= block.demand[at])
    by_demand = csr_array((np.ones(u), (at, column)), shape=(n, u))
    by_site = csr_array((persons, (to, column)), shape=(m, u))
    boards = block.pair_boards[usable]
    in_beds = csr_array((persons[boards], (to[boards], column[boards])), shape=(m, u))
    travel = block.pair_travel[usable] * persons
    worth = persons * (2 * float(block.pair_travel[usable].max()) + 1) * (m + 1)
    answer = milp(
        travel - worth,
        constraints=[
            LinearConstraint(by_demand, np.where(at_least > 0, 1.0, -np.inf), 1.0),
            LinearConstraint(by_site, np.where(room[2] > 0, room[2], -np.inf), room[0]),
            LinearConstraint(in_beds, -np.inf, room[1]),
        ],
        integrality=np.ones(u),
        bounds=Bounds(0, fits.astype(np.float64)),
        options={"node_limit": WHOLE_NODES, "mip_rel_gap": 1e-6},
    )
    if answer.x is None:
        raise NotPossible(str(answer.message))
    return np.where(answer.x > 0.5, block.demand[at], 0)
