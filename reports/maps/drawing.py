"""A sheet to draw a map on: lines, areas, signs and words in points of longitude and latitude.

A sheet only notes what is drawn where; `painter` makes a PNG of it and `vector` an SVG, so that both show the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from PIL import ImageFont

from .marks import WIDE, Box, Disc, Drawing, Ground, Letters, Mark, Point, Shape, Stroke, straightened

KM_PER_DEGREE = 111.195
ROW, LETTER = 21.0, 12.0
INK, PAPER, FRAME = "#22262b", "#ffffff", "#8a8f98"


@dataclass(frozen=True)
class Style:
    """How a sign or an area looks; ``size`` is its radius in points of the page."""

    shape: str = "dot"
    fill: str = "#ffffff"
    line: str = "#ffffff"
    size: float = 4
    weight: float = 0.6


@dataclass(frozen=True)
class Entry:
    """A line of the legend; a style whose shape is ``line`` or ``area`` is shown as such."""

    style: Style
    text: str


class Sheet:
    """A map on a ground, and its legend: beside it where the ground leaves room, else below."""

    def __init__(self, on: Ground, legend: Sequence[Entry], font: tuple[Path, int]) -> None:
        self.ground, self.font = on, font
        self.marks: list[Mark] = []
        self.words: list[Box] = []
        self.legend = legend

    def line(self, points: Iterable[Point], color: str, weight: float) -> None:
        """A line."""
        self.marks.append(Stroke(straightened([self.ground.at(p) for p in points]), color, weight))

    def sign(self, point: Point, style: Style) -> None:
        """A sign at a point of the world."""
        self._sign(*self.ground.at(point), style)

    def _sign(self, x: float, y: float, style: Style) -> None:
        r, weight = style.size, style.weight
        if style.shape == "cross":
            for color, wide in ((PAPER, weight + 3), (style.fill, weight)):
                self._diagonals(x, y, r, color, wide)
        elif style.shape in ("dot", "missed"):
            self.marks += [Disc(x, y, r, style.line), Disc(x, y, max(r - weight, 0.3 * r), style.fill)]
            if style.shape == "missed":
                self._diagonals(x, y, 0.7 * r, style.line, weight)
        else:
            corners = _corners(style.shape)
            inner = max(r - weight / _narrowest(corners), 0.3 * r)
            self._area([(x + a * r, y + b * r) for a, b in corners], style.line)
            self._area([(x + a * inner, y + b * inner) for a, b in corners], style.fill)

    def _area(self, corners: Iterable[Point], fill: str) -> None:
        self.marks.append(Shape((tuple(corners),), fill))

    def _box(self, box: Box, fill: str, line: str, weight: float) -> None:
        """A rectangle with an outline that lies inside."""
        for color, d in ((line, 0.0), (fill, weight)):
            a, b, c, e = box[0] + d, box[1] + d, box[2] - d, box[3] - d
            self._area(((a, b), (c, b), (c, e), (a, e)), color)

    def _diagonals(self, x: float, y: float, r: float, color: str, weight: float) -> None:
        self.marks += [Stroke(((x - r, y - s * r), (x + r, y + s * r)), color, weight) for s in (1, -1)]

    def name(self, point: Point, text: str, size: float = 11) -> None:
        """A name beside a point, left out where it would lie on another."""
        (x, y), width, height, gap = self.ground.at(point), self._width(text, size), size * 1.2, 7
        for left, top in ((x - width / 2, y - gap - height), (x - width / 2, y + gap), (x + gap, y - height / 2),
                          (x - gap - width, y - height / 2)):  # fmt: skip
            box = (left, top, left + width, top + height)
            inside = left >= 1 and box[2] <= self.ground.width - 1 and top >= 1 and box[3] <= self.ground.height - 1
            if inside and not any(_touch(box, other) for other in self.words):
                self.words.append(box)
                self.marks.append(Letters(left, top + 0.95 * size, text, size, halo=1.6))
                return

    def reserve(self) -> None:
        """Keep the corners of scale and arrow free of names."""
        width, height = self.ground.width, self.ground.height
        self.words += [(0, height - 46, 190, height), (width - 50, 0, width, 64)]

    def finish(self, north: str, kilometres: str) -> Drawing:
        """Add frame, north arrow, scale and legend."""
        width, height = self.ground.width, self.ground.height
        self._arrow(width - 26, 16, north)
        self._scale(16, height - 16, kilometres)
        edge = ((0.5, 0.5), (width - 0.5, 0.5), (width - 0.5, height - 0.5), (0.5, height - 0.5), (0.5, 0.5))
        self.marks.append(Stroke(edge, FRAME, 1))
        bottom = max(height, self._legend_beside(width + 12)) if width < WIDE else self._legend_below(height + 19)
        return Drawing(bottom, self.ground, tuple(self.marks), self.font)

    def _legend_below(self, y: float) -> float:
        x = 6.0
        for entry in self.legend:
            width = 44 + self._width(entry.text, LETTER)
            if x + width > WIDE and x > 6:
                x, y = 6.0, y + ROW
            self._entry(x, y, entry.style, [entry.text])
            x += width
        return y + 18

    def _legend_beside(self, x: float) -> float:
        y = 10.0
        for entry in self.legend:
            indent = 28 if entry.style.shape != "none" else 2
            lines = wrapped(entry.text, WIDE - x - indent, lambda text: self._width(text, LETTER))
            self._entry(x, y, entry.style, lines)
            y += ROW + 15 * (len(lines) - 1)
        return y

    def _entry(self, x: float, y: float, style: Style, lines: list[str]) -> None:
        if style.shape == "line":
            self.marks.append(Stroke(((x, y), (x + 22, y)), style.fill, style.weight))
        elif style.shape == "area":
            self._box((x, y - 6, x + 22, y + 6), style.fill, style.line, 0.8)
        elif style.shape != "none":
            self._sign(x + 12, y, style)
        left = x + (28 if style.shape != "none" else 2)
        self.marks += [Letters(left, y + 0.36 * LETTER + 15 * n, text, LETTER) for n, text in enumerate(lines)]

    def _arrow(self, x: float, y: float, text: str) -> None:
        for side, fill in ((9, INK), (-9, PAPER)):
            corners = (x, y), (x + side, y + 27), (x, y + 20)
            self._area(corners, fill)
            self.marks.append(Stroke((*corners, corners[0]), INK, 0.6))
        self.marks.append(Letters(x, y + 38 + 0.36 * LETTER, text, LETTER, middle=True))

    def _scale(self, x: float, y: float, kilometres: str) -> None:
        per_km = self.ground.k / KM_PER_DEGREE
        whole = next(n for n in (1, 2, 5, 10, 20, 50, 100, 200, 1e9) if n * per_km > 0.11 * self.ground.width)
        for n in range(2):
            a, b = (x + k * whole * per_km / 2 for k in (n, n + 1))
            self._box((a, y - 5, b, y), INK if n else PAPER, INK, 0.8)
        for n, text in ((0, "0"), (1, kilometres.format(n=f"{whole:g}"))):
            self.marks.append(Letters(x + n * whole * per_km, y - 9, text, 11, middle=bool(n), halo=1.5))

    def _width(self, text: str, size: float) -> float:
        return _measured(self.font, text) * size


@cache
def _ruler(font: tuple[Path, int]) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font[0]), 100, index=font[1], layout_engine=ImageFont.Layout.BASIC)


def _measured(font: tuple[Path, int], text: str) -> float:
    """Width of a text in sizes of its letters."""
    return float(_ruler(font).getlength(text)) / 100


def wrapped(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """A text in lines of at most ``width``: Chinese breaks anywhere, other words stay whole where they can."""
    lines = [""]
    for part in re.findall(r"[\x21-\x7e]+ *|.", text):
        if lines[-1] and measure((lines[-1] + part).rstrip()) > width:
            lines.append("")
        lines[-1] += part
    return [line.rstrip() for line in lines]


def _corners(shape: str) -> list[Point]:
    if shape == "star":
        turns = [(math.pi * (k / 5 - 0.5), 0.45 if k % 2 else 1.0) for k in range(10)]
        return [(q * math.cos(a), q * math.sin(a)) for a, q in turns]
    if shape == "triangle":
        return [(0, -1), (0.95, 0.75), (-0.95, 0.75)]
    if shape == "fall":
        return [(0, 1), (0.95, -0.75), (-0.95, -0.75)]
    if shape == "diamond":
        return [(0, -1), (0.85, 0), (0, 1), (-0.85, 0)]
    return [(-1, -1), (1, -1), (1, 1), (-1, 1)]


def _narrowest(corners: list[Point]) -> float:
    """Distance of the nearest edge from the middle."""
    edges = pairwise([*corners, corners[0]])
    return min(abs(x1 * y2 - x2 * y1) / math.hypot(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in edges)


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
