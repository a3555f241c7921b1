"""Files of the literature as county folders: found by their kind, accepted, and with the numbers of the file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from siting import words
from siting.errors import InputRefused
from siting.instances.classic.covering import read_demand_graph, read_places
from siting.instances.classic.make import Numbers, kind_of, make_classic
from siting.instances.classic.warehouse import Warehouses
from siting.instances.classic.warehouse_county import scaled
from siting.plans.outcome import Effort
from siting.problems.posing import pose
from siting.reading import instance, scenario
from siting.roads import travel
from siting.runs import solving
from siting.solvers.classic import problems
from siting.verify import verify_run

from .conftest import Run

BENCH = Path(__file__).resolve().parents[2] / "shared" / "bench"
SHARED = pytest.mark.skipif(not BENCH.is_dir(), reason="the files of the literature are not beside the project")
NOTHING = Numbers()
EXACT = Effort(gap=0, time_limit_s=600)

GRAPH = "4 4 2\n1 2 3\n2 3 4\n3 4 5\n1 4 6\n"
EDGES = "4 5 0 0\n1 2 3 1.25\n2 3 4 2\n3 4 5 0.5\n1 4 6 10\n1 3 9\n"
PLACES = "5 9 p S\n0 0 10\n3 4 20\n6 8 30\n-5 0 5\n0 5 1\n"
TSPLIB = "NAME: t\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 3.5 4\n3 0 10\nEOF\n"
CAP = "2 3\n100 7.5\n60 0\n40\n12.5 80\n20\n33.125 10\n0\n0 0\n"
SINGLE = "2 4\n100 50\n90 30\n40 20 60 5\n10 20 30 4\n40 50 6 9\n"
NODES = "id,lat,lon,terminal\n1,0,0,1\n2,0,1,0\n3,0,2,1\n4,1,2,1\n"
LINKS = "from,to,travel_time\n1,2,5\n2,1,5\n2,3,4\n3,2,4\n3,4,3\n4,3,2\n"
TRIPS = "from,to,demand\n1,2,100\n2,3,50\n3,1,70\n4,1,20\n4,2,10\n"


def written(folder: Path, text: str, name: str = "file.txt") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def transit(folder: Path) -> Path:
    written(folder, LINKS, "net_links.txt")
    written(folder, TRIPS, "net_demand.txt")
    return written(folder, NODES, "net_nodes.txt")


def refused(folder: Path, path: Path, numbers: Numbers = NOTHING, kind: str = "") -> list[str]:
    with pytest.raises(InputRefused) as caught:
        make_classic(folder / "county", path, numbers, kind)
    assert not (folder / "county").exists()
    for fault in caught.value.faults:
        assert all(words.load(lang)(fault.code, **fault.values) for lang in words.LANGS)
    return [fault.code for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "kind"),
    [(GRAPH, "p-median"), (EDGES, "demand-graph"), (PLACES, "covering"), (TSPLIB, "tsplib"), (CAP, "warehouses"),
     ("2 2\n9 1\n9 1\n5 1 2\n6 2 1\n", "warehouses"), ("2 1\n capacity 5.\n capacity 6.\n10\n1 2\n", "warehouses"),
     (SINGLE, "single-source"), (NODES, "transit"), ("3 3 0\n1 1 1\n2 2 2\n3 3 3\n", "covering")],
)  # fmt: skip
def test_the_kind_of_a_file_is_found(tmp_path: Path, text: str, kind: str) -> None:
    assert kind_of(written(tmp_path, text)) == kind


@SHARED
@pytest.mark.parametrize(
    ("name", "kind"),
    [("p-median/pmed1.txt", "p-median"), ("p-median/rl1304.tsp", "tsplib"), ("covering/SJC324.txt", "covering"),
     ("covering/GR100.txt", "demand-graph"), ("covering/ZDS2500.txt", "covering"), ("cflp/cap61.txt", "warehouses"),
     ("cflp/capa.txt", "warehouses"), ("sscflp/holmberg/p1", "single-source"), ("sscflp/yang/p1", "single-source"),
     ("transit/mandl1_nodes.txt", "transit"), ("transit/mumford0_nodes.txt", "transit")],
)  # fmt: skip
def test_the_kinds_of_the_literature_are_found(name: str, kind: str) -> None:
    assert kind_of(BENCH / name) == kind


def test_other_files_and_numbers_that_a_kind_does_not_take_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, written(tmp_path, "a b c d e\n")) == ["E295"]
    assert refused(tmp_path, written(tmp_path, "")) == ["E295"]
    assert refused(tmp_path, tmp_path / "none.txt") == ["E290"]
    assert refused(tmp_path, written(tmp_path, SINGLE), Numbers(p=2, radius=3)) == ["E296", "E296"]
    assert refused(tmp_path, written(tmp_path, PLACES)) == ["E296"]  # p is asked for
    assert refused(tmp_path, written(tmp_path, GRAPH), Numbers(p=9)) == ["E296"]
    assert refused(tmp_path, written(tmp_path, GRAPH), kind="transit")[0] == "E292"


def matrix(folder: Path, service: str) -> dict[tuple[str, str], int]:
    """Travel in seconds or metres by settlement and site."""
    county, _ = instance.read(folder)
    ways, sites = travel.times(county).pairs(service), [i for _, i in travel.sites_of(county, service)]
    found = zip(ways.settlement.tolist(), ways.site.tolist(), ways.travel.tolist(), strict=True)
    return {(county.settlements[i].id, sites[j]): t for i, j, t in found}


def test_a_graph_with_people_keeps_both(tmp_path: Path) -> None:
    path = written(tmp_path, EDGES)
    graph, demand, scale = read_demand_graph(path)
    assert (graph.n, demand.tolist(), scale) == (4, [125, 200, 50, 1000], 100)
    make_classic(tmp_path / "county", path, Numbers(p=1, radius=4))
    county, _ = instance.read(tmp_path / "county")
    assert [s.population_persons for s in county.settlements] == [125, 200, 50, 1000]
    near = {(int(i[1]), int(j[1])): t for (i, j), t in matrix(tmp_path / "county", "site").items()}
    assert near == {(1, 1): 0, (2, 2): 0, (3, 3): 0, (4, 4): 0, (1, 2): 300, (2, 1): 300, (2, 3): 400, (3, 2): 400}
    assert refused_rows(tmp_path, EDGES.replace("2 3 4 2\n", "2 3 4\n")) == [("E292", 3)]
    assert refused_rows(tmp_path, EDGES.replace("4 5 0 0", "5 4 0 0") + "1 2 3\n") == [("E291", 1)]


def refused_rows(folder: Path, text: str) -> list[tuple[str, int | None]]:
    with pytest.raises(InputRefused) as caught:
        read_demand_graph(written(folder, text, "broken.txt"))
    return [(fault.code, fault.row) for fault in caught.value.faults]


def test_a_graph_that_falls_apart_is_a_covering_county_and_no_median(tmp_path: Path) -> None:
    path = written(tmp_path, "4 2 1\n1 2 3\n2 4 4\n")
    assert refused(tmp_path, path) == ["E297"]
    make_classic(tmp_path / "county", path, Numbers(radius=4))
    near = {(int(i[1]), int(j[1])) for i, j in matrix(tmp_path / "county", "site")}
    assert near == {(1, 1), (2, 2), (3, 3), (4, 4), (1, 2), (2, 1), (2, 4), (4, 2)}


def test_covering_points_are_covered_exactly(tmp_path: Path) -> None:
    path = written(tmp_path, PLACES)
    make_classic(tmp_path / "county", path, Numbers(p=2, radius=5))
    covers = read_places(path).covers(5)
    near = {(int(i[1]) - 1, int(j[1]) - 1) for i, j in matrix(tmp_path / "county", "site")}
    assert near == {(int(i), int(j)) for i, j in np.argwhere(covers)}
    assert max(matrix(tmp_path / "county", "site").values()) == 3600  # at the radius itself: an hour, which counts
    run = tmp_path / "run"
    solving.solve(tmp_path / "county", run, solving.Ask(solver="greedy"))
    assert verify_run(run).word == "valid"


def test_median_points_are_as_far_apart_as_in_the_file(tmp_path: Path) -> None:
    for text in (TSPLIB, PLACES):
        folder = tmp_path / f"county{len(text)}"
        make_classic(folder, written(tmp_path, text), Numbers(p=1))
        county, _ = instance.read(folder)
        unit_m = float(county.file.county.note.split(" is ")[1].split(" m")[0])
        xy = np.array([[0, 0], [3.5, 4], [0, 10]] if text is TSPLIB else [[0, 0], [3, 4], [6, 8], [-5, 0], [0, 5]])
        for (i, j), metres in matrix(folder, "site").items():
            a, b = xy[int(i[1]) - 1], xy[int(j[1]) - 1]
            assert metres == pytest.approx(float(np.hypot(*(a - b))) * unit_m, abs=2)


def brute(goods: Warehouses) -> float:
    """Least cost of a single-source file, by trying everything."""
    n, m = goods.cost.shape
    best = float("inf")
    for code in range(m**n):
        to = [code // m**i % m for i in range(n)]
        load = np.bincount(to, weights=goods.demand, minlength=m)
        if (load <= goods.capacity).all():
            cost = sum(int(goods.cost[i, j]) for i, j in enumerate(to)) + int(goods.opening[sorted(set(to))].sum())
            best = min(best, cost / goods.scale)
    return best


def test_a_warehouse_county_has_the_optimum_of_its_file(tmp_path: Path) -> None:
    from siting.instances.classic.warehouse import read_single_source
    from siting.solvers import county as engine

    path = written(tmp_path, SINGLE)
    goods = read_single_source(path)
    make_classic(tmp_path / "county", path, Numbers())
    county, _ = instance.read(tmp_path / "county")
    assert [site.status for site in county.sites] == ["existing", "existing"]
    found = scaled(goods)
    posed = pose(county, travel.times(county), scenario.of(county))
    outcome = engine.solve(posed, EXACT)
    cost = outcome.stage("cost")
    assert cost is not None
    constant = found.added * int(goods.demand.sum())
    assert (cost.objective - constant) / found.unit == pytest.approx(brute(goods), abs=0.01)
    assert f"(cost of the plan - {constant}) / {found.unit}" in county.file.county.note


def test_roads_of_a_warehouse_county_lead_straight(tmp_path: Path) -> None:
    make_classic(tmp_path / "county", written(tmp_path, CAP), Numbers())
    county, _ = instance.read(tmp_path / "county")
    assert [s.population_persons for s in county.settlements] == [40, 20, 0]
    from siting.instances.classic.warehouse import read_cap

    found = scaled(read_cap(tmp_path / "file.txt"))
    assert {(i, j): t for (i, j), t in matrix(tmp_path / "county", "warehouse").items() if i != "V3"} == {
        ("V1", "W1"): int(found.metres[0, 0]), ("V1", "W2"): int(found.metres[0, 1]),
        ("V2", "W1"): int(found.metres[1, 0]), ("V2", "W2"): int(found.metres[1, 1]),
    }  # fmt: skip
    assert (county.services["warehouse"].sizes[0].running_per_year, found.unit) == (found.unit * 7.5, found.unit)


def test_a_transit_county_has_lines_on_its_links(tmp_path: Path) -> None:
    make_classic(tmp_path / "county", transit(tmp_path), Numbers(p=1))
    county, _ = instance.read(tmp_path / "county")
    assert [s.population_persons for s in county.settlements] == [100, 50, 70, 30]
    facts = travel.times(county).lines["bus"]
    by_stops = {line.stops: ms for line, ms in zip(county.lines, facts.round_ms, strict=True)}
    assert by_stops["V1;V4"] == (5 + 4 + 3 + 2 + 4 + 5) * 60_000
    solving.solve(tmp_path / "county", tmp_path / "run", solving.Ask(solver="greedy"))
    assert verify_run(tmp_path / "run").word == "valid"
    plan = json.loads((tmp_path / "run" / "plan.json").read_text(encoding="utf-8"))
    assert len(plan["services"]["bus"]["open"]) == 1
    assert refused_no_p(tmp_path)


def refused_no_p(folder: Path) -> bool:
    with pytest.raises(InputRefused) as caught:
        make_classic(folder / "other", folder / "net_nodes.txt", Numbers())
    return caught.value.faults[0].code == "E296"


def test_the_command_makes_the_folder(tmp_path: Path, siting_cli: Run) -> None:
    path = written(tmp_path, GRAPH, "pmedX.txt")
    answer = siting_cli("new", tmp_path / "county", "--classic", path, "--p", 3)
    assert answer.code == 0, answer.text
    county, _ = instance.read(tmp_path / "county")
    assert (county.id, county.file.funds[0].capital) == ("pmedx", 3)
    assert siting_cli("new", tmp_path / "other", "--classic", path, "--synthetic").code == 2
    assert siting_cli("new", tmp_path / "other", "--classic", path, "--classic-kind", "hub").code == 2
    assert siting_cli("new", tmp_path / "other", "--classic", tmp_path / "none").code == 3


@SHARED
@pytest.mark.parametrize(
    ("name", "numbers"),
    [("covering/GR100.txt", Numbers(p=5, radius=60)), ("sscflp/holmberg/p1", Numbers()),
     ("transit/mandl1_nodes.txt", Numbers(p=4))],
)  # fmt: skip
def test_files_of_the_literature_become_counties(tmp_path: Path, name: str, numbers: Numbers) -> None:
    make_classic(tmp_path / "county", BENCH / name, numbers)
    county, faults = instance.read(tmp_path / "county")
    assert county.settlements
    assert not [fault for fault in faults if fault.code.startswith("E")]


@SHARED
def test_covering_of_gr100_has_the_optimum_of_the_classic_solver(tmp_path: Path) -> None:
    from siting.solvers import county as engine

    graph, demand, _ = read_demand_graph(BENCH / "covering" / "GR100.txt")
    make_classic(tmp_path / "county", BENCH / "covering" / "GR100.txt", Numbers(p=3, radius=60))
    county, _ = instance.read(tmp_path / "county")
    persons = np.array([s.population_persons for s in county.settlements])
    assert not np.isfinite(graph.paths()).all()  # a vertex stands alone, and serves itself
    answer = problems.solve_classic(problems.MaximalCovering(graph.paths() <= 60, persons, 3), EXACT)
    stage = engine.solve(pose(county, travel.times(county), scenario.of(county)), EXACT).stage("worth")
    assert stage is not None
    assert stage.objective == answer.objective
    for bound in (stage.bound, answer.bound):  # people are counted in hundred-millionths, finer than a solver counts
        assert bound is not None
        assert 0 <= bound - stage.objective <= 1e-6 * stage.objective
    assert len(demand) == 100
