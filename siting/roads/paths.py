"""Many-to-many shortest paths between points of a county, by one mode and one measure.

Shortest paths have a cut-off and run by `scipy.sparse.csgraph.dijkstra` from the goals on the reversed arcs, in chunks
of neighbouring goals on the part of the network that the chunk can reach; every path within the limit stays inside
that part, so nothing is lost. Unreachable pairs are absent. Definitions: ``docs/rules.md``, section 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siting import cache
from siting.counties.county import County
from siting.roads.network import ModeNetwork, Plane, Snap, build, snap

#: Goals solved together on their common surroundings; measured best between 32 and 64 on road graphs.
CHUNK = 48


@dataclass(frozen=True, eq=False)
class Points:
    """Points of a county: ``lon``, ``lat`` (k,) degrees, and how they stand on the network of each mode."""

    lon: np.ndarray
    lat: np.ndarray
    snap: Mapping[str, Snap]

    def at(self, chosen: np.ndarray) -> Points:
        """Some of the points, by position."""
        snaps = {mode: Snap(s.node[chosen], s.distance_m[chosen]) for mode, s in self.snap.items()}
        return Points(self.lon[chosen], self.lat[chosen], snaps)


@dataclass(frozen=True, eq=False)
class Table:
    """Cost of the pairs within a limit, in milliseconds or millimetres, as positions ``origin``, ``goal``; all (p,)."""

    origin: np.ndarray
    goal: np.ndarray
    cost: np.ndarray


class Atlas:
    """The networks of a county, its points, and shortest paths between them, computed once.

    ``progress(mode, done, of)`` is called per chunk of goals. ``cache_folder`` keeps shortest paths by the content of
    what they were computed from; None: nothing is kept.
    """

    def __init__(
        self,
        county: County,
        modes: tuple[str, ...],
        cache_folder: Path | None = None,
        progress: Callable[[str, int, int], None] = lambda *_: None,
    ) -> None:
        self.county, self.cache_folder, self.progress = county, cache_folder, progress
        self.networks: dict[str, ModeNetwork] = {mode: build(county, mode) for mode in modes}
        self.settlements = self._points([(s.lon, s.lat) for s in county.settlements])
        self.sites = self._points([(s.lon, s.lat) for s in county.sites])
        self.disposal = self._points([(d.lon, d.lat) for d in county.disposal])

    def _points(self, lonlat: list[tuple[float, float]]) -> Points:
        table = np.array(lonlat, dtype=np.float64).reshape(len(lonlat), 2)
        lon, lat = table[:, 0].copy(), table[:, 1].copy()
        limit_m = self.county.file.network.snap_limit_m
        nowhere = Snap(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
        snaps = {
            mode: snap(network, self.county.roads, lon, lat, limit_m) if len(lon) else nowhere
            for mode, network in self.networks.items()
        }
        return Points(lon, lat, snaps)

    def table(self, mode: str, by_time: bool, origins: Points, goals: Points, limit: int) -> Table:
        """Cost from every origin to every goal where it is at most ``limit``."""
        network = self.networks[mode]
        weights = network.time_ms if by_time else network.length_mm
        home, place = origins.snap[mode], goals.snap[mode]
        settled, chosen = np.flatnonzero(home.node >= 0), np.flatnonzero(place.node >= 0)
        sources, source_of = np.unique(place.node[chosen], return_inverse=True)
        targets, target_of = np.unique(home.node[settled], return_inverse=True)
        found = self._between_nodes(network, weights, sources, targets, limit, mode)
        row, a = _spread(found["source"], source_of, chosen)
        row2, origin = _spread(found["target"][row], target_of, settled)
        goal, cost = a[row2], found["cost"][row][row2]
        leg = network.leg_ms if by_time else (lambda distance_m: distance_m * 1000)
        cost = cost + leg(home.distance_m[origin]) + leg(place.distance_m[goal])
        same = home.node[origin] == place.node[goal]
        cost[same] = leg(
            Plane.of(self.county.roads).distance_m(
                origins.lon[origin[same]], origins.lat[origin[same]], goals.lon[goal[same]], goals.lat[goal[same]]
            )
        )
        keep = cost <= limit
        return Table(origin[keep], goal[keep], cost[keep])

    def between_nodes(self, mode: str, by_time: bool, nodes: np.ndarray) -> np.ndarray:
        """Cost (k, k) from node to node of a mode, without legs to any point."""
        network = self.networks[mode]
        weights = network.time_ms if by_time else network.length_mm
        distinct, place = np.unique(nodes, return_inverse=True)
        cost = dijkstra(weights, indices=distinct)[:, distinct].astype(np.int64)
        square: np.ndarray = cost[place][:, place]
        return square

    def _between_nodes(
        self,
        network: ModeNetwork,
        weights: csr_array,
        sources: np.ndarray,
        targets: np.ndarray,
        limit: int,
        mode: str,
    ) -> Mapping[str, np.ndarray]:
        key = cache.key("paths", weights.data, weights.indices, weights.indptr, sources, targets, limit)
        found = cache.load(self.cache_folder, key)
        if found is None:
            roads = self.county.roads
            source, target, cost = shortest(
                weights,
                sources,
                targets,
                limit,
                roads.lon[network.node],
                roads.lat[network.node],
                progress=lambda done, of: self.progress(mode, done, of),
            )
            found = {"source": source, "target": target, "cost": cost}
            cache.save(self.cache_folder, key, found)
        return found


def _spread(position: np.ndarray, group_of: np.ndarray, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For rows that name a group, one row per member of the group: (row, member)."""
    order = np.argsort(group_of, kind="stable")
    groups = int(group_of.max()) + 1 if len(group_of) else 0
    start = np.searchsorted(group_of[order], np.arange(groups + 1))
    count = np.diff(start)[position] if groups else np.zeros(0, dtype=np.int64)
    row = np.repeat(np.arange(len(position)), count)
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    first = start[position[row]] if groups else np.zeros(0, dtype=np.int64)
    return row, members[order[first + offset]]


