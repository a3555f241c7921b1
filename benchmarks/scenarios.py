"""Every scenario of the embedded county, and real counties: what is reached, what is proven, how long it takes.

    python benchmarks/scenarios.py                                  # the embedded county, all scenarios
    python benchmarks/scenarios.py --county mycounty=path/to/folder  # a county folder of your own, scenario base

Prints one Markdown table; docs/benchmarks-scenarios.md holds the last one. Each row is a whole ``siting solve`` in a
process of its own: reading, travel times, solving, checking, reports.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from siting.reading import instance, scenario

ROOT = Path(__file__).resolve().parents[1]
HEAD = (
    "county", "scenario", "exit", "seconds", "CPU s", "targets met", "gap of the tiers", "gap of the worth", "verdict",
)  # fmt: skip


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--county", action="append", default=[], metavar="NAME=FOLDER", help="base of a folder")
    parser.add_argument("--scenario", action="append", default=[], help="only these of the embedded county")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for each solve")
    parser.add_argument("--gap", type=float, default=0.01)
    ask = parser.parse_args()
    embedded = ROOT / "instances" / "yunling-county"
    jobs = [(name, Path(folder), "base") for name, _, folder in (c.partition("=") for c in ask.county)]
    if not jobs:
        county, _ = instance.read(embedded)
        jobs = [("yunling", embedded, name) for name in ask.scenario or scenario.names(county)]
    print("| " + " | ".join(HEAD) + " |\n" + "|---" * len(HEAD) + "|", flush=True)
    for name, folder, chosen in jobs:
        print("| " + " | ".join(row(name, folder, chosen, ask.gap, ask.limit)) + " |", flush=True)


def row(name: str, folder: Path, chosen: str, gap: float, limit: float) -> list[str]:
    """The cells of one solve."""
    with tempfile.TemporaryDirectory() as runs:
        run = Path(runs) / "run"
        begun = time.monotonic()
        command = [sys.executable, "-m", "siting", "solve", str(folder), "--scenario", chosen, "--out", str(run)]
        command += ["--gap", str(gap), "--time-limit", str(limit), "--quiet"]
        own = cpu()
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds, used = time.monotonic() - begun, cpu() - own
        if not (run / "result.json").exists():
            said = ended.stderr.strip()[-120:]
            return [name, chosen, str(ended.returncode), f"{seconds:.0f}", f"{used:.0f}", "-", "-", "-", said]
        result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    met = sum(t["met"] for t in result["targets"])
    tiers = [s for s in result["stages"] if s["name"].startswith("tier")]
    return [
        name,
        chosen,
        str(ended.returncode),
        f"{seconds:.0f}",
        f"{used:.0f}",
        f"{met} of {len(result['targets'])}",
        ", ".join(share(s["gap"]) for s in tiers) or "-",
        share(result["gap"]),
        result["verdict"],
    ]


def cpu() -> float:
    """Seconds of the processor of the solves so far, with their child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def share(gap: float | None) -> str:
    """A gap as per cent."""
    return "none" if gap is None else f"{gap:.2%}"


if __name__ == "__main__":
    main()
