"""SQLite files of strangers: a GeoPackage holds tables, and nothing that runs when it is opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path


def runs_code(path: Path) -> bool:
    """Whether a SQLite file holds views or virtual tables other than its own index: they could reach other files."""
    try:
        link = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            link.execute("PRAGMA trusted_schema = OFF")
            rows = link.execute("SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        finally:
            link.close()
    except (sqlite3.Error, ValueError):  # a name that is no UTF-8
        return True
    for kind, text in rows:
        flat = " ".join(str(text).lower().split())
        if kind == "view" or (flat.startswith("create virtual table") and " using rtree" not in flat):
            return True
    return False
