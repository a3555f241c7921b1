"""The readers of the literature's files: what they read, and that every malformed line is a fault with its row."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputRefused
from siting.instances.classic import covering, median, optima, transit, warehouse
from siting.words import LANGS, load

BENCH = Path(__file__).parents[2] / "shared" / "bench"
Faults = list[tuple[str, int | None]]


def written(folder: Path, text: str, name: str = "file.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(read: Callable[[Path], object], path: Path) -> Faults:
    """Codes and rows of the refusal; each has a sentence in both languages."""
    with pytest.raises(InputRefused) as refused:
        read(path)
    for fault in refused.value.faults:
        for lang in LANGS:
            assert load(lang)(fault.code, **fault.values)
    return [(fault.code, fault.row) for fault in refused.value.faults]


def test_of_an_edge_that_stands_twice_the_last_counts(tmp_path: Path) -> None:
    graph = median.read_graph(written(tmp_path, " 3 3 1 \n 1 2 5\n 2 3 7\n 2 1 9\n"))
    assert (graph.n, graph.p) == (3, 1)
    assert graph.distances().tolist() == [[0, 9, 16], [9, 0, 7], [16, 7, 0]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3 2 1\n1 2 5\n1 x 5\n", [("E291", 3)]),
        ("3 2 1\n1 2 5\n1 4 5\n", [("E291", 3)]),
        ("3 2 1\n1 2 5 6\n1 3 -5\n", [("E292", 2), ("E291", 3)]),
        ("3 2 1\n1 2 5\n", [("E293", None)]),
        ("3 1 1\n1 2 5\n2 3 5\n", [("E294", 3)]),
        ("3 1 4\n1 2 5\n", [("E291", 1)]),
        ("", [("E293", None)]),
    ],
)
def test_a_malformed_graph_is_refused_by_row(tmp_path: Path, text: str, found: Faults) -> None:
    assert faults(median.read_graph, written(tmp_path, text)) == found


def test_a_graph_in_two_parts_has_no_distances(tmp_path: Path) -> None:
    graph = median.read_graph(written(tmp_path, "3 1 1\n1 2 5\n"))
    with pytest.raises(InputRefused, match="E297"):
        graph.distances()


def test_a_missing_file_and_a_picture_are_refused(tmp_path: Path) -> None:
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\xff")
    assert faults(median.read_graph, tmp_path / "none.txt") == [("E290", None)]
    assert faults(median.read_graph, tmp_path / "picture.txt") == [("E290", None)]


def test_distances_between_points_are_rounded_down(tmp_path: Path) -> None:
    head = "NAME : x\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n"
    points = median.read_tsplib(written(tmp_path, head + "1 0 0\n2 1.0e+0 1\n3 3 4\nEOF\n"))
    assert points.distances().tolist() == [[0, 1, 5], [1, 0, 3], [5, 3, 0]]
    assert faults(median.read_tsplib, written(tmp_path, head + "1 0 0\n3 1 1\n3 3 y\n")) == [("E291", 6), ("E291", 7)]
    assert faults(median.read_tsplib, written(tmp_path, "NODE_COORD_SECTION\n")) == [("E295", None)]


def test_a_radius_includes_its_limit_and_decimals_stay_exact(tmp_path: Path) -> None:
    places = covering.read_places(written(tmp_path, "3\t9\tp\tS\n0\t0\t1.5\t\n3\t4\t2\n-3\t5\t0.25\n"))
    assert places.demand.tolist() == [150, 200, 25]
    assert places.scale == 100
    assert places.covers(5)[0].tolist() == [True, True, False]
    assert faults(covering.read_places, written(tmp_path, "2 9 p S\n0 0 -1\n1 1\n")) == [("E292", 3), ("E291", 2)]


def test_warehouses_are_read_in_exact_money(tmp_path: Path) -> None:
    text = "2 2\n10 7500.\n20 0.\n5 1.25 2.5\n6\n3.125 4\n"
    read = warehouse.read_cap(written(tmp_path, text))
    assert read.scale == 1000
    assert read.demand.tolist() == [5, 6]
    assert read.capacity.tolist() == [10, 20]
    assert read.opening.tolist() == [7_500_000, 0]
    assert read.cost.tolist() == [[1250, 2500], [3125, 4000]]
    assert faults(warehouse.read_cap, written(tmp_path, text.replace("3.125", "3,125"))) == [("E291", 6)]
    assert faults(warehouse.read_cap, written(tmp_path, text + "9\n")) == [("E294", 7)]
    assert faults(warehouse.read_cap, written(tmp_path, text.replace(" 4\n", " 4 5\n"))) == [("E292", 6)]


def test_a_capacity_in_words_is_an_argument(tmp_path: Path) -> None:
    path = written(tmp_path, "1 1\ncapacity 7\n5 1\n")
    assert warehouse.read_cap(path, 30).capacity.tolist() == [30]
    assert faults(warehouse.read_cap, path) == [("E296", None)]
    plain = written(tmp_path, "1 1\n9 7\n5 1\n")
    assert faults(lambda p: warehouse.read_cap(p, 30), plain) == [("E296", None)]


def test_single_source_rows_may_be_warehouses_or_customers(tmp_path: Path) -> None:
    path = written(tmp_path, "2 3\n9 1\n9 2\n1 2 3\n1 2 3\n4 5 6\n")
    assert warehouse.read_single_source(path).cost.tolist() == [[1, 4], [2, 5], [3, 6]]
    assert warehouse.read_single_source(path, "customers", unit_costs=True).cost.tolist() == [[1, 2], [6, 8], [15, 18]]
    with pytest.raises(ValueError, match="rows are warehouses or customers"):
        warehouse.read_single_source(path, "trucks")


def test_two_stages_are_read_in_their_order(tmp_path: Path) -> None:
    read = warehouse.read_two_stage(written(tmp_path, "1 2 1\n4\n9 90\n1 2\n8 80\n7 70\n3\n5\n"))
    assert read.demand.tolist() == [4]
    assert (read.plant_capacity.tolist(), read.plant_opening.tolist()) == ([9], [90])
    assert read.depot_capacity.tolist() == [8, 7]
    assert read.inbound.tolist() == [[1, 2]]
    assert read.outbound.tolist() == [[3], [5]]


def test_a_route_follows_links(tmp_path: Path) -> None:
    nodes = written(tmp_path, "id,lat,lon,terminal\n1,0,0,1\n2,0,1,0\n3,1,1,1\n", "nodes.txt")
    links = written(tmp_path, "from,to,travel_time\n1,2,8\n2,1,8\n2,3,2\n", "links.txt")
    demand = written(tmp_path, "from,to,demand\n1,3,40\n", "demand.txt")
    network = transit.read_network(nodes, links, demand)
    assert network.minutes.tolist() == [[-1, 8, -1], [8, -1, 2], [-1, -1, -1]]
    assert network.demand[0, 2] == 40
    sets = transit.read_route_sets(written(tmp_path, "Somebody (1999)\n1\n1-2-3\n"), network)
    assert sets[0].routes == ((0, 1, 2),)

    def read(path: Path) -> object:
        return transit.read_route_sets(path, network)

    assert faults(read, written(tmp_path, "Somebody\n2\n1-3\n1-2-9\n")) == [("E295", 3), ("E291", 4)]
    bad = written(tmp_path, "from,to,time\n1,2,8\n", "bad.txt")
    assert faults(lambda p: transit.read_network(nodes, p, demand), bad) == [("E295", 1)]


def test_tables_of_optima(tmp_path: Path) -> None:
    assert optima.read_optima(written(tmp_path, "pmed1 127\npmed2 98")) == {"pmed1": 127, "pmed2": 98}
    table = (
        "Data file  Optimal solution value\ncap41 1040444.375\ncapa 19.449 (capacity 8000)\n 18.5 (capacity 9)\nNote\n"
    )
    found = optima.read_warehouse_optima(written(tmp_path, table))
    assert found == {
        ("cap41", None): Decimal("1040444.375"),
        ("capa", 8000): Decimal("19.449"),
        ("capa", 9): Decimal("18.5"),
    }
    assert optima.read_numbers(written(tmp_path, "1\n22\n")) == (1, 22)


@pytest.mark.skipif(not BENCH.exists(), reason="the literature's files are not beside the project")
def test_the_files_of_the_literature_are_read_whole() -> None:
    network = transit.read_network(*(BENCH / "transit" / f"mandl1_{t}.txt" for t in ("nodes", "links", "demand")))
    assert (network.n, int(network.demand.sum())) == (15, 15570)
    file = next((BENCH / "transit").glob("literature*"))
    assert len(transit.read_route_sets(file, network)) > 100
    points = median.read_tsplib(BENCH / "p-median" / "rl1304.tsp")
    assert points.xy.shape == (1304, 2)
    places = covering.read_places(BENCH / "covering" / "PCB3038.txt")
    assert int(places.demand.sum()) == 154221
    assert int(np.diag(places.covers(0)).sum()) == 3038
