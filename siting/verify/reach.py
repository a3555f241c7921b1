"""All ways of a service, site by site: who could go where, whatever is open (section 1 of the rules)."""

from __future__ import annotations

from .joins import Joined
from .nearest import goes_to
from .nouns import Access, County, Settlement, Site
from .travel import Network, Way, standing
from .ways import BOARDING, DIRECT, Ways

#: (settlement id, its way)
Going = tuple[str, Joined]


class Everyone:
    """The ways to sites; each site is searched once."""

    def __init__(self, county: County, roads: dict[str, Network]) -> None:
        self.county, self.roads = county, roads
        self.standing: dict[str, dict[int, list[Settlement]]] = {}
        self.known: dict[tuple[str, str], list[Going]] = {}
        self.over_lines: dict[str, dict[str, list[Going]]] = {}

    def ways(self, ways: Ways, site: Site) -> list[Going]:
        """Every way of the service to a site: a direct one alone, else all lines and the first boarding access."""
        key = ways.service.id, site.id
        if key not in self.known:
            direct, boarding = self._first(ways, DIRECT, site), self._first(ways, BOARDING, site)
            others = [*self._lines(ways).get(site.id, ()), *boarding.items()]
            self.known[key] = [*direct.items(), *(going for going in others if going[0] not in direct)]
        return self.known[key]

    def _lines(self, ways: Ways) -> dict[str, list[Going]]:
        """The ways over lines, by site."""
        service = ways.service.id
        if service not in self.over_lines:
            found: dict[str, list[Going]] = {}
            demand = self.county.demand(service)
            for (settlement, site), joined in ways.lines.items():
                if settlement in demand:
                    found.setdefault(site, []).extend((settlement, way) for way in joined)
            self.over_lines[service] = found
        return self.over_lines[service]

    def _first(self, ways: Ways, kinds: tuple[str, ...], site: Site) -> dict[str, Joined]:
        """By settlement with demand: its way by the first access of some kinds that reaches the site."""
        demand = self.county.demand(ways.service.id)
        found: dict[str, Joined] = {}
        for number, access in enumerate(ways.service.accesses):
            if access.offered and access.kind in kinds and goes_to(access, site):
                for id_, cost in self._reached(access, site).items():
                    if id_ in demand:
                        found.setdefault(id_, (number, cost, site.id, ""))
        return found

    def _reached(self, access: Access, site: Site) -> dict[str, int]:
        """Ms or mm of every settlement within an access of a site; of the nearest stop of a line."""
        told = self.county.told_by(access)
        if told is not None and not site.stops:
            people = self.county.settlements
            ways = told.get(site.id, {}).items()
            return {id_: ms for id_, ms in ways if id_ in people and ms <= access.limit(people[id_].level)}
        net = self.roads[access.mode]
        if access.mode not in self.standing:
            self.standing[access.mode] = standing(net, self.county.settlements.values())
        found: dict[str, int] = {}
        for point in self.county.points(site):
            for settlement, cost in Way(net, access.metric, point).all(access, self.standing[access.mode]):
                found[settlement.id] = min(cost, found.get(settlement.id, cost))
        return found
