"""Driving times between settlements, from the rows of a county folder: what the drawing of bus lines needs to know.

The rules are those of ``docs/rules.md``, section 1: whole milliseconds, the main component, the nearest node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, inf, pi

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from siting.counties.rows import RoadEdge, RoadNode, Settlement
from siting.counties.sections import Travel
from siting.roads import slope
from siting.roads.network import EARTH_RADIUS_M, height_mm, thousandths

Arcs = dict[tuple[int, int], int]


@dataclass(frozen=True, eq=False)
class Times:
    """``ms[a][b]`` is the time from road node to road node between ``settlements[a]`` and ``settlements[b]``.

    Settlements that no vehicle reaches are left out; the others stand in the order of their ids.
    """

    settlements: tuple[Settlement, ...]
    ms: list[list[int]]

    def of(self, stops: Sequence[int]) -> int:
        """Time of a whole way, stop by stop, in milliseconds."""
        return sum(self.ms[a][b] for a, b in pairwise(stops))


def driving_times(
    settlements: Sequence[Settlement],
    nodes: Sequence[RoadNode],
    edges: Sequence[RoadEdge],
    travel: Travel,
    snap_limit_m: int = 2000,
) -> Times:
    """Times by the vehicles of ``travel`` between all settlements within ``snap_limit_m`` of a road."""
    place = {node.id: k for k, node in enumerate(nodes)}
    arcs = _arcs(edges, nodes, place, travel)
    main = _main_component(arcs, nodes)
    reached, stops = [], []
    ordered = sorted(settlements, key=lambda s: s.id)
    for settlement, (node, metres) in zip(ordered, _nearest(ordered, nodes, main), strict=True):
        if metres <= snap_limit_m:
            reached.append(settlement)
            stops.append(node)
    tails, heads = [a for a, _ in arcs], [b for _, b in arcs]
    weights = np.array(list(arcs.values()), dtype=np.float64)
    graph = csr_array((weights, (tails, heads)), shape=(len(nodes), len(nodes)))
    starts = sorted(set(stops))
    found = dijkstra(graph, indices=starts) if starts else np.zeros((0, len(nodes)))
    row = {node: k for k, node in enumerate(starts)}
    ms = [[int(v) for v in found[row[node]][stops]] for node in stops]
    return Times(tuple(reached), ms)


def _arcs(edges: Sequence[RoadEdge], nodes: Sequence[RoadNode], place: dict[str, int], travel: Travel) -> Arcs:
    """The quickest arc between two nodes, in milliseconds."""
    heights = np.array([height_mm(node.elevation_m) for node in nodes], dtype=np.int64)
    rows: list[tuple[int, int, int, int]] = []
    for edge in edges:
        tail, head = place[edge.from_node], place[edge.to_node]
        kmh = travel.speeds_kmh.get(edge.road_class)
        if kmh is None or tail == head:
            continue
        if travel.signed_speeds and edge.speed_kmh is not None:
            kmh = edge.speed_kmh
        ways = [(tail, head)] if edge.oneway and travel.oneway else [(tail, head), (head, tail)]
        rows += [(*way, max(1, thousandths(edge.length_m)), thousandths(kmh)) for way in ways]
    starts, ends, length, mph = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    times = slope.time_ms(length, mph, slope.rises_mm(heights, starts, ends), travel.slopes)
    arcs: Arcs = {}
    for start, end, ms in zip(starts.tolist(), ends.tolist(), times.tolist(), strict=True):
        arcs[start, end] = min(ms, arcs.get((start, end), ms))
    return arcs


def _main_component(arcs: Arcs, nodes: Sequence[RoadNode]) -> list[int]:
    """Nodes of the largest strongly connected component; of equal ones, that with the smallest id."""
    used = sorted({node for arc in arcs for node in arc})
    if not used:
        return []
    graph = csr_array((np.ones(len(arcs)), ([a for a, _ in arcs], [b for _, b in arcs])), shape=(len(nodes),) * 2)
    _, label = connected_components(graph, directed=True, connection="strong")
    groups: dict[int, list[int]] = {}
    for node in used:
        groups.setdefault(int(label[node]), []).append(node)
    return min(groups.values(), key=lambda group: (-len(group), min(nodes[k].id for k in group)))


def _nearest(
    settlements: Sequence[Settlement], nodes: Sequence[RoadNode], main: Sequence[int]
) -> list[tuple[int, float]]:
    """The nearest node of ``main`` to each settlement and its distance in whole metres; infinite without a node."""
    if not main:
        return [(-1, inf)] * len(settlements)
    latitudes = [node.lat for node in nodes]
    per_lat = EARTH_RADIUS_M * pi / 180
    per_lon = per_lat * cos((min(latitudes) + max(latitudes)) / 2 * pi / 180)
    lon, lat = np.array([nodes[k].lon for k in main]), np.array([nodes[k].lat for k in main])
    found = []
    for settlement in settlements:
        dx, dy = (settlement.lon - lon) * per_lon, (settlement.lat - lat) * per_lat
        metres = np.ceil(np.sqrt(dx * dx + dy * dy))
        nearest = [main[k] for k in np.flatnonzero(metres == metres.min()).tolist()]
        found.append((min(nearest, key=lambda k: nodes[k].id), float(metres.min())))
    return found
