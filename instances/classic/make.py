"""``siting new --classic``: a file of the literature, whatever its kind, as a county folder.

The kind is found by how the file begins and how many rows it has; ``kind`` says it where that is not enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting.errors import Fault, InputRefused

from . import county, points_county, transit_county, warehouse_county
from .cells import Cells, Row
from .covering import read_demand_graph, read_places
from .median import read_graph, read_tsplib
from .transit import read_network
from .warehouse import read_cap, read_single_source


@dataclass(frozen=True)
class Numbers:
    """What files leave to the caller: ``p`` sites or lines, ``radius`` in the file's unit, ``capacity`` of all."""

    p: int | None = None
    radius: int | None = None
    capacity: int | None = None


def make_classic(folder: Path, path: Path, numbers: Numbers, kind: str = "") -> tuple[Fault, ...]:
    """Write the county folder ``folder`` from the file ``path``; gives the warnings of `siting check`.

    Raises:
        InputRefused: E290 to E297, with the row; E203, E285.
        CannotWrite: E215.
    """
    kind = kind or kind_of(path)
    faults = [
        Fault("E296", file=path.name, values={"name": name, "value": value, "limit": "-"})
        for name, value in vars(numbers).items()
        if value is not None and name not in _ASKS[kind]
    ]
    if faults:
        raise InputRefused(faults)
    return _MAKERS[kind](folder, path, numbers)


def kind_of(path: Path) -> str:
    """The kind of a file. Raises `InputRefused`: E290 not readable, E295 none that is known."""
    rows = Cells(path).rows
    first = rows[0].words if rows else ()
    if first and first[0].lower().startswith("id,lat,lon"):
        return "transit"
    if any(row.words[0] == "NODE_COORD_SECTION" for row in rows):
        return "tsplib"
    if len(first) == 2 and len(rows) > 1:
        return "warehouses" if _one_demand_a_row(rows) else "single-source"
    counts = [int(word) if word.isdigit() else 0 for word in first]
    if len(first) in (3, 4) and counts[0]:
        if len(first) == 3 and counts[2] and len(rows) - 1 == counts[1]:
            return "p-median"
        if len(first) == 4 and len(rows) - 1 == counts[1] != counts[0]:
            return "demand-graph"
        if len(rows) - 1 == counts[0]:
            return "covering"
    values = {"what": "file", "value": " ".join(first)[:60], "known": ", ".join(_MAKERS)}
    raise InputRefused(Fault("E295", path.name, 1, values=values))


def _one_demand_a_row(rows: list[Row]) -> bool:
    """Whether after the warehouses a demand stands alone in its row, or at the head of its costs, as in cap*."""
    warehouses = int(rows[0].words[0]) if rows[0].words[0].isdigit() else 0
    if rows[1].words[0] == "capacity":
        return True
    return len(rows) > warehouses + 1 and len(rows[warehouses + 1].words) in (1, warehouses + 1)


def _graph(folder: Path, path: Path, numbers: Numbers) -> tuple[Fault, ...]:
    return county.to_county(read_graph(path), folder, numbers.p, numbers.radius)


def _demand_graph(folder: Path, path: Path, numbers: Numbers) -> tuple[Fault, ...]:
    graph, demand, scale = read_demand_graph(path)
    persons, _ = county.whole_persons(demand, scale)
    return county.to_county(graph, folder, numbers.p, numbers.radius, persons)


def _tsplib(folder: Path, path: Path, numbers: Numbers) -> tuple[Fault, ...]:
    points = read_tsplib(path)
    ones = np.ones(len(points.xy), dtype=np.int64)
    return points_county.to_county(points_county.Plane(path.name, points.xy, ones), folder, numbers.p, numbers.radius)


def _covering(folder: Path, path: Path, numbers: Numbers) -> tuple[Fault, ...]:
    places = read_places(path)
    persons, _ = county.whole_persons(places.demand, places.scale)
    plane = points_county.Plane(path.name, places.xy.astype(float), persons)
    return points_county.to_county(plane, folder, numbers.p, numbers.radius)


def _warehouses(folder: Path, path: Path, numbers: Numbers) -> tuple[Fault, ...]:
    return warehouse_county.to_county(read_cap(path, numbers.capacity), folder, single_source=False)


def _single_source(folder: Path, path: Path, numbers: Numbers) -> tuple[Fault, ...]:
    return warehouse_county.to_county(read_single_source(path), folder, single_source=True)


def _transit(folder: Path, path: Path, numbers: Numbers) -> tuple[Fault, ...]:
    """The table of nodes; its links and demand lie beside it."""
    beside = [path.with_name(re.sub("nodes", part, path.name)) for part in ("links", "demand")]
    return transit_county.to_county(read_network(path, *beside), folder, numbers.p)


_Maker = Callable[[Path, Path, Numbers], tuple[Fault, ...]]
_MAKERS: dict[str, _Maker] = {
    "p-median": _graph, "demand-graph": _demand_graph, "tsplib": _tsplib, "covering": _covering,
    "warehouses": _warehouses, "single-source": _single_source, "transit": _transit,
}  # fmt: skip
#: The numbers that each kind takes.
_ASKS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("p-median", "demand-graph", "tsplib", "covering"), ("p", "radius")),
    "warehouses": ("capacity",), "single-source": (), "transit": ("p",),
}  # fmt: skip
KINDS = tuple(_MAKERS)
