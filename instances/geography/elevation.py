"""Heights of points from an elevation raster: GeoTIFF (extra ``raster``) or an ESRI ASCII grid (``.asc``).

The height of a point is the bilinear mean of the four cells around it, so that a road does not jump from cell to
cell; cells without a value are left out of the mean. Only the part of the raster under the points is read.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, isfinite
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from siting.errors import Fault, InputRefused

from . import crs

SUFFIXES = (".tif", ".tiff", ".asc")
MOST_CELLS = 100_000_000
MOST_BLOCK_BYTES = 128_000_000
LARGEST_TEXT_BYTES = 1_000_000_000
WINDOW = 512
#: No ground is lower or higher, in metres; other values were meant in feet or decimetres, or are a mark for no value.
LOWEST_M, HIGHEST_M = -500.0, 9000.0
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HEAD = ("ncols", "nrows", "xllcorner", "yllcorner", "xllcenter", "yllcenter", "cellsize", "nodata_value")


@dataclass(frozen=True)
class Frame:
    """Where a raster lies: ``x``, ``y`` of the outer corner of its first cell, cell size (``dy`` below 0), shape."""

    reference: crs.Reference
    x: float
    y: float
    dx: float
    dy: float
    rows: int
    columns: int

    def cells(self, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Row and column (n,) of points in degrees, counted from the middle of the first cell; fractions between."""
        east, north = crs.from_wgs84(self.reference, lon, lat)
        return (north - self.y) / self.dy - 0.5, (east - self.x) / self.dx - 0.5


class Raster(Protocol):
    """A raster that can be read in parts."""

    frame: Frame

    def block(self, top: int, left: int, bottom: int, right: int) -> np.ndarray:
        """Metres of the cells, NaN where there is no value; ends are excluded."""


def heights_m(path: Path, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Metres above sea level of points (n,) in degrees, NaN where the raster says nothing.

    Raises `InputRefused`: E213 no such file, E283 rasterio is not installed, E287 not an elevation raster that can be
    read or none of this place, E285 more than this machine should unpack, E231 an unknown coordinate system.
    """
    if not path.is_file():
        raise InputRefused(Fault("E213", path.name, values={"name": path.name}))
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise _refused(path, f"it must end in {', '.join(SUFFIXES)}")
    found = _sampled(path, _Ascii(path, lon, lat), lon, lat) if suffix == ".asc" else _of_geotiff(path, lon, lat)
    known = found[np.isfinite(found)]
    if not len(known):
        raise _refused(path, "it does not cover the roads")
    if known.min() < LOWEST_M or known.max() > HIGHEST_M:
        raise _refused(path, f"heights from {known.min():.0f} to {known.max():.0f} are no metres above sea level")
    return found


def _refused(path: Path, reason: str, code: str = "E287") -> InputRefused:
    return InputRefused(Fault(code, path.name, values={"name": path.name, "reason": reason}))


def _sampled(path: Path, raster: Raster, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """The bilinear mean of the four cells around each point, window by window."""
    frame = raster.frame
    row, column = frame.cells(lon, lat)
    found = np.full(len(lon), np.nan)
    # up to half a cell beyond the middles of the outer cells, the outer cells count
    inside = (row >= -0.5) & (row <= frame.rows - 0.5) & (column >= -0.5) & (column <= frame.columns - 0.5)
    row, column = np.clip(row, 0, frame.rows - 1), np.clip(column, 0, frame.columns - 1)
    first_row, first_column = (np.floor(v[inside]).astype(np.int64) for v in (row, column))
    windows = np.unique(np.column_stack([first_row // WINDOW, first_column // WINDOW]), axis=0)
    if len(windows) * WINDOW * WINDOW > MOST_CELLS:
        raise _refused(path, f"{len(windows) * WINDOW * WINDOW} cells under the roads, at most {MOST_CELLS}", "E285")
    members = np.flatnonzero(inside)
    for top, left in (windows * WINDOW).tolist():
        here = (first_row // WINDOW * WINDOW == top) & (first_column // WINDOW * WINDOW == left)
        bottom, right = min(frame.rows, top + WINDOW + 1), min(frame.columns, left + WINDOW + 1)
        block = raster.block(top, left, bottom, right)
        at = members[here]
        found[at] = _bilinear(block, row[at] - top, column[at] - left)
    return found


def _bilinear(block: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Weighted mean of the four cells around each place; the weights of cells without a value go to the others."""
    r, c = np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)
    total, weights = np.zeros(len(row)), np.zeros(len(row))
    for down in (0, 1):
        for aside in (0, 1):
            weight = np.abs(1 - down - (row - r)) * np.abs(1 - aside - (column - c))
            value = block[np.minimum(r + down, block.shape[0] - 1), np.minimum(c + aside, block.shape[1] - 1)]
            usable = np.isfinite(value)
            total += np.where(usable, value, 0.0) * weight * usable
            weights += weight * usable
    return np.where(weights > 0, total / np.where(weights > 0, weights, 1), np.nan)


class _Tiff:
    """A GeoTIFF that rasterio holds open."""

    def __init__(self, path: Path, raster: Any) -> None:
        if raster.crs is None:
            raise _refused(path, "no coordinate system")
        if raster.transform.b or raster.transform.d:
            raise _refused(path, "a turned raster")
        height, width = raster.block_shapes[0]
        if (size := height * width * np.dtype(raster.dtypes[0]).itemsize) > MOST_BLOCK_BYTES:
            raise _refused(path, f"one block of {size // 1_000_000} MB", "E285")
        move = raster.transform
        reference = crs.declared(raster.crs.to_wkt(), path.name)
        self.raster = raster
        self.frame = Frame(reference, move.c, move.f, move.a, move.e, raster.height, raster.width)

    def block(self, top: int, left: int, bottom: int, right: int) -> np.ndarray:
        """See `Raster`."""
        values = self.raster.read(1, window=((top, bottom), (left, right)), masked=True).astype(float)
        return np.asarray(values.filled(np.nan))


