"""The map of a report as small whole numbers: coordinates in steps of 1e-5 degrees, each as the difference to the last.

What a browser draws is decided in ``page/map.js``; this module only says what there is. Layout (lists run in parallel):
``places`` and each service's ``sites`` are columns; ``links`` are rows of five numbers (place, site, persons, travel in
seconds or metres, access) laid end to end, ``unserved`` rows of three (place, persons, reason).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from siting.county import County, Roads
from siting.plan import ServicePlan
from siting.rows import Site
from siting.sections import Service
from siting.study import Study

from .results import size_name
from .speech import Speech, visible

STEPS = 100_000
#: Levels at which the name of a township stands on the map.
SEATS = ("city", "county_town", "central_town", "township_seat")
REASONS = ("unreachable", "no_site_in_reach", "full", "not_built")
#: States of a site: absent, kept, new, expanded, closed.
STATES = {"keep": 1, "new": 2, "expand": 3}
CLOSED = 4
#: Classes with at least this speed (km/h) are drawn as main roads, as other roads; the rest as lanes.
MAIN_KMH, OTHER_KMH = Decimal(60), Decimal(35)
#: Class limits that people use, by the standard in minutes.
NICE_MINUTES: dict[float, tuple[float, ...]] = {
    15: (3, 6, 9, 12),
    20: (4, 8, 12, 16),
    30: (5, 10, 15, 20),
    45: (10, 15, 20, 30),
    60: (10, 20, 30, 45),
    90: (15, 30, 45, 60),
}


def of(study: Study, say: Speech) -> dict[str, Any]:
    """Everything that the map draws."""
    county = study.county
    position = {s.id: n for n, s in enumerate(county.settlements)}
    return {
        "places": _places(county, say),
        "roads": _roads(county),
        "red": [
            {"name": visible(zone.name), "rings": [_line(ring) for ring in zone.rings]} for zone in county.red_lines
        ],
        "reasons": [say(f"reason.{reason}") for reason in REASONS],
        "services": [_service(key, study, position, say) for key in study.plan.services],
    }


def steps(values: Iterable[float]) -> list[int]:
    """Degrees as differences of whole steps; adding them up gives back each value to 1e-5 degrees."""
    coded, last = [], 0
    for value in values:
        now = round(value * STEPS)
        coded.append(now - last)
        last = now
    return coded


def _line(points: Iterable[tuple[float, float]]) -> list[list[int]]:
    points = list(points)
    return [steps(p[0] for p in points), steps(p[1] for p in points)]


def _places(county: County, say: Speech) -> dict[str, Any]:
    rows = county.settlements
    towns = list(dict.fromkeys(visible(s.township) for s in rows))
    levels = list(dict.fromkeys(s.level for s in rows))
    town_at, level_at = {t: n for n, t in enumerate(towns)}, {k: n for n, k in enumerate(levels)}
    return {
        "x": steps(s.lon for s in rows),
        "y": steps(s.lat for s in rows),
        "name": [say.name(s) for s in rows],
        "town": [town_at[visible(s.township)] for s in rows],
        "towns": towns,
        "level": [level_at[s.level] for s in rows],
        "levels": [say(f"level.{k}") for k in levels],
        "seat": [int(s.level in SEATS) for s in rows],
        "people": [s.population_persons for s in rows],
    }


def _service(key: str, study: Study, position: dict[str, int], say: Speech) -> dict[str, Any]:
    county, service = study.county, study.county.services[key]
    column = county.file.demand[service.demand].column
    levels = dict.fromkeys(s.level for s in county.settlements)
    sites = [s for s in county.sites if s.service == key]
    at = {site.id: n for n, site in enumerate(sites)}
    now, was = study.plan.services[key], study.before_plan.services.get(key, ServicePlan())
    return {
        "name": say.name(service),
        "who": say.name(county.file.demand[service.demand]),
        "time": service.access[0].by_time,
        "mixed": _mixed(service),
        "access": [
            {
                "time": a.by_time,
                "mode": say(f"mode.{a.mode}"),
                "limits": [round(a.limit(level) * (60 if a.by_time else 1)) for level in levels],
            }
            for a in service.access
        ],
        "breaks": breaks(service),
        "demand": [s.people(column) for s in county.settlements],
        "share": [say.share(m.services[key].share) for m in (study.before, study.measures)],
        "sites": _sites(sites, key, study, say),
        "before": _plan(was, position, at),
        "after": _plan(now, position, at),
    }


def breaks(service: Service) -> list[int]:
    """Five class limits of travel, the last one the standard itself: seconds or metres; per cent where both occur."""
    if _mixed(service):
        return [20, 40, 60, 80, 100]
    by_time = service.access[0].by_time
    top = float(max(max(access.limit(""), *access.limit_by_level.values(), Decimal(0)) for access in service.access))
    inner: tuple[float, ...] = NICE_MINUTES.get(top, ()) if by_time else ()
    inner = inner or tuple(round(top * part, 1 if by_time else -1) for part in (0.2, 0.4, 0.6, 0.8))
    return [round(x * (60 if by_time else 1)) for x in (*inner, top)]


def _mixed(service: Service) -> bool:
    """True where some accesses have a time and others a distance: no one unit says how far people go."""
    return len({access.by_time for access in service.access}) > 1


def _sites(sites: list[Site], key: str, study: Study, say: Speech) -> dict[str, Any]:
    service, part = study.county.services[key], study.plan.services[key]
    figures = {f.opening.site: f for f in study.measures.sites if f.service == key}
    before = {f.opening.site: f for f in study.before.sites if f.service == key}
    closed = set(part.closed)
    return {
        "x": steps(s.lon for s in sites),
        "y": steps(s.lat for s in sites),
        "name": [say.name(s) for s in sites],
        "before": [int(s.id in before) for s in sites],
        "after": [
            CLOSED if s.id in closed else STATES[figures[s.id].opening.action] if s.id in figures else 0 for s in sites
        ],
        "size": [size_name(service, figures[s.id].opening, say) if s.id in figures else "" for s in sites],
        "places": [[m[s.id].capacity or 0 if s.id in m else 0 for m in (before, figures)] for s in sites],
        "cost": [say.money(figures[s.id].capital) if s.id in figures and figures[s.id].capital else "" for s in sites],
    }


def _plan(part: ServicePlan, position: dict[str, int], at: dict[str, int]) -> dict[str, list[int]]:
    links: list[int] = []
    for a in part.assignments:
        links += (position[a.settlement], at[a.site], a.persons, a.travel, a.access)
    unserved: list[int] = []
    for u in part.unserved:
        unserved += (position[u.settlement], u.persons, REASONS.index(u.reason))
    return {"links": links, "unserved": unserved}


def _roads(county: County) -> list[dict[str, Any]]:
    """Main roads, other roads, lanes: each as lines that run from junction to junction."""
    roads = county.roads
    fastest: dict[str, Decimal] = {}
    for mode in county.file.network.modes.values():
        for name, speed in mode.speeds_kmh.items():
            fastest[name] = max(speed, fastest.get(name, Decimal(0)))
    edges: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for tail, head, name in zip(roads.tail.tolist(), roads.head.tolist(), roads.road_class.tolist(), strict=True):
        speed = fastest.get(str(name), Decimal(0))
        rank = 0 if speed >= MAIN_KMH else 1 if speed >= OTHER_KMH else 2
        if tail != head:
            edges[rank].add((min(tail, head), max(tail, head)))
    return [{"rank": rank, "lines": _drawn(chains(edges[rank]), roads)} for rank in sorted(edges)]


def _drawn(lines: list[list[int]], roads: Roads) -> list[list[list[int]]]:
    lon, lat = roads.lon.tolist(), roads.lat.tolist()
    return [_line((lon[n], lat[n]) for n in line) for line in lines]


def chains(edges: set[tuple[int, int]]) -> list[list[int]]:
    """Undirected edges joined into lines: every edge is in exactly one line, once."""
    beside: dict[int, list[int]] = defaultdict(list)
    for a, b in sorted(edges):
        beside[a].append(b)
        beside[b].append(a)
    left = set(edges)
    lines = []
    # Ends and junctions first, then what is left: rings.
    for start in sorted(beside, key=lambda n: (len(beside[n]) == 2, n)):
        for second in beside[start]:
            if (min(start, second), max(start, second)) not in left:
                continue
            line = [start]
            last: int | None = second
            while last is not None:
                left.discard((min(line[-1], last), max(line[-1], last)))
                line.append(last)
                onward = (n for n in beside[last] if (min(last, n), max(last, n)) in left)
                last = next(onward, None) if len(beside[last]) == 2 else None
            lines.append(line)
    return lines
