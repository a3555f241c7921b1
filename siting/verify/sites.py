"""Which sites are open, and what each holds and costs (section 2 of the rules)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from .breach import Findings
from .read import County, Ring, Service, Site


@dataclass(frozen=True)
class Option:
    """What an open site holds, and what it costs in base units."""

    capacity: int
    capital: int
    running: int


def inside(lon: float, lat: float, rings: list[Ring]) -> bool:
    """Whether a point is in a polygon, by the even-odd rule and exactly; the boundary belongs to the polygon."""
    odd = False
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
            if min(y1, y2) <= lat <= max(y1, y2):  # no other edge matters
                ax, ay, bx, by = (Fraction(v) for v in (x1, y1, x2, y2))
                side = (bx - ax) * (Fraction(lat) - ay) - (Fraction(lon) - ax) * (by - ay)
                if side == 0 and min(x1, x2) <= lon <= max(x1, x2):
                    return True
                if (y1 > lat) != (y2 > lat) and (side > 0) == (y2 > y1):
                    odd = not odd
    return odd


def today(service: Service, site: Site) -> Option:
    """An existing site as it stands."""
    sizes = list(service.sizes.values())
    own = service.sizes.get(site.size)
    capacity = site.capacity if site.capacity is not None else own.capacity if own else 0
    if own is None and service.family == "coverage":
        own = sizes[0]
    if own is None:
        enough = [size for size in sizes if size.capacity >= capacity]
        own = min(enough, key=lambda s: s.capacity) if enough else max(sizes, key=lambda s: s.capacity)
    return Option(capacity, 0, own.running)


def option(county: County, service: Service, site: Site, row: dict[str, str], where: str, found: Findings) -> Option:
    """What the option costs; a breach for each rule of the table that it breaks."""
    size = service.sizes.get(row["size"])
    costs = Option(size.capacity, size.capital, size.running) if size else Option(0, 0, 0)
    if row["action"] == "new":
        host = county.settlements.get(site.host)
        if site.existing:
            found.add("E707", where, "{site} stands already: it cannot be built new", site=site.id)
        if size is None:
            found.add("E707", where, "{service} has no size {size}", service=service.id, size=row["size"])
        if host is None or host.level not in service.hosts:
            found.add("E707", where, "{host} may not host {service}", host=site.host, service=service.id)
        if any(inside(site.lon, site.lat, polygon) for polygon in county.red_lines):
            found.add("E707", where, "{site} lies inside a red line", site=site.id)
        return costs
    if not site.existing:
        found.add("E707", where, "{site} is a candidate: it can only be built new", site=site.id)
        return costs
    now = today(service, site)
    if row["action"] == "keep":
        if row["size"] != site.size:
            found.add("E707", where, "{site} has size '{size}' today", site=site.id, size=site.size)
        return now
    if not service.may_expand or service.family != "catchment":
        found.add("E707", where, "sites of {service} may not grow", service=service.id)
    if size is None or size.capacity <= now.capacity:
        found.add("E707", where, "'{size}' is not larger than {site} today", size=row["size"], site=site.id)
        return now
    more = Fraction(size.capital * (size.capacity - now.capacity), size.capacity)
    return Option(size.capacity, ceil(more), size.running)


def check(county: County, service: Service, plan: dict[str, Any], where: str, found: Findings) -> dict[str, Option]:
    """The open sites of a service with their options."""
    own = {site.id for site in county.sites.values() if site.service == service.id}
    opened: dict[str, Option] = {}
    for row in plan["open"]:
        place = f"{where}.open.{row['site']}"
        if row["site"] not in own or row["site"] in opened:
            found.add("E705", place, "{site} is unknown, or opened twice", site=row["site"])
        else:
            opened[row["site"]] = option(county, service, county.sites[row["site"]], row, place, found)
    closed: set[str] = set()
    for site in plan["closed"]:
        place = f"{where}.closed.{site}"
        if site not in own or site in closed or site in opened:
            found.add("E705", place, "{site} is unknown, closed twice, or open as well", site=site)
        elif not county.sites[site].existing:
            found.add("E707", place, "{site} is a candidate: there is nothing to close", site=site)
        elif not service.may_close:
            found.add("E707", place, "sites of {service} may not be closed", service=service.id)
        closed.add(site)
    for site in sorted(own - closed - set(opened)):
        if county.sites[site].existing:
            found.add("E707", f"{where}.closed", "{site} stands, but is neither open nor closed", site=site)
    return opened
