r"""Haul: waste goes from settlements to transfer stations and on to disposal, or straight to disposal.

Settlements are assigned to stations and, where a direct haul is allowed, to disposal places as in `catchment`, in
kilograms a day. With :math:`g_{jd} \ge 0` from station :math:`j` to disposal place :math:`d`,

.. math::
    \sum_{w \to j} q_i x_w &= \sum_d g_{jd} , \\
    g_{jd} &\le \min(Q_{\max,j}, Q_{\max,d}) \sum_{o \in O_d} y_o \quad \text{(strong link)}, \\
    \sum_{w \to d} q_i x_w + \sum_j g_{jd} &\le \sum_{o \in O_d} Q_o y_o .

Source: the two-stage capacitated facility location model, D. Fernandes, C. Rocha, D. Aloise, G. Ribeiro, E. Santos
and A. Silva (2014), A simple and effective genetic algorithm for the two-stage capacitated facility location
problem, Computers & Industrial Engineering 75.
"""

from __future__ import annotations

import pyomo.environ as pyo

from siting.model import catchment
from siting.model.catchment import count_in_full, share_by
from siting.model.opening import Opened
from siting.problems.problem import Block

__all__ = ["add", "count_in_full", "share_by"]


def add(block: pyo.Block, data: Block, opened: Opened) -> None:
    """Add transfers ``g[t]`` in kilograms a day, what `catchment.add` adds, and the rows above."""
    can_open = [bool(options) for options in data.options_at]
    ways = list(zip(data.transfer_from.tolist(), data.transfer_to.tolist(), strict=True))
    moves = [t for t, (j, d) in enumerate(ways) if can_open[j] and can_open[d]]
    most = {j: int(data.capacity[list(o)].max()) for j, o in enumerate(data.options_at) if o}
    block.g = pyo.Var(moves, bounds=lambda _, t: (0, min(most[ways[t][0]], most[ways[t][1]])))
    into = {d: sum(block.g[t] for t in moves if ways[t][1] == d) for d in {ways[t][1] for t in moves}}
    catchment.add(block, data, opened, into)
    block.what_comes_goes_on = pyo.ConstraintList()
    for j in range(len(data.site_ids)):
        if data.disposal[j] or not can_open[j]:
            continue
        comes = sum(int(data.demand[data.pair_demand[p]]) * block.x[p] for p in block.x if data.pair_site[p] == j)
        goes = sum(block.g[t] for t in moves if ways[t][0] == j)
        if not (isinstance(comes, int) and isinstance(goes, int)):
            block.what_comes_goes_on.add(comes == goes)
    block.only_to_open_disposal = pyo.ConstraintList()
    for t in moves:
        block.only_to_open_disposal.add(block.g[t] <= block.g[t].ub * sum(opened.at(data, ways[t][1])))
    if moves:
        travel = sum(int(data.transfer_travel[t]) * block.g[t] for t in moves)
        block.person_travel.set_value(block.person_travel.expr + travel)
        block.travel_cost.set_value(block.travel_cost.expr + float(data.transfer_fare) * travel)
