"""The policy map names every row of the policy table once, and nothing that the embedded county does not have."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAP = ROOT / "docs" / "policy-map.md"
COUNTY = ROOT / "instances" / "yunling-county" / "county.toml"
TABLE = ROOT.parent / "shared" / "policy" / "policy_targets.csv"
SECTIONS = {"1": 5, "2": 3, "3": 3}  # cells of a row


def rows() -> list[tuple[str, list[str]]]:
    """Section number and cells of every row of the tables."""
    found, section = [], ""
    for line in MAP.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line[3]
        elif line.startswith("| P"):
            found.append((section, [cell.strip() for cell in line.strip("|").split(" | ")]))
    return found


def mapped() -> list[str]:
    return [ident for _, cells in rows() for ident in cells[0].strip("| ").split(", ")]


def county() -> dict[str, object]:
    return tomllib.loads(COUNTY.read_text(encoding="utf-8"))


def test_every_row_of_the_table_appears_once() -> None:
    assert len(mapped()) == len(set(mapped()))
    assert sorted(mapped()) == [f"P{number:03d}" for number in range(1, 248)]
    if not TABLE.exists():
        pytest.skip("the policy table is not part of the repository")
    with TABLE.open(encoding="utf-8-sig", newline="") as file:
        assert sorted(mapped()) == sorted(row["id"] for row in csv.DictReader(file))


def test_every_row_has_all_cells() -> None:
    for section, cells in rows():
        assert len(cells) == SECTIONS[section], cells
        assert all(cells), cells


def test_every_policy_of_the_county_is_expressed() -> None:
    text = COUNTY.read_text(encoding="utf-8")
    used = set(re.findall(r"\bP\d{3}\b", text))
    expressed = {ident for section, cells in rows() if section == "1" for ident in cells[0].strip("| ").split(", ")}
    assert used <= expressed


def test_scenarios_and_targets_of_the_map_exist() -> None:
    data = county()
    scenarios = {"base", "baseline", *data["scenarios"]}  # type: ignore[misc]
    targets = {target["id"]: target for target in data["targets"]}  # type: ignore[attr-defined]
    for section, cells in rows():
        if section == "1":
            assert set(re.findall(r"`([^`]+)`", cells[2])) <= scenarios, cells
            named = re.findall(r"`([^`]+)`", cells[4]) if cells[4].startswith("target") else []
            assert set(named) <= set(targets), cells
    # the policy that a target names is the row that says it
    by_row = {
        ident: cells[4] for section, cells in rows() if section == "1" for ident in cells[0].strip("| ").split(", ")
    }
    for target in targets.values():
        assert f"`{target['id']}`" in by_row[target["policy"]], target["id"]


def test_sections_of_the_map_exist() -> None:
    data = county()
    for section, cells in rows():
        for path in re.findall(
            r"`((?:services|demand|land|network)\.[a-z_.]+)`", cells[3] if section == "1" else cells[-1]
        ):
            node: object = data
            for part in path.split("."):
                if part in ("quota_m2", "column"):  # given by scenarios
                    break
                node = node[0] if isinstance(node, list) else node
                assert isinstance(node, dict), path
                assert part in node, path
                node = node[part]
