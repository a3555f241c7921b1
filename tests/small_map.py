"""A map of a small Chinese county as OpenStreetMap would have it: two townships, villages, roads, schools, a river.

One thousandth of a degree is 111 m at the equator, where the county lies, so that distances can be worked out by hand.
"""

from __future__ import annotations

from pathlib import Path

#: Road nodes: a street from west to east with a crossing in each township.
NODES = {
    1: (10.00, 0.0),
    2: (10.01, 0.0),
    3: (10.02, 0.0),
    4: (10.03, 0.0),
    5: (10.04, 0.0),
    6: (10.0, 0.01),
    7: (10.04, 0.01),
}
ROADS: dict[int, tuple[list[int], dict[str, str]]] = {
    100: ([1, 2, 3, 4, 5], {"highway": "tertiary", "name": "县道"}),
    101: ([1, 6], {"highway": "residential"}),
    102: ([5, 7], {"highway": "unclassified"}),
    103: ([11, 12], {"waterway": "river", "name": "云江"}),
}
RIVER = {11: (10.02, -0.01), 12: (10.02, 0.01)}
#: Two villages are called 石桥村, one in each township; 白岩 is written without 村.
PLACES: dict[int, tuple[float, float, dict[str, str]]] = {
    200: (10.000, 0.001, {"place": "town", "name": "石门镇", "population": "3000"}),
    201: (10.040, 0.001, {"place": "town", "name": "云岭乡"}),
    202: (10.001, 0.009, {"place": "village", "name": "石桥村", "addr:township": "石门镇", "population": "500"}),
    203: (10.041, 0.009, {"place": "village", "name": "石桥村", "addr:township": "云岭乡"}),
    204: (10.010, 0.001, {"place": "village", "name": "白岩"}),
    205: (10.030, 0.001, {"place": "hamlet", "name": "上坝"}),
}
FACILITIES: dict[int, tuple[float, float, dict[str, str]]] = {
    300: (10.0010, 0.0010, {"amenity": "school", "name": "石门镇中心小学", "capacity": "400"}),
    301: (10.0400, 0.0012, {"amenity": "school", "name": "云岭小学"}),
    302: (10.0402, 0.0002, {"amenity": "clinic"}),
    303: (10.0100, 0.0012, {"amenity": "clinic", "name": "白岩村卫生室"}),
}


def write_map(path: Path) -> Path:
    """The map as an OpenStreetMap file."""
    head = 'version="1" timestamp="2024-05-06T07:08:09Z"'
    points = {key: (lon, lat, {}) for key, (lon, lat) in (NODES | RIVER).items()} | PLACES | FACILITIES
    nodes = [f'<node id="{k}" {head} lon="{x}" lat="{y}">{_tags(t)}</node>' for k, (x, y, t) in sorted(points.items())]
    ways = [
        f'<way id="{key}" {head}>{"".join(f"<nd ref={chr(34)}{n}{chr(34)}/>" for n in refs)}{_tags(values)}</way>'
        for key, (refs, values) in ROADS.items()
    ]
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{"".join(nodes)}{"".join(ways)}</osm>', encoding="utf-8")
    return path


def _tags(values: dict[str, str]) -> str:
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in values.items())
