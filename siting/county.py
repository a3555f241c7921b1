"""What exists in a county and what its policy asks for, as one frozen value.

A `County` is read from a county folder by `siting.instance` and never changed; what a planner varies is a
`siting.scenario.Scenario`. Its rows are the classes of `siting.rows`, its rules those of `siting.sections`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np

from siting.rows import Disposal, Line, Settlement, Site
from siting.sections import CountyFile, DescribedService, Service


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
    hour, 0 where none; ``name`` (m,) text.
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


@dataclass(frozen=True)
class RedLine:
    """A zone where nothing may be built: one polygon of ``red_lines.geojson`` (rings of lon, lat in WGS84)."""

    name: str
    kind: str
    rings: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, eq=False)
class County:
    """Everything that a county folder says, checked.

    ``folder`` is where it was read; ``files`` maps each file's name to its sha256, so that a plan can name its inputs.
    """

    folder: Path
    file: CountyFile
    settlements: tuple[Settlement, ...]
    sites: tuple[Site, ...]
    lines: tuple[Line, ...]
    disposal: tuple[Disposal, ...]
    red_lines: tuple[RedLine, ...]
    roads: Roads
    provenance: tuple[Provenance, ...]
    files: Mapping[str, str]

    @property
    def id(self) -> str:
        """Short name of the county."""
        return self.file.county.id

    @property
    def services(self) -> dict[str, Service]:
        """The services that a plan can decide, in the order of the file."""
        return {key: s for key, s in self.file.services.items() if isinstance(s, Service)}

    @property
    def described(self) -> dict[str, DescribedService]:
        """Services that are described but that no plan decides yet."""
        return {key: s for key, s in self.file.services.items() if isinstance(s, DescribedService)}

    def base(self, amount: Decimal) -> int:
        """``amount`` of the money unit in whole base units (万元 to 元), halves up."""
        scaled = amount * self.file.money.base_per_unit
        return int(scaled.to_integral_value(rounding=ROUND_HALF_UP))
