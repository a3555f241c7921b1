"""The command line: help in both languages, exit codes, refusals, and nothing loaded that is not needed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from siting import __version__
from siting.cli import COMMANDS
from siting.words import LANGS, Lang, load

from .conftest import Run

HELP = (
    "import json, sys",
    "from click.testing import CliRunner",
    "from siting.cli import siting, COMMANDS",
    "say = lambda *words: CliRunner().invoke(siting, list(words)).output",
    "print(json.dumps({name: say(name, '--help') for name in COMMANDS} | {'': say('--help')}))",
)


@pytest.fixture
def run(solved: Path, tmp_path: Path) -> Path:
    """A copy of the finished run."""
    return Path(shutil.copytree(solved, tmp_path / "run"))


def change(path: Path, **values: Any) -> None:
    """Change keys of a JSON file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | values), encoding="utf-8")


@pytest.mark.parametrize("lang", LANGS)
def test_every_command_has_help_with_an_example(lang: Lang, siting_process: Run) -> None:
    pages = siting_process(code=HELP, lang=lang).object
    for name in COMMANDS:
        assert f"  {name}" in pages[""]
        assert re.search(rf"(Example|示例)\W+siting {name}\b", pages[name])
        assert any("\u4e00" <= c <= "\u9fff" for c in pages[name]) is (lang == "zh")


def test_the_version_is_printed(siting_process: Run) -> None:
    answer = siting_process("--version")
    assert (answer.code, answer.out.split()[-1]) == (0, __version__)


