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

from decimal import Decimal
from math import ceil, sqrt
from pathlib import Path

from siting.counties.rows import RoadEdge, RoadNode, Settlement, Site
from siting.errors import Fault

from ..folder import refuse_if_full, write_folder
from .cells import argument
from .median import Graph

#: Metres of road for one unit of length; a multiple keeps every distance whole.
METRES = 100
#: Degrees between neighbours of the lattice, some two metres.
SPACING = Decimal("0.00002")

_TOML = """\
# Made from the graph {name}: lengths are those of the graph times {metres} m; places mean nothing.
format = 1

[county]
id = "{name}"
name = "{name}"
year = 2026
synthetic = true

[money]
unit = "sites"
unit_en = "sites"
base = "site"
base_per_unit = 1

[network]
snap_limit_m = 20

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
limit_m = {limit}
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


def to_county(graph: Graph, folder: Path, p: int | None = None, radius: int | None = None) -> tuple[Fault, ...]:
    """Write ``graph`` as the county folder ``folder``; gives the warnings of `siting check`.

    ``p`` sites (default: those of the file); ``radius`` in the graph's unit makes it a covering problem.

    Raises:
        InputRefused: ``p`` or ``radius`` is out of range (E296), or the folder is not empty (E203).
        CannotWrite: E215.
    """
    refuse_if_full(folder)
    p = argument(graph.name, "p", graph.p if p is None else p, 1, graph.n)
    longest = 1_000_000 // METRES  # no standard of a county is longer than 1,000 km
    limit = longest if radius is None else argument(graph.name, "radius", radius, 1, longest)
    name = Path(graph.name).stem
    text = _TOML.format(
        name=name, metres=METRES, family="catchment" if radius is None else "coverage", limit=limit * METRES, p=p,
        places=f"capacity_persons = {graph.n}\n" if radius is None else "",
    )  # fmt: skip
    side, digits = ceil(sqrt(graph.n)), len(str(graph.n))
    ids = [f"{k + 1:0{digits}d}" for k in range(graph.n)]
    at = [{"lon": float(100 + SPACING * (k % side)), "lat": float(30 + SPACING * (k // side))} for k in range(graph.n)]
    nodes = [RoadNode(id=f"N{i}", **place) for i, place in zip(ids, at, strict=True)]
    villages = [
        Settlement(id=f"V{i}", name=i, level="village", population_persons=1, **place)
        for i, place in zip(ids, at, strict=True)
    ]
    sites = [
        Site(id=f"S{i}", service="site", name=i, settlement=f"V{i}", status="candidate", **place)
        for i, place in zip(ids, at, strict=True)
    ]
    edges = [
        RoadEdge(
            from_node=f"N{ids[a]}", to_node=f"N{ids[b]}", length_m=Decimal(int(length) * METRES), road_class="edge"
        )
        for (a, b), length in zip(graph.edges.tolist(), graph.length.tolist(), strict=True)
    ]
    return write_folder(
        folder,
        {"county.toml": text},
        {
            "settlements.csv": (("id", "name", "level", "lon", "lat", "population_persons"), villages),
            "sites.csv": (("id", "service", "name", "settlement", "lon", "lat", "status"), sites),
            "nodes.csv": (("id", "lon", "lat"), nodes),
            "edges.csv": (("from_node", "to_node", "length_m", "road_class"), edges),
        },
    )