def shortest(
    weights: csr_array,
    sources: np.ndarray,
    targets: np.ndarray,
    limit: int,
    lon: np.ndarray,
    lat: np.ndarray,
    *,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shortest paths from every target node to every source node, as (source, target, cost) where cost <= ``limit``.

    ``weights`` (n, n) arcs; ``sources``, ``targets`` node positions; the answer counts positions within ``sources`` and
    ``targets``; ``lon``, ``lat`` (n,) only put neighbouring sources into one chunk. Costs are exact integers.
    """
    reverse = weights.T.tocsr()
    order = _in_space(lon[sources], lat[sources])
    is_target = np.full(weights.shape[0], -1, dtype=np.int64)
    is_target[targets] = np.arange(len(targets))
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for start in range(0, len(sources), CHUNK):
        chunk = order[start : start + CHUNK]
        near = np.flatnonzero(np.isfinite(dijkstra(reverse, indices=sources[chunk], min_only=True, limit=limit)))
        inside = np.full(weights.shape[0], -1, dtype=np.int64)
        inside[near] = np.arange(len(near))
        cost = dijkstra(reverse[near][:, near], indices=inside[sources[chunk]], limit=limit)
        wanted = np.flatnonzero(is_target[near] >= 0)
        row, col = np.nonzero(np.isfinite(cost[:, wanted]))
        found.append((chunk[row], is_target[near[wanted[col]]], cost[row, wanted[col]].astype(np.int64)))
        progress(min(start + CHUNK, len(sources)), len(sources))
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, nothing
    source, target, cost = (np.concatenate(part) for part in zip(*found, strict=True))
    return source, target, cost


def _in_space(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Positions in an order that keeps neighbours together: strips of latitude, swept from west and east in turn."""
    if not len(lon):
        return np.zeros(0, dtype=np.int64)
    strips = max(1, int(np.sqrt(len(lon) / CHUNK)))
    strip = np.minimum((np.argsort(np.argsort(lat)) * strips) // len(lon), strips - 1)
    return np.lexsort((np.where(strip % 2 == 0, lon, -lon), strip))
