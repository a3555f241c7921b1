"""Lines, line accesses, boarding and beds: hand-computed plans of the street."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from siting.verify import Auditor

from . import verify_street as street
from .verify_street import codes, part, put, site

TOML = """
[services.school]
family = "catchment"
name = "school"
demand = "pupils"
weight = 3
hosts = ["village", "county_town"]
may_expand = true
[[services.school.access]]
mode = "walk"
limit_min = 10
[[services.school.access]]
mode = "walk"
kind = "line"
line = "bus"
limit_min = 15
wait_min = 2
[[services.school.access]]
mode = "drive"
kind = "boarding"
limit_min = 3
eligible = "boarders"
[[services.school.sizes]]
id = "small"
capacity_persons = 40
beds_persons = 6
capital = 100
running_per_year = 10
[[services.school.sizes]]
id = "beds"
capacity_persons = 40
beds_persons = 16
capital = 200
running_per_year = 12
[[services.school.sizes]]
id = "places"
capacity_persons = 80
beds_persons = 4
capital = 200
[services.bus]
family = "line"
name = "bus"
demand = "people"
may_expand = true
may_close = true
[[services.bus.access]]
mode = "walk"
limit_min = 10
[[services.bus.sizes]]
id = "daily"
trips_per_day = 4
capital = 10
running_per_year = 1
[[services.bus.sizes]]
id = "seldom"
trips_per_day = 2
capital = 1
[services.bus.line]
mode = "bus"
vehicle_capital = 50
running_per_km = 1
operating_days = 100
service_hours = 1
layover_min = 3
[[funds]]
id = "county"
name = "county"
funding_class = "government"
capital = 160
pays = ["bus", "school"]
"""

LINES = """id,service,name,stops,trips_per_day,status
L1,,one,V0;V2,2,existing
L2,bus,two,V3;V1;V0,9,candidate
L3,bus,three, V4 ; V5 ;,1,candidate
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sites = site("S0", "school", 0, "existing", size="small") + site("S4", "school", 4)
    return street.write(tmp_path_factory.mktemp("lines"), TOML, sites, lines=LINES)


@pytest.fixture(scope="module")
def auditor(folder: Path) -> Auditor:
    auditor = Auditor(folder)
    assert not auditor.unreadable
    return auditor


def plan(folder: Path) -> dict[str, Any]:
    """The school at V0 with 40 places and 6 beds; L1 runs, L2 is new."""
    school = part(
        [("S0", "small", "keep", "")],
        [
            ("V0", "S0", 0, "", 14, 0),
            ("V1", "S0", 0, "", 10, 600),
            ("V2", "S0", 1, "L1", 4, 120 + 240),  # stands at the stop
            ("V2", "S0", 1, "L2", 1, 600 + 120 + 120),  # walks to V1, rides one leg
            ("V2", "S0", 2, "", 2, 120),
            ("V3", "S0", 1, "L2", 5, 120 + 240 + 120),
            ("V3", "S0", 2, "", 4, 180),
        ],
        [
            ("V0", 26, "full"),
            ("V1", 10, "full"),
            ("V2", 3, "full"),
            ("V3", 21, "full"),
            ("V4", 5, "not_built"),  # S4 at its door; to S0 L2 takes 600 + 120 + 360 s, more than 15 min
        ],
    )
    bus = part(
        [("L1", "", "keep", ""), ("L2", "daily", "new", "")],
        [
            ("V0", "L1", 0, "", 100, 0),  # L2 stops there too: the smaller id
            ("V1", "L2", 0, "", 50, 0),
            ("V2", "L1", 0, "", 40, 0),
            ("V3", "L2", 0, "", 60, 0),
            ("V4", "L2", 0, "", 30, 600),
        ],
    )
    # L2: 4 * (720 s + 2 * 180 s) / 3600 s = 1.2, so two vehicles: 2 * 50 + 10
    return street.plan(folder, {"school": school, "bus": bus}, [("county", "bus", "", 110)])


def test_a_plan_with_lines_is_valid(auditor: Auditor, folder: Path) -> None:
    verdict = street.audit(auditor, plan(folder))
    assert verdict.breaches == ()
    assert verdict.figures["capital"] == 110
    assert verdict.figures["running"] == 10 + 800 + 2401  # 4 km twice a day, 100 days; 6 km four times, and the size
    assert verdict.figures["served"] == {"school": 40, "bus": 280}
    assert verdict.figures["objective"] == 3 * 40 + 280
    assert verdict.figures["farthest"] == {"school": {"0": 600, "1": 840, "2": 180}, "bus": {"0": 600}}


