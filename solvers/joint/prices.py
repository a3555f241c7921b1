r"""A bound of a joint problem from prices on what its parts share.

With a price :math:`u_r` on every joining row :math:`r` (what the dual of the linear relaxation says that it is worth),
the parts have nothing in common any more:

.. math::
    L(u) = \sum_r u_r b_r + \sum_p \min \{ (c_p - u A_p) x_p : x_p \in X_p \} ,

with :math:`b_r` the side of the row that the sign of :math:`u_r` looks to. :math:`L(u)` is a bound for every :math:`u`;
at the duals of the relaxation it is the bound of the relaxation where parts are solved as linear programs, and better
where they are solved with whole options, as is done here, in processes side by side. A part whose search is cut short
counts with the bound that it has.

Source: A. Geoffrion (1974), Lagrangean relaxation for integer programming, Mathematical Programming Study 2.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from scipy.sparse import csc_array

from siting.plans.outcome import Effort

from ..formulation import Formulation
from ..process import supervise
from ..process.linear import LinearModel
from ..process.supervise import Answer
from .split import COMMON, Split, piece, split

#: A part with more whole-number columns than this takes long.
LARGE_PART = 2000
#: Share of the gap within which a part is solved; what it leaves open is left open in the bound.
PART_GAP = 0.05

#: Solves a part: the model and the share of the time that it may take; what came out.
Run = Callable[[LinearModel, float], Answer]


def of_stage(
    form: Formulation,
    linear: LinearModel,
    prices: np.ndarray,
    effort: Effort,
    name: str,
    seconds: float,
    enough: Callable[[float], bool],
) -> float:
    """The bound of a stage: ``linear`` is the model of ``form`` with its aim, ``prices`` are the duals of its
    relaxation, ``enough`` says whether a bound needs no more work."""

    def run(task: LinearModel, share: float) -> Answer:
        answer = supervise.run(
            task,
            {},
            gap=PART_GAP * effort.gap,
            seconds=max(0.1, share * seconds),
            seed=effort.seed,
            threads=effort.threads,
            stopped=effort.stopped,
        )
        effort.on_log(f"== {name}: part at prices\n{answer.log}")
        return answer

    return bound(linear, split(form.linear, form.posed), prices, run, enough)


def bound(
    linear: LinearModel,
    parts: Split,
    prices: np.ndarray,
    run: Run,
    enough: Callable[[float], bool] = lambda total: False,
) -> float:
    """What no solution of ``linear`` exceeds (or undercuts), in its own sense.

    ``prices`` (m,): duals of the rows in the sense of the minimisation; any numbers give a bound. Large parts are first
    relaxed; only if that is not ``enough`` they are solved with whole options.
    """
    owners = [*range(len(parts.parts)), COMMON]
    joining = parts.touched(linear.matrix, owners).sum(axis=0) > 1
    side = np.where(prices > 0, linear.row_lower, linear.row_upper)
    priced = np.where(joining & np.isfinite(side), prices, 0.0)
    cost = linear.cost - linear.matrix.T @ priced
    apart = replace(
        linear,
        cost=cost,
        offset=0.0,
        sign=1,
        matrix=csc_array(linear.matrix.tocsr()[np.flatnonzero(~joining)]),
        row_lower=linear.row_lower[~joining],
        row_upper=linear.row_upper[~joining],
    )
    fixed = linear.offset + float(priced[priced != 0] @ side[priced != 0])
    pieces = [piece(apart, parts.owner == owner, np.zeros(len(cost)))[0] for owner in owners]
    pieces.sort(key=lambda small: len(small.cost))
    large = [k for k, small in enumerate(pieces) if int(small.whole.sum()) > LARGE_PART]
    workers = min(len(owners), os.cpu_count() or 1)

    def least(task: LinearModel) -> float:
        box = float(np.minimum(task.cost * task.lower, task.cost * task.upper).sum())
        if not len(task.row_lower):
            return box
        found = run(task, workers / len(owners)).bound
        return box if found is None or not math.isfinite(found) else max(box, found)

    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(least, [t.relaxed() if k in large else t for k, t in enumerate(pieces)]))
        total = linear.sign * (math.fsum(found) + fixed)
        if large and not enough(total):
            for k, better in zip(large, pool.map(least, [pieces[k] for k in large]), strict=True):
                found[k] = max(found[k], better)
    return linear.sign * (math.fsum(found) + fixed)
