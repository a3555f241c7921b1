"""The model as text: one golden LP file per family and per shared rule, so that no row changes unseen.

``SITING_UPDATE_GOLDEN=1 pytest tests/test_model_lp.py`` writes the files anew; read the difference before you keep it.
"""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.repn import generate_standard_repn

import siting.model
from siting.model import building, goal
from siting.model.goal import Aim
from siting.problems.options import Option
from siting.problems.problem import Block, Fund, Problem, RuleRow, TargetRow
from siting.solvers.formulation import Formulation

from .problems import make_block, random_problem, target
from .problems_rich import rich_problem

GOLDEN = Path(__file__).parent / "golden"
WORTH = Aim(goal.WORTH, True)


def aim_at(model: pyo.ConcreteModel, problem: Problem, aim: Aim) -> None:
    """One aim as the objective of the file."""
    sense = pyo.maximize if aim.maximise else pyo.minimize
    model.goal = pyo.Objective(expr=goal.expression(model, problem, aim), sense=sense)


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
    aim_at(model, problem, WORTH)
    return model


def coverage() -> pyo.ConcreteModel:
    return built(posed(coverage_block()))


def catchment() -> pyo.ConcreteModel:
    return built(posed(catchment_block()))


def catchment_rules() -> pyo.ConcreteModel:
    """Boarding for those who may, a fewest number, a bus line, and a village that must not lose.

    E stands near v0 and may be shut; N has 9 places, 4 of them beds, and needs 5 pupils; line L brings v1 to E.
    """
    bus = make_block("bus", "line", (7,), [Option("L", "4", "new", None, 30, 2)], {(0, "L"): 9})
    school = make_block(
        "school",
        "catchment",
        (12, 20),
        [Option("E", "", "keep", 15, 0, 3), Option("N", "S", "new", 9, 50, 4, 4)],
        {(0, "E"): 300, (1, "N"): 100},
        more_ways=[(0, 1, 900, "N", -1, True), (1, 2, 600, "E", 0, False)],
        eligible={1: np.array([5, 20])},
        guards=np.array([[0, 0]]),
        line_service="bus",
        fewest=5,
    )
    return built(posed(bus, school))


def catchment_choice() -> pyo.ConcreteModel:
    """Whole villages, each to the closest open site: v0 by a daily way to A, else by a line to B, else by day to C."""
    bus = make_block("bus", "line", (7,), [Option("L", "4", "new", None, 30, 2)], {(0, "L"): 9})
    options = [Option(s, "S", "new", 30, 50, 4) for s in "ABC"]
    school = make_block(
        "school",
        "catchment",
        (12,),
        options,
        {(0, "A"): 300},
        more_ways=[(0, 1, 600, "B", 0, False), (0, 2, 900, "C", -1, False)],
        line_service="bus",
        whole=True,
        closest=True,
    )
    return built(posed(bus, school))


def haul() -> pyo.ConcreteModel:
    """Station T for 9 kg; the landfill D for 20 stands, F for 5 may be built; v1 may also go straight to D."""
    options = [
        Option("T", "S", "new", 9, 50, 4),
        Option("D", "", "keep", 20, 0, 3),
        Option("F", "", "new", 5, 60, 2),
    ]
    waste = make_block(
        "waste",
        "haul",
        (6, 8),
        options,
        {(0, "T"): 300, (1, "T"): 200},
        must_open=("D",),
        more_ways=[(1, 1, 900, "D", -1, False)],
        disposal=np.array([False, True, True]),
        transfer_from=np.array([0, 0]),
        transfer_to=np.array([1, 2]),
        transfer_travel=np.array([700, 400]),
    )
    problem = posed(waste)
    model = building.build(problem)
    aim_at(model, problem, Aim(goal.TRAVEL, False))
    return model


def line() -> pyo.ConcreteModel:
    """L runs and may run oftener, M may be opened; v1 is near both."""
    options = [
        Option("L", "", "keep", None, 0, 3),
        Option("L", "8", "expand", None, 40, 6),
        Option("M", "4", "new", None, 70, 5),
    ]
    return built(posed(make_block("bus", "line", (7, 9), options, {(0, "L"): 1, (1, "L"): 2, (1, "M"): 3})))


