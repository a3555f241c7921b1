"""Haul: waste is counted at the stations, and goes on from them to disposal places (section 3 of the rules)."""

from __future__ import annotations

from . import catchment
from .people import Case, total
from .travel import Way


def check(case: Case) -> None:
    """What is collected comes to a disposal place that has room for it."""
    catchment.check(case)
    transfers(case)
    plan = case.plan
    assigned = total(plan["assignments"], "site")
    onward, arrived = total(plan["transfers"], "station"), total(plan["transfers"], "disposal")
    sites = case.county.sites[case.service.id]
    for id_, option in case.opened.items():
        comes, goes = assigned.get(id_, 0), onward.get(id_, 0)
        if not sites[id_].disposal and comes != goes:
            says = "{comes} kg a day come to {station}, {goes} go on"
            case.say("E721", f"transfers.{id_}", says, comes=comes, station=id_, goes=goes)
        every = comes + arrived.get(id_, 0)
        if sites[id_].disposal and every > option.capacity and comes <= option.capacity:
            says = "{kilograms} kg a day arrive, it takes {holds}"
            case.say("E703", f"open.{id_}", says, kilograms=every, holds=option.capacity)


def transfers(case: Case) -> None:
    """Each transfer goes from an open station to an open disposal place within its limit, once."""
    sites, rules = case.county.sites[case.service.id], case.service.haul
    assert rules is not None
    ways: dict[str, Way] = {}
    listed: set[tuple[str, str]] = set()
    for row in case.plan["transfers"]:
        station, disposal = key = row["station"], row["disposal"]
        part = f"transfers.{station}.{disposal}"
        if key in listed:
            case.say("E705", part, "the transfer stands twice")
        listed.add(key)
        if row["persons"] == 0:
            case.say("E704", part, "a transfer of nothing")
        unknown = [id_ for id_ in key if id_ not in case.opened]
        if unknown or sites[station].disposal or not sites[disposal].disposal:
            case.say("E705", part, "not from an open station to an open disposal place")
            continue
        way = ways.setdefault(disposal, Way(case.roads[rules.mode], rules.metric, sites[disposal]))
        cost = way.cost(sites[station], rules.limit)
        if cost is None:
            case.say("E702", part, "{disposal} is too far from {station}", disposal=disposal, station=station)
        elif row["travel"] != -(-cost // 1000):
            true, claimed = -(-cost // 1000), row["travel"]
            case.say("E706", part, "travel is {true}, not {claimed}", true=true, claimed=claimed)
