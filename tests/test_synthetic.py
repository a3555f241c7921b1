"""The generated county is the same everywhere, adds up to the census and hangs together."""

from __future__ import annotations

import csv
import gzip
import json
import statistics
import tomllib
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from siting.counties.sections import CountyFile
from siting.instances.synthetic.county import generate, people
from siting.instances.synthetic.sources import SOURCES
from siting.problems.posing import pose
from siting.reading import instance, scenario
from siting.roads import travel

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "instances" / "yunling-county"
POLICY = ROOT.parent / "shared" / "policy"
CENSUS = ROOT.parent / "shared" / "counties" / "china_census_2020" / "county_2020.csv.gz"
FILES = {
    "county.toml",
    "settlements.csv",
    "sites.csv",
    "lines.csv",
    "disposal.csv",
    "nodes.csv",
    "edges.csv",
    "red_lines.geojson",
}


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def total(folder: Path, column: str) -> int:
    return sum(int(row[column]) for row in table(folder, "settlements"))


def plain(value: Any, sources: set[str]) -> Any:
    """A TOML value without its sources, which are collected."""
    if isinstance(value, dict):
        if "value" in value and set(value) <= {"value", "source", "note"}:
            sources.add(value["source"])
            return value["value"]
        return {key: plain(part, sources) for key, part in value.items()}
    return [plain(part, sources) for part in value] if isinstance(value, list) else value


def county(folder: Path) -> tuple[CountyFile, set[str]]:
    sources: set[str] = set()
    raw = tomllib.loads((folder / "county.toml").read_text(encoding="utf-8"))
    return CountyFile.model_validate(plain(raw, sources)), sources


def graph(folder: Path, mode: str) -> Any:
    travel = county(folder)[0].network.modes[mode]  # type: ignore[index]
    roads: Any = nx.DiGraph()
    for edge in table(folder, "edges"):
        if edge["road_class"] in travel.speeds_kmh:
            roads.add_edge(edge["from_node"], edge["to_node"])
            if not (travel.oneway and edge["oneway"] == "1"):
                roads.add_edge(edge["to_node"], edge["from_node"])
    return roads


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    generate(folder, seed=7, villages=20, sites=5)
    return folder


@pytest.fixture(params=["shipped", "small"])
def folder(request: pytest.FixtureRequest, small: Path) -> Path:
    return SHIPPED if request.param == "shipped" else small


