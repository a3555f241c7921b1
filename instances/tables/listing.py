"""Reading a planner's own table: settlements, facilities, candidates, totals; CSV or workbook, Chinese or English.

Titles above the heading, total rows (合计, 总计, 小计) and remarks below are recognised and listed, never counted as
places; a total is compared with the rows above it. Merged cells of text are filled down, of numbers refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from siting.errors import Fault, InputRefused

from ..files.sheets import read_grids
from ..files.workbook import Grid
from ..tags import cell_text, halfwidth
from . import amounts
from .headings import Heading, Names, find_heading
from .totals import Totals, total_word

_REMARK = re.compile(
    r"(注|备注|说明|附注|数据来源|资料来源|来源|填表|制表|审核|单位|notes?|source|remarks?)([^\w].*)?|(填表|制表|审核|数据来源|资料来源).*",
    re.IGNORECASE,
)
_UNIT_ABOVE = re.compile(r"单位\s*[:：]\s*([^\s,，;；)）]+)")


@dataclass(frozen=True)
class Listing:
    """Rows of a list with their row numbers, by our column names, the others under their own.

    ``file`` names the sheet too where the file is a workbook. ``units`` multiplies plain numbers of a column;
    ``notes`` say what was recognised and left out; ``merged`` are (row, column) of cells that a merged number covers.
    """

    file: str
    rows: tuple[tuple[int, dict[str, str]], ...]
    columns: tuple[str, ...]
    others: tuple[str, ...]
    units: Mapping[str, int] = field(default_factory=dict)
    strange: Mapping[str, str] = field(default_factory=dict)
    merged: frozenset[tuple[int, str]] = frozenset()
    notes: tuple[Fault, ...] = ()

    def unused(self) -> list[Fault]:
        """N213 for each column that is not understood."""
        return [Fault("N213", self.file, column=name, values={"column": name}) for name in sorted(self.others)]


def read_listing(
    path: Path, names: Names, needed: Sequence[str], *, instead: Mapping[str, str] | None = None, summed: str = ""
) -> Listing:
    """Read a list; ``names`` gives the accepted headings of each column, the first one counts before the others.

    ``instead`` names columns that may stand in for needed ones; ``summed`` is the column that total rows add up.

    Raises `InputRefused`: E213 no such file, E208 or E260-E263 not readable, E205 a column of ``needed`` is missing,
    E113 a column stands twice, E264 several sheets could be meant, E106 a row is longer than the heading.
    """
    instead = instead or {}
    grids = read_grids(path)
    found = [(grid, heading) for grid in grids if (heading := find_heading(grid, names, needed, instead))]
    if not found:
        raise InputRefused(Fault("E119", path.name))
    good = [pair for pair in found if pair[1].found == len(needed)]
    if len(good) > 1:
        sheets = ", ".join(grid.sheet for grid, _ in good)
        raise InputRefused(Fault("E264", path.name, values={"name": path.name, "sheets": sheets}))
    grid, heading = good[0] if good else max(found, key=lambda pair: pair[1].rank)
    file = f"{path.name}[{grid.sheet}]" if grid.sheet else path.name
    columns, stands_in = _columns(heading, needed, instead)
    _refuse_heading(file, heading, columns, names, needed)
    notes = [Fault("W240", file, heading.bottom, values=values) for values in stands_in]
    notes += _heading_notes(file, heading, [g.sheet for g, _ in found if g is not grid])
    return _collect(file, grid, heading, columns, names, notes, summed)


def _columns(
    heading: Heading, needed: Sequence[str], instead: Mapping[str, str]
) -> tuple[tuple[str, ...], list[dict[str, object]]]:
    """The columns with stand-ins in the place of needed ones that are missing."""
    swap = {instead[c]: c for c in needed if c not in heading.columns and instead.get(c, "") in heading.columns}
    said: list[dict[str, object]] = [{"column": old, "field": new} for old, new in swap.items()]
    return tuple(swap.get(column, column) for column in heading.columns), said


def _refuse_heading(file: str, heading: Heading, columns: Sequence[str], names: Names, needed: Sequence[str]) -> None:
    wrong = [
        Fault("E205", file, heading.bottom, values={"column": column, "names": ", ".join(names[column])})
        for column in needed
        if column not in columns
    ]
    groups = {c for c in columns if c.endswith("_persons") and list(columns).count(c) > 1}
    twice = {*heading.twice, *(group for group in groups if group not in names)}
    wrong += [Fault("E113", file, heading.bottom, values={"name": column}) for column in sorted(twice)]
    if wrong:
        raise InputRefused(wrong)


def _heading_notes(file: str, heading: Heading, sheets: Sequence[str]) -> Iterator[Fault]:
    """N240 a second column of the same meaning, N242 other sheets."""
    for unused, used, meaning in heading.doubled:
        yield Fault("N240", file, heading.bottom, unused, {"column": unused, "used": used, "field": meaning})
    for sheet in sheets:
        yield Fault("N242", file, values={"row": "-", "text": f"[{sheet}]"})


def _collect(
    file: str, grid: Grid, heading: Heading, columns: tuple[str, ...], names: Names, notes: list[Fault], summed: str
) -> Listing:
    """The rows below the heading, without totals and remarks."""
    unit_above = 0
    faults: list[Fault] = []
    kept: list[tuple[int, dict[str, str]]] = []
    texts, merged = _fill(grid, heading, columns)
    units = dict(heading.units)
    totals = Totals(file, summed)
    for number, cells in grid.rows:
        cells = [cell_text(texts.get((number, at), cell)) for at, cell in enumerate(cells)]
        words = [cell for cell in cells if cell]
        if number < heading.top:
            found = _UNIT_ABOVE.search(halfwidth(" ".join(words)))
            unit_above = amounts.UNITS.get(found[1].strip("。."), 0) if found else unit_above
            notes.append(Fault("N242", file, number, values={"row": number, "text": " ".join(words)[:80]}))
        if number <= heading.bottom or not words:
            continue
        if summed and unit_above and summed not in units:
            units[summed] = unit_above
        if any(cells[len(columns) :]):
            faults.append(Fault("E106", file, number, values={"has": len(cells), "wants": len(columns)}))
            continue
        row = dict(zip(columns, cells + [""] * (len(columns) - len(cells)), strict=False))
        if total := total_word(words):
            notes += totals.compare(number, total, row, units)
        elif len(words) == 1 and _REMARK.fullmatch(words[0]):
            notes.append(Fault("N242", file, number, values={"row": number, "text": words[0][:80]}))
        else:
            totals.add(row, units)
            kept.append((number, row))
    if faults:
        raise InputRefused(faults)
    notes += [
        Fault("N243", file, column=c, values={"column": c, "count": n}) for c, n in _filled(texts, columns).items()
    ]
    others = tuple(c for c in columns if c and c not in names)
    return Listing(file, tuple(kept), columns, others, units, heading.strange, merged, tuple(notes))


def _fill(
    grid: Grid, heading: Heading, columns: Sequence[str]
) -> tuple[dict[tuple[int, int], str], frozenset[tuple[int, str]]]:
    """Text of cells below the heading that a merged cell covers, and the places that a merged number covers."""
    rows = dict(grid.rows)
    texts: dict[tuple[int, int], str] = {}
    numbers: set[tuple[int, str]] = set()
    for merge in grid.merges:
        if merge.top <= heading.bottom or merge.bottom == merge.top or merge.left > len(columns):
            continue
        source = rows.get(merge.top, [])
        text = cell_text(source[merge.left - 1]) if merge.left <= len(source) else ""
        covered = [number for number in range(merge.top + 1, merge.bottom + 1) if number in rows]
        if amounts.looks_like_number(text):
            numbers |= {(number, columns[merge.left - 1]) for number in [merge.top, *covered]}
        elif text:
            texts |= {(number, merge.left - 1): text for number in covered}
    return texts, frozenset(numbers)


def _filled(texts: Mapping[tuple[int, int], str], columns: Sequence[str]) -> dict[str, int]:
    """How many cells were filled, by column."""
    counts: dict[str, int] = {}
    for _, at in texts:
        counts[columns[at]] = counts.get(columns[at], 0) + 1
    return counts
