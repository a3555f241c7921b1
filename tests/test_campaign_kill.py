"""Campaigns `kill` and `signals`: a real solve is ended at random moments; nothing that was kept is lost.

What is asserted holds at every moment, so no test depends on when the blow falls. The first round and every twentieth
is a process from its beginning, on a county that a solver searches for most of a minute; the others are forks that
solve small counties, and the blow falls at any time that one round takes from its beginning to its last report.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from siting.errors import EXIT_INTERRUPTED, EXIT_LIMIT_WITH_PLAN, EXIT_OK, EXIT_TERMINATED
from siting.runs import journal
from siting.verify import verify_run

from . import campaign, lasting
from .conftest import write_tiny

#: Every such round is a long one, in which the blow falls within so many seconds.
EVERY, LONGEST_S = 20, 8.0
#: What is promised of a signal; counted and not asserted, since a busy machine is slower.
AT_MOST_S = 10.0


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lasting.county(tmp_path_factory.mktemp("lasting") / "county")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A county of twenty villages, and thrice the one of seven settlements; the short form asks for none."""
    if not campaign.is_long():
        return []
    tiny = write_tiny(tmp_path_factory.mktemp("tiny") / "county")
    return [lasting.county(tmp_path_factory.mktemp("small") / "county", 20), tiny, tiny, tiny]


class Rounds:
    """Starts commands, as processes or as forks; what is still alive at the end is killed."""

    def __init__(self, small: list[Path], cache: Path, folder: Path) -> None:
        self.small, self.cache, self.folder = small, cache, folder
        self.started: list[lasting.Process] = []
        self.warm: set[Path] = set()
        self.lasts: dict[Path, float] = {}

    def start(self, *arguments: object) -> lasting.Process:
        """A process."""
        self.started.append(lasting.start(self.cache, *arguments))
        return self.started[-1]

    def fork(self, *arguments: object) -> lasting.Process:
        """A fork."""
        self.started.append(lasting.Forked(self.cache, self.folder / "said.txt", *arguments))
        return self.started[-1]

    def of(self, k: int) -> tuple[Path, float]:
        """The small county of a round, and the seconds that its second solve takes, whose cache is full."""
        county = self.small[k % len(self.small)]
        while county not in self.lasts:
            begun = time.monotonic()
            self.fork("solve", county, "--out", self.folder / "whole", "--gap", "0", "--quiet").wait()
            if county in self.warm:
                self.lasts[county] = time.monotonic() - begun
            self.warm.add(county)
        return county, self.lasts[county]


@pytest.fixture
def rounds(small: list[Path], cache_folder: Path, tmp_path: Path) -> Iterator[Rounds]:
    found = Rounds(small, cache_folder, tmp_path)
    yield found
    for process in found.started:
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


def test_a_kill_at_any_moment_loses_nothing_that_was_kept(county: Path, tmp_path: Path, rounds: Rounds) -> None:
    chance = random.Random(9)
    plans, again = 0, []
    for k in range(campaign.count(1)):
        run = tmp_path / f"run{k}"
        if k % EVERY == 0:
            process = rounds.start("solve", county, "--out", run, "--gap", "0", "--quiet")
            lasting.wait_until(lambda run=run: (run / "plan.json").exists(), 180)  # in the search for sure
            time.sleep(chance.uniform(0, 0.5))
        else:
            here, whole = rounds.of(k)
            process = rounds.fork("solve", here, "--out", run, "--gap", "0", "--quiet")
            time.sleep(chance.uniform(0, whole))
        workers = lasting.children(process.pid)
        lasting.end(process)
        lasting.wait_until(lambda workers=workers: not any(map(lasting.alive, workers)), 60)
        before = rank(run)
        plans += bool(before)
        if not (run / journal.JOURNAL).exists():
            continue
        begun = time.monotonic()
        resumed = (rounds.fork if k % EVERY else rounds.start)("resume", run, "--time-limit", "2", "--quiet")
        _, said = resumed.communicate(timeout=300)
        again.append(time.monotonic() - begun)
        assert resumed.returncode in (EXIT_OK, EXIT_LIMIT_WITH_PLAN), said.decode()
        assert rank(run) >= before
        assert json.loads((run / "result.json").read_text(encoding="utf-8"))["verdict"] == "valid"
        assert list(run.glob("**/.*.tmp")) == []
        shutil.rmtree(run)
        if k % 20 == 19:
            campaign.tell("kill", rounds=k + 1, with_plan=plans, resumed=len(again))
    campaign.tell("kill", rounds=campaign.count(1), with_plan=plans, resumed=len(again), **campaign.seconds(again))


@pytest.mark.skipif(not campaign.is_long(), reason="the short form stands in tests/test_interrupt.py")
def test_a_signal_at_any_moment_ends_with_the_right_code(county: Path, tmp_path: Path, rounds: Rounds) -> None:
    chance = random.Random(10)
    codes: dict[int, int] = {}
    waited: dict[bool, list[float]] = {True: [], False: []}  # of the long rounds and of the others
    plans = 0
    for k in range(campaign.count(1)):
        number, code = ((signal.SIGINT, EXIT_INTERRUPTED), (signal.SIGTERM, EXIT_TERMINATED))[k % 2]
        run = tmp_path / f"run{k}"
        long = k // 2 % (EVERY // 2) == 0  # both signals
        here, whole = (county, LONGEST_S) if long else rounds.of(k // 2)
        process = (rounds.start if long else rounds.fork)("solve", here, "--out", run, "--gap", "0", "--quiet")
        lasting.wait_until(lambda run=run: (run / journal.JOURNAL).exists(), 180)
        time.sleep(chance.uniform(0, whole))
        begun = time.monotonic()
        process.send_signal(number)
        _, said = process.communicate(timeout=300)
        waited[long].append(time.monotonic() - begun)
        codes[process.returncode] = codes.get(process.returncode, 0) + 1
        if (run / "result.json").exists():  # it may have ended by itself before the signal came
            assert process.returncode in (code, EXIT_OK, EXIT_LIMIT_WITH_PLAN, -number), said.decode()
        else:
            assert process.returncode == code, said.decode()
        assert b"Traceback" not in said
        assert rank(run) or b"E601" in said
        plans += bool(rank(run))
        shutil.rmtree(run)
        if k % 20 == 19:
            campaign.tell("signals", rounds=k + 1, codes=codes)
    late = sum(seconds > AT_MOST_S for those in waited.values() for seconds in those)
    long_ones, small_ones = (campaign.seconds(waited[long]) for long in (True, False))
    told = {"codes": codes, "with_plan": plans, "late": late, "long": long_ones, "small": small_ones}
    campaign.tell("signals", rounds=campaign.count(1), **told)
