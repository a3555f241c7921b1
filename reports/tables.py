"""The plan as CSV tables: ``sites.csv``, ``assignments.csv``, ``unserved.csv``.

They open in a spreadsheet as they are (`siting.spreadsheet`).
"""

from __future__ import annotations

from pathlib import Path

from siting.spreadsheet import table
from siting.store import write_bytes
from siting.study import Study
from siting.words import Words

from .rows import Record, assignment_rows, site_rows, unserved_rows

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
    """One table as the bytes of its file; without rows, its usual columns."""
    return table(list(rows[0]) if rows else EMPTY[name].split(","), rows)
