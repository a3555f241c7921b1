"""A second solver as a witness: it agrees with ours on random problems, and is heard where it does not."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from siting.model import goal
from siting.plan import Plan
from siting.plans.outcome import Effort, Levels, Outcome, Seen, Stage, Stop
from siting.problems.problem import Problem
from siting.solvers import county, greedy, whole
from siting.solvers.certify.tree import tree
from siting.solvers.process.engines import ENGINES

from . import problems
from . import problems_brute as brute
from .conftest import Run

EXACT = Effort(gap=0, time_limit_s=600)


def agree(seed: int, witness: whole.Whole) -> None:
    """The intervals of plan and bound of both solvers are one and the same number, stage by stage."""
    problem = problems.random_problem(seed, tiny=False)
    outcome = county.solve(problem, EXACT)
    assert problems.breaches(problem, outcome.plan) == []
    for seen in witness.witness(problem, outcome.plan, EXACT):
        stage = outcome.stage(seen.name)
        assert stage is not None
        assert seen.reached == stage.objective == stage.bound == seen.objective == seen.bound, (seed, seen)


@pytest.mark.parametrize("seed", [101, 102])
def test_scip_agrees_on_random_problems(seed: int) -> None:
    if not ENGINES["scip"].is_here():
        pytest.skip("scip is not installed")
    agree(seed, whole.scip)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(30))
def test_the_plain_model_agrees_on_random_problems(seed: int) -> None:
    agree(seed, whole.direct)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(200, 300))
def test_scip_agrees_on_many_random_problems(seed: int) -> None:
    if not ENGINES["scip"].is_here():
        pytest.skip("scip is not installed")
    agree(seed, whole.scip)


def bound_of_prices(problem: Problem, plan: Plan, aim: goal.Aim) -> int:
    """The bound of the linear program behind a certificate, for one stage, rounded in favour of the plan."""
    from siting.solvers.certify import tree as module

    aims = goal.aims(problem)
    before = {a: goal.value(problem, a, plan) for a in aims[: aims.index(aim)]}
    tiers = {a.tier: value for a, value in before.items() if a.tier is not None}
    levels = Levels(tiers, {a.name: value for a, value in before.items() if a.tier is None})
    search = module.Search(problem, aim, levels, 2**40, {}, EXACT)
    root = search._solve({})
    assert root is not None
    return math.floor(root.bound + 1e-6 * abs(root.bound) + 1e-6) * (1 if aim.maximise else -1)


@pytest.mark.parametrize("seed", range(3))
def test_the_program_behind_a_certificate_relaxes_the_problem(seed: int) -> None:
    problem = problems.random_problem(seed)
    plan = county.solve(problem, EXACT).plan
    assert brute.reached(problem, plan) == brute.best(problem)
    for aim in goal.aims(problem):
        assert not aim.better(goal.value(problem, aim, plan), bound_of_prices(problem, plan, aim))


def test_too_little_time_gives_no_prices() -> None:
    problem = problems.random_problem(1)
    assert tree(problem, "worth", Levels({}, {}), 10**9, 2**40, {}, replace(EXACT, time_limit_s=0.01)) is None


def solving(run: Run, tiny: Path, out: Path, monkeypatch: pytest.MonkeyPatch, change: Any) -> Any:
    """Solve with a witness whose word is changed."""
    honest = whole.Whole.witness

    def lying(self: whole.Whole, problem: Problem, plan: Plan, effort: Effort) -> list[Seen]:
        return [change(seen) for seen in honest(self, problem, plan, effort)]

    monkeypatch.setattr(whole.Whole, "witness", lying)
    return run("solve", tiny, "--solver", "direct", "--cross-check", "direct", "--out", out, "-q")


def test_a_witness_that_contradicts_ends_the_run(
    siting_cli: Run, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lower(seen: Seen) -> Seen:
        return replace(seen, bound=seen.reached - 1)

    answer = solving(siting_cli, tiny, tmp_path / "run", monkeypatch, lower)
    assert answer.code == 9
    assert "E904" in answer.err
    assert not (tmp_path / "run" / "result.json").exists()
    assert siting_cli("report", tmp_path / "run").code == 3  # no report for it


def test_a_witness_that_knows_less_does_not_agree(
    siting_cli: Run, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsure(seen: Seen) -> Seen:
        return replace(seen, bound=None if seen.bound is None else seen.bound * 2)

    answer = solving(siting_cli, tiny, tmp_path / "run", monkeypatch, unsure)
    assert answer.code == 0, answer.text
    result = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    assert result["trust"] == "claim"
    assert result["cross_check"]["agrees"] is False


def test_a_better_plan_than_the_bound_allows_is_a_contradiction(
    siting_cli: Run, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A solver that lies of its bound is found out by the plan of the other, which the checker accepts."""

    def modest(self: whole.Whole, problem: Problem, effort: Effort) -> Outcome:
        plan = greedy.solve(replace(problem, funds=()), Effort()).plan  # nothing is built
        has = {aim: goal.value(problem, aim, plan) for aim in goal.aims(problem)}
        stages = tuple(Stage(aim.name, n, n if aim.maximise else None, Stop.PROVEN, 0.0) for aim, n in has.items())
        return Outcome(plan, tuple(replace(s, stop=Stop.TIME) if s.bound is None else s for s in stages), "liar", "1")

    monkeypatch.setattr(whole.Whole, "__call__", modest)
    answer = siting_cli("solve", tiny, "--solver", "direct", "--cross-check", "direct", "--out", tmp_path / "r", "-q")
    assert answer.code == 9, answer.text
    assert "E904" in answer.err
    assert "keeps every rule" in answer.err
    assert not (tmp_path / "r" / "result.json").exists()


def test_who_cannot_be_asked_is_named(siting_cli: Run, tiny: Path, tmp_path: Path) -> None:
    answer = siting_cli("solve", tiny, "--cross-check", "greedy", "--out", tmp_path / "run")
    assert answer.code == 3
    assert "E197" in answer.err
    assert siting_cli("solve", tiny, "--cross-check", "nobody", "--out", tmp_path / "run").code == 3
