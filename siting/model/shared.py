r"""What the services share beside money: referral, plots, land, limits on numbers.

A new site of a service with a referral needs an open site nearby; building land of a phase is that of the largest new
site of each plot; some numbers of sites are limited:

.. math::
    \sum_{o \in O_j \text{, new}} y_o &\le \sum_{k \in R(j)} \sum_{o \in O_k} y_o , \\
    L_{gt} &\ge a_o y_o \quad (o \text{ new on plot } g \text{ in phase } t), \qquad \sum_g L_{gt} \le A_t , \\
    \sum_{o \in R} y_o &\le N_R .

A new site on a plot with another open site saves a share of its capital (`siting.model.money`): :math:`d_o \le y_o`,
:math:`d_o \le \sum` of the ``open`` variables of the other sites of the plot.
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from siting.model.opening import Opened
from siting.problems.problem import Problem


def add(model: pyo.ConcreteModel, problem: Problem, opened: Opened) -> None:
    """Add the rows above, and ``shares_plot[service, option]``."""
    _referral(model, problem, opened)
    _plots(model, problem, opened)
    _land(model, problem)
    model.no_more_than_the_rule_allows = pyo.ConstraintList()
    for rule in problem.rules:
        if len(rule.options) > rule.at_most:
            chosen = model.service[rule.service].open
            model.no_more_than_the_rule_allows.add(sum(chosen[int(o)] for o in rule.options) <= rule.at_most)


def _referral(model: pyo.ConcreteModel, problem: Problem, opened: Opened) -> None:
    model.a_new_site_refers_to_an_open_one = pyo.ConstraintList()
    for block in problem.blocks:
        if not block.refers_to:
            continue
        near: dict[int, list[int]] = {}
        for j, k in block.referred.tolist():
            near.setdefault(j, []).append(k)
        chosen = model.service[block.service].open
        for j, options in enumerate(block.options_at):
            new = [chosen[o] for o in options if block.options[o].action == "new"]
            if new:
                others = [y for k in near.get(j, []) for y in opened.site_of(block.refers_to, k)]
                model.a_new_site_refers_to_an_open_one.add(sum(new) <= sum(others) + 0.0)


def _plots(model: pyo.ConcreteModel, problem: Problem, opened: Opened) -> None:
    saving = []
    others: dict[tuple[str, int], list[Any]] = {}
    for sites in problem.plots.values():
        for service, j in sites:
            block = problem.block(service)
            rest = [y for s, k in sites if (s, k) != (service, j) for y in opened.site_of(s, k)]
            for o in block.options_at[j]:
                if block.saving[o] and rest:
                    saving.append((service, o))
                    others[service, o] = rest
    model.shares_plot = pyo.Var(saving, bounds=(0, 1))
    model.a_plot_is_shared_by_open_sites = pyo.ConstraintList()
    for service, o in saving:
        shares = model.shares_plot[service, o]
        model.a_plot_is_shared_by_open_sites.add(shares <= model.service[service].open[o])
        model.a_plot_is_shared_by_open_sites.add(shares <= sum(others[service, o]))


def _land(model: pyo.ConcreteModel, problem: Problem) -> None:
    model.building_land_is_enough = pyo.ConstraintList()
    if not problem.land_quota:
        return
    alone: dict[int, list[Any]] = {}
    together: dict[tuple[int, str], list[tuple[int, Any]]] = {}
    for block in problem.blocks:
        for o in range(len(block.options)):
            if block.land[o]:
                m2, phase = int(block.land[o]), int(block.phase[o])
                name, y = block.plot[int(block.option_site[o])], model.service[block.service].open[o]
                if name in problem.plots:
                    together.setdefault((phase, name), []).append((m2, y))
                else:
                    alone.setdefault(phase, []).append(m2 * y)
    most = {key: max(m2 for m2, _ in parts) for key, parts in together.items()}
    model.plot_m2 = pyo.Var(list(together), bounds=lambda _, phase, name: (0, most[phase, name]))
    model.a_plot_has_room_for_its_largest_site = pyo.ConstraintList()
    for key, parts in together.items():
        for m2, y in parts:
            model.a_plot_has_room_for_its_largest_site.add(model.plot_m2[key] >= m2 * y)
    for phase, quota in enumerate(problem.land_quota):
        used = [*alone.get(phase, []), *(model.plot_m2[key] for key in together if key[0] == phase)]
        if used:
            model.building_land_is_enough.add(sum(used) <= quota)
