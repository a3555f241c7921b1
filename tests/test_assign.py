"""From open options to a plan: the transport step against enumeration, the reasons, and what must never break."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import SolverFailed
from siting.plan import ServicePlan
from siting.plans import assign
from siting.plans.assign import complete
from siting.problems.options import Option
from siting.problems.problem import Block, Fund, Problem

from . import problems
from . import problems_brute as brute
from .problems import make_block
from .problems_rich import rich_problem


def service_plan(block: Block, opened: list[int], served: np.ndarray | None = None) -> ServicePlan:
    """One service alone, with these options open."""
    return assign.service_plan(Problem((block,), (), None, ()), block, {block.service: opened}, served)


@st.composite
def schools(draw: st.DrawFn, most: int = 40) -> tuple[Block, list[int]]:
    """A catchment service and the options that are open."""
    demand = draw(st.lists(st.integers(1, most), min_size=1, max_size=4))
    places = draw(st.lists(st.integers(0, most + 10), min_size=1, max_size=3))
    options = [Option(f"s{j}", "S", "new", room, 1, 1) for j, room in enumerate(places)]
    pairs = [(i, o.site) for i in range(len(demand)) for o in options]
    reach = {pair: draw(st.integers(1, 60)) for pair in pairs if draw(st.booleans())}
    opened = [j for j in range(len(options)) if draw(st.booleans())]
    return make_block("school", "catchment", demand, options, reach), opened


def served_of(block: Block, part: ServicePlan) -> np.ndarray:
    persons = dict.fromkeys(block.demand_ids, 0)
    for a in part.assignments:
        persons[a.settlement] += a.persons
    return np.array(list(persons.values()))


def cost(part: ServicePlan) -> tuple[int, int]:
    """Persons left out, then travel: both as small as can be."""
    return -sum(a.persons for a in part.assignments), sum(a.persons * a.travel for a in part.assignments)


def enumerated(block: Block, opened: list[int]) -> tuple[int, int]:
    """The least `cost`, by trying every way to send whole persons."""
    room = [
        sum(int(block.capacity[o]) for o in opened if block.option_site[o] == j) for j in range(len(block.site_ids))
    ]
    pairs = list(zip(block.pair_demand.tolist(), block.pair_site.tolist(), block.pair_travel.tolist(), strict=True))
    found = []
    for went in itertools.product(*(range(min(int(block.demand[i]), room[j]) + 1) for i, j, _ in pairs)):
        sent, taken = [0] * len(block.demand), [0] * len(room)
        for persons, (i, j, _) in zip(went, pairs, strict=True):
            sent[i] += persons
            taken[j] += persons
        if all(s <= q for s, q in zip(sent, block.demand, strict=True)) and all(
            t <= r for t, r in zip(taken, room, strict=True)
        ):
            found.append((-sum(went), sum(n * far for n, (_, _, far) in zip(went, pairs, strict=True))))
    return min(found)


@settings(max_examples=60, deadline=None)
@given(schools(most=2))
def test_nobody_could_be_sent_better_than_the_transport_step_sends_them(case: tuple[Block, list[int]]) -> None:
    block, opened = case
    assert cost(service_plan(block, opened)) == enumerated(block, opened)


@settings(max_examples=60, deadline=None)
@given(schools())
def test_people_are_neither_lost_nor_squeezed_in(case: tuple[Block, list[int]]) -> None:
    block, opened = case
    alone = Problem((block,), (), None, ())
    part = service_plan(block, opened)
    assert problems.breaches_of_people(alone, block, part, {block.service: tuple(opened)}) == []


@settings(max_examples=60, deadline=None)
@given(schools(), st.data())
def test_whom_the_solver_served_is_served(case: tuple[Block, list[int]], data: st.DataObject) -> None:
    block, opened = case
    possible = served_of(block, service_plan(block, opened))
    at_least = np.array([data.draw(st.integers(0, int(n))) for n in possible], dtype=np.int64)
    part = service_plan(block, opened, at_least)
    assert (served_of(block, part) >= at_least).all()
    assert cost(part)[0] == -possible.sum()  # and nobody else pays for it


def test_a_lower_bound_turns_the_nearest_away() -> None:
    block = make_block("school", "catchment", (4, 4), [Option("A", "S", "new", 4, 1, 1)], {(0, "A"): 1, (1, "A"): 9})
    assert served_of(block, service_plan(block, [0])).tolist() == [4, 0]
    assert served_of(block, service_plan(block, [0], np.array([0, 3]))).tolist() == [1, 3]


def test_a_promise_that_the_places_cannot_keep_is_refused() -> None:
    block = make_block("school", "catchment", (4,), [Option("A", "S", "new", 3, 1, 1)], {(0, "A"): 1})
    with pytest.raises(SolverFailed, match="E902"):
        service_plan(block, [0], np.array([4]))


@pytest.mark.parametrize("family", ["coverage", "catchment"])
def test_each_settlement_left_over_has_its_reason(family: str) -> None:
    places = 3 if family == "catchment" else None
    options = [Option("A", "S", "new", places, 1, 1), Option("B", "S", "new", places, 1, 1)]
    # v0 beyond the network, v1 near no site, v2 near B that is not open, v3 and v4 near A that is
    reach = {(2, "B"): 5, (3, "A"): 1, (4, "A"): 9}
    block = make_block("s", family, (5, 5, 5, 3, 2), options, reach, unreachable=[0])
    part = service_plan(block, [0])
    reasons = {u.settlement: (u.persons, u.reason) for u in part.unserved}
    common = {"v0": (5, "unreachable"), "v1": (5, "no_site_in_reach"), "v2": (5, "not_built")}
    assert reasons == common | ({"v4": (2, "full")} if family == "catchment" else {})


def test_coverage_goes_to_the_best_open_site() -> None:
    options = [Option(s, "S", "new", None, 1, 1) for s in "ABC"]
    block = make_block("s", "coverage", (7,), options, {(0, "A"): 5, (0, "B"): 3, (0, "C"): 3})
    assert [a.site for a in service_plan(block, [0, 1, 2]).assignments] == ["B"]  # of two as near, the first id
    assert [a.site for a in service_plan(block, [0, 2]).assignments] == ["C"]
    assert [a.site for a in service_plan(block, [0]).assignments] == ["A"]


def test_an_existing_site_that_is_not_open_is_listed_as_closed() -> None:
    options = [Option("E", "", "keep", None, 0, 1), Option("N", "S", "new", None, 1, 1)]
    part = service_plan(make_block("s", "coverage", (7,), options, {(0, "N"): 5}), [1])
    assert part.closed == ("E",)
    assert service_plan(make_block("s", "coverage", (7,), options, {}), [0]).closed == ()


def test_a_plan_that_nobody_can_pay_is_refused() -> None:
    block = make_block("s", "coverage", (7,), [Option("N", "S", "new", None, 10, 1)], {(0, "N"): 5})
    with pytest.raises(SolverFailed, match="E902"):
        complete(Problem((block,), (Fund("f", 9, ("s",)),), None, ()), {"s": [0]})


@pytest.mark.parametrize("seed", range(30))
def test_as_many_are_served_as_the_rules_allow(seed: int) -> None:
    problem = rich_problem(seed)
    for chosen in itertools.islice(
        itertools.product(*(list(brute.combinations(b)) for b in problem.blocks)), 0, None, 7
    ):
        opened = {b.service: own for b, own in zip(problem.blocks, chosen, strict=True)}
        for block in problem.blocks:
            since = brute.since_of_ways(problem, block, opened)
            possible = brute.all_served(problem, block, opened[block.service], since)
            try:
                part = assign.service_plan(problem, block, opened)
            except SolverFailed:
                assert not possible
                continue
            assert problems.breaches_of_people(problem, block, part, opened) == []
            most = max(sum(phases[-1] for phases in served) for served in possible)
            assert sum(a.persons for a in part.assignments) == most


def two_schools() -> tuple[Problem, Block]:
    """A opens in 2025, B in 2030 and is nearer to both villages; 6 pupils each, 10 places each."""
    phases = ("2025", "2030")
    options = [Option("A", "S", "new", 10, 5, 1, phase="2025"), Option("B", "S", "new", 10, 5, 1, phase="2030")]
    reach = {(i, s): far for i in (0, 1) for s, far in (("A", 900), ("B", 10 + i))}
    block = make_block("school", "catchment", (6, 6), options, reach, phases=phases)
    return Problem((block,), (), None, (), phases), block


def test_who_is_to_be_served_by_a_phase_goes_where_it_is_open_by_then() -> None:
    problem, block = two_schools()
    opened = {"school": (0, 1)}
    free = assign.service_plan(problem, block, opened)
    assert [(a.settlement, a.since, a.persons) for a in free.assignments] == [
        ("v0", "2030", 6),  # B takes the nearer v0 and 4 of v1
        ("v1", "2025", 2),
        ("v1", "2030", 4),
    ]
    early = assign.service_plan(problem, block, opened, np.array([[5, 0], [6, 0]]))
    assert [(a.settlement, a.since, a.persons) for a in early.assignments] == [
        ("v0", "2025", 5),
        ("v0", "2030", 1),
        ("v1", "2030", 6),
    ]
    with pytest.raises(SolverFailed, match="E902"):  # A has 10 places
        assign.service_plan(problem, block, opened, np.array([[6, 5], [6, 6]]))
