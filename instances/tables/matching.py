"""Finding villages without coordinates among the places of OpenStreetMap, by name and township.

1. The same name; else the same name without 村, 镇, 乡, 街道, 社区, 村委会 … at its end (`stem`).
2. Of several, those whose tags name the township; else those within `TOWNSHIP_REACH_M` of the township itself, which is
   looked for among the places in the same way.
3. Exactly one is left: it is taken, and listed. One that lies farther than `TOWNSHIP_REACH_M` from its township is not
   taken: it is a namesake.

None, or several, is an error with every row, unless the planner wants such rows left out. No place is taken twice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siting.errors import Fault, InputRefused

from ..geography.boundary import Boundary
from ..networks.osm import Feature
from ..networks.roads import distance_m
from ..tags import halfwidth

TOWNSHIP_REACH_M = 20_000.0
SHOWN = 4
_SUFFIX = re.compile(
    r"(?<=..)(村民委员会|居民委员会|村委会|居委会|行政村|自然村|街道办事处|街道办|街道|社区|村|镇|乡)$"
)
_SHORT_SUFFIX = re.compile(r"(?<=.)(村民委员会|村委会|行政村|自然村)$")
_TOWNSHIP_TAGS = (
    "addr:township",
    "is_in:township",
    "addr:subdistrict",
    "is_in:town",
    "addr:town",
    "is_in",
    "addr:full",
)
_SEATS = frozenset({"city", "town", "suburb", "village", "municipality", "borough"})


@dataclass(frozen=True)
class Sought:
    """A row that needs coordinates."""

    id: str
    name: str
    township: str
    row: int


def plain_name(name: str) -> str:
    """A name for comparing: half-width, lower case, without spaces and marks."""
    return re.sub(r"[\W_]+", "", halfwidth(name).lower())


def stem(name: str) -> str:
    """A name without the word for what it is: ``石门村`` and ``石门村委会`` are both ``石门``; ``李村`` stays."""
    name, before = plain_name(name), ""
    while name != before:
        name, before = _SHORT_SUFFIX.sub("", _SUFFIX.sub("", name)), name
    return name


class _Index:
    """Places by name and by stem."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.exact: dict[str, list[Feature]] = defaultdict(list)
        self.stems: dict[str, list[Feature]] = defaultdict(list)
        for feature in sorted(features, key=lambda f: f.id):
            for name in {feature.name, feature.tags.get("name:zh", "")} - {""}:
                self.exact[plain_name(name)].append(feature)
                self.stems[stem(name)].append(feature)

    def find(self, name: str) -> tuple[str, list[Feature]]:
        """How it was found (``name`` or ``stem``), and all that bear the name."""
        if found := self.exact.get(plain_name(name)):
            return "name", found
        return "stem", self.stems.get(stem(name), [])


def locate(
    file: str, sought: Sequence[Sought], features: Sequence[Feature], boundary: Boundary, notes: list[Fault], *,
    leave_out: bool,
) -> Mapping[str, Feature]:  # fmt: skip
    """The place of every row of ``sought`` by id; each match is noted (N245).

    Raises `InputRefused`: E270 no such place, E271 several, E272 a place for two rows; with ``leave_out`` W242 instead.
    """
    if not sought:
        return {}
    inside = boundary.holds([f.lon for f in features], [f.lat for f in features])
    index = _Index([feature for feature, keep in zip(features, inside, strict=True) if keep])
    found: dict[str, Feature] = {}
    faults: list[Fault] = []
    owner: dict[str, Sought] = {}
    for want in sought:
        how, hits = index.find(want.name)
        hits, distance = _of_township(want, hits, index)
        code, values = "", {"name": want.name, "township": want.township or "-"}
        if len(hits) == 1 and (taken := owner.get(hits[0].id)):
            code, values = "E272", {**values, "osm": hits[0].id, "other": taken.name, "row": str(taken.row)}
        elif len(hits) > 1:
            shown = "; ".join(f"{f.id} {f.name} ({f.lon:.5f}, {f.lat:.5f})" for f in hits[:SHOWN])
            code, values = "E271", {**values, "count": str(len(hits)), "places": shown}
        elif not hits:
            code = "E270"
        if code:
            faults.append(Fault(code, file, want.row, "name", values))
            continue
        feature = hits[0]
        owner[feature.id], found[want.id] = want, feature
        said = {"id": want.id, "name": want.name, "township": want.township or "-", "osm": feature.id}
        said |= {"osm_name": feature.name, "how": how, "township_m": "-" if distance is None else str(round(distance))}
        notes.append(Fault("N245", file, want.row, values=said))
    if faults and not leave_out:
        raise InputRefused(faults)
    for fault in faults:
        notes.append(Fault("W242", file, fault.row, "name", {**fault.values, "why": fault.code}))
    return found


def _of_township(want: Sought, hits: Sequence[Feature], index: _Index) -> tuple[list[Feature], float | None]:
    """Those of ``hits`` that belong to the township, and how far the only one lies from its seat."""
    if not want.township or not hits:
        return list(hits), None
    if tagged := [f for f in hits if _names(f, want.township)]:
        hits = tagged
    seats = [f for f in index.find(want.township)[1] if f.kind in _SEATS]
    if not seats:
        return list(hits), None

    def away(feature: Feature) -> float:
        return min(distance_m(feature.lon, feature.lat, seat.lon, seat.lat) for seat in seats)

    near = [feature for feature in hits if away(feature) <= TOWNSHIP_REACH_M]
    return near, away(near[0]) if len(near) == 1 else None


def _names(feature: Feature, township: str) -> bool:
    wanted = stem(township)
    return any(wanted and wanted in plain_name(feature.tags.get(key, "")) for key in _TOWNSHIP_TAGS)