def opening() -> pyo.ConcreteModel:
    """A must stay as it is, B must stay in one of two ways, C may be shut, D may be built in two sizes."""
    options = [
        Option("A", "", "keep", 5, 0, 1),
        Option("B", "", "keep", 5, 0, 1),
        Option("B", "L", "expand", 9, 20, 2),
        Option("C", "", "keep", 5, 0, 1),
        Option("D", "S", "new", 5, 30, 1),
        Option("D", "L", "new", 9, 40, 2),
    ]
    reach = {(0, site): 60 for site in "ABCD"}
    return built(posed(make_block("school", "catchment", (20,), options, reach, must_open=("A", "B"))))


PHASES = ("2025", "2030")


def two_phases() -> tuple[Block, Block]:
    """A clinic C on the plot of the library K, both in two phases; another library that stands may be shut."""
    clinic = make_block(
        "clinic",
        "coverage",
        (10,),
        [Option("C", "S", "new", None, 60, 4, 0, 30, phase) for phase in PHASES],
        {(0, "C"): 5},
        phases=PHASES,
        saving_pct=10,
        plots={"C": "square"},
        refers_to="library",
        referred=np.array([[0, 0], [0, 1]]),
    )
    library = make_block(
        "library",
        "coverage",
        (20, 30),
        [
            *(Option("K", "S", "new", None, 40, 3, 0, 25, phase) for phase in PHASES),
            Option("E", "", "keep", None, 0, 3),
        ],
        {(0, "K"): 5, (1, "E"): 5},
        phases=PHASES,
        saving_pct=10,
        plots={"K": "square"},
        closing=2,
        resale=9,
    )
    return clinic, library


def shared() -> pyo.ConcreteModel:
    """Referral, a shared plot, building land, and a rule on what is built."""
    rule = RuleRow("one", "library", np.array([0, 1, 2]), 1)
    return built(Problem(two_phases(), (), None, (), PHASES, (50, 40), (rule,)))


def money() -> pyo.ConcreteModel:
    """Costs in three sizes of number: capital is counted in tens, as the dearest option costs over ten thousand."""
    dear = make_block("bus", "coverage", (5,), [Option("D", "S", "new", None, 64_000, 12_000)], {(0, "D"): 1})
    blocks = (coverage_block(), dear)
    funds = (Fund("county", 65_000, ("clinic", "bus")), Fund("health", 60, ("clinic",)))
    return built(Problem(blocks, funds, 12_009, ()))


def money_phases() -> pyo.ConcreteModel:
    """Two phases; what the county does not spend stays, what the province does not spend is lost."""
    funds = (
        Fund("county", 50, ("clinic", "library"), (30,), True),
        Fund("province", 20, ("library",), (40,)),
    )
    return built(Problem(two_phases(), funds, None, (), PHASES))


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
    aim_at(model, problem, Aim("tier 1", True, 1))
    return model


def targets_of_equity() -> pyo.ConcreteModel:
    """The worst township, the gap of town (v0) and country (v1), and a package that v1 has without the school."""
    townships = (np.array([0]), np.array([1, 2]))
    sides = (np.array([0]), np.array([1]))
    package = {"clinic": np.array([0, 1]), "school": np.array([0, -1])}
    nobody = np.zeros(0, dtype=np.int64)
    rows = (
        TargetRow("worst", 1, "clinic", "worst_township_share", np.arange(3), 8000, 125, parts=townships),
        TargetRow("gap", 1, "clinic", "urban_rural_gap", np.arange(2), 9000, 111, parts=sides),
        TargetRow("villages", 2, "", "package_count", nobody, 2, 500_000, package=package),
    )
    problem = posed(coverage_block(), catchment_block(), targets=rows)
    model = building.build(problem)
    aim_at(model, problem, Aim("tier 1", True, 1))
    return model


def targets_by_phase() -> pyo.ConcreteModel:
    """What is reached by the end of the first of two phases: of libraries, of pupils, and in number."""
    options = [
        Option("A", "S", "new", 15, 50, 4, phase="2025"),
        Option("A", "S", "new", 15, 50, 4, phase="2030"),
        Option("E", "", "keep", 8, 0, 1),
    ]
    reach = {(0, "A"): 60, (0, "E"): 90, (1, "A"): 70}
    school = make_block("school", "catchment", (12, 20), options, reach, must_open=("E",), phases=PHASES)
    library = two_phases()[1]
    rows = (
        TargetRow("readers", 1, "library", "served_share", np.array([0, 1]), 45, 1, 0),
        TargetRow("gap", 1, "library", "urban_rural_gap", np.arange(2), 9000, 1, 0, (np.array([0]), np.array([1]))),
        TargetRow("pupils", 1, "school", "served_share", np.array([0, 1]), 30, 1, 0),
        TargetRow("villages", 1, "school", "settlements_share", np.array([0]), 1, 1, 0),
        TargetRow("built", 1, "school", "built_count", np.zeros(0, dtype=np.int64), 1, 1, 0, options=np.array([0])),
    )
    problem = Problem((library, school), (), None, rows, PHASES)
    model = building.build(problem)
    aim_at(model, problem, Aim("tier 1", True, 1))
    return model


