"""The classic problems of location science, each a frozen value, and one function that solves them all.

They are special cases of what a county asks, kept apart from it so that the methods can be held against published
optima: set covering, maximal covering, p-median, p-center, p-dispersion, and capacitated location with split
deliveries, with a single source, and in two stages. All data are whole numbers (money of files with decimals is
scaled); positions count from 0.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from siting.errors import Fault, SolverFailed
from siting.plans.outcome import Effort, Stop

from ..coverage.method import Method
from ..coverage.reduce import Cover, smaller
from ..priced import Way
from .cover import p_center, set_cover
from .dispersion import p_dispersion
from .lagrange_warehouse import Costs
from .median import Location
from .merge import merged
from .single import SingleSource
from .stages import Stages
from .warehouse import SAFE, Tree, deliver


@dataclass(frozen=True, eq=False)
class SetCovering:
    """LSCP: the cheapest sites that cover everybody. ``covers`` (n, m) bool, ``price`` (m,) above 0."""

    covers: np.ndarray
    price: np.ndarray


@dataclass(frozen=True, eq=False)
class MaximalCovering:
    """MCLP: the ``p`` sites that cover most demand. ``covers`` (n, m) bool, ``demand`` (n,) not below 0."""

    covers: np.ndarray
    demand: np.ndarray
    p: int


@dataclass(frozen=True, eq=False)
class PMedian:
    """The ``p`` sites with the least total cost. ``cost`` (n, m), demand times distance, not below 0."""

    cost: np.ndarray
    p: int


@dataclass(frozen=True, eq=False)
class PCenter:
    """The ``p`` sites with the smallest largest distance. ``distance`` (n, m), not below 0."""

    distance: np.ndarray
    p: int


@dataclass(frozen=True, eq=False)
class PDispersion:
    """The ``p`` sites with the largest smallest distance. ``distance`` (m, m), symmetric, not below 0."""

    distance: np.ndarray
    p: int


@dataclass(frozen=True, eq=False)
class Capacitated:
    """CFLP, or SSCFLP where ``single_source``. ``demand`` (n,) above 0 and ``room`` (m,) in goods; ``opening`` (m,) and
    ``cost`` (n, m) in 1/``scale`` money, ``cost`` for all goods of a customer."""

    demand: np.ndarray
    room: np.ndarray
    opening: np.ndarray
    cost: np.ndarray
    scale: int = 1
    single_source: bool = False


@dataclass(frozen=True, eq=False)
class TwoStage:
    """TSCFLP: see `stages.Stages` for the arrays."""

    stages: Stages


Classic = SetCovering | MaximalCovering | PMedian | PCenter | PDispersion | Capacitated | TwoStage


@dataclass(frozen=True, eq=False)
class Answer:
    """What `solve_classic` found.

    ``objective`` (None: nothing was found) and ``bound`` (None: nothing is proven) in the unit of the problem, of
    capacitated problems in money; ``chosen`` sites in their order (two stages: depots; ``plants`` besides);
    ``assignment`` (n,) the site of each demand point, -1 where it has none, or shares (n, m) for split deliveries,
    None where the problem has none.
    """

    objective: float | None
    bound: float | None
    chosen: tuple[int, ...]
    assignment: np.ndarray | None
    stop: Stop
    seconds: float
    plants: tuple[int, ...] = ()

    @property
    def gap(self) -> float | None:
        """|bound - objective| / |objective|; 0.0 where both are equal, None where one is missing."""
        if self.objective is None or self.bound is None:
            return None
        return 0.0 if self.bound == self.objective else abs(self.bound - self.objective) / max(1.0, abs(self.objective))


def solve_classic(instance: Classic, effort: Effort) -> Answer:
    """Solve within the effort; ``stop`` is PROVEN only where the gap is at most ``effort.gap``.

    In money (capacitated problems) sums are floating point: PROVEN then allows a gap of 1e-7 besides.

    Raises:
        ValueError: the arrays do not fit each other, or p is out of range.
        SolverFailed: nothing covers everybody, or no room is enough (E902).
    """
    begun = time.monotonic()
    solve = {
        SetCovering: _set_covering, MaximalCovering: _maximal_covering, PMedian: _p_median, PCenter: _p_center,
        PDispersion: _p_dispersion, Capacitated: _capacitated, TwoStage: _two_stage,
    }[type(instance)]  # fmt: skip
    objective, bound, chosen, assignment, crashed, plants = solve(instance, effort)  # type: ignore[operator]
    money = isinstance(instance, Capacitated | TwoStage) and not getattr(instance, "single_source", False)
    answer = Answer(objective, bound, tuple(int(j) for j in chosen), assignment, Stop.TIME, 0.0, plants)
    closed = answer.gap is not None and answer.gap <= max(effort.gap, 1e-7 if money else 0.0)
    stop = Stop.PROVEN if closed else Stop.CRASH if crashed else Stop.USER if effort.stopped() else Stop.TIME
    return Answer(objective, bound, answer.chosen, assignment, stop, time.monotonic() - begun, plants)


_Raw = tuple[float | None, float | None, np.ndarray, np.ndarray | None, bool, tuple[int, ...]]


def _sites(p: int, m: int) -> None:
    if not 1 <= p <= m:
        raise ValueError(f"p is from 1 to {m}, not {p}")


def _nearest(cost: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    nearest: np.ndarray = chosen[np.argmin(cost[:, chosen], axis=1)]
    return nearest


def _set_covering(instance: SetCovering, effort: Effort) -> _Raw:
    if not instance.covers.any(axis=1).all():
        raise SolverFailed(Fault("E902", values={"why": "a demand point is covered by no site"}))
    found = set_cover(instance.covers, instance.price, effort)
    assert found.chosen is not None
    chosen = np.sort(found.chosen)
    first = chosen[np.argmax(instance.covers[:, chosen], axis=1)]
    return int(instance.price[chosen].sum()), found.bound, chosen, first, found.crashed, ()


def _maximal_covering(instance: MaximalCovering, effort: Effort) -> _Raw:
    _sites(instance.p, instance.covers.shape[1])
    covers, demand = merged(instance.covers, instance.demand)
    if not len(demand):  # nobody can be covered: any sites will do
        return 0, 0, np.arange(instance.p), np.full(len(instance.demand), -1), False, ()
    m = covers.shape[1]
    posed = Cover(
        covers=csr_array(covers.astype(np.float64)),
        weight=demand.astype(np.float64),
        price=np.zeros(m),
        use=np.ones((1, m), dtype=np.int64),
        limit=np.array([instance.p]),
        option=np.arange(m),
        base=0.0,
        always=(),
        counts={},
    )
    way = Way(
        time.monotonic() + effort.time_limit_s, effort.gap, 0.9, effort.seed, effort.threads, stopped=effort.stopped
    )
    found = Method(smaller(posed), way).solve()
    some = np.array(found.chosen or (), dtype=np.int64)
    chosen = np.sort(np.concatenate([some, np.setdiff1d(np.arange(m), some)[: instance.p - len(some)]]))
    covered = instance.covers[:, chosen]
    assignment = np.where(covered.any(axis=1), chosen[np.argmax(covered, axis=1)], -1)
    value = int(instance.demand[covered.any(axis=1)].sum())
    return value, max(value, math.floor(found.bound + 1e-6)), chosen, assignment, False, ()


def _p_median(instance: PMedian, effort: Effort) -> _Raw:
    _sites(instance.p, instance.cost.shape[1])
    found = Location(instance.cost, instance.p, effort).solve()
    chosen = np.sort(found.chosen)
    return found.cost, found.bound, chosen, _nearest(instance.cost, chosen), found.crashed, ()


def _p_center(instance: PCenter, effort: Effort) -> _Raw:
    found = p_center(instance.distance, instance.p, effort)
    return (found.radius, found.bound, found.chosen, _nearest(instance.distance, found.chosen), found.crashed, ())


def _p_dispersion(instance: PDispersion, effort: Effort) -> _Raw:
    found = p_dispersion(instance.distance, instance.p, effort)
    return found.distance, found.bound, found.chosen, None, found.crashed, ()


def _capacitated(instance: Capacitated, effort: Effort) -> _Raw:
    if (instance.demand <= 0).any():
        raise ValueError("every customer asks for something")
    if instance.room.sum() < instance.demand.sum():
        raise SolverFailed(Fault("E902", values={"why": "all sites together have too little room"}))
    if instance.single_source:
        one = SingleSource(instance.demand, instance.room, instance.opening, instance.cost, effort).solve()
        chosen = np.zeros(0, dtype=np.int64) if one.site is None else np.unique(one.site)
        value = None if one.cost is None else one.cost / instance.scale
        return value, one.bound / instance.scale, chosen, one.site, one.crashed, ()
    floats = Costs(*(part.astype(np.float64) for part in (instance.demand, instance.room)),
                   *(part / instance.scale for part in (instance.opening, instance.cost)))  # fmt: skip
    tree = Tree(floats, effort)
    tree.solve()
    shares = np.zeros(instance.cost.shape)
    flows = deliver(floats, np.sort(tree.chosen))
    assert flows is not None
    shares[:, np.sort(tree.chosen)] = flows[1]
    return tree.upper, min(tree.low, tree.upper) * (1 - SAFE), np.sort(tree.chosen), shares, False, ()


def _two_stage(instance: TwoStage, effort: Effort) -> _Raw:
    found = instance.stages.solve(effort)
    shares = found.outbound.T if found.cost is not None else None
    return found.cost, found.bound, found.depots, shares, found.crashed, tuple(int(k) for k in found.plants)
