r"""Catchment: people are assigned to open sites with room.

With :math:`y_o` as in coverage and the share :math:`x_{ij} \in [0, 1]` of demand point :math:`i` that goes to site
:math:`j`,

.. math::
    \sum_j x_{ij} &\le 1, \\
    x_{ij} &\le \sum_{o \in O_j} y_o \quad \text{(strong link, pair by pair)}, \\
    \sum_i q_i x_{ij} &\le \sum_{o \in O_j} Q_o y_o ,

over the pairs within the standard only; :math:`1 - \sum_j x_{ij}` is the unserved share. For targets that count
settlements,
:math:`v_i \in \{0, 1\}`, :math:`v_i \le \sum_j x_{ij}`.

Where a site has less room than a settlement has people, the link is tightened to :math:`x_{ij} \le \min(1, Q_{\max,j}
/ q_i) \sum y`.

Source: the capacitated facility location model with disaggregated links, K. Aardal (1998), Capacitated facility
location: separation algorithms and computational experience, Mathematical Programming 81.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from siting.problem import Block


def add(block: pyo.Block, data: Block) -> None:
    """Add ``x``, the rows above, and the expressions ``served[i]`` (persons) and ``share[i]``."""
    n = len(data.demand)
    has_option = np.zeros(len(data.site_ids), dtype=bool)
    has_option[data.option_site] = True
    usable = np.flatnonzero(has_option[data.pair_site]).tolist()
    options_of: list[list[int]] = [[] for _ in data.site_ids]
    for o, j in enumerate(data.option_site.tolist()):
        options_of[j].append(o)
    pairs_of: list[list[int]] = [[] for _ in data.site_ids]
    pairs_from: list[list[int]] = [[] for _ in range(n)]
    for p in usable:
        pairs_of[data.pair_site[p]].append(p)
        pairs_from[data.pair_demand[p]].append(p)
    block.x = pyo.Var(usable, bounds=(0, 1))
    block.nobody_is_assigned_twice = pyo.ConstraintList()
    for i in range(n):
        if pairs_from[i]:
            block.nobody_is_assigned_twice.add(sum(block.x[p] for p in pairs_from[i]) <= 1)
    block.only_to_open_sites = pyo.ConstraintList()
    block.places_are_enough = pyo.ConstraintList()
    for j in range(len(data.site_ids)):
        if not pairs_of[j]:
            continue
        opened = sum(block.open[o] for o in options_of[j])
        largest = int(data.capacity[options_of[j]].max())
        for p in pairs_of[j]:
            share = min(1.0, largest / int(data.demand[data.pair_demand[p]]))
            block.only_to_open_sites.add(block.x[p] <= share * opened)
        block.places_are_enough.add(
            sum(int(data.demand[data.pair_demand[p]]) * block.x[p] for p in pairs_of[j])
            <= sum(int(data.capacity[o]) * block.open[o] for o in options_of[j])
        )
    block.share = pyo.Expression(
        range(n), rule=lambda _, i: sum(block.x[p] for p in pairs_from[i]) if pairs_from[i] else 0.0
    )
    block.served = pyo.Expression(range(n), rule=lambda _, i: int(data.demand[i]) * block.share[i])
    block.person_travel = pyo.Expression(
        expr=sum(int(data.demand[data.pair_demand[p]] * data.pair_travel[p]) * block.x[p] for p in usable)
    )


def count_in_full(block: pyo.Block, members: list[int]) -> None:
    """Add ``v[i]`` for the demand points that a target counts, and ``in_full[i]``."""
    block.v = pyo.Var(members, domain=pyo.Binary)
    block.counted_only_if_everybody_is_served = pyo.Constraint(members, rule=lambda b, i: b.v[i] <= b.share[i])
    block.in_full = pyo.Expression(members, rule=lambda b, i: b.v[i])
