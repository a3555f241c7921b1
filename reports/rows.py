"""The decisions of a plan as rows of plain values, for spreadsheets and GIS: units in the names, nothing rounded.

Columns of ``sites.csv`` and ``settlements.csv`` that siting does not know pass through as they came. What is counted
stands in one of three columns: ``persons``, ``kg_per_day`` (waste), ``settlements`` (lines for settlements).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from siting.counties.county import County
from siting.counties.rows import Row, Settlement, Site
from siting.plans.measure import SiteFigures
from siting.studies.study import Study

from .spots import Spot, every, own, serving, unit, way

Record = dict[str, Any]
UNITS = {"persons": "persons", "tpd": "kg_per_day", "settlements": "settlements"}


def extra_columns(rows: Iterable[Row]) -> list[str]:
    """Columns that pass through, in the order of their first appearance."""
    return list(dict.fromkeys(name for row in rows for name in row.model_extra or {}))


def _extras(row: Row, names: list[str], taken: Iterable[str]) -> Record:
    """The passed columns of a row; one whose name is taken here gets ``input_`` before it."""
    given = row.model_extra or {}
    return {(f"input_{name}" if name in taken else name): given.get(name) for name in names}


def amounts(county: County, key: str, value: int | None, prefix: str = "") -> Record:
    """``value`` in the column of its unit, the other columns blank."""
    own_unit = UNITS[unit(county, key)]
    return {prefix + name: value if name == own_unit else None for name in UNITS.values()}


def site_rows(study: Study) -> list[Record]:
    """Every site, disposal place and line of a planned service, open, closed or not chosen."""
    county, base = study.county, ascii_unit(study.county.file.money.base)
    figures = {(f.service, f.opening.site): f for f in study.measures.sites}
    closed = {(key, site) for key, part in study.plan.services.items() for site in part.closed}
    spots = [spot for key in study.plan.services for spot in own(county, key)]
    extra = extra_columns(spot.row for spot in spots)
    rows = []
    for spot in spots:
        f = figures.get((spot.service, spot.id))
        by_time = county.services[spot.service].access[0].by_time
        row: Record = {
            "id": spot.id,
            "service": spot.service,
            "kind": spot.kind,
            "name": spot.name,
            "name_en": spot.name_en,
            "settlement": spot.settlement,
            "lon": spot.lon,
            "lat": spot.lat,
            "status_before": spot.row.status,
            "action": _action(spot, f, closed),
            "phase": f.opening.phase if f else "",
            "size": f.opening.size if f else "",
            **amounts(county, spot.service, f.capacity if f else None, "capacity_"),
            **amounts(county, spot.service, f.persons if f else 0, "served_by_"),
            "served_settlements": f.settlements if f else 0,
            "occupancy_pct": round(100 * f.persons / f.capacity, 2) if f and f.capacity else None,
            "beds_persons": f.beds if f else 0,
            "boarders_persons": f.boarders if f else 0,
            "by_line_persons": f.by_line if f else 0,
            f"capital_{base}": f.capital if f else 0,
            f"running_{base}_per_year": f.running if f else 0,
            "farthest_s": f.travel_max if f and by_time else None,
            "farthest_m": f.travel_max if f and not by_time else None,
            "plot": spot.row.plot if isinstance(spot.row, Site) else "",
            "source": getattr(spot.row, "source", ""),
        }
        rows.append(row | _extras(spot.row, extra, row))
    return rows


def _action(spot: Spot, figures: SiteFigures | None, closed: set[tuple[str, str]]) -> str:
    if figures is not None:
        return figures.opening.action
    return "close" if (spot.service, spot.id) in closed else "none"


def ascii_unit(unit: str) -> str:
    """A money unit as part of a column's name."""
    return {"元": "yuan"}.get(unit, unit if unit.isascii() and unit.isidentifier() else "base")


def assignment_rows(study: Study) -> list[Record]:
    """Who goes where, one row a settlement, site, access and line."""
    county = study.county
    places = {s.id: s for s in county.settlements}
    rows = []
    for key, part in study.plan.services.items():
        spots = {spot.id: spot for spot in serving(county, key)}
        for a in part.assignments:
            access = way(county.services[key], a.access)
            rows.append(
                {
                    "service": key,
                    "settlement": a.settlement,
                    "settlement_name": places[a.settlement].name,
                    "township": places[a.settlement].township,
                    "site": a.site,
                    "site_name": spots[a.site].name,
                    **amounts(county, key, a.persons),
                    "access": a.access,
                    "kind": access.kind,
                    "mode": access.mode,
                    "line": a.line,
                    "since": a.since,
                    "travel_s": a.travel if access.by_time else None,
                    "travel_m": None if access.by_time else a.travel,
                }
            )
    return rows


def transfer_rows(study: Study) -> list[Record]:
    """Waste from station to disposal place."""
    rows = []
    for key, part in study.plan.services.items():
        spots = {spot.id: spot for spot in own(study.county, key)} if part.transfers else {}
        rules = study.county.services[key].haul
        by_time = rules is None or rules.transfer.by_time
        rows += [
            {
                "service": key,
                "station": t.station,
                "station_name": spots[t.station].name,
                "disposal": t.disposal,
                "disposal_name": spots[t.disposal].name,
                "kg_per_day": t.persons,
                "travel_s": t.travel if by_time else None,
                "travel_m": None if by_time else t.travel,
            }
            for t in part.transfers
        ]
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
                **amounts(study.county, key, u.persons),
                "reason": u.reason,
            }
            rows.append(row | _extras(place, extra, row))
    return rows


def settlement_rows(study: Study) -> list[Record]:
    """Every settlement with the people served and not served by each planned service, today and under the plan."""
    county = study.county
    now, was = study.plan.served(), study.before_plan.served()
    extra = extra_columns(county.settlements)
    asked = {key: (county.demand_of(key), UNITS[unit(county, key)]) for key in study.plan.services}
    rows = []
    for place in county.settlements:
        row = _place(place)
        for key, (demand, counted) in asked.items():
            row[f"{key}_demand_{counted}"] = demand[place.id]
            row[f"{key}_served_before_{counted}"] = was.get((key, place.id), 0)
            row[f"{key}_served_after_{counted}"] = now.get((key, place.id), 0)
        rows.append(row | _extras(place, extra, row))
    return rows


def line_rows(study: Study) -> list[tuple[Record, tuple[tuple[float, float], ...]]]:
    """Every line of a planned service with the stops in degrees."""
    keys = [key for key in study.plan.services if study.county.services[key].family == "line"]
    figures = {(f.service, f.opening.site): f for f in study.measures.sites}
    rows = []
    for (key, id), spot in every(study.county, keys).items():
        f = figures.get((key, id))
        row = {
            "id": id,
            "service": key,
            "name": spot.name,
            "status_before": spot.row.status,
            "action": f.opening.action if f else "none",
            "phase": f.opening.phase if f else "",
            "size": f.opening.size if f else "",
        }
        rows.append((row, spot.path))
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
