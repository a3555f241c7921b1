"""What any amount of capital could bring at most: bounds of services, prices of funds (with `--money-curves`)."""

from __future__ import annotations

import math
from typing import Any

from siting.plans.value import Curve
from siting.studies.study import Study

from ..nouns import Cell, Columns, Section, Table
from ..speech import Speech
from ..spots import quantity

#: Units of the county's money that are told of as "more".
MORE_UNITS = 100


def value_of_money(study: Study, say: Speech) -> Section | None:
    """Bounds of services at the plan's capital, a round sum more and any sum; what more money is worth in each fund."""
    found = study.result.get("value_of_money")
    if not found:
        return None
    more = MORE_UNITS * study.county.file.money.base_per_unit
    tables = (_services(study, say, found["services"], more), _funds(study, say, found["funds"], more))
    return Section("value_of_money", say("section.value_of_money"), (say("value_of_money.intro"),), tables)


def _services(study: Study, say: Speech, services: dict[str, Any], more: int) -> Table:
    county = study.county
    rows: list[tuple[Cell, ...]] = []
    for key, row in services.items():
        curve = Curve(key, tuple(row["money"]), tuple(row["most"]))
        capital, most = row["capital"], row["at_most"]
        numbers = (row["served"], most, curve.at(capital + more) - most, row["most"][-1])
        served, at_most, gained, at_all = (quantity(county, key, n) for n in numbers)
        name = say.name(county.services[key])
        rows.append((name, capital, served, at_most, gained, at_all, row["money"][-1]))
    columns: Columns = (
        ("service", "text"), ("capital", "money"), ("served", "count"), ("served_at_most", "count"),
        ("more_at_most", "count"), ("at_most_at_all", "count"), ("capital_at_all", "money"),
    )  # fmt: skip
    return say.table("value_of_money", columns, rows, note=say("value_of_money.note", more=say.money(more)))


def _funds(study: Study, say: Speech, funds: dict[str, Any], more: int) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for fund in study.county.file.funds:
        if fund.id in funds and set(fund.pays) & set(study.plan.services):
            worth = math.ceil(funds[fund.id]["worth_per_unit"] * more - 1e-9)
            rows.append((say.name(fund), study.measures.fund_available.get(fund.id, 0), worth))
    columns: Columns = (("fund", "text"), ("available", "money"), ("worth_at_most", "count"))
    return say.table("value_of_funds", columns, rows, note=say("value_of_funds.note", more=say.money(more)))
