r"""Set covering (LSCP): the fewest, or cheapest, sites that cover everybody; and the p-center by bisection over it.

.. math:: \min \sum_j f_j y_j, \qquad \sum_j a_{ij} y_j \ge 1 .

Before it is solved, a demand point whose sites include all sites of another goes, and a site goes whose demand
points are all covered by one that costs no more. The p-center of radius :math:`r` exists exactly if at most
:math:`p` sites cover everybody within :math:`r`; the smallest such :math:`r` is one of the distances and is found by
bisection.

Sources: C. Toregas, R. Swain, C. ReVelle and L. Bergman (1971), The location of emergency service facilities,
Operations Research 19; E. Minieka (1970), The m-center problem, SIAM Review 12; S. Elloumi, M. Labbe and Y. Pochet
(2004), A new formulation and resolution method for the p-center problem, INFORMS Journal on Computing 16.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from siting.plans.outcome import Effort

from ..process.arrays import at_least, hand_over, minimise


@dataclass(frozen=True, eq=False)
class Cover:
    """``chosen`` sites (None: nothing covers everybody, or nothing was found), ``bound`` on the cost of any cover."""

    chosen: np.ndarray | None
    bound: float
    crashed: bool = False


def reduced(covers: np.ndarray, price: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the rows and columns of ``covers`` (n, m) that matter, dominated ones left out."""
    rows, columns = np.arange(covers.shape[0]), np.arange(covers.shape[1])
    while True:
        part = covers[np.ix_(rows, columns)].astype(np.float32)
        in_both = part @ part.T
        size = part.sum(axis=1)
        row_goes = _dominated(in_both >= size[None, :], size[None, :] < size[:, None])
        kept = part[~row_goes]
        together = kept.T @ kept
        size = kept.sum(axis=0)
        price_here = price[columns]
        better = price_here[None, :] <= price_here[:, None]
        strictly = (size[None, :] > size[:, None]) | (price_here[None, :] < price_here[:, None])
        column_goes = _dominated((together >= size[:, None]) & better, strictly)
        if not row_goes.any() and not column_goes.any():
            return rows, columns
        rows, columns = rows[~row_goes], columns[~column_goes]


def _dominated(relation: np.ndarray, strictly: np.ndarray) -> np.ndarray:
    """Who goes: k goes if it relates to another that is strictly better, or equal and earlier."""
    earlier = np.tri(len(relation), k=-1, dtype=bool)
    goes: np.ndarray = (relation & (strictly | earlier) & ~np.eye(len(relation), dtype=bool)).any(axis=1)
    return goes


def greedy_cover(covers: np.ndarray, price: np.ndarray) -> np.ndarray | None:
    """Sites taken by the most uncovered points per price, then those that are not needed dropped; (k,) or None."""
    open_rows = np.ones(len(covers), dtype=bool)
    chosen: list[int] = []
    counts = covers.sum(axis=0).astype(np.int64)
    while open_rows.any():
        best = int(np.argmax(counts / np.maximum(price, 1e-9)))
        if counts[best] == 0:
            return None
        chosen.append(best)
        now = open_rows & covers[:, best]
        counts -= covers[now].sum(axis=0)
        open_rows &= ~now
    times = covers[:, chosen].sum(axis=1)
    for j in list(chosen):
        if (times[covers[:, j]] > 1).all():
            times = times - covers[:, j]
            chosen.remove(j)
    return np.array(chosen, dtype=np.int64)


