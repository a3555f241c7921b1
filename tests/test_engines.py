"""The plain model in every solver that the machine has: the same best, an own bound, a fault where one is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siting.errors import InputRefused, SolverFailed
from siting.model import goal
from siting.plans.outcome import Effort, Stop
from siting.solvers import whole
from siting.solvers.process import engines, supervise
from siting.solvers.process.child import write_mps
from siting.solvers.process.engines import ENGINES, Engine
from siting.solvers.process.linear import LinearModel

from . import problems
from . import problems_brute as brute
from .conftest import Run
from .test_supervise import knapsack

OTHERS = ("scip", "cbc", "gurobi")


def needs(name: str) -> None:
    if not ENGINES[name].is_here():
        pytest.skip(f"{name} is not installed")


def run(model: LinearModel, engine: str, **more: Any) -> supervise.Answer:
    usual: dict[str, Any] = {"gap": 0.0, "seconds": 600.0, "seed": 0, "threads": 1, "stopped": lambda: False}
    return supervise.run(model, {}, **{**usual, **more}, engine=engine)


@pytest.mark.parametrize("name", OTHERS)
def test_every_solver_finds_the_same_best_of_a_model(name: str) -> None:
    needs(name)
    model = knapsack(12)
    answer, ours = run(model, name), run(model, "highs")
    assert answer.values is not None
    assert ours.values is not None
    assert answer.complete
    assert answer.version
    assert answer.bound == pytest.approx(ours.bound)
    assert model.cost @ answer.values == pytest.approx(model.cost @ ours.values)


@pytest.mark.parametrize("name", OTHERS)
def test_an_impossible_model_is_called_so(name: str) -> None:
    needs(name)
    model = knapsack(4)
    wrong = model.with_row(np.ones(4), 5.0, at_least=True)
    answer = run(wrong, name)
    assert answer.infeasible
    assert answer.values is None


@pytest.mark.parametrize("name", ["scip", "gurobi"])
def test_a_search_that_is_stopped_keeps_what_it_has(name: str) -> None:
    needs(name)
    model, found = knapsack(60, rows=20), [0]

    def count(_: np.ndarray) -> None:
        found[0] += 1

    answer = run(model, name, on_values=count, stopped=lambda: found[0] > 0)
    assert answer.values is not None
    assert not answer.complete
    assert answer.bound is None or answer.bound >= -(model.cost @ answer.values) - 1e-6


@pytest.mark.parametrize(("name", "seed"), [("direct", 3), ("direct", 11), ("scip", 3), ("scip", 7), ("cbc", 1)])
def test_the_plain_model_equals_brute_force(name: str, seed: int) -> None:
    solver = getattr(whole, name)
    needs(solver.engine)
    problem = problems.random_problem(seed)
    outcome = solver(problem, Effort(gap=0, time_limit_s=600))
    assert problems.breaches(problem, outcome.plan) == []
    assert brute.reached(problem, outcome.plan) == brute.best(problem)
    assert outcome.solver == name
    for stage in outcome.stages:
        assert stage.stop is Stop.PROVEN, stage
        assert stage.gap == 0
        aim = next(a for a in goal.aims(problem) if a.name == stage.name)
        assert stage.objective == goal.value(problem, aim, outcome.plan)


def test_a_bound_that_excludes_a_plan_is_no_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = supervise.run

    def lying(*arguments: Any, **options: Any) -> supervise.Answer:
        answer = honest(*arguments, **options)
        return supervise.Answer(answer.values, -5.0, True, False, "", "liar", "")

    monkeypatch.setattr(supervise, "run", lying)
    with pytest.raises(SolverFailed, match="excludes"):
        whole.direct(problems.random_problem(3), Effort(gap=0, time_limit_s=600))


def test_an_aim_without_a_plan_is_told_of_when_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest, calls = supervise.run, [0]

    def silent_at_first(*arguments: Any, **options: Any) -> supervise.Answer:
        calls[0] += 1
        if calls[0] == 1:  # the time of the first aim passes without a plan
            return supervise.Answer(None, None, False, False, "", "highs", "")
        return honest(*arguments, **options)

    monkeypatch.setattr(supervise, "run", silent_at_first)
    problem = problems.random_problem(3)
    outcome = whole.direct(problem, Effort(gap=0, time_limit_s=600))
    aims = goal.aims(problem)
    assert len(aims) > 1
    assert [stage.name for stage in outcome.stages] == [aim.name for aim in aims]
    assert [stage.objective for stage in outcome.stages] == [goal.value(problem, a, outcome.plan) for a in aims]
    assert outcome.stages[0].bound is None
    assert outcome.stages[1].bound is not None


def test_a_missing_solver_is_a_fault_with_its_cure(
    siting_cli: Run, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = Engine("scip", lambda: False, "pip install 'siting[scip]'")
    monkeypatch.setitem(engines.ENGINES, "scip", absent)
    with pytest.raises(InputRefused, match="E193"):
        whole.scip.ready()
    for arguments in (("solve", tiny, "--solver", "scip"), ("compare", tiny, "--solvers", "greedy,scip")):
        answer = siting_cli(*arguments, "--out", tmp_path / "run")
        assert answer.code == 3
        assert "pip install 'siting[scip]'" in answer.text
    assert not (tmp_path / "run" / "plan.json").exists()


def test_a_comparison_of_solvers_gives_each_its_own_bound(siting_cli: Run, tiny: Path, tmp_path: Path) -> None:
    needs("scip")
    out = tmp_path / "both"
    answer = siting_cli("compare", tiny, "--solvers", "direct,scip", "--format", "json", "--out", out, "-q", "--json")
    assert answer.code == 0, answer.text
    plans = answer.object["plans"]
    assert [Path(plan["run"]).name for plan in plans] == ["base-direct", "base-scip"]
    assert plans[0]["served"] == plans[1]["served"]
    assert {plan["status"] for plan in plans} == {"optimal"}


def test_a_model_file_has_every_digit(tmp_path: Path) -> None:
    model = knapsack(3)
    job = {
        "cost": model.cost + 0.1, "lower": model.lower, "upper": model.upper, "whole": model.whole,
        "row_lower": np.array([1 / 3]), "row_upper": np.array([2 / 3]),
        "indptr": model.matrix.indptr, "indices": model.matrix.indices, "data": model.matrix.data,
    }  # fmt: skip
    text = write_mps(job, tmp_path / "job.mps").read_text()
    assert f" RHS r0 {1 / 3!r}" in text
    assert f" RNG r0 {2 / 3 - 1 / 3!r}" in text
    assert all(f" x{k} cost {float(model.cost[k] + 0.1)!r}" in text for k in range(3))
