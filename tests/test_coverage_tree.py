"""The tree of a coverage service: its cuts and bounds hold for every choice, and its shares together prove the best."""

from __future__ import annotations

import itertools
import json
import queue
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from siting.solvers.coverage import bound, branching, crew, cuts, method
from siting.solvers.coverage.reduce import Cover
from siting.solvers.coverage.relaxation import Relaxation

from .test_coverage_search import best_of, way


def random_cover(seed: int, points: int = 24, sites: int = 9, several: bool = False) -> Cover:
    """Discs in a square; mostly money for three of them, or prices and two limits."""
    rng = np.random.default_rng(seed)
    at, of = rng.uniform(0, 10, (points, 2)), rng.uniform(0, 10, (sites, 2))
    covers = (((at[:, None] - of[None]) ** 2).sum(axis=2) <= 9.0).astype(float)
    covers = covers[covers.any(axis=1)]
    use, limit = np.ones((1, sites), dtype=np.int64), np.array([3])
    price = np.zeros(sites)
    if several:
        use, limit = np.vstack([rng.integers(1, 6, sites), rng.integers(-2, 5, sites)]), np.array([8, 6])
        price = rng.integers(-3, 20, sites).astype(float)
    weight = rng.integers(1, 30, len(covers)).astype(float)
    return Cover(csr_array(covers), weight, price, use, limit, np.arange(sites), 5.0, (), {})


def choices(cover: Cover) -> list[np.ndarray]:
    every = (np.array(bits, dtype=float) for bits in itertools.product((0, 1), repeat=len(cover.price)))
    return [y for y in every if (cover.use @ y <= cover.limit).all()]


@pytest.mark.parametrize("seed", range(30))
def test_no_choice_breaks_a_cut_that_the_relaxation_breaks(seed: int) -> None:
    cover = random_cover(seed, points=60, sites=12)
    point = Relaxation(cover).solve(first=True)
    assert point is not None
    found = cuts.triples(cover.covers, cover.weight, point.opened, point.left_out, np.random.default_rng(seed))
    for rows, alpha in zip(found, cuts.coefficients(cover.covers, found).toarray() if found else (), strict=True):
        assert alpha @ point.opened + point.left_out[list(rows)].sum() < 2 - cuts.LEAST / 2
        for y in choices(cover):
            assert alpha @ y + (cover.covers @ y == 0)[list(rows)].sum() >= 2


def test_three_discs_that_meet_in_pairs_are_cut() -> None:
    # each site covers two of three points, half of each covers all; two whole ones are needed
    covers = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], dtype=float)
    limit = np.array([3])  # two of them open, counted in halves
    cover = Cover(
        csr_array(covers), np.full(3, 10.0), np.zeros(3), np.full((1, 3), 2), limit, np.arange(3), 0.0, (), {}
    )
    relaxation = Relaxation(cover)
    point = relaxation.solve(first=True)
    assert point is not None
    assert point.bound == pytest.approx(30.0)
    found = cuts.triples(cover.covers, cover.weight, point.opened, point.left_out, np.random.default_rng(0))
    assert found == [(0, 1, 2)]
    relaxation.add_cuts(found)
    after = relaxation.solve()
    assert after is not None
    assert after.bound == pytest.approx(25.0)  # of y = 1/2 each a half is left out


@pytest.mark.parametrize("seed", range(20))
def test_prices_of_any_kind_prove_a_bound(seed: int) -> None:
    cover = random_cover(seed, several=seed % 2 == 1)
    relaxation, rng = Relaxation(cover), np.random.default_rng(seed)
    point = relaxation.solve(first=True)
    assert point is not None
    exact = best_of(cover)
    assert point.bound >= exact - 1e-6
    for _ in range(20):
        assert relaxation._proven(rng.normal(0, 5, len(relaxation.low))) >= point.bound - 1e-4


@pytest.mark.parametrize("seed", range(24))
def test_the_shares_of_the_tree_prove_the_best(seed: int) -> None:
    cover = random_cover(seed, several=seed % 3 == 2)
    exact, among = best_of(cover), 1 + seed % 2
    found, bounds = -np.inf, []
    for share in range(among):
        heard: list[dict[str, Any]] = []
        tree = branching.Tree(cover, exact - 1000.0, -1e9, share, among, lambda heard=heard, **told: heard.append(told))
        tree.search()
        bounds.append(tree.bound())
        for told in heard:
            y = np.zeros(len(cover.price))
            y[[j for j, part in zip(told.get("sites", ()), told.get("shares", ()), strict=True) if part > 0.999]] = 1
            if (cover.use @ y <= cover.limit).all():
                served = cover.weight[cover.covers @ y > 0].sum()
                found = max(found, cover.base + float(served - cover.price @ y))
    assert max(bounds) == pytest.approx(exact, abs=1e-4)
    assert found == pytest.approx(exact, abs=1e-4)


