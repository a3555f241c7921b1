"""Making a county folder from a map and a planner's own tables: ``siting new``.

The map is an OpenStreetMap extract, or roads from another file with settlements from a table. The folder appears whole
or not at all; the same inputs give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from siting.counties.rows import Line, RoadEdge, RoadNode, Row, Settlement, Site
from siting.errors import Fault, InputRefused, Severity

from .folder import refuse_if_full, write_folder
from .geography import zones
from .geography.water import read_water
from .importfacts import Log, count_kinds, facts, kinds_table
from .importlog import write_log
from .inputs import Inputs, Wish, attempt, read_inputs
from .map_source import apart, attribution, lay_roads, read_map
from .networks import coords_check
from .networks.osm import E7, Extract, Feature
from .networks.roads import RoadTable
from .population import places as dwelling
from .population.people import in_later_year, is_estimate, settlement_rows, with_people
from .population.places import Place
from .population.places_listed import place_all
from .population.waste import COLUMN as WASTE
from .sites import candidates_listed
from .sites import facilities as standing
from .sites.candidates import Candidate, candidate_sites, existing_sites
from .sites.facilities import Facility
from .sites.facilities_listed import place_facilities
from .sites.lines_made import county_lines
from .sites.removed import REMOVED_FILE, removed_table
from .sites.screening import Ground, Removed, removal_notes, screen
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
        attempt(lambda: _unplaced(wish, inputs, extract), faults)  # so that these are said at once, too
    if faults or extract is None or inputs is None:
        raise InputRefused(faults)
    notes += extract.notes
    progress("step_roads")
    roads = attempt(lambda: lay_roads(wish, extract, inputs.border, notes), faults)
    if roads is None:
        raise InputRefused(faults)
    progress("step_places")
    places = attempt(lambda: _places(wish, inputs, extract, notes), faults)
    stand = attempt(lambda: _facilities(wish, inputs, extract, places or [], notes), faults) if places else []
    if faults or places is None or stand is None:
        raise InputRefused(faults)
    _refuse_empty(roads, places, wish)
    notes += apart(roads, places)
    return _finish(folder, wish, inputs, extract, roads, places, stand, notes, progress)


def _unplaced(wish: Wish, inputs: Inputs, extract: Extract) -> None:
    """Raises `InputRefused` for settlements that are not found on the map: E270-E272."""
    if inputs.places is not None:
        place_all(inputs.places, extract.places, inputs.border, [], leave_out=wish.leave_out_unplaced)


def _places(wish: Wish, inputs: Inputs, extract: Extract, notes: list[Fault]) -> list[Place]:
    """The settlements with their levels and the people of the planning year."""
    if inputs.places is not None:
        found = place_all(inputs.places, extract.places, inputs.border, notes, leave_out=wish.leave_out_unplaced)
        _check_coordinates(inputs.places.file, found, extract, notes)
    else:
        found = dwelling.places_of_osm(extract.places, inputs.border, notes, keep_empty=wish.people_elsewhere)
    counted = with_people(found, wish, inputs, notes) if wish.people_elsewhere else dwelling.count_once(found, notes)
    return in_later_year(dwelling.with_levels(counted), wish, inputs, _base_year(wish, extract), notes)


def _check_coordinates(file: str, places: Sequence[Place | Facility], extract: Extract, notes: list[Fault]) -> None:
    """Do the table and the roads speak of the same place? Raises `InputRefused` with E241 for exchanged columns."""
    findings = coords_check.findings(file, [p.lon for p in places], [p.lat for p in places], extract.ways)
    notes += [fault for fault in findings if fault.severity is not Severity.ERROR]
    if refused := [fault for fault in findings if fault.severity is Severity.ERROR]:
        raise InputRefused(refused)


def _facilities(
    wish: Wish, inputs: Inputs, extract: Extract, places: Sequence[Place], notes: list[Fault]
) -> list[Facility]:
    """Those of the planner's list, and those of the map unless the list is to stand alone."""
    own: list[Facility] = []
    if inputs.facilities is not None:
        own = place_facilities(inputs.facilities, extract.facilities, places, inputs.border, notes)
        _check_coordinates(inputs.facilities.file, own, extract, notes)
    if wish.only_listed and inputs.facilities is not None:
        if extract.facilities:
            notes.append(Fault("N215", values={"count": len(extract.facilities)}))
        return own
    return [*own, *standing.facilities_of_osm(extract.facilities, inputs.border, notes)]


def _refuse_empty(roads: RoadTable, places: Sequence[Place], wish: Wish) -> None:
    """E210 no road, E211 nobody lives here."""
    path = wish.roads or wish.osm
    name = path.name if path is not None else wish.area
    faults = [] if roads.edges else [Fault("E210", name, values={"name": name})]
    if not any(place.persons for place in places):
        faults.append(Fault("E211", name, values={"name": name}))
    if faults:
        raise InputRefused(faults)


