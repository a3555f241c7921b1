r"""The volume algorithm: a Lagrangean bound lowered along an average of what its subproblems choose.

For :math:`L(u) = \max_{y \in Y} f(y) + u \cdot s(y)` with slopes :math:`s(y)` linear in :math:`y`, every :math:`u` of
the box gives an upper bound. Steps go from the best :math:`u` along the slope of :math:`\bar y`, a weighted mean of the
choices so far, :math:`\bar y \leftarrow \alpha y + (1 - \alpha) \bar y`; :math:`\bar y` also tends to a solution of the
linear relaxation, which a plain subgradient does not give.

Source: F. Barahona and R. Anbil (2000), The volume algorithm: producing primal solutions with a subgradient method,
Mathematical Programming 87.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Look:
    """The bound at one point: ``value``, its ``slope`` (d,), and the ``choice`` (c,) of its subproblem."""

    value: float
    slope: np.ndarray
    choice: np.ndarray


@dataclass(frozen=True, eq=False)
class Lowest:
    """The lowest bound that was found, where, and the mean choice (c,) on the way."""

    value: float
    at: np.ndarray
    choice: np.ndarray


@dataclass(frozen=True)
class Descent:
    """How a descent goes: at most so many rounds, the first step, and how many rounds in vain make it smaller."""

    rounds: int = 600
    step: float = 1.0
    patience: int = 10
    shrink: float = 0.8
    least: float = 1e-4
    weight: float = 0.1


def descend(
    look: Callable[[np.ndarray], Look],
    start: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    goal: Callable[[int, np.ndarray], float],
    how: Descent,
    over: Callable[[], bool] = lambda: False,
    deadline: float = float("inf"),
    mean_of: Look | None = None,
) -> Lowest:
    """Lower the bound from ``start`` within the box ``low`` to ``high`` (d,).

    ``goal(round, mean choice)`` is a value that a solution is known to have: the descent aims at it and ends below it.
    Coordinates move in proportion to the width of their range. ``over`` and ``deadline`` (`time.monotonic`) end it.
    ``mean_of`` is a mean choice to begin with, with its slope, from a descent of a problem that is nearly the same.
    """
    width = np.where(np.isfinite(high - low), high - low, 1.0)
    at, first = start, look(start)
    best, begin = first.value, mean_of or first
    mean, slope = begin.choice, begin.slope
    step, vain, weight, mark = how.step, 0, how.weight, first.value
    for k in range(how.rounds):
        aim = goal(k, mean)
        way = np.where(((at >= high) & (slope < 0)) | ((at <= low) & (slope > 0)), 0.0, slope)
        length = float((width * way) @ way)
        if best <= aim or length < 1e-12 or step < how.least or over() or time.monotonic() > deadline:
            break
        here = np.clip(at - step * (best - aim) / length * width * way, low, high)
        seen = look(here)
        turn = seen.slope - slope
        share = -float(turn @ slope) / (float(turn @ turn) + 1e-12)  # where the mean slope is shortest
        share = min(max(share, weight / 10), weight)
        mean = share * seen.choice + (1 - share) * mean
        slope = share * seen.slope + (1 - share) * slope
        if seen.value < best:
            if float(seen.slope @ way) > 0:
                step = min(2.0, step * 1.1)
            best, at, vain = seen.value, here, 0
        else:
            vain += 1
            if vain >= how.patience:
                step, vain = step * how.shrink, 0
        if k % 100 == 99:
            if mark - best < 1e-3 * (best - aim):
                weight = max(1e-3, weight / 2)
            mark = best
    return Lowest(best, at, mean)
