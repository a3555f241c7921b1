"""Checks inside ``county.toml``: does every name lead somewhere, and can every number be what it says?

`run` is also asked of the county under each of its scenarios, so that a change that breaks something is found before
a solve. The sentences, with the cure, stand in ``words/``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import get_args

from siting.counties.county import County
from siting.counties.services import Family, Service
from siting.errors import Fault, InputRefused
from siting.reading import scenario, toml_file
from siting.reading.likeness import Likeness

#: No standard of daily life is longer: such a limit was given in seconds.
LONGEST_LIMIT_MIN = 240
#: No road distance standard is shorter: such a limit was given in kilometres.
SHORTEST_LIMIT_M = 30
#: No county is wider.
LONGEST_LIMIT_M = 1_000_000
EVERY: tuple[str, ...] = get_args(Family)
#: Families whose sites are places of their own: only to these people can be sent on. A line has no place, and the
#: disposal places of waste belong to several services.
PLACES = ("coverage", "catchment")


def run(county: County) -> list[Fault]:
    """All faults inside county.toml."""
    return [fault for check in CHECKS for fault in check(county)]


def scenarios(county: County) -> Iterator[Fault]:
    """E183/E184 changes that cannot be made; any fault that a scenario's changes bring in."""
    today = {(f.code, f.column) for f in run(county)}
    for name, variation in county.file.scenarios.items():
        if not variation.changes:
            continue
        where = f"scenarios.{name}.changes"
        try:
            changed = scenario.under(county, name)
        except InputRefused as refusal:
            for fault in refusal.faults:
                yield replace(toml_fault(county, fault.code, where), values=fault.values)
            continue
        for fault in run(changed):
            if (fault.code, fault.column) not in today:
                yield replace(toml_fault(county, fault.code, where), values={**fault.values, "at": fault.column})


def toml_fault(county: County, code: str, key: str, /, **values: object) -> Fault:
    """A fault of county.toml with the line of a dotted key."""
    return Fault(code, "county.toml", toml_file.line_of(county.folder / "county.toml", key), key, values)


def _references(county: County) -> Iterator[Fault]:
    """E129 unknown demand, E130 unknown service, E125 unknown size, E149 wrong family, E144 an id used twice."""
    file = county.file
    groups = [(f"services.{key}.demand", s.demand) for key, s in file.services.items()]
    groups += [
        (f"services.{key}.access[{k}].eligible", access.eligible)
        for key, s in file.services.items()
        for k, access in enumerate(s.access)
        if access.eligible
    ]
    for key, group in groups:
        if group not in file.demand:
            yield toml_fault(county, "E129", key, value=group, known=", ".join(file.demand))
    for key, name, families in _named_services(county):
        if name not in file.services:
            yield toml_fault(county, "E130", key, value=name, known=", ".join(file.services))
        elif file.services[name].family not in families:
            yield toml_fault(county, "E149", key, value=name, family=" / ".join(families))
    sized = [(f"targets[{k}].sizes", t.service, t.sizes) for k, t in enumerate(file.targets)]
    sized += [(f"rules[{k}].sizes", r.service, r.sizes) for k, r in enumerate(file.rules)]
    for key, name, sizes in sized:
        known = [size.id for size in file.services[name].sizes] if name in file.services else list(sizes)
        for size in sizes:
            if size not in known:
                yield toml_fault(county, "E125", key, value=size, known=", ".join(known))
    packages = [p.id for p in file.packages]
    for k, target in enumerate(file.targets):
        if target.package and target.package not in packages:
            yield toml_fault(county, "E153", f"targets[{k}].package", value=target.package, known=", ".join(packages))
    for table in ("phases", "funds", "rules", "packages", "targets"):
        ids = [item.id for item in getattr(file, table)]
        for k, name in enumerate(ids):
            if name in ids[:k]:
                yield toml_fault(county, "E144", f"{table}[{k}].id", value=name)


