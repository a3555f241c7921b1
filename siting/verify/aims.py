"""What the plan costs and how far its people travel (section 6 of the rules)."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

from .nouns import County


def travelled(county: County, plan: dict[str, Any]) -> int:
    """Persons or kilograms times seconds or metres of all who are assigned where sites have room, with transfers."""
    total = 0
    for key, part in plan["services"].items():
        if key in county.services and not county.services[key].in_full:
            rows = [*part["assignments"], *part["transfers"]]
            total += sum(row["persons"] * row["travel"] for row in rows)
    return total


def cost(county: County, plan: dict[str, Any], capital: int, running: int) -> int:
    """Capital, and the years' running and travel; the travel of a service is rounded up."""
    yearly = running
    for key, part in plan["services"].items():
        if key not in county.services:
            continue
        service, paid = county.services[key], Fraction(0)
        for row in part["assignments"]:
            if row["access"] < len(service.accesses):
                paid += row["persons"] * row["travel"] * service.accesses[row["access"]].fare
        if service.haul is not None:
            paid += sum(row["persons"] * row["travel"] for row in part["transfers"]) * service.haul.fare
        yearly += ceil(paid)
    return capital + county.cost_years * yearly
