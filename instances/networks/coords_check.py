"""Do points and roads speak of the same place? Their distance says so, before and after each known shift.

The median distance from the points (villages, facilities) to the nearest road is taken as the coordinates are, then
as if the points were GCJ-02, BD-09 or had longitude and latitude exchanged, and as if the roads were GCJ-02 or BD-09.
Where one of these brings them much closer, a warning gives both numbers. Nothing is ever shifted here: the planner
says what the coordinates are (``--coords``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.spatial import cKDTree

from siting.errors import Fault, InputRefused, Severity

from ..geography.china_shift import bd09_of_wgs84, gcj02_of_wgs84, wgs84_of_bd09, wgs84_of_gcj02
from ..geography.flat import EARTH_M
from .osm import E7, RoadWay

#: Roads are sampled at this distance; a distance to them is right to half of it.
STEP_M = 20.0
#: Fewer points cannot pass the sign test below.
FEWEST = 9
#: A shift is told of where it takes away so much of the median, and so many metres.
SHARE, GAIN_M = 0.5, 15.0
#: Sign test: points must come nearer in more cases than by chance, by so many standard deviations.
SIGMAS = 3.0
#: Exchanged columns throw points across the earth; a county is never so far from its own roads.
FAR_M = 100_000.0

_SHIFTS = {"gcj02": (wgs84_of_gcj02, gcj02_of_wgs84), "bd09": (wgs84_of_bd09, bd09_of_wgs84)}


@dataclass(frozen=True)
class Reading:
    """One way of reading the coordinates: which finding it would be, its system, the median distance in metres, and
    how many of the points come nearer to a road by it."""

    code: str
    system: str
    median_m: float
    nearer: int


def readings(lon: Sequence[float], lat: Sequence[float], ways: Sequence[RoadWay]) -> tuple[Reading, ...]:
    """As they are, exchanged, and by each shift, for points (n,) in degrees; none without points or roads."""
    if not len(lon) or not ways:
        return ()
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    roads = _Roads(ways)
    tried = [("", "wgs84", (x, y)), ("E241", "wgs84", (y, x))]
    for system, (back, out) in _SHIFTS.items():
        tried.append(("W231", system, back(x, y)))
        tried.append(("W237", system, out(x, y)))  # roads moved back lie to the points as points moved out to the roads
    as_is_m = roads.distance_m(x, y)
    found = []
    for code, system, places in tried:
        distance_m = roads.distance_m(*places)
        found.append(Reading(code, system, float(np.median(distance_m)), int((distance_m < as_is_m).sum())))
    return tuple(found)


def findings(file: str, lon: Sequence[float], lat: Sequence[float], ways: Sequence[RoadWay]) -> list[Fault]:
    """What the distances say of the points of ``file``: E241 exchanged, W231 points shifted, W237 roads shifted.

    At most one finding: the reading that brings points and roads closest. None where they agree.
    """
    tried = readings(lon, lat, ways)
    if not tried:
        return []
    as_is, swapped, *shifted = tried
    values: dict[str, object] = {"name": file, "count": len(lon)}
    if as_is.median_m > FAR_M and swapped.median_m < as_is.median_m / 20:
        values |= {"lon": round(float(lon[0]), 6), "lat": round(float(lat[0]), 6)}
        return [Fault("E241", file, values=values)]
    best = min(shifted, key=lambda reading: reading.median_m)
    gain_m = as_is.median_m - best.median_m
    chance = len(lon) / 2 + SIGMAS * len(lon) ** 0.5 / 2
    near = gain_m >= GAIN_M and best.median_m <= SHARE * as_is.median_m
    if not near or best.nearer < chance or len(lon) < FEWEST or as_is.median_m > FAR_M:
        return []
    values |= {"system": best.system, "before_m": round(as_is.median_m), "after_m": round(best.median_m)}
    return [Fault(best.code, file, values=values)]


class Placed(Protocol):
    """Whatever stands somewhere, in degrees."""

    @property
    def lon(self) -> float:
        """Longitude."""
        ...

    @property
    def lat(self) -> float:
        """Latitude."""
        ...


def check(file: str, places: Sequence[Placed], ways: Sequence[RoadWay], notes: list[Fault]) -> None:
    """Note what `findings` says of a table. Raises `InputRefused` with E241 for exchanged columns."""
    found = findings(file, [place.lon for place in places], [place.lat for place in places], ways)
    notes += [fault for fault in found if fault.severity is not Severity.ERROR]
    if refused := [fault for fault in found if fault.severity is Severity.ERROR]:
        raise InputRefused(refused)


class _Roads:
    """Points every `STEP_M` along all roads, on a plane in metres."""

    def __init__(self, ways: Sequence[RoadWay]) -> None:
        start = np.array([point[1:] for way in ways for point in way.nodes[:-1]], dtype=float) / E7
        end = np.array([point[1:] for way in ways for point in way.nodes[1:]], dtype=float) / E7
        per_degree = EARTH_M * np.pi / 180
        middle = np.radians(np.median(start[:, 1]))
        self.scale = np.array([per_degree * np.cos(middle), per_degree])
        length_m = np.hypot(*((end - start) * self.scale).T)
        pieces = np.maximum(1, np.ceil(length_m / STEP_M)).astype(np.int64)
        which = np.repeat(np.arange(len(start)), pieces)
        first = np.cumsum(pieces) - pieces
        share = (np.arange(len(which)) - first[which]) / pieces[which]
        along = start[which] + share[:, None] * (end - start)[which]
        self.tree = cKDTree(np.concatenate([along, end]) * self.scale)

    def distance_m(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Distance of points (n,) in degrees from the roads, in metres."""
        distance_m: np.ndarray = self.tree.query(np.column_stack([lon, lat]) * self.scale)[0]
        return distance_m
