"""One school level with boarding and three sizes: `python benchmarks/school.py`, a table of docs/benchmarks-school.md.

The levels are drawn by the generator of the literature folder (``--data``), five seeds; ``--direct`` hands the whole
model, disaggregated by strong links, to HiGHS under the same limit instead. Each row: seed, value, bound, gap, seconds
of the clock and of the processor (this process and its children).
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from measured import cpu, head, row

from siting.plans.outcome import Effort
from siting.solvers.catchment.level import Level, sorted_level
from siting.solvers.catchment.method import Method
from siting.solvers.catchment.model import model
from siting.solvers.priced import Way
from siting.solvers.process.arrays import hand_over

DATA = Path(__file__).resolve().parents[2] / "shared" / "bench"


def generator(data: Path) -> ModuleType:
    """The generator of the folder of literature instances."""
    spec = importlib.util.spec_from_file_location("county_like", data / "generators" / "county_like.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def level_of(drawn: dict[str, Any], sites: int) -> Level:
    """A drawn level as arrays; its money is rounded down to whole units, as its costs are whole."""
    point, site, boards = drawn["pairs"].T
    pupils = drawn["pupils"].astype(np.int64)
    sizes = len(drawn["places"])
    return sorted_level(
        Level(
            people=pupils,
            point=point,
            site=site,
            boards=boards.astype(bool),
            value=drawn["value"] / pupils[point],
            most=pupils[point],
            at=np.repeat(np.arange(sites), sizes),
            places=np.tile(drawn["places"], sites),
            beds=np.tile(drawn["beds"], sites),
            price=np.zeros(sizes * sites),
            use=np.tile(drawn["cost"], sites).astype(np.int64)[None, :],
            limit=np.array([int(drawn["budget"] + 1e-9)]),
            must=np.zeros(sites, dtype=bool),
            option=np.arange(sizes * sites),
        )
    )


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--villages", type=int, default=1000)
    parser.add_argument("--sites", type=int, default=200)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for each level")
    parser.add_argument("--threads", type=int, default=2, help="2: parts of the plan and the tree side by side")
    parser.add_argument("--gap", type=float, default=0.0, help="end when this share of the value is left")
    parser.add_argument("--direct", action="store_true", help="the whole model in HiGHS instead")
    wish = parser.parse_args()
    module, gaps = generator(wish.data), []
    head("villages x sites", "seed", "value", "bound", "gap %", "s", "CPU s")
    for seed in wish.seeds:
        posed = level_of(module.school_level(wish.villages, wish.sites, seed), wish.sites)
        begun, own = time.monotonic(), cpu()
        if wish.direct:
            task = model(posed)
            found = hand_over(task, Effort(gap=wish.gap, time_limit_s=wish.limit))
            value = 0.0 if found.values is None else -float(task.cost @ found.values)
            bound = float("nan") if found.bound is None else -found.bound
        else:
            answer = Method(posed, Way(begun + wish.limit, gap=wish.gap, threads=wish.threads)).solve()
            value, bound = answer.value, answer.bound
        gaps.append(100 * (bound / value - 1) if value else float("inf"))
        used = (f"{time.monotonic() - begun:.0f}", f"{cpu() - own:.0f}")
        name = f"{wish.villages} x {wish.sites}"
        row(name, str(seed), f"{value:.1f}", f"{bound:.1f}", f"{gaps[-1]:.2f}", *used)
    print(f"\nMedian gap {statistics.median(gaps):.2f} %.")


if __name__ == "__main__":
    main()
