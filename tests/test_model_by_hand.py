"""Small counties with one rule each, solved on paper first: boarding, closing, waste, lines, plots, phases, equity."""

from __future__ import annotations

import numpy as np
import pytest

from siting.plan import Plan
from siting.plans.outcome import Effort, Outcome
from siting.problems.needs import WHOLE_SHARE
from siting.problems.options import Option
from siting.problems.problem import Fund, Problem, RuleRow, TargetRow
from siting.solvers import county

from . import problems
from .problems import make_block, target

pytestmark = pytest.mark.usefixtures("in_process")
NOBODY = np.zeros(0, dtype=np.int64)


def solved(problem: Problem) -> Outcome:
    """The proven best plan, which breaks no rule."""
    outcome = county.solve(problem, Effort(gap=0, time_limit_s=600))
    assert problems.breaches(problem, outcome.plan) == []
    assert all(stage.gap == 0 for stage in outcome.stages if stage.name != "travel")
    return outcome


def worth(outcome: Outcome) -> int:
    stage = outcome.stage("worth")
    assert stage is not None
    return stage.objective


def opened(plan: Plan, service: str) -> list[tuple[str, str]]:
    """Open sites with their phase."""
    return [(o.site, o.phase) for o in plan.services[service].open]


def went(plan: Plan, service: str) -> list[tuple[str, str, int, int]]:
    return [(a.settlement, a.site, a.access, a.persons) for a in plan.services[service].assignments]


def one(*blocks: object, money: int = 0, **more: object) -> Problem:
    """Services that one fund pays."""
    services = tuple(b.service for b in blocks)  # type: ignore[attr-defined]
    return Problem(blocks, (Fund("county", money, services),), None, more.pop("targets", ()), **more)  # type: ignore[arg-type]


def test_boarders_are_as_many_as_beds_and_as_old_as_they_must_be() -> None:
    # v0 is next door with 10 pupils; v1 and v2 board: 8 pupils of whom 5 may, 6 of whom all may; 9 beds, 25 places.
    # Boarders: at most min(9, 5 + 6) = 9; together 10 + 9 = 19 of 24 pupils, so 5 stay at home.
    options = [Option("A", "S", "keep", 25, 0, 1, 9)]
    block = make_block(
        "school",
        "catchment",
        (10, 8, 6),
        options,
        {(0, "A"): 100},
        must_open=("A",),
        more_ways=[(1, 1, 900, "A", -1, True), (2, 1, 1800, "A", -1, True)],
        eligible={1: np.array([10, 5, 6])},
    )
    plan = solved(one(block)).plan
    # the nearer v1 sends all 5 who may, v2 fills the other 4 beds
    assert went(plan, "school") == [("v0", "A", 0, 10), ("v1", "A", 1, 5), ("v2", "A", 1, 4)]
    assert [(u.settlement, u.persons, u.reason) for u in plan.services["school"].unserved] == [
        ("v1", 3, "full"),
        ("v2", 2, "full"),
    ]


def two_schools(fewest: int) -> Problem:
    """40 pupils near A alone, 30 near B alone, 20 near both; each new school holds 90 and costs 10 of 20."""
    options = [Option(s, "S", "new", 90, 10, 1) for s in "AB"]
    reach = {(0, "A"): 100, (1, "B"): 100, (2, "A"): 100, (2, "B"): 100}
    return one(make_block("school", "catchment", (40, 30, 20), options, reach, fewest=fewest), money=20)


@pytest.mark.parametrize(
    ("fewest", "schools", "served"),
    [
        (0, ["A", "B"], 90),
        (45, ["A", "B"], 90),  # 40 + 5 and 30 + 15: the 20 of both are shared out
        (46, ["A"], 60),  # two schools need 92 pupils, there are 90: one, the larger
        (61, [], 0),  # A has 60 pupils at most
    ],
)
def test_a_fewest_number_of_pupils_forces_one_school_instead_of_two(
    fewest: int, schools: list[str], served: int
) -> None:
    outcome = solved(two_schools(fewest))
    assert [site for site, _ in opened(outcome.plan, "school")] == schools
    assert worth(outcome) == served


def closing(resale: int, places: int, guarded: bool) -> Problem:
    """E stands with 5 of 12 pupils around it, who could go to N as well; N costs 10, and there is no money."""
    options = [Option("E", "", "keep", 12, 0, 1), Option("N", "S", "new", places, 10, 1)]
    reach = {(0, "E"): 100, (0, "N"): 200, (1, "N"): 100}
    guards = np.array([[0, 0]]) if guarded else np.zeros((0, 2), dtype=np.int64)
    return one(make_block("school", "catchment", (5, 7), options, reach, closing=2, resale=resale, guards=guards))


