"""What the checker reads, value by value: a county that says everything, one that says the least, and what is none.

The expected values are written here by hand from `docs/rules.md` and the format: each number differs from its
neighbours and from every usual value, so that none can stand for another.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from siting.verify.nouns import Access, County, Fund, Haul, LineRules, Rule, Service, Settlement, Site, Size, Target
from siting.verify.numbers import FAULTS
from siting.verify.read import read_county, read_folder, unwrap

TOML = """
format = 1
running_budget_per_year = 12.5
[money]
base_per_unit = 100
[county]
id = "all"
name = "All"
year = 2026
[network]
snap_limit_m = 900
[network.modes.drive]
speeds_kmh = { road = 60 }
access_kmh = 10
[demand.people]
column = "people"
[demand.older]
column = "older"
[demand.villages]
each_settlement_of = ["village"]
[objective]
aims = ["cost", "worth"]
cost_years = 7
[land]
quota_m2 = [70.5, 80]
shared_saving_pct = 15

[services.school]
family = "catchment"
demand = "people"
weight = 3
hosts = ["village", "hamlet"]
may_close = true
may_expand = true
closing_capital = 2.5
resale = 1.25
close_only_if_served = true
min_persons = 4
whole_settlements = true
closest = true
quality_first = true
[services.school.keep_away]
homes_m = 50
water_m = 60
[services.school.referral]
service = "clinic"
mode = "drive"
limit_min = 2.5
[[services.school.access]]
mode = "drive"
limit_min = { value = 1.5, source = "X" }
limit_by_level = { hamlet = 0.5, village = 2 }
cost_per_year = 36
[[services.school.access]]
mode = "drive"
limit_m = 1500
offered = false
cost_per_year = 5
[[services.school.access]]
mode = "drive"
kind = "boarding"
limit_min = 30
eligible = "older"
[[services.school.access]]
mode = "drive"
kind = "line"
line = "bus"
limit_min = 20
wait_min = 4.5
[[services.school.sizes]]
id = "small"
capacity_persons = 40
beds_persons = 6
capital = 90
beds_capital = 30
running_per_year = 8
land_m2 = 400.2
[[services.school.sizes]]
id = "large"
capacity_persons = 80
capital = 150

[services.clinic]
family = "coverage"
demand = "villages"
also_served_by = ["school"]
[[services.clinic.access]]
mode = "drive"
limit_min = 9
[[services.clinic.sizes]]
id = "one"

[services.waste]
family = "haul"
demand = "people"
[[services.waste.access]]
mode = "drive"
limit_min = 11
cost_per_year = 72
[[services.waste.sizes]]
id = "station"
capacity_tpd = 2.0009
capital = 33
[services.waste.haul]
transfer_mode = "truck"
transfer_limit_m = 2500
transfer_cost_per_year = 8
direct_mode = "cart"
direct_limit_min = 12
direct_cost_per_year = 144
kinds = ["landfill"]

[services.dump]
family = "haul"
demand = "people"
[[services.dump.access]]
mode = "drive"
limit_min = 11
[[services.dump.sizes]]
id = "station"
capacity_tpd = 3
[services.dump.haul]
transfer_limit_min = 13

[services.bus]
family = "line"
demand = "people"
[[services.bus.access]]
mode = "drive"
limit_min = 14
[[services.bus.sizes]]
id = "daily"
trips_per_day = 4
[services.bus.line]
mode = "coach"
vehicle_capital = 50.5
running_per_km = 1.125
operating_days = 100
service_hours = 11
layover_min = 3

[services.post]
family = "line"
demand = "people"
[[services.post.access]]
mode = "drive"
limit_min = 14
[[services.post.sizes]]
id = "daily"
trips_per_day = 5
[services.post.line]
vehicle_capital = 1
running_per_km = 2

[[phases]]
id = "p1"
year = 2027
[[phases]]
id = "p2"
year = 2030

