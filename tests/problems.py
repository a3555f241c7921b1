"""Small random problems for brute force, and the brute force itself.

`random_problem(seed)` has two or three services, a handful of sites, funds, a running budget and targets in two tiers; `best`
tries every combination of options and solves each assignment by enumeration through the product's own transport step, which
`test_assign.py` checks against enumeration in turn.
"""

from __future__ import annotations

import itertools

import numpy as np

from siting.assign import complete
from siting.funding import affordable
from siting.model import goal
from siting.plan import Plan
from siting.problem import Block, Fund, Option, Problem, TargetRow


def random_block(rng: np.random.Generator, service: str, family: str, points: int = 5, sites: int = 3) -> Block:
    demand = rng.integers(1, 30, points)
    options: list[Option] = []
    must = np.zeros(sites, dtype=bool)
    for j in range(sites):
        existing = rng.random() < 0.4
        places = int(rng.integers(5, 40)) if family == "catchment" else None
        running = int(rng.integers(1, 9))
        if existing:
            must[j] = rng.random() < 0.5
            options.append(Option(f"{service}{j}", "", "keep", places, 0, running))
            if family == "catchment" and rng.random() < 0.7:
                options.append(Option(f"{service}{j}", "L", "expand", (places or 0) + 20, int(rng.integers(3, 15)), running + 3))
        else:
            options.append(Option(f"{service}{j}", "S", "new", places, int(rng.integers(3, 20)), running))
            if family == "catchment":
                options.append(Option(f"{service}{j}", "L", "new", (places or 0) + 25, int(rng.integers(15, 30)), running + 2))
    position = {f"{service}{j}": j for j in range(sites)}
    pairs = [(i, int(rng.integers(60, 900)), j) for i in range(points) for j in range(sites) if rng.random() < 0.6]
    pairs.sort()
    return Block(
        service=service,
        family=family,
        weight=int(rng.integers(1, 4)),
        demand_ids=tuple(f"v{i}" for i in range(points)),
        demand=demand.astype(np.int64),
        settlements=np.ones(points, dtype=np.int64),
        unreachable=np.zeros(points, dtype=bool),
        site_ids=tuple(position),
        must_open=must,
        options=tuple(options),
        option_site=np.array([position[o.site] for o in options], dtype=np.int64),
        capacity=np.array([o.capacity or 0 for o in options], dtype=np.int64),
        capital=np.array([o.capital for o in options], dtype=np.int64),
        running=np.array([o.running for o in options], dtype=np.int64),
        pair_demand=np.array([p[0] for p in pairs], dtype=np.int64),
        pair_site=np.array([p[2] for p in pairs], dtype=np.int64),
        pair_access=np.zeros(len(pairs), dtype=np.int64),
        pair_travel=np.array([p[1] for p in pairs], dtype=np.int64),
    )


def random_problem(seed: int) -> Problem:
    rng = np.random.default_rng(seed)
    blocks = [random_block(rng, "cover", "coverage"), random_block(rng, "school", "catchment", points=4, sites=2)]
    if rng.random() < 0.5:
        blocks.append(random_block(rng, "spot", "coverage", points=4, sites=2))
    services = tuple(b.service for b in blocks)
    funds = (
        Fund("all", int(rng.integers(0, 30)), services),
        Fund("some", int(rng.integers(0, 20)), tuple(s for s in services if rng.random() < 0.6) or services[:1]),
    )
    targets = []
    for block in blocks:
        for tier in (1, 2):
            if rng.random() < 0.6:
                kind = ("served_share", "settlements_share", "open_count")[int(rng.integers(3))]
                members = np.flatnonzero(rng.random(len(block.demand)) < 0.8)
                whole = {"served_share": int(block.demand[members].sum()), "settlements_share": len(members), "open_count": 2}
                need = -(-whole[kind] * int(rng.integers(50, 101)) // 100)
                if need:
                    points = max(1, round(1_000_000 / need))
                    targets.append(TargetRow(f"t{len(targets)}", tier, block.service, kind, members, need, points))
    must = sum(int(b.running[np.flatnonzero(b.option_site == j)].min()) for b in blocks for j in np.flatnonzero(b.must_open))
    budget = must + int(rng.integers(0, 40)) if rng.random() < 0.7 else None
    return Problem(tuple(blocks), funds, budget, tuple(targets))


def plans(problem: Problem) -> list[Plan]:
    """Every combination of open options that the money allows, each with its best assignment."""
    per_block = []
    for block in problem.blocks:
        per_site = []
        for j in range(len(block.site_ids)):
            ways: list[int | None] = [int(o) for o in np.flatnonzero(block.option_site == j)]
            per_site.append(ways if block.must_open[j] else [None, *ways])
        per_block.append([[o for o in c if o is not None] for c in itertools.product(*per_site)])
    found = []
    for combination in itertools.product(*per_block):
        opened = {b.service: c for b, c in zip(problem.blocks, combination, strict=True)}
        running = sum(int(b.running[opened[b.service]].sum()) for b in problem.blocks)
        capital = {b.service: int(b.capital[opened[b.service]].sum()) for b in problem.blocks}
        if problem.running_budget is not None and running > problem.running_budget:
            continue
        if affordable(capital, problem.funds):
            found.append(complete(problem, opened))
    return found


def values(problem: Problem, plan: Plan) -> tuple[int, ...]:
    """What a plan reaches, stage by stage, as far as people are concerned (travel left out)."""
    return tuple(goal.value(problem, aim, plan) for aim in goal.aims(problem) if aim.name != goal.TRAVEL)
