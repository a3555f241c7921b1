"""The nearest of many sites, for all settlements in one search."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from heapq import heapify, heappop, heappush

from .nouns import Access, County, Place, Service, Site
from .told import ToldReach
from .travel import Network

#: (access, ms or mm, site id, line id): a way from a settlement to a site.
Found = tuple[int, int, str]


class Reach:
    """The point of a set that is nearest by one mode: smallest (cost, id).

    Every node keeps its two nearest points that stand at different nodes, because a point at the settlement's own node
    is reached by one straight leg and not through the node: at least one of the two is then elsewhere.
    """

    def __init__(self, net: Network, metric: int, points: Iterable[tuple[str, Place]], furthest: int) -> None:
        self.net, self.metric = net, metric
        self.here: dict[int, list[tuple[str, Place]]] = {}
        self.labels: dict[int, list[tuple[int, str, int]]] = {}
        stands = [(name, place, net.stand(place)) for name, place in sorted(points, key=lambda point: point[0])]
        sources = [(name, place, stand) for name, place, stand in stands if stand is not None]
        for name, place, stand in sources:
            self.here.setdefault(stand[0], []).append((name, place))
        self._search([(name, stand[0], net.leg(stand[1], metric)) for name, _, stand in sources], furthest)

    def _search(self, sources: list[tuple[str, int, int]], furthest: int) -> None:
        """Label the nodes from (id, node, leg) in the order of ids; cost, position and node make one number."""
        arcs = self.net.into[self.metric]
        nodes = len(arcs)
        block = nodes * max(1, len(sources))
        heap = [leg * block + rank * nodes + node for rank, (_, node, leg) in enumerate(sources)]
        heapify(heap)
        last = (furthest + 1) * block
        while heap and heap[0] < last:
            key = heappop(heap)
            at = key % nodes
            known = self.labels.setdefault(at, [])
            if len(known) < 2:
                cost, rank = divmod(key // nodes, block // nodes)
                name, source, _ = sources[rank]
                if not known or known[0][2] != source:
                    known.append((cost, name, source))
                    for tail, more in arcs[at]:
                        heappush(heap, key + more * block + tail - at)

    def best(self, place: Place) -> tuple[int, str] | None:
        """(ms or mm, id) of the nearest point; those beyond the furthest may be missing."""
        start = self.net.stand(place)
        if start is None:
            return None
        node, leg = start[0], self.net.leg(start[1], self.metric)
        ways = [(cost + leg, name) for cost, name, source in self.labels.get(node, ()) if source != node]
        ways += [(self.net.direct(place, other, self.metric), name) for name, other in self.here.get(node, ())]
        return min(ways, default=None)


def goes_to(access: Access, site: Site) -> bool:
    """Whether an access is for sites of this kind: straight hauls go to disposal places, all others do not."""
    return (access.kind == "disposal") == site.disposal


class Nearest:
    """The site of a set that a settlement goes to by accesses of some kinds: smallest (access, ms or mm, site id)."""

    def __init__(
        self, county: County, roads: dict[str, Network], service: Service, sites: Iterable[Site], kinds: Collection[str]
    ) -> None:
        chosen = list(sites)
        self.reaches: list[tuple[int, Callable[[str], int], Reach | ToldReach]] = []
        for number, access in enumerate(service.accesses):
            if access.offered and access.kind in kinds:
                right, told = [site for site in chosen if goes_to(access, site)], county.told_by(access)
                if told is not None and not any(site.stops for site in right):
                    reach: Reach | ToldReach = ToldReach(told, [site.id for site in right])
                else:
                    points = [(site.id, point) for site in right for point in county.points(site)]
                    reach = Reach(roads[access.mode], access.metric, points, access.furthest)
                self.reaches.append((number, access.limit, reach))

    def best(self, place: Place, level: str = "") -> Found | None:
        """(access, ms or mm, site id), or None if no site of the set serves the settlement."""
        for number, limit, reach in self.reaches:
            found = reach.best(place)
            if found is not None and found[0] <= limit(level):
                return (number, *found)
        return None
