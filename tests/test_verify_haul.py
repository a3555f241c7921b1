"""Waste: stations, straight hauls, transfers and disposal places, with hand-computed plans of the street."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from siting.verify import Auditor, aims

from . import verify_street as street
from .verify_street import codes, part, put, site

TOML = """
[services.waste]
family = "haul"
name = "waste"
demand = "waste"
hosts = ["village"]
may_close = true
may_expand = true
closing_capital = 7
resale = 5
[[services.waste.access]]
mode = "drive"
limit_min = 1
[[services.waste.sizes]]
id = "large"
capacity_tpd = 0.3
capital = 60
running_per_year = 3
[[services.waste.sizes]]
id = "small"
capacity_tpd = 0.2
capital = 30
running_per_year = 2
[services.waste.haul]
transfer_limit_min = 3
direct_limit_min = 1
kinds = ["landfill"]
[services.waste.keep_away]
homes_m = 100
[[funds]]
id = "county"
name = "county"
funding_class = "government"
capital = 100
pays = ["waste"]
"""

DISPOSAL = """id,name,kind,lon,lat,status,capacity_tpd,capital,running_per_year
D1,one,landfill,100.05,25.0,existing,0.18,,5
D2,two,incinerator,100.00,25.0,candidate,9,1,1
D3,three,landfill,100.001,25.0,candidate,0.1,70,3
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sites = site("W2", "waste", 2, "existing", capacity_tpd=0.15) + site("W4", "waste", 4)
    return street.write(tmp_path_factory.mktemp("haul"), TOML, sites, disposal=DISPOSAL)


@pytest.fixture(scope="module")
def auditor(folder: Path) -> Auditor:
    auditor = Auditor(folder)
    assert not auditor.unreadable
    return auditor


def plan(folder: Path) -> dict[str, Any]:
    """Everything that can be collected goes to D1: 150 kg by way of W2, 30 kg straight."""
    waste = part(
        [("D1", "", "keep", ""), ("W2", "", "keep", "")],
        [
            ("V1", "W2", 0, "", 50, 60),
            ("V2", "W2", 0, "", 40, 0),
            ("V3", "W2", 0, "", 60, 60),
            ("V4", "D1", 1, "", 30, 60),
        ],
        [("V0", 100, "not_built")],  # D3 next door
        transfers=[("W2", "D1", 150, 180)],
    )
    return street.plan(folder, {"waste": waste})


def test_a_plan_for_waste_is_valid(auditor: Auditor, folder: Path) -> None:
    verdict = street.audit(auditor, plan(folder))
    assert verdict.breaches == ()
    assert verdict.figures["running"] == 5 + 2  # W2 has 150 kg: the smallest size with as much
    assert verdict.figures["served"] == {"waste": 180}
    assert verdict.figures["farthest"] == {"waste": {"0": 60, "1": 60}}


def test_a_new_landfill(auditor: Auditor, folder: Path) -> None:
    """D3 stands 101 m from V0, at the same node: ceil(101 * 3600000 / 10000) ms."""
    built = plan(folder)
    waste = built["services"]["waste"]
    waste["open"].insert(1, {"site": "D3", "size": "", "action": "new", "phase": ""})
    waste["assignments"].insert(0, street.rows(" ".join(street.GO), [("V0", "D3", 1, "", 100, 37)])[0])
    waste["unserved"] = []
    built["spending"] = street.rows("fund service phase amount", [("county", "waste", "", 70)])
    verdict = street.audit(auditor, built)
    assert verdict.breaches == ()
    assert verdict.figures["running"] == 5 + 2 + 3
    assert codes(auditor, built, put("services.waste.assignments.0.access", 0)) == {"E702"}
    assert codes(auditor, built, put("services.waste.open.1.size", "small")) == {"E707"}
    assert codes(auditor, built, put("services.waste.open.1.action", "keep")) == {"E707", "E701"}
    assert codes(auditor, built, put("services.waste.open.1.site", "D2")) == {"E701", "E705"}
    waste["transfers"] = street.rows("station disposal persons travel", [("W2", "D1", 140, 180), ("W2", "D3", 10, 127)])
    assert codes(auditor, built) == {"E703", "E706"}  # D3 is full; 120 s and the leg of 36.4 s are 157 s
    assert codes(auditor, built, put("services.waste.transfers.1.travel", 157)) == {"E703"}


