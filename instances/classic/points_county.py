"""Points in the plane as a county folder: TSPLIB files and covering files.

Every point is a settlement and a candidate site. With a radius ways are told by ``times.csv``, one for each pair within
the radius, found by comparing squares of whole numbers: the county is then exactly the covering problem. Without one
all points stand at one road node, so that the ways between them are straight lines, in whole metres, rounded up: the
p-median to a metre. The map is true to scale in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import cos, hypot, pi
from pathlib import Path

import numpy as np

from siting.counties.rows import RoadEdge, RoadNode
from siting.errors import Fault, InputRefused
from siting.roads.network import EARTH_RADIUS_M

from ..folder import refuse_if_full
from .cells import argument
from .county import LIMIT_MIN, LONGEST_M, Position, candidates, one_service, told, villages, write

#: The points lie within this distance of the one road node, in metres; the other node lies farther than any of them.
WITHIN_M, OTHER_M = 9_000, 19_500
#: Pairs that a table may hold; a smaller radius has fewer.
MOST_PAIRS = 3_000_000


@dataclass(frozen=True, eq=False)
class Plane:
    """Points: ``xy`` (n, 2) in the file's unit, ``persons`` (n,) whole."""

    name: str
    xy: np.ndarray
    persons: np.ndarray


def to_county(points: Plane, folder: Path, p: int | None, radius: int | None) -> tuple[Fault, ...]:
    """Write ``points`` as the county folder ``folder``; gives the warnings of `siting check`.

    Raises:
        InputRefused: ``p`` or ``radius`` is out of range (E296), more pairs than a table may hold (E285), or the folder
            is not empty (E203).
        CannotWrite: E215.
    """
    refuse_if_full(folder)
    n = len(points.xy)
    p = argument(points.name, "p", p, 1, n)
    at, unit_m = _placed(points.xy)
    north = {"lon": 100.0, "lat": 30 + OTHER_M / _per_lat()}
    nodes = [RoadNode(id="N0", lon=100.0, lat=30.0), RoadNode(id="N1", **north)]
    edges = [RoadEdge(from_node="N0", to_node="N1", length_m=Decimal(OTHER_M + 1), road_class="edge")]
    times, room = "", int(points.persons.sum())
    says = f"one unit of the file is {unit_m:.6g} m"
    if radius is None:
        text = one_service(points.name, f"{says}; ways are straight lines.", limit=f"limit_m = {LONGEST_M}", p=p,
                           room=room, snap=20_000)  # fmt: skip
    else:
        radius = argument(points.name, "radius", radius, 1, 10**8)
        says += f"; times.csv has the pairs within {radius} units, the radius is {LIMIT_MIN} minutes."
        text = one_service(points.name, says, limit=f"limit_min = {LIMIT_MIN}", p=p, room=None, snap=20_000)
        times = told(_pairs(points, radius), n, radius)
    return write(folder, text, villages(at, points.persons.tolist()), candidates(at), nodes, edges, times=times)


def _per_lat() -> float:
    return EARTH_RADIUS_M * pi / 180


def _placed(xy: np.ndarray) -> tuple[list[Position], float]:
    """The points around 100° east, 30° north, and how many metres one unit is."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    half = hypot(*((high - low) / 2).tolist()) or 1.0
    unit_m = WITHIN_M / half
    metres = (xy - (low + high) / 2) * unit_m
    middle = 30 + OTHER_M / _per_lat() / 2  # the plane of a county is that of the middle latitude of its nodes
    per_lon = _per_lat() * cos(middle * pi / 180)
    return [{"lon": 100 + x / per_lon, "lat": 30 + y / _per_lat()} for x, y in metres.tolist()], unit_m


def _pairs(points: Plane, radius: int) -> Iterator[tuple[int, int, int]]:
    """(settlement, site, square of their distance) of the pairs within the radius."""
    whole = np.rint(points.xy).astype(np.int64)
    if not (whole == points.xy).all():
        values = {"what": "coordinates", "value": "fractions", "known": "whole numbers (with a radius)"}
        raise InputRefused(Fault("E295", file=points.name, values=values))
    count = 0
    for i, point in enumerate(whole):
        squares = ((whole - point) ** 2).sum(axis=1)
        near = np.flatnonzero(squares <= radius * radius)
        count += len(near)
        if count > MOST_PAIRS:
            reason = f"more than {MOST_PAIRS} pairs within the radius"
            raise InputRefused(Fault("E285", points.name, values={"name": points.name, "reason": reason}))
        yield from ((i, j, int(squares[j])) for j in near.tolist())
