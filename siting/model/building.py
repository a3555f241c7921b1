"""Putting the model together: a Pyomo block per service, then the rows that they share."""

from __future__ import annotations

from types import ModuleType

import pyomo.environ as pyo

from siting.model import catchment, coverage, haul, line, money, opening, shared, targets
from siting.problems.problem import Problem

#: A family is one module with an ``add``; see docs/architecture.md, "adding a family".
FAMILIES: dict[str, ModuleType] = {"coverage": coverage, "catchment": catchment, "haul": haul, "line": line}


def build(problem: Problem) -> pyo.ConcreteModel:
    """The model without an objective (see `siting.model.goal`)."""
    model = pyo.ConcreteModel()
    model.service = pyo.Block([block.service for block in problem.blocks])
    for block in problem.blocks:
        opening.add(model.service[block.service], block)
    opened = opening.Opened(model, problem)
    for block in problem.blocks:
        FAMILIES[block.family].add(model.service[block.service], block, opened)
    shared.add(model, problem, opened)
    money.add(model, problem, opened)
    targets.add(model, problem, opened)
    return model
