"""What targets can reach at all, before any solve: everything open at its largest, money without end.

The value is an upper bound on every plan: people count as served if any site that can be open by then lies within the
standards (of a way that only some may use, so many of them), and all sites together hold no more than their places.
Rules, funds, land and the running budget are not looked at. So a target that is not reached here is reached by no plan,
and nothing is said of the others.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from siting.counties.county import County
from siting.counties.sections import COUNTS
from siting.errors import Fault
from siting.problems.needs import share_value, target_needs
from siting.problems.problem import Block, Problem, TargetRow
from siting.reading.coherence import toml_fault
from siting.reading.scenario import Scenario


def faults(county: County, problem: Problem, scenario: Scenario) -> Iterator[Fault]:
    """W180 a share, W181 a count that no plan reaches; ``problem`` is that of the scenario."""
    needs = {need.target.id: need for need in target_needs(county, scenario)}
    number = {target.id: k for k, target in enumerate(county.file.targets)}
    for row in problem.targets:
        need = needs[row.id]
        most = most_of(problem, row)
        if most is None or most >= need.need:
            continue
        where = f"targets[{number[row.id]}]"
        if row.indicator in COUNTS:
            yield toml_fault(county, "W181", where, id=row.id, value=need.need, most=most)
        else:
            whole = max(1, need.whole)
            shown = {"pct": f"{need.target.threshold_pct:f}", "most": f"{np.floor(most / whole * 1000) / 10:.1f}"}
            yield toml_fault(county, "W180", where, id=row.id, service=row.service, **shown)


def most_of(problem: Problem, row: TargetRow) -> int | None:
    """The most that a target can reach, in the unit of its need; None for a gap, which closing sites could narrow."""
    if row.indicator == "urban_rural_gap":
        return None
    if row.package:
        able = [(at < 0) | _able(problem.block(key), row.by)[at] for key, at in row.package.items()]
        return int(np.logical_and.reduce(able).sum())
    block = problem.block(row.service)
    if row.indicator in COUNTS:
        options = row.of_options(block)
        if row.indicator == "built_count":
            options = np.array([o for o in options.tolist() if block.options[o].action != "keep"], dtype=np.int64)
        return len(set(block.option_site[options].tolist()))
    got = most_served(block, row.by)[row.members]
    asked = block.demand[row.members]
    position = {int(i): k for k, i in enumerate(row.members.tolist())}
    parts = [[position[int(i)] for i in part.tolist()] for part in row.parts]
    most = share_value(row.indicator, got.tolist(), asked.tolist(), parts)
    return min(most, _places(block, row.by)) if row.indicator == "served_share" else most


def most_served(block: Block, by: int) -> np.ndarray:
    """(n,) the most people of each demand point that any plan serves by the end of phase ``by``."""
    usable = _open_by(block, by)[block.pair_site]
    most = np.zeros(len(block.demand), dtype=np.int64)
    for access in sorted(set(block.pair_access[usable].tolist())):
        at = np.unique(block.pair_demand[usable & (block.pair_access == access)])
        most[at] += block.eligible[access][at] if access in block.eligible else block.demand[at]
    least: np.ndarray = np.minimum(most, block.demand)
    return least


def _able(block: Block, by: int) -> np.ndarray:
    """(n,) bool: demand points that can be served in full."""
    able: np.ndarray = most_served(block, by) == block.demand
    return able


def _open_by(block: Block, by: int) -> np.ndarray:
    """(m,) bool: sites that can be open by the end of a phase; what another service lends is taken as open."""
    mine = np.array([lender == block.service for lender in block.lender], dtype=bool)
    can: np.ndarray = ~mine
    can[block.option_site[block.phase <= by]] = True
    return can


def _places(block: Block, by: int) -> int:
    """People or kilograms that all sites hold together at their largest; without end where sites have no places."""
    if block.served_in_full_only:
        return int(block.demand.sum())
    most = np.zeros(len(block.site_ids), dtype=np.int64)
    early = block.phase <= by
    np.maximum.at(most, block.option_site[early], block.capacity[early])
    return int(most.sum())
