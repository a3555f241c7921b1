r"""One service at a price of money: :math:`g(\lambda) = \max \{ q(y) - \lambda c(y) \}`, or what it does not exceed.

Coverage and catchment services that lean on no other have the Lagrangean bounds of `siting.solvers.coverage` and
`siting.solvers.catchment`, with the price of money on their options; of all others the linear relaxation is solved in
a child process, together with the services that they lean on, whose own money costs nothing here. What the county's
services share beside (the funds, the running budget, land, plots) is left out, and so is what targets ask for: each can
only forbid. A site on a plot that others share is taken to save what sharing saves.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from siting.plan import Plan
from siting.plans.assign import positions
from siting.plans.outcome import Effort, slip
from siting.plans.value import Curve
from siting.problems.problem import Block, Fund, Problem

from ..catchment import bound as catchment_bound
from ..catchment.level import of_task
from ..coverage import bound as coverage_bound
from ..coverage.reduce import reduced
from ..formulation import ONE_AT_A_TIME, Formulation
from ..priced import Task, counted, net_of_closing
from ..process import supervise
from ..volume import Descent
from .lines import Line, curve, next_price

#: A service at a price (persons for one base unit): its line, None where there is none within the time.
At = Callable[[float], Line | None]

#: Prices that are looked at between the two ends.
PRICES = 5
HOW = Descent(rounds=300)


class Service:
    """The lines of one service, of which more are found as prices come."""

    def __init__(self, problem: Problem, part: Sequence[str], service: str, plan: Plan, effort: Effort) -> None:
        """``part`` are the services that lean on each other, ``service`` among them."""
        self.block = problem.block(service)
        self.effort, self.deadline = effort, time.monotonic() + effort.time_limit_s
        self.plan = plan
        reach = np.unique(self.block.pair_demand)
        self.lines = [Line(float(self.block.demand[reach].sum()), 0.0, math.inf)]
        alone = len(part) == 1 and not self.block.refers_to and self.block.family in ("coverage", "catchment")
        self._at: At = (self._family(problem) if alone else None) or self._relaxed(problem, part)

    def _over(self) -> bool:
        return time.monotonic() > self.deadline or self.effort.stopped()

    def look(self, price: float) -> None:
        """Add the line of a price."""
        line = None if self._over() or not price > 0 else self._at(price)
        if line is not None:
            self.lines.append(line)

    def sketch(self) -> None:
        """The lines of a price at which nothing is built, of one at which all that helps is, and of some between."""
        high, low, most = self._ends()
        self.look(high)
        self.look(low)
        rising = [line for line in self.lines if line.price > 0]
        if len(rising) < 2:
            return
        self.lines.append(Line(rising[-1].at(most), 0.0, math.inf))  # nobody can spend more
        for _ in range(PRICES):
            price = next_price(rising)
            if price is None or self._over():
                break
            self.look(price)
            rising = [line for line in self.lines if line.price > 0]

    def curve(self) -> Curve:
        """What is known so far."""
        return curve(self.block.service, self.lines)

    def _ends(self) -> tuple[float, float, float]:
        """A price at which nothing is worth its money, one at which all is, and the most that can be spent."""
        block = self.block
        costs = np.flatnonzero(block.capital > 0)
        if not len(costs):
            return 1.0, 0.5, float(block.closing * int(block.stands.sum()))
        reach = np.bincount(
            block.pair_site, weights=block.demand[block.pair_demand].astype(float), minlength=len(block.site_ids)
        )[block.option_site[costs]]
        room = np.where(block.capacity[costs] > 0, block.capacity[costs], block.demand.sum())
        most = np.minimum(np.where(reach > 0, reach, block.demand.sum()), room)
        highest = float((most / block.capital[costs]).max())
        dearest = np.zeros(len(block.site_ids))
        np.maximum.at(dearest, block.option_site, block.capital.astype(float))
        spent = max(1.0, float(dearest.sum() + block.closing * int(block.stands.sum())))
        return highest, min(0.25 / spent, highest / 2), spent

    def _family(self, problem: Problem) -> At | None:
        """The bound of the family's method; None where the method is not for this service."""
        block = self.block
        cost, fixed = money_of(problem, block)
        own = [rule for rule in problem.rules if rule.service == block.service]
        use = np.array([counted(block, rule) for rule in own], dtype=np.int64).reshape(len(own), len(block.options))
        limit = np.array([rule.at_most for rule in own], dtype=np.int64)
        task = Task(block, np.ones(len(block.demand)), np.zeros(len(block.options)), use, limit)
        open_ = positions(problem.only((block.service,)), self.plan.only((block.service,)).services)[block.service]
        served = sum(a.persons for a in self.plan.services[block.service].assignments)
        spent = float(cost[list(open_)].sum())

        def line(price: float, value: float, at_mean: float) -> Line:
            return Line(value - price * fixed, price, max(0.0, at_mean + fixed))

        if not block.served_in_full_only:
            level = of_task(task)
            near: list[np.ndarray] = []

            def catchment(price: float) -> Line:
                priced = replace(level, price=price * cost[level.option])
                goal = served - price * spent
                found = catchment_bound.lower(
                    priced, lambda k, mean: goal, HOW, self._over, self.deadline, near[-1] if near else None
                )
                near.append(found.at)
                return line(price, found.value, float(cost[level.option] @ found.share))

            return catchment
        if reduced(task) is None:
            return None

        def coverage(price: float) -> Line | None:
            cover = reduced(replace(task, price=price * cost))
            if cover is None:
                return None
            always = float(cost[list(cover.always)].sum())
            if not len(cover.price) or not len(cover.weight):
                gains = np.maximum(0.0, -cover.price).sum() if len(cover.price) else 0.0
                return line(price, cover.base + float(cover.weight.sum()) + float(gains), always)
            goal = served - price * spent
            found = coverage_bound.lower(cover, lambda k, mean: goal, HOW, self._over, self.deadline)
            return line(price, found.value, always + float(cost[cover.option] @ found.share))

        return coverage

    def _relaxed(self, problem: Problem, part: Sequence[str]) -> At:
        """The linear relaxation of a service and those that it leans on, built once."""
        form: list[tuple[Formulation, np.ndarray, float, np.ndarray]] = []

        def build() -> None:
            near = free_of_others(problem, part)
            with ONE_AT_A_TIME:
                built = Formulation(near, loose=True)
                own, model = built.linear, built.model
                served = model.service[self.block.service].served
                people, none = own.coefficients(sum(served[i] for i in served) + 0.0)
                paid, _ = own.coefficients(model.capital_paid)
                mine = [v.parent_component() is model.pay and v.index()[1] == self.block.service for v in own.variables]
                form.append((built, people, none, np.where(mine, paid, 0.0)))

        def at(price: float) -> Line | None:
            if not form:
                build()
            built, people, none, money = form[0]
            task = built.linear.with_cost(people - price * money, none, maximise=True).relaxed()
            answer = supervise.run(
                task,
                {},
                gap=0.0,
                seconds=max(0.1, self.deadline - time.monotonic()),
                seed=self.effort.seed,
                threads=1,
                stopped=self.effort.stopped,
            )
            if answer.values is None or answer.bound is None or not math.isfinite(answer.bound):
                return None
            return Line(answer.bound + slip(answer.bound), price, max(0.0, float(money @ answer.values)))

        return at


