"""People of a population raster (GeoTIFF, for instance WorldPop) given to the nearest settlement, window by window.

Everything is decided by the header before anything is unpacked: how many pixels lie over the county, how many bytes one
block takes. Only windows over the county are read. Needs the extra ``raster`` (rasterio).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite
from pathlib import Path
from typing import Any

import numpy as np

from siting.errors import Fault, InputRefused

from ..geography import crs
from ..geography.boundary import Boundary
from ..geography.flat import Flat
from .places import Place
from .places import spread as spread_persons

MOST_PIXELS = 100_000_000
MOST_BLOCK_BYTES = 128_000_000
WINDOW_PIXELS = 512
#: People farther from every settlement are counted and listed, and not given to anybody unless squares are asked for.
REACH_M = 5000.0
MARGIN_DEGREES = 0.05
MOST_PEOPLE_PER_PIXEL = 1_000_000


@dataclass(frozen=True)
class Square:
    """People who live apart from every settlement: ``persons`` of one square, at their middle (degrees)."""

    column: int
    row: int
    lon: float
    lat: float
    persons: int


@dataclass(frozen=True)
class Spread:
    """Persons by settlement; ``far`` people live beyond reach of all of them; ``pixels`` were counted.

    ``squares`` hold the people beyond reach where they were asked for; ``far`` is then 0.
    """

    persons: tuple[int, ...]
    far: int
    pixels: int
    squares: tuple[Square, ...] = ()


def people_of_raster(path: Path, places: Sequence[Place], boundary: Boundary, squares_m: int = 0) -> Spread:
    """The people of the raster inside the boundary, by nearest settlement; whole persons by largest remainder.

    With ``squares_m`` people farther than this from every settlement are gathered in squares of this side.

    Raises `InputRefused`: E213 no such file, E283 rasterio is not installed, E284 not a raster that can be read, E285
    more than this machine should unpack.
    """
    if not path.is_file():
        raise InputRefused(Fault("E213", path.name, values={"name": path.name}))
    with path.open("rb") as stream:
        if stream.read(4) not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
            raise _refused("E284", path, "not a GeoTIFF")
    try:
        import rasterio
    except ImportError as problem:
        raise InputRefused(Fault("E283", path.name, values={"extra": "siting[raster]"})) from problem
    count = _Count(places, squares_m)
    try:
        with rasterio.open(path, driver="GTiff") as raster:
            window = _window(path, raster, places, boundary)
            for lon, lat, people in _windows(path, raster, window, boundary):
                count.add(lon, lat, people)
    except (rasterio.errors.RasterioError, OSError, ValueError, ArithmeticError) as problem:
        raise _refused("E284", path, str(problem)[:200]) from problem
    if not count.near.sum() > 0:
        raise _refused("E284", path, "nobody lives within reach of a settlement")
    return count.result()


class _Count:
    """Sums of people by settlement; beyond their reach by square: people, people x longitude, people x latitude."""

    def __init__(self, places: Sequence[Place], squares_m: int) -> None:
        self.lon, self.lat = [p.lon for p in places], [p.lat for p in places]
        self.flat = Flat.at(self.lat)
        self.squares_m = squares_m
        self.near = np.zeros(len(places))
        self.squares: dict[tuple[int, int], np.ndarray] = {}
        self.far, self.pixels = 0.0, 0

    def add(self, lon: np.ndarray, lat: np.ndarray, people: np.ndarray) -> None:
        """Count pixels (n,)."""
        metres, at = self.flat.nearest(lon, lat, self.lon, self.lat)
        reached = metres <= (self.squares_m or REACH_M)
        self.near += np.bincount(at[reached], weights=people[reached], minlength=len(self.near))
        self.pixels += len(people)
        if not self.squares_m:
            self.far += float(people[~reached].sum())
            return
        grid = np.floor(self.flat.points(lon, lat)[~reached] / self.squares_m).astype(np.int64)
        sums = np.column_stack([people, people * lon, people * lat])[~reached]
        for (column, row), each in zip(grid.tolist(), sums, strict=True):
            self.squares[column, row] = self.squares.get((column, row), np.zeros(3)) + each

    def result(self) -> Spread:
        """Whole persons that add up to the rounded total: thousandths as weights, largest remainder."""
        order = sorted(self.squares)
        people = np.concatenate([self.near, [self.squares[key][0] for key in order]])
        whole = spread_persons(round(float(people.sum())), [round(float(p) * 1000) for p in people])
        squares = [
            Square(*key, round(float(x / n), 7), round(float(y / n), 7), persons)
            for key, persons in zip(order, whole[len(self.near) :], strict=True)
            for n, x, y in [self.squares[key]]
            if persons
        ]
        return Spread(tuple(whole[: len(self.near)]), round(self.far), self.pixels, tuple(squares))


def _refused(code: str, path: Path, reason: str) -> InputRefused:
    return InputRefused(Fault(code, path.name, values={"name": path.name, "reason": reason}))


def _window(path: Path, raster: Any, places: Sequence[Place], boundary: Boundary) -> tuple[int, int, int, int]:
    """First row, first column, end row, end column over the county; refused by header where it is too large."""
    if raster.crs is None:
        raise _refused("E284", path, "no coordinate system")
    reference = crs.declared(raster.crs.to_wkt(), path.name)
    if reference != crs.WGS84 and not raster.crs.is_geographic:
        raise _refused("E284", path, f"{reference.name}: give the raster in WGS84 degrees (EPSG:4326)")
    if raster.transform.b or raster.transform.d:
        raise _refused("E284", path, "a turned raster")
    height, width = raster.block_shapes[0]
    if (size := height * width * np.dtype(raster.dtypes[0]).itemsize) > MOST_BLOCK_BYTES:
        raise _refused("E285", path, f"one block of {size // 1_000_000} MB")
    lon, lat = [p.lon for p in places], [p.lat for p in places]
    frame = [min(lon) - MARGIN_DEGREES, min(lat) - MARGIN_DEGREES, max(lon) + MARGIN_DEGREES, max(lat) + MARGIN_DEGREES]
    if boundary.polygon is not None:
        frame = list(boundary.polygon.bounds)
    move = raster.transform
    columns = [(frame[k] - move.c) / move.a for k in (0, 2)]
    rows = [(frame[k] - move.f) / move.e for k in (1, 3)]
    top, bottom = max(0, floor(min(rows))), min(raster.height, ceil(max(rows)))
    left, right = max(0, floor(min(columns))), min(raster.width, ceil(max(columns)))
    if bottom <= top or right <= left:
        raise _refused("E284", path, "the raster does not cover the county")
    if (pixels := (bottom - top) * (right - left)) > MOST_PIXELS:
        raise _refused("E285", path, f"{pixels} pixels over the county, at most {MOST_PIXELS}")
    return top, left, bottom, right


def _windows(
    path: Path, raster: Any, window: tuple[int, int, int, int], boundary: Boundary
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Longitude, latitude and people (n,) of the inhabited pixels, one square of pixels after the other."""
    top, left, bottom, right = window
    move = raster.transform
    for row in range(top, bottom, WINDOW_PIXELS):
        for column in range(left, right, WINDOW_PIXELS):
            end = min(row + WINDOW_PIXELS, bottom), min(column + WINDOW_PIXELS, right)
            values = raster.read(1, window=((row, end[0]), (column, end[1])), masked=True)
            people = np.asarray(values.filled(0), dtype=float)
            people[~np.isfinite(people) | (people < 0)] = 0
            if people.size and (most := float(people.max())) > MOST_PEOPLE_PER_PIXEL:
                raise _refused("E284", path, f"{most:.0f} people in one pixel")
            at = np.argwhere(people > 0)
            lon = move.c + (at[:, 1] + column + 0.5) * move.a
            lat = move.f + (at[:, 0] + row + 0.5) * move.e
            inside = boundary.holds(lon.tolist(), lat.tolist())
            if inside.any() and isfinite(float(lon.sum())):
                yield lon[inside], lat[inside], people[at[inside, 0], at[inside, 1]]
