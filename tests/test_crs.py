"""Coordinate systems: Gauss-Krueger against an own series, the shifts of web maps there and back, and the detector."""

from __future__ import annotations

import csv
from math import asinh, atan, atanh, cos, cosh, radians, sin, sinh, sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting import words
from siting.errors import Fault, InputRefused
from siting.instances.geography import china_shift, crs
from siting.instances.networks import coords_check
from siting.instances.networks.osm import RoadWay, read_extract
from siting.instances.networks.roads import distance_m

COUNTIES = Path(__file__).resolve().parents[2] / "shared" / "counties"
SHARED = pytest.mark.skipif(not COUNTIES.is_dir(), reason="the real extracts are not beside the project")
ESRI = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_117E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",117.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)


def kruger(lon: float, lat: float, middle: float, easting: float) -> tuple[float, float]:
    """Gauss-Krueger of CGCS2000 by Krueger's series of 1912 to the fourth order: east and north in metres."""
    a, f = 6378137.0, 1 / 298.257222101
    n = f / (2 - f)
    radius = a / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    alpha = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16,
        13 * n**2 / 48 - 3 * n**3 / 5,
        61 * n**3 / 240,
    )
    phi, away = radians(lat), radians(lon - middle)
    e = 2 * sqrt(n) / (1 + n)
    t = sinh(atanh(sin(phi)) - e * atanh(e * sin(phi)))
    xi, eta = atan(t / cos(away)), asinh(sin(away) / sqrt(t * t + cos(away) ** 2))
    north = xi + sum(c * sin(2 * j * xi) * cosh(2 * j * eta) for j, c in enumerate(alpha, 1))
    east = eta + sum(c * cos(2 * j * xi) * sinh(2 * j * eta) for j, c in enumerate(alpha, 1))
    return easting + radius * east, radius * north


def apart_m(a: tuple[np.ndarray, np.ndarray], b: tuple[np.ndarray, np.ndarray]) -> float:
    return max(distance_m(*pair) for pair in zip(*a, *b, strict=True))


@pytest.mark.parametrize(
    ("code", "middle", "easting"),
    [
        (4491, 75, 13_500_000), (4501, 135, 23_500_000), (4502, 75, 500_000), (4512, 135, 500_000),  # 6 degrees
        (4513, 75, 25_500_000), (4533, 135, 45_500_000), (4534, 75, 500_000), (4554, 135, 500_000),  # 3 degrees
        (4547, 114, 500_000), (4526, 114, 38_500_000),
    ],
)  # fmt: skip
def test_gauss_krueger_zones_agree_with_the_series(code: int, middle: float, easting: float) -> None:
    reference = crs.chosen(f"epsg:{code}")
    for away, south in ((-1.2, 1.0), (0.0, 0.0), (1.4, -1.0)):
        lat = {75: 38.0, 114: 30.0, 135: 47.5}[middle] - south
        x, y = kruger(middle + away, lat, middle, easting)
        lon, lat_back = crs.to_wgs84(reference, np.array([x]), np.array([y]))
        assert distance_m(middle + away, lat, lon[0], lat_back[0]) < 0.01


def test_a_prj_of_esri_is_understood() -> None:
    reference = crs.declared(ESRI, "x.shp")
    assert reference.name == "EPSG:4548"
    x, y = kruger(117.3, 31.2, 117, 500_000)
    lon, lat = crs.to_wgs84(reference, np.array([x]), np.array([y]))
    assert distance_m(117.3, 31.2, lon[0], lat[0]) < 0.01
    assert crs.warning(reference, "x.shp") is None


def test_cgcs2000_degrees_are_wgs84_degrees() -> None:
    for text in ("EPSG:4490", "urn:ogc:def:crs:EPSG::4490"):
        lon, lat = crs.to_wgs84(crs.declared(text, "f"), np.array([117.5]), np.array([31.5]))
        assert (lon[0], lat[0]) == (117.5, 31.5)
    assert crs.declared("urn:ogc:def:crs:OGC:1.3:CRS84", "f") == crs.WGS84
    assert crs.declared("epsg:4326", "f") == crs.WGS84


