"""What exists in a county and what its policy asks for, as one frozen value.

A `County` is read from a county folder by `siting.reading.instance` and never changed; what a planner varies is a
`siting.reading.scenario.Scenario`. Its rows are the classes of `siting.counties.rows`, its rules those of
`siting.counties.sections`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np

from siting.counties.rows import Disposal, Line, Settlement, Site
from siting.counties.sections import CountyFile
from siting.counties.services import Service


@dataclass(frozen=True)
class Provenance:
    """A number of county.toml that names its source: where it stands, what it says, who says it."""

    path: str
    value: str
    source: str
    note: str = ""


@dataclass(frozen=True, eq=False)
class Roads:
    """The road table as arrays.

    ``node_ids`` (n,) text; ``lon``, ``lat`` (n,) degrees; ``tail``, ``head`` (m,) node positions; ``length_mm`` (m,)
    integer millimetres; ``road_class`` (m,) text; ``oneway`` (m,) bool; ``speed_mph`` (m,) signed speed in metres per
    hour, 0 where none; ``name`` (m,) text; ``height_mm`` (n,) millimetres above sea level,
    `siting.roads.slope.UNKNOWN_MM` where not known.
    """

    node_ids: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    length_mm: np.ndarray
    road_class: np.ndarray
    oneway: np.ndarray
    speed_mph: np.ndarray
    name: np.ndarray
    height_mm: np.ndarray


@dataclass(frozen=True, eq=False)
class OwnTimes:
    """The planner's own times by one mode: positions among the settlements, and among sites and then disposal places.

    ``settlement``, ``site``, ``ms`` (p,) int64, sorted, are the ways; ``listed`` (q, 2) settlement and site of all rows
    of the table, also of those that say that there is no way.
    """

    settlement: np.ndarray
    site: np.ndarray
    ms: np.ndarray
    listed: np.ndarray


@dataclass(frozen=True)
class RedLine:
    """A zone where nothing may be built: one polygon of ``red_lines.geojson`` (rings of lon, lat in WGS84)."""

    name: str
    kind: str
    rings: tuple[tuple[tuple[float, float], ...], ...]
    name_en: str = ""


@dataclass(frozen=True, eq=False)
class County:
    """Everything that a county folder says, checked.

    ``folder`` is where it was read; ``plain`` is the document behind ``file``, on which scenarios make their changes;
    ``files`` maps each file's name to its sha256, so that a plan can name its inputs; ``own_times`` by mode.
    """

    folder: Path
    file: CountyFile
    plain: Mapping[str, Any]
    settlements: tuple[Settlement, ...]
    sites: tuple[Site, ...]
    lines: tuple[Line, ...]
    disposal: tuple[Disposal, ...]
    red_lines: tuple[RedLine, ...]
    roads: Roads
    provenance: tuple[Provenance, ...]
    files: Mapping[str, str]
    own_times: Mapping[str, OwnTimes] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Short name of the county."""
        return self.file.county.id

    @property
    def services(self) -> dict[str, Service]:
        """The services, in the order of the file."""
        return self.file.services

    @property
    def phases(self) -> tuple[str, ...]:
        """Ids of the phases in order; one without a name where the county has none."""
        return tuple(phase.id for phase in self.file.phases) or ("",)

    def group(self, demand: str) -> tuple[int, ...]:
        """Demand of every settlement in a demand group: persons, kilograms a day, or settlements (0 or 1)."""
        about = self.file.demand[demand]
        if about.column:
            return tuple(s.people(about.column) for s in self.settlements)
        return tuple(int(s.level in about.each_settlement_of) for s in self.settlements)

    def sites_by(self, mode: str) -> tuple[int, ...]:
        """Positions (as in `OwnTimes`) of the sites and disposal places to which an access by ``mode`` has a time."""
        own: set[str] = set()
        kinds: set[str] = set()
        for key, service in self.services.items():
            if any(a.mode == mode and a.by_time and a.kind != "line" for a in service.access):
                own |= {key, *service.also_served_by}
            straight = service.haul.direct if service.haul is not None else None
            if service.haul is not None and straight is not None and straight.mode == mode and straight.by_time:
                kinds |= set(service.haul.kinds)
        places = [k for k, site in enumerate(self.sites) if site.service in own]
        return (*places, *(len(self.sites) + k for k, place in enumerate(self.disposal) if place.kind in kinds))

    def demand_of(self, service: str) -> dict[str, int]:
        """Demand for a service by settlement, those without any included."""
        asked = self.group(self.services[service].demand)
        return {s.id: q for s, q in zip(self.settlements, asked, strict=True)}

    def quality_of(self, service: str, sites: Sequence[str]) -> np.ndarray:
        """Quality of sites, (m,) whole numbers; all 0 where the service does not put it first."""
        chosen = self.sites if self.services[service].quality_first else ()
        known = {site.id: site.quality for site in chosen}
        return np.array([known.get(site, 0) for site in sites], dtype=np.int64)

    def lines_of(self, service: str) -> tuple[Line, ...]:
        """The lines of a line service: those that name it, and to the first one also those that name none."""
        first = next((key for key, s in self.services.items() if s.family == "line"), "")
        return tuple(line for line in self.lines if (line.service or first) == service)

    def disposal_of(self, service: str) -> tuple[Disposal, ...]:
        """The disposal places that a haul service may use."""
        rules = self.services[service].haul
        return tuple(d for d in self.disposal if rules is not None and d.kind in rules.kinds)

    def base(self, amount: Decimal) -> int:
        """``amount`` of the money unit in whole base units (万元 to 元), halves up."""
        scaled = amount * self.file.money.base_per_unit
        return int(scaled.to_integral_value(rounding=ROUND_HALF_UP))
