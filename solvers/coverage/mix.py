r"""Good choices joined in pairs: of the sites of two, the best choice is found, and exchanges go on from it.

What two choices do in different towns does not conflict, so the best choice from their union takes from each where it
is better. The union has few sites, rows that the same of them reach are one, and its model is solved in hundredths of a
second. A handful of choices is kept, each drawn by the shares of the mean choice and improved; a child takes the place
of the one most like it that is worse. Once nothing new comes, all but the best are drawn anew.

Source: C. Aggarwal, J. Orlin and R. Tai (1997), Optimized crossover for the independent set problem, Operations
Research 45.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from .reduce import Cover, model_rows, smaller
from .swap import Swap

#: Choices that are kept; new beginnings of exchanges for one that is drawn, and for a child.
MANY, DRAWN_SHAKES, CHILD_SHAKES = 6, 10, 4
#: Children in vain after which all but the best are drawn anew.
VAIN = 24
#: What a union is solved to at most: nodes, seconds. It is solved in this process (scipy, which lets other threads go
#: on): there are hundreds of unions in a search, each of hundredths of a second, and a child takes longer to begin.
NODES, SECONDS = 200, 5.0


class Mix:
    """Choices of a cover as sets of its columns; ``share`` (m,) says which sites are worth drawing."""

    def __init__(self, cover: Cover, share: np.ndarray, seed: int) -> None:
        self.cover, self.share, self.seed = cover, share, seed
        self.rng = np.random.default_rng(seed)
        self.members: list[tuple[float, frozenset[int]]] = []
        self.count = self.vain = 0

    def add(self, value: float, sites: frozenset[int]) -> None:
        """Keep a choice if it is new and better than one of those that are kept."""
        if any(sites == other for _, other in self.members):
            return
        if len(self.members) < MANY:
            self.members.append((value, sites))
            return
        worse = [k for k, (other, _) in enumerate(self.members) if other < value]
        if worse:
            self.members[max(worse, key=lambda k: len(self.members[k][1] & sites))] = value, sites
            self.vain = 0

    def step(self, over: Callable[[], bool], deadline: float) -> Swap:
        """One more choice, drawn or a child; ``deadline`` is that of `time.monotonic`."""
        self.count, self.vain = self.count + 1, self.vain + 1
        swap = Swap(self.cover, self.seed + self.count)
        if self.vain > VAIN:
            self.members, self.vain = [max(self.members, key=lambda one: one[0])], 0
        if len(self.members) < MANY:
            self.vain = 0
            swap.draw(self.share)
            shakes = DRAWN_SHAKES
        else:
            one, other = self.rng.choice(len(self.members), 2, replace=False)
            both = self.members[int(one)][1] | self.members[int(other)][1]
            swap.set_to(best_within(self.cover, both, min(SECONDS, deadline - time.monotonic())))
            shakes = CHILD_SHAKES
        swap.improve(over)
        for _ in range(shakes):
            if over():
                break
            swap.shake()
            swap.improve(over)
        if swap.best is not None:
            self.add(swap.value, frozenset(swap.best))
        return swap


def best_within(cover: Cover, sites: frozenset[int], seconds: float) -> list[int]:
    """The best choice of a cover that opens none but ``sites``, or as good a one as is found; empty if none is."""
    keep = np.array(sorted(sites), dtype=np.int64)
    left = smaller(
        Cover(
            csr_array(cover.covers[:, keep]), cover.weight, cover.price[keep], cover.use[:, keep], cover.limit, keep,
            0.0, (), {},
        )
    )  # fmt: skip
    n, m = left.covers.shape
    if not m or seconds <= 0:
        return []
    answer = milp(
        np.concatenate([left.price, left.weight]),
        integrality=np.concatenate([np.ones(m), np.zeros(n)]),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(*model_rows(left.covers, left.use, left.limit)),
        options={"node_limit": NODES, "time_limit": seconds, "mip_rel_gap": 1e-4},
    )
    return [] if answer.x is None else [int(j) for j in left.option[answer.x[:m] > 0.5]]
