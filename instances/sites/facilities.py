"""Facilities that stand today, from OpenStreetMap and a planner's list: given to services, doubles joined."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from siting.errors import Fault

from .. import tags as meaning
from ..geography.boundary import Boundary
from ..networks.osm import Feature
from ..networks.roads import distance_m

NEAR_M = 60.0
SAME_NAME_M = 250.0
LISTED_NEAR_M = 150.0
LISTED_PART_NAME_M = 500.0
LISTED_SAME_NAME_M = 1000.0


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
    """A facility that stands today; ``capacity`` in persons where known; ``services`` that it gives.

    ``listed`` says that it comes from the planner's own list, in ``row``.
    """

    id: str
    kind: str
    name: str
    lon: float
    lat: float
    capacity: int | None
    source: str
    services: tuple[str, ...] = ()
    row: int | None = None
    listed: bool = False


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
    """One facility for what stands twice: drawn twice, or on the map and in the list.

    Two of the map are the same if they give the same services and stand within 60 m, unless each has a name of its own;
    or if they have the same name and stand within 250 m. The one stays that has a capacity, then a name, then an area.

    One of the map is the same as one of the list if they share a service and have the same name (but for 村, 镇, 乡)
    within 1000 m, or one's name holds the other's within 500 m, or that of the map has no name and stands within 150 m.
    That of the list stays, and takes the capacity of the other where it has none; services that only the map gives stay
    at the place of the map. Two of the list are never joined.
    """
    order = sorted(
        facilities, key=lambda f: (not f.listed, f.services, f.capacity is None, not f.name, f.id[:1] == "n", f.id)
    )
    kept: dict[tuple[str, ...], list[Facility]] = {}
    own: list[Facility] = []
    capacities: dict[str, int] = {}
    for facility in order:
        if facility.listed:
            own.append(facility)
            continue
        others = kept.setdefault(facility.services, [])
        twin = _nearest(facility, own, _same_as_listed) or _nearest(facility, others, _drawn_twice)
        if twin is None:
            others.append(facility)
            continue
        taken = twin.listed and twin.capacity is None and facility.capacity is not None
        if taken and facility.capacity is not None:
            capacities.setdefault(twin.id, facility.capacity)
        metres = round(distance_m(facility.lon, facility.lat, twin.lon, twin.lat))
        values: dict[str, object] = {"id": facility.id, "kind": facility.kind, "name": facility.name or "-"}
        values |= {"into": twin.id, "into_name": twin.name or "-", "distance_m": metres}
        values |= {"capacity_taken": facility.capacity} if taken else {}
        notes.append(Fault("N204", values=values))
        if rest := tuple(service for service in facility.services if service not in twin.services):
            kept.setdefault(rest, []).append(replace(facility, services=rest))
    own = [replace(f, capacity=f.capacity or capacities.get(f.id)) for f in own]
    mapped = [facility for group in kept.values() for facility in group]
    if own:
        notes += [Fault("N246", values=_said(f.id, f.kind, f.name, ", ".join(f.services))) for f in mapped]
    return sorted([*own, *mapped], key=lambda f: f.id)


def _nearest(
    facility: Facility, others: Sequence[Facility], same: Callable[[Facility, Facility, float], bool]
) -> Facility | None:
    """The nearest of ``others`` that is the same as ``facility``."""
    near: list[tuple[float, str, Facility]] = []
    for other in others:
        if abs(other.lat - facility.lat) <= 0.012:  # some 1300 m, beyond every rule
            metres = distance_m(facility.lon, facility.lat, other.lon, other.lat)
            if same(facility, other, metres):
                near.append((metres, other.id, other))
    return min(near)[2] if near else None


def _drawn_twice(facility: Facility, other: Facility, metres: float) -> bool:
    """Whether two facilities of the map are one."""
    name, theirs = normalised(facility.name), normalised(other.name)
    same = bool(name) and name == theirs
    return (metres <= NEAR_M and (same or not name or not theirs)) or (metres <= SAME_NAME_M and same)


def _same_as_listed(facility: Facility, listed: Facility, metres: float) -> bool:
    """Whether a facility of the map is one of the list."""
    if not set(facility.services) & set(listed.services):
        return False
    name, theirs = _core(facility.name), _core(listed.name)
    if not name or not theirs:
        return metres <= LISTED_NEAR_M
    if name == theirs:
        return metres <= LISTED_SAME_NAME_M
    return (name in theirs or theirs in name) and metres <= LISTED_PART_NAME_M


def _core(name: str) -> str:
    """A name without the words for village, town and township: 石门镇中心小学 and 石门中心小学 are one."""
    return re.sub(r"[村镇乡]", "", normalised(name)) or normalised(name)


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
