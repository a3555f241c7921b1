r"""Money: capital comes from funds that may pay for the service; running costs stay within the yearly budget.

With :math:`c_o` the capital of option :math:`o`, :math:`w_{fs} \ge 0` what fund :math:`f` pays for service :math:`s`,

.. math::
    \sum_{o \in s} c_o y_o &\le \sum_{f : s \in F_f} w_{fs}, \\
    \sum_s w_{fs} &\le A_f, \\
    \sum_o r_o y_o &\le B .

Money is counted in a unit in which the dearest option costs about ten thousand, so that rows stay within the solver's
tolerances; what a plan really costs is counted in whole base units afterwards.
"""

from __future__ import annotations

import pyomo.environ as pyo

from siting.problem import Problem


def add(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``pay`` and the rows above; no row where nothing can be spent."""
    unit = _unit([int(c) for b in problem.blocks for c in b.capital])
    ways = [(f.id, b.service) for f in problem.funds for b in problem.blocks if b.service in f.pays]
    amount = {f.id: f.amount / unit for f in problem.funds}
    most = {b.service: int(b.capital.sum()) / unit for b in problem.blocks}
    model.pay = pyo.Var(ways, bounds=lambda _, fund, service: (0, min(amount[fund], most[service])))
    model.capital_is_paid = pyo.ConstraintList()
    for block in problem.blocks:
        cost = [(o, int(c) / unit) for o, c in enumerate(block.capital) if c]
        if cost:
            opened = model.service[block.service].open
            model.capital_is_paid.add(
                sum(c * opened[o] for o, c in cost) <= sum(model.pay[w] for w in ways if w[1] == block.service)
            )
    model.fund_is_enough = pyo.ConstraintList()
    for fund in problem.funds:
        own = [w for w in ways if w[0] == fund.id]
        if own:
            model.fund_is_enough.add(sum(model.pay[w] for w in own) <= amount[fund.id])
    if problem.running_budget is not None:
        unit = _unit([int(c) for b in problem.blocks for c in b.running])
        cost_per_year = [
            (int(r) / unit, model.service[b.service].open[o])
            for b in problem.blocks
            for o, r in enumerate(b.running)
            if r
        ]
        if cost_per_year:
            model.running_costs_stay_within_budget = pyo.Constraint(
                expr=sum(r * y for r, y in cost_per_year) <= problem.running_budget / unit
            )


def _unit(costs: list[int]) -> int:
    """A power of ten that brings the dearest cost to at most ten thousand."""
    unit = 1
    while max(costs, default=0) > 10_000 * unit:
        unit *= 10
    return unit
