"""Aims, prices of travel, hauls by road distance and quality from a county folder to the checker's verdict."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from siting.counties.county import County
from siting.errors import InputRefused
from siting.plans import measure
from siting.plans.outcome import Effort, Outcome
from siting.problems.posing import pose
from siting.reading import instance, scenario
from siting.roads import travel
from siting.runs.journal import plan_file
from siting.runs.result import status_of
from siting.solvers import county
from siting.verify import Auditor

from . import test_verify_schools
from .test_options import DISPOSAL, LINES, SITES, TOML
from .verify_street import codes, put, site, write

EXACT = Effort(gap=0, time_limit_s=600, prove_travel=True)
PRICED = TOML
for plain, priced in (
    ("transfer_limit_min = 3", "transfer_limit_m = 3000\ntransfer_cost_per_year = 5000"),
    ("direct_limit_min = 2", "direct_limit_m = 2000\ndirect_cost_per_year = 7000"),
    ('kind = "boarding"\nlimit_min = 5', 'kind = "boarding"\nlimit_min = 5\ncost_per_year = 36'),
    ("[[services.waste.access]]\n", "[[services.waste.access]]\ncost_per_year = 720\n"),
):
    assert PRICED.count(plain) == 1
    PRICED = PRICED.replace(plain, priced)
PRICED += '[scenarios.cheap]\naims = ["cost", "travel"]\n[objective]\naims = ["worth", "cost"]\ncost_years = 2\n'


def street(folder: Path, toml: str = PRICED) -> Path:
    return write(folder, toml, SITES, lines=LINES, disposal=DISPOSAL)


def solved(folder: Path, name: str = "base", effort: Effort = EXACT) -> tuple[County, Outcome, dict[str, Any]]:
    """The county, the answer, and the plan as it is written."""
    read, _ = instance.read(folder)
    chosen, under = scenario.of(read, name), scenario.under(read, name)
    outcome = county.solve(pose(under, travel.times(under), chosen), effort)
    return under, outcome, plan_file(outcome.plan, measure.of(outcome.plan, under, chosen), under, chosen)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize(("name", "aims"), [("base", ["worth", "cost"]), ("cheap", ["cost", "travel"])])
def test_the_checker_counts_the_same_cost_and_travel(name: str, aims: list[str], tmp_path: Path) -> None:
    folder = street(tmp_path / "street")
    _, outcome, plan = solved(folder, name)
    assert [stage.name for stage in outcome.stages] == plan["variation"]["aims"] == aims
    verdict = Auditor(folder).check(plan)
    assert [(b.code, b.where, b.says) for b in verdict.breaches] == []
    claims = {"worth": plan["claims"]["objective"], **plan["claims"]}
    assert {stage.name: stage.objective for stage in outcome.stages} == {aim: claims[aim] for aim in aims}
    for key in ("cost", "travel"):
        assert codes_of(folder, plan, put(f"claims.{key}", plan["claims"][key] + 1)) == {"E706"}
    assert codes_of(folder, plan, put("variation.aims", ["travel"])) == {"E705"}


def codes_of(folder: Path, plan: dict[str, Any], change: Any) -> set[str]:
    spoilt = copy.deepcopy(plan)
    change(spoilt)
    return {b.code for b in Auditor(folder).check(spoilt).breaches}


@pytest.mark.usefixtures("in_process")
def test_a_tonne_kilometre_has_its_price(tmp_path: Path) -> None:
    folder = street(tmp_path / "street")
    under, outcome, plan = solved(folder)
    part = plan["services"]["waste"]
    rows = [(a["persons"], a["travel"], a["access"]) for a in part["assignments"]]
    # collection: 720 a tonne and hour; straight: 7000 a tonne and km; transfer: 5000 a tonne and km, all a year
    paid = sum(n * far * (720 / 3600 if access == 0 else 7000 / 1000) / 1000 for n, far, access in rows)
    paid += sum(t["persons"] * t["travel"] * 5000 / 1000 / 1000 for t in part["transfers"])
    assert part["transfers"]
    assert all(t["travel"] % 1000 == 0 for t in part["transfers"])  # metres, from node to node
    figures = measure.of(outcome.plan, under, scenario.of(under)).services["waste"]
    assert figures.travel_cost == pytest.approx(paid, abs=1)
    assert figures.travel_cost > 0


def test_hauls_of_a_kilometre_and_of_a_minute_reach_the_same(tmp_path: Path) -> None:
    # a car takes 60 s for 1000 m: 60,000 ms, 1,000,000 mm
    one, other = (
        travel.times(instance.read(street(tmp_path / name, toml))[0])
        for name, toml in (("min", TOML), ("m", with_metres()))
    )
    tables = one.transfers["waste"], other.transfers["waste"]
    assert [t.origin.tolist() for t in tables] == [tables[0].origin.tolist()] * 2
    assert [t.goal.tolist() for t in tables] == [tables[0].goal.tolist()] * 2
    assert (tables[1].cost * 60 == tables[0].cost * 1000).all()
    assert one.pairs("waste").site.tolist() == other.pairs("waste").site.tolist()


def with_metres() -> str:
    toml = TOML.replace("transfer_limit_min = 3", "transfer_limit_m = 3000")
    return toml.replace("direct_limit_min = 2", "direct_limit_m = 2000")


@pytest.mark.parametrize(
    "spoilt",
    [
        TOML.replace("transfer_limit_min = 3", "transfer_limit_min = 3\ntransfer_limit_m = 3000"),
        TOML.replace("transfer_limit_min = 3\n", ""),
        TOML.replace("direct_limit_min = 2", "direct_limit_min = 2\ndirect_limit_m = 2000"),
        TOML.replace('mode = "walk"\nlimit_min = 10', 'mode = "walk"\nlimit_min = 10\ncost_per_year = 1'),
        TOML + '[objective]\naims = ["worth", "worth"]\n',
        TOML + "[objective]\naims = []\n",
        TOML + '[scenarios.s]\naims = ["cost", "cost"]\n',
        TOML.replace("may_close = true", "may_close = true\nquality_first = true"),
    ],
)
def test_what_contradicts_itself_is_refused(spoilt: str, tmp_path: Path) -> None:
    assert spoilt != TOML
    with pytest.raises(InputRefused):
        instance.read(street(tmp_path / "street", spoilt))


@pytest.mark.usefixtures("in_process")
def test_a_run_that_shortens_travel_for_a_moment_is_as_proven_as_its_other_stages(tmp_path: Path) -> None:
    folder = street(tmp_path / "street", TOML)
    _, outcome, _ = solved(folder, effort=replace(EXACT, prove_travel=False))
    travel_stage = outcome.stages[-1]
    assert travel_stage.brief
    unproven = replace(outcome, stages=(*outcome.stages[:-1], replace(travel_stage, bound=None)))
    assert status_of(unproven, interrupted=False) == "optimal"


# ---- quality before proximity


def schools(folder: Path, rule: str, better: str) -> Path:
    """Schools at V1, V2 and V3 with room for all within two minutes; ``better`` has quality 1."""
    sites = "".join(site(f"S{k}", "school", k, "existing", size="large") for k in (1, 2, 3))
    toml = test_verify_schools.TOML.replace("RULE", rule).replace("capacity_persons = 60", "capacity_persons = 200")
    write(folder, toml, sites)
    text = (folder / "sites.csv").read_text(encoding="utf-8").splitlines()
    graded = [f"{row},{'quality' if k == 0 else int(row.startswith(better))}" for k, row in enumerate(text)]
    (folder / "sites.csv").write_text("\n".join(graded) + "\n", encoding="utf-8")
    return folder


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize(
    ("rule", "went"),
    [
        ("closest = true", {"V0": "S1", "V1": "S1", "V2": "S2", "V3": "S3", "V4": "S3"}),
        # S3 is the better one: V1 and V2 reach it and prefer it, V0 does not reach it
        ("closest = true\nquality_first = true", {"V0": "S1", "V1": "S3", "V2": "S3", "V3": "S3", "V4": "S3"}),
    ],
)
def test_the_better_school_comes_before_the_nearer_one(rule: str, went: dict[str, str], tmp_path: Path) -> None:
    folder = schools(tmp_path / "schools", rule, "S3")
    _, _, plan = solved(folder)
    rows = plan["services"]["school"]["assignments"]
    assert {row["settlement"]: row["site"] for row in rows} == went
    auditor = Auditor(folder)
    assert codes(auditor, plan) == set()
    at = next(k for k, row in enumerate(rows) if row["settlement"] == "V1")
    other, far = ("S2", 60) if went["V1"] == "S1" else ("S1", 0)
    place = f"services.school.assignments.{at}"
    assert codes(auditor, plan, put(f"{place}.site", other), put(f"{place}.travel", far)) == {"E717"}


@pytest.mark.usefixtures("in_process")
def test_a_small_vehicle_collects_near_by_and_a_large_one_farther_out(tmp_path: Path) -> None:
    # two classes of vehicle on the same roads: the first access that reaches is the one that goes
    vehicles = """[[services.waste.access]]
mode = "drive"
limit_m = 500
cost_per_year = 100_000
[[services.waste.access]]
mode = "drive"
limit_m = 2000
cost_per_year = 300_000
"""
    toml = TOML.replace('[[services.waste.access]]\nmode = "drive"\nlimit_min = 1\n', vehicles)
    toml = toml.replace("direct_limit_min = 2\n", "") + '[objective]\naims = ["worth", "travel"]\n'
    assert toml.count("limit_m = ") == 2
    folder = street(tmp_path / "street", toml)
    under, outcome, plan = solved(folder)
    rows = plan["services"]["waste"]["assignments"]
    assert {row["access"] for row in rows} == {0, 1}
    assert all((row["travel"] > 500) == (row["access"] == 1) for row in rows)
    # 100 and 300 a kilogram and km: kilograms times metres times a tenth and three tenths
    paid = sum(row["persons"] * row["travel"] * (1 + 2 * row["access"]) for row in rows) // 10
    assert measure.of(outcome.plan, under, scenario.of(under)).services["waste"].travel_cost == paid
    assert codes(Auditor(folder), plan) == set()
