"""Candidate bus lines: by hand on a small map, and what must hold on any county."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from siting.counties.county import County
from siting.counties.rows import Line, RoadEdge, RoadNode, Settlement
from siting.counties.sections import Travel
from siting.instances.sites.lines import CENTRAL, SEATS, Design, candidate_lines
from siting.instances.sites.lines_shapes import branches, detours, loops, spoke
from siting.instances.sites.lines_travel import Times, driving_times
from siting.instances.synthetic.county import generate
from siting.reading import instance

SHIPPED = Path(__file__).resolve().parents[1] / "instances" / "yunling-county"
#: One minute a kilometre.
CARS = Travel(speeds_kmh={"road": Decimal(60)}, access_kmh=Decimal(4))
#: name, level, township; every place at its own road node.
PLACES = (
    ("H", "county_town", "TH"), ("A", "township_seat", "TA"), ("B", "central_town", "TB"), ("P", CENTRAL, "TA"),
    ("Q", CENTRAL, "TA"), ("R", CENTRAL, "TA"), ("S", CENTRAL, "TB"), ("V", "village", "TA"), ("X", "hamlet", "TA"),
)  # fmt: skip
#: H—P—A—Q—R, H—B—S, and V and X beside P; minutes.
ROADS = (("H", "P", 4), ("P", "A", 6), ("A", "Q", 5), ("Q", "R", 3), ("H", "B", 8), ("B", "S", 7), ("P", "V", 1),
         ("P", "X", 1))  # fmt: skip


def settlement(name: str, level: str, township: str, place: int, **more: object) -> Settlement:
    about = {"id": name, "name": name, "level": level, "township": township, "lon": place / 10, "lat": 1.0}
    return Settlement.model_validate(about | {"population_persons": 100} | more)


def edge(tail: str, head: str, minutes: int, **more: object) -> RoadEdge:
    about = {"from_node": tail.lower(), "to_node": head.lower(), "length_m": minutes * 1000, "road_class": "road"}
    return RoadEdge.model_validate(about | more)


SETTLEMENTS = [settlement(*about, place) for place, about in enumerate(PLACES)]
NODES = [RoadNode(id=s.id.lower(), lon=s.lon, lat=s.lat) for s in SETTLEMENTS]
EDGES = [edge(*road) for road in ROADS]


def drawn(existing: list[Line] | None = None, design: Design | None = None) -> list[str]:
    lines = candidate_lines(SETTLEMENTS, NODES, EDGES, CARS, existing or [], design=design)
    return [line.stops.replace(";", "") for line in lines]


def times() -> tuple[Times, dict[str, int]]:
    found = driving_times(SETTLEMENTS, NODES, EDGES, CARS)
    return found, {s.id: k for k, s in enumerate(found.settlements)}


def named(found: Times, ways: list[tuple[int, ...]]) -> list[str]:
    return ["".join(found.settlements[k].id for k in way) for way in ways]


def test_the_lines_of_the_small_map() -> None:
    # spokes; the branches of A (Q lies on the way to R), of B; the ring of A; a spoke that picks up P and V
    assert drawn() == ["HA", "HB", "AP", "AQR", "BS", "APQRA", "HVPA"]


def test_a_line_of_today_stays_and_is_not_drawn_again() -> None:
    today = Line(id="C001", name="old", stops="A; H", trips_per_day=3, status="existing")
    lines = candidate_lines(SETTLEMENTS, NODES, EDGES, CARS, [today], service="bus", source="ours")
    assert lines[0] is today
    assert [line.stops for line in lines[1:3]] == ["H;B", "A;P"]
    assert [line.id for line in lines[1:]] == [f"C{k:03d}" for k in range(2, 8)]  # C001 is taken
    assert {(line.status, line.service, line.source) for line in lines[1:]} == {("candidate", "bus", "ours")}


def test_times_are_those_of_the_rules() -> None:
    found, at = times()
    assert found.ms[at["H"]][at["R"]] == 18 * 60_000
    assert found.of([at["H"], at["B"], at["S"]]) == 15 * 60_000
    roads = [edge("H", "A", 1, length_m="100.0004", speed_kmh=7), edge("A", "B", 1, oneway=1), edge("B", "H", 1)]
    travel = CARS.model_copy(update={"signed_speeds": True})
    places = SETTLEMENTS[:3]
    found = driving_times(places, NODES[:3], roads, travel)
    # 100.0004 m is 100,000 mm; 100,000 * 3600 / 7000 = 51,428.6 ms; back over B, since A—B is one way only
    number = {s.id: k for k, s in enumerate(found.settlements)}
    assert found.ms[number["H"]][number["A"]] == 51_429
    assert found.ms[number["B"]][number["A"]] == 60_000 + 51_429


def test_places_beyond_the_roads_are_on_no_line() -> None:
    lost = settlement("L", CENTRAL, "TA", 3, lat=1.5)
    island = [RoadNode(id="i", lon=0.05, lat=2.0), RoadNode(id="j", lon=0.06, lat=2.0)]
    alone = settlement("I", CENTRAL, "TA", 0, lon=0.05, lat=2.0)
    roads = [*EDGES, edge("i", "j", 1)]
    lines = candidate_lines([*SETTLEMENTS, lost, alone], [*NODES, *island], roads, CARS)
    assert {stop for line in lines for stop in line.stop_ids} == set("HABPQRSV")


def test_a_county_without_towns_or_roads() -> None:
    villages = [s for s in SETTLEMENTS if s.level == CENTRAL]
    lines = candidate_lines(villages, NODES, EDGES, CARS)
    assert lines[0].stop_ids[0] == "P"  # of equally large ones the first is the hub
    assert {stop for line in lines for stop in line.stop_ids} == {"P", "Q", "R", "S"}
    assert candidate_lines(SETTLEMENTS, NODES, [], CARS) == []


def test_villages_of_a_township_without_a_seat_go_to_the_nearest() -> None:
    strange = [s.model_copy(update={"township": "elsewhere"}) if s.id == "R" else s for s in SETTLEMENTS]
    lines = candidate_lines(strange, NODES, EDGES, CARS)
    assert "A;Q;R" in {line.stops for line in lines}


def test_the_hub_is_where_lines_stop_today_else_in_the_middle() -> None:
    twin = settlement("T", "county_town", "TH", 6)  # at S, behind B
    roads = [*EDGES, edge("T", "S", 1)]
    nodes = [*NODES, RoadNode(id="t", lon=0.65, lat=1.0)]
    both = [*SETTLEMENTS, twin.model_copy(update={"lon": 0.65})]
    assert candidate_lines(both, nodes, roads, CARS)[0].stop_ids[0] == "H"
    today = Line(id="1", name="1", stops="T;B", trips_per_day=1, status="existing")
    assert candidate_lines(both, nodes, roads, CARS, [today])[1].stop_ids[0] == "T"


def test_spokes_take_the_other_seats_of_a_township() -> None:
    found, at = times()
    assert named(found, [spoke(found, at["H"], [at["A"], at["P"]])]) == ["HPA"]
    assert named(found, [spoke(found, at["H"], [at["A"], at["Q"]])]) == ["HAQ"]


def test_branches_follow_the_way() -> None:
    found, at = times()
    some = [at[name] for name in "PQRV"]
    assert named(found, branches(found, at["A"], some, 10)) == ["APV", "AQR"]
    assert named(found, branches(found, at["H"], some, 0)) == ["HPV", "HPQR"]


def test_detours_grow_and_keep_their_limit() -> None:
    found, at = times()
    way = (at["H"], at["A"])
    limits = {"count": 3, "longest_pct": 250, "most_stops": 15}
    longer = detours(found, way, range(len(at)), **limits)
    # direct 10; up to 18.3 minutes: P, V, X; up to 26.7: Q (10 more); up to 35: R (6 more)
    assert [found.of(line) // 60_000 for line in longer] == [14, 24, 30]
    assert [set(named(found, [line])[0]) for line in longer] == [set("HAPVX"), set("HAPVXQ"), set("HAPVXQR")]
    assert detours(found, way, range(len(at)), count=1, longest_pct=300, most_stops=2) == []


def test_loops_keep_their_limit() -> None:
    found, at = times()
    some = [at[name] for name in "PQR"]
    rings = loops(found, at["A"], some, longest_ms=28 * 60_000, most_stops=15)
    assert named(found, rings) == ["APQRA"]
    rings = loops(found, at["A"], some, longest_ms=20 * 60_000, most_stops=15)
    assert named(found, rings) == ["AQRA"]  # P alone makes no ring
    assert loops(found, at["A"], some, longest_ms=10 * 60_000, most_stops=15) == []  # Q alone


def test_the_cap_spares_spokes_and_branches() -> None:
    assert drawn(design=Design(most_lines=6)) == ["HA", "HB", "AP", "AQR", "BS", "APQRA"]
    assert drawn(design=Design(most_lines=0)) == ["HA", "HB", "AP", "AQR", "BS"]


@pytest.fixture(scope="module", params=["shipped", "small"])
def county(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> County:
    folder = SHIPPED
    if request.param == "small":
        folder = tmp_path_factory.mktemp("small")
        generate(folder, seed=11, villages=40)
    return instance.read(folder)[0]


def test_every_seat_and_central_village_is_on_a_line(county: County) -> None:
    on = {stop for line in county.lines for stop in line.stop_ids}
    assert {s.id for s in county.settlements if s.level in (*SEATS, CENTRAL)} <= on


def test_lines_repeat_no_stop_and_no_line_another(county: County) -> None:
    seen = set()
    for line in county.lines:
        stops = line.stop_ids
        inner = stops[:-1] if stops[0] == stops[-1] else stops
        assert len(set(inner)) == len(inner) >= 2
        seen.add(min(stops, stops[::-1]))
    assert len(seen) == len(county.lines)
    assert len([line for line in county.lines if line.status == "candidate"]) <= Design().most_lines


def test_the_order_of_the_rows_does_not_matter(county: County) -> None:
    dice = random.Random(5)
    nodes = [
        RoadNode(id=i, lon=x, lat=y)
        for i, x, y in zip(county.roads.node_ids, county.roads.lon, county.roads.lat, strict=True)
    ]
    roads = county.roads
    edges = [
        RoadEdge(from_node=nodes[t].id, to_node=nodes[h].id, length_m=Decimal(int(mm)) / 1000, road_class=c, oneway=w)
        for t, h, mm, c, w in zip(roads.tail, roads.head, roads.length_mm, roads.road_class, roads.oneway, strict=True)
    ]
    settlements = list(county.settlements)
    for rows in (nodes, edges, settlements):
        dice.shuffle(rows)
    today = [line for line in county.lines if line.status == "existing"]
    travel = county.file.network.modes["bus"]
    again = candidate_lines(settlements, nodes, edges, travel, today, service="bus", source="SYN")
    assert sorted(again, key=lambda line: line.id) == list(county.lines)


def test_every_candidate_starts_in_a_town(county: County) -> None:
    at = {s.id: s for s in county.settlements}
    for line in county.lines:
        if line.status == "candidate":
            assert at[line.stop_ids[0]].level in ("county_town", *SEATS)
            assert all(a != b for a, b in pairwise(line.stop_ids))
