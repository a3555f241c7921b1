"""Covering files: points with people; the number of sites and the radius are arguments.

SJC324 to SJC818: L. Lorena and M. Pereira (2002), A Lagrangean/surrogate heuristic for the maximal covering location
problem using Hillman's edition, International Journal of Industrial Engineering 9; ZDS2500: M. Zarandi, S. Davari and
S. Sisakht (2011), The large scale maximal covering location problem, Scientia Iranica 18; GR100: R. Galvao and
C. ReVelle (1996), European Journal of Operational Research 88; PCB3038: G. Reinelt (1991), TSPLIB.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .cells import Cells, exact
from .median import Graph


@dataclass(frozen=True, eq=False)
class Places:
    """Points that are demand points and sites: ``xy`` (n, 2) whole units; ``demand`` (n,) in 1/``scale`` persons."""

    name: str
    xy: np.ndarray
    demand: np.ndarray
    scale: int

    def covers(self, radius: int) -> np.ndarray:
        """Which site (column) covers which point (row), (n, n) bool: within ``radius``, the limit itself inside.

        Exact: squares of whole numbers are compared.
        """
        squared = sum((self.xy[:, None, k] - self.xy[None, :, k]) ** 2 for k in range(2))
        inside: np.ndarray = squared <= radius * radius
        return inside


def read_places(path: Path) -> Places:
    """A head that begins with the number of points, then rows ``x y demand``.

    Raises:
        InputRefused: E290 to E294, with the row.
    """
    cells = Cells(path)
    head = cells.row("number of points", (3, 4))
    n = cells.whole(head.words[0], head.number, 1, 10_000_000)
    cells.check()
    xy = np.zeros((n, 2), dtype=np.int64)
    words: list[str] = []
    rows: list[int] = []
    for k in range(n):
        row = cells.row(f"{n} points", 3)
        xy[k] = [cells.whole(word, row.number, -(10**8), 10**8) for word in row.words[:2]]
        words.append(row.words[2])
        rows.append(row.number)
    demand, scale = exact(cells.decimals(words, rows))
    cells.end()
    return Places(path.name, xy, demand, scale)


def read_demand_graph(path: Path) -> tuple[Graph, np.ndarray, int]:
    """A graph with people (GR100): ``n edges 0 0``, then ``from to length``, in row k of n also the people of k.

    Gives the graph with its p of the file as 1 (it is an argument), the demand (n,) in 1/scale persons, and the scale.

    Raises:
        InputRefused: E290 to E294, with the row.
    """
    cells = Cells(path)
    head = cells.row("vertices and edges", 4)
    n, count = (cells.whole(word, head.number, 1, 10_000_000) for word in head.words[:2])
    if count < n:
        cells.fault("E291", head.number, value=count, limit=f"{n} …")
    cells.check()
    last: dict[tuple[int, int], int] = {}
    words: list[str] = []
    rows: list[int] = []
    for number in range(count):
        row = cells.row(f"{count} edges", 4 if number < n else 3)
        a, b = (cells.whole(word, row.number, 1, n) - 1 for word in row.words[:2])
        length = cells.whole(row.words[2], row.number, 1)
        if a != b:
            last[min(a, b), max(a, b)] = length
        if number < n:
            words.append(row.words[3])
            rows.append(row.number)
    demand, scale = exact(cells.decimals(words, rows))
    cells.end()
    edges = np.array(list(last), dtype=np.int64).reshape(-1, 2)
    return Graph(path.name, n, 1, edges, np.array(list(last.values()), dtype=np.int64)), demand, scale
