"""Coordinate systems: what a file or the planner says they are, and the way to WGS84 degrees.

CGCS2000 (EPSG 4490) and its Gauss-Krueger zones of 3 and 6 degrees (EPSG 4491-4554) agree with WGS84 to less than a
metre and are taken as equal to it. For older datums (Xian 1980, Beijing 1954) the parameters are not public; such
points may lie some hundred metres off, and a warning says so. GCJ-02 and BD-09 are named by the planner and never
guessed; see `siting.instances.networks.coords_check` for the check that finds them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siting.errors import Fault, InputRefused

from .china_shift import wgs84_of_bd09, wgs84_of_gcj02

if TYPE_CHECKING:
    import pyproj

#: What ``--coords`` accepts, as it is printed.
CHOICES = "wgs84, gcj02, bd09, EPSG:4490 …"
WEB_MAPS: dict[str, Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]] = {
    "gcj02": wgs84_of_gcj02,
    "bd09": wgs84_of_bd09,
}
#: Datums whose degrees are WGS84 degrees within a metre: WGS84 itself and CGCS2000, in two and three dimensions.
_AS_WGS84 = frozenset({4326, 4979, 4490, 4480})
_DATUMS = re.compile(r"WGS[ _]?(19)?84|CGCS[ _]?2000|China[ _](Geodetic[ _]Coordinate[ _]System[ _])?2000")
_EPSG = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:(?:[0-9.]*:)?([0-9]{4,6})", re.IGNORECASE)
_CRS84 = re.compile(r"(?:urn:ogc:def:crs:)?OGC:(?:[0-9.]*:)?CRS84", re.IGNORECASE)
#: Degrees around the area of use of a projection within which a county may still lie.
_AREA_MARGIN = 4.0


@dataclass(frozen=True)
class Reference:
    """A coordinate system: ``name`` as it is shown; ``definition`` is what PROJ reads, "" for a web map's shift."""

    name: str
    definition: str = ""


WGS84 = Reference("wgs84", "EPSG:4326")


def chosen(text: str) -> Reference:
    """The system that ``--coords`` names. Raises `InputRefused` with E230 where it is none."""
    said = re.sub(r"[-_ ]", "", text.strip().lower())
    if said in WEB_MAPS:
        return Reference(said)
    if said == "wgs84":
        return WGS84
    if re.fullmatch(r"epsg:[0-9]{4,6}", said):
        try:
            return declared(said.upper(), text)
        except InputRefused as refusal:
            raise InputRefused(Fault("E230", values={"value": text, "accepted": CHOICES})) from refusal
    raise InputRefused(Fault("E230", values={"value": text, "accepted": CHOICES}))


def declared(definition: str, file: str) -> Reference:
    """The system that a file declares: ``EPSG:n``, an URN of it, or WKT (a ``.prj``).

    Raises `InputRefused` with E231 where PROJ knows none of that description.
    """
    import pyproj

    try:
        crs = _crs(definition)
    except (pyproj.exceptions.CRSError, ValueError, OverflowError) as problem:
        reason = " ".join(definition.split())[:120]
        raise InputRefused(Fault("E231", file, values={"name": file, "system": reason})) from problem
    code = crs.to_epsg()
    if code == 4326 or _CRS84.fullmatch(definition.strip()):
        return WGS84
    return Reference(f"EPSG:{code}" if code else " ".join(crs.name.split())[:80], definition)


def to_wgs84(reference: Reference, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude (n,), degrees, of points ``x`` (east), ``y`` (north); infinite where there are none."""
    if reference.name in WEB_MAPS:
        return WEB_MAPS[reference.name](x, y)
    if reference == WGS84:
        return x, y
    import pyproj

    crs = _crs(reference.definition)
    if crs.is_geographic and _as_wgs84(crs):
        return x, y
    lon, lat = pyproj.Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    area = crs.area_of_use
    if area is not None and crs.is_projected:
        west, south, east, north = area.bounds
        near = (lat > south - _AREA_MARGIN) & (lat < north + _AREA_MARGIN)
        near &= (lon > west - _AREA_MARGIN) & (lon < east + _AREA_MARGIN) if west <= east else True
        lon, lat = np.where(near, lon, np.inf), np.where(near, lat, np.inf)
    return lon, lat


def from_wgs84(reference: Reference, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """East and north (n,) in a system that a file declares (no web map's shift) of points in WGS84 degrees."""
    if reference == WGS84:
        return lon, lat
    import pyproj

    target = _crs(reference.definition)
    if target.is_geographic and _as_wgs84(target):
        return lon, lat
    x, y = pyproj.Transformer.from_crs(4326, target, always_xy=True).transform(lon, lat)
    return np.asarray(x, dtype=float), np.asarray(y, dtype=float)


def warning(reference: Reference, file: str) -> Fault | None:
    """W232 where the way to WGS84 is not known to a metre; None where it is."""
    if not reference.definition or reference == WGS84:
        return None
    import pyproj

    crs = _crs(reference.definition)
    if _as_wgs84(crs):
        return None
    accuracy_m = pyproj.Transformer.from_crs(crs, 4326, always_xy=True).accuracy
    if 0 <= accuracy_m <= 5:
        return None
    return Fault("W232", file, values={"name": file, "system": reference.name, "datum": _datum(crs)})


def _crs(definition: str) -> pyproj.CRS:
    """The system as PROJ knows it, by code or WKT alone: a text of PROJ could name files and servers."""
    import pyproj
    from pyproj.network import set_network_enabled  # type: ignore[attr-defined]

    set_network_enabled(False)
    text = definition.strip()
    if _CRS84.fullmatch(text):
        return pyproj.CRS.from_epsg(4326)
    code = _EPSG.fullmatch(text)
    return pyproj.CRS.from_epsg(int(code[1])) if code else pyproj.CRS.from_wkt(text)


def _as_wgs84(crs: pyproj.CRS) -> bool:
    """Whether the degrees of this system are those of WGS84 within a metre."""
    base = crs.geodetic_crs
    return base is not None and (base.to_epsg() in _AS_WGS84 or bool(_DATUMS.search(_datum(crs))))


def _datum(crs: pyproj.CRS) -> str:
    """Name of the datum, "" where the system has none."""
    base = crs.geodetic_crs
    return base.datum.name if base is not None and base.datum is not None else ""
