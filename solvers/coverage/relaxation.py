r"""The linear relaxation of what is left of a cover, kept in HiGHS: rows are added, and solved again from a basis.

.. math:: \min \sum_i w_i z_i + \sum_j p_j y_j, \quad z_i + \sum_{j \in N(i)} y_j \ge 1, \quad a_k y \le b_k, \quad
    0 \le y, z \le 1,

with cuts (`cuts`) and with regions: sets of sites of which at least and at most so many are open. Its bound is not the
value that HiGHS gives but what its duals prove when they are put into the Lagrangean in plain arithmetic, so no
tolerance of the solver enters (A. Neumaier and O. Shcherbina, 2004, Safe bounds in linear and mixed-integer linear
programming, Mathematical Programming 99). This module runs in a child process (`branching`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from ..priced import raised
from .cuts import chosen, coefficients
from .reduce import Cover, model_rows

INF = highspy.kHighsInf
#: What a column or row can be in a basis, by a number; thousands of nodes keep theirs.
STATES = (
    highspy.HighsBasisStatus.kLower, highspy.HighsBasisStatus.kBasic, highspy.HighsBasisStatus.kUpper,
    highspy.HighsBasisStatus.kZero, highspy.HighsBasisStatus.kNonbasic,
)  # fmt: skip

Basis = tuple[np.ndarray, np.ndarray] | tuple[()]


@dataclass(frozen=True, eq=False)
class Point:
    """The relaxation solved once: the ``bound`` in worth, shares of the sites (m,) and what is left out (n,), and the
    basis from which it goes on: a small number for each column and row, nothing where there is none."""

    bound: float
    opened: np.ndarray
    left_out: np.ndarray
    basis: Basis


class Relaxation:
    """The relaxation of a cover; rows are first those of the cover and of its limits, then cuts, then regions."""

    def __init__(self, cover: Cover) -> None:
        self.cover = cover
        n, m = cover.covers.shape
        self.n, self.m = n, m
        self.total = cover.base + float(cover.weight.sum())
        self.cost = np.concatenate([cover.price, cover.weight])
        scale = 1.0 / np.maximum(1, np.abs(cover.use).max(axis=1, initial=0))
        self.matrix, self.low, self.high = model_rows(cover.covers, cover.use * scale[:, None], cover.limit * scale)
        self.first_cut = len(self.low)
        self.cuts: list[tuple[int, int, int]] = []
        self.region_at: dict[int, int] = {}
        self.highs = highspy.Highs()
        self.highs.setOptionValue("output_flag", False)
        self.highs.setOptionValue("threads", 1)
        self._pass()

    def _pass(self) -> None:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self.m + self.n, len(self.low)
        model.col_cost_ = self.cost
        model.col_lower_, model.col_upper_ = np.zeros(self.m + self.n), np.ones(self.m + self.n)
        model.row_lower_, model.row_upper_ = self.low, self.high
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = self.matrix.indptr.astype(np.int32)
        model.a_matrix_.index_ = self.matrix.indices.astype(np.int32)
        model.a_matrix_.value_ = self.matrix.data
        if self.highs.passModel(model) == highspy.HighsStatus.kError:
            raise RuntimeError("the solver refuses the relaxation")

    def add(self, rows: csr_array, low: np.ndarray, high: np.ndarray) -> None:
        """Rows (k, m + n) below the others."""
        self.highs.addRows(
            len(low), low, high, rows.nnz, rows.indptr.astype(np.int32), rows.indices.astype(np.int32), rows.data
        )
        self.matrix = csr_array(vstack([self.matrix, rows]).tocsr())
        self.low, self.high = np.concatenate([self.low, low]), np.concatenate([self.high, high])

    def add_cuts(self, found: list[tuple[int, int, int]]) -> None:
        """Cuts over these rows of the cover."""
        cover, k = self.cover.covers, len(found)
        rows = csr_array(hstack([coefficients(cover, found), chosen(found, self.n)]).tocsr())
        self.add(rows, np.full(k, 2.0), np.full(k, INF))
        self.cuts += found

    def drop_loose_cuts(self) -> None:
        """Leave out the cuts that do not bind at the last point; only while there are no regions."""
        activity = np.array(self.highs.getSolution().row_value)
        loose = activity[self.first_cut :] > 2.1
        goes = np.flatnonzero(loose) + self.first_cut
        if len(goes):
            self.highs.deleteRows(len(goes), goes.astype(np.int32))
            stays = np.delete(np.arange(len(self.low)), goes)
            self.matrix, self.low, self.high = csr_array(self.matrix[stays]), self.low[stays], self.high[stays]
            self.cuts = [rows for rows, out in zip(self.cuts, loose.tolist(), strict=True) if not out]

    def region(self, number: int, sites: np.ndarray) -> None:
        """A row for a set of sites, known by a number, without limits so far."""
        if number not in self.region_at:
            row = csr_array((np.ones(len(sites)), (np.zeros(len(sites), int), sites)), shape=(1, self.m + self.n))
            self.region_at[number] = len(self.low)
            self.add(row, np.array([-INF]), np.array([INF]))

    def interior(self) -> Point | None:
        """Solve by the interior point method alone: a point in the middle of the best ones, and no basis. It takes as
        long whatever has been added, where the simplex method has much to mend after many cuts. None: no choice."""
        self.highs.clearSolver()
        self.highs.setOptionValue("solver", "ipm")
        self.highs.setOptionValue("run_crossover", "off")
        self.highs.run()
        self.highs.setOptionValue("run_crossover", "on")
        solution = self.highs.getSolution()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal or not solution.dual_valid:
            return self.solve(first=True)
        return self._point(())

    def solve(self, first: bool = False) -> Point | None:
        """Solve from the basis that stands; the first time by the interior point method. None: no choice is left.

        Raises:
            RuntimeError: HiGHS ends in any other way; the process ends with it, and its last bound holds.
        """
        self.highs.setOptionValue("solver", "ipm" if first else "simplex")
        self.highs.run()
        if self.highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return None
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"the relaxation ends with {self.highs.getModelStatus()}")
        basis = self.highs.getBasis()
        return self._point((_small(basis.col_status), _small(basis.row_status)))

    def _point(self, basis: Basis) -> Point:
        solution = self.highs.getSolution()
        values = np.clip(np.array(solution.col_value), 0.0, 1.0)
        return Point(self._proven(np.array(solution.row_dual)), values[: self.m], values[self.m :], basis)

    def solve_within(self, limits: dict[int, tuple[float, float]], basis: Basis) -> Point | None:
        """Solve with limits on some regions and none on the others, from a basis."""
        for number, row in self.region_at.items():
            low, high = limits.get(number, (-INF, INF))
            if (low, high) != (self.low[row], self.high[row]):
                self.low[row], self.high[row] = low, high
                self.highs.changeRowBounds(row, low, high)
        if basis:
            start = highspy.HighsBasis()
            start.col_status = [STATES[k] for k in basis[0].tolist()]
            more = [highspy.HighsBasisStatus.kBasic] * (len(self.low) - len(basis[1]))
            start.row_status = [STATES[k] for k in basis[1].tolist()] + more
            start.valid = True
            self.highs.setBasis(start)
        return self.solve()

    def _proven(self, dual: np.ndarray) -> float:
        """What prices of the rows prove, whatever they are."""
        side = np.where(dual > 0, self.low, self.high)
        dual = np.where(np.isfinite(side), dual, 0.0)
        rest = self.cost - self.matrix.T @ dual
        least = float(dual @ np.where(np.isfinite(side), side, 0.0)) + float(np.minimum(rest, 0.0).sum())
        return raised(self.total - least)


def _small(states: Iterable[Any]) -> np.ndarray:
    number = {state: k for k, state in enumerate(STATES)}
    return np.fromiter((number[state] for state in states), dtype=np.int8)
