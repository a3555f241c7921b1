"""The joint county: how near to the best, how fast, against the whole model in one solver and the greedy method.

    python benchmarks/joint.py --seeds 1 2 3 --limit 300               # counties of benchmarks/county.py
    python benchmarks/joint.py --seeds 1 --services 1 2 4 8 10 --limit 120   # growth with the number of services
    python benchmarks/joint.py --scenario policy-2025-land --limit 300  # a scenario of the embedded county

Each row is a whole ``siting solve`` in a process of its own: reading, travel times, solving, checking. Seconds are of
the clock and of the processors (all processes of the solve together: at most twice the clock on two cores), memory is
the largest process. Prints one Markdown table; docs/benchmarks-joint.md holds the last one.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import county

ROOT = Path(__file__).resolve().parents[1]
HEAD = ("county", "solver", "exit", "seconds", "CPU seconds", "MB", "gap of the tiers", "gap of the worth")
HEAD += ("objectives", "verdict")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="*", default=[])
    parser.add_argument("--villages", type=int, default=300)
    parser.add_argument("--hamlets", type=int, default=2000)
    parser.add_argument("--services", type=int, nargs="*", choices=county.COUNTS, default=[8])
    parser.add_argument("--scenario", action="append", default=[], help="of the embedded county")
    parser.add_argument("--solvers", nargs="*", default=["highs", "direct", "greedy"])
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for each solve")
    parser.add_argument("--gap", type=float, default=0.01)
    ask = parser.parse_args()
    print("| " + " | ".join(HEAD) + " |\n" + "|---" * len(HEAD) + "|", flush=True)
    embedded = ROOT / "instances" / "yunling-county"
    for name in ask.scenario:
        for solver in ask.solvers:
            show([f"yunling, {name}", *row(embedded, name, solver, ask.gap, ask.limit)])
    for seed, services in itertools.product(ask.seeds, ask.services):
        with tempfile.TemporaryDirectory() as made:
            folder, name = Path(made) / "county", f"joint, seed {seed}" + f", {services} services" * (services != 8)
            county.make(folder, seed=seed, villages=ask.villages, hamlets=ask.hamlets, services=services)
            for solver in ask.solvers:
                show([name, *row(folder, county.SCENARIO, solver, ask.gap, ask.limit)])


def show(cells: list[str]) -> None:
    """One row."""
    print("| " + " | ".join(cells) + " |", flush=True)


def row(folder: Path, scenario: str, solver: str, gap: float, limit: float) -> list[str]:
    """The cells of one solve."""
    with tempfile.TemporaryDirectory() as runs:
        run = Path(runs) / "run"
        command = [sys.executable, "-m", "siting", "solve", str(folder), "--scenario", scenario, "--out", str(run)]
        command += ["--solver", solver, "--gap", str(gap), "--time-limit", str(limit), "--quiet"]
        begun = time.monotonic()
        with (Path(runs) / "said.txt").open("w+") as said:
            child = subprocess.Popen(command, stdout=said, stderr=said)
            _, status, used = os.wait4(child.pid, 0)
            seconds = time.monotonic() - begun
            child.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            last = said.read().strip()[-120:]
        cells = [solver, str(child.returncode), f"{seconds:.0f}", f"{used.ru_utime + used.ru_stime:.0f}"]
        cells.append(f"{used.ru_maxrss / 1024:.0f}")
        if not (run / "result.json").exists():
            return [*cells, "-", "-", "-", last]
        result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    counted = [s for s in result["stages"] if s["name"].startswith(("tier", "worth"))]
    tiers = [share(s["gap"]) for s in counted if s["name"].startswith("tier")]
    worth = [share(s["gap"]) for s in counted if s["name"] == "worth"]
    return [*cells, ", ".join(tiers), *worth, ", ".join(str(s["objective"]) for s in counted), result["verdict"]]


def share(gap: float | None) -> str:
    """A gap as per cent; one beyond all that is reached says nothing as a number."""
    return "none" if gap is None else "beyond all" if gap > 10 else f"{gap:.2%}"


if __name__ == "__main__":
    main()
