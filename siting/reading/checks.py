"""Checks between tables, listed as data: a check is a function from the county to its faults, and `CHECKS` is the list.

Each check says in its docstring which faults it finds; the sentences, with the cure, stand in ``words/``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import shapely

from siting.counties.county import County
from siting.counties.rows import Disposal, Settlement, Site
from siting.errors import Fault, InputRefused
from siting.reading import coherence, own_times, scenario
from siting.reading.coherence import toml_fault
from siting.reading.likeness import Likeness
from siting.roads.ground import too_near
from siting.roads.network import ModeNetwork, Plane, build, even_odd, snap
from siting.roads.slope import UNKNOWN_MM

Numbers = Mapping[str, list[int]]
Check = Callable[[County, Numbers], Iterator[Fault]]

#: A point farther than this from every road does not lie in the county.
FAR_M = 50_000


def run(county: County, numbers: Numbers) -> list[Fault]:
    """All faults of all checks; ``numbers`` gives the row of each table's rows."""
    inside = [*coherence.run(county), *coherence.scenarios(county)]
    return [*inside, *(fault for check in CHECKS for fault in check(county, numbers))]


def sites(county: County, numbers: Numbers) -> Iterator[Fault]:
    """E120 unknown service, E122/E123 host, E124 host rule, E125 size, E126 existing site without capacity."""
    settlements, alike = {s.id: s for s in county.settlements}, Likeness(county.settlements)
    for site, number in zip(county.sites, numbers["sites.csv"], strict=True):

        def fault(code: str, column: str, *, row: int = number, **values: object) -> Fault:
            return Fault(code, "sites.csv", row, column, values)

        if site.service not in county.file.services:
            yield fault("E120", "service", value=site.service, known=", ".join(county.file.services))
            continue
        service = county.services[site.service]
        host = settlements.get(site.settlement)
        if site.settlement and host is None:
            yield fault("E122", "settlement", value=site.settlement, meant=alike.meant(site.settlement))
        elif site.status == "candidate" and host is None:
            yield fault("E123", "settlement", id=site.id)
        if service.family == "line":
            yield fault("E145", "service", id=site.id, value=site.service)
            continue
        if site.outside and site.status == "candidate":
            yield fault("E146", "outside", id=site.id)
        if site.status == "candidate" and host is not None and host.level not in service.hosts:
            yield fault("E124", "settlement", id=site.id, level=host.level, hosts=", ".join(service.hosts))
        if site.size and site.size not in {size.id for size in service.sizes}:
            yield fault("E125", "size", value=site.size, known=", ".join(size.id for size in service.sizes))
        elif service.family in ("catchment", "haul") and site.status == "existing" and not site.size:
            column = "capacity_persons" if service.family == "catchment" else "capacity_tpd"
            if site.places is None:
                yield Fault("E126", "sites.csv", number, column, {"id": site.id, "column": column})


def lines(county: County, numbers: Numbers) -> Iterator[Fault]:
    """E120 unknown line service, E122 unknown stop, E147 fewer than two stops, or one twice in a row."""
    settlements, alike = {s.id for s in county.settlements}, Likeness(county.settlements)
    known = [key for key, s in county.services.items() if s.family == "line"]
    for line, number in zip(county.lines, numbers["lines.csv"], strict=True):
        if line.service and line.service not in known:
            yield Fault("E120", "lines.csv", number, "service", {"value": line.service, "known": ", ".join(known)})
        for stop in line.stop_ids:
            if stop not in settlements:
                yield Fault("E122", "lines.csv", number, "stops", {"value": stop, "meant": alike.meant(stop)})
        stops = line.stop_ids
        if len(set(stops)) < 2 or any(a == b for a, b in itertools.pairwise(stops)):
            yield Fault("E147", "lines.csv", number, "stops", {"id": line.id})


def disposal(county: County, numbers: Numbers) -> Iterator[Fault]:
    """E144 an id that is also one of sites.csv: a haul service speaks of both."""
    ids = {site.id for site in county.sites}
    for place, number in zip(county.disposal, numbers["disposal.csv"], strict=True):
        if place.id in ids:
            yield Fault("E144", "disposal.csv", number, "id", {"value": place.id})


def people(county: County, numbers: Numbers) -> Iterator[Fault]:
    """W137 more people of a group than residents; W142 nobody lives in the county."""
    columns = sorted({d.column for d in county.file.demand.values() if d.column.endswith("_persons")})
    for settlement, number in zip(county.settlements, numbers["settlements.csv"], strict=True):
        for column in columns:
            if settlement.people(column) > settlement.population_persons:
                values = {"value": settlement.people(column), "residents": settlement.population_persons}
                yield Fault("W137", "settlements.csv", number, column, values)
    if not any(s.population_persons for s in county.settlements):
        yield Fault("E142", "settlements.csv", column="population_persons")


