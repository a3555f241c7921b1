r"""The mixed-integer model of a level as arrays, whole or for some of its options, with counts of sites in clusters.

.. math::
    \max \sum_w v_w f_w - \sum_o p_o y_o, \quad \sum_{w \ni i} f_w \le q_i, \quad
    \sum_{w \to j} f_w \le \sum_{o \in O_j} Q_o y_o, \quad
    \sum_{w \to j,\, \mathrm{boarding}} f_w \le \sum_{o \in O_j} B_o y_o, \quad
    f_w \le \sum_{o \in O_j} \min(m_w, R_{wo}) y_o ,

with the persons :math:`f_w` in shares of :math:`m_w`, and :math:`R_{wo}` the beds of :math:`o` for a way that boards,
else its places. The last rows, the strong links, are what makes the relaxation tight (`siting.model.catchment`). Beds
are at most those who may board there, places at most those who may come by day and the beds (`rooms`): for whole
:math:`y` nothing changes, and the relaxation comes near the Lagrangean bound.

A count :math:`z_g = \sum_{o \in g} y_o`, whole, adds nothing for whole :math:`y` but something to branch on: in a town
one site stands in for another, so that deciding one moves no bound, while the number of them does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..process.arrays import Rows, minimise
from ..process.linear import LinearModel
from .level import Level


def rooms(level: Level) -> tuple[np.ndarray, np.ndarray]:
    """Places and beds (o,) that the people in reach of the site can fill."""
    most, m = np.minimum(level.most, level.people[level.point]), level.sites
    day, asleep = (
        np.bincount(level.site[kind], weights=most[kind], minlength=m) for kind in (~level.boards, level.boards)
    )
    pairs = np.unique(level.point.astype(np.int64) * m + level.site)
    whole = np.bincount(pairs % m, weights=level.people[pairs // m], minlength=m)
    beds = np.minimum(level.beds, asleep[level.at])
    places = np.minimum(np.minimum(level.places, day[level.at] + beds), whole[level.at])
    return places, beds


def model(level: Level, groups: Sequence[np.ndarray] = ()) -> LinearModel:
    """The model of a level: variables are its options, the shares of its ways, then the counts of the ``groups``, masks
    (o,) of options."""
    o, w = len(level.at), len(level.point)
    point, site, boards = level.point, level.site, level.boards
    most = np.minimum(level.most, level.people[point]).astype(float)
    column = o + np.arange(w)
    places, beds = rooms(level)
    rows = [_at_most(point, column, most, level.people.astype(float))]
    for room, who in ((places, np.ones(w, dtype=bool)), (beds, boards)):
        some = np.flatnonzero(who)
        rows.append(
            _at_most(
                np.concatenate([site[some], level.at]),
                np.concatenate([column[some], np.arange(o)]),
                np.concatenate([most[some], -room.astype(float)]),
                np.zeros(level.sites),
            )
        )
    link, of_site = _each_option(level)
    share = np.minimum(most[link], np.where(boards[link], beds[of_site], places[of_site])) / np.maximum(1.0, most[link])
    rows.append(
        _at_most(
            np.concatenate([np.arange(w), link]),
            np.concatenate([column, of_site]),
            np.concatenate([np.ones(w), -share]),
            np.zeros(w),
        )
    )
    ones = np.ones(level.sites)
    rows.append(Rows(level.at, np.arange(o), np.ones(o), np.where(level.must, 1.0, -np.inf), ones))
    for use, limit in zip(level.use, level.limit, strict=True):
        scale = 1.0 / max(1, int(np.abs(use).max(initial=1)))
        used = np.flatnonzero(use)
        none = np.zeros(len(used), dtype=np.int64)
        rows.append(_at_most(none, used, use[used] * scale, np.array([limit * scale])))
    for k, group in enumerate(groups):
        own = np.append(np.flatnonzero(group), o + w + k)
        sign = np.append(np.ones(len(own) - 1), -1.0)
        rows.append(Rows(np.zeros(len(own), dtype=np.int64), own, sign, np.zeros(1), np.zeros(1)))
    cost = np.concatenate([level.price, -level.value * most, np.zeros(len(groups))])
    whole = np.concatenate([np.ones(o, dtype=bool), np.zeros(w, dtype=bool), np.ones(len(groups), dtype=bool)])
    upper = np.concatenate([np.ones(o + w), [float(group.sum()) for group in groups]])
    return minimise(cost, rows, whole, upper)


def start_of(level: Level, taken: np.ndarray, groups: Sequence[np.ndarray] = ()) -> np.ndarray:
    """The whole-number variables of the model with the options of a mask (o,); ways are 0, which nobody reads."""
    counts = [float((group & taken).sum()) for group in groups]
    return np.concatenate([taken, np.zeros(len(level.point)), counts]).astype(float)


def _each_option(level: Level) -> tuple[np.ndarray, np.ndarray]:
    """Every way with every option of its site."""
    by = np.argsort(level.at, kind="stable")
    count = np.bincount(level.at, minlength=level.sites)
    first = np.searchsorted(level.at[by], np.arange(level.sites))
    length = count[level.site]
    link = np.repeat(np.arange(len(level.site)), length)
    inside = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    return link, by[np.repeat(first[level.site], length) + inside]


def _at_most(row: np.ndarray, column: np.ndarray, value: np.ndarray, upper: np.ndarray) -> Rows:
    return Rows(row, column, value, np.full(len(upper), -np.inf), upper)
