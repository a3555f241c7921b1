"""All ways of a service between settlements and sites, in their order (section 1 of the rules)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container
from functools import cached_property

from .joins import Joined, joins
from .line import Lines
from .nouns import Access, County, Service, Settlement, Site
from .travel import Network, Way, standing

First = Callable[[Settlement], Joined | None]
#: Straight to a site; "disposal" is the way of waste that goes straight to a disposal place.
DIRECT = ("direct", "disposal")
BOARDING = ("boarding",)


class Ways:
    """The ways of one service for settlements with demand, whatever is open; ``sites`` are its own and those of the
    services that also serve its people. Everything is searched once, from each site against the roads."""

    def __init__(self, county: County, roads: dict[str, Network], service: Service, running: dict[str, Lines]) -> None:
        self.county, self.roads, self.service, self.running = county, roads, service, running
        self.demand = county.demand(service.id)
        self.sites = dict(county.sites[service.id])
        for other in service.also_served_by:
            self.sites = county.sites[other] | self.sites

    @cached_property
    def to(self) -> dict[str, dict[str, list[Joined]]]:
        """By site and settlement the ways of the pair in their order: a direct one alone, else those over lines and the
        first boarding access."""
        over = joins(self.county, self.roads, self.service, self.running, list(self.sites.values()))
        found: dict[str, dict[str, list[Joined]]] = {id_: {} for id_ in self.sites}
        for (settlement, to), ways in over.items():
            if settlement in self.demand:
                found[to][settlement] = ways
        for id_, site in self.sites.items():
            for settlement, way in self._by_first_access(BOARDING, site).items():
                found[id_].setdefault(settlement, []).append(way)
            found[id_] = {settlement: sorted(ways) for settlement, ways in found[id_].items()}
            found[id_] |= {settlement: [way] for settlement, way in self._by_first_access(DIRECT, site).items()}
        return found

    @cached_property
    def order(self) -> dict[str, list[Joined]]:
        """By settlement: all its ways in their order."""
        found: dict[str, list[Joined]] = {}
        for pairs in self.to.values():
            for settlement, ways in pairs.items():
                found.setdefault(settlement, []).extend(ways)
        best = self.sites if self.service.quality_first else {}
        return {id_: sorted(ways, key=lambda w: (-best[w[2]].quality if best else 0, w)) for id_, ways in found.items()}

    def first(self, sites: Container[str], lines: Container[str], beds: Container[str] | None = None) -> First:
        """The first way of a settlement to one of the sites, over one of the lines; boarders only go to ``beds``."""
        boards = {number for number, access in enumerate(self.service.accesses) if access.kind in BOARDING}

        def goes(way: Joined) -> bool:
            number, _, site, line = way
            sleeps = beds is None or number not in boards or site in beds
            return site in sites and sleeps and (not line or line in lines)

        return lambda settlement: next(filter(goes, self.order.get(settlement.id, ())), None)

    def present(self, settlement: Settlement) -> str | None:
        """The site of the first direct way to an existing site."""
        direct = {number for number, access in enumerate(self.service.accesses) if access.kind in DIRECT}
        ways = self.order.get(settlement.id, ())
        return next((way[2] for way in ways if way[0] in direct and self.sites[way[2]].existing), None)

    def modes(self) -> set[str]:
        """Modes by which a settlement can set out; where no access is offered, that of the first."""
        return {a.mode for a in self.service.accesses if a.offered} or {self.service.accesses[0].mode}

    def _by_first_access(self, kinds: Collection[str], site: Site) -> dict[str, Joined]:
        """By settlement: its way by the first access of some kinds that reaches the site."""
        found: dict[str, Joined] = {}
        for number, access in enumerate(self.service.accesses):
            # straight hauls go to disposal places, all other ways do not
            if access.offered and access.kind in kinds and (access.kind == "disposal") == site.disposal:
                for settlement, cost in self._within(access, site).items():
                    found.setdefault(settlement, (number, cost, site.id, ""))
        return found

    def _within(self, access: Access, site: Site) -> dict[str, int]:
        """Ms or mm of every settlement within an access of a site; of the nearest stop of a line."""
        told, people = self.county.told_by(access), self.county.settlements
        if told is not None and not site.stops:
            ways = ((id_, ms) for id_, ms in told.get(site.id, {}).items() if id_ in self.demand)
            return {id_: ms for id_, ms in ways if ms <= access.limit(people[id_].level)}
        found: dict[str, int] = {}
        for point in self.county.points(site):
            way = Way(self.roads[access.mode], access.metric, point)
            for settlement, cost in way.all(access, self._standing[access.mode]):
                found[settlement.id] = min(cost, found.get(settlement.id, cost))
        return found

    @cached_property
    def _standing(self) -> dict[str, dict[int, list[Settlement]]]:
        """By mode and road node: the settlements with demand."""
        people = [self.county.settlements[id_] for id_ in self.demand]
        return {access.mode: standing(self.roads[access.mode], people) for access in self.service.accesses}
