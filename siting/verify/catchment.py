"""Catchment: people are counted at each site, within the standard and up to its capacity (section 3 of the rules)."""

from __future__ import annotations

from typing import Any

from .people import Case
from .travel import Nearest


def check(case: Case) -> None:
    """Persons go to open sites that serve them, and no site holds more than its capacity."""
    settlements = case.county.settlements
    rows_of: dict[str, list[dict[str, Any]]] = {}
    for row in case.plan["assignments"]:
        rows_of.setdefault(row["site"], []).append(row)
    for site, rows in rows_of.items():
        if site not in case.opened:
            case.say("E705", f"assignments.{rows[0]['settlement']}.{site}", "{site} is not open", site=site)
            continue
        known = [row for row in rows if row["settlement"] in settlements]
        asked = [settlements[row["settlement"]] for row in known]
        way = Nearest(case.roads, case.service, [case.county.sites[site]], asked)
        for row, settlement in zip(known, asked, strict=True):
            part, true = f"assignments.{settlement.id}.{site}", way.best(settlement)
            if true is None:
                case.say("E702", part, "{site} is beyond the standard", site=site)
            else:
                case.same(row, true, part)
        persons, holds = sum(row["persons"] for row in rows), case.opened[site].capacity
        if persons > holds:
            case.say("E703", f"open.{site}", "{persons} persons, it holds {holds}", persons=persons, holds=holds)
