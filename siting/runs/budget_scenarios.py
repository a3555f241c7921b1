"""The scenarios of a frontier: one for every service and budget, added to a copy of the county."""

from __future__ import annotations

import copy
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import tomlkit

from siting import store
from siting.counties.county import County
from siting.reading import scenario
from siting.reading.scenario import Scenario


def leans_on(county: County, key: str, planned: Collection[str]) -> tuple[str, ...]:
    """The service without whose open sites a service can build nothing, if the scenario plans it."""
    referral = county.services[key].referral
    return (referral.service,) if referral is not None and referral.service in planned else ()


def _as_it_stands(county: County, keys: Sequence[str]) -> dict[str, Any]:
    """Changes under which services keep the sites that they have: none new, none grown, none closed."""
    kept = [{"id": f"{key}-as-it-stands", "service": key, "at_most": 0, "actions": ["new", "expand"]} for key in keys]
    rules: Any = county.plain.get("rules", [])
    return {"rules": [*copy.deepcopy(list(rules)), *kept]} | {f"services.{key}.may_close": False for key in keys}


def add_scenarios(
    file: Path, read: County, base: str, keys: Sequence[str], percents: Sequence[int], chosen: Scenario
) -> dict[tuple[str, int], str]:
    """Add a scenario for every service and budget to a copy of ``county.toml``; their names.

    Beside a service that refers to another stands that other with the sites that it has, so that all money is the
    first's.
    """
    county = scenario.under(read, base)
    document = tomlkit.parse(file.read_text(encoding="utf-8-sig"))
    if "scenarios" not in document:
        document["scenarios"] = tomlkit.table(is_super_table=True)
    scenarios: Any = document["scenarios"]
    names: dict[tuple[str, int], str] = {}
    for key in keys:
        for percent in percents:
            name = f"{key or 'all'}-{percent}"
            while name in scenarios:
                name += "-pct"
            made: Any = copy.deepcopy(scenarios[base]) if base in scenarios else tomlkit.table()
            for gone in ("name", "name_en", "capital_factor", "services"):
                made.pop(gone, None)
            factor = chosen.capital_factor * percent / 100
            made["capital_factor"] = tomlkit.parse(f"x = {factor:f}")["x"]
            if key:
                partners = leans_on(county, key, chosen.services)
                made["services"] = [key, *partners]
                if partners:
                    made["changes"] = {**made.get("changes", {}), **_as_it_stands(county, partners)}
            elif base in scenarios and "services" in scenarios[base]:
                made["services"] = list(chosen.services)
            scenarios[name] = made
            names[key, percent] = name
    store.write_text(file, tomlkit.dumps(document))
    return names
