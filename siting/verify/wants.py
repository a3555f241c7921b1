"""What a unit of service is worth at given prices, once every target is bought at its price (docs/certificate.md)."""

from __future__ import annotations

from dataclasses import dataclass, field

from .nouns import County, Target
from .prices import Prices
from .targets import WHOLE, members, points_of
from .wishes import AIMS


@dataclass(frozen=True)
class Aim:
    """The stage whose bound is asked for, with its tier, if it is one; ``levels`` are the points that each earlier
    tier has reached, ``kept`` what the aims before it have, ``needs`` those of the targets that count, above 0."""

    stage: str
    tier: int | None
    levels: dict[int, int]
    kept: dict[str, int]
    needs: dict[str, int]

    def rate(self, name: str, prices: Prices, scale: int) -> int:
        """What a unit of the worth, the cost or the travel counts: fully in its own stage, its price in later ones."""
        return scale if name == self.stage else prices(name) if name in self.kept else 0


@dataclass
class Wants:
    """``persons`` by service, settlement and phase: what a person is worth who is served by its end; ``counted`` the
    worth of a site by target; ``cost`` and ``travel`` what a unit of them takes away; ``constant`` what no decision
    changes. All in units of the scale."""

    constant: int = 0
    cost: int = 0
    travel: int = 0
    persons: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    counted: list[tuple[Target, int, int]] = field(default_factory=list)


def wants(county: County, planned: list[str], aim: Aim, prices: Prices, scale: int) -> Wants:
    """What persons and sites are worth."""
    worth, cost, travel = (aim.rate(name, prices, scale) for name in AIMS)
    found = Wants(cost=cost, travel=travel)
    for name, level in aim.kept.items():
        found.constant += prices(name) * (-level if name == "worth" else level)
    last = len(county.phases) - 1
    for key in planned:
        each = [0] * last + [worth * county.services[key].weight]
        found.persons[key] = {id_: list(each) for id_ in county.demand(key)}
    for target in county.targets:
        need = aim.needs.get(target.id, 0)
        if need > 0 and (aim.tier is None or target.tier <= aim.tier):
            point = scale if target.tier == aim.tier else prices("points", target.tier)
            bought = buy(county, target, county.phase_at(target.year), prices, found)
            found.constant += need * max(0, points_of(target, need) * point - bought)
    for tier, level in aim.levels.items():
        found.constant -= prices("points", tier) * level
    return found


def buy(county: County, target: Target, by: int, prices: Prices, found: Wants) -> int:
    """Pay for what a target counts, at its prices; the price of one unit of its value."""
    name = target.indicator
    price = prices("target", target.id, "")
    if name in ("open_count", "built_count"):
        found.counted.append((target, by, price))
        return price
    if name == "package_count":
        return package(county, target, by, prices, found)
    about = members(county, target)
    persons = found.persons[target.service]
    if name == "worst_township_share":
        return townships(county, target, about, by, prices, found)
    if name == "urban_rural_gap":
        return gap(county, about, by, price, persons, found)
    for id_, demand in about.items():
        if name == "served_share":
            persons[id_][by] += price
        else:
            in_full(persons[id_], by, demand, price, found)
    return price


def in_full(persons: list[int], by: int, demand: int, price: int, found: Wants) -> None:
    """A settlement counts only as far as its persons are served: each of them gets an equal part of the price."""
    persons[by] += price // demand
    found.constant += price % demand


def townships(county: County, target: Target, about: dict[str, int], by: int, prices: Prices, found: Wants) -> int:
    """Every township holds the value down on its own, so each has a price; that of a unit is by all its people."""
    unit = 0
    for id_, demand in about.items():
        township = county.settlements[id_].township
        if township:
            price = prices("target", target.id, township)
            found.persons[target.service][id_][by] += WHOLE * price
            unit += price * demand
    return unit


def gap(county: County, about: dict[str, int], by: int, price: int, persons: dict[str, list[int]], found: Wants) -> int:
    """Value = 10000 (1 - urban share + rural share), each share's part rounded so that it favours the plan."""
    whole = {urban: sum(n for id_, n in about.items() if county.settlements[id_].urban == urban) for urban in (0, 1)}
    if not whole[0] or not whole[1]:
        return 0
    for id_ in about:
        urban = county.settlements[id_].urban
        if urban in whole:
            persons[id_][by] += -(WHOLE * price // whole[1]) if urban else -(-WHOLE * price // whole[0])
    found.constant += WHOLE * price
    return price


def package(county: County, target: Target, by: int, prices: Prices, found: Wants) -> int:
    """A settlement counts only as far as it is served in full in each service that asks for something there."""
    services, listed = county.packages[target.package]
    price = prices("target", target.id, "")
    for id_ in set(listed):
        paid = 0
        for key in services:
            demand = county.demand(key).get(id_, 0)
            if demand:
                part = prices("package", target.id, id_, key)
                in_full(found.persons[key][id_], by, demand, part, found)
                paid += part
        found.constant += max(0, price - paid)
    return price
