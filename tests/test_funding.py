"""Who pays: what is affordable is split, what is not is refused, and no fund pays what it may not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.funding import affordable, split
from siting.problem import Fund

SERVICES = ("clinic", "school", "bus")

purses = st.lists(
    st.tuples(st.integers(0, 12), st.sets(st.sampled_from(SERVICES), min_size=1)), min_size=1, max_size=3
).map(lambda rows: tuple(Fund(f"f{k}", amount, tuple(sorted(pays))) for k, (amount, pays) in enumerate(rows)))
costs = st.dictionaries(st.sampled_from(SERVICES), st.integers(0, 12))


def enumerated(capital: dict[str, int], funds: tuple[Fund, ...]) -> bool:
    """Whether some split in whole units pays everything: all that can be left of the purses, service by service."""
    purses = {tuple(f.amount for f in funds)}
    for service, amount in capital.items():
        purses = {left for purse in purses for left in _paid(amount, purse, funds, service)}
    return bool(purses)


def _paid(amount: int, purse: tuple[int, ...], funds: tuple[Fund, ...], service: str) -> set[tuple[int, ...]]:
    states = {(amount, ())}
    for held, fund in zip(purse, funds, strict=True):
        states = {
            (due - paid, (*left, held - paid))
            for due, left in states
            for paid in range(min(due, held if service in fund.pays else 0) + 1)
        }
    return {left for due, left in states if due == 0}


@settings(max_examples=150, deadline=None)
@given(costs, purses)
def test_affordable_is_what_can_be_split(capital: dict[str, int], funds: tuple[Fund, ...]) -> None:
    if not affordable(capital, funds):
        with pytest.raises(ValueError, match="cannot pay"):
            split(capital, funds)
        return
    spending = split(capital, funds)
    pays = {f.id: f.pays for f in funds}
    assert all(s.amount > 0 and s.service in pays[s.fund] for s in spending)
    for service, amount in capital.items():
        assert sum(s.amount for s in spending if s.service == service) == amount
    for fund in funds:
        assert sum(s.amount for s in spending if s.fund == fund.id) <= fund.amount


@settings(max_examples=60, deadline=None)
@given(costs, purses)
def test_affordable_agrees_with_trying_every_split(capital: dict[str, int], funds: tuple[Fund, ...]) -> None:
    assert affordable(capital, funds) == enumerated(capital, funds)


def test_a_fund_with_one_use_is_spent_before_one_with_many() -> None:
    funds = (Fund("county", 100, SERVICES), Fund("health", 30, ("clinic",)), Fund("two", 20, ("clinic", "school")))
    spending = {(s.fund, s.service): s.amount for s in split({"clinic": 60, "school": 50}, funds)}
    assert spending["health", "clinic"] == 30
    assert sum(n for (fund, _), n in spending.items() if fund == "two") == 20
    assert sum(n for (fund, _), n in spending.items() if fund == "county") == 60


def test_a_special_fund_yields_where_another_service_has_no_other() -> None:
    # the school can only be paid by f; so the clinic must leave f alone although f has as few uses as g
    funds = (Fund("f", 10, ("clinic", "school")), Fund("g", 10, ("clinic", "bus")))
    spending = split({"clinic": 10, "school": 10}, funds)
    assert [(s.fund, s.service, s.amount) for s in spending] == [("f", "school", 10), ("g", "clinic", 10)]


def test_nothing_costs_nothing() -> None:
    assert affordable({"clinic": 0}, ())
    assert split({"clinic": 0}, ()) == ()


def test_a_service_without_a_fund_cannot_be_paid() -> None:
    assert not affordable({"bus": 1}, (Fund("f", 10, ("clinic",)),))
    with pytest.raises(ValueError, match="cannot pay"):
        split({"bus": 1}, (Fund("f", 10, ("clinic",)),))
