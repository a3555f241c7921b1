"""A planner's table of travel times taken over into a county folder: ``times.csv``, and what it lacks."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path

from siting import store
from siting.counties.county import County, OwnTimes
from siting.errors import Fault, InputRefused
from siting.reading import instance, own_times
from siting.spreadsheet import table

from .own_times import Needed, read_own_times

MISSING_FILE = "times_missing.csv"
_COLUMNS = ("settlement", "site", "mode", "minutes")
_NANO = Decimal("0.000000001")


@dataclass(frozen=True)
class Taken:
    """What was taken over: rows by mode, how many of them are ways, how many pairs are missing; notes on the table."""

    rows: Mapping[str, int]
    ways: Mapping[str, int]
    missing: int
    notes: tuple[Fault, ...]


def take_times(folder: Path, path: Path, modes: Sequence[str]) -> Taken:
    """Write the times of ``path`` by ``modes`` (none: as its column says) into the county folder.

    Times of other modes that the folder has already stay. `MISSING_FILE` lists every pair without a row; it goes away
    where there is none.

    Raises:
        InputRefused: the folder has faults, or the table (see `read_own_times`); nothing is written.
        CannotWrite: E801.
    """
    county, _ = instance.read(folder)
    known = list(county.file.network.modes)
    sites = own_times.site_ids(county)
    settlements = [s.id for s in county.settlements]
    wanted = list(modes) or known
    strange = [mode for mode in wanted if mode not in known]
    if strange:
        raise InputRefused(Fault("E258", path.name, values={"value": strange[0], "known": ", ".join(known)}))
    read = read_own_times(path, settlements, sites, wanted, _needed(county, wanted), said=bool(modes))
    times = dict(county.own_times) | dict(read.by_mode)
    lost = _missing(county, times)
    rows = [row for mode in sorted(times) for row in _rows(times[mode], mode, settlements, sites)]
    store.write_bytes(folder / own_times.FILE, _csv(rows))
    if lost:
        store.write_bytes(folder / MISSING_FILE, table(_COLUMNS[:3], lost))
    else:
        store.remove(folder / MISSING_FILE)
    taken = read.by_mode
    counts = {mode: len(taken[mode].listed) for mode in taken}
    return Taken(counts, {mode: len(taken[mode].ms) for mode in taken}, len(lost), read.notes)


def _needed(county: County, modes: Sequence[str]) -> Needed:
    """Inhabited settlements, and the sites to which an access by the mode has a time."""
    people = own_times.inhabited(county)
    return {mode: (people, county.sites_by(mode)) for mode in modes}


def _missing(county: County, times: Mapping[str, OwnTimes]) -> list[dict[str, str]]:
    ids = own_times.site_ids(county)
    return [
        {"settlement": county.settlements[i].id, "site": ids[j], "mode": mode}
        for mode in sorted(times)
        for i, j in own_times.missing(county, times[mode], mode)[0]
    ]


def _rows(own: OwnTimes, mode: str, settlements: Sequence[str], sites: Sequence[str]) -> list[dict[str, str]]:
    """Rows of ``times.csv``; minutes are written to nine digits, rounded down, so that they are the same ms again."""
    ms = dict(zip(zip(own.settlement.tolist(), own.site.tolist(), strict=True), own.ms.tolist(), strict=True))
    return [
        {"settlement": settlements[i], "site": sites[j], "mode": mode, "minutes": _minutes(ms.get((i, j)))}
        for i, j in own.listed.tolist()
    ]


def _csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    """The table as the folder keeps it: ids as they are, whatever a spreadsheet would make of them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([row[column] for column in _COLUMNS] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _minutes(ms: int | None) -> str:
    if ms is None:
        return ""
    text = f"{(Decimal(ms) / 60_000).quantize(_NANO, ROUND_FLOOR):f}"
    return text.rstrip("0").rstrip(".")
