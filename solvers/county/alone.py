r"""A problem of one service as a `priced.Task`, for the method of its family; what that finds as a plan again.

The rows are what the service has for itself: the money of its funds (with several funds for one service, what they hold
together), the running budget, land, and its rules on numbers. An aim becomes worths of people and gains of options: a
target with need :math:`n` and points :math:`p` is worth :math:`p \min(n, v)`, and the task has :math:`p v`, which is
never less; what earlier aims reached is left out. So a bound of the task is one of the aim in any case. The task is the
aim itself (`exact`) where one target is counted, or people alone, nothing was reached before, and no rule stands that a
task leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.errors import SolverFailed
from siting.model import goal
from siting.model.goal import Aim
from siting.plan import Plan
from siting.plans.assign import complete, positions
from siting.problems.problem import Block, Problem

from .. import greedy
from ..catchment import method as catchment_method
from ..coverage import method as coverage_method
from ..priced import Answer, Task, Way, counted, net_of_closing


@dataclass(frozen=True, eq=False)
class Alone:
    """The task of an aim; ``exact``: a solution of the task is one of the aim, and the other way round."""

    problem: Problem
    task: Task
    exact: bool

    def solve(self, way: Way, plan: Plan) -> Answer | None:
        """What the method of the family finds from a plan; None where it is not for this task."""
        start = tuple(positions(self.problem, plan.services)[self.task.block.service])
        if self.task.block.served_in_full_only:
            return coverage_method.solve(self.task, way, start)
        return catchment_method.solve(self.task, way, start)

    def plan_of(self, chosen: tuple[int, ...], served: np.ndarray | None = None) -> Plan:
        """The plan in which these options are open, and existing sites that cost nothing that is short; with at least
        ``served`` (n,) persons, where that can be.

        Raises:
            SolverFailed: the options break what a task leaves out, as guards and least numbers of people (E902).
        """
        opened = {self.task.block.service: with_kept(self.task, chosen)}
        if served is not None:
            try:
                return complete(self.problem, opened, {self.task.block.service: served})
            except SolverFailed:
                pass  # a rule that the task leaves out is in the way: as many people as it allows
        return greedy.settled(self.problem, opened, frozenset())


def alone(problem: Problem, aim: Aim, reached: bool) -> Alone | None:
    """The task of an aim of a problem with one service whose family has a method; None where something has no place
    in a task: phases, shared plots, borrowed sites, shares of townships."""
    if len(problem.blocks) != 1 or len(problem.phases) != 1 or problem.plots:
        return None
    block = problem.blocks[0]
    if block.family == "haul" or block.refers_to:
        return None
    forbids = block.whole or block.closest or len(block.guards) or block.fewest.any()
    worth, gain = np.zeros(len(block.demand)), np.zeros(len(block.options))
    counted = 0
    if aim.tier is not None:
        for row in problem.targets:
            if row.tier != aim.tier or row.need <= 0:
                continue
            counted += 1
            if row.indicator == "served_share":
                worth[row.members] += row.points
            elif row.indicator == "settlements_share" and block.served_in_full_only:
                worth[row.members] += row.points * block.settlements[row.members] / block.demand[row.members]
            elif row.indicator in ("open_count", "built_count"):
                gain[row.of_options(block)] += row.points
            else:
                return None
    elif aim.name == goal.WORTH:
        worth += block.weight
    else:
        return None
    use, limit = rows_of(problem, block)
    return Alone(problem, Task(block, worth, -gain, use, limit), exact=counted <= 1 and not reached and not forbids)


def rows_of(problem: Problem, block: Block) -> tuple[np.ndarray, np.ndarray]:
    """``use`` (k, o) and ``limit`` (k,) of what a service has for itself in a problem of one phase."""
    cost, fixed = net_of_closing(block, block.capital)
    use = [cost]
    limit = [sum(fund.amounts[0] for fund in problem.funds if block.service in fund.pays) - fixed]
    if problem.running_budget is not None:
        use.append(block.running)
        limit.append(problem.running_budget)
    if problem.land_quota and block.land.any():
        use.append(block.land)
        limit.append(problem.land_quota[0])
    for rule in problem.rules:
        use.append(counted(block, rule))
        limit.append(rule.at_most)
    return np.array(use, dtype=np.int64), np.array(limit, dtype=np.int64)


def with_kept(task: Task, chosen: tuple[int, ...]) -> list[int]:
    """The options, and those existing sites beside them that all rows have room for: nothing is shut without need."""
    block = task.block
    left = task.limit - task.use[:, list(chosen)].sum(axis=1)
    taken = list(chosen)
    sites = set(block.option_site[taken].tolist())
    for o, option in enumerate(block.options):
        site = int(block.option_site[o])
        if option.action == "keep" and site not in sites and task.price[o] <= 0 and (task.use[:, o] <= left).all():
            taken.append(o)
            sites.add(site)
            left = left - task.use[:, o]
    return sorted(taken)
