"""Travel times of the planner's own, from ``times.csv`` (section 1 of the rules, own times)."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from .nouns import Place, Site, Told
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


class ToldWay:
    """The ways to one site, as they are told."""

    def __init__(self, told: dict[str, dict[str, int]], site: Site) -> None:
        self.ms = told.get(site.id, {})

    def cost(self, start: Place, limit: int) -> int | None:
        """Ms from a settlement, None if more than the limit or if there is no way."""
        ms = self.ms.get(start.id)
        return ms if ms is not None and ms <= limit else None


class ToldReach:
    """The site of a set that is nearest as they are told: smallest (ms, id)."""

    def __init__(self, told: dict[str, dict[str, int]], sites: Iterable[str]) -> None:
        self.nearest: dict[str, tuple[int, str]] = {}
        for site in sites:
            for settlement, ms in told.get(site, {}).items():
                self.nearest[settlement] = min((ms, site), self.nearest.get(settlement, (ms, site)))

    def best(self, place: Place) -> tuple[int, str] | None:
        """(ms, id) of the nearest site."""
        return self.nearest.get(place.id)


def sets_out(told: Told, mode: str, place: Place) -> bool:
    """Whether the table leads from a place to anywhere by a mode."""
    return any(place.id in ways for ways in told.get(mode, {}).values())
