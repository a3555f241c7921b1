"""Checks between tables, listed as data: a check is a function from the county to its faults, and `CHECKS` is the list.

Each check says in its docstring which faults it finds; the sentences, with the cure, stand in ``words/``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import shapely

from siting import toml_file
from siting.county import County
from siting.errors import Fault
from siting.network import ModeNetwork, Plane, build, snap
from siting.rows import Settlement, Site

Numbers = Mapping[str, list[int]]
Check = Callable[[County, Numbers], Iterator[Fault]]

#: No standard of daily life is longer: such a limit was given in seconds.
LONGEST_LIMIT_MIN = 240
#: No road distance standard is shorter: such a limit was given in kilometres.
SHORTEST_LIMIT_M = 30
#: No county is wider.
LONGEST_LIMIT_M = 1_000_000
#: A point farther than this from every road does not lie in the county.
FAR_M = 50_000


def run(county: County, numbers: Numbers) -> list[Fault]:
    """All faults of all checks; ``numbers`` gives the row of each table's rows."""
    return [fault for check in CHECKS for fault in check(county, numbers)]


def _toml(county: County, code: str, key: str, **values: object) -> Fault:
    return Fault(code, "county.toml", toml_file.line_of(county.folder / "county.toml", key), key, values)


def references(county: County, _: Numbers) -> Iterator[Fault]:
    """E129 unknown demand, E130 unknown service, E144 an id used twice, in county.toml."""
    file = county.file
    for key, service in file.services.items():
        if service.demand not in file.demand:
            yield _toml(county, "E129", f"services.{key}.demand", value=service.demand, known=", ".join(file.demand))
    named = [(f"funds[{k}].pays", name) for k, fund in enumerate(file.funds) for name in fund.pays]
    named += [(f"targets[{k}].service", target.service) for k, target in enumerate(file.targets)]
    named += [(f"scenarios.{s}.services", name) for s, v in file.scenarios.items() for name in v.services or ()]
    for key, name in named:
        if name not in file.services:
            yield _toml(county, "E130", key, value=name, known=", ".join(file.services))
    for table, ids in (("funds", [f.id for f in file.funds]), ("targets", [t.id for t in file.targets])):
        for k, name in enumerate(ids):
            if name in ids[:k]:
                yield _toml(county, "E144", f"{table}[{k}].id", value=name)


def standards(county: County, _: Numbers) -> Iterator[Fault]:
    """E121 minutes like seconds, E133 metres like kilometres, E108 beyond a county, E128 no speeds, E132 sizes."""
    for key, service in county.services.items():
        for k, access in enumerate(service.access):
            where = f"services.{key}.access[{k}]"
            for limit in (access.limit(""), *access.limit_by_level.values()):
                if access.by_time and limit > LONGEST_LIMIT_MIN:
                    minutes = f"{limit / 60:.4g}"
                    yield _toml(
                        county, "E121", f"{where}.limit_min", value=limit, minutes=minutes, longest=LONGEST_LIMIT_MIN
                    )
                elif not access.by_time and limit < SHORTEST_LIMIT_M:
                    yield _toml(county, "E133", f"{where}.limit_m", value=limit, metres=limit * 1000)
                elif not access.by_time and limit > LONGEST_LIMIT_M:
                    yield _toml(county, "E108", f"{where}.limit_m", value=limit, limit=f"≤ {LONGEST_LIMIT_M}")
            if access.mode not in county.file.network.modes:
                yield _toml(
                    county, "E128", f"{where}.mode", value=access.mode, known=", ".join(county.file.network.modes)
                )
        ids = [size.id for size in service.sizes]
        for k, size in enumerate(service.sizes):
            if service.family == "catchment" and not size.capacity_persons:
                yield _toml(county, "E132", f"services.{key}.sizes[{k}]", value=size.id)
            if size.id in ids[:k]:
                yield _toml(county, "E144", f"services.{key}.sizes[{k}].id", value=size.id)


