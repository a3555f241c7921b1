r"""The radius model of p-median, as arrays, for the pairs that are left.

With the distinct costs :math:`D^1_i < D^2_i < \dots` of demand point :math:`i` and :math:`z^k_i = 1` if nothing within
:math:`D^k_i` is open,

.. math::
    \min \sum_i \Bigl( D^1_i + \sum_k (D^{k+1}_i - D^k_i) z^k_i \Bigr), \quad
    z^1_i + \sum_{j : d_{ij} = D^1_i} y_j \ge 1, \quad
    z^k_i + \sum_{j : d_{ij} = D^k_i} y_j \ge z^{k-1}_i, \quad \sum_j y_j = p .

Sources: G. Cornuejols, G. Nemhauser and L. Wolsey (1980), A canonical representation of simple plant location
problems, SIAM Journal on Algebraic and Discrete Methods 1; S. Elloumi (2010), A tighter formulation of the p-median
problem, Journal of Combinatorial Optimization 19 (the form in which each row has only the sites of one cost).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csc_array

from siting.plans.outcome import Effort

from ..process import supervise
from ..process.linear import LinearModel
from .lagrange_pairs import Pairs


@dataclass(frozen=True, eq=False)
class Radius:
    """``chosen`` sites or None, the proven ``bound`` or None, and whether the child process died."""

    chosen: np.ndarray | None
    bound: float | None
    crashed: bool


def solve_radius(
    pairs: Pairs, may: np.ndarray, must: np.ndarray, p: int, chosen: np.ndarray, upper: int, effort: tuple[Effort, int],
) -> Radius:  # fmt: skip
    """Open ``p`` of the sites ``may`` (m,) with those of ``must``, over these ``pairs``, in a child process.

    ``chosen`` of cost ``upper`` is the start where it lies within ``may``; effort and largest number of nodes.
    """
    sites = np.flatnonzero(may)
    model = radius_model(pairs, sites, must[sites], p)
    if model is None:  # a demand point has no pair left: no set over these pairs
        return Radius(None, float(upper), False)
    how, nodes = effort
    inside = np.isin(chosen, sites).all()
    start = {id(model.variables[k]): float(j in set(chosen.tolist())) for k, j in enumerate(sites.tolist())}
    answer = supervise.run(
        model,
        start if inside else {},
        gap=max(how.gap, min(0.5, 0.99 / max(1, upper))),
        seconds=how.time_limit_s,
        seed=how.seed,
        threads=how.threads,
        memory_mb=how.memory_mb,
        stopped=how.stopped,
        max_nodes=nodes,
    )
    if answer.infeasible:
        return Radius(None, float(upper), False)
    found = None if answer.values is None else sites[answer.values[: len(sites)] > 0.5]
    if found is not None and len(found) != p:
        found = None
    bound = None if answer.bound is None else min(answer.bound - 1e-4, float(upper))  # beyond the tolerances of HiGHS
    return Radius(found, bound, bool(answer.crashed))


def radius_model(pairs: Pairs, sites: np.ndarray, must: np.ndarray, p: int) -> LinearModel | None:
    """The arrays of the model: first ``y`` of ``sites``, then ``z``; None where a demand point has no pair."""
    place = np.full(pairs.m, -1, dtype=np.int64)
    place[sites] = np.arange(len(sites))
    order = np.lexsort((pairs.cost, pairs.point))
    point, cost, column = pairs.point[order], pairs.cost[order], place[pairs.site[order]]
    if len(np.unique(point)) < pairs.n:
        return None
    first = np.ones(len(point), dtype=bool)
    first[1:] = (point[1:] != point[:-1]) | (cost[1:] != cost[:-1])
    row_of = np.cumsum(first) - 1  # one row for each point and cost
    row_point, row_cost = point[first], cost[first]
    starts = np.ones(len(row_point), dtype=bool)
    starts[1:] = row_point[1:] != row_point[:-1]
    ends = np.append(starts[1:], True)[: len(starts)]
    rows = np.flatnonzero(~ends)
    z = len(sites) + np.arange(len(rows))
    z_of = np.full(len(ends), -1, dtype=np.int64)
    z_of[rows] = z
    later = np.flatnonzero(~starts)
    count = len(row_point) + 1
    matrix = coo_array(
        (
            np.concatenate([np.ones(len(row_of) + len(rows)), -np.ones(len(later)), np.ones(len(sites))]),
            (
                np.concatenate([row_of, rows, later, np.full(len(sites), count - 1)]),
                np.concatenate([column, z, z_of[later - 1], np.arange(len(sites))]),
            ),
        ),
        shape=(count, len(sites) + len(rows)),
    )
    zeros = np.zeros(len(sites))
    return LinearModel(
        cost=np.concatenate([zeros, row_cost[rows + 1] - row_cost[rows]]),
        offset=float(row_cost[starts].sum()),
        sign=1,
        matrix=csc_array(matrix),
        row_lower=np.append(starts.astype(np.float64), p),
        row_upper=np.append(np.full(count - 1, np.inf), p),
        lower=np.concatenate([must.astype(np.float64), np.zeros(len(rows))]),
        upper=np.ones(len(sites) + len(rows)),
        whole=np.concatenate([zeros == 0, np.zeros(len(rows), dtype=bool)]),
        variables=[object() for _ in range(len(sites) + len(rows))],
    )
