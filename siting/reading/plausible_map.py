"""Points and roads that can be read and cannot lie so: shifted, rounded, heaped, cut off, too short, used by nobody.

Warnings like those of `siting.reading.plausible`, with bounds of our own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import cos, radians

import numpy as np
from scipy.spatial import cKDTree

from siting.counties.county import County
from siting.errors import Fault
from siting.roads.network import ModeNetwork, Plane, build

Numbers = Mapping[str, list[int]]
Check = Callable[[County, Numbers], Iterator[Fault]]

#: Fewer points say nothing of all of them.
FEWEST = 15
#: Points this near to their roads in the middle of all are not shifted; the shifts of China's maps are 300 to 1,200 m.
NEAR_M, FARTHEST_SHIFT_M, STEP_M = 120, 1300, 100
#: A shift is told of where it takes away so much of the median distance.
SHARE = 0.4
#: Roads are sampled at this distance.
SAMPLE_M = 60
#: Decimals of a degree: three are some 100 m.
FEWEST_DECIMALS = 3
#: So many settlements at one point are heaped there by a search for addresses that found only the town.
HEAP = 5
#: A road may be shorter than the straight line between its ends by rounding: to this share, and so many metres.
SHORTER, SHORTER_M = 0.8, 20
#: A settlement beside a road that is cut off, and this much farther from the roads that are joined.
FARTHER_M = 500


def run(county: County, numbers: Numbers) -> list[Fault]:
    """All warnings; ``numbers`` gives the row of each table's rows."""
    return [fault for check in CHECKS for fault in check(county, numbers)]


