"""Facilities that stand today, from OpenStreetMap or a planner's list: given to services, doubles joined."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from siting.errors import Fault, InputRefused

from . import tags as meaning
from .boundary import Boundary
from .listing import Cells, read_listing
from .osm import Feature
from .roads import distance_m

NEAR_M = 60.0
SAME_NAME_M = 250.0
COLUMNS = {
    "id": ("id", "osm", "编号"),
    "kind": ("kind", "type", "类型"),
    "service": ("service", "服务"),
    "name": ("name", "名称"),
    "lon": ("lon", "lng", "longitude", "经度"),
    "lat": ("lat", "latitude", "纬度"),
    "capacity_persons": ("capacity_persons", "capacity_or_beds", "capacity", "容量"),
    "source": ("source", "来源"),
}


@dataclass(frozen=True)
class Rule:
    """Which facilities serve as a service (``[[import.services]]`` of a preset).

    A facility of one of ``kinds`` belongs to the service if its name contains one of ``names`` (no names: any); with
    ``otherwise`` also where no other service claims it. Names with one of ``except_names`` never count.
    ``assumed_size`` is the size where the facility's own is unknown, "" where the service needs none.
    """

    service: str
    kinds: tuple[str, ...]
    names: tuple[str, ...] = ()
    except_names: tuple[str, ...] = ()
    otherwise: bool = False
    assumed_size: str = ""


@dataclass(frozen=True)
class Facility:
    """A facility that stands today; ``capacity`` in persons where known; ``services`` that it gives."""

    id: str
    kind: str
    name: str
    lon: float
    lat: float
    capacity: int | None
    source: str
    services: tuple[str, ...] = ()
    row: int | None = None


def facilities_of_osm(features: Sequence[Feature], boundary: Boundary, notes: list[Fault]) -> list[Facility]:
    """Facilities of the extract inside the boundary; those out of use are noted and left out."""
    inside = boundary.holds([f.lon for f in features], [f.lat for f in features])
    if outside := int((~inside).sum()):
        notes.append(Fault("N208", values={"what": "facility", "count": outside}))
    found = []
    for feature, keep in zip(features, inside, strict=True):
        if not keep:
            continue
        if reason := meaning.out_of_use(feature.kind, feature.tags):
            notes.append(Fault("N205", values=_said(feature.id, feature.kind, feature.name, reason)))
            continue
        capacity = meaning.people(feature.tags.get("capacity:persons", feature.tags.get("capacity", "")))
        found.append(
            Facility(
                feature.id, feature.kind, feature.name, feature.lon, feature.lat, capacity or None, f"OSM {feature.id}"
            )
        )
    return found


def facilities_of_list(path: Path, boundary: Boundary, notes: list[Fault]) -> list[Facility]:
    """Facilities of a planner's list. Raises `InputRefused` with every faulty row (E205-E208, E213, E214, E217)."""
    listing = read_listing(path, COLUMNS, ("kind", "name", "lon", "lat"))
    notes += [Fault("N213", listing.file, column=name, values={"column": name}) for name in sorted(listing.others)]
    faults: list[Fault] = []
    first: dict[str, int] = {}
    found = []
    for row, values in listing.rows:
        cells = Cells(listing.file, row, values, faults)
        ident = cells.text("id") or f"row{row}"
        if ident in first:
            faults.append(Fault("E207", listing.file, row, "id", {"id": ident, "first": first[ident]}))
        first.setdefault(ident, row)
        if len(ident) > 40:
            faults.append(Fault("E217", listing.file, row, "id", {"id": ident, "longest": 40}))
        capacity = cells.whole("capacity_persons", 1_000_000) if cells.text("capacity_persons") else None
        services = (cells.text("service"),) if cells.text("service") else ()
        source = cells.text("source") or f"{listing.file} {ident}"
        lon, lat = cells.degrees("lon", 180), cells.degrees("lat", 90)
        kind = cells.must("kind").lower()
        found.append(Facility(ident, kind, cells.text("name"), lon, lat, capacity or None, source, services, row))
    if faults:
        raise InputRefused(faults)
    inside = boundary.holds([f.lon for f in found], [f.lat for f in found])
    if outside := int((~inside).sum()):
        notes.append(Fault("N208", listing.file, values={"what": "facility", "count": outside}))
    return [facility for facility, keep in zip(found, inside, strict=True) if keep]


