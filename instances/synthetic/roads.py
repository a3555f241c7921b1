"""Roads over a `Terrain`: cheapest ways that avoid steep ground and rivers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

import numpy as np

from .terrain import CELL_M, RIVER_CELLS, STEPS, Terrain

RANK = {"national": 0, "county": 1, "township": 2, "street": 3, "village": 4, "path": 5}
FAR = 1 << 60


@dataclass
class Ways:
    """Links between neighbouring cells, each with its road class; the first class that a link gets stays."""

    terrain: Terrain
    road_steps: list[list[int]] = field(init=False)
    path_steps: list[list[int]] = field(init=False)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    oneway: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    on_road: list[bool] = field(init=False)

    def __post_init__(self) -> None:
        self.road_steps = step_costs(self.terrain, steep=100, bridge=1800)
        self.path_steps = step_costs(self.terrain, steep=260, bridge=600)
        self.on_road = [False] * (self.terrain.side**2)

    def lay(self, cells: Iterable[int], road_class: str) -> None:
        """Build a road of ``road_class`` along neighbouring ``cells``."""
        before = -1
        for cell in cells:
            if before >= 0:
                self.links.setdefault((min(before, cell), max(before, cell)), road_class)
            if road_class != "path":
                self.on_road[cell] = True
            before = cell

    def road_cells(self) -> list[int]:
        """All cells with a road, in order."""
        return [cell for cell, there in enumerate(self.on_road) if there]

    def reach(self, sources: Iterable[int], targets: Iterable[int], *, old_road: int, steep: bool = False) -> list[int]:
        """Cheapest way back to the nearest of ``sources`` for each cell, -1 at a source; stops when targets are known.

        ``old_road`` is the price in per cent of a step along a road that exists.
        """
        side, steps = self.terrain.side, self.path_steps if steep else self.road_steps
        shifts = [up * side + right for up, right in STEPS]
        cost = [FAR] * (side * side)
        back = [-1] * (side * side)
        wanted = set(targets)
        heap = [(0, cell) for cell in sources]
        for _, cell in heap:
            cost[cell] = 0
        heapify(heap)
        while heap and wanted:
            so_far, cell = heappop(heap)
            if so_far > cost[cell]:
                continue
            wanted.discard(cell)
            for number, shift in enumerate(shifts):
                step = steps[number][cell]
                if step >= FAR:
                    continue
                other = cell + shift
                if self.on_road[cell] and self.on_road[other]:
                    step = min(step, CELL_M * 14 // 10) * old_road // 100
                if so_far + step < cost[other]:
                    cost[other] = so_far + step
                    back[other] = cell
                    heappush(heap, (cost[other], other))
        return back

    def join(self, target: int, back: list[int], road_class: str) -> None:
        """Build the way that `reach` found to ``target``."""
        cells = [target]
        while back[cells[-1]] >= 0:
            cells.append(back[cells[-1]])
        self.lay(cells, road_class)


def step_costs(terrain: Terrain, steep: int, bridge: int) -> list[list[int]]:
    """Cost of a step in each of the eight directions; at ``steep`` per mille a step costs twice its length.

    A step into a river, or across the corner of one, costs ``bridge`` more, and three times that at the largest rivers.
    Outside the county a step costs three times as much.
    """
    side = terrain.side
    height = terrain.height_dm.reshape(side, side)
    drains = terrain.drains.reshape(side, side)
    abroad = np.where(terrain.inside.reshape(side, side), 1, 3)
    river = np.where(drains >= RIVER_CELLS, bridge, 0) + np.where(drains >= 10 * RIVER_CELLS, 2 * bridge, 0)
    costs = []
    for up, right in STEPS:
        run = CELL_M if 0 in (up, right) else CELL_M * 141 // 100
        here = (slice(max(0, -up), side - max(0, up)), slice(max(0, -right), side - max(0, right)))
        there = (slice(max(0, up), side - max(0, -up)), slice(max(0, right), side - max(0, -right)))
        grade = np.abs(height[there] - height[here]) * 100 // run
        wet = river[there]
        if 0 not in (up, right):
            wet = np.maximum(wet, np.minimum(river[there[0], here[1]], river[here[0], there[1]]))
        cost = np.full((side, side), FAR, dtype=np.int64)
        cost[here] = (run + run * grade * grade // (steep * steep)) * abroad[there] + wet
        costs.append(cost.reshape(-1).tolist())
    return costs
