"""The prices of one stage for some services, and a tree of decisions where one set of prices is not close enough.

Branching is on whether a site is open; the leaf with the highest bound is parted next (best bound first, as in every
branch and bound: A. Land and A. Doig (1960), An automatic method of solving discrete programming problems, Econometrica
28). The bounds here are the solver's and only guide the search; the checker proves its own from the prices.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from siting.model.goal import WORTH, Aim
from siting.plans.outcome import Effort
from siting.problems.problem import Problem

from ..process import supervise
from ..process.linear import LinearModel
from .prices import Namer
from .relaxation import Relaxation
from .small import small

#: Values nearer than this to a whole number count as whole.
NEAR = 1e-6
#: A tree has at most so many leaves; one that does not come nearer by then is given up after a few.
MOST_LEAVES, FEW_LEAVES = 64, 8


def tree(
    problem: Problem,
    stage: str,
    levels: Mapping[int, int],
    goal: int,
    scale: int,
    township: Mapping[str, str],
    effort: Effort,
) -> Any:
    """A node of a certificate, or None where the time was too short for the first linear program.

    Branching ends when the bound is at most ``goal``, when the time of the effort is up or when there are many leaves.
    """
    tier = None if stage == WORTH else int(stage.removeprefix("tier "))
    return Search(problem, Aim(stage, True, tier), levels, scale, township, effort).run(goal)


@dataclass(frozen=True, eq=False)
class Leaf:
    """A solved linear program: its bound, prices, and the site to branch on (None: all are whole)."""

    bound: float
    node: dict[str, Any]
    branch: tuple[str, str] | None
    fixed: dict[tuple[str, str], bool]


class Search:
    """Branch and bound over the linear program of one stage."""

    def __init__(
        self,
        problem: Problem,
        aim: Aim,
        levels: Mapping[int, int],
        scale: int,
        township: Mapping[str, str],
        effort: Effort,
    ) -> None:
        self.effort, self.begun = effort, time.monotonic()
        near = small(problem)
        self.program = Relaxation(near.problem, aim, levels)
        self.namer = Namer(problem, near, township, scale)
        self.linear = self.program.linear()

    @property
    def left_s(self) -> float:
        """Seconds left."""
        return self.effort.time_limit_s - (time.monotonic() - self.begun)

    def run(self, goal: int) -> Any:
        """The tree."""
        root = self._solve({})
        if root is None:
            return None
        waiting = [(-root.bound, 0, root)]
        leaves = 1
        while waiting and leaves < MOST_LEAVES and -waiting[0][0] >= goal + 1 and self.left_s > 0:
            done = (root.bound + waiting[0][0]) / (root.bound - goal)
            if leaves >= FEW_LEAVES and done < leaves / MOST_LEAVES:
                break  # not on its way to the goal
            leaf = heapq.heappop(waiting)[2]
            if leaf.branch is None:
                continue
            parts = [self._solve({**leaf.fixed, leaf.branch: word == "open"}) for word in ("open", "shut")]
            if any(part is None for part in parts):
                break
            leaves += 1
            prices = dict(leaf.node)
            leaf.node.clear()
            leaf.node["site"] = list(leaf.branch)
            for word, part in zip(("open", "shut"), parts, strict=True):
                assert part is not None
                better = part if part.bound <= leaf.bound else replace(part, bound=leaf.bound, node=dict(prices))
                leaf.node[word] = better.node
                heapq.heappush(waiting, (-better.bound, 2 * leaves + (word == "shut"), better))
        return root.node

    def _solve(self, fixed: dict[tuple[str, str], bool]) -> Leaf | None:
        """Solve with some sites open or shut; None where the time was too short."""
        model, program = self._fixed(fixed), self.program
        if self.left_s < 0.05 or self.effort.stopped():
            return None
        answer = supervise.run(
            model, {}, gap=0.0, seconds=self.left_s, seed=self.effort.seed, threads=self.effort.threads,
            stopped=self.effort.stopped, memory_mb=self.effort.memory_mb,
        )  # fmt: skip
        self.effort.on_log(f"== certificate, {program.aim.name}\n{answer.log}")
        if answer.duals is None or answer.values is None or answer.bound is None or not math.isfinite(answer.bound):
            return None
        prices = {"prices": self.namer.rows(program, answer.duals)}
        return Leaf(answer.bound * program.unit, prices, self._branch(answer.values, fixed), fixed)

    def _fixed(self, fixed: dict[tuple[str, str], bool]) -> LinearModel:
        linear = self.linear
        for (service, site), is_open in fixed.items():
            block = self.program.blocks[service]
            options = block.options_at[block.site_ids.index(site)]
            row = np.zeros(len(linear.cost))
            row[[self.program.open[service][o] for o in options]] = 1.0
            linear = linear.with_row(row, 1.0 if is_open else 0.0, at_least=is_open)
        return linear

    def _branch(self, values: np.ndarray, fixed: dict[tuple[str, str], bool]) -> tuple[str, str] | None:
        """The site that is most undecided."""
        best, chosen = NEAR, None
        for service, block in self.program.blocks.items():
            for j, options in enumerate(block.options_at):
                if block.lender[j] == service and (service, block.site_ids[j]) not in fixed:
                    value = sum(float(values[self.program.open[service][o]]) for o in options)
                    if min(value, 1 - value) > best:
                        best, chosen = min(value, 1 - value), (service, block.site_ids[j])
        return chosen
