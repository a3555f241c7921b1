"""Faults of model, rules and checker that were found after they had been written, each as its smallest case."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting.errors import SolverFailed
from siting.plan import Plan
from siting.plans.outcome import Effort, Stop
from siting.problems.options import Option
from siting.problems.posing import pose
from siting.problems.problem import Fund, Problem, RuleRow, TargetRow
from siting.reading import instance, scenario
from siting.roads import travel
from siting.solvers import county, greedy
from siting.verify import Auditor

from . import counties_rich, problems
from . import problems_brute as brute
from . import verify_street as street
from .problems import make_block
from .problems_rich import rich_problem
from .test_verify_schools import TOML
from .verify_street import codes, part, put

EXACT = Effort(gap=0, time_limit_s=600)
BOARDING = """
[[services.school.access]]
mode = "drive"
kind = "boarding"
limit_min = 3"""


@pytest.mark.usefixtures("in_process")
def test_a_school_without_beds_is_not_the_closest_for_boarders() -> None:
    """A, the nearer one, has no beds: plan and checker once stopped there; the model let the pupils go on to B."""
    options = [Option("A", "", "keep", 9, 0, 1), Option("B", "", "keep", 9, 0, 1, beds=9)]
    ways = [(0, 1, 900, "A", -1, True), (0, 1, 1200, "B", -1, True)]
    block = make_block("school", "catchment", (4,), options, {}, must_open="AB", more_ways=ways, closest=True)
    problem = Problem((block,), (), None, ())
    plan = county.solve(problem, EXACT).plan
    assert [(a.site, a.persons) for a in plan.services["school"].assignments] == [("B", 4)]
    assert problems.breaches(problem, plan) == []
    assert brute.reached(problem, plan) == brute.best(problem) == (4,)


@pytest.mark.usefixtures("in_process")
def test_nor_is_one_that_opens_without_them() -> None:
    """A has beds in its larger size only; small, it stands in nobody's way, and B has room."""
    options = [
        Option("A", "S", "new", 9, 5, 1),
        Option("A", "L", "new", 9, 50, 1, beds=2),
        Option("B", "", "keep", 9, 0, 1, beds=3),
    ]
    ways = [(0, 1, 900, "A", -1, True), (0, 1, 1200, "B", -1, True)]
    block = make_block(
        "school", "catchment", (4, 2), options, {(1, "A"): 60}, must_open="B", more_ways=ways, closest=True
    )
    for money, served in ((5, 5), (50, 4)):  # v1 of 2 walks to A; of v0 three board at B, or where A is large two at A
        problem = Problem((block,), (Fund("f", money, ("school",)),), None, ())
        plan = county.solve(problem, EXACT).plan
        assert problems.breaches(problem, plan) == []
        assert brute.reached(problem, plan) == brute.best(problem)
        assert brute.best(problem) == (max(served, 5),)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", [2269])
def test_the_problem_in_which_it_was_found(seed: int) -> None:
    problem = rich_problem(seed)
    plan = county.solve(problem, EXACT).plan
    assert problems.breaches(problem, plan) == []
    assert brute.reached(problem, plan) == brute.best(problem)


def test_the_checker_lets_boarders_pass_a_school_without_beds(tmp_path: Path) -> None:
    # S1 has no beds: V2 boards at S4 beyond it, V0 has no other school, V1 and V4 live beside one
    toml = TOML.replace("RULE", "closest = true").replace("limit_min = 2", "limit_min = 0.5" + BOARDING)
    toml = toml.replace("capacity_persons = 60", "capacity_persons = 60\nbeds_persons = 60")
    sites = street.site("S1", "school", 1, "existing", size="small")
    folder = street.write(tmp_path / "school", toml, sites + street.site("S4", "school", 4, "existing", size="large"))
    auditor = Auditor(folder)
    decided = part(
        [("S1", "small", "keep", ""), ("S4", "large", "keep", "")],
        [
            ("V1", "S1", 0, "", 20, 0),
            ("V2", "S4", 1, "", 10, 120),
            ("V3", "S4", 1, "", 30, 60),
            ("V4", "S4", 0, "", 5, 0),
        ],
        [("V0", 40, "full")],
    )
    plan = street.plan(folder, {"school": decided})
    assert codes(auditor, plan) == set()
    there = put("services.school.assignments.1.site", "S1")
    assert codes(auditor, plan, there, put("services.school.assignments.1.travel", 60)) == {"E717", "E720"}


