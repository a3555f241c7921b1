"""Solving one county under many budgets: the points of a frontier, each plan checked like any other.

Every budget is a scenario that is added to a copy of the county, so that the checker knows it and anybody can solve it
again. The county is read, its travel searched and the checker made ready once for all of them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from siting import cache, rooms, store
from siting.counties.county import County
from siting.errors import Fault, InputRefused, NoPlan, PlanRejected, SolverFailed
from siting.plan import Plan
from siting.plans import measure as measuring
from siting.plans.measure import Measures
from siting.plans.nesting import Nesting, contains
from siting.plans.outcome import Effort, Outcome
from siting.problems.posing import pose
from siting.problems.problem import Problem
from siting.reading import instance, scenario
from siting.reading.scenario import Scenario
from siting.roads import travel
from siting.roads.travel import TravelTimes
from siting.runs import folder as run_folder
from siting.runs.asking import Ask, Listener
from siting.runs.budget_scenarios import add_scenarios, leans_on
from siting.runs.interrupt import Interrupt
from siting.runs.journal import plan_file
from siting.runs.result import status_of, versions
from siting.studies.frontier import Curve, Frontier, Point
from siting.verify import Auditor

QUIET = Listener()
INPUTS, PLANS, RESULT = "inputs", "plans", "curves.json"


@dataclass(frozen=True)
class Budgets:
    """What is asked for: per cent of the county's funds, in rising order; services ("": all together); nested plans."""

    percents: tuple[int, ...] = (25, 50, 75, 100, 150)
    services: tuple[str, ...] | None = None
    nested: bool = True
    names: Mapping[tuple[str, int], str] = field(default_factory=dict, repr=False)


def solve(folder: Path, out: Path, ask: Ask, budgets: Budgets, listener: Listener = QUIET) -> Frontier:
    """The frontier of a county under ``ask.scenario``; plans and inputs are kept in ``out``.

    Raises:
        InputRefused: the county has faults, it has no such scenario or service (E180, E309); nothing is written.
        NoPlan, PlanRejected, CannotWrite, SolverFailed: as in `siting.runs.solving.solve`.
    """
    listener.step("step.read", folder=folder)
    read, _ = instance.read(folder)
    chosen = scenario.of(read, ask.scenario)
    keys = ("", *chosen.services) if budgets.services is None else budgets.services
    for key in keys:
        if key and key not in chosen.services:
            raise InputRefused(Fault("E309", values={"name": key, "known": ", ".join(chosen.services)}))
    rooms.solver(ask.solver)
    run_folder.may_be_used(out)
    with store.locked(out), Interrupt() as interrupt:
        run_folder.clear(out)
        run_folder.copy_inputs(read, out)
        names = add_scenarios(out / INPUTS / "county.toml", read, ask.scenario, keys, budgets.percents, chosen)
        for old in store.make_folder(out / PLANS).glob("*.json"):
            old.unlink()
        work = _Work(out, ask, replace(budgets, services=keys, names=names), listener, interrupt)
        return work.done()


@dataclass(frozen=True, eq=False)
class _Budget:
    """One budget of one curve: its scenario, and the county and the problem under it."""

    key: str
    percent: int
    scenario: Scenario
    county: County
    problem: Problem


