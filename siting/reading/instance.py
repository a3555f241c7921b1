"""Reading a county folder: a whole `County`, or every fault of the input at once.

The tables are read even where ``county.toml`` has faults in a section that they do not need, so that one look shows
all that is wrong. The checks between tables are listed as data in `siting.reading.checks`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import create_model

from siting.counties.county import County, OwnTimes, RedLine, Roads
from siting.counties.rows import COLUMN, Count, Disposal, Line, OwnTime, RoadEdge, RoadNode, Row, Settlement, Site
from siting.counties.sections import CountyFile
from siting.errors import Fault, InputRefused, Severity
from siting.reading import checks, limits, own_times, plausible, plausible_map, tables, toml_file
from siting.reading.geojson import read_polygons
from siting.roads.network import height_mm, thousandths

TABLES: dict[str, tuple[type[Row], bool]] = {
    "settlements.csv": (Settlement, True),
    "sites.csv": (Site, True),
    "nodes.csv": (RoadNode, True),
    "edges.csv": (RoadEdge, True),
    "lines.csv": (Line, False),
    "disposal.csv": (Disposal, False),
    own_times.FILE: (OwnTime, False),
}
COUNTY_FILE = "county.toml"
RED_LINES = "red_lines.geojson"
#: No road section between two junctions is longer.
LONGEST_ROAD_M = 1_000_000


def read(folder: Path) -> tuple[County, tuple[Fault, ...]]:
    """The county of a folder and the warnings about it.

    Raises:
        InputRefused: with every error (and warning) of the folder.
    """
    county, faults = examine(folder)
    if county is None or any(f.severity is Severity.ERROR for f in faults):
        raise InputRefused(faults)
    return county, tuple(faults)


def examine(folder: Path) -> tuple[County | None, list[Fault]]:
    """The county as far as it can be read, and every fault; with an error among them the county must not be used."""
    needed = [COUNTY_FILE, *(name for name, (_, must) in TABLES.items() if must)]
    try:
        refused = list(limits.refusals(folder, needed, (COUNTY_FILE, *TABLES, RED_LINES)))
        return (None, refused) if refused else _examine(folder)
    except OSError as error:
        where = Path(str(error.filename)).name if error.filename else str(folder)
        return None, [Fault("E165", file=where, values={"why": error.strerror or str(error)})]


def _examine(folder: Path) -> tuple[County | None, list[Fault]]:
    document, faults = toml_file.read(folder / COUNTY_FILE)
    file = document.file
    encoding = file.county.encoding if file else "utf-8"
    rows: dict[str, list[Any]] = {}
    numbers: dict[str, list[int]] = {}
    for name, (row_type, _) in TABLES.items():
        if (folder / name).is_file() and name != own_times.FILE:
            if row_type is Settlement and file is not None:
                row_type = _with_demand(file)
            rows[name], numbers[name], wrong = tables.read(folder / name, row_type, encoding)
            faults += wrong
    red_lines: tuple[RedLine, ...] = ()
    if (folder / RED_LINES).exists():
        red_lines, wrong = read_polygons(folder / RED_LINES)
        faults += wrong
    if file is None or not all(rows[name] for name, (_, needed) in TABLES.items() if needed and name != "sites.csv"):
        return None, faults
    if rows.get("lines.csv"):  # a county may plan its lines alone
        faults = [fault for fault in faults if (fault.code, fault.file) != ("E119", "sites.csv")]
    spoilt = {fault.file for fault in faults if fault.severity is Severity.ERROR}
    roads, wrong = _roads(rows["nodes.csv"], rows["edges.csv"], numbers["edges.csv"])
    faults += [fault for fault in wrong if not (fault.code == "E127" and "nodes.csv" in spoilt)]
    if roads is None:
        return None, faults
    for name in ("settlements.csv", "sites.csv", "lines.csv", "disposal.csv"):
        _sort(rows.setdefault(name, []), numbers.setdefault(name, []))
    times, wrong = _own_times(folder, file, rows, spoilt)
    faults += wrong
    county = County(
        folder=folder,
        file=file,
        plain=document.plain,
        settlements=tuple(rows["settlements.csv"]),
        sites=tuple(rows["sites.csv"]),
        lines=tuple(rows["lines.csv"]),
        disposal=tuple(rows["disposal.csv"]),
        red_lines=red_lines,
        roads=roads,
        provenance=document.provenance,
        files={
            name: _sha256(folder / name)
            for name in sorted((COUNTY_FILE, RED_LINES, *TABLES))
            if (folder / name).exists()
        },
        own_times=times,
    )
    # a row that was left out for its own fault is not unknown as well
    faults += [f for f in checks.run(county, numbers) if not (f.code == "E122" and "settlements.csv" in spoilt)]
    if not any(fault.severity is Severity.ERROR for fault in faults):
        faults += [*plausible.run(county, numbers), *plausible_map.run(county, numbers)]
    elif any(
        fault.code in ("E128", "E134") for fault in faults
    ):  # the roads may be there, under a name that no mode knows
        faults += plausible_map.unused(county, numbers)
    return county, faults


def _own_times(
    folder: Path, file: CountyFile, rows: dict[str, list[Any]], spoilt: set[str]
) -> tuple[dict[str, OwnTimes], list[Fault]]:
    """The planner's own travel times; a row that was left out for its own fault is not unknown as well."""
    if not (folder / own_times.FILE).is_file():
        return {}, []
    settlements, sites, disposal = ([row.id for row in rows[f"{t}.csv"]] for t in ("settlements", "sites", "disposal"))
    modes = list(file.network.modes)
    times, faults = own_times.read(folder / own_times.FILE, file.county.encoding, settlements, sites + disposal, modes)
    left_out = {"E122": {"settlements.csv"}, "E172": {"sites.csv", "disposal.csv"}}
    return times, [fault for fault in faults if not left_out.get(fault.code, set()) & spoilt]


