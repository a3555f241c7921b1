"""A linear program that is made row by row, in which some rows have a name for the price that their dual value is."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.sparse import coo_array, csc_array

from ..process.linear import LinearModel

Key = tuple[str | int, ...]
#: (variable, coefficient)
Terms = list[tuple[int, float]]


class Program:
    """max ``cost @ x``, ``0 <= x <= upper``, rows with bounds; ``named`` rows and ``priced`` variables by key.

    A priced variable is one whose own bound has a price: what its reduced cost says.
    """

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.named: dict[Key, int] = {}
        self.priced: dict[Key, int] = {}
        self._rows: list[int] = []
        self._columns: list[int] = []
        self._values: list[float] = []

    def variable(self, upper: float = 1.0, cost: float = 0.0) -> int:
        """A new variable."""
        self.cost.append(cost)
        self.upper.append(upper)
        return len(self.cost) - 1

    def row(
        self, terms: Iterable[tuple[int, float]], high: float, low: float = -np.inf, key: Key | None = None
    ) -> None:
        """A new row; a variable may stand in it several times."""
        at = len(self.high)
        for column, value in terms:
            self._rows.append(at)
            self._columns.append(column)
            self._values.append(value)
        self.low.append(low)
        self.high.append(high)
        if key is not None:
            self.named[key] = at

    def linear(self) -> LinearModel:
        """The program as arrays, for the solver; costs are divided by a unit that brings the largest to 1,000."""
        n, m = len(self.cost), len(self.high)
        matrix = csc_array(coo_array((self._values, (self._rows, self._columns)), shape=(m, n)))
        matrix.eliminate_zeros()
        return LinearModel(
            cost=-np.array(self.cost) / self.unit,
            offset=0.0,
            sign=-1,
            matrix=matrix,
            row_lower=np.array(self.low),
            row_upper=np.array(self.high),
            lower=np.zeros(n),
            upper=np.array(self.upper),
            whole=np.zeros(n, dtype=bool),
            variables=[object()] * n,
        )

    @property
    def unit(self) -> float:
        """What costs are divided by."""
        return max(1e-9, max(map(abs, self.cost), default=1.0) / 1000)
