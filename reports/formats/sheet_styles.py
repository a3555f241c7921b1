"""Formats of the cells of a workbook, each made once."""

from __future__ import annotations

from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

LINK, GOOD, BAD = "#1F5FA8", "#1B7F4B", "#B3261E"


class Styles:
    """Formats of the workbook, each made once."""

    def __init__(self, book: Workbook, lang: str) -> None:
        self.book = book
        self.base = {"font_name": "微软雅黑" if lang == "zh" else "Calibri", "font_size": 10, "valign": "vcenter"}
        self.known: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.cells: dict[tuple[str, str, bool, bool, bool], Format] = {}

    def cell(
        self, form: str = "", color: str = "", quoted: bool = False, long: bool = False, apart: bool = False
    ) -> Format:
        """The format of a cell of a table: numbers with their form, words with their colour, long texts in lines.

        ``apart``: a text that does not touch the number on its left.
        """
        key = form, color, quoted, long, apart
        if key not in self.cells:
            wish: dict[str, Any] = {"num_format": form, "align": "right"} if form else {}
            wish |= {"font_color": color} if color else {}
            wish |= {"quote_prefix": True} if quoted else {}
            wish |= {"text_wrap": True} if long else {}
            wish |= {"indent": 1} if apart else {}
            self.cells[key] = self(bottom=4, bottom_color="#BBBBBB", **wish)
        return self.cells[key]

    def __call__(self, **wish: Any) -> Format:
        """The format with these properties beside the usual ones."""
        key = tuple(sorted(wish.items()))
        if key not in self.known:
            self.known[key] = self.book.add_format({**self.base, **wish})
        return self.known[key]
