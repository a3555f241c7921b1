"""Heights for the roads of a new county: from rasters in two formats, from a column of nodes, from a graph."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from siting import words
from siting.errors import InputRefused
from siting.instances.gather import make
from siting.instances.geography.elevation import heights_m
from siting.instances.inputs import Wish
from siting.instances.networks import road_sources
from siting.reading import instance
from siting.roads.network import build

from .small_map import write_map

WEST, SOUTH, STEP = 9.99, -0.02, 0.001


def plane_m(lon: float, lat: float) -> float:
    """A ground that rises by 10 m for each step to the east and falls by 20 m for each to the north."""
    return 500 + (lon - WEST) / STEP * 10 - (lat - SOUTH) / STEP * 20


def cells(rows: int = 50, columns: int = 70) -> np.ndarray:
    """Metres in the middle of the cells, from the north."""
    lat = SOUTH + (rows - np.arange(rows) - 0.5) * STEP
    lon = WEST + (np.arange(columns) + 0.5) * STEP
    return np.array([[plane_m(x, y) for x in lon] for y in lat])


def ascii_grid(path: Path, metres: np.ndarray, head: str = "") -> Path:
    rows, columns = metres.shape
    head = (
        head
        or f"ncols {columns}\nnrows {rows}\nxllcorner {WEST}\nyllcorner {SOUTH}\ncellsize {STEP}\nNODATA_value -9999\n"
    )
    path.write_text(head + "\n".join(" ".join(f"{v:.3f}" for v in row) for row in metres) + "\n", encoding="ascii")
    return path


def geotiff(path: Path, metres: np.ndarray, **options: object) -> Path:
    rasterio = pytest.importorskip("rasterio", reason="the extra raster is not installed")
    move = rasterio.Affine(STEP, 0, WEST, 0, -STEP, SOUTH + metres.shape[0] * STEP)
    profile = {
        "driver": "GTiff",
        "dtype": "float32",
        "count": 1,
        "crs": "EPSG:4326",
        "transform": move,
        "nodata": -9999,
    }
    size = {"height": metres.shape[0], "width": metres.shape[1]}
    with rasterio.open(path, "w", **(profile | size | options)) as raster:
        raster.write(metres.astype("float32"), 1)
    return path


def refused(path: Path, lon: float = 10.0, lat: float = 0.0) -> tuple[str, str]:
    with pytest.raises(InputRefused) as caught:
        heights_m(path, np.array([lon]), np.array([lat]))
    fault = caught.value.faults[0]
    assert all(words.load(lang)(fault.code, **fault.values) for lang in words.LANGS)
    return fault.code, str(fault.values.get("reason", ""))


LON, LAT = np.array([10.0, 10.01234, 10.0405, 9.9901, 20.0]), np.array([0.0, 0.00321, -0.0101, 0.0299, 0.0])


def test_heights_of_an_ascii_grid_lie_on_the_ground(tmp_path: Path) -> None:
    found = heights_m(ascii_grid(tmp_path / "g.asc", cells()), LON, LAT)
    expected = [plane_m(x, y) for x, y in zip(LON[:3], LAT[:3], strict=True)]
    assert found[:3] == pytest.approx(expected, abs=0.01)
    assert found[3] == pytest.approx(cells()[0, 0], abs=0.01)  # beside the middle of the outer cell: its value
    assert np.isnan(found[4])  # beyond the grid


def test_both_formats_give_the_same(tmp_path: Path) -> None:
    metres = cells()
    grid = heights_m(ascii_grid(tmp_path / "g.asc", metres), LON, LAT)
    assert heights_m(geotiff(tmp_path / "g.tif", metres), LON, LAT) == pytest.approx(grid, abs=0.01, nan_ok=True)
    tiled = geotiff(tmp_path / "t.tif", metres, tiled=True, blockxsize=16, blockysize=16, compress="deflate")
    assert heights_m(tiled, LON, LAT) == pytest.approx(grid, abs=0.01, nan_ok=True)


def test_a_projected_grid_is_read_by_its_prj(tmp_path: Path) -> None:
    import pyproj

    lon, lat = np.array([105.01, 105.02]), np.array([30.0, 30.01])
    to = pyproj.Transformer.from_crs(4326, 4543, always_xy=True)  # CGCS2000, 3 degrees, without zone number
    x, y = to.transform(lon, lat)
    west, south = np.floor(min(x)) - 500, np.floor(min(y)) - 500
    columns = rows = 40
    metres = np.array([[1000.0 + c - 2 * r for c in range(columns)] for r in range(rows)])
    path = ascii_grid(
        tmp_path / "g.asc", metres,
        f"ncols {columns}\nnrows {rows}\nxllcorner {west}\nyllcorner {south}\ncellsize 100\n",
    )  # fmt: skip
    assert refused(path) == ("E287", "its coordinates are no degrees, and g.prj is not beside it")
    path.with_suffix(".prj").write_text(pyproj.CRS.from_epsg(4543).to_wkt("WKT1_ESRI"), encoding="utf-8")
    expected = 1000 + ((x - west) / 100 - 0.5) - 2 * ((south + rows * 100 - y) / 100 - 0.5)
    assert heights_m(path, lon, lat) == pytest.approx(expected, abs=0.01)


def test_cells_without_a_value_are_left_out_of_the_mean(tmp_path: Path) -> None:
    metres = np.array([[10.0, 20.0, -9999.0], [30.0, -9999.0, -9999.0], [5.0, 5.0, -9999.0]])
    path = ascii_grid(tmp_path / "g.asc", metres, "ncols 3\nnrows 3\nxllcenter 0\nyllcenter 0\ncellsize 1\n")
    found = heights_m(path, np.array([0.5, 0.9, 2.0]), np.array([1.5, 2.0, 1.2]))
    assert found[:2] == pytest.approx([20.0, 19.0])
    assert np.isnan(found[2])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ncols 2\nnrows 2\nxllcorner 9\nyllcorner -1\ncellsize 1\n1 2\n3\n", "row 2 has 1 cells, the head says 2"),
        ("ncols 2\nnrows 2\nxllcorner 9\nyllcorner -1\ncellsize 1\n1 2\n", "1 rows, the head says 2"),
        ("ncols 1\nnrows 1\nxllcorner 9\nyllcorner -1\ncellsize 1\n1\n2\n", "more than 1 rows"),
        ("ncols 2\nnrows 2\ncellsize 1\n1 2\n3 4\n", "the head needs xllcorner and yllcorner"),
        ("ncols 99999999999\nnrows 2\nxllcorner 9\nyllcorner -1\ncellsize 1\n1\n", "the head needs ncols"),
        ("ncols 1e9\nnrows 1e9\nxllcorner 9\nyllcorner -1\ncellsize 1e-8\n1\n", "the head needs ncols"),
        ("ncols 1\nnrows 1\nxllcorner 40\nyllcorner -1\ncellsize 1\n1\n", "it does not cover the roads"),
        ("ncols 2\nnrows 1\nxllcorner 9\nyllcorner -0.5\ncellsize 1\n29000 29000\n", "heights from 29000"),
        ("ncols 2\nnrows 1\nxllcorner 9\nyllcorner -0.5\ncellsize 1\nnan inf\n", "it does not cover"),
        ("ncols 2\nnrows 1\nxllcorner 9\nyllcorner -0.5\ncellsize 1\na b\n", "could not convert"),
        ("", "no cells"),
    ],
)
def test_broken_grids_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "g.asc"
    path.write_text(text, encoding="ascii")
    code, said = refused(path)
    assert code == "E287"
    assert reason in said


def test_other_files_are_refused_by_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "vrt.tif").write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>', encoding="utf-8")
    assert refused(tmp_path / "vrt.tif") == ("E287", "not a GeoTIFF")
    (tmp_path / "g.hgt").write_bytes(b"\0\0")
    assert refused(tmp_path / "g.hgt")[0] == "E287"
    assert refused(tmp_path / "none.asc")[0] == "E213"


def test_a_raster_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    bomb = geotiff(tmp_path / "b.tif", cells(), tiled=True, blockxsize=8192, blockysize=8192, compress="deflate")
    assert bomb.stat().st_size < 2_000_000  # one block unpacks to 268 MB
    with pytest.raises(InputRefused) as caught:
        heights_m(bomb, np.array([10.0]), np.array([0.0]))
    assert caught.value.faults[0].code == "E285"


def test_a_raster_that_says_no_system_is_refused(tmp_path: Path) -> None:
    assert refused(geotiff(tmp_path / "n.tif", cells(), crs=None)) == ("E287", "no coordinate system")


def test_a_grid_that_is_too_large_is_refused_by_its_head(tmp_path: Path) -> None:
    path = tmp_path / "g.asc"
    path.write_text("ncols 100000\nnrows 100000\nxllcorner 9\nyllcorner -1\ncellsize 0.00002\n1\n", encoding="ascii")
    with pytest.raises(InputRefused) as caught:
        heights_m(path, np.array([9.1, 10.9]), np.array([-0.9, 0.9]))
    assert caught.value.faults[0].code == "E285"


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_county_with_an_elevation_walks_by_slope(tmp_path: Path) -> None:
    osm = write_map(tmp_path / "map.osm")
    people = tmp_path / "villages.csv"
    people.write_text("name,population\n石门镇,3000\n云岭乡,900\n白岩,200\n", encoding="utf-8")
    grid = ascii_grid(tmp_path / "ground.asc", cells())
    log = make(tmp_path / "hills", Wish(osm=osm, settlements=people, elevation=grid))
    nodes = _rows(log.folder, "nodes.csv")
    assert nodes
    for node in nodes:
        metres = plane_m(float(node["lon"]), float(node["lat"]))
        assert float(node["elevation_m"]) == pytest.approx(metres, abs=0.02)
    said = next(note for note in log.notes if note.code == "N217")
    assert (said.values["count"], said.values["total"]) == (len(nodes), len(nodes))
    assert "N217" in (log.folder / "import-log.md").read_text(encoding="utf-8")
    assert "ground.asc, sha256" in (log.folder / "county.toml").read_text(encoding="utf-8")
    county, faults = instance.read(log.folder)
    assert not [f for f in faults if f.code == "W171"]
    assert {"walk", "bicycle"} == {m for m, t in county.file.network.modes.items() if t.slopes}
    assert {p.source for p in county.provenance if p.path.endswith("slopes")} == {"A-tobler", "A-cycling"}
    # 9 % uphill to the east: the way east takes longer than the way west, and no car knows of it
    walk, drive = build(county, "walk").time_ms.toarray(), build(county, "drive").time_ms.toarray()
    assert (walk != walk.T).any()
    assert (drive == drive.T).all()
    level = make(tmp_path / "level", Wish(osm=osm, settlements=people))
    assert "elevation_m" not in _rows(level.folder, "nodes.csv")[0]
    assert "slopes" not in (level.folder / "county.toml").read_text(encoding="utf-8")


def test_a_bad_raster_makes_no_folder(tmp_path: Path) -> None:
    osm = write_map(tmp_path / "map.osm")
    for path in (tmp_path / "none.asc", ascii_grid(tmp_path / "far.asc", cells(3, 3))):
        with pytest.raises(InputRefused) as caught:
            make(tmp_path / "x", Wish(osm=osm, elevation=path))
        assert caught.value.faults[0].code in ("E213", "E287", "E211")
        assert not (tmp_path / "x").exists()


def test_heights_of_a_table_of_nodes_are_taken(tmp_path: Path) -> None:
    (tmp_path / "edges.csv").write_text("u,v,highway\n1,2,path\n2,3,path\n", encoding="utf-8")
    (tmp_path / "nodes.csv").write_text("id,x,y,海拔\n1,10,0,120.5\n2,10.01,0,\n3,10.02,0,90\n", encoding="utf-8")
    extract = road_sources.read(tmp_path / "edges.csv")
    assert extract.heights == {1: 120.5, 3: 90.0}
    (tmp_path / "nodes.csv").write_text("id,x,y,ele\n1,10,0,1e3\n2,10.01,0,9999\n3,10.02,0,90\n", encoding="utf-8")
    with pytest.raises(InputRefused) as caught:
        road_sources.read(tmp_path / "edges.csv")
    assert [(f.code, f.file, f.row, f.column) for f in caught.value.faults] == [
        ("E206", "nodes.csv", 2, "ele"), ("E206", "nodes.csv", 3, "ele")
    ]  # fmt: skip


GRAPH = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="node" attr.name="x"/><key id="d1" for="node" attr.name="y"/>
<key id="d2" for="node" attr.name="elevation"/><key id="d3" for="edge" attr.name="highway"/>
<key id="d4" for="edge" attr.name="geometry"/>
<graph edgedefault="directed">
<node id="1"><data key="d0">10.0</data><data key="d1">0.0</data><data key="d2">{first}</data></node>
<node id="2"><data key="d0">10.01</data><data key="d1">0.0</data><data key="d2">200.0</data></node>
<edge source="1" target="2"><data key="d3">residential</data>
<data key="d4">LINESTRING (10 0, 10.005 0, 10.0075 0, 10.01 0)</data></edge>
</graph></graphml>"""