@pytest.mark.parametrize("seed", range(12))
def test_a_point_without_a_basis_has_the_same_bound(seed: int) -> None:
    cover = random_cover(seed, several=seed % 2 == 1)
    inside, corner = Relaxation(cover).interior(), Relaxation(cover).solve(first=True)
    assert inside is not None
    assert corner is not None
    assert inside.bound == pytest.approx(corner.bound, abs=1e-3)
    assert inside.bound >= best_of(cover) - 1e-6


@pytest.mark.parametrize("large", [-1, 10_000])
@pytest.mark.parametrize("seed", range(6))
def test_a_share_goes_on_from_the_root_that_another_one_left(
    seed: int, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branching, "LARGE", large)
    cover, left = random_cover(seed, points=60, sites=12), list[branching.Root]()
    exact = best_of(cover)
    first = branching.Tree(cover, exact - 1000.0, -1e9, 0, 2, lambda **told: None)
    first.search(leave=lambda root: left.append(root) is None)
    second = branching.Tree(cover, exact - 1000.0, -1e9, 1, 2, lambda **told: None)
    second.search(left[0])
    assert max(first.bound(), second.bound()) == pytest.approx(exact, abs=1e-4)


def test_a_root_that_cannot_be_left_is_searched_by_one() -> None:
    cover = random_cover(3, points=60, sites=12)
    tree = branching.Tree(cover, 0.0, -1e9, 0, 2, lambda **told: None)
    tree.search(leave=lambda root: False)
    assert tree.bound() == pytest.approx(best_of(cover), abs=1e-4)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_method_leaves_what_is_open_to_the_tree(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a useless Lagrangean bound and without exchanges: all comes from the processes."""

    def useless(cover: Cover, *others: object) -> bound.Bound:
        n, m = cover.covers.shape
        return bound.Bound(1e9, np.zeros(n), np.zeros(m), np.zeros(m))

    monkeypatch.setattr(method, "SMALL", -1)
    monkeypatch.setattr(method, "FIRST_SHAKES", 0)
    monkeypatch.setattr(method, "lower", useless)
    cover = random_cover(5, points=60, sites=12)
    answer = method.Method(cover, way(threads=threads)).solve()
    assert answer.value == pytest.approx(best_of(cover))
    assert answer.bound == pytest.approx(best_of(cover), abs=1e-4)


def test_a_share_that_ends_early_keeps_its_last_bound() -> None:
    heard = crew.Crew(2, 100.0)
    heard.all_work()
    say = [json.dumps(line) for line in (
        {"event": "node", "bound": 90.0, "sites": [2, 0], "shares": [1.0, 0.5]}, {"event": "node", "bound": None},
    )]  # fmt: skip
    heard.lines = [_said(*say, None), _said(json.dumps({"event": "done", "bound": 80.0}), None)]
    point = heard.hear(3)
    assert point is not None
    assert point.tolist() == [0.5, 0.0, 1.0]
    assert heard.bounds == [90.0, 80.0]
    assert heard.high == 90.0
    assert heard.works == [False, False]


def test_the_others_begin_with_what_the_root_proves() -> None:
    heard = crew.Crew(3, 100.0)
    heard.lines[0] = _said(json.dumps({"event": "node", "bound": 90.0}), json.dumps({"event": "root"}))
    heard.hear(3)
    assert heard.rooted
    assert heard.works == [True, False, False]
    heard.all_work()
    assert heard.bounds == [90.0, 90.0, 90.0]
    assert all(heard.works)


def test_a_share_without_any_choice_bounds_nothing() -> None:
    heard = crew.Crew(1, 100.0)
    heard.lines = [_said(json.dumps({"event": "done", "bound": None}))]
    assert heard.hear(3) is None
    assert heard.high == -np.inf


@pytest.mark.parametrize(
    "line", ["noise", "[]", '{"event": "node", "bound": "low"}', '{"event": "node", "sites": [9], "shares": [1]}']
)
def test_what_is_no_message_is_not_believed(line: str) -> None:
    heard = crew.Crew(1, 100.0)
    heard.lines = [_said(line, None)]
    assert heard.hear(3) is None
    assert heard.high == 100.0
    assert heard.works == [False]


def _said(*lines: str | None) -> queue.Queue[str | None]:
    said: queue.Queue[str | None] = queue.Queue()
    for line in lines:
        said.put(line)
    return said


def test_nothing_is_begun_beyond_the_time() -> None:
    cover = replace(random_cover(1), base=0.0)
    heard: list[float] = []
    crew.work(cover, way(), 0.0, 50.0, lambda: True, lambda point: None, heard.append)
    assert heard == [50.0]
