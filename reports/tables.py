"""The plan as CSV tables: ``sites.csv``, ``assignments.csv``, ``unserved.csv``.

UTF-8 with a byte-order mark, so that spreadsheets read the Chinese; a text that a spreadsheet would run as a formula
gets an apostrophe in front, a plain number never does.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from siting.store import write_bytes
from siting.study import Study
from siting.words import Words

from .rows import Record, assignment_rows, site_rows, unserved_rows

#: First characters that make a spreadsheet compute a text (OWASP), full-width forms included.
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
EMPTY = {
    "assignments.csv": "service,settlement,settlement_name,township,site,site_name,persons,mode,travel_s,travel_m",
    "unserved.csv": "service,settlement,settlement_name,township,level,lon,lat,persons,reason",
    "sites.csv": "id,service,name",
}


def write(study: Study, out: Path, words: Words) -> list[Path]:
    """Write the three tables; they are the same in every language."""
    tables = {
        "sites.csv": site_rows(study),
        "assignments.csv": assignment_rows(study),
        "unserved.csv": unserved_rows(study),
    }
    return [write_bytes(out / name, encoded(name, rows)) for name, rows in tables.items()]


def encoded(name: str, rows: list[Record]) -> bytes:
    """One table as the bytes of its file."""
    heads = list(rows[0]) if rows else EMPTY[name].split(",")
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(head) for head in heads])
    writer.writerows([harmless(row[head]) for head in heads] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: object) -> object:
    """``cell`` as a spreadsheet may open it: texts that would be computed are made plain, None is blank."""
    if isinstance(cell, str):
        cell = cell.replace("\0", "")
        return "'" + cell if cell.startswith(RUNS) and not NUMBER.fullmatch(cell) else cell
    return "" if cell is None else cell
