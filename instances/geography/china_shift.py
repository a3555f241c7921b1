"""The shifted coordinates of Chinese web maps: GCJ-02 (国测局坐标, AMap, Tencent) and BD-09 (Baidu), to WGS84 and back.

The shift of GCJ-02 is not published by its authority; the formula below is the one that the community published in
2010 and that every open converter uses. With the longitude :math:`x = \\lambda - 105` and latitude
:math:`y = \\varphi - 35` in degrees, it is a polynomial plus sines, divided by the radii of curvature of the ellipsoid
of Krasovsky (:math:`a` = 6,378,245 m, :math:`e^2` = 0.006693421622965943). BD-09 turns and stretches GCJ-02 a little
and adds 0.0065° and 0.0060°. The ways back have no closed form; they are found by fixed-point iteration on the way
out, to 1e-10 degrees, far below the accuracy of the formula itself (some metres at worst).

Points outside the rectangle of `holds` are not shifted, as web maps do.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Degrees = tuple[np.ndarray, np.ndarray]

_A_M = 6378245.0
_E2 = 0.006693421622965943
_ROUNDS = 12


def holds(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Which points (n,), degrees, lie in the rectangle around China where web maps shift: (n,) bool."""
    return (lon > 72.004) & (lon < 137.8347) & (lat > 0.8293) & (lat < 55.8271)


def gcj02_of_wgs84(lon: np.ndarray, lat: np.ndarray) -> Degrees:
    """GCJ-02 of WGS84 points, both (n,) in degrees."""
    inside = holds(lon, lat)
    east_m, north_m = _shift_m(lon - 105.0, lat - 35.0)
    phi = np.radians(lat)
    bend = 1 - _E2 * np.sin(phi) ** 2
    dlat = np.degrees(north_m / (_A_M * (1 - _E2) / bend**1.5))
    dlon = np.degrees(east_m / (_A_M / np.sqrt(bend) * np.cos(phi)))
    return np.where(inside, lon + dlon, lon), np.where(inside, lat + dlat, lat)


def bd09_of_gcj02(lon: np.ndarray, lat: np.ndarray) -> Degrees:
    """BD-09 of GCJ-02 points, both (n,) in degrees."""
    inside = holds(lon, lat)
    quick = np.pi * 3000 / 180
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * quick)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * quick)
    return (
        np.where(inside, radius * np.cos(angle) + 0.0065, lon),
        np.where(inside, radius * np.sin(angle) + 0.006, lat),
    )


def bd09_of_wgs84(lon: np.ndarray, lat: np.ndarray) -> Degrees:
    """BD-09 of WGS84 points, both (n,) in degrees."""
    return bd09_of_gcj02(*gcj02_of_wgs84(lon, lat))


def wgs84_of_gcj02(lon: np.ndarray, lat: np.ndarray) -> Degrees:
    """WGS84 of GCJ-02 points, both (n,) in degrees."""
    return _back(gcj02_of_wgs84, lon, lat)


def wgs84_of_bd09(lon: np.ndarray, lat: np.ndarray) -> Degrees:
    """WGS84 of BD-09 points, both (n,) in degrees."""
    return _back(bd09_of_wgs84, lon, lat)


def _shift_m(x: np.ndarray, y: np.ndarray) -> Degrees:
    """The published polynomials: metres to the east and to the north at ``x``, ``y`` degrees from (105°, 35°)."""
    root = np.sqrt(np.abs(x))
    common = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    east = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root
    east += (common + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root
    north += (common + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    return east, north


def _back(out: Callable[[np.ndarray, np.ndarray], Degrees], lon: np.ndarray, lat: np.ndarray) -> Degrees:
    """The points that ``out`` sends to ``lon``, ``lat``: each round takes away the error that is left."""
    there_lon, there_lat = np.array(lon, dtype=float), np.array(lat, dtype=float)
    for _ in range(_ROUNDS):
        got_lon, got_lat = out(there_lon, there_lat)
        there_lon, there_lat = there_lon - (got_lon - lon), there_lat - (got_lat - lat)
    return there_lon, there_lat
