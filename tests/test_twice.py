"""Claims of a solver that are asked for twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csc_array

from siting.plans.outcome import Effort, Outcome, Stop
from siting.problems.posing import pose
from siting.problems.problem import Problem
from siting.reading import instance, scenario
from siting.roads import travel
from siting.solvers import county, twice, whole
from siting.solvers.process import supervise
from siting.solvers.process.linear import LinearModel

from . import counties_rich

EXACT = Effort(gap=0, time_limit_s=600, prove_travel=True)
HOW: dict[str, Any] = {"seconds": 60.0, "gap": 0.0, "seed": 0, "threads": 1, "stopped": lambda: False}


def knapsack(rows: int = 1) -> LinearModel:
    """At most two of three things, worth 3, 2 and 1; the row as often as asked."""
    return LinearModel(
        cost=-np.array([3.0, 2.0, 1.0]), offset=0.0, sign=-1, matrix=csc_array(np.ones((rows, 3))),
        row_lower=np.full(rows, -np.inf), row_upper=np.full(rows, 2.0),
        lower=np.zeros(3), upper=np.ones(3), whole=np.ones(3, dtype=bool), variables=[],
    )  # fmt: skip


def claim(bound: float | None, values: list[float] | None, *, complete: bool = True) -> supervise.Answer:
    found = None if values is None else np.array(values)
    return supervise.Answer(found, bound, complete, bound is None, "", "stub", "")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[supervise.Answer]]:
    """What the solver says, one after the other; everything must have been heard."""
    answers: list[supervise.Answer] = []
    monkeypatch.setattr(supervise, "run", lambda task, start, **how: answers.pop(0))
    yield answers
    assert answers == []


BEST, WORSE = claim(5.0, [1, 1, 0]), claim(3.0, [1, 0, 0])


@pytest.mark.parametrize(
    ("first", "second", "known", "taken"),
    [
        (BEST, BEST, None, 0),  # both agree: the first counts
        (WORSE, BEST, None, 1),  # the second has a plan that the first could not have allowed
        (WORSE, BEST, 4, 1),  # and one that was known before is excluded, too
        (claim(4.0, [1, 0, 1]), claim(5.0, [1, 0, 0]), None, 0),  # a weaker bound alone contradicts nothing
        (claim(None, None), BEST, None, 1),  # no plan at all, it says
        (WORSE, claim(None, None), None, 0),
        (WORSE, claim(9.0, [1, 1, 0], complete=False), 4, 0),  # out of time: nothing new is known
    ],
)
def test_the_second_answer_counts_where_it_refutes_the_first(
    first: supervise.Answer, second: supervise.Answer, known: int | None, taken: int, said: list[supervise.Answer]
) -> None:
    said += [first, second]
    assert twice.run(knapsack(), {}, known=known, **HOW) is (first, second)[taken]


def test_large_models_other_solvers_and_what_the_clock_ended_are_asked_once(said: list[supervise.Answer]) -> None:
    said += [WORSE]
    assert twice.run(knapsack(rows=2000), {}, known=3, **HOW) is WORSE
    said += [WORSE]
    assert twice.run(knapsack(), {}, known=3, **HOW, engine="scip") is WORSE
    cut = replace(WORSE, complete=False)
    said += [cut]
    assert twice.run(knapsack(), {}, known=3, **HOW) is cut
    said += [WORSE]
    assert twice.run(knapsack(), {}, known=3, **{**HOW, "stopped": lambda: True}) is WORSE


def test_a_large_model_is_asked_again_where_it_excludes_a_plan(said: list[supervise.Answer]) -> None:
    said += [WORSE, BEST]
    assert twice.run(knapsack(rows=2000), {}, known=5, **HOW) is BEST


@pytest.fixture
def drawn(tmp_path: Path) -> Problem:
    """A county whose model of travel HiGHS 1.15.1 ends at 1054 after its presolve; 1004 is the best."""
    read, _ = instance.examine(counties_rich.write(tmp_path / "county", counties_rich.draw(82934)))
    assert read is not None
    return pose(scenario.under(read, "other"), travel.times(scenario.under(read, "other")), scenario.of(read, "other"))


@pytest.mark.parametrize("solve", [county.solve, whole.direct], ids=["county", "direct"])
def test_a_county_that_presolve_gets_wrong_is_solved_right(
    solve: Callable[[Problem, Effort], Outcome], drawn: Problem
) -> None:
    stages = solve(drawn, EXACT).stages
    assert [(s.name, s.objective) for s in stages][:4] == [
        ("tier 1", 3000000), ("tier 2", 1000000), ("worth", 20), ("travel", 1004),
    ]  # fmt: skip
    assert all(stage.stop is Stop.PROVEN for stage in stages[:4])
