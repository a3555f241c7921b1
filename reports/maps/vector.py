"""A drawing as an SVG: small, sharp at every size, its words still words. Every text is escaped by the serializer.

Signs that look alike and touch nothing between them become one path: thousands of settlements are some dozens of paths.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from xml.etree import ElementTree as ET

from .drawing import INK, PAPER
from .marks import WIDE, Box, Disc, Drawing, Letters, Mark, Point, Shape, Stroke
from .painter import SHEER

NAME = "http://www.w3.org/2000/svg"
#: Side of the squares in which signs that touch are looked for, in points.
SQUARE = 12.0
#: Whole steps in a point: a fiftieth of a millimetre on paper, and short numbers in the file.
STEPS = 10
#: Where the handles of the four curves of a circle lie, in radii.
ROUND = 0.5523
Look = tuple[tuple[str, str], ...]


def svg(drawing: Drawing, family: str) -> bytes:
    """The file; ``family`` is the font of its words."""
    size = {"width": f"{WIDE:g}", "height": f"{drawing.height:.1f}"}
    whole = ET.Element("svg", {"xmlns": NAME, **size, "viewBox": f"0 0 {_n(WIDE)} {_n(drawing.height)}"})
    words = [mark for mark in drawing.marks if isinstance(mark, Letters)]
    signs = [mark for mark in drawing.marks if not isinstance(mark, Letters)]
    groups = [*_runs(drawing.ground.marks), *_layers(signs), *_runs(words)]
    for look, marks in groups:
        group = ET.SubElement(whole, "g", dict(look))
        if isinstance(marks[0], Letters):
            _words(group, marks, family)
        else:
            ET.SubElement(group, "path", {"d": "".join(_path(mark) for mark in marks)})
    return bytes(ET.tostring(whole, encoding="utf-8"))


def _runs(marks: Iterable[Mark]) -> list[tuple[Look, list[Mark]]]:
    """Marks that follow each other and look alike; sheer areas by themselves, since they show through each other."""
    found: list[tuple[Look, list[Mark]]] = []
    for look, some in groupby(marks, _look):
        alike = list(some)
        apart = isinstance(alike[0], Shape) and alike[0].sheer
        found += [(look, [mark]) for mark in alike] if apart else [(look, alike)]
    return found


def _layers(marks: Sequence[Mark]) -> list[tuple[Look, list[Mark]]]:
    """The same picture in few groups: a mark lies one layer above the highest of the earlier ones that it may touch."""
    squares: dict[tuple[int, int], list[tuple[Box, int]]] = defaultdict(list)
    layers: dict[tuple[int, Look], list[Mark]] = defaultdict(list)
    for mark in marks:
        box = _box(mark)
        xs, ys = (range(int(box[k] // SQUARE), int(box[k + 2] // SQUARE) + 1) for k in (0, 1))
        under = [n for x in xs for y in ys for other, n in squares[x, y] if _meet(box, other)]
        layer = max(under, default=-1) + 1
        layers[layer, _look(mark)].append(mark)
        for x in xs:
            for y in ys:
                squares[x, y].append((box, layer))
    return [(look, layers[layer, look]) for layer, look in sorted(layers)]


def _box(mark: Mark) -> Box:
    if isinstance(mark, Disc):
        return mark.x - mark.radius, mark.y - mark.radius, mark.x + mark.radius, mark.y + mark.radius
    assert isinstance(mark, Stroke | Shape)
    points = mark.points if isinstance(mark, Stroke) else mark.rings[0]
    edge = mark.weight if isinstance(mark, Stroke) else 0.0
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs) - edge, min(ys) - edge, max(xs) + edge, max(ys) + edge


def _meet(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _look(mark: Mark) -> Look:
    """The attributes that marks may share."""
    match mark:
        case Disc(fill=fill) | Shape(fill=fill, sheer=False):
            return (("fill", fill),)
        case Shape(fill=fill):
            return ("fill", fill), ("fill-opacity", f"{SHEER / 255:.3f}"), ("fill-rule", "evenodd")
        case Stroke(color=color, weight=weight):
            return ("fill", "none"), ("stroke", color), ("stroke-width", f"{_n(weight)}"), ("stroke-linejoin", "round")
        case Letters(size=size, halo=halo):
            edge = ("stroke", PAPER), ("stroke-width", f"{_n(2 * halo)}"), ("stroke-linejoin", "round")
            return ("fill", INK), ("font-size", f"{_n(size)}"), *(edge if halo else ())


def _words(group: ET.Element, marks: Iterable[Mark], family: str) -> None:
    for mark in marks:
        assert isinstance(mark, Letters)
        place = {"x": f"{_n(mark.x)}", "y": f"{_n(mark.y)}", "font-family": family}
        place |= {"text-anchor": "middle"} if mark.middle else {}
        place |= {"paint-order": "stroke"} if mark.halo else {}
        ET.SubElement(group, "text", place).text = mark.text


def _path(mark: Mark) -> str:
    if isinstance(mark, Disc):
        return _circle(_n(mark.x), _n(mark.y), _n(mark.radius))
    if isinstance(mark, Shape):
        return "".join(_moves(ring) + "z" for ring in mark.rings)
    assert isinstance(mark, Stroke)
    return _moves(mark.points)


def _circle(x: int, y: int, r: int) -> str:
    """Four curves with whole numbers; arcs would become curves with eight digits each."""
    h = round(ROUND * r)
    return (
        f"M{x - r} {y}c0-{h} {r - h}-{r} {r}-{r}c{h} 0 {r} {r - h} {r} {r}"
        f"c0 {h}-{r - h} {r}-{r} {r}c-{h} 0-{r}-{r - h}-{r}-{r}z"
    )


def _moves(points: Iterable[Point]) -> str:
    """From corner to corner."""
    placed = [(_n(x), _n(y)) for x, y in points]
    moves = [f"l{x2 - x1} {y2 - y1}" for (x1, y1), (x2, y2) in pairwise(placed) if (x1, y1) != (x2, y2)]
    return f"M{placed[0][0]} {placed[0][1]}" + "".join(moves)


def _n(value: float) -> int:
    """A length in steps of the file."""
    return round(STEPS * value)