[[funds]]
id = "county"
capital_by_phase = [10.005, 20]
carries_over = true
pays = ["school"]
[[rules]]
id = "few"
service = "school"
at_most = 2
actions = ["new"]
sizes = ["large"]
[[rules]]
id = "any"
service = "clinic"
at_most = 5
[[packages]]
id = "both"
services = ["school", "clinic"]
settlements = ["V1", "V2", "V3"]
[[targets]]
id = "T1"
service = "school"
indicator = "served_share"
threshold_pct = 97.5
levels = ["village"]
urban = 1
tier = 2
weight = 6
year = 2028
[[targets]]
id = "T2"
service = "clinic"
indicator = "open_count"
threshold_count = 8
sizes = ["one"]
[[targets]]
id = "T3"
package = "both"
indicator = "package_count"
threshold_count = 2
"""

FILES = {
    "settlements.csv": "id,level,township,urban,lon,lat,people,older\n"
    "V1,village,T,1,100.5,25.25,30,7\nV2,hamlet,,,100.25,25.5,０２０,0\nV3,town,U,0,100.75,25.75,10,1\n",
    "sites.csv": "id,service,settlement,lon,lat,status,size,capacity_persons,beds_persons,capacity_tpd,outside,plot,"
    "quality\n"
    "S1,school,V1,100.5,25.5,existing,small,45,0,,1,P,3\nS2,school,V2,100.25,25.25,candidate,,,,,,,\n"
    "W1,waste,V2,100.25,25.25,existing,,,,1.5,0,,\n",
    "nodes.csv": "id,lon,lat,elevation_m\nA,100.5,25.5,-1.0005\nB,100.75,25.75,\n",
    "edges.csv": "from_node,to_node,length_m,road_class\nA,B,100,road\n",
    "lines.csv": "id,service,stops,trips_per_day,status\nL1,post,V1;V2;V3,6,existing\nL2,, V3 ; V1 ;,7,candidate\n",
    "disposal.csv": "id,kind,lon,lat,status,capacity_tpd,capital,running_per_year\n"
    "D1,landfill,100.5,25.5,existing,1.9999,,5\nD2,incinerator,100.25,25.5,candidate,2,70,\n",
    "times.csv": "mode,site,settlement,minutes\ndrive,S1,V1,10080\ndrive,S1,V2,\ndrive,D1,V2,0.00001\n",
}


def county(folder: Path, toml: str = TOML, **files: str) -> County:
    """The checker's county of these texts; files by their name without its end."""
    folder.mkdir(exist_ok=True)
    for name, text in {"county.toml": toml, **FILES, **{f"{key}.csv": text for key, text in files.items()}}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return read_county(folder)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("texts")


def test_every_value_of_a_service_is_read_as_it_is_written(tmp_path: Path) -> None:
    found = county(tmp_path)
    assert found.services["school"] == Service(
        "school", "catchment", 3, ("village", "hamlet"), True, True,
        (
            Access("drive", 0, 90_000, {"hamlet": 30_000, "village": 120_000}, fare=Fraction(1)),
            Access("drive", 1, 1_500_000, offered=False, fare=Fraction(1, 2)),
            Access("drive", 0, 1_800_000, kind="boarding", eligible="older"),
            Access("drive", 0, 1_200_000, kind="line", line="bus", wait=270_000),
        ),
        {"small": Size(40, 9000, 800, 6, 0, 401, 3000), "large": Size(80, 15_000, 0)},
        "people", 250, 125, True, 4, True, True, True, (), ("clinic", "drive", 150_000), 50, 60,
    )  # fmt: skip
    assert found.services["clinic"] == Service(
        "clinic", "coverage", 1, (), False, False, (Access("drive", 0, 540_000),), {"one": Size(0, 0, 0)}, "villages",
        also_served_by=("school",),
    )  # fmt: skip
    per_kg_second, straight = Fraction(7200, 3_600_000), Fraction(14_400, 3_600_000)
    assert found.services["waste"] == Service(
        "waste", "haul", 1, (), False, False,
        (Access("drive", 0, 660_000, fare=per_kg_second), Access("cart", 0, 720_000, kind="disposal", fare=straight)),
        {"station": Size(2000, 3300, 0)}, "people",
        haul=Haul("truck", 1, 2_500_000, Fraction(800, 1_000_000), ("landfill",)),
    )  # fmt: skip
    assert found.services["dump"].haul == Haul("drive", 0, 780_000, Fraction(0), ("landfill", "incinerator"))
    assert found.services["dump"].accesses == (Access("drive", 0, 660_000),)
    assert found.services["bus"].line == LineRules("coach", 5050, Fraction("112.5"), 100, 39_600_000, 180_000)
    assert found.services["post"].line == LineRules("bus", 100, Fraction(200), 365, 43_200_000, 300_000)
    assert found.services["bus"].sizes == {"daily": Size(0, 0, 0, 0, 4)}


