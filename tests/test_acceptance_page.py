"""The acceptance page names every row once, and every test that it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "acceptance.md"
ROWS = {"W": 13, "D": 12, "I": 9, "C": 5, "S": 14}
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


def rows() -> list[list[str]]:
    """Cells of every row of the tables."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if re.match(r"\| [A-Z]\d", line)]


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_row_stands_once_and_in_order() -> None:
    wanted = [f"{group}{number}" for group, count in ROWS.items() for number in range(1, count + 1)]
    assert [cells[0] for cells in rows()] == wanted


def test_every_test_that_is_named_exists() -> None:
    for row, _, shown in rows():
        for file, name in NAMED.findall(shown):
            assert (ROOT / "tests" / file).is_file(), f"{row}: {file}"
            assert name in names_in(file), f"{row}: {file}::{name}"


def test_a_row_names_tests_or_says_why_it_has_none() -> None:
    for row, goal, shown in rows():
        if NAMED.findall(shown):
            assert re.sub(NAMED, "", shown).strip(" ,") == "", row
        else:
            assert shown == "none", row
            assert "not yet" in goal or "does not apply" in goal, row
