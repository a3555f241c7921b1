"""Heights of road nodes: those that the source of the roads gives, else those of an elevation raster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np

from siting.errors import Fault, InputRefused

from ..geography.elevation import HIGHEST_M, LOWEST_M, heights_m
from .osm import E7, RoadWay
from .road_lines import Line
from .roads import RoadTable, distance_m

#: Written to a centimetre: a centimetre on a road of a metre is one per cent.
CENTIMETRE = Decimal("0.01")
STEEP_PCT = 10


def given(lines: Sequence[Line], ways: Sequence[RoadWay], file: str) -> dict[int, float]:
    """Metres by node id as the source says; corners between two nodes lie on the straight line between their heights.

    Raises `InputRefused` with E289 for heights that are no metres above sea level.
    """
    found: dict[int, float] = {}
    for line in lines:
        for node, metres in zip(line.ends or (), line.heights_m or (), strict=False):
            if metres is not None:
                found[node] = metres
    wrong = sorted(node for node, metres in found.items() if not LOWEST_M <= metres <= HIGHEST_M)
    if wrong:
        values = {"count": len(wrong), "id": wrong[0], "value": found[wrong[0]]}
        raise InputRefused(Fault("E289", file, values=values))
    between: dict[int, float] = {}
    for way in ways:
        low, high = found.get(way.nodes[0][0]), found.get(way.nodes[-1][0])
        if low is None or high is None:
            continue
        steps = [distance_m(a[1] / E7, a[2] / E7, b[1] / E7, b[2] / E7) for a, b in pairwise(way.nodes)]
        whole = sum(steps) or 1.0
        for (node, _, _), gone in zip(way.nodes[1:-1], accumulate(steps), strict=False):
            between[node] = low + (high - low) * gone / whole
    return between | found


def with_heights(roads: RoadTable, own: Mapping[int, float], raster: Path | None, notes: list[Fault]) -> RoadTable:
    """The roads with a height for each node that the source or the raster knows; N217 and W249 say how many.

    Raises `InputRefused` as `siting.instances.geography.elevation.heights_m`.
    """
    heights = {node: own[node] for node in roads.nodes if node in own}
    rest = [node for node in roads.nodes if node not in heights]
    if raster is not None and rest:
        lon, lat = (np.array([roads.nodes[node][k] / E7 for node in rest]) for k in (0, 1))
        for node, metres in zip(rest, heights_m(raster, lon, lat).tolist(), strict=True):
            if metres == metres:
                heights[node] = metres
    if not heights:
        return roads
    written = {node: Decimal(metres).quantize(CENTIMETRE) for node, metres in sorted(heights.items())}
    climbs = [(e, written[e.head] - written[e.tail]) for e in roads.edges if e.tail in written and e.head in written]
    steep = sum(abs(rise) * 100 > STEEP_PCT * e.length_m for e, rise in climbs)
    values: dict[str, object] = {
        "source": raster.name if raster is not None else "-", "count": len(written), "total": len(roads.nodes),
        "lowest": min(written.values()), "highest": max(written.values()),
        "steep": steep, "sections": len(roads.edges), "pct": STEEP_PCT,
    }  # fmt: skip
    notes.append(Fault("N217", values=values))
    if len(written) < len(roads.nodes):
        notes.append(Fault("W249", values={"count": len(roads.nodes) - len(written), "total": len(roads.nodes)}))
    return replace(roads, heights=written)
