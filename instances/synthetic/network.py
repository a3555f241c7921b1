"""From links between cells to nodes and edges of a road map: curved chains with a node every few hundred metres."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isqrt

from .roads import RANK, Ways
from .terrain import CELL_M, RIVER_CELLS, Dice

WINDING = {
    "national": 1040,
    "county": 1080,
    "township": 1120,
    "street": 1020,
    "village": 1160,
    "path": 1100,
}  # per mille


@dataclass(frozen=True)
class Edge:
    """A road section between two nodes, length in decimetres."""

    tail: int
    head: int
    length_dm: int
    road_class: str
    oneway: int
    name: str


@dataclass(frozen=True)
class RoadMap:
    """Node numbers are cells of the grid; ``place`` gives their position in metres from the south-west corner."""

    place: dict[int, tuple[int, int]]
    edges: list[Edge]


def draw(ways: Ways, stops: set[int], dice: Dice) -> RoadMap:
    """The road map of ``ways``; every cell of ``stops`` (the settlements) keeps a node."""
    beside = _neighbours(ways)
    kept = {cell for cell in beside if cell in stops or _is_junction(ways, beside, cell)}
    raw = {cell: _spot(ways, cell, dice) for cell in sorted(beside)}
    place: dict[int, tuple[int, int]] = {}
    found: dict[tuple[int, int], Edge] = {}
    for chain in _chains(ways, beside, kept):
        ends = _thin(chain)
        for cell in ends:
            place.setdefault(cell, raw[cell] if cell in kept else _smooth(raw, chain, cell))
        for first, second in pairwise(ends):
            piece = chain[chain.index(first) : _after(chain, second, first) + 1]
            edge = _edge(ways, piece, place, dice)
            if edge is not None:
                found.setdefault((min(first, second), max(first, second)), edge)
    return RoadMap(
        dict(sorted(place.items())), sorted(found.values(), key=lambda e: (RANK[e.road_class], e.tail, e.head))
    )


def _neighbours(ways: Ways) -> dict[int, list[int]]:
    beside: dict[int, list[int]] = {}
    for a, b in sorted(ways.links):
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    return beside


def _link(ways: Ways, a: int, b: int) -> str:
    return ways.links[(min(a, b), max(a, b))]


def _is_junction(ways: Ways, beside: dict[int, list[int]], cell: int) -> bool:
    others = beside[cell]
    return len(others) != 2 or _link(ways, cell, others[0]) != _link(ways, cell, others[1])


def _chains(ways: Ways, beside: dict[int, list[int]], kept: set[int]) -> list[list[int]]:
    """Each way from one kept cell to the next, once; sorted by class so that better roads name the edges."""
    chains, done = [], set()
    for start in sorted(kept):
        for following in beside[start]:
            if (start, following) in done:
                continue
            chain = [start, following]
            while chain[-1] not in kept:
                one, two = beside[chain[-1]]
                chain.append(two if one == chain[-2] else one)
            done.add((start, following))
            done.add((chain[-1], chain[-2]))
            chains.append(chain)
    return sorted(chains, key=lambda c: (RANK[_link(ways, c[0], c[1])], c))


def _thin(chain: list[int]) -> list[int]:
    """Every second cell of a chain and its two ends; a ring keeps two cells between."""
    if chain[0] == chain[-1]:
        third = max(1, (len(chain) - 1) // 3)
        return [chain[0], chain[third], chain[2 * third], chain[-1]]
    middle = chain[2:-2:2] if len(chain) > 4 else chain[2:-1:2]
    return [chain[0], *[c for c in middle if c != chain[-1]], chain[-1]]


def _after(chain: list[int], cell: int, first: int) -> int:
    """Position of ``cell`` behind ``first``."""
    return chain.index(cell, chain.index(first) + 1)


def _spot(ways: Ways, cell: int, dice: Dice) -> tuple[int, int]:
    row, column = divmod(cell, ways.terrain.side)
    x, y = dice.between(-65, 65), dice.between(-65, 65)
    return column * CELL_M + CELL_M // 2 + x, row * CELL_M + CELL_M // 2 + y


def _smooth(raw: dict[int, tuple[int, int]], chain: list[int], cell: int) -> tuple[int, int]:
    at = chain.index(cell)
    if at in (0, len(chain) - 1):
        return raw[cell]
    (x0, y0), (x1, y1), (x2, y2) = raw[chain[at - 1]], raw[cell], raw[chain[at + 1]]
    return (x0 + 2 * x1 + x2) // 4, (y0 + 2 * y1 + y2) // 4


def _edge(ways: Ways, piece: list[int], place: dict[int, tuple[int, int]], dice: Dice) -> Edge | None:
    tail, head = piece[0], piece[-1]
    if tail == head:
        return None
    road_class = _link(ways, piece[0], piece[1])
    (x0, y0), (x1, y1) = place[tail], place[head]
    straight_dm = isqrt(100 * ((x0 - x1) ** 2 + (y0 - y1) ** 2)) + 1
    height = ways.terrain.height_dm
    climb = sum(abs(int(height[a]) - int(height[b])) for a, b in pairwise(piece))
    bends = 0 if road_class == "street" else dice.below(60) + min(400, climb * 900 // max(1, straight_dm))
    length = straight_dm * (WINDING[road_class] + bends) // 1000 + 5
    way = ways.oneway.get((min(piece[0], piece[1]), max(piece[0], piece[1])))
    if way is not None and way != (piece[0], piece[1]):
        tail, head = head, tail
    return Edge(tail, head, length, road_class, int(way is not None), _name(ways, piece, road_class))


def _name(ways: Ways, piece: list[int], road_class: str) -> str:
    wet = any(int(ways.terrain.drains[cell]) >= RIVER_CELLS for cell in piece)
    if road_class in ("national", "county", "township") and wet:
        return "桥"
    return ""
