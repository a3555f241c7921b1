"""The road network of each travel mode: arcs with milliseconds and millimetres, and where every point stands on it.

Definitions: ``docs/rules.md``, section 1. All numbers are integers (kept in float64 where scipy wants it; sums stay
far below 2**53, so they stay exact).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import cos, pi
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from siting.counties.county import County, Roads
from siting.counties.sections import Travel
from siting.roads import slope

EARTH_RADIUS_M = 6371008.8


@dataclass(frozen=True)
class Plane:
    """The flat plane on which short distances are measured, in metres (equirectangular around the county)."""

    metres_per_lon: float
    metres_per_lat: float

    @classmethod
    def of(cls, roads: Roads) -> Plane:
        """The plane of a road table."""
        metres_per_lat = EARTH_RADIUS_M * pi / 180
        middle = (float(roads.lat.min()) + float(roads.lat.max())) / 2
        return cls(metres_per_lat * cos(middle * pi / 180), metres_per_lat)

    def xy(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Coordinates (n, 2) in metres."""
        return np.column_stack([lon * self.metres_per_lon, lat * self.metres_per_lat])

    def distance_m(self, lon1: np.ndarray, lat1: np.ndarray, lon2: np.ndarray, lat2: np.ndarray) -> np.ndarray:
        """Straight distances (k,) in whole metres, rounded up, from points (k,) in degrees to others (k,), or all to
        one."""
        dx = (lon1 - lon2) * self.metres_per_lon
        dy = (lat1 - lat2) * self.metres_per_lat
        metres: np.ndarray = np.ceil(np.sqrt(dx * dx + dy * dy)).astype(np.int64)
        return metres

    def to_polygon_m(self, lon: float, lat: float, rings: Sequence[Sequence[tuple[float, float]]]) -> int:
        """Straight distance from a point to a polygon (its rings) in whole metres, rounded up; 0 inside."""
        import shapely

        polygon = even_odd([self.xy(np.array([x for x, _ in r]), np.array([y for _, y in r])) for r in rings])
        return int(np.ceil(polygon.distance(shapely.Point(lon * self.metres_per_lon, lat * self.metres_per_lat))))


def even_odd(rings: Sequence[Any]) -> Any:
    """The polygon of some rings by the even-odd rule, with its edges, also where they cross one another."""
    import shapely

    polygon = shapely.Polygon(rings[0], rings[1:])
    if polygon.is_valid:
        return polygon
    lines = [shapely.LineString(shapely.LinearRing(ring)) for ring in rings]  # a ring closes itself
    edges = shapely.union_all([*lines, *(shapely.Point(ring[0]) for ring in rings)])
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    return shapely.union_all([edges, *(face for face in faces if _odd(shapely.point_on_surface(face), rings))])


def _odd(point: Any, rings: Sequence[Any]) -> bool:
    """Whether a ray from a point crosses the rings an odd number of times."""
    x, y = float(point.x), float(point.y)
    crossings = 0
    for ring in rings:
        at = np.asarray(ring, dtype=float)
        (x1, y1), (x2, y2) = at.T, np.roll(at, -1, axis=0).T
        across = (y1 > y) != (y2 > y)
        crossings += int((x1[across] + (y - y1[across]) * (x2 - x1)[across] / (y2 - y1)[across] > x).sum())
    return crossings % 2 == 1


