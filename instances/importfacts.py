"""What an import counted: `Log`, its lines for the import log, and the table of what each kind of the map became."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from siting.counties.rows import Site
from siting.errors import Fault

from .networks.osm import Feature
from .networks.roads import RoadCounts
from .sites.facilities import Facility


@dataclass(frozen=True)
class KindCount:
    """Facilities of one kind of OpenStreetMap: inside the boundary, given to ``services``, joined as doubles, used."""

    kind: str
    services: tuple[str, ...]
    read: int
    given: int
    joined: int
    used: int


@dataclass(frozen=True)
class Log:
    """What an import made: counts, and ``notes`` on every row that was not taken over as it is.

    ``warnings`` are what `siting.reading.instance` says about the folder that came out; ``drivable_cuts`` are ends of
    drivable roads at the boundary, of which those that are no junction leave a dead end (`RoadCounts.drivable_stubs`).
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
    removed_sites: int = 0
    kinds: tuple[KindCount, ...] = ()
    drivable_cuts: int = 0


def count_kinds(
    inside: Sequence[Feature], given: Sequence[Facility], joined: Sequence[Facility]
) -> tuple[KindCount, ...]:
    """What each kind of the map became, by kind; facilities of the planner's list are not counted."""
    read = Counter(feature.kind for feature in inside)
    taken = Counter(f.kind for f in given if not f.listed)
    used = Counter(f.kind for f in joined if not f.listed)
    services = {kind: {s for f in given if f.kind == kind and not f.listed for s in f.services} for kind in read}
    return tuple(
        KindCount(kind, tuple(sorted(services[kind])), count, taken[kind], taken[kind] - used[kind], used[kind])
        for kind, count in sorted(read.items())
    )


def kinds_table(kinds: Sequence[KindCount]) -> list[list[str]]:
    """Heads and rows of the table of kinds."""
    heads = ["OSM", "服务 / service", "边界内 / inside", "采用类型 / of a service", "合并 / joined", "采用 / used"]
    return [heads] + [
        [k.kind, ", ".join(k.services) or "-", str(k.read), str(k.given), str(k.joined), str(k.used)] for k in kinds
    ]


def facts(log: Log, existing: Sequence[Site]) -> dict[tuple[str, str], object]:
    """The counts of the log by (Chinese, English) name."""
    roads = log.roads
    cut = sum(int(str(note.values["count"])) for note in log.notes if note.code == "N214")
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
        ("在边界处截断的道路（所有类别，见 N214）", "ways cut at the boundary (all classes, see N214)"): cut,
        ("其中机动车道路的断点", "cut ends of drivable roads among them"): log.drivable_cuts,
        ("其中形成的机动车断头路段", "drivable dead ends that these left"): roads.drivable_stubs,
        ("断头路段长度 km（按路口截断的统计不含）",
         "their length, km (counts that stop at the last junction leave them out)"): roads.drivable_stubs_km,
        ("居民点", "settlements"): log.settlements,
        ("常住人口", "residents"): log.residents,
        ("没有人口的居民点", "places without population"): log.without_population,
        ("读入的设施", "facilities read"): log.facilities_read,
        ("合并的重复设施", "doubles joined"): log.facilities_joined,
        ("采用的设施", "facilities used"): log.facilities_used,
        **{(f"现有 {key}", f"existing {key}"): n for key, n in sorted(Counter(s.service for s in existing).items())},
        ("候选点", "candidate sites"): log.candidate_sites,
        ("去掉的候选点（removed_sites.csv）", "candidates taken out (removed_sites.csv)"): log.removed_sites,
    }  # fmt: skip
