"""The direct solver finds what brute force finds, on random problems and on some that are solved here by hand."""

from __future__ import annotations

import pytest

from siting.model import goal
from siting.plan import Plan
from siting.plans.outcome import Effort, Outcome, Stop
from siting.problems.options import Option
from siting.problems.problem import Block, Fund, Problem
from siting.solvers import county, greedy

from . import problems
from . import problems_brute as brute
from .problems import make_block, target

EXACT = Effort(gap=0, time_limit_s=600)


def solved(problem: Problem) -> Outcome:
    """The direct solver's answer, which keeps the rules and is what it says it is."""
    outcome = county.solve(problem, EXACT)
    assert problems.breaches(problem, outcome.plan) == []
    reached = brute.reached(problem, outcome.plan)
    judged = [aim for aim in goal.aims(problem) if aim.name != goal.TRAVEL]
    assert [goal.value(problem, aim, outcome.plan) for aim in judged] == [
        n for n, tier in zip(reached, [*problem.tiers, None], strict=True) if tier is None or _counts(problem, tier)
    ]
    for aim in goal.aims(problem):
        stage = outcome.stage(aim.name)
        assert stage is not None
        assert stage.objective == goal.value(problem, aim, outcome.plan)
        if stage.bound is not None:
            assert stage.bound >= stage.objective if aim.maximise else stage.bound <= stage.objective
        if aim.name != goal.TRAVEL:
            assert stage.stop is Stop.PROVEN
            assert stage.gap == 0
    return outcome


def _counts(problem: Problem, tier: int) -> bool:
    return any(t.need for t in problem.targets if t.tier == tier)


def is_the_best(seed: int) -> None:
    problem = problems.random_problem(seed)
    first = greedy.solve(problem, EXACT).plan
    assert problems.breaches(problem, first) == []
    exact = brute.best(problem)
    assert brute.reached(problem, first) <= exact
    assert brute.reached(problem, solved(problem).plan) == exact


@pytest.mark.parametrize("seed", range(4))
def test_the_direct_solver_equals_brute_force(seed: int) -> None:
    is_the_best(seed)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", [*range(4, 24), 41, 47, 549, 589])  # the last four had options that no row mentions
