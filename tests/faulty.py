"""Solve a small county again and again; the n-th operation on its files fails, or the process is killed in it.

Not a test: `tests/test_campaign_faults.py` runs it by path, ``faulty.py COUNTY FOLDER KINDS STRIDE OFFSET``; several
kinds of failure, joined by commas, take turns. An audit hook sees every file that Python opens, renames, makes or
removes; fsync is wrapped. After each round the run folder must hold whole files and a valid plan or none, and the next
solve must give the same plan.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from siting import cli
from siting.verify import verify_run

EVENTS = {
    "open", "os.rename", "os.chmod", "os.mkdir", "os.remove", "os.rmdir", "os.listdir", "os.scandir", "os.truncate",
    "shutil.rmtree", "fcntl.flock", "tempfile.mkstemp",
}  # fmt: skip
KINDS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EMFILE": errno.EMFILE, "EROFS": errno.EROFS, "EINTR": errno.EINTR}


class Trap:
    """Counts operations on files below ``base``; the one numbered ``at`` fails with ``number``, or kills."""

    def __init__(self, base: Path) -> None:
        self.base, self.at, self.seen, self.number, self.hit = str(base), 0, 0, 0, ""
        sys.addaudithook(self.hear)
        self.fsync = os.fsync
        os.fsync = self.sync  # type: ignore[assignment]

    def arm(self, at: int, number: int) -> None:
        self.at, self.seen, self.number, self.hit = at, 0, number, ""

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.at and event in EVENTS:
            where = arguments[0] if arguments else ""
            own = isinstance(where, int) or os.fspath(where or "").startswith(self.base)  # type: ignore[arg-type]
            if own and not (isinstance(where, int) and event == "open"):
                self.step(f"{event} {where}")

    def sync(self, handle: int) -> None:
        if self.at:
            self.step("fsync")
        self.fsync(handle)

    def step(self, what: str) -> None:
        self.seen += 1
        if self.seen == self.at:
            self.hit = what.replace(self.base, "")
            if self.number == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(self.number, os.strerror(self.number), what)


def siting(*arguments: object) -> tuple[int, str]:
    """The command's exit code and what it said; 1 and a traceback for what it did not catch."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            cli.main([str(a) for a in arguments])
        except SystemExit as ended:
            return int(ended.code or 0), said.getvalue()
        except BaseException as fault:  # noqa: BLE001
            import traceback

            return 1, said.getvalue() + "".join(traceback.format_exception(fault))
    return 0, said.getvalue()


def solve(county: Path, run: Path) -> tuple[int, str]:
    return siting("solve", county, "--out", run, "--solver", "greedy", "--quiet", "--lang", "en")


def faults_of(run: Path, *, swept: bool) -> list[str]:
    """What is wrong with a run folder, whatever happened to it."""
    found = []
    for path in run.rglob("*") if run.is_dir() else []:
        if path.suffix == ".tmp":
            found += [] if swept else [f"{path.name} is left"]
        elif path.suffix == ".json":
            try:
                json.loads(path.read_bytes())
            except ValueError as fault:
                found.append(f"{path.name}: {fault}")
    if (run / "plan.json").is_file() and (verdict := verify_run(run)).word != "valid":
        found.append(f"plan.json: {verdict.breaches[0]}")
    if (run / "result.json").is_file() and not (run / "plan.json").is_file():
        found.append("a result without its plan")
    return found


def one_round(trap: Trap, county: Path, run: Path, at: int, kind: str) -> tuple[int, str]:
    """One solve with its trap; exit code (-9 killed, 99 the trap was never reached) and what was said."""
    if kind != "KILL":
        trap.arm(at, KINDS[kind])
        code, said = solve(county, run)
        trap.at = 0
        return (code, said) if trap.hit else (99, said)
    child = os.fork()
    if not child:
        trap.arm(at, 0)
        solve(county, run)
        os._exit(99)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), ""


def main(county: Path, base: Path, kinds: list[str], stride: int, offset: int) -> dict[str, Any]:
    os.environ["SITING_CACHE"] = str(base / "cache")
    trap = Trap(base)
    first = base / "first"
    code, said = solve(county, first)
    assert code == 0, said
    plan = (first / "plan.json").read_bytes()
    codes: dict[int, int] = {}
    wrong: list[str] = []
    for turn, n in enumerate(range(1 + offset, 10**6, stride)):
        kind = kinds[turn % len(kinds)]
        run = base / "run"
        shutil.rmtree(run, ignore_errors=True)
        if turn % 2:
            shutil.copytree(first, run)
        if turn % 3 == 0:
            shutil.rmtree(base / "cache", ignore_errors=True)
        code, said = one_round(trap, county, run, n, kind)
        if code == 99:
            break
        codes[code] = codes.get(code, 0) + 1
        fine = (
            code == -9
            if kind == "KILL"
            else "Traceback" not in said and (code in (0, 3, 8) or (code == 7 and "cannot be read: " in said))
        )
        cleaning = trap.hit.startswith(("os.remove", "os.listdir", "os.scandir"))
        for what in [
            *([] if fine else [f"exit {code}: {said[-1500:]}"]),
            *faults_of(run, swept=kind == "KILL" or cleaning),
        ]:
            wrong.append(f"{kind} {n} ({trap.hit}): {what}")
        if kind == "KILL" and (run / "journal.json").is_file():
            code, said = siting("resume", run, "--quiet")
            if code != 0 or (run / "plan.json").read_bytes() != plan:
                wrong.append(f"{kind} {n}: resume ends with {code}: {said[-800:]}")
        code, said = solve(county, run)
        left = [path.name for path in run.glob("**/.*.tmp")]
        if code != 0 or (run / "plan.json").read_bytes() != plan or left:
            wrong.append(f"{kind} {n}: the next solve ends with {code}, leaves {left}: {said[-800:]}")
    return {"kinds": kinds, "operations": n, "codes": codes, "wrong": wrong}


if __name__ == "__main__":
    print(
        json.dumps(
            main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3].split(","), int(sys.argv[4]), int(sys.argv[5]))
        )
    )
