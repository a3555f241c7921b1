"""The bus lines of a new county: those that run today, as listed, and the candidates that its roads offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siting.counties.rows import Line, RoadEdge, RoadNode, Settlement
from siting.counties.sections import Travel
from siting.errors import Fault, InputRefused

from ..tables.listing import Listing
from .lines import CENTRAL, SEATS, candidate_lines
from .lines_listed import listed_lines

SOURCE = "drawn by siting new"


@dataclass(frozen=True)
class LineService:
    """A line service of a preset: its id, how its vehicles travel, and how far a stop may lie from their roads."""

    id: str
    travel: Travel
    snap_limit_m: int


def line_service(county: Mapping[str, Any]) -> LineService | None:
    """The first line service of a ``county.toml`` (without sources); None where it has none."""
    for key, service in county["services"].items():
        if service["family"] == "line":
            network = county["network"]
            travel = Travel.model_validate(network["modes"][service["line"].get("mode", "bus")])
            return LineService(key, travel, int(network.get("snap_limit_m", 2000)))
    return None


def county_lines(
    county: Mapping[str, Any], listing: Listing | None, settlements: Sequence[Settlement],
    nodes: Sequence[RoadNode], edges: Sequence[RoadEdge], notes: list[Fault],
) -> list[Line]:  # fmt: skip
    """Rows of ``lines.csv``; none where the preset has no line service. N218 says how many there are, and for whom.

    Raises `InputRefused`: E279 lines are listed and no service of the preset takes them; else as `listed_lines`.
    """
    service = line_service(county)
    if service is None:
        if listing is not None:
            values = {"value": "line", "known": ", ".join(county["services"])}
            raise InputRefused(Fault("E279", listing.file, values=values))
        return []
    today = listed_lines(listing, settlements, service.id, notes) if listing is not None else []
    lines = candidate_lines(
        settlements, nodes, edges, service.travel, today,
        service=service.id, source=SOURCE, snap_limit_m=service.snap_limit_m,
    )  # fmt: skip
    asked = {s.id for s in settlements if s.level in (*SEATS, CENTRAL)}
    reached = asked & {stop for line in lines for stop in line.stop_ids}
    counts: dict[str, object] = {
        "today": len(today),
        "drawn": len(lines) - len(today),
        "reached": len(reached),
        "asked": len(asked),
    }
    notes.append(Fault("N218", values=counts))
    return lines
