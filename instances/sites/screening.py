"""Taking out candidates that a rule forbids, each with its reason: for the import log and ``removed_sites.csv``.

The rules, in this order; the first that forbids a candidate is its reason:

    host_level       the level of its settlement may not host the service
    red_line         it stands in a red line or on its edge
    growth_boundary  its settlement is urban, and it stands outside the urban growth boundary
    near_homes       a settlement is nearer than the rule of the service allows (waste sites)
    near_water       water is nearer than the rule of the service allows
    near_existing    the service stands nearby already; the planner's own candidates stay
    double           another candidate of the service stands within `DOUBLE_M`; of two the earlier origin stays
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from siting.counties.rows import Settlement, Site
from siting.errors import Fault

from ..geography.flat import Flat
from ..geography.zones import Zone
from .candidate_rules import CandidateRule
from .candidates import ORIGINS, Candidate

DOUBLE_M = 30.0
WATER_KINDS = frozenset({"water", "water_source", "水域", "水体", "河流", "水库"})


@dataclass(frozen=True)
class Removed:
    """A candidate that was taken out: one row of ``removed_sites.csv``; ``zone`` is what stands in its way."""

    id: str
    service: str
    name: str
    settlement: str
    lon: float
    lat: float
    origin: str
    reason: str
    zone: str = ""
    kind: str = ""
    distance_m: int | None = None
    limit_m: int | None = None
    row: int | None = None


@dataclass(frozen=True)
class Ground:
    """What stands in the way of candidates. ``growth`` is a polygon in degrees, ``water`` shapes in degrees."""

    settlements: Sequence[Settlement]
    existing: Sequence[Site]
    zones: Sequence[Zone] = ()
    growth: Any = None
    water: Sequence[Any] = field(default_factory=tuple)


def screen(
    candidates: Sequence[Candidate], ground: Ground, services: Mapping[str, Any], rules: Mapping[str, CandidateRule]
) -> tuple[list[Candidate], list[Removed]]:
    """What stays, in the order of ``candidates``, and what was taken out."""
    if not candidates:
        return [], []
    places = {place.id: place for place in ground.settlements}
    reasons: dict[int, dict[str, Any]] = {}
    for k, candidate in enumerate(candidates):
        level = places[candidate.site.settlement].level
        if level not in services[candidate.site.service]["hosts"]:
            reasons[k] = {"reason": "host_level", "zone": places[candidate.site.settlement].name, "kind": level}
    for rule in (_in_red_lines, _beyond_growth, _near_homes, _near_water, _near_existing):
        for k, reason in rule(candidates, ground, rules).items():
            reasons.setdefault(k, reason)
    reasons |= _doubles(candidates, reasons)
    kept = [candidate for k, candidate in enumerate(candidates) if k not in reasons]
    return kept, [_removed(candidates[k], reasons[k]) for k in sorted(reasons)]


Reasons = dict[int, dict[str, Any]]
Rules = Mapping[str, CandidateRule]


def _removed(candidate: Candidate, reason: Mapping[str, Any]) -> Removed:
    site = candidate.site
    return Removed(
        site.id, site.service, site.name, site.settlement, site.lon, site.lat, candidate.origin, row=candidate.row,
        **reason,
    )  # fmt: skip


def _points(candidates: Sequence[Candidate]) -> Any:
    return shapely.points([[c.site.lon, c.site.lat] for c in candidates])


def _in_red_lines(candidates: Sequence[Candidate], ground: Ground, _: Rules) -> Reasons:
    found: Reasons = {}
    if ground.zones:
        tree = shapely.STRtree([zone.shape for zone in ground.zones])
        for k, z in sorted(zip(*tree.query(_points(candidates), predicate="intersects").tolist(), strict=True)):
            zone = ground.zones[z]
            found.setdefault(k, {"reason": "red_line", "zone": zone.name, "kind": zone.kind})
    return found


def _beyond_growth(candidates: Sequence[Candidate], ground: Ground, _: Rules) -> Reasons:
    if ground.growth is None:
        return {}
    urban = {place.id for place in ground.settlements if place.urban}
    inside = shapely.intersects(ground.growth, _points(candidates))
    return {
        k: {"reason": "growth_boundary"}
        for k, candidate in enumerate(candidates)
        if candidate.site.settlement in urban and not inside[k]
    }


def _near_homes(candidates: Sequence[Candidate], ground: Ground, rules: Rules) -> Reasons:
    if not any(rules[c.site.service].homes_m for c in candidates):
        return {}
    homes = ground.settlements
    flat = Flat.at([place.lat for place in homes])
    metres, nearest = flat.nearest(
        [c.site.lon for c in candidates],
        [c.site.lat for c in candidates],
        [p.lon for p in homes],
        [p.lat for p in homes],
    )
    found: Reasons = {}
    for k, candidate in enumerate(candidates):
        limit = rules[candidate.site.service].homes_m
        if metres[k] < limit:
            found[k] = _too_near("near_homes", homes[int(nearest[k])].name, metres[k], limit)
    return found


def _near_water(candidates: Sequence[Candidate], ground: Ground, rules: Rules) -> Reasons:
    water = [*ground.water, *(zone.shape for zone in ground.zones if zone.kind in WATER_KINDS)]
    if not water or not any(rules[c.site.service].water_m for c in candidates):
        return {}
    flat = Flat.at([c.site.lat for c in candidates])
    tree = shapely.STRtree(flat.shape(np.array(water, dtype=object)))
    pairs, metres = tree.query_nearest(flat.shape(_points(candidates)), return_distance=True, all_matches=False)
    found: Reasons = {}
    for k, away in zip(pairs[0].tolist(), metres.tolist(), strict=True):
        limit = rules[candidates[k].site.service].water_m
        if away < limit:
            found[k] = _too_near("near_water", "", away, limit)
    return found


def _near_existing(candidates: Sequence[Candidate], ground: Ground, rules: Rules) -> Reasons:
    found: Reasons = {}
    for service in {c.site.service for c in candidates}:
        stands = sorted((s for s in ground.existing if s.service == service), key=lambda s: s.id)
        wanted = [k for k, c in enumerate(candidates) if c.site.service == service and c.origin != "list"]
        limit = rules[service].near_existing_m
        if not stands or not wanted or not limit:
            continue
        flat = Flat.at([s.lat for s in stands])
        lon, lat = [candidates[k].site.lon for k in wanted], [candidates[k].site.lat for k in wanted]
        metres, nearest = flat.nearest(lon, lat, [s.lon for s in stands], [s.lat for s in stands])
        for k, away, at in zip(wanted, metres, nearest, strict=True):
            if away <= limit:
                found[k] = _too_near("near_existing", stands[int(at)].id, away, limit)
    return found


def _too_near(reason: str, what: str, metres: float, limit_m: int) -> dict[str, Any]:
    return {"reason": reason, "zone": what, "distance_m": round(metres), "limit_m": limit_m}


def _doubles(candidates: Sequence[Candidate], gone: Mapping[int, Any]) -> Reasons:
    """Of the candidates of a service that stand within `DOUBLE_M`, all but the one of the earliest origin."""
    found: Reasons = {}
    for service in {c.site.service for c in candidates}:
        order = [k for k, c in enumerate(candidates) if c.site.service == service and k not in gone]
        order.sort(key=lambda k: (ORIGINS.index(candidates[k].origin), candidates[k].site.id))
        if len(order) < 2:
            continue
        flat = Flat.at([candidates[k].site.lat for k in order])
        xy = flat.points([candidates[k].site.lon for k in order], [candidates[k].site.lat for k in order])
        tree = shapely.STRtree(shapely.points(xy))
        near = tree.query(shapely.points(xy), predicate="dwithin", distance=DOUBLE_M)
        pairs = sorted((int(b), int(a)) for a, b in zip(*near, strict=True) if a < b)
        for later, earlier in pairs:
            both = candidates[order[later]], candidates[order[earlier]]
            if order[earlier] not in found and {c.origin for c in both} != {"list"}:
                metres = float(np.hypot(*(xy[later] - xy[earlier])))
                found.setdefault(order[later], _too_near("double", both[1].site.id, metres, round(DOUBLE_M)))
    return found


def removal_notes(removed: Sequence[Removed], settlements: Sequence[Settlement], file: str) -> list[Fault]:
    """N207 the service stands near, N248 another reason; W243 for a candidate of the planner's own list ``file``."""
    names = {place.id: place.name for place in settlements}
    notes = []
    for gone in removed:
        near = "-" if gone.distance_m is None else gone.distance_m
        values: dict[str, object] = {"service": gone.service, "id": gone.settlement, "name": names[gone.settlement]}
        if gone.reason == "near_existing":
            notes.append(Fault("N207", values={**values, "site": gone.zone, "distance_m": near}))
            continue
        limit = "-" if gone.limit_m is None else gone.limit_m
        values = {"service": gone.service, "id": gone.id, "name": gone.name, "reason": gone.reason}
        values |= {"zone": gone.zone or "-", "kind": gone.kind or "-", "distance_m": near, "limit_m": limit}
        own = gone.origin == "list"
        notes.append(Fault("W243" if own else "N248", file if own else "", gone.row, values=values))
    return notes
