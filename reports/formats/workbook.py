"""Sheets of sentences and tables as the bytes of an .xlsx file.

Numbers are numbers, money in the county's unit, travel in minutes or metres; every text is written as a text, so that
nothing in it is ever computed. The file depends on its content alone: no clock, no random id.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from siting.spreadsheet import RUNS

from ..nouns import Amount, Cell, Column, Kind, Table, Tile
from ..speech import Speech, visible
from .paper import NUMBERS, signs
from .sheet_styles import BAD, GOOD, LINK, Styles
from .sheet_widths import READABLE, Widths, lines

#: What Excel takes in one cell.
LONGEST_TEXT = 32_000
#: A tile takes two columns.
TILES = 4
#: Units that have a word of their own for one.
COUNTED = ("settlements", "persons")
#: Height of one more line of a cell, in points.
LINE = 13.5
#: Widest picture in dots: so that it stands beside its title on one printed page.
PICTURE = 1000
#: Letters of a name of a sheet; Excel takes 31, and a number may follow.
LONGEST_NAME = 28
#: Units that stand in the head of a column, or beside the number where the rows of a column differ.
UNITS = {
    "seconds": "excel.minutes",
    "metres": "excel.metres",
    "tpd": "excel.tpd",
    "m2": "excel.m2",
    "settlements": "excel.settlements",
    "persons": "excel.persons",
}
#: Colours of words that judge.
TONES = {"status.met": GOOD, "status.missed": BAD, "action.new": "#B35C00", "action.close": BAD, "action.expand": LINK}


@dataclass(frozen=True)
class Sheet:
    """One question: sentences first, tiles, then tables; a lone table stands at the top and can be filtered."""

    name: str
    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    warnings: tuple[str, ...] = ()
    tiles: tuple[Tile, ...] = ()
    picture: bytes | None = None


def file(sheets: list[Sheet], say: Speech, title: str, created: str) -> bytes:
    """The workbook; ``created`` is the date of the run, so that equal runs give equal files."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": visible(title), "author": "siting", "created": _day(created)})
        styles = Styles(book, say.words.lang)
        taken: set[str] = set()
        for sheet in sheets:
            Leaf(book, book.add_worksheet(_name(sheet.name, taken)), styles, say).fill(sheet)
    return buffer.getvalue()


def _day(created: str) -> datetime:
    try:
        return datetime.fromisoformat(created).replace(tzinfo=None)
    except ValueError:
        return datetime(2000, 1, 1)


def _name(wish: str, taken: set[str]) -> str:
    """A sheet's name as Excel allows it, different from all others."""
    name = re.sub(r"[\[\]:*?/\\']", " ", wish).strip() or "siting"
    if len(name) > LONGEST_NAME:
        name = name[: LONGEST_NAME + 1].rpartition(" ")[0][:LONGEST_NAME].rstrip(" ,") or name[:LONGEST_NAME]
    n = 1
    while (name if n == 1 else f"{name} {n}").lower() in taken:
        n += 1
    name = name if n == 1 else f"{name} {n}"
    taken.add(name.lower())
    return name


