"""Red lines and the urban growth boundary from a planner's map files; red lines go into the county folder.

The kind of a zone is named on the command line (``farmland=FILE``), else by the attribute ``kind`` (种类, 类型) of the
shape, in English or Chinese. A file of polygons only; parts outside the county are left out of the folder.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import shapely

from siting.errors import Fault, InputRefused

from ..tags import plain
from .vector import Shape, read_shapes

#: Kinds by the words that name them; any other word stays as it is.
KINDS = {
    "farmland": ("farmland", "basic_farmland", "基本农田", "永久基本农田", "耕地", "耕地保护"),
    "ecology": ("ecology", "ecological", "生态", "生态红线", "生态保护红线", "自然保护区", "自然保护地"),
    "water_source": ("water_source", "水源", "水源地", "水源保护区", "饮用水水源保护区", "饮用水源保护区"),
    "heritage": ("heritage", "文物", "文保", "文物保护", "历史文化保护", "传统村落"),
    "hazard": ("hazard", "地质灾害", "灾害", "洪涝", "行洪区"),
}
_KIND_KEYS = ("kind", "type", "种类", "类型", "类别", "红线类型", "lx")
_NAME_KEYS = ("name", "名称", "mc", "图斑名称", "地名")
_NAME_EN_KEYS = ("name_en", "name:en", "英文名", "英文名称")
#: Degrees around the county within which zones are kept: some two kilometres.
MARGIN = 0.02


@dataclass(frozen=True)
class Zone:
    """A zone: ``shape`` is a valid polygon or several, in degrees."""

    name: str
    kind: str
    shape: Any
    name_en: str = ""


def kind_of(word: str) -> str:
    """One of `KINDS` for a word, else the word itself."""
    word = plain(word, 60).lower()
    return next((kind for kind, words in KINDS.items() if word in words), word)


def read_zones(sources: Sequence[str], notes: list[Fault]) -> tuple[Zone, ...]:
    """The zones of all ``sources``, each ``FILE`` or ``KIND=FILE``.

    Raises `InputRefused` with the faults of all files: E213, E231, E275, E276 (a zone without a kind).
    """
    faults: list[Fault] = []
    zones: list[Zone] = []
    for source in sources:
        word, path = split(source)
        try:
            shapes = read_shapes(path)
        except InputRefused as refusal:
            faults += refusal.faults
            continue
        for shape in shapes:
            kind = kind_of(word or _attribute(shape, _KIND_KEYS))
            polygons = polygons_of(shape.geometry)
            if polygons is None:
                faults.append(Fault("E277", path.name, shape.number, values={"kind": shape.geometry.geom_type}))
            elif not kind:
                faults.append(Fault("E276", path.name, shape.number, values={"known": ", ".join(KINDS)}))
            else:
                name, name_en = (_attribute(shape, keys) for keys in (_NAME_KEYS, _NAME_EN_KEYS))
                zones.append(Zone(name or path.stem, kind, polygons, name_en))
        notes.append(Fault("N249", path.name, values={"what": word or path.stem, "count": len(shapes)}))
    if faults:
        raise InputRefused(faults)
    return tuple(zones)


def split(source: str) -> tuple[str, Path]:
    """``KIND=FILE`` as kind and path; a file of that very name goes before."""
    word, mark, rest = source.partition("=")
    if mark and rest and not Path(source).is_file():
        return word.strip(), Path(rest)
    return "", Path(source)


def _attribute(shape: Shape, keys: Sequence[str]) -> str:
    return next((shape.attributes[key] for key in keys if shape.attributes.get(key)), "")


def polygons_of(geometry: Any) -> Any:
    """The polygons of a geometry; None where it has none."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry if geometry.area > 0 else None
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else None


def within(zones: Sequence[Zone], lon: Sequence[float], lat: Sequence[float]) -> tuple[Zone, ...]:
    """The zones cut to the extent of points ``lon``, ``lat`` (degrees) and a margin; those outside are left out."""
    frame = shapely.box(min(lon) - MARGIN, min(lat) - MARGIN, max(lon) + MARGIN, max(lat) + MARGIN)
    kept = []
    for zone in zones:
        if frame.contains(zone.shape):
            kept.append(zone)
        elif frame.intersects(zone.shape):
            shape = polygons_of(shapely.make_valid(frame.intersection(zone.shape)))
            if shape is not None:
                kept.append(replace(zone, shape=shape))
    return tuple(kept)


def geojson(zones: Sequence[Zone]) -> str:
    """Text of ``red_lines.geojson``, degrees to 1e-7."""
    features = []
    for zone in zones:
        shape = json.loads(shapely.to_geojson(zone.shape))
        shape["coordinates"] = _rounded(shape["coordinates"])
        english = {"name_en": zone.name_en} if zone.name_en else {}
        properties = {"name": zone.name, **english, "kind": zone.kind}
        features.append({"type": "Feature", "properties": properties, "geometry": shape})
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'


def _rounded(coordinates: Any) -> Any:
    return round(coordinates, 7) if isinstance(coordinates, float | int) else [_rounded(part) for part in coordinates]
