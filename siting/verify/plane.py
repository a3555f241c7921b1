"""Straight distances and polygons (sections 1 and 2 of the rules)."""

from __future__ import annotations

import math
from fractions import Fraction

from .nouns import Ring

EARTH_M = 6371008.8


class Plane:
    """The plane of the county, in which straight distances are measured."""

    def __init__(self, nodes: dict[str, tuple[float, float]]) -> None:
        lats = [lat for _, lat in nodes.values()]
        self.ky = EARTH_M * math.pi / 180
        self.kx = self.ky * math.cos((min(lats) + max(lats)) / 2 * math.pi / 180)

    def metres(self, lon1: float, lat1: float, lon2: float, lat2: float) -> int:
        """Straight distance in whole metres, rounded up."""
        dx, dy = (lon1 - lon2) * self.kx, (lat1 - lat2) * self.ky
        return math.ceil(math.sqrt(dx * dx + dy * dy))

    def metres_to(self, lon: float, lat: float, rings: list[Ring]) -> int:
        """Metres from a point to the nearest segment of a polygon's boundary, rounded up; 0 inside."""
        if inside(lon, lat, rings):
            return 0
        nearest = math.inf
        for ring in rings:
            for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
                ax, ay, bx, by = (x1 - lon) * self.kx, (y1 - lat) * self.ky, (x2 - x1) * self.kx, (y2 - y1) * self.ky
                length = bx * bx + by * by
                part = min(1.0, max(0.0, -(ax * bx + ay * by) / length)) if length > 0 else 0.0
                dx, dy = ax + part * bx, ay + part * by
                nearest = min(nearest, dx * dx + dy * dy)
        return math.ceil(math.sqrt(nearest))


def inside(lon: float, lat: float, rings: list[Ring]) -> bool:
    """Whether a point is in a polygon, by the even-odd rule and exactly; the boundary belongs to the polygon."""
    odd = False
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
            if min(y1, y2) <= lat <= max(y1, y2):  # no other edge matters
                ax, ay, bx, by = (Fraction(v) for v in (x1, y1, x2, y2))
                side = (bx - ax) * (Fraction(lat) - ay) - (Fraction(lon) - ax) * (by - ay)
                if side == 0 and min(x1, x2) <= lon <= max(x1, x2):
                    return True
                if (y1 > lat) != (y2 > lat) and (side > 0) == (y2 > y1):
                    odd = not odd
    return odd
