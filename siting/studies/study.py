"""A finished run as the reports see it: county, scenario, plan, measures before and after, how it was solved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from siting import store
from siting.counties.county import County
from siting.errors import Fault, InputRefused, PlanRejected
from siting.plan import Plan
from siting.plans import measure
from siting.plans.measure import Measures
from siting.reading import elsewhere, instance, scenario
from siting.reading.scenario import Scenario
from siting.verify import verify_run
from siting.words import Words


@dataclass(frozen=True, eq=False)
class Study:
    """Everything that a report may say. ``county`` is that under the scenario.

    ``before`` and ``before_plan`` are the county as it stands (nothing built); ``result`` is ``result.json``: status,
    verdict, stages with objective, bound and gap, seconds, versions, options; ``snap`` lists how far each point lies
    from its road.
    """

    run: Path
    county: County
    scenario: Scenario
    plan: Plan
    measures: Measures
    before_plan: Plan
    before: Measures
    result: Mapping[str, Any]


class Report(Protocol):
    """What an entry point of the group ``siting.reports`` promises."""

    def __call__(self, study: Study, out: Path, words: Words) -> list[Path]:
        """Write the report of ``study`` into the folder ``out`` and return the files written."""
        ...


def load(run: Path) -> Study:
    """The study of a run folder; its figures are measured anew from the plan.

    Raises:
        InputRefused: the folder is no finished run (E190, E191), or its inputs have faults.
    """
    content = {}
    for name in ("plan.json", "before.json", "result.json"):
        if not (run / name).is_file():
            raise InputRefused(elsewhere.no_run(run, name))
        try:
            content[name] = json.loads((run / name).read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise InputRefused(Fault("E191", file=str(run / name), values={"why": str(error)})) from error
    result = content["result.json"]
    if not isinstance(result, dict) or result.pop("seal", "") != store.seal(result):
        raise InputRefused(Fault("E191", file=str(run / "result.json"), values={"why": "its seal is broken"}))
    read, _ = instance.read(run / "inputs")
    try:
        plan, chosen = _plan(content["plan.json"])
        before_plan, before_scenario = _plan(content["before.json"])
        county = scenario.under(read, chosen.name)
        return Study(
            run=run,
            county=county,
            scenario=chosen,
            plan=plan,
            measures=measure.of(plan, county, chosen),
            before_plan=before_plan,
            before=measure.of(before_plan, county, before_scenario),
            result=result,
        )
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise InputRefused(Fault("E191", file=str(run), values={"why": repr(error)})) from error


def checked(found: Study) -> Study:
    """A study whose run the checker accepts; its word of trust is the checker's, whatever the run says.

    Raises:
        PlanRejected: the checker finds a breach (E701).
    """
    verdict = verify_run(found.run)
    if verdict.word != "valid":
        raise PlanRejected(Fault("E701", file=str(found.run), values={"says": verdict.breaches[0].says}))
    return replace(found, result={**found.result, "trust": verdict.trust})


def _plan(content: Mapping[str, Any]) -> tuple[Plan, Scenario]:
    variation = content["variation"]
    return Plan.from_json(content), Scenario(
        name=content["scenario"],
        services=tuple(variation["services"]),
        capital_factor=Decimal(variation["capital_factor"]),
        running_factor=Decimal(variation["running_factor"]),
        aims=tuple(variation["aims"]),
    )
