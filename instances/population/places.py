"""Settlements of a county: from place nodes of OpenStreetMap; levels, and people counted once.

People are counted once: a place whose population is the sum of the other places is left out, and a city or town gives
up the people of the quarters that are listed beside it (to the nearest one, within 20 km). Levels come from the kind
of place:

    city → city; borough, suburb, quarter, neighbourhood, city_block → county_town; town → central_town;
    village → central_village (the larger half of the villages) or village; hamlet, isolated_dwelling, farm → hamlet

and the largest place of all becomes ``county_town`` where no other place is one. A level that the list states is
kept; a kind that is not known counts as a village, and is noted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

from siting.counties.rows import Level
from siting.errors import Fault

from .. import tags as meaning
from ..geography.boundary import Boundary
from ..networks.aequilibrae import SOURCE_TAG
from ..networks.osm import Feature
from ..networks.roads import distance_m

LEVELS: tuple[str, ...] = get_args(Level)
QUARTERS = frozenset({"borough", "suburb", "quarter", "neighbourhood", "city_block"})
_LEVEL_OF = {"city": "city", "town": "central_town", "village": "village"} | dict.fromkeys(QUARTERS, "county_town")
SUM_TOLERANCE = 0.02
SAME_PLACE_M = 3000.0
QUARTER_REACH_M = 20_000.0


@dataclass(frozen=True)
class Place:
    """A settlement before its level is fixed; ``groups`` holds demand columns (persons) that the list itself gives."""

    id: str
    name: str
    kind: str
    lon: float
    lat: float
    persons: int
    source: str
    level: str = ""
    urban: int | None = None
    name_en: str = ""
    township: str = ""
    village: str = ""
    groups: dict[str, int] = field(default_factory=dict)


def places_of_osm(
    features: Sequence[Feature], boundary: Boundary, notes: list[Fault], *, keep_empty: bool = False
) -> list[Place]:
    """Places with a population inside the boundary; the others are noted, or kept with nobody by ``keep_empty``."""
    inside = boundary.holds([f.lon for f in features], [f.lat for f in features])
    if outside := int((~inside).sum()):
        notes.append(Fault("N208", values={"what": "place", "count": outside}))
    features = [feature for feature, keep in zip(features, inside, strict=True) if keep]
    other = Counter(f.kind for f in features if f.kind not in meaning.SETTLEMENT_PLACES)
    notes += [Fault("N209", values={"kind": kind, "count": count}) for kind, count in sorted(other.items())]
    places: list[Place] = []
    for feature in _once([f for f in features if f.kind in meaning.SETTLEMENT_PLACES], notes):
        persons = meaning.people(feature.tags.get("population", ""))
        name = feature.name or feature.id
        if persons is None and not keep_empty:
            said = meaning.plain(feature.tags.get("population", ""), 40)
            notes.append(
                Fault("W203", values={"id": feature.id, "name": name, "kind": feature.kind, "population": said})
            )
            continue
        name_en = meaning.plain(feature.tags.get("name:en", ""))
        source = _population_source(feature.tags)
        places.append(
            Place(feature.id, name, feature.kind, feature.lon, feature.lat, persons or 0, source, name_en=name_en)
        )
    return places


def _once(features: Sequence[Feature], notes: list[Fault]) -> list[Feature]:
    """Places drawn both as a node and as an area count once, the node."""
    kept: list[Feature] = []
    for feature in sorted(features, key=lambda f: (f.id[0] != "n", f.id)):
        twin = next((k for k in kept if feature.id[0] != "n" and _same(k, feature)), None)
        if twin:
            notes.append(Fault("N216", values={"id": feature.id, "into": twin.id, "name": feature.name}))
        else:
            kept.append(feature)
    return sorted(kept, key=lambda f: f.id)


def _same(a: Feature, b: Feature) -> bool:
    return bool(a.name) and a.name == b.name and distance_m(a.lon, a.lat, b.lon, b.lat) <= SAME_PLACE_M


def _population_source(tags: dict[str, str]) -> str:
    """What the map says about the count: its date and its source; a reader of another kind says it in full."""
    if SOURCE_TAG in tags:
        return meaning.plain(tags[SOURCE_TAG])
    date = tags.get("population:date", "")
    by = tags.get("source:population", tags.get("population:source", ""))
    said = "; ".join(part for part in (date, by) if part)
    return meaning.plain(f"OSM population tag ({said})" if said else "OSM population tag")


def count_once(places: Sequence[Place], notes: list[Fault]) -> list[Place]:
    """Leave out the place that is the sum of the others, and take the people of its quarters out of a city or town."""
    kept = list(places)
    for place in sorted(places, key=lambda p: (-p.persons, p.id)):
        others = sum(p.persons for p in kept) - place.persons
        is_sum = others > 0 and abs(place.persons - others) <= SUM_TOLERANCE * others
        if place.kind in ("city", "town") and len(kept) > 3 and is_sum:
            values = {"id": place.id, "name": place.name, "population": place.persons, "sum": others}
            notes.append(Fault("W204", values=values))
            kept.remove(place)
            break
    towns = [p for p in kept if p.kind in ("city", "town")]
    inside: Counter[str] = Counter()
    for quarter in (p for p in kept if p.kind in QUARTERS and towns):
        town = min(towns, key=lambda t: (distance_m(t.lon, t.lat, quarter.lon, quarter.lat), t.id))
        if distance_m(town.lon, town.lat, quarter.lon, quarter.lat) <= QUARTER_REACH_M:
            inside[town.id] += quarter.persons
    return [rest for place in kept if (rest := _less(place, inside[place.id], notes)) is not None]


def _less(place: Place, persons: int, notes: list[Fault]) -> Place | None:
    """The place without the people of its quarters; None where nobody is left."""
    if not persons:
        return place
    rest = place.persons - persons
    values = {
        "id": place.id,
        "name": place.name,
        "population": place.persons,
        "quarters": persons,
        "rest": max(0, rest),
    }
    notes.append(Fault("W205", values=values))
    return replace(place, persons=rest) if rest > 0 else None


def with_levels(places: Sequence[Place]) -> list[Place]:
    """Fix level and urban of every place, as the head of this file says."""
    villages = sorted((p for p in places if p.kind == "village"), key=lambda p: (-p.persons, p.id))
    larger = {p.id for p in villages[: (len(villages) + 1) // 2]}
    levelled = [_levelled(place, larger) for place in places]
    unstated = [new for old, new in zip(places, levelled, strict=True) if not old.level]
    if unstated and not any(p.level == "county_town" for p in levelled):
        seat = min(unstated, key=lambda p: (-p.persons, p.id))
        levelled = [replace(p, level="county_town", urban=1) if p is seat else p for p in levelled]
    return levelled


def _levelled(place: Place, larger: Iterable[str]) -> Place:
    level = place.level or _LEVEL_OF.get(place.kind, "hamlet")
    if not place.level and place.id in larger:
        level = "central_village"
    urban = place.urban if place.urban is not None else int(level in ("city", "county_town", "central_town"))
    return replace(place, level=level, urban=urban)


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` persons over places by largest remainder, in proportion to ``weights``; of equal ones the first."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda k: (-(total * weights[k] % whole), k))
    for k in order[: total - sum(shares)]:
        shares[k] += 1
    return shares
