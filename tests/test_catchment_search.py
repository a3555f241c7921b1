"""A catchment service by itself: bounds, exchanges and the engine agree with brute force."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from siting.plans.outcome import Effort
from siting.problems.options import Option
from siting.problems.problem import Block, Fund, Problem
from siting.solvers import county
from siting.solvers.catchment import bound, exchange, level, method, near
from siting.solvers.catchment import model as modelled
from siting.solvers.priced import Task, Way
from siting.solvers.process import arrays

from . import problems_brute as brute
from .problems import Way as Route
from .problems import breaches, make_block, target


def school(seed: int, points: int = 4, sites: int = 3, most: int = 4) -> Block:
    """Places, beds, boarding, pupils who may not board; sites of two sizes, some of which stay."""
    rng = np.random.default_rng(seed)
    options: list[Option] = []
    must = []
    for j in range(sites):
        name, places, beds = f"s{j}", int(rng.integers(2, 6)), int(rng.integers(0, 3))
        if rng.random() < 0.3:
            options.append(Option(name, "", "keep", places, 0, 1, beds))
            options.append(Option(name, "L", "expand", places + 2, int(rng.integers(2, 9)), 2, beds + 1))
            must += [name] if rng.random() < 0.4 else []
        else:
            options.append(Option(name, "S", "new", places, int(rng.integers(2, 9)), 1, beds))
            options.append(Option(name, "L", "new", places + 3, options[-1].capital + 3, 2, beds + 1))
    names = [f"s{j}" for j in range(sites)]
    reach = {(i, s): int(rng.integers(60, 900)) for i in range(points) for s in names if rng.random() < 0.4}
    ways: list[Route] = [
        (i, 1, int(rng.integers(900, 2000)), s, -1, True) for i in range(points) for s in names if rng.random() < 0.4
    ]
    demand = rng.integers(1, most, points)
    eligible = {1: np.array([int(rng.integers(0, q + 1)) for q in demand])} if rng.random() < 0.4 else {}
    return make_block(
        "school", "catchment", demand.tolist(), options, reach, must_open=must, more_ways=ways, eligible=eligible
    )


def task_of(seed: int, points: int = 5, sites: int = 4) -> Task:
    rng = np.random.default_rng(seed)
    block = school(seed, points, sites, 7)
    use, limit = [block.capital], [int(rng.integers(0, 25))]
    if rng.random() < 0.4:
        use.append(block.running)
        limit.append(block.least_running + int(rng.integers(0, 6)))
    price = rng.integers(0, 3, len(block.options)).astype(float) * (rng.random() < 0.4)
    worth = rng.integers(0, 4, points).astype(float)
    return Task(block, worth, price, np.array(use, dtype=np.int64), np.array(limit, dtype=np.int64))


def best(posed: level.Level) -> float:
    """By trying all sets of options, each with its transportation problem."""
    found = -np.inf
    own = [np.flatnonzero(posed.at == j).tolist() for j in range(posed.sites)]
    for combination in itertools.product(*([*o] if posed.must[j] else [None, *o] for j, o in enumerate(own))):
        chosen = [o for o in combination if o is not None]
        if (posed.use[:, chosen].sum(axis=1) <= posed.limit).all():
            found = max(found, exchange.filled(posed, chosen).value)
    return found


def proves_the_best(task: Task, threads: int = 1) -> None:
    """The method's answer is the best choice, proven, and keeps the rows; none where there is none."""
    exact = best(level.of_task(task))
    answer = method.solve(task, Way(time.monotonic() + 600.0, threads=threads))
    assert answer is not None
    if exact == -np.inf:
        assert answer.chosen is None
        return
    assert answer.value == pytest.approx(exact, abs=1e-4)
    assert answer.bound == pytest.approx(exact, abs=1e-3)
    assert (task.use[:, list(answer.chosen or ())].sum(axis=1) <= task.limit).all()


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(25))
def test_it_finds_the_best_and_proves_it(seed: int) -> None:
    proves_the_best(task_of(seed))


@pytest.mark.parametrize("seed", range(25))
def test_every_point_of_the_descent_is_a_bound(seed: int) -> None:
    posed = level.of_task(task_of(seed))
    exact = best(posed)
    if exact > -np.inf:
        form, rng = bound.Lagrangean(posed), np.random.default_rng(seed)
        for _ in range(10):
            at = np.minimum(form.high, rng.uniform(0, 12, len(form.high)))
            assert form.look(at).value >= exact - 1e-6
            assert form.look(at).value >= form.whole(at) >= exact - 1e-6
            rest, value = form.rest(at), form.look(at).value
            for o in np.flatnonzero(value + rest <= exact - 1e-3).tolist():  # what is excluded is in no best plan
                forced = replace(posed, must=posed.must | (np.arange(posed.sites) == posed.at[o]))
                keep = (np.arange(len(posed.at)) == o) | (posed.at != posed.at[o])
                assert best(forced.with_options(keep)) < exact - 1e-4


