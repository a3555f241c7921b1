"""Buses in a new county: the preset that has them, lines of a planner's list, and lines drawn from the roads."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest

from siting import words
from siting.errors import InputRefused
from siting.instances.gather import make
from siting.instances.importfacts import Log
from siting.instances.inputs import Wish
from siting.instances.skeleton import read_preset
from siting.reading import instance
from siting.roads import travel
from siting.runs import solving
from siting.verify import verify_run

from .small_map import write_map

PRESETS = Path(__file__).resolve().parents[1] / "instances" / "presets"
PEOPLE = """编号,名称,人口,级别,乡镇
S,石门镇,3000,县城,石门镇
Y,云岭乡,900,乡镇驻地,云岭乡
B,白岩,200,中心村,石门镇
U,上坝,150,中心村,云岭乡
"""


@pytest.fixture
def osm(tmp_path: Path) -> Path:
    return write_map(tmp_path / "map.osm")


def made(tmp_path: Path, osm: Path, lines: str | None = None, people_listed: str = PEOPLE, **wish: Any) -> Log:
    people = tmp_path / "villages.csv"
    people.write_text(people_listed, encoding="utf-8")
    if lines is not None:
        (tmp_path / "lines.csv").write_text(lines, encoding="utf-8")
        wish["lines"] = tmp_path / "lines.csv"
    wish.setdefault("preset", "services-and-buses")
    return make(tmp_path / "county", Wish(osm=osm, settlements=people, **wish))


def rows(log: Log) -> list[dict[str, str]]:
    with (log.folder / "lines.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def refused(tmp_path: Path, osm: Path, lines: str, **wish: Any) -> list[tuple[str, int | None, str]]:
    with pytest.raises(InputRefused) as caught:
        made(tmp_path, osm, lines, **wish)
    for fault in caught.value.faults:
        assert all(words.load(lang)(fault.code, **fault.values) for lang in words.LANGS)
    assert not (tmp_path / "county").exists()
    return [(fault.code, fault.row, fault.column) for fault in caught.value.faults]


def test_candidates_are_drawn_from_the_roads(tmp_path: Path, osm: Path) -> None:
    log = made(tmp_path, osm)
    lines = rows(log)
    assert {line["status"] for line in lines} == {"candidate"}
    stops = {tuple(line["stops"].split(";")) for line in lines}
    assert ("S", "Y") in stops  # the spoke from the county town to the seat
    assert {stop for way in stops for stop in way} == {"S", "Y", "B", "U"}
    (note,) = [note for note in log.notes if note.code == "N218"]
    assert dict(note.values) == {"today": 0, "drawn": len(lines), "reached": 3, "asked": 3}
    county, _ = instance.read(log.folder)
    assert county.file.funds[-1].capital == 40 * 4250 / 10_000
    facts = travel.times(county).lines["bus"]
    assert min(facts.round_ms) > 0


def test_lines_of_today_are_kept_and_not_drawn_again(tmp_path: Path, osm: Path) -> None:
    text = "线路名称,途经站点,每日往返班次\n城乡1路,云岭乡→石门镇,6\n2路,S；白岩村、上坝,2\n"
    log = made(tmp_path, osm, text)
    lines = rows(log)
    today = [line for line in lines if line["status"] == "existing"]
    assert [(line["id"], line["name"], line["stops"], line["trips_per_day"]) for line in today] == [
        ("L2", "城乡1路", "Y;S", "6"), ("L3", "2路", "S;B;U", "2")
    ]  # fmt: skip
    drawn = [line["stops"] for line in lines if line["status"] == "candidate"]
    assert drawn
    assert not {"S;Y", "Y;S", "S;B;U", "U;B;S"} & set(drawn)
    county, _ = instance.read(log.folder)
    assert [line.status for line in county.lines].count("existing") == 2


def test_every_fault_of_the_list_at_once(tmp_path: Path, osm: Path) -> None:
    text = "id,name,stops,trips\nA,one,S;Y,2\nA,two,S;无此村,2\nC,,S;Y,many\n"
    assert refused(tmp_path, osm, text) == [
        ("E207", 3, "id"), ("E281", 3, "stops"), ("E206", 4, "trips_per_day"), ("E214", 4, "name")
    ]  # fmt: skip
    assert refused(tmp_path, osm, "name,stops\none,S;Y\n") == [("E205", 1, "")]


def test_a_list_of_lines_needs_a_preset_with_buses(tmp_path: Path, osm: Path) -> None:
    assert refused(tmp_path, osm, "name,stops,trips\none,S;Y,2\n", preset="basic-services") == [("E279", None, "")]


def test_a_line_with_one_stop_is_refused_when_the_folder_is_read(tmp_path: Path, osm: Path) -> None:
    assert "E147" in {code for code, _, _ in refused(tmp_path, osm, "name,stops,trips\none,S,2\n")}


def test_a_county_without_buses_has_no_lines(tmp_path: Path, osm: Path) -> None:
    assert not (made(tmp_path, osm, preset="basic-services").folder / "lines.csv").exists()


def test_the_same_inputs_give_the_same_lines(tmp_path: Path, osm: Path) -> None:
    first = made(tmp_path, osm).folder
    (tmp_path / "again").mkdir()
    again = made(tmp_path / "again", osm).folder
    for path in sorted(first.iterdir()):
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_a_preset_on_top_of_another_is_both() -> None:
    both, base = (read_preset(name) for name in ("services-and-buses", "basic-services"))
    more = tomllib.loads((PRESETS / "services-and-buses.toml").read_text(encoding="utf-8"))
    found, below = both.document.unwrap(), base.document.unwrap()
    assert found["services"].keys() == {*below["services"], "bus"}
    assert found["services"]["bus"] == more["services"]["bus"]
    assert found["network"]["modes"]["bus"] == more["network"]["modes"]["bus"]
    assert [fund["id"] for fund in found["funds"]] == [*(fund["id"] for fund in below["funds"]), "transport"]
    assert [target["id"] for target in found["targets"]][-1] == "bus-all"
    access = found["services"]["school_junior"]["access"]
    assert access == [*below["services"]["school_junior"]["access"], *more["services"]["school_junior"]["access"]]
    assert found["sources"].keys() == {*below["sources"], *more["sources"]}
    same = set(found["services"]) - {"bus", "school_junior"}
    assert all(found["services"][key] == below["services"][key] for key in same)
    # what is written reads as what was merged
    text = both.document.as_string()
    assert tomllib.loads(text) == found
    assert both.importing["capital_per_resident"].keys() == {*base.importing["capital_per_resident"], "transport"}
    assert both.county()["network"]["modes"]["bus"]["speeds_kmh"]["trunk"] == 45


def test_a_plan_with_buses_is_verified(tmp_path: Path, osm: Path) -> None:
    log = made(tmp_path, osm, "name,stops,trips\none,B;S,2\n", PEOPLE.replace("3000", "30000"))
    run = tmp_path / "run"
    solving.solve(log.folder, run, solving.Ask(solver="greedy"))
    verdict = verify_run(run)
    assert verdict.word == "valid"
    assert verdict.figures["served"]["bus"] == 3  # 白岩 by the line of today, the seat and 上坝 by new ones
