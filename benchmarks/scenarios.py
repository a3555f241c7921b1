"""Every scenario of the embedded county, and real counties: what is reached, what is proven, how long it takes.

    python benchmarks/scenarios.py                                  # the embedded county, all scenarios
    python benchmarks/scenarios.py --county mycounty=path/to/folder  # a county folder of your own, scenario base

Prints one Markdown table; docs/benchmarks-scenarios.md holds the last one. Each row is a whole ``siting solve`` in a
process of its own: reading, travel times, solving, checking, reports.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from measured import head, row, share, solved, tiers

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
    head(*HEAD)
    for name, folder, chosen in jobs:
        row(name, chosen, *cells(folder, chosen, ask.gap, ask.limit))


def cells(folder: Path, chosen: str, gap: float, limit: float) -> list[str]:
    """The cells of one solve."""
    ended, result = solved(folder, chosen, "highs", gap, limit)
    used = [str(ended.code), f"{ended.seconds:.0f}", f"{ended.cpu_seconds:.0f}"]
    if result is None:
        return [*used, "-", "-", "-", ended.complained[-120:]]
    met = sum(t["met"] for t in result["targets"])
    return [*used, f"{met} of {len(result['targets'])}", tiers(result), share(result["gap"]), result["verdict"]]


if __name__ == "__main__":
    main()