def test_beds_and_places_are_nested() -> None:
    # 5 places, 2 beds: 4 day pupils at 3 and 4 boarders at 5: two boarders come first, then three by day
    posed = level.Level(
        people=np.array([4, 4]), point=np.array([0, 1]), site=np.array([0, 0]), boards=np.array([False, True]),
        value=np.array([3.0, 5.0]), most=np.array([4, 4]), at=np.array([0]), places=np.array([5]), beds=np.array([2]),
        price=np.zeros(1), use=np.zeros((0, 1), dtype=np.int64), limit=np.zeros(0, dtype=np.int64),
        must=np.array([False]), option=np.array([0]),
    )  # fmt: skip
    form = bound.Lagrangean(posed)
    worth, _ = form.fill(posed.value, form.order(posed.value))
    assert worth.tolist() == [2 * 5 + 3 * 3]
    assert exchange.filled(posed, [0]).value == pytest.approx(19)


def solved(posed: level.Level, groups: list[np.ndarray]) -> tuple[float, np.ndarray]:
    """The model of a level by scipy: what it is worth, and its options; -inf where nothing keeps the rows."""
    linear = modelled.model(posed, groups)
    found = milp(
        linear.cost, integrality=linear.whole.astype(int), bounds=Bounds(linear.lower, linear.upper),
        constraints=LinearConstraint(linear.matrix, linear.row_lower, linear.row_upper),
    )  # fmt: skip
    if found.status != 0:
        return -np.inf, np.zeros(0, dtype=np.int64)
    return -float(found.fun), np.flatnonzero(found.x[: len(posed.at)] > 0.5)


@pytest.mark.parametrize("seed", range(25))
def test_the_model_with_counts_and_fillable_rooms_equals_brute_force(seed: int) -> None:
    posed = level.of_task(task_of(seed))
    groups = near.counted(posed, near.clusters(posed, 2, 4))
    value, chosen = solved(posed, groups)
    exact = best(posed)
    assert value == pytest.approx(exact, abs=1e-4)
    if exact > -np.inf:
        assert exchange.filled(posed, chosen.tolist()).value == pytest.approx(exact, abs=1e-4)
        places, beds = modelled.rooms(posed)
        slim = replace(posed, places=places, beds=beds)
        assert exchange.filled(slim, chosen.tolist()).value == pytest.approx(exact, abs=1e-4)


@pytest.mark.parametrize("seed", range(25))
def test_a_part_is_never_worse_and_holds_what_is_not_free(seed: int) -> None:
    posed = level.of_task(task_of(seed))
    search = exchange.Exchange(posed, seed)
    need = [int(np.flatnonzero(posed.at == j)[0]) for j in np.flatnonzero(posed.must)]
    start = search.grow(need)
    if posed.must[posed.at[list(start)]].sum() != len(need):
        return  # they do not fit together
    taken = np.isin(np.arange(len(posed.at)), list(start))
    here, rng = exchange.filled(posed, start), np.random.default_rng(seed)
    for free in (rng.random(posed.sites) < 0.5, np.ones(posed.sites, dtype=bool)):
        part = near.part(posed, taken, here.flow, free, np.ones(len(posed.at), dtype=bool))
        value, chosen = solved(part.level, [])
        own = np.flatnonzero(part.keep)[chosen]
        assert set(np.flatnonzero(taken & ~free[posed.at])) <= set(own.tolist())
        assert (posed.use[:, own].sum(axis=1) <= posed.limit).all()
        after = exchange.filled(posed, own.tolist()).value
        assert after >= here.value - 1e-6
        touched = np.isin(posed.point, posed.point[free[posed.site]])
        assert after >= value + here.flow[~touched] @ posed.value[~touched] - 1e-4  # less only where others could move
    assert after == pytest.approx(best(posed), abs=1e-4)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("seed", range(12))
