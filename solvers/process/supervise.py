"""Running one solve in a child process, within its time, whatever the solver does.

The parent keeps the clock: at the limit it asks the child to stop, and after a grace it kills it. Every incumbent
that the child wrote before stays usable, also when the child crashes.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import engines
from .linear import LinearModel

#: Seconds that the solver may take to notice a cancellation before it is killed.
GRACE_S = 3.0
COMPLETE = ("Optimal", "Solution limit reached", "Node limit reached")


@dataclass(frozen=True, eq=False)
class Duals:
    """Of a linear program: what a row's bound is worth (m,), and the reduced costs (n,), of the minimisation."""

    rows: np.ndarray
    columns: np.ndarray


@dataclass(frozen=True, eq=False)
class Answer:
    """What came out: ``values`` (n,) of the best solution or None; ``bound`` in the model's own sense, None if none
    is known.

    ``complete`` is True where the solver ended by its own rules (gap or nodes) and not by the clock or a signal, so
    that the same call gives the same answer again; ``crashed`` says how it ended without an answer.
    """

    values: np.ndarray | None
    bound: float | None
    complete: bool
    infeasible: bool
    crashed: str
    version: str
    log: str
    duals: Duals | None = None


def run(
    linear: LinearModel,
    start: dict[int, float],
    *,
    gap: float,
    seconds: float,
    seed: int,
    threads: int,
    stopped: Callable[[], bool],
    on_progress: Callable[[float | None, float | None], None] = lambda objective, bound: None,
    on_values: Callable[[np.ndarray], None] = lambda values: None,
    max_nodes: int = 2**31 - 1,
    engine: str = "highs",
) -> Answer:
    """Solve ``linear`` from ``start`` (value by ``id`` of the variable; the rest is completed by the solver).

    ``max_nodes`` ends the search after so many nodes, the same on every machine. ``on_progress(objective, bound)`` is
    called in the model's own sense; ``on_values(values)`` with new incumbents. ``engine`` is one of `engines`.

    Raises:
        InputRefused: the engine is not installed (E193).
    """
    module = engines.require(engine).module
    with tempfile.TemporaryDirectory(prefix="siting-") as name:
        folder = Path(name)
        options = {
            "mip_rel_gap": gap,
            "time_limit": seconds,
            "random_seed": seed,
            "threads": threads,
            "mip_max_nodes": max_nodes,
        }
        _write_job(folder, linear, start, options)
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        with (folder / "stderr.txt").open("wb") as errors:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", f"siting.solvers.process.{module}", str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
                env=environment,
            )
        try:
            last = _follow(child, folder, linear, seconds, stopped, on_progress, on_values)
        finally:
            _end(child)
        log = folder / "solver.log"
        answer = last if last.get("event") == "answer" else {}
        values = _incumbent(folder)
        bound = last.get("bound")
        why = (folder / "stderr.txt").read_text(errors="replace").strip().splitlines()
        return Answer(
            values=values,
            bound=None if bound is None else linear.sign * float(bound),
            complete=answer.get("status") in COMPLETE,
            infeasible=answer.get("status") in ("Infeasible", "Primal infeasible or unbounded"),
            crashed="" if answer or last.get("killed") else f"exit {child.returncode}: {why[-1] if why else ''}",
            version=str(answer.get("version", "")),
            log=log.read_text(errors="replace") if log.exists() else "",
            duals=_duals(folder),
        )


def _write_job(folder: Path, linear: LinearModel, start: dict[int, float], options: dict[str, Any]) -> None:
    known = [(k, start[id(v)]) for k, v in enumerate(linear.variables) if id(v) in start and linear.whole[k]]
    np.savez(
        folder / "job.npz",
        allow_pickle=False,
        cost=linear.cost,
        offset=np.array(linear.offset),
        lower=linear.lower,
        upper=linear.upper,
        row_lower=linear.row_lower,
        row_upper=linear.row_upper,
        whole=linear.whole,
        indptr=linear.matrix.indptr.astype(np.int32),
        indices=linear.matrix.indices.astype(np.int32),
        data=linear.matrix.data.astype(np.float64),
        start_index=np.array([k for k, _ in known], dtype=np.int64),
        start_value=np.array([value for _, value in known], dtype=np.float64),
    )
    (folder / "options.json").write_text(json.dumps(options))


def _follow(
    child: subprocess.Popen[str],
    folder: Path,
    linear: LinearModel,
    seconds: float,
    stopped: Callable[[], bool],
    on_progress: Callable[[float | None, float | None], None],
    on_values: Callable[[np.ndarray], None],
) -> dict[str, Any]:
    """Read what the child says until it ends, or until its time is up; the last thing that it said of a bound.

    ``killed`` is set where the clock had to end it; any other sudden end is a crash, also for want of memory.
    """
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    assert child.stdout is not None
    threading.Thread(target=_pump, args=(child.stdout, lines), daemon=True).start()
    deadline, asked = time.monotonic() + seconds + 0.5, 0.0
    last: dict[str, Any] = {}
    while True:
        now = time.monotonic()
        if not asked and (stopped() or now > deadline):
            asked = now
            _cancel(child)
        if asked and now > asked + GRACE_S:
            child.kill()
            last["killed"] = True
        try:
            line = lines.get(timeout=0.1)
        except queue.Empty:
            continue
        if line is None:
            return last
        message = json.loads(line)
        last = {**last, **{k: v for k, v in message.items() if v is not None}}
        objective, bound = (last.get(k) for k in ("objective", "bound"))
        on_progress(*(None if n is None else linear.sign * float(n) for n in (objective, bound)))
        if message["event"] == "incumbent" and lines.empty() and (values := _incumbent(folder)) is not None:
            on_values(values)


def _pump(stream: Any, lines: queue.SimpleQueue[str | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _cancel(child: subprocess.Popen[str]) -> None:
    try:
        assert child.stdin is not None
        child.stdin.write("cancel\n")
        child.stdin.flush()
    except (BrokenPipeError, ValueError):
        pass  # it has ended by itself in the meantime


def _end(child: subprocess.Popen[str]) -> None:
    """Whatever happened in the parent, no child stays behind."""
    try:
        child.wait(timeout=1)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()


def _duals(folder: Path) -> Duals | None:
    path = folder / "duals.npz"
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as stored:
        return Duals(stored["rows"], stored["columns"])


def _incumbent(folder: Path) -> np.ndarray | None:
    path = folder / "incumbent.npz"
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as stored:
        values: np.ndarray = stored["values"]
        return values