@pytest.mark.parametrize(
    ("resale", "places", "guarded", "schools", "served"),
    [
        (12, 12, True, ["N"], 12),  # 12 - 2 = 10 pay for N, which takes both villages
        (11, 12, True, ["E"], 5),  # 9 do not
        (12, 8, False, ["N"], 8),  # N serves 8, E 5: who served E's village lose 3 of 12, but more are served
        (12, 8, True, ["N"], 8),  # the 5 of E's village must be served, so 3 of the other
        (12, 4, True, ["E"], 5),  # N has no room for the 5
    ],
)
def test_a_school_is_sold_to_pay_for_a_better_one(
    resale: int, places: int, guarded: bool, schools: list[str], served: int
) -> None:
    outcome = solved(closing(resale, places, guarded))
    assert [site for site, _ in opened(outcome.plan, "school")] == schools
    assert worth(outcome) == served
    if guarded and schools == ["N"]:
        assert outcome.plan.services["school"].served()["v0"] == 5


def waste(money: int, straight: bool) -> Problem:
    """Three villages of 6, 5 and 4 kg; station T (10 kg, costs 10) near the first two, landfill D of 12 kg.

    v2 reaches only D straight, where that is allowed.
    """
    options = [Option("T", "S", "new", 10, 10, 1), Option("D", "", "keep", 12, 0, 1)]
    return one(
        make_block(
            "waste",
            "haul",
            (6, 5, 4),
            options,
            {(0, "T"): 100, (1, "T"): 200},
            must_open=("D",),
            more_ways=[(2, 1, 900, "D", -1, False)] if straight else [],
            disposal=np.array([False, True]),
            transfer_from=np.array([0]),
            transfer_to=np.array([1]),
            transfer_travel=np.array([500]),
        ),
        money=money,
    )


@pytest.mark.parametrize(
    ("money", "straight", "served", "transfers"),
    [
        (10, True, 12, 10),  # the landfill takes 12: 10 over the station, 2 straight
        (10, False, 10, 10),  # the station takes 10 of 11
        (9, True, 4, 0),  # no station: only what goes straight
        (9, False, 0, 0),
    ],
)
def test_waste_goes_over_the_station_and_straight(money: int, straight: bool, served: int, transfers: int) -> None:
    outcome = solved(waste(money, straight))
    part = outcome.plan.services["waste"]
    assert worth(outcome) == served
    assert sum(t.persons for t in part.transfers) == transfers
    assert sum(a.persons for a in part.assignments if a.site == "T") == transfers
    if served == 12:  # 6 kg at 100 + 500, 4 of 5 at 200 + 500, 2 of 4 straight at 900
        assert went(outcome.plan, "waste") == [("v0", "T", 0, 6), ("v1", "T", 0, 4), ("v2", "D", 1, 2)]
        assert outcome.stage("travel").objective == 6 * 600 + 4 * 700 + 2 * 900  # type: ignore[union-attr]


def bus_and_school(money: int) -> Problem:
    """A line for 8 past both villages, 30 people each; a school for 5 with 20 places that v1 reaches only by bus.

    v0 has 10 pupils at the school's door, v1 has 9.
    """
    bus = make_block("bus", "line", (30, 30), [Option("L", "4", "new", None, 8, 1)], {(0, "L"): 60, (1, "L"): 60})
    school = make_block(
        "school",
        "catchment",
        (10, 9),
        [Option("A", "S", "new", 20, 5, 1)],
        {(0, "A"): 60},
        more_ways=[(1, 1, 700, "A", 0, False)],
        line_service="bus",
        weight=7,
    )
    return one(bus, school, money=money)


@pytest.mark.parametrize(
    ("money", "lines", "pupils"),
    [
        (13, ["L"], 19),  # both: 60 + 7 * 19 = 193
        (12, [], 10),  # the school alone: 7 * 10 = 70 > 60 of the line alone
        (4, [], 0),
    ],
)
def test_a_line_serves_its_villages_and_brings_pupils(money: int, lines: list[str], pupils: int) -> None:
    outcome = solved(bus_and_school(money))
    assert [site for site, _ in opened(outcome.plan, "bus")] == lines
    assert sum(outcome.plan.services["school"].served().values()) == pupils
    assert worth(outcome) == 60 * len(lines) + 7 * pupils
    rides = [a for a in outcome.plan.services["school"].assignments if a.line]
    assert [(a.settlement, a.line, a.travel) for a in rides] == ([("v1", "L", 700)] if lines else [])