GO = "services.school.assignments"
MUTATIONS = [
    (f"{GO}.2.line", "L9", {"E702", "E705", "E709"}),
    (f"{GO}.2.line", "L3", {"E702", "E705", "E709"}),
    (f"{GO}.2.line", "", {"E702"}),
    (f"{GO}.2.travel", 359, {"E706"}),
    (f"{GO}.3.travel", 960, {"E706"}),
    (f"{GO}.5.line", "L1", {"E702"}),  # 600 + 120 + 240 s
    (f"{GO}.1.access", 2, {"E702", "E719", "E720"}),  # who walks does not board
    (f"{GO}.1.access", 7, {"E702"}),
    (f"{GO}.4.persons", 5, {"E704", "E719", "E720", "E703"}),
    (f"{GO}.4.persons", 3, {"E704", "E720", "E703"}),
    (f"{GO}.6.persons", 5, {"E704", "E720", "E703"}),
    (f"{GO}.0.persons", 15, {"E704", "E703"}),
    ("services.school.unserved.4.reason", "no_site_in_reach", {"E710"}),
    ("services.bus.assignments.0.site", "L2", {"E702"}),
    ("services.bus.assignments.0.line", "L1", {"E706"}),
    ("services.bus.assignments.4.travel", 599, {"E706"}),
    ("services.bus.assignments.4.persons", 29, {"E704"}),
    ("services.bus.open.0.size", "daily", {"E707"}),
    ("services.bus.open.1.size", "seldom", {"E701"}),
    ("services.bus.open.1.size", "hourly", {"E701", "E707"}),
    ("services.bus.open.1.action", "keep", {"E701", "E707"}),
    ("services.bus.open.1.action", "expand", {"E701", "E707"}),
    ("services.bus.open.1.phase", "2030", {"E701", "E705"}),
    ("services.bus.open.0.action", "new", {"E707"}),
    ("services.bus.closed", ["L2"], {"E705"}),
    ("spending.0.amount", 109, {"E701"}),
]


@pytest.mark.parametrize(("path", "value", "expected"), MUTATIONS)
def test_a_spoilt_plan_with_lines(path: str, value: Any, expected: set[str], auditor: Auditor, folder: Path) -> None:
    assert codes(auditor, plan(folder), put(path, value)) == expected


def test_a_line_that_is_shut_carries_nobody(auditor: Auditor, folder: Path) -> None:
    """Without L1 V2 still rides L2; the bus no longer reaches it but on foot."""
    spoilt = plan(folder)
    spoilt["services"]["bus"]["open"].pop(0)
    spoilt["services"]["bus"]["closed"] = ["L1"]
    for n, stop in ((0, 0), (2, 600)):
        spoilt["services"]["bus"]["assignments"][n] |= {"site": "L2", "travel": stop}
    assert codes(auditor, spoilt) == {"E705"}
    spoilt["services"]["school"]["assignments"].pop(2)
    spoilt["services"]["school"]["unserved"][2]["persons"] += 4
    verdict = street.audit(auditor, spoilt)
    assert verdict.breaches == ()
    assert verdict.figures["running"] == 10 + 2401


def test_a_line_grows(auditor: Auditor, folder: Path) -> None:
    """L1 with four trips: 4 * (480 s + 360 s) / 3600 s is one vehicle, as today: the capital of the size alone."""
    grown = plan(folder)
    grown["services"]["bus"]["open"][0] |= {"action": "expand", "size": "daily"}
    grown["spending"][0]["amount"] += 10
    verdict = street.audit(auditor, grown)
    assert verdict.breaches == ()
    assert verdict.figures["running"] == 10 + 1601 + 2401
    assert codes(auditor, grown, put("services.bus.open.0.size", "seldom")) == {"E701", "E707"}  # two trips, as today


def test_a_line_that_may_not_grow(tmp_path: Path) -> None:
    toml = TOML.replace("may_expand = true\nmay_close", "may_close")
    sites = site("S0", "school", 0, "existing", size="small") + site("S4", "school", 4)
    fixed = street.write(tmp_path / "fixed", toml, sites, lines=LINES)
    grown = plan(fixed)
    assert codes(Auditor(fixed), grown) == set()
    grown["services"]["bus"]["open"][0] |= {"action": "expand", "size": "daily"}
    grown["spending"][0]["amount"] += 10
    assert codes(Auditor(fixed), grown) == {"E707"}


