"""Scenarios in files of their own: the county stays as it is, a run has everything, faults name the file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from siting.errors import InputRefused
from siting.reading import instance, scenario, scenario_file

Run = Callable[..., Any]
RICH = """
name = "more money"
[changes]
"funds[county].capital" = { value = 30, source = "X" }
"funds[edu].capital" = 12.5
"""


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_names_alone_leave_the_folder_as_it_is(tiny: Path, tmp_path: Path) -> None:
    assert scenario_file.with_files(tiny, ["base", "baseline"], tmp_path / "x") == (tiny, ("base", "baseline"))
    assert not (tmp_path / "x").exists()


def test_a_file_becomes_a_section_of_a_copy(tiny: Path, tmp_path: Path) -> None:
    before = hashes(tiny)
    place, names = scenario_file.with_files(tiny, ["base", write(tmp_path, "rich.toml", RICH)], tmp_path / "copy")
    assert names == ("base", "rich")
    assert hashes(tiny) == before
    county, _ = instance.read(place)
    under = scenario.under(county, "rich")
    assert [county.base(fund.amounts[0]) for fund in under.file.funds] == [300_000, 125_000]
    assert county.file.scenarios["rich"].name == "more money"
    copied = hashes(place)
    assert {name: digest for name, digest in copied.items() if name != "county.toml"} == {
        name: digest for name, digest in before.items() if name != "county.toml"
    }


def test_a_file_builds_on_another_scenario(tiny: Path, tmp_path: Path) -> None:
    with (tiny / "county.toml").open("a", encoding="utf-8") as file:
        file.write('\n[scenarios.half]\nname = "half"\ncapital_factor = 0.5\n[scenarios.half.changes]\n')
        file.write('"funds[county].capital" = 40\n')
    more = 'base = "half"\nrunning_factor = 2\n[changes]\n"funds[edu].capital" = 7\n'
    place, (name,) = scenario_file.with_files(tiny, [write(tmp_path, "more.toml", more)], tmp_path / "copy")
    county, _ = instance.read(place)
    variation = county.file.scenarios[name]
    assert (str(variation.capital_factor), str(variation.running_factor), variation.name) == ("0.5", "2", "")
    assert {key: int(value) for key, value in variation.changes.items()} == {
        "funds[county].capital": 40, "funds[edu].capital": 7,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("capital_faktor = 1", "E199"),
        ("capital_factor = -1", "E108"),
        ("capital_factor = [", "E100"),
        ('base = "nosuch"', "E180"),
    ],
)
def test_a_fault_names_the_file(tiny: Path, tmp_path: Path, text: str, code: str) -> None:
    name = write(tmp_path, "wrong.toml", text)
    with pytest.raises(InputRefused) as refused:
        scenario_file.with_files(tiny, [name], tmp_path / "copy")
    assert {(f.code, f.file) for f in refused.value.faults} == {(code, name)}
    assert not (tmp_path / "copy").exists()


def test_a_missing_file_and_a_name_that_is_taken_are_refused(tiny: Path, tmp_path: Path) -> None:
    for name, code in ((str(tmp_path / "nosuch.toml"), "E313"), (write(tmp_path, "baseline.toml", ""), "E312")):
        with pytest.raises(InputRefused) as refused:
            scenario_file.with_files(tiny, [name], tmp_path / "copy")
        assert [f.code for f in refused.value.faults] == [code]


def test_solve_and_compare_take_files(siting_cli: Run, tiny: Path, tmp_path: Path) -> None:
    name = write(tmp_path, "rich.toml", RICH)
    run = tmp_path / "run"
    answer = siting_cli("solve", tiny, "--scenario", name, "--solver", "greedy", "--out", run, "--quiet", "--json")
    assert answer.code == 0, answer.err
    assert (answer.object["scenario"], answer.object["money"]["available"]) == ("rich", 425_000)
    assert siting_cli("verify", run).code == 0
    both = siting_cli(
        "compare", tiny, "--scenarios", f"base,{name}", "--solvers", "greedy", "--out", tmp_path / "both", "--format",
        "json", "--quiet", "--json",
    )  # fmt: skip
    assert both.code == 0, both.err
    assert [plan["scenario"] for plan in both.object["plans"]] == ["base", "rich"]
