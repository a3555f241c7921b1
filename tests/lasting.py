"""A county that keeps the solver busy for most of a minute, and `siting` as a process that can be hurt."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from siting.instances.synthetic.county import generate

SITING = [sys.executable, "-c", "from siting.cli import main; main()"]


def county(folder: Path) -> Path:
    """Write the county."""
    generate(folder, seed=3, villages=60)
    file = folder / "county.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"(running_budget_per_year = \{ value = )\d+", r"\g<1>9999999", text), encoding="utf-8")
    return folder


def start(cache: Path, *arguments: object) -> subprocess.Popen[bytes]:
    """A command of siting, running."""
    environment = os.environ | {"SITING_CACHE": str(cache), "SITING_LANG": "en"}
    command = [*SITING, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill it, if it still runs, and close its pipe."""
    process.kill()
    process.wait()
    if process.stderr is not None:
        process.stderr.close()


def children(parent: int) -> list[int]:
    """Processes whose parent is this one."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[1]) == parent:
                found.append(int(entry.name))
    return found


def alive(number: int) -> bool:
    """Whether a process is still there, and not only its entry."""
    try:
        return (Path("/proc") / str(number) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(what: Callable[[], object], seconds: float) -> None:
    """Wait for a state."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
