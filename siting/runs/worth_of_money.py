"""What ``result.json`` says of the value of money: bounds of every service at any amount (docs/run-folder.md)."""

from __future__ import annotations

import math
import time
from collections import Counter
from typing import Any

from siting import rooms
from siting.plan import Plan
from siting.plans.outcome import Effort
from siting.problems.problem import Problem


def told(problem: Problem, plan: Plan, effort: Effort) -> dict[str, Any]:
    """The curves and prices as plain objects, beside what the plan spends and serves; within the time of ``effort``."""
    begun = time.monotonic()
    found = rooms.valuer()(problem, plan, effort)
    spent = Counter[str]()
    for item in plan.spending:
        spent[item.service] += item.amount
    services = {}
    for curve in found.curves:
        capital = spent[curve.service]
        services[curve.service] = {
            "capital": capital,
            "served": sum(plan.services[curve.service].served().values()),
            "at_most": curve.at(capital),
            "money": list(curve.money),
            "most": list(curve.most),
        }
    return {
        "seconds": round(time.monotonic() - begun, 2),
        "worth": found.worth,
        "funds": {fund: {"worth_per_unit": math.ceil(price * 10**12) / 10**12} for fund, price in found.prices.items()},
        "services": services,
    }
