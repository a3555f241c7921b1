"""Travel of a county for the reports, computed once: times, and the course of bus lines along the roads."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.sparse.csgraph import dijkstra

from siting import cache
from siting.counties.county import County
from siting.roads import travel
from siting.roads.travel import TravelTimes


@lru_cache(maxsize=2)
def times(county: County) -> TravelTimes:
    """Travel times of a county, from the cache where the run left them."""
    return travel.times(county, cache_folder=cache.folder())


def courses(county: County, service: str, lines: list[str]) -> dict[str, list[tuple[float, float]]]:
    """Points in degrees along the shortest roads from stop to stop of each line; lines off the roads are left out."""
    rules = county.services[service].line
    assert rules is not None
    network, snap = times(county).networks[rules.mode], times(county).settlement_snap[rules.mode]
    position = {s.id: k for k, s in enumerate(county.settlements)}
    stops = {
        line.id: [int(snap.node[position[i]]) for i in line.stop_ids]
        for line in county.lines_of(service)
        if line.id in set(lines)
    }
    stops = {id: nodes for id, nodes in stops.items() if min(nodes) >= 0}
    starts = sorted({node for nodes in stops.values() for node in nodes[:-1]})
    if not starts:
        return {}
    _, before = dijkstra(network.time_ms, indices=starts, return_predecessors=True)
    row = {node: k for k, node in enumerate(starts)}
    lon, lat = county.roads.lon[network.node], county.roads.lat[network.node]
    found = {}
    for id, nodes in stops.items():
        course: list[int] = [nodes[0]]
        for start, end in pairwise(nodes):
            course += _leg(before[row[start]], start, end)[1:]
        found[id] = [(float(lon[n]), float(lat[n])) for n in course]
    return found


def _leg(before: np.ndarray, start: int, end: int) -> list[int]:
    """Nodes from start to end, both included."""
    course = [end]
    while course[-1] != start:
        course.append(int(before[course[-1]]))
    return course[::-1]
