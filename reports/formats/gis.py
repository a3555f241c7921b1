"""The plan for a GIS: ``plan.gpkg`` with settlements, sites, assignments, roads, lines and hauls, which QGIS opens in
colour, or two GeoJSON files.

Coordinates are longitude and latitude in WGS84, as they were read.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from siting.store import write_bytes, write_text
from siting.studies.study import Study
from siting.words import Words

from ..rows import UNITS, Record, assignment_rows, line_rows, settlement_rows, site_rows, transfer_rows
from ..spots import serving, unit
from . import gis_styles

WGS84 = "EPSG:4326"


def write_geopackage(study: Study, out: Path, words: Words) -> list[Path]:
    """Write ``plan.gpkg``; the same in every language."""
    import pyogrio  # heavy, and only this report needs it

    created = str(study.result.get("created") or "")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": created[:19] + "Z" if created else None})
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "plan.gpkg"
            layers = _layers(study)
            for name, rows, kind, shapes in layers:
                _append(file, name, rows, kind, shapes)
            gis_styles.add(file, [name for name, *_ in layers], _asked(study, layers[0][1]))
            return [write_bytes(out / "plan.gpkg", file.read_bytes())]
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _asked(study: Study, rows: list[Record]) -> list[tuple[str, str]]:
    """The columns of the settlements with the demand of each planned service and with who is served."""
    names = _distinct(list(rows[0])) if rows else {}
    pairs = []
    for key in study.plan.services:
        counted = UNITS[unit(study.county, key)]
        pairs.append((names[f"{key}_demand_{counted}"], names[f"{key}_served_after_{counted}"]))
    return pairs if names else []


def _layers(study: Study) -> list[tuple[str, list[Record], str, np.ndarray]]:
    """Name, rows, kind of geometry and geometries of each layer."""
    import shapely

    settlements, sites, links = settlement_rows(study), site_rows(study), assignment_rows(study)
    places = {r["id"]: (r["lon"], r["lat"]) for r in settlements}
    spots = {(key, spot.id): (spot.lon, spot.lat) for key in study.plan.services for spot in serving(study.county, key)}
    lines, transfers = line_rows(study), transfer_rows(study)
    roads = study.county.roads
    nodes = np.column_stack([roads.lon, roads.lat])
    ends = np.stack([nodes[roads.tail], nodes[roads.head]], axis=1) if len(roads.tail) else np.empty((0, 2, 2))
    straight = [(places[r["settlement"]], spots[r["service"], r["site"]]) for r in links]
    hauls = [(spots[r["service"], r["station"]], spots[r["service"], r["disposal"]]) for r in transfers]
    layers = [
        ("settlements", settlements, "Point", shapely.points(np.array(list(places.values())).reshape(-1, 2))),
        ("sites", sites, "Point", shapely.points(np.array([(r["lon"], r["lat"]) for r in sites]).reshape(-1, 2))),
        ("assignments", links, "LineString", shapely.linestrings(np.array(straight).reshape(-1, 2, 2))),
        ("roads", _road_rows(study), "LineString", shapely.linestrings(ends)),
    ]
    if lines:
        shapes = np.array([shapely.LineString(path) for _, path in lines], dtype=object)
        layers.append(("lines", [row for row, _ in lines], "LineString", shapes))
    if transfers:
        layers.append(("transfers", transfers, "LineString", shapely.linestrings(np.array(hauls))))
    return layers


def _road_rows(study: Study) -> list[Record]:
    roads = study.county.roads
    columns = (roads.name, roads.road_class, roads.length_mm, roads.oneway, roads.speed_mph)
    return [
        {
            "name": str(name),
            "road_class": str(road_class),
            "length_m": int(length) / 1000,
            "oneway": int(oneway),
            "speed_kmh": int(speed) / 1000 if speed else None,
        }
        for name, road_class, length, oneway, speed in zip(*columns, strict=True)
    ]


def _append(file: Path, layer: str, rows: list[Record], kind: str, shapes: np.ndarray) -> None:
    import shapely
    from pyogrio.raw import write

    names = _distinct(list(rows[0])) if rows else {}
    data, masks = [], []
    for name in names:
        values, mask = _column([row[name] for row in rows])
        data.append(values)
        masks.append(mask)
    write(
        str(file),
        geometry=shapely.to_wkb(shapes),
        field_data=data,
        fields=np.array(list(names.values()), dtype=object),
        field_mask=masks,
        layer=layer,
        driver="GPKG",
        geometry_type=kind,
        crs=WGS84,
        append=file.exists(),
    )


def _distinct(names: Sequence[str]) -> dict[str, str]:
    """Names as a GeoPackage takes them: unlike each other whatever their case, and unlike its own two columns."""
    taken, given = {"fid", "geom"}, {}
    for name in names:
        new, n = name.replace("\0", "") or "column", 1
        while new.lower() in taken:
            n += 1
            new = f"{name}_{n}"
        taken.add(new.lower())
        given[name] = new
    return given


def _column(values: list[Any]) -> tuple[np.ndarray, np.ndarray | None]:
    """A column as an array of one type, and where it is empty."""
    known = [v for v in values if v is not None]
    mask = np.array([v is None for v in values]) if len(known) < len(values) else None
    if known and all(isinstance(v, int) for v in known):
        return np.array([0 if v is None else v for v in values], dtype=np.int64), mask
    if known and all(isinstance(v, int | float) for v in known):
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64), mask
    return np.array([None if v is None else str(v).replace("\0", "") for v in values], dtype=object), mask


def write_geojson(study: Study, out: Path, words: Words) -> list[Path]:
    """Write ``settlements.geojson`` and ``sites.geojson`` (RFC 7946); the same in every language."""
    return [
        write_text(out / "settlements.geojson", _collection(settlement_rows(study))),
        write_text(out / "sites.geojson", _collection(site_rows(study))),
    ]


def _collection(rows: list[Record]) -> str:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {name: _plain(value) for name, value in row.items() if name not in ("lon", "lat")},
        }
        for row in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    """A value that JSON knows; anything else as its text."""
    return value if value is None or isinstance(value, str | int | float) else str(value)
