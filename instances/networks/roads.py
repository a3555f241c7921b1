"""From roads to a road table: ways are cut at junctions, and at shape points so that edges stay below 250 m."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from siting.errors import Fault

from ..geography.boundary import Boundary
from ..geography.flat import EARTH_M
from ..tags import DRIVABLE
from .osm import E7, RoadWay

LONGEST_M = 250.0

Point = tuple[int, int, int]


@dataclass(frozen=True)
class Edge:
    """A road section between two node ids; metres, km/h."""

    tail: int
    head: int
    length_m: Decimal
    road_class: str
    oneway: int
    speed_kmh: Decimal | None
    name: str


@dataclass(frozen=True)
class RoadTable:
    """``nodes`` maps a node id (of OSM, or a number) to (longitude, latitude) in 1e-7 degrees, ids ascending.

    ``cut`` are the nodes where a road was cut at the boundary; ``heights`` metres above sea level where known.
    """

    nodes: dict[int, tuple[int, int]]
    edges: tuple[Edge, ...]
    counts: RoadCounts
    cut: frozenset[int] = frozenset()
    heights: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class RoadCounts:
    """Numbers for the import log. ``drivable_*``: classes of `DRIVABLE`; main component = largest strong component.

    A stub is a stretch from the last junction to the boundary, where the road was cut.
    """

    ways: int
    junctions: int
    shape_nodes: int
    components: int
    main_share_pct: float
    drivable_km: float
    drivable_main_km: float
    drivable_main_junctions: int
    drivable_stubs: int
    drivable_stubs_km: float


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Great-circle distance of two points given in degrees, in metres."""
    lat1, lat2 = radians(lat1), radians(lat2)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(half)))


def drawn_length_m(points: Sequence[Point]) -> float:
    """Length of a line in metres, as it is drawn."""
    return sum(distance_m(a[1] / E7, a[2] / E7, b[1] / E7, b[2] / E7) for a, b in pairwise(points))


def build_roads(ways: Sequence[RoadWay], boundary: Boundary, notes: list[Fault]) -> RoadTable:
    """Cut ``ways`` into edges; only what lies within ``boundary`` (both ends of every stretch) is kept."""
    kept = list(_within(ways, boundary, notes))
    uses = _uses(run for _, run in kept)
    stubs = []
    nodes: dict[int, tuple[int, int]] = {}
    edges: list[Edge] = []
    cuts: set[int] = set()
    for way, run in kept:
        cut = {run[at][0] for at in (0, -1) if run[at] != way.nodes[at]}
        cuts |= cut
        longer = 1.0 if way.length_m is None else way.length_m / drawn_length_m(way.nodes)
        dangling = {node for node in cut if uses[node] == 2}
        for section in _sections(run, uses):
            if way.road_class in DRIVABLE and dangling & {section[0][0], section[-1][0]}:
                stubs.append(drawn_length_m(section))
            for piece, length in _pieces(section):
                nodes.update({p[0]: (p[1], p[2]) for p in (piece[0], piece[-1])})
                edges.append(_edge(way, piece, length * longer))
    nodes = dict(sorted(nodes.items()))
    edges.sort(key=lambda e: (e.tail, e.head, e.road_class, e.length_m, e.name))
    counts = _count(kept, uses, nodes, edges, stubs)
    if counts.components > 1:
        notes.append(Fault("W201", values={"components": counts.components, "main_share_pct": counts.main_share_pct}))
    return RoadTable(nodes, tuple(edges), counts, frozenset(cuts))


def _within(
    ways: Sequence[RoadWay], boundary: Boundary, notes: list[Fault]
) -> Iterator[tuple[RoadWay, tuple[Point, ...]]]:
    """The runs of nodes within the boundary, way by way; a run has two nodes or more."""
    outside = cut = 0
    for way in ways:
        inside = boundary.holds([p[1] / E7 for p in way.nodes], [p[2] / E7 for p in way.nodes])
        if inside.all():
            yield way, way.nodes
            continue
        runs = [run for run in _runs(way.nodes, inside) if len(run) > 1]
        outside, cut = outside + (not runs), cut + bool(runs)
        yield from ((way, run) for run in runs)
    if outside:
        notes.append(Fault("N208", values={"what": "highway", "count": outside}))
    if cut:
        notes.append(Fault("N214", values={"count": cut}))


