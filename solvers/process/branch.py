"""The child process that bounds a model by a tree over its counts: ``python -m siting.solvers.process.branch FOLDER``.

It reads and answers what `worker` does, only that the values it leaves are those of the relaxation with the best bound
until a solution is known: where to look for one. Of the whole-number columns
those that may exceed 1 are counts, and only a few of them are looked at in every node, each by solving both of its
children to the end; the one whose worse child gains most is branched on, and the node with the best bound comes next.
Where all counts are whole, so it goes with the other whole-number columns. HiGHS's own tree looks at all columns alike,
and finds late what bounds most.

Source: D. Applegate, R. Bixby, V. Chvatal and W. Cook (1995), Finding cuts in the TSP, DIMACS 95-05 (strong branching).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from .child import Child, begin, listen
from .worker import pass_model, set_options

#: Columns that are looked at in the root, and in later nodes.
ROOT_LOOKS, LOOKS = 16, 4
#: A value this near a whole number is one.
WHOLE = 1e-6


@dataclass(order=True)
class Node:
    """A part of the solutions: its ``bound``, the ``limits`` of columns that it is about, and where its relaxation
    ended: ``x`` of the whole-number columns, and the basis."""

    bound: float
    number: int
    limits: dict[int, tuple[float, float]] = field(compare=False)
    x: np.ndarray = field(compare=False)
    basis: Any = field(compare=False)


class Tree:
    """The search; ``lowest`` is what no solution is below."""

    def __init__(self, highs: highspy.Highs, child: Child) -> None:
        self.highs, self.child, job = highs, child, child.job
        self.columns = np.flatnonzero(job["whole"])  # of these a node keeps values; the others would fill the memory
        self.lower, self.upper = job["lower"][self.columns], job["upper"][self.columns]
        self.counts, self.others = np.flatnonzero(self.upper > 1), np.flatnonzero(self.upper <= 1)
        self.gain: dict[tuple[int, int], list[float]] = {}
        self.limited: dict[int, tuple[float, float]] = {}
        self.heap: list[Node] = []
        self.best, self.floor, self.nodes = np.inf, np.inf, 0
        self.solution: np.ndarray | None = None
        self.stop = False

    def run(self, most_nodes: int) -> None:
        """Search until the best solution is proven, or it is told to stop."""
        root = self._solve({}, None)
        if root is not None:
            heapq.heappush(self.heap, root)
        while self.heap and not self.stop and self.nodes < most_nodes and self.heap[0].bound < self.best - WHOLE:
            node = heapq.heappop(self.heap)
            self._tell_of(node)
            self._branch(node)
            if self.stop:
                heapq.heappush(self.heap, node)
            elif self.best > node.bound and not self._open(node.x):
                self.best, self.solution = node.bound, node.x

    def cancel(self) -> None:
        """End after the relaxation in hand."""
        self.stop = True

    @property
    def lowest(self) -> float:
        """The least bound of what is open."""
        return min([self.best, self.floor, *(node.bound for node in self.heap[:1])])

    def _branch(self, node: Node) -> None:
        """Put the children of a node into the queue."""
        looks = self._looks(node)
        chosen: tuple[float, list[Node]] = (-1.0, [])
        for column in looks.tolist():
            low, high = node.limits.get(column, (self.lower[column], self.upper[column]))
            value = node.x[column]
            children, gains = [], []
            for side, limit in enumerate(((low, np.floor(value)), (np.ceil(value), high))):
                child = self._solve({**node.limits, column: limit}, node)
                if self.stop:
                    return
                gains.append(np.inf if child is None else max(0.0, child.bound - node.bound))
                part = value - np.floor(value) if side == 0 else np.ceil(value) - value
                if child is not None:
                    self.gain.setdefault((column, side), []).append(gains[-1] / part)
                    children.append(child)
            score = min(gains) + 1e-3 * min(max(gains), 1e6)
            if score > chosen[0]:
                chosen = score, children
            if not children:
                break
        for child in chosen[1]:
            heapq.heappush(self.heap, child)

    def _open(self, x: np.ndarray) -> bool:
        """Whether something is not whole."""
        part = x % 1.0
        return bool(((part > WHOLE) & (part < 1 - WHOLE)).any())

    def _looks(self, node: Node) -> np.ndarray:
        """The columns to look at: those that gained most before, and those not seen yet that are nearest to half."""
        for columns in (self.counts, self.others):
            part = node.x[columns] - np.floor(node.x[columns])
            some = (part > WHOLE) & (part < 1 - WHOLE)
            columns, part = columns[some], part[some]
            if not len(columns):
                continue
            # of counts that are the same here, as those of a cluster and of one around it, the widest
            wide = np.argsort(-self.upper[columns], kind="stable")
            alone = wide[np.unique(np.round(part[wide], 6), return_index=True)[1]]
            columns, part = columns[alone], part[alone]
            half = np.minimum(part, 1 - part)
            if not self.gain:
                return np.array(columns[np.argsort(-half, kind="stable")][:ROOT_LOOKS])
            usual = np.mean([np.mean(g) for g in self.gain.values()])
            hope = [
                min(
                    float(np.mean(self.gain.get((c, 0), [usual]))) * p,
                    float(np.mean(self.gain.get((c, 1), [usual]))) * (1 - p),
                )
                for c, p in zip(columns.tolist(), part.tolist(), strict=True)
            ]
            return np.array(columns[np.argsort(-np.array(hope), kind="stable")][:LOOKS])
        return np.zeros(0, dtype=np.int64)

    def _tell_of(self, node: Node) -> None:
        """Where it stands; the values are those of the relaxation with the best bound, or of the best solution."""
        values = np.zeros(len(self.child.job["cost"]))
        values[self.columns] = node.x if self.solution is None else self.solution
        self.child.incumbent(values, self.best, min(node.bound, self.lowest))

    def _solve(self, limits: dict[int, tuple[float, float]], parent: Node | None) -> Node | None:
        """The relaxation under limits, from the parent's basis; None where it has no solution."""
        for column in {**self.limited, **limits}:
            low, high = limits.get(column, (self.lower[column], self.upper[column]))
            self.highs.changeColBounds(int(self.columns[column]), float(low), float(high))
        self.limited = limits
        if parent is not None:
            self.highs.setBasis(parent.basis)
        self.highs.run()
        status = self.highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        self.nodes += 1
        if status != highspy.HighsModelStatus.kOptimal:
            self.stop = True  # asked to, or not to be trusted: what is open stays open
            self.floor = min(self.floor, -np.inf if parent is None else parent.bound)
            return None
        bound = float(self.highs.getInfo().objective_function_value)
        x = np.array(self.highs.getSolution().col_value)[self.columns]
        # a child is never below its parent, whatever the tolerance says
        bound = bound if parent is None else max(bound, parent.bound)
        return Node(bound, self.nodes, limits, x, self.highs.getBasis())


def main(folder: Path) -> None:
    """Bound the job of ``folder``."""
    child, highs = Child(folder), highspy.Highs()
    set_options(highs, child)
    pass_model(highs, {**child.job, "whole": np.zeros_like(child.job["whole"])})
    tree = Tree(highs, child)
    listen(folder, tree.cancel)
    tree.run(int(child.options["mip_max_nodes"]))
    child.answer("Interrupted" if tree.stop else "Optimal", tree.lowest, highs.version(), tree.nodes, tree.best)


if __name__ == "__main__":
    begin(main)
