"""How the county stands on its road networks: where every point was snapped, and which roads nobody can reach.

Nothing is lost in silence on the way from a map to travel times: ``snap.csv`` has every settlement and site with its
road node and the distance, ``left_out.csv`` every road node outside the main component of a mode.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from siting import store
from siting.counties.county import County
from siting.counties.rows import Settlement, Site
from siting.roads.network import Snap
from siting.roads.travel import TravelTimes
from siting.spreadsheet import table

SNAP, LEFT_OUT = "snap.csv", "left_out.csv"
#: Points whose straight leg to the road is longer than this are listed in the result.
LONG_LEG_M = 500


def summary(times: TravelTimes) -> dict[str, dict[str, int]]:
    """Size of each mode's network, and how much was left out of it."""
    return {
        mode: {
            "nodes": len(n.node),
            "arcs": int(n.time_ms.nnz),
            "arc_km": round(float(n.length_mm.sum()) / 1e6),
            "left_out_nodes": len(n.left_out),
            "left_out_components": n.components,
        }
        for mode, n in times.networks.items()
    }


def long_legs(county: County, times: TravelTimes) -> list[dict[str, Any]]:
    """Every point that stands far from its road, the farthest first; ``reached`` false beyond the limit."""
    rows = [row for row in _snaps(county, times) if row["distance_m"] > LONG_LEG_M]
    rows.sort(key=lambda row: (-row["distance_m"], row["kind"], row["id"], row["mode"]))
    return [{key: row[key] for key in ("kind", "id", "mode", "distance_m", "reached")} for row in rows]


def write_tables(run: Path, county: County, times: TravelTimes) -> None:
    """Write ``snap.csv`` and ``left_out.csv`` into the run folder.

    Raises:
        CannotWrite: they cannot be written (E801).
    """
    roads = county.roads
    store.write_bytes(run / SNAP, table(("kind", "id", "mode", "node", "distance_m", "reached"), _snaps(county, times)))
    nodes = (
        {"mode": mode, "node": roads.node_ids[k], "lon": roads.lon[k], "lat": roads.lat[k]}
        for mode, network in times.networks.items()
        for k in network.left_out.tolist()
    )
    store.write_bytes(run / LEFT_OUT, table(("mode", "node", "lon", "lat"), nodes))


def _snaps(county: County, times: TravelTimes) -> Iterator[dict[str, Any]]:
    kinds: tuple[tuple[str, Sequence[Settlement | Site], Mapping[str, Snap]], ...] = (
        ("settlement", county.settlements, times.settlement_snap),
        ("site", county.sites, times.site_snap),
    )
    for kind, points, snaps in kinds:
        for mode, snap in snaps.items():
            ids = county.roads.node_ids[times.networks[mode].node]
            for point, node, metres in zip(points, snap.node.tolist(), snap.distance_m.tolist(), strict=True):
                name = ids[node] if node >= 0 else ""
                yield {
                    "kind": kind,
                    "id": point.id,
                    "mode": mode,
                    "node": name,
                    "distance_m": metres,
                    "reached": node >= 0,
                }
