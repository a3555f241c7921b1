"""Where the services of a county that is made stand or could stand: facilities of the map and of a list, candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siting.counties.rows import Settlement, Site
from siting.errors import Fault

from .geography import zones
from .geography.water import read_water
from .inputs import Inputs, Wish
from .networks import coords_check
from .networks.osm import E7, Extract
from .networks.roads import RoadTable
from .population.places import Place
from .sites import candidates_listed
from .sites import facilities as standing
from .sites.candidates import Candidate, candidate_sites, existing_sites
from .sites.facilities import Facility
from .sites.facilities_listed import place_facilities
from .sites.screening import Ground, Removed, removal_notes, screen


@dataclass(frozen=True)
class Stands:
    """Where services stand or could: facilities ``given`` to services, ``joined`` without doubles, the ``existing``
    sites that they are; candidates, those ``removed`` with their reasons, and the red lines of the county."""

    given: Sequence[Facility]
    joined: Sequence[Facility]
    existing: Sequence[Site]
    candidates: Sequence[Candidate]
    removed: Sequence[Removed]
    red_lines: Sequence[zones.Zone]


def facilities_of(
    wish: Wish, inputs: Inputs, extract: Extract, places: Sequence[Place], notes: list[Fault]
) -> list[Facility]:
    """Those of the planner's list, and those of the map unless the list is to stand alone."""
    own: list[Facility] = []
    if inputs.facilities is not None:
        own = place_facilities(inputs.facilities, extract.facilities, places, inputs.border, notes)
        coords_check.check(inputs.facilities.file, own, extract.ways, notes)
    if wish.only_listed and inputs.facilities is not None:
        if extract.facilities:
            notes.append(Fault("N215", values={"count": len(extract.facilities)}))
        return own
    return [*own, *standing.facilities_of_osm(extract.facilities, inputs.border, notes)]


def stands(
    wish: Wish, inputs: Inputs, settlements: Sequence[Settlement], facilities: Sequence[Facility], roads: RoadTable,
    notes: list[Fault],
) -> Stands:  # fmt: skip
    """What stands for the services, and the candidates that may be built and those that may not."""
    services: Mapping[str, Any] = inputs.preset.document.unwrap()["services"]
    own = standing.rules_of(inputs.preset.importing)
    given = standing.give_services(facilities, own, notes)
    joined = standing.join_doubles(given, notes)
    existing = existing_sites(joined, services, own, notes)
    rules = inputs.candidate_rules
    found: list[Candidate] = []
    file = ""
    if inputs.candidates is not None:
        file = inputs.candidates.file
        plannable = {key: service for key, service in services.items() if "hosts" in service}
        found = candidates_listed.listed_candidates(inputs.candidates, settlements, plannable, inputs.reference, notes)
    found += candidate_sites(settlements, existing, services, rules, roads)
    lon, lat = ([node[k] / E7 for node in roads.nodes.values()] for k in (0, 1))
    red_lines = zones.within(inputs.zones, lon, lat)
    wet = wish.osm is not None and any(rule.water_m for rule in rules.values())
    water = read_water(wish.osm) if wet and wish.osm is not None else []
    ground = Ground(settlements, existing, red_lines, inputs.growth_polygon, water)
    kept, removed = screen(found, ground, services, rules)
    notes += removal_notes(removed, settlements, file)
    return Stands(given, joined, existing, kept, removed, red_lines)
