"""Whatever ends a real ``siting solve``, the run folder holds a plan that the checker accepts, and no process stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from siting.errors import EXIT_INTERRUPTED, EXIT_LIMIT_WITH_PLAN, EXIT_OK, EXIT_TERMINATED
from siting.verify import verify_run

from . import lasting
from .lasting import alive, children, wait_until

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county that takes most of a minute to be solved to gap 0."""
    return lasting.county(tmp_path_factory.mktemp("lasting") / "county")


@pytest.fixture
def start(county: Path, cache_folder: Path) -> Iterator[Start]:
    """Start ``siting solve`` on the county; what is still alive at the end is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(run: Path, *arguments: str) -> subprocess.Popen[bytes]:
        given = ("solve", county, "--out", run, "--gap", "0", "--quiet", *arguments)
        started.append(lasting.start(cache_folder, *given))
        return started[-1]

    yield begin
    for process in started:
        lasting.end(process)


def in_search(process: subprocess.Popen[bytes], run: Path) -> None:
    """Wait until a first plan is on the disk and a solver is at work."""
    wait_until(lambda: (run / "plan.json").exists() and children(process.pid), 180)


def is_sound(run: Path, *, killed: bool = False) -> None:
    """A valid plan; half-written files only where nobody could sweep them, and never under the name of a whole one."""
    assert verify_run(run).word == "valid"
    left = [path.name for path in run.rglob("*") if path.name.endswith((".tmp", ".part"))]
    assert left == [] or (killed and all(name.startswith(".") for name in left))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, EXIT_INTERRUPTED), (signal.SIGTERM, EXIT_TERMINATED)])
def test_a_signal_ends_with_the_best_plan_so_far(start: Start, tmp_path: Path, number: int, code: int) -> None:
    run = tmp_path / "run"
    process = start(run)
    in_search(process, run)
    workers = children(process.pid)
    process.send_signal(number)
    _, said = process.communicate(timeout=300)
    assert process.returncode == code
    assert b"siting report" in said
    assert not (run / "report.html").exists()
    is_sound(run)
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    assert (result["status"], result["verdict"]) == ("stopped", "valid")
    assert not any(alive(worker) for worker in workers)


def test_killing_the_parent_ends_its_solver_and_leaves_a_plan(start: Start, tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = start(run)
    in_search(process, run)
    workers = children(process.pid)
    process.kill()
    process.wait()
    wait_until(lambda: not any(alive(worker) for worker in workers), 60)
    is_sound(run, killed=True)


def test_a_short_time_limit_still_gives_a_plan(start: Start, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert start(run, "--time-limit", "1").wait(timeout=180) in (EXIT_OK, EXIT_LIMIT_WITH_PLAN)
    is_sound(run)
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    assert result["status"] in ("time_limit", "optimal", "gap_reached")


def test_a_worker_that_is_killed_does_not_take_the_plan_with_it(start: Start, tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = start(run, "--time-limit", "25", "--gap", "0")
    in_search(process, run)
    for worker in children(process.pid):
        os.kill(worker, signal.SIGKILL)
    assert process.wait(timeout=180) in (EXIT_OK, EXIT_LIMIT_WITH_PLAN)
    is_sound(run)
