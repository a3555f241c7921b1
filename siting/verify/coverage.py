"""Coverage and line: a settlement goes as a whole to the first open site (section 3 of the rules)."""

from __future__ import annotations

from .people import Case


def check(case: Case) -> None:
    """Each assignment is the one that the rules derive from the open sites."""
    demand = case.county.demand(case.service.id)
    seen: set[str] = set()
    for row in case.plan["assignments"]:
        part = f"assignments.{row['settlement']}.{row['site']}"
        settlement = case.county.settlements.get(row["settlement"])
        if row["settlement"] in seen:
            case.say("E704", part, "{settlement} is assigned to two sites", settlement=row["settlement"])
        seen.add(row["settlement"])
        if row["site"] not in case.usable:
            case.say("E705", part, "{site} is not open", site=row["site"])
        elif settlement is not None:
            best = case.built(settlement)
            if best is not None and best[2] == row["site"]:
                case.same(row, best, part)
            else:
                true = best[2] if best is not None else "no site"
                case.say("E702", part, "the rules send it to {true}, not to {site}", true=true, site=row["site"])
        if settlement is not None and row["persons"] != demand.get(settlement.id, 0):
            case.say("E704", part, "{settlement} is served as a whole or not at all", settlement=settlement.id)
