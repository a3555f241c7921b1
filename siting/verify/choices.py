"""Every way in which a site could be open in any plan, and what each costs (section 2 of the rules)."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from .breach import Findings
from .line import Lines
from .nouns import County, Service, Site
from .options import Asked, Option, option
from .sites import Ground


@dataclass(frozen=True)
class Choice:
    """A site and its options; ``may_shut`` says that it need not be open; ``stands`` that it exists today."""

    service: str
    site: Site
    options: tuple[Option, ...]
    may_shut: bool


def choices(county: County, service: Service, lines: Lines | None, ground: Ground, baseline: bool) -> list[Choice]:
    """The choices of all sites of a service."""
    found = []
    for site in county.sites[service.id].values():
        trip = lines.round(site.id) if lines else None
        rows = [{"action": "keep", "size": site.size, "phase": ""}] if site.existing else []
        if lines:
            rows = [{**row, "size": ""} for row in rows]
        if not baseline:
            action = "expand" if site.existing else "new"
            sizes = ("",) if site.disposal else service.sizes
            rows += [{"action": action, "size": size, "phase": phase} for size in sizes for phase in county.phases]
        options = []
        for row in rows:
            faults = Findings()
            made = option(Asked(service, site, {**row, "site": site.id}, trip, "", faults))
            if not faults and not (row["action"] == "new" and ground.faults(service, site)):
                options.append(made)
        shut = not site.existing or (service.may_close and not (site.outside or site.disposal or baseline))
        found.append(Choice(service.id, site, tuple(options), shut))
    return found


def cheapest(county: County, choice: Choice, option_: Option, shares: bool) -> int:
    """The least capital that an option can cost: with the saving of a shared plot where another site could share it."""
    saved = floor(option_.capital * county.saving_pct / 100) if shares and option_.action == "new" else 0
    return option_.capital - saved
