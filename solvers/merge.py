"""Demand points with the same reach become one: an exact reduction for every aim that does not count travel.

Two demand points of a service are alike if the same sites serve them and the same targets count them. What can be
served of them together can be served of each, so the merged problem has the same optimum with far fewer rows. Points
that a target counts one by one in a catchment service (``settlements_share``) stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from siting.problems.problem import Block, Problem, TargetRow


@dataclass(frozen=True, eq=False)
class Merged:
    """A smaller problem and, per service, the group (n,) of every demand point of the original."""

    problem: Problem
    group: Mapping[str, np.ndarray]


def merge(problem: Problem) -> Merged:
    """Merge the demand points of every block."""
    blocks, groups = [], {}
    rows = {t.id: t for t in problem.targets}
    for block in problem.blocks:
        own = [t for t in rows.values() if block.service in t.services]
        small, groups[block.service], targets = _merge_block(block, own)
        blocks.append(small)
        rows |= {t.id: t for t in targets}
    return Merged(replace(problem, blocks=tuple(blocks), targets=tuple(rows.values())), groups)


def _merge_block(block: Block, targets: list[TargetRow]) -> tuple[Block, np.ndarray, list[TargetRow]]:
    n = len(block.demand)
    member = np.zeros((n, sum(1 + len(t.parts) for t in targets)), dtype=bool)
    alone = np.full(n, not block.pairs_can_merge)
    column = 0
    for target in targets:
        for part in (_members(target, block), *target.parts):
            member[part, column] = True
            column += 1
        if (target.indicator == "settlements_share" or target.package) and not block.served_in_full_only:
            alone[_members(target, block)] = True
    start = np.searchsorted(block.pair_demand, np.arange(n + 1))
    reach = (block.pair_site * (2 + int(block.pair_line.max(initial=0))) + block.pair_line + 1) * 64 + block.pair_access
    sites = [np.sort(reach[start[i] : start[i + 1]]).tobytes() for i in range(n)]
    guard = np.full(n, -1, dtype=np.int64)
    guard[block.guards[:, 1]] = block.guards[:, 0]
    known: dict[object, int] = {}
    group = np.array(
        [
            known.setdefault((sites[i], member[i].tobytes(), int(guard[i]), i if alone[i] else -1), len(known))
            for i in range(n)
        ],
        dtype=np.int64,
    )
    first = np.unique(group, return_index=True)[1]
    small = _of_groups(block, group, first) if len(first) < n else block
    rows = [_of_target(t, block, group) for t in targets]
    return small, group, rows


def _members(target: TargetRow, block: Block) -> np.ndarray:
    """Demand points of a block that a target counts."""
    if block.service in target.package:
        at = target.package[block.service]
        return at[at >= 0]
    return target.members if target.service == block.service else np.zeros(0, dtype=np.int64)


def _of_groups(block: Block, group: np.ndarray, first: np.ndarray) -> Block:
    keep = np.isin(block.pair_demand, first)
    place = group[block.pair_demand[keep]]
    order = np.argsort(place, kind="stable")

    def summed(persons: np.ndarray) -> np.ndarray:
        return np.bincount(group, weights=persons, minlength=len(first)).astype(np.int64)

    names = ("pair_site", "pair_access", "pair_travel", "pair_line", "pair_boards")
    return replace(
        block,
        demand_ids=tuple(block.demand_ids[i] for i in first),
        demand=summed(block.demand),
        settlements=summed(block.settlements),
        eligible={access: summed(persons) for access, persons in block.eligible.items()},
        pool=summed(block.pool) if len(block.pool) else block.pool,
        guards=np.unique(np.column_stack([block.guards[:, 0], group[block.guards[:, 1]]]), axis=0),
        unreachable=block.unreachable[first],
        pair_demand=place[order],
        **{name: getattr(block, name)[keep][order] for name in names},
    )


def _of_target(target: TargetRow, block: Block, group: np.ndarray) -> TargetRow:
    """The target with the groups of its members in this block."""
    if target.package:
        if block.service not in target.package:
            return target
        at = target.package[block.service].copy()
        at[at >= 0] = group[at[at >= 0]]
        return replace(target, package={**target.package, block.service: at})
    if target.service != block.service:
        return target
    return replace(
        target, members=np.unique(group[target.members]), parts=tuple(np.unique(group[p]) for p in target.parts)
    )
