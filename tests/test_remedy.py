"""Remedies on a county that fits on a sheet of paper; every number below is reckoned by hand.

    A --1000 m-- B --1000 m-- C --1000 m-- D --1000 m-- E        F is 22 km from every road
    V1           V2           V3           V4           V5       V6

Everything stands on its node. Cars drive 1000 m a minute.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting.plan import Assignment, Opening, Plan, ServicePlan, Unserved
from siting.plans import measure
from siting.reading import instance, scenario
from siting.roads import travel
from siting.studies import nearest, remedy, shortfall
from siting.studies.offering import Bench, Offer

TOML = """
format = 1
running_budget_per_year = 4

[county]
id = "tiny"
name = "Tiny"
year = 2026

[network]
snap_limit_m = 1000
allow_unserved = true
[network.modes.drive]
speeds_kmh = { road = 60 }
access_kmh = 10

[demand.people]
column = "population_persons"
name = "everybody"
[demand.pupils]
column = "pupils_persons"
name = "pupils"

[services.clinic]
family = "coverage"
name = "clinic"
demand = "people"
hosts = ["village", "hamlet"]
access = [{ mode = "drive", limit_min = 1 }]
sizes = [{ id = "standard", capital = 10, running_per_year = 1 }]

[services.school]
family = "catchment"
name = "school"
demand = "pupils"
hosts = ["village"]
may_expand = true
access = [{ mode = "drive", limit_min = 1 }]
sizes = [
    { id = "small", capacity_persons = 40, capital = 20, running_per_year = 2 },
    { id = "large", capacity_persons = 80, capital = 30, running_per_year = 3 },
]

[[funds]]
id = "county"
name = "county"
funding_class = "government"
capital = 15
pays = ["clinic"]
[[funds]]
id = "edu"
name = "schools"
funding_class = "government"
capital = 5
pays = ["school"]

[[targets]]
id = "clinics"
service = "clinic"
indicator = "served_share"
threshold_pct = 80
[[targets]]
id = "pupils"
service = "school"
indicator = "settlements_share"
threshold_pct = 50
[[targets]]
id = "many"
service = "clinic"
indicator = "built_count"
threshold_count = 1

[scenarios.seat.changes]
"services.clinic.hosts" = ["county_town"]
"""

SETTLEMENTS = """id,name,level,lon,lat,population_persons,pupils_persons
V1,one,village,100.00,25.0,100,30
V2,two,village,100.01,25.0,50,20
V3,three,village,100.02,25.0,40,10
V4,four,village,100.03,25.0,60,0
V5,five,hamlet,100.04,25.0,30,0
V6,six,village,100.02,25.2,20,0
"""
SITES = """id,service,name,settlement,lon,lat,status,size,capacity_persons
C1,clinic,c1,V1,100.00,25.0,existing,standard,
C4,clinic,c4,V4,100.03,25.0,candidate,,
C5,clinic,c5,V5,100.04,25.0,candidate,,
S2,school,s2,V2,100.01,25.0,existing,small,40
"""
NODES = "id,lon,lat\nA,100.00,25.0\nB,100.01,25.0\nC,100.02,25.0\nD,100.03,25.0\nE,100.04,25.0\n"
EDGES = "from_node,to_node,length_m,road_class\nA,B,1000,road\nB,C,1000,road\nC,D,1000,road\nD,E,1000,road\n"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return _bench(tmp_path_factory.mktemp("county"), TOML)


SCHOOL = ServicePlan(
    open=(Opening("S2", "small", "keep"),),
    assignments=(
        Assignment("V1", "S2", 0, "", "", 30, 60),
        Assignment("V2", "S2", 0, "", "", 10, 0),
    ),
    unserved=(Unserved("V2", 10, "full"), Unserved("V3", 10, "full")),
)


def _bench(folder: Path, toml: str, name: str = "base", sites: str = SITES, school: ServicePlan = SCHOOL) -> Bench:
    files = {"county.toml": toml, "settlements.csv": SETTLEMENTS, "sites.csv": sites, "nodes.csv": NODES}
    for file, text in (files | {"edges.csv": EDGES}).items():
        (folder / file).write_text(text, encoding="utf-8")
    county = scenario.under(instance.read(folder)[0], name)
    plan = Plan(
        {
            "clinic": ServicePlan(
                open=(Opening("C1", "standard", "keep"),),
                assignments=(
                    Assignment("V1", "C1", 0, "", "", 100, 0),
                    Assignment("V2", "C1", 0, "", "", 50, 60),
                ),
                unserved=(
                    Unserved("V3", 40, "not_built"),
                    Unserved("V4", 60, "not_built"),
                    Unserved("V5", 30, "not_built"),
                    Unserved("V6", 20, "unreachable"),
                ),
            ),
            "school": school,
        }
    )
    measures = measure.of(plan, county, scenario.of(county))
    return Bench(plan, measures, county, travel.times(county))


def test_each_settlement_hears_of_the_nearest_sites_and_the_cheapest_offer(bench: Bench) -> None:
    found = {(r.service, r.settlement): r for r in remedy.of(bench)}
    three = found["clinic", "V3"]
    assert three.open == nearest.Near("C1", 0, 120, 60)  # two kilometres, one minute too far
    assert three.open.over == 60
    assert three.candidate == nearest.Near("C4", 0, 60, 60)  # the limit itself is inside
    assert three.candidate.over == 0
    assert three.offer == Offer("clinic", "C4", "standard", "new", 100_000, 10_000, 40)
    assert (three.fund, three.left) == ("county", 150_000)
    four, five = found["clinic", "V4"], found["clinic", "V5"]
    assert four.candidate == nearest.Near("C4", 0, 0, 60)
    assert five.open == nearest.Near("C1", 0, 240, 60)
    assert five.candidate == nearest.Near("C5", 0, 0, 60)
    assert five.offer == Offer("clinic", "C4", "standard", "new", 100_000, 10_000, 30)  # as dear as C5


@pytest.mark.parametrize("rule", ["", "closest = true\n"])
def test_boarders_hear_of_the_school_with_beds_and_pass_the_one_without(tmp_path: Path, rule: str) -> None:
    toml = TOML.replace(
        'may_expand = true\naccess = [{ mode = "drive", limit_min = 1 }]',
        rule
        + """may_expand = true
