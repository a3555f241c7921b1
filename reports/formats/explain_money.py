"""What more money could bring, of a run with `--money-curves`: for the terminal, and as plain objects."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from siting.plans.value import Curve
from siting.studies.study import Study

from ..chapters.value_of_money import MORE_UNITS
from ..speech import Speech
from ..spots import quantity


@dataclass(frozen=True)
class Price:
    """What one more per cent of a service costs at least, beside what the plan spends on it; amounts in base units.

    ``more`` persons (kilograms a day, settlements) are one per cent of all, or all who are left; ``least`` is None
    where no amount of money reaches them, and 0 where the bound leaves it open with the money of the plan.
    """

    service: str
    capital: int
    served: int
    at_most: int
    more: int
    least: int | None


def prices(study: Study) -> Iterator[Price]:
    """The services of which the run holds curves and that do not serve everybody."""
    found = study.result.get("value_of_money") or {}
    for key, row in found.get("services", {}).items():
        demand = study.measures.services[key].demand
        more = min(math.ceil(demand / 100), demand - row["served"])
        if more > 0:
            least = Curve(key, tuple(row["money"]), tuple(row["most"])).least(row["served"] + more)
            beside = None if least is None else max(0, least - row["capital"])
            yield Price(key, row["capital"], row["served"], row["at_most"], more, beside)


def lines(study: Study, say: Speech) -> list[str]:
    """A sentence for each service and for each fund in which more money could bring anything."""
    county = study.county
    told = []
    for price in prices(study):
        key = "none" if price.least is None else "open" if price.least == 0 else "least"
        told.append(
            say(
                f"explain.price.{key}", service=say.name(county.services[price.service]),
                more=say.quantity(quantity(county, price.service, price.more)), capital=say.money(price.capital),
                money=say.money(price.least or 0),
            )
        )  # fmt: skip
    if not told:
        return []
    more = MORE_UNITS * county.file.money.base_per_unit
    worth = (study.result.get("value_of_money") or {})["funds"]
    for fund in county.file.funds:
        if fund.id in worth and set(fund.pays) & set(study.plan.services):
            n = say.count(math.ceil(worth[fund.id]["worth_per_unit"] * more - 1e-9))
            told.append(say("explain.fund_worth", fund=say.name(fund), money=say.money(more), n=n))
    return [say("explain.money"), *(f"  {text}" for text in told)]


def data(study: Study) -> list[dict[str, object]]:
    """The prices as plain objects."""
    return [asdict(price) for price in prices(study)]
