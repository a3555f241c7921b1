"""What a map is made of: lines, areas, circles and words at places on a sheet, and the ground that maps share.

Lengths are in points of the page: a drawing is `WIDE` points wide, whatever it is drawn on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: Width of a drawing, and of the legend that stands beside a map.
WIDE, BESIDE = 740.0, 196.0
#: Height of a map at most: beside its legend two of them stand on a page, above it one.
TALLEST = {True: 448.0, False: 1.05 * WIDE}
MARGIN = 18.0
#: Corners of a line that lie closer to the line between their neighbours are left out.
STRAIGHT = 0.25
Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Stroke:
    """A line."""

    points: tuple[Point, ...]
    color: str
    weight: float


@dataclass(frozen=True)
class Shape:
    """An area with holes; sheer ones let the ground through."""

    rings: tuple[tuple[Point, ...], ...]
    fill: str
    sheer: bool = False


@dataclass(frozen=True)
class Disc:
    """A filled circle."""

    x: float
    y: float
    radius: float
    fill: str


@dataclass(frozen=True)
class Letters:
    """Words that begin at ``x``, or whose middle is there; ``y`` is their base line, ``halo`` a white edge."""

    x: float
    y: float
    text: str
    size: float
    middle: bool = False
    halo: float = 0.0


Mark = Stroke | Shape | Disc | Letters


@dataclass(frozen=True, eq=False)
class Ground:
    """Where a map lies on its sheet, and what is the same on all maps of a county: its marks are drawn first."""

    left: float
    top: float
    k: float
    narrow: float
    width: float
    height: float
    marks: list[Mark] = field(default_factory=list)

    def at(self, point: Point) -> Point:
        """Where a point of the world lies."""
        return self.left + point[0] * self.narrow * self.k, self.top - point[1] * self.k

    def line(self, points: Iterable[Point], color: str, weight: float) -> None:
        """A line of the ground."""
        self.marks.append(Stroke(straightened([self.at(p) for p in points]), color, weight))

    def area(self, rings: Sequence[Sequence[Point]], fill: str, line: str) -> None:
        """An area with holes, half transparent, with a line around."""
        placed = tuple(tuple(self.at(p) for p in ring) for ring in rings)
        self.marks.append(Shape(placed, fill, sheer=True))
        self.marks.extend(Stroke((*ring, ring[0]), line, 0.8) for ring in placed)


@dataclass(frozen=True, eq=False)
class Drawing:
    """A finished map: everything that is to be painted, in this order after the ground."""

    height: float
    ground: Ground
    marks: tuple[Mark, ...]
    font: tuple[Path, int]


#: A drawing, or the bytes of a PNG.
Picture = Drawing | bytes


def ground(box: Box, beside: bool) -> Ground:
    """The box (west, south, east, north) fitted into the room that a map has above or ``beside`` its legend."""
    west, south, east, north = box
    narrow = math.cos(math.radians((south + north) / 2))
    width = WIDE - BESIDE if beside else WIDE
    k = (width - 2 * MARGIN) / max((east - west) * narrow, 1e-6)
    k = min(k, (TALLEST[beside] - 2 * MARGIN) / max(north - south, 1e-6))
    left = (width - (east - west) * narrow * k) / 2 - west * narrow * k
    return Ground(left, MARGIN + north * k, k, narrow, width, (north - south) * k + 2 * MARGIN)


def straightened(points: list[Point]) -> tuple[Point, ...]:
    """A line without the corners that nobody sees (Ramer, Douglas and Peucker)."""
    kept, stack = {0, len(points) - 1}, [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        (x1, y1), (x2, y2) = points[first], points[last]
        length = math.hypot(x2 - x1, y2 - y1)
        farthest, at = STRAIGHT, 0
        for n in range(first + 1, last):
            x, y = points[n]
            off = abs((x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)) / length if length else math.hypot(x - x1, y - y1)
            if off > farthest:
                farthest, at = off, n
        if at:
            kept.add(at)
            stack += [(first, at), (at, last)]
    return tuple(points[n] for n in sorted(kept))
