"""Answers of a solver that are no corners of their model: parts of persons, where whole ones do as well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csc_array

from siting.model import goal
from siting.plans.outcome import Effort, Outcome, Stop
from siting.problems.problem import Problem
from siting.solvers import county, whole
from siting.solvers.corner import corner
from siting.solvers.process import supervise
from siting.solvers.process.linear import LinearModel

from .problems import random_problem

EXACT = Effort(gap=0, time_limit_s=600)
#: Of these, seeds 0 and 6 lose a tier, and the rest of their stages, without the corner.
SEEDS = (0, 3, 6)


def two_ways() -> LinearModel:
    """One site is open in any case; three persons may go one way or the other, at most two each, at no difference."""
    return LinearModel(
        cost=np.array([1.0, 0.0, 0.0]), offset=0.0, sign=1,
        matrix=csc_array(np.array([[0.0, 1.0, 1.0], [-2.0, 1.0, 0.0]])),
        row_lower=np.array([3.0, -np.inf]), row_upper=np.array([3.0, 0.0]),
        lower=np.zeros(3), upper=np.array([1.0, 2.0, 2.0]), whole=np.array([True, False, False]),
        variables=[],
    )  # fmt: skip


def test_with_what_is_open_held_people_are_whole_in_a_corner() -> None:
    found = corner(two_ways(), np.array([0.9999999, 1.5, 1.5]), EXACT, 600)
    assert found[0] == 1
    assert sorted(found[1:].tolist()) == [1, 2]


def test_no_corner_is_sought_without_time_or_after_a_signal() -> None:
    values = np.array([1.0, 1.5, 1.5])
    assert corner(two_ways(), values, EXACT, 0.0) is values
    assert corner(two_ways(), values, replace(EXACT, stopped=lambda: True), 600) is values


def test_what_is_open_may_leave_no_corner() -> None:
    values = np.array([0.0, 1.5, 1.5])
    assert corner(two_ways(), values, EXACT, 600) is values  # nobody reaches a site that is shut


@pytest.fixture
def middles(in_process: None, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """The solver answers from the middle of what is equally good; True for each answer with parts of persons."""
    exact, seen = supervise.run, []

    def run(linear: LinearModel, start: dict[int, float], **more: object) -> supervise.Answer:
        answer = exact(linear, start, **more)  # type: ignore[arg-type]
        if not linear.whole.any() or answer.values is None:
            return answer
        best = linear.held(answer.values)
        best = best.with_row(linear.cost, float(linear.cost @ answer.values) + 1e-9, at_least=False)
        others = [exact(best.with_cost(way, 0.0, maximise=False), {}).values for way in ways(len(linear.cost))]
        values = np.mean([answer.values, *(v for v in others if v is not None)], axis=0)
        seen.append(bool((np.abs(values - np.round(values)) > 1e-3).any()))
        return replace(answer, values=values)

    monkeypatch.setattr(supervise, "run", run)
    return seen


def ways(many: int) -> list[np.ndarray]:
    """Costs by chance."""
    chance = np.random.default_rng(7)
    return [chance.uniform(-1, 1, many) for _ in range(3)]


@pytest.mark.parametrize("solve", [county.solve, whole.direct], ids=["county", "direct"])
def test_parts_of_persons_cost_no_proof(solve: Callable[[Problem, Effort], Outcome], middles: list[bool]) -> None:
    for seed in SEEDS:
        problem = random_problem(seed, tiny=False)
        stages = solve(problem, replace(EXACT, prove_travel=True)).stages
        assert [s.name for s in stages if s.stop is not Stop.PROVEN] == [], seed
        assert len(stages) == len(goal.aims(problem))
    assert sum(middles) >= len(SEEDS)
