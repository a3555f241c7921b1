"""Small problems, made by hand or by chance, and what a plan of them may break.

`tests.problems_brute` tries everything, so it is only for tiny numbers (`random_problem` with ``tiny``); problems with
all that the rules know are made in `tests.problems_rich`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from siting.plan import Plan, ServicePlan
from siting.problems.options import Option
from siting.problems.problem import ALWAYS, Block, Fund, Problem, TargetRow

from . import problems_brute as brute


def column(values: Iterable[int]) -> np.ndarray:
    """Whole numbers as an array."""
    return np.array(list(values), dtype=np.int64)


#: Further ways of a block: demand point, access, travel, site, line, whether they sleep there.
Way = tuple[int, int, int, str, int, bool]


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
    more_ways: Iterable[Way] = (),
    borrowed: Mapping[str, str] | None = None,
    phases: Sequence[str] = ("",),
    fewest: int = 0,
    saving_pct: int = 0,
    plots: Mapping[str, str] | None = None,
    **more: Any,
) -> Block:
    """A service from its options and ``reach``: travel by (position of the demand point, site), over access 0.

    ``borrowed`` names the service that decides a site; ``fewest`` persons of every new or expanded site.
    """
    lenders, named = borrowed or {}, plots or {}
    sites = (*dict.fromkeys(o.site for o in options), *lenders)
    position = {site: j for j, site in enumerate(sites)}
    every = [*((i, 0, travel, site, -1, False) for (i, site), travel in reach.items()), *more_ways]
    ways = sorted((i, a, travel, position[site], line, boards) for i, a, travel, site, line, boards in every)
    off, must = set(unreachable), set(must_open)
    place = {name: k for k, name in enumerate(phases)}

    return Block(
        service=service,
        family=family,
        weight=weight,
        demand_ids=tuple(f"v{i}" for i in range(len(demand))),
        demand=column(demand),
        settlements=np.ones(len(demand), dtype=np.int64),
        unreachable=np.array([i in off for i in range(len(demand))], dtype=bool),
        site_ids=sites,
        lender=tuple(lenders.get(site, service) for site in sites),
        must_open=np.array([s in must for s in sites], dtype=bool),
        options=tuple(options),
        option_site=column(position[o.site] for o in options),
        capacity=column(o.capacity or 0 for o in options),
        beds=column(o.beds for o in options),
        capital=column(o.capital for o in options),
        saving=column(o.capital * saving_pct // 100 if o.action == "new" else 0 for o in options),
        running=column(o.running for o in options),
        land=column(o.land_m2 if o.action == "new" else 0 for o in options),
        fewest=column(0 if o.action == "keep" else fewest for o in options),
        phase=column(ALWAYS if o.action == "keep" else place[o.phase] for o in options),
        plot=tuple(named.get(site, "") for site in sites),
        pair_demand=column(way[0] for way in ways),
        pair_access=column(way[1] for way in ways),
        pair_travel=column(way[2] for way in ways),
        pair_site=column(way[3] for way in ways),
        pair_line=column(way[4] for way in ways),
        pair_boards=np.array([way[5] for way in ways], dtype=bool),
        **more,
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


def breaches(problem: Problem, plan: Plan) -> list[str]:
    """What a plan breaks of the rules that every plan keeps."""
    known = {
        b.service: {(o.site, o.size, o.action, o.phase): k for k, o in enumerate(b.options)} for b in problem.blocks
    }
    opened = {
        s: tuple(known[s][o.site, o.size, o.action, o.phase] for o in part.open) for s, part in plan.services.items()
    }
    found = brute.broken(problem, opened)
    due = brute.capital_of(problem, opened)
    for block in problem.blocks:
        part = plan.services[block.service]
        sites = [o.site for o in part.open]
        if len(set(sites)) < len(sites):
            found.append(f"{block.service}: a site is open twice")
        if any(must and s not in sites for must, s in zip(block.must_open, block.site_ids, strict=True)):
            found.append(f"{block.service}: a site is shut that must stay open")
        if list(part.closed) != sorted(block.site_ids[j] for j in brute.shut(block, opened[block.service])):
            found.append(f"{block.service}: closed {part.closed}")
        for t, phase in enumerate(problem.phases):
            spent = sum(s.amount for s in plan.spending if (s.service, s.phase) == (block.service, phase))
            if spent != due[block.service, t]:
                found.append(f"{block.service}: {spent} is spent in {phase!r}, not {due[block.service, t]}")
        found += breaches_of_people(problem, block, part, opened)
    return found + breaches_of_funds(problem, plan)


def breaches_of_funds(problem: Problem, plan: Plan) -> list[str]:
    """What the spending breaks: a fund pays only what it may, and in each phase at most what it has by then."""
    found = []
    for fund in problem.funds:
        own = [s for s in plan.spending if s.fund == fund.id]
        paid = [sum(s.amount for s in own if s.phase == phase) for phase in problem.phases]
        held = list(fund.amounts)
        if fund.carries_over:
            paid, held = list(itertools.accumulate(paid)), list(itertools.accumulate(held))
        if any(p > h for p, h in zip(paid, held, strict=True)) or any(s.service not in fund.pays for s in own):
            found.append(f"fund {fund.id}")
    return found


def breaches_of_people(
    problem: Problem, block: Block, part: ServicePlan, opened: Mapping[str, tuple[int, ...]]
) -> list[str]:
    """What the lists of people break, with the open options of every service."""
    since = brute.since_of_ways(problem, block, opened)
    lines = [b.site_ids for b in problem.blocks if b.service == block.line_service]
    ways = {
        (block.demand_ids[i], block.site_ids[j], int(a), lines[0][line] if line >= 0 and lines else ""): w
        for w, (i, j, a, line) in enumerate(
            zip(block.pair_demand, block.pair_site, block.pair_access, block.pair_line, strict=True)
        )
    }
    option = {block.options[o].site: o for o in opened[block.service]}
    usable = [w for w in ways.values() if since[w] is not None]
    at = {int(block.option_site[o]): o for o in opened[block.service]}
    usable = brute.passable(block, at, usable) if block.closest else usable
    first = {i: min((w for w in usable if block.pair_demand[w] == i), default=-1) for i in range(len(block.demand))}
    went: dict[int, int] = {}
    found = []
    for a in part.assignments:
        w = ways.get((a.settlement, a.site, a.access, a.line))
        if w is None or since[w] is None or a.persons <= 0 or a.travel != block.pair_travel[w]:
            found.append(f"{block.service}: {a}")
            continue
        went[w] = went.get(w, 0) + a.persons
        i = int(block.pair_demand[w])
        begins = since[w]
        if block.served_in_full_only:
            begins = min(s for v, s in enumerate(since) if block.pair_demand[v] == i and s is not None)
        if a.since != ("" if begins == ALWAYS else problem.phases[begins or 0]):
            found.append(f"{block.service}: {a} begins in {begins}")
        if (block.closest or block.served_in_full_only) and w != first[i]:
            found.append(f"{block.service}: {a} is not the first way")
        if (block.whole or block.served_in_full_only) and a.persons != block.demand[i]:
            found.append(f"{block.service}: {a} parts a settlement")
    found += _lost(block, part, since, ways)
    if block.served_in_full_only:
        return found
    return found + _squeezed(block, part, option, went)


def _lost(
    block: Block, part: ServicePlan, since: Sequence[int | None], ways: Mapping[tuple[str, str, int, str], int]
) -> list[str]:
    """People that no list has, and wrong reasons."""
    found = []
    accounted = dict.fromkeys(block.demand_ids, 0)
    for a in part.assignments:
        accounted[a.settlement] += a.persons
    for u in part.unserved:
        accounted[u.settlement] += u.persons
        own = [w for (i, *_), w in ways.items() if i == u.settlement]
        off = block.unreachable[block.demand_ids.index(u.settlement)]
        reason = "full" if any(since[w] is not None for w in own) else "not_built"
        if u.reason != (reason if own else "unreachable" if off else "no_site_in_reach") or u.persons <= 0:
            found.append(f"{block.service}: {u}")
    if list(accounted.values()) != block.demand.tolist():
        found.append(f"{block.service}: people are lost or made")
    return found


def _squeezed(block: Block, part: ServicePlan, option: Mapping[str, int], went: Mapping[int, int]) -> list[str]:
    """Sites that hold too many or too few, people who may not go there, waste that stays."""
    found = []
    used, boarders = dict.fromkeys(block.site_ids, 0), dict.fromkeys(block.site_ids, 0)
    allowed: dict[tuple[int, int], int] = {}
    for w, n in went.items():
        i, site, access = int(block.pair_demand[w]), block.site_ids[block.pair_site[w]], int(block.pair_access[w])
        used[site] += n
        boarders[site] += n if block.pair_boards[w] else 0
        allowed[i, access] = allowed.get((i, access), 0) + n
    kept = [i for (i, access), n in allowed.items() if access in block.eligible and n > block.eligible[access][i]]
    if kept:
        found.append(f"{block.service}: not eligible {kept}")
    if block.family == "haul":
        found += _stays(block, part, used)
    for site, o in option.items():
        if not block.fewest[o] <= used[site] <= block.capacity[o] or boarders[site] > block.beds[o]:
            found.append(f"{block.service}: {site} has {used[site]} and {boarders[site]} boarders")
    for j, i in block.guards.tolist():
        served = sum(n for w, n in went.items() if block.pair_demand[w] == i)
        if block.site_ids[j] not in option and served < block.demand[i]:
            found.append(f"{block.service}: {block.demand_ids[i]} loses by closing {block.site_ids[j]}")
    return found


def _stays(block: Block, part: ServicePlan, used: dict[str, int]) -> list[str]:
    """Transfers that may not be, and stations that keep waste; adds what disposal places receive to ``used``."""
    moves = {
        (block.site_ids[j], block.site_ids[d]): int(far)
        for j, d, far in zip(block.transfer_from, block.transfer_to, block.transfer_travel, strict=True)
    }
    opened = {o.site for o in part.open}
    comes = {s: used[s] for s, place in zip(block.site_ids, block.disposal, strict=True) if not place}
    found = []
    for t in part.transfers:
        if moves.get((t.station, t.disposal)) != t.travel or t.persons <= 0 or not {t.station, t.disposal} <= opened:
            found.append(f"{block.service}: {t}")
            continue
        comes[t.station] -= t.persons
        used[t.disposal] += t.persons
    return found + [f"{block.service}: {n} stay at {s}" for s, n in comes.items() if n]
