"""Travel times of the planner's own, from ``times.csv`` (section 1 of the rules, own times)."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from .nouns import Told
from .numbers import exact

LONGEST = 10_080


def read_told(rows: Iterable[dict[str, str]], settlements: Collection[str], sites: Collection[str]) -> Told:
    """By mode, site and settlement the ms of every way; a mode whose ways are all blank stands there with none."""
    found: Told = {}
    seen: set[tuple[str, str, str]] = set()
    for row in rows:
        key = row["mode"], row["site"], row["settlement"]
        if key in seen or row["settlement"] not in settlements or row["site"] not in sites:
            raise ValueError(f"times.csv: the way {key} stands twice, or is of an unknown place")
        seen.add(key)
        to = found.setdefault(row["mode"], {}).setdefault(row["site"], {})
        if row["minutes"]:
            minutes = exact(row["minutes"])
            if minutes > LONGEST:
                raise ValueError(f"times.csv: {row['minutes']:.60} minutes")
            to[row["settlement"]] = math.ceil(minutes * 60_000)
    return found