#: A module may have several files: `targets` and `targets_by_phase`.
CASES: dict[str, Callable[[], pyo.ConcreteModel]] = {
    "coverage": coverage,
    "catchment": catchment,
    "catchment_rules": catchment_rules,
    "catchment_choice": catchment_choice,
    "haul": haul,
    "line": line,
    "opening": opening,
    "shared": shared,
    "money": money,
    "money_phases": money_phases,
    "targets": targets,
    "targets_of_equity": targets_of_equity,
    "targets_by_phase": targets_by_phase,
}
#: Files of siting/model that write no rows of their own.
WITHOUT_ROWS = {"building", "reading", "goal"}


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
    assert wanted == {name.split("_")[0] for name in CASES}
    assert {path.stem for path in GOLDEN.glob("*.lp")} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_the_text_is_the_same_a_second_time(name: str, tmp_path: Path) -> None:
    assert text(CASES[name](), tmp_path / "one.lp") == text(CASES[name](), tmp_path / "two.lp")


def test_a_row_has_no_numbers_of_very_different_size() -> None:
    for make in CASES.values():
        for row in make().component_data_objects(pyo.Constraint, active=True):
            sizes = [abs(c) for c in generate_standard_repn(row.body).linear_coefs if c]
            assert max(sizes) <= 1e6 * min(sizes), row.name


def test_a_stage_keeps_what_the_stages_before_it_reached() -> None:
    # tier 1 asks for 18 of the 20 people of v1, worth counts all 32, travel is 300 and 200 s of v0, 100 s of v1
    problem = posed(catchment_block(), targets=(target("school", "served_share", (1,), 18),))
    form = Formulation(problem, apart=True)
    tier, travel = Aim("tier 1", True, 1), Aim(goal.TRAVEL, False)
    task = form.aimed(travel, [(tier, 18 * 55_556), (WORTH, 28)])
    names = [variable.name for variable in task.variables]
    ways = {name: task.cost[k] for k, name in enumerate(names) if task.cost[k]}
    assert ways == {
        "service[school].x[0]": 12 * 200,
        "service[school].x[1]": 12 * 300,
        "service[school].x[2]": 20 * 100,
    }
    rows = task.matrix.tocsr()[[-2, -1]].toarray()
    assert rows[0, names.index("attained[" + problem.targets[0].id + "]")] == pytest.approx(1 / 18)
    assert rows[1, [names.index(f"service[school].x[{p}]") for p in range(3)]] == pytest.approx(
        [12 / 28, 12 / 28, 20 / 28]
    )
    assert task.row_lower[-2:] == pytest.approx([1.0, 1.0])
    assert (task.sign, form.aimed(WORTH, []).sign) == (1, -1)


def in_small_coins(problem: Problem) -> Problem:
    """The same with every price and amount 987,654 times as high."""
    times = 987_654
    blocks = [
        replace(
            b,
            capital=b.capital * times,
            running=b.running * times,
            saving=b.saving * times,
            closing=b.closing * times,
            resale=b.resale * times,
        )
        for b in problem.blocks
    ]
    funds = [
        replace(f, amount=f.amount * times, later=tuple(amount * times for amount in f.later)) for f in problem.funds
    ]
    budget = problem.running_budget
    return replace(
        problem,
        blocks=tuple(blocks),
        funds=tuple(funds),
        running_budget=None if budget is None else budget * times,
    )


@pytest.mark.parametrize("seed", range(12))
def test_rows_stay_within_what_a_solver_can_hold_in_any_coin(seed: int) -> None:
    """No coefficient beyond a million, nor a million times another of its row, whatever the unit of money."""
    for problem in (random_problem(seed), rich_problem(seed)):
        for one in (problem, in_small_coins(problem)):
            rows = Formulation(one).linear.matrix.tocsr()
            for row in range(rows.shape[0]):
                sizes = np.abs(rows.data[rows.indptr[row] : rows.indptr[row + 1]])
                sizes = sizes[sizes > 0]
                assert sizes.max(initial=0) <= 1_000_000
                assert sizes.max(initial=0) <= 1_000_000 * sizes.min(initial=np.inf) or not len(sizes)
