"""Reads a county folder: its own reader, so that a fault of the product's reader cannot hide itself.

Nothing passes through a float but coordinates; what cannot be read exactly raises one of `FAULTS`.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import math
import tomllib
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

#: Whatever a damaged folder can make the reader raise; the auditor turns it into a breach.
FAULTS = (OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, csv.Error)
TABLES = ("settlements.csv", "sites.csv", "nodes.csv", "edges.csv")
RED_LINES = "red_lines.geojson"

Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Access:
    """One way of reaching a site; ``metric`` 0 counts ms, 1 counts mm, as do the limits."""

    mode: str
    metric: int
    usual: int
    by_level: dict[str, int]

    def limit(self, level: str) -> int:
        """The largest ms or mm, inclusive, for settlements of ``level``."""
        return self.by_level.get(level, self.usual)


@dataclass(frozen=True)
class Size:
    """A size of a site: persons, and base units of money."""

    capacity: int
    capital: int
    running: int


@dataclass(frozen=True)
class Service:
    """A service that plans decide."""

    id: str
    family: str
    weight: int
    hosts: tuple[str, ...]
    may_close: bool
    may_expand: bool
    accesses: tuple[Access, ...]
    sizes: dict[str, Size]


@dataclass(frozen=True)
class Settlement:
    """A place where people live; ``demand`` is persons by service."""

    id: str
    lon: float
    lat: float
    level: str
    urban: int
    demand: dict[str, int]


@dataclass(frozen=True)
class Site:
    """A place of one service; ``capacity`` is None where the table gives none."""

    id: str
    service: str
    lon: float
    lat: float
    existing: bool
    host: str
    size: str
    capacity: int | None


@dataclass(frozen=True)
class County:
    """All that the rules speak of; money in base units, ``hashes`` of the very bytes that were read."""

    toml: dict[str, Any]
    hashes: dict[str, str]
    services: dict[str, Service]
    funds: dict[str, tuple[int, tuple[str, ...]]]
    running_budget: int | None
    settlements: dict[str, Settlement]
    sites: dict[str, Site]
    nodes: dict[str, tuple[float, float]]
    edges: list[dict[str, str]]
    red_lines: list[list[Ring]]


def exact(value: object) -> Fraction:
    """A number as it is written, without rounding."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f"not a number: {value!r:.60}")
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > 30 or number < 0:
        raise ValueError(f"number out of range: {value!r:.60}")
    return Fraction(number)


def whole(value: object) -> int:
    """A whole number; 120.0 is one, 120.5 is a fault."""
    number = exact(value)
    if number.denominator != 1:
        raise ValueError(f"not a whole number: {value!r:.60}")
    return number.numerator


def half_up(number: Fraction) -> int:
    """Nearest integer, halves up."""
    return math.floor(number + Fraction(1, 2))


def degrees(text: str) -> float:
    """A coordinate."""
    value = float(text)
    if not -180 <= value <= 180:  # also refuses NaN
        raise ValueError(f"not a coordinate: {text!r:.60}")
    return value


def unwrap(value: Any) -> Any:
    """``{ value = 30, source = "S041" }`` becomes 30, at any depth."""
    if isinstance(value, dict):
        if "value" in value and set(value) <= {"value", "source", "note"}:
            return unwrap(value["value"])
        return {key: unwrap(item) for key, item in value.items()}
    return [unwrap(item) for item in value] if isinstance(value, list) else value


def read_table(data: bytes, encoding: str) -> list[dict[str, str]]:
    """Rows of a CSV table; cells as text in composed form, without invisible characters and outer blanks."""

    def clean(cell: str) -> str:
        if cell.isascii():
            return cell.strip()
        return unicodedata.normalize("NFC", "".join(c for c in cell if unicodedata.category(c) != "Cf")).strip()

    marked = data.startswith(codecs.BOM_UTF8) or encoding == "utf-8"
    text = data.decode("utf-8-sig" if marked else encoding)
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True, restval=""))
    return [{clean(key): clean(cell) for key, cell in row.items()} for row in rows]


def by_id(items: list[Any]) -> list[tuple[str, Any]]:
    """(id, item) of each item; no two may share an id."""
    ids = [item["id"] if isinstance(item, dict) else item.id for item in items]
    if len(set(ids)) != len(ids) or "" in ids:
        raise ValueError("an id is missing or stands twice")
    return list(zip(ids, items, strict=True))


