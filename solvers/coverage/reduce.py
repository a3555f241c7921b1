r"""A coverage task as the smallest arrays that have the same optimum.

Demand points that the same sites reach become one row. Of the options of a site, all of which cover the same people,
one stays that is cheapest in price and in every row (where two are good in different rows, the task is not for this
method). A site goes if another one covers all that it covers, costs no more and takes no more of any row (and neither
is a gain): in any solution that one can be put in its place. Sites that must be open cover their rows for good.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from ..priced import Task

#: With more sites than this the pairwise comparison of sites takes longer than what it saves.
MOST_COMPARED = 4000


@dataclass(frozen=True, eq=False)
class Cover:
    """Rows (n,) of ``weight`` above 0, columns (m,): sites with ``price``, what they ``use`` (k, m) of ``limit`` (k,).

    ``covers`` (n, m) sparse, ones; ``option`` (m,) position in the task; ``base`` what is had without any choice,
    ``always`` the options that are taken in any case; ``counts`` what was left out.
    """

    covers: csr_array
    weight: np.ndarray
    price: np.ndarray
    use: np.ndarray
    limit: np.ndarray
    option: np.ndarray
    base: float
    always: tuple[int, ...]
    counts: dict[str, int]


def reduced(task: Task) -> Cover | None:
    """The arrays of a task; None where a site has several options that are each good in something."""
    block = task.block
    option = _one_each(task)
    if option is None:
        return None
    sites = np.flatnonzero(option >= 0)
    column = np.full(len(block.site_ids), -1, dtype=np.int64)
    column[sites] = np.arange(len(sites))
    weight = task.worth.astype(np.float64) * block.demand
    matters = (column[block.pair_site] >= 0) & (weight[block.pair_demand] > 0)
    covers = csr_array(
        (np.ones(int(matters.sum())), (block.pair_demand[matters], column[block.pair_site[matters]])),
        shape=(len(block.demand), len(sites)),
    )
    covers.sum_duplicates()
    covers.data[:] = 1.0
    own = option[sites]
    cover = Cover(covers, weight, task.price[own].astype(float), task.use[:, own], task.limit, own, 0.0, (), {})
    return smaller(_without_must(cover, block.must_open[sites]))


def model_rows(covers: csr_array, use: np.ndarray, limit: np.ndarray) -> tuple[csr_array, np.ndarray, np.ndarray]:
    r"""Rows (n + k, m + n) with their ends (n + k,) over sites and what is left out of each row of a cover:
    :math:`z_i + \sum_{j \in N(i)} y_j \ge 1` and what the sites may use."""
    n, k = covers.shape[0], len(limit)
    within = hstack([csr_array(use.astype(float)), csr_array((k, n))])
    matrix = csr_array(vstack([hstack([covers, eye_array(n)]), within]).tocsr())
    low = np.concatenate([np.ones(n), np.full(k, -np.inf)])
    return matrix, low, np.concatenate([np.full(n, np.inf), limit.astype(float)])


def smaller(cover: Cover) -> Cover:
    """Equal rows merged, rows that nobody covers and dominated columns left out, rows that cannot bind dropped."""
    points, sites = cover.covers.shape
    cover = _merged(cover)
    merged = cover.covers.shape[0]
    binds = np.maximum(cover.use, 0).sum(axis=1) > cover.limit
    most = cover.limit[:, None] - np.minimum(cover.use, 0).sum(axis=1)[:, None]
    cover = _columns(cover, (np.maximum(cover.use, 0) <= most).all(axis=0))  # the others have no room in some row
    cover = Cover(**{**vars(cover), "use": cover.use[binds], "limit": cover.limit[binds]})
    if cover.covers.shape[1] <= MOST_COMPARED:
        before = -1
        while before != cover.covers.shape[1] and cover.covers.shape[1] > 1:
            before = cover.covers.shape[1]
            cover = _merged(_columns(cover, ~_dominated(cover)))
    counts = {
        "demand_points": points,
        "rows": cover.covers.shape[0],
        "merged": points - merged,
        "sites": sites,
        "sites_left": cover.covers.shape[1],
    }
    return Cover(**{**vars(cover), "counts": counts})


def _one_each(task: Task) -> np.ndarray | None:
    """(m,) the option of each site that is at least as good as its others in everything, -1 without options."""
    block = task.block
    found = np.full(len(block.site_ids), -1, dtype=np.int64)
    for j, own in enumerate(block.options_at):
        if own:
            costs = np.vstack([task.price[list(own)], task.use[:, list(own)]])
            best = np.flatnonzero((costs <= costs.min(axis=1)[:, None]).all(axis=0))
            if not len(best):
                return None
            found[j] = own[best[0]]
    return found


def _without_must(cover: Cover, must: np.ndarray) -> Cover:
    """What is open in any case, and what it covers, taken out."""
    if not must.any():
        return cover
    covered = cover.covers[:, np.flatnonzero(must)].sum(axis=1) > 0
    base = float(cover.weight[covered].sum() - cover.price[must].sum())
    left = _columns(cover, ~must)
    return Cover(
        covers=left.covers[np.flatnonzero(~covered)],
        weight=cover.weight[~covered],
        price=left.price,
        use=left.use,
        limit=cover.limit - cover.use[:, must].sum(axis=1),
        option=left.option,
        base=base,
        always=tuple(int(o) for o in cover.option[must]),
        counts={},
    )


def _columns(cover: Cover, keep: np.ndarray) -> Cover:
    where = np.flatnonzero(keep)
    return Cover(
        csr_array(cover.covers[:, where]), cover.weight, cover.price[where], cover.use[:, where], cover.limit,
        cover.option[where], cover.base, cover.always, cover.counts,
    )  # fmt: skip


def _merged(cover: Cover) -> Cover:
    """Rows with the same columns as one."""
    covers = cover.covers
    covers.sort_indices()
    start, where = covers.indptr, covers.indices.astype(np.int32)
    known: dict[bytes, int] = {}
    group = np.full(covers.shape[0], -1, dtype=np.int64)
    for i in range(covers.shape[0]):
        if start[i] < start[i + 1]:
            group[i] = known.setdefault(where[start[i] : start[i + 1]].tobytes(), len(known))
    has = group >= 0
    weight = np.bincount(group[has], weights=cover.weight[has], minlength=len(known))
    rows = np.flatnonzero(has)
    first = rows[np.unique(group[has], return_index=True)[1]]
    return Cover(**{**vars(cover), "covers": csr_array(covers[first]), "weight": weight})


def _dominated(cover: Cover) -> np.ndarray:
    """(m,) bool: another column covers as much, costs no more, uses no more; of equal ones the first stays."""
    m = cover.covers.shape[1]
    together = (cover.covers.T @ cover.covers).toarray()
    size = together.diagonal()
    inside = together >= size[:, None]  # [j, k]: k covers all that j covers
    costs = np.vstack([cover.price, cover.use])
    strictly = size[None, :] > size[:, None]
    for cost in costs:
        inside &= cost[None, :] <= cost[:, None]
        strictly |= cost[None, :] < cost[:, None]
    earlier = np.tri(m, k=-1, dtype=bool)
    goes: np.ndarray = (inside & (strictly | earlier) & ~np.eye(m, dtype=bool)).any(axis=1)
    return goes & (costs >= 0).all(axis=0)  # what brings something is worth having beside the better one