def _named_services(county: County) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(key, service that it names, families of which that must be one)."""
    file = county.file
    for key, service in file.services.items():
        for k, access in enumerate(service.access):
            if access.kind == "line":
                yield f"services.{key}.access[{k}].line", access.line, ("line",)
        for name in service.also_served_by:
            yield f"services.{key}.also_served_by", name, PLACES
        if service.referral is not None:
            yield f"services.{key}.referral.service", service.referral.service, PLACES
    for k, fund in enumerate(file.funds):
        yield from ((f"funds[{k}].pays", name, EVERY) for name in fund.pays)
    for k, package in enumerate(file.packages):
        yield from ((f"packages[{k}].services", name, EVERY) for name in package.services)
    yield from ((f"rules[{k}].service", rule.service, EVERY) for k, rule in enumerate(file.rules))
    yield from ((f"targets[{k}].service", t.service, EVERY) for k, t in enumerate(file.targets) if t.service)
    for name, variation in file.scenarios.items():
        yield from ((f"scenarios.{name}.services", s, EVERY) for s in variation.services or ())


def _phases(county: County) -> Iterator[Fault]:
    """E154 a fund or quota with another number of amounts than there are phases; E155 phases out of order."""
    file = county.file
    wanted = len(county.phases)
    for k, fund in enumerate(file.funds):
        if len(fund.amounts) != wanted:
            yield toml_fault(county, "E154", f"funds[{k}].capital_by_phase", has=len(fund.amounts), wants=wanted)
    if file.land.quota_m2 and len(file.land.quota_m2) != wanted:
        yield toml_fault(county, "E154", "land.quota_m2", has=len(file.land.quota_m2), wants=wanted)
    years = [phase.year for phase in file.phases]
    for k in range(1, len(years)):
        if years[k] <= years[k - 1]:
            yield toml_fault(county, "E155", f"phases[{k}].year", value=years[k], before=years[k - 1])


def _packages(county: County) -> Iterator[Fault]:
    """E122 an unknown settlement in a package."""
    known, alike = {s.id for s in county.settlements}, Likeness(county.settlements)
    for k, package in enumerate(county.file.packages):
        for settlement in package.settlements:
            if settlement not in known:
                where, meant = f"packages[{k}].settlements", alike.meant(settlement)
                yield toml_fault(county, "E122", where, value=settlement, meant=meant)


def _standards(county: County) -> Iterator[Fault]:
    """E121 minutes like seconds, E133 metres like kilometres, E108 beyond a county, E128 no speeds."""
    modes = county.file.network.modes
    for key, service in county.services.items():
        for k, access in enumerate(service.access):
            where = f"services.{key}.access[{k}]"
            for limit in (access.limit(""), *access.limit_by_level.values()):
                if access.by_time and limit > LONGEST_LIMIT_MIN:
                    minutes = f"{limit / 60:.4g}"
                    values = {"value": limit, "minutes": minutes, "longest": LONGEST_LIMIT_MIN}
                    yield toml_fault(county, "E121", f"{where}.limit_min", **values)
                elif not access.by_time and limit < SHORTEST_LIMIT_M:
                    yield toml_fault(county, "E133", f"{where}.limit_m", value=limit, metres=limit * 1000)
                elif not access.by_time and limit > LONGEST_LIMIT_M:
                    yield toml_fault(county, "E108", f"{where}.limit_m", value=limit, limit=f"≤ {LONGEST_LIMIT_M}")
        for where, mode in _modes(key, service):
            if mode not in modes:
                yield toml_fault(county, "E128", where, value=mode, known=", ".join(modes))


def _modes(key: str, service: Service) -> Iterator[tuple[str, str]]:
    """(key, travel mode) of everything that a service says of travel."""
    yield from ((f"services.{key}.access[{k}].mode", a.mode) for k, a in enumerate(service.access))
    if service.referral is not None:
        yield f"services.{key}.referral.mode", service.referral.mode
    if service.haul is not None:
        yield f"services.{key}.haul.transfer_mode", service.haul.transfer_mode
        yield f"services.{key}.haul.direct_mode", service.haul.direct_mode
    if service.line is not None:
        yield f"services.{key}.line.mode", service.line.mode


def _sizes(county: County) -> Iterator[Fault]:
    """E132 a size without what its family counts, E144 an id used twice, E156 more beds than places, E157 lines."""
    measure = {"catchment": "capacity_persons", "haul": "capacity_tpd", "line": "trips_per_day"}
    for key, service in county.services.items():
        ids = [size.id for size in service.sizes]
        for k, size in enumerate(service.sizes):
            where = f"services.{key}.sizes[{k}]"
            wanted = measure.get(service.family)
            if wanted and not getattr(size, wanted):
                yield toml_fault(county, "E132", where, value=size.id, column=wanted, family=service.family)
            if size.beds_persons > (size.capacity_persons or 0):
                yield toml_fault(county, "E156", where, value=size.id, beds=size.beds_persons)
            if size.id in ids[:k]:
                yield toml_fault(county, "E144", f"{where}.id", value=size.id)
        if not service.hosts and service.family != "line":
            yield toml_fault(county, "E107", f"services.{key}.hosts")
        lines = {a.line for a in service.access if a.kind == "line"}
        if len(lines) > 1:
            yield toml_fault(county, "E157", f"services.{key}.access", value=", ".join(sorted(lines)))
        if service.family == "line" and not service.access[0].by_time:
            yield toml_fault(county, "E158", f"services.{key}.access[0]")


CHECKS: tuple[Callable[[County], Iterator[Fault]], ...] = (_references, _phases, _packages, _standards, _sizes)
