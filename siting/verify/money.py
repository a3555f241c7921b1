"""Every base unit of capital is paid by a fund that may pay it (section 4 of the rules)."""

from __future__ import annotations

from math import floor
from typing import Any

from .breach import Findings
from .read import County, exact
from .sites import Option

Opened = dict[str, dict[str, Option]]


def check(county: County, plan: dict[str, Any], opened: Opened, found: Findings) -> tuple[int, int]:
    """(capital, running per year) of the plan."""
    spent = dict.fromkeys(county.funds, 0)
    paid = dict.fromkeys(opened, 0)
    listed: set[tuple[str, str]] = set()
    for row in plan["spending"]:
        fund, service = key = row["fund"], row["service"]
        place = f"spending.{fund}.{service}"
        if fund not in spent or service not in paid or key in listed:
            found.add("E705", place, "{fund} or {service} is unknown, or stands twice", fund=fund, service=service)
        elif service not in county.funds[fund][1]:
            found.add("E701", place, "{fund} may not pay {service}", fund=fund, service=service)
        listed.add(key)
        if fund in spent:
            spent[fund] += row["amount"]
        if service in paid:
            paid[service] += row["amount"]
    for fund, amount in spent.items():
        holds = floor(county.funds[fund][0] * exact(plan["variation"]["capital_factor"]))
        if amount > holds:
            found.add(
                "E701", f"spending.{fund}", "plan costs {amount}, the fund holds {holds}", amount=amount, holds=holds
            )
    costs = {key: sum(o.capital for o in options.values()) for key, options in opened.items()}
    for name, cost in costs.items():
        if paid[name] != cost:
            found.add("E701", f"spending.{name}", "it costs {cost}, {paid} is paid", cost=cost, paid=paid[name])
    running = sum(o.running for options in opened.values() for o in options.values())
    if county.running_budget is not None:
        budget = floor(county.running_budget * exact(plan["variation"]["running_factor"]))
        if running > budget:
            found.add("E711", "running", "running costs {running}, budget {budget}", running=running, budget=budget)
    return sum(costs.values()), running
