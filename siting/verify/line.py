"""Line: what a bus line takes from stop to stop, and what it costs (sections 1 and 2 of the rules)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any

from .nouns import County, LineRules, Service, Site
from .travel import Field, Network


@dataclass(frozen=True)
class Legs:
    """Ms of the legs of a line: ``forward[k]`` from stop k to stop k + 1, ``back[k]`` the other way."""

    forward: tuple[int, ...]
    back: tuple[int, ...]


@dataclass(frozen=True)
class Round:
    """A return trip: all legs both ways."""

    ms: int
    mm: int


class Lines:
    """The lines of one service; only those whose stops all stand at a road node of the mode can run."""

    def __init__(self, county: County, net: Network, lines: Iterable[Site]) -> None:
        self.net = net
        self.nodes: dict[str, list[int]] = {}
        self.costs: dict[tuple[int, int, int], int] = {}
        for line in lines:
            stands = [net.stand(county.settlements[stop]) for stop in line.stops]
            nodes = [stand[0] for stand in stands if stand is not None]
            if len(nodes) == len(stands):
                self.nodes[line.id] = nodes

    def learn(self, ids: Iterable[str], metric: int) -> None:
        """Search the legs of lines; one search for each end and measure."""
        sources: dict[int, set[int]] = {}
        for id_ in ids:
            for pair in pairwise(self.nodes.get(id_, ())):
                for start, end in (pair, pair[::-1]):
                    if (metric, start, end) not in self.costs:
                        sources.setdefault(end, set()).add(start)
        for end, starts in sources.items():
            field = Field(self.net, metric, end)
            for start in sorted(starts):
                self.costs[metric, start, end] = field.within(10**18, start)[start]

    def legs(self, id_: str, metric: int = 0) -> Legs | None:
        """The legs of a line, None if it cannot run."""
        if id_ not in self.nodes:
            return None
        self.learn([id_], metric)
        pairs = list(pairwise(self.nodes[id_]))
        there = tuple(self.costs[metric, a, b] for a, b in pairs)
        return Legs(there, tuple(self.costs[metric, b, a] for a, b in pairs))

    def round(self, id_: str) -> Round | None:
        """The return trip of a line, None if it cannot run."""
        both = [self.legs(id_, metric) for metric in (0, 1)]
        sums = [sum(legs.forward) + sum(legs.back) for legs in both if legs is not None]
        return Round(*sums) if sums else None


def all_lines(county: County, roads: dict[str, Network]) -> dict[str, Lines]:
    """The lines by service."""
    return {
        key: Lines(county, roads[service.line.mode], county.sites[key].values())
        for key, service in county.services.items()
        if service.line is not None
    }


def vehicles(rules: LineRules, trips: int, trip: Round) -> int:
    """How many vehicles run so many return trips a day."""
    return max(1, ceil(trips * (trip.ms + 2 * rules.layover_ms) / rules.service_ms))


def driving(rules: LineRules, trips: int, trip: Round) -> int:
    """Yearly running cost of the kilometres, in base units."""
    return ceil(trip.mm * trips * rules.operating_days * rules.running_per_km / 1_000_000)


def costs(service: Service, line: Site, row: dict[str, Any], trip: Round) -> tuple[int, int]:
    """(capital, running per year) of a line as a row of ``open`` says; the row has been checked."""
    rules, size = service.line, service.sizes.get(row["size"])
    assert rules is not None
    if row["action"] == "keep" or size is None:
        return 0, driving(rules, line.trips, trip)
    more = vehicles(rules, size.trips, trip)
    if row["action"] == "expand":
        more -= vehicles(rules, line.trips, trip)
    return more * rules.vehicle_capital + size.capital, driving(rules, size.trips, trip) + size.running
