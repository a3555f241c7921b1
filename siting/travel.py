"""Travel times between settlements and sites: who is within the standard of what, by which access.

Shortest paths are many-to-many with a cut-off, by `scipy.sparse.csgraph.dijkstra` from the sites on the reversed
arcs, in chunks of neighbouring sites on the part of the network that the chunk can reach; every path within the limit
stays inside that part, so nothing is lost. Unreachable pairs are absent. Definitions: ``docs/rules.md``, section 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siting import cache
from siting.county import County
from siting.network import ModeNetwork, Plane, Snap, build, snap
from siting.sections import Access, Service

#: Sites solved together on their common surroundings; measured best between 32 and 64 on road graphs.
CHUNK = 48


@dataclass(frozen=True, eq=False)
class Pairs:
    """Settlement-site pairs within a service's standard, each by its first access that serves it.

    ``settlement``, ``site`` positions (sites counted among those of the service, in the order of the county),
    ``access``, ``cost`` exact milliseconds or millimetres, all (p,), sorted by (settlement, access, cost, site id).
    """

    settlement: np.ndarray
    site: np.ndarray
    access: np.ndarray
    cost: np.ndarray

    @property
    def travel(self) -> np.ndarray:
        """Whole seconds or metres, rounded up."""
        return -(-self.cost // 1000)

    def of_settlements(self, chosen: np.ndarray) -> Pairs:
        """The pairs of the settlements in the mask, which are counted anew."""
        keep = chosen[self.settlement]
        place = np.cumsum(chosen) - 1
        return Pairs(place[self.settlement[keep]], self.site[keep], self.access[keep], self.cost[keep])


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Travel of a county: pairs per service, and how every point stands on the network of each mode."""

    networks: Mapping[str, ModeNetwork]
    settlement_snap: Mapping[str, Snap]
    site_snap: Mapping[str, Snap]
    by_service: Mapping[str, Pairs]
    modes_of: Mapping[str, tuple[str, ...]]

    def pairs(self, service: str) -> Pairs:
        """The pairs of a service."""
        return self.by_service[service]

    def unreachable(self, service: str) -> np.ndarray:
        """(settlements,) bool: beyond the snap limit for every mode of the service."""
        off: np.ndarray = np.logical_and.reduce([self.settlement_snap[m].node < 0 for m in self.modes_of[service]])
        return off


def times(
    county: County, *, cache_folder: Path | None = None, progress: Callable[[str, int, int], None] = lambda *_: None
) -> TravelTimes:
    """Travel times of all services that a plan can decide.

    ``progress(mode, done, of)`` is called per chunk of sites. ``cache_folder`` keeps shortest paths by the content of
    what they were computed from; None: nothing is kept.
    """
    services = county.services
    modes: tuple[str, ...] = tuple(dict.fromkeys(a.mode for s in services.values() for a in s.access))
    networks = {mode: build(county, mode) for mode in modes}
    limit_m = county.file.network.snap_limit_m
    points = {
        "settlement": _lonlat([(s.lon, s.lat) for s in county.settlements]),
        "site": _lonlat([(s.lon, s.lat) for s in county.sites]),
    }
    snaps = {
        kind: {mode: snap(networks[mode], county.roads, *lonlat, limit_m) for mode in modes}
        for kind, lonlat in points.items()
    }
    tables: dict[tuple[str, bool], _Table] = {
        key: _table(county, services, *key, networks, snaps, points, cache_folder, progress)
        for key in dict.fromkeys((a.mode, a.by_time) for s in services.values() for a in s.access)
    }
    by_service = {name: _pairs(county, name, service, tables) for name, service in services.items()}
    return TravelTimes(
        networks=networks,
        settlement_snap=snaps["settlement"],
        site_snap=snaps["site"],
        by_service=by_service,
        modes_of={name: tuple(dict.fromkeys(a.mode for a in s.access)) for name, s in services.items()},
    )


@dataclass(frozen=True, eq=False)
class _Table:
    """Cost of settlement-site pairs for one mode and measure, all services together, up to the longest limit."""

    settlement: np.ndarray
    site: np.ndarray
    cost: np.ndarray


