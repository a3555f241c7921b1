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
