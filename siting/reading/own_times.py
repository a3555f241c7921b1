"""Reading ``times.csv``: travel times of the planner's own, which replace those of the roads (``docs/rules.md``, 1).

A county may have a million of these rows, so they are read straight into arrays; the columns are those of
`siting.counties.rows.OwnTime`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

import numpy as np

from siting.counties.county import County, OwnTimes
from siting.counties.rows import OwnTime
from siting.errors import Fault
from siting.reading.tables import WIDE, clean, decode, header_faults

FILE = "times.csv"
#: A longer way than a week was meant in another unit.
LONGEST_MIN = 10_080
#: So many missing pairs are named in one sentence.
NAMED = 5
_MS = 60_000
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
_COLUMNS = ("settlement", "site", "mode", "minutes")


@dataclass
class _Reading:
    """What is known while the rows go by; ``place`` are positions by id, of settlements and of sites."""

    place: tuple[Mapping[str, int], Mapping[str, int]]
    modes: Collection[str]
    faults: list[Fault] = field(default_factory=list)
    first: dict[tuple[str, int, int], int] = field(default_factory=dict)
    ways: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    known_ms: dict[str, int | None] = field(default_factory=dict)

    def take(self, number: int, cells: Sequence[str]) -> None:
        """One row: settlement, site, mode, minutes."""
        settlement, site, mode, minutes = cells
        wrong = len(self.faults)
        if settlement not in self.place[0]:
            self.say("E122", number, "settlement", value=settlement[:60])
        if site not in self.place[1]:
            self.say("E172", number, "site", value=site[:60])
        if mode not in self.modes:
            self.say("E109", number, "mode", value=mode[:60], known=", ".join(self.modes))
        ms = self._ms(number, minutes)
        if len(self.faults) > wrong:
            return
        key = mode, self.place[0][settlement], self.place[1][site]
        if key in self.first:
            values = {"settlement": settlement, "site": site, "mode": mode, "first": self.first[key]}
            self.say("E173", number, "site", **values)
            return
        self.first[key] = number
        self.ways.setdefault(mode, [])
        if ms is not None:
            self.ways[mode].append((key[1], key[2], ms))

    def _ms(self, number: int, minutes: str) -> int | None:
        """Milliseconds, rounded up; None for a blank cell, or with its fault."""
        if minutes not in self.known_ms:
            text = minutes.translate(WIDE)
            if text and not _NUMBER.fullmatch(text):
                self.say("E110", number, "minutes", value=minutes[:60])
                return None
            if text and Decimal(text) > LONGEST_MIN:
                self.say("E108", number, "minutes", value=minutes[:60], limit=f"≤ {LONGEST_MIN}")
                return None
            self.known_ms[minutes] = int((Decimal(text) * _MS).to_integral_value(ROUND_CEILING)) if text else None
        return self.known_ms[minutes]

    def say(self, code: str, number: int, column: str, **values: object) -> None:
        """Remember a fault."""
        self.faults.append(Fault(code, FILE, number, column, values))


def read(
    path: Path, encoding: str, settlements: Sequence[str], sites: Sequence[str], modes: Collection[str]
) -> tuple[dict[str, OwnTimes], list[Fault]]:
    """Times by mode between ``settlements`` and ``sites`` (ids; positions in the answer), and every fault.

    E101-E106, E113, E115, E117, E119 as of any table; E122 an unknown settlement, E172 an unknown site, E109 an unknown
    mode, E173 a pair twice, E110 and E108 no number of minutes from 0 to `LONGEST_MIN`.
    """
    text, faults = decode(path.read_bytes(), encoding, path.name)
    if text is None:
        return {}, faults
    places = ({ident: k for k, ident in enumerate(ids)} for ids in (settlements, sites))
    reading = _Reading((next(places), next(places)), modes)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [clean(cell) for cell in next(rows, [])]
        if wrong := header_faults(header, OwnTime, path.name):
            return {}, wrong
        at, number = [header.index(name) for name in _COLUMNS], rows.line_num + 1
        for cells in rows:
            if len(cells) == len(header):
                reading.take(number, [clean(cells[k]) for k in at])
            elif any(cell.strip() for cell in cells):
                values = {"has": len(cells), "wants": len(header)}
                reading.faults.append(Fault("E106", path.name, number, values=values))
            number = rows.line_num + 1
    except csv.Error as error:
        reading.faults.append(Fault("E105", path.name, rows.line_num, values={"why": str(error)}))
    if not reading.first and not reading.faults:
        reading.faults.append(Fault("E119", path.name))
    listed: dict[str, list[tuple[int, int]]] = {mode: [] for mode in reading.ways}
    for mode, *pair in reading.first:
        listed[mode].append((pair[0], pair[1]))
    return {mode: _arrays(ways, listed[mode]) for mode, ways in sorted(reading.ways.items())}, reading.faults


def _arrays(ways: list[tuple[int, int, int]], listed: list[tuple[int, int]]) -> OwnTimes:
    table = np.array(sorted(ways), dtype=np.int64).reshape(-1, 3)
    pairs = np.array(sorted(listed), dtype=np.int64).reshape(-1, 2)
    return OwnTimes(table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy(), pairs)


def missing(county: County, own: OwnTimes, mode: str) -> tuple[list[tuple[int, int]], int]:
    """Pairs of an inhabited settlement and a site timed by ``mode`` that the table lacks; and of how many."""
    people = np.array(inhabited(county), dtype=np.int64)
    sites = np.array(county.sites_by(mode), dtype=np.int64)
    lacks = np.zeros((len(county.settlements), len(county.sites) + len(county.disposal)), dtype=bool)
    lacks[np.ix_(people, sites)] = True
    lacks[tuple(own.listed.T)] = False
    return [(i, j) for i, j in np.argwhere(lacks).tolist()], len(people) * len(sites)


def inhabited(county: County) -> list[int]:
    """Positions of the settlements with residents, or with demand of some group."""
    groups = [county.group(key) for key in county.file.demand]
    return [k for k, s in enumerate(county.settlements) if s.population_persons or any(g[k] for g in groups)]


def site_ids(county: County) -> list[str]:
    """Ids of what is gone to, in the order of `OwnTimes`: sites, then disposal places."""
    return [*(site.id for site in county.sites), *(place.id for place in county.disposal)]


def complete(county: County) -> Iterator[Fault]:
    """W172 pairs that `times.csv` lacks by one of its modes, counted, the first by name."""
    ids = site_ids(county)
    for mode, own in county.own_times.items():
        lost, total = missing(county, own, mode)
        if lost:
            first = ", ".join(f"{county.settlements[i].id} → {ids[j]}" for i, j in lost[:NAMED])
            values = {"mode": mode, "count": len(lost), "total": total, "first": first}
            yield Fault("W172", FILE, column="site", values=values)
