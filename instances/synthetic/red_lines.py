"""Zones where nothing may be built, as polygons in whole 1e-5 degrees, and the question whether a point lies in one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import isqrt

from .settlements import Place
from .terrain import CELL_M, Dice, Terrain

LON_E5 = 10_490_000  # middle of the grid
LAT_E5 = 2_660_000
METRES_PER_LON = 99_540  # of a degree at 26.6 N
METRES_PER_LAT = 110_790

ROUND = (
    (1000, 0), (866, 500), (500, 866), (0, 1000), (-500, 866), (-866, 500),
    (-1000, 0), (-866, -500), (-500, -866), (0, -1000), (500, -866), (866, -500),
)  # fmt: skip


@dataclass(frozen=True)
class Zone:
    """A red line: a closed ring of (lon, lat) in 1e-5 degrees."""

    name: str
    kind: str
    ring: tuple[tuple[int, int], ...]
    name_en: str

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """West, south, east and north end."""
        x, y = zip(*self.ring, strict=True)
        return min(x), min(y), max(x), max(y)

    def holds(self, point: tuple[int, int]) -> bool:
        """Whether ``point`` lies inside or on the edge."""
        x, y = point
        west, south, east, north = self.box
        if not (west <= x <= east and south <= y <= north):
            return False
        inside = False
        for (x0, y0), (x1, y1) in zip(self.ring, self.ring[1:], strict=False):
            turn = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
            if turn == 0 and min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1):
                return True
            if (y0 > y) != (y1 > y) and (turn > 0) == (y1 > y0):
                inside = not inside
        return inside


def degrees(terrain: Terrain, x: int, y: int) -> tuple[int, int]:
    """Longitude and latitude in 1e-5 degrees of metres from the south-west corner of the grid."""
    half = terrain.side * CELL_M // 2
    return (
        LON_E5 + ((x - half) * 200_000 + METRES_PER_LON) // (2 * METRES_PER_LON),
        LAT_E5 + ((y - half) * 200_000 + METRES_PER_LAT) // (2 * METRES_PER_LAT),
    )


def draw_red_lines(terrain: Terrain, places: list[Place], dice: Dice, villages: int) -> list[Zone]:
    """Farmland on valley floors, an ecological line on the high ridges, water sources, old villages."""
    zones: list[Zone] = []
    quarters = [p.cell for p in places if p.urban]
    cells = [int(c) for c in terrain.inside.nonzero()[0]]
    near_town = _around(terrain, quarters, 64)
    away = [c for c in cells if c not in near_town]
    built = [p.cell for p in places if p.level != "hamlet"]
    near_places = _around(terrain, built, 20)
    empty = [c for c in away if c not in near_places] or away
    floors = [c for c in empty if terrain.roughness_dm[c] < 60] or empty
    heights = sorted(empty, key=lambda c: (-int(terrain.height_dm[c]), c))[: len(away) // 12 + 1]
    streams = [c for c in empty if 150 <= terrain.drains[c] < 4000] or away
    old = [p.cell for p in places if p.level == "village"] or away
    kinds = (
        ("permanent_farmland", "永久基本农田", "Permanent Farmland", floors, max(3, villages // 8), 250, 700),
        ("ecological", "生态保护红线", "Ecological Red Line", heights, max(1, villages // 40), 1200, 3200),
        ("water", "水源保护区", "Water Source Protection Area", streams, max(1, villages // 60), 400, 900),
        ("heritage", "传统村落保护区", "Traditional Village", old, max(1, villages // 75), 180, 320),
    )
    for kind, name, name_en, where, count, smallest, largest in kinds:
        for number in range(1, count + 1):
            cell = where[dice.below(len(where))]
            ring = _ring(terrain, dice, cell, dice.between(smallest, largest))
            zones.append(Zone(f"{name}{number}", kind, ring, f"{name_en} {number}"))
    return zones


def _around(terrain: Terrain, points: Iterable[int], radius2: int) -> set[int]:
    """Every cell no farther from one of ``points`` than the square root of ``radius2`` cells."""
    reach, side = isqrt(radius2), terrain.side
    found = set()
    for point in points:
        row, column = divmod(point, side)
        for r in range(max(0, row - reach), min(side, row + reach + 1)):
            for c in range(max(0, column - reach), min(side, column + reach + 1)):
                if (r - row) ** 2 + (c - column) ** 2 <= radius2:
                    found.add(r * side + c)
    return found


def _ring(terrain: Terrain, dice: Dice, cell: int, radius: int) -> tuple[tuple[int, int], ...]:
    row, column = divmod(cell, terrain.side)
    ring = []
    for east, north in ROUND:
        far = radius * dice.between(700, 1300) // 1000
        x = column * CELL_M + CELL_M // 2 + east * far // 1000
        y = row * CELL_M + CELL_M // 2 + north * far // 1000
        ring.append(degrees(terrain, x, y))
    return (*ring, ring[0])


def is_free(zones: Iterable[Zone], point: tuple[int, int]) -> bool:
    """Whether no zone holds ``point``."""
    return not any(zone.holds(point) for zone in zones)
