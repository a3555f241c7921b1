"""A classic graph as a county folder, so that `siting check` and `siting solve` read it.

Vertices become settlements of one person each, and candidate sites of one service that costs 1 and whose fund has p;
edges become roads. One unit of the graph becomes `METRES` metres of road. The graph has no coordinates: vertices
stand on a square lattice a few metres wide for each, every settlement and site exactly on its own road node. So road
distances in the county are those of the graph times `METRES`, without rounding; straight distances, the map and the
place on it mean nothing.

With a radius the service is of the family coverage: the county is then the maximal covering problem of that radius, and
the worth of a proven plan its optimum. Without one it is a catchment with room for everybody within any distance: the
p-median; siting serves everybody first and then shortens travel for some seconds, without a proof for the travel.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import ceil, isqrt, sqrt
from pathlib import Path

import numpy as np

from siting.counties.rows import RoadEdge, RoadNode, Row, Settlement, Site
from siting.errors import Fault

from ..folder import refuse_if_full, write_folder
from .cells import argument
from .median import Graph

#: Metres of road for one unit of length; a multiple keeps every distance whole.
METRES = 100
#: Degrees between neighbours of the lattice, some two metres.
SPACING = Decimal("0.00002")
#: No standard of a county is longer than 1,000 km, and no village larger than a hundred million people.
LONGEST_M = 1_000_000
MOST_PERSONS = 100_000_000
#: The standard of a county whose ways are told by a table.
LIMIT_MIN = 60

HEAD = """\
# Made from {name} by `siting new --classic`: {says}
format = 1

[county]
id = "{id}"
name = "{id}"
year = 2026
synthetic = true
note = "{says}"

[money]
unit = "{unit}"
unit_en = "{unit}"
base = "{unit}"
base_per_unit = 1
"""

_SERVICE = """
[network]
snap_limit_m = {snap}

[network.modes.walk]
speeds_kmh = {{ edge = 5 }}
access_kmh = 5

[demand.everybody]
column = "population_persons"
name = "everybody"

[services.site]
family = "{family}"
name = "site"
demand = "everybody"
hosts = ["village"]
[[services.site.access]]
mode = "walk"
{limit}
[[services.site.sizes]]
id = "one"
capital = 1
{places}
[[funds]]
id = "p"
name = "p"
funding_class = "government"
capital = {p}
pays = ["site"]
"""

Position = dict[str, float]


def identity(name: str) -> str:
    """A file's name as the id of a county."""
    return re.sub(r"[^a-z0-9]+", "-", Path(name).stem.lower()).strip("-")[:60] or "classic"


def head(name: str, says: str, unit: str) -> str:
    """The head of ``county.toml``: what was made of which file, and the unit of its money."""
    return HEAD.format(name=name, id=identity(name), says=says, unit=unit)


def one_service(name: str, says: str, *, limit: str, p: int, room: int | None, snap: int) -> str:
    """``county.toml`` of one service whose sites cost 1: a coverage, or with ``room`` persons a catchment."""
    family = "coverage" if room is None else "catchment"
    places = "" if room is None else f"capacity_persons = {room}\n"
    return head(name, says, "sites") + _SERVICE.format(family=family, limit=limit, p=p, places=places, snap=snap)


