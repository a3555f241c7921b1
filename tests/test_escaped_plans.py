"""Faults of model, rules and checker that were found after they had been written, each as its smallest case."""

from __future__ import annotations

from pathlib import Path

import pytest

from siting.plans.outcome import Effort
from siting.problems.options import Option
from siting.problems.problem import Fund, Problem
from siting.solvers import county
from siting.verify import Auditor

from . import problems
from . import problems_brute as brute
from . import verify_street as street
from .problems import make_block
from .problems_rich import rich_problem
from .test_verify_schools import TOML
from .verify_street import codes, part, put

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
    plan = county.solve(problem, Effort(gap=0, time_limit_s=600)).plan
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
        plan = county.solve(problem, Effort(gap=0, time_limit_s=600)).plan
        assert problems.breaches(problem, plan) == []
        assert brute.reached(problem, plan) == brute.best(problem)
        assert brute.best(problem) == (max(served, 5),)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", [2269])
def test_the_problem_in_which_it_was_found(seed: int) -> None:
    problem = rich_problem(seed)
    plan = county.solve(problem, Effort(gap=0, time_limit_s=600)).plan
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
