"""Campaign `witness`: a second solver, SCIP, on random problems: what each found and proved can both be true.

Both run inside this process (HiGHS through scipy, SCIP through the model file that siting writes for it), so that a
problem takes a part of a second; the short forms in tests/test_witness.py have the solvers' own processes.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from siting.model import goal
from siting.problems.problem import Problem
from siting.solvers import county, whole
from siting.solvers.process import supervise
from siting.solvers.process.child import write_mps
from siting.solvers.process.engines import ENGINES
from siting.solvers.process.linear import LinearModel

from . import campaign, problems, test_brute_force_rich
from .problems_rich import rich_problem
from .test_witness import EXACT

FIRST = int(os.environ.get("SITING_SEED", "5000"))


@pytest.fixture
def scip_too(in_process: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SCIP inside this process, too."""
    import numpy as np
    from pyscipopt import Model

    others = supervise.run

    def run(linear: LinearModel, start: dict[int, float], *, engine: str = "highs", **more: object) -> supervise.Answer:
        if engine != "scip":
            return others(linear, start, **more)  # type: ignore[arg-type]
        job = {
            "cost": linear.cost, "lower": linear.lower, "upper": linear.upper, "whole": linear.whole,
            "row_lower": linear.row_lower, "row_upper": linear.row_upper,
            "indptr": linear.matrix.indptr, "indices": linear.matrix.indices, "data": linear.matrix.data,
        }  # fmt: skip
        model = Model()
        model.hideOutput()
        model.readProblem(str(write_mps(job, tmp_path / "job.mps")))
        assert (model.getNVars(), model.getNConss()) == (len(linear.cost), len(linear.row_lower))
        model.setParam("limits/gap", 0.0)
        model.optimize()
        if model.getStatus() == "infeasible":
            return supervise.Answer(None, None, True, True, "", "scip", "")
        assert model.getStatus() == "optimal"
        by_name, best = {v.name: v for v in model.getVars()}, model.getBestSol()
        values = np.array([model.getSolVal(best, by_name[f"x{k}"]) for k in range(len(linear.cost))])
        more["on_values"](values)  # type: ignore[operator]
        bound = linear.sign * (model.getDualbound() + linear.offset)
        return supervise.Answer(values, bound, True, False, "", "scip", "")

    monkeypatch.setattr(supervise, "run", run)


def disagreements(problem: Problem) -> list[str]:
    """Stages in which the plan of one solver is better than the bound of the other."""
    outcome = county.solve(problem, EXACT)
    found = problems.breaches(problem, outcome.plan)
    for seen in whole.scip.witness(problem, outcome.plan, EXACT):
        stage = outcome.stage(seen.name)
        assert stage is not None
        sign = 1 if seen.maximise else -1
        if seen.objective is None or seen.bound is None:
            found.append(f"{seen}: no answer")
        elif stage.bound is None or sign * seen.objective > sign * stage.bound:
            found.append(f"{seen}: better than the bound of {stage}")
        elif sign * stage.objective > sign * seen.bound or stage.objective != seen.reached:
            found.append(f"{seen}: its bound excludes the plan of {stage}")
        elif not goal.is_brief(problem, next(a for a in goal.aims(problem) if a.name == seen.name), prove_travel=False):
            found += [] if seen.objective == stage.objective else [f"{seen} and {stage} are not the same best"]
    return found


@pytest.mark.skipif(not campaign.is_long(), reason="the short forms stand in tests/test_witness.py")
@pytest.mark.usefixtures("scip_too")
def test_two_solvers_can_both_be_right() -> None:
    if not ENGINES["scip"].is_here():
        pytest.skip("scip is not installed")
    wrong: list[str] = []
    many, impossible = campaign.count(0), 0
    for k in range(many):
        seed = FIRST + k
        if k % 2 and not test_brute_force_rich.can_be(seed):
            test_brute_force_rich.is_called_impossible(seed)
            impossible += 1
            continue
        problem = rich_problem(seed) if k % 2 else problems.random_problem(seed, tiny=False)
        wrong += [f"{seed}: {what}"[:1500] for what in disagreements(problem)]
        if k % 50 == 49 or k + 1 == many:
            campaign.tell("witness", problems=k + 1, impossible=impossible, wrong=wrong)
    assert wrong == []
