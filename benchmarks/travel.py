"""Many-to-many travel times with a cut-off: `python benchmarks/travel.py`, the table of docs/benchmarks-travel.md.

A road-like graph is drawn (points at random, each joined to its nearest ones, both ways at two speeds); from 20,000
points to 1,000 sites within 30 minutes, all libraries on the same arcs in whole milliseconds, one core each. Slow ones
are measured on some of the sites and scaled up (marked ~). Libraries that are not installed are left out, by name;
every library must agree with siting on the number of pairs and the sum of their times.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from siting.roads.paths import shortest


@dataclass(frozen=True, eq=False)
class Case:
    """Arcs in milliseconds (n, n), coordinates (n,) in degrees, nodes of points and sites, the cut-off."""

    arcs: csr_array
    lon: np.ndarray
    lat: np.ndarray
    points: np.ndarray
    sites: np.ndarray
    limit: int


def draw(nodes: int, points: int, sites: int, minutes: int, side_km: float, seed: int) -> Case:
    """A county of ``side_km`` by ``side_km``: each node joined to its four nearest, at 30 or 60 km/h."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, side_km, (nodes, 2))
    far, near = cKDTree(xy).query(xy, k=5)
    a, b, km = np.repeat(np.arange(nodes), 4), near[:, 1:].ravel(), far[:, 1:].ravel()
    speed = np.where(rng.random(len(a)) < 0.3, 60.0, 30.0)
    ms = np.ceil(1.3 * km / speed * 3.6e6) + 1
    both = csr_array((np.r_[ms, ms], (np.r_[a, b], np.r_[b, a])), shape=(nodes, nodes))
    both.sum_duplicates()
    lon, lat = 100 + xy[:, 0] / 95, 30 + xy[:, 1] / 111
    some = rng.choice(nodes, points + sites, replace=False)
    return Case(both, lon, lat, some[:points], some[points:], minutes * 60_000)


def siting(case: Case, sites: np.ndarray) -> tuple[int, float]:
    """Ours: chunks of neighbouring sites on the part of the network that they reach."""
    _, _, cost = shortest(case.arcs, sites, case.points, case.limit, case.lon, case.lat)
    return len(cost), float(cost.sum())


def scipy_plain(case: Case, sites: np.ndarray) -> tuple[int, float]:
    """scipy, one call for all sites."""
    far = dijkstra(csr_array(case.arcs.T), indices=sites, limit=case.limit)[:, case.points]
    good = far[np.isfinite(far)]
    return len(good), float(good.sum())


def networkx(case: Case, sites: np.ndarray) -> tuple[int, float]:
    """networkx, site by site."""
    import networkx as nx

    arcs = case.arcs.tocoo()
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(zip(arcs.col.tolist(), arcs.row.tolist(), arcs.data.tolist(), strict=True))
    wanted, count, total = set(case.points.tolist()), 0, 0.0
    begun = time.process_time()
    for j in sites.tolist():
        for node, cost in nx.single_source_dijkstra_path_length(graph, j, cutoff=case.limit).items():
            if node in wanted:
                count, total = count + 1, total + cost
    networkx_query[:] = [time.process_time() - begun]
    return count, total


#: Seconds of the queries of networkx alone: its graph is built once.
networkx_query: list[float] = []


def igraph(case: Case, sites: np.ndarray) -> tuple[int, float]:
    """igraph, all distances (it has no cut-off)."""
    import igraph as ig

    arcs = case.arcs.tocoo()
    graph = ig.Graph(n=arcs.shape[0], edges=np.column_stack([arcs.col, arcs.row]).tolist(), directed=True)
    far = np.array(graph.distances(sites.tolist(), case.points.tolist(), weights=arcs.data.tolist()))
    good = far[far <= case.limit]
    return len(good), float(good.sum())


def networkit(case: Case, sites: np.ndarray) -> tuple[int, float]:
    """networkit, all distances from each site to the points, one thread."""
    import networkit as nk

    nk.setNumberOfThreads(1)
    arcs = case.arcs.tocoo()
    parts = (arcs.data, (arcs.col.astype(np.uint64), arcs.row.astype(np.uint64)))
    graph = nk.GraphFromCoo(parts, n=arcs.shape[0], weighted=True, directed=True)
    search = nk.distance.SPSP(graph, sites.tolist(), case.points.tolist())
    search.run()
    far = np.array(search.getDistances())
    good = far[far <= case.limit]
    return len(good), float(good.sum())


#: Library, how, and on what share of the sites.
RIVALS: dict[str, tuple[Callable[[Case, np.ndarray], tuple[int, float]], float]] = {
    "siting": (siting, 1.0),
    "scipy": (scipy_plain, 1.0),
    "networkx": (networkx, 0.02),
    "igraph": (igraph, 0.1),
    "networkit": (networkit, 0.1),
}


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=50_000)
    parser.add_argument("--points", type=int, default=20_000)
    parser.add_argument("--sites", type=int, default=1_000)
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--side-km", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    wish = parser.parse_args()
    case = draw(wish.nodes, wish.points, wish.sites, wish.minutes, wish.side_km, wish.seed)
    print(f"{wish.nodes} nodes, {case.arcs.nnz} arcs, {wish.points} points, {wish.sites} sites, {wish.minutes} minutes")
    print("\n| library | CPU s | pairs |\n|---|---|---|")
    for name, (run, share) in RIVALS.items():
        if name != "siting" and importlib.util.find_spec(name) is None:
            print(f"| {name} | not installed | |")
            continue
        sites = case.sites[: max(1, round(share * wish.sites))]
        begun = time.process_time()
        count, total = run(case, sites)
        used = networkx_query[0] if name == "networkx" else time.process_time() - begun
        if (count, total) != siting(case, sites):
            raise SystemExit(f"{name} finds {count} pairs and {total} ms, siting {siting(case, sites)}")
        mark = "" if share == 1 else "~"
        print(f"| {name} | {mark}{used / share:.1f} | {round(count / share)} |", flush=True)


if __name__ == "__main__":
    main()
