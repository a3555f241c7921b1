"""Bus lines: legs, rides, vehicles and costs by hand; the best stops among all pairs by trying them."""

from __future__ import annotations

import itertools
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.counties.services import LineRules
from siting.roads.buslines import _best_rides, _ride, vehicles


def test_a_ride_adds_the_legs_of_its_direction() -> None:
    ride = _ride(np.array([5, 7]), np.array([6, 9]))  # there 5 and 7, back 6 (second to first) and 9 (third to second)
    assert ride.tolist() == [[0, 5, 12], [6, 0, 7], [15, 9, 0]]


@pytest.mark.parametrize(
    ("round_ms", "trips", "hours", "layover", "buses"),
    [
        (3_600_000, 12, "12", "0", 1),  # twelve hours of work in twelve hours
        (3_600_000, 13, "12", "0", 2),
        (3_600_001, 12, "12", "0", 2),  # one ms too much
        (3_000_000, 12, "12", "5", 1),  # 50 minutes and twice 5
        (60_000, 0, "12", "5", 1),  # no trips: still a bus
        (0, 100, "0.5", "0.3", 2),  # 100 * 36 s in half an hour: 3600 s in 1800 s
    ],
)
def test_vehicles_work_their_hours(round_ms: int, trips: int, hours: str, layover: str, buses: int) -> None:
    rules = LineRules(
        vehicle_capital=Decimal(1),
        running_per_km=Decimal(1),
        service_hours=Decimal(hours),
        layover_min=Decimal(layover),
    )
    assert vehicles(rules, round_ms, trips) == buses


walks = st.lists(st.dictionaries(st.integers(0, 2), st.integers(0, 30), max_size=3), min_size=2, max_size=4)


@given(walks, st.data())
def test_the_best_ride_is_the_best_of_all_pairs_of_stops(before: list[dict[int, int]], data: st.DataObject) -> None:
    n = len(before)
    after = data.draw(st.lists(st.dictionaries(st.integers(0, 2), st.integers(0, 30)), min_size=n, max_size=n))
    legs = st.lists(st.integers(0, 20), min_size=n - 1, max_size=n - 1)
    ride = _ride(np.array(data.draw(legs)), np.array(data.draw(legs)))
    expected: dict[tuple[int, int], int] = {}
    for a, b in itertools.permutations(range(n), 2):
        for (i, walk), (j, onward) in itertools.product(before[a].items(), after[b].items()):
            cost = walk + int(ride[a, b]) + onward
            expected[i, j] = min(cost, expected.get((i, j), cost))
    assert _best_rides(before, after, ride) == expected
