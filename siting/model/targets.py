r"""Targets with shortfall: what is missing to the need is measured, never forbidden.

For a target :math:`t` with need :math:`n_t`, value :math:`v_t(y, x)` (persons served, settlements served in full, or
open sites) and attainment :math:`a_t \ge 0`,

.. math:: a_t \le n_t, \qquad a_t \le v_t .

A tier maximises :math:`\sum_t p_t a_t`, which is the same as making the points :math:`\sum_t p_t (n_t - a_t)` small.
"""

from __future__ import annotations

import pyomo.environ as pyo

from siting.model import catchment
from siting.problem import Problem


def add(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``attained[t]`` and its rows, and ``attainment[tier]`` in points."""
    targets = {t.id: t for t in problem.targets if t.need > 0}
    for block in problem.blocks:
        counted = [t for t in targets.values() if t.service == block.service and t.indicator == "settlements_share"]
        if counted and block.family == "catchment":
            members = sorted({int(i) for t in counted for i in t.members})
            catchment.count_in_full(model.service[block.service], members)

    def value(target_id: str) -> object:
        target = targets[target_id]
        service = model.service[target.service]
        if target.indicator == "open_count":
            return sum(service.open[o] for o in service.open)
        served = service.served if target.indicator == "served_share" else service.in_full
        return sum(served[int(i)] for i in target.members)

    model.attained = pyo.Var(list(targets), bounds=lambda _, t: (0, targets[t].need))
    model.target_is_attained_by_what_is_served = pyo.Constraint(
        list(targets), rule=lambda m, t: m.attained[t] <= value(t)
    )
    model.attainment = pyo.Expression(
        list(problem.tiers),
        rule=lambda m, tier: sum(t.points * m.attained[t.id] for t in targets.values() if t.tier == tier) + 0.0,
    )
