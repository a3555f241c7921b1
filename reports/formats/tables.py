"""The plan as CSV tables: sites, assignments, unserved, remedies, townships; if there are any, transfers and so on.

They open in a spreadsheet as they are (`siting.spreadsheet`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from siting.spreadsheet import table
from siting.store import write_bytes
from siting.studies.study import Study
from siting.words import Words

from ..chapters.equity import township_rows
from ..chapters.lines import records
from ..chapters.reasons import reason_rows
from ..chapters.remedies import remedy_rows
from ..chapters.schools import move_rows
from ..rows import assignment_rows, site_rows, transfer_rows, unserved_rows

#: Tables that are always written, with the columns that they have when nothing stands in them.
ALWAYS: dict[str, tuple[Callable[[Study], list[dict[str, Any]]], str]] = {
    "sites.csv": (site_rows, "id,service,name"),
    "assignments.csv": (
        assignment_rows,
        "service,settlement,settlement_name,township,site,site_name,persons,kg_per_day,settlements,access,kind,mode,"
        "line,since,travel_s,travel_m",
    ),
    "unserved.csv": (
        unserved_rows,
        "service,settlement,settlement_name,township,level,lon,lat,persons,kg_per_day,settlements,reason",
    ),
    "remedies.csv": (remedy_rows, "service,settlement,persons,kg_per_day,settlements,reason,block,remedy_site"),
    "townships.csv": (township_rows, "service,township,unit,served,demand,served_per_10000"),
}
#: Tables that are written where there is something in them.
PERHAPS: dict[str, Callable[[Study], list[dict[str, Any]]]] = {
    "transfers.csv": transfer_rows,
    "lines.csv": records,
    "moves.csv": move_rows,
    "reasons.csv": reason_rows,
}


def write(study: Study, out: Path, words: Words) -> list[Path]:
    """Write the tables; they are the same in every language."""
    written = [write_bytes(out / name, encoded(name, rows(study))) for name, (rows, _) in ALWAYS.items()]
    more = {name: rows(study) for name, rows in PERHAPS.items()}
    return written + [write_bytes(out / name, encoded(name, found)) for name, found in more.items() if found]


def encoded(name: str, rows: list[dict[str, Any]]) -> bytes:
    """One table as the bytes of its file; without rows, its usual columns."""
    return table(list(rows[0]) if rows else ALWAYS[name][1].split(","), rows)
