"""In which ways a site can be open, and what each holds and costs (section 2 of the rules)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from . import line
from .breach import Findings
from .line import Round
from .nouns import Service, Site, Size


@dataclass(frozen=True)
class Option:
    """What an open site holds, and what it costs in base units before savings; ``land`` in m2."""

    capacity: int
    capital: int
    running: int
    beds: int = 0
    land: int = 0
    action: str = "keep"
    size: str = ""
    phase: str = ""

    def fits(self, actions: tuple[str, ...], sizes: tuple[str, ...]) -> bool:
        """Whether it is of some actions and sizes (none: any)."""
        return (not actions or self.action in actions) and (not sizes or self.size in sizes)

    def opens(self, phases: dict[str, int]) -> int:
        """Position of the phase in which it opens, -1 for one that stands from the beginning."""
        return -1 if self.action == "keep" or self.phase not in phases else list(phases).index(self.phase)


@dataclass(frozen=True)
class Asked:
    """A row of ``open`` with its site and service; ``trip`` of a line that can run."""

    service: Service
    site: Site
    row: dict[str, Any]
    trip: Round | None
    where: str
    found: Findings

    def say(self, says: str, **numbers: int | str) -> None:
        """Add a breach of the table of options."""
        self.found.add("E707", self.where, says, site=self.site.id, service=self.service.id, **numbers)

    def option(self, holds: Size, capital: int, running: int) -> Option:
        """The option of this row."""
        land = holds.land if self.row["action"] == "new" else 0
        said = self.row["action"], self.row["size"], self.row["phase"]
        return Option(holds.capacity, capital, running, holds.beds, land, *said)


def today(service: Service, site: Site) -> Size:
    """An existing site as it stands: what it holds, and what it costs to run; not for lines."""
    if site.disposal:
        return Size(site.capacity or 0, 0, site.running)
    sizes = list(service.sizes.values())
    own = service.sizes.get(site.size)
    capacity = site.capacity if site.capacity is not None else own.capacity if own else 0
    beds = site.beds if site.beds is not None else own.beds if own else 0
    if own is None and service.in_full:
        own = sizes[0]
    if own is None:
        enough = [size for size in sizes if size.capacity >= capacity]
        own = min(enough, key=lambda s: s.capacity) if enough else max(sizes, key=lambda s: s.capacity)
    return Size(capacity, 0, 0 if site.outside else own.running, beds)


def growth(new: Size, now: Size) -> int:
    """What it costs to grow: the larger of what is new of the places and of the beds, or each at its own price."""
    pairs = [(new.capacity, now.capacity), (new.beds, now.beds)]
    places, beds = [Fraction(more - has, more) if more > 0 else Fraction(0) for more, has in pairs]
    if new.dormitory is None:
        return ceil(new.capital * max(places, beds))
    return ceil((new.capital - new.dormitory) * places + new.dormitory * beds)


def expanded(asked: Asked, now: Size, size: Size | None) -> Option:
    """A larger site."""
    service = asked.service
    if not service.may_expand or service.family != "catchment" or asked.site.disposal:
        asked.say("sites of {service} may not grow")
    elif asked.site.outside:
        asked.say("{site} lies outside: it is kept")
    larger = size is not None and (size.capacity, size.beds) != (now.capacity, now.beds)
    if size is None or not larger or size.capacity < now.capacity or size.beds < now.beds:
        asked.say("'{size}' is not larger than {site} today", size=asked.row["size"])
        return asked.option(now, 0, now.running)
    return asked.option(size, growth(size, now), size.running)


def of_line(asked: Asked) -> Option:
    """The option of a line."""
    service, site, row = asked.service, asked.site, asked.row
    size, action = service.sizes.get(row["size"]), row["action"]
    nothing = asked.option(Size(0, 0, 0), 0, 0)
    if asked.trip is None:
        asked.say("a stop of {site} stands at no road of its mode")
        return nothing
    if action == "keep" and row["size"]:
        asked.say("{site} is kept as it runs, with size ''")
    if action != "keep" and size is None:
        asked.say("{service} has no size {size}", size=row["size"])
        return nothing
    if action == "expand" and size is not None:
        if not service.may_expand:
            asked.say("lines of {service} may not grow")
        if size.trips <= site.trips:
            asked.say("{trips} trips are not more than {site} has today", trips=size.trips)
            return nothing
    capital, running = line.costs(service, site, row, asked.trip)
    land = size.land if size is not None and action == "new" else 0
    return Option(0, capital, running, 0, land, action, row["size"], row["phase"])


def of_disposal(asked: Asked) -> Option:
    """The option of a disposal place."""
    site, row = asked.site, asked.row
    if row["size"] or row["action"] == "expand":
        asked.say("{site} is a disposal place: it is kept or new, with size ''")
    return asked.option(today(asked.service, site), site.capital if row["action"] == "new" else 0, site.running)


def option(asked: Asked) -> Option:
    """What the option costs; a breach for each rule of the table that it breaks."""
    service, site, row = asked.service, asked.site, asked.row
    if site.existing != (row["action"] != "new"):
        asked.say("{site} cannot be {action}: only a candidate is new", action=row["action"])
    if site.outside and not site.existing:
        asked.say("{site} lies outside: it cannot be built")
    if site.stops:
        return of_line(asked)
    if site.disposal:
        return of_disposal(asked)
    size = service.sizes.get(row["size"])
    if row["action"] == "new":
        if size is None:
            asked.say("{service} has no size {size}", size=row["size"])
            size = Size(0, 0, 0)
        return asked.option(size, size.capital, size.running)
    if not site.existing:
        return asked.option(size, size.capital, size.running) if size else asked.option(Size(0, 0, 0), 0, 0)
    now = today(service, site)
    if row["action"] == "expand":
        return expanded(asked, now, size)
    if row["size"] != site.size:
        asked.say("{site} has size '{size}' today", size=site.size)
    return asked.option(now, 0, now.running)
