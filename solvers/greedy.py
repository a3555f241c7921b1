"""A first plan in seconds: the site with the most gain per money, again and again.

For coverage this is the greedy method of Church and ReVelle (1974) under a budget (Khuller, Moss and Naor 1999); for
catchment the gain of a site is the number of unserved people that it can reach and has room for. It proves nothing;
it is a start and a rival.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Mapping

import numpy as np

from siting.assign import complete
from siting.funding import affordable
from siting.model import goal
from siting.outcome import Effort, Outcome, Stage, Stop
from siting.plan import Plan
from siting.problem import Block, Problem

VERSION = "1"


def solve(problem: Problem, effort: Effort) -> Outcome:
    """The greedy plan, with the value of every stage and no bound."""
    begun = time.monotonic()
    plan = first_plan(problem)
    effort.on_plan(plan)
    seconds = time.monotonic() - begun
    stages = tuple(
        Stage(aim.name, goal.value(problem, aim, plan), None, Stop.HEURISTIC, seconds) for aim in goal.aims(problem)
    )
    return Outcome(plan, stages, "greedy", VERSION)


def first_plan(problem: Problem, decided: Mapping[str, list[int]] | None = None) -> Plan:
    """A plan that keeps all rules: what must stay open, then the best gain per money while funds and running budget
    last.

    ``decided`` gives the open options of some services, affordable together; these stay as they are.
    """
    decided = decided or {}
    return _grow(
        problem, *_begin(problem, decided), tuple(b.service for b in problem.blocks if b.service not in decided)
    )


def more(problem: Problem, plan: Plan) -> Plan:
    """``plan`` with whatever more the money left can serve; nothing of it is shut or made smaller."""
    opened = positions(problem, plan)
    return _grow(problem, *_cost(problem, opened), tuple(plan.services))


def positions(problem: Problem, plan: Plan) -> dict[str, list[int]]:
    """Positions of the open options of a plan, per service of the plan."""
    opened = {}
    for service, part in plan.services.items():
        chosen = {(o.site, o.size, o.action) for o in part.open}
        options = problem.block(service).options
        opened[service] = [k for k, o in enumerate(options) if (o.site, o.size, o.action) in chosen]
    return opened


def _grow(
    problem: Problem, opened: dict[str, list[int]], spent: dict[str, int], running: int, growing: tuple[str, ...]
) -> Plan:
    """Add to what is open, in services of ``growing``, the best gain per money while the money lasts."""
    states = {block.service: _State(block, _worth(problem, block), opened[block.service]) for block in problem.blocks}
    heap = [(-np.inf, name, o) for name in growing for o in range(len(states[name].block.options))]
    heapq.heapify(heap)
    while heap:
        ratio, service, o = heapq.heappop(heap)
        state = states[service]
        fresh = state.ratio(o)
        if fresh <= 0:
            continue
        if -fresh > ratio:  # the gain has fallen since: back into the queue with what it is worth now
            heapq.heappush(heap, (-fresh, service, o))
            continue
        now = state.option_at[state.block.option_site[o]]
        capital = int(state.block.capital[o] - (state.block.capital[now] if now >= 0 else 0))
        more_running = int(state.block.running[o] - (state.block.running[now] if now >= 0 else 0))
        wish = {**spent, service: spent[service] + capital}
        if problem.running_budget is not None and running + more_running > problem.running_budget:
            continue
        if not affordable(wish, problem.funds):
            continue
        spent, running = wish, running + more_running
        state.open(o)
    return complete(problem, {name: [int(o) for o in s.option_at if o >= 0] for name, s in states.items()})


def _cost(problem: Problem, opened: dict[str, list[int]]) -> tuple[dict[str, list[int]], dict[str, int], int]:
    """What is open, with its capital per service and its running cost."""
    spent = {block.service: int(block.capital[opened[block.service]].sum()) for block in problem.blocks}
    return opened, spent, sum(int(block.running[opened[block.service]].sum()) for block in problem.blocks)


def _begin(problem: Problem, decided: Mapping[str, list[int]]) -> tuple[dict[str, list[int]], dict[str, int], int]:
    """What is decided, what must stay open at least cost, then existing sites while the running budget lasts."""
    opened = {
        block.service: list(decided[block.service])
        if block.service in decided
        else [_keep_option(block, int(j)) for j in np.flatnonzero(block.must_open)]
        for block in problem.blocks
    }
    _, spent, running = _cost(problem, opened)
    for block in problem.blocks:
        for o, option in enumerate(block.options):
            cost = int(block.running[o])
            fits = problem.running_budget is None or running + cost <= problem.running_budget
            free = block.service not in decided and not block.must_open[block.option_site[o]]
            if option.action == "keep" and free and fits:
                opened[block.service].append(o)
                running += cost
    return opened, spent, running


def _keep_option(block: Block, site: int) -> int:
    own = np.flatnonzero(block.option_site == site).tolist()
    return int(min(own, key=lambda o: (int(block.capital[o]), int(block.running[o]), o)))


def _worth(problem: Problem, block: Block) -> np.ndarray:
    """Worth of one person of each demand point: points of the targets, a tier a thousandfold the next, then weight."""
    worth = np.full(len(block.demand), float(block.weight) * 1e-3)
    for row in problem.targets:
        if row.service == block.service and row.need and row.indicator != "open_count":
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
        for o in opened:
            self.open(o)

    def ratio(self, o: int) -> float:
        """Gain per money of taking option ``o``; -1 where it is no gain."""
        block, site = self.block, int(self.block.option_site[o])
        now = int(self.option_at[site])
        if now >= 0 and (block.family == "coverage" or block.capacity[o] <= block.capacity[now]):
            return -1.0
        around = self.who[self.start[site] : self.start[site + 1]]
        left = self.left[around]
        if block.family == "coverage":
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
        if block.family == "coverage":
            self.left[self.who[around]] = 0
            return
        self.room[site] += int(block.capacity[o] - (block.capacity[now] if now >= 0 else 0))
        for i in self.who[around][np.argsort(self.far[around], kind="stable")]:
            served = min(int(self.left[i]), int(self.room[site]))
            self.left[i] -= served
            self.room[site] -= served
            if not self.room[site]:
                break
