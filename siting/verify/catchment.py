"""Catchment: people are counted at each site, over true ways and up to its capacity (section 3 of the rules)."""

from __future__ import annotations

from typing import Any

from .people import Case, total


def check(case: Case) -> None:
    """Persons go over ways to open sites, no site holds more than it can, and the service's own rules are kept."""
    for row in case.plan["assignments"]:
        over_a_way(case, row, f"assignments.{row['settlement']}.{row['site']}")
    full(case)
    eligible(case)
    enough(case)
    closing(case)
    if case.service.whole_settlements:
        in_one_piece(case)


def over_a_way(case: Case, row: dict[str, Any], part: str) -> None:
    """A row goes to an open site, over an open line, over a way with its travel, and over the first where it must."""
    if row["site"] not in case.opened:
        case.say("E705", part, "{site} is not open", site=row["site"])
        return
    if row["line"] and row["line"] not in case.lines:
        case.say("E705", part, "the line {line} is not open", line=row["line"])
    if row["settlement"] not in case.ways.demand:
        return  # said already
    settlement = case.county.settlements[row["settlement"]]
    claimed = row["access"], row["site"], row["line"]
    ways = case.ways.to[row["site"]].get(settlement.id, [])
    true = next((w for w in ways if (w[0], w[2], w[3]) == claimed), None)
    if true is None:
        says = "{site} is beyond the standard, or not reached by access {access} and line '{line}'"
        case.say("E702", part, says, site=row["site"], access=row["access"], line=row["line"])
        return
    case.same(row, true, part)
    if case.service.closest:
        first = case.closest(settlement)
        if first is not None and (first[0], first[2], first[3]) != claimed:
            case.say("E717", part, "{first} is nearer than {site}", first=first[2], site=row["site"])


def full(case: Case) -> None:
    """Capacities, and beds for those who board."""
    rows, accesses = case.plan["assignments"], case.service.accesses
    boards = {number for number, access in enumerate(accesses) if access.kind == "boarding"}
    persons, boarders = total(rows, "site"), total([row for row in rows if row["access"] in boards], "site")
    for site, option in case.opened.items():
        if persons.get(site, 0) > option.capacity:
            says = "{persons} persons, it holds {holds}"
            case.say("E703", f"open.{site}", says, persons=persons[site], holds=option.capacity)
        if boarders.get(site, 0) > option.beds:
            says = "{persons} board there, it has {beds} beds"
            case.say("E720", f"open.{site}", says, persons=boarders[site], beds=option.beds)


def eligible(case: Case) -> None:
    """Over an access for a group no more persons go than the settlement has of it."""
    for (id_, number), persons in total(case.plan["assignments"], "settlement", "access").items():
        settlement = case.county.settlements.get(id_)
        group = case.service.accesses[number].eligible if number < len(case.service.accesses) else ""
        if group and settlement is not None and persons > settlement.groups[group]:
            says = "{persons} persons of {settlement} by access {access}, {may} of {group} may"
            may = settlement.groups[group]
            part = f"assignments.{id_}"
            case.say("E719", part, says, persons=persons, settlement=id_, access=number, may=may, group=group)


def enough(case: Case) -> None:
    """No site that could be left out has fewer persons than the service asks for."""
    persons, sites = total(case.plan["assignments"], "site"), case.county.sites[case.service.id]
    for id_, option in case.opened.items():
        has, least = persons.get(id_, 0), case.service.fewest(option.action, sites[id_], case.baseline)
        if has < least:
            says = "{persons} persons, at least {least} are asked for"
            case.say("E715", f"open.{id_}", says, persons=has, least=least)


def closing(case: Case) -> None:
    """Where the present site of a settlement is shut, everybody of it is served."""
    shut = set(case.plan["closed"])
    if not case.service.close_only_if_served or not shut:
        return
    for row in case.plan["unserved"]:
        settlement = case.county.settlements.get(row["settlement"])
        site = case.ways.present(settlement) if settlement is not None else None
        if site is not None and site in shut and row["persons"] > 0:
            says = "{site} is shut, and {persons} persons of {settlement} are not served"
            id_ = row["settlement"]
            case.say("E718", f"unserved.{id_}", says, site=site, persons=row["persons"], settlement=id_)


def in_one_piece(case: Case) -> None:
    """Everybody of a settlement goes over one way, or nobody is served."""
    demand = case.county.demand(case.service.id)
    rows: dict[str, list[int]] = {}
    for row in case.plan["assignments"]:
        rows.setdefault(row["settlement"], []).append(row["persons"])
    for id_, persons in rows.items():
        if len(persons) != 1 or persons[0] != demand.get(id_, 0):
            says = "{settlement} goes over one way as a whole, or not at all"
            case.say("E716", f"assignments.{id_}", says, settlement=id_)