def _of_geotiff(path: Path, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    with path.open("rb") as stream:
        if stream.read(4) not in _TIFF:
            raise _refused(path, "not a GeoTIFF")
    try:
        import rasterio
    except ImportError as problem:
        raise InputRefused(Fault("E283", path.name, values={"extra": "siting[raster]"})) from problem
    try:
        with rasterio.open(path, driver="GTiff") as raster:
            return _sampled(path, _Tiff(path, raster), lon, lat)
    except (rasterio.errors.RasterioError, OSError, ValueError, ArithmeticError) as problem:
        raise _refused(path, str(problem)[:200]) from problem


class _Ascii:
    """An ESRI ASCII grid; the rows under the points are read once, line by line, and kept."""

    def __init__(self, path: Path, lon: np.ndarray, lat: np.ndarray) -> None:
        if path.stat().st_size > LARGEST_TEXT_BYTES:
            raise _refused(path, f"larger than {LARGEST_TEXT_BYTES // 1_000_000} MB", "E285")
        try:
            with path.open(encoding="ascii") as stream:
                head, begun = _head(stream)
                self.frame, empty = _frame(path, head)
                row, column = self.frame.cells(lon, lat)
                self.top, bottom = _span(row, self.frame.rows)
                self.left, right = _span(column, self.frame.columns)
                if (cells := max(0, bottom - self.top) * max(0, right - self.left)) > MOST_CELLS:
                    raise _refused(path, f"{cells} cells under the roads, at most {MOST_CELLS}", "E285")
                kept = np.full((max(0, bottom - self.top), max(0, right - self.left)), np.nan, dtype=np.float32)
                for at, cells_of in enumerate(_rows(begun, stream, self.frame)):
                    if self.top <= at < bottom:
                        kept[at - self.top] = np.array(cells_of[self.left : right], dtype=np.float32)
        except (OSError, ValueError, OverflowError) as problem:
            raise _refused(path, str(problem)[:200]) from problem
        kept[(kept == np.float32(empty)) | ~np.isfinite(kept)] = np.nan
        self.kept = kept

    def block(self, top: int, left: int, bottom: int, right: int) -> np.ndarray:
        """See `Raster`; cells that lie under no point have no value."""
        block = np.full((bottom - top, right - left), np.nan)
        rows = slice(max(top, self.top), min(bottom, self.top + self.kept.shape[0]))
        columns = slice(max(left, self.left), min(right, self.left + self.kept.shape[1]))
        if rows.start < rows.stop and columns.start < columns.stop:
            part = self.kept[rows.start - self.top : rows.stop - self.top]
            part = part[:, columns.start - self.left : columns.stop - self.left]
            block[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = part
        return block


def _span(place: np.ndarray, count: int) -> tuple[int, int]:
    """First and end cell that points lie on or beside."""
    inside = place[(place >= -0.5) & (place <= count - 0.5)]
    if not len(inside):
        return 0, 0
    return max(0, floor(float(inside.min()))), min(count, floor(float(inside.max())) + 2)


def _head(stream: Iterator[str]) -> tuple[dict[str, float], str]:
    """Values of the head by lower-case key, and the first line after it."""
    head: dict[str, float] = {}
    for line in stream:
        words = line.split()
        if not words:
            continue
        if len(words) == 2 and words[0].lower() in _HEAD:
            head[words[0].lower()] = float(words[1])
            continue
        return head, line
    raise ValueError("no cells")


def _frame(path: Path, head: dict[str, float]) -> tuple[Frame, float]:
    """Where the grid lies, and its mark for no value. The system is that of the ``.prj`` beside it, else degrees."""
    size, columns, rows = (head.get(key, 0.0) for key in ("cellsize", "ncols", "nrows"))
    if not (size > 0 and 0 < columns < 1e7 and 0 < rows < 1e7 and columns == floor(columns) and rows == floor(rows)):
        raise ValueError("the head needs ncols, nrows, xllcorner, yllcorner and cellsize")
    west = head["xllcorner"] if "xllcorner" in head else head.get("xllcenter", np.nan) - size / 2
    south = head["yllcorner"] if "yllcorner" in head else head.get("yllcenter", np.nan) - size / 2
    north, east = south + rows * size, west + columns * size
    if not all(isfinite(v) for v in (west, south, north, east)):
        raise ValueError("the head needs xllcorner and yllcorner")
    prj = path.with_suffix(".prj")
    if prj.is_file():
        reference = crs.declared(prj.read_text(encoding="utf-8", errors="replace")[:100_000], prj.name)
    elif west >= -181 and east <= 181 and south >= -91 and north <= 91:
        reference = crs.WGS84
    else:
        raise ValueError(f"its coordinates are no degrees, and {prj.name} is not beside it")
    return Frame(reference, west, north, size, -size, int(rows), int(columns)), head.get("nodata_value", -9999.0)


def _rows(first: str, stream: Iterator[str], frame: Frame) -> Iterator[list[str]]:
    """The rows of cells from the north, each as long as the head says."""
    count = 0
    for line in itertools.chain([first], stream):
        if not line.strip():
            continue
        count += 1
        if count > frame.rows:
            raise ValueError(f"more than {frame.rows} rows")
        yield _cells(line, count, frame)
    if count < frame.rows:
        raise ValueError(f"{count} rows, the head says {frame.rows}")


def _cells(line: str, row: int, frame: Frame) -> list[str]:
    cells = line.split()
    if len(cells) != frame.columns:
        raise ValueError(f"row {row} has {len(cells)} cells, the head says {frame.columns}")
    return cells
