"""The best of a tiny problem in any order of its aims, by trying everything (`docs/rules.md`, section 6)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil

from siting.plan import Plan
from siting.problems.problem import Block, Problem

from . import problems_brute as brute

#: Tiers, then the aims in their order; what is to be small is negative, so that more is always better.
Value = tuple[int, ...]


def best(problem: Problem) -> Value | None:
    """The best value of any plan, None where no plan keeps the rules; for problems without packages and waste."""
    found: Value | None = None
    for chosen in itertools.product(*(list(brute.combinations(block)) for block in problem.blocks)):
        opened = {b.service: own for b, own in zip(problem.blocks, chosen, strict=True)}
        if brute.broken(problem, opened):
            continue
        capital = sum(brute.capital_of(problem, opened).values())
        running = sum(int(b.running[o]) for b in problem.blocks for o in opened[b.service])
        # what services add to a value adds up, so each may take its own best
        parts = [max(_outcomes(problem, block, opened), default=None) for block in problem.blocks]
        if all(part is not None for part in parts):
            total = [sum(column) for column in zip(*parts, strict=True)]  # type: ignore[arg-type]
            if "cost" in problem.aims:
                total[len(problem.tiers) + problem.aims.index("cost")] -= capital + problem.cost_years * running
            found = max(found or tuple(total), tuple(total))
    return found


def _outcomes(problem: Problem, block: Block, opened: brute.Opened) -> Iterator[Value]:
    """What a service can add with these open options, capital and running cost left out."""
    since = brute.since_of_ways(problem, block, opened)
    own = opened[block.service]
    option = {int(block.option_site[o]): o for o in own}
    ways: list[list[int]] = [[] for _ in block.demand]
    for w, i in enumerate(block.pair_demand.tolist()):
        if since[w] is not None:
            ways[i].append(w)
    if block.served_in_full_only:
        yield _value(problem, block, own, {mine[0]: int(q) for mine, q in zip(ways, block.demand, strict=True) if mine})
        return
    guarded = {i for j, i in block.guards.tolist() if j not in option}
    handouts = [
        brute._handouts(block, i, brute.passable(block, option, mine), all_of_them=i in guarded)
        for i, mine in enumerate(ways)
    ]
    for parts in itertools.product(*handouts):
        went = {w: n for part in parts for w, n in part.items()}
        if _fits(block, option, went):
            yield _value(problem, block, own, went)


def _fits(block: Block, option: Mapping[int, int], went: Mapping[int, int]) -> bool:
    used, beds = [0] * len(block.site_ids), [0] * len(block.site_ids)
    for w, n in went.items():
        used[block.pair_site[w]] += n
        beds[block.pair_site[w]] += n * bool(block.pair_boards[w])
    return all(block.fewest[o] <= used[j] <= block.capacity[o] and beds[j] <= block.beds[o] for j, o in option.items())


def _value(problem: Problem, block: Block, own: tuple[int, ...], went: Mapping[int, int]) -> Value:
    served = [0] * len(block.demand)
    for w, n in went.items():
        served[block.pair_demand[w]] += n
    stages = brute._stages(problem, block, own, tuple((n,) for n in served))
    count = {} if block.served_in_full_only else went
    travel = sum(n * int(block.pair_travel[w]) for w, n in count.items())
    paid = sum(
        (n * int(block.pair_travel[w]) * block.fare(int(block.pair_access[w])) for w, n in count.items()), Fraction(0)
    )
    values = {"worth": stages[-1], "cost": -problem.cost_years * ceil(paid), "travel": -travel}
    return (*stages[:-1], *(values[aim] for aim in problem.aims))


def reached(problem: Problem, plan: Plan) -> Value:
    """The value of a plan, read from its lists alone."""
    tiers = brute.reached(problem, plan)[:-1]
    worth = travel = yearly = 0
    for block in problem.blocks:
        part = plan.services[block.service]
        worth += block.weight * sum(a.persons for a in part.assignments)
        known = {(o.site, o.size, o.action, o.phase): k for k, o in enumerate(block.options)}
        yearly += sum(int(block.running[known[o.site, o.size, o.action, o.phase]]) for o in part.open)
        if not block.served_in_full_only:
            travel += sum(a.persons * a.travel for a in part.assignments)
            paid = sum((a.persons * a.travel * block.fare(a.access) for a in part.assignments), Fraction(0))
            yearly += ceil(paid)
    cost = sum(s.amount for s in plan.spending) + problem.cost_years * yearly
    values = {"worth": worth, "cost": -cost, "travel": -travel}
    return (*tiers, *(values[aim] for aim in problem.aims))
