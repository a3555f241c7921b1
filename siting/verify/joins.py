"""Which lines join which settlements and sites: line accesses (section 1 of the rules)."""

from __future__ import annotations

from .line import Legs, Lines
from .nouns import Access, County, Ms, Service, Settlement, Site
from .travel import Network, Way, standing

#: (access, cost, site id, line id)
Joined = tuple[int, Ms, str, str]


def arrivals(walks: list[int | None], legs: Legs) -> list[int | None]:
    """Smallest walk and ride to each stop from another one; ``walks`` is the walk to each stop, None where too far."""
    stops = len(walks)
    found: list[int | None] = [None] * stops
    for order, legs_between in ((range(stops), legs.forward), (range(stops - 1, -1, -1), legs.back)):
        riding: int | None = None
        last = -1
        for at in order:
            if riding is not None:
                riding += legs_between[min(last, at)]
                before = found[at]
                found[at] = riding if before is None else min(before, riding)
            walk = walks[at]
            if walk is not None and (riding is None or walk < riding):
                riding = walk
            last = at
    return found


class Stops:
    """Who walks to which stop, and from which stop to which site, within the first limit of the line service."""

    def __init__(self, county: County, net: Network, walk: Access, lines: list[Site], sites: list[Site]) -> None:
        used = [county.settlements[stop] for stop in sorted({stop for line in lines for stop in line.stops})]
        people, stops_at = standing(net, county.settlements.values()), standing(net, used)
        self.board: dict[str, list[tuple[Settlement, int]]] = {}
        self.alight: dict[str, list[tuple[str, int]]] = {}
        for stop in used:
            self.board[stop.id] = Way(net, 0, stop).all(walk, people)
        for site in sites:
            for stop, cost in Way(net, 0, site).all(walk, stops_at):
                self.alight.setdefault(stop.id, []).append((site.id, cost))


def rides(stops: Stops, line: Site, legs: Legs, longest: Ms) -> dict[tuple[str, str], int]:
    """Cost by (settlement, site) that the line joins, without the waiting time."""
    walks: dict[str, list[int | None]] = {}
    for number, stop in enumerate(line.stops):
        for settlement, cost in stops.board[stop]:
            walks.setdefault(settlement.id, [None] * len(line.stops))[number] = cost
    found: dict[tuple[str, str], int] = {}
    for settlement_id, to_stops in walks.items():
        for stop, arrival in zip(line.stops, arrivals(to_stops, legs), strict=True):
            if arrival is not None and arrival <= longest:
                for site, walk in stops.alight.get(stop, ()):
                    pair, cost = (settlement_id, site), arrival + walk
                    if cost < found.get(pair, cost + 1):
                        found[pair] = cost
    return found


def by_pair(
    county: County, net: Network, lines: Lines, service: str, sites: list[Site], longest: Ms
) -> dict[tuple[str, str], list[tuple[int, str]]]:
    """(cost without waiting, line) by (settlement, site), for walks on the roads of one mode."""
    every = list(county.sites[service].values())
    stops = Stops(county, net, county.services[service].accesses[0], every, sites)
    lines.learn([line.id for line in every], 0)
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for line in every:
        legs = lines.legs(line.id)
        if legs is not None:
            for pair, cost in rides(stops, line, legs, longest).items():
                found.setdefault(pair, []).append((cost, line.id))
    return found


def joins(
    county: County, roads: dict[str, Network], service: Service, running: dict[str, Lines], sites: list[Site]
) -> dict[tuple[str, str], list[Joined]]:
    """By (settlement, site): every line that joins them, by the first line access by which it can."""
    asked = [(number, access) for number, access in enumerate(service.accesses) if access.offered and access.line]
    known: dict[tuple[str, str], dict[tuple[str, str], list[tuple[int, str]]]] = {}
    found: dict[tuple[str, str], list[Joined]] = {}
    for number, access in asked:
        name, mode = key = access.line, access.mode
        if key not in known:
            longest = max(a.furthest - a.wait for _, a in asked if (a.line, a.mode) == key)
            known[key] = by_pair(county, roads[mode], running[name], name, sites, longest)
        for pair, ways in known[key].items():
            limit = access.limit(county.settlements[pair[0]].level) - access.wait
            taken = {way[3] for way in found.get(pair, ())}
            within = [(cost, id_) for cost, id_ in ways if cost <= limit and id_ not in taken]
            if within:
                found.setdefault(pair, []).extend((number, cost + access.wait, pair[1], id_) for cost, id_ in within)
    return found
