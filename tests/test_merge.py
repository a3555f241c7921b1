"""Merging demand points with the same reach changes no optimum, and loses nobody."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from siting.model import goal
from siting.model.goal import Aim
from siting.problems.options import Option
from siting.problems.problem import Problem, TargetRow
from siting.solvers.formulation import Formulation
from siting.solvers.merge import merge

from . import problems
from .problems import make_block, target
from .problems_rich import rich_problem


def optima(problem: Problem) -> list[int]:
    """The best of each aim, one after the other, each kept by the next; travel left out."""
    found: list[tuple[Aim, int]] = []
    for aim in goal.aims(problem):
        if aim.name != goal.TRAVEL:
            task = Formulation(problem, apart=True).aimed(aim, found)
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


@pytest.mark.parametrize("seed", range(20))
def test_merging_keeps_every_rule_of_rich_problems(seed: int) -> None:
    problem = rich_problem(seed)
    assert optima(merge(problem).problem) == optima(problem)


def test_those_who_come_another_way_are_not_alike() -> None:
    options = [Option("A", "S", "new", 9, 1, 1, 9)]
    ways = [
        (1, 1, 900, "A", -1, True),  # v1 and v2 board
        (2, 1, 950, "A", -1, True),
        (3, 2, 900, "A", 0, False),  # v3 and v4 ride one line, v5 another
        (4, 2, 950, "A", 0, False),
        (5, 2, 950, "A", 1, False),
    ]
    block = make_block("school", "catchment", (1, 2, 3, 4, 5, 6), options, {(0, "A"): 10}, more_ways=ways)
    assert merge(Problem((block,), (), None, ())).problem.blocks[0].demand.tolist() == [1, 5, 9, 6]


def test_those_who_lose_by_different_closings_are_not_alike() -> None:
    options = [Option(s, "", "keep", 9, 0, 1) for s in "AB"]
    reach = {(i, s): 10 for i in range(3) for s in "AB"}
    guards = np.array([[0, 0], [0, 1], [1, 2]])
    block = make_block("school", "catchment", (1, 2, 4), options, reach, guards=guards)
    assert merge(Problem((block,), (), None, ())).problem.blocks[0].demand.tolist() == [3, 4]


def test_towns_and_villages_with_the_same_reach_stay_apart_for_a_gap() -> None:
    options = [Option("A", "S", "new", None, 1, 1)]
    block = make_block("clinic", "coverage", (3, 4, 5), options, {(i, "A"): 9 for i in range(3)})
    sides = (np.array([0]), np.array([1, 2]))
    gap = TargetRow("gap", 1, "clinic", "urban_rural_gap", np.arange(3), 9000, 1, parts=sides)
    merged = merge(Problem((block,), (), None, (gap,))).problem
    assert merged.blocks[0].demand.tolist() == [3, 9]
    assert [part.tolist() for part in merged.targets[0].parts] == [[0], [1]]


def test_a_package_keeps_the_place_of_its_settlements() -> None:
    options = [Option("A", "S", "new", None, 1, 1)]
    block = make_block("clinic", "coverage", (3, 4, 5), options, {(i, "A"): 9 for i in range(3)})
    row = TargetRow(
        "T", 1, "", "package_count", np.zeros(0, dtype=np.int64), 2, 1, package={"clinic": np.array([2, -1, 1])}
    )
    merged = merge(Problem((block,), (), None, (row,))).problem
    assert merged.blocks[0].demand.tolist() == [3, 9]
    assert merged.targets[0].package["clinic"].tolist() == [1, -1, 1]


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
