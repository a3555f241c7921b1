"""Travel recomputed: heap Dijkstra on whole milliseconds and millimetres over plain lists (section 1 of the rules).

The product searches a compressed matrix with scipy; this file shares neither code nor method with it. All searches run
from the sites against the arcs, since people travel from the settlement to the site.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from heapq import heapify, heappop, heappush

from .read import County, Service, Settlement, Site, exact, half_up, whole

EARTH_M = 6371008.8
Place = Settlement | Site
Arcs = list[list[tuple[int, int]]]


def main_component(out: list[list[int]], into: list[list[int]]) -> list[int]:
    """The largest strongly connected component (Kosaraju); of equal ones, that with the smallest node."""
    finished: list[int] = []
    seen = [False] * len(out)
    for root in range(len(out)):
        if not seen[root]:
            seen[root] = True
            stack = [(root, iter(out[root]))]
            while stack:
                node, heads = stack[-1]
                head = next((h for h in heads if not seen[h]), None)
                if head is None:
                    finished.append(node)
                    stack.pop()
                else:
                    seen[head] = True
                    stack.append((head, iter(out[head])))
    best: list[int] = []
    for root in reversed(finished):
        if seen[root]:  # in this second pass: not yet in a component
            seen[root] = False
            part = [root]
            for node in part:  # grows while it is walked
                for tail in into[node]:
                    if seen[tail]:
                        seen[tail] = False
                        part.append(tail)
            if not best or (-len(part), min(part)) < (-len(best), min(best)):
                best = part
    return best


class Network:
    """The roads as one mode sees them. Nodes are numbered in text order of their ids: the smallest is the first."""

    def __init__(self, county: County, mode: str) -> None:
        rules = county.toml["network"]["modes"][mode]
        speeds = {name: half_up(exact(kmh) * 1000) for name, kmh in rules["speeds_kmh"].items()}
        self.access_mph = half_up(exact(rules["access_kmh"]) * 1000)
        self.snap_limit = whole(county.toml["network"].get("snap_limit_m", 2000))
        number = {node: k for k, node in enumerate(sorted(county.nodes))}
        shortest: dict[tuple[int, int], tuple[int, int]] = {}
        for row in county.edges:
            tail, head = number[row["from_node"]], number[row["to_node"]]
            mm, mph = max(1, half_up(exact(row["length_m"]) * 1000)), speeds.get(row["road_class"])
            if mph is None or tail == head:
                continue
            if rules.get("signed_speeds", False) and row.get("speed_kmh"):
                mph = half_up(exact(row["speed_kmh"]) * 1000)
            ms = -(-mm * 3600 // mph)
            one_way = whole(row.get("oneway") or "0") == 1 and rules.get("oneway", True)
            for arc in ((tail, head),) if one_way else ((tail, head), (head, tail)):
                old = shortest.get(arc, (ms, mm))  # each measure takes the smaller arc on its own
                shortest[arc] = min(ms, old[0]), min(mm, old[1])
        self.into: tuple[Arcs, Arcs] = [[] for _ in number], [[] for _ in number]
        out: list[list[int]] = [[] for _ in number]
        for (tail, head), costs in shortest.items():
            out[tail].append(head)
            for metric in (0, 1):
                self.into[metric][head].append((tail, costs[metric]))
        where = [county.nodes[node] for node in sorted(county.nodes)]
        main = main_component(out, [[tail for tail, _ in arcs] for arcs in self.into[0]])
        self.main = sorted((where[k][1], where[k][0], k) for k in main)
        self.latitudes = [lat for lat, _, _ in self.main]
        lats = [lat for _, lat in where]
        self.ky = EARTH_M * math.pi / 180
        self.kx = self.ky * math.cos((min(lats) + max(lats)) / 2 * math.pi / 180)
        self.stands: dict[str, tuple[int, int] | None] = {}

    def metres(self, lon1: float, lat1: float, lon2: float, lat2: float) -> int:
        """Straight distance in whole metres, rounded up."""
        dx, dy = (lon1 - lon2) * self.kx, (lat1 - lat2) * self.ky
        return math.ceil(math.sqrt(dx * dx + dy * dy))

    def stand(self, place: Place) -> tuple[int, int] | None:
        """Road node of a place and the metres to it; None beyond the snap limit."""
        key = f"{type(place).__name__} {place.id}"
        if key not in self.stands:
            best: tuple[int, int] | None = None
            for reach in (min(200, self.snap_limit), self.snap_limit):  # a narrow strip of latitude first, for speed
                low = bisect_left(self.latitudes, place.lat - (reach + 1) / self.ky)
                high = bisect_right(self.latitudes, place.lat + (reach + 1) / self.ky)
                near = ((self.metres(place.lon, place.lat, x, y), k) for y, x, k in self.main[low:high])
                best = min(near, default=None)
                if best is not None and best[0] <= reach:
                    break
            self.stands[key] = (best[1], best[0]) if best is not None and best[0] <= self.snap_limit else None
        return self.stands[key]

    def leg(self, metres: int, metric: int) -> int:
        """Cost of a straight leg."""
        return metres * 1000 if metric else -(-metres * 3_600_000 // self.access_mph)

    def direct(self, one: Place, other: Place, metric: int) -> int:
        """Cost between two places at the same node: one leg."""
        return self.leg(self.metres(one.lon, one.lat, other.lon, other.lat), metric)


def networks(county: County) -> dict[str, Network]:
    """The roads of every mode that a planned service names."""
    modes = {access.mode for service in county.services.values() for access in service.accesses}
    return {mode: Network(county, mode) for mode in sorted(modes)}


class Nearest:
    """The site of a set that a settlement goes to: smallest (access, ms or mm, site id); one search for all.

    Every node keeps its two nearest sites that stand at different nodes, because a site at the settlement's own node is
    reached by one straight leg and not through the node: at least one of the two is then elsewhere.
    """

    def __init__(
        self, roads: dict[str, Network], service: Service, sites: list[Site], asked: list[Settlement] | None = None
    ) -> None:
        """Search from ``sites``; where settlements are ``asked`` for, only until they are reached (one site only)."""
        self.roads, self.service = roads, service
        self.here: list[dict[int, list[Site]]] = []
        self.labels: list[dict[int, list[tuple[int, str, int]]]] = []
        for access in service.accesses:
            net, metric = roads[access.mode], access.metric
            furthest = max([access.usual, *access.by_level.values()])
            left = {stand[0] for stand in map(net.stand, asked or []) if stand}
            here: dict[int, list[Site]] = {}
            labels: dict[int, list[tuple[int, str, int]]] = {}
            heap: list[tuple[int, str, int, int]] = []
            for site in sites:
                end = net.stand(site)
                if end is not None:
                    here.setdefault(end[0], []).append(site)
                    heap.append((net.leg(end[1], metric), site.id, end[0], end[0]))
            heapify(heap)
            while heap and heap[0][0] <= furthest and (left or asked is None):
                cost, site_id, source, at = heappop(heap)
                known = labels.setdefault(at, [])
                if len(known) < 2 and all(source != other for _, _, other in known):
                    known.append((cost, site_id, source))
                    left.discard(at)
                    for tail, more in net.into[metric][at]:
                        heappush(heap, (cost + more, site_id, source, tail))
            self.here.append(here)
            self.labels.append(labels)

    def best(self, settlement: Settlement) -> tuple[int, int, str] | None:
        """(access, ms or mm, site id), or None if no site of the set serves the settlement."""
        for number, access in enumerate(self.service.accesses):
            net, metric = self.roads[access.mode], access.metric
            start = net.stand(settlement)
            if start is None:
                continue
            node, leg = start[0], net.leg(start[1], metric)
            ways = [(cost + leg, site) for cost, site, source in self.labels[number].get(node, []) if source != node]
            ways += [(net.direct(settlement, site, metric), site.id) for site in self.here[number].get(node, [])]
            first = min(ways, default=None)
            if first is not None and first[0] <= access.limit(settlement.level):
                return (number, *first)
        return None
