"""Reads a county folder: its own reader, so that a fault of the product's reader cannot hide itself.

What cannot be read exactly raises one of `FAULTS`.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from .changes import changed
from .nouns import County
from .numbers import degrees, exact, half_up, whole
from .services import by_id, read_service
from .slope import height
from .tables import by_service, read_disposal, read_lines, read_red_lines, read_settlement, read_site, read_table
from .told import read_told
from .wishes import all_known, read_fund, read_objective, read_packages, read_rule, read_target

TABLES = ("settlements.csv", "sites.csv", "nodes.csv", "edges.csv")
#: The tables of what is gone to.
HELD = ("sites.csv", "disposal.csv")
OPTIONAL = ("lines.csv", "disposal.csv", "times.csv", "red_lines.geojson")


@dataclass(frozen=True)
class Folder:
    """The files of a county folder; ``toml`` without the sources of its numbers."""

    files: dict[str, bytes]
    hashes: dict[str, str]
    toml: dict[str, Any]

    def scenario(self, name: str) -> dict[str, Any] | None:
        """A scenario as it is written; None where there is none of that name."""
        found = self.toml.get("scenarios", {}).get(name, {} if name in ("base", "baseline") else None)
        if found is not None and not isinstance(found, dict):
            raise ValueError(f"scenario {name} is no section")
        return found

    def county(self, name: str) -> County:
        """The county under a scenario."""
        return build(self, changed(self.toml, (self.scenario(name) or {}).get("changes", {})))


def unwrap(value: Any) -> Any:
    """``{ value = 30, source = "S041" }`` becomes 30, at any depth."""
    if isinstance(value, dict):
        if "value" in value and set(value) <= {"value", "source", "note"}:
            return unwrap(value["value"])
        return {key: unwrap(item) for key, item in value.items()}
    return [unwrap(item) for item in value] if isinstance(value, list) else value


def read_folder(folder: Path) -> Folder:
    """All files of a folder, in memory."""
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    return Folder(files, hashes, unwrap(tomllib.loads(files["county.toml"].decode("utf-8-sig"), parse_float=Decimal)))


def read_county(folder: Path) -> County:
    """The county as it stands; raises one of `FAULTS` where it cannot be read."""
    return read_folder(folder).county("")


def build(folder: Folder, toml: dict[str, Any]) -> County:
    """The county that the files make with this county.toml."""
    encoding = toml["county"].get("encoding", "utf-8")
    per_unit = whole(toml.get("money", {}).get("base_per_unit", 10_000))
    services = {key: read_service(key, s, per_unit) for key, s in toml["services"].items()}
    all_known(services, toml["demand"])
    tables = {name: read_table(folder.files[name], encoding) for name in TABLES}
    for name in OPTIONAL[:3]:
        tables[name] = read_table(folder.files[name], encoding) if name in folder.files else []
    settlements = dict(by_id([read_settlement(row, toml["demand"]) for row in tables["settlements.csv"]]))
    families = {key: s.family for key, s in services.items()}
    sites = [read_site(row, families) for row in tables["sites.csv"]]
    lines = read_lines(tables["lines.csv"], services, settlements)
    places = read_disposal(tables["disposal.csv"], services, per_unit)
    phases = {key: whole(about["year"]) for key, about in by_id(toml.get("phases", []))} or {"": 0}
    running, land = toml.get("running_budget_per_year"), toml.get("land", {})
    quota = tuple(exact(area) for area in land.get("quota_m2", []))
    if quota and len(quota) != len(phases):
        raise ValueError("the land quota has not one area for each phase")
    packages = read_packages(toml, services, settlements)
    return County(
        toml,
        folder.hashes,
        services,
        phases,
        {key: read_fund(f, per_unit, len(phases)) for key, f in by_id(toml.get("funds", []))},
        None if running is None else half_up(exact(running) * per_unit),
        quota,
        exact(land.get("shared_saving_pct", 0)),
        tuple(read_rule(key, r, services) for key, r in by_id(toml.get("rules", []))),
        packages,
        tuple(read_target(t, services, packages) for _, t in by_id(toml.get("targets", []))),
        settlements,
        by_service(services, sites, [*lines, *places]),
        {key: (degrees(row["lon"]), degrees(row["lat"])) for key, row in by_id(tables["nodes.csv"])},
        {row["id"]: height(row.get("elevation_m", "")) for row in tables["nodes.csv"]},
        tables["edges.csv"],
        read_red_lines(folder.files[OPTIONAL[3]]) if OPTIONAL[3] in folder.files else [],
        read_told(tables["times.csv"], settlements, {row["id"] for name in HELD for row in tables[name]}),
        *read_objective(toml.get("objective", {})),
    )