def test_every_value_of_what_is_asked_is_read_as_it_is_written(tmp_path: Path) -> None:
    found = county(tmp_path)
    assert (found.aims, found.cost_years) == (("cost", "worth"), 7)
    assert (found.running_budget, found.quota, found.saving_pct) == (1250, (Fraction("70.5"), Fraction(80)), 15)
    assert found.phases == {"p1": 2027, "p2": 2030}
    assert found.funds == {"county": Fund((1001, 2000), True, ("school",))}  # 1000.5 rounds up
    assert found.rules == (Rule("few", "school", 2, ("new",), ("large",)), Rule("any", "clinic", 5, (), ()))
    assert found.packages == {"both": (("school", "clinic"), ("V1", "V2", "V3"))}
    assert found.targets == (
        Target("T1", "served_share", "school", "", Fraction("97.5"), ("village",), 1, (), 2, 6, 2028),
        Target("T2", "open_count", "clinic", "", Fraction(8), (), None, ("one",), 1, 1, None),
        Target("T3", "package_count", "", "both", Fraction(2), (), None, (), 1, 1, None),
    )


def test_every_value_of_a_table_is_read_as_it_is_written(tmp_path: Path) -> None:
    found = county(tmp_path)
    assert found.settlements == {
        "V1": Settlement("V1", 100.5, 25.25, "village", 1, "T", {"people": 30, "older": 7, "villages": 1}),
        "V2": Settlement("V2", 100.25, 25.5, "hamlet", 0, "", {"people": 20, "older": 0, "villages": 0}),
        "V3": Settlement("V3", 100.75, 25.75, "town", 0, "U", {"people": 10, "older": 1, "villages": 0}),
    }
    one = Site("D1", "waste", 100.5, 25.5, True, capacity=1999, disposal=True, capital=0, running=500)
    two = Site("D2", "dump", 100.25, 25.5, False, capacity=2000, disposal=True, capital=7000, running=0)
    assert found.sites == {
        "school": {
            "S1": Site("S1", "school", 100.5, 25.5, True, "V1", "small", 45, 0, True, "P", 3),
            "S2": Site("S2", "school", 100.25, 25.25, False, "V2"),
        },
        "clinic": {},
        "waste": {"W1": Site("W1", "waste", 100.25, 25.25, True, "V2", capacity=1500), "D1": one},
        "dump": {"D1": Site(**{**vars(one), "service": "dump"}), "D2": two},
        "bus": {"L2": Site("L2", "bus", 0.0, 0.0, False, stops=("V3", "V1"), trips=7)},
        "post": {"L1": Site("L1", "post", 0.0, 0.0, True, stops=("V1", "V2", "V3"), trips=6)},
    }
    assert found.nodes == {"A": (100.5, 25.5), "B": (100.75, 25.75)}
    assert found.heights == {"A": -1000, "B": None}  # half a millimetre rounds up
    assert found.told == {"drive": {"S1": {"V1": 604_800_000}, "D1": {"V2": 1}}}


def test_what_is_not_said_is_as_usual(tmp_path: Path) -> None:
    toml = """
    format = 1
    [county]
    id = "least"
    name = "Least"
    year = 2026
    [network.modes.drive]
    speeds_kmh = { road = 60 }
    access_kmh = 10
    [demand.people]
    column = "people"
    [services.waste]
    family = "haul"
    demand = "people"
    [[services.waste.access]]
    mode = "drive"
    limit_min = 11
    [[services.waste.sizes]]
    id = "station"
    capacity_tpd = 2
    capital = 1
    [services.waste.haul]
    transfer_limit_min = 1
    [[funds]]
    id = "county"
    capital = 0.00005
    pays = []
    """
    found = county(tmp_path, toml, lines=FILES["lines.csv"].replace("post", ""), sites=SITES_OF_WASTE, times="")
    assert (found.running_budget, found.quota, found.saving_pct) == (None, (), 0)
    assert (found.aims, found.cost_years) == (("worth", "travel"), 10)
    assert (found.phases, found.funds) == ({"": 0}, {"county": Fund((1,), False, ())})
    assert (found.rules, found.packages, found.targets, found.told) == ((), {}, (), {})
    assert found.services["waste"].sizes == {"station": Size(2000, 10_000, 0)}
    assert list(found.sites["waste"]) == ["W1", "D1", "D2"]  # lines of no service are none


SITES_OF_WASTE = "id,service,lon,lat,status\nW1,waste,100.25,25.25,existing\n"


def says(old: str, new: str) -> Callable[[], tuple[str, dict[str, str]]]:
    """County.toml with other words."""
    assert old in TOML
    return lambda: (TOML.replace(old, new, 1), {})


def holds(table: str, old: str, new: str) -> Callable[[], tuple[str, dict[str, str]]]:
    """A table with other words."""
    assert old in FILES[f"{table}.csv"]
    return lambda: (TOML, {table: FILES[f"{table}.csv"].replace(old, new, 1)})


