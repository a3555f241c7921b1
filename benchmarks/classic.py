"""Measuring the classic problems: `python benchmarks/classic.py TABLE`, one table of docs/classic.md.

Each row: instance, published optimum (- where none is known), ours, bound, gap in per cent, seconds, published
seconds where known; with ``--direct`` also what the plain model reaches in HiGHS in the same run under the same
limit. The files of the literature are not part of the project; ``--data`` names the folder that holds them.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from growth import textbook
from measured import cpu, head, row
from scipy.sparse import csr_array
from scipy.spatial.distance import cdist

from siting.instances.classic import covering, median, optima, warehouse
from siting.plans.outcome import Effort
from siting.solvers.classic import problems
from siting.solvers.classic.lagrange_pairs import Pairs
from siting.solvers.classic.merge import merged
from siting.solvers.classic.radius import radius_model
from siting.solvers.classic.single import SingleSource
from siting.solvers.classic.stages import Stages
from siting.solvers.process.arrays import hand_over

DATA = Path(__file__).resolve().parents[2] / "shared" / "bench"


@dataclass(frozen=True)
class Case:
    """One row: what to solve and what is published of it."""

    name: str
    instance: problems.Classic
    optimum: float | None = None
    published_s: str = ""


def pmed(data: Path) -> Iterator[Case]:
    """OR-Library p-median."""
    known = optima.read_optima(data / "p-median" / "pmedopt.txt")
    for k in range(1, 41):
        path = data / "p-median" / f"pmed{k}.txt"
        if path.exists():
            graph = median.read_graph(path)
            yield Case(path.stem, problems.PMedian(graph.distances(), graph.p), float(known[path.stem]))


def tsplib(data: Path, wanted: str) -> Iterator[Case]:
    """p-median on TSPLIB points for the published p."""
    distance = median.read_tsplib(data / "p-median" / f"{wanted}.tsp").distances()
    with (data / "p-median" / "published_duran_mateluna_2023.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["instance"] == wanted:
                seconds = f"{row['Ttot_s']} / {row['other_T_s']}".replace(",", ".")
                name = f"{wanted} p={row['p']}"
                yield Case(name, problems.PMedian(distance, int(row["p"])), float(row["opt_or_bkn"]), seconds)


def centers(data: Path) -> Iterator[Case]:
    """p-center on the pmed graphs."""
    known = optima.read_optima(data / "p-center" / "kcenteropt.txt")
    for case in pmed(data):
        assert isinstance(case.instance, problems.PMedian)
        yield Case(case.name, problems.PCenter(case.instance.cost, case.instance.p), float(known[case.name]))


def covers(data: Path) -> Iterator[Case]:
    """Maximal covering on the collected files; p and radius are ours."""
    for name, p, radius in (
        ("SJC324", 5, 400), ("SJC402", 6, 400), ("SJC500", 8, 400), ("SJC708", 10, 400), ("SJC818", 12, 400),
        ("ZDS2500", 20, 4), ("PCB3038", 20, 400), ("PCB3038", 40, 250),
    ):  # fmt: skip
        places = covering.read_places(data / "covering" / f"{name}.txt")
        yield Case(f"{name} p={p} r={radius}", problems.MaximalCovering(places.covers(radius), places.demand, p))


def dense(data: Path) -> Iterator[Case]:
    """County-like points as the generator of the data draws them: 5,000 x 1,000, 8 % density, 15 to open, five seeds;
    one less dense with 40 to open."""
    spec = importlib.util.spec_from_file_location("county_like", data / "generators" / "county_like.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for radius, p, seed in [*((20.0, 15, seed) for seed in range(5)), (8.0, 40, 1)]:
        cover, people = module.dense_covering(seed=seed, radius_km=radius)
        name = f"5000 x 1000 r={radius:g} p={p} seed={seed}"
        yield Case(name, problems.MaximalCovering(cover.astype(bool), people.astype(np.int64), p))


def blocks(data: Path) -> Iterator[Case]:
    """A city of 5,000 blocks, each a site too, as large as San Francisco: blocks of 155 m in a square of 11 km, people
    denser in some quarters, none in parks; a site serves within 800 m."""
    del data
    rng = np.random.default_rng(3)
    side = np.arange(71) * 155.0
    xy = np.stack(np.meshgrid(side, side), axis=2).reshape(-1, 2) + rng.normal(0, 15, (71 * 71, 2))
    quarters, wide = rng.uniform(0, 11_000, (30, 2)), rng.uniform(500, 1800, 30)
    squared = ((xy[:, None] - quarters[None]) ** 2).sum(axis=2)
    thick = 0.15 + (rng.lognormal(0, 0.8, 30) * np.exp(-squared / (2 * wide**2))).sum(axis=1)
    parks = rng.uniform(0, 11_000, (8, 2))
    thick[(((xy[:, None] - parks[None]) ** 2).sum(axis=2) < 600.0**2).any(axis=1)] = 0.0
    people = np.round(thick * rng.lognormal(0, 0.6, len(xy)))
    people = np.round(people * 805_000 / max(1.0, people.sum()) + (thick > 0) * rng.integers(0, 3, len(xy)))
    covers = cdist(xy, xy) <= 800.0
    for p in (20, 50):
        yield Case(f"{len(xy)} city blocks p={p}", problems.MaximalCovering(covers, people.astype(np.int64), p))


def million(data: Path) -> Iterator[Case]:
    """100 sites and a million customers, uniform in a square of side 30, as Cordeau, Furini and Ljubic generate
    them."""
    del data
    for n, radius, p in ((100_000, 5.5, 10), (1_000_000, 3.25, 15), (1_000_000, 5.5, 10)):
        rng = np.random.default_rng(7)
        sites, customers = rng.uniform(0, 30, (100, 2)), rng.uniform(0, 30, (n, 2))
        squared = sum((customers[:, None, k] - sites[None, :, k]) ** 2 for k in range(2))
        demand = rng.integers(1, 101, n)
        yield Case(f"{n} x 100 r={radius} p={p}", problems.MaximalCovering(squared <= radius * radius, demand, p))


def warehouses(data: Path) -> Iterator[Case]:
    """OR-Library capacitated warehouses."""
    known = optima.read_warehouse_optima(data / "cflp" / "capopt.txt")
    for (name, room), value in known.items():
        path = data / "cflp" / f"{name}.txt"
        if path.exists():
            case = capacitated(warehouse.read_cap(path, room))
            yield Case(f"{name} {room or ''}".strip(), case, float(value))


def capacitated(read: warehouse.Warehouses, single: bool = False) -> problems.Capacitated:
    """The problem of a file; customers without demand cost their cheapest delivery and are left out of both sides."""
    asks = read.demand > 0
    return problems.Capacitated(read.demand[asks], read.capacity, read.opening, read.cost[asks], read.scale, single)


def single(data: Path) -> Iterator[Case]:
    """Single source: Holmberg and Yang."""
    for folder in ("holmberg", "yang"):
        known = optima.read_numbers(data / "sscflp" / folder / "os")
        for path in sorted((data / "sscflp" / folder).glob("p*"), key=lambda p: int(p.name[1:])):
            case = capacitated(warehouse.read_single_source(path), single=True)
            yield Case(f"{folder} {path.name}", case, float(known[int(path.name[1:]) - 1]))


def stages(data: Path) -> Iterator[Case]:
    """Two stages, 50 x 100 x 200."""
    with (data / "tscflp" / "bks-50.txt").open() as file:
        best = {f"PSC{b}-C{a}": float(value) for a, b, value, *_ in (line.split() for line in file)}
    for path in sorted((data / "tscflp").glob("PSC*-50.txt")):
        read = warehouse.read_two_stage(path)
        arrays = (read.demand, read.plant_capacity, read.plant_opening, read.depot_capacity, read.depot_opening)
        value = best[path.stem.removesuffix("-50")]
        yield Case(path.stem, problems.TwoStage(Stages(*arrays, read.inbound, read.outbound)), value)


def spread(data: Path) -> Iterator[Case]:
    """p-dispersion on the small pmed graphs; nothing is published for them."""
    for case in pmed(data):
        assert isinstance(case.instance, problems.PMedian)
        if len(case.instance.cost) <= 400:
            p = min(20, case.instance.p)
            yield Case(f"{case.name} p={p}", problems.PDispersion(case.instance.cost, p))


TABLES: dict[str, Callable[[Path], Iterator[Case]]] = {
    "pmed": pmed, "rl1304": lambda d: tsplib(d, "rl1304"), "fl1400": lambda d: tsplib(d, "fl1400"),
    "pcb3038": lambda d: tsplib(d, "pcb3038"), "center": centers, "cover": covers, "dense": dense, "blocks": blocks,
    "million": million,
    "warehouse": warehouses, "single": single, "stages": stages, "spread": spread,
}  # fmt: skip


def direct(instance: problems.Classic, effort: Effort) -> tuple[float | None, float | None]:
    """The plain strong model in HiGHS without a start: its value and bound, where this problem has one."""
    if isinstance(instance, problems.PMedian):
        cost, none = instance.cost, np.zeros(instance.cost.shape[1], dtype=bool)
        point, site = np.nonzero(np.isfinite(cost))
        pairs = Pairs(point, site, cost[point, site].astype(float), *cost.shape)
        model = radius_model(pairs, np.arange(len(none)), none, instance.p)
        assert model is not None
        answer = hand_over(model, effort)
        return None if answer.values is None else float(model.cost @ answer.values + model.offset), answer.bound
    if isinstance(instance, problems.MaximalCovering):
        cover, people = merged(instance.covers, instance.demand)
        model, total = textbook(csr_array(cover.astype(float)), people, instance.p), float(people.sum())
        answer = hand_over(model, effort)
        found = None if answer.values is None else total - float(model.cost @ answer.values)
        return found, None if answer.bound is None else total - answer.bound
    if isinstance(instance, problems.Capacitated):
        arrays = (instance.demand, instance.room, instance.opening, instance.cost)
        model = SingleSource(*arrays, effort).model(*np.nonzero(np.ones(instance.cost.shape)), None)
        if not instance.single_source:
            model.whole[len(instance.room) :] = False
        answer = hand_over(model, effort)
        found = None if answer.values is None else float(model.cost @ answer.values) / instance.scale
        return found, None if answer.bound is None else answer.bound / instance.scale
    return None, None


def number(value: Any) -> str:
    """A figure without useless digits."""
    return "-" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def main() -> None:
    """Print one table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", choices=sorted(TABLES))
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for each instance")
    parser.add_argument("--gap", type=float, default=0.0)
    parser.add_argument("--only", default="", help="part of the name of the instances to take")
    parser.add_argument("--direct", action="store_true", help="also the plain model, under the same limit")
    parser.add_argument("--threads", type=int, default=1, help="processes or threads of a method")
    wish = parser.parse_args()
    effort = Effort(gap=wish.gap, time_limit_s=wish.limit, threads=wish.threads)
    tail = ("plain model", "its bound", "its s") if wish.direct else ()
    head("instance", "published", "ours", "bound", "gap %", "s", "CPU s", "published s", *tail)
    for case in TABLES[wish.table](wish.data):
        if wish.only not in case.name:
            continue
        own = cpu()
        answer = problems.solve_classic(case.instance, effort)
        gap = "-" if answer.gap is None else f"{100 * answer.gap:.4f}"
        cells = [case.name, number(case.optimum), number(answer.objective), number(answer.bound), gap]
        cells += [f"{answer.seconds:.2f}", f"{cpu() - own:.2f}", case.published_s or "-"]
        if wish.direct:
            begun = time.monotonic()
            value, bound = direct(case.instance, effort)
            cells += [number(value), number(bound), f"{time.monotonic() - begun:.2f}"]
        row(*cells)


if __name__ == "__main__":
    main()