def test_the_wrong_zone_gives_no_positions() -> None:
    """Eastings with their zone number, read in the system without, and the other way round."""
    x, y = kruger(114.2, 30.0, 114, 38_500_000)
    lon, _ = crs.to_wgs84(crs.chosen("EPSG:4547"), np.array([x]), np.array([y]))
    assert not np.isfinite(lon[0])
    lon, _ = crs.to_wgs84(crs.chosen("EPSG:4526"), np.array([x - 38_000_000]), np.array([y]))
    assert not np.isfinite(lon[0])
    lon, _ = crs.to_wgs84(crs.chosen("EPSG:4547"), np.array([114.2]), np.array([30.0]))
    assert not np.isfinite(lon[0])  # degrees in a system of metres


def test_older_datums_are_warned_of() -> None:
    for code in (4610, 2333, 4214):
        fault = crs.warning(crs.chosen(f"EPSG:{code}"), "old.shp")
        assert fault is not None
        assert fault.code == "W232"
    for text in ("wgs84", "gcj02", "EPSG:4490", "EPSG:32650"):
        assert crs.warning(crs.chosen(text), "f") is None


@pytest.mark.parametrize("text", ["", "wgs", "EPSG:1", "EPSG:999999", "4490", "+proj=merc", "gcj", "EPSG:4490;DROP"])
def test_what_is_no_system_is_refused(text: str) -> None:
    with pytest.raises(InputRefused) as caught:
        crs.chosen(text)
    assert [fault.code for fault in caught.value.faults] == ["E230"]


@pytest.mark.parametrize("text", ["LOCAL", "+proj=longlat +nadgrids=http://x.test/a.gsb", "{}", "PROJCS[", "EPSG:0000"])
def test_a_declaration_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputRefused) as caught:
        crs.declared(text, "x.prj")
    assert [fault.code for fault in caught.value.faults] == ["E231"]


def test_names_of_systems_are_read_generously() -> None:
    assert crs.chosen(" GCJ-02 ") == crs.chosen("gcj02")
    assert crs.chosen("BD09").name == "bd09"
    assert crs.chosen("WGS-84") == crs.WGS84


POINTS = st.tuples(st.floats(73.5, 135.0), st.floats(3.9, 53.5))


@given(st.lists(POINTS, min_size=1, max_size=30))
def test_shifts_there_and_back_end_within_a_millimetre(points: list[tuple[float, float]]) -> None:
    lon, lat = np.array(points).T
    there = china_shift.gcj02_of_wgs84(lon, lat)
    assert 0 < distance_m(lon[0], lat[0], there[0][0], there[1][0]) < 1000
    assert apart_m(china_shift.wgs84_of_gcj02(*there), (lon, lat)) < 0.001
    assert apart_m(china_shift.wgs84_of_bd09(*china_shift.bd09_of_wgs84(lon, lat)), (lon, lat)) < 0.001


def test_the_shift_has_the_size_and_direction_that_maps_show() -> None:
    """At Tian'anmen maps in GCJ-02 lie some 550 m to the north-east of WGS84, Baidu's another 900 m and more."""
    lon, lat = np.array([116.3913]), np.array([39.9075])
    x, y = china_shift.gcj02_of_wgs84(lon, lat)
    assert x[0] - lon[0] == pytest.approx(0.00624, abs=1e-4)
    assert y[0] - lat[0] == pytest.approx(0.00140, abs=1e-4)
    x2, y2 = china_shift.bd09_of_gcj02(x, y)
    assert 0.006 < x2[0] - x[0] < 0.0071
    assert 0.0055 < y2[0] - y[0] < 0.0065


def test_nothing_is_shifted_outside_china() -> None:
    lon, lat = np.array([9.5, 150.0, 120.0]), np.array([47.1, 30.0, -5.0])
    for shift in (china_shift.gcj02_of_wgs84, china_shift.wgs84_of_gcj02, china_shift.wgs84_of_bd09):
        assert np.array_equal(shift(lon, lat), (lon, lat))


