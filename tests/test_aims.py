"""The aims after the targets, in any order: by hand, by brute force, and the classic problems that they pose."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from siting.model import goal
from siting.plans.outcome import Effort, Outcome, Stop
from siting.problems.options import Option
from siting.problems.problem import Block, Fund, Problem
from siting.solvers import county
from siting.solvers.classic import problems as classic

from . import classic_county as posed
from . import problems
from . import problems_aims as brute
from .problems import make_block, target
from .problems_rich import rich_problem

EXACT = Effort(gap=0, time_limit_s=600, prove_travel=True)
ORDERS = [order for n in (1, 2, 3) for order in itertools.permutations(("worth", "cost", "travel"), n)]


def solved(problem: Problem, effort: Effort = EXACT) -> Outcome:
    """The answer, which keeps the rules, and whose stages say what the plan has and prove it."""
    outcome = county.solve(problem, effort)
    assert problems.breaches(problem, outcome.plan) == []
    assert [s.name for s in outcome.stages] == [a.name for a in goal.aims(problem)]
    for aim, stage in zip(goal.aims(problem), outcome.stages, strict=True):
        assert stage.objective == goal.value(problem, aim, outcome.plan)
        if not stage.brief:
            assert (stage.bound, stage.stop) == (stage.objective, Stop.PROVEN)
    return outcome


def aimed(seed: int) -> Problem:
    """A rich problem of one phase without packages and waste, with prices of travel and an order of aims by chance."""
    rng = np.random.default_rng([17, seed])
    for k in itertools.count(100 * seed):
        problem = rich_problem(k)
        plain = len(problem.phases) == 1 and not any(t.package for t in problem.targets)
        if plain and any(b.family == "catchment" for b in problem.blocks):
            order = ORDERS[int(rng.integers(len(ORDERS)))]
            problem = replace(problem, blocks=_priced(rng, problem), aims=order, cost_years=int(rng.integers(0, 4)))
            if brute.best(problem) is not None:
                return problem
    raise AssertionError


def _priced(rng: np.random.Generator, problem: Problem) -> tuple[Block, ...]:
    return tuple(
        replace(b, fares=tuple(Fraction(int(f)) for f in rng.integers(0, 3, 3)))
        if b.family == "catchment" and rng.random() < 0.5
        else b
        for b in problem.blocks
    )


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(24))
def test_every_order_of_the_aims_equals_brute_force(seed: int) -> None:
    problem = aimed(seed)
    assert brute.reached(problem, solved(problem).plan) == brute.best(problem)


@pytest.mark.long
@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(1000, 1300))
def test_every_order_of_the_aims_equals_brute_force_on_many_more(seed: int) -> None:
    problem = aimed(seed)
    assert brute.reached(problem, solved(problem).plan) == brute.best(problem)


# ---- by hand: 100, 80, 60 and 50 people; A serves the first two, B the second and third, C the last two

VILLAGES = (100, 80, 60, 50)
REACH = {(0, "A"): 300, (1, "A"): 400, (1, "B"): 200, (2, "B"): 500, (2, "C"): 350, (3, "C"): 250}
EVERYBODY = target("cover", "served_share", range(4), 290)


def cover(money: int, aims: tuple[str, ...], **prices: int) -> Problem:
    """Coverage by A, B and C, each at 10 or its price, and 2 a year."""
    options = [Option(s, "S", "new", None, prices.get(s, 10), 2) for s in "ABC"]
    block = make_block("cover", "coverage", VILLAGES, options, REACH)
    return Problem((block,), (Fund("f", money, ("cover",)),), None, (EVERYBODY,), aims=aims, cost_years=5)


def opened(outcome: Outcome, service: str) -> str:
    return "".join(o.site for o in outcome.plan.services[service].open)


def values(outcome: Outcome) -> dict[str, int]:
    return {stage.name: stage.objective for stage in outcome.stages if not stage.name.startswith("tier")}


@pytest.mark.usefixtures("in_process")
def test_the_cheapest_cover_is_what_the_aim_of_cost_finds() -> None:
    # A and C serve all; money for three would also buy B, which serves nobody else: 2 * 10 and 5 years of 2 * 2
    outcome = solved(cover(30, ("cost",)))
    assert opened(outcome, "cover") == "AC"
    assert values(outcome) == {"cost": 40}


@pytest.mark.usefixtures("in_process")
def test_cost_before_worth_builds_only_what_the_targets_ask_for() -> None:
    half = replace(cover(30, ("cost", "worth")), targets=(target("cover", "served_share", range(4), 110),))
    # C alone serves 110, A alone 180, both at one price: the cost is the same, so the worth decides
    outcome = solved(half)
    assert opened(outcome, "cover") == "A"
    assert values(outcome) == {"cost": 20, "worth": 180}
    assert opened(solved(replace(half, aims=("worth", "cost"))), "cover") == "AC"


@pytest.mark.usefixtures("in_process")
def test_an_existing_site_that_nobody_needs_is_shut_only_for_the_sake_of_cost() -> None:
    # E serves v0 as A does, at 3 a year and no capital; A is built for v1, so E only costs
    options = [Option("E", "", "keep", None, 0, 3), *(Option(s, "S", "new", None, 10, 2) for s in "ABC")]
    block = make_block("cover", "coverage", VILLAGES, options, {**REACH, (0, "E"): 100})
    problem = Problem((block,), (Fund("f", 30, ("cover",)),), None, (EVERYBODY,), cost_years=5)
    assert "E" in opened(solved(problem), "cover")
    # E with B and C serves all at 20 + 5 * 7, A and C at 20 + 5 * 4
    assert opened(solved(replace(problem, aims=("worth", "cost"))), "cover") == "AC"


def two_schools(aims: tuple[str, ...], fares: tuple[Fraction, ...] = (Fraction(1),)) -> Problem:
    """Ten pupils, 100 from A (built at 900) and 40 from B (built at 1400); there is money for both."""
    options = [Option("A", "S", "new", 10, 900, 0), Option("B", "S", "new", 10, 1400, 0)]
    block = make_block("school", "catchment", (10,), options, {(0, "A"): 100, (0, "B"): 40}, fares=fares)
    return Problem((block,), (Fund("f", 2300, ("school",)),), None, (), aims=aims, cost_years=1)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize(
    ("aims", "site", "reached"),
    [
        (("worth", "travel"), "B", {"worth": 10, "travel": 400}),
        (("worth", "cost"), "B", {"worth": 10, "cost": 1400 + 400}),  # A: 900 + 1000
        (("cost", "worth"), "", {"cost": 0, "worth": 0}),
        (("travel", "cost", "worth"), "", {"travel": 0, "cost": 0, "worth": 0}),
    ],
)
def test_building_is_weighed_against_travel(aims: tuple[str, ...], site: str, reached: dict[str, int]) -> None:
    outcome = solved(two_schools(aims))
    assert opened(outcome, "school") == site
    assert values(outcome) == reached


@pytest.mark.usefixtures("in_process")
def test_free_travel_leaves_the_cheaper_school_and_the_shorter_way_comes_after() -> None:
    outcome = solved(two_schools(("worth", "cost", "travel"), ()))
    assert opened(outcome, "school") == "A"
    assert values(outcome) == {"worth": 10, "cost": 900, "travel": 1000}


@pytest.mark.usefixtures("in_process")
def test_travel_at_the_end_claims_nothing_unless_its_proof_is_asked_for() -> None:
    problem = two_schools(("worth", "travel"))
    assert solved(problem, replace(EXACT, prove_travel=False)).stages[-1].brief
    assert not solved(problem).stages[-1].brief
    assert not solved(two_schools(("travel", "worth")), replace(EXACT, prove_travel=False)).stages[0].brief


@pytest.mark.usefixtures("in_process")
def test_the_travel_of_a_service_is_rounded_up_once() -> None:
    # 10 pupils over 40 and 1/7 each: 400 / 7 = 57.14 a year
    outcome = solved(two_schools(("worth", "cost"), (Fraction(1, 7),)))
    assert values(outcome)["cost"] == 900 + 143  # A: 1000 / 7 = 142.86


# ---- the classic problems through the engine of a county


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(4))
def test_set_covering_and_centers_are_problems_of_a_county(seed: int) -> None:
    rng = np.random.default_rng(seed)
    covers, price = rng.random((14, 8)) < 0.3, rng.integers(1, 9, 8)
    covers[:, 0], price[0] = True, 30
    sets = [list(s) for k in range(1, 9) for s in itertools.combinations(range(8), k)]
    cheapest = min(int(price[s].sum()) for s in sets if covers[:, s].any(axis=1).all())
    outcome = solved(posed.set_covering(covers, price))
    assert values(outcome) == {"cost": cheapest}
    assert cheapest == classic.solve_classic(classic.SetCovering(covers, price), EXACT).objective
    distance = rng.integers(0, 60, (9, 6))
    radius = min(int(distance[:, s].min(axis=1).max()) for s in map(list, itertools.combinations(range(6), 3)))
    assert radius == classic.solve_classic(classic.PCenter(distance, 3), EXACT).objective
    assert solved(posed.center(distance, 3, radius)).stages[0].bound == 9 * 111111
    missed = solved(posed.center(distance, 3, radius - 1)).stages[0].bound
    assert missed is not None
    assert missed < 9 * 111111


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(4))
def test_medians_are_problems_of_a_county(seed: int) -> None:
    rng = np.random.default_rng(seed)
    distance = rng.integers(0, 60, (9, 7))
    least = min(int(distance[:, s].min(axis=1).sum()) for s in map(list, itertools.combinations(range(7), 3)))
    assert values(solved(posed.median(distance, 3))) == {"worth": 9, "travel": least}
    assert least == classic.solve_classic(classic.PMedian(distance, 3), EXACT).objective


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("single_source", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_capacitated_location_is_a_problem_of_a_county(seed: int, single_source: bool) -> None:
    rng = np.random.default_rng(seed)
    demand, opening, cost = rng.integers(1, 6, 7), rng.integers(20, 60, 5), rng.integers(1, 40, (7, 5))
    cost = cost if single_source else cost * demand[:, None]
    room = np.full(5, int(demand.sum()) // 2 + 1)
    case = classic.Capacitated(demand, room, opening, cost, single_source=single_source)
    answer = classic.solve_classic(case, EXACT)
    outcome = solved(posed.capacitated(demand, room, opening, cost, single_source=single_source))
    assert values(outcome)["worth"] == demand.sum()
    assert values(outcome)["cost"] == pytest.approx(answer.objective, rel=1e-7)
    if single_source:
        every = itertools.product(range(5), repeat=7)
        fits = (a for a in every if all(demand[[i for i in range(7) if a[i] == j]].sum() <= room[j] for j in range(5)))
        least = min(int(cost[range(7), a].sum() + opening[list(set(a))].sum()) for a in fits) if seed == 0 else None
        assert least in (None, values(outcome)["cost"])
