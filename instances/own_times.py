"""A planner's own travel times: a table of settlement, site, minutes and perhaps travel mode, checked whole.

A row says how many minutes a way takes. A blank cell of minutes says that there is no way. A pair that has no row
counts as out of reach too, with a warning that counts such pairs; but a settlement or a site without any row is a
fault, for it was probably forgotten. Where the table has no column of modes, its times count for every mode asked for.

CSV is read as `siting.instances.files.plain_table` says; Parquet needs the package pyarrow.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any

import numpy as np

from siting.counties.county import OwnTimes
from siting.errors import Fault, InputRefused

from .files.plain_table import number, read_plain_table
from .networks.road_lines import Columns, pick
from .tags import plain

HEADINGS: dict[str, tuple[str, ...]] = {
    "settlement": ("settlement", "settlement_id", "from", "origin", "居民点", "居民点编号", "村", "村编号", "起点"),
    "site": ("site", "site_id", "to", "destination", "设施", "设施编号", "站点", "站点编号", "终点"),
    "minutes": ("minutes", "time_min", "travel_min", "min", "分钟", "时间_分钟", "时间(分钟)", "出行时间(分钟)"),
    "mode": ("mode", "travel_mode", "方式", "出行方式", "交通方式"),
}  # fmt: skip
#: What a planner may call a mode.
MODES = {"步行": "walk", "骑行": "bicycle", "自行车": "bicycle", "驾车": "drive", "小汽车": "drive", "公交": "bus"}
#: A longer way than a week is a fault of the unit.
LONGEST_MIN = 10_080
#: So many missing ids are named in one sentence; the count says how many there are.
NAMED = 20
_MS = 60_000
#: By mode: positions of settlements and of sites that a table has to speak of.
Needed = Mapping[str, tuple[Sequence[int], Sequence[int]]]


@dataclass(frozen=True, eq=False)
class TimesRead:
    """Times by mode, all int64; ``notes`` are warnings (W239 pairs without a row, N213 columns not used)."""

    by_mode: Mapping[str, OwnTimes]
    notes: tuple[Fault, ...]


@dataclass(frozen=True)
class _Row:
    row: int
    settlement: str
    site: str
    mode: str
    minutes: str


def read_own_times(
    path: Path, settlements: Sequence[str], sites: Sequence[str], modes: Sequence[str], needed: Needed | None = None,
    *, said: bool = True,
) -> TimesRead:  # fmt: skip
    """The times of ``path`` between ``settlements`` and ``sites`` (ids) by each of ``modes``.

    ``needed`` says by mode which settlements and sites (positions) the table has to speak of; else all of them. With
    ``said`` false the modes are all that there are, and a table without a column of modes does not say its own.

    Raises `InputRefused`, all faults together: those of `read_plain_table`; E257 Parquet cannot be read, E205 columns
    missing, E253 an unknown settlement, E254 an unknown site, E258 an unknown mode, E255 a pair twice, E256 no number
    of minutes from 0 to `LONGEST_MIN`, E251 settlements without a row, E252 sites without a row, E298 no mode is said.
    """
    notes: list[Fault] = []
    faults: list[Fault] = []
    rows, with_modes = _rows(path, notes)
    if not with_modes and not said:
        raise InputRefused(Fault("E298", path.name, 1, values={"known": ", ".join(modes)}))
    place = {ident: k for k, ident in enumerate(settlements)}, {ident: k for k, ident in enumerate(sites)}
    found: dict[str, dict[tuple[int, int], int | None]] = {mode: {} for mode in modes}
    first: dict[tuple[str, str, str], int] = {}
    for row in rows:
        mode = MODES.get(row.mode, row.mode.lower())
        pair = _pair(row, mode if with_modes else "", place, modes, path.name, faults)
        time_ms = _time_ms(row, path.name, faults)
        if pair is None:
            continue
        key = (row.settlement, row.site, mode)
        if key in first:
            values = {"settlement": row.settlement, "site": row.site, "first": first[key]}
            faults.append(Fault("E255", path.name, row.row, values=values))
            continue
        first[key] = row.row
        for name in [mode] if with_modes else modes:
            found[name][pair] = time_ms
    spoken = [mode for mode in modes if found[mode]] if with_modes and needed is not None else modes
    about = spoken if with_modes or needed is not None else modes[:1]
    every = (range(len(settlements)), range(len(sites)))
    for mode in about:
        asked = every if needed is None else needed[mode]
        name = mode if with_modes or needed is not None else "-"
        if not any(fault.code in ("E253", "E254") for fault in faults):
            faults += _forgotten(found[mode], (settlements, sites), asked, name, path.name)
        total, wanted = len(asked[0]) * len(asked[1]), (set(asked[0]), set(asked[1]))
        absent = total - sum(i in wanted[0] and j in wanted[1] for i, j in found[mode])
        if absent:
            values = {"name": path.name, "mode": name, "count": absent, "total": total}
            notes.append(Fault("W239", path.name, values=values))
    if faults:
        raise InputRefused(faults)
    return TimesRead({mode: _arrays(found[mode]) for mode in spoken}, tuple(notes))


def _pair(
    row: _Row, mode: str, place: tuple[Mapping[str, int], Mapping[str, int]], modes: Sequence[str], file: str,
    faults: list[Fault],
) -> tuple[int, int] | None:  # fmt: skip
    """Positions of settlement and site; None with a fault for each that is unknown."""
    before = len(faults)
    for code, ident, known in (("E253", row.settlement, place[0]), ("E254", row.site, place[1])):
        if ident not in known:
            faults.append(Fault(code, file, row.row, values={"id": ident[:60]}))
    if mode and mode not in modes:
        values = {"value": row.mode[:60], "known": ", ".join(modes)}
        faults.append(Fault("E258", file, row.row, values=values))
    return (place[0][row.settlement], place[1][row.site]) if len(faults) == before else None


def _time_ms(row: _Row, file: str, faults: list[Fault]) -> int | None:
    """Milliseconds, rounded up; None for a blank cell (no way) or with E256."""
    if not row.minutes:
        return None
    minutes = number(row.minutes)
    if minutes is None or not 0 <= minutes <= LONGEST_MIN:
        values = {"value": row.minutes[:60], "longest": LONGEST_MIN}
        faults.append(Fault("E256", file, row.row, values=values))
        return None
    return int((Decimal(row.minutes) * _MS).to_integral_value(ROUND_CEILING))


def _forgotten(
    found: Mapping[tuple[int, int], int | None],
    ids: tuple[Sequence[str], Sequence[str]],
    asked: tuple[Sequence[int], Sequence[int]],
    mode: str,
    file: str,
) -> Iterator[Fault]:
    """E251 and E252: settlements and sites without a row, the first of them by name."""
    for code, at in (("E251", 0), ("E252", 1)):
        seen = {pair[at] for pair in found}
        lost = [ids[at][k] for k in asked[at] if k not in seen]
        if lost:
            names = ", ".join(lost[:NAMED]) + (" …" if len(lost) > NAMED else "")
            yield Fault(code, file, values={"count": len(lost), "total": len(asked[at]), "mode": mode, "ids": names})


def _arrays(found: Mapping[tuple[int, int], int | None]) -> OwnTimes:
    """Arrays of the pairs that have a way, and of all that are listed."""
    ways = sorted((*pair, time_ms) for pair, time_ms in found.items() if time_ms is not None)
    table = np.array(ways, dtype=np.int64).reshape(-1, 3)
    listed = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
    return OwnTimes(table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy(), listed)


def _rows(path: Path, notes: list[Fault]) -> tuple[Iterable[_Row], bool]:
    """Rows of the file, and whether it has a column of modes; E205 for what is missing."""
    headings, rows = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    columns = pick(headings, HEADINGS, path.name, notes)
    missing = [column for column in ("settlement", "site", "minutes") if column not in columns]
    if missing:
        raise InputRefused(
            Fault("E205", path.name, 1, values={"column": c, "names": ", ".join(HEADINGS[c])}) for c in missing
        )
    return _named(rows, list(headings), columns), "mode" in columns


def _named(rows: Iterable[tuple[int, Sequence[str]]], headings: list[str], columns: Columns) -> Iterator[_Row]:
    at = {column: headings.index(heading) for column, heading in columns.items()}
    for row, cells in rows:
        mode = cells[at["mode"]] if "mode" in at else ""
        yield _Row(row, cells[at["settlement"]], cells[at["site"]], mode, _digits(cells[at["minutes"]]))


def _csv(path: Path) -> tuple[Sequence[str], Iterable[tuple[int, Sequence[str]]]]:
    table = read_plain_table(path)
    return table.headings, table.rows


def _parquet(path: Path) -> tuple[Sequence[str], Iterable[tuple[int, Sequence[str]]]]:
    """Headings and rows (counted from 1) of a Parquet file, as text. E213, E257."""
    if not path.is_file():
        raise InputRefused(Fault("E213", path.name, values={"name": path.name}))
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as problem:
        raise InputRefused(Fault("E257", path.name, values={"name": path.name, "reason": "pyarrow"})) from problem
    try:
        table = parquet.read_table(path, memory_map=False)
        columns = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
    except (ArrowException, OSError, ValueError) as problem:
        values = {"name": path.name, "reason": plain(str(problem), 200)}
        raise InputRefused(Fault("E257", path.name, values=values)) from problem
    return table.column_names, enumerate(zip(*columns, strict=True), 1)


def _cell(value: Any) -> str:
    """A value as text, "" for none; numbers in plain digits, an id that is a whole number without its decimal point."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and abs(value) < 1e15:
        return f"{value:.9f}".rstrip("0").rstrip(".")
    return str(value).strip()


def _digits(text: str) -> str:
    """Full-width digits as digits."""
    return unicodedata.normalize("NFKC", text).strip()