@pytest.mark.parametrize(("size", "capital"), [("beds", 125), ("places", None), ("small", None)])
def test_a_school_grows_in_places_or_beds(size: str, capital: int | None, auditor: Auditor, folder: Path) -> None:
    """10 of 16 beds are new, no places: 200 * 10 / 16; fewer beds than today are no growth."""
    grown = plan(folder)
    grown["services"]["school"]["open"][0] |= {"action": "expand", "size": size}
    found = codes(auditor, grown, put("spending.0.amount", 110))
    assert found == ({"E701"} if capital else {"E707"})
    if capital:
        grown["spending"] = street.rows(
            "fund service phase amount", [("county", "bus", "", 35), ("county", "school", "", 125)]
        )
        grown["services"]["bus"]["open"][1] |= {"size": "seldom"}
        assert street.audit(auditor, grown).figures["capital"] == 125 + 51
        assert {b.where for b in street.audit(auditor, grown).breaches} == {"spending.bus"}


def test_an_access_that_is_not_offered_keeps_its_number(folder: Path, tmp_path: Path) -> None:
    toml = TOML.replace("limit_min = 10\n", "limit_min = 10\noffered = false\n", 1)
    sites = site("S0", "school", 0, "existing", size="small") + site("S4", "school", 4)
    other = street.write(tmp_path / "offered", toml, sites, lines=LINES)
    spoilt = plan(other)
    assert codes(Auditor(other), spoilt) == {"E702"}
    go = spoilt["services"]["school"]["assignments"]
    go[0:2] = street.rows(" ".join(street.GO), [("V0", "S0", 2, "", 0, 0), ("V1", "S0", 1, "L2", 24, 240)])
    go.pop(0)
    spoilt["services"]["school"]["unserved"][0]["persons"] = 40
    spoilt["services"]["school"]["unserved"].pop(1)
    # V1 has only 20 pupils
    assert codes(Auditor(other), spoilt) == {"E704"}
    go[0]["persons"] = 20
    assert codes(Auditor(other), spoilt) == set()


def test_a_line_that_cannot_run_is_none(folder: Path, tmp_path: Path) -> None:
    """A village far from every road: the existing L4 stops there, and nobody asks what became of it."""
    sites = site("S0", "school", 0, "existing", size="small") + site("S4", "school", 4)
    other = street.write(tmp_path / "far", TOML, sites, lines=LINES + "L4,bus,four,V0;V6,1,existing\n")
    with (other / "settlements.csv").open("a", encoding="utf-8") as file:
        file.write("V6,v6,village,T2,0,100.00,26.0,0,3,0,0\n")
    far = plan(other)
    far["services"]["school"]["unserved"] += street.rows("settlement persons reason", [("V6", 3, "unreachable")])
    assert codes(Auditor(other), far) == set()
    far["services"]["bus"]["open"] += street.rows("site size action phase", [("L4", "", "keep", "")])
    assert codes(Auditor(other), far) == {"E705"}


@pytest.mark.parametrize(("mode", "expected"), [("walk", set()), ("drive", {"E706", "E710"})])
def test_the_walk_to_the_stop_is_by_the_mode_of_the_access(mode: str, expected: set[str], tmp_path: Path) -> None:
    """By car the stops are nearer, within the same ten minutes."""
    toml = TOML.replace('mode = "walk"\nkind = "line"', f'mode = "{mode}"\nkind = "line"')
    sites = site("S0", "school", 0, "existing", size="small") + site("S4", "school", 4)
    other = street.write(tmp_path / "mode", toml, sites, lines=LINES)
    assert codes(Auditor(other), plan(other)) == expected  # L2 now takes V4 along


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("V0;V2", "V0"),
        ("V0;V2", "V0;V9"),
        ("L1,,", "L1,school,"),
        ("L2,bus", "L1,bus"),
        ("2,existing", "2.5,existing"),
    ],
)
def test_broken_lines_are_refused(old: str, new: str, tmp_path: Path) -> None:
    sites = site("S0", "school", 0, "existing", size="small")
    folder = street.write(tmp_path / "broken", TOML, sites, lines=LINES.replace(old, new))
    assert {b.code for b in Auditor(folder).check({}).breaches} == {"E708", "E709"}
