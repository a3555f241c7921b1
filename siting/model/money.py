r"""Money: capital comes from funds that may pay for the service; running costs stay within the yearly budget.

With :math:`c_o` the capital of option :math:`o`, :math:`d_o` its share of a plot with the saving :math:`s_o`
(`siting.model.shared`), :math:`e_s` what closing a site costs less what it brings, :math:`w_{fspt} \ge 0` what the
money of fund :math:`f` of phase :math:`p` pays for service :math:`s` in phase :math:`t` (:math:`p = t`, or
:math:`p \le t` where the fund carries over),

.. math::
    \sum_{o \in s, t} (c_o y_o - s_o d_o)
        + [t = 1] \sum_{j \in s} e_s (1 - \sum_{o \in O_j} y_o) &\le \sum_{f, p} w_{fspt}, \\
    \sum_{s, t} w_{fspt} &\le A_{fp}, \\
    \sum_o r_o y_o &\le B .

Money is counted in a unit in which the dearest option costs about ten thousand, so that rows stay within the solver's
tolerances; what a plan really costs is counted in whole base units afterwards.
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from siting.model.opening import Opened
from siting.problems.problem import Block, Problem


def add(model: pyo.ConcreteModel, problem: Problem, opened: Opened) -> None:
    """Add ``pay``, the rows above, and ``capital_paid`` in base units; no row where nothing can be spent."""
    unit = _unit([int(c) for b in problem.blocks for c in (*b.capital, b.closing, b.resale)])
    phases = range(len(problem.phases))
    ways = [
        (f.id, b.service, p, t)
        for f in problem.funds
        for b in problem.blocks
        if b.service in f.pays
        for p in phases
        for t in phases
        if p == t or (f.carries_over and p < t)
    ]
    amount = {(f.id, p): f.amounts[p] / unit for f in problem.funds for p in phases}
    most = {b.service: (int(b.capital.sum()) + b.closing * int(b.stands.sum())) / unit for b in problem.blocks}
    model.pay = pyo.Var(ways, bounds=lambda _, f, service, p, t: (0, min(amount[f, p], most[service])))
    model.capital_paid = pyo.Expression(expr=unit * sum(model.pay[w] for w in ways) + 0.0)
    model.capital_is_paid = pyo.ConstraintList()
    for block in problem.blocks:
        for t in phases:
            cost = _cost(model, block, t, unit, opened)
            if cost is not None:
                paid = sum(model.pay[w] for w in ways if w[1] == block.service and w[3] == t) + 0.0
                model.capital_is_paid.add(cost <= paid)
    model.fund_is_enough = pyo.ConstraintList()
    for fund in problem.funds:
        for p in phases:
            own = [w for w in ways if w[0] == fund.id and w[2] == p]
            if own:
                model.fund_is_enough.add(sum(model.pay[w] for w in own) <= amount[fund.id, p])
    _running(model, problem)


def _cost(model: pyo.ConcreteModel, block: Block, phase: int, unit: int, opened: Opened) -> Any | None:
    """Capital of a service in a phase, None where it can cost nothing."""
    service = model.service[block.service]
    terms = []
    for o, c in enumerate(block.capital):
        if c and max(0, int(block.phase[o])) == phase:
            terms.append(int(c) / unit * service.open[o])
            if (block.service, o) in model.shares_plot:
                terms.append(-int(block.saving[o]) / unit * model.shares_plot[block.service, o])
    net = block.closing - block.resale
    if phase == 0 and net:
        for j in range(len(block.site_ids)):
            if block.stands[j] and not block.must_open[j]:
                terms.append(net / unit * (1 - sum(opened.at(block, j))))
    return sum(terms) if terms else None


def _running(model: pyo.ConcreteModel, problem: Problem) -> None:
    if problem.running_budget is None:
        return
    unit = _unit([int(c) for b in problem.blocks for c in b.running])
    cost_per_year = [
        (int(r) / unit, model.service[b.service].open[o]) for b in problem.blocks for o, r in enumerate(b.running) if r
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
