"""All ways of a service between settlements and sites, in their order (section 1 of the rules)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable
from functools import cached_property

from .joins import Joined, joins
from .line import Lines
from .nearest import Nearest, goes_to
from .nouns import Access, County, Service, Settlement, Site
from .told import ToldWay
from .travel import Network, Way

First = Callable[[Settlement], Joined | None]
#: Every line, open or not.
ALL: tuple[str, ...] = ("*",)
DIRECT = ("direct", "disposal")
BOARDING = ("boarding",)


class Ways:
    """The ways of one service; ``sites`` are its own and those of the services that also serve its people.

    The first way is searched for all settlements at once; the ways of single pairs only where they are asked for.
    """

    def __init__(self, county: County, roads: dict[str, Network], service: Service, running: dict[str, Lines]) -> None:
        self.county, self.roads, self.service = county, roads, service
        self.sites = dict(county.sites[service.id])
        for other in service.also_served_by:
            self.sites = county.sites[other] | self.sites
        self.pairs: dict[tuple[str, str], list[Joined]] = {}
        self.lines = joins(county, roads, service, running, list(self.sites.values()))
        self.over_lines: dict[str, list[Joined]] = {}
        for (settlement, _), ways in self.lines.items():
            self.over_lines.setdefault(settlement, []).extend(ways)
        for ways in self.over_lines.values():
            ways.sort()

    @cached_property
    def anywhere(self) -> First:
        """The first way to any site, existing or candidate."""
        return self.first(self.sites, ALL)

    @cached_property
    def today(self) -> First:
        """The first direct way to an existing site."""
        standing = {key: site for key, site in self.sites.items() if site.existing}
        return self.best_first(standing, lambda sites: self.first_by(DIRECT, list(sites.values())))

    def best_first(self, sites: dict[str, Site], first: Callable[[dict[str, Site]], First]) -> First:
        """The first way to sites of most quality, else to those of less, where the service puts quality first."""
        if not self.service.quality_first:
            return first(sites)
        ranks = sorted({site.quality for site in sites.values()}, reverse=True)
        searches = [first({key: site for key, site in sites.items() if site.quality == rank}) for rank in ranks]

        def best(settlement: Settlement) -> Joined | None:
            return next((way for search in searches if (way := search(settlement)) is not None), None)

        return best

    def _of_kind(self, kinds: Collection[str]) -> list[tuple[int, Access]]:
        """(number, access) of those that are offered."""
        return [(n, a) for n, a in enumerate(self.service.accesses) if a.offered and a.kind in kinds]

    def first_by(self, kinds: Collection[str], sites: list[Site]) -> First:
        """The first way to one of the sites by accesses of some kinds, as if there were no others."""
        nearest = Nearest(self.county, self.roads, self.service, sites, kinds)

        def best(settlement: Settlement) -> Joined | None:
            found = nearest.best(settlement, settlement.level)
            return None if found is None else (*found, "")

        return best

    def first(self, sites: Iterable[str], lines: Container[str], beds: Container[str] | None = None) -> First:
        """The first way of a settlement to one of the sites, over one of the lines; boarders only go to ``beds``."""
        chosen = {key: self.sites[key] for key in sites if key in self.sites}
        return self.best_first(chosen, lambda sites: self._first(sites, lines, beds))

    def _first(self, chosen: dict[str, Site], lines: Container[str], beds: Container[str] | None) -> First:
        """The same for sites of one quality."""
        direct = self.first_by(DIRECT, list(chosen.values()))
        others = [number for number, _ in self._of_kind(("boarding", "line"))]
        if not others:
            return direct
        boarding = self.first_by(BOARDING, [s for key, s in chosen.items() if beds is None or key in beds])

        def best(settlement: Settlement) -> Joined | None:
            walks = direct(settlement)
            if walks is not None:
                # a site that is reached directly has no other way; of the rest some may come before it
                return walks if walks[0] < min(others) else self._slow(settlement, chosen, lines, beds)
            over = (w for w in self.over_lines.get(settlement.id, ()) if w[2] in chosen and open_(w, lines))
            both = [next(over, None), boarding(settlement)]
            return min([way for way in both if way is not None], default=None)

        return best

    def _slow(
        self, settlement: Settlement, sites: Collection[str], lines: Container[str], beds: Container[str] | None
    ) -> Joined | None:
        """The first of all ways, pair by pair."""
        self.learn((settlement.id, site) for site in sites)
        asleep = {number for number, _ in self._of_kind(BOARDING)}
        ways = (
            w
            for site in sites
            for w in self.pairs[settlement.id, site]
            if open_(w, lines) and (beds is None or w[0] not in asleep or site in beds)
        )
        return min(ways, default=None)

    def learn(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Search the ways of (settlement, site) pairs; those of one site together."""
        asked: dict[str, dict[str, None]] = {}
        for settlement, site in pairs:
            if (settlement, site) not in self.pairs:
                asked.setdefault(site, {})[settlement] = None
        for id_, settlements in asked.items():
            direct = self._first_reached(DIRECT, self.sites[id_], list(settlements))
            left = [key for key in settlements if key not in direct]
            boarding = self._first_reached(BOARDING, self.sites[id_], left)
            for key in settlements:
                others = [*self.lines.get((key, id_), ()), *boarding.get(key, ())]
                self.pairs[key, id_] = direct.get(key) or sorted(others)

    def _first_reached(self, kinds: Collection[str], site: Site, settlements: list[str]) -> dict[str, list[Joined]]:
        """By settlement: the way by the first access of some kinds that reaches the site."""
        found: dict[str, list[Joined]] = {}
        for number, access in self._of_kind(kinds):
            if not goes_to(access, site):
                continue
            ways = self._ways(access, site)
            for id_ in settlements:
                settlement = self.county.settlements[id_]
                if id_ not in found:
                    costs = [way.cost(settlement, access.limit(settlement.level)) for way in ways]
                    cost = min((c for c in costs if c is not None), default=None)
                    found |= {} if cost is None else {id_: [(number, cost, site.id, "")]}
        return found

    def _ways(self, access: Access, site: Site) -> list[ToldWay] | list[Way]:
        """How a site is reached by an access, from wherever it is asked for."""
        told = self.county.told_by(access)
        if told is not None and not site.stops:
            return [ToldWay(told, site)]
        return [Way(self.roads[access.mode], access.metric, point) for point in self.county.points(site)]

    def of(self, settlement: str, site: str) -> list[Joined]:
        """The ways of a pair that has been learnt, in their order."""
        return self.pairs.get((settlement, site), [])

    def modes(self) -> set[str]:
        """Modes by which a settlement can set out; where no access is offered, that of the first."""
        return {a.mode for a in self.service.accesses if a.offered} or {self.service.accesses[0].mode}


def in_order(service: Service, sites: dict[str, Site], ways: Iterable[Joined]) -> list[Joined]:
    """Ways of a settlement in their order."""
    if not service.quality_first:
        return sorted(ways)
    return sorted(ways, key=lambda way: (-sites[way[2]].quality, way))


def open_(way: Joined, lines: Container[str]) -> bool:
    """Whether a way needs no line, or an open one."""
    return not way[3] or lines is ALL or way[3] in lines
