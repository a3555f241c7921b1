"""Curves of a share against money as one picture, a panel each: drawn with Pillow as the maps are."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ..speech import Speech, visible
from . import fonts

#: Drawn so much larger and made smaller at the end, which gives smooth edges; so many dots remain for a point.
FINE, SHARP = 4, 2
#: Width and height of a panel where so many stand beside each other.
SIZES = {1: (780, 360), 2: (560, 320), 3: (460, 300)}
LEFT, RIGHT, TOP, BOTTOM = 58, 18, 40, 44
INK, PALE, PAPER = "#22262b", "#d9dce1", "#ffffff"
FREE, NESTED, TODAY = "#1f5fa8", "#e07b00", "#4b5360"
Spot = tuple[float, float]


@dataclass(frozen=True)
class Panel:
    """One curve: money in base units and share from 0 to 1 of each point, of the free and of the nested plans."""

    title: str
    today: Spot
    free: tuple[Spot, ...]
    nested: tuple[Spot, ...]


def picture(panels: Sequence[Panel], say: Speech) -> bytes:
    """All panels on one PNG above a legend.

    Raises:
        InputRefused: this machine has no font with Chinese characters (E306).
    """
    across = min(max(SIZES), len(panels))
    width, height = size = SIZES[across]
    rows = -(-len(panels) // across)
    kinds = [(TODAY, "today"), (FREE, "free")] + ([(NESTED, "nested")] if any(p.nested for p in panels) else [])
    legend = [(color, word, say(f"frontier.legend_{word}")) for color, word in kinds]
    # beside each other where there is room, else below each other
    wide = across > 1
    sheet = _Sheet(across * width, rows * height + (34 if wide else 14 + 20 * len(legend)), fonts.required())
    for n, panel in enumerate(panels):
        _draw(sheet, panel, size, ((n % across) * width, (n // across) * height), say)
    x, y = float(LEFT), rows * height + 12.0
    for color, word, text in legend:
        sheet.line([(x, y + 6), (x + 22, y + 6)], color, dashed=word == "nested") if word != "today" else None
        sheet.mark((x + 11, y + 6), color, word)
        sheet.text((x + 30, y), text, 12)
        x, y = (x + 30 + sheet.width(text, 12) + 26, y) if wide else (x, y + 20)
    return sheet.png()


class _Sheet:
    """A picture in points of the page."""

    def __init__(self, width: int, height: int, font: tuple[Path, int]) -> None:
        self.image = Image.new("RGB", (width * FINE, height * FINE), PAPER)
        self.pen = ImageDraw.Draw(self.image)
        self.file, self.face = font
        self.known: dict[int, ImageFont.FreeTypeFont] = {}

    def font(self, size: int) -> ImageFont.FreeTypeFont:
        if size not in self.known:
            basic = ImageFont.Layout.BASIC
            self.known[size] = ImageFont.truetype(str(self.file), size * FINE, index=self.face, layout_engine=basic)
        return self.known[size]

    def width(self, text: str, size: int) -> float:
        return float(self.font(size).getlength(text)) / FINE

    def text(self, at: Spot, text: str, size: int, color: str = INK) -> None:
        self.pen.text((at[0] * FINE, at[1] * FINE), text, font=self.font(size), fill=color)

    def line(self, points: Sequence[Spot], color: str, weight: float = 2.0, *, dashed: bool = False) -> None:
        whole = [(x * FINE, y * FINE) for x, y in points]
        wide = max(1, round(weight * FINE))
        if not dashed:
            self.pen.line(whole, fill=color, width=wide, joint="curve")
            return
        for (x1, y1), (x2, y2) in pairwise(whole):
            length = math.hypot(x2 - x1, y2 - y1)
            step = 12.0 * FINE
            for k in range(math.ceil(length / step)):
                a, b = k * step / length, min(1.0, (k + 0.55) * step / length)
                ends = [(x1 + (x2 - x1) * t, y1 + (y2 - y1) * t) for t in (a, b)]
                self.pen.line(ends, fill=color, width=wide)

    def mark(self, at: Spot, color: str, kind: str) -> None:
        """Dots of the free plans, squares of the nested ones, a diamond for today."""
        x, y, r = at[0] * FINE, at[1] * FINE, 4.2 * FINE
        if kind == "free":
            self.pen.ellipse([x - r, y - r, x + r, y + r], fill=color, outline=PAPER, width=FINE)
        elif kind == "nested":
            self.pen.rectangle([x - r, y - r, x + r, y + r], fill=PAPER, outline=color, width=2 * FINE)
        else:
            r *= 1.25
            self.pen.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], fill=color, outline=PAPER)

    def png(self) -> bytes:
        size = self.image.width * SHARP // FINE, self.image.height * SHARP // FINE
        small = self.image.resize(size, Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        small.quantize(128, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
        return buffer.getvalue()


def _draw(sheet: _Sheet, panel: Panel, size: tuple[int, int], corner: Spot, say: Speech) -> None:
    (width, height), (left, top) = size, corner
    points = (panel.today, *panel.free, *panel.nested)
    most = max(money for money, _ in points) or 1.0
    low, high = min(share for _, share in points), max(share for _, share in points)
    ticks = _ticks(100 * low, 100 * high)
    bottom, ceiling = ticks[0] / 100, ticks[-1] / 100

    def at(spot: Spot) -> Spot:
        x = left + LEFT + spot[0] / most * (width - LEFT - RIGHT)
        return x, top + height - BOTTOM - (spot[1] - bottom) / (ceiling - bottom) * (height - TOP - BOTTOM)

    title = visible(panel.title)
    while sheet.width(title, 14) > width - LEFT:
        title = title[:-2] + "…"
    sheet.text((left + LEFT, top + 10), title, 14)
    for tick in ticks:
        a, b = at((0.0, tick / 100)), at((most, tick / 100))
        sheet.line([a, b], PALE, 0.7)
        label = f"{tick:g}%"
        sheet.text((a[0] - 8 - sheet.width(label, 11), a[1] - 7), label, 11)
    for tick in _ticks(0.0, most / say.unit.base_per_unit, whole=False):
        money = tick * say.unit.base_per_unit
        if money <= most * 1.0001:
            x, y = at((money, bottom))
            sheet.line([(x, y), (x, y + 4)], INK, 0.8)
            label = f"{tick:,.6g}"
            sheet.text((x - sheet.width(label, 11) / 2, y + 6), label, 11)
    unit = say("frontier.axis", unit=say.money_unit)
    sheet.text((left + width - RIGHT - sheet.width(unit, 11), top + height - 19), unit, 11, TODAY)
    for spots, color, kind in ((panel.nested, NESTED, "nested"), (panel.free, FREE, "free")):
        if spots:
            way = [at(spot) for spot in (panel.today, *spots)]
            sheet.line(way, color, dashed=kind == "nested")
            for spot in way[1:]:
                sheet.mark(spot, color, kind)
    sheet.mark(at(panel.today), TODAY, "today")


def _ticks(low: float, high: float, whole: bool = True) -> list[float]:
    """Four or so round numbers around a span; per cent (``whole``) stay between 0 and 100."""
    span = max(high - low, 1.0 if whole else 1e-9)
    step = 10 ** math.floor(math.log10(span / 3))
    step *= next(k for k in (1, 2, 5, 10) if span / (step * k) <= 4)
    first, last = math.floor(low / step), math.ceil(high / step)
    last = max(last, first + 1)
    if whole and (top := round(100 / step)) < last:  # everybody is served at every budget: the room is below
        first, last = min(first, top - 1), top
    ticks = [n * step for n in range(first, last + 1)]
    return [t for t in ticks if 0 <= t <= 100] if whole else ticks
