"""A solve whose inputs stand in the run folder, up to its result: travel times, problem, solver, checker, what is kept.

The solver's last plan is checked and compared with what it claims before anything is told of it; a signal at any moment
leaves the best plan that the checker accepted.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from siting import cache, rooms, store
from siting.errors import Fault, NoPlan, PlanRejected, Stopped
from siting.plan import Plan
from siting.plans.outcome import Effort, Outcome, Stage, Stop
from siting.problems import size
from siting.problems.posing import pose
from siting.problems.problem import Problem
from siting.roads import standing, travel
from siting.roads.travel import TravelTimes
from siting.runs import evidence, honest, result, worth_of_money
from siting.runs import folder as run_folder
from siting.runs.asking import Ask, Listener
from siting.runs.evidence import Evidence
from siting.runs.folder import LOG, RESULT
from siting.runs.interrupt import Interrupt
from siting.runs.journal import Journal
from siting.verify import judge


@dataclass(frozen=True)
class Work:
    """One solve: ``start`` is the plan from which it sets out, ``begun`` the moment of `time.monotonic` from which its
    time counts."""

    ask: Ask
    listener: Listener
    kept: Journal
    notes: tuple[Fault, ...]
    interrupt: Interrupt
    begun: float
    start: Plan | None
    logs: list[str] = field(default_factory=list)

    def done(self) -> dict[str, Any]:
        """Solve, check, keep; the content of ``result.json``.

        Raises:
            InputRefused: it needs more memory than there is (E196).
            NoPlan: no first plan was found (E602, E603).
            Stopped: a signal came before there was a plan (E601), or before a run that is taken up began its search
                (E604).
            PlanRejected: the checker rejects the solver's last plan (E701); an earlier valid one stays in the run.
            CannotWrite: the run folder cannot be written, or the disk is full (E801).
            SolverFailed: the solver died or its answer cannot be right.
        """
        soon = self.interrupt.soon
        self.kept.write()
        try:
            times, problem = soon(self._posed, self._nothing)
            outcome = soon(lambda: self._solved(problem), lambda: self._so_far(problem))
            found = Evidence()
            if not self.interrupt():
                outcome, found = soon(lambda: self._witnessed(problem, outcome), lambda: (outcome, found))
            return self._told(times, outcome, found)
        except NoPlan:
            if self.interrupt():
                self._nothing()
            raise
        finally:
            self.kept.close()

    def _posed(self) -> tuple[TravelTimes, Problem]:
        """The travel times and the problem; the tables of travel times are on the disk."""
        county, run = self.kept.county, self.kept.run
        self.listener.step("step.travel", settlements=len(county.settlements), sites=len(county.sites))
        times = travel.times(county, cache_folder=cache.folder(), progress=self.listener.travel)
        standing.write_tables(run, county, times)
        problem = pose(county, times, self.kept.chosen)
        size.check(problem, self.ask.memory_mb)
        self.kept.times = times
        if self.start is not None:
            self.kept.keep(self.start)
        return times, problem

    def _nothing(self) -> NoReturn:
        """A signal came before there was anything to tell of; a plan that is taken up stays where it is."""
        run = self.kept.run
        code = "E604" if (run / run_folder.PLAN).is_file() else "E601"
        raise Stopped(Fault(code, values={"what": self.interrupt.name, "run": run}), self.interrupt.name)

    def _so_far(self, problem: Problem) -> Outcome:
        """The best plan that is kept, of which nothing new is claimed: the solver did not stop in time."""
        from siting.model import goal

        plan = self.kept.close()
        if plan is None:
            self._nothing()
        stages = tuple(
            Stage(aim.name, goal.value(problem, aim, plan), None, Stop.USER, 0.0) for aim in goal.aims(problem)
        )
        return Outcome(plan, stages, self.ask.solver, "")

    def _effort(self, seconds: float) -> Effort:
        ask = self.ask
        return Effort(
            gap=ask.gap,
            time_limit_s=seconds,
            seed=ask.seed,
            threads=ask.threads,
            memory_mb=ask.memory_mb,
            prove_travel=ask.prove_travel,
            start=self.kept.plan,
            known=self.kept.record.known,
            on_known=self.kept.on_known,
            on_plan=self._heard,
            on_progress=self.listener.progress,
            on_log=self.logs.append,
            stopped=self.interrupt,
        )

    def _solved(self, problem: Problem) -> Outcome:
        """What the solver gives back; nothing better that was kept on the way is given up for it."""
        ask, kept = self.ask, self.kept
        self.listener.step("step.solve", solver=ask.solver, services=len(problem.blocks), gap=f"{ask.gap:.2%}")
        effort = self._effort(max(0.1, ask.time_limit_s - (time.monotonic() - self.begun)))
        try:
            outcome = rooms.solver(ask.solver)(problem, effort)
        except Exception:  # but not a second Ctrl-C, which waits for nothing
            kept.flush()
            raise
        finally:
            self._log()
        if not self.interrupt():  # then the solver's last plan, which is no worse, is checked alone
            kept.flush()
        self.listener.step("step.verify")
        verdict = kept.check(outcome.plan)
        if verdict.word != "valid":
            kept.flush()
            first = verdict.breaches[0]
            says = f"{first.rule} {first.where}: {first.says}"
            raise PlanRejected(Fault("E701", file=str(kept.run), values={"says": says}))
        outcome = honest.never_worse(problem, outcome, kept.plan)
        honest.check(problem, outcome)
        kept.keep(outcome.plan)
        return outcome

    def _log(self) -> None:
        store.write_text(self.kept.run / LOG, "\n".join(self.logs))

    def _witnessed(self, problem: Problem, outcome: Outcome) -> tuple[Outcome, Evidence]:
        """What else speaks for the plan, if it was asked for: each may take as long as the solve."""
        ask, found = self.ask, Evidence()
        effort = self._effort(ask.time_limit_s)
        try:
            if ask.certify:
                self.listener.step("step.certify")
                outcome, found = evidence.certify(self.kept, problem, outcome, effort)
            if ask.cross_check:
                self.listener.step("step.cross_check", solver=ask.cross_check)
                found = evidence.cross_check(self.kept, problem, outcome, effort, ask.cross_check, found)
            if ask.money_curves:
                self.listener.step("step.money_curves", services=len(problem.blocks))
                found = replace(found, value=worth_of_money.told(problem, outcome.plan, effort))
        finally:
            self._log()
        return outcome, found

    def _heard(self, plan: Plan) -> None:
        self.listener.plan(self.kept.county, plan)
        self.kept.on_plan(plan)

    def _told(self, times: TravelTimes, outcome: Outcome, found: Evidence) -> dict[str, Any]:
        kept = self.kept
        kept.keep_before()
        told = result.content(
            result.Solved(
                county=kept.county,
                chosen=kept.chosen,
                times=times,
                options=self.ask.options(),
                outcome=outcome,
                measures=kept.measures,
                notes=self.notes,
                signal=self.interrupt.name,
                resumed=kept.record.resumed,
                evidence=found,
                seconds=time.monotonic() - self.begun,
            )
        )
        told["trust"] = judge(kept.verdict, dict(found.bounds), told).trust
        told["seal"] = store.seal(told)
        store.write_json(kept.run / RESULT, told)
        return told