@pytest.mark.parametrize(("money", "sites"), [(32, 2), (31, 1)])
def test_a_shared_plot_makes_two_affordable(money: int, sites: int) -> None:
    # 20 each, 20 % off on the common plot: 16 + 16 = 32
    blocks = [
        make_block(
            s, "coverage", (9,), [Option(s, "S", "new", None, 20, 1)], {(0, s): 1}, saving_pct=20, plots={s: "p"}
        )
        for s in ("clinic", "library")
    ]
    outcome = solved(one(*blocks, money=money))
    assert worth(outcome) == 9 * sites
    assert sum(s.amount for s in outcome.plan.spending) == (32 if sites == 2 else 20)


def test_a_site_that_nobody_uses_stays_where_it_saves_more_than_it_costs() -> None:
    # the clinic costs 20; beside a hut for 5, which nobody needs, both save 40 %: 12 + 3 = 15
    clinic, hut = (
        make_block(
            service,
            "coverage",
            (9,),
            [Option(site, "S", "new", None, cost, 1)],
            reach,
            saving_pct=40,
            plots={site: "p"},
        )
        for service, site, cost, reach in (("clinic", "C", 20, {(0, "C"): 1}), ("hut", "H", 5, {}))
    )
    outcome = solved(one(clinic, hut, money=15))
    assert worth(outcome) == 9
    assert opened(outcome.plan, "hut") == [("H", "")]
    assert worth(solved(one(clinic, hut, money=14))) == 0
    assert opened(solved(one(clinic, hut, money=25)).plan, "hut") == []  # 20 are there: nothing is built for nobody


PHASES = ("2025", "2030")


def clinics_in_phases(now: int, later: int, *, carries_over: bool, by: int | None = None) -> Problem:
    """A serves 50 people and costs 10, B 30 and costs 8; a target may ask for both villages by a phase."""
    options = [
        Option(site, "S", "new", None, cost, 1, phase=phase) for site, cost in (("A", 10), ("B", 8)) for phase in PHASES
    ]
    block = make_block("clinic", "coverage", (50, 30), options, {(0, "A"): 1, (1, "B"): 1}, phases=PHASES)
    rows: tuple[TargetRow, ...] = ()
    if by is not None:
        rows = (TargetRow("T", 1, "clinic", "served_share", np.array([1]), 30, 1, by),)
    fund = Fund("county", now, ("clinic",), (later,), carries_over)
    return Problem((block,), (fund,), None, rows, PHASES)


@pytest.mark.parametrize(
    ("now", "later", "carries", "served"),
    [
        (10, 8, False, 80),  # A now, B later
        (8, 10, False, 80),  # B now, A later
        (9, 9, False, 30),  # B twice would fit, A never
        (9, 9, True, 80),  # B now, and 1 + 9 = 10 for A later
        (18, 0, False, 80),
        (0, 18, False, 80),
        (0, 17, True, 50),
    ],
)
def test_each_phase_pays_from_its_own_amount(now: int, later: int, carries: bool, served: int) -> None:
    assert worth(solved(clinics_in_phases(now, later, carries_over=carries))) == served


def test_a_target_with_a_year_comes_before_a_later_site() -> None:
    # 10 now, 8 later: A now serves 50 + B later 30 = 80 in all; the target wants B now, and then A is never paid
    free = solved(clinics_in_phases(10, 8, carries_over=False)).plan
    assert opened(free, "clinic") == [("A", "2025"), ("B", "2030")]
    assert [(a.settlement, a.since) for a in free.services["clinic"].assignments] == [("v0", "2025"), ("v1", "2030")]
    early = solved(clinics_in_phases(10, 8, carries_over=False, by=0))
    assert opened(early.plan, "clinic") == [("B", "2025")]
    assert [stage.objective for stage in early.stages] == [30, 30]


