"""The map of a report as small whole numbers: coordinates in steps of 1e-5 degrees, each as the difference to the last.

What a browser draws is decided in ``templates/map.js``; this module only says what there is. Lists run in parallel:
``places`` and each service's ``sites`` are columns; ``links`` are rows of ``stride`` numbers laid end to end (place,
site, persons, travel in seconds or metres, access, line or -1, phase from which on or -1), ``unserved`` rows of three
(place, persons, reason), ``transfers`` rows of four (station, disposal place, kilograms a day, seconds).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from siting.counties.county import County
from siting.counties.services import Access, Service
from siting.plan import ServicePlan
from siting.studies.study import Study

from ..chapters.results import size_name
from ..speech import Speech
from ..spots import Spot, serving, unit, ways
from . import map_lines
from .map_steps import STEPS as STEPS
from .map_steps import steps

#: Levels at which the name of a township stands on the map.
SEATS = ("city", "county_town", "central_town", "township_seat")
REASONS = ("unreachable", "no_site_in_reach", "full", "not_built")
#: States of a site: absent, kept, new, expanded, closed.
STATES = {"keep": 1, "new": 2, "expand": 3}
CLOSED = 4
#: Signs of a spot.
KINDS = ("site", "landfill", "incinerator", "line")
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
    lines = map_lines.of(study, position, say)
    line_at = {line["id"]: n for n, line in enumerate(lines)}
    return {
        "places": _places(county, say),
        "roads": _roads(county),
        "red": [{"name": say.name(zone), "rings": [_line(ring) for ring in zone.rings]} for zone in county.red_lines],
        "stride": 7,
        "reasons": [say(f"reason.{reason}") for reason in REASONS],
        "phases": [say.name(phase) for phase in county.file.phases],
        "lines": lines,
        "services": [_service(key, study, position, line_at, say) for key in study.plan.services],
    }


def _line(points: Iterable[tuple[float, float]]) -> list[list[int]]:
    points = list(points)
    return [steps(p[0] for p in points), steps(p[1] for p in points)]


def _places(county: County, say: Speech) -> dict[str, Any]:
    rows = county.settlements
    towns = list(dict.fromkeys(say.town(s.township) for s in rows))
    levels = list(dict.fromkeys(s.level for s in rows))
    town_at, level_at = {t: n for n, t in enumerate(towns)}, {k: n for n, k in enumerate(levels)}
    return {
        "x": steps(s.lon for s in rows),
        "y": steps(s.lat for s in rows),
        "name": [say.name(s) for s in rows],
        "town": [town_at[say.town(s.township)] for s in rows],
        "towns": towns,
        "level": [level_at[s.level] for s in rows],
        "levels": [say(f"level.{k}") for k in levels],
        "seat": [int(s.level in SEATS) for s in rows],
        "people": [s.population_persons for s in rows],
    }


def _service(key: str, study: Study, position: dict[str, int], line_at: dict[str, int], say: Speech) -> dict[str, Any]:
    county, service = study.county, study.county.services[key]
    levels = dict.fromkeys(s.level for s in county.settlements)
    spots = serving(county, key)
    at = {spot.id: n for n, spot in enumerate(spots)}
    now, was = study.plan.services[key], study.before_plan.services.get(key, ServicePlan())
    phase_at = {phase.id: n for n, phase in enumerate(county.file.phases)}
    return {
        "name": say.name(service),
        "who": say.name(county.file.demand[service.demand]),
        "family": service.family,
        "unit": unit(county, key),
        "time": service.access[0].by_time,
        "mixed": _mixed(service),
        "access": [
            {
                "time": a.by_time,
                "kind": a.kind,
                "mode": say(f"mode.{a.mode}") if a.kind == "direct" else say(f"access.{a.kind}"),
                "limits": [round(a.limit(level) * (60 if a.by_time else 1)) for level in levels],
            }
            for a in ways(service)
        ],
        "breaks": breaks(service),
        "demand": list(county.demand_of(key).values()),
        "share": [say.share(m.services[key].share) for m in (study.before, study.measures)],
        "sites": _sites(spots, key, phase_at, study, say),
        "before": _plan(was, position, at, line_at, phase_at),
        "after": _plan(now, position, at, line_at, phase_at),
    }


def breaks(service: Service) -> list[int]:
    """Five class limits of travel, the last one the standard itself: seconds or metres; per cent where both occur."""
    if _mixed(service):
        return [20, 40, 60, 80, 100]
    by_time = service.access[0].by_time
    top = float(max(max(access.limit(""), *access.limit_by_level.values(), Decimal(0)) for access in _used(service)))
    inner: tuple[float, ...] = NICE_MINUTES.get(top, ()) if by_time else ()
    inner = inner or tuple(round(top * part, 1 if by_time else -1) for part in (0.2, 0.4, 0.6, 0.8))
    return [round(x * (60 if by_time else 1)) for x in (*inner, top)]


def _used(service: Service) -> list[Access]:
    """The ways that are offered, the straight haul where there is one."""
    offered = [access for access in service.access if access.offered] or list(service.access)
    return [*offered, *service.ways[len(service.access) :]]


def _mixed(service: Service) -> bool:
    """True where some accesses have a time and others a distance: no one unit says how far people go."""
    return len({access.by_time for access in (service.access[0], *_used(service))}) > 1


def _sites(spots: tuple[Spot, ...], key: str, phase_at: dict[str, int], study: Study, say: Speech) -> dict[str, Any]:
    figures = {(f.service, f.opening.site): f for f in study.measures.sites}
    before = {(f.service, f.opening.site): f for f in study.before.sites}
    closed = {(key, site) for key, part in study.plan.services.items() for site in part.closed}
    both = [(spot, figures.get((spot.service, spot.id)), before.get((spot.service, spot.id))) for spot in spots]
    services = study.county.services
    return {
        "x": steps(s.lon for s in spots),
        "y": steps(s.lat for s in spots),
        "name": [say.name(s) for s in spots],
        "kind": [KINDS.index(s.kind) for s in spots],
        "other": [int(s.service != key) for s in spots],
        "before": [int(was is not None) for _, _, was in both],
        "after": [
            CLOSED if (s.service, s.id) in closed else STATES[now.opening.action] if now else 0 for s, now, _ in both
        ],
        "phase": [phase_at.get(now.opening.phase, -1) if now else -1 for _, now, _ in both],
        "size": [size_name(services[s.service], now.opening, say) if now else "" for s, now, _ in both],
        "places": [[m.capacity or 0 if m else 0 for m in (was, now)] for _, now, was in both],
        "beds": [now.beds if now else 0 for _, now, _ in both],
        "cost": [say.money(now.capital) if now and now.capital else "" for _, now, _ in both],
    }


def _plan(
    part: ServicePlan, position: dict[str, int], at: dict[str, int], line_at: dict[str, int], phase_at: dict[str, int]
) -> dict[str, list[int]]:
    links: list[int] = []
    for a in part.assignments:
        links += (position[a.settlement], at[a.site], a.persons, a.travel, a.access)
        links += (line_at.get(a.line, -1) if a.line else -1, phase_at.get(a.since, -1))
    unserved: list[int] = []
    for u in part.unserved:
        unserved += (position[u.settlement], u.persons, REASONS.index(u.reason))
    transfers: list[int] = []
    for t in part.transfers:
        transfers += (at[t.station], at[t.disposal], t.persons, t.travel)
    return {"links": links, "unserved": unserved, "transfers": transfers}


def _roads(county: County) -> list[dict[str, Any]]:
    """Main roads, other roads, lanes: each as lines that run from junction to junction."""
    return [{"rank": rank, "lines": [_line(line) for line in lines]} for rank, lines in ranked_roads(county)]


@lru_cache(maxsize=2)
def ranked_roads(county: County) -> list[tuple[int, list[list[tuple[float, float]]]]]:
    """Rank (0 main, 1 other, 2 lane) and lines of the roads, in degrees."""
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
    lon, lat = roads.lon.tolist(), roads.lat.tolist()
    return [(rank, [[(lon[n], lat[n]) for n in line] for line in chains(edges[rank])]) for rank in sorted(edges)]


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
