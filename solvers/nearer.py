"""Who goes where, chosen anew once a plan is decided: of those for whom a site has room, the nearest.

A search looks for what is open and how many are served. Which of the people around a full site are served is left
open by its aims until the last of them, travel, and that stage gets a moment only. Here the open options stay, and
service by service people are assigned again. Where settlements go as a whole that is a generalised assignment problem
(Ross & Soland 1975) and a branch and bound of few nodes looks for a better answer; else it is a transportation
problem (`siting.plans.transport`). An answer is taken if it costs none of the aims anything and one of them gains.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from siting.errors import SolverFailed
from siting.model import goal
from siting.plan import Plan
from siting.plans.assign import service_plan
from siting.plans.outcome import Effort
from siting.problems.problem import Block, Problem

from .process.arrays import Rows, at_least, hand_over, minimise

#: With more ways than this the branch and bound would take longer than its gain is worth.
MOST_WAYS = 6_000
#: It ends after so many nodes, on every machine the same, and only where that takes too long by the clock.
NODES, GAP, SECONDS = 50, 0.02, 20.0
NO_MATTER = Effort()


def nearer(problem: Problem, plan: Plan, opened: dict[str, list[int]], effort: Effort = NO_MATTER) -> Plan:
    """The plan with the same options open and people assigned again, where no aim loses and one gains.

    ``opened`` positions of the open options of the plan, per service. ``effort`` says when to stop and how much memory
    a branch and bound may take.

    Raises:
        CannotWrite: no process can be started for a branch and bound (E801).
    """
    aims = goal.aims(problem)
    now = [goal.value(problem, aim, plan) for aim in aims]
    for block in problem.blocks:
        if block.served_in_full_only:
            continue  # everybody goes the first way to what is open already
        try:
            gone = _whole(block, opened[block.service], plan, effort) if block.whole and not effort.stopped() else None
            part = service_plan(problem, block, opened, gone=gone)
        except SolverFailed:
            continue
        trial = Plan({**plan.services, block.service: part}, plan.spending)
        then = [goal.value(problem, aim, trial) for aim in aims]
        lost = any(aim.better(a, b) for aim, a, b in zip(aims, now, then, strict=True))
        if not lost and then != now:
            plan, now = trial, then
    return plan


def _whole(block: Block, own: list[int], plan: Plan, effort: Effort) -> np.ndarray | None:
    """The ways over which whole settlements go: no fewer people than now, the least travel; None where none is found.

    Only places and beds are looked at here; what else a plan must keep, `service_plan` keeps or refuses.
    """
    option_at = np.full(len(block.site_ids), -1, dtype=np.int64)
    option_at[block.option_site[own]] = own
    ways = np.flatnonzero(option_at[block.pair_site] >= 0)
    if block.closest or block.line_service or not 0 < len(ways) <= MOST_WAYS:
        return None
    at, to = block.pair_demand[ways], block.pair_site[ways]
    persons = block.demand[at].astype(np.float64)
    fits = np.ones(len(ways))
    for access, most in block.eligible.items():
        fits[(block.pair_access[ways] == access) & (most[at] < block.demand[at])] = 0
    column, m = np.arange(len(ways)), len(block.site_ids)
    boards = np.flatnonzero(block.pair_boards[ways])

    def room(of: np.ndarray, most: np.ndarray) -> Rows:
        ends = np.where(option_at >= 0, most[option_at], 0).astype(np.float64)
        return Rows(to[of], column[of], persons[of], np.full(m, -np.inf), ends)

    n, served = len(block.demand), sum(a.persons for a in plan.services[block.service].assignments)
    rows = [
        Rows(at, column, np.ones(len(ways)), np.full(n, -np.inf), np.ones(n)),
        room(column, block.capacity),
        room(boards, block.beds),
        at_least(np.zeros(len(ways), dtype=np.int64), column, persons, np.array([float(served)])),
    ]
    cost = persons * block.pair_travel[ways]
    model = minimise(cost / max(1.0, cost.max()), rows, np.ones(len(ways), dtype=bool), fits)
    brief = replace(effort, gap=GAP, time_limit_s=SECONDS, threads=1)
    answer = hand_over(model, brief, max_nodes=NODES)
    return None if answer.values is None else ways[answer.values > 0.5]
