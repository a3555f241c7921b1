"""A coverage service by itself: reductions, exchanges and bounds agree with brute force and with the whole model."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest

from siting.plans.outcome import Effort
from siting.problems.options import Option
from siting.problems.problem import Block, Fund, Problem, RuleRow
from siting.solvers import county, formulation
from siting.solvers.coverage import bound, method, reduce, swap
from siting.solvers.priced import Task, Way

from . import problems_brute as brute
from .problems import breaches, make_block, target


def way(**more: object) -> Way:
    return Way(**{"deadline": time.monotonic() + 600.0, **more})  # type: ignore[arg-type]


def random_block(rng: np.random.Generator, points: int, sites: int) -> Block:
    options = []
    for j in range(sites):
        name = f"s{j}"
        if rng.random() < 0.3:
            options.append(Option(name, "", "keep", None, 0, int(rng.integers(1, 5))))
        else:
            options.append(Option(name, "S", "new", None, int(rng.integers(2, 9)), int(rng.integers(1, 5))))
            if rng.random() < 0.3:  # dearer in everything, so it never matters
                options.append(Option(name, "L", "new", None, options[-1].capital + 1, options[-1].running))
    reach = {(i, f"s{j}"): 60 for i in range(points) for j in range(sites) if rng.random() < 0.35}
    must = [f"s{j}" for j in range(sites) if rng.random() < 0.1]
    return make_block("cover", "coverage", rng.integers(1, 30, points).tolist(), options, reach, must_open=must)


def random_task(seed: int, points: int = 9, sites: int = 7) -> Task:
    """Money, often a running budget and a rule, now and then prices and options that bring something."""
    rng = np.random.default_rng(seed)
    block = random_block(rng, points, sites)
    o = len(block.options)
    site_price = rng.integers(0, 12, len(block.site_ids)).astype(float)
    price = site_price[block.option_site] if rng.random() < 0.5 else np.zeros(o)
    if rng.random() < 0.2:
        price -= 4.0
    rows, limits = [block.capital], [int(rng.integers(0, 25))]
    if rng.random() < 0.5:
        rows.append(block.running)
        limits.append(block.least_running + int(rng.integers(0, 9)))
    if rng.random() < 0.3:
        rows.append(np.ones(o, dtype=np.int64))
        limits.append(int(block.must_open.sum()) + int(rng.integers(0, 4)))
    worth = rng.integers(0, 4, len(block.demand)).astype(float)
    return Task(block, worth, price, np.array(rows, dtype=np.int64), np.array(limits, dtype=np.int64))


def value(task: Task, chosen: tuple[int, ...]) -> float:
    block = task.block
    sites = set(block.option_site[list(chosen)].tolist())
    served = sorted({int(i) for i, j in zip(block.pair_demand, block.pair_site, strict=True) if int(j) in sites})
    return float((task.worth * block.demand)[served].sum() - task.price[list(chosen)].sum())


def allowed(task: Task, chosen: tuple[int, ...]) -> bool:
    sites = task.block.option_site[list(chosen)].tolist()
    once = len(set(sites)) == len(sites)
    kept = all(not must or j in sites for j, must in enumerate(task.block.must_open))
    return once and kept and bool((task.use[:, list(chosen)].sum(axis=1) <= task.limit).all())


def best(task: Task) -> float:
    found = -np.inf
    ways = [[None, *own] for own in task.block.options_at]
    for combination in itertools.product(*ways):
        chosen = tuple(o for o in combination if o is not None)
        if allowed(task, chosen):
            found = max(found, value(task, chosen))
    return found


def agrees(task: Task) -> None:
    exact = best(task)
    answer = method.solve(task, way())
    assert answer is not None
    if exact == -np.inf:
        assert answer.chosen is None
        return
    assert answer.chosen is not None
    assert allowed(task, answer.chosen)
    assert value(task, answer.chosen) == pytest.approx(answer.value, abs=1e-4)
    assert answer.value == pytest.approx(exact, abs=1e-4)
    assert answer.bound == pytest.approx(exact, abs=1e-4)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(60))
def test_it_equals_brute_force(seed: int) -> None:
    agrees(random_task(seed))


@pytest.mark.long
@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(1000, 1400))
def test_it_equals_brute_force_on_many_more(seed: int) -> None:
    agrees(random_task(seed, 12, 8))


@pytest.mark.parametrize("seed", range(40))
def test_every_point_of_the_descent_is_a_bound(seed: int) -> None:
    task = random_task(seed)
    exact, cover = best(task), reduce.reduced(task)
    assert cover is not None
    if exact > -np.inf:
        form = bound.Lagrangean(cover)
        rng = np.random.default_rng(seed)
        for _ in range(20):
            at = np.minimum(form.high, rng.uniform(0, 40, len(form.high)))
            seen = form.look(at)
            assert seen.value >= exact - 1e-6
            shut, must = bound.fixed(bound.Bound(seen.value, at, form.rest(at), seen.choice), exact - 1e-3)
            again, _ = bound.fix(cover, bound.Bound(seen.value, at, form.rest(at), seen.choice), exact - 1e-3)
            assert len(again.price) == len(cover.price) - int((shut | must).sum())
            assert best_of(again) == pytest.approx(exact, abs=1e-4)


def best_of(cover: reduce.Cover) -> float:
    """The best of the arrays themselves, by trying all sets of columns."""
    found, m = -np.inf, len(cover.price)
    covers = cover.covers.toarray()
    for bits in itertools.product((0, 1), repeat=m):
        opened = np.array(bits)
        if (cover.use @ opened <= cover.limit).all():
            served = (covers @ opened > 0) if m else np.zeros(len(cover.weight), dtype=bool)
            found = max(found, cover.base + float(cover.weight[served].sum() - cover.price @ opened))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_the_reduced_arrays_have_the_same_optimum(seed: int) -> None:
    task = random_task(seed)
    exact, cover = best(task), reduce.reduced(task)
    assert cover is not None
    if exact > -np.inf:
        assert best_of(cover) == pytest.approx(exact, abs=1e-4)


@pytest.mark.parametrize("seed", range(10))
def test_the_sums_of_the_exchanges_stay_true(seed: int) -> None:
    cover = reduce.reduced(random_task(seed, 25, 12))
    assert cover is not None
    moving, rng = swap.Swap(cover, seed), np.random.default_rng(seed)
    for _ in range(30):
        closed = [j for j in range(len(cover.price)) if j not in moving.slots]
        if moving.slots and (not closed or rng.random() < 0.45):
            moving.shut(int(rng.integers(len(moving.slots))))
        elif closed:
            moving.open(int(rng.choice(closed)))
        fresh = swap.Swap(cover, seed)
        for site in moving.slots:
            fresh.open(site)
        for name in ("gain", "extra", "loss"):
            most = len(moving.slots)
            same = np.allclose(getattr(moving, name)[: most or None], getattr(fresh, name)[: most or None])
            assert same, name
        assert moving.now == pytest.approx(fresh.now)
        assert (moving.left == fresh.left).all()


def test_sites_that_another_can_stand_in_for_are_left_out() -> None:
    # A reaches what B reaches and more, for the same money; C reaches v2 alone
    reach = {(0, "A"): 9, (1, "A"): 9, (1, "B"): 9, (2, "C"): 9}
    block = make_block("cover", "coverage", (5, 6, 7), [Option(s, "S", "new", None, 4, 1) for s in "ABC"], reach)
    task = Task(block, np.ones(3), np.zeros(3), block.capital[None, :], np.array([8]))
    cover = reduce.reduced(task)
    assert cover is not None
    assert sorted(block.options[o].site for o in cover.option) == ["A", "C"]
    assert cover.counts["sites"] - cover.counts["sites_left"] == 1
    brings = replace(task, price=np.array([0.0, -2.0, 0.0]))  # now B is worth having beside A
    cover = reduce.reduced(brings)
    assert cover is not None
    assert len(cover.option) == 3


def test_a_gap_that_is_asked_for_ends_the_search() -> None:
    task = random_task(3, 60, 25)
    answer = method.solve(task, way(gap=0.5))
    assert answer is not None
    assert answer.value <= answer.bound <= 1.5 * answer.value


def one_service(seed: int) -> Problem:
    """A coverage service with a fund, perhaps a running budget, land and a rule, with targets of several kinds."""
    rng = np.random.default_rng(seed)
    block = replace(random_block(rng, 7, 5), weight=int(rng.integers(1, 4)))
    if rng.random() < 0.3:
        block = replace(block, closing=int(rng.integers(0, 4)), resale=int(rng.integers(3, 8)))
    new = [k for k, o in enumerate(block.options) if o.action == "new"]
    due = [min(int(block.capital[o]) for o in block.options_at[j]) for j in np.flatnonzero(block.must_open)]
    most = max(2, len(due))
    rules = (RuleRow("few", "cover", np.array(new, dtype=np.int64), most),) if rng.random() < 0.4 else ()
    targets = []
    for tier in (1, 2):
        for kind in ("served_share", "settlements_share", "open_count"):
            if rng.random() < 0.3:
                members = np.flatnonzero(rng.random(7) < 0.8).tolist() or [0]
                whole = {"served_share": int(block.demand[members].sum()), "settlements_share": len(members)}
                need = -(-whole.get(kind, 3) * int(rng.integers(50, 101)) // 100)
                targets.append(target("cover", kind, members, need, tier=tier))
    budget = block.least_running + int(rng.integers(3, 15)) if rng.random() < 0.5 else None
    funds = (Fund("f", sum(due) + int(rng.integers(4, 25)), ("cover",)),)
    return Problem((block,), funds, budget, tuple(targets), rules=rules)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(60))
def test_a_service_with_its_own_fund_equals_brute_force(seed: int) -> None:
    problem = one_service(seed)
    exact = brute.best(problem)
    outcome = county.solve(problem, Effort(gap=0, time_limit_s=600))
    assert breaches(problem, outcome.plan) == []
    assert brute.reached(problem, outcome.plan) == exact
    assert all(stage.bound == stage.objective for stage in outcome.stages)


def test_no_model_is_built_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a model was built")

    monkeypatch.setattr(formulation, "Formulation", never)
    problem = replace(one_service(5), targets=())
    outcome = county.solve(problem, Effort(gap=0, time_limit_s=600))
    assert brute.reached(problem, outcome.plan) == brute.best(problem)