NO_COUNTY = {
    "two limits": says("limit_min = 9", "limit_min = 9\nlimit_m = 9"),
    "no limit": says("limit_min = 9", ""),
    "an unknown kind": says('kind = "boarding"', 'kind = "flying"'),
    "a line access without its line": says('line = "bus"\n', ""),
    "a direct access with a line": says('kind = "line"\n', ""),
    "a line access over a length": says("limit_min = 20", "limit_m = 20"),
    "a fare where nobody is assigned": says("limit_min = 9", "limit_min = 9\ncost_per_year = 1"),
    "a price of no beds": says("beds_persons = 6\n", ""),
    "beds dearer than the site": says("beds_capital = 30", "beds_capital = 90.01"),
    "a first access of a line service that is a length": says("limit_min = 14", "limit_m = 14"),
    "a day of no hours": says("service_hours = 11", "service_hours = 0"),
    "an unknown family": says('family = "coverage"', 'family = "cover"'),
    "an unknown demand": says('demand = "villages"', 'demand = "cities"'),
    "an unknown group": says('eligible = "older"', 'eligible = "younger"'),
    "a line service that is none": says('line = "bus"', 'line = "clinic"'),
    "an unknown helper": says('also_served_by = ["school"]', 'also_served_by = ["hospital"]'),
    "an unknown referral": says('service = "clinic"\nmode', 'service = "hospital"\nmode'),
    "a size twice": says('id = "large"', 'id = "small"'),
    "a size without a name": says('id = "large"', 'id = ""'),
    "a size whose name is a number": says('id = "large"', "id = 7"),
    "half a person": says("capacity_persons = 40", "capacity_persons = 40.5"),
    "a number below nothing": says("closing_capital = 2.5", "closing_capital = -2.5"),
    "a word for a truth": says("may_close = true", 'may_close = "yes"'),
    "a number for a truth": says("may_close = true", "may_close = 1"),
    "a text for a list": says('hosts = ["village", "hamlet"]', 'hosts = "village"'),
    "a list of numbers": says('hosts = ["village", "hamlet"]', "hosts = [1]"),
    "an unknown aim": says('aims = ["cost", "worth"]', 'aims = ["cost", "fame"]'),
    "an aim twice": says('aims = ["cost", "worth"]', 'aims = ["cost", "cost"]'),
    "no aim": says('aims = ["cost", "worth"]', "aims = []"),
    "a quota of one phase": says("quota_m2 = [70.5, 80]", "quota_m2 = [70.5]"),
    "a quota of three phases": says("quota_m2 = [70.5, 80]", "quota_m2 = [70.5, 80, 90]"),
    "a fund of one phase": says("capital_by_phase = [10.005, 20]", "capital = 10"),
    "a fund twice": says("[[rules]]", "[[funds]]\nid = 'county'\ncapital = 1\npays = []\n[[rules]]"),
    "an unknown service of a package": says('services = ["school", "clinic"]', 'services = ["school", "hospital"]'),
    "an unknown settlement of a package": says('settlements = ["V1", "V2", "V3"]', 'settlements = ["V1", "V9"]'),
    "an unknown indicator": says('indicator = "open_count"', 'indicator = "count"'),
    "an unknown service of a target": says('service = "clinic"\nindicator', 'service = "hospital"\nindicator'),
    "an unknown package of a target": says('package = "both"', 'package = "all"'),
    "a target without a number": says("threshold_count = 8", "threshold_pct = 8"),
    "half a site": says("threshold_count = 8", "threshold_count = 8.5"),
    "an unknown service of a rule": says('service = "school"\nat_most', 'service = "hospital"\nat_most'),
    "a group of two measures": says('column = "older"', 'column = "older"\neach_settlement_of = ["village"]'),
    "a group of no measure": says('column = "older"', ""),
    "a settlement twice": holds("settlements", "V2,hamlet", "V1,hamlet"),
    "a blank id": holds("settlements", "V2,hamlet", ",hamlet"),
    "half a resident": holds("settlements", "30,7", "30.5,7"),
    "a place beyond the earth": holds("settlements", "100.5,", "180.01,"),
    "a place that is no number": holds("settlements", "100.5,", "nan,"),
    "a site twice": holds("sites", "S2,", "S1,"),
    "an unknown service of a site": holds("sites", "S2,school", "S2,hospital"),
    "an unknown status": holds("sites", "candidate", "planned"),
    "an unknown size of a site that stands": holds("sites", "existing,small", "existing,tiny"),
    "neither outside nor inside": holds("sites", ",1,P", ",2,P"),
    "a line of one stop": holds("lines", "V3 ; V1 ;", "V3 ;"),
    "a stop at an unknown settlement": holds("lines", "V3 ; V1 ;", "V3 ; V9 ;"),
    "a line twice": holds("lines", "L2,", "L1,"),
    "a line of a service of sites": holds("lines", "L1,post", "L1,school"),
    "a disposal place with the id of a site": holds("disposal", "D1,", "S1,"),
    "a time twice": holds("times", "S1,V2", "S1,V1"),
    "a time from an unknown settlement": holds("times", "S1,V2", "S1,V9"),
    "a time to an unknown site": holds("times", "S1,V2", "S9,V2"),
    "a time of more than a week": holds("times", "10080", "10080.01"),
    "a time below nothing": holds("times", "10080", "-1"),
    "a height under the sea": holds("nodes", "-1.0005", "-500.001"),
    "a height above every mountain": holds("nodes", "-1.0005", "9000.001"),
    "a quotation mark in the middle": holds("nodes", "A,100.5", '"A"x,100.5'),
    "a number of more than thirty digits": holds("settlements", "30,7", "3" + "0" * 31 + ",7"),
}


