"""What a run has for certain: plans that the checker accepted, and bounds that were proven on the way.

``plan.json`` is the best plan so far, ``journal.json`` says how the run was asked for, when a plan came and what each
stage proved. Both are whole files at every moment, so that a run that is killed goes on from them (`siting resume`).
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from siting import __version__, rooms, store
from siting.counties.county import County
from siting.errors import Fault, InputRefused
from siting.plan import Plan
from siting.plans import measure as measuring
from siting.plans.measure import Measures
from siting.plans.outcome import Effort, Known
from siting.problems.posing import pose
from siting.reading import elsewhere, scenario
from siting.reading.scenario import Scenario
from siting.roads.travel import TravelTimes
from siting.runs.attendant import Attendant
from siting.runs.folder import BEFORE, CERTIFICATE, JOURNAL, PLAN, RESULT
from siting.verify import Verdict

FORMAT = 1
#: Plans on the way are checked and kept at most this often; the first and the last always are.
JOURNAL_EVERY_S = 15.0
#: What a plan that is none can raise while it is measured; the checker then says what is wrong with it.
FAULTS = (KeyError, TypeError, AttributeError, ArithmeticError, ValueError, IndexError)


@dataclass(frozen=True)
class Record:
    """What ``journal.json`` says of a run: its options as they were asked for, the files that it read, its bounds.

    ``resumed`` counts how often it was taken up again.
    """

    county: str
    scenario: str
    solver: str
    options: Mapping[str, Any]
    inputs: Mapping[str, str]
    resumed: int = 0
    known: tuple[Known, ...] = ()
    plans: tuple[Mapping[str, Any], ...] = ()

    def content(self) -> dict[str, Any]:
        """As it is written, sealed by a hash of itself."""
        data = {
            "format": FORMAT,
            "siting": __version__,
            "county": self.county,
            "scenario": self.scenario,
            "solver": self.solver,
            "options": dict(self.options),
            "inputs": dict(self.inputs),
            "resumed": self.resumed,
            "plans": [dict(plan) for plan in self.plans],
            "bounds": [{**vars(k), "services": list(k.services), "reached": dict(k.reached)} for k in self.known],
        }
        return {**data, "seal": store.seal(data)}


def read(run: Path) -> Record:
    """The record of a run folder.

    Raises:
        InputRefused: there is none (E190), or it is not as siting wrote it (E191).
    """
    path = run / JOURNAL
    if not path.is_file():
        raise InputRefused(elsewhere.no_run(run, JOURNAL))
    try:
        data = json.loads(path.read_bytes())
        if data.pop("seal") != store.seal(data) or data["format"] != FORMAT:
            raise ValueError("its seal is broken")
        known = tuple(Known(**{**k, "services": tuple(k["services"])}) for k in data["bounds"])
        if data["siting"] != __version__:
            known = ()  # another version may pose another problem: its bounds are nothing to build on
        own = {key: data[key] for key in ("county", "scenario", "solver", "options", "inputs", "resumed")}
        return Record(**own, known=known, plans=tuple(data["plans"]))
    except (OSError, *FAULTS, RecursionError) as error:
        raise InputRefused(Fault("E191", file=str(path), values={"why": str(error) or repr(error)})) from error


class Journal:
    """Keeps the best plan that the checker has accepted, and what was proven; solver threads may call it."""

    def __init__(self, run: Path, county: County, chosen: Scenario, auditor: Attendant, record: Record) -> None:
        self.run, self.county, self.chosen, self.auditor, self.record = run, county, chosen, auditor, record
        self.measures: Measures
        self.verdict: Verdict
        self.plan: Plan | None = None
        self.times: TravelTimes | None = None
        self._waiting: Plan | None = None
        self._judged: tuple[Plan, tuple[Verdict, Measures | None, Mapping[str, Any]]] | None = None
        self._last, self._begun = -math.inf, time.monotonic()
        self._lock = threading.RLock()
        self._closed, self._writing = False, threading.Lock()

    def on_plan(self, plan: Plan) -> None:
        """A plan on the way: checked and kept at once if the last is old enough, else when there is time."""
        with self._lock:
            self._waiting = plan
            if time.monotonic() - self._last >= JOURNAL_EVERY_S:
                self.flush()

    def on_known(self, known: Known) -> None:
        """A stage has ended: its bound is kept, and the plan on the way if the last is old enough."""
        with self._lock:
            if self._closed:
                return
            if time.monotonic() - self._last >= JOURNAL_EVERY_S:
                self.flush()
            others = [k for k in self.record.known if (k.services, k.name) != (known.services, known.name)]
            self.record = replace(self.record, known=(*others, known))
            self.write()

    def flush(self) -> None:
        """Check and keep the last plan on the way, if it was not yet."""
        with self._lock:
            plan, self._waiting = self._waiting, None
            if plan is not None:
                self.keep(plan)
                self.keep_before()  # as early as that is possible without a plan having to wait for it
                self._last = time.monotonic()

    def keep(self, plan: Plan) -> Verdict:
        """Check a plan; keep it if it is valid."""
        with self._lock:
            verdict, measures, content = self._judge(plan)
            if measures is not None and verdict.word == "valid":
                with self._writing:
                    if not self._closed:
                        self._write_plan(measures, content)
                        self.plan, self.measures, self.verdict = plan, measures, verdict
            return verdict

    def close(self) -> Plan | None:
        """The plan that is kept, which is the last: a solver that goes on for a while after it was left changes
        nothing any more."""
        with self._writing:
            self._closed = True
        return self.plan

    def check(self, plan: Plan) -> Verdict:
        """What the checker says of a plan; nothing is kept."""
        with self._lock:
            return self._judge(plan)[0]

    def _judge(self, plan: Plan) -> tuple[Verdict, Measures | None, Mapping[str, Any]]:
        """Verdict, measures and file of a plan; measured once, however often it is asked for."""
        if self._judged is None or self._judged[0] is not plan:
            measures = None
            try:
                measures = measuring.of(plan, self.county, self.chosen)
                content = plan_file(plan, measures, self.county, self.chosen)
            except FAULTS:
                content = unmeasured(plan, self.county, self.chosen)
            self._judged = plan, (self.auditor.check(content), measures, content)
        return self._judged[1]

    def _write_plan(self, measures: Measures, content: Mapping[str, Any]) -> None:
        text = store.json_text(content).encode()
        path = self.run / PLAN
        if not path.is_file() or path.read_bytes() != text:
            for name in (RESULT, CERTIFICATE):
                store.remove(self.run / name)  # it spoke of the plan before
            store.write_bytes(path, text)
        row = {
            "after_s": round(time.monotonic() - self._begun, 2),
            "objective": measures.objective,
            "targets_met": sum(t.met for t in measures.targets),
            "sha256": hashlib.sha256(text).hexdigest(),
        }
        if not self.record.plans or self.record.plans[-1]["sha256"] != row["sha256"]:
            self.record = replace(self.record, plans=(*self.record.plans, row))
            self.write()

    def write(self) -> None:
        """Put the record on the disk."""
        store.write_json(self.run / JOURNAL, self.record.content())

    def keep_before(self) -> None:
        """The county as it stands, by the same rules: the first column of every comparison; once, with ``times``."""
        with self._lock:
            times, self.times = self.times, None
            if times is not None:
                self._write_before(times)

    def _write_before(self, times: TravelTimes) -> None:
        today = scenario.of(self.county, scenario.BASELINE)
        today = replace(today, services=self.chosen.services)
        plan = rooms.solver("greedy")(pose(self.county, times, today), Effort()).plan
        store.write_json(self.run / BEFORE, plan_file(plan, measuring.of(plan, self.county, today), self.county, today))


def plan_file(plan: Plan, measures: Measures, county: County, chosen: Scenario) -> dict[str, Any]:
    """The content of ``plan.json`` (docs/rules.md, section 7)."""
    return {
        **head(county, chosen),
        **plan.to_json(),
        "claims": {
            "served": {key: s.served for key, s in measures.services.items()},
            "capital": measures.capital,
            "running": measures.running,
            "objective": measures.objective,
            "cost": measures.cost,
            "travel": measures.travel,
            "targets": [
                {"id": t.id, "value": t.value, "whole": t.whole, "need": t.need, "met": t.met} for t in measures.targets
            ],
        },
    }


def head(county: County, chosen: Scenario) -> dict[str, Any]:
    """What a plan of this county under this scenario says of itself before anything is decided."""
    return {
        "format": 2,
        "county": county.id,
        "scenario": chosen.name,
        "variation": {
            "services": list(chosen.services),
            "capital_factor": str(chosen.capital_factor),
            "running_factor": str(chosen.running_factor),
            "aims": list(chosen.aims),
        },
        "inputs": dict(county.files),
    }


def unmeasured(plan: Any, county: County, chosen: Scenario) -> dict[str, Any]:
    """The file of a plan that cannot be measured: the checker rejects it and says why."""
    try:
        decided = plan.to_json()
    except FAULTS:
        decided = {}
    return {**head(county, chosen), **decided, "claims": {}}
