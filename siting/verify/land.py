"""Plots that sites share, and the land that new sites need (section 2 of the rules)."""

from __future__ import annotations

from math import floor

from .breach import Findings
from .links import Opened
from .nouns import County


def plots(county: County, opened: Opened) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """(service, site) of the open sites of each plot; a site without a plot is a plot of its own."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for key, options in opened.items():
        for id_ in options:
            plot = county.sites[key][id_].plot
            found.setdefault(("", plot) if plot else (key, id_), []).append((key, id_))
    return found


def savings(county: County, opened: Opened) -> dict[tuple[str, str], int]:
    """What new sites save that share their plot with another open site, by (service, site)."""
    return {
        (key, id_): floor(opened[key][id_].capital * county.saving_pct / 100)
        for members in plots(county, opened).values()
        for key, id_ in members
        if len(members) > 1 and opened[key][id_].action == "new"
    }


def check(county: County, opened: Opened, found: Findings) -> None:
    """In every phase the new sites need no more land than there is."""
    for number, (phase, quota) in enumerate(zip(county.phases, county.quota, strict=False)):
        needed = 0
        for members in plots(county, opened).values():
            new = [opened[key][id_] for key, id_ in members]
            needed += max((o.land for o in new if o.action == "new" and o.phase == phase), default=0)
        if needed > quota:
            says = "new sites need {needed} m2, the quota is {quota} m2"
            found.add("E713", f"land.{phase or number}", says, needed=needed, quota=str(quota))
