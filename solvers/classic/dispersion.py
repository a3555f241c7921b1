r"""p-dispersion: p sites whose smallest mutual distance is largest.

It is at least :math:`r` exactly if :math:`p` sites can be taken with no two nearer than :math:`r`; the largest such
:math:`r` is one of the distances and is found by bisection. Two sites that are too near never stand together; rows
for whole cliques of such sites say so at once: :math:`\sum_{j \in K} y_j \le 1`.

Sources: M. Kuby (1987), Programming models for facility dispersion, Geographical Analysis 19; D. Sayah and S. Irnich
(2017), A new compact formulation for the discrete p-dispersion problem, European Journal of Operational Research 256.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from siting.plans.outcome import Effort

from ..process.arrays import Rows, hand_over, minimise


@dataclass(frozen=True, eq=False)
class Spread:
    """The smallest ``distance`` among the ``chosen`` sites (p,); ``bound``: no p sites reach more."""

    distance: int
    chosen: np.ndarray
    bound: int
    crashed: bool


def p_dispersion(distance: np.ndarray, p: int, effort: Effort) -> Spread:
    """``distance`` (m, m) symmetric whole numbers.

    Raises:
        ValueError: ``p`` is below 2 or above the number of sites, or the matrix is not symmetric.
    """
    m = len(distance)
    if not 2 <= p <= m or (distance != distance.T).any():
        raise ValueError(f"a symmetric matrix and p from 2 to {m} are needed")
    deadline = time.monotonic() + effort.time_limit_s
    levels = np.unique(distance[~np.eye(m, dtype=bool)])
    chosen = _far_apart(distance, p)
    low, high = int(np.searchsorted(levels, _least(distance, chosen))), len(levels) - 1
    crashed = False
    while low < high:
        left = deadline - time.monotonic()
        if left <= 0 or effort.stopped():
            break
        middle = (low + high + 1) // 2
        found, fewer, died = _apart(distance < levels[middle], p, replace(effort, gap=0.0, time_limit_s=left))
        crashed |= died
        if found is not None:
            chosen = found
            low = int(np.searchsorted(levels, _least(distance, chosen)))
        elif fewer:
            high = middle - 1
        else:
            break
    return Spread(int(levels[low]), np.sort(chosen), int(levels[high]), crashed)


def _apart(near: np.ndarray, p: int, effort: Effort) -> tuple[np.ndarray | None, bool, bool]:
    """``p`` sites no two of which are near, if any were found; whether it is proven that there are none; a crash."""
    m = len(near)
    cliques = _cliques(near & ~np.eye(m, dtype=bool))
    row = np.repeat(np.arange(len(cliques)), [len(c) for c in cliques])
    column = np.array([j for c in cliques for j in c], dtype=np.int64)
    rows = Rows(row, column, np.ones(len(row)), np.full(len(cliques), -np.inf), np.ones(len(cliques)))
    model = minimise(-np.ones(m), [rows], np.ones(m, dtype=bool))
    answer = hand_over(model, effort, gap=min(0.5, 0.99 / m), enough=(-p + 1e-6, -p + 1e-6))
    if answer.values is not None:
        taken = np.flatnonzero(answer.values > 0.5)
        if len(taken) >= p:
            return taken[:p], False, bool(answer.crashed)
    return None, answer.bound is not None and answer.bound > -p + 1e-6, bool(answer.crashed)


def _cliques(near: np.ndarray) -> list[list[int]]:
    """Cliques that hold every near pair; each is grown greedily from a pair that none holds yet."""
    left = np.triu(near)
    cliques = []
    for a, b in np.argwhere(left):
        if not left[a, b]:
            continue
        clique, common = [int(a), int(b)], near[a] & near[b]
        while common.any():
            new = int(np.argmax(common))
            clique.append(new)
            common = common & near[new]
        index = np.ix_(clique, clique)
        left[index] = False
        cliques.append(sorted(clique))
    return cliques or [[0]]


def _far_apart(distance: np.ndarray, p: int) -> np.ndarray:
    """The two farthest sites, then each next one as far from the others as it can be."""
    chosen = [int(k) for k in np.unravel_index(int(np.argmax(distance)), distance.shape)]
    while len(chosen) < p:
        nearest = distance[:, chosen].min(axis=1).astype(np.float64)
        nearest[chosen] = -1.0
        chosen.append(int(np.argmax(nearest)))
    return np.array(chosen, dtype=np.int64)


def _least(distance: np.ndarray, chosen: np.ndarray) -> int:
    sub = distance[np.ix_(chosen, chosen)]
    return int(sub[~np.eye(len(chosen), dtype=bool)].min())
