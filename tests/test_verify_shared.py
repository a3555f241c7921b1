"""What services share: phases, money, plots, land, referral, rules, distances; and scenarios that change the county."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from siting.verify import Auditor
from siting.verify.changes import changed, parts

from . import verify_street as street
from .verify_street import Plan, codes, part, put, site

TOML = """
running_budget_per_year = 30
[[phases]]
id = "2025"
year = 2025
[[phases]]
id = "2030"
year = 2030
[services.clinic]
family = "coverage"
name = "clinic"
demand = "people"
hosts = ["village"]
may_close = true
closing_capital = 3
resale = 1
[services.clinic.referral]
service = "hospital"
mode = "drive"
limit_min = 2
[services.clinic.keep_away]
homes_m = 0
water_m = 500
[[services.clinic.access]]
mode = "drive"
limit_min = 1
[[services.clinic.sizes]]
id = "standard"
capital = 15
running_per_year = 1
land_m2 = 99.5
[[services.clinic.sizes]]
id = "large"
capital = 25
running_per_year = 2
land_m2 = 200
[services.hospital]
family = "catchment"
name = "hospital"
demand = "villages"
hosts = ["village"]
[[services.hospital.access]]
mode = "drive"
limit_min = 1
[[services.hospital.sizes]]
id = "beds"
capacity_persons = 2
capital = 55
running_per_year = 5
land_m2 = 120
[[funds]]
id = "county"
name = "county"
funding_class = "government"
capital_by_phase = [50, 50]
carries_over = true
pays = ["clinic", "hospital"]
[[funds]]
id = "health"
name = "health"
funding_class = "government"
capital_by_phase = [20, 20]
pays = ["clinic"]
[land]
quota_m2 = [300, 120.9]
shared_saving_pct = 10
[[rules]]
id = "R1"
service = "clinic"
at_most = 2
actions = ["new"]
[[rules]]
id = "R2"
service = "clinic"
at_most = 1
sizes = ["large"]
[[targets]]
id = "T1"
service = "clinic"
indicator = "open_count"
threshold_count = 3
year = 2025
[[targets]]
id = "T2"
service = "clinic"
indicator = "open_count"
threshold_count = 3
[[targets]]
id = "T3"
service = "clinic"
indicator = "built_count"
threshold_count = 2
year = 2026
sizes = ["standard"]
tier = 2
[scenarios.poor]
capital_factor = 0.5
[scenarios.lean]
running_factor = 0.43
[scenarios.less]
running_factor = 0.44
[scenarios.towns]
[scenarios.towns.changes]
"services.clinic.hosts" = ["county_town"]
[scenarios.rich]
[scenarios.rich.changes]
"funds[county].capital_by_phase" = [50, 40]
"funds[1].capital_by_phase[0]" = { value = 15, source = "X" }
"land.shared_saving_pct" = 20
[scenarios.wrong]
[scenarios.wrong.changes]
"services.shop.hosts" = []
[scenarios.broken]
[scenarios.broken.changes]
"services.clinic.hosts" = 7
"""

SITES = "".join(
    (
        site("C0", "clinic", 0, "existing", size="large", outside=1),
        site("C1", "clinic", 1, plot="P1"),
        site("C2", "clinic", 2),
        site("C3", "clinic", 3, plot="P2"),
        site("C4", "clinic", 4, "existing", size="standard"),
        site("H1", "hospital", 1, plot="P1"),
        site("H3", "hospital", 3, "existing", size="beds", plot="P2"),
    )
)


def water(south: float, west: float = 99.99) -> str:
    """A lake north of the street, from a longitude to the east."""
    ring = [[west, south], [100.06, south], [100.06, 25.1], [west, 25.1], [west, south]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"name": "lake", "kind": "water"}, "geometry": shape}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


def county(folder: Path, toml: str = TOML, sites: str = SITES, south: float = 25.0 + 500.5 / 111195.08) -> Path:
    return street.write(folder, toml, sites, red_lines=water(south))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return county(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def auditor(folder: Path) -> Auditor:
    auditor = Auditor(folder)
    assert not auditor.unreadable
    return auditor


def plan(folder: Path, scenario: str = "base") -> Plan:
    """2025: C1 and C3, each 15 less a tenth. 2030: H1, 55 less a tenth."""
    clinic = part(
        [
            ("C0", "large", "keep", ""),
            ("C1", "standard", "new", "2025"),
            ("C3", "standard", "new", "2025"),
            ("C4", "standard", "keep", ""),
        ],
        [
            ("V0", "C0", 0, "", 100, 0),
            ("V1", "C1", 0, "", 50, 0),  # C0 serves it from the beginning
            ("V2", "C1", 0, "", 40, 60, "2025"),
            ("V3", "C3", 0, "", 60, 0),  # C4 does
            ("V4", "C4", 0, "", 30, 0),
        ],
    )
    hospital = part(
        [("H1", "beds", "new", "2030"), ("H3", "beds", "keep", "")],
        [
            ("V1", "H1", 0, "", 1, 0, "2030"),
            ("V2", "H1", 0, "", 1, 60, "2030"),
            ("V3", "H3", 0, "", 1, 0),
            ("V4", "H3", 0, "", 1, 60),
        ],
    )
    spending = [
        ("county", "clinic", "2025", 10),
        ("county", "hospital", "2030", 50),
        ("health", "clinic", "2025", 18),
    ]
    return street.plan(folder, {"clinic": clinic, "hospital": hospital}, spending, scenario)


def test_a_plan_in_phases_is_valid(auditor: Auditor, folder: Path) -> None:
    """floor(1.5) is saved twice, floor(5.5) once: 14 + 14 + 50."""
    verdict = street.audit(auditor, plan(folder))
    assert verdict.breaches == ()
    assert verdict.figures["capital"] == 78
    assert verdict.figures["running"] == 1 + 1 + 1 + 5 + 5  # C0 lies outside
    assert verdict.figures["targets"] == [
        {"id": "T1", "value": 3, "whole": 0, "need": 3, "met": True},  # C0 does not count
        {"id": "T2", "value": 3, "whole": 0, "need": 3, "met": True},
        {"id": "T3", "value": 2, "whole": 0, "need": 2, "met": True},  # by 2030, the first that is not before 2026
    ]


CLINIC, HOSPITAL = "services.clinic", "services.hospital"
MUTATIONS: dict[str, tuple[list[tuple[str, Any]], set[str]]] = {
    "in no phase": ([(f"{CLINIC}.open.1.phase", "")], {"E701", "E705", "E706"}),
    "in another phase": ([(f"{CLINIC}.open.1.phase", "2030")], {"E701"}),
    "a phase for what is kept": ([(f"{CLINIC}.open.3.phase", "2025")], {"E707"}),
    "paid in an unknown phase": ([("spending.1.phase", "2031")], {"E701", "E705"}),
    "paid in the wrong phase": ([("spending.0.phase", "2030")], {"E701"}),
    "the fund carries over": (
        [("spending.2.amount", 0), ("spending.0.amount", 28), (f"{HOSPITAL}.open.0.phase", "2030")],
        set(),
    ),
    "a fund does not carry over": (
        [("spending.2.phase", "2030"), ("spending.2.amount", 21)],
        {"E701"},
    ),
    "too early": ([(f"{CLINIC}.assignments.2.since", "")], {"E706"}),
    "too late": ([(f"{CLINIC}.assignments.2.since", "2030")], {"E706"}),
    "later than what is kept": ([(f"{CLINIC}.assignments.1.since", "2025")], {"E706"}),
    "before it is built": ([(f"{HOSPITAL}.assignments.0.since", "2025")], {"E706"}),
    "since no phase": ([(f"{HOSPITAL}.assignments.0.since", "then")], {"E706"}),
    "more than a fund has by then": (
        [("spending.1.phase", "2025"), (f"{HOSPITAL}.open.0.phase", "2025")],
        {"E701", "E706"},
    ),
    "a size with more land": (
        [(f"{CLINIC}.open.1.size", "large"), ("spending.0.amount", 19)],
        set(),
    ),
    "two large ones": (
        [
            (f"{CLINIC}.open.1.size", "large"),
            (f"{CLINIC}.open.2.size", "large"),
            ("spending.0.amount", 28),
        ],
        {"E713", "E714"},  # 200 + 200 m2; C0 is large but does not count: two are one too many
    ),
    "an outside site grown": ([(f"{CLINIC}.open.0.action", "expand")], {"E705", "E707"}),
    "an existing site twice": ([(f"{CLINIC}.closed", ["C4"])], {"E705", "E701"}),
    "an outside site shut": ([(f"{CLINIC}.closed", ["C0"])], {"E705", "E701"}),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_spoilt_plan_in_phases(name: str, auditor: Auditor, folder: Path) -> None:
    changes, expected = MUTATIONS[name]
    assert codes(auditor, plan(folder), *(put(*change) for change in changes)) == expected


def test_one_plot_needs_land_once(auditor: Auditor, folder: Path) -> None:
    """In one phase C1 and H1 need 120 m2 together; C2 on its own brings 100 more."""
    same = plan(folder)
    for name, n in (("clinic", 1), ("clinic", 2)):
        same["services"][name]["open"][n]["phase"] = "2030"
    same["services"]["clinic"]["assignments"][2]["since"] = "2030"
    same["spending"] = street.rows(
        "fund service phase amount", [("county", "clinic", "2030", 28), ("county", "hospital", "2030", 50)]
    )
    found = street.audit(auditor, same).breaches
    assert [b.numbers for b in found] == [{"needed": 120 + 100, "quota": "1209/10"}]
    same["services"]["clinic"]["open"][2]["phase"] = "2025"
    same["services"]["clinic"]["assignments"][2]["since"] = "2025"  # C3 is as near to V2 as C1
    same["spending"] = street.rows(
        "fund service phase amount",
        [("county", "clinic", "2025", 14), ("county", "clinic", "2030", 14), ("county", "hospital", "2030", 50)],
    )
    assert codes(auditor, same) == set()


def test_who_shares_no_plot_saves_nothing(auditor: Auditor, folder: Path) -> None:
    alone = plan(folder)
    del alone["services"]["hospital"]["open"][0], alone["services"]["hospital"]["assignments"][:2]
    alone["services"]["hospital"]["unserved"] = street.rows(
        "settlement persons reason", [("V1", 1, "not_built"), ("V2", 1, "full")]
    )
    alone["spending"] = street.rows(
        "fund service phase amount", [("county", "clinic", "2025", 11), ("health", "clinic", "2025", 18)]
    )
    assert codes(auditor, alone) == set()
    assert codes(auditor, alone, put("spending.0.amount", 10)) == {"E701"}


def test_a_new_clinic_needs_a_hospital_nearby(folder: Path, tmp_path: Path) -> None:
    """C1 is 120 s from H3 and stands beside H1."""
    other = county(tmp_path / "referral", TOML.replace("limit_min = 2\n", "limit_min = 1.99\n"))
    assert codes(Auditor(other), plan(other)) == set()
    alone = plan(other)
    del alone["services"]["hospital"]["open"][0], alone["services"]["hospital"]["assignments"][:2]
    alone["services"]["hospital"]["unserved"] = street.rows(
        "settlement persons reason", [("V1", 1, "not_built"), ("V2", 1, "full")]
    )
    alone["spending"] = street.rows(
        "fund service phase amount", [("county", "clinic", "2025", 11), ("health", "clinic", "2025", 18)]
    )
    assert codes(Auditor(other), alone) == {"E712"}


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        (("at_most = 2", "at_most = 1"), {"E714"}),
        (('actions = ["new"]', 'actions = ["keep", "new"]'), {"E714"}),
        (('actions = ["new"]', 'actions = ["keep"]'), set()),
        (("[300, 120.9]", "[199, 120]"), {"E713"}),
        (("[300, 120.9]", "[200, 120]"), set()),
        (("[300, 120.9]", "[200, 119.9]"), {"E713"}),
        (("[300, 120.9]", "[]"), set()),
        (("[300, 120.9]", "[300]"), {"E708"}),
        (("[50, 50]", "[50]"), {"E708"}),
        (("[50, 50]", "[10, 50]"), set()),
        (("[50, 50]", "[10, 49]"), {"E701"}),
        (("[50, 50]\ncarries_over = true", "[11, 50]"), set()),
        (("[50, 50]\ncarries_over = true", "[11, 49]"), {"E701"}),
        (("water_m = 500", "water_m = 501"), set()),
        (("water_m = 500", "water_m = 502"), {"E707"}),
        (("shared_saving_pct = 10", "shared_saving_pct = 9"), {"E701"}),
        (('id = "2030"', 'id = "2025"'), {"E708"}),
        (("running_budget_per_year = 30", "running_budget_per_year = 13"), set()),
        (("running_budget_per_year = 30", "running_budget_per_year = 12"), {"E711"}),
        (('service = "hospital"\nmode', 'service = "inn"\nmode'), {"E708"}),
        (("at_most = 2", "at_most = 2.5"), {"E708"}),
        (('service = "clinic"\nindicator', 'service = "inn"\nindicator'), {"E708"}),
        (("carries_over = true", 'carries_over = "yes"'), {"E708"}),
    ],
)
def test_the_plan_under_other_rules(toml: tuple[str, str], expected: set[str], tmp_path: Path) -> None:
    assert toml[0] in TOML
    other = county(tmp_path / "other", TOML.replace(*toml))
    assert codes(Auditor(other), plan(other)) == expected


def test_distances_to_homes_and_water(tmp_path: Path) -> None:
    home = county(tmp_path / "home", TOML.replace("homes_m = 0", "homes_m = 1"))
    found = street.audit(Auditor(home), plan(home)).breaches
    assert {b.numbers["site"] for b in found} == {"C1", "C3"}
    assert {b.code for b in found} == {"E707"}
    lake = county(tmp_path / "lake", south=24.9)
    found = street.audit(Auditor(lake), plan(lake)).breaches
    assert [b.numbers.get("metres") for b in found] == [None, 0, None, 0, None]  # in a red line, in the water; H1


def test_a_clinic_is_shut(auditor: Auditor, folder: Path) -> None:
    """Shutting C4 costs 3 and brings 1 in the first phase, whenever the rest is built."""
    shut = plan(folder)
    clinic = shut["services"]["clinic"]
    del clinic["open"][3]
    clinic["closed"], clinic["assignments"][4] = ["C4"], clinic["assignments"][4] | {"site": "C3", "travel": 60}
    clinic["assignments"][3]["since"] = clinic["assignments"][4]["since"] = "2025"
    shut["spending"][0]["amount"] = 12
    assert codes(auditor, shut) == set()
    assert codes(auditor, shut, put("spending.0.amount", 10)) == {"E701"}
    assert codes(auditor, shut, put("services.clinic.closed", ["C0", "C4"])) == {"E701", "E705"}
    shut["services"]["clinic"]["open"].pop(0)
    shut["services"]["clinic"]["assignments"][0] |= {"site": "C1", "travel": 60, "since": "2025"}
    shut["services"]["clinic"]["assignments"][1]["since"] = "2025"
    shut["spending"][0]["amount"] = 14
    assert codes(auditor, shut, put("services.clinic.closed", ["C0", "C4"])) == {"E707"}
    assert codes(auditor, shut, put("services.hospital.closed", ["H3"])) == {"E701", "E705", "E707"}


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("poor", {"E705"}),
        ("towns", {"E707"}),
        ("rich", {"E701"}),
        ("wrong", {"E708"}),
        ("broken", {"E708"}),
        ("unknown", {"E705"}),
    ],
)
def test_scenarios(scenario: str, expected: set[str], auditor: Auditor, folder: Path) -> None:
    assert codes(auditor, plan(folder, scenario)) == expected
    assert codes(auditor, plan(folder)) == set()  # the county itself is as before


@pytest.mark.parametrize(("scenario", "factor", "expected"), [("lean", "0.43", {"E711"}), ("less", "0.44", set())])
def test_the_running_budget_is_rounded_down(
    scenario: str, factor: str, expected: set[str], auditor: Auditor, folder: Path
) -> None:
    """Running costs 13; 0.43 and 0.44 of 30 are 12.9 and 13.2."""
    assert codes(auditor, plan(folder, scenario), put("variation.running_factor", factor)) == expected


def test_a_scenario_that_changes_funds_and_savings(auditor: Auditor, folder: Path) -> None:
    """A fifth is saved: 12 + 12 + 44; the health fund has 15 in the first phase, the county 90 in both."""
    rich = plan(folder, "rich")
    for n, amount in enumerate((9, 44, 15)):
        rich["spending"][n]["amount"] = amount
    assert codes(auditor, rich) == set()
    assert codes(auditor, rich, put("spending.0.amount", 8), put("spending.2.amount", 16)) == {"E701"}
    poor = plan(folder, "poor")
    poor["variation"]["capital_factor"] = "0.50"
    found = [b.where for b in street.audit(auditor, poor).breaches]
    assert found == ["spending.county.2030", "spending.health.2025"]  # 60 of 50 by then, 18 of 10


def test_paths_of_changes() -> None:
    assert parts("services.primary.access[2].offered") == ["services", "primary", "access", "2", "offered"]
    assert parts("funds[a.b]") == ["funds", "a.b"]
    toml = {"funds": [{"id": "a.b", "x": 1}, {"id": "1", "x": 2}, {"id": "9", "x": 3}], "n": {"m": 1}}
    assert changed(toml, {"funds[a.b].x": 5})["funds"][0]["x"] == 5
    assert changed(toml, {"funds[1].x": 5})["funds"][1]["x"] == 5
    assert changed(toml, {"funds[9].x": 5})["funds"][2]["x"] == 5
    assert changed(toml, {"n.new": 5})["n"] == {"m": 1, "new": 5}
    assert toml["n"] == {"m": 1}
    for path in ("", "n.m.x", "q.x", "funds[3].x", "funds[0", "funds.x.y", "funds[zz]"):
        with pytest.raises((LookupError, ValueError, TypeError)):
            changed(toml, {path: 0})
