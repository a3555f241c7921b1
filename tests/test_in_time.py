"""A model that could not be built before its stage ends is not begun: building cannot be cut short."""

from __future__ import annotations

import pytest

from siting import rooms
from siting.model import goal
from siting.plans.outcome import Effort, Stop
from siting.solvers import formulation, greedy
from siting.solvers.formulation import Formulation, Formulations

from . import problems

EFFORT = Effort(gap=0.0, time_limit_s=600.0)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The services of every model that is built."""
    seen: list[str] = []
    build = Formulation.__init__

    def watched(self: Formulation, problem: problems.Problem, *, loose: bool = False, apart: bool = False) -> None:
        seen.append(", ".join(block.service for block in problem.blocks))
        build(self, problem, loose=loose, apart=apart)

    monkeypatch.setattr(Formulation, "__init__", watched)
    return seen


@pytest.mark.parametrize("seed", range(4))
def test_no_model_is_begun_that_would_end_after_its_stage(
    seed: int, built: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = problems.random_problem(seed, tiny=False)
    monkeypatch.setattr(formulation, "BUILD_S_PER_WAY", 1e6)  # a machine on which no model is ever ready
    outcome = rooms.solver("highs")(problem, EFFORT)
    assert built == []
    assert problems.breaches(problem, outcome.plan) == []
    aims = [aim for aim in goal.aims(problem) if aim.maximise]
    first, last = ([goal.value(problem, aim, p) for aim in aims] for p in (greedy.first_plan(problem), outcome.plan))
    assert last >= first  # the methods for one service need no model
    assert {stage.stop for stage in outcome.stages} <= {Stop.TIME, Stop.PROVEN}
    assert all(stage.bound == stage.objective for stage in outcome.stages if stage.stop is Stop.PROVEN)


def test_with_time_the_model_is_built_and_what_stands_takes_none(built: list[str]) -> None:
    problem = problems.random_problem(0, tiny=False)
    assert {stage.stop for stage in rooms.solver("highs")(problem, EFFORT).stages if not stage.brief} == {Stop.PROVEN}
    assert built
    forms = Formulations()
    assert forms.seconds(problem) > 0
    forms.of(problem)
    assert forms.seconds(problem) == 0
    assert forms.seconds(problem, apart=True) > 0
