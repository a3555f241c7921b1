"""An answer moved to a corner of its model.

With what is open held, people go by the rows of a flow, whose corners send whole persons. But a solver's answer need
not be a corner: it may send parts of a person to several places where one place does as well, and its people rounded
down to whole ones may then be too few for what was reached before. The linear program that is left, solved once more
by the simplex method, ends in a corner that is as good.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from siting.plans.outcome import Effort

from .process.arrays import hand_over
from .process.linear import LinearModel


def corner(task: LinearModel, values: np.ndarray, effort: Effort, seconds: float) -> np.ndarray:
    """Values (n,) of a corner with the whole-number variables of ``values`` (n,), no worse than these; the values
    themselves where it cannot be had in the time.

    Raises:
        CannotWrite: as `supervise.run`.
    """
    if seconds < 0.05 or effort.stopped():
        return values
    answer = hand_over(task.held(values), replace(effort, time_limit_s=seconds), gap=0.0)
    return values if answer.values is None or not answer.complete else answer.values
