"""The checker beside a run: the same verdicts from a process of its own, whatever happens to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from siting.errors import CannotWrite, SolverFailed
from siting.runs.attendant import Attendant
from siting.verify import Auditor, Verdict
from siting.verify.attend import judged

from . import lasting, small_county


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_county.write(tmp_path_factory.mktemp("attended"))


@pytest.fixture(scope="module")
def attendant(folder: Path) -> Iterator[Attendant]:
    with Attendant(folder, "base", small_county.plan(folder)["services"]) as beside:
        yield beside


def spoilt(plan: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return {**plan, key: value}


def test_it_says_what_the_checker_says(attendant: Attendant, folder: Path) -> None:
    plan, auditor = small_county.plan(folder), Auditor(folder)
    others = [spoilt(plan, "spending", []), spoilt(plan, "claims", {}), spoilt(plan, "inputs", {}), {}, [], None, 1.5]
    for content in (plan, *others):
        assert attendant.check(content) == auditor.check(content)
    assert attendant.check(plan).word == "valid"
    assert attendant.check(spoilt(plan, "scenario", "else")).word == "rejected"


def test_what_json_cannot_hold_is_rejected(attendant: Attendant, folder: Path) -> None:
    plan = small_county.plan(folder)
    found = attendant.check(spoilt(plan, "county", Path("x")))
    assert (found.word, found.breaches) == (
        "rejected",
        Auditor(folder).check(spoilt(plan, "county", repr(Path("x")))).breaches,
    )


@pytest.mark.parametrize("line", ["{", '{"a": 1, "a": 2}', "[" * 100_000, "1" * 5000])
def test_a_line_that_is_no_plan_is_rejected(folder: Path, line: str) -> None:
    assert judged(Auditor(folder), line).breaches[0].code == "E709"


def test_a_folder_that_cannot_be_read_rejects_every_plan(folder: Path, tmp_path: Path) -> None:
    with Attendant(tmp_path, "base", ["school"]) as beside:
        assert "E708" in {breach.code for breach in beside.check(small_county.plan(folder)).breaches}


def test_a_checker_that_is_killed_is_begun_again(folder: Path) -> None:
    plan = small_county.plan(folder)
    with Attendant(folder, "base", plan["services"]) as beside:
        for _ in range(2):
            os.kill(beside._process.pid, signal.SIGKILL)
            assert beside.check(plan).word == "valid"
        last = beside._process.pid
    assert not lasting.alive(last)


def test_a_checker_that_dies_of_a_plan_ends_the_run_and_accepts_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, really = [], subprocess.Popen

    def dying(command: list[str], **how: Any) -> Any:
        begun.append(command)
        return really([sys.executable, "-c", "input()"], **how)

    monkeypatch.setattr(subprocess, "Popen", dying)
    with Attendant(folder, "base", []) as beside, pytest.raises(SolverFailed, match=r"E905.*it ended"):
        beside.check(small_county.plan(folder))
    assert len(begun) == 2


@pytest.mark.parametrize(
    "says", ["42", "{}", '{"word": "valid"}', "valid", '{"word": "valid", "breaches": [{"a": 1}]}']
)
def test_what_is_no_verdict_is_not_taken_for_one(folder: Path, monkeypatch: pytest.MonkeyPatch, says: str) -> None:
    really, program = subprocess.Popen, f"input(); print({says!r})"
    monkeypatch.setattr(subprocess, "Popen", lambda command, **how: really([sys.executable, "-c", program], **how))
    with Attendant(folder, "base", []) as beside, pytest.raises(SolverFailed, match="E905"):
        beside.check(small_county.plan(folder))


def test_a_system_that_begins_no_process_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(CannotWrite, match="E801"), Attendant(folder, "base", []):
        pass


def test_it_ends_with_whoever_asked(folder: Path) -> None:
    command = [sys.executable, "-P", "-m", "siting.verify.attend", str(folder), "base"]
    beside = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    said, _ = beside.communicate(timeout=120)  # closes its input
    assert (said, beside.returncode) == ("", 0)


def test_a_verdict_has_the_numbers_of_the_plan(attendant: Attendant, folder: Path) -> None:
    plan = small_county.plan(folder)
    found = attendant.check(plan)
    assert isinstance(found, Verdict)
    assert found.figures["capital"] == plan["claims"]["capital"]
    assert json.loads(json.dumps(found.figures)) == found.figures
