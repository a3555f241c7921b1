"""Reads the tables of a county folder row by row; what cannot be read exactly raises a fault."""

from __future__ import annotations

import codecs
import csv
import io
import json
import math
import unicodedata
from typing import Any

from .nouns import Ring, Service, Settlement, Site
from .numbers import degrees, exact, half_up, whole
from .services import by_id, one_of, texts

#: Byte-order marks and the encodings that they name.
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: Characters of no width, which are no part of an id or a name.
NO_WIDTH = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))


def read_table(data: bytes, encoding: str) -> list[dict[str, str]]:
    """Rows of a CSV table; cells as text in composed form, without characters of no width and outer blanks."""

    def clean(cell: str) -> str:
        if cell.isascii():
            return cell.strip()
        return unicodedata.normalize("NFC", cell.translate(NO_WIDTH)).strip()

    text = data.decode(next((name for mark, name in MARKS if data.startswith(mark)), encoding))
    found = csv.DictReader(io.StringIO(text, newline=""), strict=True, restval="")
    rows = [{clean(key): clean(cell) for key, cell in row.items()} for row in found]
    return [row for row in rows if any(row.values())]


def read_red_lines(data: bytes) -> list[tuple[str, list[Ring]]]:
    """(kind, rings) of every polygon of the file."""
    polygons = []
    for feature in json.loads(data.decode("utf-8-sig"))["features"]:
        shape, about = feature["geometry"], feature.get("properties") or {}
        parts = {"Polygon": [shape["coordinates"]], "MultiPolygon": shape["coordinates"]}[shape["type"]]
        kind = str(about.get("kind", ""))
        polygons += [(kind, [[(float(p[0]), float(p[1])) for p in ring] for ring in part]) for part in parts]
    return polygons


def read_settlement(row: dict[str, str], demand: dict[str, Any]) -> Settlement:
    """A row of settlements.csv; ``demand`` is that section of county.toml."""
    groups = {}
    for key, about in demand.items():
        column, levels = about.get("column", ""), texts(about.get("each_settlement_of", []))
        if bool(column) == bool(levels):
            raise ValueError(f"demand group {key} has not exactly one measure")
        groups[key] = whole(row[column]) if column else int(row["level"] in levels)
    lon, lat, urban = degrees(row["lon"]), degrees(row["lat"]), whole(row.get("urban") or "0")
    return Settlement(row["id"], lon, lat, row["level"], urban, row.get("township", ""), groups)


def standing(row: dict[str, str]) -> bool:
    """Whether a row is of something that exists."""
    return {"existing": True, "candidate": False}[row["status"]]


def read_site(row: dict[str, str], families: dict[str, str]) -> Site:
    """A row of sites.csv."""
    capacity = whole(row["capacity_persons"]) if row.get("capacity_persons") else None
    if families.get(row["service"]) == "haul":
        capacity = math.floor(exact(row["capacity_tpd"]) * 1000) if row.get("capacity_tpd") else None
    return Site(
        row["id"],
        row["service"],
        degrees(row["lon"]),
        degrees(row["lat"]),
        standing(row),
        row.get("settlement", ""),
        row.get("size", ""),
        capacity,
        whole(row["beds_persons"]) if row.get("beds_persons") else None,
        outside=one_of(row.get("outside") or "0", ("0", "1")) == "1",
        plot=row.get("plot", ""),
        quality=whole(row.get("quality") or "0"),
    )


def read_lines(
    rows: list[dict[str, str]], services: dict[str, Service], settlements: dict[str, Settlement]
) -> list[Site]:
    """The lines of lines.csv; one that names no service belongs to the first line service."""
    first = next((key for key, s in services.items() if s.family == "line"), "")
    lines = []
    for id_, row in by_id(rows):
        stops = tuple(stop.strip() for stop in row["stops"].split(";") if stop.strip())
        if len(stops) < 2 or not set(stops) <= set(settlements):
            raise ValueError(f"line {id_} has fewer than two stops, or one at an unknown settlement")
        trips, service = whole(row["trips_per_day"]), row.get("service") or first
        if service:  # a county without line services may still list its lines
            lines.append(Site(id_, service, 0.0, 0.0, standing(row), stops=stops, trips=trips))
    return lines


def read_disposal(rows: list[dict[str, str]], services: dict[str, Service], per_unit: int) -> list[Site]:
    """The places of disposal.csv, each once for every service that may use it."""
    places = []
    for id_, row in by_id(rows):
        money = (half_up(exact(row.get(name) or "0") * per_unit) for name in ("capital", "running_per_year"))
        capital, running = money
        holds = math.floor(exact(row["capacity_tpd"]) * 1000)
        for key, service in services.items():
            if service.haul is not None and row["kind"] in service.haul.kinds:
                lon, lat, stands = degrees(row["lon"]), degrees(row["lat"]), standing(row)
                place = Site(
                    id_, key, lon, lat, stands, capacity=holds, disposal=True, capital=capital, running=running
                )
                places.append(place)
    return places


def by_service(services: dict[str, Service], sites: list[Site], others: list[Site]) -> dict[str, dict[str, Site]]:
    """All sites by service and id; ``sites`` are those of sites.csv, where ids differ across services."""
    by_id(sites)
    found: dict[str, dict[str, Site]] = {key: {} for key in services}
    taken = {site.id for site in sites}
    for site in [*(s for s in sites if services[s.service].family != "line"), *others]:
        own = services[site.service]
        if site.existing and site.size not in ("", *own.sizes):
            raise ValueError(f"site {site.id} has a size that its service does not have")
        if bool(site.stops) != (own.family == "line") or (site.disposal and site.id in taken):
            raise ValueError(f"{site.id} is not of the family of its service, or its id stands twice")
        found[site.service][site.id] = site
    return found
