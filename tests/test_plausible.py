"""Warnings about what can be read and cannot be true, and about targets that no plan reaches; none without a reason."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from siting.counties.county import County
from siting.errors import Fault
from siting.messages import fault_lines
from siting.problems import reachable
from siting.problems.posing import pose
from siting.reading import instance, plausible, plausible_map, scenario
from siting.roads import travel
from siting.words import LANGS, load

from .conftest import EMBEDDED, Run
from .test_check_cli import put, replace
from .test_options import DISPOSAL, LINES, SITES, TOML
from .verify_street import write

TABLES = ("settlements.csv", "sites.csv", "lines.csv", "disposal.csv")


@pytest.fixture(scope="module")
def yunling() -> County:
    """The embedded county, which has nothing that is not plausible."""
    return instance.read(EMBEDDED)[0]


def rows(county: County) -> dict[str, list[int]]:
    return {name: list(range(2, 2 + max(len(county.settlements), len(county.sites)))) for name in TABLES}


def warned(county: County) -> list[Fault]:
    """The warnings of both modules, each a sentence in both languages."""
    numbers = {name: values[: len(getattr(county, name[:-4]))] for name, values in rows(county).items()}
    found = [*plausible.run(county, numbers), *plausible_map.run(county, numbers)]
    for lang in LANGS:
        assert all(fault_lines(found, load(lang)))
    return found


def settled(county: County, change: Callable[[Any], dict[str, Any]]) -> County:
    """The county with every settlement changed."""
    changed = tuple(s.model_copy(update=change(s)) for s in county.settlements)
    return dataclasses.replace(county, settlements=changed)


def test_the_embedded_county_is_plausible(yunling: County) -> None:
    assert warned(yunling) == []


def test_people_in_ten_thousands_are_noticed(yunling: County) -> None:
    wan = settled(yunling, lambda s: {"population_persons": s.population_persons // 10_000})
    assert "W161" in {f.code for f in warned(wan)}
    more = settled(yunling, lambda s: {"population_persons": s.population_persons * 10_000})
    found = [f for f in warned(more) if f.code == "W160"]
    assert len(found) == len(yunling.settlements)
    assert (found[0].file, found[0].row, found[0].column) == ("settlements.csv", 2, "population_persons")


def test_ages_that_do_not_add_up_are_noticed(yunling: County) -> None:
    first = yunling.settlements[0]
    half = {"pupils_primary_persons": first.population_persons // 2, "elderly_60_persons": first.population_persons}
    odd = settled(yunling, lambda s: half if s.id == first.id else {})
    assert [(f.code, f.row) for f in warned(odd)] == [("W162", 2)]
    elders = settled(yunling, lambda s: {"pupils_junior_persons": s.people("elderly_60_persons")})
    assert ("W163", "pupils_junior_persons") in {(f.code, f.column) for f in warned(elders)}
    nobody = settled(yunling, lambda s: {"children_3_5_persons": 0})
    assert [(f.code, f.column) for f in warned(nobody)] == [("W164", "children_3_5_persons")]


@pytest.mark.parametrize("factor", [1000, 0.001])
def test_waste_in_tonnes_or_grams_is_noticed(yunling: County, factor: float) -> None:
    odd = settled(yunling, lambda s: {"waste_kgpd": round(s.people("waste_kgpd") * factor)})
    assert ("W165", "waste_kgpd") in {(f.code, f.column) for f in warned(odd)}


def moved(county: County, east_m: float, north_m: float) -> County:
    def change(s: Any) -> dict[str, Any]:
        metres = 111_195 * math.cos(math.radians(s.lat))
        return {"lon": round(s.lon + east_m / metres, 5), "lat": round(s.lat + north_m / 111_195, 5)}

    return settled(county, change)


def test_a_shift_of_all_points_is_noticed_with_its_size(yunling: County) -> None:
    (found,) = [f for f in warned(moved(yunling, 480, -260)) if f.code == "W174"]
    assert abs(int(str(found.values["east"])) - 480) <= 100
    assert abs(int(str(found.values["north"])) + 260) <= 100
    assert int(str(found.values["before"])) > 2 * int(str(found.values["after"]))


def test_a_small_shift_is_no_reason_for_an_alarm(yunling: County) -> None:
    assert not [f for f in warned(moved(yunling, 40, 30)) if f.code == "W174"]


def test_rounded_and_heaped_coordinates_are_noticed(yunling: County) -> None:
    crude = settled(yunling, lambda s: {"lon": round(s.lon, 2), "lat": round(s.lat, 2)})
    assert ("W175", "settlements.csv") in {(f.code, f.file) for f in warned(crude)}
    seat = yunling.settlements[0]
    heap = settled(yunling, lambda s: {"lon": seat.lon, "lat": seat.lat} if s.township == seat.township else {})
    found = [f for f in warned(heap) if f.code == "W176"]
    assert len(found) == 1
    assert found[0].values["count"] == sum(s.township == seat.township for s in yunling.settlements)


def with_roads(county: County, **arrays: Any) -> County:
    return dataclasses.replace(county, roads=dataclasses.replace(county.roads, **arrays))


def test_roads_in_kilometres_are_noticed(yunling: County) -> None:
    short = with_roads(yunling, length_mm=yunling.roads.length_mm // 1000 + 1)
    (found,) = [f for f in warned(short) if f.code == "W177"]
    assert int(str(found.values["count"])) > 0.9 * len(yunling.roads.tail)


def test_a_misspelt_road_class_is_noticed(yunling: County) -> None:
    classes = yunling.roads.road_class.copy()
    classes[classes == "village"] = "vilage"
    (found,) = [f for f in warned(with_roads(yunling, road_class=classes)) if f.code == "W178"]
    assert found.values["value"] == "vilage"


def test_an_island_is_listed_with_its_people(yunling: County) -> None:
    """All roads of a piece of the county are cut at its edge: the settlements there set out from elsewhere."""
    roads = yunling.roads
    middle = yunling.settlements[40]
    near = (abs(roads.lon - middle.lon) < 0.03) & (abs(roads.lat - middle.lat) < 0.03)
    keep = near[roads.tail] == near[roads.head]
    names = ("tail", "head", "length_mm", "road_class", "oneway", "speed_mph", "name")
    found = [f for f in warned(with_roads(yunling, **{n: getattr(roads, n)[keep] for n in names})) if f.code == "W179"]
    assert found
    assert {f.file for f in found} == {"settlements.csv"}
    assert all(int(str(f.values["far"])) > int(str(f.values["near"])) + 500 for f in found)


#: How the small county is spoilt, and the warning that comes of it.
SMALL = {
    "a limit in hours": (replace("county.toml", "limit_min = 1\n", "limit_min = 0.4\n"), "W166", "county.toml"),
    "metres a second": (
        replace("county.toml", "speeds_kmh = { road = 6 }", "speeds_kmh = { road = 1.4 }"), "W167", "county.toml",
    ),
    "metres an hour": (replace("county.toml", "{ road = 60 }", "{ road = 199 }"), "W167", "county.toml"),
    "a size in yuan": (replace("county.toml", "capital = 20\n", "capital = 200000\n"), "W168", "county.toml"),
    "a fund in yuan": (replace("county.toml", "capital = 10\npays", "capital = 99999999\npays"), "W169", "county.toml"),
    "running cost of a life": (
        replace("county.toml", "capital = 10\nrunning_per_year = 1\n", "capital = 0.1\nrunning_per_year = 1\n"),
        "W170", "county.toml",
    ),
    "a ten thousand of thousands": (
        replace("county.toml", "[network]", "[money]\nbase_per_unit = 1000\n[network]"), "W159", "county.toml",
    ),
    "a size for a province": (
        replace("county.toml", "capacity_persons = 80", "capacity_persons = 8000000"), "W158", "county.toml",
    ),
    "a school for a province": (put("sites.csv", 5, capacity_persons="3000000"), "W173", "sites.csv"),
}  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_a_number_in_another_unit_is_noticed(name: str, siting_cli: Run, tiny: Path) -> None:
    spoil, code, file = SMALL[name]
    before = siting_cli("check", tiny, "--json").object["faults"]
    spoil(tiny)
    for lang in LANGS:
        answer = siting_cli("check", tiny, lang=lang)
        assert answer.code == 0, answer.text
        assert f"{code} {file}:" in answer.out
    after = siting_cli("check", tiny, "--json").object["faults"]
    places = {(f["file"], f["row"], f["column"]) for f in before if f["code"] == code}
    fresh = [f for f in after if f["code"] == code and (f["file"], f["row"], f["column"]) not in places]
    assert fresh or {f["message"] for f in after} - {f["message"] for f in before}


def test_money_that_is_too_little_is_told_in_the_unit_of_the_language(siting_cli: Run, tiny: Path) -> None:
    replace("county.toml", "capital = 20\n", "capital = 200000\n")(tiny)
    assert "costs 30 wan yuan, " in siting_cli("check", tiny).out
    assert "30 万元" in siting_cli("check", tiny, lang="zh").out


def test_errors_are_said_before_what_is_only_odd(siting_cli: Run, tiny: Path) -> None:
    replace("county.toml", "capital = 20\n", "capital = 200000\n")(tiny)
    replace("settlements.csv", "25.0,100,30", "25.0,-100,30")(tiny)
    answer = siting_cli("check", tiny)
    assert answer.code == 3
    assert "W168" not in answer.out


@pytest.mark.usefixtures("reads_once")
def test_targets_that_no_plan_reaches_are_named_before_any_solve(siting_cli: Run) -> None:
    answer = siting_cli("check", EMBEDDED)
    assert answer.code == 0
    assert "W180 county.toml:" in answer.out
    assert "“clinics-rural” asks for 100 %" in answer.out
    assert "W180" in siting_cli("check", EMBEDDED, lang="zh").out


def test_a_count_that_no_plan_reaches_is_named(siting_cli: Run, tiny: Path) -> None:
    replace("county.toml", "threshold_count = 2", "threshold_count = 4")(tiny)
    answer = siting_cli("check", tiny)
    assert answer.code == 0
    assert "asks for 4; with every site open only 3 can be reached" in answer.out


def test_running_costs_above_the_budget_are_an_error_before_any_solve(siting_cli: Run, tiny: Path) -> None:
    replace("county.toml", "running_budget_per_year = 4 ", "running_budget_per_year = 1 ")(tiny)
    answer = siting_cli("check", tiny)
    assert answer.code == 3
    assert "E182 county.toml:running_budget_per_year " in answer.out


SHARES = """
[[targets]]
id = "served"
service = "school"
indicator = "served_share"
threshold_pct = 100
[[targets]]
id = "worst"
service = "school"
indicator = "worst_township_share"
threshold_pct = 100
[[targets]]
id = "gap"
service = "school"
indicator = "urban_rural_gap"
threshold_pct = 1
[[targets]]
id = "early"
service = "waste"
indicator = "settlements_share"
threshold_pct = 100
year = 2027
[[targets]]
id = "built"
service = "school"
indicator = "built_count"
threshold_count = 9
"""


def test_what_can_be_reached_is_computed_by_hand(tmp_path: Path) -> None:
    """S0 grows to 80 places and beds, S1 too, S3 may be built with 80, S5 is next door with 30: 270 places for 105
    pupils. All five settlements have a school within one minute, so nobody is out of reach. Three of them can be built
    or grow (S5 outside does not count). Waste of all five reaches the station T1 or the landfill in the first phase."""
    folder = write(tmp_path / "street", TOML + SHARES, SITES, lines=LINES, disposal=DISPOSAL)
    county = instance.read(folder)[0]
    chosen = scenario.of(county)
    problem = pose(county, travel.times(county), chosen)
    found = list(reachable.faults(county, problem, chosen))
    assert [(f.code, f.values["id"]) for f in found] == [("W181", "built")]
    assert found[0].values["most"] == 3


def test_places_limit_what_can_be_reached(tmp_path: Path) -> None:
    toml = (TOML + SHARES).replace("capacity_persons = 40", "capacity_persons = 5")
    toml = toml.replace("capacity_persons = 80\nbeds_persons = 20", "capacity_persons = 9\nbeds_persons = 2")
    sites = SITES.replace(",existing,,50,5,", ",existing,,9,1,").replace(",existing,,30,", ",existing,,8,")
    county = instance.read(write(tmp_path / "street", toml, sites, lines=LINES, disposal=DISPOSAL))[0]
    chosen = scenario.of(county)
    problem = pose(county, travel.times(county), chosen)
    found = {f.values["id"]: f.values["most"] for f in reachable.faults(county, problem, chosen) if f.code == "W180"}
    assert found == {"served": f"{math.floor((9 + 9 + 9 + 8) / 105 * 1000) / 10:.1f}"}
