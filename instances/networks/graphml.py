"""Reading a road graph that OSMnx saved as GraphML: plain text in, nothing of it is ever run.

OSMnx writes every value as text; a list, which an edge has where it stands for several ways, as ``['a', 'b']``. Here
such a list is taken apart by its quotes and commas. Of several classes the slowest counts, of several speeds the
lowest; names are joined. A document type or an entity makes the file refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
import shapely

from siting.errors import Fault, InputRefused

from ..files.unpacking import BROKEN, chunks
from ..geography.crs import WGS84, Reference, declared
from ..tags import plain, speed_kmh
from . import road_words as words
from .road_lines import Line, directions_joined, numbered

_ITEM = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s,'"]+)""")
_KEPT = ("name", "ref", "access", "motor_vehicle", "vehicle", "foot", "bicycle", "junction")


@dataclass
class _Graph:
    """What the file holds: attributes of the graph, of nodes by id, of edges."""

    about: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)


def read_graphml(path: Path, notes: list[Fault]) -> tuple[list[Line], Reference]:
    """The edges of a graph as lines, and the system of its coordinates.

    Raises `InputRefused`: E237 no graph with edges, E236 not readable, E246 a document type or entity, E233 a bomb,
    E242 an edge to an unknown node, E231 an unknown coordinate system.
    """
    graph = _parse(path)
    if not graph.edges:
        raise InputRefused(Fault("E237", path.name, values={"name": path.name, "kind": "GraphML"}))
    faults: list[Fault] = []
    numbers = numbered(graph.nodes, path.name, notes)
    at = {node: _position(values) for node, values in graph.nodes.items()}
    lines = []
    for number, (tail, head, values) in enumerate(graph.edges, 1):
        lost = next((end for end in (tail, head) if at.get(end) is None), None)
        if lost is not None:
            faults.append(Fault("E242", path.name, number, "edge", {"id": plain(lost, 60)}))
            continue
        points = _points(values, at[tail], at[head])
        if points is None:
            faults.append(Fault("E236", path.name, number, "geometry", {"name": path.name, "reason": "geometry"}))
            continue
        cells, several = _cells(values)
        if several:
            notes.append(Fault("N237", path.name, number, values={"classes": several, "used": cells["road_class"]}))
        ends, heights_m = (numbers[tail], numbers[head]), (_height_m(graph.nodes[tail]), _height_m(graph.nodes[head]))
        lines.append(Line(number, points, cells, ends, _length_m(values), heights_m))
    if faults:
        raise InputRefused(faults)
    system = graph.about.get("crs", "")
    return directions_joined(lines, path.name, notes), declared(system, path.name) if system else WGS84


def _parse(path: Path) -> _Graph:
    """The graph of a file; E236, E246, E233."""
    reading = _Reading(path.name)
    try:
        for piece in chunks(path):
            reading.parser.Parse(piece, False)
        reading.parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError, *BROKEN) as problem:  # LookupError: an unknown encoding
        values = {"name": path.name, "reason": plain(str(problem), 200)}
        raise InputRefused(Fault("E236", path.name, values=values)) from problem
    return reading.graph


class _Reading:
    """Handlers of the parser: keys, nodes and edges with their data."""

    def __init__(self, file: str) -> None:
        self.file, self.graph = file, _Graph()
        self.names: dict[str, str] = {}
        self.values: dict[str, str] = self.graph.about
        self.key = ""
        self.text: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.EntityDeclHandler = self.refuse

    def refuse(self, *_: Any) -> None:
        """A document type or an entity."""
        raise InputRefused(Fault("E246", self.file, values={"name": self.file, "what": "<!DOCTYPE"}))

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        """An element begins."""
        kind = tag.rpartition(" ")[2]
        if kind == "key":
            self.names[given.get("id", "")] = given.get("attr.name", "")
        elif kind == "node":
            self.values = self.graph.nodes.setdefault(given.get("id", ""), {})
        elif kind == "edge":
            self.values = {}
            self.graph.edges.append((given.get("source", ""), given.get("target", ""), self.values))
        elif kind == "data":
            self.key, self.text = given.get("key", ""), []

    def characters(self, text: str) -> None:
        """Text inside an element."""
        if self.key:
            self.text.append(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        kind = tag.rpartition(" ")[2]
        if kind == "data":
            self.values[self.names.get(self.key, self.key)] = "".join(self.text).strip()
            self.key = ""
        elif kind in ("node", "edge"):
            self.values = self.graph.about


def items(text: str) -> list[str]:
    """The members of a list as OSMnx writes it, or the text itself as the only one; none of a blank text."""
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return [text] if text else []
    parts = (single or double or bare for single, double, bare in _ITEM.findall(text[1:-1]))
    return [re.sub(r"\\(.)", r"\1", part) for part in parts]


def _cells(values: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Our columns of an edge, and its classes where there are several."""
    said = items(values.get("highway", ""))
    known = [found for found in map(words.road_class, said) if found]
    cells = {key: " / ".join(dict.fromkeys(items(values.get(key, "")))) for key in _KEPT}
    cells["road_class"] = words.slowest(known) if known else ", ".join(said)
    directions = set(items(values.get("oneway", "")))
    cells["oneway"] = directions.pop() if len(directions) == 1 else ""
    speeds = items(values.get("maxspeed", ""))
    read = [speed for speed in map(speed_kmh, speeds) if speed is not None]
    cells["speed_kmh"] = f"{min(read, default=Decimal()):f}" if read else ", ".join(speeds)
    return cells, ", ".join(said) if len(set(known)) > 1 else ""


def _position(values: Mapping[str, str]) -> tuple[float, float] | None:
    """x and y of a node; None where it has none."""
    try:
        return float(values["x"]), float(values["y"])
    except (KeyError, ValueError):
        return None


def _height_m(values: Mapping[str, str]) -> float | None:
    """Metres above sea level of a node, as OSMnx writes it; None where it has none."""
    try:
        metres = float(values["elevation"])
    except (KeyError, ValueError):
        return None
    return metres if isfinite(metres) else None


def _points(
    values: Mapping[str, str], tail: tuple[float, float] | None, head: tuple[float, float] | None
) -> np.ndarray | None:
    """Corners of an edge from tail to head (k, 2); None where its geometry is no line."""
    ends = np.array([tail, head], dtype=float)
    if not values.get("geometry"):
        return ends
    try:
        inner = shapely.get_coordinates(shapely.from_wkt(values["geometry"]))
    except (shapely.errors.ShapelyError, ValueError):
        return None
    if len(inner) < 2:
        return None
    if np.abs(inner[0] - ends[0]).sum() > np.abs(inner[-1] - ends[0]).sum():
        inner = inner[::-1]
    return np.concatenate([ends[:1], inner[1:-1], ends[1:]])


def _length_m(values: Mapping[str, str]) -> float | None:
    """Length in metres, as OSMnx writes it; None where there is none."""
    try:
        length = float(values.get("length", ""))
    except ValueError:
        return None
    return length if 0 < length < 1e7 else None
