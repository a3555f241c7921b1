r"""Targets with shortfall: what is missing to the need is measured, never forbidden.

For a target :math:`t` with need :math:`n_t` and attainment :math:`a_t \ge 0`,

.. math:: a_t \le n_t, \qquad a_t \le v_t ,

with the value :math:`v_t(y, x)`: persons served, settlements served in full, open sites, settlements with a whole
package (:math:`p_i \le` full service of :math:`i` in each service). The worst township has a row for each township
:math:`T`, :math:`a_t \le 10^4 \sum_{i \in T} q_i s_i / \sum_{i \in T} q_i`; the gap of urban and rural shares
:math:`u, r` has :math:`a_t \le 10^4 (1 - u + r)`.

A tier maximises :math:`\sum_t p_t a_t`, which is the same as making the points :math:`\sum_t p_t (n_t - a_t)` small.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo

from siting.model import catchment, coverage
from siting.model.opening import Opened
from siting.problems.needs import WHOLE_SHARE
from siting.problems.problem import Block, Problem, TargetRow


def add(model: pyo.ConcreteModel, problem: Problem, opened: Opened) -> None:
    """Add ``attained[t]`` and its rows, and ``attainment[tier]`` in points."""
    targets = {t.id: t for t in problem.targets if t.need > 0}
    values = _Values(model, problem, opened)
    model.attained = pyo.Var(list(targets), bounds=lambda _, t: (0, targets[t].need), domain=pyo.Reals)
    for t in targets.values():
        if t.indicator in SHARES:
            model.attained[t.id].domain = pyo.Integers
    model.target_is_attained_by_what_is_served = pyo.ConstraintList()
    for target in targets.values():
        for value in values.of(target):
            model.target_is_attained_by_what_is_served.add(model.attained[target.id] <= value)
    model.attainment = pyo.Expression(
        list(problem.tiers),
        rule=lambda m, tier: sum(t.points * m.attained[t.id] for t in targets.values() if t.tier == tier) + 0.0,
    )


#: Indicators whose value is a share in whole ten-thousandths, which people do not add up to.
SHARES = ("worst_township_share", "urban_rural_gap")


class _Values:
    """Expressions that bound the value of a target; shares by phase and counted points are added once and kept."""

    def __init__(self, model: pyo.ConcreteModel, problem: Problem, opened: Opened) -> None:
        self.model, self.problem, self.opened = model, problem, opened
        self.shares: dict[tuple[str, int], Any] = {}
        self.counted: dict[tuple[str, int], Any] = {}
        self.forced: set[tuple[str, int, int]] = set()
        self.last = len(problem.phases) - 1

    def of(self, target: TargetRow) -> list[Any]:
        """All expressions that the attainment may not exceed."""
        if target.indicator == "package_count":
            return [self._packages(target)]
        block = self.problem.block(target.service)
        if target.indicator in ("open_count", "built_count"):
            chosen = self.model.service[target.service].open
            return [sum(chosen[int(o)] for o in target.of_options(block)) + 0.0]
        members = [int(i) for i in target.members]
        if target.indicator == "settlements_share":
            full = self._in_full(block, target)
            return [sum(int(block.settlements[i]) * full[i] for i in members) + 0.0]
        share = self._share(block, target.by)
        if target.indicator == "served_share":
            return [sum(int(block.demand[i]) * share[i] for i in members) + 0.0]
        if target.indicator == "worst_township_share":
            return [WHOLE_SHARE * self._of_part(block, share, part) for part in target.parts]
        return self._gap(block, share, target)

    def _of_part(self, block: Block, share: Any, part: np.ndarray) -> Any:
        whole = int(block.demand[part].sum())
        return sum(int(block.demand[i]) / whole * share[int(i)] for i in part.tolist())

    def _gap(self, block: Block, share: Any, target: TargetRow) -> list[Any]:
        urban, rural = target.parts
        if not len(urban) or not len(rural):
            return []
        if block.served_in_full_only:
            by = min(target.by, self.last)
            new = [int(i) for i in urban if (block.service, by, int(i)) not in self.forced]
            self.forced |= {(block.service, by, i) for i in new}
            service = self.model.service[block.service]
            coverage.serve_where_open(service, block, self.opened, share, new, by if by < self.last else None)
        return [WHOLE_SHARE * (1 - self._of_part(block, share, urban) + self._of_part(block, share, rural))]

    def _share(self, block: Block, by: int) -> Any:
        """``share[i]`` of the demand points at the end of a phase."""
        service = self.model.service[block.service]
        if by >= self.last:
            return service.share
        if (block.service, by) not in self.shares:
            family = coverage if block.served_in_full_only else catchment
            every = list(range(len(block.demand)))
            self.shares[block.service, by] = family.share_by(service, block, self.opened, by, every)
        return self.shares[block.service, by]

    def _in_full(self, block: Block, target: TargetRow) -> Any:
        """``full[i]``: 1 only where everybody of a demand point is served."""
        share = self._share(block, target.by)
        if block.served_in_full_only or block.whole:
            return share
        by = min(target.by, self.last)
        if (block.service, by) not in self.counted:
            members = sorted(
                {
                    int(i)
                    for t in self.problem.targets
                    if min(t.by, self.last) == by and t.need > 0
                    for i in self._counted_points(t, block)
                }
            )
            name = "v" if by == self.last else f"v_by_{by}"
            v = catchment.count_in_full(self.model.service[block.service], name, share, members)
            self.counted[block.service, by] = v
        return self.counted[block.service, by]

    @staticmethod
    def _counted_points(target: TargetRow, block: Block) -> list[int]:
        if block.service in target.package:
            return [int(i) for i in target.package[block.service] if i >= 0]
        counts = target.service == block.service and target.indicator == "settlements_share"
        return target.members.tolist() if counts else []

    def _packages(self, target: TargetRow) -> Any:
        name = f"has_package_{self.problem.targets.index(target)}"
        listed = len(next(iter(target.package.values())))
        has = pyo.Var(range(listed), bounds=(0, 1))
        rows = pyo.ConstraintList()
        self.model.add_component(name, has)
        self.model.add_component(f"{name}_only_with_every_service", rows)
        for service, points in target.package.items():
            block = self.problem.block(service)
            full = self._in_full(block, target)
            for k, i in enumerate(points.tolist()):
                if i >= 0:
                    rows.add(has[k] <= full[i])
        return sum(has[k] for k in range(listed)) + 0.0