def test_a_site_that_serves_early_stays_though_a_nearer_one_opens_later() -> None:
    # A (now, 4) serves v0 from far and v1; B (6) is next door to v0, but its money comes later; the target asks for
    # v0 now. Both open in the end: v0 is assigned to B, and served since A opened.
    options = [
        *(Option("A", "S", "new", None, 4, 1, phase=phase) for phase in PHASES),
        *(Option("B", "S", "new", None, 6, 1, phase=phase) for phase in PHASES),
    ]
    reach = {(0, "B"): 10, (0, "A"): 500, (1, "B"): 500}
    block = make_block("clinic", "coverage", (50, 30), options, reach, phases=PHASES)
    fund = Fund("county", 4, ("clinic",), (6,))
    rows = (TargetRow("T", 1, "clinic", "served_share", np.array([0]), 50, 1, 0),)
    plan = solved(Problem((block,), (fund,), None, rows, PHASES)).plan
    assert opened(plan, "clinic") == [("A", "2025"), ("B", "2030")]
    assert [(a.settlement, a.site, a.since) for a in plan.services["clinic"].assignments] == [
        ("v0", "B", "2025"),
        ("v1", "B", "2030"),
    ]


def test_pupils_are_sent_where_they_are_served_in_time() -> None:
    # A opens now and is far, B opens later and is near; each has 10 places for 12 pupils. The target asks for 10 pupils
    # by 2025: so 10 go to A, and only 2 to B, although B is nearer to all.
    options = [
        Option("A", "S", "new", 10, 5, 1, phase="2025"),
        Option("B", "S", "new", 10, 5, 1, phase="2030"),
    ]
    reach = {(0, "A"): 900, (0, "B"): 10, (1, "A"): 900, (1, "B"): 10}
    block = make_block("school", "catchment", (6, 6), options, reach, phases=PHASES)
    fund = Fund("county", 5, ("school",), (5,))
    rows = (TargetRow("T", 1, "school", "served_share", np.array([0, 1]), 10, 1, 0),)
    outcome = solved(Problem((block,), (fund,), None, rows, PHASES))
    part = outcome.plan.services["school"]
    assert sum(a.persons for a in part.assignments if a.since == "2025") == 10
    assert [stage.objective for stage in outcome.stages[:2]] == [10, 12]


@pytest.mark.parametrize(("money", "served"), [(15, 70), (14, 30), (10, 30), (9, 0)])
def test_a_referral_forces_the_health_centre_first(money: int, served: int) -> None:
    # the station serves 40 for 5 but needs the centre, which serves 30 of the same people for 10
    centre = make_block("centre", "coverage", (30,), [Option("H", "S", "new", None, 10, 1)], {(0, "H"): 1})
    station = make_block(
        "station",
        "coverage",
        (40,),
        [Option("P", "S", "new", None, 5, 1)],
        {(0, "P"): 1},
        refers_to="centre",
        referred=np.array([[0, 0]]),
    )
    outcome = solved(one(centre, station, money=money))
    assert worth(outcome) == served


def test_a_package_wants_all_its_services_in_the_same_village() -> None:
    # 10 buys two of: clinic at v0 (4), library at v0 (6), clinic at v1 (3), which alone would serve most people.
    # Only clinic + library at v0 make a whole package.
    clinic = make_block(
        "clinic",
        "coverage",
        (5, 50),
        [Option("C0", "S", "new", None, 4, 1), Option("C1", "S", "new", None, 3, 1)],
        {(0, "C0"): 1, (1, "C1"): 1},
    )
    library = make_block("library", "coverage", (5, 50), [Option("L0", "S", "new", None, 6, 1)], {(0, "L0"): 1})
    package = {"clinic": np.array([0, 1]), "library": np.array([0, 1])}
    row = TargetRow("T", 1, "", "package_count", NOBODY, 1, 1, package=package)
    outcome = solved(one(clinic, library, money=10, targets=(row,)))
    assert [site for site, _ in opened(outcome.plan, "clinic") + opened(outcome.plan, "library")] == ["C0", "L0"]
    assert [stage.objective for stage in outcome.stages] == [1, 10]
    # a village that asks for nothing of a service needs nothing of it: then v1 has its package with C1
    free = TargetRow("T", 1, "", "package_count", NOBODY, 1, 1, package={**package, "library": np.array([0, -1])})
    assert worth(solved(one(clinic, library, money=10, targets=(free,)))) == 50 + 5  # C1 (3) and L0 (6): 9


