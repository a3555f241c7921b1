"""What a target asks for and what a plan reaches of it: the indicators of equity, phases and packages by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.counties.county import County
from siting.model import goal
from siting.plans.outcome import Effort
from siting.problems.needs import WHOLE_SHARE, phases_by, reached, share_value, target_needs
from siting.problems.posing import pose
from siting.reading import instance, scenario
from siting.roads import travel
from siting.solvers import greedy

from .verify_street import site, write

TOML = """
[services.clinic]
family = "coverage"
name = "clinic"
demand = "people"
hosts = ["county_town", "village"]
[[services.clinic.access]]
mode = "drive"
limit_min = 0.5
[[services.clinic.sizes]]
id = "s"
capital = 10
[services.club]
family = "coverage"
name = "club"
demand = "villages"
hosts = ["county_town", "village"]
[[services.club.access]]
mode = "drive"
limit_min = 1
[[services.club.sizes]]
id = "s"
capital = 10
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
capital_by_phase = [20, 10]
pays = ["clinic", "club"]
[[packages]]
id = "model"
services = ["clinic", "club"]
settlements = ["V0", "V2", "V5"]
"""
TARGETS = {
    "worst": 'service = "clinic"\nindicator = "worst_township_share"\nthreshold_pct = 33.333',
    "gap": 'service = "clinic"\nindicator = "urban_rural_gap"\nthreshold_pct = 12.345',
    "early": 'service = "clinic"\nindicator = "served_share"\nthreshold_pct = 50\nyear = 2026',
    "late": 'service = "clinic"\nindicator = "served_share"\nthreshold_pct = 50\nyear = 2028',
    "never": 'service = "clinic"\nindicator = "served_share"\nthreshold_pct = 50\nyear = 2050',
    "rural": 'service = "clinic"\nindicator = "settlements_share"\nthreshold_pct = 50\nurban = 0',
    "clubs": 'service = "club"\nindicator = "settlements_share"\nthreshold_pct = 30',
    "built": 'service = "clinic"\nindicator = "built_count"\nthreshold_count = 1\nyear = 2027',
    "open": 'service = "clinic"\nindicator = "open_count"\nthreshold_count = 3\nsizes = ["s"]',
    "villages": 'package = "model"\nindicator = "package_count"\nthreshold_count = 2\nweight = 3',
}
SITES = (
    site("C0", "clinic", 0, "existing", size="s")
    + site("C1", "clinic", 1, "existing")
    + site("C2", "clinic", 2)
    + site("C3", "clinic", 3)
    + site("C4", "clinic", 4, "existing", size="s", outside=1, host="")
    + site("K2", "club", 2)
)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    rows = "".join(f'[[targets]]\nid = "{name}"\n{keys}\n' for name, keys in TARGETS.items())
    return instance.read(write(tmp_path_factory.mktemp("needs") / "street", TOML + rows, SITES))[0]


def test_needs_are_whole_numbers(county: County) -> None:
    needs = {n.target.id: n for n in target_needs(county, scenario.of(county))}
    assert {name: (n.whole, n.need) for name, n in needs.items()} == {
        "worst": (10_000, 3334),  # 3333.3 rounds up
        "gap": (10_000, 10_000 - 1234),  # 1234.5 rounds down
        "early": (280, 140),  # 100 + 50 + 40 + 60 + 30
        "late": (280, 140),
        "never": (280, 140),
        "rural": (4, 2),  # V1 to V4; nobody lives in V5
        "clubs": (4, 2),  # 1.2 of the four villages
        "built": (0, 1),
        "open": (0, 3),
        "villages": (3, 2),
    }
    assert needs["worst"].parts == (("V0", "V1", "V2"), ("V3", "V4"))
    assert needs["gap"].parts == (("V0",), ("V1", "V2", "V3", "V4"))
    # V5 asks for nothing, the county town V0 for no club
    assert needs["villages"].package == {
        "clinic": {"V0": 100, "V2": 40, "V5": 0},
        "club": {"V0": 0, "V2": 1, "V5": 0},
    }
    assert needs["villages"].points == 1_500_000  # 3 * 1,000,000 / 2
    assert needs["worst"].points == 300  # 1,000,000 / 3334 = 299.94
    assert [needs[name].by for name in ("early", "late", "never", "built", "worst")] == [
        ("p1",), None, None, ("p1",), None,
    ]  # fmt: skip


@pytest.mark.parametrize(("year", "by"), [(None, None), (2026, 1), (2027, 1), (2028, None), (2030, None), (2031, None)])
def test_a_year_means_the_first_phase_that_ends_no_earlier(county: County, year: int | None, by: int | None) -> None:
    assert phases_by(county, year) == (None if by is None else county.phases[:by])


def test_values_of_a_plan_are_the_same_by_ids_and_by_positions(county: County) -> None:
    # Three sites of 10 with 20 now and 10 later: C2 and C3 serve V2 and V3, K2 the clubs of V1, V2 and V3
    chosen = scenario.of(county)
    problem = pose(county, travel.times(county), chosen)
    plan = greedy.solve(problem, Effort()).plan
    needs = target_needs(county, chosen)
    values = {n.target.id: reached(n, plan.services, county) for n in needs}
    assert values == {row.id: goal.target_value(problem, row, plan) for row in problem.targets}
    since = {o.site: o.phase for o in plan.services["clinic"].open}
    served = {"V0": 100, "V1": 50, "V4": 30} | {f"V{s[1]}": {"C2": 40, "C3": 60}[s] for s in since if s in ("C2", "C3")}
    assert values["never"] == sum(served.values())
    assert values["open"] == sum(s in since for s in ("C0", "C2", "C3"))  # C1 has no size, C4 lies outside
    assert values["built"] == sum(since.get(s) == "p1" for s in ("C2", "C3"))
    assert values["villages"] == 2 + (since.get("C2") is not None and bool(plan.services["club"].open))


@pytest.mark.parametrize(
    ("indicator", "got", "value"),
    [
        ("served_share", (10, 4, 1), 15),
        ("settlements_share", (10, 5, 1), 2),
        # parts: {0, 1} of 15 and {2} of 7
        ("worst_township_share", (10, 5, 1), 1428),  # 10,000 / 7 = 1428.57
        ("worst_township_share", (1, 0, 7), 666),  # 10,000 / 15 = 666.67
        ("urban_rural_gap", (10, 0, 3), 10_000 - 2381),  # 10/15 - 3/7 = 25/105: 2380.95 rounds up
        ("urban_rural_gap", (0, 5, 3), 10_000),  # the country is ahead
    ],
)
def test_indicators_by_hand(indicator: str, got: tuple[int, ...], value: int) -> None:
    assert share_value(indicator, got, (10, 5, 7), [[0, 1], [2]]) == value


def test_shares_without_people_are_whole() -> None:
    assert share_value("worst_township_share", (), (), []) == WHOLE_SHARE
    assert share_value("urban_rural_gap", (0,), (5,), [[0], []]) == WHOLE_SHARE


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=2, max_size=6))
def test_serving_one_more_never_lowers_the_worst_township(rows: list[tuple[int, int]]) -> None:
    asked = [q for _, q in rows]
    got = [min(g, q) for g, q in rows]
    parts = [[0], list(range(1, len(rows)))]
    before = share_value("worst_township_share", got, asked, parts)
    for k in range(len(rows)):
        if got[k] < asked[k]:
            more = [g + (i == k) for i, g in enumerate(got)]
            assert share_value("worst_township_share", more, asked, parts) >= before
