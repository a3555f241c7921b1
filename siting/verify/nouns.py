"""The nouns of a county as the rules speak of them: whole numbers, money in base units, times in ms, lengths in mm."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

Ring = list[tuple[float, float]]
#: The planner's own times: by mode, site and settlement the ms of each way.
Told = dict[str, dict[str, dict[str, int]]]
#: A sum of times; whole but where a waiting time is no whole number of milliseconds.
Ms = int | Fraction


@dataclass(frozen=True)
class Access:
    """One way of reaching a site; ``metric`` 0 counts ms, 1 counts mm, as do the limits.

    The kind "disposal" is that of waste that goes straight to a disposal place: the number after the last access.
    ``fare`` is base units a year per person (kilogram a day) and second or metre.
    """

    mode: str
    metric: int
    usual: int
    by_level: dict[str, int] = field(default_factory=dict)
    kind: str = "direct"
    offered: bool = True
    eligible: str = ""
    line: str = ""
    wait: Ms = 0
    fare: Fraction = Fraction(0)

    @property
    def furthest(self) -> int:
        """The largest limit of any level."""
        return max([self.usual, *self.by_level.values()])

    def limit(self, level: str) -> int:
        """The largest ms or mm, inclusive, for settlements of ``level``."""
        return self.by_level.get(level, self.usual)


@dataclass(frozen=True)
class Size:
    """A size of a site: places and beds (persons, or kilograms a day), base units of money, trips a day, m2 of land.

    ``dormitory`` is the part of the capital that the beds cost, None where they have no price of their own.
    """

    capacity: int
    capital: int
    running: int
    beds: int = 0
    trips: int = 0
    land: int = 0
    dormitory: int | None = None


@dataclass(frozen=True)
class Haul:
    """How waste goes on from a station; ``metric``, ``limit`` and ``fare`` as those of an access."""

    mode: str
    metric: int
    limit: int
    fare: Fraction
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class LineRules:
    """What a line costs."""

    mode: str
    vehicle_capital: int
    running_per_km: Fraction
    operating_days: int
    service_ms: Fraction
    layover_ms: Fraction


@dataclass(frozen=True)
class Service:
    """A service; ``referral`` is (service, mode, ms)."""

    id: str
    family: str
    weight: int
    hosts: tuple[str, ...]
    may_close: bool
    may_expand: bool
    accesses: tuple[Access, ...]
    sizes: dict[str, Size]
    demand: str = ""
    closing: int = 0
    resale: int = 0
    close_only_if_served: bool = False
    min_persons: int = 0
    whole_settlements: bool = False
    closest: bool = False
    quality_first: bool = False
    also_served_by: tuple[str, ...] = ()
    referral: tuple[str, str, int] | None = None
    homes_m: int = 0
    water_m: int = 0
    haul: Haul | None = None
    line: LineRules | None = None

    @property
    def in_full(self) -> bool:
        """True where a settlement is served as a whole, and sites have no capacity."""
        return self.family in ("coverage", "line")

    def fewest(self, action: str, site: Site, baseline: bool) -> int:
        """The fewest persons at an open site: what could be left out or shut is not kept for less."""
        may_shut = self.may_close and not (self.close_only_if_served or baseline or site.outside)
        return self.min_persons if action != "keep" or may_shut else 0


@dataclass(frozen=True)
class Settlement:
    """A place where people live; ``groups`` is demand by group."""

    id: str
    lon: float
    lat: float
    level: str
    urban: int
    township: str
    groups: dict[str, int]


@dataclass(frozen=True)
class Site:
    """A site of one service: a place, a line with its ``stops``, or a disposal place.

    ``capacity`` and ``beds`` are None where the table gives none; ``capital`` and ``running`` are those of a disposal
    place's own row.
    """

    id: str
    service: str
    lon: float
    lat: float
    existing: bool
    host: str = ""
    size: str = ""
    capacity: int | None = None
    beds: int | None = None
    outside: bool = False
    plot: str = ""
    quality: int = 0
    stops: tuple[str, ...] = ()
    trips: int = 0
    disposal: bool = False
    capital: int = 0
    running: int = 0


Place = Settlement | Site


@dataclass(frozen=True)
class Fund:
    """A source of capital with an amount for each phase."""

    amounts: tuple[int, ...]
    carries_over: bool
    pays: tuple[str, ...]


@dataclass(frozen=True)
class Target:
    """What is asked for; ``threshold`` is a percentage or a number."""

    id: str
    indicator: str
    service: str
    package: str
    threshold: Fraction
    levels: tuple[str, ...]
    urban: int | None
    sizes: tuple[str, ...]
    tier: int
    weight: int
    year: int | None


@dataclass(frozen=True)
class Rule:
    """At most so many sites of a service, of some actions and sizes (none: any)."""

    id: str
    service: str
    at_most: int
    actions: tuple[str, ...]
    sizes: tuple[str, ...]


@dataclass(frozen=True)
class County:
    """All that the rules speak of; ``hashes`` of the very bytes that were read; ``sites`` by service and id."""

    toml: dict[str, Any]
    hashes: dict[str, str]
    services: dict[str, Service]
    phases: dict[str, int]
    funds: dict[str, Fund]
    running_budget: int | None
    quota: tuple[Fraction, ...]
    saving_pct: Fraction
    rules: tuple[Rule, ...]
    packages: dict[str, tuple[tuple[str, ...], ...]]
    targets: tuple[Target, ...]
    settlements: dict[str, Settlement]
    sites: dict[str, dict[str, Site]]
    nodes: dict[str, tuple[float, float]]
    heights: dict[str, int | None]
    edges: list[dict[str, str]]
    red_lines: list[tuple[str, list[Ring]]]
    told: Told = field(default_factory=dict)
    aims: tuple[str, ...] = ("worth", "travel")
    cost_years: int = 10

    def demand(self, service: str) -> dict[str, int]:
        """Demand of the settlements that have any."""
        group = self.services[service].demand
        return {key: s.groups[group] for key, s in self.settlements.items() if s.groups[group] > 0}

    def points(self, site: Site) -> list[Place]:
        """Where a site is reached: at itself, or at the stops of a line."""
        return [self.settlements[stop] for stop in site.stops] if site.stops else [site]

    def told_by(self, access: Access) -> dict[str, dict[str, int]] | None:
        """The planner's own times of an access: by site and settlement; None where those of the roads count."""
        return None if access.metric else self.told.get(access.mode)

    def phase_at(self, year: int | None) -> int:
        """Position of the phase at whose end a target of this year counts."""
        ends = list(self.phases.values())
        return next((k for k, end in enumerate(ends) if year is not None and end >= year), len(ends) - 1)

    def network_like(self, other: County) -> bool:
        """Whether the roads of both are the same."""
        same = self.toml["network"] == other.toml["network"]
        mine, others = (self.nodes, self.heights, self.edges), (other.nodes, other.heights, other.edges)
        return same and mine == others
