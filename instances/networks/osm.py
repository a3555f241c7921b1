"""Reading an OpenStreetMap extract: one stream over the file, only what a county needs is kept.

Node positions stay in the location index of the reader; Python sees only objects with a tag that matters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import osmium
import shapely

from siting.errors import Fault, InputRefused

from .. import tags as meaning
from ..files.unpacking import BROKEN, xml_declaration

SUFFIXES = (".osm.pbf", ".osm", ".osm.gz", ".osm.bz2")
KEYS = ("highway", "place", *meaning.FACILITY_KEYS)
FERRY = "route"
E7 = 10_000_000


@dataclass(frozen=True)
class RoadWay:
    """A road: ``nodes`` are (node id, longitude, latitude), the latter in 1e-7 degrees; ``oneway`` is 1, 0 or -1.

    ``length_m`` is its length where its source says it; without one it is as long as it is drawn.
    """

    id: int
    road_class: str
    oneway: int
    speed_kmh: Decimal | None
    name: str
    nodes: tuple[tuple[int, int, int], ...]
    length_m: float | None = None


@dataclass(frozen=True)
class Feature:
    """A place or a facility: ``id`` is n, w or r with the OSM id, ``kind`` its tag value; coordinates in degrees."""

    id: str
    kind: str
    name: str
    lon: float
    lat: float
    tags: dict[str, str]


@dataclass
class Extract:
    """What was read; ``notes`` say what was not taken over as it is. ``newest`` is the date of the data, ISO 8601.

    ``ferries`` are no roads; they explain why a part of the network stands alone. ``heights`` are metres above the sea
    by node id, where the source of the roads has them.
    """

    ways: list[RoadWay] = field(default_factory=list)
    places: list[Feature] = field(default_factory=list)
    facilities: list[Feature] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    newest: str = ""
    ferries: list[RoadWay] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)


def read_extract(path: Path) -> Extract:
    """Read roads, places and facilities of an extract.

    XML with a document type or an entity is refused, and so is a packed file that unpacks without end.

    Raises `InputRefused`: E201 another kind of file, E213 no such file, E202 not readable, E233 a bomb.
    """
    if not path.name.lower().endswith(SUFFIXES):
        raise InputRefused(Fault("E201", path.name, values={"name": path.name, "accepted": " ".join(SUFFIXES)}))
    if not path.is_file():
        raise InputRefused(Fault("E213", path.name, values={"name": path.name}))
    reading = _Reading()
    try:
        declaration = "" if path.name.lower().endswith(".pbf") else xml_declaration(path)
        if declaration:
            raise ValueError(declaration)
        for thing in _stream(path):
            reading.take(thing)
        header = osmium.FileProcessor(str(path)).header.get("osmosis_replication_timestamp", "")
    except (ValueError, osmium.InvalidLocationError, *BROKEN) as problem:
        raise InputRefused(
            Fault("E202", path.name, values={"name": path.name, "reason": meaning.plain(str(problem), 200)})
        ) from problem
    return reading.finish(header)


def _stream(path: Path) -> Iterator[Any]:
    """Tagged nodes, ways, relations and areas, nodes with their positions."""
    areas = osmium.filter.KeyFilter("place", *meaning.FACILITY_KEYS)
    wanted = osmium.filter.KeyFilter(*KEYS, FERRY)
    yield from osmium.FileProcessor(str(path)).with_locations().with_areas(areas).with_filter(wanted)


class _Reading:
    """Sorts the objects of the stream; an area, which may come before or after its outline, goes before the outline."""

    def __init__(self) -> None:
        self.extract = Extract()
        self.outlines: dict[str, Feature | None] = {}
        self.areas: dict[str, Feature] = {}
        self.newest = ""
        self.unused_classes: Counter[str] = Counter()
        self.speeds: Counter[str] = Counter()
        self.incomplete = 0
        self.wkb = osmium.geom.WKBFactory()

    def take(self, thing: Any) -> None:
        """Look at one object."""
        if thing.is_area():
            self._area(thing)
            return
        tags = dict(thing.tags)
        if thing.is_way() and tags.get(FERRY) == "ferry" and "highway" not in tags:
            self._ferry(thing, tags)
        if not any(key in tags for key in KEYS):
            return
        self.newest = max(self.newest, thing.timestamp.strftime("%Y-%m-%dT%H:%M:%SZ"))
        if thing.is_node():
            if thing.location.valid():
                self._keep(_feature(f"n{thing.id}", tags, thing.location.lon, thing.location.lat))
        elif thing.is_way():
            if "highway" in tags:
                self._road(thing, tags)
            self._outline(f"w{thing.id}", tags, [(n.x / E7, n.y / E7) for n in thing.nodes if n.location.valid()])
        else:
            self._outline(f"r{thing.id}", tags, [])

    def _keep(self, feature: Feature | None) -> None:
        """File it as a place or as a facility."""
        if feature is not None:
            is_place = feature.tags.get("place") == feature.kind
            (self.extract.places if is_place else self.extract.facilities).append(feature)

    def _outline(self, ident: str, tags: dict[str, str], points: list[tuple[float, float]]) -> None:
        """Remember a way or relation that counts: the middle of its points stands for it if no area comes."""
        lon, lat = points[len(points) // 2] if points else (0.0, 0.0)
        feature = _feature(ident, tags, lon, lat)
        if feature is not None:
            self.outlines[ident] = feature if points else None

    def _area(self, area: Any) -> None:
        """An area counts with a point inside it."""
        shape = shapely.from_wkb(self.wkb.create_multipolygon(area))
        inside = shapely.point_on_surface(shape)
        ident = f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
        feature = _feature(ident, dict(area.tags), float(inside.x), float(inside.y))
        if feature is not None:
            self.areas[ident] = feature

    def _road(self, way: Any, tags: dict[str, str]) -> None:
        """Keep a road, with notes on what its tags say that is not taken over."""
        ident = f"w{way.id}"
        if tags["highway"] not in meaning.ROAD_CLASSES:
            self.unused_classes[tags["highway"]] += 1
            return
        road_class = meaning.road_class(tags)
        if road_class is None:
            self._note("N201", id=ident, name=meaning.plain(tags.get("name", "")), road_class=tags["highway"])
            return
        if road_class != tags["highway"]:
            self._note("N211", id=ident, road_class=tags["highway"], written=road_class)
        direction = meaning.oneway(tags)
        if direction is None:
            self._note("N210", id=ident, value=meaning.plain(tags["oneway"], 60))
        speed = meaning.speed_kmh(tags["maxspeed"]) if "maxspeed" in tags else None
        if "maxspeed" in tags and speed is None:
            self.speeds[meaning.plain(tags["maxspeed"], 60)] += 1
        name = meaning.plain(tags.get("name", ""))
        for run in self._runs(way):
            self.extract.ways.append(RoadWay(way.id, road_class, direction or 0, speed, name, run))

    def _ferry(self, way: Any, tags: dict[str, str]) -> None:
        """Keep a ferry line, which is no road."""
        for run in self._runs(way):
            name = meaning.plain(tags.get("name", ""))
            self.extract.ferries.append(RoadWay(way.id, "ferry", 0, None, name, run))

    def _runs(self, way: Any) -> Iterator[tuple[tuple[int, int, int], ...]]:
        """The pieces of a way between nodes whose position the extract does not hold; a piece has two nodes or more."""
        run: list[tuple[int, int, int]] = []
        for node in way.nodes:
            if node.location.valid():
                if not run or run[-1][0] != node.ref:
                    run.append((node.ref, node.x, node.y))
                continue
            self.incomplete += 1
            if len(run) > 1:
                yield tuple(run)
            run = []
        if len(run) > 1:
            yield tuple(run)

    def _note(self, code: str, **values: object) -> None:
        self.extract.notes.append(Fault(code, values=values))

    def finish(self, header_date: str) -> Extract:
        """What has no area is taken by its outline; sort, so that the order of the file does not matter."""
        for ident, outline in sorted(self.outlines.items()):
            feature = self.areas.get(ident, outline)
            self._keep(feature)
            if feature is None:
                self._note("W208", id=ident)
        for highway, count in sorted(self.unused_classes.items()):
            self._note("N203", road_class=highway, count=count)
        for value, count in sorted(self.speeds.items()):
            self._note("N202", value=value, count=count)
        if self.extract.ferries:
            self._note("N239", count=len({ferry.id for ferry in self.extract.ferries}))
        if self.incomplete:
            self._note("W202", count=self.incomplete)
        extract = self.extract
        extract.ways.sort(key=lambda way: (way.id, way.nodes))
        extract.ferries.sort(key=lambda way: (way.id, way.nodes))
        extract.places.sort(key=lambda place: place.id)
        extract.facilities.sort(key=lambda facility: facility.id)
        extract.newest = header_date or self.newest
        return extract


def _feature(ident: str, tags: dict[str, str], lon: float, lat: float) -> Feature | None:
    """The place or facility that the tags describe, None where they describe neither."""
    kind = tags.get("place") or meaning.facility_kind(tags)
    if not kind:
        return None
    return Feature(ident, kind, meaning.plain(tags.get("name", "")), round(lon, 7), round(lat, 7), tags)
