"""What the child processes of all solvers share: the job, the pipe to the parent, whole files of incumbents.

A child is started as ``python -m siting.solvers.process.ENGINE FOLDER``. It reads ``job.npz`` and ``options.json``
(`siting.solvers.process.supervise` writes them), tells of progress in JSON lines on the pipe that was its standard
output, and leaves ``incumbent.npz`` and ``solver.log``. The word ``cancel`` on its standard input stops the search;
when that pipe closes, the parent is gone and the child ends too.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np

Job = dict[str, np.ndarray]
#: What the names of folders begin with that a parent makes for a job.
PREFIX = "siting-"


def leave(folder: Path) -> NoReturn:
    """End at once: the parent is gone, so nobody waits for an answer, nor tidies up the folder that it made."""
    if folder.name.startswith(PREFIX):
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(3)


@cache
def channel() -> IO[str]:
    """The pipe to the parent; what a library prints goes to standard error from the first call on."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return pipe


def tell(**message: Any) -> None:
    """One JSON line to the parent; what is not finite is unknown."""
    text = {k: (None if isinstance(v, float) and not np.isfinite(v) else v) for k, v in message.items()}
    print(json.dumps(text), flush=True, file=channel())


def listen(folder: Path, cancel: Callable[[], None]) -> None:
    """Call ``cancel`` when the parent asks for it; end when the parent, which made ``folder``, is gone."""

    def wait() -> None:
        for line in sys.stdin:
            if line.strip() == "cancel":
                cancel()
        leave(folder)

    threading.Thread(target=wait, daemon=True).start()


def begin(main: Callable[[Path], None]) -> None:
    """Do the job of the folder that the command names; a want of memory is told."""
    channel()
    try:
        main(Path(sys.argv[1]))
    except MemoryError:
        tell(event="memory")
        os._exit(4)  # nothing that may ask for more memory


def save_whole(path: Path, **values: np.ndarray) -> None:
    """Values by name as a whole file, or as it was before.

    Raises:
        OSError: there is no room for it.
    """
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **values)
    temporary.replace(path)


class Child:
    """One job in its folder, and the way back to the parent."""

    def __init__(self, folder: Path) -> None:
        """Read the job."""
        self.folder, self.log = folder, folder / "solver.log"
        with np.load(folder / "job.npz", allow_pickle=False) as stored:
            self.job: Job = {name: stored[name] for name in stored.files}
        self.options: dict[str, Any] = json.loads((folder / "options.json").read_text())
        self.offset = float(self.job["offset"])
        self.begun = self._told = time.monotonic()

    def save(self, name: str, **values: np.ndarray) -> bool:
        """Keep values by name as a whole file; a full disk is told, and what was kept before stays."""
        try:
            save_whole(self.folder / f"{name}.npz", **values)
        except OSError as error:
            tell(event="unsaved", why=f"an incumbent cannot be written: {error.strerror or error}")
            return False
        return True

    def incumbent(self, values: np.ndarray, objective: float, bound: float) -> None:
        """Keep values (n,), then say so."""
        if self.save("incumbent", values=values):
            tell(event="incumbent", objective=objective, bound=bound)

    def progress(self, objective: float, bound: float, every_s: float = 1.0) -> None:
        """Say where the search stands, not more often than asked."""
        if time.monotonic() - self._told >= every_s:
            self._told = time.monotonic()
            tell(event="progress", objective=objective, bound=bound)

    def answer(
        self, status: str, bound: float, version: str, nodes: int = 0, objective: float = float("nan")
    ) -> None:  # fmt: skip
        """The last word; ``status`` is one of `siting.solvers.process.answer`."""
        seconds = time.monotonic() - self.begun
        tell(
            event="answer", status=status, objective=objective, bound=bound, version=version, nodes=nodes,
            seconds=seconds,
        )  # fmt: skip


def names(job: Job) -> list[str]:
    """Names of the variables in a model file, in order."""
    return [f"x{k}" for k in range(len(job["cost"]))]


def write_mps(job: Job, path: Path) -> Path:
    """The model as free MPS with every digit of its numbers, without the constant of the objective."""
    lower, upper = job["row_lower"], job["row_upper"]
    kinds = ["E" if a == b else "L" if a == -np.inf else "G" for a, b in zip(lower, upper, strict=True)]
    rhs = np.where(np.isfinite(lower), lower, upper)
    lines = ["NAME job", "ROWS", " N cost", *(f" {kind} r{r}" for r, kind in enumerate(kinds)), "COLUMNS"]
    inside = False
    start, rows, data = (job[name].tolist() for name in ("indptr", "indices", "data"))
    for k, (cost, whole) in enumerate(zip(job["cost"].tolist(), job["whole"].tolist(), strict=True)):
        if whole != inside:
            lines.append(" MARK 'MARKER' 'INTORG'" if whole else " MARK 'MARKER' 'INTEND'")
            inside = whole
        lines.append(f" x{k} cost {cost!r}")
        lines += [f" x{k} r{rows[e]} {data[e]!r}" for e in range(start[k], start[k + 1])]
    lines += [" MARK 'MARKER' 'INTEND'"] * inside
    lines += ["RHS", *(f" RHS r{r} {value!r}" for r, value in enumerate(rhs.tolist()) if value)]
    both = [
        (r, float(b - a)) for r, (a, b) in enumerate(zip(lower, upper, strict=True)) if a != b and np.isfinite(b - a)
    ]
    lines += ["RANGES", *(f" RNG r{r} {width!r}" for r, width in both)] if both else []
    lines.append("BOUNDS")
    for k, (low, high) in enumerate(zip(job["lower"].tolist(), job["upper"].tolist(), strict=True)):
        lines += [f" LO BND x{k} {low!r}", f" UP BND x{k} {high!r}"]
    path.write_text("\n".join([*lines, "ENDATA", ""]))
    return path
