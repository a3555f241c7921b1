"""Where candidates of each service are looked for, and how far they keep off: ``--candidate-rules FILE.toml``.

    [fitness]
    centres = true                  # at the centre of every settlement that may host it (default)
    shared_with = ["school_primary"]  # at existing sites of other services
    grid_m = 500                    # along roads, at least so far from one another; 0: none (default)
    grid_classes = ["tertiary", "unclassified", "residential"]
    grid_radius_m = 1500            # no farther from a settlement that may host it
    homes_m = 0                     # farther than this from every settlement (waste sites)
    water_m = 0                     # farther than this from water
    near_existing_m = 300           # no candidate where the service itself stands so near

A preset may have the same sections under ``[import.candidates.SERVICE]``; the file goes before it, key by key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from siting.errors import Fault, InputRefused

from ..tags import ROAD_CLASSES

FARTHEST_M = 50_000
FINEST_GRID_M = 50
CLASSES = ("tertiary", "unclassified", "residential", "living_street", "road", "service")


@dataclass(frozen=True)
class CandidateRule:
    """The rule of one service; distances in metres, 0 for none."""

    centres: bool = True
    shared_with: tuple[str, ...] = ()
    grid_m: int = 0
    grid_classes: tuple[str, ...] = CLASSES
    grid_radius_m: int = 1500
    homes_m: int = 0
    water_m: int = 0
    near_existing_m: int = 300


def rules_of(
    services: Sequence[str], preset: Mapping[str, Any], path: Path | None, grid_m: int = 0
) -> dict[str, CandidateRule]:
    """The rule of every service; ``grid_m`` sets the grid of services whose rule says nothing of it.

    Raises `InputRefused`: E213 no such file, E278 for every key that is wrong.
    """
    rules = {service: CandidateRule(grid_m=grid_m) for service in services}
    faults: list[Fault] = []
    for file, sections in (("preset", preset), (path.name if path else "", _read(path) if path else {})):
        for service, section in sections.items():
            if service not in rules or not isinstance(section, dict):
                faults.append(_wrong(file, service, service, f"{', '.join(services)}"))
            else:
                rules[service] = _changed(rules[service], section, services, file, service, faults)
    if faults:
        raise InputRefused(faults)
    return rules


def _read(path: Path) -> dict[str, Any]:
    """The sections of the file."""
    if not path.is_file():
        raise InputRefused(Fault("E213", path.name, values={"name": path.name}))
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        raise InputRefused(Fault("E100", path.name, values={"why": str(problem)[:200]})) from problem


def _wrong(file: str, key: str, value: object, known: str) -> Fault:
    return Fault("E278", file, column=key, values={"value": value, "known": known})


def _changed(
    rule: CandidateRule, section: Mapping[str, Any], services: Sequence[str], file: str, name: str, faults: list[Fault]
) -> CandidateRule:
    """The rule with the keys of a section."""
    known = {field.name for field in fields(CandidateRule)}
    choices = {"shared_with": tuple(services), "grid_classes": tuple(sorted(ROAD_CLASSES))}
    values: dict[str, Any] = {}
    for key, value in section.items():
        if key not in known:
            faults.append(_wrong(file, f"{name}.{key}", key, ", ".join(sorted(known))))
        elif key in choices:
            if isinstance(value, list) and all(item in choices[key] for item in value):
                values[key] = tuple(value)
            else:
                faults.append(_wrong(file, f"{name}.{key}", value, ", ".join(choices[key])))
        elif key == "centres":
            if isinstance(value, bool):
                values[key] = value
            else:
                faults.append(_wrong(file, f"{name}.{key}", value, "true, false"))
        elif key == "grid_m" and isinstance(value, int) and 0 < value < FINEST_GRID_M:
            faults.append(_wrong(file, f"{name}.{key}", value, f"0, {FINEST_GRID_M} … {FARTHEST_M} m"))
        elif isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= FARTHEST_M:
            values[key] = value
        else:
            faults.append(_wrong(file, f"{name}.{key}", value, f"0 … {FARTHEST_M} m"))
    return replace(rule, **values)
