"""Who goes where once sites are open: transportation problems in whole persons.

Most people first, then least travel, unless the aims of the problem have another order. See `siting.plans.assign` for
why the answers are whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from siting.problems.problem import Block


class NotPossible(ValueError):
    """What must be kept cannot be kept by the sites that are open."""


#: The order of aims where none is given.
MOST_PEOPLE = ("worth", "travel")
#: Number of a group of demand points for each way (u,), -1 where it does not count, and persons (k,) who must at least
#: go over the ways of each group.
Promise = tuple[np.ndarray, np.ndarray]


def transport(
    block: Block,
    usable: np.ndarray,
    allowed: np.ndarray,
    room: np.ndarray,
    at_least: np.ndarray,
    is_open: np.ndarray,
    promises: Sequence[Promise] = (),
    order: Sequence[str] = MOST_PEOPLE,
) -> tuple[np.ndarray, np.ndarray]:
    """Persons over each usable way (u,), and kilograms over each transfer (t,).

    ``allowed`` (u,) bool; ``room`` (3, m) places, beds and fewest persons by site; ``at_least`` (n,) persons of each
    demand point that must be served; ``is_open`` (m,) bool; ``promises`` what must be kept to groups of demand points;
    ``order`` of the aims (`order_of`).

    Raises:
        NotPossible: no assignment keeps ``at_least``, ``promises`` and the fewest persons of every site.
    """
    moves = np.flatnonzero(is_open[block.transfer_from] & is_open[block.transfer_to])
    u = len(usable)
    if not u:
        if (at_least > 0).any() or (room[2] > 0).any() or any(least.any() for _, least in promises):
            raise NotPossible("nobody can go anywhere")
        return np.zeros(0, dtype=np.int64), np.zeros(len(block.transfer_from), dtype=np.int64)
    matrix, low, high = _rows(block, usable, room, at_least, moves, promises)
    price = _prices(block, usable, moves, order)
    ends = np.concatenate([high, -low])
    stacked = csr_array(vstack([matrix, -matrix], format="csr"))
    known = np.isfinite(ends)
    most = np.concatenate([np.where(allowed, np.inf, 0.0), np.full(len(moves), np.inf)])
    bounds = np.column_stack([np.zeros(u + len(moves)), most])
    answer = linprog(price, A_ub=stacked[known], b_ub=ends[known], bounds=bounds, method="highs-ds")
    if answer.status == 0 and np.abs(np.rint(answer.x) - answer.x).max() > 1e-5:
        # promises by phase cross the other rows: rarely, a vertex is not whole
        answer = linprog(price, A_ub=stacked[known], b_ub=ends[known], bounds=bounds, integrality=1)
    if answer.status != 0:
        raise NotPossible(str(answer.message))
    whole: np.ndarray = np.rint(answer.x).astype(np.int64)
    amount = np.zeros(len(block.transfer_from), dtype=np.int64)
    amount[moves] = whole[u:]
    return whole[:u], amount


def order_of(aims: Sequence[str], block: Block, *, promised: bool) -> tuple[str, ...]:
    """The aims that assigning people can serve, in their order.

    Most people come first where nothing is promised to anybody: then the plan is only a beginning.
    """
    own = [aim for aim in aims if aim != "cost" or block.has_fares]
    if not promised:
        own = ["worth", *own]
    return tuple(dict.fromkeys([*own, *MOST_PEOPLE]))


def _prices(block: Block, usable: np.ndarray, moves: np.ndarray, order: Sequence[str]) -> np.ndarray:
    """Costs (u + moves,) of one person over each way and kilogram over each transfer, by the order of the aims.

    Serving one more person outweighs any detour of the others on a path of swaps; where people come after cost or
    travel, it is worth less than any detour.
    """
    travel = np.concatenate([block.pair_travel[usable], block.transfer_travel[moves]]).astype(np.float64)
    onward = float(block.transfer_fare) * block.transfer_travel[moves]
    fare = np.concatenate([block.pair_fare[usable], onward])
    served = np.concatenate([np.ones(len(usable)), np.zeros(len(moves))])
    paths = len(block.site_ids) + 1
    small = [aim for aim in order if aim == "travel" or (aim == "cost" and fare.any())]
    first, *rest = [{"travel": travel, "cost": fare}[aim] for aim in small]
    later: np.ndarray = np.zeros(len(first))
    if rest:
        first, later = 1e4 * first / max(1e-9, first.max()), rest[0] / max(1e-9, rest[0].max())
    price: np.ndarray = first + later
    if order[0] == "worth":
        price -= (2 * price.max() + 1) * paths * served
    elif order.index("worth") > order.index(small[-1]):
        price -= 0.5 * price[price > 0].min(initial=1.0) / paths * served
    else:
        worth = 0.5 * first[first > 0].min(initial=1e4) / paths
        price = first - worth * served + later * worth / (10 * paths)
    return price


def _rows(
    block: Block,
    usable: np.ndarray,
    room: np.ndarray,
    at_least: np.ndarray,
    moves: np.ndarray,
    promises: Sequence[Promise],
) -> tuple[csr_array, np.ndarray, np.ndarray]:
    """Rows with their lower and upper ends over ways and transfers: settlements, eligible, places, beds, stations."""
    n, m, u, t = len(block.demand), len(block.site_ids), len(usable), len(moves)
    at, to = block.pair_demand[usable], block.pair_site[usable]

    def rows(row: np.ndarray, column: np.ndarray, count: int, value: np.ndarray | None = None) -> csr_array:
        data = np.ones(len(row)) if value is None else value
        return csr_array((data, (row, column)), shape=(count, u + t))

    column = np.arange(u)
    parts = [(rows(at, column, n), np.where(at_least > 0, at_least, -np.inf), block.demand.astype(np.float64))]
    for group, least in promises:
        own, k = np.flatnonzero(group >= 0), len(least)
        parts.append((rows(group[own], own, k), np.where(least > 0, least, -np.inf), np.full(k, np.inf)))
    for access, persons in block.eligible.items():
        own = np.flatnonzero(block.pair_access[usable] == access)
        parts.append((rows(at[own], own, n), np.full(n, -np.inf), persons.astype(np.float64)))
    arriving = np.concatenate([to, block.transfer_to[moves]])
    low = np.where(room[2] > 0, room[2], -np.inf).astype(np.float64)
    parts.append((rows(arriving, np.arange(u + t), m), low, room[0].astype(np.float64)))
    boards = np.flatnonzero(block.pair_boards[usable])
    if len(boards):
        parts.append((rows(to[boards], boards, m), np.full(m, -np.inf), room[1].astype(np.float64)))
    if block.family == "haul":
        stations = ~block.disposal
        into = np.flatnonzero(stations[to])
        row = np.concatenate([to[into], block.transfer_from[moves]])
        value = np.concatenate([np.ones(len(into)), -np.ones(t)])
        zero = np.zeros(m)
        parts.append((rows(row, np.concatenate([into, u + np.arange(t)]), m, value), zero, zero))
    matrix = csr_array(vstack([p[0] for p in parts], format="csr"))
    return matrix, np.concatenate([p[1] for p in parts]), np.concatenate([p[2] for p in parts])


def whole_settlements(
    block: Block,
    usable: np.ndarray,
    allowed: np.ndarray,
    room: np.ndarray,
    at_least: np.ndarray,
    gone: np.ndarray | None,
    *,
    fill: bool = True,
) -> np.ndarray:
    """Persons over each usable way (u,) where every settlement goes as a whole over one way, or not at all.

    ``gone`` are ways that a solver chose; without them, those that the transportation problem uses in full. The other
    settlements follow where there is room (``fill``), the largest first, each over its first way that has some. This is
    a rule of thumb: a generalised assignment problem is hard by itself.

    Raises:
        NotPossible: ``at_least`` or the fewest persons of a site are not kept.
    """
    fits = allowed.copy()
    for access, most in block.eligible.items():
        own = block.pair_access[usable] == access
        fits &= ~own | (most[block.pair_demand[usable]] >= block.demand[block.pair_demand[usable]])
    if gone is None:
        loose = np.stack([room[0], room[1], np.zeros_like(room[2])])
        is_open = room[0] > 0
        split, _ = transport(block, usable, fits, loose, np.zeros_like(at_least), is_open)
        gone = usable[split == block.demand[block.pair_demand[usable]]]
    persons = np.zeros(len(usable), dtype=np.int64)
    left = room[:2].copy()
    placed = np.zeros(len(block.demand), dtype=bool)
    chosen = np.isin(usable, gone)
    largest = np.argsort(-block.demand[block.pair_demand[usable]], kind="stable")
    for k in [*np.flatnonzero(chosen & fits).tolist(), *(largest[fits[largest]].tolist() if fill else ())]:
        way = usable[k]
        i, j, boards = int(block.pair_demand[way]), int(block.pair_site[way]), bool(block.pair_boards[way])
        people = int(block.demand[i])
        if not placed[i] and left[0, j] >= people and (not boards or left[1, j] >= people):
            persons[k], placed[i] = people, True
            left[0, j] -= people
            left[1, j] -= people * boards
    here = np.bincount(block.pair_site[usable], weights=persons, minlength=len(block.site_ids))
    if (~placed & (at_least > 0)).any() or (here < room[2]).any():
        raise NotPossible("whole settlements do not fit")
    return persons
