"""A mountain landscape on a grid: noise, the rivers that drain it, and the relief that such rivers would carve.

Every number is an integer, so that the same seed gives the same land on every machine. Cells are squares of `CELL_M`
metres, numbered row by row; a row is a parallel, counted from the south.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import isqrt

import numpy as np
import numpy.typing as npt

CELL_M = 200
COUNTY_M2 = 2_300_000_000  # of 300 villages

Ints = npt.NDArray[np.int64]
STEPS = ((0, -1), (0, 1), (-1, 0), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1))
RIVER_CELLS = 400  # a stream that drains 16 km2 is a river and asks for a bridge


class Dice:
    """Random whole numbers from the raw words of PCG64, whose stream is the same in every version of numpy."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def below(self, limit: int) -> int:
        """A whole number from 0 to ``limit`` - 1."""
        return int(self._bits.random_raw()) % limit

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both inside."""
        return low + self.below(high - low + 1)

    def many(self, count: int, limit: int) -> Ints:
        """``count`` whole numbers below ``limit``."""
        words = self._bits.random_raw(count) % np.uint64(limit)
        return words.astype(np.int64)


@dataclass(frozen=True, eq=False)
class Terrain:
    """The land: height of each cell, cells that drain through it, the county's cells, and how rough each cell is."""

    side: int
    height_dm: Ints
    drains: Ints
    inside: npt.NDArray[np.bool_]
    roughness_dm: Ints

    @property
    def centre(self) -> int:
        """The cell in the middle of the grid."""
        return (self.side // 2) * self.side + self.side // 2

    def distance2(self, a: int, b: int) -> int:
        """Squared distance of two cells, in cells."""
        return int((a // self.side - b // self.side) ** 2 + (a % self.side - b % self.side) ** 2)


def raise_land(dice: Dice, villages: int) -> Terrain:
    """A county of the area that ``villages`` villages need, with valleys that branch like a tree."""
    cells = COUNTY_M2 * villages // 300 // (CELL_M * CELL_M)
    side = isqrt(cells * 17 // 10) + 16
    surface = _first_surface(dice, side)
    height, drains = _carve(dice, surface, side)
    surface = height + _octave(dice, side, 16, 1400) + _octave(dice, side, 7, 800) + _octave(dice, side, 3, 500)
    height, drains = _carve(dice, surface, side)
    inside = _county(dice, side, cells)
    return Terrain(side, height, drains, inside, _roughness(height, side))


def _octave(dice: Dice, side: int, spacing: int, strength: int) -> Ints:
    """Smooth value noise: random values on a lattice of ``spacing`` cells, with a cubic ramp between them."""
    lattice = side // spacing + 2
    values = dice.many(lattice * lattice, 1024).reshape(lattice, lattice)
    at = np.arange(side, dtype=np.int64)
    low, part = at // spacing, at % spacing
    ramp = part * part * (3 * spacing - 2 * part)
    whole = spacing**3
    west, east = values[:, low], values[:, low + 1]
    rows = west * (whole - ramp) + east * ramp
    south, north = rows[low, :], rows[low + 1, :]
    mixed = (south // whole) * (whole - ramp)[:, None] + (north // whole) * ramp[:, None]
    return np.asarray(mixed * strength // (whole * 1024), dtype=np.int64).reshape(-1)


def _first_surface(dice: Dice, side: int) -> Ints:
    """Noise on a slope towards the east, with one winding trough from west to east for the main river."""
    surface = np.zeros(side * side, dtype=np.int64)
    for spacing, strength in ((64, 5200), (32, 3200), (16, 1800), (8, 900), (4, 400)):
        surface += _octave(dice, side, spacing, strength)
    bends = _octave(dice, side, max(8, side // 6), side * 2 // 5)[: side * side : side]
    east = np.tile(np.arange(side, dtype=np.int64), side)
    north = np.repeat(np.arange(side, dtype=np.int64), side)
    trough = np.abs(north - side * 3 // 10 - bends[east]) * 6400 // side
    surface += trough + (side - east) * 4200 // side + dice.many(side * side, 60)
    return surface


def _carve(dice: Dice, surface: Ints, side: int) -> tuple[Ints, Ints]:
    """Let rain run off ``surface``; heights grow upstream, steeply where little water flows and gently along rivers."""
    order, parent = _drainage(surface.tolist(), dice.many(side * side, 1 << 20).tolist(), side)
    drains = [1] * (side * side)
    for cell in reversed(order):
        if parent[cell] >= 0:
            drains[parent[cell]] += drains[cell]
    height = [0] * (side * side)
    floor = [0] * (side * side)
    for cell in order:
        down = parent[cell]
        own = isqrt(drains[cell]) // 30 if drains[cell] >= RIVER_CELLS else 0
        if down < 0:
            floor[cell] = own
            continue
        floor[cell] = max(own, floor[down] - 1)
        slope = min(340, 70_000 // isqrt(drains[cell] * 10_000))
        if floor[cell] > 0:
            slope = min(slope, 18)
        run = CELL_M if abs(cell - down) in (1, side) else CELL_M * 141 // 100
        height[cell] = height[down] + run * slope // 100
    return np.array(height, dtype=np.int64), np.array(drains, dtype=np.int64)


def _drainage(surface: list[int], luck: list[int], side: int) -> tuple[list[int], list[int]]:
    """Flood the land from its rim (Barnes's priority flood): order of flooding, and the cell that each cell drains to.

    ``luck`` decides between equal levels, so that the streams of a filled hollow wander instead of following the grid.
    """
    parent = [-2] * (side * side)
    rim = [c for c in range(side * side) if c % side in (0, side - 1) or c // side in (0, side - 1)]
    heap = [(surface[c], luck[c], c) for c in rim]
    for cell in rim:
        parent[cell] = -1
    heapify(heap)
    order = []
    while heap:
        level, _, cell = heappop(heap)
        order.append(cell)
        row, column = divmod(cell, side)
        for up, right in STEPS:
            if 0 <= row + up < side and 0 <= column + right < side:
                other = cell + up * side + right
                if parent[other] == -2:
                    parent[other] = cell
                    heappush(heap, (max(level, surface[other]), luck[other], other))
    return order, parent


def _county(dice: Dice, side: int, cells: int) -> npt.NDArray[np.bool_]:
    """The ``cells`` cells nearest to the middle, by a distance that noise stretches; the border winds."""
    at = np.arange(side, dtype=np.int64) - side // 2
    far = (at[:, None] ** 2 + at[None, :] ** 2).reshape(-1)
    stretched = far * (700 + _octave(dice, side, max(8, side // 5), 700) + _octave(dice, side, 12, 120))
    stretched = np.where(_near_rim(side), np.int64(2**60), stretched)
    chosen = np.argsort(stretched, kind="stable")[:cells]
    inside = np.zeros(side * side, dtype=np.bool_)
    inside[chosen] = True
    return inside


def _near_rim(side: int) -> npt.NDArray[np.bool_]:
    at = np.arange(side)
    rim = (at < 4) | (at >= side - 4)
    both: npt.NDArray[np.bool_] = (rim[:, None] | rim[None, :]).reshape(-1)
    return both


def _roughness(height: Ints, side: int) -> Ints:
    """Largest difference in height to the four neighbours."""
    land = height.reshape(side, side)
    rough = np.zeros_like(land)
    east = np.abs(land[:, 1:] - land[:, :-1])
    north = np.abs(land[1:, :] - land[:-1, :])
    rough[:, 1:] = np.maximum(rough[:, 1:], east)
    rough[:, :-1] = np.maximum(rough[:, :-1], east)
    rough[1:, :] = np.maximum(rough[1:, :], north)
    rough[:-1, :] = np.maximum(rough[:-1, :], north)
    return rough.reshape(-1)
