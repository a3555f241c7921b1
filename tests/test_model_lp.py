"""The model as text: one golden LP file per family and per shared rule, so that no row changes unseen.

``SITING_UPDATE_GOLDEN=1 pytest tests/test_model_lp.py`` writes the files anew; read the difference before you keep it.
"""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Callable
from pathlib import Path

import pyomo.environ as pyo
import pytest
from pyomo.repn import generate_standard_repn

import siting.model
from siting.model import building, goal
from siting.model.goal import Aim
from siting.problem import Block, Fund, Option, Problem, TargetRow

from .problems import make_block, target

GOLDEN = Path(__file__).parent / "golden"
WORTH = Aim(goal.WORTH, True)


def coverage_block(service: str = "clinic") -> Block:
    """Three villages: v0 near A and the existing E, v1 near B, v2 near nothing; E must stay."""
    options = [
        Option("A", "S", "new", None, 60, 4),
        Option("B", "S", "new", None, 70, 5),
        Option("E", "", "keep", None, 0, 3),
    ]
    return make_block(
        service,
        "coverage",
        (10, 20, 30),
        options,
        {(0, "A"): 5, (0, "E"): 9, (1, "B"): 5},
        must_open=("E",),
        weight=2,
    )


def catchment_block() -> Block:
    """Two villages; E must stay and may grow, N may be built in two sizes, both with less room than v1 has people."""
    options = [
        Option("E", "S", "keep", 15, 0, 3),
        Option("E", "L", "expand", 25, 40, 6),
        Option("N", "S", "new", 8, 50, 4),
        Option("N", "L", "new", 16, 90, 7),
    ]
    reach = {(0, "E"): 300, (0, "N"): 200, (1, "N"): 100}
    return make_block("school", "catchment", (12, 20), options, reach, must_open=("E",))


def posed(*blocks: Block, running: int | None = None, targets: tuple[TargetRow, ...] = ()) -> Problem:
    return Problem(blocks, (), running, targets)


def built(problem: Problem) -> pyo.ConcreteModel:
    model = building.build(problem)
    goal.aim_at(model, problem, WORTH)
    return model


def coverage() -> pyo.ConcreteModel:
    return built(posed(coverage_block()))


def catchment() -> pyo.ConcreteModel:
    return built(posed(catchment_block()))


def money() -> pyo.ConcreteModel:
    """Costs in three sizes of number: capital is counted in tens, as the dearest option costs over ten thousand."""
    dear = make_block("bus", "coverage", (5,), [Option("D", "S", "new", None, 64_000, 12_000)], {(0, "D"): 1})
    blocks = (coverage_block(), dear)
    funds = (Fund("county", 65_000, ("clinic", "bus")), Fund("health", 60, ("clinic",)))
    return built(Problem(blocks, funds, 12_009, ()))


def targets() -> pyo.ConcreteModel:
    rows = (
        target("clinic", "served_share", (0, 1), 25),
        target("clinic", "settlements_share", (0, 1, 2), 2),
        target("clinic", "open_count", (), 2, tier=2),
        target("school", "served_share", (1,), 18, tier=2),
        target("school", "settlements_share", (0, 1), 2),
        target("school", "open_count", (), 0),
    )
    problem = posed(coverage_block(), catchment_block(), targets=rows)
    model = building.build(problem)
    goal.aim_at(model, problem, Aim("tier 1", True, 1))
    return model


def goals() -> pyo.ConcreteModel:
    """The last stage: travel is made small while tier and worth are kept."""
    problem = posed(catchment_block(), targets=(target("school", "served_share", (1,), 18),))
    model = building.build(problem)
    goal.keep(model, problem, Aim("tier 1", True, 1), 18 * 55_556)
    goal.keep(model, problem, WORTH, 28)
    goal.aim_at(model, problem, Aim(goal.TRAVEL, False))
    return model


CASES: dict[str, Callable[[], pyo.ConcreteModel]] = {
    "coverage": coverage,
    "catchment": catchment,
    "money": money,
    "targets": targets,
    "goal": goals,
}
#: Files of siting/model that write no rows of their own.
WITHOUT_ROWS = {"building", "reading"}


def text(model: pyo.ConcreteModel, path: Path) -> str:
    model.write(str(path), format="lp", io_options={"symbolic_solver_labels": True})
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_the_rows_are_those_of_the_golden_file(name: str, tmp_path: Path) -> None:
    golden = GOLDEN / f"{name}.lp"
    now = text(CASES[name](), tmp_path / "now.lp")
    if os.environ.get("SITING_UPDATE_GOLDEN") == "1":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(now, encoding="utf-8")
    assert now == golden.read_text(encoding="utf-8")


def test_every_family_and_every_shared_rule_has_a_golden_file() -> None:
    modules = {module.name for module in pkgutil.iter_modules(siting.model.__path__)}
    wanted = set(building.FAMILIES) | (modules - WITHOUT_ROWS)
    assert wanted == set(CASES)
    assert {path.stem for path in GOLDEN.glob("*.lp")} == wanted


@pytest.mark.parametrize("name", CASES)
def test_the_text_is_the_same_a_second_time(name: str, tmp_path: Path) -> None:
    assert text(CASES[name](), tmp_path / "one.lp") == text(CASES[name](), tmp_path / "two.lp")


def test_a_row_has_no_numbers_of_very_different_size() -> None:
    for make in CASES.values():
        for row in make().component_data_objects(pyo.Constraint, active=True):
            sizes = [abs(c) for c in generate_standard_repn(row.body).linear_coefs if c]
            assert max(sizes) <= 1e6 * min(sizes), row.name
