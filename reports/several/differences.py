"""What the scenarios of a comparison change in the county: money, services, and every value by its path."""

from __future__ import annotations

import json
from collections.abc import Iterator

from siting.counties.county import County
from siting.reading.scenario import Scenario
from siting.studies.comparing import Comparison

from ..nouns import Cell, Columns, Table
from ..speech import Speech, visible
from .wording import Names

#: A value is shown to so many characters.
LONGEST = 200


def changes(comparison: Comparison, names: Names, say: Speech) -> Iterator[Table]:
    """One row a change; no table where all plans are of the county as it stands."""
    rows: list[tuple[Cell, ...]] = []
    for plan in comparison.plans:
        assert plan.study is not None
        told = _of(plan.study.scenario, comparison.county, say)
        rows += [(names.long(plan), visible(path), visible(value)) for path, value in told]
    if rows:
        columns: Columns = ("plan", "text"), ("path", "text"), ("new_value", "text")
        yield say.table("compare_changes", columns, rows)


def _of(scenario: Scenario, county: County, say: Speech) -> Iterator[tuple[str, str]]:
    if scenario.capital_factor != 1:
        yield say("compare.change_capital"), f"× {scenario.capital_factor.normalize():f}"
    if scenario.running_factor != 1:
        yield say("compare.change_running"), f"× {scenario.running_factor.normalize():f}"
    left_out = [say.name(s) for key, s in county.services.items() if key not in scenario.services]
    if left_out:
        yield say("compare.change_left_out"), say.listing(left_out)
    variation = county.file.scenarios.get(scenario.name)
    for path, value in (variation.changes if variation else {}).items():
        text = json.dumps(value, ensure_ascii=False, default=str)
        yield path, text if len(text) <= LONGEST else text[:LONGEST] + "…"