def _grid() -> list[RoadWay]:
    """Sparse crooked roads around 110° E, 30° N, about 3 km apart."""
    ways = []
    for k in range(6):
        along = np.linspace(0, 0.15, 60)
        across = 0.03 * k + 0.002 * np.sin(along * 300 + k)
        for ident, (x, y) in ((k, (along, across)), (10 + k, (across, along))):
            corners = np.rint(np.column_stack([110 + x, 30 + y]) * 1e7).astype(int).tolist()
            nodes = tuple((1000 * ident + i, *corner) for i, corner in enumerate(corners))
            ways.append(RoadWay(ident, "tertiary", 0, None, "", nodes))
    return ways


def _villages(ways: list[RoadWay], spread_m: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(7)
    at = np.array([way.nodes[k][1:] for way in ways for k in (7, 21, 38, 52)]) / 1e7
    lon, lat = (at + random.normal(0, spread_m / 111_000, at.shape)).T
    return lon, lat


def _said(faults: list[Fault]) -> list[tuple[str, object]]:
    for fault in faults:
        assert all(words.load(lang)(fault.code, **fault.values) for lang in words.LANGS)
    return [(fault.code, fault.values.get("system")) for fault in faults]


@pytest.mark.parametrize("spread_m", [0, 60])
def test_shifted_villages_are_found_and_named(spread_m: float) -> None:
    ways = _grid()
    lon, lat = _villages(ways, spread_m)
    assert coords_check.findings("v.csv", lon, lat, ways) == []
    gcj = coords_check.findings("v.csv", *china_shift.gcj02_of_wgs84(lon, lat), ways)
    assert _said(gcj) == [("W231", "gcj02")]
    assert gcj[0].values["before_m"] > 2 * gcj[0].values["after_m"]  # type: ignore[operator]
    assert _said(coords_check.findings("v.csv", *china_shift.bd09_of_wgs84(lon, lat), ways)) == [("W231", "bd09")]


def test_shifted_roads_are_told_from_shifted_villages() -> None:
    ways = _grid()
    lon, lat = china_shift.wgs84_of_gcj02(*_villages(ways, 40))
    assert _said(coords_check.findings("v.csv", lon, lat, ways)) == [("W237", "gcj02")]


def test_exchanged_columns_are_found() -> None:
    ways = _grid()
    lon, lat = _villages(ways, 40)
    assert _said(coords_check.findings("v.csv", lat, lon, ways)) == [("E241", None)]


def test_few_or_scattered_points_raise_no_alarm() -> None:
    ways = _grid()
    lon, lat = _villages(ways, 900)
    assert coords_check.findings("v.csv", lon, lat, ways) == []
    shifted = china_shift.gcj02_of_wgs84(*_villages(ways, 0))
    assert coords_check.findings("v.csv", shifted[0][:8], shifted[1][:8], ways) == []
    assert coords_check.findings("v.csv", [], [], ways) == []
    assert coords_check.findings("v.csv", [1.0] * 9, [1.0] * 9, []) == []


@SHARED
def test_barangays_of_legazpi_as_a_web_map_would_give_them() -> None:
    """The rectangle of the shift holds the Philippines too; in a dense city it is told by 53 m against 3 m."""
    ways = read_extract(COUNTIES / "legazpi" / "raw" / "legazpi.osm.pbf").ways
    with (COUNTIES / "legazpi" / "settlements.csv").open(encoding="utf-8") as stream:
        at = np.array([(float(row["lon"]), float(row["lat"])) for row in csv.DictReader(stream)])
    lon, lat = at.T
    assert coords_check.findings("s.csv", lon, lat, ways) == []
    assert _said(coords_check.findings("s.csv", *china_shift.gcj02_of_wgs84(lon, lat), ways)) == [("W231", "gcj02")]
    assert _said(coords_check.findings("s.csv", *china_shift.bd09_of_wgs84(lon, lat), ways)) == [("W231", "bd09")]
    assert _said(coords_check.findings("s.csv", lat, lon, ways)) == [("E241", None)]


def test_the_series_of_this_test_is_right_at_the_equator_and_the_middle() -> None:
    """The witness itself: no easting on the middle meridian, and the quarter of the meridian at the pole."""
    assert kruger(117, 30, 117, 0)[0] == pytest.approx(0, abs=1e-6)
    assert kruger(117, 89.999, 117, 0)[1] == pytest.approx(10_001_965.73 - 111.69, abs=0.05)
