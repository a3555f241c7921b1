"""Reports: seconds and size of every format, in both languages, for finished runs.

    siting solve yunling --out runs/yunling
    python benchmarks/reports.py runs/yunling runs/legazpi

Each row is a whole ``siting report`` in a process of its own: reading the run folder, the checker, the study, the
writer. Seconds are of the clock and of the processors (all processes together). The last row of a run asks for all
formats in one command, as a planner would. Prints one Markdown table; docs/benchmarks-reports.md holds the last one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from measured import head, row
from measured import run as ended

from siting import rooms

HEAD = ("run", "format", "language", "seconds", "CPU seconds", "MB", "files", "kB")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="+", help="run folders")
    parser.add_argument("--formats", nargs="*", default=sorted(rooms.names("siting.reports")))
    parser.add_argument("--langs", nargs="*", default=["zh", "en"])
    ask = parser.parse_args()
    head(*HEAD)
    for run in ask.runs:
        for lang in ask.langs:
            for formats in (*ask.formats, ",".join(ask.formats)):
                name = formats if formats in ask.formats else "all"
                row(run.name, name, lang, *cells(run, formats, lang))


def cells(run: Path, formats: str, lang: str) -> list[str]:
    """Seconds, CPU seconds, MB of memory, number of files, kB written by one ``siting report``."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        command = [sys.executable, "-m", "siting", "report", str(run), "--format", formats, "--lang", lang]
        made = ended([*command, "--out", str(out)])
        if made.code:
            raise SystemExit(f"siting report {run} --format {formats} ends with {made.code}: {made.complained}")
        sizes = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
    used = [f"{made.seconds:.1f}", f"{made.cpu_seconds:.1f}", f"{made.mb:.0f}"]
    return [*used, str(len(sizes)), f"{sum(sizes) / 1000:,.0f}"]


if __name__ == "__main__":
    main()
