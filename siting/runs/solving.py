"""From a county folder to a run folder: read, pose, solve, check, measure, keep.

A run folder is complete in itself: a copy of every input, the plan, what is proven of it, the solver's log. Whatever
happens, the last plan that the checker accepted is on the disk.
"""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from siting import __version__, cache, rooms, store
from siting.counties.county import County
from siting.errors import CannotWrite, Fault, NoPlan, PlanRejected
from siting.plan import Plan
from siting.plans import measure as measuring
from siting.plans.measure import Measures
from siting.plans.outcome import Effort, Outcome, Progress, Stop
from siting.problems.posing import pose
from siting.reading import instance, scenario
from siting.reading.scenario import Scenario
from siting.roads import standing, travel
from siting.roads.travel import TravelTimes
from siting.runs.interrupt import Interrupt
from siting.verify import Auditor, Verdict

PLAN, RESULT, BEFORE, LOG, INPUTS = "plan.json", "result.json", "before.json", "solver.log", "inputs"
#: Plans on the way are checked and kept at most this often; the first and the last always are.
JOURNAL_EVERY_S = 15.0


@dataclass(frozen=True)
class Ask:
    """What the user asked for."""

    scenario: str = scenario.BASE
    solver: str = "highs"
    gap: float = 0.01
    time_limit_s: float = 600.0
    seed: int = 0
    threads: int = 1


@dataclass(frozen=True)
class Listener:
    """Whom to tell how far it is: ``step(key, **values)`` names a step, ``progress`` follows the solver, ``plan`` hears
    of every plan on the way."""

    step: Callable[..., None] = field(default=lambda key, **values: None)
    progress: Callable[[Progress], None] = field(default=lambda progress: None)
    travel: Callable[[str, int, int], None] = field(default=lambda mode, done, of: None)
    plan: Callable[[County, Plan], None] = field(default=lambda county, plan: None)


def solve(folder: Path, run: Path, ask: Ask, listener: Listener = Listener()) -> Mapping[str, Any]:
    """Solve a county folder into the run folder ``run``; the content of ``result.json``.

    Raises:
        InputRefused: the county has faults; nothing is written.
        NoPlan: stopped before a first plan was found (E601).
        PlanRejected: the checker rejects the solver's last plan (E701); an earlier valid one stays in the run.
        CannotWrite: the run folder cannot be written or is in use.
        SolverFailed: the solver died or its answer cannot be right.
    """
    begun = time.monotonic()
    listener.step("step.read", folder=folder)
    read, notes = instance.read(folder)
    chosen = scenario.of(read, ask.scenario)
    county = scenario.under(read, ask.scenario)
    solver = rooms.solver(ask.solver)
    with store.locked(run), Interrupt() as interrupt:
        _clear(run)
        _copy_inputs(county, run)
        listener.step("step.travel", settlements=len(county.settlements), sites=len(county.sites))
        times = travel.times(county, cache_folder=cache.folder(), progress=listener.travel)
        standing.write_tables(run, county, times)
        problem = pose(county, times, chosen)
        journal = _Journal(run, county, chosen, Auditor(run / INPUTS))
        journal.keep_before(times)
        logs: list[str] = []

        def heard(plan: Plan) -> None:
            listener.plan(county, plan)
            journal.on_plan(plan)

        listener.step("step.solve", solver=ask.solver, services=len(problem.blocks), gap=f"{ask.gap:.2%}")
        effort = Effort(
            gap=ask.gap,
            time_limit_s=max(0.1, ask.time_limit_s - (time.monotonic() - begun)),
            seed=ask.seed,
            threads=ask.threads,
            on_plan=heard,
            on_progress=listener.progress,
            on_log=logs.append,
            stopped=interrupt,
        )
        try:
            outcome = solver(problem, effort)
        finally:
            store.write_text(run / LOG, "\n".join(logs))
        listener.step("step.verify")
        verdict = journal.keep(outcome.plan)
        if verdict.word != "valid":
            first = verdict.breaches[0]
            raise PlanRejected(
                Fault("E701", file=str(run), values={"says": f"{first.rule} {first.where}: {first.says}"})
            )
        if not outcome.stages and interrupt():
            raise NoPlan(Fault("E601", values={"what": interrupt.name}))
        result = _result(
            county, chosen, times, ask, outcome, journal.measures, notes, interrupt, time.monotonic() - begun
        )
        store.write_json(run / RESULT, result)
    return result


class _Journal:
    """Keeps the best plan that the checker has accepted."""

    def __init__(self, run: Path, county: County, chosen: Scenario, auditor: Auditor) -> None:
        self.run, self.county, self.chosen, self.auditor = run, county, chosen, auditor
        self.measures: Measures
        self._last = 0.0

    def on_plan(self, plan: Plan) -> None:
        """A plan on the way: checked and kept, if the last is old enough."""
        if time.monotonic() - self._last >= JOURNAL_EVERY_S:
            self.keep(plan)
            self._last = time.monotonic()

    def keep(self, plan: Plan) -> Verdict:
        """Check a plan; keep it if it is valid."""
        measures = measuring.of(plan, self.county, self.chosen)
        content = plan_file(plan, measures, self.county, self.chosen)
        verdict = self.auditor.check(content)
        if verdict.word == "valid":
            self.measures = measures
            store.write_json(self.run / PLAN, content)
        return verdict

    def keep_before(self, times: TravelTimes) -> None:
        """The county as it stands, by the same rules: the first column of every comparison."""
        today = scenario.of(self.county, scenario.BASELINE)
        today = Scenario(today.name, self.chosen.services, today.capital_factor, today.running_factor)
        plan = rooms.solver("greedy")(pose(self.county, times, today), Effort()).plan
        store.write_json(self.run / BEFORE, plan_file(plan, measuring.of(plan, self.county, today), self.county, today))


