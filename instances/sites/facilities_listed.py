"""Facilities of a planner's own list, which are then joined with those of OpenStreetMap.

A row says what it is by ``kind`` in the words of OpenStreetMap or of a ministry (小学, 卫生院 …), or by ``service``. A
row without coordinates stands where OpenStreetMap has a facility of its name, else at its settlement; both are listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from siting.errors import Fault, InputRefused

from ..geography.boundary import Boundary
from ..geography.crs import WGS84, Reference
from ..networks.osm import Feature
from ..population.places import Place
from ..tables import columns
from ..tables.cells import Cells, rows_of
from ..tables.listing import read_listing
from ..tables.matching import plain_name, stem
from .facilities import Facility

MOST_PLACES = 1_000_000
#: Words for kinds: the kind in the words of OpenStreetMap, and the service where the word itself says it.
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "小学": ("school", ("school_primary",)), "完全小学": ("school", ("school_primary",)),
    "中心小学": ("school", ("school_primary",)), "教学点": ("school", ("school_primary",)),
    "小学教学点": ("school", ("school_primary",)), "村小": ("school", ("school_primary",)),
    "初中": ("school", ("school_junior",)), "初级中学": ("school", ("school_junior",)),
    "完全中学": ("school", ("school_junior",)),
    "九年一贯制学校": ("school", ("school_primary", "school_junior")),
    "九年一贯制": ("school", ("school_primary", "school_junior")),
    "高中": ("senior_school", ()), "高级中学": ("senior_school", ()), "职业学校": ("vocational_school", ()),
    "幼儿园": ("kindergarten", ("kindergarten",)),
    "村卫生室": ("clinic", ("clinic",)), "卫生室": ("clinic", ("clinic",)), "卫生所": ("clinic", ("clinic",)),
    "诊所": ("clinic", ("clinic",)), "社区卫生服务站": ("clinic", ("clinic",)),
    "卫生院": ("health_centre", ("health_centre",)), "乡镇卫生院": ("health_centre", ("health_centre",)),
    "社区卫生服务中心": ("health_centre", ("health_centre",)),
    "医院": ("hospital", ("hospital",)), "县级医院": ("hospital", ("hospital",)),
    "药店": ("pharmacy", ()),
    "健身场地": ("pitch", ("fitness",)), "健身设施": ("fitness_station", ("fitness",)),
    "健身广场": ("pitch", ("fitness",)), "球场": ("pitch", ("fitness",)), "篮球场": ("pitch", ("fitness",)),
    "体育馆": ("sports_centre", ("fitness",)), "体育场": ("stadium", ("fitness",)), "公园": ("park", ("fitness",)),
}  # fmt: skip


@dataclass(frozen=True)
class ListedFacility:
    """A facility with the names of its settlement and township; ``placed`` is False where it has no coordinates."""

    facility: Facility
    placed: bool
    settlement: str
    township: str


@dataclass(frozen=True)
class FacilityList:
    """All rows of a list."""

    file: str
    rows: tuple[ListedFacility, ...]


def read_facilities(
    path: Path, services: Sequence[str], notes: list[Fault], reference: Reference = WGS84
) -> FacilityList:
    """Facilities of a planner's list; ``services`` are those of the preset, ``reference`` is the system of its degrees.

    Raises `InputRefused` with every faulty row: E111, E205-E208, E213, E214, E217, E260-E266.
    """
    listing = read_listing(path, columns.FACILITIES, ("kind", "name"), instead={"kind": "service"})
    notes += listing.notes
    notes += listing.unused()
    first: dict[str, int] = {}
    found = []
    for cells in rows_of(listing, notes):
        ident = cells.ident("id", f"row{cells.row}")
        cells.once("id", ident, first)
        found.append(_read(cells, ident, services, reference))
    return FacilityList(listing.file, tuple(found))


def _read(cells: Cells, ident: str, services: Sequence[str], reference: Reference) -> ListedFacility:
    """One row."""
    word = cells.must("kind").lower()
    kind, implied = KINDS.get(word, (word, ()))
    gives = (cells.text("service"),) if cells.text("service") else tuple(s for s in implied if s in services)
    if word in services and not gives:
        gives = (word,)
    point = cells.point(reference)
    capacity = cells.whole("capacity_persons", MOST_PLACES) if cells.text("capacity_persons") else None
    facility = Facility(
        id=ident,
        kind=kind,
        name=cells.text("name"),
        lon=point[0] if point else 0.0,
        lat=point[1] if point else 0.0,
        capacity=capacity or None,
        source=cells.text("source") or f"{cells.listing.file} {ident}",
        services=gives,
        row=cells.row,
        listed=True,
    )
    return ListedFacility(facility, point is not None, cells.text("settlement"), cells.text("township"))


def place_facilities(
    listed: FacilityList, features: Sequence[Feature], places: Sequence[Place], boundary: Boundary, notes: list[Fault]
) -> list[Facility]:
    """The facilities of a list where they are, inside the boundary.

    Raises `InputRefused` with E273 for every row that has no coordinates and is neither on the map nor in a settlement.
    """
    on_map: dict[str, list[Feature]] = {}
    for feature in features:
        if feature.name:
            on_map.setdefault(plain_name(feature.name), []).append(feature)
    faults: list[Fault] = []
    found: list[Facility] = []
    for row in listed.rows:
        facility = row.facility
        if not row.placed:
            spot = _spot(row, on_map, places)
            if spot is None:
                values = {"name": facility.name, "settlement": row.settlement or "-"}
                faults.append(Fault("E273", listed.file, facility.row, "name", values))
                continue
            lon, lat, where = spot
            facility = replace(facility, lon=lon, lat=lat)
            values = {"id": facility.id, "name": facility.name, "at": where}
            notes.append(Fault("N247", listed.file, facility.row, values=values))
        found.append(facility)
    if faults:
        raise InputRefused(faults)
    inside = boundary.holds([f.lon for f in found], [f.lat for f in found])
    if outside := int((~inside).sum()):
        notes.append(Fault("N208", listed.file, values={"what": "facility", "count": outside}))
    return [facility for facility, keep in zip(found, inside, strict=True) if keep]


def _spot(
    row: ListedFacility, on_map: Mapping[str, Sequence[Feature]], places: Sequence[Place]
) -> tuple[float, float, str] | None:
    """Longitude, latitude and what stands there: the only facility of this name, or the settlement that is named."""
    twins = on_map.get(plain_name(row.facility.name), [])
    if len(twins) == 1:
        return twins[0].lon, twins[0].lat, f"OSM {twins[0].id}"
    homes = [p for p in places if row.settlement and row.settlement in (p.id, p.name)]
    homes = homes or [p for p in places if row.settlement and stem(row.settlement) == stem(p.name)]
    if len(homes) > 1 and row.township:
        homes = [p for p in homes if stem(p.township) == stem(row.township)]
    return (homes[0].lon, homes[0].lat, f"{homes[0].id} {homes[0].name}") if len(homes) == 1 else None