class Leaf:
    """Fills one sheet from top to bottom."""

    def __init__(self, book: Workbook, page: Worksheet, styles: Styles, say: Speech) -> None:
        self.book, self.page, self.styles, self.say = book, page, styles, say
        self.row = 0
        self.widths = Widths(2 * TILES)
        self.broad: dict[int, int] = {}
        self.lines: list[tuple[int, str, dict[str, Any]]] = []

    def fill(self, sheet: Sheet) -> None:
        """Everything of ``sheet``, and how it is printed."""
        alone = len(sheet.tables) == 1 and not sheet.tiles and not sheet.warnings
        for table in sheet.tables:
            self._measure(table)
        self.broad = self.widths.settled()
        self._line(sheet.title, bold=True, font_size=15, font_color="#17365D")
        for text in sheet.warnings:
            self._line(text, text_wrap=True, bg_color="#FFF1CC", font_color="#7A4B00", border=1, border_color="#E3B341")
        for text in sheet.sentences:
            self._line(text, text_wrap=True)
        self._tiles(sheet.tiles)
        for n, table in enumerate(sheet.tables):
            self._table(table, titled=not alone, freeze=n == 0 and alone)
        if sheet.picture:
            scale = min(1.0, PICTURE / _dots(sheet.picture))
            image = {"image_data": io.BytesIO(sheet.picture), "description": visible(sheet.title)}
            self.page.insert_image(self.row + 1, 0, "map.png", {**image, "x_scale": scale, "y_scale": scale})
        for column, width in self.broad.items():
            self.page.set_column(column, column, width)
        self._lay_lines()
        self.page.hide_gridlines(2)
        self.page.set_landscape()
        self.page.set_paper(9)
        self.page.fit_to_pages(1, 0)
        self.page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        self.page.set_footer("&C— &P —")

    def _line(self, text: str, **wish: Any) -> None:
        """A sentence in a row of its own."""
        self.lines.append((self.row, text, wish))
        self.row += 1

    def _lay_lines(self) -> None:
        """Merge the cells of the sentences, now that the widths of the columns are known."""
        last, width = 0, self.broad[0]
        while width < READABLE and last + 1 in self.broad:
            last += 1
            width += self.broad[last]
        for row, text, wish in self.lines:
            size = wish.get("font_size", 10)
            needs = lines(text, width, size) if wish.get("text_wrap") else 1
            self.page.merge_range(row, 0, row, max(1, last), "", self.styles(**wish))
            self._text(row, 0, text, **wish)
            self.page.set_row(row, 4 + size * 1.35 * needs)

    def _tiles(self, tiles: tuple[Tile, ...]) -> None:
        if not tiles:
            return
        self.row += 1
        color = {"good": GOOD, "bad": BAD, "plain": "#17365D"}
        edge: dict[str, Any] = {"bg_color": "#F3F6FA", "align": "center"}
        for n, tile in enumerate(tiles[:TILES]):
            lines: tuple[tuple[str, dict[str, Any]], ...] = (
                (tile.label, {"font_color": "#555555"}),
                (tile.value, {"bold": True, "font_size": 18, "font_color": color[tile.tone]}),
                (tile.note, {"font_color": "#555555", "font_size": 9, "text_wrap": True}),
            )
            for k, (text, wish) in enumerate(lines):
                at = self.row + k
                self.page.merge_range(at, 2 * n, at, 2 * n + 1, "", self.styles(**edge, **wish))
                self._text(at, 2 * n, text, **edge, **wish)
        self.page.set_row(self.row + 1, 28)
        self.page.set_row(self.row + 2, 30)
        self.row += 3

    def _table(self, table: Table, titled: bool, freeze: bool) -> None:
        if titled:
            self.row += 1
            self._line(table.title, bold=True, font_size=12, font_color="#17365D")
        head, units = self.row, [self._unit(table, n) for n in range(len(table.columns))]
        apart = [
            n > 0 and c.kind not in NUMBERS and table.columns[n - 1].kind in NUMBERS
            for n, c in enumerate(table.columns)
        ]
        deep = 1
        for n, column in enumerate(table.columns):
            title = self._title(column, units[n])
            where: dict[str, Any] = {"indent": 1} if apart[n] else {}
            where |= {"align": "right"} if column.kind in NUMBERS else {}
            self._text(head, n, title, bold=True, bg_color="#DCE6F1", bottom=1, top=1, text_wrap=True, **where)
            deep = max(deep, lines(title, self.broad[n] - 2 * apart[n]))
        self.page.set_row(head, 8 + LINE * max(2, deep))
        for row in table.rows:
            self.row += 1
            deep = 1
            for n, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
                room = self.broad[n] - 2 * apart[n]
                needs = lines(self._shown(cell, column, units[n]), room) if isinstance(cell, str) else 1
                self._cell(self.row, n, cell, column, units[n], needs > 1, apart[n])
                deep = max(deep, needs)
            if deep > 1:  # LibreOffice does not find the height of such a row by itself
                self.page.set_row(self.row, 4 + LINE * deep)
        if freeze:
            self.page.freeze_panes(head + 1, 1 if len(table.columns) < 8 else 2)
            self.page.autofilter(head, 0, max(self.row, head + 1), len(table.columns) - 1)
            self.page.repeat_rows(head)
        self.row += 1
        if table.note:
            self._line(table.note, text_wrap=True, font_color="#666666", italic=True)

    def _measure(self, table: Table) -> None:
        """How wide the columns of a table would like to be."""
        for n, column in enumerate(table.columns):
            unit = self._unit(table, n)
            longest = max((signs(self._shown(row[n], column, unit)) for row in table.rows), default=0)
            text = column.kind not in NUMBERS and not any(isinstance(row[n], int | float) for row in table.rows)
            beside = 2 * (n > 0 and table.columns[n - 1].kind in NUMBERS)
            self.widths.wish(n, longest + beside, self._title(column, unit), text)

    def _unit(self, table: Table, n: int) -> Kind | None:
        """The one kind of all cells of a column, None where rows differ (minutes beside metres)."""
        kinds = {
            cell.kind if isinstance(cell, Amount) else table.columns[n].kind
            for row in table.rows
            if (cell := row[n]) is not None
        }
        return next(iter(kinds)) if len(kinds) == 1 else None if kinds else table.columns[n].kind

    def _title(self, column: Column, unit: Kind | None) -> str:
        key = UNITS.get(unit or "")
        return self.say("unit.in", what=column.title, unit=self.say(key)) if key else column.title

    def _shown(self, cell: Cell, column: Column, unit: Kind | None) -> str:
        text = self.say.text(cell, column.kind)
        return text if unit else text + "    "

    def _cell(
        self, row: int, n: int, cell: Cell, column: Column, unit: Kind | None, long: bool = False, apart: bool = False
    ) -> None:
        kind = cell.kind if isinstance(cell, Amount) else column.kind
        value = cell.value if isinstance(cell, Amount) else cell
        if value is None:
            self.page.write_blank(row, n, None, self.styles.cell())
        elif isinstance(value, str):
            color = TONES.get(value, "") if column.kind == "code" else ""
            text = shown(self.say.text(value, kind))
            self.page.write_string(row, n, text, self.styles.cell("", color, text.startswith(RUNS), long, apart))
        else:
            number, form = self._number(value, kind, unit)
            self.page.write_number(row, n, number, self.styles.cell(form))

    def _number(self, value: float, kind: Kind, unit: Kind | None) -> tuple[float, str]:
        """The number as it is written and the form in which Excel shows it."""
        match kind:
            case "money":
                return value / self.say.unit.base_per_unit, "#,##0" if self.say.unit.base_per_unit == 1 else "#,##0.0"
            case "share":
                return value, share_form(value)
            case "seconds":
                return value / 60, self._form("0.0", kind, unit)
            case "tpd":
                return value, self._form("#,##0.0", kind, unit)
            case "metres" | "m2" | "settlements" | "persons":
                return value, self._form("#,##0", kind, unit)
            case "count":
                return value, "#,##0"
            case _:
                return value, "General" if isinstance(value, int) else "0.0####"

    def _form(self, form: str, kind: Kind, unit: Kind | None) -> str:
        """A form that says the unit where the head of the column cannot."""
        if unit:
            return form
        many = f'{form}" {self.say(UNITS[kind])}"'
        return f'[=1]{form}" {self.say(UNITS[kind] + ".one")}";{many}' if kind in COUNTED else many

    def _text(self, row: int, n: int, text: str, **wish: Any) -> None:
        """A text as a text: where it looks like a formula it is also marked as one that must never become one."""
        text = shown(text)
        quoted = {"quote_prefix": True} if text.startswith(RUNS) else {}
        self.page.write_string(row, n, text, self.styles(**wish, **quoted))


def _dots(picture: bytes) -> int:
    """Width of a PNG picture, from its head."""
    return max(1, int.from_bytes(picture[16:20], "big"))


def shown(text: str) -> str:
    """A text as it stands in a cell."""
    text = visible(text)
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"


def share_form(share: float) -> str:
    """Per cent with as many decimals as are needed, so that 94.996 % never reads as the 95.00 % that it misses."""
    for places in range(2, 9):
        shown = round(100 * share, places)
        if not (shown > 100 * share and shown == round(shown)):
            return f"0.{'0' * places}%"
    return "0.0000000000%"
