"""Where a model of several services can be taken apart: the owner of every column, and pieces with the rest held still.

The rows of a joint model are those of single services but for a few: funds, land, running costs, shared plots,
packages, and what earlier aims reached. So the columns are given to *parts*, sets of services that lean on each
other's sites or lines; a row with columns of two parts is *joining*. Nothing here knows what a row means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csc_array, csr_array

from siting.problems.problem import Problem

from ..groups import leaning
from ..process.linear import LinearModel

#: Owner of a column that several parts meet in, such as the land of a plot.
COMMON = -1


@dataclass(frozen=True, eq=False)
class Split:
    """``parts`` are sets of services; ``owner`` (n,) the position of the part of each column, or `COMMON`."""

    parts: tuple[tuple[str, ...], ...]
    owner: np.ndarray

    def columns(self, part: int) -> np.ndarray:
        """Mask (n,) of the columns that a part may change: its own, and those that no part owns."""
        mask: np.ndarray = (self.owner == part) | (self.owner == COMMON)
        return mask

    def touched(self, matrix: csc_array, owners: Sequence[int] | None = None) -> np.ndarray:
        """(owners, m) bool: the rows in which an owner has columns; without ``owners`` for the parts."""
        owners = range(len(self.parts)) if owners is None else owners
        rows = np.zeros((len(owners), matrix.shape[0]), dtype=bool)
        for mask, owner in zip(rows, owners, strict=True):
            mask[matrix[:, np.flatnonzero(self.owner == owner)].indices] = True
        return rows


def split(linear: LinearModel, problem: Problem) -> Split:
    """The parts of a model of ``problem``.

    A column outside the services, such as what a fund pays for one, belongs to the part that it shares rows with, if
    that is a single one.
    """
    parts = leaning(problem)
    place = {service: k for k, part in enumerate(parts) for service in part}
    owner = np.array([place.get(_service(v), COMMON) for v in linear.variables], dtype=np.int64)
    rows = csr_array(linear.matrix)
    for column in np.flatnonzero(owner == COMMON).tolist():
        met: set[int] = set()
        for row in linear.matrix[:, [column]].indices.tolist():
            near = owner[rows.indices[rows.indptr[row] : rows.indptr[row + 1]]]
            met.update(near[near >= 0].tolist())
        owner[column] = _later(met)
    return Split(parts, np.where(owner <= _LATER, -owner + _LATER, owner))


#: Owners found for columns outside the services are kept apart until all are found: one must not lead to the next.
_LATER = -10


def _later(met: set[int]) -> int:
    return _LATER - met.pop() if len(met) == 1 else COMMON


def _service(variable: Any) -> str:
    """The service in whose block of the model a variable stands, "" for what stands outside."""
    block = variable.parent_block()
    return str(block.index()) if block.parent_component().local_name == "service" else ""


def piece(linear: LinearModel, free: np.ndarray, values: np.ndarray) -> tuple[LinearModel, np.ndarray]:
    """The model of the ``free`` (n,) columns alone, with all others held at ``values`` (n,); positions of its columns.

    Rows without a free column are left out: they are as they were.
    """
    columns = np.flatnonzero(free)
    held = np.where(free, 0.0, values)
    rest = linear.matrix @ held
    matrix = csr_array(linear.matrix[:, columns])
    rows = np.flatnonzero(np.diff(matrix.indptr))
    small = replace(
        linear,
        cost=linear.cost[columns],
        offset=linear.offset + float(linear.cost @ held),
        matrix=csc_array(matrix[rows]),
        row_lower=(linear.row_lower - rest)[rows],
        row_upper=(linear.row_upper - rest)[rows],
        lower=linear.lower[columns],
        upper=linear.upper[columns],
        whole=linear.whole[columns],
        variables=[linear.variables[k] for k in columns],
    )
    return small, columns


def shared_out(linear: LinearModel, values: np.ndarray, touched: np.ndarray) -> LinearModel:
    """The model in which every part may use of the slack of a joining row no more than an even share.

    What the parts change side by side, each within this model, then keeps the rows together. ``values`` (n,) keep all
    rows; ``touched`` (parts, m) as `Split.touched` gives it.
    """
    activity = linear.matrix @ values
    share = 1.0 / np.maximum(1, touched.sum(axis=0))
    lower, upper = linear.row_lower.copy(), linear.row_upper.copy()
    below, above = np.isfinite(lower), np.isfinite(upper)
    slack = np.maximum(0.0, (activity - lower)[below])
    lower[below] = np.where(share[below] < 1, activity[below] - slack * share[below], lower[below])
    slack = np.maximum(0.0, (upper - activity)[above])
    upper[above] = np.where(share[above] < 1, activity[above] + slack * share[above], upper[above])
    return replace(linear, row_lower=lower, row_upper=upper)
