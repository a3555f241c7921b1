r"""The Lagrangean bound of capacitated location, with the demand rows priced.

For :math:`u_i` free, :math:`f_j` the opening cost, :math:`c_{ij}` the cost of all goods :math:`q_i` of a customer,
:math:`Q_j` the room,

.. math::
    \rho_j = f_j + \min \Bigl\{ \sum_i (c_{ij} - u_i) x_i : \sum_i q_i x_i \le Q_j,\ 0 \le x_i \le 1 \Bigr\}, \qquad
    L(u) = \sum_i u_i + \min \Bigl\{ \sum_j \rho_j y_j : \sum_j Q_j y_j \ge \sum_i q_i,\ 0 \le y_j \le 1 \Bigr\} .

Each inner problem is a continuous knapsack, solved by sorting. :math:`L` bounds split and single-source deliveries
alike; its best value is that of the linear relaxation with the links :math:`x_{ij} \le y_j`. With :math:`\mu` the
price of room in the last problem, :math:`\rho_j - \mu Q_j` fixes sites.

Sources: J. Beasley (1988), An algorithm for solving large capacitated warehouse location problems, European Journal of
Operational Research 33; S. Goertz and A. Klose (2012), A simple but usually fast branch-and-bound algorithm for the
capacitated facility location problem, INFORMS Journal on Computing 24.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..volume import Look
from .deflected import Climb, deflect

ROOT = Climb(rounds=300, step=1.5, patience=6, shrink=0.7, least=0.01)
AGAIN = Climb(rounds=200, step=0.8, patience=6, shrink=0.7, least=0.01)
NODE = Climb(rounds=40, step=0.5, patience=5, shrink=0.6, least=0.02)


@dataclass(frozen=True, eq=False)
class Costs:
    """``demand`` (n,) above 0, ``room`` (m,), ``opening`` (m,), ``cost`` (n, m), floats in the file's own unit of
    money."""

    demand: np.ndarray
    room: np.ndarray
    opening: np.ndarray
    cost: np.ndarray

    @property
    def need(self) -> float:
        """Room that open sites must have together; with equal rooms a whole number of them."""
        total = float(self.demand.sum())
        each = float(self.room.max())
        return float(np.ceil(total / each - 1e-9) * each) if (self.room == each).all() else total


@dataclass(frozen=True, eq=False)
class Bound:
    """``value``, its ``u`` (n,), the fixing prices ``rho`` (m,; 0 where a site is not free), ``share`` (m,) as in
    `lagrange_pairs.Bound`."""

    value: float
    u: np.ndarray
    rho: np.ndarray
    share: np.ndarray


def knapsacks(costs: Costs, active: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Prices (k,) of the sites at positions ``active`` (k,), and what each would deliver, shares (n, k)."""
    reduced = np.minimum(costs.cost[:, active] - u[:, None], 0.0)
    order = np.argsort(reduced / costs.demand[:, None], axis=0)
    demand = costs.demand[order]
    before = np.cumsum(demand, axis=0) - demand
    taken = np.clip((costs.room[active][None, :] - before) / demand, 0.0, 1.0)
    sorted_reduced = np.take_along_axis(reduced, order, axis=0)
    price = costs.opening[active] + (sorted_reduced * taken).sum(axis=0)
    share = np.zeros_like(reduced)
    np.put_along_axis(share, order, np.where(sorted_reduced < 0, taken, 0.0), axis=0)
    return price, share


def cover(price: np.ndarray, room: np.ndarray, must: np.ndarray, need: float) -> tuple[np.ndarray, float]:
    """The cheapest shares (k,) of sites with room ``need`` together, ``must`` being whole, and the price of room."""
    opened = (must | (price < 0)).astype(np.float64)
    missing, last = need - float(room @ opened), 0.0
    if missing > 0:
        rest = np.flatnonzero(opened == 0)
        for j in rest[np.argsort(price[rest] / room[rest], kind="stable")].tolist():
            opened[j] = min(1.0, missing / room[j])
            missing -= opened[j] * room[j]
            last = price[j] / room[j]
            if missing <= 1e-9 * need:
                break
        else:
            return opened, np.inf
    return opened, last


def climb(
    costs: Costs, u: np.ndarray, free: np.ndarray, one: np.ndarray, upper: float, how: Climb,
    deadline: float = float("inf"),
) -> Bound:  # fmt: skip
    """Raise the bound from ``u`` over the sites ``free`` and ``one`` (m,); infinite where their room is too small."""
    active = np.flatnonzero(free | one)
    room, must, need = costs.room[active], one[active], costs.need
    best, best_rho = np.inf, np.zeros(len(active))

    def look(u: np.ndarray) -> Look:
        nonlocal best, best_rho
        price, delivered = knapsacks(costs, active, u)
        opened, last = cover(price, room, must, need)
        if not np.isfinite(last):
            return Look(-np.inf, np.zeros(len(u)), np.zeros(len(active)))
        value = -float(u.sum() + price @ opened)
        if value < best:
            best, best_rho = value, price - last * room
        return Look(value, delivered @ opened - 1.0, opened)

    found = deflect(look, u, lambda k, share: -upper, how, deadline=deadline)
    rho, shares = np.zeros(len(free)), np.zeros(len(free))
    rho[active], shares[active] = best_rho, found.choice
    return Bound(-found.value, found.at, rho, shares)


def fixed(bound: Bound, free: np.ndarray, one: np.ndarray, upper: float) -> tuple[np.ndarray, np.ndarray]:
    """The masks ``free`` and ``one`` (m,) after fixing by price: no better solution opens a site that would lift the
    bound to ``upper``."""
    shut = free & (bound.value + bound.rho >= upper)
    must = free & ~shut & (bound.value - bound.rho >= upper)
    return free & ~shut & ~must, one | must


def first_prices(costs: Costs) -> np.ndarray:
    """A start for ``u`` (n,): the cheapest delivery and a part of an average site."""
    start: np.ndarray = costs.cost.min(axis=1) + costs.opening.mean() * costs.demand / costs.room.mean()
    return start