def plan_file(plan: Plan, measures: Measures, county: County, chosen: Scenario) -> dict[str, Any]:
    """The content of ``plan.json`` (docs/rules.md, section 7)."""
    return {
        "format": 2,
        "county": county.id,
        "scenario": chosen.name,
        "variation": {
            "services": list(chosen.services),
            "capital_factor": str(chosen.capital_factor),
            "running_factor": str(chosen.running_factor),
        },
        "inputs": dict(county.files),
        **plan.to_json(),
        "claims": {
            "served": {key: s.served for key, s in measures.services.items()},
            "capital": measures.capital,
            "running": measures.running,
            "objective": measures.objective,
            "targets": [
                {"id": t.id, "value": t.value, "whole": t.whole, "need": t.need, "met": t.met} for t in measures.targets
            ],
        },
    }


def _clear(run: Path) -> None:
    """A run folder that is used again begins empty: a plan of before beside inputs of today would be a lie."""
    for name in (PLAN, RESULT, BEFORE, LOG):
        (run / name).unlink(missing_ok=True)
    if (run / INPUTS).is_dir():
        shutil.rmtree(run / INPUTS)


def _copy_inputs(county: County, run: Path) -> None:
    inputs = store.make_folder(run / INPUTS)
    try:
        for name in county.files:
            shutil.copyfile(county.folder / name, inputs / name)
    except OSError as error:
        raise CannotWrite(Fault("E801", file=str(run), values={"why": error.strerror or str(error)})) from error


def _result(
    county: County,
    chosen: Scenario,
    times: TravelTimes,
    ask: Ask,
    outcome: Outcome,
    measures: Measures,
    notes: tuple[Fault, ...],
    interrupt: Interrupt,
    seconds: float,
) -> dict[str, Any]:
    worth = outcome.stage("worth")
    bound = worth.bound if worth else None
    gap = None if bound is None else abs(bound - measures.objective) / max(1, measures.objective)
    return {
        "format": 1,
        "county": county.id,
        "scenario": chosen.name,
        "status": status_of(outcome, interrupt()),
        "signal": interrupt.name,
        "verdict": "valid",
        "objective": measures.objective,
        "bound": bound,
        "gap": gap,
        "gap_asked": ask.gap,
        "elapsed_s": round(seconds, 2),
        "stages": [
            {
                "name": s.name,
                "objective": s.objective,
                "bound": s.bound,
                "gap": s.gap,
                "stop": s.stop.value,
                "seconds": round(s.seconds, 2),
            }
            for s in outcome.stages
        ],
        "money": {
            "unit": county.file.money.base,
            "used": measures.capital,
            "available": measures.capital_available,
            "running": measures.running,
            "running_available": measures.running_available,
        },
        "targets": [
            {
                "id": t.id,
                "service": t.service,
                "tier": t.tier,
                "value": t.value,
                "threshold": t.need,
                "whole": t.whole,
                "met": t.met,
            }
            for t in measures.targets
        ],
        "services": {
            key: {"opened": s.sites_new, "open": s.sites_open, "served": s.served, "demand": s.demand}
            for key, s in measures.services.items()
        },
        "not_planned": [key for key in county.services if key not in chosen.services],
        "solver": outcome.solver,
        "solver_version": outcome.version,
        "options": {"gap": ask.gap, "time_limit_s": ask.time_limit_s, "seed": ask.seed, "threads": ask.threads},
        "versions": versions(),
        "inputs": dict(county.files),
        "network": standing.summary(times),
        "snap": standing.long_legs(county, times),
        "notes": [
            {"code": n.code, "where": n.where, "values": {k: str(v) for k, v in n.values.items()}} for n in notes
        ],
        "created": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def status_of(outcome: Outcome, interrupted: bool) -> str:
    """One word: optimal (gap 0), gap_reached, time_limit, stopped or heuristic; travel does not count."""
    claims = [s for s in outcome.stages if s.name != "travel"]
    if any(s.stop is Stop.HEURISTIC for s in claims):
        return "heuristic"
    if all(s.stop is Stop.PROVEN for s in claims):
        return "optimal" if all(s.gap == 0 for s in claims) else "gap_reached"
    return "stopped" if interrupted else "time_limit"


def versions() -> dict[str, str]:
    """Versions of what computes: siting, Python and the libraries behind the numbers."""
    found = {"siting": __version__, "python": platform.python_version()}
    for name in ("highspy", "pyomo", "numpy", "scipy", "networkx", "pandas"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "-"
    return found
