r"""The Lagrangean bound of single-source location with whole knapsacks.

As in `lagrange_warehouse`, but a customer is delivered from a site as a whole or not at all:

.. math::
    \rho_j = f_j + \min \Bigl\{ \sum_i (c_{ij} - u_i) x_i : \sum_i q_i x_i \le Q_j,\ x_i \in \{0, 1\} \Bigr\} ,

by a dynamic program over the room, of all sites at once; where the customers that pay fit together, they are the
answer. Its best value lies above that of the linear relaxation, by most where the sites are already chosen: what then
remains is an assignment whose whole gap is of this kind.

Source: K. Holmberg, M. Ronnqvist and D. Yuan (1999), An exact algorithm for the capacitated facility location problems
with single sourcing, European Journal of Operational Research 113.
"""

from __future__ import annotations

import numpy as np

from ..volume import Descent, Look, descend
from .lagrange_warehouse import Bound, Costs, cover

#: Up to this much room, in units of the largest common measure of all goods, the dynamic program is worth its time.
ROOMS = 2000


def whole_knapsacks(demand: np.ndarray, room: np.ndarray, reduced: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The least sum (k,) of ``reduced`` (n, k) that fits into each ``room`` (k,), and what is taken, bool (n, k).

    ``demand`` (n,) and ``room`` are whole numbers, ``demand`` above 0.
    """
    pays = reduced < 0
    taken = pays & (demand @ pays <= room)[None, :]
    tight = np.flatnonzero(demand @ pays > room)
    if len(tight):
        most = int(room[tight].max())
        best = np.zeros((len(tight), most + 1))
        took = np.zeros((len(demand), len(tight), most + 1), dtype=bool)
        for i in np.flatnonzero(pays[:, tight].any(axis=1) & (demand <= most)).tolist():
            rows, goods = np.flatnonzero(pays[i, tight]), int(demand[i])
            without = best[rows, goods:]
            within = best[rows, : most + 1 - goods] + reduced[i, tight[rows], None]
            took[i, rows, goods:] = within < without
            best[rows, goods:] = np.minimum(within, without)
        left, row = room[tight].copy(), np.arange(len(tight))
        for i in range(len(demand) - 1, -1, -1):
            taken[i, tight] = took[i, row, left]
            left -= taken[i, tight] * demand[i]
    return np.where(taken, reduced, 0.0).sum(axis=0), taken


class Whole:
    """The bound of one problem: ``demand`` (n,) and ``room`` (m,) whole numbers, ``costs`` the same in floats."""

    def __init__(self, demand: np.ndarray, room: np.ndarray, costs: Costs) -> None:
        measure = int(np.gcd.reduce(demand))  # room beyond a multiple of it is of no use
        self.demand, self.room, self.costs = demand // measure, room // measure, costs

    @property
    def practical(self) -> bool:
        """Whether the rooms are small enough for the dynamic program."""
        return int(min(self.room.max(), self.demand.sum())) <= ROOMS

    def settle(
        self, u: np.ndarray, free: np.ndarray, one: np.ndarray, goal: float, rounds: int, deadline: float
    ) -> Bound:
        """Raise the bound from ``u`` (n,) over the sites ``free`` and ``one`` (m,), at most to ``goal``."""
        active = np.flatnonzero(free | one)
        must, room = one[active], self.costs.room[active]
        most = np.minimum(self.room[active], int(self.demand.sum()))

        def priced(u: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
            sums, taken = whole_knapsacks(self.demand, most, self.costs.cost[:, active] - u[:, None])
            price = self.costs.opening[active] + sums
            opened, last = cover(price, room, must, self.costs.need)
            return price, taken, opened, last

        def look(u: np.ndarray) -> Look:
            price, taken, opened, _ = priced(u)
            return Look(-float(u.sum() + price @ opened), taken @ opened - 1.0, opened)

        endless = np.full(len(u), np.inf)
        how = Descent(rounds=rounds, step=0.3, patience=5)
        found = descend(look, u, -endless, endless, lambda k, share: -goal, how, deadline=deadline)
        price, _, _, last = priced(found.at)
        rho, share = np.zeros(len(free)), np.zeros(len(free))
        share[active] = found.choice
        if not np.isfinite(last):  # these sites have too little room
            return Bound(np.inf, u, rho, share)
        rho[active] = price - last * room
        return Bound(-found.value, found.at, rho, share)
