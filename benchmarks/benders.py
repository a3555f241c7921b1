r"""Bounds of dense covering raced: `python benchmarks/benders.py`, a table of docs/benchmarks-growth.md.

The same relaxation three ways, on the instances of `classic.py dense`: closed-form Benders cuts in HiGHS, the volume
algorithm on the Lagrangean, and the relaxation whole in HiGHS (interior point), to which siting then adds its cuts. A
Benders cut of a point :math:`\bar y` needs no linear program: with :math:`I` the rows that :math:`\bar y` covers once
or more,

.. math:: \theta \le \sum_{i \in I} w_i + \sum_j y_j \sum_{i \notin I, j \in N(i)} w_i .

Each cell of the first two is the bound after so many CPU seconds; of the others, bound and CPU seconds.

Source: J.-F. Cordeau, F. Furini and I. Ljubic (2019), Benders decomposition for very large scale partial set covering
and maximal covering location problems, European Journal of Operational Research 275.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import highspy
import numpy as np
from classic import DATA, dense
from growth import one_row
from measured import head, row

from siting.solvers.classic import problems
from siting.solvers.classic.merge import merged
from siting.solvers.coverage.bound import Lagrangean
from siting.solvers.coverage.branching import Tree
from siting.solvers.coverage.reduce import Cover
from siting.solvers.coverage.relaxation import Relaxation
from siting.solvers.coverage.swap import Swap
from siting.solvers.volume import Descent, Look, descend

Heard = Callable[[float], None]


def benders(cover: Cover, p: int, seconds: float, hear: Heard) -> int:
    """Cuts one by one in HiGHS until none is violated; how many."""
    m = cover.covers.shape[1]
    by_site = cover.covers.T.tocsr()
    highs, total, begun = highspy.Highs(), float(cover.weight.sum()), time.process_time()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    for _ in range(m):
        highs.addVar(0.0, 1.0)
    highs.addVar(0.0, total)
    highs.changeColCost(m, -1.0)
    highs.addRow(0.0, float(p), m, np.arange(m, dtype=np.int32), np.ones(m))
    count, best = 0, total
    while time.process_time() - begun < seconds:
        highs.run()
        values = np.array(highs.getSolution().col_value)
        best = min(best, values[m])
        hear(best)
        served = cover.covers @ values[:m]
        if values[m] <= float((cover.weight * np.minimum(1, served)).sum()) + 1e-6 * total:
            break
        inside = served >= 1 - 1e-9
        slope = by_site @ np.where(inside, 0.0, cover.weight)
        at = np.flatnonzero(slope)
        index = np.concatenate([[m], at]).astype(np.int32)
        most = float(cover.weight[inside].sum())
        highs.addRow(-highspy.kHighsInf, most, len(index), index, np.concatenate([[1.0], -slope[at]]))
        count += 1
    return count


def volume(cover: Cover, aim: float, seconds: float, hear: Heard) -> None:
    """The Lagrangean lowered from its usual start, aiming at the value of a choice."""
    form, begun = Lagrangean(cover), time.process_time()
    best = np.inf

    def look(at: np.ndarray) -> Look:
        nonlocal best
        seen = form.look(at)
        best = min(best, seen.value)
        hear(best)
        return seen

    descend(
        look, form.start(), form.low, form.high, lambda k, mean: aim, Descent(rounds=10**6, least=1e-6),
        lambda: time.process_time() - begun > seconds,
    )  # fmt: skip


class Clock:
    """The best bound after each of some CPU seconds."""

    def __init__(self, marks: list[float]) -> None:
        self.marks, self.begun = marks, time.process_time()
        self.at: dict[float, float] = {}
        self.last = np.inf

    def hear(self, bound: float) -> None:
        """Note a bound, for all marks that have passed before it."""
        now = time.process_time() - self.begun
        for mark in self.marks:
            if mark < now and mark not in self.at:
                self.at[mark] = self.last
        self.last = min(self.last, bound)

    def cells(self) -> list[str]:
        """One cell a mark; what ended before keeps its last bound."""
        return [f"{self.at.get(mark, self.last):.0f}" for mark in self.marks]


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--only", default="seed=1")
    wish = parser.parse_args()
    marks = [0.3, 1.0, 3.0, 10.0]
    nothing = [""] * len(marks)
    head("instance", "method", *(f"{mark:g} s" for mark in marks), "at the end")
    for case in dense(wish.data):
        if wish.only not in case.name:
            continue
        assert isinstance(case.instance, problems.MaximalCovering)
        cover = one_row(*merged(case.instance.covers, case.instance.demand), case.instance.p)
        greedy = Swap(cover, 0)
        greedy.set_to([])
        greedy.improve(lambda: False)
        clock = Clock(marks)
        count = benders(cover, case.instance.p, marks[-1], clock.hear)
        row(case.name, "Benders, closed form", *clock.cells(), f"{count} cuts")
        clock = Clock(marks)
        volume(cover, greedy.value, marks[-1], clock.hear)
        row("", "volume", *clock.cells(), "")
        begun = time.process_time()
        point = Relaxation(cover).solve(first=True)
        assert point is not None
        whole, begun = time.process_time() - begun, time.process_time()
        row("", "whole, interior point", *nothing, f"{point.bound:.0f} after {whole:.1f} s")
        tree = Tree(cover, greedy.value, greedy.value)
        rooted = tree.root(lambda point: None)
        assert rooted is not None
        row("", "whole, with cuts", *nothing, f"{rooted.bound:.0f} after {time.process_time() - begun:.1f} s")


if __name__ == "__main__":
    main()
