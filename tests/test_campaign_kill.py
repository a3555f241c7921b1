"""Campaigns `kill` and `signals`: a real solve is ended at random moments; nothing that was kept is lost.

What is asserted holds at every moment, so no test depends on when the blow falls.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from siting.errors import EXIT_INTERRUPTED, EXIT_LIMIT_WITH_PLAN, EXIT_OK, EXIT_TERMINATED
from siting.runs import journal
from siting.verify import verify_run

from . import campaign, lasting

#: The blow falls within so many seconds.
LONGEST_S = 8.0
#: What is promised of a signal; counted and not asserted, since a busy machine is slower.
AT_MOST_S = 10.0


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lasting.county(tmp_path_factory.mktemp("lasting") / "county")


@pytest.fixture
def started(county: Path, cache_folder: Path) -> Iterator[Any]:
    """Start a command of siting; what is still alive at the end is killed."""
    processes: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: object) -> subprocess.Popen[bytes]:
        processes.append(lasting.start(cache_folder, *arguments))
        return processes[-1]

    yield begin
    for process in processes:
        lasting.end(process)


def rank(run: Path) -> list[Any]:
    """Whether one plan is better than another, by the order of the aims; [] where there is none."""
    if not (run / "plan.json").is_file():
        return []
    verdict = verify_run(run)
    assert verdict.word == "valid", verdict.breaches[:2]
    points = verdict.figures["points"]
    return [
        *(-points[tier] for tier in sorted(points)),
        verdict.figures["objective"],
    ]  # points are those that are missed


def test_a_kill_at_any_moment_loses_nothing_that_was_kept(county: Path, tmp_path: Path, started: Any) -> None:
    chance = random.Random(9)
    plans, again = 0, []
    for k in range(campaign.count(1)):
        run = tmp_path / f"run{k}"
        process = started("solve", county, "--out", run, "--gap", "0", "--quiet")
        if k % 4 == 0:  # some in the search for sure, on however slow a machine
            lasting.wait_until(lambda run=run: (run / "plan.json").exists(), 180)
        time.sleep(chance.uniform(0, 0.5 if k % 4 == 0 else LONGEST_S))
        workers = lasting.children(process.pid)
        lasting.end(process)
        lasting.wait_until(lambda workers=workers: not any(map(lasting.alive, workers)), 60)
        before = rank(run)
        plans += bool(before)
        if not (run / journal.JOURNAL).exists():
            continue
        begun = time.monotonic()
        resumed = started("resume", run, "--time-limit", "2", "--quiet")
        _, said = resumed.communicate(timeout=300)
        again.append(time.monotonic() - begun)
        assert resumed.returncode in (EXIT_OK, EXIT_LIMIT_WITH_PLAN), said.decode()
        assert rank(run) >= before
        assert json.loads((run / "result.json").read_text(encoding="utf-8"))["verdict"] == "valid"
        assert list(run.glob("**/.*.tmp")) == []
    campaign.tell("kill", rounds=campaign.count(1), with_plan=plans, resumed=len(again), **campaign.seconds(again))


@pytest.mark.skipif(not campaign.is_long(), reason="the short form stands in tests/test_interrupt.py")
def test_a_signal_at_any_moment_ends_with_the_right_code(county: Path, tmp_path: Path, started: Any) -> None:
    chance = random.Random(10)
    codes: dict[int, int] = {}
    waited, plans = [], 0
    for k in range(campaign.count(1)):
        number, code = ((signal.SIGINT, EXIT_INTERRUPTED), (signal.SIGTERM, EXIT_TERMINATED))[k % 2]
        run = tmp_path / f"run{k}"
        process = started("solve", county, "--out", run, "--gap", "0", "--quiet")
        lasting.wait_until(lambda run=run: (run / journal.JOURNAL).exists(), 180)
        time.sleep(chance.uniform(0, LONGEST_S))
        begun = time.monotonic()
        process.send_signal(number)
        _, said = process.communicate(timeout=300)
        waited.append(time.monotonic() - begun)
        codes[process.returncode] = codes.get(process.returncode, 0) + 1
        if (run / "result.json").exists():  # it may have ended by itself before the signal came
            assert process.returncode in (code, EXIT_OK, EXIT_LIMIT_WITH_PLAN, -number), said.decode()
        else:
            assert process.returncode == code, said.decode()
        assert b"Traceback" not in said
        assert rank(run) or b"E601" in said
        plans += bool(rank(run))
    late = sum(seconds > AT_MOST_S for seconds in waited)
    told = campaign.seconds(waited)
    campaign.tell("signals", rounds=campaign.count(1), codes=codes, with_plan=plans, late=late, **told)
