"""What a planner asks ``siting new`` for, and everything that can be read before the map: all faults together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import shapely

from siting.errors import Fault, InputRefused

from .geography.boundary import Boundary, read_boundary
from .geography.crs import WGS84, Reference, chosen
from .geography.vector import read_shapes
from .geography.zones import Zone, polygons_of, read_zones, split
from .population import buildings, projection
from .population.places_listed import PlaceList, collect_places
from .sites import candidates_listed
from .sites.candidate_rules import CandidateRule, rules_of
from .sites.facilities_listed import FacilityList, read_facilities
from .sites.lines_listed import read_lines
from .skeleton import Preset, read_preset
from .tables.listing import Listing

T = TypeVar("T")


@dataclass(frozen=True)
class Wish:
    """The options of ``siting new``: files, and what to do with them.

    ``red_lines`` are ``FILE`` or ``KIND=FILE``; ``grid_m`` puts candidates of every service along roads, 0 none;
    ``squares_m`` makes people of a raster who live farther than this from settlements points of their own, 0 not;
    ``concentration_pct`` of the people of villages move to towns by ``year``; ``base_year`` is the year of the people
    in the lists, 0 that of the extract; ``coords`` is the coordinate system of the planner's tables, ``roads_coords``
    that of ``roads`` ("": as the file declares); ``area`` fetches the roads of a place or rectangle.
    """

    osm: Path | None = None
    roads: Path | None = None
    elevation: Path | None = None
    settlements: Path | None = None
    facilities: Path | None = None
    candidates: Path | None = None
    candidate_rules: Path | None = None
    lines: Path | None = None
    boundary: Path | None = None
    red_lines: tuple[str, ...] = ()
    growth_boundary: Path | None = None
    population: Path | None = None
    totals: Path | None = None
    buildings: Path | None = None
    growth: Path | None = None
    relocation: Path | None = None
    preset: str = "basic-services"
    name: str = ""
    year: int = 0
    base_year: int = 0
    concentration_pct: Decimal = Decimal(0)
    grid_m: int = 0
    squares_m: int = 0
    only_listed: bool = False
    leave_out_unplaced: bool = False
    coords: str = "wgs84"
    roads_coords: str = ""
    area: str = ""
    waste: bool = False

    @property
    def people_elsewhere(self) -> bool:
        """Whether people come from a raster or from totals, so that places need none of their own."""
        return self.population is not None or self.totals is not None

    def files(self) -> list[tuple[str, Path]]:
        """Every input file with its role."""
        found = [(role, value) for role, value in vars(self).items() if isinstance(value, Path)]
        return found + [("red_lines", split(source)[1]) for source in self.red_lines]

    def named(self) -> list[str]:
        """One line a file: what it is, its name, its sha256."""
        return [f"{role}: {path.name}, sha256 {_sha256(path)}" for role, path in self.files()]


@dataclass(frozen=True)
class Inputs:
    """What was read beside the map; None or empty where it was not asked for."""

    preset: Preset
    border: Boundary
    candidate_rules: Mapping[str, CandidateRule]
    places: PlaceList | None = None
    facilities: FacilityList | None = None
    candidates: Listing | None = None
    zones: tuple[Zone, ...] = ()
    growth_polygon: Any = None
    reference: Reference = WGS84
    totals: buildings.Totals | None = None
    growth: projection.Growth = field(default_factory=lambda: projection.Growth({}))
    moves: Listing | None = None
    lines: Listing | None = None


def attempt(step: Callable[[], T], faults: list[Fault]) -> T | None:
    """The result of ``step``; None with its faults collected where it refuses."""
    try:
        return step()
    except InputRefused as refusal:
        faults += refusal.faults
        return None


def read_inputs(wish: Wish, notes: list[Fault], faults: list[Fault]) -> Inputs | None:
    """Read every file but the map; faults are collected, and None comes back where the preset itself fails."""
    preset = attempt(lambda: read_preset(wish.preset), faults)
    services: Mapping[str, Any] = preset.document.unwrap()["services"] if preset else {}
    own_rules: Mapping[str, Any] = preset.importing.get("candidates", {}) if preset else {}

    def given(path: Path | None, read: Callable[[Path], T]) -> T | None:
        return attempt(lambda: read(path), faults) if path is not None else None

    reference = attempt(lambda: chosen(wish.coords), faults) or WGS84
    border = attempt(lambda: read_boundary(wish.boundary), faults)
    zones = attempt(lambda: read_zones(wish.red_lines, notes), faults) if wish.red_lines else ()
    rules = attempt(lambda: rules_of(list(services), own_rules, wish.candidate_rules, wish.grid_m), faults)
    places = given(wish.settlements, lambda path: _read_places(path, wish, reference, notes, faults))
    stand = given(wish.facilities, lambda path: read_facilities(path, list(services), notes, reference))
    sites = given(wish.candidates, candidates_listed.read_candidates)
    polygon = given(wish.growth_boundary, _growth_polygon)
    totals = given(wish.totals, lambda path: buildings.read_totals(path, notes))
    growth = given(wish.growth, lambda path: projection.read_growth(path, notes))
    moves = given(wish.relocation, lambda path: projection.read_moves(path, notes))
    lines = given(wish.lines, read_lines)
    for role, path in wish.files():
        if role in ("population", "buildings", "roads", "elevation") and not path.is_file():
            faults.append(Fault("E213", path.name, values={"name": path.name}))
    if preset is None:
        return None
    return Inputs(
        preset, border or Boundary(), rules or {}, places, stand, sites, zones or (), polygon, reference, totals,
        growth or projection.Growth({}), moves, lines,
    )  # fmt: skip


def _read_places(path: Path, wish: Wish, reference: Reference, notes: list[Fault], faults: list[Fault]) -> PlaceList:
    return collect_places(path, notes, faults, people_elsewhere=wish.people_elsewhere, reference=reference)


def _growth_polygon(path: Path) -> Any:
    """The union of all polygons of the urban growth boundary. Raises `InputRefused` with E275, or E277 for none."""
    shapes = [polygon for shape in read_shapes(path) if (polygon := polygons_of(shape.geometry)) is not None]
    if not shapes:
        raise InputRefused(Fault("E277", path.name, values={"kind": "-"}))
    return shapely.union_all(shapes)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
