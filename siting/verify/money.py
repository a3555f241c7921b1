"""Every base unit of capital is paid by a fund that may pay it, when it may (section 4 of the rules)."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from math import floor
from typing import Any

from .breach import Findings
from .land import savings
from .links import Opened
from .nouns import County
from .numbers import exact


def capital_of(county: County, plan: dict[str, Any], opened: Opened) -> dict[tuple[str, str], int]:
    """What each service costs in each phase, after savings; closing and resale count in the first."""
    saved, first = savings(county, opened), next(iter(county.phases))
    costs = {(key, phase): 0 for key in opened for phase in county.phases}
    for key, options in opened.items():
        for id_, option in options.items():
            if (key, option.phase) in costs:  # what is kept costs nothing
                costs[key, option.phase] += option.capital - saved.get((key, id_), 0)
        service = county.services[key]
        closed = len({site for site in plan["services"][key]["closed"] if site in county.sites[key]})
        costs[key, first] = max(0, costs[key, first] + closed * (service.closing - service.resale))
    return costs


def paid_of(
    county: County, plan: dict[str, Any], opened: Opened, found: Findings
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """What is paid, by (service, phase) and by (fund, phase)."""
    paid = {(key, phase): 0 for key in opened for phase in county.phases}
    spent = {(fund, phase): 0 for fund in county.funds for phase in county.phases}
    listed: set[tuple[str, str, str]] = set()
    for row in plan["spending"]:
        fund, service, phase = key = row["fund"], row["service"], row["phase"]
        place = f"spending.{fund}.{service}.{phase}".rstrip(".")
        if (fund, phase) not in spent or (service, phase) not in paid or key in listed:
            says = "{fund}, {service} or phase '{phase}' is unknown, or the row stands twice"
            found.add("E705", place, says, fund=fund, service=service, phase=phase)
        if fund in county.funds and service not in county.funds[fund].pays:
            found.add("E701", place, "{fund} may not pay {service}", fund=fund, service=service)
        listed.add(key)
        if (fund, phase) in spent:
            spent[fund, phase] += row["amount"]
        if (service, phase) in paid:
            paid[service, phase] += row["amount"]
    return paid, spent


def funds(county: County, spent: dict[tuple[str, str], int], factor: Fraction, found: Findings) -> None:
    """No fund pays more than it holds in a phase, or up to it where it carries over."""
    for name, fund in county.funds.items():
        amounts = [spent[name, phase] for phase in county.phases]
        limits = [floor(amount * factor) for amount in fund.amounts]
        if fund.carries_over:
            amounts, limits = list(accumulate(amounts)), list(accumulate(limits))
        for phase, amount, holds in zip(county.phases, amounts, limits, strict=True):
            if amount > holds:
                where, says = f"spending.{name}.{phase}".rstrip("."), "plan costs {amount}, the fund holds {holds}"
                found.add("E701", where, says, amount=amount, holds=holds)


def check(county: County, plan: dict[str, Any], opened: Opened, found: Findings) -> tuple[int, int]:
    """(capital, running per year) of the plan."""
    paid, spent = paid_of(county, plan, opened, found)
    funds(county, spent, exact(plan["variation"]["capital_factor"]), found)
    costs = capital_of(county, plan, opened)
    for (service, phase), cost in costs.items():
        if paid[service, phase] != cost:
            where = f"spending.{service}.{phase}".rstrip(".")
            found.add("E701", where, "it costs {cost}, {paid} is paid", cost=cost, paid=paid[service, phase])
    running = sum(o.running for options in opened.values() for o in options.values())
    if county.running_budget is not None and plan["scenario"] != "baseline":
        budget = floor(county.running_budget * exact(plan["variation"]["running_factor"]))
        if running > budget:
            found.add("E711", "running", "running costs {running}, budget {budget}", running=running, budget=budget)
    return sum(costs.values()), running
