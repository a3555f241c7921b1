"""The decisions of a plan as rows of plain values, for spreadsheets and GIS: units in the names, nothing rounded.

Columns of ``sites.csv`` and ``settlements.csv`` that siting does not know pass through as they came.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from siting.measure import SiteFigures
from siting.rows import Row, Settlement, Site
from siting.study import Study

from .people import served

Record = dict[str, Any]


def extra_columns(rows: Iterable[Row]) -> list[str]:
    """Columns that pass through, in the order of their first appearance."""
    return list(dict.fromkeys(name for row in rows for name in row.model_extra or {}))


def _extras(row: Row, names: list[str], taken: Iterable[str]) -> Record:
    """The passed columns of a row; one whose name is taken here gets ``input_`` before it."""
    given = row.model_extra or {}
    return {(f"input_{name}" if name in taken else name): given.get(name) for name in names}


def site_rows(study: Study) -> list[Record]:
    """Every site of a planned service, open, closed or not chosen."""
    county, base = study.county, study.county.file.money.base
    figures = {(f.service, f.opening.site): f for f in study.measures.sites}
    closed = {(key, site) for key, part in study.plan.services.items() for site in part.closed}
    sites = [s for s in county.sites if s.service in study.plan.services]
    extra = extra_columns(sites)
    rows = []
    for site in sites:
        own = figures.get((site.service, site.id))
        by_time = county.services[site.service].access[0].by_time
        row: Record = {
            "id": site.id,
            "service": site.service,
            "name": site.name,
            "name_en": site.name_en,
            "settlement": site.settlement,
            "lon": site.lon,
            "lat": site.lat,
            "status_before": site.status,
            "action": _action(site, own, closed),
            "size": own.opening.size if own else "",
            "capacity_persons": own.capacity if own else None,
            "served_persons": own.persons if own else 0,
            "served_settlements": own.settlements if own else 0,
            "occupancy_pct": round(100 * own.persons / own.capacity, 2) if own and own.capacity else None,
            f"capital_{_ascii(base)}": own.capital if own else 0,
            f"running_{_ascii(base)}_per_year": own.running if own else 0,
            "farthest_s": own.travel_max if own and by_time else None,
            "farthest_m": own.travel_max if own and not by_time else None,
            "source": site.source,
        }
        rows.append(row | _extras(site, extra, row))
    return rows


def _action(site: Site, own: SiteFigures | None, closed: set[tuple[str, str]]) -> str:
    if own is not None:
        return own.opening.action
    return "close" if (site.service, site.id) in closed else "none"


def _ascii(unit: str) -> str:
    """A money unit as part of a column's name."""
    return {"元": "yuan"}.get(unit, unit if unit.isascii() and unit.isidentifier() else "base")


def assignment_rows(study: Study) -> list[Record]:
    """Who goes where, one row a settlement and site."""
    places = {s.id: s for s in study.county.settlements}
    sites = {s.id: s for s in study.county.sites}
    rows = []
    for key, part in study.plan.services.items():
        for a in part.assignments:
            access = study.county.services[key].access[a.access]
            rows.append(
                {
                    "service": key,
                    "settlement": a.settlement,
                    "settlement_name": places[a.settlement].name,
                    "township": places[a.settlement].township,
                    "site": a.site,
                    "site_name": sites[a.site].name,
                    "persons": a.persons,
                    "mode": access.mode,
                    "travel_s": a.travel if access.by_time else None,
                    "travel_m": None if access.by_time else a.travel,
                }
            )
    return rows


def unserved_rows(study: Study) -> list[Record]:
    """Who is not served and why; the columns of the settlements pass through."""
    places = {s.id: s for s in study.county.settlements}
    extra = extra_columns(study.county.settlements)
    rows = []
    for key, part in study.plan.services.items():
        for u in part.unserved:
            place = places[u.settlement]
            row: Record = {
                "service": key,
                "settlement": u.settlement,
                "settlement_name": place.name,
                "township": place.township,
                "level": place.level,
                "lon": place.lon,
                "lat": place.lat,
                "persons": u.persons,
                "reason": u.reason,
            }
            rows.append(row | _extras(place, extra, row))
    return rows


def settlement_rows(study: Study) -> list[Record]:
    """Every settlement with the people served and not served by each planned service, today and under the plan."""
    now, was = served(study.plan), served(study.before_plan)
    extra = extra_columns(study.county.settlements)
    columns = {k: study.county.file.demand[study.county.services[k].demand].column for k in study.plan.services}
    rows = []
    for place in study.county.settlements:
        row = _place(place)
        for key, column in columns.items():
            row[f"{key}_demand_persons"] = place.people(column)
            row[f"{key}_served_before_persons"] = was.get((key, place.id), 0)
            row[f"{key}_served_after_persons"] = now.get((key, place.id), 0)
        rows.append(row | _extras(place, extra, row))
    return rows


def _place(place: Settlement) -> Record:
    return {
        "id": place.id,
        "name": place.name,
        "name_en": place.name_en,
        "level": place.level,
        "township": place.township,
        "village": place.village,
        "urban": place.urban,
        "lon": place.lon,
        "lat": place.lat,
        "population_persons": place.population_persons,
    }
