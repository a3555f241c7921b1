"""What travel costs a year: base units per person (kilogram a day) and second or metre of a way.

A price is written per hour or per km, in haul services per tonne a day; it stays a fraction, so that sums are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil
from typing import Protocol

from siting.counties.county import County
from siting.counties.services import Access
from siting.plan import ServicePlan

SECONDS, METRES, KILOGRAMS = 3600, 1000, 1000


class Trip(Protocol):
    """Persons or kilograms a day who travel so many seconds or metres."""

    @property
    def persons(self) -> int:
        """How many."""
        ...

    @property
    def travel(self) -> int:
        """How far."""
        ...


def fares(county: County, service: str) -> tuple[Fraction, ...]:
    """Price of each access by its number, that of the straight haul last."""
    about = county.services[service]
    return tuple(_fare(county, access, about.family == "haul") for access in about.ways)


def transfer_fare(county: County, service: str) -> Fraction:
    """Price of the way from station to disposal; 0 where there is none."""
    rules = county.services[service].haul
    return Fraction(0) if rules is None else _fare(county, rules.transfer, True)


def yearly(trips: Iterable[tuple[Trip, Fraction]]) -> int:
    """Cost a year of trips with their price, rounded up once."""
    return ceil(sum((trip.persons * trip.travel * fare for trip, fare in trips if fare), Fraction(0)))


def travel_cost(county: County, service: str, part: ServicePlan) -> int:
    """What the travel of a service costs a year, in base units."""
    by_access, onward = fares(county, service), transfer_fare(county, service)
    return yearly([*((a, by_access[a.access]) for a in part.assignments), *((t, onward) for t in part.transfers)])


def travelled(parts: Mapping[str, ServicePlan], county: County) -> int:
    """The aim travel: persons (kilograms) times seconds (metres) of those who are assigned to sites with room."""
    return sum(
        sum(a.persons * a.travel for a in part.assignments) + sum(t.persons * t.travel for t in part.transfers)
        for key, part in parts.items()
        if not county.services[key].in_full_only
    )


def _fare(county: County, access: Access, in_kilograms: bool) -> Fraction:
    under = (SECONDS if access.by_time else METRES) * (KILOGRAMS if in_kilograms else 1)
    return Fraction(county.base(access.cost_per_year), under)
