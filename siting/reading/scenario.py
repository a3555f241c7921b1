"""What the planner varies: which services are planned and with how much money.

A `Scenario` is a name and a `siting.counties.sections.Variation`; the county itself never changes. Two scenarios need
no section of ``county.toml``: ``base`` (the county as it stands) and ``baseline`` (build nothing), with which every
comparison begins.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from siting.counties.county import County
from siting.counties.sections import Aim, Variation
from siting.errors import Fault, InputRefused
from siting.reading import toml_file

#: So many keys or ids are named where a path leads nowhere.
MOST_NAMED = 20
BASE = "base"
BASELINE = "baseline"


@dataclass(frozen=True)
class Scenario:
    """A named variation; ``services`` is never None here: it lists what is planned, in the order of the county.

    ``aims`` are sought in this order after the targets.
    """

    name: str
    services: tuple[str, ...]
    capital_factor: Decimal = Decimal(1)
    running_factor: Decimal = Decimal(1)
    aims: tuple[Aim, ...] = ("worth", "travel")

    @property
    def builds_nothing(self) -> bool:
        """True for the baseline."""
        return self.name == BASELINE


def names(county: County) -> tuple[str, ...]:
    """All scenario names that ``--scenario`` takes."""
    return tuple(dict.fromkeys((BASE, BASELINE, *county.file.scenarios)))


def of(county: County, name: str = BASE) -> Scenario:
    """The scenario of that name.

    Raises:
        InputRefused: no such scenario (E180).
    """
    if name in county.file.scenarios:
        variation = county.file.scenarios[name]
    elif name in (BASE, BASELINE):
        variation = Variation()
    else:
        raise InputRefused(
            Fault(
                "E180", file="county.toml", column="scenarios", values={"name": name, "known": ", ".join(names(county))}
            )
        )
    wanted, changed = variation.services, any(key.startswith("objective") for key in variation.changes)
    return Scenario(
        name=name,
        services=tuple(key for key in county.services if wanted is None or key in wanted),
        capital_factor=Decimal(0) if name == BASELINE else variation.capital_factor,
        running_factor=variation.running_factor,
        aims=variation.aims or (under(county, name) if changed else county).file.objective.aims,
    )


def under(county: County, name: str) -> County:
    """The county with the ``changes`` of a scenario made.

    Raises:
        InputRefused: a path leads nowhere (E183), or a new value is not one that may stand there (E184).
    """
    variation = county.file.scenarios.get(name)
    if variation is None or not variation.changes:
        return county
    plain, faults, where = deepcopy(dict(county.plain)), [], f"scenarios.{name}.changes"
    for key, value in variation.changes.items():
        if not _put(plain, place := toml_file.undotted(key), deepcopy(value)):
            part, known = _astray(plain, place)
            values = {"key": key, "value": part, "known": ", ".join(known[:MOST_NAMED])}
            faults.append(Fault("E183", "county.toml", column=where, values=values))
    file, wrong = toml_file.validated(plain, "county.toml")
    faults += [Fault("E184", "county.toml", column=where, values={"key": f.column, "why": f}) for f in wrong]
    if faults or file is None:
        raise InputRefused(faults)
    return replace(county, file=file, plain=plain)


def _put(node: Any, place: tuple[Any, ...], value: Any) -> bool:
    """Put a value at a place of a plain document; False where the way to it does not exist, or is none."""
    if not place:
        return False
    for part in place[:-1]:
        node = _step(node, part)
        if node is None:
            return False
    last = place[-1]
    if isinstance(node, list):
        found = [k for k, item in enumerate(node) if last in (k, item.get("id") if isinstance(item, dict) else None)]
        if not found:
            return False
        node[found[0]] = value
        return True
    if not isinstance(node, dict) or not isinstance(last, str):
        return False
    node[last] = value
    return True


def _step(node: Any, part: Any) -> Any:
    """What stands under a key, or in a list under a number or an id; None where nothing does."""
    if isinstance(node, dict):
        return node.get(part)
    if isinstance(node, list):
        if isinstance(part, int) and part < len(node):
            return node[part]
        return next((item for item in node if isinstance(item, dict) and item.get("id") == part), None)
    return None


def _astray(node: Any, place: tuple[Any, ...]) -> tuple[str, list[str]]:
    """The part of a path at which it leaves the document, and what stands there instead: keys, ids or numbers."""
    for part in place:
        inside = _step(node, part)
        if inside is None:
            if isinstance(node, list):
                return str(part), [str(i.get("id", k) if isinstance(i, dict) else k) for k, i in enumerate(node)]
            return str(part), sorted(node) if isinstance(node, dict) else []
        node = inside
    return "", []


def capital_available(county: County, scenario: Scenario) -> dict[str, tuple[int, ...]]:
    """Amounts of each fund in base units, phase by phase."""
    factor = Fraction(scenario.capital_factor)
    return {fund.id: tuple(int(county.base(a) * factor) for a in fund.amounts) for fund in county.file.funds}


def running_available(county: County, scenario: Scenario) -> int | None:
    """Yearly running budget in base units, None where the county sets none; what stands today may cost more than it."""
    budget = county.file.running_budget_per_year
    return (
        None
        if budget is None or scenario.builds_nothing
        else int(county.base(budget) * Fraction(scenario.running_factor))
    )
