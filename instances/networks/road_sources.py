"""The door for roads from files: whatever the planner has becomes roads in WGS84 with notes on what was not taken over.

| file | read by |
|---|---|
| ``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2`` | `siting.instances.networks.osm`: roads, places and facilities |
| ``.graphml``, ``.graphml.gz`` | `siting.instances.networks.graphml`: a graph that OSMnx saved |
| ``.gpkg``, ``.shp``, ``.geojson``, ``.json``, or a ``.zip`` of one | `siting.instances.networks.road_layers` |
| ``.csv`` | `siting.instances.networks.road_tables` |
| ``.sqlite`` | `siting.instances.networks.aequilibrae`: roads and settlements |

The accepted headings, classes and directions stand in ``docs/roads.md``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from siting.errors import Fault, InputRefused

from ..files.unpacking import BROKEN, unpack
from ..geography.crs import WGS84, Reference, chosen
from ..tags import plain
from . import aequilibrae, heights, osm
from .graphml import read_graphml
from .osm import Extract, Feature, read_extract
from .road_layers import COMPANIONS, Layer, read_geojson, read_geopackage, read_shapefile
from .road_lines import ways_of
from .road_tables import read_road_table

GRAPHS = (".graphml", ".graphml.gz")
LAYERS = (".gpkg", ".shp", ".geojson", ".json")
SUFFIXES = (*osm.SUFFIXES, *GRAPHS, *LAYERS, ".zip", ".csv", *aequilibrae.SUFFIXES)
LARGEST_FILE_BYTES = 2 * 1024**3


def read(path: Path, *, coords: str | None = None) -> Extract:
    """The roads of a file in WGS84 (of an OpenStreetMap extract also places and facilities).

    ``coords`` is the coordinate system of the file as the planner says it (``wgs84``, ``gcj02``, ``bd09``,
    ``EPSG:n``); it goes before what the file declares. OpenStreetMap is WGS84, whatever is said.

    Raises:
        InputRefused: E213 no such file, E245 another kind of file, E230 an unknown ``coords``, E232 no coordinate
            system declared or said, E202 and E231-E246 as the readers say.
    """
    kind = _kind(path)
    reference = chosen(coords) if coords is not None else None
    if kind == "osm":
        extract = read_extract(path)
        if reference not in (None, WGS84):
            extract.notes.append(Fault("N231", path.name, values={"name": path.name, "coords": coords}))
        return extract
    notes: list[Fault] = []
    system: Reference | None = WGS84
    places: list[Feature] = []
    stops: list[Feature] = []
    if kind == "graph":
        lines, system = read_graphml(path, notes)
    elif kind == "project":
        lines, places, stops, system = aequilibrae.read_project(path)
    elif kind == "table":
        lines = read_road_table(path, notes)
    else:
        lines, system = _layer(path, notes)
    used = reference or system
    if used is None:
        raise InputRefused(Fault("E232", path.name, values={"name": path.name}))
    if used != WGS84 or (system not in (None, used)):
        values = {"name": path.name, "system": used.name, "declared": system.name if system else "-"}
        notes.append(Fault("N233", path.name, values=values))
    ways = ways_of(lines, used, path.name, notes)
    return Extract(ways, places, stops, notes, heights=heights.given(lines, ways, path.name))


def is_openstreetmap(path: Path) -> bool:
    """Whether the data are OpenStreetMap's and need its credit line: extracts, graphs of OSMnx, links with its ids."""
    if path.name.lower().endswith(aequilibrae.SUFFIXES):
        return aequilibrae.of_openstreetmap(path)
    return path.name.lower().endswith((*osm.SUFFIXES, *GRAPHS))


def _kind(path: Path) -> str:
    """What a file is, by its name; E245, E213, E233."""
    name = path.name.lower()
    kinds = {
        "osm": osm.SUFFIXES,
        "graph": GRAPHS,
        "table": (".csv",),
        "project": aequilibrae.SUFFIXES,
        "layer": (*LAYERS, ".zip"),
    }
    kind = next((kind for kind, suffixes in kinds.items() if name.endswith(suffixes)), None)
    if kind is None:
        raise InputRefused(Fault("E245", path.name, values={"name": path.name, "accepted": " ".join(SUFFIXES)}))
    if not path.is_file():
        raise InputRefused(Fault("E213", path.name, values={"name": path.name}))
    if path.stat().st_size > LARGEST_FILE_BYTES:
        values = {"name": path.name, "limit_mb": LARGEST_FILE_BYTES // 1024**2}
        raise InputRefused(Fault("E247", path.name, values=values))
    return kind


def _layer(path: Path, notes: list[Fault]) -> Layer:
    """A layer of lines, unpacked first where it is in an archive."""
    if path.suffix.lower() != ".zip":
        return _plain_layer(path, path.name, notes)
    with tempfile.TemporaryDirectory() as folder:
        try:
            inner = unpack(path, Path(folder), LAYERS[:3], COMPANIONS)
        except BROKEN as problem:
            values = {"name": path.name, "reason": plain(str(problem), 200)}
            raise InputRefused(Fault("E236", path.name, values=values)) from problem
        return _plain_layer(inner, path.name, notes)


def _plain_layer(path: Path, file: str, notes: list[Fault]) -> Layer:
    """``path`` is the file on the disk, ``file`` the name that the planner knows."""
    if path.suffix.lower() == ".gpkg":
        return read_geopackage(path, file, notes)
    if path.suffix.lower() == ".shp":
        return read_shapefile(path, file, notes)
    return read_geojson(path, file, notes)
