"""A solve that is asked to stop ends with its best checked plan, also where the step that it is in asks nobody."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from siting import rooms
from siting.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_TERMINATED, Stopped
from siting.plan import Plan
from siting.plans.outcome import Effort, Outcome
from siting.problems.problem import Problem
from siting.runs import solving, work
from siting.runs.interrupt import Interrupt
from siting.runs.solving import Ask
from siting.verify import verify_run

from .conftest import Run

pytestmark = pytest.mark.usefixtures("in_process")
#: No test waits so long; a step that is never let go would.
LONG_S = 300.0


@pytest.fixture(autouse=True)
def own_cache(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITING_CACHE", str(cache_folder))


@pytest.fixture
def county(solved: Path) -> Path:
    """A small county."""
    return solved / "inputs"


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """What a step waits for; it is let go when the test is over."""
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_step_that_asks_nobody_is_left_behind(held: threading.Event, number: int) -> None:
    heard = threading.Event()
    with Interrupt(heard.set, patience_s=0.0) as interrupt:
        step = interrupt.soon(lambda: (signal.raise_signal(number), held.wait(LONG_S)), lambda: "left")
        assert (step, interrupt(), interrupt.name) == ("left", True, signal.Signals(number).name)
        assert heard.wait(LONG_S)


def test_a_step_that_ends_by_itself_is_waited_for() -> None:
    with Interrupt() as interrupt:
        assert interrupt.soon(lambda: 7, lambda: 8) == 7

        def stops() -> str:
            signal.raise_signal(signal.SIGINT)
            while not interrupt():
                pass
            return "its own end"

        assert interrupt.soon(stops, lambda: "left") == "its own end"
        with pytest.raises(ZeroDivisionError):
            interrupt.soon(lambda: 1 // 0, lambda: 8)


def test_a_second_signal_waits_for_nothing(held: threading.Event) -> None:
    with Interrupt(patience_s=LONG_S) as interrupt:

        def deaf() -> None:
            signal.raise_signal(signal.SIGINT)
            while not interrupt():
                pass
            signal.raise_signal(signal.SIGINT)
            held.wait(LONG_S)

        with pytest.raises(KeyboardInterrupt):
            interrupt.soon(deaf, lambda: None)


def test_a_solver_that_hears_nothing_loses_no_plan_and_changes_none(
    county: Path, tmp_path: Path, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    greedy = rooms.solver("greedy")

    def deaf(problem: Problem, effort: Effort) -> Outcome:
        outcome = greedy(problem, effort)
        effort.on_plan(outcome.plan)
        signal.raise_signal(signal.SIGTERM)
        held.wait(LONG_S)
        effort.on_plan(Plan({}, ()))
        over.set()
        return outcome

    monkeypatch.setattr(rooms, "solver", lambda name: greedy if name == "greedy" else deaf)
    monkeypatch.setattr(solving, "Interrupt", partial(Interrupt, patience_s=0.0))
    run = tmp_path / "run"
    result = solving.solve(county, run, Ask())
    assert (result["status"], result["signal"], result["verdict"], result["gap"]) == (
        "stopped",
        "SIGTERM",
        "valid",
        None,
    )
    before = (run / "plan.json").read_bytes()
    held.set()
    assert over.wait(LONG_S)
    assert (run / "plan.json").read_bytes() == before
    assert verify_run(run).word == "valid"
    monkeypatch.undo()
    assert solving.resume(run)["status"] in ("optimal", "gap_reached")


def test_a_signal_before_any_plan_says_so(
    county: Path, tmp_path: Path, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deaf(*_: Any, **__: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        held.wait(LONG_S)

    monkeypatch.setattr(work.travel, "times", deaf)
    monkeypatch.setattr(solving, "Interrupt", partial(Interrupt, patience_s=0.0))
    with pytest.raises(Stopped) as stopped:
        solving.solve(county, tmp_path / "run", Ask())
    assert (stopped.value.exit_code, stopped.value.faults[0].code) == (EXIT_INTERRUPTED, "E601")
    assert not (tmp_path / "run" / "plan.json").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, EXIT_INTERRUPTED), (signal.SIGTERM, EXIT_TERMINATED)])
def test_a_signal_while_reports_are_written_leaves_a_whole_run(
    county: Path, tmp_path: Path, siting_cli: Run, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    def report(*_: Any) -> list[Path]:
        signal.raise_signal(number)
        return []

    monkeypatch.setattr(rooms, "report", lambda name: report)
    run = tmp_path / "run"
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background inherits an ignored one
    try:
        answer = siting_cli("solve", county, "--out", run, "--quiet")
    finally:
        signal.signal(signal.SIGINT, usual)
    assert answer.code == code
    assert "siting report" in answer.err
    assert "siting resume" in answer.err
    assert json.loads((run / "result.json").read_text(encoding="utf-8"))["verdict"] == "valid"
    monkeypatch.undo()
    assert siting_cli("report", run).code == EXIT_OK
    assert (run / "report.html").is_file()
