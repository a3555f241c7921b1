"""Making a county folder from a map and a planner's own tables: ``siting new``.

The map is an OpenStreetMap extract, or roads from another file with settlements from a table. The folder appears whole
or not at all; the same inputs give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from siting.counties.rows import Line, RoadEdge, RoadNode, Row, Settlement, Site
from siting.errors import Fault, InputRefused

from . import dwellings
from . import stands as standing
from .folder import refuse_if_full, write_folder
from .geography import zones
from .importfacts import KindCount, Log, count_kinds, facts, kinds_table
from .importlog import write_log
from .inputs import Inputs, Wish, attempt, read_inputs
from .map_source import apart, attribution, lay_roads, read_map
from .networks.osm import E7, Extract, Feature
from .networks.roads import RoadTable
from .population.people import is_estimate, settlement_rows
from .population.places import Place
from .population.waste import COLUMN as WASTE
from .sites.facilities import Facility
from .sites.lines_made import county_lines
from .sites.removed import REMOVED_FILE, removed_table
from .skeleton import fill
from .tags import DRIVABLE

LOG_FILE = "import-log.md"

Progress = Callable[[str], None]


def make_from_osm(folder: Path, osm: Path, *, progress: Progress = lambda step: None, **wish: Any) -> Log:
    """`make` from an extract, with the other options of `Wish` by name."""
    return make(folder, Wish(osm=osm, **wish), progress=progress)


def make(folder: Path, wish: Wish, *, progress: Progress = lambda step: None) -> Log:
    """Write the county folder ``folder`` as ``wish`` says, and say what was done.

    ``progress`` gets the key of a sentence (``step_read`` …) as each heavy step begins.

    Raises:
        InputRefused: E201-E286, all faults of the inputs together; or the faults of the folder that came out.
        CannotWrite: E215.
    """
    refuse_if_full(folder)
    faults: list[Fault] = []
    notes: list[Fault] = []
    inputs = read_inputs(wish, notes, faults)
    progress("step_read")
    extract = attempt(lambda: read_map(wish), faults)
    if faults and extract is not None and inputs is not None and inputs.places is not None:
        attempt(lambda: dwellings.unplaced(wish, inputs, extract), faults)  # so that these are said at once, too
    if faults or extract is None or inputs is None:
        raise InputRefused(faults)
    notes += extract.notes
    progress("step_roads")
    roads = attempt(lambda: lay_roads(wish, extract, inputs.border, notes), faults)
    if roads is None:
        raise InputRefused(faults)
    progress("step_places")
    places = attempt(lambda: dwellings.settlements(wish, inputs, extract, notes), faults)
    facilities: list[Facility] | None = []
    if places:
        facilities = attempt(lambda: standing.facilities_of(wish, inputs, extract, places, notes), faults)
    if faults or places is None or facilities is None:
        raise InputRefused(faults)
    _refuse_empty(roads, places, wish, notes)
    notes += apart(roads, places)
    return _finish(folder, wish, inputs, extract, roads, places, facilities, notes, progress)


def _refuse_empty(roads: RoadTable, places: Sequence[Place], wish: Wish, notes: Sequence[Fault]) -> None:
    """E210 no road, with the classes that were not understood (W230); E211 nobody lives here."""
    path = wish.roads or wish.osm
    name = path.name if path is not None else wish.area
    faults = [] if roads.edges else [Fault("E210", name, values={"name": name}), *_unknown_classes(notes)]
    if not any(place.persons for place in places):
        faults.append(Fault("E211", name, values={"name": name}))
    if faults:
        raise InputRefused(faults)


def _unknown_classes(notes: Sequence[Fault]) -> list[Fault]:
    return [note for note in notes if note.code == "W230"]


def _finish(
    folder: Path, wish: Wish, inputs: Inputs, extract: Extract, roads: RoadTable, places: Sequence[Place],
    facilities: Sequence[Facility], notes: list[Fault], progress: Progress,
) -> Log:  # fmt: skip
    """Settlements with their groups, sites, county.toml and the log; written and read back."""
    preset = inputs.preset
    settlements, groups = settlement_rows(places, preset.importing["shares"], notes, waste=wish.waste)
    stands = standing.stands(wish, inputs, settlements, facilities, roads, notes)
    nodes, edges = _nodes(roads), _edges(roads)
    lines = county_lines(preset.county(), inputs.lines, settlements, nodes, edges, notes)
    inside = _inside(extract.facilities, inputs)
    log = _log(folder, roads, settlements, facilities, stands, count_kinds(inside, stands.given, stands.joined), notes)
    name = county_name(wish, folder, inputs)
    county = fill(
        preset,
        head=["Made by `siting new` with the preset below; what was done is in import-log.md.", *wish.named(),
              f"newest object of the extract: {extract.newest or '-'}"],
        about=_about(folder, name, wish, extract),
        residents=log.residents,
        estimated=groups.estimated,
        by_share=groups.by_share,
        population=_population_source(places),
        waste=WASTE in groups.columns,
        slopes=bool(roads.heights),
    )  # fmt: skip
    progress("step_write")
    sites = [*stands.existing, *(candidate.site for candidate in stands.candidates)]
    tables: dict[str, tuple[list[str], Sequence[Row]]] = {
        "settlements.csv": ([*Settlement.model_fields, *groups.columns, "population_source"], settlements),
        "sites.csv": (list(Site.model_fields), sites),
        "nodes.csv": (list(RoadNode.model_fields)[: None if roads.heights else -1], nodes),
        "edges.csv": (list(RoadEdge.model_fields), edges),
    }
    if lines:
        tables["lines.csv"] = (list(Line.model_fields), lines)
    said = write_log(f"{name}: import log", facts(log, stands.existing), notes, kinds_table(log.kinds))
    texts: dict[str, str | bytes] = {"county.toml": county, LOG_FILE: said}
    if stands.removed:
        texts[REMOVED_FILE] = removed_table(stands.removed)
    if stands.red_lines:
        texts["red_lines.geojson"] = zones.geojson(stands.red_lines)
    return replace(log, warnings=write_folder(folder, texts, tables))


def _log(
    folder: Path, roads: RoadTable, settlements: Sequence[Settlement], facilities: Sequence[Facility],
    stands: standing.Stands, kinds: tuple[KindCount, ...], notes: Sequence[Fault],
) -> Log:  # fmt: skip
    return Log(
        folder=folder,
        roads=roads.counts,
        nodes=len(roads.nodes),
        edges=len(roads.edges),
        settlements=len(settlements),
        residents=sum(s.population_persons for s in settlements),
        without_population=sum(note.code == "W203" for note in notes),
        facilities_read=len(facilities),
        facilities_joined=sum(note.code == "N204" for note in notes),
        facilities_used=len(stands.joined),
        existing_sites=len(stands.existing),
        candidate_sites=len(stands.candidates),
        notes=tuple(notes),
        removed_sites=len(stands.removed),
        kinds=kinds,
        drivable_cuts=_drivable_cuts(roads),
    )


def _drivable_cuts(roads: RoadTable) -> int:
    """Ends of drivable roads where the boundary cuts them."""
    return len(roads.cut & {end for e in roads.edges if e.road_class in DRIVABLE for end in (e.tail, e.head)})


def _inside(features: Sequence[Feature], inputs: Inputs) -> list[Feature]:
    inside = inputs.border.holds([f.lon for f in features], [f.lat for f in features])
    return [feature for feature, keep in zip(features, inside, strict=True) if keep]


def _population_source(places: Sequence[Place]) -> dict[str, str]:
    """``[sources.population]``: where the counts come from, and how far they can be trusted."""
    said = sorted({place.source for place in places})
    whole = "; ".join(said[:3]) + ("; …" if len(said) > 3 else "")
    if any(is_estimate(text) for text in said):
        return {"title": whole, "status": "ASSUMPTION"}
    census = all(re.search(r"census|普查|statistic|统计|PSA", text, re.IGNORECASE) for text in said)
    return {"title": whole, "status": "CENSUS" if census else "RECALLED"}


def county_name(wish: Wish, folder: Path, inputs: Inputs) -> str:
    """As wished, else that of the boundary or of the area, else the folder's as a name is written: `santa-ana` is
    `Santa Ana`."""
    words = re.split(r"[\s_-]+", folder.name.strip(" _-") or folder.name)
    own = " ".join(word.capitalize() if word.islower() else word for word in words)
    return wish.name or inputs.border.name or wish.area.split(",")[0].strip() or own


def _about(folder: Path, name: str, wish: Wish, extract: Extract) -> dict[str, Any]:
    """``[county]``: its name; the planning year, else that of the extract."""
    ident = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-")[:60] or "county"
    mapped = wish.osm is not None
    source = ", ".join([path.name for path in (wish.roads, wish.osm) if path is not None] or [wish.area])
    origin = (
        ("道路与设施取自 OpenStreetMap", "Roads and facilities from OpenStreetMap")
        if mapped
        else ("道路取自", "Roads from")
    )
    return {
        "id": ident,
        "name": name,
        "year": wish.year or dwellings.base_year(wish, extract),
        "note": f"{origin[0]}（{source}）；规模、分年龄人口、造价和资金含假设，见各数的来源和 {LOG_FILE}。",
        "note_en": f"{origin[1]} ({source}); capacities, age groups, costs and "
        f"funds contain assumptions, see the source of each number and {LOG_FILE}.",
        "attribution": attribution(wish),
    }


def _nodes(roads: RoadTable) -> list[RoadNode]:
    known = roads.heights
    return [
        RoadNode(id=str(node), lon=lon / E7, lat=lat / E7, elevation_m=known.get(node))
        for node, (lon, lat) in roads.nodes.items()
    ]


def _edges(roads: RoadTable) -> list[RoadEdge]:
    return [
        RoadEdge(
            from_node=str(e.tail), to_node=str(e.head), length_m=e.length_m, road_class=e.road_class,
            oneway=1 if e.oneway else 0, speed_kmh=e.speed_kmh, name=e.name,
        )
        for e in roads.edges
    ]  # fmt: skip
