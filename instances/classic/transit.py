"""Transit networks: Mandl's and Mumford's, with published sets of routes.

Sources: C. Mandl (1980), Evaluation and optimization of urban public transportation networks, European Journal of
Operational Research 5; C. Mumford (2013), New heuristic and evolutionary operators for the multi-objective urban
transit routing problem, IEEE Congress on Evolutionary Computation. The tables are those of R. Arbex, Transit Network
Design.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from .cells import Cells


@dataclass(frozen=True, eq=False)
class Network:
    """``n`` stops; ``minutes`` (n, n) of a direct link, -1 where there is none; ``demand`` (n, n) trips a day from
    row to column; ``terminal`` (n,) bool: a route may end there."""

    name: str
    n: int
    minutes: np.ndarray
    demand: np.ndarray
    terminal: np.ndarray


@dataclass(frozen=True)
class RouteSet:
    """A published solution: its ``name`` and its ``routes``, each the stops in order, positions from 0."""

    name: str
    routes: tuple[tuple[int, ...], ...]


def read_network(nodes: Path, links: Path, demand: Path) -> Network:
    """The three tables, separated by commas: ``id,lat,lon,terminal``, ``from,to,travel_time``, ``from,to,demand``.

    Raises:
        InputRefused: E290 to E295, with the row.
    """
    cells = Cells(nodes, ",")
    _header(cells, ("id", "lat", "lon", "terminal"))
    rows = [cells.row("stops", 4) for _ in range(len(cells.rows) - 1)]
    for k, row in enumerate(rows, start=1):
        cells.whole(row.words[0], row.number, k, k)
    terminal = np.array([cells.whole(r.words[3], r.number, 0, 1) == 1 for r in rows], dtype=bool)
    cells.end()
    n = len(rows)
    minutes = _table(links, n, ("from", "to", "travel_time"), -1)
    return Network(nodes.name, n, minutes, _table(demand, n, ("from", "to", "demand"), 0), terminal)


def _header(cells: Cells, names: tuple[str, ...]) -> None:
    row = cells.row(",".join(names), len(names))
    if row.words[: len(names)] != names:
        cells.fault("E295", row.number, what="header", value=",".join(row.words), known=",".join(names))


def _table(path: Path, n: int, names: tuple[str, ...], empty: int) -> np.ndarray:
    """A table ``from,to,value`` as a matrix (n, n) with ``empty`` where it has no row."""
    cells = Cells(path, ",")
    _header(cells, names)
    matrix = np.full((n, n), empty, dtype=np.int64)
    for _ in range(len(cells.rows) - 1):
        row = cells.row("rows", 3)
        a, b = (cells.whole(word, row.number, 1, n) - 1 for word in row.words[:2])
        matrix[a, b] = cells.whole(row.words[2], row.number, 0)
    cells.end()
    return matrix


def read_route_sets(path: Path, network: Network) -> tuple[RouteSet, ...]:
    """Published sets: a title, the number of routes, then a row ``1-2-3`` for each route; every step is a link.

    Raises:
        InputRefused: E290 to E295, with the row.
    """
    cells = Cells(path, "\n")
    sets = []
    while cells.at < len(cells.rows):
        title = cells.row("title", 1).words[0]
        count = cells.row("number of routes", 1)
        routes = []
        for _ in range(cells.whole(count.words[0], count.number, 1, 1000)):
            row = cells.row(f"routes of {title}", 1)
            stops = tuple(cells.whole(w.strip(), row.number, 1, network.n) - 1 for w in row.words[0].split("-"))
            for a, b in pairwise(stops):
                if network.minutes[a, b] < 0:
                    cells.fault(
                        "E295", row.number, what="route", value=f"{a + 1}-{b + 1}", known="links of the network"
                    )
            routes.append(stops)
        sets.append(RouteSet(title, tuple(routes)))
    cells.end()
    return tuple(sets)