access = [{ mode = "drive", limit_min = 0.5 }, { kind = "boarding", mode = "drive", limit_min = 4 }]""",
    )
    toml = toml.replace("capacity_persons = 80,", "capacity_persons = 80, beds_persons = 40,")
    sites = SITES.replace("capacity_persons\n", "capacity_persons,beds_persons\n").replace(",\n", ",,\n")
    sites = sites.replace("small,40\n", "small,40,\nS5,school,s5,V5,100.04,25.0,existing,small,40,20\n")
    school = ServicePlan(
        open=(Opening("S2", "small", "keep"), Opening("S5", "small", "keep")),
        assignments=(Assignment("V2", "S2", 0, "", "", 20, 0),),
        unserved=(Unserved("V1", 30, "full"), Unserved("V3", 10, "full")),
    )
    found = {r.settlement: r for r in remedy.of(_bench(tmp_path, toml, sites=sites, school=school))}
    # S2 is one minute away and has no bed, S5 lies two minutes off and has twenty; V1 boards at S5 over four minutes
    assert found["V3"].open == nearest.Near("S5", 1, 120, 240)
    assert found["V3"].offer == Offer("school", "S5", "small", "keep", 0, 0, 10, access=1)
    assert found["V1"].open == nearest.Near("S5", 1, 240, 240)


def test_who_has_no_road_hears_so(bench: Bench) -> None:
    six = next(r for r in remedy.of(bench) if r.settlement == "V6")
    assert (six.block, six.open, six.candidate, six.offer) == ("no_road", None, None, None)


def test_a_full_school_may_grow_and_says_what_the_difference_costs(bench: Bench) -> None:
    two = next(r for r in remedy.of(bench) if r.service == "school" and r.settlement == "V2")
    # 40 places today, 80 then: 300,000 * 40 / 80; the running cost goes from 20,000 to 30,000
    assert two.offer == Offer("school", "S2", "large", "expand", 150_000, 10_000, 10)
    assert (two.fund, two.left) == ("edu", 50_000)


def test_missed_targets_hear_what_would_close_them(bench: Bench) -> None:
    closings = {c.target: c for c in shortfall.of(bench, scenario.of(bench.county))}
    # 300 people, 240 needed, 150 served: 90 are missing. C4 serves V3, V4 and V5: 130.
    clinics = closings["clinics"]
    assert [step.site for step in clinics.steps] == ["C4"]
    assert (clinics.gain, clinics.wanted, clinics.capital, clinics.whole) == (90, 90, 100_000, True)
    assert clinics.cause == "other"  # 150,000 are left
    # V1 of three settlements with pupils is served in full, two are needed; the school must grow: 50,000 are too few.
    pupils = closings["pupils"]
    assert (pupils.cause, pupils.gain, pupils.wanted) == ("money", 1, 1)
    assert [(step.site, step.size) for step in pupils.steps] == [("S2", "large")]
    assert [(s.site, s.action) for s in closings["many"].steps] == [("C4", "new")]


def test_a_rule_that_is_used_up_and_a_host_that_is_none_are_named(tmp_path: Path) -> None:
    ruled = TOML + '[[rules]]\nid = "none"\nservice = "clinic"\nat_most = 0\nactions = ["new"]\n'
    blocks = {r.settlement: r.block for r in remedy.of(_bench(tmp_path, ruled)) if r.service == "clinic"}
    assert blocks == {"V3": "rule", "V4": "rule", "V5": "rule", "V6": "no_road"}
    seat = _bench(tmp_path, TOML, "seat")
    blocks = {r.settlement: r.block for r in remedy.of(seat) if r.service == "clinic"}
    assert blocks == {"V3": "host", "V4": "host", "V5": "host", "V6": "no_road"}


def test_too_little_running_money_is_told(tmp_path: Path) -> None:
    poor = _bench(tmp_path, TOML.replace("running_budget_per_year = 4", "running_budget_per_year = 3"))
    causes = {c.target: c.cause for c in shortfall.of(poor, scenario.of(poor.county))}
    assert causes["clinics"] == "running"  # 10,000 + 20,000 run today, 10,000 more are needed


def test_the_nearest_of_many_is_that_of_the_whole_table(bench: Bench) -> None:
    ways = bench.times.pairs("clinic")
    position = {s.id: k for k, s in enumerate(bench.county.settlements)}
    best: dict[int, int] = {}
    for i, cost in zip(ways.settlement.tolist(), ways.cost.tolist(), strict=True):
        best[i] = min(cost, best.get(i, cost))
    points = [(s.id, "site", k) for k, s in enumerate(bench.county.sites) if s.service == "clinic"]
    to = nearest.goals(bench.county, bench.times, "drive", points)
    found = nearest.nearest(bench.county, bench.times, "drive", True, np.arange(6), to)
    assert {i: pair[1] for i, pair in enumerate(found) if pair and pair[1] <= 60_000} == best
    assert found[position["V6"]] is None
