r"""A good set of p sites: greedy addition, then the best exchange of an open site for a closed one until none helps.

The cost of a set :math:`S` is :math:`\sum_i \min_{j \in S} d_{ij}`. With :math:`d_1 \le d_2` the costs of :math:`i` at
its best and second-best open site, opening :math:`f` and shutting :math:`r` saves

.. math::
    \sum_i \max(0, d_1 - d_{if}) - \sum_{i : r\ \mathrm{is\ best}} (d_2 - d_1)
    + \sum_{i : r\ \mathrm{is\ best}} \max(0, d_2 - \max(d_{if}, d_1)) ,

gain minus loss plus extra; after an exchange only the rows of demand points whose two best sites changed are
computed again.

Sources: M. Teitz and P. Bart (1968), Heuristic methods for estimating the generalized vertex median of a weighted
graph, Operations Research 16; R. Whitaker (1983), INFOR 21; M. Resende and R. Werneck (2007), A fast swap-based local
search procedure for location problems, Annals of Operations Research 150.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np


def cost_of(cost: np.ndarray, chosen: Sequence[int] | np.ndarray) -> int:
    """Cost of opening the sites ``chosen`` (p,) under ``cost`` (n, m)."""
    return int(cost[:, np.asarray(chosen, dtype=np.int64)].min(axis=1).sum())


def greedy(cost: np.ndarray, p: int) -> np.ndarray:
    """``p`` sites, each the one that saves most when it joins those before it; (p,) positions."""
    current = cost.max(axis=1) + 1.0
    gain = np.maximum(current[:, None] - cost, 0).sum(axis=0)
    chosen: list[int] = []
    for _ in range(p):
        best = int(np.argmax(gain))
        chosen.append(best)
        _lower(cost, current, np.minimum(current, cost[:, best]), gain)
        current = np.minimum(current, cost[:, best])
        gain[chosen] = -1.0
    return np.array(chosen, dtype=np.int64)


def _lower(cost: np.ndarray, before: np.ndarray, after: np.ndarray, gain: np.ndarray) -> None:
    """Bring ``gain`` (m,) up to date where the cost of a demand point at its best site changed."""
    rows = np.flatnonzero(after != before)
    part = cost[rows]
    gain += (np.maximum(after[rows, None] - part, 0) - np.maximum(before[rows, None] - part, 0)).sum(axis=0)


def improve(cost: np.ndarray, chosen: np.ndarray, deadline: float = float("inf")) -> tuple[np.ndarray, int]:
    """The set after the best exchanges and its cost; stops where none helps, or at ``deadline`` (`time.monotonic`)."""
    chosen = np.array(chosen, dtype=np.int64)
    p, m = len(chosen), cost.shape[1]
    best, first, second = _two_best(cost, chosen)
    extra = np.zeros((p, m))
    for r in range(p):
        extra[r] = _extra(cost, np.flatnonzero(best == r), first, second)
    gain = np.maximum(first[:, None] - cost, 0).sum(axis=0)
    while time.monotonic() < deadline and p < m:
        loss = np.bincount(best, weights=second - first, minlength=p)
        saved = gain[None, :] - loss[:, None] + extra
        saved[:, chosen] = -1.0
        r, f = divmod(int(np.argmax(saved)), m)
        if saved[r, f] <= 0:
            break
        chosen[r] = f
        then = (best, first, second)
        best, first, second = _two_best(cost, chosen)
        _lower(cost, then[1], first, gain)
        changed = (best != then[0]) | (first != then[1]) | (second != then[2])
        for k in {r, *then[0][changed].tolist(), *best[changed].tolist()}:
            extra[k] = _extra(cost, np.flatnonzero(best == k), first, second)
    return chosen, int(first.sum())


def _extra(cost: np.ndarray, rows: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    if not len(rows):
        return np.zeros(cost.shape[1])
    saved: np.ndarray = np.maximum(second[rows, None] - np.maximum(cost[rows], first[rows, None]), 0).sum(axis=0)
    return saved


def _two_best(cost: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Position in ``chosen`` of the best site of each demand point, its cost and the next best, each (n,)."""
    rows = np.arange(len(cost))
    sub = cost[:, chosen].astype(np.float64)
    if len(chosen) > 1:
        two = np.argpartition(sub, 1, axis=1)[:, :2]
        swap = sub[rows, two[:, 0]] > sub[rows, two[:, 1]]
        two[swap] = two[swap][:, ::-1]
        return two[:, 0], sub[rows, two[:, 0]], sub[rows, two[:, 1]]
    return np.zeros(len(cost), dtype=np.int64), sub[:, 0], np.full(len(cost), float(cost.max()) + 1)
