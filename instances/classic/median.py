"""p-median files: OR-Library graphs (pmed*) and TSPLIB points (rl1304, fl1400, pcb3038).

Sources: J. Beasley (1990), OR-Library: distributing test problems by electronic mail, Journal of the Operational
Research Society 41; G. Reinelt (1991), TSPLIB, ORSA Journal on Computing 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siting.errors import Fault, InputRefused

from .cells import DECIMAL, Cells


@dataclass(frozen=True, eq=False)
class Graph:
    """An undirected graph: ``n`` vertices, ``edges`` (e, 2) positions from 0, ``length`` (e,) whole units, ``p`` sites.

    An edge stands once; where the file gives one twice, the last counts. ``p`` is that of the file.
    """

    name: str
    n: int
    p: int
    edges: np.ndarray
    length: np.ndarray

    def paths(self) -> np.ndarray:
        """Shortest distances (n, n), float64 but whole, in the file's unit; infinite where there is no way."""
        a, b = self.edges.T
        graph = csr_array((self.length.astype(np.float64), (a, b)), shape=(self.n, self.n))
        found: np.ndarray = dijkstra(graph, directed=False)
        return found

    def distances(self) -> np.ndarray:
        """Shortest distances (n, n), int64, in the file's unit.

        Raises:
            InputRefused: two vertices are not connected (E297).
        """
        paths = self.paths()
        if not np.isfinite(paths).all():
            first, second = np.argwhere(~np.isfinite(paths))[0] + 1
            raise InputRefused(Fault("E297", file=self.name, values={"first": first, "second": second}))
        whole: np.ndarray = np.rint(paths).astype(np.int64)
        return whole


@dataclass(frozen=True, eq=False)
class Points:
    """Points in the plane: ``xy`` (n, 2) in the file's unit; ``demand`` (n,) where the file gives one, else ones."""

    name: str
    xy: np.ndarray
    demand: np.ndarray

    def distances(self) -> np.ndarray:
        """Euclidean distances (n, n), rounded down to whole units, int64.

        Rounded down as the p-median literature does with these files; TSPLIB itself rounds to the nearest.
        """
        squared = sum((self.xy[:, None, k] - self.xy[None, :, k]) ** 2 for k in range(2))
        down: np.ndarray = np.floor(np.sqrt(squared)).astype(np.int64)
        return down


def read_graph(path: Path) -> Graph:
    """An OR-Library p-median file: ``n edges p``, then a row ``from to length`` for each edge.

    Raises:
        InputRefused: E290 to E294, with the row.
    """
    cells = Cells(path)
    head = cells.row("n, edges, p", 3)
    n, count, p = (cells.whole(word, head.number, 1, 100_000_000) for word in head.words[:3])
    if p > n:
        cells.fault("E291", head.number, value=p, limit=f"1 … {n}")
    cells.check()
    last: dict[tuple[int, int], int] = {}
    for _ in range(count):
        row = cells.row(f"{count} edges", 3)
        a, b = (cells.whole(word, row.number, 1, n) - 1 for word in row.words[:2])
        length = cells.whole(row.words[2], row.number, 1)
        if a != b:
            last[min(a, b), max(a, b)] = length
    cells.end()
    return Graph(path.name, n, p, np.array(list(last), dtype=np.int64).reshape(-1, 2),
                 np.array(list(last.values()), dtype=np.int64))  # fmt: skip


def read_tsplib(path: Path) -> Points:
    """A TSPLIB file with ``EDGE_WEIGHT_TYPE: EUC_2D`` and a ``NODE_COORD_SECTION``.

    Raises:
        InputRefused: E290 to E295, with the row.
    """
    cells = Cells(path)
    kind, n = "", 0
    while cells.at < len(cells.rows) and cells.rows[cells.at].words[0] != "NODE_COORD_SECTION":
        row = cells.rows[cells.at]
        key, _, value = " ".join(row.words).partition(":")
        if key.strip() == "DIMENSION":
            n = cells.whole(value.strip(), row.number, 1, 10_000_000)
        elif key.strip() == "EDGE_WEIGHT_TYPE":
            kind = value.strip()
        cells.at += 1
    if kind != "EUC_2D":
        cells.fault("E295", None, what="EDGE_WEIGHT_TYPE", value=kind, known="EUC_2D")
    cells.row("NODE_COORD_SECTION", 1)
    cells.check()
    xy = np.zeros((n, 2))
    for k in range(n):
        row = cells.row(f"{n} points", 3)
        cells.whole(row.words[0], row.number, k + 1, k + 1)
        for axis in range(2):
            xy[k, axis] = coordinate(cells, row.words[axis + 1], row.number)
    if cells.at < len(cells.rows) and cells.rows[cells.at].words == ("EOF",):
        cells.at += 1
    cells.end()
    return Points(path.name, xy, np.ones(n, dtype=np.int64))


def coordinate(cells: Cells, word: str, row: int) -> float:
    """A plain or scientific number (1.2e+03), of either sign."""
    head, _, power = word.lower().partition("e")
    if DECIMAL.fullmatch(head) and (not power or DECIMAL.fullmatch(power)):
        return float(word)
    cells.fault("E291", row, value=word, limit="-10^15 … 10^15")
    return 0.0
