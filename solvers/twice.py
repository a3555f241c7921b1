"""A solver's claim that is asked for twice, the second time without presolve.

HiGHS 1.15.1 can call a plan best that is not: its presolve may tighten a coefficient by a bound of a column that it
takes for whole, though that bound is a fraction (https://github.com/ERGO-Code/HiGHS/issues/3274; of 4,000 counties
drawn by chance, one). Where an answer excludes a plan that is known, the second answer counts. A small model is asked
for twice in any case; there the second counts if its plan is better than the first could have allowed. So a run without
such a fault ends with the same plan as if it had been asked once.
"""

from __future__ import annotations

import time
from typing import Any

from siting.plans.outcome import slip

from .process import supervise
from .process.linear import LinearModel

#: A model of so many coefficients takes parts of a second, with and without presolve.
SMALL = 5_000


def run(
    task: LinearModel, start: dict[int, float], *, known: int | None, seconds: float, **how: Any
) -> supervise.Answer:
    """As `supervise.run`; ``known`` is what a plan at hand reaches, None where none is.

    Raises:
        InputRefused, CannotWrite: as `supervise.run`.
    """
    deadline = time.monotonic() + seconds
    first = supervise.run(task, start, seconds=seconds, **how)
    excludes = known is not None and _excludes(task, first, known)
    if how.get("engine", "highs") != "highs" or not (excludes or (first.complete and task.matrix.nnz <= SMALL)):
        return first
    if (left := deadline - time.monotonic()) < 0.05 or how["stopped"]():
        return first
    silent = {key: value for key, value in how.items() if key not in ("on_progress", "on_values")}
    second = supervise.run(task, start, seconds=left, presolve=False, **silent)
    if not second.complete or second.values is None:
        return first
    reached = task.sign * (float(task.cost @ second.values) + task.offset)
    return second if excludes or _excludes(task, first, reached) else first


def _excludes(task: LinearModel, answer: supervise.Answer, value: float) -> bool:
    """Whether an answer says that nothing as good as ``value`` can be had."""
    beyond = answer.bound is not None and task.sign * (answer.bound - value) > slip(answer.bound)
    return answer.infeasible or beyond
