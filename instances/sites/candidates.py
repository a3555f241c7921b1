"""Sites of an imported county: what stands today, and where each service may be built.

Candidates come from four origins: the planner's own list (``list``), settlement centres (``centre``), existing sites of
other services (``shared``) and a grid along roads (``road``). `siting.instances.sites.screening` then takes out
those that a rule forbids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siting.counties.rows import Settlement, Site
from siting.errors import Fault

from ..geography.flat import Flat
from ..networks.roads import RoadTable
from .candidate_rules import CandidateRule
from .facilities import Facility, Rule
from .road_grid import spots_along

ORIGINS = ("list", "centre", "shared", "road")


@dataclass(frozen=True)
class Candidate:
    """A candidate with where it comes from; ``row`` in the planner's list."""

    site: Site
    origin: str
    row: int | None = None


def existing_sites(
    facilities: Sequence[Facility], services: Mapping[str, Any], rules: Sequence[Rule], notes: list[Fault]
) -> list[Site]:
    """One existing site for each service that a facility gives.

    Where the capacity that a catchment service needs is not known, the site takes the size that its rule assumes, and
    the row says so.
    """
    sites: list[Site] = []
    for rule in rules:
        service = services[rule.service]
        catchment = service["family"] == "catchment"
        found = [f for f in facilities if rule.service in f.services]
        assumed = sum(catchment and f.capacity is None for f in found)
        if assumed:
            values = {"service": rule.service, "count": assumed, "total": len(found), "size": rule.assumed_size}
            notes.append(Fault("W206", values=values))
        sites += [_existing(facility, rule, service, catchment) for facility in found]
    return sites


def _existing(facility: Facility, rule: Rule, service: Mapping[str, Any], catchment: bool) -> Site:
    """The row of a facility in ``sites.csv``."""
    unknown = catchment and facility.capacity is None
    return Site(
        id=f"{rule.service}:{facility.id}",
        service=rule.service,
        name=facility.name or f"{service['name']} {facility.id}",
        name_en="" if facility.name else f"{service['name_en']} {facility.id}",
        lon=facility.lon,
        lat=facility.lat,
        status="existing",
        size=rule.assumed_size if unknown else "",
        capacity_persons=facility.capacity if catchment else None,
        source=f"{facility.source}; capacity assumed" if unknown else facility.source,
    )


def candidate_sites(
    settlements: Sequence[Settlement], existing: Sequence[Site], services: Mapping[str, Any],
    rules: Mapping[str, CandidateRule], roads: RoadTable,
) -> list[Candidate]:  # fmt: skip
    """Candidates of every service as its rule says, service by service, origin by origin."""
    found: list[Candidate] = []
    for key, service in services.items():
        if "hosts" not in service:
            continue
        rule = rules[key]
        hosts = [place for place in settlements if place.level in service["hosts"]]
        if rule.centres:
            found += [_at_centre(key, service, place) for place in hosts]
        if hosts:
            found += _shared(key, service, rule, existing, hosts)
        if hosts and rule.grid_m:
            found += _along_roads(key, service, rule, hosts, roads)
    return found


def _along_roads(
    key: str, service: Mapping[str, Any], rule: CandidateRule, hosts: Sequence[Settlement], roads: RoadTable
) -> Iterator[Candidate]:
    """Candidates on the grid along roads, numbered by settlement."""
    number: Counter[str] = Counter()
    for spot in spots_along(roads, hosts, rule):
        number[spot.host.id] += 1
        count = number[spot.host.id]
        values = {"id": f"{key}~{spot.host.id}-{count}", "source": f"along roads, every {rule.grid_m} m"}
        yield _candidate(key, service, spot.host, spot.lon, spot.lat, "road", values, f" {count}")


def _at_centre(key: str, service: Mapping[str, Any], place: Settlement) -> Candidate:
    values = {"id": f"{key}@{place.id}", "source": "settlement centre"}
    return _candidate(key, service, place, place.lon, place.lat, "centre", values)


def _shared(
    key: str, service: Mapping[str, Any], rule: CandidateRule, existing: Sequence[Site], hosts: Sequence[Settlement]
) -> Iterator[Candidate]:
    """Candidates at existing sites of the services that the rule names, one a facility, hosted by the nearest place."""
    others = [site for site in existing if site.service in rule.shared_with and site.service != key]
    if not others:
        return
    flat = Flat.at([place.lat for place in hosts])
    metres, nearest = flat.nearest(
        [s.lon for s in others], [s.lat for s in others], [p.lon for p in hosts], [p.lat for p in hosts]
    )
    seen: set[str] = set()
    for site, away, at in zip(others, metres, nearest, strict=True):
        facility = site.id.partition(":")[2]
        if away <= rule.grid_radius_m and facility not in seen:
            seen.add(facility)
            values = {"id": f"{key}+{facility}", "source": f"shared with {site.id}"}
            yield _candidate(key, service, hosts[int(at)], site.lon, site.lat, "shared", values, f" ({site.name})")


def _candidate(
    key: str, service: Mapping[str, Any], host: Settlement, lon: float, lat: float, origin: str, values: dict[str, str],
    mark: str = "",
) -> Candidate:  # fmt: skip
    """A candidate of the service hosted by ``host``; ``mark`` tells it from others of the same name."""
    site = Site(
        service=key,
        name=f"{host.name} {service['name']}{mark}",
        name_en=f"{host.name_en or host.name} {service['name_en'].lower()}{mark}",
        settlement=host.id,
        lon=lon,
        lat=lat,
        status="candidate",
        **values,
    )
    return Candidate(site, origin)
