"""What no plan can better, by reach alone: the first bound of every aim, before anything is solved."""

from __future__ import annotations

import numpy as np

from siting.model import goal
from siting.model.goal import Aim
from siting.problems.needs import share_value
from siting.problems.problem import Block, Problem, TargetRow


def best_of(problem: Problem, aim: Aim) -> int | None:
    """What no plan can better, without any solving: all needs met, everybody within reach of some site served, only
    what must stay open run; None of travel."""
    if aim.tier is not None:
        return sum(row.points * _most(problem, row) for row in problem.targets if row.tier == aim.tier)
    if aim.name == goal.WORTH:
        return sum(b.weight * int(b.demand[_in_reach(problem, b)].sum()) for b in problem.blocks)
    return problem.cost_years * sum(b.least_running for b in problem.blocks) if aim.name == goal.COST else None


def _in_reach(problem: Problem, block: Block) -> np.ndarray:
    """Demand points with a way to a site that can be open."""
    known = {b.service: b for b in problem.blocks}
    can = np.zeros(len(block.site_ids), dtype=bool)
    for j, (owner, site) in enumerate(zip(block.lender, block.site_ids, strict=True)):
        can[j] = bool(block.options_at[j]) if owner == block.service else owner in known and known[owner].has(site)
    found: np.ndarray = np.unique(block.pair_demand[can[block.pair_site]])
    return found


def _most(problem: Problem, row: TargetRow) -> int:
    """The most of a target's need that can be attained if everybody within reach of some site is served."""
    if row.package:
        near = [(at < 0) | np.isin(at, _in_reach(problem, problem.block(s))) for s, at in row.package.items()]
        return min(row.need, int(np.logical_and.reduce(near).sum()))
    block = problem.block(row.service)
    if row.indicator in ("open_count", "built_count"):
        return min(row.need, len(np.unique(block.option_site[row.of_options(block)])))
    if row.indicator == "urban_rural_gap":
        return row.need
    reached = np.where(np.isin(np.arange(len(block.demand)), _in_reach(problem, block)), block.demand, 0)
    if row.indicator == "settlements_share":
        return min(row.need, int(block.settlements[row.members[reached[row.members] > 0]].sum()))
    parts = [p.tolist() for p in row.parts]
    place = {int(i): k for k, i in enumerate(row.members)}
    got, asked = reached[row.members].tolist(), block.demand[row.members].tolist()
    return min(row.need, share_value(row.indicator, got, asked, [[place[i] for i in part] for part in parts]))