def test_its_search_equals_brute_force_in_one_process(seed: int) -> None:
    is_the_best(seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_the_direct_solver_equals_brute_force_on_many_more(seed: int) -> None:
    is_the_best(seed)


# Four villages of 100, 80, 60 and 50 people; site A serves the first two, B the second and third, C the last two.
VILLAGES = (100, 80, 60, 50)
REACH = {(0, "A"): 300, (1, "A"): 400, (1, "B"): 200, (2, "B"): 500, (2, "C"): 350, (3, "C"): 250}


def cover(**changes: int) -> Block:
    """Coverage: each site costs 10 to build, unless ``changes`` gives another price."""
    options = [Option(s, "S", "new", None, changes.get(s, 10), 1) for s in "ABC"]
    return make_block("cover", "coverage", VILLAGES, options, REACH)


def one_service(block: Block, money: int, *, running: int | None = None, targets: tuple = ()) -> Problem:  # type: ignore[type-arg]
    return Problem((block,), (Fund("county", money, (block.service,)),), running, targets)


def sites(plan: Plan, service: str) -> str:
    return "".join(o.site for o in plan.services[service].open)


def opened(plan: Plan, service: str) -> list[tuple[str, str, str]]:
    return [(o.site, o.size, o.action) for o in plan.services[service].open]


def went(plan: Plan, service: str) -> list[tuple[str, str, int]]:
    return [(a.settlement, a.site, a.persons) for a in plan.services[service].assignments]


def test_one_site_goes_where_most_people_are() -> None:
    outcome = solved(one_service(cover(), 10))  # A: 100 + 80 = 180, B: 80 + 60 = 140, C: 60 + 50 = 110
    assert sites(outcome.plan, "cover") == "A"
    assert outcome.stages[-1].objective == 180


def test_two_sites_go_where_they_do_not_overlap() -> None:
    outcome = solved(one_service(cover(), 20))  # A and B: 240, B and C: 190, A and C: all 290
    assert sites(outcome.plan, "cover") == "AC"
    assert outcome.stages[-1].objective == outcome.stages[-1].bound == 290


def test_the_best_pair_beats_the_best_first_site() -> None:
    # 20 buys A alone (180), or B and C at 10 each (190)
    assert sites(solved(one_service(cover(A=20), 20)).plan, "cover") == "BC"


def test_nothing_is_built_where_the_money_is_one_short() -> None:
    outcome = solved(one_service(cover(), 9))
    assert outcome.plan.spending == ()
    assert [(u.persons, u.reason) for u in outcome.plan.services["cover"].unserved] == [
        (n, "not_built") for n in VILLAGES
    ]


def test_a_full_site_splits_a_village() -> None:
    # A has 120 places near v0 (100) and v1 (80), B 60 places near v1 and v2 (60): all 180 places are taken,
    # and v1, who can go to both, is split or v2 goes short; 240 people want a place, so 60 are left.
    options = [Option("A", "S", "new", 120, 10, 1), Option("B", "S", "new", 60, 10, 1)]
    reach = {(0, "A"): 100, (1, "A"): 100, (1, "B"): 100, (2, "B"): 700}
    outcome = solved(one_service(make_block("school", "catchment", (100, 80, 60), options, reach), 20))
    assert outcome.stage("worth").objective == 180  # type: ignore[union-attr]
    # least travel with 180 served: the far v2 stays out, v1 sends 20 to A and 60 to B
    assert went(outcome.plan, "school") == [("v0", "A", 100), ("v1", "A", 20), ("v1", "B", 60)]
    (left,) = outcome.plan.services["school"].unserved
    assert (left.settlement, left.persons, left.reason) == ("v2", 60, "full")
    assert outcome.stage("travel").objective == 180 * 100  # type: ignore[union-attr]


def test_settlements_served_in_full_may_matter_more_than_people() -> None:
    # 5 places; v0 has 4 people, v1 and v2 have 2 and 3. Any split serves 5 people, but only v1 and v2 are two villages.
    options = [Option("A", "S", "new", 5, 10, 1)]
    block = make_block("school", "catchment", (4, 2, 3), options, {(0, "A"): 10, (1, "A"): 900, (2, "A"): 900})
    outcome = solved(one_service(block, 10, targets=(target("school", "settlements_share", (0, 1, 2), 3),)))
    assert went(outcome.plan, "school") == [("v1", "A", 2), ("v2", "A", 3)]


def test_expanding_is_chosen_where_it_is_cheaper_per_place() -> None:
    # 100 people, 40 places today. 30 buys either +60 places at E, or a new N with 50 places: 100 against 90 served.
    options = [
        Option("E", "S", "keep", 40, 0, 1),
        Option("E", "L", "expand", 100, 30, 2),
        Option("N", "S", "new", 50, 30, 1),
    ]
    block = make_block("school", "catchment", (100,), options, {(0, "E"): 200, (0, "N"): 100}, must_open=("E",))
    assert opened(solved(one_service(block, 30)).plan, "school") == [("E", "L", "expand")]
    # one unit less buys neither
    assert opened(solved(one_service(block, 29)).plan, "school") == [("E", "S", "keep")]


def test_a_site_that_must_stay_keeps_its_share_of_the_running_budget() -> None:
    # 5 a year: E, which nobody needs, takes 3; N would take 4. If E may be shut, N opens.
    options = [Option("E", "", "keep", None, 0, 3), Option("N", "S", "new", None, 10, 4)]
    reach = {(0, "N"): 100}
    stays = make_block("cover", "coverage", (50,), options, reach, must_open=("E",))
    assert opened(solved(one_service(stays, 10, running=5)).plan, "cover") == [("E", "", "keep")]
    free = make_block("cover", "coverage", (50,), options, reach)
    outcome = solved(one_service(free, 10, running=5))
    assert ("N", "S", "new") in opened(outcome.plan, "cover")
    assert outcome.plan.services["cover"].closed == ("E",)


def test_a_site_that_no_row_mentions_stays_as_it_is() -> None:
    # E may be shut, but it costs nothing that is counted and serves nobody: the model does not know it.
    # 20 buys A at 11, where the greedy method begins, or B and C: a search is needed.
    prices = {"A": 11, "B": 10, "C": 10}
    options = [Option("E", "", "keep", None, 0, 3), *(Option(s, "S", "new", None, p, 1) for s, p in prices.items())]
    block = make_block("cover", "coverage", VILLAGES, options, REACH)
    outcome = solved(one_service(block, 20))
    assert sites(outcome.plan, "cover") == "BCE"
    assert outcome.plan.services["cover"].closed == ()


def two_groups(running: int | None) -> Problem:
    """Two services with money of their own: alone each opens its one site, 50 and 40 people, at 6 and 5 a year."""
    one = make_block("one", "coverage", (50,), [Option("A", "S", "new", None, 10, 6)], {(0, "A"): 100})
    two = make_block("two", "coverage", (40,), [Option("B", "S", "new", None, 10, 5)], {(0, "B"): 100})
    return Problem((one, two), (Fund("f", 10, ("one",)), Fund("g", 10, ("two",))), running, ())


@pytest.mark.parametrize(("running", "people"), [(None, 90), (11, 90), (10, 50), (5, 40), (4, 0), (0, 0)])
def test_a_running_budget_that_binds_joins_the_groups(running: int | None, people: int) -> None:
    outcome = solved(two_groups(running))
    assert outcome.stage("worth").objective == people  # type: ignore[union-attr]


def test_a_fund_pays_only_what_it_may() -> None:
    # 30 lie in the fund of the schools, 10 in that of the clinics: one clinic at 10 is built, not three.
    school = make_block("school", "catchment", (5,), [Option("X", "S", "new", 5, 31, 1)], {(0, "X"): 100})
    funds = (Fund("schools", 30, ("school",)), Fund("clinics", 10, ("cover",)))
    outcome = solved(Problem((cover(), school), funds, None, ()))
    assert sites(outcome.plan, "cover") == "A"
    assert sites(outcome.plan, "school") == ""
    assert [(s.fund, s.service, s.amount) for s in outcome.plan.spending] == [("clinics", "cover", 10)]


def test_a_higher_tier_comes_before_any_worth() -> None:
    # 10 buys A (180 people) or C (110); the first tier asks for v3, whom only C serves.
    outcome = solved(one_service(cover(), 10, targets=(target("cover", "served_share", (3,), 50),)))
    assert sites(outcome.plan, "cover") == "C"
    assert [s.name for s in outcome.stages] == ["tier 1", "worth"]


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", [2, 5])
def test_more_money_is_never_worse(seed: int) -> None:
    problem = problems.random_problem(seed)
    before = None
    for share in (0, 1, 2, 4):
        funds = tuple(Fund(f.id, f.amount * share // 2, f.pays) for f in problem.funds)
        richer = Problem(problem.blocks, funds, problem.running_budget, problem.targets)
        now = brute.reached(richer, solved(richer).plan)
        assert before is None or now >= before
        before = now


@pytest.mark.usefixtures("in_process")
def test_more_money_never_serves_fewer_people() -> None:
    served = [solved(one_service(cover(A=15, B=9), money)).stages[-1].objective for money in range(8, 36, 3)]
    assert served == sorted(served)
    assert served[-1] == sum(VILLAGES)
