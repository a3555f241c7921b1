"""Merging demand points with the same reach changes no optimum, and loses nobody."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from siting.model import building, goal
from siting.model.goal import Aim
from siting.problem import Option, Problem
from siting.solvers import linear
from siting.solvers.merge import merge

from . import problems
from .problems import make_block, target


def optima(problem: Problem) -> list[int]:
    """The best of each aim, one after the other, each kept by the next; travel left out."""
    found: list[tuple[Aim, int]] = []
    for aim in goal.aims(problem):
        if aim.name != goal.TRAVEL:
            model = building.build(problem)
            for earlier, level in found:
                goal.keep(model, problem, earlier, level)
            goal.aim_at(model, problem, aim)
            task = linear.compile_model(model)
            answer = milp(
                task.cost,
                integrality=task.whole.astype(int),
                bounds=Bounds(task.lower, task.upper),
                constraints=LinearConstraint(task.matrix, task.row_lower, task.row_upper),
                options={"mip_rel_gap": 0.0},
            )
            assert answer.status == 0, answer.message
            found.append((aim, round(task.sign * (answer.fun + task.offset))))
    return [level for _, level in found]


@pytest.mark.parametrize("seed", range(12))
def test_the_merged_problem_has_the_same_optima(seed: int) -> None:
    problem = problems.random_problem(seed, tiny=False)
    merged = merge(problem).problem
    assert sum(len(b.demand) for b in merged.blocks) < sum(len(b.demand) for b in problem.blocks)
    assert optima(merged) == optima(problem)


@pytest.mark.parametrize("seed", range(12))
def test_people_settlements_and_targets_keep_their_sums(seed: int) -> None:
    problem = problems.random_problem(seed, tiny=False)
    small = merge(problem)
    for before, after in zip(problem.blocks, small.problem.blocks, strict=True):
        group = small.group[before.service]
        assert after.demand.sum() == before.demand.sum()
        assert after.settlements.sum() == before.settlements.sum()
        assert np.array_equal(np.bincount(group, weights=before.demand), after.demand)
    for row, merged_row in zip(problem.targets, small.problem.targets, strict=True):
        block, group = small.problem.block(row.service), small.group[row.service]
        assert (row.id, row.need, row.points) == (merged_row.id, merged_row.need, merged_row.points)
        assert sorted(set(group[row.members].tolist())) == merged_row.members.tolist()
        persons = problem.block(row.service).demand[row.members].sum()
        assert block.demand[merged_row.members].sum() == persons


def test_points_that_a_target_counts_one_by_one_stay_apart() -> None:
    options = [Option("A", "S", "new", 9, 1, 1)]
    block = make_block("school", "catchment", (3, 4, 5, 6), options, {(i, "A"): 10 + i for i in range(4)})
    counted = target("school", "settlements_share", (0, 1), 2)
    merged = merge(Problem((block,), (), None, (counted,)))
    assert merged.problem.blocks[0].demand.tolist() == [3, 4, 11]
    assert merge(Problem((block,), (), None, ())).problem.blocks[0].demand.tolist() == [18]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.data())
def test_apart_hands_everybody_back(seed: int, data: st.DataObject) -> None:
    problem = problems.random_problem(seed, tiny=False)
    small = merge(problem)
    served = {
        b.service: np.array([data.draw(st.integers(0, int(q))) for q in b.demand], dtype=np.int64)
        for b in small.problem.blocks
    }
    for service, persons in small.apart(served).items():
        demand, group = problem.block(service).demand, small.group[service]
        assert ((persons >= 0) & (persons <= demand)).all()
        assert np.array_equal(np.bincount(group, weights=persons).astype(np.int64), served[service])
        # one settlement after the other in full: at most one of a group is served in part
        partly = (persons > 0) & (persons < demand)
        assert np.bincount(group, weights=partly).max() <= 1
