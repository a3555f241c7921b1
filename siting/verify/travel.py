"""Travel recomputed: heap Dijkstra on whole milliseconds and millimetres over plain lists (section 1 of the rules).

The product searches a compressed matrix with scipy; this file shares neither code nor method with it. All searches run
from the sites against the arcs, since people travel from the settlement to the site.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from heapq import heappop, heappush

from .nouns import Access, County, Place, Settlement
from .numbers import thousandths, whole
from .plane import Plane
from .slope import milliseconds, read_pairs

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
        speeds = {name: thousandths(kmh) for name, kmh in rules["speeds_kmh"].items()}
        self.access_mph, slopes = thousandths(rules["access_kmh"]), read_pairs(rules.get("slopes", ()))
        self.snap_limit = whole(county.toml["network"].get("snap_limit_m", 2000))
        heights = county.heights
        number = {node: k for k, node in enumerate(sorted(county.nodes))}
        shortest: dict[tuple[int, int], tuple[int, int]] = {}
        for row in county.edges:
            there = row["from_node"], row["to_node"]
            tail, head = number[there[0]], number[there[1]]
            mm, mph = max(1, thousandths(row["length_m"])), speeds.get(row["road_class"])
            if mph is None or tail == head:
                continue
            if rules.get("signed_speeds", False) and row.get("speed_kmh"):
                mph = thousandths(row["speed_kmh"])
            plain = -(-mm * 3600 // mph)
            one_way = whole(row.get("oneway") or "0") == 1 and rules.get("oneway", True)
            for start, end in (there,) if one_way else (there, there[::-1]):
                arc = number[start], number[end]
                ms = milliseconds(mm, mph, heights[start], heights[end], slopes) if slopes else plain
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
        self.plane = Plane(county.nodes)
        self.stands: dict[str, tuple[int, int] | None] = {}

    def stand(self, place: Place) -> tuple[int, int] | None:
        """Road node of a place and the metres to it; None beyond the snap limit."""
        key = f"{type(place).__name__} {place.id}"
        if key not in self.stands:
            best: tuple[int, int] | None = None
            for reach in (min(200, self.snap_limit), self.snap_limit):  # a small window first, for speed
                low = bisect_left(self.latitudes, place.lat - (reach + 1) / self.plane.ky)
                high = bisect_right(self.latitudes, place.lat + (reach + 1) / self.plane.ky)
                wide = (reach + 1) / self.plane.kx
                near = [(x, y, k) for y, x, k in self.main[low:high] if -wide <= x - place.lon <= wide]
                best = min(((self.plane.metres(place.lon, place.lat, x, y), k) for x, y, k in near), default=None)
                if best is not None and best[0] <= reach:
                    break
            self.stands[key] = (best[1], best[0]) if best is not None and best[0] <= self.snap_limit else None
        return self.stands[key]

    def leg(self, metres: int, metric: int) -> int:
        """Cost of a straight leg."""
        return metres * 1000 if metric else -(-metres * 3_600_000 // self.access_mph)

    def direct(self, one: Place, other: Place, metric: int) -> int:
        """Cost between two places at the same node: one leg."""
        return self.leg(self.plane.metres(one.lon, one.lat, other.lon, other.lat), metric)


def modes_of(county: County) -> set[str]:
    """Every mode that a service names."""
    modes = {access.mode for service in county.services.values() for access in service.accesses}
    for service in county.services.values():
        modes |= {service.haul.mode} if service.haul else set()
        modes |= {service.line.mode} if service.line else set()
        modes |= {service.referral[1]} if service.referral else set()
    return modes


def networks(county: County, known: dict[str, Network]) -> dict[str, Network]:
    """The roads of every mode that a service names; those that are known already are not made again."""
    return {mode: known.get(mode) or Network(county, mode) for mode in sorted(modes_of(county))}


class Field:
    """Cost from every node to one node, by ms or mm, searched only as far as it is asked for.

    The heap holds ``cost * number of nodes + node``: one whole number is compared faster than a pair.
    """

    def __init__(self, net: Network, metric: int, node: int, start: int = 0) -> None:
        self.arcs, self.nodes = net.into[metric], len(net.into[metric])
        self.known: dict[int, int] = {}
        self.least = {node: start}
        self.heap = [start * self.nodes + node]

    def within(self, furthest: int, wanted: int | None = None) -> dict[int, int]:
        """Cost of all nodes that are at most ``furthest`` away, or until the ``wanted`` one is known."""
        known, heap, arcs, least, nodes = self.known, self.heap, self.arcs, self.least, self.nodes
        last = (furthest + 1) * nodes
        while heap and heap[0] < last and (wanted is None or wanted not in known):
            cost, at = divmod(heappop(heap), nodes)
            if at not in known:
                known[at] = cost
                for tail, more in arcs[at]:
                    new = cost + more
                    old = least.get(tail)
                    if old is None or new < old:
                        least[tail] = new
                        heappush(heap, new * nodes + tail)
        return known


class Way:
    """The way of one mode to one place, from wherever it is asked for."""

    def __init__(self, net: Network, metric: int, place: Place) -> None:
        self.net, self.metric, self.place = net, metric, place
        self.end = net.stand(place)
        if self.end is not None:
            self.field = Field(net, metric, self.end[0], net.leg(self.end[1], metric))

    def cost(self, start: Place, limit: int) -> int | None:
        """Ms or mm from a place, None if more than the limit."""
        stand = self.net.stand(start)
        if stand is None or self.end is None:
            return None
        if stand[0] == self.end[0]:
            cost: int | None = self.net.direct(start, self.place, self.metric)
        else:
            leg = self.net.leg(stand[1], self.metric)
            cost = self.field.within(limit - leg, stand[0]).get(stand[0])
            cost = None if cost is None else cost + leg
        return cost if cost is not None and cost <= limit else None

    def all(self, access: Access, standing: dict[int, list[Settlement]]) -> list[tuple[Settlement, int]]:
        """(settlement, cost) of all that are within the access; ``standing`` lists them by node."""
        if self.end is None:
            return []
        net, metric, end = self.net, self.metric, self.end[0]
        near = self.field.within(access.furthest)
        found = [(s, net.direct(s, self.place, metric)) for s in standing.get(end, ())]
        for node in near.keys() & standing.keys() - {end}:
            for settlement in standing[node]:
                stand = net.stand(settlement)
                if stand is not None:
                    found.append((settlement, near[node] + net.leg(stand[1], metric)))
        return [(settlement, cost) for settlement, cost in found if cost <= access.limit(settlement.level)]


def standing(net: Network, places: Iterable[Settlement]) -> dict[int, list[Settlement]]:
    """Settlements by the node where they stand."""
    found: dict[int, list[Settlement]] = {}
    for place in places:
        stand = net.stand(place)
        if stand is not None:
            found.setdefault(stand[0], []).append(place)
    return found
