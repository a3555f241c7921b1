"""The nearest of many points for each settlement, by one search over the network from all of them at once.

Exact: the same travel as ``docs/rules.md``, section 1, without any limit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from siting.counties.county import County
from siting.roads.network import Plane, Snap
from siting.roads.travel import TravelTimes, limit


@dataclass(frozen=True)
class Near:
    """The nearest site by the access that it misses least; ``travel`` and ``limit`` in seconds or metres."""

    site: str
    access: int
    travel: int
    limit: int

    @property
    def over(self) -> int:
        """By how much it lies beyond the standard, 0 within it."""
        return max(0, self.travel - self.limit)


@dataclass(frozen=True, eq=False)
class Goals:
    """Points that may be gone to: ``ids`` (k,), ``lon``, ``lat`` (k,) degrees, ``snap`` on the network of one mode."""

    ids: tuple[str, ...]
    lon: np.ndarray
    lat: np.ndarray
    snap: Snap


def goals(county: County, times: TravelTimes, mode: str, points: list[tuple[str, str, int]]) -> Goals:
    """Goals from (id, "site" or "stop", position among the sites or the settlements), in the order of their ids."""
    points = sorted(points)
    rows = [county.sites[k] if kind == "site" else county.settlements[k] for _, kind, k in points]
    snaps = {"site": times.site_snap[mode], "stop": times.settlement_snap[mode]}
    return Goals(
        tuple(id for id, _, _ in points),
        np.array([row.lon for row in rows]),
        np.array([row.lat for row in rows]),
        Snap(
            np.array([snaps[kind].node[k] for _, kind, k in points], dtype=np.int64),
            np.array([snaps[kind].distance_m[k] for _, kind, k in points], dtype=np.int64),
        ),
    )


def nearest(
    county: County, times: TravelTimes, mode: str, by_time: bool, origins: np.ndarray, to: Goals
) -> list[tuple[str, int] | None]:
    """Id and cost (ms or mm) of the nearest goal for the settlements at the positions ``origins`` (k,), in their order;
    None where no road leads."""
    network, home = times.networks[mode], times.settlement_snap[mode]
    usable = np.flatnonzero(to.snap.node >= 0)
    if not len(usable):
        return [None] * len(origins)

    def leg(metres: np.ndarray) -> np.ndarray:
        return network.leg_ms(metres) if by_time else metres * 1000

    n, k = len(network.node), len(usable)
    weights = (network.time_ms if by_time else network.length_mm).tocoo()
    # Arcs are turned round; each goal is a node of its own that leads to its road. 1 is added, for no arc may weigh 0.
    legs = leg(to.snap.distance_m[usable]) + 1
    tail = np.concatenate([weights.col, n + np.arange(k)])
    head = np.concatenate([weights.row, to.snap.node[usable]])
    graph = coo_array((np.concatenate([weights.data, legs.astype(float)]), (tail, head)), shape=(n + k, n + k)).tocsr()
    cost, _, source = dijkstra(graph, indices=n + np.arange(k), min_only=True, return_predecessors=True)
    on_node: dict[int, list[int]] = {}
    for g in usable.tolist():
        on_node.setdefault(int(to.snap.node[g]), []).append(g)
    plane, found = Plane.of(county.roads), list[tuple[str, int] | None]()
    for i in origins.tolist():
        node = int(home.node[i])
        if node < 0 or not np.isfinite(cost[node]):
            found.append(None)
            continue
        whole = int(cost[node]) - 1 + int(leg(home.distance_m[i : i + 1])[0])
        best = whole, to.ids[usable[int(source[node]) - n]]
        here = np.array(on_node.get(node, []), dtype=np.int64)
        if len(here):  # one straight leg, without the way to the road and back
            place = county.settlements[i]
            straight = leg(plane.distance_m(np.array(place.lon), np.array(place.lat), to.lon[here], to.lat[here]))
            best = min(best, *((int(c), to.ids[g]) for c, g in zip(straight, here.tolist(), strict=True)))
        found.append((best[1], best[0]))
    return found


def told(
    county: County, mode: str, origins: np.ndarray, points: list[tuple[str, str, int]]
) -> list[tuple[str, int] | None]:
    """The same by the planner's own times: id and ms of the nearest site; None where they lead to none of them."""
    names = {k: id for id, _, k in points}
    own = county.own_times[mode]
    best: dict[int, tuple[int, str]] = {}
    keep = np.isin(own.site, np.array(sorted(names), dtype=np.int64)) & np.isin(own.settlement, origins)
    for i, site, ms in zip(own.settlement[keep].tolist(), own.site[keep].tolist(), own.ms[keep].tolist(), strict=True):
        best[i] = min((ms, names[site]), best.get(i, (ms, names[site])))
    found = (best.get(i) for i in origins.tolist())
    return [None if pair is None else (pair[1], pair[0]) for pair in found]


def by_access(
    county: County,
    times: TravelTimes,
    key: str,
    wanted: np.ndarray,
    points: list[tuple[str, str, int]],
    beds: Collection[str],
) -> list[Near | None]:
    """For the settlements at these positions the nearest point of a service by the access that it misses least.

    Boarders look among the points in ``beds`` alone.
    """
    best: list[tuple[float, Near] | None] = [None] * len(wanted)
    for number, access in enumerate(county.services[key].access):
        if not access.offered or access.kind == "line":
            continue
        pool = county.group(access.eligible) if access.eligible else None
        here = [point for point in points if access.kind != "boarding" or point[0] in beds]
        if access.by_time and access.mode in county.own_times and all(kind == "site" for _, kind, _ in here):
            found = told(county, access.mode, wanted, here)
        else:
            to = goals(county, times, access.mode, here)
            found = nearest(county, times, access.mode, access.by_time, wanted, to)
        for n, (i, pair) in enumerate(zip(wanted.tolist(), found, strict=True)):
            if pair is not None and (pool is None or pool[i]):
                most = limit(access, county.settlements[i].level)
                near = pair[1] / most, Near(pair[0], number, -(-pair[1] // 1000), most // 1000)
                held = best[n]
                best[n] = near if held is None or near[0] < held[0] else held
    return [None if pair is None else pair[1] for pair in best]