def _table(
    county: County,
    services: Mapping[str, Service],
    mode: str,
    by_time: bool,
    networks: Mapping[str, ModeNetwork],
    snaps: Mapping[str, Mapping[str, Snap]],
    points: Mapping[str, tuple[np.ndarray, np.ndarray]],
    cache_folder: Path | None,
    progress: Callable[[str, int, int], None],
) -> _Table:
    network = networks[mode]
    weights = network.time_ms if by_time else network.length_mm
    asked = {
        name: max(_limit(a, level) for a in s.access if (a.mode, a.by_time) == (mode, by_time) for level in _levels(a))
        for name, s in services.items()
        if any((a.mode, a.by_time) == (mode, by_time) for a in s.access)
    }
    chosen = np.array([k for k, site in enumerate(county.sites) if site.service in asked], dtype=np.int64)
    limit = max(asked.values())
    home, place = snaps["settlement"][mode], snaps["site"][mode]
    chosen = chosen[place.node[chosen] >= 0]
    settled = np.flatnonzero(home.node >= 0)
    sources, source_of = np.unique(place.node[chosen], return_inverse=True)
    targets, target_of = np.unique(home.node[settled], return_inverse=True)
    key = cache.key("paths", weights.data, weights.indices, weights.indptr, sources, targets, limit)
    found = cache.load(cache_folder, key)
    if found is None:
        source, target, cost = shortest(
            weights,
            sources,
            targets,
            limit,
            county.roads.lon[network.node],
            county.roads.lat[network.node],
            progress=lambda done, of: progress(mode, done, of),
        )
        found = {"source": source, "target": target, "cost": cost}
        cache.save(cache_folder, key, found)
    return _points_from_nodes(
        found, chosen, source_of, settled, target_of, network, by_time, home, place, points, county
    )


def _points_from_nodes(
    nodes: Mapping[str, np.ndarray],
    chosen: np.ndarray,
    source_of: np.ndarray,
    settled: np.ndarray,
    target_of: np.ndarray,
    network: ModeNetwork,
    by_time: bool,
    home: Snap,
    place: Snap,
    points: Mapping[str, tuple[np.ndarray, np.ndarray]],
    county: County,
) -> _Table:
    """Spread node pairs over the settlements and sites that stand there, and add the legs."""
    n_sources = int(source_of.max()) + 1 if len(source_of) else 0
    n_targets = int(target_of.max()) + 1 if len(target_of) else 0
    sites_at = csr_array((np.ones(len(chosen)), (source_of, np.arange(len(chosen)))), shape=(n_sources, len(chosen)))
    homes_at = csr_array((np.ones(len(settled)), (target_of, np.arange(len(settled)))), shape=(n_targets, len(settled)))
    row, a = _spread(nodes["source"], sites_at)
    row2, b = _spread(nodes["target"][row], homes_at)
    site, settlement, path = chosen[a[row2]], settled[b], nodes["cost"][row][row2]
    leg = network.leg_ms if by_time else (lambda distance_m: distance_m * 1000)
    cost = path + leg(home.distance_m[settlement]) + leg(place.distance_m[site])
    same = home.node[settlement] == place.node[site]
    (home_lon, home_lat), (site_lon, site_lat) = points["settlement"], points["site"]
    straight = Plane.of(county.roads).distance_m(
        home_lon[settlement[same]], home_lat[settlement[same]], site_lon[site[same]], site_lat[site[same]]
    )
    cost[same] = leg(straight)
    return _Table(settlement, site, cost)


def _spread(position: np.ndarray, members: csr_array) -> tuple[np.ndarray, np.ndarray]:
    """For rows that name a group, one row per member of the group: (row, member)."""
    count = np.diff(members.indptr)[position]
    row = np.repeat(np.arange(len(position)), count)
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return row, members.indices[members.indptr[position][row] + offset]


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


def _pairs(county: County, name: str, service: Service, tables: Mapping[tuple[str, bool], _Table]) -> Pairs:
    """The pairs of a service: within the limit of the settlement's level, each by its first access."""
    own = np.array([k for k, site in enumerate(county.sites) if site.service == name], dtype=np.int64)
    place = np.full(len(county.sites), -1, dtype=np.int64)
    place[own] = np.arange(len(own))
    parts = []
    for number, access in enumerate(service.access):
        table = tables[access.mode, access.by_time]
        limit = np.array([_limit(access, s.level) for s in county.settlements], dtype=np.int64)
        keep = (place[table.site] >= 0) & (table.cost <= limit[table.settlement])
        parts.append((table.settlement[keep], place[table.site[keep]], np.full(keep.sum(), number), table.cost[keep]))
    settlement, site, access_number, cost = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((access_number, site, settlement))
    settlement, site, access_number, cost = (c[order] for c in (settlement, site, access_number, cost))
    first = np.ones(len(settlement), dtype=bool)
    first[1:] = (settlement[1:] != settlement[:-1]) | (site[1:] != site[:-1])
    settlement, site, access_number, cost = (c[first] for c in (settlement, site, access_number, cost))
    rank = np.empty(len(own), dtype=np.int64)
    rank[np.argsort(np.array([county.sites[k].id for k in own], dtype=object))] = np.arange(len(own))
    order = np.lexsort((rank[site], cost, access_number, settlement))
    return Pairs(settlement[order], site[order], access_number[order], cost[order])


def _limit(access: Access, level: str) -> int:
    """Limit in milliseconds or millimetres."""
    return int(access.limit(level) * (60_000 if access.by_time else 1000))


def _levels(access: Access) -> tuple[str, ...]:
    """Levels with a limit of their own, and one without."""
    return ("", *access.limit_by_level)


def _lonlat(points: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(points, dtype=np.float64).reshape(len(points), 2)
    return table[:, 0].copy(), table[:, 1].copy()
