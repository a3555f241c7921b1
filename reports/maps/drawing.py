"""A sheet to draw a map on: lines, areas, signs and words in points of longitude and latitude, as the bytes of a PNG.

Everything is drawn at `FINE` times the size and made smaller at the end, which gives smooth edges without a further
library. Equal drawings give equal bytes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

FINE = 2
KM_PER_DEGREE = 111.195
#: Opacity of areas, of 255.
SHEER = 70
INK, PAPER, FRAME = "#22262b", "#ffffff", "#8a8f98"
Point = tuple[float, float]


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
    """A map of ``size`` pixels with the box (west, south, east, north) fitted into it above a legend."""

    def __init__(
        self, width: int, box: tuple[float, float, float, float], legend: Sequence[Entry], font: tuple[Path, int]
    ) -> None:
        self.fonts: dict[float, ImageFont.FreeTypeFont] = {}
        self.font_file = font
        self.scale = FINE * width / 740
        self.width = FINE * width
        west, south, east, north = box
        self.narrow = math.cos(math.radians((south + north) / 2))
        margin = 18 * self.scale
        self.k = (self.width - 2 * margin) / max((east - west) * self.narrow, 1e-6)
        self.k = min(self.k, 1.05 * self.width / max(north - south, 1e-6))
        self.height = round((north - south) * self.k + 2 * margin)
        self.left = (self.width - (east - west) * self.narrow * self.k) / 2 - west * self.narrow * self.k
        self.top = margin + north * self.k
        rows = self._legend_rows(legend)
        self.band = round((16 + 21 * len(rows)) * self.scale)
        self.image = Image.new("RGB", (self.width, self.height + self.band), PAPER)
        self.pen = ImageDraw.Draw(self.image, "RGBA")
        self.words: list[tuple[float, float, float, float]] = []
        self.rows = rows

    def at(self, point: Point) -> Point:
        """Where a point of the world lies on the sheet."""
        return self.left + point[0] * self.narrow * self.k, self.top - point[1] * self.k

    def line(self, points: Iterable[Point], color: str, weight: float) -> None:
        """A line."""
        self.pen.line([self.at(p) for p in points], fill=color, width=max(1, round(weight * self.scale)), joint="curve")

    def area(self, rings: Sequence[Sequence[Point]], fill: str, line: str) -> None:
        """An area with holes, half transparent."""
        if len(rings) == 1:
            self.pen.polygon([self.at(p) for p in rings[0]], fill=(*ImageColor.getrgb(fill), SHEER))
        else:
            mask = Image.new("L", self.image.size, 0)
            pen = ImageDraw.Draw(mask)
            for n, ring in enumerate(rings):
                pen.polygon([self.at(p) for p in ring], fill=0 if n else SHEER)
            self.image.paste(Image.new("RGB", self.image.size, fill), (0, 0), mask)
        for ring in rings:
            self.line([*ring, ring[0]], line, 0.8)

    def sign(self, point: Point, style: Style) -> None:
        """A sign at a point of the world."""
        self._sign(*self.at(point), style)

    def _sign(self, x: float, y: float, style: Style) -> None:
        r, weight = style.size * self.scale, max(1, round(style.weight * self.scale))
        if style.shape == "cross":
            for color, wide in ((PAPER, weight + round(3 * self.scale)), (style.fill, weight)):
                self.pen.line([(x - r, y - r), (x + r, y + r)], fill=color, width=wide)
                self.pen.line([(x - r, y + r), (x + r, y - r)], fill=color, width=wide)
            return
        if style.shape in ("dot", "missed"):
            self.pen.ellipse([x - r, y - r, x + r, y + r], fill=style.fill, outline=style.line, width=weight)
            if style.shape == "missed":
                d = 0.7 * r
                for sign in (1, -1):
                    self.pen.line([(x - d, y - sign * d), (x + d, y + sign * d)], fill=style.line, width=weight)
            return
        corners = [(x + a * r, y + b * r) for a, b in _corners(style.shape)]
        self.pen.polygon(corners, fill=style.fill, outline=style.line, width=weight)

    def name(self, point: Point, text: str, size: float = 11) -> None:
        """A name beside a point, left out where it would lie on another."""
        font, (x, y) = self._font(size), self.at(point)
        width, height = self._width(text, font), size * 1.2 * self.scale
        gap = 7 * self.scale
        for left, top in ((x - width / 2, y - gap - height), (x - width / 2, y + gap), (x + gap, y - height / 2),
                          (x - gap - width, y - height / 2)):  # fmt: skip
            box = (left, top, left + width, top + height)
            inside = left >= 4 and box[2] <= self.width - 4 and top >= 4 and box[3] <= self.height - 4
            if inside and not any(_touch(box, other) for other in self.words):
                self.words.append(box)
                self.pen.text((left, top), text, font=font, fill=INK, stroke_width=round(1.6 * self.scale),
                              stroke_fill=PAPER)  # fmt: skip
                return

    def reserve(self) -> None:
        """Keep the corners of scale and arrow free of names."""
        s = self.scale
        self.words += [(0, self.height - 46 * s, 190 * s, self.height), (self.width - 50 * s, 0, self.width, 64 * s)]

    def finish(self, north: str, kilometres: str) -> bytes:
        """Add frame, north arrow, scale and legend; the bytes of the file."""
        s = self.scale
        self._arrow(self.width - 26 * s, 16 * s, north)
        self._scale(16 * s, self.height - 16 * s, kilometres)
        self.pen.rectangle([0, 0, self.width - 1, self.height], outline=FRAME, width=round(s))
        y = self.height + 19 * s
        for row in self.rows:
            for x, entry in row:
                self._entry(x, y, entry)
            y += 21 * s
        small = self.image.resize((self.width // FINE, self.image.height // FINE), Image.Resampling.LANCZOS)
        quiet = small.quantize(192, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        buffer = io.BytesIO()
        quiet.save(buffer, "PNG", optimize=True, dpi=(200, 200))
        return buffer.getvalue()

    def _legend_rows(self, legend: Sequence[Entry]) -> list[list[tuple[float, Entry]]]:
        font, s = self._font(12), self.scale
        rows: list[list[tuple[float, Entry]]] = [[]]
        x = 6 * s
        for entry in legend:
            width = 30 * s + self._width(entry.text, font) + 14 * s
            if x + width > self.width and rows[-1]:
                rows.append([])
                x = 6 * s
            rows[-1].append((x, entry))
            x += width
        return rows

    def _entry(self, x: float, y: float, entry: Entry) -> None:
        s, style = self.scale, entry.style
        if style.shape == "line":
            self.pen.line([(x, y), (x + 22 * s, y)], fill=style.fill, width=max(1, round(style.weight * s)))
        elif style.shape == "area":
            self.pen.rectangle([x, y - 6 * s, x + 22 * s, y + 6 * s], fill=style.fill, outline=style.line)
        elif style.shape != "none":
            self._sign(x + 12 * s, y, style)
        self.pen.text((x + (28 if style.shape != "none" else 2) * s, y), entry.text, font=self._font(12), fill=INK,
                      anchor="lm")  # fmt: skip

    def _arrow(self, x: float, y: float, text: str) -> None:
        s = self.scale
        self.pen.polygon([(x, y), (x + 9 * s, y + 27 * s), (x, y + 20 * s)], fill=INK, outline=INK)
        self.pen.polygon([(x, y), (x - 9 * s, y + 27 * s), (x, y + 20 * s)], fill=PAPER, outline=INK)
        self.pen.text((x, y + 38 * s), text, font=self._font(12), fill=INK, anchor="mm")

    def _scale(self, x: float, y: float, kilometres: str) -> None:
        s, per_km = self.scale, self.k / KM_PER_DEGREE
        whole = next(n for n in (1, 2, 5, 10, 20, 50, 100, 200, 1e9) if n * per_km > 0.11 * self.width)
        for n in range(2):
            box = [x + n * whole * per_km / 2, y - 5 * s, x + (n + 1) * whole * per_km / 2, y]
            self.pen.rectangle(box, fill=INK if n else PAPER, outline=INK, width=round(s))
        for n, text in ((0, "0"), (1, kilometres.format(n=f"{whole:g}"))):
            self.pen.text((x + n * whole * per_km, y - 8 * s), text, font=self._font(11), fill=INK,
                          anchor="lb" if not n else "mb", stroke_width=round(1.5 * s), stroke_fill=PAPER)  # fmt: skip

    def _font(self, size: float) -> ImageFont.FreeTypeFont:
        if size not in self.fonts:
            file, face = self.font_file
            basic = ImageFont.Layout.BASIC
            self.fonts[size] = ImageFont.truetype(str(file), round(size * self.scale), index=face, layout_engine=basic)
        return self.fonts[size]

    @staticmethod
    def _width(text: str, font: ImageFont.FreeTypeFont) -> float:
        return float(font.getlength(text))


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


def _touch(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
