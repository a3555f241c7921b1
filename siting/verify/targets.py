"""What the plan is worth and which targets it meets (sections 5 and 6 of the rules)."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

from .read import County, exact, half_up, whole

Served = dict[str, dict[str, int]]


def measure(county: County, served: Served, opened: dict[str, int]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """(the targets of the planned services as ``claims`` lists them, points by tier)."""
    rows: list[dict[str, Any]] = []
    points: dict[str, int] = {}
    for target in county.toml.get("targets", []):
        service = target["service"]
        if service not in served:
            continue
        about = [
            (served[service][s.id], s.demand[service])
            for s in county.settlements.values()
            if s.demand[service] > 0
            and (not target.get("levels") or s.level in target["levels"])
            and target.get("urban", s.urban) == s.urban
        ]
        if target["indicator"] == "open_count":
            value, total, need = opened[service], 0, whole(target["threshold_count"])
        else:
            people = target["indicator"] == "served_share"
            value = sum(got if people else int(got >= all_) for got, all_ in about)
            total = sum(all_ if people else 1 for _, all_ in about)
            need = ceil(exact(target["threshold_pct"]) * total / 100)
        rows.append({"id": target["id"], "value": value, "whole": total, "need": need, "met": value >= need})
        if need > 0:
            weight = max(1, half_up(Fraction(whole(target.get("weight", 1)) * 1_000_000, need)))
            tier = str(target.get("tier", 1))
            points[tier] = points.get(tier, 0) + max(0, need - value) * weight
    return sorted(rows, key=lambda row: str(row["id"])), points
