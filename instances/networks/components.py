"""Parts of the road network that stand alone, and why that is probably a fault of the data.

Travel times know the main part only: a village on another part is taken to the nearest node of the main one, however
far that is. So every part is listed with a place to look at. Streets count both ways here, and all classes together.

| code | what the part probably is |
|---|---|
| W235 | a missing link: another road is less than `LINK_M` away from one of its nodes |
| W238 | beyond a ferry, which is no road |
| N236 | cut off by the boundary: its connection lies outside |
| W234 | none of these: an island, or a road that is not drawn |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from siting.errors import Fault

from ..geography.flat import EARTH_M
from .osm import E7, RoadWay
from .roads import RoadTable

LINK_M = 30.0
FERRY_M = 150.0
#: A village is told of when the main part is so much farther than the part on which it stands.
APART_M = 100.0


@dataclass(frozen=True)
class Village:
    """A place that must be reached: degrees, WGS84."""

    id: str
    name: str
    lon: float
    lat: float


class _Parts:
    """The parts of a network; ``label`` (n,) the part of each node, 0 the main one, the others by size, then by id."""

    def __init__(self, roads: RoadTable) -> None:
        self.ids = np.array(list(roads.nodes), dtype=np.int64)
        self.degrees = np.array(list(roads.nodes.values()), dtype=float).reshape(-1, 2) / E7
        middle = np.radians((self.degrees[:, 1].min() + self.degrees[:, 1].max()) / 2)
        per_degree = EARTH_M * np.pi / 180
        self.scale = np.array([per_degree * np.cos(middle), per_degree])
        self.tail = np.searchsorted(self.ids, [edge.tail for edge in roads.edges])
        self.head = np.searchsorted(self.ids, [edge.head for edge in roads.edges])
        ones = np.ones(len(self.tail), dtype=np.int8)
        graph = coo_array((ones, (self.tail, self.head)), shape=(len(self.ids), len(self.ids)))
        number, found = connected_components(graph.tocsr(), directed=False)
        first = np.full(number, len(self.ids))
        np.minimum.at(first, found, np.arange(len(self.ids)))
        order = np.lexsort((first, -np.bincount(found)))
        rank = np.empty(number, dtype=np.int64)
        rank[order] = np.arange(number)
        self.label: np.ndarray = rank[found]
        self.number = int(number)
        self.xy: np.ndarray = self.degrees * self.scale
        self.length_m = np.bincount(
            self.label[self.tail], [float(edge.length_m) for edge in roads.edges], minlength=self.number
        )
        ends = np.stack([self.xy[self.tail], self.xy[self.head]], axis=1)
        self.sections = shapely.linestrings(ends)

    def at(self, node: int) -> tuple[float, float]:
        """Longitude and latitude of a node."""
        return round(float(self.degrees[node, 0]), 6), round(float(self.degrees[node, 1]), 6)


def standing_alone(roads: RoadTable, ferries: Sequence[RoadWay] = ()) -> list[Fault]:
    """One finding for every part beside the main one, largest first: W235, W238, N236 or W234."""
    if roads.counts.components < 2:
        return []
    parts = _Parts(roads)
    landings = _landings(parts, ferries)
    cut = set(parts.label[np.isin(parts.ids, list(roads.cut))].tolist())
    faults = []
    for part in range(1, parts.number):
        nodes = np.flatnonzero(parts.label == part)
        gap_m, node, other = _nearest(parts, part, nodes)
        lon, lat = parts.at(node)
        values: dict[str, object] = {
            "nodes": len(nodes), "length_km": round(float(parts.length_m[part]) / 1000, 2), "lon": lon, "lat": lat,
            "gap_m": round(gap_m),
        }  # fmt: skip
        if gap_m <= LINK_M:
            faults.append(Fault("W235", values=values | {"to_lon": other[0], "to_lat": other[1]}))
        elif part in landings:
            faults.append(Fault("W238", values=values | {"ferry": landings[part]}))
        else:
            faults.append(Fault("N236" if part in cut else "W234", values=values))
    return faults


def villages_apart(roads: RoadTable, villages: Iterable[Village]) -> list[Fault]:
    """W236 for every village that stands on another part than the main one, `APART_M` or more nearer to it."""
    villages = list(villages)
    if roads.counts.components < 2 or not villages:
        return []
    parts = _Parts(roads)
    points = shapely.points(np.array([(v.lon, v.lat) for v in villages], dtype=float) * parts.scale)
    part_of = parts.label[parts.tail]
    main = shapely.STRtree(parts.sections[part_of == 0])
    whole = shapely.STRtree(parts.sections)
    faults = []
    for village, point in zip(villages, points, strict=True):
        nearest = int(whole.nearest(point))
        own_m = float(shapely.distance(point, parts.sections[nearest]))
        main_m = float(shapely.distance(point, main.geometries[int(main.nearest(point))]))
        if part_of[nearest] != 0 and main_m >= own_m + APART_M:
            faults.append(
                Fault(
                    "W236",
                    values={
                        "id": village.id, "name": village.name, "lon": village.lon, "lat": village.lat,
                        "own_m": round(own_m), "main_m": round(main_m),
                    },
                )
            )  # fmt: skip
    return faults


def _nearest(parts: _Parts, part: int, nodes: np.ndarray) -> tuple[float, int, tuple[float, float]]:
    """Metres from the nodes of a part to the nearest other road, at which node, and where on that road (degrees)."""
    others = parts.sections[parts.label[parts.tail] != part]
    tree = shapely.STRtree(others)
    points = shapely.points(parts.xy[nodes])
    (at, on), distance_m = tree.query_nearest(points, return_distance=True, all_matches=False)
    best = int(np.argmin(distance_m))
    point, road = points[at[best]], others[on[best]]
    there = shapely.get_coordinates(shapely.line_interpolate_point(road, shapely.line_locate_point(road, point)))[0]
    lon, lat = there / parts.scale
    return float(distance_m[best]), int(nodes[at[best]]), (round(float(lon), 6), round(float(lat), 6))


def _landings(parts: _Parts, ferries: Sequence[RoadWay]) -> dict[int, str]:
    """The parts where a ferry lands, with its name."""
    if not ferries:
        return {}
    tree = shapely.STRtree(parts.sections)
    part_of = parts.label[parts.tail]
    found: dict[int, str] = {}
    for ferry in ferries:
        for _, lon, lat in (ferry.nodes[0], ferry.nodes[-1]):
            quay = shapely.points(np.array([lon, lat]) / E7 * parts.scale)
            for section in tree.query(quay, predicate="dwithin", distance=FERRY_M):
                found.setdefault(int(part_of[section]), f"w{ferry.id} {ferry.name}".strip())
    return found