@dataclass(frozen=True, eq=False)
class ModeNetwork:
    """The main component of the roads of one mode.

    ``node`` (n,) positions in the road table; ``time_ms``, ``length_mm`` (n, n) sparse arcs from tail to head;
    ``access_mph`` speed on a leg in metres per hour; ``left_out`` positions of road nodes that the mode could use but
    not reach, ``components`` how many separate pieces they form; ``arcs_m`` length of the arcs.
    """

    mode: str
    node: np.ndarray
    time_ms: csr_array
    length_mm: csr_array
    access_mph: int
    left_out: np.ndarray
    components: int

    def leg_ms(self, distance_m: np.ndarray) -> np.ndarray:
        """Times (k,) on the straight legs between points and their nodes, in milliseconds, rounded up."""
        return -(-distance_m * 3_600_000 // self.access_mph)


@dataclass(frozen=True, eq=False)
class Snap:
    """Where points stand on a mode's network.

    ``node`` (k,) position in the mode's nodes, -1 beyond the limit; ``distance_m`` (k,) to the nearest node, limit or
    not.
    """

    node: np.ndarray
    distance_m: np.ndarray


def build(county: County, mode: str) -> ModeNetwork:
    """The network of ``mode``: its arcs, reduced to the largest strongly connected component."""
    roads, travel = county.roads, county.file.network.modes[mode]  # type: ignore[index]
    tail, head, time_ms, length_mm = _arcs(roads, travel)
    n = len(roads.node_ids)
    everything = csr_array((np.ones(len(tail)), (tail, head)), shape=(n, n))
    count, label = connected_components(everything, directed=True, connection="strong")
    used = np.zeros(n, dtype=bool)
    used[tail] = used[head] = True
    main = _main_component(label, count, roads.node_ids) & (used | (used.sum() == 0))
    node = np.flatnonzero(main)
    inside = main[tail] & main[head]
    place = np.cumsum(main) - 1
    shape = (len(node), len(node))
    arcs = place[tail[inside]], place[head[inside]]
    left_out = np.flatnonzero(used & ~main)
    return ModeNetwork(
        mode=mode,
        node=node,
        time_ms=_smallest(time_ms[inside], *arcs, shape),
        length_mm=_smallest(length_mm[inside], *arcs, shape),
        access_mph=thousandths(travel.access_kmh),
        left_out=left_out,
        components=len(np.unique(label[left_out])),
    )


def snap(network: ModeNetwork, roads: Roads, lon: np.ndarray, lat: np.ndarray, limit_m: int) -> Snap:
    """The node of each point: the nearest in whole metres; of equally near ones the smallest id in text order."""
    plane = Plane.of(roads)
    node_lon, node_lat = roads.lon[network.node], roads.lat[network.node]
    tree = cKDTree(plane.xy(node_lon, node_lat))
    points = plane.xy(lon, lat)
    nearest, _ = tree.query(points)
    reach = np.ceil(nearest) + 1e-6
    ids = roads.node_ids[network.node]
    node = np.full(len(lon), -1, dtype=np.int64)
    distance = np.zeros(len(lon), dtype=np.int64)
    for k, around in enumerate(tree.query_ball_point(points, reach)):
        near = np.array(around, dtype=np.int64)
        metres = plane.distance_m(lon[k], lat[k], node_lon[near], node_lat[near])
        best = min(zip(metres.tolist(), ids[near].tolist(), near.tolist(), strict=True))
        distance[k] = best[0]
        if best[0] <= limit_m:
            node[k] = best[2]
    return Snap(node, distance)


def thousandths(value: Decimal) -> int:
    """``value`` in whole thousandths, halves up: km/h to metres per hour, metres to millimetres."""
    return int((value * 1000).to_integral_value(rounding=ROUND_HALF_UP))


def height_mm(elevation_m: Decimal | None) -> int:
    """Millimetres above sea level, halves upwards (also below the sea); `slope.UNKNOWN_MM` for None."""
    return slope.UNKNOWN_MM if elevation_m is None else thousandths(elevation_m + 1000) - 1_000_000


def _arcs(roads: Roads, travel: Travel) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Tail, head, milliseconds and millimetres of every arc of a mode."""
    class_mph = {name: thousandths(kmh) for name, kmh in travel.speeds_kmh.items()}
    speed = np.array([class_mph.get(name, 0) for name in roads.road_class.tolist()], dtype=np.int64)
    usable = (speed > 0) & (roads.tail != roads.head)
    if travel.signed_speeds:
        speed = np.where(roads.speed_mph > 0, roads.speed_mph, speed)
    back = usable & ~(roads.oneway & travel.oneway)
    tail = np.concatenate([roads.tail[usable], roads.head[back]])
    head = np.concatenate([roads.head[usable], roads.tail[back]])
    length = np.concatenate([roads.length_mm[usable], roads.length_mm[back]])
    mph = np.concatenate([speed[usable], speed[back]])
    rise = slope.rises_mm(roads.height_mm, tail, head)
    return tail, head, slope.time_ms(length, mph, rise, travel.slopes), length


def _main_component(label: np.ndarray, count: int, ids: np.ndarray) -> np.ndarray:
    """Mask of the nodes of the largest component; of equal ones, that with the smallest id."""
    size = np.bincount(label, minlength=count)
    largest = np.flatnonzero(size == size.max())
    members: Sequence[int] = np.flatnonzero(np.isin(label, largest)).tolist()
    first = min(members, key=lambda k: str(ids[k])) if len(largest) > 1 else members[0]
    mask: np.ndarray = label == label[first]
    return mask


def _smallest(weight: np.ndarray, tail: np.ndarray, head: np.ndarray, shape: tuple[int, int]) -> csr_array:
    """Sparse arcs; of parallel ones the smallest stays (a plain constructor would add them up)."""
    order = np.lexsort((weight, head, tail))
    tail, head, weight = tail[order], head[order], weight[order]
    first = np.ones(len(tail), dtype=bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return csr_array((weight[first].astype(np.float64), (tail[first], head[first])), shape=shape)
