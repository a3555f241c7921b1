r"""Coverage: a settlement is served if an open site lies within the standard.

With :math:`y_o \in \{0, 1\}` for option :math:`o` of a site and :math:`z_i \in [0, 1]` for demand point :math:`i`,

.. math:: z_i \le \sum_{j \in N(i)} \sum_{o \in O_j} y_o ,

where :math:`N(i)` are the sites that serve :math:`i` by some access. The sum is the strong form: where the options
are whole, the best :math:`z_i` is whole too. Served are :math:`q_i z_i` persons.

Source: R. Church and C. ReVelle (1974), The maximal covering location problem, Papers of the Regional Science
Association 32.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from siting.problem import Block


def add(block: pyo.Block, data: Block) -> None:
    """Add ``z``, the rows above, and the expressions ``served[i]`` (persons) and ``in_full[i]`` (settlements)."""
    n = len(data.demand)
    block.z = pyo.Var(range(n), bounds=(0, 1))
    block.served_only_where_a_site_is_open = pyo.ConstraintList()
    options_of = [[] for _ in data.site_ids]  # type: list[list[int]]
    for o, j in enumerate(data.option_site.tolist()):
        options_of[j].append(o)
    start = np.searchsorted(data.pair_demand, np.arange(n + 1))
    for i in range(n):
        options = [o for j in data.pair_site[start[i] : start[i + 1]].tolist() for o in options_of[j]]
        if options:
            block.served_only_where_a_site_is_open.add(block.z[i] <= sum(block.open[o] for o in options))
        else:
            block.z[i].fix(0)
    block.served = pyo.Expression(range(n), rule=lambda _, i: int(data.demand[i]) * block.z[i])
    block.in_full = pyo.Expression(range(n), rule=lambda _, i: int(data.settlements[i]) * block.z[i])
    block.person_travel = pyo.Expression(expr=0.0)
