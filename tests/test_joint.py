"""Services that share money, land and sites, taken apart: pieces fit together, bounds hold, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from siting.model import goal
from siting.plans.outcome import Effort, Known
from siting.solvers import county, greedy
from siting.solvers.formulation import Formulation
from siting.solvers.joint import prices, start
from siting.solvers.joint.split import COMMON, piece, shared_out, split
from siting.solvers.process import supervise
from siting.solvers.process.linear import LinearModel

from . import problems
from . import problems_brute as brute
from .problems_rich import rich_problem

#: Seeds of problems with several parts, among the first ones.
JOINT = [seed for seed in range(60) if len(start.leaning(rich_problem(seed))) > 1]


@pytest.fixture
def every_size(monkeypatch: pytest.MonkeyPatch, in_process: None) -> None:
    """Small problems are taken apart too."""
    monkeypatch.setattr(start, "MANY_OPTIONS", 0)


def agrees_with_brute_force(seed: int) -> None:
    """The plan keeps all rules, nothing is better than its bounds, and the best is found where the gap is 0."""
    problem = rich_problem(seed)
    exact = brute.best(problem)
    said: list[Known] = []
    outcome = county.solve(problem, Effort(gap=0, time_limit_s=600, on_known=said.append))
    assert problems.breaches(problem, outcome.plan) == []
    assert brute.reached(problem, outcome.plan) == exact
    for aim in goal.aims(problem):
        stage = outcome.stage(aim.name)
        assert stage is not None
        if aim.maximise:
            assert stage.bound == stage.objective == goal.value(problem, aim, outcome.plan)


def bounds_hold(seed: int, gap: float) -> None:
    """What is known before the stages: a plan that keeps all rules, and no best plan beyond a bound."""
    problem = rich_problem(seed)
    exact = brute.best(problem)
    first = greedy.first_plan(problem)
    form = Formulation(problem, loose=True)
    plan, known = start.prepared(problem, form, first, Effort(gap=gap), lambda: 60.0)
    assert problems.breaches(problem, plan) == []
    assert brute.reached(problem, first) <= brute.reached(problem, plan) <= exact
    reached = dict(zip([*(f"tier {t}" for t in problem.tiers), goal.WORTH], exact, strict=True))
    assert known
    for fact in known:
        if all(reached[name] >= level for name, level in fact.reached.items()):
            assert fact.bound >= reached[fact.name]


@pytest.mark.usefixtures("every_size")
@pytest.mark.parametrize("seed", JOINT[:12])
def test_taken_apart_it_equals_brute_force(seed: int) -> None:
    agrees_with_brute_force(seed)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", JOINT[12:36])
def test_bounds_before_the_stages_bracket_the_truth(seed: int) -> None:
    bounds_hold(seed, gap=0.1 if seed % 2 else 0.0)


@pytest.mark.long
@pytest.mark.usefixtures("every_size")
@pytest.mark.parametrize("seed", range(1000, 1300))
def test_taken_apart_it_equals_brute_force_on_many_more(seed: int) -> None:
    agrees_with_brute_force(seed)


@pytest.mark.parametrize("seed", JOINT[:10])
def test_pieces_that_change_side_by_side_keep_all_rows(seed: int) -> None:
    # every part spends its share of the slack in a direction of its own; what they do together must fit
    problem = rich_problem(seed)
    form = Formulation(problem)
    linear, parts = form.linear, split(form.linear, form.posed)
    assert set(parts.owner.tolist()) <= {COMMON, *range(len(parts.parts))}
    values = linear.lower.copy()
    activity = linear.matrix @ values
    roomy = type(linear)(
        **{**vars(linear), "row_lower": activity - 10.0, "row_upper": activity + np.arange(len(activity)) % 7}
    )
    allotted = shared_out(roomy, values, parts.touched(linear.matrix))
    dice = np.random.default_rng(seed)
    together = values.copy()
    for part in range(len(parts.parts)):
        small, columns = piece(allotted, parts.owner == part, values)
        step = dice.random(len(columns))
        moved = small.matrix @ step
        room = np.where(moved > 0, small.row_upper - small.matrix @ values[columns], np.inf)
        along = min(1.0, float(np.min(room[moved > 0] / moved[moved > 0], initial=np.inf)))
        together[columns] += along * step
    assert (linear.matrix @ together <= roomy.row_upper + 1e-9).all()


def test_a_piece_counts_what_is_held_still() -> None:
    problem = rich_problem(JOINT[0])
    form = Formulation(problem)
    linear = form.aimed(goal.Aim(goal.WORTH, True), [])
    values = np.random.default_rng(1).random(len(linear.cost))
    free = np.arange(len(values)) % 2 == 0
    small, columns = piece(linear, free, values)
    assert small.offset + small.cost @ values[columns] == pytest.approx(linear.offset + linear.cost @ values)
    assert len(small.row_upper) <= len(linear.row_upper)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", JOINT[:30])
def test_every_price_gives_a_bound(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prices, "LARGE_PART", 6)  # some are relaxed first
    problem = replace(rich_problem(seed), targets=())
    (exact,) = brute.best(problem)
    form = Formulation(problem, loose=bool(seed % 2))
    linear, parts = form.aimed(goal.Aim(goal.WORTH, True), []), split(form.linear, form.posed)

    def run(task: LinearModel, share: float) -> supervise.Answer:
        return supervise.run(task, {}, gap=0, seconds=10, seed=0, threads=1, stopped=lambda: False)

    dice = np.random.default_rng(seed)
    for size in (0.0, 0.5, 5.0):
        found = prices.bound(linear, parts, size * dice.standard_normal(len(linear.row_lower)), run)
        assert found >= exact - 1e-6
