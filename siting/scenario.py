"""What the planner varies: which services are planned and with how much money.

A `Scenario` is a name and a `siting.sections.Variation`; the county itself never changes. Two scenarios need no
section of ``county.toml``: ``base`` (the county as it stands) and ``baseline`` (build nothing), with which every
comparison begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from siting.county import County
from siting.errors import Fault, InputRefused
from siting.sections import Variation

BASE = "base"
BASELINE = "baseline"


@dataclass(frozen=True)
class Scenario:
    """A named variation; ``services`` is never None here: it lists what is planned, in the order of the county."""

    name: str
    services: tuple[str, ...]
    capital_factor: Decimal = Decimal(1)
    running_factor: Decimal = Decimal(1)

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
    wanted = variation.services
    return Scenario(
        name=name,
        services=tuple(key for key in county.services if wanted is None or key in wanted),
        capital_factor=Decimal(0) if name == BASELINE else variation.capital_factor,
        running_factor=variation.running_factor,
    )


def capital_available(county: County, scenario: Scenario) -> dict[str, int]:
    """Amount of each fund in base units."""
    factor = Fraction(scenario.capital_factor)
    return {fund.id: int(county.base(fund.capital) * factor) for fund in county.file.funds}


def running_available(county: County, scenario: Scenario) -> int | None:
    """Yearly running budget in base units, None where the county sets none."""
    budget = county.file.running_budget_per_year
    return None if budget is None else int(county.base(budget) * Fraction(scenario.running_factor))
