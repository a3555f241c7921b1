"""A catchment service as arrays: ways with a value a person, places and beds and cost of the options of each site.

`of_task` makes it from a task of the engine, where a person is worth the same wherever it goes; the literature's and
the benchmark's levels have a value for each way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..priced import Task


@dataclass(frozen=True, eq=False)
class Level:
    """``people`` (n,) of each demand point. Ways (p,), site by site: ``point``, ``site``, ``boards`` (bool), ``value``
    of a person above 0, ``most`` persons who may go it.

    Options (o,), site by site: ``at`` the site, ``places``, ``beds``, ``price``; ``use`` (k, o) of ``limit`` (k,);
    ``must`` (m,) bool, sites that have one of their options; ``option`` (o,) position in the task.
    """

    people: np.ndarray
    point: np.ndarray
    site: np.ndarray
    boards: np.ndarray
    value: np.ndarray
    most: np.ndarray
    at: np.ndarray
    places: np.ndarray
    beds: np.ndarray
    price: np.ndarray
    use: np.ndarray
    limit: np.ndarray
    must: np.ndarray
    option: np.ndarray

    @property
    def sites(self) -> int:
        """How many."""
        return len(self.must)

    def with_options(self, keep: np.ndarray) -> Level:
        """The level with the options of a mask (o,), and the ways to sites that still have one."""
        use = np.isin(self.site, np.unique(self.at[keep]))
        return Level(
            self.people, self.point[use], self.site[use], self.boards[use], self.value[use], self.most[use],
            self.at[keep], self.places[keep], self.beds[keep], self.price[keep], self.use[:, keep], self.limit,
            self.must, self.option[keep],
        )  # fmt: skip


def sorted_level(level: Level) -> Level:
    """Ways site by site, without those that a day way of as many people to the same site makes useless."""
    best: dict[tuple[int, int], float] = {}
    whole = level.most >= level.people[level.point]
    for p in np.flatnonzero(whole & ~level.boards).tolist():
        key = int(level.point[p]), int(level.site[p])
        best[key] = max(best.get(key, 0.0), float(level.value[p]))
    keep = [
        p
        for p in range(len(level.point))
        if level.value[p] > 0
        and level.most[p] > 0
        and (
            level.value[p] > best.get((int(level.point[p]), int(level.site[p])), 0.0)
            or (whole[p] and not level.boards[p])
        )
    ]
    seen: set[tuple[int, int]] = set()
    once = []
    for p in keep:
        key = int(level.point[p]), int(level.site[p])
        if whole[p] and not level.boards[p] and (level.value[p] < best[key] or key in seen):
            continue
        if whole[p] and not level.boards[p]:
            seen.add(key)
        once.append(p)
    way = np.array(once, dtype=np.int64)
    way = way[np.argsort(level.site[way], kind="stable")]
    order = np.argsort(level.at, kind="stable")
    return Level(
        level.people, level.point[way], level.site[way], level.boards[way], level.value[way], level.most[way],
        level.at[order], level.places[order], level.beds[order], level.price[order], level.use[:, order], level.limit,
        level.must, level.option[order],
    )  # fmt: skip


def of_task(task: Task) -> Level:
    """The level of a task. Lines of other services, least numbers of people, guards and the rules of whole settlements
    and nearest sites are left out: all of them only forbid."""
    block = task.block
    has = np.zeros(len(block.site_ids), dtype=bool)
    has[block.option_site] = True
    way = np.flatnonzero(has[block.pair_site] & (block.pair_line < 0) & (task.worth[block.pair_demand] > 0))
    point, access = block.pair_demand[way], block.pair_access[way]
    most = block.demand[point].copy()
    for number, persons in block.eligible.items():
        here = access == number
        most[here] = np.minimum(most[here], persons[point[here]])
    return sorted_level(
        Level(
            people=block.demand,
            point=point,
            site=block.pair_site[way],
            boards=block.pair_boards[way].astype(bool),
            value=task.worth[point].astype(float),
            most=most,
            at=block.option_site,
            places=block.capacity,
            beds=block.beds,
            price=task.price.astype(float),
            use=task.use,
            limit=task.limit,
            must=block.must_open & has,
            option=np.arange(len(block.options)),
        )
    )