def test_parts_beside_a_tree_find_the_best_and_prove_it(
    seed: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(method, "SMALL", 0)
    monkeypatch.setattr(method, "FREE", 2)
    monkeypatch.setattr(method, "VAIN", 3)
    monkeypatch.setattr(method, "clusters", lambda posed: near.clusters(posed, 2, 4))
    proves_the_best(task_of(seed, 6, 5), threads)


def test_near_sites_are_those_that_share_people() -> None:
    # two towns of three sites; everybody of a town reaches all its sites, and one point reaches a site of each
    point = [0, 0, 0, 1, 1, 1, 2, 2]
    site = [0, 2, 4, 1, 3, 5, 4, 5]
    order = np.argsort(site, kind="stable")
    posed = level.Level(
        people=np.array([9, 9, 1]), point=np.array(point)[order], site=np.array(site)[order],
        boards=np.zeros(8, dtype=bool), value=np.ones(8), most=np.full(8, 9), at=np.arange(6), places=np.full(6, 9),
        beds=np.zeros(6, dtype=np.int64), price=np.zeros(6), use=np.ones((1, 6), dtype=np.int64), limit=np.array([2]),
        must=np.zeros(6, dtype=bool), option=np.arange(6),
    )  # fmt: skip
    assert sorted(c.tolist() for c in near.clusters(posed, 3, 5)) == [[0, 2, 4], [1, 3, 5]]
    around = near.Neighbours(posed, np.zeros(6), np.random.default_rng(0))
    drawn = {tuple(np.flatnonzero(around.draw(np.arange(6) < 1, 3)).tolist()) for _ in range(20)}
    assert (0, 2, 4) in drawn


@pytest.mark.parametrize("seed", range(3, 9))
def test_the_tree_over_counts_proves_the_best_and_every_bound_on_the_way_holds(seed: int) -> None:
    posed = level.of_task(task_of(seed, 8, 6))
    groups = near.counted(posed, near.clusters(posed, 2, 4))
    exact, _ = solved(posed, groups)
    told: list[float] = []
    answer = arrays.hand_over(
        modelled.model(posed, groups), Effort(gap=0.0, time_limit_s=300.0), engine="highs-counts", on_bound=told.append
    )
    assert not answer.crashed
    assert all(-b >= exact - 1e-4 for b in told)
    if exact == -np.inf:
        assert answer.values is None
        return
    assert answer.bound == pytest.approx(-exact, abs=1e-4)
    assert answer.values is not None
    chosen = np.flatnonzero(answer.values[: len(posed.at)] > 0.5)
    assert exchange.filled(posed, chosen.tolist()).value == pytest.approx(exact, abs=1e-4)


def test_a_tree_that_is_told_to_stop_keeps_its_bound() -> None:
    posed = level.of_task(task_of(5, 30, 14))
    groups = near.counted(posed, near.clusters(posed, 2, 8))
    exact, _ = solved(posed, groups)
    heard: list[float] = []
    answer = arrays.hand_over(
        modelled.model(posed, groups), Effort(gap=0.0, time_limit_s=300.0, stopped=lambda: bool(heard)),
        engine="highs-counts", on_bound=heard.append,
    )  # fmt: skip
    assert not answer.crashed
    assert answer.bound is not None
    assert -answer.bound >= exact - 1e-4
    assert answer.bound >= heard[0] - 1e-9


def one_service(seed: int) -> Problem:
    rng = np.random.default_rng(seed)
    block = replace(school(seed, 3, 3), weight=int(rng.integers(1, 4)))
    targets = []
    for tier in (1, 2):
        if rng.random() < 0.5:
            members = np.flatnonzero(rng.random(3) < 0.8).tolist() or [0]
            kind = ("served_share", "settlements_share", "open_count")[int(rng.integers(3))]
            whole = {"served_share": int(block.demand[members].sum()), "settlements_share": len(members)}.get(kind, 2)
            targets.append(target("school", kind, members, -(-whole * int(rng.integers(50, 101)) // 100), tier=tier))
    if rng.random() < 0.3:
        block = replace(block, fewest=np.where([o.action == "keep" for o in block.options], 0, 2))
    budget = block.least_running + int(rng.integers(1, 6)) if rng.random() < 0.5 else None
    return Problem((block,), (Fund("f", int(rng.integers(2, 20)), ("school",)),), budget, tuple(targets))


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(30))
def test_a_service_with_its_own_fund_equals_brute_force(seed: int) -> None:
    problem = one_service(seed)
    exact = brute.best(problem)
    outcome = county.solve(problem, Effort(gap=0, time_limit_s=600))
    assert breaches(problem, outcome.plan) == []
    assert brute.reached(problem, outcome.plan) == exact
    assert all(s.bound == s.objective for s in outcome.stages if s.name != "travel")


@pytest.mark.long
@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_it_equals_brute_force_on_many_more(seed: int) -> None:
    test_a_service_with_its_own_fund_equals_brute_force(seed)