def test_a_landfill_keeps_away_from_homes(folder: Path, tmp_path: Path) -> None:
    sites = site("W2", "waste", 2, "existing", capacity_tpd=0.15) + site("W4", "waste", 4)
    near = street.write(
        tmp_path / "near",
        TOML.replace("homes_m = 100", "homes_m = 102"),
        sites,
        disposal=DISPOSAL,
    )
    built = plan(near)
    built["services"]["waste"]["open"].insert(1, {"site": "D3", "size": "", "action": "new", "phase": ""})
    built["services"]["waste"]["unserved"][0]["reason"] = "full"
    built["spending"] = street.rows("fund service phase amount", [("county", "waste", "", 70)])
    assert codes(Auditor(near), built) == {"E707"}


def test_a_station_is_shut(auditor: Auditor, folder: Path) -> None:
    """Shutting costs 7 and brings 5; W4 is 0 m from V4: too near."""
    shut = plan(folder)
    shut["services"]["waste"] = part(
        [("D1", "", "keep", "")],
        [("V4", "D1", 1, "", 30, 60)],
        [("V0", 100, "not_built"), ("V1", 50, "not_built"), ("V2", 40, "not_built"), ("V3", 60, "not_built")],
        closed=["W2"],
    )
    shut["spending"] = street.rows("fund service phase amount", [("county", "waste", "", 2)])
    assert codes(auditor, shut) == set()
    assert codes(auditor, shut, put("spending", [])) == {"E701"}
    shut["services"]["waste"]["open"].append({"site": "W4", "size": "small", "action": "new", "phase": ""})
    shut["services"]["waste"]["unserved"][3]["reason"] = "full"
    assert codes(auditor, shut, put("spending.0.amount", 32)) == {"E707"}


def test_a_station_does_not_grow(auditor: Auditor, folder: Path) -> None:
    grown = plan(folder)
    grown["services"]["waste"]["open"][1] |= {"size": "small", "action": "expand"}
    grown["spending"] = street.rows("fund service phase amount", [("county", "waste", "", 8)])
    assert codes(auditor, grown) == {"E707"}
    grown["services"]["waste"]["open"][0] |= {"size": "large", "action": "expand"}
    assert codes(auditor, grown) == {"E707"}


W2_TO_D1 = {"station": "W2", "disposal": "D1", "persons": 150, "travel": 180}
W2_TO_D3 = {"station": "W2", "disposal": "D3", "persons": 0, "travel": 157}
A9_TO_D1 = {"station": "A9", "disposal": "D1", "persons": 0, "travel": 0}
MUTATIONS: list[tuple[str, Any, set[str]]] = [
    ("transfers.0.persons", 149, {"E721"}),
    ("transfers.0.persons", 151, {"E721", "E703"}),
    ("transfers.0.travel", 179, {"E706"}),
    ("transfers.0.disposal", "D3", {"E705"}),
    ("transfers.0.disposal", "W2", {"E705"}),
    ("transfers.0.station", "D1", {"E705", "E721"}),
    ("transfers.0.station", "W9", {"E705", "E721"}),
    ("transfers", [W2_TO_D1, W2_TO_D1], {"E703", "E705", "E721"}),
    ("transfers", [W2_TO_D1, W2_TO_D3], {"E704", "E705"}),
    ("transfers", [A9_TO_D1, W2_TO_D1 | {"travel": 179}], {"E704", "E705", "E706"}),
    ("transfers", [], {"E721"}),
    ("assignments.0.persons", 51, {"E703", "E704", "E721"}),
    ("assignments.3.persons", 31, {"E703", "E704"}),
    ("assignments.3.access", 0, {"E702"}),
    ("assignments.3.travel", 61, {"E706"}),
    ("assignments.2.site", "D1", {"E702", "E721", "E703"}),
    ("unserved.0.reason", "full", {"E710"}),
    ("unserved.0.reason", "no_site_in_reach", {"E710"}),
    ("closed", ["D1"], {"E701", "E705"}),
    ("open.0.size", "small", {"E707"}),
]


@pytest.mark.parametrize(("path", "value", "expected"), MUTATIONS)
def test_a_spoilt_plan_for_waste(path: str, value: Any, expected: set[str], auditor: Auditor, folder: Path) -> None:
    assert codes(auditor, plan(folder), put(f"services.waste.{path}", value)) == expected


