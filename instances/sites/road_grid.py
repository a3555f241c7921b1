"""Spots along roads where something may be built: on chosen classes, near a settlement, a stated distance apart.

Spots are the ends of road sections and points between them. They are taken settlement by settlement, the nearest to its
centre first, each at least `CandidateRule.grid_m` from all taken before; so the same roads give the same spots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from siting.counties.rows import Settlement

from ..geography.flat import Flat
from ..networks.osm import E7
from ..networks.roads import RoadTable
from .candidate_rules import CandidateRule


@dataclass(frozen=True)
class Spot:
    """A point beside a road (degrees) and the settlement that it belongs to."""

    lon: float
    lat: float
    host: Settlement


def spots_along(roads: RoadTable, hosts: Sequence[Settlement], rule: CandidateRule) -> list[Spot]:
    """The spots for ``hosts``, in the order of their ids; every spot belongs to the nearest of them."""
    points = _points(roads, rule)
    if not len(points) or not hosts:
        return []
    flat = Flat.at([place.lat for place in hosts])
    metres, nearest = flat.nearest(
        points[:, 0], points[:, 1], [place.lon for place in hosts], [place.lat for place in hosts]
    )
    order = sorted(
        np.flatnonzero(metres <= rule.grid_radius_m).tolist(),
        key=lambda k: (hosts[int(nearest[k])].id, metres[k], points[k, 0], points[k, 1]),
    )
    xy = flat.points(points[:, 0], points[:, 1])
    taken: dict[tuple[int, int], list[int]] = {}
    spots = []
    for k in order:
        if _free(k, xy, taken, rule.grid_m):
            taken.setdefault(_square(xy[k], rule.grid_m), []).append(k)
            spots.append(Spot(round(float(points[k, 0]), 7), round(float(points[k, 1]), 7), hosts[int(nearest[k])]))
    return spots


def _points(roads: RoadTable, rule: CandidateRule) -> np.ndarray:
    """Ends of road sections and points between them at most ``grid_m`` apart: (n, 2) degrees, each once."""
    wanted = set(rule.grid_classes)
    points: set[tuple[float, float]] = set()
    for edge in roads.edges:
        if edge.road_class in wanted:
            (x0, y0), (x1, y1) = roads.nodes[edge.tail], roads.nodes[edge.head]
            parts = max(1, ceil(float(edge.length_m) / rule.grid_m))
            for part in range(parts + 1):
                share = part / parts
                points.add(((x0 + (x1 - x0) * share) / E7, (y0 + (y1 - y0) * share) / E7))
    return np.array(sorted(points), dtype=float).reshape(-1, 2)


def _square(xy: np.ndarray, side_m: int) -> tuple[int, int]:
    return floor(xy[0] / side_m), floor(xy[1] / side_m)


def _free(k: int, xy: np.ndarray, taken: dict[tuple[int, int], list[int]], apart_m: int) -> bool:
    """Whether point ``k`` keeps the distance from all taken ones."""
    column, row = _square(xy[k], apart_m)
    near = [j for dx in (-1, 0, 1) for dy in (-1, 0, 1) for j in taken.get((column + dx, row + dy), ())]
    return all(float(np.hypot(*(xy[k] - xy[j]))) >= apart_m for j in near)
