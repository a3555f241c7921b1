"""Campaigns `limits`, `same` and `soak`: time and memory are kept, equal runs give equal bytes, nothing grows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from siting.errors import EXIT_LIMIT_WITH_PLAN, EXIT_OK
from siting.problems import size
from siting.runs import solving
from siting.runs.solving import Ask
from siting.verify import verify_run

from . import campaign, lasting


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lasting.county(tmp_path_factory.mktemp("lasting") / "county")


def ended(process: subprocess.Popen[bytes]) -> int:
    _, said = process.communicate(timeout=600)
    assert b"Traceback" not in said, said.decode()
    return process.returncode


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux caps the memory of another process")
def test_a_want_of_memory_ends_with_the_best_plan(
    tiny: Path, cache_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITING_CACHE", str(cache_folder))
    monkeypatch.setattr(size, "check", lambda problem, memory_mb: None)  # which would refuse so small a cap
    told = solving.solve(tiny, tmp_path / "run", Ask(memory_mb=60))
    assert told["status"] == "memory_limit"
    assert {stage["stop"] for stage in told["stages"]} & {"memory"}
    assert verify_run(tmp_path / "run").word == "valid"


@pytest.mark.skipif(not campaign.is_long(), reason="the short form is the test above")
def test_memory_caps_are_kept(county: Path, cache_folder: Path, tmp_path: Path) -> None:
    statuses: dict[int, str] = {}
    for cap in [170, 180, 190, 200, 250, 300, 400][: campaign.count(1)]:
        run = tmp_path / f"run{cap}"
        given = ("solve", county, "--out", run, "--gap", "0", "--memory-mb", cap, "--time-limit", 20, "--quiet")
        assert ended(lasting.start(cache_folder, *given)) in (EXIT_OK, EXIT_LIMIT_WITH_PLAN)
        assert verify_run(run).word == "valid"
        statuses[cap] = json.loads((run / "result.json").read_text(encoding="utf-8"))["status"]
    campaign.tell("memory", statuses=statuses)


@pytest.mark.skipif(not campaign.is_long(), reason="the short form is the first test; minutes of the embedded county")
def test_memory_caps_hold_where_memory_is_the_limit(cache_folder: Path, tmp_path: Path) -> None:
    """The embedded county in one model, which would take more than the first caps; services one by one under 230."""
    told = {}
    for solver, cap in [("direct", 500), ("highs", 230), ("direct", 1000), ("direct", 2000)][: campaign.count(1)]:
        run = tmp_path / f"{solver}{cap}"
        limits = ("--gap", "0.002", "--memory-mb", cap, "--time-limit", 150)
        process = lasting.start(cache_folder, "solve", "yunling", "--out", run, "--solver", solver, *limits, "--quiet")
        peak_mb = 0.0
        while process.poll() is None:
            peak_mb = max(peak_mb, sum(map(lasting.resident_mb, lasting.children(process.pid))))
            time.sleep(0.05)
        assert ended(process) in (EXIT_OK, EXIT_LIMIT_WITH_PLAN)
        assert peak_mb <= 1.05 * cap
        assert verify_run(run).word == "valid"
        status = json.loads((run / "result.json").read_text(encoding="utf-8"))["status"]
        told[f"{solver} {cap}"] = {"status": status, "solvers_peak_mb": round(peak_mb)}
    campaign.tell("memory of the embedded county", caps_mb=told)


@pytest.mark.skipif(not campaign.is_long(), reason="the short form stands in tests/test_interrupt.py")
def test_a_time_limit_is_kept(county: Path, cache_folder: Path, tmp_path: Path) -> None:
    over = {}
    for limit in [2, 5, 10, 20, 40][: campaign.count(1)]:
        run = tmp_path / f"run{limit}"
        given = ("solve", county, "--out", run, "--gap", "0", "--time-limit", limit, "--quiet")
        assert ended(lasting.start(cache_folder, *given)) in (EXIT_OK, EXIT_LIMIT_WITH_PLAN)
        assert verify_run(run).word == "valid"
        result = json.loads((run / "result.json").read_text(encoding="utf-8"))
        over[limit] = round(result["elapsed_s"] - limit, 2)
    campaign.tell("time", seconds_over_the_limit=over)


def test_equal_runs_give_equal_bytes(tiny: Path, cache_folder: Path, tmp_path: Path) -> None:
    plans = set()
    for k in range(campaign.count(2)):
        environment = os.environ | {"SITING_CACHE": str(cache_folder / f"own{k % 2}"), "PYTHONHASHSEED": str(k)}
        given = ["solve", str(tiny), "--out", str(tmp_path / f"run{k}"), "--quiet"]
        done = subprocess.run([*lasting.SITING, *given], capture_output=True, env=environment, timeout=300, check=False)
        assert done.returncode == EXIT_OK, done.stderr.decode()
        plans.add((tmp_path / f"run{k}" / "plan.json").read_bytes())
    assert len(plans) == 1
    campaign.tell("same", runs=campaign.count(2), different_plans=len(plans))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_many_solves_in_one_process_leave_nothing_behind(
    tiny: Path, cache_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITING_CACHE", str(cache_folder))
    rounds = campaign.count(2)
    warm = max(1, rounds // 5)
    before, handles, begun = 0.0, 0, time.monotonic()
    others = set(lasting.children(os.getpid()))  # of other tests in this process
    for k in range(rounds):
        solving.solve(tiny, tmp_path / "run", Ask(solver="highs" if k % 2 else "greedy"))
        if k + 1 == warm:
            before, handles = lasting.resident_mb(os.getpid()), len(os.listdir("/proc/self/fd"))
    assert set(lasting.children(os.getpid())) <= others
    growth = lasting.resident_mb(os.getpid()) / before - 1
    if rounds >= 30:  # alone in its process; in the short form other tests may hold and drop what they like
        assert growth <= 0.05
        assert len(os.listdir("/proc/self/fd")) <= handles
    seconds = round(time.monotonic() - begun, 1)
    campaign.tell("soak", solves=rounds, memory_grown=f"{growth:.1%}", handles_left=0, seconds=seconds)