def coordinates(county: County, numbers: Numbers) -> Iterator[Fault]:
    """E136 swapped columns, E135 points far from every road."""
    plane, roads = Plane.of(county.roads), county.roads
    west, east, south, north = roads.lon.min(), roads.lon.max(), roads.lat.min(), roads.lat.max()

    def beyond_m(lon: float, lat: float) -> float:
        dx = max(west - lon, 0.0, lon - east) * plane.metres_per_lon
        dy = max(south - lat, 0.0, lat - north) * plane.metres_per_lat
        return float(np.hypot(dx, dy))

    tables: dict[str, Sequence[Settlement | Site]] = {"settlements.csv": county.settlements, "sites.csv": county.sites}
    for table, points in tables.items():
        for point, number in zip(points, numbers[table], strict=True):
            if (far := beyond_m(point.lon, point.lat)) > FAR_M:
                swapped = beyond_m(point.lat, point.lon) <= FAR_M
                values = {"id": point.id, "lon": point.lon, "lat": point.lat, "km": round(far / 1000)}
                yield Fault("E136" if swapped else "E135", table, number, "lon", values)


def red_lines(county: County, numbers: Numbers) -> Iterator[Fault]:
    """E140 a candidate in a red line; W141 an existing site in one."""
    places = _places(county, numbers)
    if not county.red_lines or not places:
        return
    zones = [even_odd(zone.rings) for zone in county.red_lines]
    tree = shapely.STRtree(zones)
    points = shapely.points([[place.lon, place.lat] for place, _, _ in places])
    inside: dict[int, int] = {}
    for k, z in zip(*tree.query(points, predicate="intersects"), strict=True):
        inside.setdefault(int(k), int(z))
    for k, z in sorted(inside.items()):
        (place, table, number), zone = places[k], county.red_lines[z]
        code = "E140" if place.status == "candidate" else "W141"
        values = {"id": place.id, "zone": zone.name, "zone_en": zone.name_en or zone.name, "kind": zone.kind}
        yield Fault(code, table, number, "lon", values)


def distances(county: County, numbers: Numbers) -> Iterator[Fault]:
    """E148 a candidate nearer to homes or water than its service allows."""
    haul = [service for service in county.services.values() if service.haul is not None]
    for place, table, number in _places(county, numbers):
        if place.status != "candidate":
            continue
        own = [county.services.get(place.service)] if isinstance(place, Site) else haul
        for service in filter(None, own):
            for what, metres, limit in too_near(county, service, place.lon, place.lat):
                values = {"id": place.id, "what": what, "metres": metres, "limit": limit}
                yield Fault("E148", table, number, "lon", values)


def _places(county: County, numbers: Numbers) -> list[tuple[Site | Disposal, str, int]]:
    """Everything that stands or may be built, with its table and row."""
    sites = [(s, "sites.csv", n) for s, n in zip(county.sites, numbers["sites.csv"], strict=True)]
    disposal = zip(county.disposal, numbers["disposal.csv"], strict=True)
    return [*sites, *((place, "disposal.csv", number) for place, number in disposal)]


def heights(county: County, numbers: Numbers) -> Iterator[Fault]:
    """W171 nodes without a height, though a mode is slowed down by slopes."""
    missing = int((county.roads.height_mm == UNKNOWN_MM).sum())
    modes = [mode for mode, travel in county.file.network.modes.items() if travel.slopes]
    if missing and modes:
        values = {"count": missing, "total": len(county.roads.node_ids), "modes": ", ".join(modes)}
        yield Fault("W171", "nodes.csv", column="elevation_m", values=values)


