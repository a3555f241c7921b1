"""Edges of the checker's rules that no other test stood on: each is a mutant that lived (`tests.mutants`)."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from siting.verify import Auditor, form
from siting.verify.breach import Findings
from siting.verify.check import farthest
from siting.verify.choices import choices
from siting.verify.groups import groups
from siting.verify.nouns import Service, Site, Size, Target
from siting.verify.options import Asked, Option, option
from siting.verify.plane import Plane, inside
from siting.verify.read import read_county
from siting.verify.targets import points_of
from siting.verify.travel import Way, main_component

from . import small_county, test_verify_haul, test_verify_lines, test_verify_reads, test_verify_schools
from . import verify_street as street


def test_the_straight_distance_to_a_boundary() -> None:
    plane = Plane({"A": (0.0, -1.0), "B": (0.0, 1.0)})  # a degree is as long both ways
    # the line from (3, 0) to (0, 4) passes (0, 0) at 12 / 5
    ring = [(0.03, 0.0), (0.0, 0.04), (0.05, 0.06)]
    degree = plane.ky
    assert plane.kx == pytest.approx(degree)
    assert plane.metres_to(0.0, 0.0, [ring]) == plane.metres_to(0.0, 0.0, [ring[::-1]]) == int(0.024 * degree) + 1
    # beyond an end of the segment its corner is nearest, before its beginning and after its end
    assert plane.metres_to(0.05, -0.01, [ring]) == int(degree * (0.02**2 + 0.01**2) ** 0.5) + 1
    assert plane.metres_to(-0.03, 0.08, [ring]) == int(degree * 0.05) + 1
    assert plane.metres_to(0.02, 0.03, [ring]) == 0
    assert (
        plane.metres_to(0.0, 0.0, [[(0.01, 0.0), (0.01, 0.0), (0.03, 0.01), (0.03, -0.01)]]) == int(0.01 * degree) + 1
    )


@pytest.mark.parametrize("turn", range(4))
def test_inside_a_polygon_by_even_and_odd(turn: int) -> None:
    shape = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 1.0), (0.0, 4.0)]
    hole = [(0.5, 0.5), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0)]
    rings = [shape[turn:] + shape[:turn], hole[turn:] + hole[:turn]]
    for ring in (rings, [ring[::-1] for ring in rings]):
        found = {(x / 4, y / 4) for x in range(-2, 19) for y in range(-2, 19) if inside(x / 4, y / 4, ring)}
        expected = {
            (x / 4, y / 4)
            for x in range(17)
            for y in range(17)
            if y / 4 <= max(1, 1 + 1.5 * abs(x / 4 - 2)) and not (0.5 < x / 4 < 1 and 0.5 < y / 4 < 1)
        }
        assert found == expected


def test_of_equal_components_that_with_the_smallest_node_is_the_main_one() -> None:
    for order in itertools.permutations(range(6)):
        out: list[list[int]] = [[] for _ in order]
        for one, other in (order[:2], order[2:4], order[4:]):
            out[one].append(other)
            out[other].append(one)
        partner = order[order.index(0) ^ 1]
        assert sorted(main_component(out, out)) == [0, partner]
    dice = random.Random(2)
    for _ in range(200):
        names = dice.sample(range(7), 7)
        out = [[] for _ in names]
        for ring in (names[:3], names[3:]):  # of two rings the larger, whatever its smallest node
            for k, node in enumerate(ring):
                out[node].append(ring[k - 1])
        into = [[tail for tail in range(7) if head in out[tail]] for head in range(7)]
        assert sorted(main_component(out, into)) == sorted(names[3:])
    out = [[2, 1], [3], [0], [1]]  # 0 and 2, from which one way leads to 1 and 3: found first, and no larger
    assert sorted(main_component(out, [[2], [0, 3], [0], [1]])) == [0, 2]


@pytest.mark.parametrize(("limit", "stands"), [(222, False), (223, True)])
def test_a_place_at_the_snap_limit_stands_at_the_road(limit: int, stands: bool, tmp_path: Path) -> None:
    folder = small_county.write(tmp_path / "county")
    text = small_county.FILES["settlements.csv"].replace("100.00,25.0,100", "100.00,25.002,100")  # 222.39 m north of A
    (folder / "settlements.csv").write_text(text, encoding="utf-8")
    toml = small_county.TOML.replace("snap_limit_m = { value = 1000,", f"snap_limit_m = {{ value = {limit},")
    (folder / "county.toml").write_text(toml, encoding="utf-8")
    setting = Auditor(folder).setting("")
    place = setting.county.settlements["V1"]
    assert setting.roads["drive"].stand(place) == ((0, 223) if stands else None)


def test_who_lives_next_door_goes_no_way() -> None:
    rows = [{"access": 0, "travel": 0}, {"access": 1, "travel": 7}, {"access": 1, "travel": 3}]
    assert farthest({"assignments": rows}) == {"0": 0, "1": 7}


def test_a_road_to_itself_or_of_a_class_without_speed_is_no_way(tmp_path: Path) -> None:
    folder = street.write(tmp_path, test_verify_schools.TOML.replace("RULE", ""), test_verify_schools.SITES)
    edges = (folder / "edges.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    odd = ["N0,N0,1,road\n", "N0,N3,5,track\n"]  # before all others, which count
    (folder / "edges.csv").write_text("".join([edges[0], *odd, *edges[1:]]), encoding="utf-8")
    setting = Auditor(folder).setting("")
    into, _ = setting.roads["drive"].into
    assert [sorted(arcs) for arcs in into] == [
        [(k, 60_000) for k in (node - 1, node + 1) if 0 <= k <= 5] for node in range(6)
    ]


def test_the_nearest_node_may_lie_beyond_the_first_window(tmp_path: Path) -> None:
    """Node 0 lies 195 m east and north, 276 m away and in a window of 200 m both ways; node 1 220 m to the north."""
    setting = Auditor(small_county.write(tmp_path / "county")).setting("")
    net = setting.roads["drive"]
    east, north = 1 / net.plane.kx, 1 / net.plane.ky
    net.main = [(25 + 195 * north, 100 + 195 * east, 0), (25 + 220 * north, 100.0, 1)]
    net.latitudes = [lat for lat, _, _ in net.main]
    stand = net.stand(replace(setting.county.settlements["V1"], id="P", lon=100.0, lat=25.0))
    assert stand in ((1, 220), (1, 221))


def findings(value: Any, shape: Any) -> list[str]:
    found = Findings()
    form.check(value, shape, "", found)
    return [breach.code for breach in found]


def test_the_form_of_a_plan_to_its_last_number() -> None:
    for value in (0, 1, 10**18):
        assert findings(value, int) == []
    for value in (-1, 10**18 + 1, 10**19, True, 1.0, "1", None):
        assert findings(value, int) == ["E709"]
    assert findings({"a": 1, "b": 2}, {str: int}) == findings([1, 2], [int]) == findings("new", ("keep", "new")) == []
    assert findings({"a": 1}, {"a": int, "b": int}) == findings({"a": 1, "b": 1}, {"a": int}) == ["E709"]
    assert findings([1, -1, -1], [int]) == ["E709"] * 2
    assert findings("old", ("keep", "new")) == findings(7, ("keep", "new")) == findings([], {str: int}) == ["E709"]
    assert findings({1: 1}, {str: int}) == findings("", [str]) == ["E709"]
    assert findings("1.5", form.exact) == []
    assert findings(1, form.exact) == findings("-1", form.exact) == findings("one", form.exact) == ["E709"]


def asked(site: Site, action: str, size: str, **rules: Any) -> tuple[Option, int]:
    """The option of a row, and how many rules of the table it breaks."""
    sizes = {"S": Size(30, 20, 2, 4, 3, 500), "L": Size(60, 50, 3, 10, 5, 800), "B": Size(60, 50, 3, 10, 5, 800, 9)}
    service = Service("s", rules.pop("family", "catchment"), 1, (), True, rules.pop("grow", True), (), sizes)
    found = Findings()
    row = {"site": site.id, "action": action, "size": size, "phase": ""}
    return option(Asked(service, site, row, None, "", found)), len(list(found))


def test_a_line_that_grows_needs_no_land(tmp_path: Path) -> None:
    module = test_verify_lines
    sites = street.site("S0", "school", 0, "existing", size="small")
    toml = module.TOML.replace("trips_per_day = 4\n", "trips_per_day = 4\nland_m2 = 70\n")
    setting = Auditor(street.write(tmp_path, toml, sites, lines=module.LINES)).setting("")
    bus, lines = setting.county.services["bus"], setting.county.sites["bus"]
    for id_, action, size, land in (("L1", "expand", "daily", 0), ("L2", "new", "daily", 70), ("L1", "keep", "", 0)):
        row = {"site": id_, "action": action, "size": size, "phase": ""}
        found = Findings()
        assert option(Asked(bus, lines[id_], row, setting.lines["bus"].round(id_), "", found)).land == land
        assert list(found) == []


def test_an_auditor_that_cannot_read_prepares_nothing(tmp_path: Path) -> None:
    Auditor(tmp_path / "nowhere").prepare("", ["clinic"])
    auditor = Auditor(small_county.write(tmp_path / "county"))
    auditor.prepare("", ["clinic"])
    assert set(auditor.setting("").known) == {"clinic"}


def test_options_of_a_site_and_what_they_cost() -> None:
    stands = Site("E", "s", 0.0, 0.0, True, size="S", capacity=40, beds=2)
    bare, planned = replace(stands, size="", capacity=None, beds=None), replace(stands, existing=False, size="")
    assert asked(planned, "new", "S") == (Option(30, 20, 2, 4, 500, "new", "S"), 0)
    assert asked(planned, "new", "X") == (Option(0, 0, 0, 0, 0, "new", "X"), 1)
    assert asked(planned, "keep", "S") == (Option(30, 20, 2, 4, 0, "keep", "S"), 1)
    assert asked(planned, "keep", "X") == (Option(0, 0, 0, 0, 0, "keep", "X"), 1)
    assert asked(replace(planned, outside=True), "new", "S")[1] == 1
    assert asked(stands, "keep", "S") == (Option(40, 0, 2, 2, 0, "keep", "S"), 0)
    assert asked(stands, "keep", "L")[1] == asked(stands, "new", "S")[1] == 1
    # 20 of 60 places are new and 8 of 10 beds: four fifths of 50, or a third of 41 and four fifths of 9
    assert asked(stands, "expand", "L") == (Option(60, 40, 3, 10, 0, "expand", "L"), 0)
    assert asked(stands, "expand", "B") == (Option(60, 21, 3, 10, 0, "expand", "B"), 0)
    assert asked(stands, "expand", "S") == (Option(40, 0, 2, 2, 0, "expand", "S"), 1)  # fewer places
    assert asked(replace(stands, beds=11), "expand", "L")[1] == 1  # fewer beds
    assert asked(replace(stands, capacity=60, beds=10), "expand", "L")[1] == 1  # neither more
    assert asked(replace(stands, capacity=60), "expand", "L") == (Option(60, 40, 3, 10, 0, "expand", "L"), 0)
    assert asked(replace(stands, beds=10), "expand", "L") == (Option(60, 17, 3, 10, 0, "expand", "L"), 0)  # 50 / 3 up
    assert asked(stands, "expand", "L", grow=False)[1] == asked(replace(stands, outside=True), "expand", "L")[1] == 1
    assert asked(bare, "keep", "") == (Option(0, 0, 2, 0, 0, "keep", ""), 0)  # the smallest that holds as much: nobody
    assert asked(replace(bare, capacity=31), "keep", "") == (Option(31, 0, 3, 0, 0, "keep", ""), 0)
    assert asked(replace(bare, capacity=99), "keep", "") == (Option(99, 0, 3, 0, 0, "keep", ""), 0)
    assert asked(replace(stands, outside=True), "keep", "S") == (Option(40, 0, 0, 2, 0, "keep", "S"), 0)


def test_options_of_lines_and_disposal_places() -> None:
    line = Site("L", "s", 0.0, 0.0, True, stops=("V1", "V2"), trips=3)
    off = [asked(line, "keep", "", family="line"), asked(replace(line, existing=False), "new", "S", family="line")]
    assert off == [(Option(0, 0, 0, 0, 0, "keep", ""), 1), (Option(0, 0, 0, 0, 0, "new", "S"), 1)]  # it cannot run
    place = Site("D", "s", 0.0, 0.0, True, capacity=90, disposal=True, capital=70, running=6)
    assert asked(place, "keep", "", family="haul") == (Option(90, 0, 6, 0, 0, "keep", ""), 0)
    assert asked(replace(place, existing=False), "new", "", family="haul") == (Option(90, 70, 6, 0, 0, "new", ""), 0)
    assert asked(place, "keep", "S", family="haul")[1] == asked(place, "expand", "", family="haul")[1] == 1
    assert asked(replace(place, capacity=None), "keep", "", family="haul")[0].capacity == 0


def test_points_of_a_unit_are_at_least_one() -> None:
    target = Target("T", "served_share", "s", "", Fraction(1), (), None, (), 1, 3, None)
    assert [points_of(target, need) for need in (7, 2_000_000, 3_000_000, 6_000_001, 10**9)] == [428_571, 2, 1, 1, 1]


def test_a_line_at_the_limit_itself_serves(tmp_path: Path) -> None:
    module = test_verify_lines
    sites = street.site("S0", "school", 0, "existing", size="small") + street.site("S4", "school", 4)
    for limit, expected in (("14", set()), ("13.99", {"E702"})):  # V2 walks, waits and rides 840 s
        toml = module.TOML.replace("limit_min = 15", f"limit_min = {limit}")
        folder = street.write(tmp_path / limit, toml, sites, lines=module.LINES)
        assert street.codes(Auditor(folder), module.plan(folder)) == expected


def test_a_new_site_for_nobody_has_fewer_than_one(tmp_path: Path) -> None:
    for fewest, expected in ((0, set()), (1, {"E715"})):
        auditor, folder = test_verify_schools.school(tmp_path / str(fewest), f"min_persons = {fewest}")
        plan = test_verify_schools.plan(folder)
        school = plan["services"]["school"]
        school["assignments"] = [row for row in school["assignments"] if row["site"] != "S3"]
        school["unserved"] = street.rows(
            "settlement persons reason", [("V0", 30, "full"), ("V2", 10, "full"), ("V3", 28, "full"), ("V4", 2, "full")]
        )
        assert street.codes(auditor, plan) == expected


def test_services_decide_together_over_a_line_that_is_offered(tmp_path: Path) -> None:
    def of(toml: str) -> dict[str, str]:
        county = test_verify_reads.county(tmp_path / "county", toml)
        return groups(county, list(county.services), set())

    together = {"school": "school", "clinic": "school", "waste": "waste", "dump": "dump", "post": "post"}
    assert of(test_verify_reads.TOML) == {**together, "bus": "school"}
    alone = test_verify_reads.TOML.replace('kind = "line"', 'kind = "line"\noffered = false')
    assert of(alone) == {**together, "bus": "bus"}


def test_roads_are_the_same_where_nothing_of_them_changed(tmp_path: Path) -> None:
    county = read_county(small_county.write(tmp_path / "county"))
    assert county.network_like(county)
    other = {**county.toml, "network": {**county.toml["network"], "allow_unserved": False}}
    assert not county.network_like(replace(county, toml=other))
    assert county.network_like(replace(county, toml={**county.toml, "funds": []}))
    for changed in ({"nodes": {}}, {"edges": []}, {"heights": {"A": 1}}):
        assert not county.network_like(replace(county, **changed))


def test_which_sites_need_not_be_open(tmp_path: Path) -> None:
    def of(folder: Path, key: str, *, baseline: bool = False) -> dict[str, bool]:
        setting = Auditor(folder).setting("")
        service = setting.county.services[key]
        found = choices(setting.county, service, setting.lines.get(key), setting.ground, baseline)
        return {choice.site.id: choice.may_shut for choice in found}

    module = test_verify_haul
    sites = street.site("W2", "waste", 2, "existing", capacity_tpd=0.15) + street.site("W4", "waste", 4)
    waste = street.write(tmp_path / "waste", module.TOML, sites, disposal=module.DISPOSAL)
    assert of(waste, "waste") == {"W2": True, "W4": True, "D1": False, "D3": True}
    assert of(waste, "waste", baseline=True) == {"W2": False, "W4": True, "D1": False, "D3": True}
    for rule, outside, expected in (
        ("may_close = true", "", True), ("may_close = true", "1", False), ("", "", False), ("", "1", False)
    ):  # fmt: skip
        own = test_verify_schools.SITES.replace("existing,small,,,,,\n", f"existing,small,,,,{outside},\n")
        _, folder = test_verify_schools.school(tmp_path / f"{rule} {outside}", rule, own)
        assert of(folder, "school") == {"S1": expected, "S3": True, "S4": expected}


def test_travel_is_in_whole_seconds_also_of_half_an_hour(tmp_path: Path) -> None:
    module = test_verify_schools
    toml = module.TOML.replace("RULE", "").replace('"drive"\nlimit_min = 2', '"walk"\nlimit_min = 40')
    folder = street.write(tmp_path, toml, module.SITES)
    left = [("V0", 40, "full"), ("V1", 20, "full"), ("V2", 10, "full"), ("V3", 30, "full")]
    kept = [("S1", "small", "keep", ""), ("S4", "small", "keep", "")]
    for seconds, expected in ((1800, set()), (1799, {"E706"}), (1801, {"E706"})):
        school = street.part(kept, [("V4", "S1", 0, "", 5, seconds)], left)
        assert street.codes(Auditor(folder), street.plan(folder, {"school": school})) == expected


def test_the_shortest_road_is_a_millimetre(tmp_path: Path) -> None:
    folder = small_county.write(tmp_path / "county")
    edges = small_county.FILES["edges.csv"].replace("A,B,1000,", "A,B,0,").replace("B,C,1000.0,", "B,C,0.0014,")
    (folder / "edges.csv").write_text(edges.replace("C,D,1000,", "C,D,0.0015,"), encoding="utf-8")
    arcs = Auditor(folder).setting("").roads["walk"].into[1]
    assert [dict(arcs[k])[k + 1] for k in range(4)] == [1, 1, 2, 1_000_000]


def test_the_longest_bus_ride_alone_is_at_its_limit(tmp_path: Path) -> None:
    """The first access is too short for the line, the second just long enough."""
    module = test_verify_lines
    sites = street.site("S0", "school", 0, "existing", size="small") + street.site("S4", "school", 4)
    access = module.TOML[module.TOML.index('[[services.school.access]]\nmode = "walk"\nkind = "line"') :]
    access = access[: access.index('[[services.school.access]]\nmode = "drive"')]
    toml = module.TOML.replace(access, access.replace("= 15", "= 13") + access.replace("= 15", "= 14"))
    folder = street.write(tmp_path, toml, sites, lines=module.LINES)
    ways = Auditor(folder).setting("").ways("school").to["S0"]
    assert ways["V3"] == [(1, 480_000, "S0", "L2"), (3, 180_000, "S0", "")]
    assert ways["V2"] == [(1, 360_000, "S0", "L1"), (2, 840_000, "S0", "L2"), (3, 120_000, "S0", "")]


def test_the_leg_at_either_end_is_part_of_the_way(tmp_path: Path) -> None:
    folder = small_county.write(tmp_path / "county")
    for name, old, new in (
        ("settlements.csv", "V1,one,county_town,1,100.00,25.0,", "V1,one,county_town,1,100.00,25.001,"),
        ("sites.csv", "C3,clinic,c3,V3,100.02,25.0,", "C3,clinic,c3,V3,100.02,25.002,"),
    ):
        (folder / name).write_text(small_county.FILES[name].replace(old, new), encoding="utf-8")
    setting = Auditor(folder).setting("")
    start, to = setting.county.settlements["V1"], setting.county.sites["clinic"]["C3"]
    # 112 m and 223 m of legs, two kilometres of road
    for mode, metric, legs in (("drive", 0, 40_320 + 80_280), ("walk", 1, 112_000 + 223_000)):
        road = 2_000_000 if metric else 120_000
        way = Way(setting.roads[mode], metric, to)
        assert way.cost(start, road + legs) == road + legs
        assert way.cost(start, road + legs - 1) is None
