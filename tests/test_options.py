"""What every site can be, holds and costs, and who may ride which line: on a street where a head can compute it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siting.counties.county import County
from siting.errors import InputRefused
from siting.problems.options import Option, options_of, saved
from siting.problems.posing import pose
from siting.problems.problem import Block, Problem
from siting.reading import instance, scenario
from siting.roads import travel
from siting.verify import Auditor
from siting.verify import nouns as checked
from siting.verify.options import growth

from .verify_street import site, write

TOML = """
[services.bus]
family = "line"
name = "bus"
demand = "people"
may_expand = true
[[services.bus.access]]
mode = "walk"
limit_min = 10
[[services.bus.sizes]]
id = "often"
trips_per_day = 34
capital = 7
running_per_year = 3
[[services.bus.sizes]]
id = "seldom"
trips_per_day = 4
capital = 5
[services.bus.line]
mode = "bus"
vehicle_capital = 1000
running_per_km = 2
operating_days = 100
service_hours = 10
layover_min = 5
[services.school]
family = "catchment"
name = "school"
demand = "pupils"
hosts = ["county_town", "village"]
may_expand = true
may_close = true
min_persons = 6
closing_capital = 11
resale = 4
[[services.school.access]]
mode = "drive"
limit_min = 1
[[services.school.access]]
mode = "drive"
kind = "boarding"
limit_min = 5
eligible = "boarders"
[[services.school.access]]
mode = "walk"
kind = "line"
line = "bus"
limit_min = 20
wait_min = 2
[[services.school.sizes]]
id = "small"
capacity_persons = 40
capital = 100
running_per_year = 10
land_m2 = 500.2
[[services.school.sizes]]
id = "large"
capacity_persons = 80
beds_persons = 20
capital = 300
running_per_year = 30
land_m2 = 900
[services.waste]
family = "haul"
name = "waste"
demand = "waste"
hosts = ["village"]
[[services.waste.access]]
mode = "drive"
limit_min = 1
[[services.waste.sizes]]
id = "station"
capacity_tpd = 2.5
capital = 60
running_per_year = 6
[services.waste.haul]
transfer_limit_min = 3
direct_limit_min = 2
kinds = ["landfill"]
[land]
shared_saving_pct = 15
[[phases]]
id = "p1"
year = 2027
[[phases]]
id = "p2"
year = 2030
[[funds]]
id = "county"
name = "county"
funding_class = "government"
capital_by_phase = [1000, 500]
pays = ["school", "bus", "waste"]
[[rules]]
id = "two"
service = "school"
at_most = 2
"""
SITES = (
    site("S0", "school", 0, "existing", capacity_persons=50, beds_persons=5)
    + site("S1", "school", 1, "existing", size="small")
    + site("S3", "school", 3, plot="square")
    + site("S5", "school", 5, "existing", capacity_persons=30, outside=1, host="")
    + site("T1", "waste", 1, "existing", capacity_tpd="1.5")
    + site("T2", "waste", 2, plot="square")
    + site("T5", "waste", 5, "existing", capacity_tpd="1", outside=1, host="")
)
LINES = """id,name,stops,trips_per_day,status
L1,one,V0;V1;V2,33,existing
L2,two,V2;V4,4,candidate
"""
DISPOSAL = """id,name,kind,lon,lat,status,capacity_tpd,capital,running_per_year
D1,d1,landfill,100.04,25.0,existing,3,,8
D2,d2,incinerator,100.00,25.0,existing,9,,8
D3,d3,landfill,100.02,25.0,candidate,0.5,40,2
"""


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    folder = tmp_path_factory.mktemp("options") / "street"
    return instance.read(write(folder, TOML, SITES, lines=LINES, disposal=DISPOSAL))[0]


@pytest.fixture(scope="module")
def posed(county: County) -> Problem:
    return pose(county, travel.times(county), scenario.of(county))


def of(county: County, service: str, name: str) -> list[Option]:
    """Options of one site in the first phase, or always."""
    return [o for o in options_of(county, service) if o.site == name and o.phase in ("", "p1")]


def test_an_existing_school_is_kept_or_grows(county: County) -> None:
    # 50 places and 5 beds run like `large`, the smallest with 50; small is no growth; large is new by the larger of
    # 30 / 80 of its places and 15 / 20 of its beds: 0.75 * 300 = 225
    assert of(county, "school", "S0") == [
        Option("S0", "", "keep", 50, 0, 30, 5),
        Option("S0", "large", "expand", 80, 225, 30, 20, 0, "p1"),
    ]
    # 40 places, no beds: half of the places, all of the beds
    assert of(county, "school", "S1") == [
        Option("S1", "small", "keep", 40, 0, 10, 0),
        Option("S1", "large", "expand", 80, 300, 30, 20, 0, "p1"),
    ]


def test_a_new_school_has_every_size_in_every_phase(county: County) -> None:
    own = [o for o in options_of(county, "school") if o.site == "S3"]
    assert own == [
        Option("S3", size, "new", places, capital, running, beds, land, phase)
        for size, places, capital, running, beds, land in (
            ("small", 40, 100, 10, 0, 501),
            ("large", 80, 300, 30, 20, 900),
        )
        for phase in ("p1", "p2")
    ]
    assert [saved(o, county) for o in own] == [15, 15, 45, 45]
    assert [saved(o, county) for o in of(county, "school", "S1")] == [0, 0]


def test_what_lies_outside_costs_nothing_and_stays(county: County, posed: Problem) -> None:
    assert of(county, "school", "S5") == [Option("S5", "", "keep", 30, 0, 0, 0)]
    block = posed.block("school")
    (o,) = block.options_at[block.site_ids.index("S5")]
    assert (block.counts[o], block.fewest[o], block.must_open[block.site_ids.index("S5")]) == (False, 0, True)
    assert o not in posed.rules[0].options  # no count counts it, nor does a rule
    assert len(posed.rules[0].options) == len(block.options) - 1


def test_lines_cost_what_their_vehicles_and_km_cost(county: County) -> None:
    # L1: 2 legs of 120 s there and back, 480 s, with 2 * 300 s at the ends 1080 s a trip; 36,000 s a day: 33 trips fit
    # into one bus, 34 need a second. A year: 4 km * trips * 100 days * 2 a km.
    assert of(county, "bus", "L1") == [
        Option("L1", "", "keep", None, 0, 4 * 33 * 100 * 2),
        Option("L1", "often", "expand", None, 1000 + 7, 4 * 34 * 100 * 2 + 3, 0, 0, "p1"),
    ]
    # L2: one leg of 2 km, 240 s: 34 * (480 + 600) s are 36,720 s: two buses; 4 trips: one
    assert of(county, "bus", "L2") == [
        Option("L2", "often", "new", None, 2000 + 7, 4 * 34 * 100 * 2 + 3, 0, 0, "p1"),
        Option("L2", "seldom", "new", None, 1000 + 5, 4 * 4 * 100 * 2, 0, 0, "p1"),
    ]


def test_stations_and_landfills_count_in_kilograms(county: County, posed: Problem) -> None:
    assert of(county, "waste", "T1") == [Option("T1", "", "keep", 1500, 0, 6)]
    assert of(county, "waste", "T2") == [Option("T2", "station", "new", 2500, 60, 6, 0, 0, "p1")]
    assert of(county, "waste", "D1") == [Option("D1", "", "keep", 3000, 0, 8)]
    assert of(county, "waste", "D2") == []  # no incinerators
    assert of(county, "waste", "D3") == [Option("D3", "", "new", 500, 40, 2, 0, 0, "p1")]
    block = posed.block("waste")
    place = dict(zip(block.site_ids, block.disposal, strict=True))
    # a station in the next county is a station, no landfill
    assert place == {"T1": False, "T2": False, "T5": False, "D1": True, "D3": True}


def ways(block: Block, name: str) -> list[tuple[str, int, int, int]]:
    """Ways of a settlement: site, access, line (number), travel."""
    own = np.flatnonzero(block.pair_demand == block.demand_ids.index(name))
    access, line, far = (column[own].tolist() for column in (block.pair_access, block.pair_line, block.pair_travel))
    return list(zip([block.site_ids[j] for j in block.pair_site[own]], access, line, far, strict=True))


def test_ways_by_day_by_bus_and_to_board(posed: Problem) -> None:
    school = posed.block("school")
    # V0: S0 next door, S1 60 s; S3 (180 s) and S5 (300 s, the limit itself) for boarders; nothing there by bus:
    # the stops next to S3 are V2 (600 s on foot) by L1: 0 + 120 + 240 + 600 s = 16 min, within 20
    assert ways(school, "V0") == [
        ("S0", 0, -1, 0),
        ("S1", 0, -1, 60),
        ("S3", 1, -1, 180),
        ("S5", 1, -1, 300),
        ("S3", 2, 0, 960),
    ]
    # V4 to S1: L2 to V2 (0 + 120 + 240 s) and 600 s on foot = 960 s; to S0: the walk from V2 is 1200 s, too far
    rides = [way for way in ways(school, "V4") if way[1] == 2]
    assert rides == [("S1", 2, 1, 960)]
    assert school.eligible[1].tolist() == [10, 8, 4, 6, 2]
    assert school.pair_boards[school.pair_access == 1].all()
    assert not school.pair_boards[school.pair_access != 1].any()


def test_lines_serve_who_can_walk_to_a_stop(posed: Problem) -> None:
    bus = posed.block("bus")
    assert ways(bus, "V0") == [("L1", 0, -1, 0)]
    assert ways(bus, "V2") == [("L1", 0, -1, 0), ("L2", 0, -1, 0)]
    assert ways(bus, "V3") == [("L1", 0, -1, 600), ("L2", 0, -1, 600)]  # V2 and V4 are 10 min away: the limit


def test_waste_goes_straight_only_to_landfills_and_over_stations_in_reach(posed: Problem) -> None:
    waste = posed.block("waste")
    assert ways(waste, "V3") == [("T2", 0, -1, 60), ("D1", 1, -1, 60), ("D3", 1, -1, 60)]
    moves = {
        (waste.site_ids[a], waste.site_ids[b]): int(far)
        for a, b, far in zip(waste.transfer_from, waste.transfer_to, waste.transfer_travel, strict=True)
    }
    assert moves == {
        ("T1", "D1"): 180, ("T1", "D3"): 60, ("T2", "D1"): 120, ("T2", "D3"): 0, ("T5", "D1"): 60, ("T5", "D3"): 180
    }  # fmt: skip


def test_money_plots_and_phases_are_posed(posed: Problem) -> None:
    (fund,) = posed.funds
    assert (fund.amounts, fund.carries_over) == ((1000, 500), False)
    assert posed.phases == ("p1", "p2")
    assert posed.plots == {"square": (("school", 2), ("waste", 1))}
    school = posed.block("school")
    assert (school.closing, school.resale) == (11, 4)
    # 6 pupils for what is new or larger, and for what may be shut
    assert [int(n) for n, o in zip(school.fewest, school.options, strict=True) if o.site != "S5"] == [6] * 10


def test_the_baseline_builds_and_shuts_nothing(county: County) -> None:
    problem = pose(county, travel.times(county), scenario.of(county, "baseline"))
    assert {o.action for block in problem.blocks for o in block.options} == {"keep"}
    assert all(block.must_open[block.stands].all() for block in problem.blocks)
    assert problem.funds[0].amounts == (0, 0)


@pytest.mark.parametrize(
    ("keys", "built"),
    [
        ("", True),
        ("[services.school.keep_away]\nhomes_m = 500", False),  # it stands where a village stands
        ("[services.school.keep_away]\nwater_m = 40", False),  # the red line is some 34 m away
        ("[services.school.keep_away]\nwater_m = 30", True),
        ('[scenarios.base]\n[scenarios.base.changes]\n"services.school.hosts" = ["county_town"]', False),
    ],
)
def test_where_nothing_new_may_stand(tmp_path: Path, keys: str, built: bool) -> None:
    # 0.0003 degrees of latitude are 33.36 m
    square = "[[100.03,25.0003],[100.031,25.0003],[100.031,25.001],[100.03,25.001],[100.03,25.0003]]"
    water = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"w","kind":"water"},'
        f'"geometry":{{"type":"Polygon","coordinates":[{square}]}}}}]}}'
    )
    folder = write(tmp_path / "street", TOML + keys, SITES, lines=LINES, disposal=DISPOSAL, red_lines=water)
    county = scenario.under(instance.examine(folder)[0], "base")  # type: ignore[arg-type]
    assert bool(of(county, "school", "S3")) is built


def test_beds_may_have_a_price_of_their_own(tmp_path: Path) -> None:
    toml = TOML.replace("beds_persons = 20\ncapital = 300", "beds_persons = 20\ncapital = 300\nbeds_capital = 60")
    assert toml != TOML
    priced, _ = instance.read(write(tmp_path / "street", toml, SITES, lines=LINES, disposal=DISPOSAL))
    cost = {o.site: o.capital for o in options_of(priced, "school") if o.size == "large" and o.phase == "p1"}
    # S0 has 50 of 80 places and 5 of 20 beds: 240 * 30 / 80 + 60 * 15 / 20; S1 has 40 places and no beds
    assert cost == {"S0": 90 + 45, "S1": 120 + 60, "S3": 300}
    large = checked.Size(80, 300, 30, beds=20, dormitory=60)
    assert [growth(large, checked.Size(50, 0, 0, beds=5)), growth(large, checked.Size(40, 0, 0))] == [135, 180]
    assert growth(replace(large, dormitory=None), checked.Size(40, 0, 0)) == 300  # all of the new size, for its beds


@pytest.mark.parametrize("spoilt", ["beds_capital = 301\nbeds_persons = 20", "beds_capital = 60"])
def test_a_price_of_beds_belongs_to_beds_and_is_part_of_the_capital(spoilt: str, tmp_path: Path) -> None:
    toml = TOML.replace("beds_persons = 20\n", spoilt + "\n")
    with pytest.raises(InputRefused):
        instance.read(write(tmp_path / "street", toml, SITES, lines=LINES, disposal=DISPOSAL))
    assert Auditor(tmp_path / "street").unreadable
