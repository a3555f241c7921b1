"""Reads what is asked of a plan: funds, rules, packages and targets of ``county.toml``."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .nouns import Fund, Rule, Service, Target
from .numbers import exact, flag, half_up, whole
from .services import by_id, one_of, texts

AIMS = ("worth", "cost", "travel")
COUNTS = ("open_count", "built_count", "package_count")
INDICATORS = ("served_share", "settlements_share", "worst_township_share", "urban_rural_gap", *COUNTS)


def read_objective(rules: dict[str, Any]) -> tuple[tuple[str, ...], int]:
    """``[objective]``: the aims in their order, and the years of running cost that the cost counts."""
    return read_aims(rules.get("aims", ["worth", "travel"])), whole(rules.get("cost_years", 10))


def read_aims(value: Any) -> tuple[str, ...]:
    """The aims in their order, each at most once."""
    aims = texts(value)
    if not aims or len(set(aims)) < len(aims):
        raise ValueError("no aim, or an aim twice")
    return tuple(one_of(aim, AIMS) for aim in aims)


def read_fund(about: dict[str, Any], per_unit: int, phases: int) -> Fund:
    """One of ``[[funds]]``."""
    written = about.get("capital_by_phase") or [about["capital"]]
    if len(written) != phases:
        raise ValueError("a fund has not one amount for each phase")
    amounts = tuple(half_up(exact(amount) * per_unit) for amount in written)
    return Fund(amounts, flag(about.get("carries_over", False)), texts(about["pays"]))


def read_target(t: dict[str, Any], services: dict[str, Service], packages: dict[str, Any]) -> Target:
    """One of ``[[targets]]``."""
    indicator = one_of(t["indicator"], INDICATORS)
    threshold = Fraction(whole(t["threshold_count"])) if indicator in COUNTS else exact(t["threshold_pct"])
    packed = indicator == "package_count"
    return Target(
        t["id"],
        indicator,
        "" if packed else one_of(t["service"], services),
        one_of(t["package"], packages) if packed else "",
        threshold,
        texts(t.get("levels", [])),
        whole(t["urban"]) if "urban" in t else None,
        texts(t.get("sizes", [])),
        whole(t.get("tier", 1)),
        whole(t.get("weight", 1)),
        whole(t["year"]) if "year" in t else None,
    )


def read_rule(id_: str, r: dict[str, Any], services: dict[str, Service]) -> Rule:
    """One of ``[[rules]]``."""
    actions, sizes = texts(r.get("actions", [])), texts(r.get("sizes", []))
    return Rule(id_, one_of(r["service"], services), whole(r["at_most"]), actions, sizes)


def read_packages(toml: dict[str, Any], services: Any, settlements: Any) -> dict[str, tuple[tuple[str, ...], ...]]:
    """(services, settlements) of each of ``[[packages]]``."""
    packages: dict[str, tuple[tuple[str, ...], ...]] = {}
    packages |= {key: (texts(p["services"]), texts(p["settlements"])) for key, p in by_id(toml.get("packages", []))}
    for wanted, places in packages.values():
        if not set(wanted) <= set(services) or not set(places) <= set(settlements):
            raise ValueError("a package names an unknown service or settlement")
    return packages


def all_known(services: dict[str, Service], demand: dict[str, Any]) -> None:
    """Every name that a service speaks leads somewhere."""
    for service in services.values():
        for access in service.accesses:
            if access.eligible:
                one_of(access.eligible, demand)
            if access.line:
                one_of(access.line, [key for key, s in services.items() if s.family == "line"])
        for name in (*service.also_served_by, *(service.referral[:1] if service.referral else ())):
            one_of(name, services)
        one_of(service.demand, demand)
