"""Building a `linear.LinearModel` from arrays, and handing it to the supervised child process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csc_array

from siting.plans.outcome import Effort

from . import supervise
from .linear import LinearModel


@dataclass(frozen=True, eq=False)
class Rows:
    """``count`` rows with coefficients at (``row``, ``column``), between ``lower`` and ``upper`` (count,)."""

    row: np.ndarray
    column: np.ndarray
    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    @property
    def count(self) -> int:
        """How many."""
        return len(self.lower)


def at_least(row: np.ndarray, column: np.ndarray, value: np.ndarray, lower: np.ndarray) -> Rows:
    """Rows with a least value ``lower`` (rows,) only."""
    return Rows(row, column, value, lower, np.full(len(lower), np.inf))


def equal(row: np.ndarray, column: np.ndarray, value: np.ndarray, to: np.ndarray) -> Rows:
    """Rows that have the value ``to`` (rows,)."""
    return Rows(row, column, value, to, to)


def minimise(
    cost: np.ndarray, rows: Sequence[Rows], whole: np.ndarray, upper: np.ndarray | None = None,
    lower: np.ndarray | None = None,
) -> LinearModel:  # fmt: skip
    """min ``cost @ x`` over ``rows``, 0 (or ``lower``) <= x <= 1 (or ``upper``), ``whole`` (n,) bool."""
    offsets = np.concatenate([[0], np.cumsum([part.count for part in rows])])
    matrix = coo_array(
        (
            np.concatenate([part.value for part in rows]).astype(np.float64),
            (
                np.concatenate([part.row + first for part, first in zip(rows, offsets, strict=False)]),
                np.concatenate([part.column for part in rows]),
            ),
        ),
        shape=(int(offsets[-1]), len(cost)),
    )
    columns = csc_array(matrix)
    columns.eliminate_zeros()  # the solver drops them, and a count of coefficients is checked
    return LinearModel(
        cost=np.asarray(cost, dtype=np.float64),
        offset=0.0,
        sign=1,
        matrix=columns,
        row_lower=np.concatenate([part.lower for part in rows]).astype(np.float64),
        row_upper=np.concatenate([part.upper for part in rows]).astype(np.float64),
        lower=np.zeros(len(cost)) if lower is None else lower.astype(np.float64),
        upper=np.ones(len(cost)) if upper is None else upper.astype(np.float64),
        whole=whole,
        variables=[object() for _ in range(len(cost))],
    )


def hand_over(
    model: LinearModel, effort: Effort, start: np.ndarray | None = None, *, gap: float | None = None,
    enough: tuple[float, float] = (-np.inf, np.inf), max_nodes: int = 2**31 - 1, engine: str = "highs",
    on_bound: Callable[[float], None] = lambda bound: None,
    on_values: Callable[[np.ndarray], None] = lambda values: None,
) -> supervise.Answer:  # fmt: skip
    """Solve in a child process, from ``start`` (n,) where one is known.

    The search ends early once its best value is at most ``enough[0]`` or its bound above ``enough[1]``; ``on_bound``
    hears of its bounds on the way, ``on_values`` of its values.
    """
    seen = [np.inf, -np.inf]

    def progress(objective: float | None, bound: float | None) -> None:
        seen[0] = min(seen[0], np.inf if objective is None else objective)
        if bound is not None and bound > seen[1]:
            seen[1] = bound
            on_bound(bound)

    return supervise.run(
        model,
        {} if start is None else model.by_variable(start),
        gap=effort.gap if gap is None else gap,
        seconds=effort.time_limit_s,
        seed=effort.seed,
        threads=effort.threads,
        memory_mb=effort.memory_mb,
        stopped=lambda: effort.stopped() or seen[0] <= enough[0] or seen[1] > enough[1],
        on_progress=progress,
        max_nodes=max_nodes,
        engine=engine,
        on_values=on_values,
    )
