"""A classic graph as a county: it is accepted, its distances are those of the graph, and both engines agree on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputRefused
from siting.instances.classic.county import METRES, to_county
from siting.instances.classic.median import Graph
from siting.plans.outcome import Effort
from siting.problems.posing import pose
from siting.reading import instance, scenario
from siting.roads import travel
from siting.solvers import county as engine
from siting.solvers.classic import problems

EXACT = Effort(gap=0, time_limit_s=600)


def small_graph() -> Graph:
    """Fifteen vertices on a ring with some chords."""
    rng = np.random.default_rng(4)
    ring = [(k, (k + 1) % 15) for k in range(15)]
    chords = [(0, 7), (2, 11), (4, 13)]
    edges = np.array([sorted(edge) for edge in [*ring, *chords]], dtype=np.int64)
    return Graph("ring.txt", 15, 3, edges, rng.integers(3, 30, len(edges)))


def test_a_covering_county_has_the_optimum_of_the_classic_problem(tmp_path: Path) -> None:
    graph = small_graph()
    assert to_county(graph, tmp_path / "county", radius=22) == ()
    county, _ = instance.read(tmp_path / "county")
    posed = pose(county, travel.times(county), scenario.of(county))
    stage = engine.solve(posed, EXACT).stage("worth")
    answer = problems.solve_classic(problems.MaximalCovering(graph.distances() <= 22, np.ones(15, dtype=int), 3), EXACT)
    assert stage is not None
    assert (stage.objective, stage.bound) == (answer.objective, answer.bound)


def test_a_median_county_has_the_distances_of_the_graph(tmp_path: Path) -> None:
    graph = small_graph()
    to_county(graph, tmp_path / "county", p=4)
    county, _ = instance.read(tmp_path / "county")
    block = pose(county, travel.times(county), scenario.of(county)).blocks[0]
    metres = np.zeros((15, 15), dtype=np.int64)
    metres[block.pair_demand, block.pair_site] = block.pair_travel
    assert (metres == graph.distances() * METRES).all()


def test_a_county_asks_for_a_p_that_the_graph_has_and_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="E296"):
        to_county(small_graph(), tmp_path / "county", p=16)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputRefused, match="E203"):
        to_county(small_graph(), tmp_path)