def _runs(points: tuple[Point, ...], inside: np.ndarray) -> Iterator[tuple[Point, ...]]:
    """Stretches of consecutive points that are inside."""
    start: int | None = None
    for at, keep in enumerate([*inside.tolist(), False]):
        if keep and start is None:
            start = at
        elif not keep and start is not None:
            yield points[start:at]
            start = None


def _uses(runs: Iterable[tuple[Point, ...]]) -> Counter[int]:
    """How often each node is used; ends count twice, so that 2 or more marks a junction or an end."""
    uses: Counter[int] = Counter()
    for run in runs:
        uses.update(point[0] for point in run)
        uses[run[0][0]] += 1
        uses[run[-1][0]] += 1
    return uses


def _sections(run: tuple[Point, ...], uses: Counter[int]) -> Iterator[tuple[Point, ...]]:
    """The stretches of a run from junction to junction."""
    cuts = [at for at, point in enumerate(run) if uses[point[0]] > 1]
    yield from (run[a : b + 1] for a, b in pairwise(cuts))


def _pieces(section: tuple[Point, ...]) -> Iterator[tuple[tuple[Point, ...], float]]:
    """Cut a section at shape points: pieces of at most `LONGEST_M` where the way has a point; a loop into thirds."""
    steps = [distance_m(a[1] / E7, a[2] / E7, b[1] / E7, b[2] / E7) for a, b in pairwise(section)]
    limit = min(LONGEST_M, sum(steps) / 3) if section[0][0] == section[-1][0] else LONGEST_M
    start, length = 0, 0.0
    for at, step in enumerate(steps):
        if at > start and length + step > limit:
            yield section[start : at + 1], length
            start, length = at, 0.0
        length += step
    yield section[start:], length


def _edge(way: RoadWay, piece: tuple[Point, ...], length: float) -> Edge:
    """An edge in driving direction; its length to 0.1 m, at least 0.1 m."""
    tail, head = (piece[-1][0], piece[0][0]) if way.oneway < 0 else (piece[0][0], piece[-1][0])
    metres = max(Decimal("0.1"), Decimal(f"{length:.1f}"))
    return Edge(tail, head, metres, way.road_class, abs(way.oneway), way.speed_kmh, way.name)


def _count(
    kept: list[tuple[RoadWay, tuple[Point, ...]]],
    uses: Counter[int],
    nodes: dict[int, tuple[int, int]],
    edges: list[Edge],
    stubs: list[float],
) -> RoadCounts:
    """Components of the whole table (streets taken both ways), and the drivable main component with its junctions."""
    drivable = [e for e in edges if e.road_class in DRIVABLE]
    _, main = _components(drivable, sorted({end for e in drivable for end in (e.tail, e.head)}), strong=True)
    ends = _uses(run for way, run in kept if way.road_class in DRIVABLE)
    junctions = sum(uses[node] > 1 for node in nodes)
    number, largest = _components(edges, list(nodes), strong=False)
    return RoadCounts(
        ways=len({way.id for way, _ in kept}),
        junctions=junctions,
        shape_nodes=len(nodes) - junctions,
        components=number,
        main_share_pct=round(100 * len(largest) / max(1, len(nodes)), 2),
        drivable_km=round(float(sum(e.length_m for e in drivable)) / 1000, 1),
        drivable_main_km=round(float(sum(e.length_m for e in drivable if {e.tail, e.head} <= main)) / 1000, 1),
        drivable_main_junctions=sum(ends[node] > 1 for node in main),
        drivable_stubs=len(stubs),
        drivable_stubs_km=round(sum(stubs) / 1000, 1),
    )


def _components(edges: list[Edge], nodes: list[int], strong: bool) -> tuple[int, set[int]]:
    """Number of components, and the nodes of the largest one."""
    if not nodes:
        return 0, set()
    place = {node: at for at, node in enumerate(nodes)}
    pairs = [(place[e.tail], place[e.head]) for e in edges]
    pairs += [(place[e.head], place[e.tail]) for e in edges if not e.oneway]
    rows, columns = zip(*pairs, strict=True)
    graph = coo_array((np.ones(len(pairs), dtype=np.int8), (rows, columns)), shape=(len(nodes), len(nodes)))
    number, label = connected_components(graph.tocsr(), directed=strong, connection="strong" if strong else "weak")
    biggest = int(np.argmax(np.bincount(label)))
    return int(number), {node for node, part in zip(nodes, label, strict=True) if part == biggest}