def money_of(problem: Problem, block: Block) -> tuple[np.ndarray, float]:
    """Capital of each option (o,) and a constant: together no more than what a plan pays for the service."""
    cost, fixed = net_of_closing(block, least_capital(problem, block))
    return cost.astype(float), float(fixed)


def free_of_others(problem: Problem, part: Sequence[str]) -> Problem:
    """The problem without targets, running budget, land and shared plots, and with as much money for each service as it
    could use."""
    blocks = [(b, least_capital(problem, b)) for b in problem.blocks if b.service in part]
    problem = problem.only(part)
    funds = tuple(
        Fund(b.service, most, (b.service,), (most,) * (len(problem.phases) - 1))
        for b in problem.blocks
        for most in [int(b.capital.sum()) + b.closing * int(b.stands.sum())]
    )
    own = tuple(replace(b, capital=cost, saving=np.zeros_like(cost), plot=("",) * len(b.plot)) for b, cost in blocks)
    return replace(problem, blocks=own, funds=funds, running_budget=None, land_quota=(), targets=())


def least_capital(problem: Problem, block: Block) -> np.ndarray:
    """(o,) capital of the options, less what a plot may save that others share."""
    shared = np.array([name in problem.plots for name in block.plot], dtype=bool)
    cost: np.ndarray = block.capital - np.where(shared[block.option_site], block.saving, 0)
    return cost
