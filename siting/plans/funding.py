"""Which fund pays what: the capital of each service in each phase, and its split over the funds that may pay for it.

A set of services can be paid exactly if, for every part of them, the funds that may pay any of that part hold enough
(Hall's condition); `affordable` tests that, `split` finds the amounts by a minimum-cost flow in whole base units, so
that a fund with few uses is spent before one with many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from siting.plan import Spending
from siting.problems.problem import Block, Fund, Problem

Opened = Mapping[str, Sequence[int]]
#: Base units by service and position of the phase.
Capital = Mapping[tuple[str, int], int]
#: Money of a fund and position of its phase.
Purse = tuple[str, int]


def capital(problem: Problem, opened: Opened) -> dict[tuple[str, int], int]:
    """Capital of every service in every phase in which it needs some, with savings, closings and resale.

    ``opened`` gives positions of options per service.
    """
    shared = _open_on_plots(problem, opened)
    need: dict[tuple[str, int], int] = {}
    for block in problem.blocks:
        for o in opened[block.service]:
            cost, name = int(block.capital[o]), block.plot[int(block.option_site[o])]
            if name in shared and shared[name] > 1:
                cost -= int(block.saving[o])
            if cost:
                key = block.service, max(0, int(block.phase[o]))
                need[key] = need.get(key, 0) + cost
        first = need.get((block.service, 0), 0) + (block.closing - block.resale) * closings(
            block, opened[block.service]
        )
        if first > 0:
            need[block.service, 0] = first
        else:
            need.pop((block.service, 0), None)
    return need


def closings(block: Block, opened: Sequence[int]) -> int:
    """Existing sites that are shut where these options are open."""
    return int(block.stands.sum()) - len(
        {int(block.option_site[o]) for o in opened if block.stands[block.option_site[o]]}
    )


def land(problem: Problem, opened: Opened) -> list[int]:
    """New building land of each phase in m2: the largest site of each plot."""
    largest: dict[tuple[int, str], int] = {}
    for block in problem.blocks:
        for o in opened[block.service]:
            if block.land[o]:
                j = int(block.option_site[o])
                key = int(block.phase[o]), block.plot[j] or f"{block.service}\n{j}"
                largest[key] = max(largest.get(key, 0), int(block.land[o]))
    return [sum(m2 for (phase, _), m2 in largest.items() if phase == p) for p in range(len(problem.phases))]


def _open_on_plots(problem: Problem, opened: Opened) -> dict[str, int]:
    """Open sites on every shared plot."""
    if not problem.plots:
        return {}
    at = {(block.service, int(block.option_site[o])) for block in problem.blocks for o in opened[block.service]}
    return {name: sum(site in at for site in sites) for name, sites in problem.plots.items()}


def affordable(need: Capital, funds: Sequence[Fund]) -> bool:
    """Whether the funds can pay what the services need, phase by phase."""
    classes: dict[frozenset[Purse], int] = {}
    for (service, phase), amount in need.items():
        if amount:
            payers = frozenset(_purses(service, phase, funds))
            classes[payers] = classes.get(payers, 0) + amount
    held = {(f.id, p): amount for f in funds for p, amount in enumerate(f.amounts)}
    return all(
        sum(classes[payers] for payers in inside) <= sum(held[purse] for purse in union)
        for union, inside in _parts_to_test(frozenset(classes))
    )


@lru_cache(maxsize=4096)
def _parts_to_test(
    classes: frozenset[frozenset[Purse]],
) -> tuple[tuple[frozenset[Purse], tuple[frozenset[Purse], ...]], ...]:
    """Hall's condition need only be looked at for unions of payers that hang together: each with all that it must pay.

    A growing plan asks this thousands of times with few different sets of payers, so the answer is kept.
    """
    unions: set[frozenset[Purse]] = set()
    for payers in classes:
        touching = {union for union in unions if union & payers}
        while True:  # a class may join unions that did not touch each other before
            grown = touching | {one | other for one in touching for other in touching}
            if grown == touching:
                break
            touching = grown
        unions |= {payers} | {union | payers for union in touching}
    return tuple((union, tuple(payers for payers in classes if payers <= union)) for union in unions)


def _purses(service: str, phase: int, funds: Sequence[Fund]) -> list[Purse]:
    """Fund and phase of the money that may pay for a service in a phase."""
    return [
        (f.id, p)
        for f in funds
        if service in f.pays
        for p in range(len(f.amounts))
        if p == phase or (f.carries_over and p < phase)
    ]


def split(need: Capital, funds: Sequence[Fund], phases: Sequence[str] = ("",)) -> tuple[Spending, ...]:
    """Amounts by fund, service and phase that pay ``need`` in full.

    Raises:
        ValueError: the funds cannot pay it.
    """
    import networkx as nx

    total = sum(need.values())
    graph = nx.DiGraph()
    graph.add_node("purse", demand=-total)
    graph.add_node("plan", demand=total)
    uses = {f.id: len(f.pays) for f in funds}
    for fund in funds:
        for p, amount in enumerate(fund.amounts):
            graph.add_edge("purse", ("fund", fund.id, p), capacity=amount, weight=0)
    for (service, phase), amount in need.items():
        if amount:
            graph.add_edge(("service", service, phase), "plan", capacity=amount, weight=0)
            for name, p in _purses(service, phase, funds):
                graph.add_edge(("fund", name, p), ("service", service, phase), weight=uses[name])
    try:
        flow = nx.min_cost_flow(graph) if total else {}
    except nx.NetworkXUnfeasible as error:
        raise ValueError("the funds cannot pay this plan") from error
    paid: dict[tuple[str, str, int], int] = {}
    for node, targets in flow.items():
        if node[0] == "fund":
            for target, amount in targets.items():
                if amount:
                    key = node[1], target[1], target[2]
                    paid[key] = paid.get(key, 0) + amount
    return tuple(sorted(Spending(f, s, phases[p], amount) for (f, s, p), amount in paid.items()))