def test_a_landfill_is_never_shut(auditor: Auditor, folder: Path) -> None:
    spoilt = plan(folder)
    waste = spoilt["services"]["waste"]
    del waste["open"][0]
    assert codes(auditor, spoilt) == {"E705", "E707"}
    waste["closed"] = ["D1"]
    assert "E707" in codes(auditor, spoilt)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("transfer_limit_min = 3", "transfer_limit_min = 2.99", {"E702"}),
        ("direct_limit_min = 1\n", "direct_limit_min = 0.99\n", {"E702"}),
        ("direct_limit_min = 1\n", "", {"E702", "E710"}),  # nothing is in reach of V0
        ('kinds = ["landfill"]', 'kinds = ["landfill", "incinerator"]', set()),
        ('kinds = ["landfill"]', 'kinds = ["incinerator"]', {"E705"}),
        ("transfer_limit_min = 3", "transfer_limit_min = 3\ntransfer_mode = 'bus'", {"E702"}),
        ("transfer_limit_min = 3", "transfer_limit_min = 3\ndirect_mode = 'walk'", {"E702", "E710"}),
        ("transfer_limit_min = 3\n", "", {"E708"}),
    ],
)
def test_the_plan_under_other_rules(old: str, new: str, expected: set[str], tmp_path: Path) -> None:
    assert old in TOML
    sites = site("W2", "waste", 2, "existing", capacity_tpd=0.15) + site("W4", "waste", 4)
    other = street.write(tmp_path / "other", TOML.replace(old, new), sites, disposal=DISPOSAL)
    assert codes(Auditor(other), plan(other)) == expected


def test_a_disposal_place_has_an_id_of_its_own(tmp_path: Path) -> None:
    other = street.write(
        tmp_path / "twice", TOML, site("D1", "waste", 2, "existing", capacity_tpd=0.15), disposal=DISPOSAL
    )
    assert {b.code for b in Auditor(other).check({}).breaches} == {"E708", "E709"}


def test_what_waste_travels_and_costs(tmp_path: Path) -> None:
    """Kilograms times seconds; a tonne costs 3600 an hour collected, 7200 straight, 1800 in transfer; one rounding."""
    toml = TOML.replace("limit_min = 1\n", "limit_min = 1\ncost_per_year = 3600\n", 1).replace(
        "transfer_limit_min = 3", "transfer_limit_min = 3\ntransfer_cost_per_year = 1800\ndirect_cost_per_year = 7200"
    )
    sites = site("W2", "waste", 2, "existing", capacity_tpd=0.15) + site("W4", "waste", 4)
    folder = street.write(tmp_path / "priced", toml + "[objective]\ncost_years = 3\n", sites, disposal=DISPOSAL)
    auditor, priced = Auditor(folder), plan(folder)
    assert not auditor.unreadable
    figures = street.audit(auditor, priced).figures
    collected, straight, onward = 50 * 60 + 60 * 60, 30 * 60, 150 * 180
    assert figures["travel"] == collected + straight + onward
    yearly = math.ceil(Fraction(collected + 2 * straight, 1000) + Fraction(onward, 2000))
    assert yearly == 24  # 6.6, 3.6 and 13.5
    assert figures["cost"] == 3 * (5 + 2 + yearly)
    county = auditor.county
    assert aims.cost(county, priced, 70, 7) == 70 + 3 * (7 + yearly)
    strange = {**priced, "services": {"strange": {}, **priced["services"]}}  # a service that is none
    assert aims.cost(county, strange, 70, 7) == 70 + 3 * (7 + yearly)
    whole = {"waste": replace(county.services["waste"], family="coverage")}
    assert aims.travelled(replace(county, services=whole), priced) == 0  # where nobody is counted, nobody travels
    other = {**priced, "services": {**priced["services"], "unknown": priced["services"]["waste"]}}
    other["services"]["waste"]["assignments"][0]["access"] = 2  # there are 0 and the straight haul, 1
    assert aims.travelled(county, other) == figures["travel"]
    assert aims.cost(county, other, 0, 0) == 3 * math.ceil(
        Fraction(60 * 60 + 2 * straight, 1000) + Fraction(onward, 2000)
    )


def test_a_bound_knows_transfers_by_their_length(tmp_path: Path) -> None:
    """A cart that takes two seconds a metre: 3000 m are within 3000 m, though 6000 s are no 3000 s."""
    cart = "[network.modes.cart]\nspeeds_kmh = { road = 1.8 }\naccess_kmh = 1\n"
    toml = TOML.replace("transfer_limit_min = 3", "transfer_limit_m = 3000\ntransfer_mode = 'cart'") + cart
    sites = site("W2", "waste", 2, "existing", capacity_tpd=0.15) + site("W4", "waste", 4)
    folder = street.write(tmp_path / "cart", toml, sites, disposal=DISPOSAL)
    auditor, carted = Auditor(folder), plan(folder)
    carted["services"]["waste"]["transfers"][0]["travel"] = 3000
    assert street.audit(auditor, carted).breaches == ()
    near = auditor.prover(carted).market(["waste"]).near["waste"]
    assert [station for station, _, _ in near["D1"]] == ["W2"]  # W4 stands too near to V4
