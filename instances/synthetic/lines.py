"""Bus lines and disposal sites of the generated county: some run today, the rest are candidates."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from siting.counties.rows import Line, RoadEdge, RoadNode, Row, Settlement
from siting.counties.sections import Travel
from siting.reading import tables

from ..sites.lines import candidate_lines
from .more_sites import Dry
from .network import RoadMap
from .red_lines import Zone, degrees, is_free
from .settlements import Place
from .terrain import Dice, Terrain

LINE_COLUMNS = ("id", "service", "name", "name_en", "stops", "trips_per_day", "status", "source")
DISPOSAL_COLUMNS = (
    "id", "name", "name_en", "kind", "lon", "lat", "status", "capacity_tpd", "capital", "running_per_year", "source",
)  # fmt: skip
GATE_FEE_YUAN = 80  # per t, S182
INCINERATOR_PER_TPD, LANDFILL_PER_TPD = 40, 15  # 万元, A-cost-incinerator and A-cost-landfill


def lines_today(places: list[Place], dice: Dice) -> list[Line]:
    """The lines that run: from the county town to most seats, and from some seats round their central villages."""
    seats = [p for p in places if p.is_seat]
    rows: list[Line] = []
    number = 0
    for seat in seats[1:]:
        central = seat.level == "central_town"
        runs = central or dice.below(100) < 60
        trips = dice.between(6, 12) if central else dice.between(2, 6)
        names = f"县城—{seat.township}", f"County Town – {seat.name_en.removesuffix(' Seat')}"
        number += 1
        if runs:
            rows.append(_today(number, names, [seats[0].id, seat.id], trips))
    for seat in seats:
        villages = [p.id for p in places if p.level == "central_village" and p.town_number == seat.town_number]
        runs = dice.below(100) < 25
        names = f"{seat.township}村村通", f"{seat.name_en.removesuffix(' Seat')} Village Line"
        if villages:
            number += 1
            if runs:
                rows.append(_today(number, names, [seat.id, *villages], 2))
    return rows


def _today(number: int, names: tuple[str, str], stops: list[str], trips: int) -> Line:
    return Line(
        id=f"L{number:02d}",
        service="bus",
        name=names[0],
        name_en=names[1],
        stops=";".join(stops),
        trips_per_day=trips,
        status="existing",
        source="SYN",
    )


def all_lines(folder: Path, today: list[Line]) -> list[list[str]]:
    """Rows of ``lines.csv``: the lines of today and the candidates that the roads of ``folder`` offer."""
    settlements = [s for s in _read(folder, "settlements", Settlement) if isinstance(s, Settlement)]
    nodes = [n for n in _read(folder, "nodes", RoadNode) if isinstance(n, RoadNode)]
    edges = [e for e in _read(folder, "edges", RoadEdge) if isinstance(e, RoadEdge)]
    network = tomllib.loads((folder / "county.toml").read_text(encoding="utf-8"), parse_float=Decimal)["network"]
    travel = Travel.model_validate(_plain(network["modes"]["bus"]))
    limit_m = network["snap_limit_m"]
    lines = candidate_lines(settlements, nodes, edges, travel, today, service="bus", source="SYN", snap_limit_m=limit_m)
    return [[str(getattr(line, column)) for column in LINE_COLUMNS] for line in lines]


def _read(folder: Path, name: str, row: type[Row]) -> list[Row]:
    return tables.read(folder / f"{name}.csv", row, "utf-8")[0]


def _plain(node: Any) -> Any:
    """A part of ``county.toml`` without the sources of its numbers."""
    if isinstance(node, Mapping):
        return node["value"] if "value" in node else {key: _plain(part) for key, part in node.items()}
    return node


def disposal_sites(
    terrain: Terrain, places: list[Place], roads: RoadMap, zones: list[Zone], villages: int
) -> list[tuple[list[str], int]]:
    """Head and tail cells of ``disposal.csv`` around the position, with the road node where each site stands; all stand
    outside the red lines and away from protected water."""
    town = places[0].cell
    settled = [p.cell for p in places]
    dry = Dry(terrain, zones)
    free = [c for c, spot in roads.place.items() if is_free(zones, degrees(terrain, *spot)) and dry.away(spot)]
    far = sorted(free, key=lambda c: (abs(terrain.distance2(c, town) - 900), c))

    def apart(cell: int) -> int:
        return min(terrain.distance2(cell, s) for s in settled)

    lonely = [c for c in far[:400] if apart(c) >= 6]
    if not lonely:  # settled densely all around: wherever nobody lives, the loneliest of the next places first
        lonely = sorted((c for c in far[:1200] if apart(c) > 0), key=lambda c: -min(apart(c), 6))
    first = lonely[0]
    second = next((c for c in lonely if terrain.distance2(c, first) > 400), lonely[-1])
    beside = next((c for c in lonely if 4 <= terrain.distance2(c, first) <= 60), first)
    today, more, burnt = (max(1, tpd * villages // 300) for tpd in (180, 60, 300))
    plant = _costs("candidate", burnt, INCINERATOR_PER_TPD, "A-cost-incinerator")
    cell = _costs("candidate", more, LANDFILL_PER_TPD, "A-cost-landfill")
    return [
        (
            [
                "D1",
                "云岭县生活垃圾填埋场",
                "Yunling Landfill",
                "landfill",
                *_costs("existing", today, 0, "A-cost-landfill"),
            ],
            first,
        ),
        (["D2", "云岭县生活垃圾焚烧厂", "Yunling Incinerator", "incinerator", *plant], second),
        (["D3", "云岭县生活垃圾填埋场二期", "Yunling Landfill Cell 2", "landfill", *cell], beside),
    ]


def _costs(status: str, tpd: int, capital_per_tpd: int, source: str) -> list[str]:
    running = Decimal(tpd * 365 * GATE_FEE_YUAN) / 10_000
    return [status, str(tpd), str(tpd * capital_per_tpd), f"{running.normalize():f}", source]
