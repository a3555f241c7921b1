r"""Two-stage capacitated location: goods flow from plants through depots to customers.

With :math:`x_{kj}` the goods from plant to depot and :math:`w_{ji}` the share of a customer's demand that a depot
delivers,

.. math::
    \min \sum_k f_k v_k + \sum_j g_j y_j + \sum_{kj} b_{kj} x_{kj} + \sum_{ji} c_{ji} q_i w_{ji}, \quad
    \sum_j w_{ji} = 1, \quad w_{ji} \le y_j, \quad x_{kj} \le \min(P_k, Q_j) v_k, \\
    \sum_k x_{kj} = \sum_i q_i w_{ji} \le Q_j y_j, \quad \sum_j x_{kj} \le P_k v_k .

The links :math:`w_{ji} \le y_j`, the rows that open enough room in either stage, and those that open at least as many
sites as the largest rooms must be for all goods, make the relaxation strong. HiGHS solves it in a child process, from a
solution over the sites that the relaxation uses; the tree of `lagrange_stages` has a higher bound much sooner.

Source: D. Fernandes et al. (2014), A simple and effective genetic algorithm for the two-stage capacitated facility
location problem, Computers & Industrial Engineering 75.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from siting.plans.outcome import Effort

from ..process.arrays import Rows, at_least, equal, hand_over, minimise
from ..process.linear import LinearModel
from ..process.supervise import Answer
from .lagrange_stages import Priced, fewest, tree_bound
from .lagrange_warehouse import Costs

#: Share of the time that is left for the tree on the Lagrangean bound.
BOUND_SHARE = 0.6


@dataclass(frozen=True, eq=False)
class TwoStages:
    """Costs of the best solution, open ``plants`` and ``depots``, goods ``inbound`` (l, m) and shares ``outbound``
    (m, n); ``bound`` or None. The cost is None where no solution was found."""

    cost: float | None
    plants: np.ndarray
    depots: np.ndarray
    inbound: np.ndarray
    outbound: np.ndarray
    bound: float | None
    crashed: bool


@dataclass(frozen=True, eq=False)
class Stages:
    """Whole numbers: ``demand`` (n,); ``plant_room``, ``plant_opening`` (l,); ``depot_room``, ``depot_opening`` (m,);
    ``inbound`` (l, m), ``outbound`` (m, n) costs of one unit of goods."""

    demand: np.ndarray
    plant_room: np.ndarray
    plant_opening: np.ndarray
    depot_room: np.ndarray
    depot_opening: np.ndarray
    inbound: np.ndarray
    outbound: np.ndarray

    def model(self) -> LinearModel:
        """The arrays: v, y, x by plant and depot, w by depot and customer."""
        plants, depots, n = len(self.plant_room), len(self.depot_room), len(self.demand)
        v, y = np.arange(plants), plants + np.arange(depots)
        first = plants + depots
        x = first + np.arange(plants * depots).reshape(plants, depots)
        w = first + plants * depots + np.arange(depots * n).reshape(depots, n)
        most = np.minimum(self.plant_room[:, None], self.depot_room[None, :]).astype(np.float64)
        upper = np.concatenate([np.ones(first), most.ravel(), np.ones(depots * n)])
        cost = np.concatenate([self.plant_opening, self.depot_opening, self.inbound.ravel(),
                               (self.outbound * self.demand[None, :]).ravel()])  # fmt: skip
        return minimise(cost, [*self._flow(v, x, w), *self._room(v, y, x, w, most)],
                        np.arange(len(cost)) < first, upper)  # fmt: skip

    def _flow(self, v: np.ndarray, x: np.ndarray, w: np.ndarray) -> list[Rows]:
        depots, n = w.shape
        served = equal(np.tile(np.arange(n), depots), w.ravel(), np.ones(w.size), np.ones(n))
        through = equal(
            np.concatenate([np.tile(np.arange(depots), len(v)), np.repeat(np.arange(depots), n)]),
            np.concatenate([x.ravel(), w.ravel()]),
            np.concatenate([np.ones(x.size), -np.tile(self.demand, depots)]), np.zeros(depots),
        )  # fmt: skip
        return [served, through]

    def _room(self, v: np.ndarray, y: np.ndarray, x: np.ndarray, w: np.ndarray, most: np.ndarray) -> list[Rows]:
        depots, n = w.shape
        pair, arc = np.arange(w.size), np.arange(x.size)
        links = at_least(np.tile(pair, 2), np.concatenate([np.repeat(y, n), w.ravel()]),
                         np.repeat([1.0, -1.0], w.size), np.zeros(w.size))  # fmt: skip
        arcs = at_least(np.tile(arc, 2), np.concatenate([np.repeat(v, depots), x.ravel()]),
                        np.concatenate([most.ravel(), -np.ones(x.size)]), np.zeros(x.size))  # fmt: skip
        plants = at_least(
            np.concatenate([np.arange(len(v)), np.repeat(np.arange(len(v)), depots)]), np.concatenate([v, x.ravel()]),
            np.concatenate([self.plant_room, -np.ones(x.size)]), np.zeros(len(v)),
        )  # fmt: skip
        rooms = at_least(
            np.concatenate([np.arange(depots), np.repeat(np.arange(depots), n)]), np.concatenate([y, w.ravel()]),
            np.concatenate([self.depot_room, -np.tile(self.demand, depots)]), np.zeros(depots),
        )  # fmt: skip
        total = float(self.demand.sum())
        enough = []
        for c, room in ((v, self.plant_room), (y, self.depot_room)):
            one_row = np.zeros(len(c), dtype=np.int64)
            enough.append(at_least(one_row, c, room, np.array([total])))
            enough.append(at_least(one_row, c, np.ones(len(c)), np.array([float(fewest(room, total))])))
        return [links, arcs, plants, rooms, *enough]

    def priced(self) -> Priced:
        """For the Lagrangean bound."""
        demand = self.demand.astype(np.float64)
        depots = Costs(demand, self.depot_room.astype(np.float64), self.depot_opening.astype(np.float64),
                       self.outbound.T * demand[:, None])  # fmt: skip
        plants = (self.plant_room, self.plant_opening, self.inbound)
        return Priced(depots, *(part.astype(np.float64) for part in plants))

    def _search(self, effort: Effort) -> tuple[Answer, float | None]:
        """The relaxation; the sites that it uses, as a start; a bound by prices; the whole model. The best answer and
        the best bound."""
        begun = time.monotonic()
        model = self.model()
        relaxed = hand_over(model.relaxed(), effort)
        low = relaxed.bound

        def left(share: float) -> Effort:
            return replace(effort, time_limit_s=max(1.0, share * (effort.time_limit_s - time.monotonic() + begun)))

        first = None
        if relaxed.values is not None:
            first = hand_over(model.within(relaxed.values > 1e-3), left(0.4), max_nodes=200)
        start = None if first is None else first.values
        if first is not None and start is not None:
            worth = float(model.cost @ start)
            until = time.monotonic() + BOUND_SHARE * left(1.0).time_limit_s
            found = tree_bound(self.priced(), worth, until, effort.stopped)
            low = found if low is None else max(low, found)
            if worth - low <= effort.gap * worth:
                return first, low
        answer = hand_over(model, left(1.0), start)
        low = max((b for b in (low, answer.bound) if b is not None), default=None)
        if first is not None and start is not None:
            worse = answer.values is None or model.cost @ start < model.cost @ answer.values
            answer = replace(answer, values=start) if worse else answer
        return answer, low

    def solve(self, effort: Effort) -> TwoStages:
        """Hand the model to HiGHS within the effort."""
        plants, depots, n = len(self.plant_room), len(self.depot_room), len(self.demand)
        answer, bound = self._search(effort)
        if answer.values is None:
            empty = np.zeros(0, dtype=np.int64)
            return TwoStages(None, empty, empty, np.zeros((plants, depots)), np.zeros((depots, n)), bound,
                             bool(answer.crashed))  # fmt: skip
        values, first = answer.values, plants + depots
        inbound = values[first : first + plants * depots].reshape(plants, depots)
        outbound = values[first + plants * depots :].reshape(depots, n)
        opened = values[:first] > 0.5
        cost = (
            self.plant_opening[opened[:plants]].sum()
            + self.depot_opening[opened[plants:]].sum()
            + float((self.inbound * inbound).sum() + (self.outbound * self.demand[None, :] * outbound).sum())
        )
        plants_open, depots_open = np.flatnonzero(opened[:plants]), np.flatnonzero(opened[plants:])
        return TwoStages(float(cost), plants_open, depots_open, inbound, outbound, bound, bool(answer.crashed))
