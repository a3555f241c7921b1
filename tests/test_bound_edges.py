"""The bound where a price has nothing to buy, a site can do nothing, and a part of the county is asked about alone."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from siting.verify import Auditor, Prover, Verdict, judge, targets
from siting.verify.bound import Fixed, Leaf
from siting.verify.certificate import check
from siting.verify.choices import cheapest
from siting.verify.groups import links
from siting.verify.joins import by_pair
from siting.verify.line import all_lines
from siting.verify.options import Option
from siting.verify.prices import Prices
from siting.verify.travel import networks
from siting.verify.wants import Wants, wants

from . import test_verify_haul, test_verify_lines, test_verify_schools, test_verify_shared
from . import verify_street as street
from .verify_street import Plan, site

SCALE = 10
Rows = list[list[Any]]


def prover(auditor: Auditor, plan: Plan) -> Prover:
    assert not auditor.unreadable
    return auditor.prover(plan)


def school(tmp_path: Path, rule: str, sites: str = test_verify_schools.SITES) -> Prover:
    auditor, folder = test_verify_schools.school(tmp_path, rule, sites)
    return prover(auditor, test_verify_schools.plan(folder))


def waste(tmp_path: Path, toml: str = test_verify_haul.TOML) -> Prover:
    sites = site("W2", "waste", 2, "existing", capacity_tpd=0.15) + site("W4", "waste", 4)
    folder = street.write(tmp_path, toml, sites, disposal=test_verify_haul.DISPOSAL)
    return prover(Auditor(folder), test_verify_haul.plan(folder))


def shared(tmp_path: Path, scenario: str = "base") -> Prover:
    folder = test_verify_shared.county(tmp_path)
    return prover(Auditor(folder), {**test_verify_shared.plan(folder), "scenario": scenario})


def total(of: Prover, rows: Rows, stage: str = "worth", fixed: Fixed | None = None) -> int | None:
    """The bound of a stage at some prices, before it is rounded."""
    prices, services = Prices(rows), of.planned
    wanted = wants(of.county, services, of.aim(stage, services), prices, SCALE)
    return Leaf(of.market(services), wanted, prices, fixed or {}).bound()


def test_a_price_of_waste_is_none_of_a_school_or_a_landfill(tmp_path: Path) -> None:
    pupils, kilograms = school(tmp_path, ""), waste(tmp_path / "haul")
    for row in (["waste", "school", "S1", 3], ["waste", "school", "S1", -3]):
        assert total(pupils, [row]) == total(pupils, [])
    for price in (3, -3):
        assert total(kilograms, [["waste", "waste", "D1", price]]) == total(kilograms, [])


def test_what_a_station_pays_for_sending_on_is_its_own(tmp_path: Path) -> None:
    """W2 has 150 kg; nobody takes them at a price below 0."""
    of = waste(tmp_path)
    free = total(of, [])
    assert free is not None
    assert total(of, [["waste", "waste", "W2", -3]]) == free + 3 * 150


def test_who_reaches_no_school_of_today_needs_none(tmp_path: Path) -> None:
    """V0 is 1 min from S1, which stands, and V4 from S4; without S1 nobody serves V0 today."""
    rule = "may_close = true\nclose_only_if_served = true"
    both = school(tmp_path / "both", rule)
    alone = school(
        tmp_path / "alone",
        rule,
        test_verify_schools.SITES.replace("V1,100.01,25.0,existing", "V1,100.01,25.0,candidate"),
    )
    row = [["present", "school", "V0", 7]]
    assert total(both, row) != total(both, [])
    assert total(alone, row) == total(alone, [])


def test_a_referral_is_one_of_a_service_that_refers(tmp_path: Path) -> None:
    for of, row in (
        (school(tmp_path, ""), ["referral", "school", "S1", 1]),
        (shared(tmp_path / "shared"), ["referral", "clinic", "C9", 1]),
    ):
        with pytest.raises(ValueError, match="refers to nothing"):
            total(of, [row])


def test_a_rule_is_none_of_the_county_as_it_stands(tmp_path: Path) -> None:
    row = [["rule", "R1", 1]]
    now = shared(tmp_path / "now", "baseline")
    assert total(now, row) == total(now, [])
    later = shared(tmp_path / "later")
    assert total(later, row) != total(later, [])


def test_a_school_that_can_never_have_its_fewest_is_shut(tmp_path: Path) -> None:
    """No size holds 61 pupils; with 60 one can be built."""
    most = school(tmp_path / "most", "may_close = true\nmin_persons = 61")
    assert most.prove("worth", ["school"], SCALE, {"prices": []}) == 0
    assert school(tmp_path / "less", "may_close = true\nmin_persons = 60").prove(
        "worth", ["school"], SCALE, {"prices": []}
    )
    free = {"prices": []}
    opened = {"site": ["school", "S3", "open"], "yes": free, "no": free}
    assert most.prove("worth", ["school"], SCALE, opened) == 0  # the branch in which it opens is no plan


def test_money_that_may_pay_for_nothing_asked_about_is_worth_nothing(tmp_path: Path) -> None:
    of = school(tmp_path, "")
    rows = [["capital", "school", "", 5]]
    paid = total(of, rows)
    of.county.funds["county"] = replace(of.county.funds["county"], pays=())
    nothing = total(of, rows)
    assert paid is not None
    assert nothing == paid - 100 * 5


def test_what_is_shut_costs_the_same_at_a_price_and_as_an_aim(tmp_path: Path) -> None:
    """S1 and S4 are shut for 9 each, of which 3 come back; the fund has 100."""
    auditor, folder = test_verify_schools.school(tmp_path, "may_close = true\nclosing_capital = 9\nresale = 3")
    plan = test_verify_schools.plan(folder)
    plan["variation"]["aims"] = ["cost"]
    of, shut = prover(auditor, plan), {("school", id_, "open"): False for id_ in ("S1", "S4")}
    assert total(of, [], "cost", shut) == -2 * 6 * SCALE
    assert total(of, [["capital", "school", "", 5]], "cost", shut) == -2 * 6 * (SCALE + 5) + 100 * 5


def test_land_has_no_price_where_there_is_no_quota(tmp_path: Path) -> None:
    toml = test_verify_schools.TOML.replace("RULE", "")
    for capital in ("capital = 20", "capital = 30"):
        toml = toml.replace(capital, f"{capital}\nland_m2 = 50")
    free, quota = toml, toml.replace("[[funds]]", "[land]\nquota_m2 = [70]\n[[funds]]")
    row = [["land", "", 3]]
    for name, of_toml, same in (("free", free, True), ("quota", quota, False)):
        folder = street.write(tmp_path / name, of_toml, test_verify_schools.SITES)
        of = prover(Auditor(folder), test_verify_schools.plan(folder))
        assert (total(of, row) == total(of, [])) is same


def test_what_is_gone_is_time_by_price_and_by_years(tmp_path: Path) -> None:
    of = school(tmp_path, "")
    prices, services = Prices([]), ["school"]
    leaf = Leaf(of.market(services), wants(of.county, services, of.aim("worth", services), prices, SCALE), prices, {})
    leaf.wants = Wants(cost=10, travel=7)
    leaf.county = replace(of.county, cost_years=3)
    assert leaf.gone(60_000, Fraction(1, 2)) == 60 * (15 + 7)
    assert leaf.gone(60_001, Fraction(1, 4)) == 884  # 61 s at 7.5 and 7: 884.5
    assert leaf.gone(0, Fraction(1)) == 0


def test_money_of_a_scenario_is_a_share_rounded_down(tmp_path: Path) -> None:
    folder = test_verify_shared.county(tmp_path)
    plan = test_verify_shared.plan(folder)
    plan["variation"] |= {"capital_factor": "0.25", "running_factor": "0.55"}
    of = prover(Auditor(folder), plan)
    assert (of.budget, of.funds) == (16, {"county": [12, 12], "health": [5, 5]})  # of 30, 50 and 20


def test_the_least_that_a_site_costs_has_the_saving_of_a_shared_plot(tmp_path: Path) -> None:
    of = shared(tmp_path)
    choice, built = of.choices["clinic"][0], Option(0, 1009, 0, action="new")
    assert cheapest(of.county, choice, built, True) == 1009 - 100  # 10 %, rounded down
    assert cheapest(of.county, choice, built, False) == 1009
    assert cheapest(of.county, choice, replace(built, action="expand"), True) == 1009


def test_a_station_sends_on_what_its_largest_size_holds(tmp_path: Path) -> None:
    of = waste(tmp_path, test_verify_haul.TOML.replace("homes_m = 100", "homes_m = 0"))
    near = {id_: most for id_, most, _ in of.market(["waste"]).near["waste"]["D1"]}
    assert near == {"W2": 150, "W4": 300}  # W2 as it stands; W4 small or large


def test_a_referral_goes_to_any_point_of_a_line(tmp_path: Path) -> None:
    """A clinic may refer to a bus line: the nearest of its stops counts, not every one."""
    toml = test_verify_lines.TOML.replace(
        "[[services.school.access]]", "[services.school.referral]\nservice = 'bus'\nmode = 'drive'\nlimit_min = 1\n"
        "[[services.school.access]]", 1
    )  # fmt: skip
    sites = site("S0", "school", 0, "existing", size="small") + site("S4", "school", 4)
    folder = street.write(tmp_path, toml, sites, lines=test_verify_lines.LINES)
    of = prover(Auditor(folder), test_verify_lines.plan(folder))
    county = of.county
    for id_, found in (("S0", {"L1", "L2"}), ("S4", {"L2", "L3"})):
        assert of.ground.refers_to(county.services["school"], county.sites["school"][id_]) == found


def test_a_line_that_cannot_run_joins_nobody(tmp_path: Path) -> None:
    """L4 stops where no road is."""
    sites = site("S0", "school", 0, "existing", size="small")
    folder = street.write(
        tmp_path, test_verify_lines.TOML, sites, lines=test_verify_lines.LINES + "L4,bus,four,V0;V6,1,existing\n"
    )
    with (folder / "settlements.csv").open("a", encoding="utf-8") as file:
        file.write("V6,v6,village,T2,0,100.00,26.0,0,3,0,0\n")
    county = Auditor(folder).folder.county("")
    roads = networks(county, {})
    running = all_lines(county, roads)["bus"]
    assert "L4" in county.sites["bus"]
    assert (running.legs("L4"), running.round("L4")) == (None, None)
    assert running.legs("L1") is not None
    joined = by_pair(county, roads["walk"], running, "bus", list(county.sites["school"].values()), 10**9)
    assert {line for ways in joined.values() for _, line in ways} == {"L1", "L2"}


TWO = """
[services.clinic]
family = "coverage"
name = "clinic"
demand = "people"
hosts = ["village"]
[[services.clinic.access]]
mode = "drive"
limit_min = 1
[[services.clinic.sizes]]
id = "standard"
capital = 1
[services.school]
family = "catchment"
name = "school"
demand = "pupils"
hosts = ["village"]
[[services.school.access]]
mode = "walk"
limit_min = 10
[[services.school.sizes]]
id = "small"
capacity_persons = 60
capital = 2
[[funds]]
id = "health"
name = "health"
funding_class = "government"
capital = 9
pays = ["clinic"]
[[funds]]
id = "education"
name = "education"
funding_class = "government"
capital = 9
pays = ["school"]
[[targets]]
id = "T1"
service = "clinic"
indicator = "served_share"
threshold_pct = 90
"""


def two(tmp_path: Path) -> Prover:
    """Two services that share nothing, none of which builds anything."""
    sites = site("C1", "clinic", 1, "existing", size="standard") + site("S1", "school", 1, "existing", size="small")
    folder = street.write(tmp_path, TWO, sites)
    clinic = street.part(
        [("C1", "standard", "keep", "")],
        [("V0", "C1", 0, "", 100, 60), ("V1", "C1", 0, "", 50, 0), ("V2", "C1", 0, "", 40, 60)],
        [("V3", 60, "no_site_in_reach"), ("V4", 30, "no_site_in_reach")],
    )
    school = street.part(
        [("S1", "small", "keep", "")],
        [("V0", "S1", 0, "", 30, 600), ("V1", "S1", 0, "", 20, 0), ("V2", "S1", 0, "", 10, 600)],
        [("V0", 10, "full"), ("V3", 30, "no_site_in_reach"), ("V4", 5, "no_site_in_reach")],
    )
    auditor = Auditor(folder)
    plan = street.claiming(auditor, street.plan(folder, {"clinic": clinic, "school": school}))
    assert auditor.check(plan).breaches == ()
    return prover(auditor, plan)


def test_a_tier_asks_nothing_of_a_service_without_a_target(tmp_path: Path) -> None:
    of = two(tmp_path)
    free = {"prices": []}
    assert of.parts() == [["clinic"], ["school"]]
    assert of.prove("tier 1", ["school"], SCALE, free) == 0
    assert of.prove("tier 1", ["school"], SCALE, {"prices": [["person", "school", "V3", 0, 90]]}) == 0
    assert of.prove("tier 1", ["clinic"], SCALE, free) is not None
    assert of.prove("worth", ["school"], SCALE, free) == 60
    assert of.prove("worth", ["clinic"], SCALE, free) == 190


def test_a_certificate_says_nothing_of_no_plan_or_of_a_better_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = two(tmp_path)
    parts = [{"services": [key], "tree": {"prices": []}} for key in ("clinic", "school")]
    content = {"format": 1, "scale": SCALE, "stages": [{"stage": "worth", "bound": 250, "parts": parts}]}
    assert check(of, content) == {"worth": 250}
    of.served = {"clinic": 191, "school": 60}  # more than any plan can have
    with pytest.raises(ValueError, match="excludes what the plan reaches"):
        check(of, content)
    monkeypatch.setattr(of, "prove", lambda *_: None)
    with pytest.raises(ValueError, match="no plan at all is left"):
        check(of, content)


def test_who_has_no_township_counts_in_none(tmp_path: Path) -> None:
    """V4, with the worst service, belongs to no township and is neither town nor country."""
    worst, gap = ("id = '{}'\nservice = 'clinic'\nindicator = '{}'\nthreshold_pct = {}\n".format(*row) for row in (
        ("T2", "worst_township_share", 90), ("T3", "urban_rural_gap", 5)))  # fmt: skip
    sites = site("C1", "clinic", 1, "existing", size="standard") + site("C3", "clinic", 3)
    only = TWO.partition("[services.school]")[0] + "[[targets]]\n" + worst + "[[targets]]\n" + gap
    folder = street.write(tmp_path, only, sites)
    file = folder / "settlements.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("V3,v3,village,T2,0", "V3,v3,village,,2"), encoding="utf-8")
    clinic = street.part(
        [("C1", "standard", "keep", "")],
        [("V0", "C1", 0, "", 100, 60), ("V1", "C1", 0, "", 50, 0), ("V2", "C1", 0, "", 40, 60)],
        [("V3", 60, "not_built"), ("V4", 30, "not_built")],
    )
    auditor = Auditor(folder)
    plan = street.plan(folder, {"clinic": clinic})
    verdict = street.audit(auditor, plan)
    assert verdict.breaches == ()
    # T1 all of 190; T2 none of V4's 30; of the country V1 and V2, 90 of 120
    assert [row["value"] for row in verdict.figures["targets"]] == [0, 7500]
    of = prover(auditor, plan)
    stage = of.stages()[0]
    for name in ("T1", "T2"):
        rows = [["target", "T2", name, 3], ["target", "T3", "", 2]]
        assert total(of, rows, stage) is not None
    prices, aim = Prices([["target", "T2", "T2", 1], ["target", "T3", "", 12]]), of.aim(stage, ["clinic"])
    persons = wants(of.county, ["clinic"], aim, prices, SCALE).persons["clinic"]
    assert {id_: per[-1] for id_, per in persons.items()} == {
        "V0": -(12 * 10_000 // 100), "V1": 1000, "V2": 1000, "V3": 0, "V4": 10_000 + 1000,
    }  # fmt: skip


def test_what_a_plan_costs_is_the_money_that_the_check_counts(tmp_path: Path) -> None:
    folder = test_verify_shared.county(tmp_path)
    auditor, plan = Auditor(folder), test_verify_shared.plan(folder)
    figures, of = auditor.check(plan).figures, prover(auditor, plan)
    assert of.money(of.planned) == (figures["capital"], figures["running"])


def test_services_of_a_package_that_counts_share_it() -> None:
    about = SimpleNamespace(
        funds={},
        targets=[SimpleNamespace(id="t", package="P")],
        packages={"P": (("a", "b"), ("V1",))},
        sites={},
        quota=(),
    )
    assert list(links(about, [], {"t"})) == [["a", "b"]]  # type: ignore[arg-type]
    assert list(links(about, [], set())) == []  # type: ignore[arg-type]


def test_a_target_of_a_service_that_is_not_planned_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "worth", lambda *_: (1, 2, 3))
    rows = [SimpleNamespace(id=key, service=key, package="", year=None, tier=1, weight=3) for key in "abc"]
    about = SimpleNamespace(targets=rows, packages={}, phase_at=lambda year: 0)
    found, points = targets.measure(about, SimpleNamespace(opened={"a": {}, "c": {}}))  # type: ignore[arg-type]
    assert [row["id"] for row in found] == ["a", "c"]
    assert points == {"1": 2 * 2 * 1_000_000}


def test_nobody_who_was_not_asked_agrees() -> None:
    result = {"aim": "worth", "objective": 10, "stages": [], "cross_check": None}
    assert judge(Verdict("valid", figures={"objective": 10}), {}, result).trust == "claim"
