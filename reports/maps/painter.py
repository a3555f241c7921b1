"""A drawing as a PNG, painted with Pillow at `FINE` times the size and made smaller, which gives smooth edges.

Equal drawings give equal bytes. The ground is painted once for all maps that lie on it.
"""

from __future__ import annotations

import io
from functools import cache, lru_cache
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

from .drawing import INK, PAPER
from .marks import WIDE, Disc, Drawing, Ground, Letters, Mark, Picture, Shape, Stroke

FINE = 2
WIDTH = 1400
#: Opacity of areas, of 255.
SHEER = 70
#: Colours of a picture at most.
COLORS = 192


def png(picture: Picture) -> bytes:
    """The file, `WIDTH` pixels wide; what is a file already stays as it is."""
    return picture if isinstance(picture, bytes) else _painted(picture)


@lru_cache(maxsize=32)
def _painted(drawing: Drawing) -> bytes:
    scale = FINE * WIDTH / WIDE
    image = Image.new("RGB", (FINE * WIDTH, FINE * round(drawing.height * scale / FINE)), PAPER)
    image.paste(_ground(drawing.ground, drawing.font), (0, 0))
    _Brush(image, scale, drawing.font).paint(drawing.marks)
    quiet = image.reduce(FINE).quantize(COLORS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    quiet.save(buffer, "PNG", compress_level=6, dpi=(200, 200))
    return buffer.getvalue()


@lru_cache(maxsize=2)
def _ground(ground: Ground, font: tuple[Path, int]) -> Image.Image:
    scale = FINE * WIDTH / WIDE
    image = Image.new("RGB", (round(ground.width * scale), round(ground.height * scale)), PAPER)
    _Brush(image, scale, font).paint(ground.marks)
    return image


class _Brush:
    """Paints marks on an image, ``scale`` pixels a point."""

    def __init__(self, image: Image.Image, scale: float, font: tuple[Path, int]) -> None:
        self.image, self.scale, self.font_file = image, scale, font
        self.pen = ImageDraw.Draw(image, "RGBA")

    def paint(self, marks: list[Mark] | tuple[Mark, ...]) -> None:
        """All marks, one over the other."""
        s, pen = self.scale, self.pen
        for mark in marks:
            match mark:
                case Disc(x, y, r, fill):
                    pen.ellipse([(x - r) * s, (y - r) * s, (x + r) * s, (y + r) * s], fill=fill)
                case Stroke(points, color, weight):
                    placed = [(x * s, y * s) for x, y in points]
                    pen.line(placed, fill=color, width=max(1, round(weight * s)), joint="curve")
                case Shape():
                    self._shape(mark)
                case Letters():
                    self._letters(mark)

    def _shape(self, mark: Shape) -> None:
        rings = [[(x * self.scale, y * self.scale) for x, y in ring] for ring in mark.rings]
        if not mark.sheer:
            self.pen.polygon(rings[0], fill=mark.fill)
        elif len(rings) == 1:
            self.pen.polygon(rings[0], fill=(*ImageColor.getrgb(mark.fill), SHEER))
        else:
            mask = Image.new("L", self.image.size, 0)
            pen = ImageDraw.Draw(mask)
            for n, ring in enumerate(rings):
                pen.polygon(ring, fill=0 if n else SHEER)
            self.image.paste(Image.new("RGB", self.image.size, mark.fill), (0, 0), mask)

    def _letters(self, mark: Letters) -> None:
        font = _font(*self.font_file, round(mark.size * self.scale))
        self.pen.text((mark.x * self.scale, mark.y * self.scale), mark.text, font=font, fill=INK,
                      anchor="ms" if mark.middle else "ls", stroke_width=round(mark.halo * self.scale),
                      stroke_fill=PAPER)  # fmt: skip


@cache
def _font(file: Path, face: int, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(file), size, index=face, layout_engine=ImageFont.Layout.BASIC)
