"""Published optima, reached by the engine of a county: the literature's files posed as services (docs/classic.md).

The files are not part of the project; without them beside it these tests are skipped.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siting.instances.classic import covering, median, optima, warehouse
from siting.plans.outcome import Effort, Outcome, Stop
from siting.problems.problem import Problem
from siting.solvers import county
from siting.solvers.classic import problems as classic

from . import classic_county as posed

BENCH = Path(__file__).parents[2] / "shared" / "bench"
EXACT = Effort(gap=0, time_limit_s=1800, prove_travel=True)
pytestmark = pytest.mark.skipif(not BENCH.exists(), reason="the literature's files are not beside the project")
long = pytest.mark.long


def proven(problem: Problem, gap: float = 0) -> Outcome:
    """The answer, every stage of which is proven best, within the gap."""
    outcome = county.solve(problem, replace(EXACT, gap=gap))
    assert {stage.stop for stage in outcome.stages} == {Stop.PROVEN}
    assert all(stage.gap is not None and stage.gap <= gap for stage in outcome.stages)
    return outcome


def last(outcome: Outcome) -> int:
    return outcome.stages[-1].objective


@pytest.mark.parametrize("name", ["pmed1", pytest.param("pmed3", marks=long), pytest.param("pmed5", marks=long)])
def test_medians(name: str) -> None:
    graph = median.read_graph(BENCH / "p-median" / f"{name}.txt")
    value = int(optima.read_optima(BENCH / "p-median" / "pmedopt.txt")[name])
    assert last(proven(posed.median(graph.distances(), graph.p))) == value


@pytest.mark.parametrize(
    ("name", "radius"), [("pmed1", 127), pytest.param("pmed3", 93, marks=long), pytest.param("pmed5", 48, marks=long)]
)
def test_centers_by_their_standard(name: str, radius: int) -> None:
    graph = median.read_graph(BENCH / "p-median" / f"{name}.txt")
    distance = graph.distances()
    everybody = posed.center(distance, graph.p, radius)
    points = everybody.targets[0].points * len(distance)
    assert proven(everybody).stages[0].objective == points
    # one unit less, and no p sites reach everybody; it need not be known how many they reach
    outcome = county.solve(posed.center(distance, graph.p, radius - 1), Effort(gap=0.005, time_limit_s=1800))
    assert outcome.stages[0].bound is not None
    assert outcome.stages[0].bound < points


@pytest.mark.parametrize("name", ["cap61", *(pytest.param(f"cap{k}", marks=long) for k in (62, 71, 72, 91, 101, 102))])
def test_warehouses(name: str) -> None:
    read = warehouse.read_cap(BENCH / "cflp" / f"{name}.txt")
    value = float(optima.read_warehouse_optima(BENCH / "cflp" / "capopt.txt")[name, None])
    # money in ten-thousandths is more than a solver's float tells apart: a bound is lowered by 1e-8 of its value
    outcome = proven(posed.capacitated(read.demand, read.capacity, read.opening, read.cost), 1e-7)
    assert last(outcome) / read.scale == pytest.approx(value, abs=1e-3)


@long
@pytest.mark.parametrize("number", [1, 33, 35, 37])
def test_warehouses_of_a_single_source(number: int) -> None:
    read = warehouse.read_single_source(BENCH / "sscflp" / "holmberg" / f"p{number}")
    value = optima.read_numbers(BENCH / "sscflp" / "holmberg" / "os")[number - 1]
    outcome = proven(posed.capacitated(read.demand, read.capacity, read.opening, read.cost, single_source=True))
    assert last(outcome) == value


@pytest.mark.parametrize(("radius", "p"), [(800, 3), pytest.param(400, 5, marks=long)])
def test_covering_a_town(radius: int, p: int) -> None:
    places = covering.read_places(BENCH / "covering" / "SJC324.txt")
    covers = places.covers(radius)
    answer = classic.solve_classic(classic.MaximalCovering(covers, places.demand, p), EXACT)
    assert last(proven(posed.covering(covers, places.demand, p))) == answer.objective
    cheapest = classic.solve_classic(classic.SetCovering(covers, np.ones(len(covers), dtype=np.int64)), EXACT)
    assert last(proven(posed.set_covering(covers, np.ones(len(covers), dtype=np.int64)))) == cheapest.objective
