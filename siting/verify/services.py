"""Reads ``[services.ID]`` of ``county.toml`` after its sources are taken off; whatever is wrong raises a fault."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from .nouns import Access, Haul, LineRules, Ms, Service, Size
from .numbers import exact, flag, half_up, whole

FAMILIES = ("coverage", "catchment", "haul", "line")
KINDS = ("direct", "boarding", "line")
MINUTE = 60_000


def by_id(items: list[Any]) -> list[tuple[str, Any]]:
    """(id, item) of each item; no two may share an id."""
    ids = [item["id"] if isinstance(item, dict) else item.id for item in items]
    if len(set(ids)) != len(ids) or not all(isinstance(key, str) and key for key in ids):
        raise ValueError("an id is missing or stands twice")
    return list(zip(ids, items, strict=True))


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"not a list of texts: {value!r:.60}")
    return tuple(value)


def one_of(value: Any, known: Any) -> str:
    """A word that must be known."""
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"unknown: {value!r:.60}")
    return value


def minutes(value: Any) -> int:
    """Whole milliseconds that are at most so many minutes."""
    return math.floor(exact(value) * MINUTE)


def measured(rules: dict[str, Any], prefix: str = "") -> tuple[int, int, Any]:
    """(metric, units of the limit in one of its own, the limit as it is written); one of the two keys is there."""
    by_time, by_road = f"{prefix}limit_min" in rules, f"{prefix}limit_m" in rules
    if by_time == by_road:
        raise ValueError(f"not exactly one of {prefix}limit_min and {prefix}limit_m")
    return (1, 1000, rules[f"{prefix}limit_m"]) if by_road else (0, MINUTE, rules[f"{prefix}limit_min"])


def read_fare(yearly: Any, metric: int, per_unit: int, family: str) -> Fraction:
    """Base units a year per person and second or metre, per kilogram in haul; written per hour or km, and per tonne."""
    if exact(yearly) and family not in ("catchment", "haul"):
        raise ValueError("cost_per_year where nobody is assigned")
    return Fraction(half_up(exact(yearly) * per_unit), (1000 if metric else 3600) * (1000 if family == "haul" else 1))


def read_access(a: dict[str, Any], family: str, per_unit: int) -> Access:
    """One entry of ``[[services.ID.access]]``."""
    metric, scale, usual = measured(a)
    fare = read_fare(a.get("cost_per_year", 0), metric, per_unit, family)
    by_level = {level: math.floor(exact(x) * scale) for level, x in a.get("limit_by_level", {}).items()}
    wait = exact(a.get("wait_min", 0)) * MINUTE
    exactly: Ms = wait.numerator if wait.denominator == 1 else wait
    kind, line = one_of(a.get("kind", "direct"), KINDS), a.get("line", "")
    if (kind == "line") != bool(line) or (kind == "line" and metric):
        raise ValueError("a line access names its line service and has limit_min")
    offered, eligible = flag(a.get("offered", True)), a.get("eligible", "")
    limit = math.floor(exact(usual) * scale)
    return Access(a["mode"], metric, limit, by_level, kind, offered, eligible, line, exactly, fare)


def read_size(size: dict[str, Any], family: str, per_unit: int) -> Size:
    """One entry of ``[[services.ID.sizes]]``."""
    capital, running = (half_up(exact(size.get(name, 0)) * per_unit) for name in ("capital", "running_per_year"))
    capacity = trips = 0
    if family == "catchment":
        capacity = whole(size["capacity_persons"])
    elif family == "haul":
        capacity = math.floor(exact(size["capacity_tpd"]) * 1000)
    elif family == "line":
        trips = whole(size["trips_per_day"])
    land = math.ceil(exact(size.get("land_m2", 0)))
    beds, dormitory = whole(size.get("beds_persons", 0)), None
    if "beds_capital" in size:
        dormitory = half_up(exact(size["beds_capital"]) * per_unit)
        if not beds or dormitory > capital:
            raise ValueError("beds_capital without beds, or more than capital")
    return Size(capacity, capital, running, beds, trips, land, dormitory)


def read_haul(rules: dict[str, Any], per_unit: int) -> tuple[Haul, tuple[Access, ...]]:
    """``[services.ID.haul]``, and the access straight to disposal where it is allowed."""
    metric, scale, limit = measured(rules, "transfer_")
    onward = Haul(
        rules.get("transfer_mode", "drive"),
        metric,
        math.floor(exact(limit) * scale),
        read_fare(rules.get("transfer_cost_per_year", 0), metric, per_unit, "haul"),
        texts(rules.get("kinds", ["landfill", "incinerator"])),
    )
    if "direct_limit_min" not in rules and "direct_limit_m" not in rules:
        return onward, ()
    metric, scale, limit = measured(rules, "direct_")
    fare = read_fare(rules.get("direct_cost_per_year", 0), metric, per_unit, "haul")
    mode = rules.get("direct_mode", "drive")
    return onward, (Access(mode, metric, math.floor(exact(limit) * scale), kind="disposal", fare=fare),)


def read_line(rules: dict[str, Any], per_unit: int) -> LineRules:
    """``[services.ID.line]``."""
    hours = exact(rules.get("service_hours", 12)) * 60 * MINUTE
    if not hours:
        raise ValueError("service_hours is 0")
    return LineRules(
        rules.get("mode", "bus"),
        half_up(exact(rules["vehicle_capital"]) * per_unit),
        exact(rules["running_per_km"]) * per_unit,
        whole(rules.get("operating_days", 365)),
        hours,
        exact(rules.get("layover_min", 5)) * MINUTE,
    )


def read_service(id_: str, rules: dict[str, Any], per_unit: int) -> Service:
    """A service of county.toml."""
    family = one_of(rules["family"], FAMILIES)
    accesses = tuple(read_access(a, family, per_unit) for a in rules["access"])
    haul, line, referral = None, None, None
    if family == "haul":
        haul, straight = read_haul(rules["haul"], per_unit)
        accesses += straight
    if family == "line":
        line = read_line(rules["line"], per_unit)
        if accesses[0].metric:
            raise ValueError("the first access of a line service is a time")
    if "referral" in rules:
        to = rules["referral"]
        referral = (to["service"], to["mode"], minutes(to["limit_min"]))
    away = rules.get("keep_away", {})
    return Service(
        id=id_,
        family=family,
        weight=whole(rules.get("weight", 1)),
        hosts=texts(rules.get("hosts", [])),
        may_close=flag(rules.get("may_close", False)),
        may_expand=flag(rules.get("may_expand", False)),
        accesses=accesses,
        sizes={key: read_size(size, family, per_unit) for key, size in by_id(rules["sizes"])},
        demand=rules["demand"],
        closing=half_up(exact(rules.get("closing_capital", 0)) * per_unit),
        resale=half_up(exact(rules.get("resale", 0)) * per_unit),
        close_only_if_served=flag(rules.get("close_only_if_served", False)),
        min_persons=whole(rules.get("min_persons", 0)),
        whole_settlements=flag(rules.get("whole_settlements", False)),
        closest=flag(rules.get("closest", False)),
        quality_first=flag(rules.get("quality_first", False)),
        also_served_by=texts(rules.get("also_served_by", [])),
        referral=referral,
        homes_m=whole(away.get("homes_m", 0)),
        water_m=whole(away.get("water_m", 0)),
        haul=haul,
        line=line,
    )
