"""How plans differ beyond sums: sites that moved, the worst township, the gap of town and country."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.roads.network import Plane
from siting.studies.comparing import Alternative, Comparison, by_township

#: Two sites of a service no farther apart than this (straight) count as one that moved.
MOVED_M = 3000


@dataclass(frozen=True)
class Move:
    """A site that stands elsewhere: ``gone`` is open under the first plan only, ``come`` under the second only."""

    service: str
    gone: str
    come: str
    metres: int


def moves(comparison: Comparison, one: Alternative, other: Alternative) -> list[Move]:
    """Sites of ``one`` that stand elsewhere under ``other``: what only one has and what only the other has, of one
    service, taken together from the shortest distance on, each once, up to `MOVED_M`."""
    found = []
    plane = Plane.of(comparison.county.roads)
    at = {site.id: site for site in comparison.county.sites}
    for key, part in one.plan.services.items():
        if key not in other.plan.services:
            continue
        was, now = ({o.site for o in p.open if o.site in at} for p in (part, other.plan.services[key]))
        gone, come = sorted(was - now), sorted(now - was)
        if not gone or not come:
            continue
        lon, lat = (np.array([getattr(at[i], name) for i in come]) for name in ("lon", "lat"))
        pairs = sorted(
            (int(metres), a, b)
            for a in gone
            for b, metres in zip(
                come, plane.distance_m(lon, lat, np.array(at[a].lon), np.array(at[a].lat)), strict=True
            )
            if metres <= MOVED_M
        )
        taken: set[str] = set()
        for metres, a, b in pairs:
            if not taken & {a, b}:
                taken |= {a, b}
                found.append(Move(key, a, b, metres))
    return sorted(found, key=lambda move: (move.service, move.gone))


def worst_township(comparison: Comparison, column: Alternative) -> tuple[str, int, int] | None:
    """The township with the smallest share of people served, services added up: name, served, demand."""
    place = comparison.columns.index(column)
    towns = [
        (served[place], whole, name) for name, (whole, served) in by_township(comparison).items() if name and whole
    ]
    if not towns:
        return None
    served, whole, name = min(towns, key=lambda town: (town[0] / town[1], town[2]))
    return name, served, whole


def sides(comparison: Comparison, column: Alternative, service: str = "") -> tuple[float | None, float | None]:
    """Share of people served in town and in the country, of one service or of all that count persons."""
    keys = [service] if service else [key for key in comparison.services if comparison.counts_people(key)]
    urban = {place.id: place.urban for place in comparison.county.settlements}
    got, asked = column.served(), {0: [0, 0], 1: [0, 0]}
    for key in keys:
        if key in column.plan.services:
            for place, persons in comparison.county.demand_of(key).items():
                asked[urban[place]][0] += got.get((key, place), 0)
                asked[urban[place]][1] += persons
    town, country = (served / whole if whole else None for served, whole in (asked[1], asked[0]))
    return town, country


def worst_of_service(comparison: Comparison, column: Alternative, service: str) -> float | None:
    """The smallest share of people served in any township by one service, None where the plan does not decide it."""
    if service not in column.plan.services:
        return None
    got, demand = column.served(), comparison.county.demand_of(service)
    towns: dict[str, list[int]] = {}
    for place in comparison.county.settlements:
        if place.township and demand[place.id]:
            sums = towns.setdefault(place.township, [0, 0])
            sums[0] += got.get((service, place.id), 0)
            sums[1] += demand[place.id]
    return min((served / whole for served, whole in towns.values()), default=None)
