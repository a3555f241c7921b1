"""The direct solver finds what brute force finds, with every family, phase, rule and indicator."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np
import pytest

from siting.errors import NoPlan, SolverFailed
from siting.model import goal
from siting.plans.outcome import Effort, Stop
from siting.problems.problem import TargetRow
from siting.solvers import county, greedy, pool

from . import problems
from . import problems_brute as brute
from .problems_rich import rich_problem

EXACT = Effort(gap=0, time_limit_s=600)


def is_the_best(seed: int) -> None:
    """The plan of a seed's problem keeps all rules, is the best, and is proven to be."""
    problem = rich_problem(seed)
    exact = brute.best(problem)
    with contextlib.suppress(SolverFailed):  # where rules and guards forbid what the greedy method begins with
        first = greedy.first_plan(problem)
        assert problems.breaches(problem, first) == []
        assert brute.reached(problem, first) <= exact
    outcome = county.solve(problem, EXACT)
    assert problems.breaches(problem, outcome.plan) == []
    assert brute.reached(problem, outcome.plan) == exact
    by_name = dict(zip([*(f"tier {t}" for t in problem.tiers), goal.WORTH], exact, strict=True))
    for aim in goal.aims(problem):
        stage = outcome.stage(aim.name)
        assert stage is not None
        assert stage.objective == goal.value(problem, aim, outcome.plan)
        if aim.name == goal.TRAVEL:
            assert stage.bound is None or stage.bound <= stage.objective
        else:
            assert stage.objective == by_name[aim.name]
            assert stage.bound == stage.objective
            assert stage.stop is Stop.PROVEN


def can_be(seed: int) -> bool:
    """Whether any plan of a seed's problem keeps the rules."""
    try:
        brute.best(rich_problem(seed))
    except AssertionError:
        return False
    return True


def is_called_impossible(seed: int) -> None:
    """Nothing that breaks a rule is handed out where no plan keeps them."""
    with pytest.raises(NoPlan):
        county.solve(rich_problem(seed), EXACT)


@pytest.mark.usefixtures("in_process")
def test_a_problem_without_a_plan_is_called_so() -> None:
    assert not can_be(20513)
    is_called_impossible(20513)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", [*range(60), 1088])  # the last one is nothing for the greedy method
def test_the_direct_solver_equals_brute_force_on_rich_problems(seed: int) -> None:
    is_the_best(seed)


@pytest.mark.parametrize("seed", range(60, 63))
def test_so_does_its_own_process(seed: int) -> None:
    is_the_best(seed)


@pytest.mark.long
@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(1000, 1400))
def test_the_direct_solver_equals_brute_force_on_many_more_rich_problems(seed: int) -> None:
    is_the_best(seed)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", [s for s in range(300, 420) if rich_problem(s).blocks[-1].pair_boards.any()][:12])
def test_pooled_boarding_excludes_no_plan(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "MANY_WAYS", 1)
    is_the_best(seed)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", [s for s in range(500, 560) if rich_problem(s).blocks[-1].service == "school"][:12])
def test_the_worst_township_of_pupils_lies_within_its_bound(seed: int) -> None:
    # the model counts parts of persons, so plan and bound may be less than a person apart
    problem = rich_problem(seed)
    points = len(problem.block("school").demand)
    parts = (np.array([0]), np.arange(1, points))
    row = TargetRow("T", 1, "school", "worst_township_share", np.arange(points), 9000, 1, parts=parts)
    problem = replace(problem, targets=(row,))
    exact = brute.best(problem)[0]
    outcome = county.solve(problem, EXACT)
    assert problems.breaches(problem, outcome.plan) == []
    stage = outcome.stages[0]
    assert stage.objective == brute.reached(problem, outcome.plan)[0] <= exact
    assert stage.bound is not None
    assert stage.bound >= exact
