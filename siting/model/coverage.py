r"""Coverage: a settlement is served if an open site lies within the standard.

With :math:`y_o \in \{0, 1\}` for option :math:`o` of a site and :math:`z_i \in [0, 1]` for demand point :math:`i`,

.. math:: z_i \le \sum_{j \in N(i)} \sum_{o \in O_j} y_o ,

where :math:`N(i)` are the sites that serve :math:`i` by some access, those of services of a higher level included
(nested levels). The sum is the strong form: where the options are whole, the best :math:`z_i` is whole too. Served
are :math:`q_i z_i` persons. For a target that counts at the end of a phase :math:`t`, :math:`z_i^t` has the same
row over the options of the phases up to :math:`t`.

Source: R. Church and C. ReVelle (1974), The maximal covering location problem, Papers of the Regional Science
Association 32; nested levels: G. Moore and C. ReVelle (1982), The hierarchical service location problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pyomo.environ as pyo

from siting.model.opening import Opened
from siting.problems.problem import Block


def add(block: pyo.Block, data: Block, opened: Opened) -> None:
    """Add ``z``, the rows above, and the expressions ``share[i]`` and ``served[i]`` (persons)."""
    n = len(data.demand)
    block.z = pyo.Var(range(n), bounds=(0, 1))
    block.served_only_where_a_site_is_open = pyo.ConstraintList()
    _link(block.z, block.served_only_where_a_site_is_open, data, range(n), lambda j: opened.at(data, j))
    block.share = pyo.Expression(range(n), rule=lambda _, i: block.z[i])
    block.served = pyo.Expression(range(n), rule=lambda _, i: int(data.demand[i]) * block.z[i])
    block.person_travel = pyo.Expression(expr=0.0)
    block.travel_cost = pyo.Expression(expr=0.0)


def share_by(block: pyo.Block, data: Block, opened: Opened, by: int, members: list[int]) -> Any:
    """Share of each member that is served by the end of phase ``by``: adds ``z_by`` and its rows."""
    z = pyo.Var(members, bounds=(0, 1))
    rows = pyo.ConstraintList()
    block.add_component(f"z_by_{by}", z)
    block.add_component(f"served_by_{by}_only_where_a_site_is_open", rows)
    _link(z, rows, data, members, lambda j: opened.at(data, j, by))
    return z


def serve_where_open(
    block: pyo.Block, data: Block, opened: Opened, z: Any, members: Iterable[int], by: int | None = None
) -> None:
    """Add ``z_i >= y`` for the members: nobody is left out on purpose, as a cap on a gap would reward.

    ``z`` are the shares at the end of phase ``by`` (None: of the last).
    """
    name = "served_wherever_a_site_is_open"
    if block.component(name) is None:
        block.add_component(name, pyo.ConstraintList())
    rows = block.component(name)
    start = np.searchsorted(data.pair_demand, np.arange(len(data.demand) + 1))
    for i in members:
        for j in sorted({int(j) for j in data.pair_site[start[i] : start[i + 1]]}):
            terms = opened.at(data, j, by)
            if terms:
                rows.add(z[i] >= sum(terms))


def _link(
    z: pyo.Var, rows: pyo.ConstraintList, data: Block, members: Iterable[int], terms_at: Callable[[int], list[Any]]
) -> None:
    start = np.searchsorted(data.pair_demand, np.arange(len(data.demand) + 1))
    for i in members:
        sites = dict.fromkeys(data.pair_site[start[i] : start[i + 1]].tolist())
        terms = [term for j in sites for term in terms_at(j)]
        if terms:
            rows.add(z[i] <= sum(terms))
        else:
            z[i].fix(0)
