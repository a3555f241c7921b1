"""First assignments of customers as wholes: exchanges fit them in where rooms are full to the last unit."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from siting.plans.outcome import Effort
from siting.solvers.classic.refit import SHORT, Refit
from siting.solvers.classic.single import SingleSource


def refit(demand: np.ndarray, room: np.ndarray, opening: np.ndarray, cost: np.ndarray) -> Refit:
    """Exchanges that nobody stops."""
    return Refit(demand, room, opening, cost, lambda: False)


@pytest.mark.parametrize("seed", range(6))
def test_rooms_that_are_full_to_the_last_unit_are_filled(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, k, m = 60, 5, 9
    demand, planted = rng.integers(5, 36, n), rng.integers(0, k, n)
    room = np.bincount(planted, demand, m).astype(np.int64)
    room[k:] = room.max()
    opening, cost = rng.integers(50, 90, m), rng.integers(1, 100, (n, m))
    search = refit(demand, room, opening, cost)
    site = search.assign(np.arange(k), np.full(n, -1), 4 * SHORT)
    assert site is not None
    assert np.bincount(site, demand, k).tolist() == room[:k].tolist()
    paid = int(cost[np.arange(n), site].sum() + opening[:k].sum())
    assert search.value(site) == paid < search.value(planted)


@pytest.mark.parametrize("seed", range(6))
def test_other_sets_of_sites_are_better_one_after_another_and_end_near_the_best(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = 6, 4
    demand, room = rng.integers(1, 9, n), rng.integers(15, 30, m)
    opening, cost = rng.integers(5, 60, m), rng.integers(1, 30, (n, m))
    search = refit(demand, room, opening, cost)
    first = search.assign(np.arange(m), np.full(n, -1), SHORT)
    assert first is not None
    values = [search.value(first)]

    def keep(site: np.ndarray) -> None:
        assert (np.bincount(site, demand, m) <= room).all()
        values.append(search.value(site))

    search.sites(first, np.zeros(m), keep)
    best = min(
        int(cost[np.arange(n), list(where)].sum() + opening[list(set(where))].sum())
        for where in itertools.product(range(m), repeat=n)
        if (np.bincount(where, demand, m) <= room).all()
    )
    assert values == sorted(values, reverse=True)
    assert best <= values[-1] <= 1.1 * best


def test_nothing_fits_is_said() -> None:
    ones = np.ones((3, 2), dtype=np.int64)
    search = refit(np.array([2, 2, 2]), np.array([3, 3]), np.array([1, 1]), ones)
    assert search.assign(np.arange(2), np.full(3, -1), SHORT) is None


def test_a_site_that_is_decided_to_open_but_not_used_is_open_in_the_start() -> None:
    demand, room, opening = np.array([2, 3, 4]), np.array([9, 9, 9]), np.array([4, 5, 6])
    cost = np.array([[1, 7, 7], [1, 7, 7], [1, 7, 7]])
    search = SingleSource(demand, room, opening, cost, Effort(gap=0, time_limit_s=60))
    search.upper, search.site = 7, np.zeros(3, dtype=np.int64)
    one = np.array([True, True, False])
    bound = search._search(np.ones((3, 3), dtype=bool) & one[None, :], search.effort, None, one)
    assert not search.crashed
    assert bound == pytest.approx(12)
