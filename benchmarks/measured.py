"""What a row of a benchmark is made of: a program as it ended, processor time, gaps as per cent, cells of a table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What `os.wait4` counts memory in.
MB = 1024**2 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Ended:
    """A program that ended: exit code, seconds of the clock and of the processors (all its processes together), MB of
    its largest process, what it printed and what it complained of."""

    code: int
    seconds: float
    cpu_seconds: float
    mb: float
    printed: str
    complained: str


def run(command: Sequence[str]) -> Ended:
    """Run a program to its end, in a process of its own."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        begun = time.monotonic()
        child = subprocess.Popen(command, stdout=out, stderr=errors)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.monotonic() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        cpu_seconds, mb = used.ru_utime + used.ru_stime, used.ru_maxrss / MB
        return Ended(child.returncode, seconds, cpu_seconds, mb, out.read(), errors.read().strip())


def solved(folder: Path, scenario: str, solver: str, gap: float, limit: float) -> tuple[Ended, dict[str, Any] | None]:
    """A whole ``siting solve``: how it ended, and its ``result.json`` if it wrote one."""
    with tempfile.TemporaryDirectory() as runs:
        result = Path(runs) / "run" / "result.json"
        command = [sys.executable, "-m", "siting", "solve", str(folder), "--scenario", scenario, "--quiet"]
        command += ["--solver", solver, "--gap", str(gap), "--time-limit", str(limit), "--out", str(result.parent)]
        ended = run(command)
        return ended, json.loads(result.read_text(encoding="utf-8")) if result.exists() else None


def tiers(result: dict[str, Any]) -> str:
    """The gaps of the tiers of targets."""
    return ", ".join(share(s["gap"]) for s in result["stages"] if s["name"].startswith("tier")) or "-"


def cpu() -> float:
    """Seconds of the processor so far, of this process and of its children that have ended."""
    return sum(os.times()[:4])


def share(gap: float | None) -> str:
    """A gap as per cent; one beyond all that is reached says nothing as a number."""
    return "none" if gap is None else "beyond all" if gap > 10 else f"{gap:.2%}"


def head(*names: str) -> None:
    """The head of a Markdown table."""
    print("| " + " | ".join(names) + " |\n" + "|---" * len(names) + "|", flush=True)


def row(*cells: str) -> None:
    """One row of it."""
    print("| " + " | ".join(cells) + " |", flush=True)
