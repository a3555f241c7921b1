"""Travel times: exactly those of networkx on random and real roads, and those computed by hand on a ring."""

from __future__ import annotations

import csv
import itertools
import random
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from siting import cache
from siting.counties.county import County
from siting.reading import instance
from siting.roads import network, paths, travel

from . import small_county
from .conftest import write_tiny

LEGAZPI = Path(__file__).resolve().parents[2] / "shared" / "counties" / "legazpi"
Arcs = dict[tuple[int, int], int]


def matrix(arcs: Arcs, n: int) -> csr_array:
    """Arcs as travel wants them."""
    tail, head = [t for t, _ in arcs], [h for _, h in arcs]
    return csr_array((np.array(list(arcs.values()), dtype=np.float64), (tail, head)), shape=(n, n))


def ours(
    arcs: Arcs, n: int, sources: list[int], targets: list[int], limit: int, seed: int = 0
) -> dict[tuple[int, int], int]:
    """Cost by (from, to) within the limit; people travel from a target of the search to its source."""
    place = np.random.default_rng(seed).random((2, n))
    answer = paths.shortest(matrix(arcs, n), np.array(sources, dtype=int), np.array(targets, dtype=int), limit, *place)
    rows = [(targets[t], sources[s], c) for s, t, c in zip(*(a.tolist() for a in answer), strict=True)]
    found = {(a, b): c for a, b, c in rows}
    assert len(found) == len(rows), "no pair twice"
    return found


def theirs(arcs: Arcs, sources: list[int], targets: list[int], limit: int) -> dict[tuple[int, int], int]:
    """The same by networkx."""
    graph = nx.DiGraph()
    graph.add_nodes_from([*sources, *targets])
    graph.add_weighted_edges_from((h, t, w) for (t, h), w in arcs.items())
    wanted = set(targets)
    return {
        (t, s): cost
        for s in sources
        for t, cost in nx.single_source_dijkstra_path_length(graph, s, cutoff=limit).items()
        if t in wanted
    }


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_shortest_paths_of_random_roads_are_those_of_networkx(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 70))
    node = st.integers(0, n - 1)
    arcs = data.draw(
        st.dictionaries(st.tuples(node, node).filter(lambda a: a[0] != a[1]), st.integers(1, 1000), max_size=4 * n)
    )
    sources = data.draw(st.lists(node, unique=True, max_size=n))
    targets = data.draw(st.lists(node, unique=True, max_size=n))
    limit = data.draw(st.integers(1, 5000))
    assert ours(arcs, n, sources, targets, limit) == theirs(arcs, sources, targets, limit)


def test_more_sources_than_one_chunk_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(3)
    n = 200
    arcs = {(a, b): dice.randint(1, 10**7) for a in range(n) for b in dice.sample(range(n), 3) if a != b}
    nodes = list(range(n))
    expected = theirs(arcs, nodes, nodes, 2 * 10**7)
    assert 0 < len(expected) < n * n
    for size in (1, 7, 48, 1000):
        monkeypatch.setattr(paths, "CHUNK", size)
        assert ours(arcs, n, nodes, nodes, 2 * 10**7, seed=size) == expected


