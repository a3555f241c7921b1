"""Reports: seconds and size of every format, in both languages, for finished runs.

    siting solve yunling --out runs/yunling
    python benchmarks/reports.py runs/yunling runs/legazpi

Each row is a whole ``siting report`` in a process of its own: reading the run folder, the checker, the study, the
writer. Seconds are of the clock and of the processors (all processes together). The last row of a run asks for all
formats in one command, as a planner would. Prints one Markdown table; docs/benchmarks-reports.md holds the last one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from siting import rooms

HEAD = ("run", "format", "language", "seconds", "CPU seconds", "MB", "files", "kB")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="+", help="run folders")
    parser.add_argument("--formats", nargs="*", default=sorted(rooms.names("siting.reports")))
    parser.add_argument("--langs", nargs="*", default=["zh", "en"])
    ask = parser.parse_args()
    print("| " + " | ".join(HEAD) + " |\n" + "|---" * len(HEAD) + "|", flush=True)
    for run in ask.runs:
        for lang in ask.langs:
            for formats in (*ask.formats, ",".join(ask.formats)):
                name = formats if formats in ask.formats else "all"
                print(f"| {run.name} | {name} | {lang} | " + " | ".join(row(run, formats, lang)) + " |", flush=True)


def row(run: Path, formats: str, lang: str) -> list[str]:
    """Seconds, CPU seconds, MB of memory, number of files, kB written by one ``siting report``."""
    with tempfile.TemporaryDirectory() as made:
        out = Path(made) / "out"
        command = [sys.executable, "-m", "siting", "report", str(run), "--format", formats, "--lang", lang]
        begun = time.monotonic()
        child = subprocess.Popen([*command, "--out", str(out)], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.monotonic() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"siting report {run} --format {formats} ends with {child.returncode}")
        sizes = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
    cells = [f"{seconds:.1f}", f"{used.ru_utime + used.ru_stime:.1f}", f"{used.ru_maxrss / 1024:.0f}"]
    return [*cells, str(len(sizes)), f"{sum(sizes) / 1000:,.0f}"]


if __name__ == "__main__":
    main()
