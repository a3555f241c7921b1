"""A plan: which sites are open at which size, who goes where, and which money pays.

A plan holds ids and whole numbers only; it is what is written to ``plan.json``, what the checker reads, and what every
figure of a report is recomputed from. It never holds a value of a solver's variable.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Action = Literal["keep", "new", "expand"]
#: Why people of a settlement are not served; the sentence for each is in ``words/``.
Reason = Literal["unreachable", "no_site_in_reach", "full", "not_built"]


@dataclass(frozen=True, order=True)
class Opening:
    """An open site: its id, its size ("" for an existing site without a size of the table), what was done to it, when.

    ``phase`` is "" for a site that is kept, and where the county has no phases.
    """

    site: str
    size: str
    action: Action
    phase: str = ""


@dataclass(frozen=True, order=True)
class Assignment:
    """``persons`` of a settlement (kilograms a day, for waste) go to a site by access number ``access`` of the service.

    ``line`` is the bus line of a line access, else ""; ``since`` the phase from which on they are served, "" from the
    beginning. ``travel`` is in whole seconds, rounded up, where the access has
    ``limit_min``; in whole metres, rounded up, where it has ``limit_m``.
    """

    settlement: str
    site: str
    access: int
    line: str
    since: str
    persons: int
    travel: int


@dataclass(frozen=True, order=True)
class Transfer:
    """``persons`` kilograms of waste a day go on from a station to a disposal place, ``travel`` seconds away."""

    station: str
    disposal: str
    persons: int
    travel: int


@dataclass(frozen=True, order=True)
class Unserved:
    """``persons`` of a settlement are not served, and why."""

    settlement: str
    persons: int
    reason: Reason


@dataclass(frozen=True)
class ServicePlan:
    """What a plan decides for one service. All lists are sorted, so that equal plans are equal files."""

    open: tuple[Opening, ...] = ()
    closed: tuple[str, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    unserved: tuple[Unserved, ...] = ()

    def served(self, by: Collection[str] | None = None) -> dict[str, int]:
        """Persons served by settlement (``by``: in one of these phases); who is not served at all is not listed."""
        persons: dict[str, int] = {}
        for a in self.assignments:
            if by is None or not a.since or a.since in by:
                persons[a.settlement] = persons.get(a.settlement, 0) + a.persons
        return persons

    def opened(self, by: Collection[str] | None = None) -> list[Opening]:
        """The open sites (``by``: kept, or opened in one of these phases)."""
        return [o for o in self.open if by is None or o.action == "keep" or o.phase in by]


@dataclass(frozen=True, order=True)
class Spending:
    """``amount`` of capital, in base units (元), that a fund pays for a service in a phase ("" where there is none)."""

    fund: str
    service: str
    phase: str
    amount: int


@dataclass(frozen=True)
class Plan:
    """The decisions of one scenario, service by service, and the money."""

    services: Mapping[str, ServicePlan] = field(default_factory=dict)
    spending: tuple[Spending, ...] = ()

    def served(self) -> dict[tuple[str, str], int]:
        """Persons served by service and settlement; who is not served at all is not listed."""
        return {(key, i): persons for key, part in self.services.items() for i, persons in part.served().items()}

    def only(self, services: Collection[str]) -> Plan:
        """The part of the plan that decides these services, with the money that pays for them."""
        return Plan(
            {key: part for key, part in self.services.items() if key in services},
            tuple(s for s in self.spending if s.service in services),
        )

    def with_part(self, part: Plan) -> Plan:
        """The plan with the services of ``part`` decided as there."""
        others = [s for s in self.spending if s.service not in part.services]
        return Plan(
            {key: part.services.get(key, old) for key, old in self.services.items()},
            tuple(sorted([*others, *part.spending])),
        )

    def to_json(self) -> dict[str, Any]:
        """As plain lists and dicts, in a fixed order."""
        return {
            "services": {
                key: {
                    "open": [vars(o) for o in sorted(s.open)],
                    "closed": sorted(s.closed),
                    "assignments": [vars(a) for a in sorted(s.assignments)],
                    "transfers": [vars(t) for t in sorted(s.transfers)],
                    "unserved": [vars(u) for u in sorted(s.unserved)],
                }
                for key, s in self.services.items()
            },
            "spending": [vars(s) for s in sorted(self.spending)],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """The plan that `to_json` wrote.

        Raises:
            KeyError, TypeError: the data are not such a plan.
        """
        return cls(
            services={
                key: ServicePlan(
                    open=tuple(Opening(**o) for o in s["open"]),
                    closed=tuple(s["closed"]),
                    assignments=tuple(Assignment(**a) for a in s["assignments"]),
                    transfers=tuple(Transfer(**t) for t in s["transfers"]),
                    unserved=tuple(Unserved(**u) for u in s["unserved"]),
                )
                for key, s in data["services"].items()
            },
            spending=tuple(Spending(**s) for s in data["spending"]),
        )

    def text(self) -> str:
        """The plan as one JSON text; equal plans give equal texts."""
        return json.dumps(self.to_json(), ensure_ascii=False, indent=1)
