"""The two long lists of a study, whole: every site that is open or closed, every settlement with every service.

The page shows the first rows of such lists; the workbook and the JSON file hold all of them.
"""

from __future__ import annotations

from collections import defaultdict

from siting.counties.rows import Settlement
from siting.counties.services import Service
from siting.plan import Assignment, ServicePlan
from siting.studies.study import Study

from .. import spots
from ..chapters.results import size_name
from ..nouns import Amount, Cell, Columns, Table
from ..speech import Speech, travelled, visible


def sites(study: Study, say: Speech) -> Table:
    """Every site that is open under the plan or that the plan closes, with id and place."""
    places = {place.id: place for place in study.county.settlements}
    order = {"action.new": 0, "action.expand": 1, "action.close": 2, "action.keep": 3}
    figures = {(f.service, f.opening.site): f for f in study.measures.sites}
    closed = {(key, site) for key, part in study.plan.services.items() for site in part.closed}
    rows: list[tuple[Cell, ...]] = []
    for site in spots.every(study.county, list(study.plan.services)).values():
        own = figures.get((site.service, site.id))
        shut = (site.service, site.id) in closed
        if own is None and not shut:
            continue
        service, place = study.county.services[site.service], places.get(site.settlement)
        head: tuple[Cell, ...] = (
            say.name(service), visible(site.id), say.name(site), say.town(place.township) or None if place else None,
            say.name(place) if place else None,
        )  # fmt: skip
        if own is None:
            rows.append((*head, "action.close", *(None,) * 7, site.lon, site.lat))
            continue
        rows.append(
            (
                *head, f"action.{own.opening.action}", size_name(service, own.opening, say) or None,
                spots.quantity(study.county, site.service, own.capacity),
                spots.quantity(study.county, site.service, own.persons),
                own.persons / own.capacity if own.capacity else None, own.capital, own.running,
                travelled(own.travel_max, service.access[0].by_time) if own.travel_max else None, site.lon, site.lat,
            )
        )  # fmt: skip
    rows.sort(key=lambda row: order[str(row[5])])
    columns: Columns = (
        ("service", "text"), ("site_id", "text"), ("site", "text"), ("township", "text"), ("place", "text"),
        ("action", "code"), ("size", "text"), ("capacity", "count"), ("served", "count"), ("occupancy", "share"),
        ("capital", "money"), ("running", "money"), ("farthest", "seconds"), ("lon", "number"), ("lat", "number"),
    )  # fmt: skip
    return say.table("all_sites", columns, rows)


def villages(study: Study, say: Speech) -> Table:
    """Every settlement with every planned service that it needs: people served today and then, where, how far."""
    now, was = study.plan.served(), study.before_plan.served()
    names = {id: say.name(spot) for (_, id), spot in spots.every(study.county, list(study.plan.services)).items()}
    demands = {key: study.county.demand_of(key) for key in study.plan.services}
    rows: list[tuple[Cell, ...]] = []
    by_service = {key: _ways(part) for key, part in study.plan.services.items()}
    reasons = {
        key: {u.settlement: f"reason.{u.reason}" for u in part.unserved} for key, part in study.plan.services.items()
    }
    for place in study.county.settlements:
        for key in study.plan.services:
            service, demand = study.county.services[key], demands[key][place.id]
            if not demand:
                continue
            ways = by_service[key].get(place.id, [])
            before, after = was.get((key, place.id), 0), now.get((key, place.id), 0)
            rows.append(
                (
                    *_place(place, say), say.name(service),
                    *(spots.quantity(study.county, key, n) for n in (demand, before, after, after - before)),
                    say.listing([names.get(a.site) or visible(a.site) for a in ways]) or None,
                    _travel(ways, service), reasons[key].get(place.id),
                )
            )  # fmt: skip
    columns: Columns = (
        ("township", "text"), ("settlement", "text"), ("settlement_id", "text"), ("level", "code"),
        ("service", "text"), ("demand", "count"), ("served_before", "count"), ("served_after", "count"),
        ("difference", "count"), ("served_at", "text"), ("travel", "seconds"), ("reason", "code"),
    )  # fmt: skip
    return say.table("villages", columns, rows)


def _place(place: Settlement, say: Speech) -> tuple[Cell, ...]:
    return say.town(place.township) or None, say.name(place), visible(place.id), f"level.{place.level}"


def _ways(part: ServicePlan) -> dict[str, list[Assignment]]:
    ways: dict[str, list[Assignment]] = defaultdict(list)
    for a in part.assignments:
        ways[a.settlement].append(a)
    return ways


def _travel(ways: list[Assignment], service: Service) -> Amount | None:
    """The longest way of a settlement, in the unit of the first access that is used."""
    if not ways:
        return None
    unit = spots.way(service, ways[0].access).by_time
    return travelled(max(a.travel for a in ways if spots.way(service, a.access).by_time == unit), unit)
