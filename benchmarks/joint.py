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
import tempfile
from pathlib import Path

import county
from measured import head, row, share, solved, tiers

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
    head(*HEAD)
    embedded = ROOT / "instances" / "yunling-county"
    for name in ask.scenario:
        for solver in ask.solvers:
            row(f"yunling, {name}", *cells(embedded, name, solver, ask.gap, ask.limit))
    for seed, services in itertools.product(ask.seeds, ask.services):
        with tempfile.TemporaryDirectory() as made:
            folder, name = Path(made) / "county", f"joint, seed {seed}" + f", {services} services" * (services != 8)
            county.make(folder, seed=seed, villages=ask.villages, hamlets=ask.hamlets, services=services)
            for solver in ask.solvers:
                row(name, *cells(folder, county.SCENARIO, solver, ask.gap, ask.limit))


def cells(folder: Path, scenario: str, solver: str, gap: float, limit: float) -> list[str]:
    """The cells of one solve."""
    ended, result = solved(folder, scenario, solver, gap, limit)
    used = [solver, str(ended.code), f"{ended.seconds:.0f}", f"{ended.cpu_seconds:.0f}", f"{ended.mb:.0f}"]
    if result is None:
        return [*used, "-", "-", "-", ended.complained[-120:]]
    counted = [s for s in result["stages"] if s["name"].startswith(("tier", "worth"))]
    worth = [share(s["gap"]) for s in counted if s["name"] == "worth"]
    return [*used, tiers(result), *worth, ", ".join(str(s["objective"]) for s in counted), result["verdict"]]


if __name__ == "__main__":
    main()
