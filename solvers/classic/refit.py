r"""A first assignment of customers as wholes to sites with room: exchanges that may overfill a site, at a price.

With :math:`s_i` the site of a customer and :math:`l_j` the goods of a site,

.. math::
    \min \sum_i c_{i s_i} + \sum_{j \text{ used}} f_j + \alpha \sum_j (l_j - Q_j)^+ ,

one customer moves, or two change places, whichever lowers this most, though it may rise; who moved stays for a while.
:math:`\alpha` falls while everything fits and rises while something does not. Rooms that are full to the last unit are
so found an assignment where a solver finds none. `sites` looks at other sets of sites: one shut, one opened,
or both.

Sources: M. Yagiura, T. Ibaraki and F. Glover (2004), An ejection chain approach for the generalized assignment
problem, INFORMS Journal on Computing 16 (the price of overfilling); F. Glover (1989), Tabu search I, ORSA Journal on
Computing 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

#: Customers whose changes of place are looked at in a round; rounds that a customer stays, at least and at most.
LOOKS, LEAST_STAY, MOST_STAY = 40, 5, 15
#: Rounds for a glance at a set of sites, for a set that is then near the best (by how much), and for the last.
GLANCE, SHORT, LONG, NEAR = 60, 250, 1500, 1.01
#: How fast the price of overfilling falls and rises, a round.
FALL, RISE = 0.98, 1.03
#: Changes of the set of sites that are looked at.
MOVES = 400


def price(site: np.ndarray, opening: np.ndarray, cost: np.ndarray) -> int:
    """What an assignment (n,) costs, openings included; ``opening`` (m,) and ``cost`` (n, m) are whole numbers."""
    return round(float(cost[np.arange(len(site)), site].sum())) + int(opening[np.unique(site)].sum())


class Refit:
    """Assignments of one problem in whole numbers: ``demand`` (n,), ``room``, ``opening`` (m,), ``cost`` (n, m)."""

    def __init__(
        self, demand: np.ndarray, room: np.ndarray, opening: np.ndarray, cost: np.ndarray,
        over: Callable[[], bool], seed: int = 0,
    ) -> None:  # fmt: skip
        self.demand, self.room, self.opening = demand, room, opening
        self.cost = cost.astype(np.float64)
        self.over, self.rng = over, np.random.default_rng(seed)
        spread = np.partition(self.cost, min(2, len(room) - 1), axis=1)[:, min(2, len(room) - 1)] - self.cost.min(
            axis=1
        )
        self.alpha = max(1e-9, float(spread.mean() / demand.mean()))

    def value(self, site: np.ndarray | None) -> float:
        """What an assignment (n,) costs; no end where there is none."""
        return np.inf if site is None else price(site, self.opening, self.cost)

    def assign(self, sites: np.ndarray, begin: np.ndarray, rounds: int) -> np.ndarray | None:
        """The cheapest assignment (n,) to ``sites`` (k,) found from ``begin`` (n,; -1 or another site: the nearest of
        them); None where nothing fits."""
        demand, room, cost = self.demand, self.room[sites], self.cost[:, sites]
        n, k = cost.shape
        place = np.full(len(self.room), -1)
        place[sites] = np.arange(k)
        at = np.where(begin >= 0, place[begin], -1)
        at = np.where(at < 0, cost.argmin(axis=1), at)
        load = np.bincount(at, demand, k).astype(np.int64)
        each, until, alpha = np.arange(n), np.zeros(n, dtype=np.int64), self.alpha
        best, lowest, now = None, np.inf, float(cost[each, at].sum())
        for count in range(rounds):
            excess = np.maximum(load - room, 0)
            if not excess.any() and now < lowest - 1e-9:
                best, lowest = at.copy(), now
            alpha *= RISE if excess.any() else FALL
            if count % 64 == 63 and self.over():
                break
            free = until <= count
            shift, swap = self._shift(at, load, room, cost, alpha, free), self._swap(at, load, room, cost, alpha, free)
            if not np.isfinite(min(shift[0], swap[0])):
                continue
            moved = [(shift[1], shift[2])] if shift[0] <= swap[0] else [(swap[1], at[swap[2]]), (swap[2], at[swap[1]])]
            for customer, target in moved:
                now += float(cost[customer, target] - cost[customer, at[customer]])
                load[at[customer]] -= demand[customer]
                load[target] += demand[customer]
                at[customer] = target
                until[customer] = count + int(self.rng.integers(LEAST_STAY, MOST_STAY))
        return None if best is None else sites[best]

    def _shift(
        self, at: np.ndarray, load: np.ndarray, room: np.ndarray, cost: np.ndarray, alpha: float, free: np.ndarray
    ) -> tuple[float, int, int]:
        """The best move of one customer who is ``free`` (n,): its gain, the customer, the new place."""
        demand, each = self.demand, np.arange(len(at))
        excess = np.maximum(load - room, 0)
        added = np.maximum(load + demand[:, None] - room, 0) - excess
        eased = excess[at] - np.maximum(load[at] - demand - room[at], 0)
        gain = cost - (cost[each, at] + alpha * eased)[:, None] + alpha * added
        gain[each, at] = np.inf
        gain[~free] = np.inf
        flat = int(gain.argmin())
        return float(gain.flat[flat]), flat // len(room), flat % len(room)

    def _swap(
        self, at: np.ndarray, load: np.ndarray, room: np.ndarray, cost: np.ndarray, alpha: float, free: np.ndarray
    ) -> tuple[float, int, int]:
        """The best change of places between some customer and any other: its gain and the two."""
        demand, each = self.demand, np.arange(len(at))
        tight = np.flatnonzero(free & (load > room)[at])
        some = tight if len(tight) else np.flatnonzero(free)
        if not len(some):
            return np.inf, 0, 0
        if len(some) > LOOKS:
            some = self.rng.choice(some, LOOKS, replace=False)
        excess, own = np.maximum(load - room, 0), cost[each, at]
        more = demand[None, :] - demand[some, None]  # goods that the first one's site gets more
        here, there = at[some][:, None], at[None, :]
        beyond = np.maximum(load[here] + more - room[here], 0) - excess[here]
        beyond = beyond + np.maximum(load[there] - more - room[there], 0) - excess[there]
        gain = cost[some][:, at] + cost[:, at[some]].T - own[some, None] - own[None, :] + alpha * beyond
        gain[(here == there) | ~free[None, :]] = np.inf
        flat = int(gain.argmin())
        return float(gain.flat[flat]), int(some[flat // len(at)]), flat % len(at)

    def sites(self, first: np.ndarray, rho: np.ndarray, keep: Callable[[np.ndarray], None]) -> None:
        """Look for better assignments from ``first`` (n,): one site shut, one opened, or both at once, in the order
        of the prices ``rho`` (m,) that a bound puts on opening, infinite where that is decided. ``keep`` hears of each
        that is better."""
        best, lowest, tried = first, self.value(first), set[bytes]()
        better = True
        while better:
            better = False
            used = np.unique(best)
            for out, into in self._moves(used, rho):
                mask = np.isin(np.arange(len(self.room)), used)
                if out >= 0:
                    mask[out] = False
                if into >= 0:
                    mask[into] = True
                if mask.tobytes() in tried or self.room[mask].sum() < self.demand.sum():
                    continue
                if self.over():
                    return
                tried.add(mask.tobytes())
                begin = np.where(mask[best], best, -1)
                found = self.assign(np.flatnonzero(mask), begin, GLANCE)
                value = self.value(found)
                if found is not None and lowest <= value < NEAR * lowest:
                    found = self.assign(np.flatnonzero(mask), found, SHORT)
                    value = self.value(found)
                if found is not None and value < lowest:
                    best, lowest, better = found, value, True
                    keep(best)
                    break

    def _moves(self, used: np.ndarray, rho: np.ndarray) -> list[tuple[int, int]]:
        """Which site is shut and which is opened (-1: none), the most promising first."""
        shut = np.setdiff1d(np.arange(len(rho)), used)
        outs = [(-1, 0.0), *((int(j), -float(rho[j])) for j in used if np.isfinite(rho[j]))]
        intos = [(-1, 0.0), *((int(j), float(rho[j])) for j in shut if np.isfinite(rho[j]))]
        pairs = [(a + b, out, into) for out, a in outs for into, b in intos if out >= 0 or into >= 0]
        return [(out, into) for _, out, into in sorted(pairs)[:MOVES]]