def shifted(county: County, _: Numbers) -> Iterator[Fault]:
    """W174 all settlements come much nearer to the roads if they are moved by the same way."""
    if len(county.settlements) < FEWEST:
        return
    plane, roads = Plane.of(county.roads), _road_points(county)
    at = plane.xy(np.array([s.lon for s in county.settlements]), np.array([s.lat for s in county.settlements]))
    tree = cKDTree(roads)
    before = float(np.median(tree.query(at)[0]))
    if before < NEAR_M or before > 2 * FARTHEST_SHIFT_M:
        return
    steps = np.arange(-FARTHEST_SHIFT_M, FARTHEST_SHIFT_M + 1, STEP_M)
    moves = np.array([(x, y) for x in steps for y in steps], dtype=float)
    sample = at[:: max(1, len(at) // 300)]
    after = np.median(tree.query(sample[:, None, :] + moves[None, :, :])[0], axis=0)
    best = int(after.argmin())
    if after[best] <= SHARE * before and float(np.hypot(*moves[best])) >= NEAR_M:
        east, north = -moves[best]
        values = {
            "before": round(before),
            "after": round(float(after[best])),
            "east": round(east),
            "north": round(north),
        }
        yield Fault("W174", "settlements.csv", column="lon", values=values)


def _road_points(county: County) -> np.ndarray:
    """Points (n, 2) in metres along all roads, straight from node to node."""
    plane, roads = Plane.of(county.roads), county.roads
    at = plane.xy(roads.lon, roads.lat)
    start, end = at[roads.tail], at[roads.head]
    pieces = np.clip(np.ceil(np.hypot(*(end - start).T) / SAMPLE_M), 1, 1000).astype(np.int64)
    which = np.repeat(np.arange(len(start)), pieces)
    share = (np.arange(len(which)) - (np.cumsum(pieces) - pieces)[which]) / pieces[which]
    along: np.ndarray = start[which] + share[:, None] * (end - start)[which]
    return np.concatenate([along, at])


def rounded(county: County, _: Numbers) -> Iterator[Fault]:
    """W175 coordinates of a table with so few decimals that points are hundreds of metres off."""
    for table, points in (("settlements.csv", county.settlements), ("sites.csv", county.sites)):
        values = [value for p in points for value in (p.lon, p.lat)]
        if len(points) < FEWEST:
            continue
        for decimals in range(FEWEST_DECIMALS):
            if all(abs(value - round(value, decimals)) < 1e-9 for value in values):
                metres = round(111_195 / 10**decimals / 2)
                yield Fault("W175", table, column="lon", values={"decimals": decimals, "metres": metres})
                break


def heaped(county: County, numbers: Numbers) -> Iterator[Fault]:
    """W176 many settlements at the same point."""
    count = Counter((s.lon, s.lat) for s in county.settlements)
    told = set()
    for settlement, row in zip(county.settlements, numbers["settlements.csv"], strict=True):
        at = settlement.lon, settlement.lat
        if count[at] >= HEAP and at not in told:
            told.add(at)
            values = {"count": count[at], "lon": at[0], "lat": at[1], "id": settlement.id}
            yield Fault("W176", "settlements.csv", row, "lon", values)


def short(county: County, _: Numbers) -> Iterator[Fault]:
    """W177 roads shorter than the straight line between their ends: kilometres, or nodes out of place."""
    roads = county.roads
    plane = Plane(111_195 * cos(radians(float(np.mean(roads.lat)))), 111_195)
    straight = plane.distance_m(
        roads.lon[roads.tail], roads.lat[roads.tail], roads.lon[roads.head], roads.lat[roads.head]
    )
    wrong = np.flatnonzero(roads.length_mm / 1000 < SHORTER * straight - SHORTER_M)
    if len(wrong):
        worst = int(wrong[np.argmax(straight[wrong] / roads.length_mm[wrong])])
        ends = [str(roads.node_ids[end[worst]]) for end in (roads.tail, roads.head)]
        values = {"count": len(wrong), "whole": len(roads.tail), "ends": " – ".join(ends)}
        values |= {"length": f"{roads.length_mm[worst] / 1000:g}", "straight": int(straight[worst])}
        yield Fault("W177", "edges.csv", column="length_m", values=values)


def unused(county: County, _: Numbers) -> Iterator[Fault]:
    """W178 a road class that no mode may use: misspelt, or forgotten in the tables of speeds."""
    known = {name for travel in county.file.network.modes.values() for name in travel.speeds_kmh}
    for name in sorted(set(county.roads.road_class.tolist()) - known):
        mine = county.roads.road_class == name
        values = {"value": name, "count": int(mine.sum()), "km": f"{county.roads.length_mm[mine].sum() / 1e6:.1f}"}
        yield Fault("W178", "edges.csv", column="road_class", values=values | {"known": ", ".join(sorted(known))})


def cut_off(county: County, numbers: Numbers) -> Iterator[Fault]:
    """W179 a settlement beside a road that is not joined to the others: it sets out from a road farther away."""
    modes = {a.mode for s in county.services.values() for a in s.access if a.offered}
    for mode in sorted(modes & set(county.file.network.modes)):
        network = build(county, mode)
        if len(network.left_out) and len(network.node):
            yield from _cut_off(county, numbers["settlements.csv"], network)


def _cut_off(county: County, rows: Sequence[int], network: ModeNetwork) -> Iterator[Fault]:
    plane, roads = Plane.of(county.roads), county.roads
    at = plane.xy(np.array([s.lon for s in county.settlements]), np.array([s.lat for s in county.settlements]))
    nodes = plane.xy(roads.lon, roads.lat)
    own = cKDTree(nodes[network.left_out]).query(at)[0]
    main = cKDTree(nodes[network.node]).query(at)[0]
    limit_m = county.file.network.snap_limit_m
    for k in np.flatnonzero((own + FARTHER_M < main) & (main <= limit_m)).tolist():  # beyond it: E134 or W134
        settlement = county.settlements[k]
        values = {"id": settlement.id, "name": settlement.name, "people": settlement.population_persons}
        values |= {"mode": network.mode, "near": round(float(own[k])), "far": round(float(main[k]))}
        yield Fault("W179", "settlements.csv", rows[k], "lon", values)


CHECKS: tuple[Check, ...] = (shifted, rounded, heaped, short, unused, cut_off)
