"""Everybody is counted once: served, or unserved for the true reason (section 3 of the rules)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .breach import Findings
from .read import County, Service, Settlement
from .sites import Option
from .travel import Nearest, Network


@dataclass(frozen=True)
class Case:
    """What is checked of one service; ``built`` knows the way to its open sites, ``every`` that to all of its sites."""

    county: County
    service: Service
    plan: dict[str, Any]
    opened: dict[str, Option]
    roads: dict[str, Network]
    built: Nearest
    every: Nearest
    found: Findings

    def say(self, code: str, part: str, says: str, **numbers: int | str) -> None:
        """Add a breach of this service."""
        self.found.add(code, f"services.{self.service.id}.{part}", says, **numbers)

    def same(self, row: dict[str, Any], true: tuple[int, int, str], part: str) -> None:
        """The access and the travel that a row claims are the true ones."""
        for key, value in (("access", true[0]), ("travel", -(-true[1] // 1000))):
            if row[key] != value:
                self.say("E706", part, "{key} is {true}, not {claimed}", key=key, true=value, claimed=row[key])

    def true_reason(self, settlement: Settlement) -> str:
        """Why people of a settlement are left over; "full" where an open site serves it."""
        if not any(self.roads[access.mode].stand(settlement) for access in self.service.accesses):
            return "unreachable"
        if self.built.best(settlement):
            return "full"
        return "not_built" if self.every.best(settlement) else "no_site_in_reach"


def check(case: Case) -> dict[str, int]:
    """Persons served by settlement; the sum over all lists is the demand of each, and every reason is the true one."""
    settlements, service = case.county.settlements, case.service
    demand = {key: s.demand[service.id] for key, s in settlements.items() if s.demand[service.id] > 0}
    counted, served = dict.fromkeys(demand, 0), dict.fromkeys(demand, 0)
    for name in ("assignments", "unserved"):
        listed: set[tuple[str, str]] = set()
        for row in case.plan[name]:
            key = row["settlement"], row.get("site", "")
            part = f"{name}.{key[0]}.{key[1]}".rstrip(".")
            if key in listed or key[0] not in settlements:
                case.say("E705", part, "{settlement} is unknown, or stands twice", settlement=key[0])
            elif key[0] not in demand:
                case.say("E704", part, "{settlement} has no demand", settlement=key[0])
            if row["persons"] == 0:
                case.say("E704", part, "a row of nobody")
            listed.add(key)
            if key[0] in demand:
                counted[key[0]] += row["persons"]
                served[key[0]] += row["persons"] if name == "assignments" else 0
    for place, persons in demand.items():
        if counted[place] != persons:
            says = "{counted} of the {persons} persons of {settlement} are counted"
            case.say("E704", place, says, counted=counted[place], persons=persons, settlement=place)
    for row in case.plan["unserved"]:
        if row["settlement"] in demand:
            part, reason = f"unserved.{row['settlement']}", case.true_reason(settlements[row["settlement"]])
            if reason == "full" and service.family == "coverage":
                case.say("E704", part, "an open site serves {settlement}", settlement=row["settlement"])
            if reason != row["reason"]:
                case.say("E710", part, "the reason is {true}, not {reason}", true=reason, reason=row["reason"])
    return served
