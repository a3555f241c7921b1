"""Rows of docs/acceptance.md that no other test shows: data as they really come, and wrong answers."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siting import store
from siting.errors import SitingError
from siting.plans import measure
from siting.plans.outcome import Effort
from siting.problems.posing import pose
from siting.reading import instance, scenario
from siting.roads import travel
from siting.runs import solving
from siting.runs.journal import plan_file
from siting.runs.solving import Ask
from siting.solvers import greedy
from siting.verify import Auditor

from .conftest import Run
from .test_check_cli import append, assert_refused, replace

ROOT = Path(__file__).resolve().parents[1]

# ---- D1, D2: ids stay what they are


def test_ids_of_every_look_stay_text(tiny: Path) -> None:
    """Leading zeros, more digits than a float holds, what a spreadsheet takes for a date or a number."""
    ids = {
        "V1": "0071",
        "V2": "123456789012345678901",
        "V3": "MAR-1",
        "V4": "1E5x",
        "V5": "3/4",
        "V6": "TRUE",
        "V7": "-",
    }
    for name in ("settlements.csv", "sites.csv"):
        text = (tiny / name).read_text(encoding="utf-8")
        for old, new in ids.items():
            text = text.replace(f"{old},", f"{new},")
        (tiny / name).write_text(text, encoding="utf-8")
    county, _ = instance.read(tiny)
    assert {s.id for s in county.settlements} == set(ids.values())


@pytest.mark.parametrize("changed", ["1.10101E+11", "1E+15", "4.2e+07"])
def test_an_id_that_a_spreadsheet_changed_is_named_with_its_row(changed: str, siting_cli: Run, tiny: Path) -> None:
    replace("settlements.csv", "V6,six", f"{changed},six")(tiny)
    assert_refused(siting_cli, tiny, ("E111", "settlements.csv:7:id"))


# ---- D11, W11: a road without a length or a speed is never guessed


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        ("A,B,1000,road,0,", "A,B,,road,0,", "E107", "length_m"),
        ("A,B,1000,road,0,", "A,B,0,road,0,", "E108", "length_m"),
        ("A,B,1000,road,0,", "A,B,-1,road,0,", "E108", "length_m"),
        ("A,B,1000,road,0,", "A,B,inf,road,0,", "E110", "length_m"),
        ("A,B,1000,road,0,", "A,B,1000,road,0,0", "E108", "speed_kmh"),
        ("A,B,1000,road,0,", "A,B,1000,road,0,walk", "E110", "speed_kmh"),
        ("A,B,1000,road,0,", "A,B,1000,road,0,50;80", "E110", "speed_kmh"),
        ("A,B,1000,road,0,", "A,B,1000,road,0,201", "E108", "speed_kmh"),
        ("A,B,1000,road,0,", "A,B,1000,,0,", "E107", "road_class"),
    ],
)
def test_a_road_section_that_cannot_be_timed_is_refused(
    old: str, new: str, code: str, column: str, siting_cli: Run, tiny: Path
) -> None:
    replace("edges.csv", old, new)(tiny)
    assert_refused(siting_cli, tiny, (code, f"edges.csv:2:{column}"))


def test_a_class_without_a_speed_is_closed_and_not_free(tiny: Path) -> None:
    """The ferry of one metre from A to C is in no table of speeds: nobody crosses by it."""
    times = travel.times(instance.read(tiny)[0])
    network = times.networks["drive"]
    assert network.time_ms.nnz == 2 * 4 + 1


# ---- W8, W10: an island is listed, and nobody is lost


def island(folder: Path) -> None:
    """Two villages with a road of their own, 11 km north of everything."""
    append("nodes.csv", "X,100.00,25.1\nY,100.01,25.1\n")(folder)
    append("edges.csv", "X,Y,1000,road,0,\n")(folder)
    append("settlements.csv", "V8,eight,village,0,100.00,25.1,70,7\nV9,nine,village,0,100.01,25.1,90,9\n")(folder)


def test_an_island_of_two_villages_is_refused_with_both(siting_cli: Run, tiny: Path) -> None:
    island(tiny)
    replace("county.toml", "allow_unserved = true", "allow_unserved = false")(tiny)
    expected = [("E134", f"settlements.csv:{row}:lon") for row in (7, 9, 10)]
    assert_refused(siting_cli, tiny, *expected)
    assert "(eight, 70 people)" in siting_cli("check", tiny).out


def test_an_island_that_is_allowed_is_in_the_plan_as_unserved(tiny: Path) -> None:
    island(tiny)
    county, faults = instance.read(tiny)
    assert [f.row for f in faults if f.code == "W134"] == [7, 9, 10]
    chosen = scenario.of(county)
    plan = greedy.solve(pose(county, travel.times(county), chosen), Effort()).plan
    left = {u.settlement: (u.persons, u.reason) for u in plan.services["clinic"].unserved}
    assert left["V8"] == (70, "unreachable")
    assert left["V9"] == (90, "unreachable")
    served = sum(plan.services["clinic"].served().values())
    assert served + sum(persons for persons, _ in left.values()) == 300 + 70 + 90
    measures = measure.of(plan, county, chosen)
    assert Auditor(tiny).check(plan_file(plan, measures, county, chosen)).word == "valid"


# ---- W12: nothing stays from the scenario before


def test_a_scenario_without_a_plan_leaves_none_of_the_scenario_before(tiny: Path, tmp_path: Path) -> None:
    replace("county.toml", "may_close = true\n", "")(tiny)
    append("county.toml", '\n[[rules]]\nid = "few"\nservice = "clinic"\nat_most = 9\n')(tiny)
    append("county.toml", '[scenarios.none.changes]\n"rules[few].at_most" = 0\n')(tiny)
    run = tmp_path / "run"
    solving.solve(tiny, run, Ask(solver="greedy"))
    assert json.loads((run / "plan.json").read_text(encoding="utf-8"))["scenario"] == "base"
    with pytest.raises(SitingError) as refusal:
        solving.solve(tiny, run, Ask(scenario="none", solver="greedy"))
    assert [fault.code for fault in refusal.value.faults] == ["E401"]
    assert not (run / "result.json").exists() or _scenario(run / "result.json") == "base"
    for name in ("plan.json", "result.json"):
        if (run / name).exists():  # refused before anything was touched: then the whole old run stands
            assert _scenario(run / name) == "base"
    assert (run / "plan.json").exists() == (run / "result.json").exists()


def _scenario(path: Path) -> object:
    return json.loads(path.read_text(encoding="utf-8"))["scenario"]


# ---- S5: names do not become paths


@pytest.mark.parametrize(
    "name",
    [
        "../../x",
        "/etc/x",
        "..",
        ".",
        "",
        "C:\\x",
        "a/b",
        "a\0b",
        "CON",
        "nul.txt",
        "~",
        "x" * 300,
        "\u202eabc",
        " a",
        "a\n",
    ],
)
def test_a_name_that_could_lead_elsewhere_becomes_a_plain_one(name: str, tmp_path: Path) -> None:
    plain = store.plain_name(name)
    assert plain != name
    assert (tmp_path / plain).resolve().parent == tmp_path.resolve()
    (tmp_path / plain).mkdir()
    assert len(plain) < 80


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=st.text(max_size=40), two=st.text(max_size=40))
def test_different_names_stay_different(tmp_path: Path, one: str, two: str) -> None:
    names = {store.plain_name(one), store.plain_name(two)}
    assert len(names) == len({one, two})
    assert all((tmp_path / name).resolve().parent == tmp_path.resolve() for name in names)


def test_plain_names_stay_as_they_are() -> None:
    for name in ("base", "half-budget", "poor_2030", "资金减半", "a.b"):
        assert store.plain_name(name) == name


def test_scenarios_named_after_a_path_are_solved_inside_the_folder(siting_cli: Run, tiny: Path, tmp_path: Path) -> None:
    append("county.toml", '[scenarios."../../outside"]\ncapital_factor = 0.5\n')(tiny)
    out = tmp_path / "deep" / "er" / "runs"
    answer = siting_cli(
        "compare", tiny, "--scenarios", "base,../../outside", "--solvers", "greedy", "--out", out, "--format", "json",
        "--quiet", "--json",
    )  # fmt: skip
    assert answer.code in (0, 5), answer.text
    assert not (tmp_path / "deep" / "outside").exists()
    assert all(Path(run).resolve().is_relative_to(out.resolve()) for run in answer.object["runs"])
    shutil.rmtree(out)


# ---- I9: the clock on the wall decides nothing


def test_no_limit_is_kept_by_the_clock_on_the_wall() -> None:
    """`time.time` jumps; only the monotonic clock measures. What `datetime.now` says is only printed."""
    for folder in ("siting", "solvers"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "time":
                    assert node.attr in ("monotonic", "perf_counter", "sleep", "strftime", "time_ns"), path