def give_services(facilities: Sequence[Facility], rules: Sequence[Rule], notes: list[Fault]) -> list[Facility]:
    """Facilities with the services that they give; those that give none are noted and left out."""
    kinds = {kind for rule in rules for kind in rule.kinds}
    services = {rule.service for rule in rules}
    unused = Counter(f.kind for f in facilities if f.kind not in kinds and not f.services)
    notes += [Fault("N212", values={"kind": kind, "count": count}) for kind, count in sorted(unused.items())]
    given = []
    for facility in facilities:
        if facility.services:
            if facility.services[0] in services:
                given.append(facility)
            else:
                notes.append(
                    Fault("W209", row=facility.row, values={"id": facility.id, "service": facility.services[0]})
                )
        elif facility.kind in kinds:
            given += _claimed(facility, [rule for rule in rules if facility.kind in rule.kinds], notes)
    return given


def _claimed(facility: Facility, rules: Sequence[Rule], notes: list[Fault]) -> list[Facility]:
    """The facility with the services whose rules claim it, or nothing."""
    name = facility.name.lower()
    for rule in rules:
        if word := next((word for word in rule.except_names if word.lower() in name), ""):
            notes.append(Fault("N205", values=_said(facility.id, facility.kind, facility.name, word)))
            return []
    claims = [rule.service for rule in rules if not rule.names or any(word.lower() in name for word in rule.names)]
    if not claims:
        claims = [rule.service for rule in rules if rule.otherwise]
        values = _said(facility.id, facility.kind, facility.name, ", ".join(claims) or "-")
        notes.append(Fault("N206" if claims else "N205", values=values))
    return [replace(facility, services=tuple(claims))] if claims else []


def _said(ident: str, kind: str, name: str, reason: str) -> dict[str, object]:
    return {"id": ident, "kind": kind, "name": name or "-", "reason": reason}


def join_doubles(facilities: Sequence[Facility], notes: list[Fault]) -> list[Facility]:
    """One facility for what is drawn twice; of two, the one stays that has a capacity, then a name, then an area.

    Two are the same if they give the same services and stand within 60 m, unless each has a name of its own; or if
    they have the same name and stand within 250 m.
    """
    order = sorted(facilities, key=lambda f: (f.services, f.capacity is None, not f.name, f.id[:1] == "n", f.id))
    kept: dict[tuple[str, ...], list[Facility]] = {}
    for facility in order:
        others = kept.setdefault(facility.services, [])
        twin = _twin(facility, others)
        if twin is None:
            others.append(facility)
            continue
        metres = round(distance_m(facility.lon, facility.lat, twin.lon, twin.lat))
        values: dict[str, object] = {
            "id": facility.id,
            "kind": facility.kind,
            "name": facility.name or "-",
            "into": twin.id,
        }
        values |= {"into_name": twin.name or "-", "distance_m": metres}
        notes.append(Fault("N204", values=values))
    return sorted((f for group in kept.values() for f in group), key=lambda f: f.id)


def _twin(facility: Facility, others: Sequence[Facility]) -> Facility | None:
    """The nearest kept facility that is the same as ``facility``."""
    name = normalised(facility.name)
    near: list[tuple[float, str, Facility]] = []
    for other in others:
        if abs(other.lat - facility.lat) > 0.003:
            continue
        metres = distance_m(facility.lon, facility.lat, other.lon, other.lat)
        theirs = normalised(other.name)
        same = bool(name) and name == theirs
        if (metres <= NEAR_M and (same or not name or not theirs)) or (metres <= SAME_NAME_M and same):
            near.append((metres, other.id, other))
    return min(near)[2] if near else None


def normalised(name: str) -> str:
    """A name for comparing: lower case, no accents, no punctuation or spaces."""
    apart = unicodedata.normalize("NFKD", name.lower())
    return re.sub(r"[\W_]+", "", "".join(c for c in apart if not unicodedata.combining(c)))


def rules_of(importing: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The rules of ``[[import.services]]``; a key that is not known is a TypeError."""
    rows: list[dict[str, Any]] = importing["services"]
    rules = []
    for row in rows:
        keys: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        rules.append(Rule(**keys))
    return tuple(rules)
