"""What the plan is worth and which targets it meets (sections 5 and 6 of the rules)."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any

from .links import count
from .nouns import County, Settlement, Target
from .numbers import half_up
from .standing import Standing

WHOLE = 10_000
#: (settlement, persons served by then, demand above 0)
About = list[tuple[Settlement, int, int]]


def measure(county: County, standing: Standing) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """(the targets of the planned services as ``claims`` lists them, points by tier)."""
    rows: list[dict[str, Any]] = []
    points: dict[str, int] = {}
    for target in county.targets:
        asked = county.packages[target.package][0] if target.package else (target.service,)
        if not set(asked) <= set(standing.opened):
            continue
        value, total, need = worth(county, standing, target, county.phase_at(target.year))
        rows.append({"id": target.id, "value": value, "whole": total, "need": need, "met": value >= need})
        if need > 0:
            tier = str(target.tier)
            points[tier] = points.get(tier, 0) + max(0, need - value) * points_of(target, need)
    return sorted(rows, key=lambda row: str(row["id"])), points


def points_of(target: Target, need: int) -> int:
    """Points of each unit that a target misses."""
    return max(1, half_up(Fraction(target.weight * 1_000_000, need)))


def members(county: County, target: Target) -> dict[str, int]:
    """Demand by settlement of those that a target is about."""
    return {
        id_: persons
        for id_, persons in county.demand(target.service).items()
        for settlement in (county.settlements[id_],)
        if (not target.levels or settlement.level in target.levels) and target.urban in (None, settlement.urban)
    }


def worth(county: County, standing: Standing, target: Target, phase: int) -> tuple[int, int, int]:
    """(value, whole, need) of a target at the end of a phase."""
    threshold, name = target.threshold, target.indicator
    if name in ("open_count", "built_count"):
        actions = ("new", "expand") if name == "built_count" else ()
        open_ = standing.sites(target.service, phase)
        return count(county, target.service, open_, actions, target.sizes), 0, int(threshold)
    if name == "package_count":
        return (*package(county, standing, target, phase), int(threshold))
    served = standing.served(target.service, phase)
    about = [(county.settlements[id_], served[id_], persons) for id_, persons in members(county, target).items()]
    if name == "worst_township_share":
        return worst(about), WHOLE, ceil(threshold * 100)
    if name == "urban_rural_gap":
        return even(about), WHOLE, WHOLE - floor(threshold * 100)
    people = name == "served_share"
    value = sum(got if people else int(got >= all_) for _, got, all_ in about)
    total = sum(all_ if people else 1 for _, _, all_ in about)
    return value, total, ceil(threshold * total / 100)


def package(county: County, standing: Standing, target: Target, phase: int) -> tuple[int, int]:
    """(settlements with the whole package, settlements listed)."""
    services, places = county.packages[target.package]
    listed = set(places)
    for service in services:
        served = standing.served(service, phase)
        without = {id_ for id_, persons in county.demand(service).items() if served[id_] < persons}
        listed -= without
    return len(listed), len(set(places))


def worst(about: About) -> int:
    """The smallest share of a township, in hundredths of a percent."""
    served: dict[str, int] = {}
    demand: dict[str, int] = {}
    for settlement, got, all_ in about:
        if settlement.township:
            served[settlement.township] = served.get(settlement.township, 0) + got
            demand[settlement.township] = demand.get(settlement.township, 0) + all_
    return min((WHOLE * served[name] // demand[name] for name in demand), default=WHOLE)


def even(about: About) -> int:
    """What is left of 100 % after the urban share's lead over the rural share, in hundredths of a percent."""
    sums = []
    for urban in (1, 0):
        of = [(got, all_) for settlement, got, all_ in about if settlement.urban == urban]
        sums.append((sum(got for got, _ in of), sum(all_ for _, all_ in of)))
    (urban_served, urban_all), (rural_served, rural_all) = sums
    if not urban_all or not rural_all:
        return WHOLE
    lead = Fraction(urban_served, urban_all) - Fraction(rural_served, rural_all)
    return WHOLE - max(0, ceil(WHOLE * lead))