@pytest.mark.parametrize(
    "arguments",
    [["check", "x", "--colour"], ["solve"], ["solve", "x", "--gap", "2"], ["solve", "x", "--threads", "0"], ["nosuch"],
     ["solve", "x", "--time-limit", "soon"], ["report", "x", "--lang", "fr"], ["new", "x"],
     ["new", "x", "--synthetic", "--osm", "y"]],
    ids=" ".join,
)  # fmt: skip
def test_a_bad_command_line_ends_with_2(arguments: list[str], siting_cli: Run) -> None:
    answer = siting_cli(*arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert "Error" in answer.err


def test_a_county_that_nobody_has_ends_with_3(siting_cli: Run, tmp_path: Path) -> None:
    for command in ("solve", "check"):
        for lang in LANGS:
            answer = siting_cli(command, "nosuch", lang=lang)
            assert answer.code == 3
            assert "E151 nosuch " in answer.err


def test_an_unknown_scenario_or_solver_ends_with_3_before_anything_is_written(
    siting_cli: Run, tiny: Path, tmp_path: Path
) -> None:
    for option, code, known in (("--scenario", "E180", "baseline"), ("--solver", "E192", "highs")):
        answer = siting_cli("solve", tiny, option, "nosuch", "--out", tmp_path / "run", "--quiet")
        assert answer.code == 3
        assert code in answer.err
        assert known in answer.err
        assert not (tmp_path / "run").exists()


def test_a_refused_county_is_not_solved(siting_cli: Run, tiny: Path, tmp_path: Path) -> None:
    (tiny / "edges.csv").unlink()
    answer = siting_cli("solve", tiny, "--out", tmp_path / "run", "--json", "--quiet")
    assert (answer.code, answer.object["exit_code"]) == (3, 3)
    assert answer.object["faults"][0]["code"] == "E152"
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("command", ["report", "verify"])
def test_a_folder_that_is_no_run_ends_with_3(command: str, siting_cli: Run, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        for lang in LANGS:
            answer = siting_cli(command, folder, lang=lang)
            assert answer.code == 3
            assert f"E190 {folder} " in answer.err
        assert siting_cli(command, folder, "--json").object["faults"][0]["code"] == "E190"


def test_a_run_whose_result_is_no_json_ends_with_3(siting_cli: Run, run: Path) -> None:
    (run / "result.json").write_text('{"format": 1', encoding="utf-8")
    answer = siting_cli("report", run)
    assert answer.code == 3
    assert "E191" in answer.err


def test_a_finished_run_is_valid_and_reports_again(siting_cli: Run, run: Path, tmp_path: Path) -> None:
    assert (siting_cli("verify", run).code, siting_cli("verify", run, "--json").object["verdict"]) == (0, "valid")
    answer = siting_cli("report", run, "--format", "html,csv", "--out", tmp_path / "out", "--lang", "zh", "--json")
    assert answer.code == 0
    assert all(Path(file).is_file() for file in answer.object["files"])
    assert siting_cli("report", run, "--format", "papyrus").code == 3


def test_an_edited_plan_is_rejected_with_7_and_gets_no_report(siting_cli: Run, run: Path, tmp_path: Path) -> None:
    plan = json.loads((run / "plan.json").read_text(encoding="utf-8"))
    plan["spending"][0]["amount"] += 1
    (run / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    for lang in LANGS:
        answer = siting_cli("verify", run, lang=lang)
        assert answer.code == 7
        assert "E701" in answer.out
    assert siting_cli("verify", run, "--json").object["verdict"] == "rejected"
    answer = siting_cli("report", run, "--out", tmp_path / "out")
    assert answer.code == 7
    assert "E701" in answer.err
    assert not (tmp_path / "out").exists()


def test_an_edited_input_is_rejected_with_7(siting_cli: Run, run: Path) -> None:
    with (run / "inputs" / "settlements.csv").open("a", encoding="utf-8") as file:
        file.write("V8,eight,village,0,100.02,25.0,1,1\n")
    assert siting_cli("verify", run).code == 7
    assert siting_cli("report", run).code == 7


def test_doctor_says_what_there_is(siting_process: Run) -> None:
    facts = siting_process("doctor", "--json").object
    assert {"highs", "greedy"} <= set(facts["solvers"])
    assert {"html", "csv", "gpkg", "geojson"} <= set(facts["reports"])
    assert facts["versions"]["siting"] == __version__
    assert set(facts["extras"]) == {"distributed", "pyscipopt", "rasterio", "pyarrow"}


def test_doctor_says_which_optional_packages_are_here_and_what_brings_the_others(
    siting_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from siting.commands import doctor

    monkeypatch.setitem(doctor.EXTRAS, "sweep", "no-such-package")
    assert "no-such-package is missing (pip install 'siting[sweep]')" in siting_cli("doctor").out


def test_what_is_not_installed_is_named_in_the_language_of_the_sentence() -> None:
    from siting import rooms
    from siting.errors import InputRefused
    from siting.messages import sentence

    for ask, zh in (
        (rooms.solver, "没有求解器"),
        (rooms.frontier, "没有资金曲线报告格式"),
        (rooms.sweep, "没有批量求解报告格式"),
    ):
        with pytest.raises(InputRefused) as refused:
            ask("nosuch")
        assert sentence(refused.value.faults[0], load("zh")).startswith(f"{zh}“nosuch”")
    for group in ("solvers", "reports", "comparisons", "frontiers", "sweeps", "certificates", "values"):
        for lang in LANGS:
            assert f"room.{group}" in load(lang).sentences


def test_a_reader_that_has_left_gets_no_traceback(tiny: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", "from siting.cli import main; main()", "check", str(tiny), "--json"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writing)
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
    assert done.returncode == 0


def test_a_new_county_of_the_generator_is_accepted(siting_process: Run, tmp_path: Path) -> None:
    folder = tmp_path / "county"
    answer = siting_process("new", folder, "--synthetic", "--villages", 40, "--seed", 1)
    assert answer.code == 0, answer.err
    answer = siting_process("check", folder, "--json")
    assert answer.code == 0, answer.out


def test_the_fewest_villages_that_the_help_allows_can_be_made(siting_process: Run, tmp_path: Path) -> None:
    for villages in (19, 20):
        answer = siting_process("new", tmp_path / str(villages), "--synthetic", "--villages", villages)
        assert answer.code in (0, 2), answer.err
        if answer.code == 0:
            assert siting_process("check", tmp_path / str(villages)).code == 0


def test_a_folder_with_something_in_it_is_not_overwritten(siting_process: Run, tiny: Path) -> None:
    before = {path.name: path.read_bytes() for path in tiny.iterdir()}
    answer = siting_process("new", tiny, "--synthetic", "--villages", 20)
    assert answer.code == 3
    assert "E203" in answer.err
    assert {path.name: path.read_bytes() for path in tiny.iterdir()} == before


def test_importing_siting_loads_nothing_heavy() -> None:
    code = "import sys, siting, siting.cli; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"pyomo", "pandas", "osmnx", "numpy", "scipy", "highspy", "shapely", "networkx", "pyogrio", "geopandas"}
    assert heavy & set(loaded) == set()


def test_an_edited_column_of_today_is_rejected_and_gets_no_report(
    solved: Path, tmp_path: Path, siting_cli: Run
) -> None:
    """`before.json` is what every report compares with: once it was measured and shown without being checked."""
    run = Path(shutil.copytree(solved, tmp_path / "run"))
    before = json.loads((run / "before.json").read_text(encoding="utf-8"))
    before["services"]["clinic"]["assignments"][0]["persons"] -= 50
    (run / "before.json").write_text(json.dumps(before), encoding="utf-8")
    answer = siting_cli("verify", run)
    assert answer.code == 7
    assert "before.json.services.clinic" in answer.out
    assert [siting_cli(word, run).code for word in ("report", "explain", "compare")] == [7, 7, 7]


def test_an_edited_result_is_read_by_nobody(solved: Path, tmp_path: Path, siting_cli: Run) -> None:
    """A list of legs without the form of one ended in a traceback, and other words of the result were believed."""
    run = Path(shutil.copytree(solved, tmp_path / "run"))
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    (run / "result.json").write_text(json.dumps({**result, "snap": ["near"]}), encoding="utf-8")
    answers = [siting_cli(word, run) for word in ("report", "explain", "compare")]
    assert [answer.code for answer in answers] == [3, 3, 3]
    assert all("E191" in answer.err for answer in answers)


def test_what_stands_today_may_cost_more_than_the_running_budget(tiny: Path, tmp_path: Path, siting_cli: Run) -> None:
    """A county that has to shut something was planned, and refused when the column of today was written."""
    text = (tiny / "county.toml").read_text(encoding="utf-8")
    text = text.replace("running_budget_per_year = 4 ", "running_budget_per_year = 2 ")
    text = text.replace('name = "school"\ndemand', 'name = "school"\nmay_close = true\ndemand')
    (tiny / "county.toml").write_text(text, encoding="utf-8")
    run = tmp_path / "run"
    assert siting_cli("solve", tiny, "--out", run, "--solver", "greedy", "--quiet").code == 0
    figures = siting_cli("verify", run, "--json").object["figures"]
    assert figures["running"] <= 20_000
    assert siting_cli("solve", tiny, "--scenario", "baseline", "--out", run, "--quiet").code == 0
    assert siting_cli("verify", run, "--json").object["figures"]["running"] == 30_000