def set_cover(covers: np.ndarray, price: np.ndarray, effort: Effort, most: float = math.inf) -> Cover:
    """The cheapest cover; with ``most`` only whether one of at most that price exists.

    ``covers`` (n, m) bool, ``price`` (m,) whole numbers above 0.
    """
    if not covers.any(axis=1).all():
        return Cover(None, math.inf)
    rows, columns = reduced(covers, price)
    part, cost = covers[np.ix_(rows, columns)], price[columns].astype(np.float64)
    start = greedy_cover(part, cost)
    assert start is not None
    if cost[start].sum() <= most < math.inf:
        return Cover(columns[start], 0.0)
    relaxed = linprog(cost, A_ub=-csr_array(part.astype(np.float64)), b_ub=-np.ones(len(part)), bounds=(0, 1))
    low = math.ceil(float(relaxed.fun) * (1 - 1e-9) - 1e-6) if relaxed.status == 0 else 0.0
    if low > most or low >= cost[start].sum():
        return Cover(columns[start], low)
    at, column = np.nonzero(part)
    model = minimise(cost, [at_least(at, column, np.ones(len(at)), np.ones(len(part)))], np.ones(len(cost), dtype=bool))
    first = np.zeros(len(cost))
    first[start] = 1.0
    whole_gap = max(effort.gap, min(0.5, 0.99 / max(1.0, float(cost[start].sum()))))
    enough = (most, most + 1e-6) if most < math.inf else (-math.inf, math.inf)
    answer = hand_over(model, effort, first, gap=whole_gap, enough=enough)
    chosen = start
    if answer.values is not None and cost[answer.values > 0.5].sum() < cost[start].sum():
        chosen = np.flatnonzero(answer.values > 0.5)
    bound = low if answer.bound is None else max(low, math.ceil(answer.bound - 1e-6))
    return Cover(columns[chosen], min(bound, float(cost[chosen].sum())), bool(answer.crashed))


@dataclass(frozen=True, eq=False)
class Center:
    """``radius`` of the best ``chosen`` sites, and ``bound``: no p sites have a smaller one than this."""

    radius: int
    chosen: np.ndarray
    bound: int
    crashed: bool


def p_center(distance: np.ndarray, p: int, effort: Effort) -> Center:
    """The p sites (columns) with the smallest largest distance (n, m) of a row to its nearest one.

    Raises:
        ValueError: ``p`` is below 1 or above the number of sites.
    """
    if not 1 <= p <= distance.shape[1]:
        raise ValueError(f"p is from 1 to {distance.shape[1]}, not {p}")
    deadline = time.monotonic() + effort.time_limit_s
    chosen = _farthest_first(distance, p)
    levels = np.unique(distance)
    high = int(np.searchsorted(levels, distance[:, chosen].min(axis=1).max()))
    low = int(np.searchsorted(levels, distance.min(axis=1).max()))
    proven, crashed = low, False
    price = np.ones(distance.shape[1], dtype=np.int64)
    while low < high:
        left = deadline - time.monotonic()
        if left <= 0 or effort.stopped():
            break
        middle = (low + high) // 2
        answer = set_cover(distance <= levels[middle], price, replace(effort, gap=0.0, time_limit_s=left), p)
        crashed |= answer.crashed
        if answer.chosen is not None and len(answer.chosen) <= p:
            chosen = _filled(answer.chosen, p, distance.shape[1])
            high = int(np.searchsorted(levels, distance[:, chosen].min(axis=1).max()))
        elif answer.bound > p:
            low = proven = middle + 1
        else:
            break
    return Center(int(levels[high]), np.sort(chosen), int(levels[min(proven, high)]), crashed)


def _farthest_first(distance: np.ndarray, p: int) -> np.ndarray:
    """Each next site is the one nearest to the row that is worst off (Gonzalez 1985)."""
    chosen = [int(np.argmin(distance.max(axis=0)))]
    while len(chosen) < p:
        worst = int(np.argmax(distance[:, chosen].min(axis=1)))
        order = np.argsort(distance[worst], kind="stable")
        chosen.append(int(next(j for j in order if j not in chosen)))
    return np.array(chosen, dtype=np.int64)


def _filled(chosen: np.ndarray, p: int, m: int) -> np.ndarray:
    """``p`` sites with those of ``chosen``; more sites never lengthen a distance."""
    rest = np.setdiff1d(np.arange(m), chosen)[: p - len(chosen)]
    return np.concatenate([chosen, rest])