def _with_demand(file: CountyFile) -> type[Row]:
    """The settlement table of this county: with the demand columns that county.toml and its scenarios name."""
    columns = {d.column for d in file.demand.values() if d.column} | set(_columns_of_scenarios(file))
    columns -= set(Settlement.model_fields)
    fields: dict[str, Any] = dict.fromkeys(sorted(columns), (Count, ...))
    return create_model("Settlement", __base__=Settlement, **fields)


def _columns_of_scenarios(file: CountyFile) -> Iterator[str]:
    """Columns that a change of a scenario makes the demand of a group; what else is wrong with it is said elsewhere."""
    for variation in file.scenarios.values():
        for key, value in variation.changes.items():
            place = toml_file.undotted(key)
            if place[:1] == ("demand",):
                for part in reversed(place[1:]):
                    value = {part: value}
                groups = value.values() if isinstance(value, dict) else ()
                columns = (group.get("column") for group in groups if isinstance(group, dict))
                yield from (name for name in columns if isinstance(name, str) and re.fullmatch(COLUMN, name))


def _sort(rows: list[Any], numbers: list[int]) -> None:
    """Put rows and their numbers in the order of the ids: the plan must not depend on how a table is sorted."""
    order = sorted(range(len(rows)), key=lambda k: rows[k].id)
    rows[:], numbers[:] = [rows[k] for k in order], [numbers[k] for k in order]


def _roads(nodes: list[RoadNode], edges: list[RoadEdge], numbers: list[int]) -> tuple[Roads | None, list[Fault]]:
    position = {node.id: k for k, node in enumerate(nodes)}
    faults = [
        Fault("E127", "edges.csv", number, name, {"value": getattr(edge, name)})
        for edge, number in zip(edges, numbers, strict=True)
        for name in ("from_node", "to_node")
        if getattr(edge, name) not in position
    ]
    faults += [
        Fault("E108", "edges.csv", number, "length_m", {"value": edge.length_m, "limit": f"≤ {LONGEST_ROAD_M}"})
        for edge, number in zip(edges, numbers, strict=True)
        if edge.length_m > LONGEST_ROAD_M
    ]
    if faults:
        return None, faults
    return Roads(
        node_ids=np.array([n.id for n in nodes], dtype=object),
        lon=np.array([n.lon for n in nodes], dtype=np.float64),
        lat=np.array([n.lat for n in nodes], dtype=np.float64),
        tail=np.array([position[e.from_node] for e in edges], dtype=np.int64),
        head=np.array([position[e.to_node] for e in edges], dtype=np.int64),
        length_mm=np.array([max(1, thousandths(e.length_m)) for e in edges], dtype=np.int64),
        road_class=np.array([e.road_class for e in edges], dtype=object),
        oneway=np.array([bool(e.oneway) for e in edges], dtype=bool),
        speed_mph=np.array([thousandths(e.speed_kmh) if e.speed_kmh else 0 for e in edges], dtype=np.int64),
        name=np.array([e.name for e in edges], dtype=object),
        height_mm=np.array([height_mm(n.elevation_m) for n in nodes], dtype=np.int64),
    ), []


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
