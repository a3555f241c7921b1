"""From a county folder to a run folder: read, pose, solve, check, measure, keep.

A run folder is complete in itself: a copy of every input, the plan, what is proven of it, the solver's log. Whatever
happens, the last plan that the checker accepted is on the disk, and `resume` goes on from it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from siting import rooms, store
from siting.counties.county import County
from siting.errors import Fault, InputRefused
from siting.plans.outcome import Effort
from siting.reading import instance, scenario
from siting.reading.scenario import Scenario
from siting.runs import folder as run_folder
from siting.runs import journal, starting
from siting.runs.asking import NOBODY
from siting.runs.asking import Ask as Ask
from siting.runs.asking import Listener as Listener
from siting.runs.attendant import Attendant
from siting.runs.folder import INPUTS
from siting.runs.interrupt import Interrupt
from siting.runs.journal import Journal, Record
from siting.runs.work import Work
from siting.verify import Auditor


def solve(
    folder: Path, run: Path, ask: Ask, listener: Listener = NOBODY, start: Path | None = None
) -> Mapping[str, Any]:
    """Solve a county folder into the run folder ``run``, from the plan of another run ``start`` if it is given; the
    content of ``result.json``.

    Raises:
        InputRefused: the county or the plan of ``start`` has faults (E190, E191), and nothing is written; or it needs
            more memory than there is (E196).
        NoPlan: no first plan was found (E602, E603).
        Stopped: a signal came before there was a plan (E601), or before a run that is taken up began its search (E604).
        PlanRejected: the checker rejects the solver's last plan (E701); an earlier valid one stays in the run.
        CannotWrite: the run folder cannot be written, is in use or holds something else (E801, E802, E803).
        SolverFailed: the solver died or its answer cannot be right.
    """
    begun = time.monotonic()
    listener.step("step.read", folder=folder)
    read, notes = instance.read(folder)
    county, chosen = _asked(read, ask)
    plan = None if start is None else starting.plan_of(start, county, chosen, Auditor(folder))
    record = Record(county.id, chosen.name, ask.solver, ask.options(), dict(county.files))
    run_folder.may_be_used(run)
    with store.locked(run), Interrupt(partial(listener.step, "step.stopping")) as interrupt:
        if (run / run_folder.PLAN).is_file():
            listener.step("step.replaced", run=run)
        run_folder.clear(run)
        run_folder.copy_inputs(county, run)
        with Attendant(run / INPUTS, chosen.name, chosen.services) as auditor:
            kept = Journal(run, county, chosen, auditor, record)
            return Work(ask, listener, kept, notes, interrupt, begun, plan).done()


def resume(run: Path, changed: Mapping[str, Any] | None = None, listener: Listener = NOBODY) -> Mapping[str, Any]:
    """Go on with a run that was killed, stopped or out of time: from its last checked plan and the bounds that it had
    proven; the content of the new ``result.json``.

    ``changed`` gives new values to options of `Ask`. The time limit is counted anew.

    Raises:
        InputRefused: it is no run that can go on (E190, E191), or its inputs were changed (E195).
        NoPlan, Stopped, PlanRejected, CannotWrite, SolverFailed: as in `solve`.
    """
    begun = time.monotonic()
    journal.read(run)  # refused before anything is written
    with store.locked(run), Interrupt(partial(listener.step, "step.stopping")) as interrupt:
        record = journal.read(run)
        listener.step("step.read", folder=run)
        read, notes = instance.read(run / INPUTS)
        differs = sorted(name for name, digest in record.inputs.items() if read.files.get(name) != digest)
        if differs or read.id != record.county:
            raise InputRefused(Fault("E195", file=str(run), values={"files": ", ".join(differs) or "county.toml"}))
        try:
            ask = Ask(record.scenario, record.solver, **{**record.options, **(changed or {})})
            Effort(ask.gap, ask.time_limit_s, ask.seed, ask.threads, ask.memory_mb)
        except (TypeError, ValueError) as error:
            raise InputRefused(Fault("E191", file=str(run), values={"why": str(error)})) from error
        county, chosen = _asked(read, ask)
        with Attendant(run / INPUTS, chosen.name, chosen.services) as auditor:
            plan = starting.plan_of(run, county, chosen, auditor) if (run / run_folder.PLAN).is_file() else None
            record = replace(record, options=ask.options(), resumed=record.resumed + 1)
            kept = Journal(run, county, chosen, auditor, record)
            return Work(ask, listener, kept, notes, interrupt, begun, plan).done()


def _asked(read: County, ask: Ask) -> tuple[County, Scenario]:
    """The county under the scenario that was asked for, and the scenario.

    Raises:
        InputRefused: there is no such scenario (E180), or no such solver is installed (E192).
    """
    rooms.solver(ask.solver)
    if ask.cross_check:
        rooms.witness(ask.cross_check)
    return scenario.under(read, ask.scenario), scenario.of(read, ask.scenario)
