"""Demand points with the same reach become one: an exact reduction for every aim that does not count travel.

Two demand points of a service are alike if the same sites serve them and the same targets count them. What can be
served of them together can be served of each, so the merged problem has the same optimum with far fewer rows. Points
that a target counts one by one in a catchment service (``settlements_share``) stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from siting.problem import Block, Problem, TargetRow


@dataclass(frozen=True, eq=False)
class Merged:
    """A smaller problem and, per service, the group (n,) of every demand point of the original."""

    problem: Problem
    original: Problem
    group: Mapping[str, np.ndarray]

    def apart(self, served: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Persons served of every original demand point, from those of the merged: one after the other in full."""
        out = {}
        for service, persons in served.items():
            demand, group = self.original.block(service).demand, self.group[service]
            order = np.argsort(group, kind="stable")
            before = np.cumsum(demand[order]) - demand[order]
            first = np.searchsorted(group[order], group[order])
            left = persons[group[order]] - (before - before[first])
            out[service] = np.empty_like(demand)
            out[service][order] = np.clip(left, 0, demand[order])
        return out


def merge(problem: Problem) -> Merged:
    """Merge the demand points of every block."""
    blocks, rows, groups = [], [], {}
    for block in problem.blocks:
        own = [t for t in problem.targets if t.service == block.service]
        small, group, targets = _merge_block(block, own)
        blocks.append(small)
        rows += targets
        groups[block.service] = group
    order = {t.id: k for k, t in enumerate(problem.targets)}
    rows.sort(key=lambda t: order[t.id])
    return Merged(replace(problem, blocks=tuple(blocks), targets=tuple(rows)), problem, groups)


def _merge_block(block: Block, targets: list[TargetRow]) -> tuple[Block, np.ndarray, list[TargetRow]]:
    n = len(block.demand)
    member = np.zeros((n, len(targets)), dtype=bool)
    alone = np.zeros(n, dtype=bool)
    for k, target in enumerate(targets):
        member[target.members, k] = True
        if target.indicator == "settlements_share" and block.family == "catchment":
            alone[target.members] = True
    start = np.searchsorted(block.pair_demand, np.arange(n + 1))
    sites = [np.sort(block.pair_site[start[i] : start[i + 1]]).tobytes() for i in range(n)]
    known: dict[object, int] = {}
    group = np.array(
        [known.setdefault((sites[i], member[i].tobytes(), i if alone[i] else -1), len(known)) for i in range(n)],
        dtype=np.int64,
    )
    first = np.unique(group, return_index=True)[1]
    keep = np.isin(block.pair_demand, first)
    small = replace(
        block,
        demand_ids=tuple(block.demand_ids[i] for i in first),
        demand=np.bincount(group, weights=block.demand, minlength=len(first)).astype(np.int64),
        settlements=np.bincount(group, weights=block.settlements, minlength=len(first)).astype(np.int64),
        unreachable=block.unreachable[first],
        pair_demand=group[block.pair_demand[keep]],
        pair_site=block.pair_site[keep],
        pair_access=block.pair_access[keep],
        pair_travel=block.pair_travel[keep],
    )
    order = np.argsort(small.pair_demand, kind="stable")
    small = replace(
        small,
        **{name: getattr(small, name)[order] for name in ("pair_demand", "pair_site", "pair_access", "pair_travel")},
    )
    rows = [replace(t, members=np.flatnonzero(member[first, k])) for k, t in enumerate(targets)]
    return small, group, rows
