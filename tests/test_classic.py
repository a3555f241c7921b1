"""The classic problems: brute force on small random ones, the same engine as a county's, and published optima."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from siting.errors import SolverFailed
from siting.instances.classic import covering, median, optima, warehouse
from siting.plan import Plan
from siting.plans.outcome import Effort, Stop
from siting.problems.problem import Fund, Option, Problem
from siting.solvers import county
from siting.solvers.classic import problems
from siting.solvers.classic.interchange import cost_of, greedy, improve
from siting.solvers.classic.lagrange_branch import fixed
from siting.solvers.classic.lagrange_pairs import ROOT, Pairs, climb, grid
from siting.solvers.classic.lagrange_single import whole_knapsacks
from siting.solvers.classic.lagrange_stages import tree_bound
from siting.solvers.classic.merge import merged

from .problems import make_block

BENCH = Path(__file__).parents[2] / "shared" / "bench"
EXACT = Effort(gap=0, time_limit_s=600)
literature = pytest.mark.skipif(not BENCH.exists(), reason="the literature's files are not beside the project")


def best(m: int, p: int, value: Callable[[list[int]], int], take: Callable[..., int] = min) -> int:
    """Over all sets of p of m sites."""
    return take(int(value(list(chosen))) for chosen in itertools.combinations(range(m), p))


def is_proven(instance: problems.Classic, value: int) -> problems.Answer:
    """The answer, which has this value and proves it."""
    answer = problems.solve_classic(instance, EXACT)
    assert (answer.objective, answer.bound, answer.gap, answer.stop) == (value, value, 0, Stop.PROVEN)
    return answer


@pytest.mark.parametrize("seed", range(4))
def test_p_sites_are_what_brute_force_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(4, 12)), int(rng.integers(4, 9))
    p = int(rng.integers(2, m))
    distance, demand = rng.integers(0, 60, (n, m)), rng.integers(0, 20, n)
    cost = distance * demand[:, None]
    answer = is_proven(problems.PMedian(cost, p), best(m, p, lambda s: cost[:, s].min(axis=1).sum()))
    assert len(answer.chosen) == p
    assert answer.assignment is not None
    assert cost[np.arange(n), answer.assignment].sum() == answer.objective
    covers = rng.random((n, m)) < 0.3
    answer = is_proven(
        problems.MaximalCovering(covers, demand, p), best(m, p, lambda s: demand[covers[:, s].any(axis=1)].sum(), max)
    )
    assert answer.assignment is not None
    assert demand[answer.assignment >= 0].sum() == answer.objective
    is_proven(problems.PCenter(distance, p), best(m, p, lambda s: distance[:, s].min(axis=1).max()))
    far = np.abs(np.subtract.outer(distance[0], distance[0]))
    is_proven(
        problems.PDispersion(far, p), best(m, p, lambda s: min(far[i, j] for i, j in itertools.combinations(s, 2)), max)
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_cheapest_cover_is_what_brute_force_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = 14, 8
    covers, price = rng.random((n, m)) < 0.3, rng.integers(1, 9, m)
    covers[:, 0], price[0] = True, 30
    sets = [list(s) for k in range(1, m + 1) for s in itertools.combinations(range(m), k)]
    value = min(int(price[s].sum()) for s in sets if covers[:, s].any(axis=1).all())
    is_proven(problems.SetCovering(covers, price), value)


@pytest.mark.parametrize("seed", range(4))
def test_capacitated_location_is_what_brute_force_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = 5, 4
    demand, room = rng.integers(1, 9, n), rng.integers(9, 20, m)
    opening, cost = rng.integers(5, 40, m), rng.integers(1, 30, (n, m))
    single = min(
        int(cost[np.arange(n), list(where)].sum() + opening[list(set(where))].sum())
        for where in itertools.product(range(m), repeat=n)
        if (np.bincount(where, demand, m) <= room).all()
    )
    is_proven(problems.Capacitated(demand, room, opening, cost, single_source=True), single)
    answer = problems.solve_classic(problems.Capacitated(demand, room, opening, cost), EXACT)
    split = min(
        _split(demand, room, opening, cost, s) for k in range(1, m + 1) for s in itertools.combinations(range(m), k)
    )
    assert answer.stop is Stop.PROVEN
    assert answer.objective == pytest.approx(split, rel=1e-9)
    assert split <= single


@pytest.mark.parametrize("seed", range(3))
def test_a_single_source_is_proven_where_goods_hardly_fit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = 7, 4
    demand = rng.integers(5, 20, n) * 2
    room = np.full(m, int(demand.sum() / 2.2))
    opening, cost = rng.integers(5, 60, m), rng.integers(1, 30, (n, m))
    value = min(
        int(cost[np.arange(n), list(where)].sum() + opening[list(set(where))].sum())
        for where in itertools.product(range(m), repeat=n)
        if (np.bincount(where, demand, m) <= room).all()
    )
    answer = is_proven(problems.Capacitated(demand, room, opening, cost, single_source=True), value)
    assert answer.assignment is not None
    assert (np.bincount(answer.assignment, demand, m) <= room).all()


@pytest.mark.parametrize("seed", range(20))
def test_whole_knapsacks_are_what_brute_force_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, k = 8, 3
    demand, room = rng.integers(1, 9, n), rng.integers(0, 30, k)
    reduced = rng.integers(-20, 6, (n, k)).astype(float)
    sums, taken = whole_knapsacks(demand, room, reduced)
    assert (demand @ taken <= room).all()
    assert sums.tolist() == np.where(taken, reduced, 0).sum(axis=0).tolist()
    some = np.array(list(itertools.product((False, True), repeat=n)))
    fits = (some @ demand)[:, None] <= room
    assert sums.tolist() == np.where(fits, some @ reduced, 0).min(axis=0).tolist()


def _split(demand: np.ndarray, room: np.ndarray, opening: np.ndarray, cost: np.ndarray, sites: Sequence[int]) -> float:
    """Split deliveries from these sites by successive cheapest unit paths: whole units, no linear program."""
    import networkx as nx

    if room[list(sites)].sum() < demand.sum():
        return float("inf")
    scale = int(np.lcm.reduce(demand))
    graph = nx.DiGraph()
    for j in sites:
        graph.add_edge("source", f"s{j}", capacity=int(room[j]), weight=0)
        for i, q in enumerate(demand.tolist()):
            graph.add_edge(f"s{j}", f"c{i}", capacity=q, weight=int(cost[i, j]) * scale // q)
    for i, q in enumerate(demand.tolist()):
        graph.add_edge(f"c{i}", "sink", capacity=q, weight=0)
    flow = nx.max_flow_min_cost(graph, "source", "sink")
    return float(nx.cost_of_flow(graph, flow)) / scale + float(opening[list(sites)].sum())


def test_two_stages_are_what_brute_force_finds() -> None:
    rng = np.random.default_rng(3)
    stages = problems.Stages(
        demand=rng.integers(1, 6, 3), plant_room=np.array([20, 20]), plant_opening=np.array([30, 25]),
        depot_room=np.array([20, 20, 20]), depot_opening=np.array([9, 12, 10]),
        inbound=rng.integers(1, 9, (2, 3)), outbound=rng.integers(1, 9, (3, 3)),
    )  # fmt: skip
    value = min(  # room is plenty: everybody goes the cheapest open way
        int(stages.plant_opening[list(a)].sum() + stages.depot_opening[list(b)].sum())
        + int((stages.demand * (stages.inbound[list(a)].min(axis=0)[:, None] +
        stages.outbound)[list(b)].min(axis=0)).sum()) for k in (1, 2) for a in itertools.combinations(range(2), k)
        for r in (1, 2, 3) for b in itertools.combinations(range(3), r)
    )  # fmt: skip
    bound = tree_bound(stages.priced(), value + 3.0, math.inf, lambda: False)
    assert 0 < bound <= value
    answer = problems.solve_classic(problems.TwoStage(stages), EXACT)
    assert answer.objective == pytest.approx(value)
    assert answer.stop is Stop.PROVEN


def test_maximal_covering_is_a_coverage_service_with_a_fund_of_p() -> None:
    rng = np.random.default_rng(5)
    n, m, p = 30, 8, 3
    covers, demand = rng.random((n, m)) < 0.25, rng.integers(1, 40, n)
    options = [Option(f"s{j}", "S", "new", None, 1, 0) for j in range(m)]
    reach = {(int(i), f"s{j}"): 60 for i, j in np.argwhere(covers)}
    block = make_block("cover", "coverage", demand.tolist(), options, reach)
    plan: Plan = county.solve(Problem((block,), (Fund("f", p, ("cover",)),), None, ()), EXACT).plan
    served = sum(plan.services["cover"].served().values())
    is_proven(problems.MaximalCovering(covers, demand, p), served)


def test_a_bound_is_never_above_the_best_set_whatever_the_prices() -> None:
    rng = np.random.default_rng(8)
    n, m, p = 25, 10, 3
    cost = rng.integers(0, 90, (n, m)).astype(float)
    value = best(m, p, lambda s: cost[:, s].min(axis=1).sum())
    point, site = np.nonzero(np.ones((n, m), dtype=bool))
    pairs = Pairs(point, site, cost[point, site], n, m)
    free, one = np.ones(m, dtype=bool), np.zeros(m, dtype=bool)
    bound = climb(pairs, cost.min(axis=1), free, one, p, value, ROOT, grid(cost.sum()))
    assert value * 0.9 < bound.value <= value
    free, one = fixed(bound, free, one, p, value + 1)
    sets = [s for s in itertools.combinations(range(m), p) if cost[:, list(s)].min(axis=1).sum() == value]
    assert any(set(np.flatnonzero(one)) <= set(s) <= set(np.flatnonzero(free | one)) for s in sets)


def test_exchanges_never_make_a_set_worse_and_count_what_it_costs() -> None:
    rng = np.random.default_rng(2)
    cost = rng.integers(0, 500, (80, 60)).astype(float)
    first = greedy(cost, 7)
    chosen, value = improve(cost, first)
    assert value == cost_of(cost, chosen) <= cost_of(cost, first)
    assert len(set(chosen.tolist())) == 7
    for out, into in itertools.product(range(7), range(60)):
        other = chosen.copy()
        other[out] = into
        assert cost_of(cost, other) >= value


def test_demand_points_with_the_same_sites_become_one() -> None:
    covers = np.array([[1, 0], [1, 0], [0, 0], [1, 1], [0, 1]], dtype=bool)
    rows, demand = merged(covers, np.array([3, 4, 9, 2, 0]))
    assert sorted(zip(rows.tolist(), demand.tolist(), strict=True)) == [([True, False], 7), ([True, True], 2)]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="p is from 1 to 2"):
        problems.solve_classic(problems.PMedian(np.zeros((3, 2)), 3), EXACT)
    with pytest.raises(SolverFailed, match="covered by no site"):
        problems.solve_classic(problems.SetCovering(np.zeros((1, 1), dtype=bool), np.ones(1)), EXACT)
    none = problems.solve_classic(problems.MaximalCovering(np.zeros((2, 3), dtype=bool), np.ones(2), 1), EXACT)
    assert (none.objective, none.bound) == (0, 0)
    whole = np.array([5])
    with pytest.raises(ValueError, match="asks for something"):
        problems.solve_classic(problems.Capacitated(whole - 5, whole, whole, np.ones((1, 1))), EXACT)
    with pytest.raises(SolverFailed, match="too little room"):
        problems.solve_classic(problems.Capacitated(whole, whole - 1, whole, np.ones((1, 1))), EXACT)


def test_a_search_that_is_stopped_claims_no_more_than_it_proved() -> None:
    rng = np.random.default_rng(1)
    xy = rng.integers(0, 1000, (150, 2))
    distance = np.sqrt(((xy[:, None] - xy) ** 2).sum(axis=2)).astype(np.int64)
    answer = problems.solve_classic(problems.PMedian(distance, 6), Effort(gap=0, time_limit_s=0.01))
    exact = problems.solve_classic(problems.PMedian(distance, 6), EXACT)
    assert answer.objective is not None
    assert exact.objective is not None
    assert answer.bound is not None
    assert answer.bound <= exact.objective <= answer.objective
    assert exact.stop is Stop.PROVEN


@literature
@pytest.mark.parametrize("name", ["pmed1", "pmed7"])
def test_small_medians_reach_the_published_optimum(name: str) -> None:
    graph = median.read_graph(BENCH / "p-median" / f"{name}.txt")
    is_proven(
        problems.PMedian(graph.distances(), graph.p), int(optima.read_optima(BENCH / "p-median" / "pmedopt.txt")[name])
    )


@literature
def test_the_center_of_the_first_graph_is_the_published_one() -> None:
    graph = median.read_graph(BENCH / "p-median" / "pmed1.txt")
    is_proven(problems.PCenter(graph.distances(), graph.p), 127)


@literature
def test_covering_a_town_agrees_with_the_engine_of_counties() -> None:
    places = covering.read_places(BENCH / "covering" / "SJC324.txt")
    covers = places.covers(800)
    n = len(covers)
    block = make_block(
        "cover", "coverage", places.demand.tolist(), [Option(f"s{j}", "S", "new", None, 1, 0) for j in range(n)],
        {(int(i), f"s{j}"): 60 for i, j in np.argwhere(covers)},
    )  # fmt: skip
    plan = county.solve(Problem((block,), (Fund("f", 3, ("cover",)),), None, ()), EXACT).plan
    is_proven(problems.MaximalCovering(covers, places.demand, 3), sum(plan.services["cover"].served().values()))


@literature
def test_small_warehouses_reach_the_published_optimum() -> None:
    read = warehouse.read_cap(BENCH / "cflp" / "cap61.txt")
    answer = problems.solve_classic(
        problems.Capacitated(read.demand, read.capacity, read.opening, read.cost, read.scale), EXACT
    )
    assert answer.objective == pytest.approx(932615.750, abs=1e-3)
    assert answer.stop is Stop.PROVEN
    read = warehouse.read_single_source(BENCH / "sscflp" / "holmberg" / "p1")
    case = problems.Capacitated(read.demand, read.capacity, read.opening, read.cost, read.scale, single_source=True)
    is_proven(case, optima.read_numbers(BENCH / "sscflp" / "holmberg" / "os")[0])


@literature
@pytest.mark.long
@pytest.mark.parametrize("path", sorted((BENCH / "p-median").glob("pmed*[0-9].txt")), ids=lambda path: path.stem)
def test_every_median_reaches_the_published_optimum(path: Path) -> None:
    graph = median.read_graph(path)
    value = optima.read_optima(BENCH / "p-median" / "pmedopt.txt")[path.stem]
    is_proven(problems.PMedian(graph.distances(), graph.p), int(value))


@literature
@pytest.mark.long
@pytest.mark.parametrize("number", [31, 57, 59])
def test_hard_single_sources_reach_the_published_optimum(number: int) -> None:
    read = warehouse.read_single_source(BENCH / "sscflp" / "holmberg" / f"p{number}")
    case = problems.Capacitated(read.demand, read.capacity, read.opening, read.cost, read.scale, single_source=True)
    answer = problems.solve_classic(case, Effort(gap=0, time_limit_s=600))
    value = optima.read_numbers(BENCH / "sscflp" / "holmberg" / "os")[number - 1]
    assert (answer.objective, answer.bound) == (value, value)


@literature
@pytest.mark.long
@pytest.mark.parametrize(("name", "room"), [("capa", 8000), ("capa", 14000), ("capb", 5000), ("cap131", None)])
def test_large_warehouses_reach_the_published_optimum(name: str, room: int | None) -> None:
    read = warehouse.read_cap(BENCH / "cflp" / f"{name}.txt", room)
    value = float(optima.read_warehouse_optima(BENCH / "cflp" / "capopt.txt")[name, room])
    case = problems.Capacitated(read.demand, read.capacity, read.opening, read.cost, read.scale)
    answer = problems.solve_classic(case, EXACT)
    assert answer.objective == pytest.approx(value, abs=2e-3)
    assert answer.stop is Stop.PROVEN
