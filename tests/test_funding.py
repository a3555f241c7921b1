"""Who pays: what is affordable is split, what is not is refused, and no fund pays what it may not, nor too early."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.plans.funding import affordable, capital, closings, land, split
from siting.problems.options import Option
from siting.problems.problem import Fund, Problem

from .problems import make_block

SERVICES = ("clinic", "school", "bus")
PHASES = ("one", "two")
Capital = dict[tuple[str, int], int]

purses = st.lists(
    st.tuples(
        st.tuples(st.integers(0, 9), st.integers(0, 9)),
        st.booleans(),
        st.sets(st.sampled_from(SERVICES), min_size=1),
    ),
    min_size=1,
    max_size=3,
).map(
    lambda rows: tuple(
        Fund(f"f{k}", now, tuple(sorted(pays)), (later,), carries)
        for k, ((now, later), carries, pays) in enumerate(rows)
    )
)
costs = st.dictionaries(st.tuples(st.sampled_from(SERVICES), st.integers(0, 1)), st.integers(0, 9), max_size=3)


def now(**amounts: int) -> Capital:
    """What services need where there is one phase."""
    return {(service, 0): amount for service, amount in amounts.items()}


def enumerated(need: Capital, funds: tuple[Fund, ...]) -> bool:
    """Whether some split in whole units pays everything: all that can be left of the purses, need by need."""
    states = {tuple(amount for f in funds for amount in f.amounts)}
    owner = [(f, p) for f in funds for p in range(2)]
    for (service, phase), amount in need.items():
        may = [service in f.pays and (p == phase or (f.carries_over and p < phase)) for f, p in owner]
        states = {left for purse in states for left in _paid(amount, purse, may)}
    return bool(states)


def _paid(amount: int, purse: tuple[int, ...], may: list[bool]) -> set[tuple[int, ...]]:
    states: set[tuple[int, tuple[int, ...]]] = {(amount, ())}
    for held, allowed in zip(purse, may, strict=True):
        states = {
            (due - paid, (*left, held - paid))
            for due, left in states
            for paid in range(min(due, held if allowed else 0) + 1)
        }
    return {left for due, left in states if due == 0}


@settings(max_examples=150, deadline=None)
@given(costs, purses)
def test_affordable_is_what_can_be_split(need: Capital, funds: tuple[Fund, ...]) -> None:
    if not affordable(need, funds):
        with pytest.raises(ValueError, match="cannot pay"):
            split(need, funds, PHASES)
        return
    spending = split(need, funds, PHASES)
    pays = {f.id: f.pays for f in funds}
    assert all(s.amount > 0 and s.service in pays[s.fund] for s in spending)
    for (service, phase), amount in need.items():
        assert sum(s.amount for s in spending if (s.service, s.phase) == (service, PHASES[phase])) == amount
    for fund in funds:
        paid = [sum(s.amount for s in spending if (s.fund, s.phase) == (fund.id, phase)) for phase in PHASES]
        held = list(fund.amounts)
        if fund.carries_over:
            paid, held = list(itertools.accumulate(paid)), list(itertools.accumulate(held))
        assert all(p <= h for p, h in zip(paid, held, strict=True))


@settings(max_examples=60, deadline=None)
@given(costs, purses)
def test_affordable_agrees_with_trying_every_split(need: Capital, funds: tuple[Fund, ...]) -> None:
    assert affordable(need, funds) == enumerated(need, funds)


def test_a_fund_with_one_use_is_spent_before_one_with_many() -> None:
    funds = (Fund("county", 100, SERVICES), Fund("health", 30, ("clinic",)), Fund("two", 20, ("clinic", "school")))
    spending = {(s.fund, s.service): s.amount for s in split(now(clinic=60, school=50), funds)}
    assert spending["health", "clinic"] == 30
    assert sum(n for (fund, _), n in spending.items() if fund == "two") == 20
    assert sum(n for (fund, _), n in spending.items() if fund == "county") == 60


def test_a_special_fund_yields_where_another_service_has_no_other() -> None:
    # the school can only be paid by f; so the clinic must leave f alone although f has as few uses as g
    funds = (Fund("f", 10, ("clinic", "school")), Fund("g", 10, ("clinic", "bus")))
    spending = split(now(clinic=10, school=10), funds)
    assert [(s.fund, s.service, s.phase, s.amount) for s in spending] == [
        ("f", "school", "", 10),
        ("g", "clinic", "", 10),
    ]


def test_nothing_costs_nothing() -> None:
    assert affordable(now(clinic=0), ())
    assert split(now(clinic=0), ()) == ()


def test_a_service_without_a_fund_cannot_be_paid() -> None:
    assert not affordable(now(bus=1), (Fund("f", 10, ("clinic",)),))
    with pytest.raises(ValueError, match="cannot pay"):
        split(now(bus=1), (Fund("f", 10, ("clinic",)),))


def test_money_of_a_later_phase_does_not_pay_an_earlier_one() -> None:
    fund = Fund("f", 4, ("clinic",), (6,), carries_over=True)
    assert affordable({("clinic", 0): 4, ("clinic", 1): 6}, (fund,))
    assert not affordable({("clinic", 0): 5}, (fund,))


def test_what_is_left_stays_only_where_the_fund_carries_over() -> None:
    need = {("clinic", 0): 1, ("clinic", 1): 9}  # 4 - 1 = 3 are left of the first phase, and 6 come: 9
    keeps, loses = (Fund("f", 4, ("clinic",), (6,), carries) for carries in (True, False))
    assert affordable(need, (keeps,))
    assert not affordable(need, (loses,))
    assert [(s.phase, s.amount) for s in split(need, (keeps,), PHASES)] == [("one", 1), ("two", 9)]


def two_services() -> Problem:
    """A clinic to build on the plot of a school, and a school that stands and may be shut."""
    clinic = make_block(
        "clinic",
        "coverage",
        (5,),
        [Option("C", "S", "new", None, 50, 1, 0, 30, phase) for phase in PHASES],
        {(0, "C"): 1},
        phases=PHASES,
        saving_pct=20,
        plots={"C": "square"},
    )
    options = [
        Option("K", "", "keep", 9, 0, 1),
        Option("K", "L", "expand", 20, 12, 2, phase="two"),
        Option("N", "S", "new", 9, 40, 1, 0, 25, "one"),
        Option("N", "S", "new", 9, 40, 1, 0, 25, "two"),
    ]
    school = make_block(
        "school",
        "catchment",
        (5,),
        options,
        {(0, "K"): 1},
        phases=PHASES,
        saving_pct=20,
        plots={"N": "square"},
        closing=3,
        resale=10,
    )
    return Problem((clinic, school), (), None, (), PHASES)


CLINIC_ONE, CLINIC_TWO = [0], [1]
KEPT, LARGER, NEW_ONE, NEW_TWO = 0, 1, 2, 3


@pytest.mark.parametrize(
    ("clinic", "school", "need"),
    [
        ([], [KEPT], {}),
        (CLINIC_ONE, [KEPT], {("clinic", 0): 50}),
        (CLINIC_TWO, [LARGER], {("clinic", 1): 50, ("school", 1): 12}),
        # on one plot each saves 20 %: 50 - 10, 40 - 8, whatever their phases
        (CLINIC_ONE, [KEPT, NEW_TWO], {("clinic", 0): 40, ("school", 1): 32}),
        # shut: 3 to close it, 10 for its house, so 7 less of 40; alone it brings nothing for others
        ([], [NEW_ONE], {("school", 0): 33}),
        ([], [NEW_TWO], {("school", 1): 40}),
        ([], [], {}),
    ],
)
def test_capital_has_savings_closings_and_resale(clinic: list[int], school: list[int], need: Capital) -> None:
    problem = two_services()
    assert capital(problem, {"clinic": clinic, "school": school}) == need
    assert closings(problem.block("school"), school) == int(KEPT not in school and LARGER not in school)


def test_a_plot_needs_the_land_of_its_largest_site_in_each_phase() -> None:
    problem = two_services()
    assert land(problem, {"clinic": CLINIC_ONE, "school": [KEPT, NEW_ONE]}) == [30, 0]  # the larger of 30 and 25
    assert land(problem, {"clinic": CLINIC_ONE, "school": [KEPT, NEW_TWO]}) == [30, 25]
    assert land(problem, {"clinic": [], "school": [LARGER]}) == [0, 0]  # expanding needs none
