r"""The Lagrangean bound of two-stage location, and a tree on it: a bound much sooner than by linear programs.

With the demand rows priced by :math:`u_i` and the goods through each depot by :math:`\pi_j`, depots and plants fall
apart: a depot is the knapsack of `lagrange_warehouse` with delivery costs :math:`c_{ij} + \pi_j`, a plant

.. math::
    \rho_k = f_k + \min \Bigl\{ \sum_j (b_{kj} - \pi_j) x_{kj} : \sum_j x_{kj} \le P_k,\
    0 \le x_{kj} \le \min(P_k, Q_j) \Bigr\} ,

and either stage opens sites whose rooms are enough for all goods, or as many as the largest must be: the dearer of the
two is a bound. The tree branches on the site of either stage whose share is nearest one half.

Sources: as in `lagrange_warehouse`; F. Barahona and F. Chudak (2005), Near-optimal solutions to large-scale facility
location problems, Discrete Optimization 2 (the volume algorithm on location).
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..volume import Descent, Look, descend
from .lagrange_warehouse import Bound, Costs, cover, fixed, knapsacks
from .nodes import halves

ROOT = Descent(rounds=4000, step=0.5, patience=10)
NODE = Descent(rounds=60, step=0.3, patience=5)
#: What floating-point sums may be wrong by, as a share of the bound.
SAFE = 1e-8


def fewest(room: np.ndarray, goods: float) -> int:
    """How many sites must be open at least: as many as the largest rooms (m,) must be for all goods."""
    return int(np.searchsorted(np.cumsum(np.sort(room)[::-1]), goods - 1e-9)) + 1


def opened(price: np.ndarray, room: np.ndarray, must: np.ndarray, goods: float, least: int) -> tuple[np.ndarray, ...]:
    """The dearer of two relaxations of what a stage opens: shares (k,) with enough room, or ``least`` sites; and what
    of each price is paid for that row (k,); infinite where the sites are too few."""
    by_room, rate = cover(price, room, must, goods)
    by_count, last = (must | (price < 0)).astype(np.float64), 0.0
    more = least - int(by_count.sum())
    rest = np.flatnonzero(by_count == 0)
    if not np.isfinite(rate) or more > len(rest):
        return by_room, np.full(len(price), np.inf)
    if more > 0:
        cheapest = rest[np.argsort(price[rest], kind="stable")[:more]]
        by_count[cheapest], last = 1.0, float(price[cheapest[-1]])
    if price @ by_count > price @ by_room:
        return by_count, np.full(len(price), last)
    return by_room, rate * room


@dataclass(frozen=True, eq=False)
class Priced:
    """The two stages in floats: ``depots`` with costs of whole deliveries (n, m); ``plant_room``, ``plant_opening``
    (l,); ``inbound`` (l, m) costs of one unit of goods. Prices are (n + m,): u, then pi times the mean room."""

    depots: Costs
    plant_room: np.ndarray
    plant_opening: np.ndarray
    inbound: np.ndarray

    def first_prices(self) -> np.ndarray:
        """A start: the cheapest way of all goods and parts of average sites."""
        d = self.depots
        pi = float(self.inbound.mean() + self.plant_opening.mean() / self.plant_room.mean())
        u = d.cost.min(axis=1) + (pi + d.opening.mean() / d.room.mean()) * d.demand
        return np.concatenate([u, np.full(len(d.room), pi * d.room.mean())])

    def _plants(self, pi: np.ndarray, active: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Prices (k,) of the plants ``active`` and the goods that each would send (k, m)."""
        reduced = np.minimum(self.inbound[active] - pi[None, :], 0.0)
        order = np.argsort(reduced, axis=1)
        room = self.plant_room[active, None]
        most = np.take_along_axis(np.minimum(room, self.depots.room[None, :]), order, axis=1)
        sent = np.clip(room - (np.cumsum(most, axis=1) - most), 0.0, most)
        paid = np.take_along_axis(reduced, order, axis=1)
        goods = np.zeros_like(reduced)
        np.put_along_axis(goods, order, np.where(paid < 0, sent, 0.0), axis=1)
        price: np.ndarray = self.plant_opening[active] + (paid * sent).sum(axis=1)
        return price, goods

    def settle(
        self, z: np.ndarray, free: np.ndarray, one: np.ndarray, goal: float, how: Descent, deadline: float
    ) -> Bound:
        """Raise the bound from the prices ``z`` over depots, then plants, of ``free`` and ``one`` (m + l,)."""
        d, n, m = self.depots, len(self.depots.demand), len(self.depots.room)
        goods, unit = float(d.demand.sum()), float(d.room.mean())
        near, far = np.flatnonzero((free | one)[:m]), np.flatnonzero((free | one)[m:])
        least = fewest(d.room, goods), fewest(self.plant_room, goods)

        def parts(z: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
            """Value, slope, shares and fixing prices at z."""
            u, pi = z[:n], z[n:] / unit
            costs = Costs(d.demand, d.room, d.opening, d.cost + pi[None, :] * d.demand[:, None])
            first, shares = knapsacks(costs, near, u)
            y, paid = opened(first, d.room[near], one[near], goods, least[0])
            second, sent = self._plants(pi, far)
            v, owed = opened(second, self.plant_room[far], one[m + far], goods, least[1])
            through = v @ sent
            through[near] -= (d.demand @ shares) * y
            share, rho = np.zeros(len(free)), np.zeros(len(free))
            share[near], share[m + far] = y, v
            rho[near], rho[m + far] = first - paid, second - owed
            return (
                float(u.sum() + first @ y + second @ v),
                np.concatenate([shares @ y - 1.0, through / unit]),
                share,
                rho,
            )

        def look(z: np.ndarray) -> Look:
            value, slope, share, _ = parts(z)
            return Look(-value, slope, share)

        if not np.isfinite(parts(z)[3]).all():
            return Bound(np.inf, z, np.zeros(len(free)), np.zeros(len(free)))
        endless = np.full(len(z), np.inf)
        found = descend(look, z, -endless, endless, lambda k, share: -goal, how, deadline=deadline)
        return Bound(-found.value, found.at, parts(found.at)[3], found.choice)


def tree_bound(priced: Priced, upper: float, deadline: float, stopped: Callable[[], bool]) -> float:
    """A bound on all solutions below ``upper``, as high as the time allows; ``upper`` itself where none is left."""
    sites = len(priced.depots.room) + len(priced.plant_room)
    free, one = np.ones(sites, dtype=bool), np.zeros(sites, dtype=bool)
    root = priced.settle(priced.first_prices(), free, one, upper, ROOT, deadline)
    heap = [(root.value, 0, *fixed(root, free, one, upper), root.u)]
    count, left = 0, np.inf
    while heap and heap[0][0] < upper and time.monotonic() < deadline and not stopped():
        low, _, free, one, z = heapq.heappop(heap)
        bound = priced.settle(z, free, one, upper, NODE, deadline)
        low = max(low, bound.value)
        if low >= upper:
            continue
        free, one = fixed(bound, free, one, upper)
        if not free.any():
            left = min(left, low)  # all sites are chosen: who is served from where is not decided here
            continue
        for masks in halves(free, one, bound.share):
            count += 1
            heapq.heappush(heap, (low, count, *masks, bound.u))
    return float(min([upper, left, *(node[0] for node in heap[:1])])) * (1 - SAFE)
