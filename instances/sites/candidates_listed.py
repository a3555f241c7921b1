"""The planner's own candidate sites: a table with service, name and coordinates, or a settlement to stand in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from siting.counties.rows import Settlement, Site
from siting.errors import Fault

from ..geography.crs import Reference
from ..geography.flat import Flat
from ..tables import columns
from ..tables.cells import Cells, rows_of
from ..tables.listing import Listing, read_listing
from ..tables.matching import stem
from .candidates import Candidate

#: A candidate that names no settlement is hosted by the nearest one, if that is no farther.
HOST_REACH_M = 5000.0


def read_candidates(path: Path) -> Listing:
    """The table. Raises `InputRefused`: E205, E208, E213, E260-E264."""
    return read_listing(path, columns.CANDIDATES, ("service", "name"))


def listed_candidates(
    listing: Listing, settlements: Sequence[Settlement], services: Mapping[str, Any], reference: Reference,
    notes: list[Fault],
) -> list[Candidate]:  # fmt: skip
    """A candidate for each service of each row; ``reference`` is the system of its degrees.

    Raises `InputRefused` with every faulty row: E206, E207, E214, E217, E274 no host settlement, E279 unknown service.
    """
    notes += listing.notes
    notes += listing.unused()
    first: dict[str, int] = {}
    found: list[Candidate] = []
    for cells in rows_of(listing, notes):
        ident = cells.ident("id", f"row{cells.row}")
        for service in _services(cells, services):
            cells.once("id", ident, first, key := f"{service}#{ident}")
            candidate = _read(cells, key, service, settlements, reference)
            found += [candidate] if candidate else []
    return found


def _services(cells: Cells, services: Mapping[str, Any]) -> list[str]:
    """The services of a row, by id or name, parted by semicolons; E279 for one that the preset lacks."""
    words = {
        word: key for key, service in services.items() for word in (key, service["name"], service["name_en"].lower())
    }
    found = []
    for word in re.split(r"[;；、]", cells.must("service")):
        key = words.get(word.strip(), words.get(word.strip().lower(), ""))
        if key:
            found.append(key)
        elif word.strip():
            known = ", ".join(f"{key} ({service['name']})" for key, service in services.items())
            cells.fault("E279", "service", value=word.strip(), known=known)
    return found


def _read(
    cells: Cells, ident: str, service: str, settlements: Sequence[Settlement], reference: Reference
) -> Candidate | None:
    """One row as a candidate of one service."""
    point = cells.point(reference)
    said = cells.text("settlement")
    host = _host(said, point, settlements)
    if host is None:
        cells.fault("E274", "settlement", name=cells.text("name"), settlement=said or "-", reach_m=round(HOST_REACH_M))
        return None
    lon, lat = point or (host.lon, host.lat)
    site = Site(
        id=ident,
        service=service,
        name=cells.must("name"),
        name_en=cells.text("name_en"),
        settlement=host.id,
        lon=lon,
        lat=lat,
        status="candidate",
        source=cells.text("source") or f"{cells.listing.file}, row {cells.row}",
    )
    return Candidate(site, "list", cells.row)


def _host(said: str, point: tuple[float, float] | None, settlements: Sequence[Settlement]) -> Settlement | None:
    """The settlement that a row names by id or name, else the nearest one."""
    if said:
        for same in (
            [s for s in settlements if s.id == said],
            [s for s in settlements if s.name == said],
            [s for s in settlements if stem(s.name) == stem(said)],
        ):
            if len(same) == 1:
                return same[0]
            if same:
                settlements = same
                break
        else:
            return None
    if point is None:
        return None
    flat = Flat.at([s.lat for s in settlements])
    metres, at = flat.nearest([point[0]], [point[1]], [s.lon for s in settlements], [s.lat for s in settlements])
    return settlements[int(at[0])] if metres[0] <= HOST_REACH_M else None
