"""The bus lines that run today, from a planner's table: name, stops in order, trips a day."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from siting.counties.rows import Line, Settlement
from siting.errors import Fault

from ..tables import columns
from ..tables.cells import Cells, rows_of
from ..tables.listing import Listing, read_listing
from ..tables.matching import stem

_BETWEEN = re.compile(r"[;；、,，|→—]+")
MOST_TRIPS = 500


def read_lines(path: Path) -> Listing:
    """The table. Raises `InputRefused`: E205, E208, E213, E260-E264."""
    return read_listing(path, columns.LINES, ("name", "stops", "trips_per_day"))


def listed_lines(listing: Listing, settlements: Sequence[Settlement], service: str, notes: list[Fault]) -> list[Line]:
    """The lines as existing lines of ``service``; stops are settlements by id or name.

    Raises `InputRefused` with every faulty row: E206, E207, E214, E217; E281 a stop that is no settlement, or several.
    """
    notes += listing.notes
    notes += listing.unused()
    by_word = _words(settlements)
    first: dict[str, int] = {}
    lines: list[Line] = []
    for cells in rows_of(listing, notes):
        ident = cells.ident("id", f"L{cells.row}")
        cells.once("id", ident, first)
        stops = _stops(cells, by_word)
        trips = cells.whole("trips_per_day", MOST_TRIPS)
        line = Line(
            id=ident,
            service=service,
            name=cells.must("name"),
            name_en=cells.text("name_en"),
            stops=";".join(stops),
            trips_per_day=trips,
            status="existing",
            source=cells.text("source") or f"{listing.file}, row {cells.row}",
        )
        lines.append(line)
    return lines


def _words(settlements: Sequence[Settlement]) -> list[Mapping[str, list[str]]]:
    """Ids of settlements by what may name them: id, name, name without 村 or 镇 at its end."""
    found: list[dict[str, list[str]]] = [{}, {}, {}]
    for place in settlements:
        for at, word in enumerate((place.id, place.name, stem(place.name))):
            found[at].setdefault(word, []).append(place.id)
    return list(found)


def _stops(cells: Cells, by_word: Sequence[Mapping[str, list[str]]]) -> list[str]:
    """Ids of the stops of a row, in order; E281 for each that does not name one settlement."""
    stops: list[str] = []
    for said in filter(None, (word.strip() for word in _BETWEEN.split(cells.must("stops")))):
        words = (said, said, stem(said))
        found = next((ids[word] for ids, word in zip(by_word, words, strict=True) if word in ids), [])
        if len(found) == 1:
            stops.append(found[0])
        else:
            cells.fault("E281", "stops", value=said[:60], count=len(found))
    return stops
