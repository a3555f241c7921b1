"""From drawn lines to roads: columns by their headings, positions to WGS84, and nodes where lines meet.

Lines that name their end nodes (graphs, tables) meet there and nowhere else. Other lines (layers of a map) meet
wherever they have a corner in common, to 1e-7 degrees (1 cm): at ends, where one ends on a corner of another, and where
two cross at a common corner. Lines that cross without a common corner (bridges) do not meet.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from siting.errors import Fault, InputRefused

from .. import tags as meaning
from ..geography.crs import Reference, to_wgs84, warning
from . import road_words as words
from .osm import E7, RoadWay
from .roads import drawn_length_m

Columns = Mapping[str, str]

_OSM_KEYS = ("access", "motor_vehicle", "vehicle", "foot", "bicycle", "junction")


@dataclass(frozen=True)
class Line:
    """A road as its source draws it.

    ``row`` is its row or feature number; ``points`` (k, 2), k > 1, east and north in the system of the source;
    ``cells`` by our names of columns; ``ends`` the ids of its end nodes where the source names them;
    ``length_m`` its length and ``heights_m`` the heights of the two where the source says them.
    """

    row: int
    points: np.ndarray
    cells: Mapping[str, str]
    ends: tuple[int, int] | None = None
    length_m: float | None = None
    heights_m: tuple[float | None, float | None] | None = None


def pick(headings: Iterable[str], names: Mapping[str, tuple[str, ...]], file: str, notes: list[Fault]) -> Columns:
    """The heading of each column that we know; of several that mean the same the first of its list. N213 the others."""
    headings = list(headings)
    found = {unicodedata.normalize("NFKC", heading).strip().lower(): heading for heading in reversed(headings)}
    columns: dict[str, str] = {}
    for column, known in names.items():
        heading = next((found[name] for name in known if name in found), None)
        if heading is not None and heading not in columns.values():
            columns[column] = heading
    taken = set(columns.values())
    notes += [Fault("N213", file, values={"column": h}) for h in headings if h and h not in taken]
    return columns


def ways_of(lines: Sequence[Line], reference: Reference, file: str, notes: list[Fault]) -> list[RoadWay]:
    """Roads in WGS84, cut nowhere yet; what is not taken over as it is goes into ``notes``.

    Raises `InputRefused`: E241 longitude and latitude exchanged, E240 positions that are none in this system, E244
    one-way letters that may mean two things.
    """
    faults: list[Fault] = []
    placed = _placed(lines, reference, file, faults)
    directions = _directions(lines, file, faults, notes)
    if faults:
        raise InputRefused(faults)
    datum = warning(reference, file)
    notes += [datum] if datum else []
    classes, unknown = _classes(lines, file, notes)
    speeds = _speeds(lines, file, notes)
    notes += [
        Fault("W230", file, values={"road_class": value, "count": count}) for value, count in sorted(unknown.items())
    ]
    nodes = _nodes(lines, placed)
    ways = []
    for k, line in enumerate(lines):
        road_class = classes[k]
        run = _without_repeats(nodes[k])
        if road_class is None or len(run) < 2:
            continue
        name = meaning.plain(line.cells.get("name", "") or line.cells.get("ref", ""))
        length_m = _length_m(line, run, file, notes)
        ways.append(RoadWay(k + 1, road_class, directions[k], speeds[k], name, run, length_m))
    points = sum(len(_without_repeats(run)) < 2 for run in nodes)
    if points:
        notes.append(Fault("N234", file, values={"count": points, "what": "0 m"}))
    return sorted(ways, key=lambda way: (way.nodes, way.id))


def _length_m(line: Line, run: Sequence[tuple[int, int, int]], file: str, notes: list[Fault]) -> float | None:
    """The length that the source says, None where it is shorter than the drawn line; W233 where the two are at odds."""
    if line.length_m is None:
        return None
    drawn_m = drawn_length_m(run)
    short = line.length_m < 0.98 * drawn_m - 1
    if short or line.length_m > 5 * drawn_m + 100:
        used_m = drawn_m if short else line.length_m
        values = {"said_m": round(line.length_m, 1), "drawn_m": round(drawn_m, 1), "used_m": round(used_m, 1)}
        notes.append(Fault("W233", file, line.row, values=values))
    return None if short or drawn_m == 0 else line.length_m


def numbered(ids: Iterable[str], file: str, notes: list[Fault]) -> dict[str, int]:
    """Ids of nodes as whole numbers: as they are where all are plain digits, else counted in text order, N232."""
    ids = list(ids)
    if all(re.fullmatch(r"0|[1-9][0-9]{0,17}", ident) for ident in ids):
        return {ident: int(ident) for ident in ids}
    notes.append(Fault("N232", file, values={"count": len(ids)}))
    return {ident: k for k, ident in enumerate(sorted(ids), 1)}


def _placed(lines: Sequence[Line], reference: Reference, file: str, faults: list[Fault]) -> list[np.ndarray]:
    """Corners of every line in whole 1e-7 degrees, (k, 2)."""
    if not lines:
        return []
    points = np.concatenate([line.points for line in lines])
    with np.errstate(all="ignore"):
        lon, lat = to_wgs84(reference, points[:, 0], points[:, 1])
        good = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
        turned = (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    row = np.repeat([line.row for line in lines], [len(line.points) for line in lines])
    if turned.any() and turned.sum() * 2 >= len(good):
        first = int(np.flatnonzero(turned)[0])
        values = {"name": file, "count": int(turned.sum()), "lon": float(lon[first]), "lat": float(lat[first])}
        faults.append(Fault("E241", file, int(row[first]), values=values))
        return []
    if not good.all():
        first = int(np.flatnonzero(~good)[0])
        values = {
            "name": file, "count": int((~good).sum()), "total": len(good), "system": reference.name,
            "x": float(points[first, 0]), "y": float(points[first, 1]),
        }  # fmt: skip
        faults.append(Fault("E240", file, int(row[first]), values=values))
        return []
    whole = np.rint(np.column_stack([lon, lat]) * E7).astype(np.int64)
    return np.split(whole, np.cumsum([len(line.points) for line in lines])[:-1])


def _nodes(lines: Sequence[Line], placed: Sequence[np.ndarray]) -> list[tuple[tuple[int, int, int], ...]]:
    """Ids and positions of the corners of every line: named ends keep their id, other corners are numbered."""
    named = [end for line in lines if line.ends for end in line.ends]
    first = max(named, default=0) + 1
    shared: dict[tuple[int, int], int] = {}
    if not named:
        shared = {at: k for k, at in enumerate(sorted({(int(x), int(y)) for run in placed for x, y in run}), first)}
    runs = []
    for line, corners in zip(lines, placed, strict=True):
        run = [(shared.get((x, y), 0), x, y) for x, y in corners.tolist()]
        if line.ends:
            run = [(first + k, x, y) for k, (_, x, y) in enumerate(run)]
            first += len(run)
            run[0], run[-1] = (line.ends[0], *run[0][1:]), (line.ends[1], *run[-1][1:])
        runs.append(tuple(run))
    return runs


def _without_repeats(run: tuple[tuple[int, int, int], ...]) -> tuple[tuple[int, int, int], ...]:
    """The run without corners that repeat the one before."""
    return tuple(point for k, point in enumerate(run) if k == 0 or point[0] != run[k - 1][0])


def _directions(lines: Sequence[Line], file: str, faults: list[Fault], notes: list[Fault]) -> list[int]:
    """1, 0 or -1 of every line; N210 where the value is not understood. E244 the letters F and T alone."""
    said = [unicodedata.normalize("NFKC", line.cells.get("oneway", "")).strip().lower() for line in lines]
    known = dict(words.DIRECTIONS)
    letters = set(said) & set(words.LETTERS)
    if "b" in said:
        known |= words.LETTERS
    elif letters:
        faults.append(Fault("E244", file, column="oneway", values={"letters": ", ".join(sorted(letters)).upper()}))
    directions = []
    for line, text in zip(lines, said, strict=True):
        direction = known.get(text)
        if text == "" and line.cells.get("junction") in ("roundabout", "circular"):
            direction = 1
        if direction is None and text not in words.LETTERS:
            notes.append(Fault("N210", file, line.row, values={"id": line.row, "value": meaning.plain(text, 60)}))
        directions.append(direction or 0)
    return directions


def _classes(lines: Sequence[Line], file: str, notes: list[Fault]) -> tuple[list[str | None], Counter[str]]:
    """Class of every line, None where it is not used; how often each unknown value stands there."""
    classes: list[str | None] = []
    unknown: Counter[str] = Counter()
    for line in lines:
        said = line.cells.get("road_class", "")
        highway = words.road_class(said)
        if highway is None:
            unknown[meaning.plain(said, 60)] += 1
            classes.append(None)
            continue
        tags = {key: line.cells[key] for key in _OSM_KEYS if line.cells.get(key)}
        road_class = meaning.road_class({**tags, "highway": highway})
        if road_class is None:
            name = meaning.plain(line.cells.get("name", ""))
            notes.append(Fault("N201", file, line.row, values={"id": line.row, "name": name, "road_class": highway}))
        elif road_class != highway:
            values = {"id": line.row, "road_class": highway, "written": road_class}
            notes.append(Fault("N211", file, line.row, values=values))
        classes.append(road_class)
    return classes, unknown


def _speeds(lines: Sequence[Line], file: str, notes: list[Fault]) -> list[Decimal | None]:
    """Signed speed of every line; N202 what is not understood, gathered by value."""
    speeds: list[Decimal | None] = []
    strange: Counter[str] = Counter()
    for line in lines:
        text = meaning.number_text(line.cells.get("speed_kmh", ""))
        speed = meaning.speed_kmh(text) if text else None
        if text and speed is None:
            strange[meaning.plain(text, 60)] += 1
        speeds.append(speed)
    notes += [Fault("N202", file, values={"value": text, "count": count}) for text, count in sorted(strange.items())]
    return speeds


def directions_joined(lines: Sequence[Line], file: str, notes: list[Fault]) -> list[Line]:
    """Lines that list each direction of a road apart, as graphs do: the two directions become one two-way line.

    A line is the other direction of one before it if it joins the same two nodes the other way round with the same
    class and length (to 0.1 m). A line that says nothing of one-way is then one-way if it has no other direction.
    """
    joined: list[Line] = []
    waiting: dict[tuple[object, ...], list[int]] = {}
    both: set[int] = set()
    for line in lines:
        tail, head = line.ends or (0, 0)
        mark = (line.cells.get("road_class", ""), round(line.length_m or 0.0, 1))
        twins = waiting.get((head, tail, *mark), [])
        if tail != head and twins and words.DIRECTIONS.get(line.cells.get("oneway", "").lower(), 0) == 0:
            both.add(twins.pop())
            continue
        waiting.setdefault((tail, head, *mark), []).append(len(joined))
        joined.append(line)
    notes.append(Fault("N235", file, values={"count": len(both), "oneway": len(joined) - len(both)}))
    return [
        line if line.cells.get("oneway") else replace(line, cells={**line.cells, "oneway": "0" if k in both else "1"})
        for k, line in enumerate(joined)
    ]