def test_the_worst_township_is_lifted_before_the_many() -> None:
    # township one: v0 of 90 people; township two: v1 of 20 and v2 of 10. 10 buys A (v0), or B (v1), or C (v2).
    options = [Option(s, "S", "new", None, 10, 1) for s in "ABC"]
    block = make_block("clinic", "coverage", (90, 20, 10), options, {(0, "A"): 1, (1, "B"): 1, (2, "C"): 1})
    parts = (np.array([0]), np.array([1, 2]))
    row = TargetRow("T", 1, "clinic", "worst_township_share", np.arange(3), 5000, 200, parts=parts)
    # one site leaves a township at 0; with two, A + B: min(100 %, 20 / 30) = 66.66 %; A + C: 33.33 %
    assert [stage.objective for stage in solved(one(block, money=10, targets=(row,))).stages] == [0, 90]
    outcome = solved(one(block, money=20, targets=(row,)))
    assert [site for site, _ in opened(outcome.plan, "clinic")] == ["A", "B"]
    assert outcome.stage("tier 1").objective == 5000 * 200  # type: ignore[union-attr]
    # a need that no number of sites meets in whole ten-thousandths: 3333, not 3333.3
    alone = make_block("clinic", "coverage", (90, 20, 10), [options[0], options[2]], {(0, "A"): 1, (2, "C"): 1})
    assert solved(one(alone, money=20, targets=(row,))).stages[0].objective == 3333 * 200


def test_the_gap_of_town_and_country_is_kept_small() -> None:
    # town v0: 60; country v1: 40, v2: 20. 10 a site, A serves v0, B v1, C v2. At most 50 points apart.
    options = [Option(s, "S", "new", None, 10, 1) for s in "ABC"]
    block = make_block("clinic", "coverage", (60, 40, 20), options, {(0, "A"): 1, (1, "B"): 1, (2, "C"): 1})
    parts = (np.array([0]), np.array([1, 2]))
    row = TargetRow("T", 1, "clinic", "urban_rural_gap", np.arange(3), WHOLE_SHARE - 5000, 200, parts=parts)
    # one site: A would be 60 people, but 100 - 0 points apart; B serves 40 and the country is ahead
    one_site = solved(one(block, money=10, targets=(row,)))
    assert [site for site, _ in opened(one_site.plan, "clinic")] == ["B"]
    # two sites: A and B are 100 - 66.7 = 33.3 apart, within 50
    two_sites = solved(one(block, money=20, targets=(row,)))
    assert [site for site, _ in opened(two_sites.plan, "clinic")] == ["A", "B"]


def test_a_gap_by_a_year_counts_the_town_that_is_open_then() -> None:
    # A stands in town; the country's B costs 10, which come later: in 2025 the gap is 100 points whatever is planned
    options = [Option("A", "", "keep", None, 0, 1), *(Option("B", "S", "new", None, 10, 1, phase=p) for p in PHASES)]
    block = make_block(
        "clinic", "coverage", (60, 40), options, {(0, "A"): 1, (1, "B"): 1}, must_open="A", phases=PHASES
    )
    parts = (np.array([0]), np.array([1]))
    row = TargetRow("T", 1, "clinic", "urban_rural_gap", np.arange(2), 5000, 200, 0, parts)
    problem = Problem((block,), (Fund("county", 0, ("clinic",), (10,)),), None, (row,), PHASES)
    outcome = solved(problem)
    assert [stage.objective for stage in outcome.stages] == [0, 100]


def test_a_rule_allows_one_of_two() -> None:
    options = [Option(s, "S", "new", None, 1, 1) for s in "AB"]
    block = make_block("clinic", "coverage", (9, 5), options, {(0, "A"): 1, (1, "B"): 1})
    rule = RuleRow("at most one", "clinic", np.array([0, 1]), 1)
    assert worth(solved(one(block, money=9, rules=(rule,)))) == 9


def test_a_rule_may_force_a_site_shut() -> None:
    # three stand, two may: the two with the most people
    options = [Option(s, "", "keep", None, 0, 1) for s in "ABC"]
    block = make_block("clinic", "coverage", (3, 9, 5), options, {(0, "A"): 1, (1, "B"): 1, (2, "C"): 1})
    rule = RuleRow("at most two", "clinic", np.arange(3), 2)
    outcome = solved(one(block, rules=(rule,)))
    assert outcome.plan.services["clinic"].closed == ("A",)


@pytest.mark.parametrize(("quota", "served"), [(100, 14), (99, 9), (59, 5), (39, 0)])
def test_building_land_is_limited(quota: int, served: int) -> None:
    # A serves 9 on 60 m2, B 5 on 40 m2
    options = [Option("A", "S", "new", None, 1, 1, 0, 60), Option("B", "S", "new", None, 1, 1, 0, 40)]
    block = make_block("clinic", "coverage", (9, 5), options, {(0, "A"): 1, (1, "B"): 1})
    assert worth(solved(one(block, money=9, land_quota=(quota,)))) == served


