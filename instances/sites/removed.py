"""``removed_sites.csv``: every candidate that was taken out, with its reason, so that a map can show it.

| column | what it says |
|---|---|
| ``id``, ``service``, ``name``, ``settlement``, ``lon``, ``lat`` | as in ``sites.csv`` |
| ``origin`` | ``list``, ``centre``, ``shared`` or ``road``: where the candidate came from |
| ``reason`` | one of the words that `siting.instances.sites.screening` lists |
| ``zone``, ``kind`` | the red line and its kind; else the settlement, site or candidate that is too near |
| ``distance_m``, ``limit_m`` | how far that is, and how far it had to be; blank where no distance counts |
| ``row`` | row of the planner's own list |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields

from siting.spreadsheet import table

from .screening import Removed

REMOVED_FILE = "removed_sites.csv"


def removed_table(removed: Sequence[Removed]) -> bytes:
    """The bytes of the file, sorted by id; no cell of it would be computed by a spreadsheet."""
    rows = [asdict(gone) for gone in sorted(removed, key=lambda r: r.id)]
    for row in rows:
        row["lon"], row["lat"] = f"{row['lon']:.7f}", f"{row['lat']:.7f}"
    return table([field.name for field in fields(Removed)], rows)
