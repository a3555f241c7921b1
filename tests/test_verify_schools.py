"""The rules that a catchment service may have, one by one, on the street; and clinics that a hospital stands in for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from siting.verify import Auditor

from . import verify_street as street
from .verify_street import Plan, codes, part, put, site

TOML = """
[services.school]
family = "catchment"
name = "school"
demand = "pupils"
hosts = ["village"]
may_expand = true
RULE
[[services.school.access]]
mode = "drive"
limit_min = 2
[[services.school.sizes]]
id = "small"
capacity_persons = 30
capital = 20
[[services.school.sizes]]
id = "large"
capacity_persons = 60
capital = 30
[[funds]]
id = "county"
name = "county"
funding_class = "government"
capital = 100
pays = ["school"]
"""

SITES = (
    site("S1", "school", 1, "existing", size="small")
    + site("S3", "school", 3)
    + site("S4", "school", 4, "existing", size="small")
)


def school(tmp_path: Path, rule: str, sites: str = SITES) -> tuple[Auditor, Path]:
    folder = street.write(tmp_path / "school", TOML.replace("RULE", rule), sites)
    auditor = Auditor(folder)
    assert not auditor.unreadable
    return auditor, folder


def plan(folder: Path, scenario: str = "base") -> Plan:
    """S1 is kept with 30 pupils, S3 is new with 30, S4 is kept with 5."""
    part_ = part(
        [("S1", "small", "keep", ""), ("S3", "small", "new", ""), ("S4", "small", "keep", "")],
        [
            ("V0", "S1", 0, "", 10, 60),
            ("V1", "S1", 0, "", 20, 0),
            ("V2", "S3", 0, "", 10, 60),
            ("V3", "S3", 0, "", 20, 0),
            ("V3", "S4", 0, "", 2, 60),
            ("V4", "S4", 0, "", 3, 0),
        ],
        [("V0", 30, "full"), ("V3", 8, "full"), ("V4", 2, "full")],
    )
    return street.plan(folder, {"school": part_}, [("county", "school", "", 20)], scenario)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", set()),
        ("min_persons = 5", set()),
        ("min_persons = 30", set()),  # S3 is new with 30; S4 must stay
        ("min_persons = 31", {"E715"}),
        ("min_persons = 5\nmay_close = true", set()),
        ("min_persons = 6\nmay_close = true", {"E715"}),
        ("min_persons = 6\nmay_close = true\nclose_only_if_served = true", set()),
        ("min_persons = 31\nmay_close = true\nclose_only_if_served = true", {"E715"}),
        ("whole_settlements = true", {"E716"}),
        ("closest = true", {"E717"}),  # V2 has S1 and S3 at 60 s: the smaller id; V3 has S3
    ],
)
def test_rules_of_a_school(rule: str, expected: set[str], tmp_path: Path) -> None:
    auditor, folder = school(tmp_path, rule)
    assert codes(auditor, plan(folder)) == expected, street.audit(auditor, plan(folder)).breaches


def test_a_school_without_room_takes_nobody(tmp_path: Path) -> None:
    auditor, folder = school(
        tmp_path, "", SITES.replace("V4,100.04,25.0,existing,small,", "V4,100.04,25.0,existing,small,0")
    )
    full = plan(folder)
    assert codes(auditor, full) == {"E703"}
    del full["services"]["school"]["assignments"][4:]
    full["services"]["school"]["unserved"] = street.rows(
        "settlement persons reason", [("V0", 30, "full"), ("V3", 10, "full"), ("V4", 5, "full")]
    )
    assert codes(auditor, full) == set()


def test_fewest_pupils_outside_the_county(tmp_path: Path) -> None:
    """S4 lies outside: it cannot be shut, so it may have fewer than six."""
    auditor, folder = school(
        tmp_path, "min_persons = 6\nmay_close = true", SITES.replace("existing,small,,,,,\n", "existing,small,,,,1,\n")
    )
    assert codes(auditor, plan(folder)) == set()


def test_the_baseline_shuts_nothing(tmp_path: Path) -> None:
    auditor, folder = school(tmp_path, "min_persons = 6\nmay_close = true")
    base = plan(folder, "baseline")
    base["variation"]["capital_factor"] = "0"
    base["spending"] = []
    base["services"]["school"] = part(
        [("S1", "small", "keep", ""), ("S4", "small", "keep", "")],
        [("V1", "S1", 0, "", 20, 0), ("V4", "S4", 0, "", 5, 0)],
        [("V0", 40, "full"), ("V2", 10, "full"), ("V3", 30, "full")],
    )
    assert codes(auditor, base) == set()
    assert codes(auditor, base, put("scenario", "base")) == {"E705", "E715"}
    assert codes(auditor, base, put("variation.capital_factor", "1")) == {"E705"}
    shut = street.rows("site size action phase", [("S1", "small", "keep", "")])
    assert "E707" in codes(auditor, base, put("services.school.open", shut), put("services.school.closed", ["S4"]))


def test_a_settlement_goes_as_a_whole(tmp_path: Path) -> None:
    auditor, folder = school(tmp_path, "whole_settlements = true")
    whole = plan(folder)
    whole["services"]["school"] |= {
        "assignments": street.rows(
            " ".join(street.GO),
            [
                ("V1", "S1", 0, "", 20, 0),
                ("V2", "S1", 0, "", 10, 60),
                ("V3", "S3", 0, "", 30, 0),
                ("V4", "S4", 0, "", 5, 0),
            ],
        ),
        "unserved": street.rows("settlement persons reason", [("V0", 40, "full")]),
    }
    assert codes(auditor, whole) == set()
    whole["services"]["school"]["assignments"][1]["persons"] = 9
    whole["services"]["school"]["unserved"].append({"settlement": "V2", "persons": 1, "reason": "full"})
    assert codes(auditor, whole) == {"E716"}


def test_only_to_the_nearest_school(tmp_path: Path) -> None:
    auditor, folder = school(tmp_path, "closest = true")
    near = plan(folder)
    go = near["services"]["school"]["assignments"]
    go[0]["persons"], go[2] = 0, go[2] | {"site": "S1"}
    del go[4], go[0]
    near["services"]["school"]["unserved"] = street.rows(
        "settlement persons reason", [("V0", 40, "full"), ("V3", 10, "full"), ("V4", 2, "full")]
    )
    assert codes(auditor, near) == set()
    assert codes(auditor, near, put("services.school.assignments.1.site", "S3")) == {"E717"}
    assert codes(auditor, near, put("services.school.assignments.2.site", "S4")) == {"E706", "E717"}


def test_where_a_school_is_shut_everybody_is_served(tmp_path: Path) -> None:
    """S4 is the present school of V3 and V4, though S3 is as near; V2 is 60 s from S1, its present school."""
    auditor, folder = school(
        tmp_path, "may_close = true\nclose_only_if_served = true\nresale = 25\nclosing_capital = 3"
    )
    shut = plan(folder)
    shut["services"]["school"] = part(
        [("S1", "small", "keep", ""), ("S3", "large", "new", "")],
        [("V1", "S1", 0, "", 20, 0), ("V3", "S3", 0, "", 30, 0), ("V4", "S3", 0, "", 5, 60)],
        [("V0", 40, "full"), ("V2", 10, "full")],
        closed=["S4"],
    )
    shut["spending"][0]["amount"] = 30 + 3 - 25
    assert codes(auditor, shut) == set()
    go = "services.school.assignments"
    left = [*shut["services"]["school"]["unserved"], {"settlement": "V4", "persons": 1, "reason": "full"}]
    spoilt = put(f"{go}.2.persons", 4), put("services.school.unserved", left)
    assert codes(auditor, shut, *spoilt) == {"E718"}
    cheap = put("services.school.open.1.size", "small"), put("spending", [])
    assert codes(auditor, shut, *cheap) == {"E703"}  # 20 + 3 - 25 is below 0: nothing to pay
    assert codes(auditor, shut, *cheap, put("services.school.closed", ["S1"])) != {"E703"}


CLINICS = """
[services.clinic]
family = "coverage"
name = "clinic"
demand = "people"
hosts = ["village"]
may_close = true
also_served_by = ["hospital"]
[[services.clinic.access]]
mode = "drive"
limit_min = 1
limit_by_level = { county_town = 0.5 }
[[services.clinic.access]]
mode = "drive"
limit_m = 2000
[[services.clinic.sizes]]
id = "standard"
capital = 10
running_per_year = 1
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
capital = 50
running_per_year = 5
[[funds]]
id = "county"
name = "county"
funding_class = "government"
capital = 100
pays = ["clinic", "hospital"]
"""


@pytest.fixture
def clinics(tmp_path: Path) -> tuple[Auditor, Plan]:
    """Clinics at V1 and V4, the hospital at V3 with room for two; villages count one each."""
    sites = site("C1", "clinic", 1, "existing", size="standard") + site("C4", "clinic", 4)
    sites += site("H3", "hospital", 3, "existing", size="beds") + site("H2", "hospital", 2)
    folder = street.write(tmp_path / "clinics", CLINICS, sites)
    clinic = part(
        [("C1", "standard", "keep", "")],
        [
            ("V0", "C1", 1, "", 100, 1000),  # 60 s are too much for the county town, 1000 m are not
            ("V1", "C1", 0, "", 50, 0),
            ("V2", "C1", 0, "", 40, 60),  # the hospital is as near: the smaller id
            ("V3", "H3", 0, "", 60, 0),
            ("V4", "H3", 0, "", 30, 60),
        ],
    )
    hospital = part(
        [("H3", "beds", "keep", "")],
        [("V2", "H3", 0, "", 1, 60), ("V4", "H3", 0, "", 1, 60)],
        [("V1", 1, "not_built"), ("V3", 1, "full")],
    )
    return Auditor(folder), street.plan(folder, {"clinic": clinic, "hospital": hospital})


def test_a_hospital_serves_the_people_of_clinics(clinics: tuple[Auditor, Plan]) -> None:
    auditor, plan = clinics
    verdict = street.audit(auditor, plan)
    assert verdict.breaches == ()
    assert verdict.figures["served"] == {"clinic": 280, "hospital": 2}


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("clinic.assignments.0.access", 0, {"E706"}),
        ("clinic.assignments.0.travel", 60, {"E706"}),
        ("clinic.assignments.2.site", "H3", {"E702"}),
        ("clinic.assignments.3.site", "H2", {"E705"}),
        ("clinic.assignments.3.site", "C4", {"E705"}),
        ("clinic.assignments.3.site", "S9", {"E705"}),
        ("hospital.assignments.0.persons", 2, {"E703", "E704"}),
        ("hospital.assignments.0.site", "C1", {"E705"}),
        ("hospital.unserved.0.reason", "no_site_in_reach", {"E710"}),
        ("hospital.transfers", [{"station": "H3", "disposal": "H3", "persons": 1, "travel": 1}], {"E705"}),
    ],
)
def test_spoilt_plans_with_a_hospital(path: str, value: Any, expected: set[str], clinics: tuple[Auditor, Plan]) -> None:
    auditor, plan = clinics
    assert codes(auditor, plan, put(f"services.{path}", value)) == expected


def test_without_the_hospital_a_clinic_is_missed(clinics: tuple[Auditor, Plan]) -> None:
    auditor, plan = clinics
    go = plan["services"]["clinic"]["assignments"]
    go[3:] = []
    plan["services"]["clinic"]["unserved"] = street.rows(
        "settlement persons reason", [("V3", 60, "not_built"), ("V4", 30, "not_built")]
    )
    assert codes(auditor, plan) == {"E704", "E710"}
