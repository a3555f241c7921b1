"""Bus lines: where they run, how long they are, what they need and cost, and whom they bring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from siting.plans.measure import SiteFigures
from siting.problems.options import line_facts
from siting.roads import buslines
from siting.studies.study import Study

from ..nouns import Cell, Columns, Section
from ..rows import amounts, ascii_unit
from ..speech import Speech, visible
from ..spots import own, quantity
from .results import size_name


def facts(study: Study) -> list[dict[str, Any]]:
    """Every open line: stops, round trip in mm and ms, trips, vehicles, vehicle-metres a year, riders elsewhere."""
    county = study.county
    figures = {(f.service, f.opening.site): f for f in study.measures.sites}
    riders = Counter(a.line for part in study.plan.services.values() for a in part.assignments if a.line)
    people = Counter[str]()
    for part in study.plan.services.values():
        for a in part.assignments:
            people[a.line] += a.persons
    rows = []
    for key in study.plan.services:
        rules = county.services[key].line
        if rules is None:
            continue
        known = line_facts(county, key)
        for n, line in enumerate(county.lines_of(key)):
            f = figures.get((key, line.id))
            if f is None:
                continue
            trips = _trips(f, county.services[key].sizes, line.trips_per_day)
            rows.append(
                {
                    "service": key,
                    "line": line.id,
                    "name": line.name,
                    "action": f.opening.action,
                    "phase": f.opening.phase,
                    "size": f.opening.size,
                    "stops": ";".join(line.stop_ids),
                    "stop_count": len(line.stop_ids),
                    "round_trip_mm": known.round_mm[n],
                    "round_trip_ms": known.round_ms[n],
                    "trips_per_day": trips,
                    "vehicles": buslines.vehicles(rules, known.round_ms[n], trips),
                    "vehicle_m_per_year": known.round_mm[n] * trips * rules.operating_days // 1000,
                    "served": f.persons,
                    "riders_persons": people[line.id] if riders[line.id] else 0,
                    "capital": f.capital,
                    "running": f.running,
                }
            )
    return rows


def records(study: Study) -> list[dict[str, Any]]:
    """The open lines as rows of plain values, units in the names."""
    base = ascii_unit(study.county.file.money.base)
    rows = []
    for row in facts(study):
        plain = {key: value for key, value in row.items() if key not in ("served", "capital", "running")}
        money = {f"capital_{base}": row["capital"], f"running_{base}_per_year": row["running"]}
        rows.append(plain | amounts(study.county, row["service"], row["served"], "served_by_") | money)
    return rows


def _trips(f: SiteFigures, sizes: tuple[Any, ...], today: int) -> int:
    size = next((s for s in sizes if s.id == f.opening.size), None)
    return today if size is None or f.opening.action == "keep" else size.trips_per_day or 0


def lines(study: Study, say: Speech) -> Section | None:
    """Every line that runs under the plan, those that change first."""
    found = facts(study)
    if not any(study.county.services[key].family == "line" for key in study.plan.services):
        return None
    county = study.county
    places = {s.id: say.name(s) for s in county.settlements}
    names = {spot.id: say.name(spot) for row in found for spot in own(county, row["service"])}
    figures = {(f.service, f.opening.site): f for f in study.measures.sites}
    found.sort(key=lambda row: (row["action"] == "keep", row["phase"], -row["served"], row["line"]))
    rows: list[tuple[Cell, ...]] = []
    for row in found:
        opening = figures[row["service"], row["line"]].opening
        rows.append(
            (
                names[row["line"]], _route(row["stops"].split(";"), places, say), f"action.{row['action']}",
                say.phase(county.file.phases, row["phase"]) or None,
                size_name(county.services[row["service"]], opening, say) or None, row["round_trip_mm"] / 2000,
                row["round_trip_ms"] / 1000, row["trips_per_day"], row["vehicles"], row["vehicle_m_per_year"] / 1000,
                quantity(county, row["service"], row["served"]), row["riders_persons"] or None, row["capital"],
                row["running"],
            )
        )  # fmt: skip
    columns: Columns = (
        ("line", "text"), ("route", "text"), ("action", "code"), ("phase", "text"), ("size", "text"),
        ("length", "metres"), ("round_trip", "seconds"), ("trips", "count"), ("vehicles", "count"),
        ("vehicle_km", "count"), ("served_stops", "count"), ("riders", "count"),
        ("capital", "money"), ("running", "money"),
    )  # fmt: skip
    changed = [row for row in found if row["action"] != "keep"]
    sentence = say(
        "lines.intro",
        lines=say.some("lines", len(found)),
        changed=say.some("lines", len(changed)),
        vehicles=say.some("vehicles", sum(row["vehicles"] for row in found)),
        km=say.count(sum(row["vehicle_m_per_year"] for row in found) / 1000),
    )
    table = say.table("lines", columns, rows, note=say("lines.note"), optional=("phase", "size", "riders"))
    return Section("lines", say("section.lines"), (sentence,), (table,) if rows else ())


def _route(stops: list[str], places: Mapping[str, str], say: Speech) -> str:
    """First and last stop and those between, cut in the middle where there are many."""
    names = [places.get(i.strip(), visible(i)) for i in stops]
    if len(names) > 6:
        names = [*names[:3], say("lines.more", n=len(names) - 5), *names[-2:]]
    return say("lines.arrow").join(names)
