"""A relaxation for boarding: whoever may board somewhere may board anywhere.

Weekly trips are long, so almost every settlement has a boarding way to almost every school with beds; these ways fill
the model and decide little. Here they become one number for each settlement, the persons who may board, and one for
each site, those who board there within its beds; who comes from where is left open. Every plan is a plan of this
problem too, so its bounds hold; what it opens becomes a plan by the true ways afterwards (`siting.plans.assign`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from siting.problems.problem import Block, Problem

#: Below this a model takes the boarding ways as they are.
MANY_WAYS = 3000


def pooled(problem: Problem) -> Problem:
    """The problem with the boarding ways of large services pooled; the same object where there is none."""
    blocks = tuple(_pool(b) if _many(b) else b for b in problem.blocks)
    return replace(problem, blocks=blocks) if any(_many(b) for b in problem.blocks) else problem


def _many(block: Block) -> bool:
    return not (block.whole or block.closest) and int(block.pair_boards.sum()) >= MANY_WAYS


def _pool(block: Block) -> Block:
    beds = np.array([max((int(block.beds[o]) for o in own), default=0) for own in block.options_at], dtype=np.int64)
    boards = block.pair_boards.astype(bool)
    useful = np.flatnonzero(boards & (beds[block.pair_site] > 0))
    pool = np.zeros(len(block.demand), dtype=np.int64)
    for i, access in sorted({(int(block.pair_demand[p]), int(block.pair_access[p])) for p in useful.tolist()}):
        may = int(block.eligible[access][i]) if access in block.eligible else int(block.demand[i])
        pool[i] = min(int(block.demand[i]), int(pool[i]) + may)
    names = ("pair_demand", "pair_site", "pair_access", "pair_travel", "pair_line", "pair_boards")
    return replace(block, pool=pool, **{name: getattr(block, name)[~boards] for name in names})
