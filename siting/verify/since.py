"""From which phase on an assignment serves ("Since" in section 3 of the rules)."""

from __future__ import annotations

from typing import Any

from .breach import Findings
from .nouns import County, Service
from .standing import Standing

#: Before the first phase: what stands from the beginning.
BEGINNING = -1


def check(county: County, plan: dict[str, Any], standing: Standing, found: Findings) -> None:
    """Every assignment says its true phase."""
    names = list(county.phases) or [""]
    for key in standing.opened:
        service = county.services[key]
        for row in plan["services"][key]["assignments"]:
            number = earliest(service, row, standing) if service.in_full else opening(county, service, row, standing)
            true = "" if number == BEGINNING else names[number]
            if row["since"] != true:
                part = f"services.{key}.assignments.{row['settlement']}.{row['site']}"
                says = "since is '{true}', not '{claimed}'"
                found.add("E706", part, says, true=true, claimed=row["since"])


def earliest(service: Service, row: dict[str, Any], standing: Standing) -> int:
    """The first phase in which an open site serves the settlement."""
    phases = range(BEGINNING, standing.last)
    return next((p for p in phases if standing.served(service.id, p).get(row["settlement"], 0)), standing.last)


def opening(county: County, service: Service, row: dict[str, Any], standing: Standing) -> int:
    """The phase of the site, or of the line if that is later."""
    options = [standing.opened[service.id].get(row["site"])]
    if row["line"]:
        options += [standing.opened.get(a.line, {}).get(row["line"]) for a in service.accesses if a.line]
    return max([o.opens(county.phases) for o in options if o is not None], default=BEGINNING)