def test_all_pairs_of_a_real_city_are_those_of_networkx() -> None:
    if not (LEGAZPI / "edges.csv").is_file():
        pytest.skip("the roads of Legazpi are not on this machine")
    with (LEGAZPI / "nodes.csv").open(encoding="utf-8-sig") as file:
        nodes = {row["node"]: (float(row["lon"]), float(row["lat"])) for row in csv.DictReader(file)}
    place = {name: k for k, name in enumerate(nodes)}
    arcs: Arcs = {}
    with (LEGAZPI / "edges.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            pair = place[row["u"]], place[row["v"]]
            if pair[0] != pair[1]:
                ms = -(-round(float(row["length_m"]) * 1000) * 3600 // round(float(row["speed_kmh"]) * 1000))
                arcs[pair] = min(ms, arcs.get(pair, ms))
    n, limit = len(nodes), 10 * 60_000
    sources = random.Random(1).sample(range(n), 120)
    lon, lat = np.array(list(nodes.values())).T
    source, target, cost = paths.shortest(matrix(arcs, n), np.array(sources), np.arange(n), limit, lon, lat)
    found = {(t, sources[s]): c for s, t, c in zip(source.tolist(), target.tolist(), cost.tolist(), strict=True)}
    assert len(found) > 50_000
    assert found == theirs(arcs, sources, list(range(n)), limit)


@pytest.fixture(scope="module")
def tiny_county(tmp_path_factory: pytest.TempPathFactory) -> County:
    return instance.read(write_tiny(tmp_path_factory.mktemp("travel") / "tiny"))[0]


def named(county: County, service: str, times: travel.TravelTimes) -> dict[tuple[str, str], tuple[int, int]]:
    """(settlement, site) → (access, whole seconds or metres)."""
    pairs = times.pairs(service)
    sites = [s.id for s in county.sites if s.service == service]
    return {
        (county.settlements[i].id, sites[j]): (int(a), int(t))
        for i, j, a, t in zip(pairs.settlement, pairs.site, pairs.access, pairs.travel, strict=True)
    }


def test_times_of_the_small_county_are_those_computed_by_hand(tiny_county: County) -> None:
    # 1000 m a minute; E to A by the one-way street of 500 m: 30 s; the limit of 60 s is inside; V6 reaches no road
    times = travel.times(tiny_county)
    clinic = named(tiny_county, "clinic", times)
    assert clinic == {
        ("V1", "C1"): (0, 0), ("V2", "C1"): (0, 60), ("V2", "C3"): (0, 60), ("V3", "C3"): (0, 0), ("V4", "C3"): (0, 60),
        ("V4", "C5"): (0, 60), ("V5", "C1"): (0, 30), ("V5", "C5"): (0, 0), ("V7", "C1"): (0, 30), ("V7", "C5"): (0, 0),
        ("V1", "C5"): (1, 500),  # walkers go against the one-way street: 500 m, the limit itself
    }  # fmt: skip
    assert times.unreachable("clinic").tolist() == [False] * 5 + [True, False]


def test_a_one_way_ring_is_short_one_way_and_long_the_other(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "ring")
    text = "from_node,to_node,length_m,road_class,oneway\n"
    ring = ["A", "B", "C", "D", "E", "A"]
    text += "".join(f"{a},{b},1000,road,1\n" for a, b in itertools.pairwise(ring))
    (folder / "edges.csv").write_text(text, encoding="utf-8")
    toml = (folder / "county.toml").read_text(encoding="utf-8")
    (folder / "county.toml").write_text(
        toml.replace("limit_min = { value = 1,", "limit_min = { value = 4,"), encoding="utf-8"
    )
    county = instance.read(folder)[0]
    clinic = named(county, "clinic", travel.times(county))
    assert clinic["V1", "C3"] == (0, 120)  # A → B → C
    assert clinic["V3", "C1"] == (0, 180)  # C → D → E → A
    assert clinic["V2", "C1"] == (0, 240)  # the limit itself
    assert clinic["V1", "C5"] == (0, 240)
    assert clinic["V5", "C1"] == (0, 60)


@pytest.mark.parametrize(("limit", "inside"), [("1", True), ("0.99999", False), ("1.00001", True)])
def test_the_limit_itself_is_inside(tmp_path: Path, limit: str, inside: bool) -> None:
    folder = write_tiny(tmp_path / "limit")
    toml = small_county.TOML.replace("limit_min = { value = 1,", f"limit_min = {{ value = {limit},")
    (folder / "county.toml").write_text(toml, encoding="utf-8")
    county = instance.read(folder)[0]
    assert (("V4", "C3") in named(county, "clinic", travel.times(county))) is inside


def test_two_points_at_one_node_go_straight_to_each_other(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "straight")
    for file, old, new in (
        ("settlements.csv", "100.00,25.0", "100.00,25.002"),  # V1 222.39 m north of A, C1 there too: 0 m apart
        ("sites.csv", "100.00,25.0", "100.00,25.003"),  # 333.59 m north: 111.2 m apart, 112 whole metres
    ):
        text = (folder / file).read_text(encoding="utf-8")
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    county = instance.read(folder)[0]
    times = travel.times(county)
    clinic = named(county, "clinic", times)
    assert clinic["V1", "C1"] == (0, 41)  # 112 m at 10 km/h: 40.32 s
    assert ("V2", "C1") not in clinic  # 60 s of road and 334 m of leg
    assert times.site_snap["drive"].distance_m[0] == 334
    assert times.settlement_snap["drive"].distance_m[0] == 223


def test_of_equally_near_nodes_the_smallest_id_in_text_order_is_taken(tiny_county: County) -> None:
    roads = tiny_county.roads
    drive = network.build(tiny_county, "drive")
    for far in (1, 2):  # half way between two nodes, and a few centimetres off: whole metres are equal
        lon = np.array([100.005, 100.0050001, 100.0150001, 100.0349999])
        snap = network.snap(drive, roads, lon, np.full(4, 25.0), 1000 * far)
        assert roads.node_ids[drive.node[snap.node]].tolist() == ["A", "A", "B", "D"]
    ids = roads.node_ids.copy()
    roads.node_ids[:] = ["9", "10", "C", "D", "E"]
    try:
        snap = network.snap(drive, roads, np.array([100.005]), np.array([25.0]), 1000)
        assert roads.node_ids[drive.node[snap.node]].tolist() == ["10"], "text order, not the order of numbers"
    finally:
        roads.node_ids[:] = ids


def test_roads_that_lead_nowhere_are_refused_in_the_same_words_every_time(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "loops")
    (folder / "edges.csv").write_text("from_node,to_node,length_m,road_class\nA,A,5,road\n", encoding="utf-8")
    _, faults = instance.examine(folder)
    values = [fault.values for fault in faults if fault.code == "E128"]
    assert values == [{"value": "drive", "known": "drive, walk"}]  # in order, not as a set has them


def test_beyond_the_snap_limit_no_node_is_taken(tiny_county: County) -> None:
    drive = network.build(tiny_county, "drive")
    lat = np.array([25.002])  # 222.39 m: 223 whole metres
    assert network.snap(drive, tiny_county.roads, np.array([100.0]), lat, 223).node.tolist() == [0]
    beyond = network.snap(drive, tiny_county.roads, np.array([100.0]), lat, 222)
    assert (beyond.node.tolist(), beyond.distance_m.tolist()) == ([-1], [223])


def test_of_parallel_roads_the_quickest_counts(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "parallel")
    with (folder / "edges.csv").open("a", encoding="utf-8") as file:
        file.write("A,B,400,road,0,\nB,A,700,road,0,\n")
    county = instance.read(folder)[0]
    drive = network.build(county, "drive")
    assert drive.time_ms[0, 1] == drive.time_ms[1, 0] == 24_000
    assert drive.length_mm[1, 0] == 400_000


def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts how often shortest paths are computed."""
    counted: list[int] = []
    work = paths.shortest

    def count(*arguments: object, **more: object) -> object:
        counted.append(1)
        return work(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(paths, "shortest", count)
    return counted


def test_the_second_call_reads_the_cache(tiny_county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = calls(monkeypatch)
    first = travel.times(tiny_county, cache_folder=tmp_path)
    assert len(counted) == len(list(tmp_path.glob("*.npz"))) == 2  # driving by time, walking by distance
    second = travel.times(tiny_county, cache_folder=tmp_path)
    assert len(counted) == 2
    for service in ("clinic", "school"):
        assert named(tiny_county, service, first) == named(tiny_county, service, second)


def test_a_changed_road_is_another_key(tiny_county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = calls(monkeypatch)
    travel.times(tiny_county, cache_folder=tmp_path / "cache")
    folder = write_tiny(tmp_path / "changed")
    text = small_county.FILES["edges.csv"].replace("A,B,1000,", "A,B,1000.001,")
    (folder / "edges.csv").write_text(text, encoding="utf-8")
    changed = instance.read(folder)[0]
    times = travel.times(changed, cache_folder=tmp_path / "cache")
    assert len(counted) == 4
    assert ("V2", "C1") not in named(changed, "clinic", times)


def test_a_cache_file_with_any_flipped_bit_is_computed_again(tmp_path: Path) -> None:
    arrays = {"source": np.arange(5), "cost": np.arange(5) * 1000}
    cache.save(tmp_path, "paths", arrays)
    file = tmp_path / "paths.npz"
    whole = file.read_bytes()
    for at in range(len(whole)):
        for bit in (0, 3, 6):
            file.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :])
            found = cache.load(tmp_path, "paths")
            assert found is None or all((found[k] == arrays[k]).all() for k in arrays), at
    for end in range(0, len(whole), 7):
        file.write_bytes(whole[:end])
        assert cache.load(tmp_path, "paths") is None


def test_a_damaged_cache_is_replaced_and_the_times_are_right(tiny_county: County, tmp_path: Path) -> None:
    expected = named(tiny_county, "clinic", travel.times(tiny_county, cache_folder=tmp_path))
    whole = {path: path.read_bytes() for path in tmp_path.glob("*.npz")}
    for path, data in whole.items():
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :])
    assert named(tiny_county, "clinic", travel.times(tiny_county, cache_folder=tmp_path)) == expected
    for path in whole:
        assert cache.load(tmp_path, path.stem) is not None
