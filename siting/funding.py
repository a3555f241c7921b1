"""Which fund pays what: the split of each service's capital over the funds that may pay for it.

A set of services can be paid exactly if, for every part of them, the funds that may pay any of that part hold enough
(Hall's condition); `affordable` tests that, `split` finds the amounts by a minimum-cost flow in whole base units, so
that a fund with few uses is spent before one with many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from siting.plan import Spending
from siting.problem import Fund


def affordable(capital: Mapping[str, int], funds: Iterable[Fund]) -> bool:
    """Whether the funds can pay ``capital`` (base units per service)."""
    funds = tuple(funds)
    need: dict[frozenset[str], int] = {}
    for service, amount in capital.items():
        payers = frozenset(f.id for f in funds if service in f.pays)
        if amount:
            need[payers] = need.get(payers, 0) + amount
    held = {f.id: f.amount for f in funds}
    for size in range(1, len(need) + 1):
        for part in combinations(need, size):
            if sum(need[p] for p in part) > sum(held[f] for f in frozenset().union(*part)):
                return False
    return True


def split(capital: Mapping[str, int], funds: Iterable[Fund]) -> tuple[Spending, ...]:
    """Amounts by fund and service that pay ``capital`` in full.

    Raises:
        ValueError: the funds cannot pay it.
    """
    import networkx as nx

    funds = tuple(funds)
    graph = nx.DiGraph()
    total = sum(capital.values())
    graph.add_node("purse", demand=-total)
    graph.add_node("plan", demand=total)
    for fund in funds:
        graph.add_edge("purse", ("fund", fund.id), capacity=fund.amount, weight=0)
        for service in fund.pays:
            if capital.get(service):
                graph.add_edge(("fund", fund.id), ("service", service), weight=len(fund.pays))
    for service, amount in capital.items():
        if amount:
            graph.add_edge(("service", service), "plan", capacity=amount, weight=0)
    try:
        flow = nx.min_cost_flow(graph) if total else {}
    except nx.NetworkXUnfeasible as error:
        raise ValueError("the funds cannot pay this plan") from error
    return tuple(
        sorted(
            Spending(node[1], target[1], amount)
            for node, targets in flow.items()
            if node[0] == "fund"
            for target, amount in targets.items()
            if amount
        )
    )
