r"""Catchment: people are assigned to open sites with room.

With :math:`y_o` as in `opening` and the share :math:`x_w \in [0, 1]` of demand point :math:`i` that goes over way
:math:`w` (a site, an access, for a line access a line),

.. math::
    \sum_{w \in W_i} x_w &\le 1, \\
    x_w &\le \sum_{o \in O_j} y_o \quad \text{(strong link, way by way; for a line way also its line)}, \\
    \sum_{w \to j} q_i x_w &\le \sum_{o \in O_j} Q_o y_o , \qquad
    \sum_{w \to j \text{, boarding}} q_i x_w \le \sum_{o \in O_j} B_o y_o , \\
    \sum_{w \to j} q_i x_w &\ge \sum_{o \in O_j} m_o y_o , \qquad
    \sum_{w \in W_i \text{ over access } a} x_w \le e_{ia} / q_i ;

:math:`1 - \sum_w x_w` is the unserved share. Where a site has less room than a settlement has people, the link is
tightened to :math:`x_w \le \min(1, Q_{\max,j} / q_i) \sum y`. Options: whole settlements (:math:`x_w` binary),
closest assignment (:math:`\sum_{w' \text{ after } w} x_{w'} + \sum_{o \in O_j} y_o \le 1`, over the options with beds
where :math:`w` is a boarding way), nobody loses by a
closing (:math:`\sum_w x_w \ge 1 - \sum_{o \in O_j} y_o` for the present site :math:`j` of :math:`i`).

Sources: the capacitated facility location model with disaggregated links, K. Aardal (1998), Capacitated facility
location: separation algorithms and computational experience, Mathematical Programming 81; closest assignment: J.
Wagner and L. Falkson (1975), The optimal nodal location of public facilities with price-sensitive demand,
Geographical Analysis 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyomo.environ as pyo

from siting.model.opening import Opened
from siting.problems.problem import Block

#: A boarding way of so small a part of a site's beds needs no link of its own: the row of the beds forbids it as well.
MANY = 4


def add(block: pyo.Block, data: Block, opened: Opened, more: Mapping[int, Any] | None = None) -> None:
    """Add ``x``, the rows above, and the expressions ``share[i]`` and ``served[i]`` (persons).

    ``more`` gives by site what else fills its places.
    """
    n = len(data.demand)
    usable = usable_ways(data, opened)
    block.x = pyo.Var(usable, bounds=(0, 1), domain=pyo.Binary if data.whole else pyo.Reals)
    from_of: list[list[int]] = [[] for _ in range(n)]
    for p in usable:
        from_of[data.pair_demand[p]].append(p)
    boards, boarders = _pool(block, data)
    more = {j: boarders.get(j, 0.0) + (more or {}).get(j, 0.0) for j in {*boarders, *(more or {})}}
    block.nobody_is_assigned_twice = pyo.ConstraintList()
    for i, own in enumerate(from_of):
        if own:
            block.nobody_is_assigned_twice.add(sum(block.x[p] for p in own) + boards.get(i, 0.0) <= 1)
    _links(block, data, opened, usable)
    _places(block, data, usable, more)
    _eligible(block, data, from_of)
    if data.closest:
        _closest(block, data, opened, from_of)
    pair_fare = data.pair_fare.tolist()
    block.share = pyo.Expression(
        range(n), rule=lambda _, i: sum(block.x[p] for p in from_of[i]) + boards.get(i, 0.0) + 0.0
    )
    block.served = pyo.Expression(range(n), rule=lambda _, i: int(data.demand[i]) * block.share[i])
    block.person_travel = pyo.Expression(
        expr=sum(int(data.demand[data.pair_demand[p]] * data.pair_travel[p]) * block.x[p] for p in usable)
    )
    block.travel_cost = pyo.Expression(
        expr=sum(int(data.demand[data.pair_demand[p]]) * fare * block.x[p] for p in usable if (fare := pair_fare[p]))
        + 0.0
    )
    block.nobody_loses_by_a_closing = pyo.ConstraintList()
    for j, i in data.guards.tolist():
        block.nobody_loses_by_a_closing.add(block.share[i] >= 1 - sum(opened.at(data, j)))


def _pool(block: pyo.Block, data: Block) -> tuple[dict[int, Any], dict[int, Any]]:
    """Add the shares ``b`` of those who board anywhere, and how many ``w`` board at each site within its beds: a
    relaxation. By demand point and by site."""
    who = np.flatnonzero(data.pool).tolist()
    if not who:
        return {}, {}
    beds = {j: max((int(data.beds[o]) for o in options), default=0) for j, options in enumerate(data.options_at)}
    block.b = pyo.Var(who, bounds=lambda _, i: (0, int(data.pool[i]) / int(data.demand[i])))
    block.w = pyo.Var([j for j, most in beds.items() if most], bounds=lambda _, j: (0, beds[j]))
    block.boarders_have_beds = pyo.ConstraintList()
    for j in block.w:
        there = sum(int(data.beds[o]) * block.open[o] for o in data.options_at[j] if data.beds[o])
        block.boarders_have_beds.add(block.w[j] <= there)
    boarders = sum(int(data.demand[i]) * block.b[i] for i in who)
    block.who_boards_has_a_site = pyo.Constraint(expr=boarders == sum(block.w[j] for j in block.w) + 0.0)
    return {i: block.b[i] for i in who}, {j: block.w[j] for j in block.w}


def usable_ways(data: Block, opened: Opened) -> list[int]:
    """Ways whose site, and line, can be open at all."""
    has_option = np.array([bool(options) for options in data.options_at], dtype=bool)
    return [
        p
        for p in np.flatnonzero(has_option[data.pair_site]).tolist()
        if (data.pair_line[p] < 0 or opened.line(data, int(data.pair_line[p])))
        and not (data.pair_boards[p] and not data.beds[list(data.options_at[data.pair_site[p]])].any())
    ]


def share_by(block: pyo.Block, data: Block, opened: Opened, by: int, members: list[int]) -> Any:
    """Share of each member that goes to sites (and over lines) open by the end of phase ``by``."""
    wanted = set(members)
    ways = [p for p in block.x if int(data.pair_demand[p]) in wanted]
    x = pyo.Var(ways, bounds=(0, 1))
    rows = pyo.ConstraintList()
    block.add_component(f"x_by_{by}", x)
    block.add_component(f"by_{by}_only_to_what_is_open", rows)
    own: dict[int, list[int]] = {i: [] for i in members}
    for p in ways:
        rows.add(x[p] <= block.x[p])
        rows.add(x[p] <= sum(opened.at(data, int(data.pair_site[p]), by)) + 0.0)
        if data.pair_line[p] >= 0:
            rows.add(x[p] <= sum(opened.line(data, int(data.pair_line[p]), by)) + 0.0)
        own[int(data.pair_demand[p])].append(p)
    boards: dict[int, Any] = {}
    if block.component("b") is not None:
        b = pyo.Var(block.b.index_set(), bounds=(0, 1))
        block.add_component(f"b_by_{by}", b)
        for i in b:
            rows.add(b[i] <= block.b[i])
        beds = sum(int(data.beds[o]) * block.open[o] for o in block.open if data.phase[o] <= by) + 0.0
        rows.add(sum(int(data.demand[i]) * b[i] for i in b) <= beds)
        boards = {i: b[i] for i in b}
    return {i: sum(x[p] for p in own[i]) + boards.get(i, 0.0) + 0.0 for i in members}


def count_in_full(block: pyo.Block, name: str, share: Any, members: list[int]) -> Any:
    """Add whole ``v[i] <= share[i]`` for the demand points that a target counts; the variable."""
    v = pyo.Var(members, domain=pyo.Binary)
    block.add_component(name, v)
    block.add_component(
        f"{name}_counts_only_if_everybody_is_served", pyo.Constraint(members, rule=lambda _, i: v[i] <= share[i])
    )
    return v


def _links(block: pyo.Block, data: Block, opened: Opened, usable: list[int]) -> None:
    block.only_to_open_sites = pyo.ConstraintList()
    block.only_over_lines_that_run = pyo.ConstraintList()
    at = [opened.at(data, j) for j in range(len(data.site_ids))]
    for p in usable:
        j, i, access = int(data.pair_site[p]), int(data.pair_demand[p]), int(data.pair_access[p])
        people = int(data.demand[i])
        most = int((data.beds if data.pair_boards[p] else data.capacity)[list(data.options_at[j])].max())
        if access in data.eligible:
            most = min(most, int(data.eligible[access][i]))
        share = min(1.0, most / people)
        if data.pair_boards[p] and data.pair_line[p] < 0 and most > MANY * people:
            continue  # the beds of the site say it already, almost as strongly
        block.only_to_open_sites.add(block.x[p] <= share * sum(at[j]))
        if data.pair_line[p] >= 0:
            block.only_over_lines_that_run.add(block.x[p] <= share * sum(opened.line(data, int(data.pair_line[p]))))


def _places(block: pyo.Block, data: Block, usable: list[int], more: Mapping[int, Any]) -> None:
    block.places_are_enough = pyo.ConstraintList()
    block.beds_are_enough = pyo.ConstraintList()
    block.a_site_has_its_fewest = pyo.ConstraintList()
    to: list[list[int]] = [[] for _ in data.site_ids]
    for p in usable:
        to[data.pair_site[p]].append(p)
    for j, options in enumerate(data.options_at):
        people = sum(int(data.demand[data.pair_demand[p]]) * block.x[p] for p in to[j]) + more.get(j, 0.0)
        if to[j] or j in more:
            block.places_are_enough.add(people <= sum(int(data.capacity[o]) * block.open[o] for o in options))
        boarders = [p for p in to[j] if data.pair_boards[p]]
        if boarders:
            block.beds_are_enough.add(
                sum(int(data.demand[data.pair_demand[p]]) * block.x[p] for p in boarders)
                <= sum(int(data.beds[o]) * block.open[o] for o in options) + 0.0
            )
        if any(data.fewest[o] for o in options):
            fewest = sum(int(data.fewest[o]) * block.open[o] for o in options)
            block.a_site_has_its_fewest.add(people >= fewest)


def _eligible(block: pyo.Block, data: Block, from_of: list[list[int]]) -> None:
    block.only_those_who_may = pyo.ConstraintList()
    for access, persons in data.eligible.items():
        for i, own in enumerate(from_of):
            ways = [p for p in own if data.pair_access[p] == access]
            if len(ways) > 1 and persons[i] < data.demand[i]:
                block.only_those_who_may.add(sum(block.x[p] for p in ways) <= int(persons[i]) / int(data.demand[i]))


def _closest(block: pyo.Block, data: Block, opened: Opened, from_of: list[list[int]]) -> None:
    block.only_to_the_closest = pyo.ConstraintList()
    for own in from_of:
        for k, p in enumerate(own[:-1]):
            at = int(data.pair_site[p])
            # a site that is open without beds is no way for boarders: people pass it by
            here = sum(block.open[o] for o in data.options_at[at] if data.beds[o] or not data.pair_boards[p])
            room = 1
            if data.pair_line[p] >= 0:
                here, room = here + sum(opened.line(data, int(data.pair_line[p]))), 2
            block.only_to_the_closest.add(sum(block.x[w] for w in own[k + 1 :]) + here <= room)
