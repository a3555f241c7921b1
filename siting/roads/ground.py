"""Where something may stand: how near a place is to homes and water (``docs/rules.md``, section 2)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from siting.counties.county import County
from siting.counties.services import Service
from siting.roads.network import Plane


def too_near(county: County, service: Service, lon: float, lat: float) -> Iterator[tuple[str, int, int]]:
    """(key of ``keep_away``, metres, metres asked for) of each distance that a new site at this place does not keep."""
    away = service.keep_away
    if not (away.homes_m or away.water_m):
        return
    plane = Plane.of(county.roads)
    if away.homes_m:
        homes = _homes(county)
        metres = int(plane.distance_m(homes[:, 0], homes[:, 1], np.array(lon), np.array(lat)).min())
        if metres < away.homes_m:
            yield "homes_m", metres, away.homes_m
    water = [zone for zone in county.red_lines if zone.kind == "water"] if away.water_m else []
    metres = min((plane.to_polygon_m(lon, lat, zone.rings) for zone in water), default=away.water_m)
    if metres < away.water_m:
        yield "water_m", metres, away.water_m


@lru_cache(maxsize=8)
def _homes(county: County) -> np.ndarray:
    """(n, 2) longitude and latitude of all settlements."""
    return np.array([[s.lon, s.lat] for s in county.settlements])