def _finish(
    folder: Path, wish: Wish, inputs: Inputs, extract: Extract, roads: RoadTable, places: Sequence[Place],
    stand: Sequence[Facility], notes: list[Fault], progress: Progress,
) -> Log:  # fmt: skip
    """Settlements with their groups, sites, county.toml and the log; written and read back."""
    preset = inputs.preset
    services: Mapping[str, Any] = preset.document.unwrap()["services"]
    settlements, groups = settlement_rows(places, preset.importing["shares"], notes, waste=wish.waste)
    rules = standing.rules_of(preset.importing)
    given = standing.give_services(stand, rules, notes)
    joined = standing.join_doubles(given, notes)
    existing = existing_sites(joined, services, rules, notes)
    candidates, removed, red_lines = _candidates(wish, inputs, settlements, existing, services, roads, notes)
    inside = _inside(extract.facilities, inputs)
    nodes, edges = _nodes(roads), _edges(roads)
    lines = county_lines(preset.county(), inputs.lines, settlements, nodes, edges, notes)
    log = Log(
        folder=folder,
        roads=roads.counts,
        nodes=len(roads.nodes),
        edges=len(roads.edges),
        settlements=len(settlements),
        residents=sum(s.population_persons for s in settlements),
        without_population=sum(note.code == "W203" for note in notes),
        facilities_read=len(stand),
        facilities_joined=sum(note.code == "N204" for note in notes),
        facilities_used=len(joined),
        existing_sites=len(existing),
        candidate_sites=len(candidates),
        notes=tuple(notes),
        removed_sites=len(removed),
        kinds=count_kinds(inside, given, joined),
        drivable_cuts=_drivable_cuts(roads),
    )
    county = fill(
        preset,
        head=["Made by `siting new` with the preset below; what was done is in import-log.md.", *wish.named(),
              f"newest object of the extract: {extract.newest or '-'}"],
        about=_about(folder, wish, extract),
        residents=log.residents,
        estimated=groups.estimated,
        by_share=groups.by_share,
        population=_population_source(places),
        waste=WASTE in groups.columns,
        slopes=bool(roads.heights),
    )  # fmt: skip
    progress("step_write")
    tables: dict[str, tuple[list[str], Sequence[Row]]] = {
        "settlements.csv": ([*Settlement.model_fields, *groups.columns, "population_source"], settlements),
        "sites.csv": (list(Site.model_fields), [*existing, *(candidate.site for candidate in candidates)]),
        "nodes.csv": (list(RoadNode.model_fields)[: None if roads.heights else -1], nodes),
        "edges.csv": (list(RoadEdge.model_fields), edges),
    }
    if lines:
        tables["lines.csv"] = (list(Line.model_fields), lines)
    said = write_log(f"{wish.name or folder.name}: import log", facts(log, existing), notes, kinds_table(log.kinds))
    texts: dict[str, str | bytes] = {"county.toml": county, LOG_FILE: said}
    if removed:
        texts[REMOVED_FILE] = removed_table(removed)
    if red_lines:
        texts["red_lines.geojson"] = zones.geojson(red_lines)
    return replace(log, warnings=write_folder(folder, texts, tables))


def _candidates(
    wish: Wish, inputs: Inputs, settlements: Sequence[Settlement], existing: Sequence[Site],
    services: Mapping[str, Any], roads: RoadTable, notes: list[Fault],
) -> tuple[list[Candidate], list[Removed], Sequence[zones.Zone]]:  # fmt: skip
    """Candidates that may be built, those that may not with their reasons, and the red lines of the county."""
    rules = inputs.candidate_rules
    found: list[Candidate] = []
    file = ""
    if inputs.candidates is not None:
        file = inputs.candidates.file
        plannable = {key: service for key, service in services.items() if "hosts" in service}
        found = candidates_listed.listed_candidates(inputs.candidates, settlements, plannable, inputs.reference, notes)
    found += candidate_sites(settlements, existing, services, rules, roads)
    lon, lat = ([node[k] / E7 for node in roads.nodes.values()] for k in (0, 1))
    red_lines = zones.within(inputs.zones, lon, lat)
    wet = wish.osm is not None and any(rule.water_m for rule in rules.values())
    water = read_water(wish.osm) if wet and wish.osm is not None else []
    ground = Ground(settlements, existing, red_lines, inputs.growth_polygon, water)
    kept, removed = screen(found, ground, services, rules)
    notes += removal_notes(removed, settlements, file)
    return kept, removed, red_lines


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


def _base_year(wish: Wish, extract: Extract) -> int:
    """The year of the people in the lists: as said, else that of the extract."""
    found = int(extract.newest[:4]) if re.match(r"(199|20)\d", extract.newest) else 2020
    return wish.base_year or found


def _about(folder: Path, wish: Wish, extract: Extract) -> dict[str, Any]:
    """``[county]``: named as wished or after the folder; the planning year, else that of the extract."""
    name = wish.name or folder.name
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
        "year": wish.year or _base_year(wish, extract),
        "note": f"{origin[0]}({source});规模、分年龄人口、造价和资金含假设,见各数的来源和 {LOG_FILE}。",
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