def reach(county: County, numbers: Numbers) -> Iterator[Fault]:
    """E134/W134 settlements that no road reaches (refused, or listed if ``allow_unserved``); W135 sites, E159 stops."""
    limit_m = county.file.network.snap_limit_m
    modes = {a.mode for s in county.services.values() for a in s.access}
    modes |= {s.line.mode for s in county.services.values() if s.line is not None}
    modes &= set(county.file.network.modes)
    networks: dict[str, ModeNetwork] = {mode: build(county, mode) for mode in sorted(modes)}
    for mode, network in networks.items():
        if not network.time_ms.nnz:
            yield toml_fault(county, "E128", f"network.modes.{mode}", value=mode, known=", ".join(sorted(modes)))
            return
    yield from _unreached_settlements(county, numbers, networks, limit_m)
    yield from _unreached_stops(county, numbers, networks, limit_m)
    nearest: dict[str, np.ndarray] = {}
    lon, lat = np.array([s.lon for s in county.sites]), np.array([s.lat for s in county.sites])
    for mode, network in networks.items():
        nearest[mode] = snap(network, county.roads, lon, lat, limit_m).distance_m if county.sites else np.zeros(0)
    told = {k for own in county.own_times.values() for k in own.site.tolist()}
    for k, site in enumerate(county.sites):
        if k in told:
            continue
        if metres := _beyond(county, site, {mode: int(d[k]) for mode, d in nearest.items()}, limit_m):
            values = {"id": site.id, "metres": metres, "limit": limit_m}
            yield Fault("W135", "sites.csv", numbers["sites.csv"][k], "lon", values)


def _unreached_stops(
    county: County, numbers: Numbers, networks: Mapping[str, ModeNetwork], limit_m: int
) -> Iterator[Fault]:
    """E159 a stop that no road of the line's mode reaches."""
    position = {s.id: k for k, s in enumerate(county.settlements)}
    lon, lat = np.array([s.lon for s in county.settlements]), np.array([s.lat for s in county.settlements])
    row = {line.id: number for line, number in zip(county.lines, numbers["lines.csv"], strict=True)}
    for key, service in county.services.items():
        if service.line is None or service.line.mode not in networks:
            continue
        metres = snap(networks[service.line.mode], county.roads, lon, lat, limit_m).distance_m
        for line in county.lines_of(key):
            for stop in line.stop_ids:
                if stop in position and metres[position[stop]] > limit_m:
                    values = {"id": line.id, "stop": stop, "metres": int(metres[position[stop]]), "limit": limit_m}
                    yield Fault("E159", "lines.csv", row[line.id], "stops", values)


def _unreached_settlements(
    county: County, numbers: Numbers, networks: Mapping[str, ModeNetwork], limit_m: int
) -> Iterator[Fault]:
    code = "W134" if county.file.network.allow_unserved else "E134"
    lon, lat = np.array([s.lon for s in county.settlements]), np.array([s.lat for s in county.settlements])
    metres = {mode: snap(n, county.roads, lon, lat, limit_m).distance_m for mode, n in networks.items()}
    told = {
        mode: set(own.settlement.tolist()) for mode, own in county.own_times.items()
    }  # the roads do not matter there
    for k, settlement in enumerate(county.settlements):
        beyond = {mode: int(d[k]) for mode, d in metres.items() if d[k] > limit_m and k not in told.get(mode, ())}
        if beyond:
            worst = max(beyond.values())
            if worst > FAR_M:
                continue  # said by `coordinates`
            values = {"id": settlement.id, "name": settlement.name, "metres": worst, "limit": limit_m}
            values |= {"modes": ", ".join(sorted(beyond)), "people": settlement.population_persons}
            yield Fault(code, "settlements.csv", numbers["settlements.csv"][k], "lon", values)


def _beyond(county: County, site: Site, metres: Mapping[str, int], limit_m: int) -> int:
    """Distance of a site to the network where every mode of its service is beyond the limit, else 0."""
    service = county.services.get(site.service)
    if service is None:
        return 0
    own = [metres[a.mode] for a in service.access if a.mode in metres]
    return min(own) if own and limit_m < min(own) <= FAR_M else 0


def own_times_whole(county: County, numbers: Numbers) -> Iterator[Fault]:
    """W172 pairs of a settlement and a site that `times.csv` lacks."""
    yield from own_times.complete(county)


def in_scenarios(county: County, numbers: Numbers) -> Iterator[Fault]:
    """What the changes of a scenario take away from under sites and lines: a size, a service, a family; each once.

    A host that a scenario leaves out (E124) is none: its candidates cannot be built there.
    """
    changing = [name for name, variation in county.file.scenarios.items() if variation.changes]
    always = [*sites(county, numbers), *lines(county, numbers)] if changing else []
    for name in changing:
        said = list(always)
        try:
            changed = scenario.under(county, name)
        except InputRefused:
            continue  # said with the changes themselves
        for fault in (*sites(changed, numbers), *lines(changed, numbers)):
            where = toml_fault(county, fault.code, f"scenarios.{name}.changes", **fault.values)
            if fault.code != "E124" and fault not in said and where not in said:
                said.append(where)
                yield where


CHECKS: tuple[Check, ...] = (
    sites,
    lines,
    disposal,
    people,
    coordinates,
    red_lines,
    distances,
    heights,
    own_times_whole,
    reach,
    in_scenarios,
)
