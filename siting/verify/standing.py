"""Who is served by the end of a phase (section 5 of the rules)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .links import Opened
from .nouns import County
from .ways import Ways

Served = dict[str, dict[str, int]]


class Standing:
    """Sites and people by the end of each phase; ``served`` is at the end of the last."""

    def __init__(
        self, county: County, plan: dict[str, Any], opened: Opened, served: Served, ways: Mapping[str, Ways]
    ) -> None:
        self.county, self.plan, self.opened, self.ways = county, plan, opened, ways
        self.last = len(county.phases) - 1
        self.known: dict[tuple[str, int], dict[str, int]] = {(key, self.last): s for key, s in served.items()}

    def sites(self, service: str, phase: int) -> Opened:
        """The sites of a service that are open by then."""
        options = self.opened.get(service, {}).items()
        return {service: {id_: o for id_, o in options if o.opens(self.county.phases) <= phase}}

    def served(self, service: str, phase: int) -> dict[str, int]:
        """Persons served by then, by settlement with demand."""
        key = service, phase
        if key not in self.known:
            in_full = self.county.services[service].in_full
            self.known[key] = self._reached(service, phase) if in_full else self._assigned(service, phase)
        return self.known[key]

    def _reached(self, service: str, phase: int) -> dict[str, int]:
        places = {service, *self.county.services[service].also_served_by}
        by_then = [id_ for key in places for id_ in self.sites(key, phase)[key]]
        first = self.ways[service].first(by_then, ())
        settlements = self.county.settlements
        demand = self.county.demand(service)
        return {id_: persons if first(settlements[id_]) else 0 for id_, persons in demand.items()}

    def _assigned(self, service: str, phase: int) -> dict[str, int]:
        served = dict.fromkeys(self.county.demand(service), 0)
        sites = self.sites(service, phase)[service]
        lines = {a.line for a in self.county.services[service].accesses if a.line}
        running = {id_ for key in lines for id_ in self.sites(key, phase)[key]}
        for row in self.plan["services"][service]["assignments"]:
            if row["settlement"] in served and row["site"] in sites and (not row["line"] or row["line"] in running):
                served[row["settlement"]] += row["persons"]
        return served
