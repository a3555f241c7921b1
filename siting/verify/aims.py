"""What the plan costs and how far its people travel (section 6 of the rules)."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

from .nouns import County
from .targets import points_of


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


def stages(county: County, plan: dict[str, Any], figures: dict[str, Any]) -> dict[str, int]:
    """What the plan has in every stage, in their order: tiers with something to reach, then its aims."""
    rows = {row["id"]: row for row in figures["targets"] if row["need"] > 0}
    found: dict[str, int] = {}
    for target in sorted((t for t in county.targets if t.id in rows), key=lambda t: t.tier):
        row, tier = rows[target.id], f"tier {target.tier}"
        found[tier] = found.get(tier, 0) + points_of(target, row["need"]) * min(row["value"], row["need"])
    values = {"worth": figures["objective"], "cost": figures["cost"], "travel": figures["travel"]}
    assigned = any(not county.services[key].in_full for key in plan["services"] if key in county.services)
    return found | {aim: values[aim] for aim in plan["variation"]["aims"] if aim != "travel" or assigned}
