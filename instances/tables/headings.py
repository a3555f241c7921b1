"""The heading of a planner's table: in which row it stands, and what each column is.

A heading may stand below a title, may have two or three rows with merged cells (``坐标`` above ``经度``, ``纬度``), and
may name a unit in brackets (``人口(万人)``). A column is known by its lowest filled cell, by that cell with the ones
above it, or by the cell above alone; of two columns with the same meaning, the one counts whose name stands first in
the list. Of the columns below one heading (``合计``, ``男``, ``女`` below ``常住人口``) the total counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..files.workbook import Grid
from ..tags import cell_text, halfwidth
from . import amounts
from .totals import total_word

Names = Mapping[str, tuple[str, ...]]

SEARCHED_ROWS = 20
DEEPEST = 3
_UNIT = re.compile(r"(.+?)\s*(?:[(\[]\s*([^()\[\]]*?)\s*[)\]]|[/:]\s*([^/:]+))")
#: What may stand in the brackets of a heading without being a unit of number.
_REMARKS = frozenset(
    {"必填", "选填", "wgs84", "wgs-84", "cgcs2000", "度", "°", "十进制", "degrees", "required", "e", "n"}
)


@dataclass(frozen=True)
class Heading:
    """``columns`` names every column ("" for none); ``units`` multiplies numbers by column.

    ``strange`` are the words in brackets that are no unit, by column.

    ``doubled`` are (heading not used, heading used, our name); ``twice`` are headings that two columns bear alike, so
    that nobody can say which is meant; ``top`` and ``bottom`` are row numbers, both included.
    """

    top: int
    bottom: int
    columns: tuple[str, ...]
    units: Mapping[str, int]
    strange: Mapping[str, str]
    doubled: tuple[tuple[str, str, str], ...]
    twice: tuple[str, ...]
    known: int
    found: int

    @property
    def rank(self) -> tuple[int, int, int, int, int]:
        """Better headings have a higher rank: needed columns, known columns, no doubt, fewer rows, further up."""
        return (self.found, self.known, -len(self.twice), self.top - self.bottom, -self.top)


def find_heading(grid: Grid, names: Names, needed: Sequence[str], instead: Mapping[str, str]) -> Heading | None:
    """The best heading among the first rows; None where the grid is empty.

    ``instead`` names the column that may stand in for a needed one.
    """
    lines = _lines(grid)
    best: Heading | None = None
    for start in range(min(SEARCHED_ROWS, len(lines))):
        for depth in range(1, DEEPEST + 1):
            block = lines[start : start + depth]
            if len(block) < depth or any(amounts.looks_like_number(c) for _, cells in block for c in cells if c):
                break
            if any(block[0][0] <= m.top <= block[-1][0] < m.bottom < m.top + DEEPEST for m in grid.merges):
                continue  # a merged cell of the heading goes on below
            heading = _read(block, names, needed, instead)
            best = heading if best is None or heading.rank > best.rank else best
    if best is None:
        return None
    above = [m.top for m in grid.merges if m.top < best.top <= m.bottom]
    return replace(best, top=min([best.top, *above]))


def _lines(grid: Grid) -> list[tuple[int, list[str]]]:
    """The first rows, merged cells filled with their text."""
    lines = {number: [cell_text(cell) for cell in cells] for number, cells in grid.rows[: SEARCHED_ROWS + DEEPEST]}
    for merge in grid.merges:
        source = lines.get(merge.top, [])
        text = source[merge.left - 1] if merge.left <= len(source) else ""
        if not text or amounts.looks_like_number(text):
            continue
        for number in range(merge.top, min(merge.bottom, merge.top + DEEPEST) + 1):
            cells = lines.get(number)
            if cells is not None:
                right = min(merge.right, merge.left + 500)
                cells += [""] * (right - len(cells))
                cells[merge.left - 1 : right] = [text] * (right - merge.left + 1)
    return list(lines.items())


def _read(
    block: Sequence[tuple[int, list[str]]], names: Names, needed: Sequence[str], instead: Mapping[str, str]
) -> Heading:
    """Read ``block`` as a heading."""
    width = max(len(cells) for _, cells in block)
    claims: dict[str, list[tuple[int, bool, int, str]]] = {}
    columns, units, strange = [""] * width, {}, {}
    for at in range(width):
        stack = [cells[at] for _, cells in block if at < len(cells) and cells[at]]
        stack = [text for k, text in enumerate(stack) if k == 0 or text != stack[k - 1]]
        columns[at] = "".join(stack)
        for text in dict.fromkeys([*stack[-1:], "".join(stack), *stack[:-1]]):
            field, rank = _field(text, names)
            if field:
                part = text in stack[:-1] and not total_word(stack[-1:])  # 男 below 常住人口, not 合计
                claims.setdefault(field, []).append((rank, part, at, text))
                break
    doubled, twice = [], []
    for field, said in claims.items():
        (rank, part, at, text), *others = sorted(said)
        twice += [text] if others and others[0][:2] == (rank, part) else []
        columns[at] = field
        unit = _parts(text)[1]
        if unit and unit in amounts.UNITS:
            units[field] = amounts.UNITS[unit]
        elif unit and unit not in _REMARKS:
            strange[field] = unit
        doubled += [(columns[other], text, field) for _, _, other, _ in others]
    found = sum(field in claims or instead.get(field, "") in claims for field in needed)
    return Heading(
        block[0][0], block[-1][0], tuple(columns), units, strange, tuple(doubled), tuple(twice), len(claims), found
    )


def _field(text: str, names: Names) -> tuple[str, int]:
    """Our name of a heading and the place of the heading in the list of names; "" where it is not known."""
    word, _ = _parts(text)
    for candidate in (_squeezed(text), word):
        for field, known in names.items():
            if candidate in known:
                return field, known.index(candidate)
    return "", 0


def _parts(text: str) -> tuple[str, str]:
    """A heading without its unit, and the unit: ``人口(万人)``, ``人口/万人``."""
    text = _squeezed(text)
    found = _UNIT.fullmatch(text)
    return (found[1].strip(), (found[2] if found[2] is not None else found[3]).strip()) if found else (text, "")


def _squeezed(text: str) -> str:
    """For comparing: half-width, lower case, no stars, no spaces inside Chinese words."""
    text = halfwidth(text).lower().strip("*").strip()
    return re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", text)
