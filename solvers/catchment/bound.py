r"""The Lagrangean bound of a catchment service: sites filled greedily, sizes chosen under the money.

Pricing the rows :math:`\sum_w f_w \le q_i` with :math:`u_i \ge 0` (:math:`f_w` persons over way :math:`w`) and the rows
of money and rules with :math:`\lambda_k \ge 0`,

.. math::
    L(u, \lambda) = \sum_i q_i u_i + \sum_k \lambda_k b_k
        + \sum_j \max_{o \in O_j} \Bigl( \phi_o(u) - p_o - \sum_k \lambda_k a_{ko} \Bigr)^+ , \qquad
    \phi_o(u) = \max \sum_{w \to j} (v_w - u_i) f_w ,

where the persons of a site keep its places and, those who board, its beds: two nested knapsacks, which are filled best
in the order of :math:`v_w - u_i`. The price of the first row is chosen best for every :math:`u`. At the end the choice
of sizes under that row is made in whole options by a dynamic program, which is below the bound with a price.

Sources: J. Barcelo and J. Casanovas (1984), A heuristic Lagrangean algorithm for the capacitated plant location
problem, European Journal of Operational Research 15; J. Beasley (1988), An algorithm for solving large capacitated
warehouse location problems, the same 33; S. Goertz and A. Klose (2012), A simple but usually fast branch-and-bound
algorithm for the capacitated facility location problem, INFORMS Journal on Computing 24.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..priced import raised
from ..volume import Descent, Look, descend
from .level import Level

#: Steps of money that the dynamic program tells apart; costs are rounded down to them.
STEPS = 4000


@dataclass(frozen=True, eq=False)
class Bound:
    """``value`` no plan exceeds; ``priced`` the bound with a price instead of whole options, and the point ``at`` which
    it was found; ``rest`` (o,) how much that falls if an option is taken; ``left`` (p,) value of a person on each way
    beyond ``u``; mean ``share`` (o,) of each option and mean ``flow`` (p,) on the way."""

    value: float
    priced: float
    at: np.ndarray
    rest: np.ndarray
    left: np.ndarray
    share: np.ndarray
    flow: np.ndarray


class Lagrangean:
    """The bound of a level as a function of :math:`q_i u_i`, then of the prices of all rows but the first."""

    def __init__(self, level: Level) -> None:
        self.level = level
        n, m = len(level.people), level.sites
        tightness = np.maximum(level.use, 0).sum(axis=1) / np.maximum(1, level.limit)
        order = np.argsort(-tightness, kind="stable")
        scale = np.maximum(1, np.abs(level.limit[order])).astype(float)
        self.use, self.limit = level.use[order] / scale[:, None], level.limit[order] / scale
        self.costs: np.ndarray | None = level.use[order[0]] if len(order) else None
        self.money = int(level.limit[order[0]]) if len(order) else 0
        self.people = np.maximum(1, level.people).astype(float)
        highest = np.zeros(n)
        np.maximum.at(highest, level.point, level.value)
        total = float((self.people * highest).sum() + np.abs(level.price).sum())
        self.high = np.concatenate([self.people * highest, np.full(max(0, len(order) - 1), 4 * total)])
        self.low = np.zeros(len(self.high))
        # options in ranks: the first of each site, the second ...
        first = np.searchsorted(level.at, np.arange(m))
        rank = np.arange(len(level.at)) - first[level.at] if len(level.at) else np.zeros(0, dtype=np.int64)
        self.ranks = [np.flatnonzero(rank == k) for k in range(int(rank.max(initial=-1)) + 1)]
        self.slim = level.site.astype(np.int32)

    def rest(self, at: np.ndarray) -> np.ndarray:
        """(o,) how much the bound falls if an option is taken: what it brings beyond all prices, less the best of its
        site."""
        return self.forced(self._inner(at)[3])

    def forced(self, after: np.ndarray) -> np.ndarray:
        """(o,) ``after`` less what the best choice of the same site brings: at most 0."""
        level = self.level
        top = np.where(level.must, -np.inf, 0.0)
        np.maximum.at(top, level.at, after)
        found: np.ndarray = after - top[level.at]
        return found

    def start(self) -> np.ndarray:
        """A point (d,) to begin at."""
        n = len(self.level.people)
        return np.concatenate([0.3 * self.high[:n], np.zeros(len(self.high) - n)])

    def look(self, at: np.ndarray) -> Look:
        """The bound at a point; the choice is the share of each option, then the persons on each way."""
        n = len(self.level.people)
        value, share, flow, _, _ = self._inner(at)
        served = np.bincount(self.level.point, weights=flow, minlength=n) / self.people
        slope = np.concatenate([self.level.people / self.people - served, self.limit[1:] - self.use[1:] @ share])
        return Look(value, slope, np.concatenate([share, flow]))

    def order(self, left: np.ndarray) -> np.ndarray:
        """Positions of the ways that are worth something by ``left`` (p,), site by site, the best first."""
        good = np.flatnonzero(left > 0)
        order = good[np.argsort(-left[good], kind="stable")]
        by_site: np.ndarray = order[np.argsort(self.slim[order], kind="stable")]
        return by_site

    def fill(
        self, left: np.ndarray, order: np.ndarray, people: np.ndarray | None = None
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """What each option (o,) is worth when its site is filled by ``left`` (p,) a person, by at most ``people`` (p,);
        the persons for each rank of options, on the ways in their ``order``."""
        level = self.level
        may = level.most if people is None else people
        site, boards, most = level.site[order], level.boards[order], may[order].astype(float)
        begin = np.searchsorted(site, np.arange(level.sites))
        worth, value = np.zeros(len(level.at)), left[order]
        flows = []
        asleep = _before(most * boards, site, begin)
        for own in self.ranks:
            places, beds = np.zeros(level.sites), np.zeros(level.sites)
            places[level.at[own]], beds[level.at[own]] = level.places[own], level.beds[own]
            go = np.where(boards, np.clip(beds[site] - asleep, 0.0, most), most)
            go = np.clip(places[site] - _before(go, site, begin), 0.0, go)
            worth[own] = np.bincount(site, weights=go * value, minlength=level.sites)[level.at[own]]
            flows.append(go)
        return worth, flows

    def _inner(self, at: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Value, shares of options, persons on ways, what options bring beyond prices, values of ways beyond u."""
        level, n = self.level, len(self.level.people)
        u = at[:n] / self.people
        left = level.value - u[level.point]
        order = self.order(left)
        worth, flows = self.fill(left, order)
        rest = worth - level.price - at[n:] @ self.use[1:]
        value = float(level.people @ u) + float(at[n:] @ self.limit[1:])
        more, share, price = self._choose(rest)
        flow = np.zeros(len(level.point))
        of_site = np.zeros(level.sites)
        for own, go in zip(self.ranks, flows, strict=True):
            of_site[:] = 0.0
            of_site[level.at[own]] = share[own]
            flow[order] += go * of_site[level.site[order]]
        after = rest - price * self.use[0] if len(self.limit) else rest
        return value + more, share, flow, after, left

    def _choose(self, rest: np.ndarray) -> tuple[float, np.ndarray, float]:
        """The best value of the options under the first row by its best price, their shares, and that price."""
        if not len(self.limit):
            share, value = self._best(rest)
            return value, share, 0.0
        use, limit = self.use[0], float(self.limit[0])
        share, value = self._best(rest)
        spent = float(use @ share)
        if spent <= limit:
            return value, share, 0.0
        low, high = 0.0, 1.0
        while True:
            dear, _ = self._best(rest - high * use)
            if float(use @ dear) <= limit or high > 1e30:
                break
            low, share, high = high, dear, high * 8
        for _ in range(40):
            middle = (low + high) / 2
            there, _ = self._best(rest - middle * use)
            if float(use @ there) > limit:
                low, share = middle, there
            else:
                high, dear = middle, there
            if high - low <= 1e-12 * high:
                break
        cheap, much = float(use @ dear), float(use @ share)
        part = (limit - cheap) / (much - cheap) if much > cheap else 0.0
        mixed = part * share + (1 - part) * dear
        _, value = self._best(rest - high * use)
        return value + high * limit, mixed, high

    def _best(self, rest: np.ndarray) -> tuple[np.ndarray, float]:
        """The best option of each site, none where none is a gain and none is needed, as a mask (o,); their sum."""
        level = self.level
        top = np.where(level.must, -np.inf, 0.0)
        pick = np.full(level.sites, -1, dtype=np.int64)
        for own in self.ranks:
            site = level.at[own]
            better = rest[own] > top[site]
            top[site[better]], pick[site[better]] = rest[own][better], own[better]
        share = np.zeros(len(level.at))
        share[pick[pick >= 0]] = 1.0
        return share, float(top[np.isfinite(top)].sum())

    def whole(self, at: np.ndarray) -> float:
        """The bound at a point (d,) with the first row in whole options: a dynamic program over its money."""
        value = self._inner(at)[0]
        if self.costs is None or (self.costs < 0).any() or self.money < 0:
            return value
        level, n = self.level, len(self.level.people)
        u = at[:n] / self.people
        left = level.value - u[level.point]
        worth, _ = self.fill(left, self.order(left))
        rest = worth - level.price - at[n:] @ self.use[1:]
        step = max(1, -(-self.money // STEPS))
        costs, money = self.costs // step, self.money // step
        best = np.zeros(money + 1)
        for j in range(level.sites):
            own = np.flatnonzero(level.at == j)
            then = np.full(money + 1, -np.inf) if level.must[j] else best.copy()
            for o in own.tolist():
                c = int(costs[o])
                if c <= money:
                    np.maximum(then[c:], best[: money + 1 - c] + rest[o], out=then[c:])
            best = then
        found = float(level.people @ u) + float(at[n:] @ self.limit[1:]) + float(best.max())
        return min(value, found)


def _before(go: np.ndarray, site: np.ndarray, begin: np.ndarray) -> np.ndarray:
    """Sum of ``go`` over the ways of the same site that stand before each way."""
    total = np.concatenate([[0.0], np.cumsum(go)])
    before: np.ndarray = total[:-1] - total[begin[site]]
    return before


def lower(
    level: Level,
    goal: Callable[[int, np.ndarray], float],
    how: Descent,
    over: Callable[[], bool],
    deadline: float,
    at: np.ndarray | None = None,
) -> Bound:
    """The bound after a descent from ``at``; ``goal`` hears the mean shares of the options."""
    form = Lagrangean(level)
    o = len(level.at)
    begin = form.start() if at is None else np.clip(at, form.low, form.high)
    found = descend(form.look, begin, form.low, form.high, lambda k, mean: goal(k, mean[:o]), how, over, deadline)
    _, _, _, rest, left = form._inner(found.at)
    value = raised(form.whole(found.at))
    return Bound(value, raised(found.value), found.at, form.forced(rest), left, found.choice[:o], found.choice[o:])
