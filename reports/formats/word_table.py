"""Rows of Word tables as plain elements: python-docx looks for the place of each anew, which takes ten times as long.

The elements stand in the order that the format wants (ECMA-376, part 1, 17.4); texts are set as texts, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docx.document import Document as Doc
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table as WordTable
from lxml import etree

from ..speech import visible

#: Text and id of the style of its paragraph.
Cell = tuple[str, str]
ROW, ROW_STYLE, WHOLE, HEAD = qn("w:tr"), qn("w:trPr"), qn("w:cantSplit"), qn("w:tblHeader")
CELL, CELL_STYLE, WIDTH, VALUE, KIND = qn("w:tc"), qn("w:tcPr"), qn("w:tcW"), qn("w:w"), qn("w:type")
PARAGRAPH, PARAGRAPH_STYLE, NAME, NEXT = qn("w:p"), qn("w:pPr"), qn("w:pStyle"), qn("w:keepNext")
RUN, TEXT, VAL = qn("w:r"), qn("w:t"), qn("w:val")
SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def add(document: Doc, style: str, widths: Sequence[float]) -> WordTable:
    """A table without rows at the end of ``document``, whose columns keep their widths (in millimetres)."""
    table: WordTable = document.add_table(0, len(widths), style)
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    return table


def fill(table: WordTable, widths: Sequence[float], rows: Iterable[Sequence[Cell]], *, head: bool, whole: bool) -> None:
    """Add rows that do not break; the first is a ``head``, a ``whole`` table stays on one page."""
    twips = [str(round(width * 1440 / 25.4)) for width in widths]
    body, last = table._tbl, None
    for n, cells in enumerate(rows):
        row = etree.SubElement(body, ROW)
        about = etree.SubElement(row, ROW_STYLE)
        etree.SubElement(about, WHOLE)
        if head and n == 0:
            etree.SubElement(about, HEAD)
        for (text, style), width in zip(cells, twips, strict=True):
            _cell(row, visible(text), style, width)
        if whole and last is not None:
            etree.SubElement(last.find(f"{CELL}/{PARAGRAPH}/{PARAGRAPH_STYLE}"), NEXT)
        last = row


def keep_last_row(body: etree._Element) -> None:
    """Where ``body`` ends with a table, keep its last row on the page of what follows."""
    tables = [part for part in body if part.tag != qn("w:sectPr")][-1:]
    for row in [row for table in tables for row in table.findall(ROW)][-1:]:
        etree.SubElement(row.find(f"{CELL}/{PARAGRAPH}/{PARAGRAPH_STYLE}"), NEXT)


def _cell(row: etree._Element, text: str, style: str, width: str) -> None:
    cell = etree.SubElement(row, CELL)
    etree.SubElement(etree.SubElement(cell, CELL_STYLE), WIDTH, {KIND: "dxa", VALUE: width})
    paragraph = etree.SubElement(cell, PARAGRAPH)
    etree.SubElement(etree.SubElement(paragraph, PARAGRAPH_STYLE), NAME, {VAL: style})
    if text:
        inside = etree.SubElement(etree.SubElement(paragraph, RUN), TEXT)
        inside.text = text
        if text != text.strip():
            inside.set(SPACE, "preserve")
