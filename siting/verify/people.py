"""Everybody is counted once: served, or unserved for the true reason (section 3 of the rules)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .breach import Findings
from .joins import Joined
from .nouns import County, Service, Settlement
from .options import Option
from .travel import Network
from .ways import First, Ways


@dataclass(frozen=True)
class Case:
    """What is checked of one service.

    ``opened`` are its own open sites, ``usable`` also those of the services that serve its people too, ``lines`` the
    open lines; ``built`` is the first way of a settlement to what is open, ``closest`` the first that boarding without
    beds does not block. ``baseline``: nothing may be shut.
    """

    county: County
    service: Service
    plan: dict[str, Any]
    opened: dict[str, Option]
    usable: frozenset[str]
    lines: frozenset[str]
    roads: dict[str, Network]
    ways: Ways
    built: First
    closest: First
    baseline: bool
    found: Findings

    def say(self, code: str, part: str, says: str, **numbers: int | str) -> None:
        """Add a breach of this service."""
        self.found.add(code, f"services.{self.service.id}.{part}", says, **numbers)

    def same(self, row: dict[str, Any], true: Joined, part: str) -> None:
        """The access, the line and the travel that a row claims are the true ones."""
        for key, value in (("access", true[0]), ("line", true[3]), ("travel", -(-true[1] // 1000))):
            if row[key] != value:
                self.say("E706", part, "{key} is {true}, not {claimed}", key=key, true=value, claimed=row[key])

    def true_reason(self, settlement: Settlement) -> str:
        """Why people of a settlement are left over; "full" where an open site serves it."""
        if not any(self.sets_out(settlement, mode) for mode in self.ways.modes()):
            return "unreachable"
        if self.built(settlement):
            return "full"
        return "not_built" if settlement.id in self.ways.order else "no_site_in_reach"

    def sets_out(self, settlement: Settlement, mode: str) -> bool:
        """Whether a settlement stands at a road of a mode, or the planner's own times lead from it to anywhere."""
        told = self.county.told.get(mode, {})
        return self.roads[mode].stand(settlement) is not None or any(settlement.id in to for to in told.values())


def total(rows: list[dict[str, Any]], *keys: str) -> dict[Any, int]:
    """Persons by the value of one key, or of several."""
    found: dict[Any, int] = {}
    for row in rows:
        key = row[keys[0]] if len(keys) == 1 else tuple(row[k] for k in keys)
        found[key] = found.get(key, 0) + row["persons"]
    return found


#: The lists of people and the keys that tell their rows apart.
LISTS = {"assignments": ("settlement", "site", "access", "line"), "unserved": ("settlement",)}


def check(case: Case) -> dict[str, int]:
    """Persons served by settlement; the sum over all lists is the demand of each, and every reason is the true one."""
    settlements, service = case.county.settlements, case.service
    demand = case.county.demand(service.id)
    counted, served = dict.fromkeys(demand, 0), dict.fromkeys(demand, 0)
    for name, keys in LISTS.items():
        listed: set[tuple[str | int, ...]] = set()
        for row in case.plan[name]:
            key, id_ = tuple(row[k] for k in keys), row["settlement"]
            part = f"{name}.{id_}.{row.get('site', '')}".rstrip(".")
            if key in listed or id_ not in settlements:
                case.say("E705", part, "{settlement} is unknown, or the row stands twice", settlement=id_)
            elif id_ not in demand:
                case.say("E704", part, "{settlement} has no demand", settlement=id_)
            if row["persons"] == 0:
                case.say("E704", part, "a row of nobody")
            listed.add(key)
            if id_ in demand:
                counted[id_] += row["persons"]
                served[id_] += row["persons"] if name == "assignments" else 0
    for place, persons in demand.items():
        if counted[place] != persons:
            says = "{counted} of the {persons} persons of {settlement} are counted"
            case.say("E704", place, says, counted=counted[place], persons=persons, settlement=place)
    for row in case.plan["unserved"]:
        if row["settlement"] in demand:
            part, reason = f"unserved.{row['settlement']}", case.true_reason(settlements[row["settlement"]])
            if reason == "full" and service.in_full:
                case.say("E704", part, "an open site serves {settlement}", settlement=row["settlement"])
            if reason != row["reason"]:
                case.say("E710", part, "the reason is {true}, not {reason}", true=reason, reason=row["reason"])
    return served