def test_borrowed_hospitals_serve_the_villages_of_clinics() -> None:
    # 10 buys a clinic for 30 people, or a hospital for 20 patients that serves 15 of the clinic's people as well: 35
    hospital = make_block("hospital", "coverage", (20,), [Option("H", "S", "new", None, 10, 1)], {(0, "H"): 1})
    reach = {(0, "C"): 1, (1, "H"): 1}
    options = [Option("C", "S", "new", None, 10, 1)]
    clinic = make_block("clinic", "coverage", (30, 15), options, reach, borrowed={"H": "hospital"})
    outcome = solved(one(hospital, clinic, money=10))
    assert worth(outcome) == 35
    assert went(outcome.plan, "clinic") == [("v1", "H", 0, 15)]


def test_whole_villages_go_to_one_school_or_nowhere() -> None:
    # 10 places at A, 5 at B: v0 of 8, v1 of 6, v2 of 5. In parts 15 would be served; whole: 8 + 5 = 13
    options = [Option("A", "", "keep", 10, 0, 1), Option("B", "", "keep", 5, 0, 1)]
    reach = {(i, s): 100 for i in range(3) for s in "AB"}
    whole = make_block("school", "catchment", (8, 6, 5), options, reach, must_open="AB", whole=True)
    outcome = solved(one(whole))
    assert went(outcome.plan, "school") == [("v0", "A", 0, 8), ("v2", "B", 0, 5)]
    parts = make_block("school", "catchment", (8, 6, 5), options, reach, must_open="AB")
    assert worth(solved(one(parts))) == 15


def test_people_go_to_the_closest_open_school_even_if_it_is_full() -> None:
    # A (5 places) is nearer to all 9 pupils than B (9 places). With A shut, all go to B; it costs nothing to shut it.
    options = [Option("A", "", "keep", 5, 0, 1), Option("B", "", "keep", 9, 0, 1)]
    reach = {(0, "A"): 100, (0, "B"): 200}
    must = make_block("school", "catchment", (9,), options, reach, must_open="AB", closest=True)
    assert worth(solved(one(must))) == 5
    free = make_block("school", "catchment", (9,), options, reach, must_open="B", closest=True)
    outcome = solved(one(free))
    assert worth(outcome) == 9
    assert outcome.plan.services["school"].closed == ("A",)


def test_count_targets_count_what_their_options_say() -> None:
    # two sites nobody needs: built_count 2 is met by building both, though one alone serves everybody
    options = [Option("E", "", "keep", None, 0, 1), *(Option(s, "S", "new", None, 5, 1) for s in "AB")]
    block = make_block("clinic", "coverage", (9,), options, {(0, "A"): 1}, must_open="E")
    row = TargetRow("T", 1, "clinic", "built_count", NOBODY, 2, 1, options=np.array([1, 2]))
    outcome = solved(one(block, money=10, targets=(row,)))
    assert [stage.objective for stage in outcome.stages] == [2, 9]
    assert [site for site, _ in opened(outcome.plan, "clinic")] == ["A", "B", "E"]
    served = target("clinic", "served_share", (0,), 9)
    assert [site for site, _ in opened(solved(one(block, money=10, targets=(served,))).plan, "clinic")] == ["A", "E"]


def test_villages_that_board_alike_are_not_sent_beyond_their_older_pupils() -> None:
    # v0 and v1 board with one of three pupils each, v2 has 4 next door; 4 places. The target wants the two boarders,
    # so v2 sends 2: nothing but the target says so, for v2 is nearer.
    block = make_block(
        "school",
        "catchment",
        (3, 3, 4),
        [Option("A", "S", "new", 4, 10, 1, 4), Option("B", "S", "new", 1, 10, 1)],
        {(2, "A"): 10, (2, "B"): 20},
        more_ways=[(0, 1, 900, "A", -1, True), (1, 1, 900, "A", -1, True)],
        eligible={1: np.array([1, 1, 0])},
    )
    rows = (target("school", "served_share", (0, 1), 2),)
    outcome = solved(one(block, money=10, targets=rows))
    assert outcome.plan.services["school"].served() == {"v0": 1, "v1": 1, "v2": 2}
