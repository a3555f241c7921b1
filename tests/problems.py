"""Small problems, made by hand or by chance, and their brute force.

The brute force uses nothing of siting but the problem itself: it tries every combination of options and, in catchment
services, every way to hand out whole persons, so it is only for tiny numbers (`random_problem` with ``tiny``).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from siting.plan import Plan, ServicePlan
from siting.problem import Block, Fund, Option, Problem, TargetRow


def make_block(
    service: str,
    family: str,
    demand: Sequence[int],
    options: Sequence[Option],
    reach: Mapping[tuple[int, str], int],
    *,
    must_open: Iterable[str] = (),
    weight: int = 1,
    unreachable: Iterable[int] = (),
) -> Block:
    """A service from its options and ``reach``: travel by (position of the demand point, site)."""
    sites = tuple(dict.fromkeys(o.site for o in options))
    position = {site: j for j, site in enumerate(sites)}
    pairs = sorted((i, travel, position[site]) for (i, site), travel in reach.items())
    off, must = set(unreachable), set(must_open)
    return Block(
        service=service,
        family=family,
        weight=weight,
        demand_ids=tuple(f"v{i}" for i in range(len(demand))),
        demand=np.array(demand, dtype=np.int64),
        settlements=np.ones(len(demand), dtype=np.int64),
        unreachable=np.array([i in off for i in range(len(demand))], dtype=bool),
        site_ids=sites,
        must_open=np.array([s in must for s in sites], dtype=bool),
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


def target(service: str, indicator: str, members: Sequence[int], need: int, *, tier: int = 1) -> TargetRow:
    """A target; its points are those of weight 1."""
    worth = max(1, round(1_000_000 / need)) if need else 0
    return TargetRow(
        f"{service}-{indicator}-{tier}-{need}", tier, service, indicator, np.array(members, dtype=np.int64), need, worth
    )


def random_block(rng: np.random.Generator, service: str, family: str, points: int, sites: int, *, tiny: bool) -> Block:
    catchment = family == "catchment"
    small = tiny and catchment
    demand = rng.integers(1, 4 if small else 30, points)
    most, more = (5, 2) if small else (40, 20)
    options: list[Option] = []
    must = []
    for j in range(sites):
        site = f"{service}{j}"
        places = int(rng.integers(1 if small else 5, most)) if catchment else None
        larger = (places or 0) + more
        running = int(rng.integers(1, 9))
        if rng.random() < 0.4:
            if rng.random() < 0.5:
                must.append(site)
            options.append(Option(site, "", "keep", places, 0, running))
            if catchment and rng.random() < 0.7:
                options.append(Option(site, "L", "expand", larger, int(rng.integers(3, 15)), running + 3))
        else:
            options.append(Option(site, "S", "new", places, int(rng.integers(3, 20)), running))
            if catchment:
                options.append(Option(site, "L", "new", larger, int(rng.integers(15, 30)), running + 2))
    names = [f"{service}{j}" for j in range(sites)]
    reach = {(i, s): int(rng.integers(60, 900)) for i in range(points) for s in names if rng.random() < 0.6}
    weight = int(rng.integers(1, 4))
    return make_block(service, family, demand.tolist(), options, reach, must_open=must, weight=weight)


def random_problem(seed: int, *, tiny: bool = True) -> Problem:
    """Two or three services, two funds, often a running budget, and targets in two tiers."""
    rng = np.random.default_rng(seed)
    cover, school, spot = ((5, 3), (3, 2), (4, 2)) if tiny else ((30, 5), (20, 3), (20, 3))
    blocks = [random_block(rng, "cover", "coverage", *cover, tiny=tiny)]
    blocks.append(random_block(rng, "school", "catchment", *school, tiny=tiny))
    if rng.random() < 0.5:
        blocks.append(random_block(rng, "spot", "coverage", *spot, tiny=tiny))
    services = tuple(b.service for b in blocks)
    some = tuple(s for s in services if rng.random() < 0.6) or services[:1]
    every = services if rng.random() < 0.7 else services[:1]  # else the services may fall into groups
    funds = (Fund("all", int(rng.integers(0, 30)), every), Fund("some", int(rng.integers(0, 20)), some))
    targets = [row for block in blocks for tier in (1, 2) for row in _random_target(rng, block, tier)]
    must = sum(b.least_running for b in blocks)
    budget = must + int(rng.integers(0, 40)) if rng.random() < 0.7 else None
    return Problem(tuple(blocks), funds, budget, tuple(targets))


def _random_target(rng: np.random.Generator, block: Block, tier: int) -> Iterator[TargetRow]:
    if rng.random() < 0.6:
        kind = ("served_share", "settlements_share", "open_count")[int(rng.integers(3))]
        members = np.flatnonzero(rng.random(len(block.demand)) < 0.8).tolist()
        whole = {"served_share": int(block.demand[members].sum()), "settlements_share": len(members), "open_count": 2}
        need = -(-whole[kind] * int(rng.integers(50, 101)) // 100)
        if need:
            yield target(block.service, kind, members, need, tier=tier)


def best(problem: Problem) -> tuple[int, ...]:
    """The best that any plan reaches: attainment tier by tier, then the worth."""
    choices = [list(_choices(problem, block)) for block in problem.blocks]
    found = None
    for chosen in itertools.product(*choices):
        running = sum(c.running for c in chosen)
        capital = {b.service: c.capital for b, c in zip(problem.blocks, chosen, strict=True)}
        if problem.running_budget is not None and running > problem.running_budget:
            continue
        if not _can_be_paid(problem, capital):
            continue
        # every service adds its own to each stage, so the best sum has the best of each
        reached = tuple(sum(part) for part in zip(*(c.best for c in chosen), strict=True))
        found = reached if found is None else max(found, reached)
    assert found is not None, "no plan keeps the rules"
    return found


class _Choice:
    """The options of one service that are open, what they cost, and the best that they reach, stage by stage."""

    def __init__(self, problem: Problem, block: Block, opened: tuple[int, ...]) -> None:
        self.capital = sum(int(block.capital[o]) for o in opened)
        self.running = sum(int(block.running[o]) for o in opened)
        self.best = max(_reached(problem, block, served, len(opened)) for served in _served(block, opened))


def _choices(problem: Problem, block: Block) -> Iterator[_Choice]:
    ways = []
    for j in range(len(block.site_ids)):
        own: list[int | None] = [o for o in range(len(block.options)) if block.option_site[o] == j]
        ways.append(own if block.must_open[j] else [None, *own])
    for combination in itertools.product(*ways):
        yield _Choice(problem, block, tuple(o for o in combination if o is not None))


def _served(block: Block, opened: tuple[int, ...]) -> set[tuple[int, ...]]:
    """All the ways in which persons can be served, demand point by demand point."""
    room = {int(block.option_site[o]): int(block.capacity[o]) for o in opened}
    around: list[list[int]] = [[] for _ in block.demand]
    for i, j in zip(block.pair_demand.tolist(), block.pair_site.tolist(), strict=True):
        if j in room:
            around[i].append(j)
    demand = tuple(block.demand.tolist())
    if block.family == "coverage":
        return {tuple(q if around[i] else 0 for i, q in enumerate(demand))}
    return {served for served, _ in _handed_out(demand, tuple(map(tuple, around)), tuple(sorted(room.items())))}


@lru_cache(maxsize=4096)
def _handed_out(
    demand: tuple[int, ...], around: tuple[tuple[int, ...], ...], room: tuple[tuple[int, int], ...]
) -> frozenset[tuple[tuple[int, ...], tuple[tuple[int, int], ...]]]:
    """Persons served of each point with the room that is left, person by person."""
    states: set[tuple[tuple[int, ...], tuple[tuple[int, int], ...]]] = {((), room)}
    for people, sites in zip(demand, around, strict=True):
        grown = set()
        for served, left in states:
            for went in itertools.product(*(range(people + 1) for _ in sites)):
                after = dict(left)
                for site, persons in zip(sites, went, strict=True):
                    after[site] -= persons
                if sum(went) <= people and min(after.values(), default=0) >= 0:
                    grown.add(((*served, sum(went)), tuple(sorted(after.items()))))
        states = grown
    return frozenset(states)


def _reached(problem: Problem, block: Block, served: tuple[int, ...], sites: int) -> tuple[int, ...]:
    tiers = dict.fromkeys(sorted({t.tier for t in problem.targets}), 0)
    for row in problem.targets:
        if row.service == block.service:
            who = row.members.tolist()
            value = {
                "served_share": sum(served[i] for i in who),
                "settlements_share": sum(served[i] == int(block.demand[i]) for i in who),
                "open_count": sites,
            }[row.indicator]
            tiers[row.tier] += row.points * min(row.need, value)
    return (*tiers.values(), block.weight * sum(served))


def _can_be_paid(problem: Problem, capital: Mapping[str, int]) -> bool:
    """Hall's condition, part by part of the services."""
    for size in range(1, len(capital) + 1):
        for part in itertools.combinations(capital, size):
            held = sum(f.amount for f in problem.funds if set(part) & set(f.pays))
            if sum(capital[s] for s in part) > held:
                return False
    return True


