"""Making a county folder from an OpenStreetMap extract, with or without a planner's own lists: ``siting new --osm``.

The folder appears whole or not at all; the same inputs give the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from siting.errors import Fault, InputRefused
from siting.rows import RoadEdge, RoadNode, Row, Settlement, Site

from . import facilities as standing
from . import places as dwelling
from .boundary import Boundary, read_boundary
from .candidates import candidate_sites, existing_sites
from .folder import refuse_if_full, write_folder
from .importlog import write_log
from .osm import E7, Extract, read_extract
from .places import Place
from .roads import RoadCounts, RoadTable, build_roads
from .skeleton import Preset, fill, read_preset

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
LOG_FILE = "import-log.md"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Log:
    """What an import made: counts, and ``notes`` on every row that was not taken over as it is.

    ``warnings`` are what `siting.instance` says about the folder that came out.
    """

    folder: Path
    roads: RoadCounts
    nodes: int
    edges: int
    settlements: int
    residents: int
    without_population: int
    facilities_read: int
    facilities_joined: int
    facilities_used: int
    existing_sites: int
    candidate_sites: int
    notes: tuple[Fault, ...]
    warnings: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class _Inputs:
    """The input files, as the head of county.toml names them."""

    osm: Path
    settlements: Path | None
    facilities: Path | None
    boundary: Path | None

    def named(self) -> list[str]:
        """One line a file: what it is, its name, its sha256."""
        return [f"{role}: {path.name}, sha256 {_sha256(path)}" for role, path in vars(self).items() if path is not None]


def make_from_osm(
    folder: Path,
    osm: Path,
    *,
    settlements: Path | None = None,
    facilities: Path | None = None,
    boundary: Path | None = None,
    preset: str = "basic-services",
    progress: Progress = lambda step: None,
) -> Log:
    """Write the county folder ``folder`` from the extract ``osm`` and say what was done.

    ``settlements`` and ``facilities`` are lists (CSV) that replace those of the extract; only what lies within
    ``boundary`` (GeoJSON or ``.poly``) is taken. ``progress`` gets the key of a sentence (``step_read`` …) as each
    heavy step begins.

    Raises:
        InputRefused: E201-E217, all faults of the inputs together; or the faults of the folder that came out.
        CannotWrite: E215.
    """
    refuse_if_full(folder)
    faults: list[Fault] = []
    notes: list[Fault] = []
    inputs = _Inputs(osm, settlements, facilities, boundary)
    skeleton = _try(lambda: read_preset(preset), faults)
    border = _try(lambda: read_boundary(boundary), faults) or Boundary()
    listed = _try(lambda: dwelling.places_of_list(settlements, border, notes), faults) if settlements else None
    stand = _try(lambda: standing.facilities_of_list(facilities, border, notes), faults) if facilities else None
    progress("step_read")
    extract = _try(lambda: read_extract(osm), faults)
    if faults or extract is None or skeleton is None:
        raise InputRefused(faults)
    notes += extract.notes
    progress("step_roads")
    roads = build_roads(extract.ways, border, notes)
    progress("step_places")
    if listed is None:
        listed = dwelling.places_of_osm(extract.places, border, notes)
    if stand is None:
        stand = standing.facilities_of_osm(extract.facilities, border, notes)
    elif extract.facilities:
        notes.append(Fault("N215", values={"count": len(extract.facilities)}))
    places = dwelling.with_levels(dwelling.count_once(listed, notes))
    _refuse_empty(roads, places, osm)
    return _finish(folder, inputs, extract, skeleton, roads, places, stand, notes, progress)


def _try(step: Callable[[], Any], faults: list[Fault]) -> Any:
    """The result of ``step``; None with its faults collected where it refuses."""
    try:
        return step()
    except InputRefused as refusal:
        faults += refusal.faults
        return None


def _refuse_empty(roads: RoadTable, places: Sequence[Place], osm: Path) -> None:
    """E210 no road, E211 nobody lives here."""
    faults = [] if roads.edges else [Fault("E210", osm.name, values={"name": osm.name})]
    if not any(place.persons for place in places):
        faults.append(Fault("E211", osm.name, values={"name": osm.name}))
    if faults:
        raise InputRefused(faults)


def _finish(
    folder: Path, inputs: _Inputs, extract: Extract, preset: Preset, roads: RoadTable, places: Sequence[Place],
    stand: Sequence[standing.Facility], notes: list[Fault], progress: Progress,
) -> Log:  # fmt: skip
    """Settlements with their groups, sites, county.toml and the log; written and read back."""
    shares: Mapping[str, float] = preset.importing["shares"]
    settlements, estimated = _settlements(places, shares, notes)
    rules = standing.rules_of(preset.importing)
    services = preset.document.unwrap()["services"]
    given = standing.give_services(stand, rules, notes)
    joined = standing.join_doubles(given, notes)
    existing = existing_sites(joined, services, rules, notes)
    candidates = candidate_sites(settlements, existing, services, notes)
    residents = sum(s.population_persons for s in settlements)
    log = Log(
        folder=folder,
        roads=roads.counts,
        nodes=len(roads.nodes),
        edges=len(roads.edges),
        settlements=len(settlements),
        residents=residents,
        without_population=sum(note.code == "W203" for note in notes),
        facilities_read=len(stand),
        facilities_joined=len(given) - len(joined),
        facilities_used=len(joined),
        existing_sites=len(existing),
        candidate_sites=len(candidates),
        notes=tuple(notes),
    )
    county = fill(
        preset,
        head=["Made by `siting new` with the preset below; what was done is in import-log.md.", *inputs.named(),
              f"newest object of the extract: {extract.newest}"],
        about=_about(folder, extract, inputs),
        residents=residents,
        estimated=estimated,
        population=_population_source(places),
    )  # fmt: skip
    progress("step_write")
    columns = sorted(shares, key=list(shares).index)
    tables: dict[str, tuple[list[str], Sequence[Row]]] = {
        "settlements.csv": ([*Settlement.model_fields, *columns, "population_source"], settlements),
        "sites.csv": (list(Site.model_fields), [*existing, *candidates]),
        "nodes.csv": (list(RoadNode.model_fields), _nodes(roads)),
        "edges.csv": (list(RoadEdge.model_fields), _edges(roads)),
    }
    texts = {"county.toml": county, LOG_FILE: write_log(f"{folder.name}: import log", _facts(log, existing), notes)}
    return replace(log, warnings=write_folder(folder, texts, tables))


def _settlements(
    places: Sequence[Place], shares: Mapping[str, float], notes: list[Fault]
) -> tuple[list[Settlement], dict[str, bool]]:
    """Rows of settlements.csv with all demand columns, and by column whether it was estimated.

    A group that the list gives is taken as it is; another is its share of all residents, spread by largest remainder.
    """
    places = sorted(places, key=lambda p: p.id)
    persons = [place.persons for place in places]
    guessed = [p for p in places if "ESTIMATE" in p.source.upper() or "估" in p.source]
    if guessed:
        notes.append(Fault("W207", values={"count": len(guessed), "total": len(places), "source": guessed[0].source}))
    estimated = {"population_persons": bool(guessed)}
    columns: dict[str, list[int]] = {}
    for column, share in shares.items():
        given = all(column in place.groups for place in places)
        estimated[column] = not given
        total = int((Decimal(str(share)) * sum(persons)).to_integral_value(ROUND_HALF_UP))
        columns[column] = [p.groups[column] for p in places] if given else dwelling.spread(total, persons)
    return [
        Settlement.model_validate(
            {key: value for key, value in asdict(place).items() if key in Settlement.model_fields}
            | {"population_persons": place.persons, "population_source": place.source}
            | {column: values[k] for column, values in columns.items()}
        )
        for k, place in enumerate(places)
    ], estimated


def _population_source(places: Sequence[Place]) -> dict[str, str]:
    """``[sources.population]``: where the counts come from, and how far they can be trusted."""
    said = sorted({place.source for place in places})
    whole = "; ".join(said[:3]) + ("; …" if len(said) > 3 else "")
    if any("ESTIMATE" in text.upper() or "估" in text for text in said):
        return {"title": whole, "status": "ASSUMPTION"}
    census = all(re.search(r"census|普查|statistic|统计|PSA", text, re.IGNORECASE) for text in said)
    return {"title": whole, "status": "CENSUS" if census else "RECALLED"}


def _about(folder: Path, extract: Extract, inputs: _Inputs) -> dict[str, Any]:
    """``[county]``: named after the folder; the year is that of the extract."""
    ident = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-")[:60] or "county"
    year = int(extract.newest[:4]) if re.match(r"(199|20)\d", extract.newest) else 2020
    return {
        "id": ident,
        "name": folder.name,
        "year": year,
        "note": f"道路与设施取自 OpenStreetMap({inputs.osm.name});规模、分年龄人口、造价和资金含假设,"
        f"见各数的来源和 {LOG_FILE}。",
        "note_en": f"Roads and facilities from OpenStreetMap ({inputs.osm.name}); capacities, age groups, costs and "
        f"funds contain assumptions, see the source of each number and {LOG_FILE}.",
        "attribution": ATTRIBUTION,
    }


def _nodes(roads: RoadTable) -> list[RoadNode]:
    return [RoadNode(id=str(node), lon=lon / E7, lat=lat / E7) for node, (lon, lat) in roads.nodes.items()]


def _edges(roads: RoadTable) -> list[RoadEdge]:
    return [
        RoadEdge(
            from_node=str(e.tail), to_node=str(e.head), length_m=e.length_m, road_class=e.road_class,
            oneway=1 if e.oneway else 0, speed_kmh=e.speed_kmh, name=e.name,
        )
        for e in roads.edges
    ]  # fmt: skip


def _facts(log: Log, existing: Sequence[Site]) -> dict[tuple[str, str], object]:
    """The counts of the log by (Chinese, English) name."""
    roads = log.roads
    return {
        ("采用的道路", "ways used"): roads.ways,
        ("路网节点", "road nodes"): log.nodes,
        ("其中交叉口和端点", "of these junctions and ends"): roads.junctions,
        ("其中线形点", "of these shape points"): roads.shape_nodes,
        ("路段", "road sections"): log.edges,
        ("连通分量", "components"): roads.components,
        ("最大分量占节点 %", "largest component, % of nodes"): roads.main_share_pct,
        ("机动车道路中心线 km", "drivable centre line, km"): roads.drivable_km,
        ("其中主连通部分 km", "of this in the main component, km"): roads.drivable_main_km,
        ("主连通部分的交叉口和端点", "junctions and ends of the main component"): roads.drivable_main_junctions,
        ("边界处截断的路段", "sections cut at the boundary"): roads.drivable_stubs,
        ("其长度 km(按路口截断的统计不含)", "their length, km (counts that stop at the last junction leave them out)"):
            roads.drivable_stubs_km,
        ("居民点", "settlements"): log.settlements,
        ("常住人口", "residents"): log.residents,
        ("没有人口的居民点", "places without population"): log.without_population,
        ("读入的设施", "facilities read"): log.facilities_read,
        ("合并的重复设施", "doubles joined"): log.facilities_joined,
        ("采用的设施", "facilities used"): log.facilities_used,
        **{(f"现有 {key}", f"existing {key}"): n for key, n in sorted(Counter(s.service for s in existing).items())},
        ("候选点", "candidate sites"): log.candidate_sites,
    }  # fmt: skip


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
