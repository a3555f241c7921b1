"""The order in which the roads were built: national road, streets, county, township and village roads, footpaths."""

from __future__ import annotations

from math import isqrt

from .places import Township
from .roads import Ways
from .terrain import Dice, Terrain


def build(terrain: Terrain, ways: Ways, townships: list[Township], dice: Dice) -> None:
    """Lay every road; afterwards each settlement stands on the one network."""
    seats = [t.seat for t in townships]
    west, east = _gates(terrain, seats[0])
    back = ways.reach([seats[0]], [west, east], old_road=40)
    for gate in (west, east):
        ways.join(gate, back, "national")
    _streets(terrain, ways, townships[0])
    back = ways.reach(ways.road_cells(), seats, old_road=40)
    for seat in seats[1:]:
        ways.join(seat, back, "county")
    _links(terrain, ways, seats, "county", near=1, old_road=75)
    villages = [v.cell for t in townships for v in t.villages]
    quarters = [q for t in townships[1:] for q in t.quarters]
    back = ways.reach(ways.road_cells(), villages + quarters, old_road=40)
    for quarter in quarters:
        ways.join(quarter, back, "street")
    for village in villages:
        ways.join(village, back, "township")
    some = [v for v in villages if dice.below(100) < 16]
    for village in some:
        _link(terrain, ways, village, villages, "township", skip=1, old_road=70)
    hamlets = [h for t in townships for v in t.villages for h in v.hamlets]
    back = ways.reach(ways.road_cells(), hamlets, old_road=40)
    for hamlet in hamlets:
        ways.join(hamlet, back, "village")
    for hamlet in [h for h in hamlets if dice.below(100) < 14]:
        _footpath(terrain, ways, hamlet, hamlets)


def _gates(terrain: Terrain, town: int) -> tuple[int, int]:
    """Where the national road enters and leaves: the largest stream valleys near the western and the eastern end."""
    side = terrain.side
    cells = [int(c) for c in terrain.inside.nonzero()[0]]
    columns = [c % side for c in cells]
    low, high = min(columns), max(columns)
    band = max(3, (high - low) // 30)
    west = [c for c in cells if c % side <= low + band]
    east = [c for c in cells if c % side >= high - band]
    del town
    ends = [max(gate, key=lambda c: (int(terrain.drains[c]), c)) for gate in (west, east)]
    return ends[0], ends[1]


def _streets(terrain: Terrain, ways: Ways, town: Township) -> None:
    """A lattice of streets through the quarters; the rows north and south of the middle are a one-way pair."""
    side = terrain.side
    taken = set(town.quarters)
    for cell in town.quarters:
        for shift in (1, side):
            if cell + 2 * shift in taken:
                ways.lay([cell, cell + shift, cell + 2 * shift], "street")
    for row, way in ((1, 1), (-1, -1)):
        for column in (-1, 0):
            first = town.seat + 2 * row * side + 2 * column
            for a, b in ((first, first + 1), (first + 1, first + 2)):
                if ways.links.get((a, b)) == "street" and {first, first + 2} <= taken:
                    ways.oneway[(a, b)] = (a, b) if way > 0 else (b, a)


def _links(terrain: Terrain, ways: Ways, places: list[int], road_class: str, near: int, old_road: int) -> None:
    for place in places[1:]:
        for skip in range(near):
            _link(terrain, ways, place, places, road_class, skip, old_road)


def _link(
    terrain: Terrain, ways: Ways, place: int, places: list[int], road_class: str, skip: int, old_road: int
) -> None:
    """A road from ``place`` to its nearest neighbour after the first ``skip``, over a pass if that is cheaper."""
    others = sorted((terrain.distance2(place, p), p) for p in places if p != place)
    if len(others) <= skip:
        return
    target = others[skip][1]
    ways.join(target, ways.reach([place], [target], old_road=old_road), road_class)


def _footpath(terrain: Terrain, ways: Ways, hamlet: int, hamlets: list[int]) -> None:
    """A path to a hamlet 0.8 to 2.4 km away, straighter than the road."""
    others = sorted((terrain.distance2(hamlet, h), h) for h in hamlets)
    others = [(d, h) for d, h in others if 16 <= d <= 144]
    if not others:
        return
    target = others[len(others) // 4][1]
    before = len(ways.links)
    back = ways.reach([hamlet], [target], old_road=100, steep=True)
    cells = [target]
    while back[cells[-1]] >= 0:
        cells.append(back[cells[-1]])
    if len(cells) <= isqrt(terrain.distance2(hamlet, target)) * 2 and len(ways.links) == before:
        ways.lay(cells, "path")
