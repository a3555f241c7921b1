"""Running one solve in a child process, within its time, whatever the solver does.

The parent keeps the clock: at the limit it asks the child to stop, and after a grace it kills it. Every incumbent
that the child wrote before stays usable, also when the child crashes.
"""

from __future__ import annotations

import json
import math
import os
import queue
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import numpy as np

from siting import store

from . import engines
from .answer import Answer, Duals, answer_of, incumbent
from .child import PREFIX
from .linear import LinearModel

__all__ = ["Answer", "Duals", "end_child", "message_of", "pump", "refused", "room", "run", "start_child"]

#: Seconds that the solver may take to notice a cancellation before it is killed.
GRACE_S = 3.0
#: A child that talks faster than it is heard waits; a line longer than this is no message.
MOST_WAITING, LONGEST_LINE = 1000, 100_000


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
    memory_mb: int | None = None,
    presolve: bool = True,
) -> Answer:
    """Solve ``linear`` from ``start`` (value by ``id`` of the variable; the rest is completed by the solver).

    ``max_nodes`` ends the search after so many nodes, the same on every machine. ``on_progress(objective, bound)`` is
    called in the model's own sense; ``on_values(values)`` with new incumbents. ``engine`` is one of `engines`;
    ``memory_mb`` caps the address space of the child; ``presolve`` can be left out by HiGHS alone.

    Raises:
        InputRefused: the engine is not installed (E193).
        CannotWrite: the folder for temporary files is full or read-only, or no process can be started (E801).
    """
    module = engines.require(engine).module
    options = {
        "mip_rel_gap": gap,
        "time_limit": seconds,
        "random_seed": seed,
        "threads": threads,
        "mip_max_nodes": max_nodes,
        **({} if presolve else {"presolve": "off"}),
    }
    with ExitStack() as stack:
        with refused():
            folder = room(stack)
            _write_job(folder, linear, start, options)
            errors = stack.enter_context((folder / "stderr.txt").open("wb"))
            child = start_child(f"siting.solvers.process.{module}", [str(folder)], errors, memory_mb)
        try:
            last = _follow(child, folder, linear, seconds, stopped, on_progress, on_values)
        finally:
            end_child(child)
        return answer_of(child.returncode, folder, linear, last)


@contextmanager
def refused() -> Iterator[None]:
    """What the system refuses while a job is made and begun, as a fault.

    Raises:
        CannotWrite: the folder for temporary files is full or read-only, or no process can be started (E801).
    """
    try:
        yield
    except OSError as error:
        raise store.refused(tempfile.gettempdir(), error) from error


def room(stack: ExitStack) -> Path:
    """A folder for jobs, which goes with the stack, or with a child that is left alone (`child.leave`)."""
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)))


def start_child(module: str, arguments: list[str], errors: IO[bytes], memory_mb: int | None) -> subprocess.Popen[str]:
    """A child process that runs a module, with what it may take of memory (where the system can say so to another
    process: Linux)."""
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        errors="replace",
        start_new_session=True,
        # one arena: others would be address space that nobody uses, and the cap counts address space
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"},
    )
    if memory_mb is not None and hasattr(resource, "prlimit"):
        with suppress(ProcessLookupError):
            resource.prlimit(child.pid, resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    return child


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
    lines: queue.Queue[str | None] = queue.Queue(MOST_WAITING)
    assert child.stdout is not None
    threading.Thread(target=pump, args=(child.stdout, lines), daemon=True).start()
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
        message = message_of(line)
        if message is None:
            child.kill()
            return {**last, "event": "garbled", "why": f"it said what is no message: {line[:80]!r}"}
        last = {**last, **message}
        objective, bound = (last.get(k) for k in ("objective", "bound"))
        on_progress(*(None if n is None else linear.sign * float(n) for n in (objective, bound)))
        news = message["event"] == "incumbent" and lines.empty()
        if news and (values := incumbent(folder, len(linear.cost))) is not None:
            on_values(values)


def message_of(line: str) -> dict[str, Any] | None:
    """What a line of the child says, without what is unknown; None where it is no message."""
    try:
        message = json.loads(line)
        numbers = [message[key] for key in ("objective", "bound") if message.get(key) is not None]
        if not isinstance(message["event"], str) or any(type(n) not in (int, float) for n in numbers):
            return None
        finite = {k: v for k, v in message.items() if not isinstance(v, float) or math.isfinite(v)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return {k: v for k, v in finite.items() if v is not None}


def pump(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    """Hand on what the child says; whoever says more than is heard has to wait."""
    with suppress(ValueError, OSError):  # the stream is closed when nobody listens any more
        while line := stream.readline(LONGEST_LINE):
            lines.put(line)
    lines.put(None)


def _cancel(child: subprocess.Popen[str]) -> None:
    try:
        assert child.stdin is not None
        child.stdin.write("cancel\n")
        child.stdin.flush()
    except (BrokenPipeError, ValueError):
        pass  # it has ended by itself in the meantime


def end_child(child: subprocess.Popen[str]) -> None:
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
