"""A first plan in seconds: the site with the most gain per money, again and again.

For coverage this is the greedy method of Church and ReVelle (1974) under a budget (Khuller, Moss and Naor 1999); for
catchment the gain of a site is the number of unserved people that it can reach and has room for. It proves nothing;
it is a start and a rival.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from siting.errors import Fault, SolverFailed
from siting.model import goal
from siting.plan import Plan
from siting.plans.assign import complete, positions, service_plan
from siting.plans.outcome import Effort, Outcome, Stage, Stop
from siting.problems.problem import Block, Problem

from .nearer import nearer
from .purse import Purse, broken, refers_to_nobody

VERSION = "1"


def solve(problem: Problem, effort: Effort) -> Outcome:
    """The greedy plan, with the value of every stage and no bound."""
    begun = time.monotonic()
    plan = first_plan(problem) if effort.start is None else _grown(problem, effort.start)
    plan = nearer(problem, plan, positions(problem, plan.services), effort)
    effort.on_plan(plan)
    seconds = time.monotonic() - begun
    stages = tuple(
        Stage(aim.name, goal.value(problem, aim, plan), None, Stop.HEURISTIC, seconds) for aim in goal.aims(problem)
    )
    return Outcome(plan, stages, "greedy", VERSION)


def _grown(problem: Problem, start: Plan) -> Plan:
    """``start`` with whatever more its money can serve."""
    try:
        return more(problem, start)
    except SolverFailed:
        return start


def first_plan(problem: Problem, decided: Mapping[str, list[int]] | None = None) -> Plan:
    """A plan that keeps all rules: what must stay open, then the best gain per money while funds and running budget
    last.

    ``decided`` gives the open options of some services, affordable together; these stay as they are.

    Raises:
        SolverFailed: no plan was found that keeps what the services lean on each other for (E902).
    """
    decided = decided or {}
    growing = tuple(b.service for b in problem.blocks if b.service not in decided)
    return settled(problem, _grow(problem, _begin(problem, decided), growing), frozenset(decided))


def more(problem: Problem, plan: Plan, services: Collection[str] | None = None) -> Plan:
    """``plan`` with whatever more the money left can serve in some services (None: in all); nothing of it is shut or
    made smaller.

    Raises:
        SolverFailed: what was added breaks a rule between people (E902).
    """
    growing = tuple(s for s in plan.services if services is None or s in services)
    return settled(problem, _grow(problem, positions(problem, plan.services), growing), frozenset())


def settled(problem: Problem, opened: dict[str, list[int]], decided: frozenset[str]) -> Plan:
    """The whole plan; new and larger sites with fewer people than they need are given up first, the emptiest half of
    them at a time, and new ones that then refer to nobody. Services of ``decided`` stay as they are.

    Raises:
        SolverFailed: what is open then breaks a rule (E902).
    """
    free = [block for block in problem.blocks if block.service not in decided]
    while True:
        for block in free:
            if block.fewest.any():
                loose = replace(block, fewest=np.zeros(len(block.options), dtype=np.int64))
                while thin := _thin(problem, loose, block, opened):
                    for o in thin[: -(-len(thin) // 2)]:
                        opened[block.service] = _without(block, opened[block.service], o)
        alone = [(block, o) for block in free for o in refers_to_nobody(problem, block, opened)]
        if not alone:
            break
        for block, o in alone:
            opened[block.service] = _without(block, opened[block.service], o)
    if why := broken(problem, opened):
        raise SolverFailed(Fault("E902", values={"why": why}))
    return complete(problem, opened)


def _thin(problem: Problem, loose: Block, block: Block, opened: Mapping[str, list[int]]) -> list[int]:
    """Open options with fewer people than they need, the emptiest first."""
    persons: dict[str, int] = {}
    for a in service_plan(problem, loose, opened).assignments:
        persons[a.site] = persons.get(a.site, 0) + a.persons
    lack = {o: int(block.fewest[o]) - persons.get(block.options[o].site, 0) for o in opened[block.service]}
    return sorted((o for o, missing in lack.items() if missing > 0), key=lambda o: (-lack[o], o))


def _without(block: Block, own: list[int], o: int) -> list[int]:
    """The options with ``o`` undone: a larger site as it was before, a new or kept one gone."""
    rest = [k for k in own if k != o]
    if block.options[o].action == "expand":
        rest += [k for k in block.options_at[int(block.option_site[o])] if block.options[k].action == "keep"]
    return sorted(rest)


def _grow(problem: Problem, opened: dict[str, list[int]], growing: tuple[str, ...]) -> dict[str, list[int]]:
    """Add to what is open, in services of ``growing``, the best gain per money while the money lasts."""
    states = {block.service: _State(block, _worth(problem, block), opened[block.service]) for block in problem.blocks}
    borrowers = _borrowers(states)
    purse = Purse(problem, opened)
    for block in problem.blocks:
        for o in opened[block.service]:
            _lend(borrowers, block, o)
    heap = [(-np.inf, name, o) for name in growing for o in range(len(states[name].block.options))]
    heapq.heapify(heap)
    waiting: dict[str, list[tuple[float, str, int]]] = {}
    while heap:
        ratio, service, o = heapq.heappop(heap)
        state = states[service]
        fresh = state.ratio(o)
        if fresh <= 0:
            continue
        if -fresh > ratio:  # the gain has fallen since: back into the queue with what it is worth now
            heapq.heappush(heap, (-fresh, service, o))
            continue
        if not purse.refers(state.block, o):
            waiting.setdefault(state.block.refers_to, []).append((-fresh, service, o))
            continue
        if purse.take(state.block, o, int(state.option_at[state.block.option_site[o]])):
            state.open(o)
            _lend(borrowers, state.block, o)
            for item in waiting.pop(service, []):
                heapq.heappush(heap, item)
    return {name: [int(o) for o in s.option_at if o >= 0] for name, s in states.items()}


def _borrowers(states: Mapping[str, _State]) -> dict[tuple[str, str], list[tuple[_State, int]]]:
    """Who else is served by a site, by the service that decides it and the site."""
    found: dict[tuple[str, str], list[tuple[_State, int]]] = {}
    for name, state in states.items():
        for j, owner in enumerate(state.block.lender):
            if owner != name:
                found.setdefault((owner, state.block.site_ids[j]), []).append((state, j))
    return found


def _lend(borrowers: Mapping[tuple[str, str], list[tuple[_State, int]]], block: Block, o: int) -> None:
    for state, j in borrowers.get((block.service, block.options[o].site), ()):
        state.left[state.around(j)] = 0


def _begin(problem: Problem, decided: Mapping[str, list[int]]) -> dict[str, list[int]]:
    """What is decided, what must stay open at least cost, then existing sites while the running budget lasts: those
    first whose closing would leave people behind."""
    opened = {
        block.service: list(decided[block.service])
        if block.service in decided
        else [_keep_option(block, int(j)) for j in np.flatnonzero(block.must_open)]
        for block in problem.blocks
    }
    running = sum(int(block.running[opened[block.service]].sum()) for block in problem.blocks)
    for block in sorted(problem.blocks, key=lambda b: not len(b.guards)):
        for o, option in enumerate(block.options):
            cost = int(block.running[o])
            fits = problem.running_budget is None or running + cost <= problem.running_budget
            free = block.service not in decided and not block.must_open[block.option_site[o]]
            if option.action == "keep" and free and fits and _ruled(problem, block, [*opened[block.service], o]):
                opened[block.service].append(o)
                running += cost
    return opened


def _ruled(problem: Problem, block: Block, own: list[int]) -> bool:
    """Whether these open options of a service are no more than the rules allow."""
    return all(
        len(set(rule.options.tolist()) & set(own)) <= rule.at_most
        for rule in problem.rules
        if rule.service == block.service
    )


def _keep_option(block: Block, site: int) -> int:
    own = block.options_at[site]
    return int(min(own, key=lambda o: (int(block.capital[o]), int(block.running[o]), o)))


def _worth(problem: Problem, block: Block) -> np.ndarray:
    """Worth of one person of each demand point: points of the targets, a tier a thousandfold the next, then weight."""
    worth = np.full(len(block.demand), float(block.weight) * 1e-3)
    for row in problem.targets:
        if row.service == block.service and row.need and row.indicator in ("served_share", "settlements_share"):
            share = row.points if row.indicator == "served_share" else row.points / block.demand[row.members]
            worth[row.members] += share * 1000.0 ** (1 - row.tier)
    return worth


class _State:
    """Who of a block is left, and which room the open sites have."""

    def __init__(self, block: Block, worth: np.ndarray, opened: list[int]) -> None:
        self.block, self.worth = block, worth
        self.left = block.demand.astype(np.int64).copy()
        self.room = np.zeros(len(block.site_ids), dtype=np.int64)
        self.option_at = np.full(len(block.site_ids), -1, dtype=np.int64)
        order = np.argsort(block.pair_site, kind="stable")
        self.start = np.searchsorted(block.pair_site[order], np.arange(len(block.site_ids) + 1))
        self.who = block.pair_demand[order]
        self.far = block.pair_travel[order]
        self.rides = block.pair_line[order] >= 0
        for o in opened:
            self.open(o)

    def around(self, site: int) -> np.ndarray:
        """Positions of the demand points whom a site serves; who needs a bus for it is not counted on."""
        rows = slice(self.start[site], self.start[site + 1])
        who: np.ndarray = self.who[rows][~self.rides[rows]]
        return who

    def ratio(self, o: int) -> float:
        """Gain per money of taking option ``o``; -1 where it is no gain."""
        block, site = self.block, int(self.block.option_site[o])
        now = int(self.option_at[site])
        if now >= 0 and (block.served_in_full_only or block.capacity[o] <= block.capacity[now]):
            return -1.0
        around = self.around(site)
        left = self.left[around]
        if block.served_in_full_only:
            gain = float((left * self.worth[around]).sum())
        else:
            room = int(self.room[site] + block.capacity[o] - (block.capacity[now] if now >= 0 else 0))
            reach = int(left.sum())
            gain = float((left * self.worth[around]).sum()) * (min(1.0, room / reach) if reach else 0.0)
        if gain <= 0:
            return -1.0
        cost = int(block.capital[o] - (block.capital[now] if now >= 0 else 0))
        return gain / (cost + 0.1 * int(block.running[o]) + 1.0)

    def open(self, o: int) -> None:
        """Take option ``o`` and serve who is left around it, the nearest first."""
        block, site = self.block, int(self.block.option_site[o])
        now = int(self.option_at[site])
        self.option_at[site] = o
        around = slice(self.start[site], self.start[site + 1])
        if block.served_in_full_only:
            self.left[self.who[around]] = 0
            return
        self.room[site] += int(block.capacity[o] - (block.capacity[now] if now >= 0 else 0))
        near = np.argsort(self.far[around], kind="stable")
        for i in self.who[around][near[~self.rides[around][near]]]:
            served = min(int(self.left[i]), int(self.room[site]))
            self.left[i] -= served
            self.room[site] -= served
            if not self.room[site]:
                break