def test_the_shipped_county_is_what_the_generator_writes(tmp_path: Path) -> None:
    generate(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == FILES
    for name in sorted(FILES):
        assert (tmp_path / name).read_bytes() == (SHIPPED / name).read_bytes(), name


def test_the_shipped_county_stays_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 1_500_000


def test_people_add_up_to_the_census() -> None:
    assert total(SHIPPED, "population_persons") == people.CENSUS_PEOPLE
    assert total(SHIPPED, "rural_persons") == people.CENSUS_RURAL
    assert total(SHIPPED, "households") == people.CENSUS_HOUSEHOLDS
    for column, ppm in people.GROUPS_PPM.items():
        assert total(SHIPPED, column) == people.CENSUS_PEOPLE * ppm // 1_000_000
    levels = [row["level"] for row in table(SHIPPED, "settlements")]
    assert 900 <= levels.count("hamlet") <= 1000
    assert levels.count("village") + levels.count("central_village") == 300
    assert 55 <= levels.count("central_village") <= 65
    assert len({row["township"] for row in table(SHIPPED, "settlements")}) == 20


def test_no_group_is_larger_than_the_people_of_its_settlement(folder: Path) -> None:
    for row in table(folder, "settlements"):
        assert all(int(row[c]) <= int(row["population_persons"]) for c in [*people.GROUPS_PPM, "rural_persons"])
        assert int(row["pupils_grade4up_persons"]) == int(row["pupils_primary_persons"]) // 2


@pytest.mark.parametrize("mode", ["walk", "bicycle", "drive", "bus"])
def test_every_road_can_be_reached_from_every_other(folder: Path, mode: str) -> None:
    assert nx.is_strongly_connected(graph(folder, mode))


def test_walkers_use_every_node(folder: Path) -> None:
    assert set(graph(folder, "walk")) == {row["id"] for row in table(folder, "nodes")}


def test_roads_are_never_shorter_than_the_straight_line(folder: Path) -> None:
    at = {row["id"]: (float(row["lon"]), float(row["lat"])) for row in table(folder, "nodes")}
    for edge in table(folder, "edges"):
        (x0, y0), (x1, y1) = at[edge["from_node"]], at[edge["to_node"]]
        straight = (((x0 - x1) * 99_600) ** 2 + ((y0 - y1) * 111_200) ** 2) ** 0.5
        assert float(edge["length_m"]) >= straight - 1


def test_the_county_file_is_valid_and_names_every_source(folder: Path) -> None:
    file, used = county(folder)
    used |= {group.source for group in file.demand.values()}
    used |= {row["source"] for name in ("sites", "lines", "disposal") for row in table(folder, name)}
    used |= {target.policy for target in file.targets}
    assert used == set(file.sources)
    head = table(folder, "settlements")[0]
    assert all(group.column in head for group in file.demand.values() if group.column)
    assert {service for fund in file.funds for service in fund.pays} == set(file.services)


def test_no_number_is_shown_as_better_known_than_it_is() -> None:
    if not POLICY.exists():
        pytest.skip("the table of standards is not part of the repository")
    with (POLICY / "standards.csv").open(encoding="utf-8-sig", newline="") as file:
        known = {row["id"]: row for row in csv.DictReader(file)}
    for ident, title, _, status, url in SOURCES:
        if ident.startswith("S") and ident != "SYN":
            assert status == known[ident]["status"], ident
            assert url == (known[ident]["evidence"] if status == "VERIFIED" else ""), ident
            assert title


def test_the_folder_has_no_fault_and_every_scenario_can_be_posed(folder: Path) -> None:
    county, faults = instance.read(folder)
    assert {fault.code for fault in faults} <= {"W141", "W168"}  # in red lines; a size that a small county cannot pay
    for name in scenario.names(county):
        changed = scenario.under(county, name)
        pose(changed, travel.times(changed), scenario.of(changed, name))


def test_a_dense_county_keeps_its_disposal_places_away_from_homes(tmp_path: Path) -> None:
    generate(tmp_path, seed=3, villages=20, hamlets=260)
    _, faults = instance.read(tmp_path)
    assert not [fault for fault in faults if fault.code.startswith("E")]


def test_every_part_of_the_model_is_in_the_county() -> None:
    file, _ = county(SHIPPED)
    services = file.services
    assert {service.family for service in services.values()} == {"coverage", "catchment", "haul", "line"}
    assert {access.kind for service in services.values() for access in service.access} == {"direct", "boarding", "line"}
    for rule in ("may_close", "may_expand", "close_only_if_served", "whole_settlements", "closest", "also_served_by",
                 "min_persons", "closing_capital", "resale", "referral"):  # fmt: skip
        assert any(getattr(service, rule) for service in services.values()), rule
    assert services["waste"].keep_away.homes_m
    assert services["waste"].keep_away.water_m
    assert any(access.limit_by_level for access in services["fitness"].access)
    assert any(access.eligible for access in services["school_primary"].access)
    assert any(group.each_settlement_of for group in file.demand.values())
    assert {target.indicator for target in file.targets} == {
        "served_share", "settlements_share", "worst_township_share", "urban_rural_gap", "open_count", "built_count",
        "package_count",
    }  # fmt: skip
    assert {fund.funding_class for fund in file.funds} == {"government", "government+social", "enterprise", "village"}
    assert file.rules
    assert len(file.packages[0].settlements) == 10
    sites = table(SHIPPED, "sites")
    for column in ("beds_persons", "capacity_tpd", "outside", "plot"):
        assert any(site[column] for site in sites), column
    whole = instance.read(SHIPPED)[0]
    phased = scenario.under(whole, "policy-2025-land").file
    assert [phase.year for phase in phased.phases] == [2025, 2026]
    assert len(phased.land.quota_m2) == 2
    assert {fund.carries_over for fund in phased.funds} == {True, False}
    assert scenario.of(whole, "clinics-least-cost").aims == ("worth", "cost", "travel")


def test_plots_are_shared_at_one_place(folder: Path) -> None:
    sites = [site for site in table(folder, "sites") if site["plot"]]
    for plot in {site["plot"] for site in sites}:
        here = [site for site in sites if site["plot"] == plot]
        assert len({site["service"] for site in here}) == len(here) >= 2
        assert len({(site["lon"], site["lat"]) for site in here if site["status"] == "candidate"}) == 1


def test_candidates_stand_where_the_rules_allow(folder: Path) -> None:
    from shapely.geometry import Point, shape

    file, _ = county(folder)
    lines = json.loads((folder / "red_lines.geojson").read_text(encoding="utf-8"))
    zones = [shape(feature["geometry"]) for feature in lines["features"]]
    places = {row["id"]: row for row in table(folder, "settlements")}
    for site in table(folder, "sites"):
        service = file.services[site["service"]]
        if site["status"] == "candidate":
            assert places[site["settlement"]]["level"] in service.hosts
            assert not any(zone.intersects(Point(float(site["lon"]), float(site["lat"]))) for zone in zones)
        elif site["outside"] != "1":
            assert site["size"] in {size.id for size in service.sizes}


def test_every_service_stands_somewhere_today(folder: Path) -> None:
    today = {site["service"] for site in table(folder, "sites") if site["status"] == "existing"}
    assert today == set(county(folder)[0].services) - {"bus"}
    assert any(line["status"] == "existing" for line in table(folder, "lines"))


def test_the_number_of_candidates_can_be_limited(small: Path) -> None:
    found = [site["service"] for site in table(small, "sites") if site["status"] == "candidate"]
    assert max(found.count(service) for service in set(found)) == 5


def test_ids_and_names_are_unique(folder: Path) -> None:
    for name in ("settlements", "sites", "lines", "disposal", "nodes"):
        ids = [row["id"] for row in table(folder, name)]
        assert len(ids) == len(set(ids))
    names = [(row["township"], row["name"]) for row in table(folder, "settlements")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("seed", "villages"), [(1, 20), (2, 33), (3, 60), (21, 20)])
def test_other_seeds_and_sizes_work(tmp_path: Path, seed: int, villages: int) -> None:
    generate(tmp_path, seed=seed, villages=villages)
    assert total(tmp_path, "population_persons") == people.CENSUS_PEOPLE * villages // 300
    assert nx.is_strongly_connected(graph(tmp_path, "drive"))
    levels = [row["level"] for row in table(tmp_path, "settlements")]
    assert levels.count("village") + levels.count("central_village") == villages
    county, _ = instance.read(tmp_path)
    pose(county, travel.times(county), scenario.of(county))  # the running budget pays what must stay open


def test_a_county_needs_villages(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 20"):
        generate(tmp_path, villages=3)


def test_the_census_figures_are_the_medians_of_the_table() -> None:
    if not CENSUS.exists():
        pytest.skip("the census table is not part of the repository")
    with gzip.open(CENSUS, "rt", encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["区县"].endswith("县")]
    rows = [r for r in rows if r["人口数_合计"] and r["乡村人口"]]
    sample = [
        r
        for r in rows
        if 260_000 <= float(r["人口数_合计"]) <= 320_000
        and 0.50 <= float(r["乡村人口"]) / float(r["人口数_合计"]) <= 0.62
    ]
    assert len(sample) == 72

    def share(age: str) -> float:
        return statistics.median(
            (float(r[f"男_{age}岁"]) + float(r[f"女_{age}岁"])) / float(r["人口数_合计"]) for r in sample
        )

    assert statistics.median(float(r["人口数_合计"]) for r in sample) == pytest.approx(people.CENSUS_PEOPLE, abs=1)
    assert statistics.median(float(r["乡村人口"]) for r in sample) == pytest.approx(people.CENSUS_RURAL, abs=1)
    assert statistics.median(float(r["家庭户数"]) for r in sample) == pytest.approx(people.CENSUS_HOUSEHOLDS, abs=1)
    for age, ppm in (
        ("0", people.AGE_0_PPM),
        ("1到4", people.AGE_1_4_PPM),
        ("5到9", people.AGE_5_9_PPM),
        ("10到14", people.AGE_10_14_PPM),
        ("15到19", people.AGE_15_19_PPM),
    ):
        assert share(age) * 1_000_000 == pytest.approx(ppm, abs=6)
    assert statistics.median(float(r["人口比重_65岁及以上"]) for r in sample) * 10_000 == pytest.approx(
        people.AGE_65_PPM, abs=1
    )
