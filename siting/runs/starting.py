"""The plan of another run as a start: read strictly, judged by the checker under today's county and scenario."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from siting.counties.county import County
from siting.errors import Fault, InputRefused
from siting.plan import Plan
from siting.reading import elsewhere
from siting.reading.scenario import Scenario
from siting.runs.attendant import Attendant
from siting.runs.folder import PLAN
from siting.runs.journal import head
from siting.verify import Auditor

#: What the plan says of its own figures counts for nothing here: they are computed anew.
CLAIMS = "V6 objective"


def plan_of(run: Path, county: County, chosen: Scenario, auditor: Auditor | Attendant) -> Plan:
    """The plan of a run folder, which keeps all rules of ``county`` under the scenario ``chosen``.

    Raises:
        InputRefused: there is none (E190); it cannot be read, or breaks a rule here (E191, with the first breach).
    """
    path = run / PLAN
    if not path.is_file():
        raise InputRefused(elsewhere.no_run(run, PLAN))
    try:
        data = json.loads(path.read_bytes().decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _refused(path, str(error)) from error
    if not isinstance(data, dict):
        raise _refused(path, "not an object")
    if data.get("county") != county.id:
        raise _refused(path, f"a plan of {str(data.get('county'))[:60]}, not of {county.id}")
    content = {**data, **head(county, chosen)}
    breaches = [b for b in auditor.check(content).breaches if b.rule != CLAIMS]
    if breaches:
        first = breaches[0]
        raise _refused(path, f"{first.code} {first.rule} {first.where}: {first.says}"[:400])
    try:
        return Plan.from_json(content)
    except (KeyError, TypeError, AttributeError) as error:
        raise _refused(path, repr(error)) from error


def _refused(path: Path, why: Any) -> InputRefused:
    return InputRefused(Fault("E191", file=str(path), values={"why": why}))
