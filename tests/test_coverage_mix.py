"""Choices of a coverage service that are joined in pairs: what comes out is a choice, and the best one of the union."""

from __future__ import annotations

import time

import numpy as np
import pytest

from siting.solvers.coverage import mix
from siting.solvers.coverage.mix import Mix, best_within
from siting.solvers.coverage.reduce import Cover

from .test_coverage_search import best_of
from .test_coverage_tree import choices, random_cover


def worth(cover: Cover, y: np.ndarray) -> float:
    return cover.base + float(cover.weight[cover.covers @ y > 0].sum() - cover.price @ y)


def as_mask(cover: Cover, sites: list[int]) -> np.ndarray:
    y = np.zeros(len(cover.price))
    y[sites] = 1.0
    return y


@pytest.mark.parametrize("seed", range(20))
def test_the_best_choice_of_a_union_is_found(seed: int) -> None:
    cover = random_cover(seed, several=seed % 2 == 1)
    some = np.random.default_rng(seed).choice(len(cover.price), 6, replace=False)
    inside = as_mask(cover, some.tolist())
    exact = max((worth(cover, y) for y in choices(cover) if (y <= inside).all()), default=-np.inf)
    found = best_within(cover, frozenset(some.tolist()), 60.0)
    y = as_mask(cover, found)
    assert set(found) <= set(some.tolist())
    assert (cover.use @ y <= cover.limit).all()
    assert worth(cover, y) == pytest.approx(exact, rel=1e-3)


def test_without_time_nothing_is_joined() -> None:
    cover = random_cover(1)
    assert best_within(cover, frozenset(range(9)), 0.0) == []


@pytest.mark.parametrize("seed", [0, 3])
def test_every_step_makes_a_choice_with_the_value_that_it_has(seed: int) -> None:
    cover = random_cover(seed, points=60, sites=12, several=seed == 3)
    found = Mix(cover, np.ones(12), seed)
    best = -np.inf
    for _ in range(10):
        swap = found.step(lambda: False, time.monotonic() + 600.0)
        assert swap.best is not None
        y = as_mask(cover, list(swap.best))
        assert (cover.use @ y <= cover.limit).all()
        assert worth(cover, y) == pytest.approx(swap.value)
        best = max(best, swap.value)
    assert best == pytest.approx(best_of(cover))
    sets = [sites for _, sites in found.members]
    assert len(set(sets)) == len(sets) <= mix.MANY


def test_what_is_drawn_does_not_depend_on_the_hour() -> None:
    cover = random_cover(2, points=60, sites=12)
    one, other = (
        [Mix(cover, np.ones(12), 7).step(lambda: False, time.monotonic() + 600.0).best for _ in range(2)]
        for _ in range(2)
    )
    assert one == other


def test_a_better_choice_takes_the_place_of_the_worse_one_most_like_it() -> None:
    found = Mix(random_cover(0), np.ones(9), 0)
    for k in range(mix.MANY):
        found.add(float(k), frozenset({k, k + 1, k + 2}))
    found.add(3.5, frozenset({2, 3, 4, 8}))
    assert [value for value, _ in found.members] == [0.0, 1.0, 3.5, 3.0, 4.0, 5.0]
    found.add(9.0, frozenset({2, 3, 4, 8}))  # known, whatever it is said to be worth
    assert max(value for value, _ in found.members) == 5.0


def test_after_many_children_in_vain_all_but_the_best_are_drawn_anew() -> None:
    cover = random_cover(0)
    found = Mix(cover, np.ones(9), 0)
    found.members = [(float(k), frozenset({k})) for k in range(mix.MANY)]
    found.vain = mix.VAIN
    found.step(lambda: False, time.monotonic() + 600.0)
    assert found.members[0] == (mix.MANY - 1.0, frozenset({mix.MANY - 1}))
    assert len(found.members) == 2
