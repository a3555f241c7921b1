"""The county that instances/README.md writes out by hand is a county: it is checked, solved, explained and compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import Run
from .test_house import ROOT

FILES = ("settlements.csv", "sites.csv", "nodes.csv", "edges.csv", "county.toml")


@pytest.fixture
def xiaohe(tmp_path: Path) -> Path:
    page = (ROOT / "instances" / "README.md").read_text(encoding="utf-8")
    part = page.split("### A smallest county", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"```(?:csv|toml)\n(.*?)```", part, flags=re.DOTALL)
    folder = tmp_path / "xiaohe"
    folder.mkdir()
    for name, text in zip(FILES, blocks, strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_county_of_the_page_is_solved_and_says_what_holds_it_back(xiaohe: Path, siting_cli: Run) -> None:
    answer = siting_cli("check", xiaohe)
    assert (answer.code, "warnings: 0" in answer.out) == (0, True), answer.out
    run = xiaohe.parent / "run"
    assert siting_cli("solve", xiaohe, "--out", run, "--quiet").code == 0
    again = siting_cli("solve", xiaohe, "--out", run, "--solver", "greedy")
    assert "held an earlier run, which this one replaces" in again.err
    assert f"siting explain {run}" in again.out
    assert "a site could be paid for but not run: the running budget has only 51.0 wan yuan a year left" in again.out
    assert "not proved" in again.out  # of a heuristic nothing is claimed, so nothing is said of the claim
    assert "as the solver states it" not in again.out
    told = siting_cli("explain", run, "--settlement", "V2").out
    assert "but the running budget has only" in told
    assert "V2" in siting_cli("explain", run, "--settlement", "河口乡").err  # the name, where the id was asked for


def test_the_scenario_of_the_page_brings_the_school(xiaohe: Path, siting_cli: Run) -> None:
    out = xiaohe.parent / "both"
    answer = siting_cli("compare", xiaohe, "--scenarios", "base,more-to-run", "--out", out, "--format", "json")
    assert answer.code == 0, answer.err
    shares = re.search(r"Primary school +(\S+) +(\S+) +(\S+)", answer.out)
    assert shares is not None
    assert shares[1] == shares[2] != shares[3] == "100.0%"
