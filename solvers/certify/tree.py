"""The prices of one stage for some services, and a tree of decisions where one set of prices is not close enough.

Branching is on whether a site is open, or built; the leaf with the highest bound is parted next (best bound first, as
in every branch and bound: A. Land and A. Doig (1960), An automatic method of solving discrete programming problems,
Econometrica 28). The bounds here are the solver's and only guide the search; the checker proves its own from the
prices.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csc_array, hstack

from siting.model.goal import Aim
from siting.plans.outcome import MINIMISED, Effort, Levels
from siting.problems.problem import Problem

from ..process import supervise
from ..process.linear import LinearModel
from .prices import Namer
from .relaxation import Relaxation
from .small import small

#: What a unit beyond a shared row costs where decisions leave no plan, in the unit of the costs; and how many at most.
EXCESS, MOST_EXCESS = 1e5, 1e9
#: Values nearer than this to a whole number count as whole.
NEAR = 1e-6
#: A tree has at most so many leaves; one that does not come nearer by then is given up after a few.
MOST_LEAVES, FEW_LEAVES = 64, 8


def tree(
    problem: Problem,
    stage: str,
    levels: Levels,
    goal: int,
    scale: int,
    township: Mapping[str, str],
    effort: Effort,
) -> Any:
    """A node of a certificate, or None where the time was too short for the first linear program.

    Branching ends when the bound is at most ``goal``, when the time of the effort is up or when there are many leaves.
    """
    tier = int(stage.removeprefix("tier ")) if stage.startswith("tier ") else None
    return Search(problem, Aim(stage, stage not in MINIMISED, tier), levels, scale, township, effort).run(goal)


#: (service, site, "open" or "built")
Decision = tuple[str, str, str]


@dataclass(frozen=True, eq=False)
class Leaf:
    """A solved linear program: its bound, prices, and what to branch on (None: all is whole)."""

    bound: float
    node: dict[str, Any]
    branch: Decision | None
    fixed: dict[Decision, bool]


class Search:
    """Branch and bound over the linear program of one stage."""

    def __init__(
        self,
        problem: Problem,
        aim: Aim,
        levels: Levels,
        scale: int,
        township: Mapping[str, str],
        effort: Effort,
    ) -> None:
        self.effort, self.begun = effort, time.monotonic()
        measured = any(name in MINIMISED for name in (aim.name, *levels.aims))
        near = small(problem, apart=measured)
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
            parts = [self._solve({**leaf.fixed, leaf.branch: word == "yes"}) for word in ("yes", "no")]
            if any(part is None for part in parts):
                break
            leaves += 1
            prices = dict(leaf.node)
            leaf.node.clear()
            leaf.node["site"] = list(leaf.branch)
            for word, part in zip(("yes", "no"), parts, strict=True):
                assert part is not None
                better = part if part.bound <= leaf.bound else replace(part, bound=leaf.bound, node=dict(prices))
                leaf.node[word] = better.node
                heapq.heappush(waiting, (-better.bound, 2 * leaves + (word == "no"), better))
        return root.node

    def _solve(self, fixed: dict[Decision, bool]) -> Leaf | None:
        """Solve with some sites open or shut; None where the time was too short."""
        model, program = self._fixed(fixed), self.program
        if self.left_s < 0.05 or self.effort.stopped():
            return None
        answer = self._run(model)
        if answer.infeasible:
            answer = self._run(self._elastic(model))
        if answer.duals is None or answer.values is None or answer.bound is None or not math.isfinite(answer.bound):
            return None
        prices = {"prices": self.namer.rows(program, answer.duals)}
        return Leaf(answer.bound * program.unit, prices, self._branch(answer.values, fixed), fixed)

    def _run(self, model: LinearModel) -> supervise.Answer:
        answer = supervise.run(
            model, {}, gap=0.0, seconds=max(0.1, self.left_s), seed=self.effort.seed, threads=self.effort.threads,
            stopped=self.effort.stopped, memory_mb=self.effort.memory_mb,
        )  # fmt: skip
        self.effort.on_log(f"== certificate, {self.program.aim.name}\n{answer.log}")
        return answer

    def _elastic(self, model: LinearModel) -> LinearModel:
        """The program in which every shared thing may be exceeded at a high price: where decisions leave no plan, its
        duals are prices that prove so (Farkas)."""
        rows = list(self.program.named.values())
        shape = (model.matrix.shape[0], len(rows))
        over = csc_array((-np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=shape)
        zeros = np.zeros(len(rows))
        return replace(
            model,
            cost=np.append(model.cost, zeros + EXCESS),
            matrix=csc_array(hstack([model.matrix, over], format="csc")),
            lower=np.append(model.lower, zeros),
            upper=np.append(model.upper, zeros + MOST_EXCESS),
            whole=np.append(model.whole, zeros.astype(bool)),
            variables=[*model.variables, *([object()] * len(rows))],
        )

    def _fixed(self, fixed: dict[Decision, bool]) -> LinearModel:
        linear = self.linear
        for decision, yes in fixed.items():
            row = np.zeros(len(linear.cost))
            row[self._columns(decision)] = 1.0
            linear = linear.with_row(row, 1.0 if yes else 0.0, at_least=yes)
        return linear

    def _columns(self, decision: Decision) -> list[int]:
        """The options that a decision is about."""
        service, site, what = decision
        block = self.program.blocks[service]
        options = block.options_at[block.site_ids.index(site)]
        return [self.program.open[service][o] for o in options if what == "open" or block.options[o].action != "keep"]

    def _branch(self, values: np.ndarray, fixed: dict[Decision, bool]) -> Decision | None:
        """What is most undecided."""
        best, chosen = NEAR, None
        for service, block in self.program.blocks.items():
            for site, lender in zip(block.site_ids, block.lender, strict=True):
                for what in ("open", "built") if lender == service else ():
                    decision = service, site, what
                    value = sum(float(values[k]) for k in self._columns(decision))
                    if decision not in fixed and min(value, 1 - value) > best:
                        best, chosen = min(value, 1 - value), decision
        return chosen