def read_service(id_: str, rules: dict[str, Any], per_unit: int) -> Service:
    """A coverage or catchment service of county.toml."""
    accesses = []
    for a in rules["access"]:
        metric = 0 if "limit_min" in a else 1
        scale, usual = (1000, a["limit_m"]) if metric else (60000, a["limit_min"])
        by_level = {level: math.floor(exact(x) * scale) for level, x in a.get("limit_by_level", {}).items()}
        accesses.append(Access(a["mode"], metric, math.floor(exact(usual) * scale), by_level))
    sizes = {}
    for key, size in by_id(rules["sizes"]):
        capacity = whole(size["capacity_persons"] if rules["family"] == "catchment" else 0)
        money = (half_up(exact(size.get(name, 0)) * per_unit) for name in ("capital", "running_per_year"))
        sizes[key] = Size(capacity, *money)
    may_close, may_expand = rules.get("may_close", False) is True, rules.get("may_expand", False) is True
    weight, hosts = whole(rules.get("weight", 1)), tuple(rules["hosts"])
    return Service(id_, rules["family"], weight, hosts, may_close, may_expand, tuple(accesses), sizes)


def read_red_lines(data: bytes) -> list[list[Ring]]:
    """Every polygon of the file as its list of rings."""
    polygons = []
    for feature in json.loads(data.decode("utf-8-sig"))["features"]:
        shape = feature["geometry"]
        parts = {"Polygon": [shape["coordinates"]], "MultiPolygon": shape["coordinates"]}[shape["type"]]
        polygons += [[[(float(p[0]), float(p[1])) for p in ring] for ring in part] for part in parts]
    return polygons


def read_settlement(row: dict[str, str], columns: dict[str, str]) -> Settlement:
    """A row of settlements.csv; ``columns`` names the demand column of each service."""
    demand = {service: whole(row[column]) for service, column in columns.items()}
    lon, lat, urban = degrees(row["lon"]), degrees(row["lat"]), whole(row.get("urban") or "0")
    return Settlement(row["id"], lon, lat, row["level"], urban, demand)


def read_site(row: dict[str, str]) -> Site:
    """A row of sites.csv."""
    existing = {"existing": True, "candidate": False}[row["status"]]
    capacity = whole(row["capacity_persons"]) if row.get("capacity_persons") else None
    lon, lat, host = degrees(row["lon"]), degrees(row["lat"]), row.get("settlement", "")
    return Site(row["id"], row["service"], lon, lat, existing, host, row.get("size", ""), capacity)


def read_county(folder: Path) -> County:
    """The county folder; raises one of `FAULTS` where it cannot be read."""
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    toml = unwrap(tomllib.loads(files["county.toml"].decode("utf-8-sig"), parse_float=Decimal))
    encoding = toml["county"].get("encoding", "utf-8")
    per_unit = whole(toml.get("money", {}).get("base_per_unit", 10_000))
    planned = {key: s for key, s in toml["services"].items() if s["family"] in ("coverage", "catchment")}
    services = {key: read_service(key, s, per_unit) for key, s in planned.items()}
    columns = {key: toml["demand"][s["demand"]]["column"] for key, s in planned.items()}
    funds = {
        key: (half_up(exact(f["capital"]) * per_unit), tuple(f["pays"])) for key, f in by_id(toml.get("funds", []))
    }
    running = toml.get("running_budget_per_year")
    tables = {name: read_table(files[name], encoding) for name in TABLES}
    sites = dict(by_id([read_site(row) for row in tables["sites.csv"]]))
    for site in sites.values():
        if site.existing and site.service in services and site.size not in ("", *services[site.service].sizes):
            raise ValueError(f"site {site.id} has a size that its service does not have")
    return County(
        toml,
        hashes,
        services,
        funds,
        None if running is None else half_up(exact(running) * per_unit),
        dict(by_id([read_settlement(row, columns) for row in tables["settlements.csv"]])),
        sites,
        {key: (degrees(row["lon"]), degrees(row["lat"])) for key, row in by_id(tables["nodes.csv"])},
        tables["edges.csv"],
        read_red_lines(files[RED_LINES]) if RED_LINES in files else [],
    )
