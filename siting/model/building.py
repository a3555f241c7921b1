"""Putting the model together: a Pyomo block per service, then the rows that they share."""

from __future__ import annotations

from types import ModuleType

import pyomo.environ as pyo

from siting.model import catchment, coverage, money, targets
from siting.problem import Block, Problem

#: A family is one module with an ``add``; see docs/architecture.md, "adding a family".
FAMILIES: dict[str, ModuleType] = {"coverage": coverage, "catchment": catchment}


def build(problem: Problem) -> pyo.ConcreteModel:
    """The model without an objective (see `siting.model.goal`)."""
    model = pyo.ConcreteModel()
    model.service = pyo.Block([block.service for block in problem.blocks])
    for block in problem.blocks:
        _add_options(model.service[block.service], block)
        FAMILIES[block.family].add(model.service[block.service], block)
    money.add(model, problem)
    targets.add(model, problem)
    return model


def _add_options(service: pyo.Block, data: Block) -> None:
    service.open = pyo.Var(range(len(data.options)), domain=pyo.Binary)
    options_of: dict[int, list[int]] = {}
    for o, j in enumerate(data.option_site.tolist()):
        options_of.setdefault(j, []).append(o)
    service.a_site_is_open_in_one_way = pyo.ConstraintList()
    for j, options in sorted(options_of.items()):
        if data.must_open[j] and len(options) == 1:
            service.open[options[0]].fix(1)
        elif data.must_open[j]:
            service.a_site_is_open_in_one_way.add(sum(service.open[o] for o in options) == 1)
        elif len(options) > 1:
            service.a_site_is_open_in_one_way.add(sum(service.open[o] for o in options) <= 1)
