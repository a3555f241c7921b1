"""A county that keeps the solver busy for most of a minute, and `siting` as a process that can be hurt.

Hundreds of processes are forks of the campaign's own (`fork`), which have nothing to import any more; the short forms
and some of each campaign are processes from the beginning (`start`).
"""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from siting import cli
from siting.instances.synthetic.county import generate

SITING = [sys.executable, "-c", "from siting.cli import main; main()"]


def county(folder: Path, villages: int = 60) -> Path:
    """Write the county."""
    generate(folder, seed=3, villages=villages)
    file = folder / "county.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"(running_budget_per_year = \{ value = )\d+", r"\g<1>9999999", text), encoding="utf-8")
    return folder


def start(cache: Path, *arguments: object) -> subprocess.Popen[bytes]:
    """A command of siting, running."""
    environment = os.environ | {"SITING_CACHE": str(cache), "SITING_LANG": "en"}
    command = [*SITING, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)


class Forked:
    """A command in a fork of this process; it is asked like a `subprocess.Popen`."""

    stderr = None

    def __init__(self, cache: Path, said: Path, *arguments: object) -> None:
        self.said = said
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            self.live(cache, *arguments)

    def live(self, cache: Path, *arguments: object) -> NoReturn:
        """What the child does."""
        code = 1
        try:
            os.dup2(os.open(os.devnull, os.O_RDWR), 1)
            os.dup2(os.open(self.said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
            sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
            os.environ.update(SITING_CACHE=str(cache), SITING_LANG="en")
            cli.main(list(map(str, arguments)))
        except SystemExit as ended:
            code = int(ended.code or 0)
        except BaseException:  # noqa: BLE001
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        if self.returncode is None and (done := os.waitpid(self.pid, os.WNOHANG))[0]:
            self.returncode = os.waitstatus_to_exitcode(done[1])
        return self.returncode

    def wait(self, timeout: float = 600) -> int:
        """Wait for its end."""
        wait_until(lambda: self.poll() is not None, timeout)
        assert self.returncode is not None
        return self.returncode

    def communicate(self, timeout: float = 600) -> tuple[None, bytes]:
        """Wait for its end; what it said."""
        self.wait(timeout)
        return None, self.said.read_bytes()

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


Process = subprocess.Popen[bytes] | Forked


def end(process: Process) -> None:
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


def resident_mb(number: int) -> float:
    """Megabytes of memory that a process holds now; 0 if it has ended."""
    try:
        pages = int((Path("/proc") / str(number) / "statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return pages * resource.getpagesize() / 2**20


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
