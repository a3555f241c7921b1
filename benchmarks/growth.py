"""Growth with size: `python benchmarks/growth.py`, a table of docs/benchmarks-growth.md.

Maximal covering on county-like points (half of them around 25 towns), a site within 8 km serves, money for one site in
twenty. Under one limit of seconds each: siting's coverage method, the plain model in HiGHS and in SCIP without a start
(where it is installed), and greedy with exchanges, which proves nothing. ``--spopt`` adds spopt's model where that is
installed. Each cell: people covered, the gap to the method's own bound, seconds of the
clock (CPU seconds with children). The solvers have two threads, the coverage method two processes.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import time
from dataclasses import dataclass

import numpy as np
from measured import MB, cpu, head, row
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from siting.solvers.coverage.method import Method
from siting.solvers.coverage.reduce import Cover, smaller
from siting.solvers.coverage.swap import Swap
from siting.solvers.priced import Way
from siting.solvers.process import supervise
from siting.solvers.process.arrays import Rows, minimise
from siting.solvers.process.linear import LinearModel

#: Pairs up to which spopt is asked: PuLP builds its model one term at a time.
MOST_SPOPT = 400_000


@dataclass(frozen=True, eq=False)
class Drawn:
    """Who reaches whom (n, m) and people (n,), with the number of sites that the money pays."""

    covers: csr_array
    people: np.ndarray
    p: int


def draw(n: int, m: int, seed: int) -> Drawn:
    """Points in 100 x 80 km; sites stand at some of them."""
    rng = np.random.default_rng(seed)
    towns = rng.uniform([0, 0], [100, 80], (25, 2))
    half = n // 2
    near = towns[rng.integers(0, 25, half)] + rng.normal(0, 6, (half, 2))
    xy = np.vstack([near, rng.uniform([0, 0], [100, 80], (n - half, 2))])
    at = xy[rng.choice(n, m, replace=n < m)] + rng.normal(0, 0.5, (m, 2))
    people = np.maximum(1, rng.lognormal(5, 1, n).astype(np.int64))
    reach = cKDTree(xy).query_ball_point(at, 8 / 1.3)
    site = np.repeat(np.arange(m), [len(r) for r in reach])
    point = np.concatenate([np.array(r, dtype=np.int64) for r in reach])
    return Drawn(csr_array((np.ones(len(point)), (point, site)), shape=(n, m)), people, max(2, m // 20))


def one_row(covers: np.ndarray | csr_array, people: np.ndarray, p: int) -> Cover:
    """The arrays of the coverage method, reduced; every site costs the same, and ``p`` are paid."""
    m = covers.shape[1]
    whole = csr_array(covers.astype(np.float64))
    use, nothing = np.ones((1, m), dtype=np.int64), np.zeros(m)
    return smaller(Cover(whole, people.astype(float), nothing, use, np.array([p]), np.arange(m), 0.0, (), {}))


def posed(drawn: Drawn) -> Cover:
    """A drawn county for the coverage method."""
    return one_row(drawn.covers, drawn.people, drawn.p)


def ours(drawn: Drawn, limit: float, gap: float) -> tuple[float, float | None]:
    """Value and bound of the coverage method, with two processes for its tree."""
    begun = time.monotonic()
    answer = Method(posed(drawn), Way(begun + limit, gap, threads=2)).solve()
    return answer.value, answer.bound


def exchanges(drawn: Drawn, limit: float, gap: float) -> tuple[float, float | None]:
    """Greedy, then exchanges until none helps."""
    del gap
    until = time.monotonic() + limit
    swap = Swap(posed(drawn), 0)
    swap.set_to([])
    swap.improve(lambda: time.monotonic() > until)
    return swap.value, None


def plain(drawn: Drawn, limit: float, gap: float, engine: str) -> tuple[float, float | None]:
    """The textbook's model without merging and without a start."""
    task = textbook(drawn.covers, drawn.people, drawn.p)
    answer = supervise.run(
        task, {}, gap=gap, seconds=limit, seed=0, threads=2, stopped=lambda: False, engine=engine
    )  # fmt: skip
    total = float(drawn.people.sum())
    value = 0.0 if answer.values is None else total - float(task.cost @ answer.values)
    return value, None if answer.bound is None else total - answer.bound


def textbook(covers: csr_array, people: np.ndarray, p: int) -> LinearModel:
    """The model of Church and ReVelle as it stands in textbooks: people (n,) who are not covered (n, m), at least."""
    n, m = covers.shape
    pairs = covers.tocoo()
    row, column = np.r_[pairs.row, np.arange(n)], np.r_[pairs.col, m + np.arange(n)]
    cover = Rows(row, column, np.ones(len(row)), np.ones(n), np.full(n, np.inf))
    few = Rows(np.zeros(m, dtype=np.int64), np.arange(m), np.ones(m), np.array([-np.inf]), np.array([float(p)]))
    return minimise(np.r_[np.zeros(m), people], [cover, few], np.r_[np.ones(m, bool), np.zeros(n, bool)])


def spopt(drawn: Drawn, limit: float, gap: float) -> tuple[float, float | None]:
    """spopt's MCLP with HiGHS through PuLP; it gives no bound, and its model is built outside its limit."""
    if drawn.covers.nnz > MOST_SPOPT:
        return 0.0, None
    import pulp
    from spopt.locate import MCLP

    far = 1.0 - drawn.covers.toarray()
    model = MCLP.from_cost_matrix(far, drawn.people, 0.5, p_facilities=drawn.p)
    found = model.solve(pulp.HiGHS(msg=False, timeLimit=limit, gapRel=gap), results=False)
    opened = [j for j, y in enumerate(found.fac_vars) if (y.value() or 0) > 0.5]
    return float(drawn.people[drawn.covers[:, opened].sum(axis=1) > 0].sum()), None


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    sizes = ["250x50", "1000x200", "5000x500", "20000x1000", "100000x1000", "100000x3000"]
    parser.add_argument("--sizes", nargs="+", default=sizes)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--gap", type=float, default=0.001)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--spopt", action="store_true")
    parser.add_argument("--only", default="", help="part of the name of the methods to take")
    wish = parser.parse_args()
    methods = {
        "siting": ours,
        "HiGHS": lambda *a: plain(*a, engine="highs"),
        "SCIP": lambda *a: plain(*a, engine="scip"),
        "greedy, exchanges": exchanges,
    }
    if importlib.util.find_spec("pyscipopt") is None:
        del methods["SCIP"]
    if wish.spopt:
        methods["spopt"] = spopt
    methods = {name: run for name, run in methods.items() if wish.only in name}
    head("points x sites, pairs, open", *methods, "peak MB")
    for size in wish.sizes:
        n, m = map(int, size.split("x"))
        drawn = draw(n, m, wish.seed)
        cells = []
        for run in methods.values():
            own = cpu()
            begun = time.monotonic()
            value, bound = run(drawn, wish.limit, wish.gap)
            gap = "-" if bound is None or value <= 0 else f"{100 * (bound / value - 1):.2f} %"
            clock = time.monotonic() - begun
            cells.append(f"{value:.0f}, {gap}, {clock:.1f} s ({cpu() - own:.1f})")
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        row(f"{size}, {drawn.covers.nnz}, {drawn.p}", *cells, str(peak // MB))


if __name__ == "__main__":
    main()