class _Work:
    """The frontier of a county whose copy has all scenarios."""

    def __init__(self, out: Path, ask: Ask, budgets: Budgets, listener: Listener, interrupt: Interrupt) -> None:
        self.out, self.ask, self.budgets, self.listener, self.interrupt = out, ask, budgets, listener, interrupt
        self.begun = time.monotonic()
        self.read, self.notes = instance.read(out / INPUTS)
        self.county = scenario.under(self.read, ask.scenario)
        listener.step("step.travel", settlements=len(self.county.settlements), sites=len(self.county.sites))
        self.times: TravelTimes = travel.times(self.county, cache_folder=cache.folder(), progress=listener.travel)
        self.auditor = Auditor(out / INPUTS)
        self.solver = rooms.solver(ask.solver)
        self.today = self._today()

    def done(self) -> Frontier:
        """All curves; `curves.json` is written after each.

        Raises:
            NoPlan: a signal came before there was a curve (E601).
        """
        curves: list[Curve] = []
        for key in self.budgets.services or ():
            if not self.interrupt():
                curves.append(self._curve(key))
                self._write(curves)
        if not any(curve.free for curve in curves):
            raise NoPlan(Fault("E601", values={"what": self.interrupt.name}))
        return Frontier(self.read, self.ask.scenario, tuple(c for c in curves if c.free), self._result())

    def _today(self) -> Plan:
        """The county as it stands, every service that the scenario plans."""
        base = scenario.of(self.read, self.ask.scenario)
        idle = Scenario(scenario.BASELINE, base.services, Decimal(0), base.running_factor)
        return rooms.solver("greedy")(pose(self.county, self.times, idle), Effort()).plan

    def _curve(self, key: str) -> Curve:
        free, nested = list[Point](), list[Point]()
        inner: Plan | None = None
        last: Plan | None = None
        for percent in self.budgets.percents:
            if self.interrupt():
                break
            budget = self._budget(key, percent)
            self.listener.step("step.budget", percent=percent, **self._names(key))
            rivals = [plan for plan in (last,) if plan is not None]
            if self.budgets.nested and inner is not None:
                inner, outcome = self._nested(budget.problem, inner)
                nested.append(self._keep(budget, inner, outcome, nested=True))
                rivals.append(inner)
            found, outcome = self._solve(budget.problem, _best(budget.problem, rivals) if rivals else None)
            last = _best(budget.problem, [*rivals, found])
            free.append(self._keep(budget, last, outcome, nested=False))
            if self.budgets.nested and len(nested) < len(free):  # the first budget has nothing to contain
                inner = last
                nested.append(self._keep(budget, inner, outcome, nested=True))
        today = self.today if not key else self.today.only((key, *leans_on(self.county, key, self.today.services)))
        idle = Scenario(scenario.BASELINE, tuple(today.services), Decimal(0))
        standing = measuring.of(today, self.county, idle)
        return Curve(key, self._point(key, 0, standing, "", None, 0.0, False), tuple(free), tuple(nested))

    def _budget(self, key: str, percent: int) -> _Budget:
        name = self.budgets.names[key, percent]
        chosen, county = scenario.of(self.read, name), scenario.under(self.read, name)
        return _Budget(key, percent, chosen, county, pose(county, self.times, chosen))

    def _names(self, key: str) -> dict[str, str]:
        """What a curve is about, in the county's language and in English."""
        about = self.county.services[key] if key else self.county.file.county
        return {"name": about.name, "name_en": about.name_en or about.name}

    def _solve(self, problem: Problem, start: Plan | None) -> tuple[Plan, Outcome]:
        ask = self.ask
        outcome = self.solver(
            problem,
            Effort(
                ask.gap,
                ask.time_limit_s,
                ask.seed,
                ask.threads,
                ask.memory_mb,
                start=start,
                on_progress=self.listener.progress,
                on_plan=lambda plan: self.listener.plan(self.county, plan),
                stopped=self.interrupt,
            ),
        )
        return outcome.plan, outcome

    def _nested(self, problem: Problem, inner: Plan) -> tuple[Plan, Outcome]:
        """A plan that contains the smaller one."""
        nesting = Nesting(problem, inner)
        plan, outcome = self._solve(nesting.problem, nesting.start)
        try:
            whole = nesting.whole(plan)
        except ValueError as error:
            raise SolverFailed(Fault("E902", values={"why": str(error)})) from error
        if not contains(whole, inner):
            raise SolverFailed(Fault("E902", values={"why": "a nested plan does not contain the smaller one"}))
        return whole, outcome

    def _keep(self, budget: _Budget, plan: Plan, outcome: Outcome, *, nested: bool) -> Point:
        """Check a plan and write it."""
        county, chosen = budget.county, budget.scenario
        measures = measuring.of(plan, county, chosen)
        content = plan_file(plan, measures, county, chosen)
        verdict = self.auditor.check(content)
        if verdict.word != "valid":
            first = verdict.breaches[0]
            says = f"{first.rule} {first.where}: {first.says}"
            raise PlanRejected(Fault("E701", file=str(self.out), values={"says": says}))
        name = f"{chosen.name}{'-nested' if nested else ''}.json"
        store.write_json(self.out / PLANS / name, content)
        seconds = sum(stage.seconds for stage in outcome.stages)
        status = status_of(outcome, self.interrupt())
        return self._point(budget.key, budget.percent, measures, name, (outcome, status), seconds, nested)

    def _point(
        self, key: str, percent: int, m: Measures, name: str, made: tuple[Outcome, str] | None, seconds: float,
        nested: bool,
    ) -> Point:  # fmt: skip
        counted = [key] if key else [k for k in m.services if _persons(self.county, k)]
        worth = made[0].stage("worth") if made else None
        bound = worth.bound if worth and not nested else None
        return Point(
            budget_pct=percent,
            nested=nested,
            available=m.capital_available,
            capital=m.capital,
            running=m.running,
            served={k: f.served for k, f in m.services.items()},
            demand={k: f.demand for k, f in m.services.items()},
            people=sum(m.services[k].served for k in counted),
            asked=sum(m.services[k].demand for k in counted),
            met=sum(t.met for t in m.targets),
            targets=len(m.targets),
            objective=m.objective,
            bound=bound,
            gap=None if bound is None else abs(bound - m.objective) / max(1, m.objective),
            status=made[1] if made else "",
            seconds=round(seconds, 2),
            plan=name,
        )

    def _result(self) -> dict[str, Any]:
        return {
            "solver": self.ask.solver,
            "options": self.ask.options(),
            "versions": versions(),
            "inputs": dict(self.read.files),
            "elapsed_s": round(time.monotonic() - self.begun, 2),
            "signal": self.interrupt.name,
            "created": datetime.now().astimezone().isoformat(timespec="seconds"),
        }

    def _write(self, curves: Sequence[Curve]) -> None:
        """What is known so far, whole or not at all."""
        found = Frontier(self.read, self.ask.scenario, tuple(curves), self._result())
        store.write_json(self.out / RESULT, {"format": 1, **told(found), **found.result})


def _best(problem: Problem, plans: Sequence[Plan]) -> Plan:
    """The plan that is best by the order of aims, travel left out; of equal ones that which spends least."""
    from siting.model import goal  # brings Pyomo, which a command that is refused does not need

    def rank(plan: Plan) -> tuple[list[int], int]:
        aims = [aim for aim in goal.aims(problem) if aim.name != goal.TRAVEL]
        reached = [goal.value(problem, aim, plan) * (1 if aim.maximise else -1) for aim in aims]
        return reached, -sum(item.amount for item in plan.spending)

    return max(plans, key=rank)


def told(found: Frontier) -> dict[str, Any]:
    """The curves as plain objects: money in base units, shares left out."""
    curves = [
        {
            "service": curve.service,
            "today": vars(curve.today),
            "free": [vars(point) for point in curve.free],
            "nested": [vars(point) for point in curve.nested],
        }
        for curve in found.curves
    ]
    unit = found.county.file.money.base
    return {"county": found.county.id, "scenario": found.scenario, "unit": unit, "curves": curves}


def _persons(county: County, key: str) -> bool:
    """Whether a service counts persons, which may be added up."""
    about = county.services[key]
    return about.family != "haul" and bool(county.file.demand[about.demand].column)
