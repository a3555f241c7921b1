"""Every way in which a site can be open, and what it holds and costs (``docs/rules.md``, section 2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import ceil

from siting.counties.county import County
from siting.counties.rows import Line, Site
from siting.counties.services import Service, Size
from siting.plan import Action
from siting.roads import buslines
from siting.roads.ground import too_near
from siting.roads.paths import Atlas


@dataclass(frozen=True)
class Option:
    """One way in which a site can be open.

    Money in base units, before the saving of a shared plot; ``capacity`` in persons or kilograms a day, None for
    coverage and lines; ``phase`` "" for a site that is kept, and where the county has no phases.
    """

    site: str
    size: str
    action: Action
    capacity: int | None
    capital: int
    running: int
    beds: int = 0
    land_m2: int = 0
    phase: str = ""


@lru_cache(maxsize=32)
def options_of(county: County, service: str) -> tuple[Option, ...]:
    """All options of all sites that a service decides, site by site, the cheapest change first."""
    about = county.services[service]
    if about.family == "line":
        plain = list(_of_lines(county, service))
    else:
        plain = [o for site in county.sites if site.service == service for o in _of_site(county, about, site)]
        plain += _of_disposal(county, service)
    phased = [replace(o, phase=phase) for o in plain for phase in (("",) if o.action == "keep" else county.phases)]
    return tuple(phased)


@lru_cache(maxsize=8)
def line_facts(county: County, service: str) -> buslines.LineFacts:
    """Lengths and times of the lines of a line service."""
    rules = county.services[service].line
    assert rules is not None
    return buslines.facts(county, service, Atlas(county, (rules.mode,)))


def saved(option: Option, county: County) -> int:
    """What a new site saves of its capital where another site of its plot is open."""
    return int(option.capital * county.file.land.shared_saving_pct / 100) if option.action == "new" else 0


def _of_site(county: County, service: Service, site: Site) -> Iterator[Option]:
    counted = service.family in ("catchment", "haul")
    if site.status == "candidate":
        if buildable(county, service, site):
            yield from (_option(county, site.id, s, "new", counted) for s in service.sizes)
        return
    own = next((s for s in service.sizes if s.id == site.size), None)
    places = site.places if site.places is not None else (own.places if own else None)
    beds = site.beds_persons if site.beds_persons is not None else (own.beds_persons if own else 0)
    if not counted:
        size = own or service.sizes[0]
        places = None
    else:
        assert places is not None, "reading refuses an existing site without capacity"
        size = own or _size_for(service, places)
    running = 0 if site.outside else county.base(size.running_per_year)
    yield Option(site.id, site.size, "keep", places, 0, running, beds)
    if service.may_expand and service.family == "catchment" and not site.outside:
        assert places is not None
        for size in service.sizes:
            capital = _growth(county, size, places, beds)
            if capital is not None:
                yield replace(_option(county, site.id, size, "expand", counted), capital=capital, land_m2=0)


def _growth(county: County, size: Size, places: int, beds: int) -> int | None:
    """What it costs to bring a site with so many places and beds to a size; None where it is no larger."""
    more_places, more_beds = (size.places or 0) - places, size.beds_persons - beds
    if min(more_places, more_beds) < 0 or max(more_places, more_beds) == 0:
        return None
    of_places = Fraction(more_places, size.places or 1)
    of_beds = Fraction(more_beds, size.beds_persons or 1)
    capital = county.base(size.capital)
    if size.beds_capital is None:
        return ceil(capital * max(of_places, of_beds))
    dormitory = county.base(size.beds_capital)
    return ceil((capital - dormitory) * of_places + dormitory * of_beds)


def _option(county: County, site: str, size: Size, action: Action, counted: bool) -> Option:
    return Option(
        site,
        size.id,
        action,
        size.places if counted else None,
        county.base(size.capital),
        county.base(size.running_per_year),
        size.beds_persons,
        ceil(size.land_m2),
    )


def _of_disposal(county: County, service: str) -> Iterator[Option]:
    about = county.services[service]
    for place in county.disposal_of(service):
        if place.status == "candidate" and any(too_near(county, about, place.lon, place.lat)):
            continue
        action: Action = "keep" if place.status == "existing" else "new"
        capital = 0 if action == "keep" else county.base(place.capital)
        yield Option(place.id, "", action, place.places, capital, county.base(place.running_per_year))


def _of_lines(county: County, service: str) -> Iterator[Option]:
    about, facts = county.services[service], line_facts(county, service)
    for number, line in enumerate(county.lines_of(service)):
        if facts.round_ms[number] >= 0:
            yield from _of_line(county, about, line, facts.round_ms[number], facts.round_mm[number])


def _of_line(county: County, service: Service, line: Line, round_ms: int, round_mm: int) -> Iterator[Option]:
    rules = service.line
    assert rules is not None
    price = county.base(rules.vehicle_capital)
    today = 0
    if line.status == "existing":
        today = buslines.vehicles(rules, round_ms, line.trips_per_day)
        yield Option(line.id, "", "keep", None, 0, buslines.running(county, rules, round_mm, line.trips_per_day))
        if not service.may_expand:
            return
    for size in service.sizes:
        trips = size.trips_per_day or 0
        if line.status == "existing" and trips <= line.trips_per_day:
            continue
        needed = buslines.vehicles(rules, round_ms, trips)
        yield Option(
            line.id,
            size.id,
            "expand" if line.status == "existing" else "new",
            None,
            (needed - today) * price + county.base(size.capital),
            buslines.running(county, rules, round_mm, trips) + county.base(size.running_per_year),
            land_m2=ceil(size.land_m2),
        )


def buildable(county: County, service: Service, site: Site) -> bool:
    """Whether a candidate may be built: its host level, and its distances from homes and water."""
    if _levels(county).get(site.settlement) not in service.hosts:
        return False
    return not any(too_near(county, service, site.lon, site.lat))


@lru_cache(maxsize=8)
def _levels(county: County) -> dict[str, str]:
    return {s.id: s.level for s in county.settlements}


def _size_for(service: Service, places: int) -> Size:
    """The smallest size with at least ``places``, else the largest."""
    enough = [s for s in service.sizes if (s.places or 0) >= places]
    return min(enough, key=lambda s: s.places or 0) if enough else max(service.sizes, key=lambda s: s.places or 0)
