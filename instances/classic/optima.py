"""Tables of published optima that come with the instance files."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from .cells import Cells


def read_optima(path: Path) -> dict[str, Decimal]:
    """``name value`` rows, as in pmedopt.txt and kcenteropt.txt; a first row of words that name the columns is
    passed over.

    Raises:
        InputRefused: E290 to E294, with the row.
    """
    cells = Cells(path)
    found: dict[str, Decimal] = {}
    if cells.rows and not cells.rows[0].words[-1][0].isdigit():
        cells.at = 1
    while cells.at < len(cells.rows):
        row = cells.row("name and value", 2)
        found[row.words[0]] = Decimal(cells.decimals([row.words[1]], [row.number])[0])
    cells.end()
    return found


def read_warehouse_optima(path: Path) -> dict[tuple[str, int | None], Decimal]:
    """capopt.txt: ``name value``, or ``name value (capacity c)`` with further rows ``value (capacity c)`` below it.

    The remark that follows the table is passed over.

    Raises:
        InputRefused: E290, E291 or E295, with the row.
    """
    cells = Cells(path)
    found: dict[tuple[str, int | None], Decimal] = {}
    name = ""
    for row in cells.rows[1:]:
        words = row.words
        if words[0] == "Note":
            break
        if words[0][0].isalpha():
            name, words = words[0], words[1:]
        if len(words) not in (1, 3):
            cells.fault("E292", row.number, has=len(words), wants="1 / 3")
            continue
        place = cells.whole(words[2].rstrip(")"), row.number, 1) if len(words) == 3 else None
        found[name, place] = Decimal(cells.decimals(words[:1], [row.number])[0])
    cells.check()
    return found


def read_numbers(path: Path) -> tuple[int, ...]:
    """One whole number in each row, as in the tables of single-source optima.

    Raises:
        InputRefused: E290 to E292, with the row.
    """
    cells = Cells(path)
    values = [cells.row("value", 1) for _ in cells.rows]
    numbers = tuple(cells.whole(row.words[0], row.number) for row in values)
    cells.end()
    return numbers
