"""Sites of an imported county: what stands today, and a candidate in every settlement that may host the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from siting.errors import Fault
from siting.rows import Settlement, Site

from .facilities import Facility, Rule
from .roads import distance_m

NEAR_M = 300.0


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
    settlements: Sequence[Settlement], existing: Sequence[Site], services: Mapping[str, Any], notes: list[Fault]
) -> list[Site]:
    """A candidate at the centre of every settlement that may host the service, unless one stands within 300 m."""
    sites: list[Site] = []
    for key, service in services.items():
        stands = sorted((s for s in existing if s.service == key), key=lambda s: s.id)
        for place in settlements:
            if place.level not in service["hosts"]:
                continue
            near = _nearest(place, stands)
            if near is not None:
                values = {"service": key, "id": place.id, "name": place.name, "site": near[1], "distance_m": near[0]}
                notes.append(Fault("N207", values=values))
                continue
            sites.append(_candidate(key, service, place))
    return sites


def _nearest(place: Settlement, sites: Sequence[Site]) -> tuple[int, str] | None:
    """Distance (whole metres) and id of the nearest site within `NEAR_M`."""
    found = [
        (distance_m(place.lon, place.lat, site.lon, site.lat), site.id)
        for site in sites
        if abs(site.lat - place.lat) < 0.004
    ]
    metres, ident = min(found, default=(NEAR_M + 1, ""))
    return (round(metres), ident) if metres <= NEAR_M else None


def _candidate(key: str, service: Mapping[str, Any], place: Settlement) -> Site:
    """The row of a candidate in ``sites.csv``."""
    return Site(
        id=f"{key}@{place.id}",
        service=key,
        name=f"{place.name} {service['name']}",
        name_en=f"{place.name_en or place.name} {service['name_en']}",
        settlement=place.id,
        lon=place.lon,
        lat=place.lat,
        status="candidate",
        source="settlement centre",
    )