def test_heights_of_a_graph_are_taken_and_its_corners_lie_between(tmp_path: Path) -> None:
    path = tmp_path / "g.graphml"
    path.write_text(GRAPH.format(first="100.0"), encoding="utf-8")
    heights = road_sources.read(path).heights
    assert (heights[1], heights[2]) == (100.0, 200.0)
    assert sorted(heights.values()) == pytest.approx([100, 150, 175, 200])
    path.write_text(GRAPH.format(first="nan"), encoding="utf-8")
    assert road_sources.read(path).heights == {2: 200.0}
    path.write_text(GRAPH.format(first="99999"), encoding="utf-8")
    with pytest.raises(InputRefused) as caught:
        road_sources.read(path)
    assert caught.value.faults[0].code == "E289"


def test_a_surveyed_height_goes_before_the_raster(tmp_path: Path) -> None:
    (tmp_path / "edges.csv").write_text("u,v,highway\n1,2,path\n", encoding="utf-8")
    (tmp_path / "nodes.csv").write_text("id,x,y,elevation_m\n1,10,0,120.5\n2,10.002,0,\n", encoding="utf-8")
    people = tmp_path / "villages.csv"
    people.write_text("name,population,lon,lat\nA,100,10,0\n", encoding="utf-8")
    wish = Wish(roads=tmp_path / "edges.csv", settlements=people, elevation=ascii_grid(tmp_path / "g.asc", cells()))
    log = make(tmp_path / "both", wish)
    found = {row["id"]: Decimal(row["elevation_m"]) for row in _rows(log.folder, "nodes.csv")}
    assert found["1"] == Decimal("120.50")
    assert float(found["2"]) == pytest.approx(plane_m(10.002, 0), abs=0.01)
