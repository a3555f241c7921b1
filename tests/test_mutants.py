"""The tests of the checker notice faults in it: some in every run, all of them by ``python -m tests.mutants``."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from . import mutants
from .mutants import Mutant

#: Faults of three kinds, in rules that decide over people and money: module, and how its name begins.
PICKED = (
    ("bound", "GtE to Gt in `return made"),
    ("money", "Sub to Add in `costs[key, option.phase]"),
    ("targets", "ceil to floor in `return (value, total"),
)


def find(module: str, begins: str) -> Mutant:
    """The mutant; where the line was rewritten, another of the same kind in the module."""
    every, kind = mutants.mutants([module]), begins.partition(" in ")[0]
    same = [m for m in every if m.says.startswith(begins)] + [m for m in every if m.says.startswith(kind)]
    return (same + every)[0]


@pytest.mark.parametrize(("module", "begins"), PICKED)
def test_a_fault_in_the_checker_is_noticed(module: str, begins: str) -> None:
    assert not mutants.survives(find(module, begins))


def _head(node: ast.stmt) -> bool:
    """The docstring and the import from the future, which a spoilt source has in other places."""
    future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    return future or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _extra(node: ast.stmt) -> bool:
    """Those, and the names that a mutant may need."""
    return _head(node) or ast.unparse(node) == "from math import ceil, floor"


def test_every_mutant_is_another_program() -> None:
    for module in ("money", "numbers"):
        original = mutants.spoilt(module, -1)
        body = ast.parse((mutants.CHECKER / f"{module}.py").read_text(encoding="utf-8")).body
        assert [ast.dump(a) for a in ast.parse(original).body if not _extra(a)] == [
            ast.dump(b) for b in body if not _extra(b)
        ]
        every = mutants.mutants([module])
        assert len({m.key for m in every}) == len(every)
        for mutant in every[::5]:
            source = mutants.spoilt(module, mutant.place)
            assert source != original, mutant.key
            ast.parse(source)


def test_what_is_called_equivalent_is_there() -> None:
    known = {m.key for m in mutants.mutants()}
    assert set(mutants.EQUIVALENT) <= known


@pytest.mark.long
def test_more_faults_in_the_checker_are_noticed() -> None:
    command = [sys.executable, "-m", "tests.mutants", "--sample", "100", "--seed", "7"]
    done = subprocess.run(command, cwd=mutants.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
