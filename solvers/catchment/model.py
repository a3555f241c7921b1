r"""The mixed-integer model of a level as arrays, whole or for some of its options and ways.

.. math::
    \max \sum_w v_w f_w - \sum_o p_o y_o, \quad \sum_{w \ni i} f_w \le q_i, \quad
    \sum_{w \to j} f_w \le \sum_{o \in O_j} Q_o y_o, \quad
    \sum_{w \to j,\, \mathrm{boarding}} f_w \le \sum_{o \in O_j} B_o y_o, \quad
    f_w \le \min(m_w, Q^{\max}_j) \sum_{o \in O_j} y_o ,

with the persons :math:`f_w` in shares of :math:`m_w`. The last rows, the strong links, are what makes the relaxation
tight (`siting.model.catchment`).
"""

from __future__ import annotations

import numpy as np

from ..process.arrays import Rows, minimise
from ..process.linear import LinearModel
from .level import Level


def model(level: Level, ways: np.ndarray) -> LinearModel:
    """The model over the ways (w,) of a level: variables are its options, then the shares of the ways."""
    o, w = len(level.at), len(ways)
    point, site, boards = level.point[ways], level.site[ways], level.boards[ways]
    most = level.most[ways].astype(float)
    column = o + np.arange(w)
    by = np.argsort(level.at, kind="stable")
    rows = [_at_most(point, column, most, level.people.astype(float))]
    for room, who in ((level.places, np.ones(w, dtype=bool)), (level.beds, boards)):
        some = np.flatnonzero(who)
        rows.append(
            _at_most(
                np.concatenate([site[some], level.at]),
                np.concatenate([column[some], np.arange(o)]),
                np.concatenate([most[some], -room.astype(float)]),
                np.zeros(level.sites),
            )
        )
    largest = np.zeros((2, level.sites))
    np.maximum.at(largest[0], level.at, level.places)
    np.maximum.at(largest[1], level.at, np.minimum(level.places, level.beds))
    share = np.minimum(1.0, largest[boards.astype(int), site] / np.maximum(1.0, most))
    count = np.bincount(level.at, minlength=level.sites)
    first = np.searchsorted(level.at[by], np.arange(level.sites))
    length = count[site]
    link = np.repeat(np.arange(w), length)
    inside = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    of_site = by[np.repeat(first[site], length) + inside]
    rows.append(
        _at_most(
            np.concatenate([np.arange(w), link]),
            np.concatenate([column, of_site]),
            np.concatenate([np.ones(w), -np.repeat(share, length)]),
            np.zeros(w),
        )
    )
    must = level.must.astype(float)
    ones = np.ones(level.sites)
    rows.append(Rows(level.at, np.arange(o), np.ones(o), np.where(level.must, must, -np.inf), ones))
    for use, limit in zip(level.use, level.limit, strict=True):
        scale = 1.0 / max(1, int(np.abs(use).max(initial=1)))
        used = np.flatnonzero(use)
        none = np.zeros(len(used), dtype=np.int64)
        rows.append(_at_most(none, used, use[used] * scale, np.array([limit * scale])))
    cost = np.concatenate([level.price, -level.value[ways] * most])
    whole = np.concatenate([np.ones(o, dtype=bool), np.zeros(w, dtype=bool)])
    return minimise(cost, rows, whole)


def _at_most(row: np.ndarray, column: np.ndarray, value: np.ndarray, upper: np.ndarray) -> Rows:
    return Rows(row, column, value, np.full(len(upper), -np.inf), upper)
