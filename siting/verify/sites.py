"""Which sites are open, and where new ones may stand (section 2 of the rules)."""

from __future__ import annotations

from typing import Any

from .breach import Findings
from .line import Lines
from .nouns import County, Service, Site
from .options import Asked, Option, option
from .plane import Plane, inside
from .travel import Network, Way


class Ground:
    """Where a new site may stand; what has been found of a site is remembered."""

    def __init__(self, county: County, roads: dict[str, Network]) -> None:
        self.county, self.roads, self.plane = county, roads, Plane(county.nodes)
        self.referred: dict[tuple[str, str], list[Way]] = {}
        self.known: dict[tuple[str, str], list[tuple[str, dict[str, int | str]]]] = {}

    def faults(self, service: Service, site: Site) -> list[tuple[str, dict[str, int | str]]]:
        """Sentence and numbers of every rule that a new site breaks by where it stands."""
        key = service.id, site.id
        if key not in self.known:
            self.known[key] = [] if site.stops else [*self._host(service, site), *self._distances(service, site)]
        return self.known[key]

    def refers_to(self, service: Service, site: Site) -> set[str]:
        """The sites, open or not, that a new site may refer to."""
        other, mode, limit = service.referral or ("", "", 0)
        found: set[str] = set()
        for id_, to in self.county.sites[other].items():
            if (mode, id_) not in self.referred:
                self.referred[mode, id_] = [Way(self.roads[mode], 0, point) for point in self.county.points(to)]
            starts, ways = self.county.points(site), self.referred[mode, id_]
            if any(way.cost(start, limit) is not None for way in ways for start in starts):
                found.add(id_)
        return found

    def _host(self, service: Service, site: Site) -> list[tuple[str, dict[str, int | str]]]:
        found: list[tuple[str, dict[str, int | str]]] = []
        host = self.county.settlements.get(site.host)
        if not site.disposal and (host is None or host.level not in service.hosts):
            found.append(("{host} may not host {service}", {"host": site.host, "service": service.id}))
        if any(inside(site.lon, site.lat, rings) for _, rings in self.county.red_lines):
            found.append(("{site} lies inside a red line", {"site": site.id}))
        return found

    def _distances(self, service: Service, site: Site) -> list[tuple[str, dict[str, int | str]]]:
        says = "{site} is {metres} m from {what}, at least {limit} m are asked for"
        near: list[tuple[str, int, int]] = []
        if service.homes_m:
            homes = self.county.settlements.values()
            metres = min((self.plane.metres(h.lon, h.lat, site.lon, site.lat) for h in homes), default=service.homes_m)
            near.append(("homes", metres, service.homes_m))
        if service.water_m:
            water = [rings for kind, rings in self.county.red_lines if kind == "water"]
            metres = min((self.plane.metres_to(site.lon, site.lat, r) for r in water), default=service.water_m)
            near.append(("water", metres, service.water_m))
        return [
            (says, {"site": site.id, "metres": metres, "what": what, "limit": limit})
            for what, metres, limit in near
            if metres < limit
        ]


def in_phase(county: County, row: dict[str, Any], where: str, found: Findings) -> None:
    """What is built stands in a phase of the county, what is kept in none."""
    if row["action"] == "keep":
        if row["phase"]:
            found.add("E707", where, "what is kept has no phase, not {phase}", phase=row["phase"])
    elif row["phase"] not in county.phases:
        found.add("E705", where, "the county has no phase '{phase}'", phase=row["phase"])


def closings(service: Service, own: dict[str, Site], plan: dict[str, Any], where: str, found: Findings) -> set[str]:
    """The sites that are shut."""
    closed: set[str] = set()
    opened = {row["site"] for row in plan["open"]}
    for site in plan["closed"]:
        place = f"{where}.closed.{site}"
        if site not in own or site in closed or site in opened:
            found.add("E705", place, "{site} is unknown, closed twice, or open as well", site=site)
        elif not own[site].existing:
            found.add("E707", place, "{site} is a candidate: there is nothing to close", site=site)
        elif own[site].outside or own[site].disposal:
            found.add("E707", place, "{site} lies outside or is a disposal place: it is kept", site=site)
        elif not service.may_close:
            found.add("E707", place, "sites of {service} may not be closed", service=service.id)
        closed.add(site)
    return closed


def check(
    county: County, service: Service, plan: dict[str, Any], lines: Lines | None, ground: Ground, found: Findings
) -> dict[str, Option]:
    """The open sites of a service with their options."""
    where, own = f"services.{service.id}", county.sites[service.id]
    opened: dict[str, Option] = {}
    if lines:
        for metric in (0, 1):  # all in one search for each stop
            lines.learn([row["site"] for row in plan["open"]], metric)
    for row in plan["open"]:
        id_ = row["site"]
        place = f"{where}.open.{id_}"
        if id_ not in own or id_ in opened:
            found.add("E705", place, "{site} is unknown, or opened twice", site=id_)
            continue
        in_phase(county, row, place, found)
        trip = lines.round(id_) if lines else None
        opened[id_] = option(Asked(service, own[id_], row, trip, place, found))
        if row["action"] == "new":
            for says, numbers in ground.faults(service, own[id_]):
                found.add("E707", place, says, **numbers)
    closed = closings(service, own, plan, where, found)
    for id_ in sorted(own.keys() - closed - opened.keys()):
        if own[id_].existing:
            found.add("E707", f"{where}.closed", "{site} stands, but is neither open nor closed", site=id_)
    return opened