def reached(problem: Problem, plan: Plan) -> tuple[int, ...]:
    """What a plan reaches, stage by stage as in `best`, read from its lists alone."""
    parts = []
    for block in problem.blocks:
        part = plan.services[block.service]
        persons = dict.fromkeys(block.demand_ids, 0)
        for a in part.assignments:
            persons[a.settlement] += a.persons
        parts.append(_reached(problem, block, tuple(persons.values()), len(part.open)))
    return tuple(sum(stage) for stage in zip(*parts, strict=True))


def breaches(problem: Problem, plan: Plan) -> list[str]:
    """What a plan breaks of the rules that every plan keeps."""
    found = []
    running = 0
    for block in problem.blocks:
        part = plan.services[block.service]
        known = {(o.site, o.size, o.action): k for k, o in enumerate(block.options)}
        opened = [known[o.site, o.size, o.action] for o in part.open]
        sites = [o.site for o in part.open]
        running += sum(int(block.running[k]) for k in opened)
        capital = sum(int(block.capital[k]) for k in opened)
        if len(set(sites)) < len(sites):
            found.append(f"{block.service}: a site is open twice")
        if any(must and s not in sites for must, s in zip(block.must_open, block.site_ids, strict=True)):
            found.append(f"{block.service}: a site is shut that must stay open")
        if sum(s.amount for s in plan.spending if s.service == block.service) != capital:
            found.append(f"{block.service}: what is spent is not what it costs")
        found += breaches_of_people(block, part, dict(zip(sites, opened, strict=True)))
    for fund in problem.funds:
        own = [s for s in plan.spending if s.fund == fund.id]
        if sum(s.amount for s in own) > fund.amount or any(s.service not in fund.pays for s in own):
            found.append(f"fund {fund.id}")
    if problem.running_budget is not None and running > problem.running_budget:
        found.append(f"running costs {running}, budget {problem.running_budget}")
    return found


def breaches_of_people(block: Block, part: ServicePlan, option_at: Mapping[str, int]) -> list[str]:
    """What the lists of people break, with the open option of each site."""
    pairs = {
        (block.demand_ids[i], block.site_ids[j])
        for i, j in zip(block.pair_demand.tolist(), block.pair_site.tolist(), strict=True)
    }
    accounted = dict.fromkeys(block.demand_ids, 0)
    used: dict[str, int] = {}
    found = []
    for a in part.assignments:
        accounted[a.settlement] += a.persons
        used[a.site] = used.get(a.site, 0) + a.persons
        if a.site not in option_at or (a.settlement, a.site) not in pairs or a.persons <= 0:
            found.append(f"{block.service}: {a}")
    for u in part.unserved:
        accounted[u.settlement] += u.persons
    if list(accounted.values()) != block.demand.tolist():
        found.append(f"{block.service}: people are lost or made")
    if block.family == "catchment" and any(n > block.capacity[option_at[s]] for s, n in used.items() if s in option_at):
        found.append(f"{block.service}: a site is too full")
    return found