def lattice(count: int) -> list[Position]:
    """Places of ``count`` points that have none, on a square lattice."""
    side = ceil(sqrt(count))
    return [{"lon": float(100 + SPACING * (k % side)), "lat": float(30 + SPACING * (k // side))} for k in range(count)]


def numbers(count: int) -> list[str]:
    """Numbers from 1, all of one length, so that they sort as they count."""
    return [f"{k + 1:0{len(str(count))}d}" for k in range(count)]


def villages(at: Sequence[Position], persons: Sequence[int]) -> list[Settlement]:
    """A village ``V1 …`` for each place."""
    ids = numbers(len(at))
    return [
        Settlement(id=f"V{i}", name=i, level="village", population_persons=int(people), **place)
        for i, people, place in zip(ids, persons, at, strict=True)
    ]


def candidates(at: Sequence[Position]) -> list[Site]:
    """A candidate ``S1 …`` at each place, hosted by the village there."""
    ids = numbers(len(at))
    return [
        Site(id=f"S{i}", service="site", name=i, settlement=f"V{i}", status="candidate", **place)
        for i, place in zip(ids, at, strict=True)
    ]


def write(
    folder: Path, text: str, settlements: Sequence[Row], sites: Sequence[Row], nodes: Sequence[Row],
    edges: Sequence[Row], *, lines: Sequence[Row] = (), times: str = "",
) -> tuple[Fault, ...]:  # fmt: skip
    """Write the county folder; gives its warnings. Raises as `write_folder`."""
    tables: dict[str, tuple[Sequence[str], Sequence[Row]]] = {
        "settlements.csv": (("id", "name", "level", "lon", "lat", "population_persons"), settlements),
        "sites.csv": (("id", "service", "name", "settlement", "lon", "lat", "status", "size"), sites),
        "nodes.csv": (("id", "lon", "lat"), nodes),
        "edges.csv": (("from_node", "to_node", "length_m", "road_class", "oneway"), edges),
    }
    if lines:
        tables["lines.csv"] = (("id", "service", "name", "name_en", "stops", "trips_per_day", "status"), lines)
    return write_folder(folder, {"county.toml": text} | ({"times.csv": times} if times else {}), tables)


def told(pairs: Iterable[tuple[int, int, int]], count: int, radius: int) -> str:
    """``times.csv`` of (settlement, site, square of the distance): the radius takes `LIMIT_MIN`, less rounds down."""
    ids = numbers(count)
    rows = ["settlement,site,mode,minutes\n"]
    for i, j, square in pairs:
        micro = isqrt(square * (LIMIT_MIN * 1_000_000) ** 2 // (radius * radius))
        rows.append(f"V{ids[i]},S{ids[j]},walk,{micro // 1_000_000}.{micro % 1_000_000:06d}\n")
    return "".join(rows)


def whole_persons(demand: np.ndarray, scale: int) -> tuple[np.ndarray, int]:
    """Demand in 1/scale persons as whole numbers that a county can hold, and their scale: rounded where it must be."""
    while scale > 1 and int(demand.max(initial=0)) > MOST_PERSONS:
        demand, scale = (demand + 5) // 10, scale // 10
    return demand, scale


def to_county(
    graph: Graph, folder: Path, p: int | None = None, radius: int | None = None, demand: np.ndarray | None = None
) -> tuple[Fault, ...]:
    """Write ``graph`` as the county folder ``folder``; gives the warnings of `siting check`.

    ``p`` sites (default: those of the file); ``radius`` in the graph's unit makes it a covering problem; ``demand``
    (n,) persons by vertex, else one each.

    Raises:
        InputRefused: ``p`` or ``radius`` is out of range (E296), the graph falls apart and has no radius (E297), or the
            folder is not empty (E203).
        CannotWrite: E215.
    """
    refuse_if_full(folder)
    p = argument(graph.name, "p", graph.p if p is None else p, 1, graph.n)
    longest = LONGEST_M // METRES
    limit = longest if radius is None else argument(graph.name, "radius", radius, 1, longest)
    paths = graph.paths()
    whole = bool(np.isfinite(paths).all())
    if not whole and radius is None:
        graph.distances()  # says which two are not connected
    persons = np.ones(graph.n, dtype=np.int64) if demand is None else demand
    says = f"lengths are those of the graph times {METRES} m; places mean nothing."
    room, measure, times = (int(persons.sum()) if radius is None else None), f"limit_m = {limit * METRES}", ""
    if not whole:  # a vertex without a way to the others still serves itself, which roads cannot say
        says = f"the graph falls apart: times.csv has the pairs within {radius}, which is {LIMIT_MIN} minutes."
        near = np.argwhere(paths <= limit).tolist()
        pairs = ((i, j, int(paths[i, j]) ** 2) for i, j in near)
        measure, times = f"limit_min = {LIMIT_MIN}", told(pairs, graph.n, limit)
    text = one_service(graph.name, says, limit=measure, p=p, room=room, snap=20)
    at, ids = lattice(graph.n), numbers(graph.n)
    edges = [
        RoadEdge(
            from_node=f"N{ids[a]}", to_node=f"N{ids[b]}", length_m=Decimal(int(length) * METRES), road_class="edge"
        )
        for (a, b), length in zip(graph.edges.tolist(), graph.length.tolist(), strict=True)
    ]
    nodes = [RoadNode(id=f"N{i}", **place) for i, place in zip(ids, at, strict=True)]
    return write(folder, text, villages(at, persons.tolist()), candidates(at), nodes, edges, times=times)