def best_plan(problem: Problem) -> Plan:
    """The plan of a problem, which keeps the rules and is the best."""
    plan = county.solve(problem, EXACT).plan
    assert problems.breaches(problem, plan) == []
    assert brute.reached(problem, plan) == brute.best(problem)
    return plan


@pytest.mark.usefixtures("in_process")
def test_a_package_may_hold_a_service_that_nobody_asks_for() -> None:
    """Merging the demand points of a service without any once raised an IndexError."""
    blocks = [
        make_block(name, "coverage", demand, [Option(name, "S", "new", None, 1, 1)], reach)
        for name, demand, reach in (("cover", (5, 7), {(0, "cover"): 1, (1, "cover"): 1}), ("none", (), {}))
    ]
    package = {"cover": np.array([0, 1]), "none": np.array([-1, -1])}
    nobody = np.zeros(0, dtype=np.int64)
    row = TargetRow("villages", 1, "", "package_count", nobody, 2, 1, package=package)
    fund = Fund("f", 1, ("cover", "none"))
    assert [o.site for o in best_plan(Problem(tuple(blocks), (fund,), None, (row,))).services["cover"].open] == [
        "cover"
    ]


@pytest.mark.usefixtures("in_process")
def test_a_rule_may_forbid_what_stands_to_stay_as_it_is() -> None:
    """The first plan kept the small site that had to grow, and the search called the county impossible beside it."""
    options = [Option("A", "S", "keep", 3, 0, 1), Option("A", "L", "expand", 6, 4, 2)]
    school = make_block("school", "catchment", (2,), options, {(0, "A"): 60}, must_open="A")
    small = RuleRow("none-small", "school", np.array([0]), 0)
    problem = Problem((school,), (Fund("f", 4, ("school",)),), None, (), rules=(small,))
    assert [o.action for o in best_plan(problem).services["school"].open] == ["expand"]
    with pytest.raises(SolverFailed, match="none-small"):
        greedy.first_plan(problem)


@pytest.mark.usefixtures("in_process")
def test_what_refers_to_a_school_that_is_given_up_is_given_up_too() -> None:
    """The first plan shut a school with too few pupils and left the clinic that had been built beside it."""
    school = make_block("school", "catchment", (2,), [Option("B", "S", "new", 9, 1, 1)], {(0, "B"): 60}, fewest=3)
    clinic = make_block(
        "clinic", "coverage", (8,), [Option("C", "S", "new", None, 1, 1)], {(0, "C"): 60},
        refers_to="school", referred=np.array([[0, 0]]),
    )  # fmt: skip
    problem = Problem((school, clinic), (Fund("f", 9, ("school", "clinic")),), None, ())
    assert problems.breaches(problem, greedy.first_plan(problem)) == []
    assert [part.open for part in best_plan(problem).services.values()] == [(), ()]


def test_no_way_is_shorter_than_none() -> None:
    """A model without anything to choose was left with the word that time had run out."""
    options = [Option("A", "", "keep", 9, 0, 1)]
    block = make_block("school", "catchment", (5,), options, {(0, "A"): 60}, must_open="A", eligible={0: np.array([0])})
    outcome = county.solve(Problem((block,), (), None, (), aims=("travel", "worth")), EXACT)
    assert [(s.objective, s.bound, s.stop) for s in outcome.stages] == [(0, 0, Stop.PROVEN)] * 2


@pytest.mark.usefixtures("in_process")
def test_services_that_find_no_place_beside_a_tier_are_asked_together_with_it(tmp_path: Path) -> None:
    """The first tier needs two services; around its best plan the greedy method found no place for the third, and the
    plan of before stayed, with a gap, though the whole model has another."""
    read, _ = instance.examine(counties_rich.write(tmp_path / "county", counties_rich.draw(83030)))
    assert read is not None
    under = scenario.under(read, "other")
    stages = county.solve(pose(under, travel.times(under), scenario.of(read, "other")), EXACT).stages
    assert [(s.name, s.objective, s.stop) for s in stages][:2] == [
        ("tier 1", 7_000_000, Stop.PROVEN), ("tier 2", 2_500_000, Stop.PROVEN),
    ]  # fmt: skip