@pytest.mark.parametrize("case", NO_COUNTY.values(), ids=NO_COUNTY)
def test_what_is_no_county_is_refused(case: Callable[[], tuple[str, dict[str, str]]], texts: Path) -> None:
    toml, files = case()
    with pytest.raises(FAULTS):
        county(texts, toml, **files)


ALSO_A_COUNTY = {
    "a height at the bottom": holds("nodes", "-1.0005", "-500"),
    "a height at the top": holds("nodes", "-1.0005", "9000"),
    "a place at the edge of the map": holds("settlements", "100.5,", "-180,"),
    "a place at its other edge": holds("settlements", "100.5,", "180,"),
    "a number of thirty-one digits": holds("settlements", "30,7", "3" + "0" * 30 + ",7"),
    "beds as dear as the site": says("beds_capital = 30", "beds_capital = 90"),
    "a candidate with the size of another service": holds("sites", "candidate,,", "candidate,one,"),
}


@pytest.mark.parametrize("case", ALSO_A_COUNTY.values(), ids=ALSO_A_COUNTY)
def test_what_lies_on_a_limit_is_a_county(case: Callable[[], tuple[str, dict[str, str]]], texts: Path) -> None:
    toml, files = case()
    county(texts, toml, **files)


def test_a_scenario_is_a_section(texts: Path) -> None:
    county(texts, TOML.replace("[money]", '[scenarios]\nodd = "as it is"\n[scenarios.even]\nname = "Even"\n[money]'))
    folder = read_folder(texts)
    assert folder.scenario("even") == {"name": "Even"}
    assert folder.scenario("base") == folder.scenario("baseline") == {}
    assert folder.scenario("other") is None
    with pytest.raises(ValueError, match="odd"):
        folder.scenario("odd")


def test_the_last_phase_that_ends_in_time_counts(texts: Path) -> None:
    found = county(texts)
    years = {None: 1, 2026: 0, 2027: 0, 2028: 1, 2030: 1, 2031: 1}
    assert {year: found.phase_at(year) for year in years} == years


def test_a_wait_need_not_be_whole_milliseconds(texts: Path) -> None:
    for minutes, wait in (("0.00001", Fraction(3, 5)), ("0.000025", Fraction(3, 2))):
        found = county(texts, TOML.replace("wait_min = 4.5", f"wait_min = {minutes}"))
        assert found.services["school"].accesses[3].wait == wait


def test_demand_is_of_those_who_have_any(texts: Path) -> None:
    found = county(texts)
    assert found.demand("school") == {"V1": 30, "V2": 20, "V3": 10}
    assert found.demand("clinic") == {"V1": 1}


def test_limits_are_those_of_the_level(texts: Path) -> None:
    first, second = county(texts).services["school"].accesses[:2]
    assert [first.limit(level) for level in ("hamlet", "village", "town")] == [30_000, 120_000, 90_000]
    assert (first.furthest, second.furthest) == (120_000, 1_500_000)


def test_only_what_says_value_is_a_number_with_a_source() -> None:
    for plain in ({}, {"note": "n"}, {"source": "S1", "note": "n"}, {"value": 3, "unit": "km"}):
        assert unwrap(plain) == plain
    for wrapped in ({"value": 3}, {"value": 3, "source": "S1"}, {"value": 3, "source": "S1", "note": "n"}):
        assert unwrap({"a": [wrapped]}) == {"a": [3]}