def sites(county: County, numbers: Numbers) -> Iterator[Fault]:
    """E120 unknown service, E122/E123 host, E124 host rule, E125 size, E126 existing site without capacity."""
    settlements = {s.id: s for s in county.settlements}
    for site, number in zip(county.sites, numbers["sites.csv"], strict=True):

        def fault(code: str, column: str, *, row: int = number, **values: object) -> Fault:
            return Fault(code, "sites.csv", row, column, values)

        if site.service not in county.file.services:
            yield fault("E120", "service", value=site.service, known=", ".join(county.file.services))
            continue
        service = county.services.get(site.service)
        host = settlements.get(site.settlement)
        if site.settlement and host is None:
            yield fault("E122", "settlement", value=site.settlement)
        elif site.status == "candidate" and host is None:
            yield fault("E123", "settlement", id=site.id)
        if service is None:
            continue
        if site.status == "candidate" and host is not None and host.level not in service.hosts:
            yield fault("E124", "settlement", id=site.id, level=host.level, hosts=", ".join(service.hosts))
        if site.size and site.size not in {size.id for size in service.sizes}:
            yield fault("E125", "size", value=site.size, known=", ".join(size.id for size in service.sizes))
        elif (
            service.family == "catchment"
            and site.status == "existing"
            and not site.size
            and site.capacity_persons is None
        ):
            yield fault("E126", "capacity_persons", id=site.id)


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
    if not county.red_lines or not county.sites:
        return
    zones = [shapely.Polygon(zone.rings[0], zone.rings[1:]) for zone in county.red_lines]
    tree = shapely.STRtree(zones)
    points = shapely.points([[s.lon, s.lat] for s in county.sites])
    inside: dict[int, int] = {}
    for k, z in zip(*tree.query(points, predicate="intersects"), strict=True):
        inside.setdefault(int(k), int(z))
    for k, z in sorted(inside.items()):
        site, zone = county.sites[k], county.red_lines[z]
        code = "E140" if site.status == "candidate" else "W141"
        values = {"id": site.id, "zone": zone.name, "kind": zone.kind}
        yield Fault(code, "sites.csv", numbers["sites.csv"][k], "lon", values)


def reach(county: County, numbers: Numbers) -> Iterator[Fault]:
    """E134/W134 settlements that no road reaches (refused, or listed with ``allow_unserved``); W135 such sites."""
    limit_m = county.file.network.snap_limit_m
    modes = {a.mode for s in county.services.values() for a in s.access} & set(county.file.network.modes)
    networks: dict[str, ModeNetwork] = {mode: build(county, mode) for mode in sorted(modes)}
    for mode, network in networks.items():
        if not network.time_ms.nnz:
            yield _toml(county, "E128", f"network.modes.{mode}", value=mode, known=", ".join(modes))
            return
    yield from _unreached_settlements(county, numbers, networks, limit_m)
    nearest: dict[str, np.ndarray] = {}
    lon, lat = np.array([s.lon for s in county.sites]), np.array([s.lat for s in county.sites])
    for mode, network in networks.items():
        nearest[mode] = snap(network, county.roads, lon, lat, limit_m).distance_m if county.sites else np.zeros(0)
    for k, site in enumerate(county.sites):
        if metres := _beyond(county, site, {mode: int(d[k]) for mode, d in nearest.items()}, limit_m):
            values = {"id": site.id, "metres": metres, "limit": limit_m}
            yield Fault("W135", "sites.csv", numbers["sites.csv"][k], "lon", values)


def _unreached_settlements(
    county: County, numbers: Numbers, networks: Mapping[str, ModeNetwork], limit_m: int
) -> Iterator[Fault]:
    code = "W134" if county.file.network.allow_unserved else "E134"
    lon, lat = np.array([s.lon for s in county.settlements]), np.array([s.lat for s in county.settlements])
    metres = {mode: snap(n, county.roads, lon, lat, limit_m).distance_m for mode, n in networks.items()}
    for k, settlement in enumerate(county.settlements):
        beyond = {mode: int(d[k]) for mode, d in metres.items() if d[k] > limit_m}
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


CHECKS: tuple[Check, ...] = (references, standards, sites, people, coordinates, red_lines, reach)
