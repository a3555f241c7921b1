"""People assigned again at the end: the nearest of a full site stay, and no aim pays for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from siting.model import goal
from siting.plan import Assignment, Opening, Plan, ServicePlan, Unserved
from siting.plans.assign import positions
from siting.plans.outcome import Effort
from siting.problems.options import Option
from siting.problems.problem import Block, Problem
from siting.solvers import greedy
from siting.solvers import nearer as nearer_module
from siting.solvers.nearer import nearer
from siting.solvers.process.answer import Answer
from siting.solvers.process.linear import LinearModel

from .problems import breaches, make_block, target
from .problems_rich import rich_problem


def _school(*, whole: bool) -> Block:
    options = [Option("s", "", "keep", 10, 0, 1)]
    return make_block("school", "catchment", [10, 10], options, {(0, "s"): 30, (1, "s"): 900}, must_open=["s"],
                      whole=whole)  # fmt: skip


def _far() -> Plan:
    """The school is full of those who live far from it."""
    return Plan(
        {
            "school": ServicePlan(
                open=(Opening("s", "", "keep", ""),),
                closed=(),
                assignments=(Assignment("v1", "s", 0, "", "", 10, 900),),
                transfers=(),
                unserved=(Unserved("v0", 10, "full"),),
            )
        },
        (),
    )


@pytest.mark.parametrize("whole", [False, True])
def test_nobody_beside_a_full_site_gives_way_to_somebody_far(whole: bool) -> None:
    problem = Problem((_school(whole=whole),), (), None, ())
    better = nearer(problem, _far(), {"school": [0]})
    assert [(a.settlement, a.persons) for a in better.services["school"].assignments] == [("v0", 10)]
    assert better.services["school"].open == _far().services["school"].open


@pytest.mark.parametrize("whole", [False, True])
def test_a_target_that_asks_for_the_far_ones_keeps_them(whole: bool) -> None:
    problem = Problem((_school(whole=whole),), (), None, (target("school", "served_share", [1], 10),))
    assert nearer(problem, _far(), {"school": [0]}) == _far()


def test_whole_settlements_are_assigned_in_a_child_that_keeps_limits_and_may_die(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = Problem((_school(whole=True),), (), None, ())
    asked = []

    def dies(model: LinearModel, effort: Effort, **how: int) -> Answer:
        asked.append((effort.time_limit_s, effort.memory_mb, how["max_nodes"]))
        return Answer(None, None, complete=False, infeasible=False, crashed="killed", version="", log="")

    monkeypatch.setattr(nearer_module, "hand_over", dies)
    effort = Effort(memory_mb=700, time_limit_s=600)
    plan = nearer(problem, _far(), {"school": [0]}, effort)
    assert breaches(problem, plan) == []
    assert asked == [(nearer_module.SECONDS, 700, nearer_module.NODES)]
    nearer(problem, _far(), {"school": [0]}, replace(effort, stopped=lambda: True))
    assert len(asked) == 1  # after a signal none is begun


@pytest.mark.parametrize("seed", range(12))
def test_no_aim_loses_and_no_rule_breaks(seed: int) -> None:
    problem = rich_problem(seed)
    plan = greedy.first_plan(problem)
    better = nearer(problem, plan, positions(problem, plan.services))
    for aim in goal.aims(problem):
        assert not aim.better(goal.value(problem, aim, plan), goal.value(problem, aim, better)), aim.name
    assert breaches(problem, better) == []
    assert {k: replace(s, assignments=(), unserved=(), transfers=()) for k, s in better.services.items()} == {
        k: replace(s, assignments=(), unserved=(), transfers=()) for k, s in plan.services.items()
    }
