"""Roads from every kind of file: the same county comes out, nothing hostile gets in, nothing is dropped in silence."""

from __future__ import annotations

import bz2
import gzip
import json
import random
import sqlite3
import tomllib
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from siting import words
from siting.errors import Fault, InputRefused
from siting.instances.files import dbf_text, unpacking
from siting.instances.geography import china_shift
from siting.instances.geography.boundary import Boundary, read_boundary
from siting.instances.networks import road_sources
from siting.instances.networks.components import Village, standing_alone, villages_apart
from siting.instances.networks.graphml import items
from siting.instances.networks.osm import Extract
from siting.instances.networks.road_words import CLASSES, DIRECTIONS, FAST_TO_SLOW, HEADINGS, NODE_HEADINGS, road_class
from siting.instances.networks.roads import RoadTable, build_roads
from siting.instances.tags import ROAD_CLASSES

ROOT = Path(__file__).resolve().parents[1]
COUNTIES = ROOT.parent / "shared" / "counties"
SHARED = pytest.mark.skipif(not COUNTIES.is_dir(), reason="the real extracts are not beside the project")

#: A street with a side road, a one-way road back, a crossing without a common corner, and an unknown class.
ROADS: list[tuple[list[tuple[float, float]], dict[str, Any]]] = [
    ([(117.000, 31.0), (117.001, 31.0), (117.002, 31.0)], {"道路等级": "县道", "限速": 40, "名称": "云岭路"}),
    ([(117.001, 31.0), (117.001, 31.002)], {"道路等级": "村道", "名称": "石门|路"}),
    ([(117.001, 31.002), (117.000, 31.002), (117.000, 31.0)], {"道路等级": "乡道", "单行": "是", "限速": "walk"}),
    ([(117.0005, 30.999), (117.0005, 31.001)], {"道路等级": "高速公路"}),
    ([(117.003, 31.0), (117.004, 31.0)], {"道路等级": "水系"}),
]


def codes(caught: pytest.ExceptionInfo[InputRefused]) -> list[str]:
    for fault in caught.value.faults:
        assert all(words.load(lang)(fault.code, **fault.values) for lang in words.LANGS)
    return [fault.code for fault in caught.value.faults]


def refused(path: Path, **how: Any) -> list[str]:
    with pytest.raises(InputRefused) as caught:
        road_sources.read(path, **how)
    return codes(caught)


def said(notes: list[Fault], code: str) -> list[dict[str, object]]:
    for note in notes:
        assert all(words.load(lang)(note.code, **note.values) for lang in words.LANGS)
    return [dict(note.values) for note in notes if note.code == code]


def table(extract: Extract) -> RoadTable:
    return build_roads(extract.ways, Boundary(), [])


def geojson(path: Path, roads: list[Any] = ROADS, **more: Any) -> Path:
    features = [
        {"type": "Feature", "properties": values, "geometry": {"type": "LineString", "coordinates": points}}
        for points, values in roads
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


def vector(path: Path, crs: str = "EPSG:4490", move: Callable[..., Any] | None = None, **options: Any) -> Path:
    """The same roads as a GeoPackage or Shapefile."""
    import pyogrio

    lines = [np.array(points) for points, _ in ROADS]
    moved = [np.column_stack(move(*line.T)) if move else line for line in lines]
    wkb = np.array([shapely.to_wkb(shapely.LineString(line)) for line in moved], dtype=object)
    columns = ["道路等级", "限速", "名称", "单行"]
    data = [np.array([str(values.get(c, "")) for _, values in ROADS], dtype=object) for c in columns]
    if (
        path.suffix == ".shp"
    ):  # ten bytes a heading, as GDAL would cut them itself, with a warning that it cannot decode
        columns = [dbf_text.cut(c, options["encoding"]) for c in columns]
    pyogrio.raw.write(path, wkb, data, columns, geometry_type="LineString", crs=crs, **options)
    return path


def summary(extract: Extract) -> list[tuple[Any, ...]]:
    """What an edge is, without the numbers of its nodes; positions to 1e-6 degrees (0.1 m)."""
    roads = table(extract)
    at = {node: (round(x / 1e7, 6), round(y / 1e7, 6)) for node, (x, y) in roads.nodes.items()}
    return sorted(
        (
            e.road_class,
            e.name,
            e.oneway,
            str(e.speed_kmh),
            *(sorted if not e.oneway else list)([at[e.tail], at[e.head]]),
        )
        for e in roads.edges
    )


def test_a_layer_becomes_roads_that_meet_at_common_corners(tmp_path: Path) -> None:
    extract = road_sources.read(geojson(tmp_path / "r.geojson"))
    edges = summary(extract)
    assert ("secondary", "云岭路", 0, "40.0", (117.0, 31.0), (117.001, 31.0)) in edges
    assert ("unclassified", "石门|路", 0, "None", (117.001, 31.0), (117.001, 31.002)) in edges
    assert ("tertiary", "", 1, "None", (117.001, 31.002), (117.0, 31.002)) in edges
    # the motorway crosses the street without a common corner: two parts
    assert table(extract).counts.components == 2
    assert said(extract.notes, "W230") == [{"road_class": "水系", "count": 1}]
    assert said(extract.notes, "N202") == [{"value": "walk", "count": 1}]


@pytest.mark.parametrize("kind", ["gpkg", "shp", "shp.zip", "utm", "gk", "no-cpg", "geojson-crs"])
def test_every_layer_gives_the_same_roads(tmp_path: Path, kind: str) -> None:
    import pyproj

    expected = summary(road_sources.read(geojson(tmp_path / "r.geojson")))
    if kind == "gpkg":
        path = vector(tmp_path / "r.gpkg")
    elif kind == "geojson-crs":
        path = geojson(
            tmp_path / "c.geojson", crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
        )
    elif kind in ("utm", "gk"):
        code = {"utm": "EPSG:32650", "gk": "EPSG:4548"}[kind]
        to = pyproj.Transformer.from_crs(4326, code, always_xy=True)
        path = vector(tmp_path / "r.shp", code, to.transform, encoding="UTF-8")
    else:
        path = vector(tmp_path / "r.shp", encoding="GB18030" if kind == "no-cpg" else "UTF-8")
        if kind == "no-cpg":
            (tmp_path / "r.cpg").unlink(missing_ok=True)
        if kind == "shp.zip":
            path = tmp_path / "packed.zip"
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for member in sorted(tmp_path.glob("r.*")):
                    if member.suffix != ".geojson":
                        archive.write(member, f"深层/{member.name}")
    extract = road_sources.read(path)
    assert summary(extract) == expected
    assert bool(said(extract.notes, "N230")) == (kind == "no-cpg")


def test_a_shapefile_needs_all_its_files_and_a_system(tmp_path: Path) -> None:
    path = vector(tmp_path / "r.shp", encoding="UTF-8")
    (tmp_path / "r.prj").unlink()
    assert refused(path) == ["E232"]
    assert len(road_sources.read(path, coords="EPSG:4490").ways) == 4
    (tmp_path / "r.dbf").unlink()
    (tmp_path / "r.shx").unlink()
    assert refused(path) == ["E238", "E238"]


def test_what_the_planner_says_goes_before_what_the_file_says(tmp_path: Path) -> None:
    """A web map's lines, saved by somebody as WGS84."""
    path = vector(tmp_path / "amap.gpkg", "EPSG:4326", china_shift.gcj02_of_wgs84)
    extract = road_sources.read(path, coords="gcj02")
    assert summary(extract) == summary(road_sources.read(geojson(tmp_path / "r.geojson")))
    assert said(extract.notes, "N233") == [{"name": "amap.gpkg", "system": "gcj02", "declared": "wgs84"}]
    assert summary(road_sources.read(path)) != summary(extract)


def test_an_older_datum_is_warned_of(tmp_path: Path) -> None:
    assert said(road_sources.read(vector(tmp_path / "r.gpkg", "EPSG:4610")).notes, "W232")


def test_positions_that_are_none_and_exchanged_ones(tmp_path: Path) -> None:
    turned = [([(y, x) for x, y in points], values) for points, values in ROADS]
    assert refused(geojson(tmp_path / "t.geojson", turned)) == ["E241"]
    metres = [([(x * 4000, y * 100_000) for x, y in points], values) for points, values in ROADS]
    assert refused(geojson(tmp_path / "m.geojson", metres)) == ["E240"]
    assert refused(geojson(tmp_path / "z.geojson"), coords="EPSG:4548") == ["E240"]
    assert refused(geojson(tmp_path / "c.geojson"), coords="mars") == ["E230"]


VRT = """<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource>
</OGRVRTLayer></OGRVRTDataSource>"""


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".json", ".zip", ".csv", ".graphml", ".osm"])
def test_a_disguised_virtual_dataset_wakes_no_driver(tmp_path: Path, suffix: str) -> None:
    import pyogrio

    secret = vector(tmp_path / "secret.gpkg")
    trap = tmp_path / f"trap{suffix}"
    trap.write_text(VRT.format(secret=secret), encoding="utf-8")
    (tmp_path / "vrt.vrt").write_text(VRT.format(secret=secret), encoding="utf-8")
    assert pyogrio.read_info(tmp_path / "vrt.vrt")["features"] == len(ROADS)  # the trap would work
    for extra in (".dbf", ".shx"):
        (tmp_path / f"trap{extra}").touch()
    assert set(refused(trap)) <= {"E237", "E236", "E202", "E205", "E106"}


def test_a_geopackage_that_runs_code_of_its_own_is_refused(tmp_path: Path) -> None:
    for number, statement in enumerate(("CREATE VIEW v AS SELECT * FROM r", "CREATE VIRTUAL TABLE v USING fts4(a)"), 1):
        path = vector(tmp_path / f"r{number}.gpkg", layer="r")
        link = sqlite3.connect(path)
        link.execute(statement)
        link.commit()
        link.close()
        assert refused(path) == ["E237"]
    plain = tmp_path / "plain.gpkg"
    link = sqlite3.connect(plain)
    link.execute("CREATE TABLE a (b)")
    link.commit()
    link.close()
    assert refused(plain) == ["E237"]


def test_several_line_layers_are_asked_about(tmp_path: Path) -> None:
    path = vector(tmp_path / "r.gpkg", layer="roads")
    vector(path, layer="rivers", append=True)
    assert refused(path) == ["E239"]


def test_broken_geojson_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.geojson"
    for text in (
        "",
        "[]",
        "{",
        '{"type": "FeatureCollection"}',
        "[" * 100_000,
        '{"type": "FeatureCollection", "features": [1]}',
    ):
        path.write_text(text, encoding="utf-8")
        assert refused(path) == ["E237"], text[:30]
    assert refused(geojson(path, [([(1.0, 2.0)], {"class": "x"}), ([(None, 2.0), (3.0, 4.0)], {})])) == ["E236"]
    path.write_text('{"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}}', encoding="utf-8")
    assert refused(path) == ["E239"]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": []}).replace("[]", "[NaN]"), encoding="utf-8")
    assert refused(path) == ["E237"]


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("name", ["../r.shp", "/etc/r.shp", "C:\\r.shp", "a/../../r.shp", "a\\..\\r.shp"])
def test_paths_that_leave_an_archive_are_refused(tmp_path: Path, name: str) -> None:
    assert refused(_zip(tmp_path / "z.zip", {name: b"x"})) == ["E234"]


def test_links_many_members_and_other_counts_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("r.shp")
    link.external_attr = 0o120777 << 16
    path = tmp_path / "l.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "elsewhere")
    assert refused(path) == ["E234"]
    assert refused(_zip(tmp_path / "m.zip", {f"{k}.txt": b"" for k in range(1001)})) == ["E234"]
    assert refused(_zip(tmp_path / "n.zip", {"a.shp": b"", "b.shp": b""})) == ["E235"]
    assert refused(_zip(tmp_path / "o.zip", {"a.txt": b""})) == ["E235"]
    (tmp_path / "p.zip").write_bytes(b"PK\x03\x04 broken")
    assert refused(tmp_path / "p.zip") == ["E236"]


def test_bombs_are_refused_while_they_unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "FREE_BYTES", 5 * unpacking.CHUNK_BYTES)
    data = b"0" * (unpacking.FREE_BYTES + unpacking.CHUNK_BYTES)
    assert refused(_zip(tmp_path / "b.zip", {"r.geojson": data})) == ["E233"]
    for name, pack in (("b.osm.gz", gzip.compress), ("b.osm.bz2", bz2.compress), ("b.graphml.gz", gzip.compress)):
        path = tmp_path / name
        path.write_bytes(pack(b"<osm>" + b" " * len(data)))
        assert refused(path) == ["E233"], name


def test_a_directory_of_an_archive_that_lies_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "FREE_BYTES", 5 * unpacking.CHUNK_BYTES)
    data = b"0" * (unpacking.FREE_BYTES + unpacking.CHUNK_BYTES)
    path = _zip(tmp_path / "b.zip", {"r.geojson": data})
    raw = path.read_bytes()
    path.write_bytes(raw.replace(len(data).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    assert refused(path) in (["E233"], ["E236"])


OSM = (
    '<osm version="0.6"><node id="1" lat="31" lon="117" version="1"/><node id="2" lat="31" lon="117.001" version="1"/>'
    '<way id="5" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="tertiary"/></way></osm>'
)


@pytest.mark.parametrize("name", ["r.osm", "r.osm.gz", "r.osm.bz2"])
def test_openstreetmap_is_read_plain_and_packed(tmp_path: Path, name: str) -> None:
    pack = {"osm": bytes, "gz": gzip.compress, "bz2": bz2.compress}[name.rpartition(".")[2]]
    path = tmp_path / name
    path.write_bytes(pack(OSM.encode()))
    extract = road_sources.read(path, coords="gcj02")
    assert [edge.road_class for edge in table(extract).edges] == ["tertiary"]
    assert said(extract.notes, "N231") == [{"name": name, "coords": "gcj02"}]
    path.write_bytes(pack(b'<!DOCTYPE osm [<!ENTITY a "b">]>' + OSM.encode()))
    assert refused(path) == ["E202"]
    path.write_bytes(pack(OSM.encode())[:60])
    assert refused(path) == ["E202"]


def test_other_files_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "r.vrt").write_text("x", encoding="utf-8")
    assert refused(tmp_path / "r.vrt") == ["E245"]
    assert refused(tmp_path / "absent.shp") == ["E213"]


GRAPHML = """<?xml version='1.0' encoding='utf-8'?>{doctype}
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="a" for="edge" attr.name="highway" attr.type="string"/><key id="b" for="edge" attr.name="oneway"/>
<key id="c" for="edge" attr.name="maxspeed"/><key id="d" for="edge" attr.name="name"/>
<key id="e" for="edge" attr.name="length"/><key id="f" for="edge" attr.name="geometry"/>
<key id="x" for="node" attr.name="x"/><key id="y" for="node" attr.name="y"/><key id="g" for="graph" attr.name="crs"/>
<graph edgedefault="directed"><data key="g">epsg:4326</data>
<node id="{one}"><data key="x">117.0</data><data key="y">31.0</data></node>
<node id="20"><data key="x">117.002</data><data key="y">31.0</data></node>
<node id="30"><data key="x">117.004</data><data key="y">31.0</data></node>
<edge source="{one}" target="20"><data key="a">['residential', 'track']</data><data key="b">False</data>
<data key="c">['50', '30 mph']</data><data key="d">['O\\'Hara', "B"]</data><data key="e">300.0</data></edge>
<edge source="20" target="{one}"><data key="a">['track', 'residential']</data><data key="b">False</data>
<data key="c">['50', '30 mph']</data><data key="d">['O\\'Hara', "B"]</data><data key="e">300.0</data></edge>
<edge source="20" target="{end}"><data key="a">primary</data><data key="b">True</data><data key="e">191.0</data>
<data key="f">LINESTRING (117.002 31.0, 117.003 31.0, 117.004 31.0)</data></edge>
</graph></graphml>"""


def graphml(path: Path, doctype: str = "", one: str = "10", end: str = "30") -> Path:
    path.write_text(GRAPHML.format(doctype=doctype, one=one, end=end), encoding="utf-8")
    return path


def test_a_graph_of_osmnx_keeps_lists_lengths_and_directions(tmp_path: Path) -> None:
    extract = road_sources.read(graphml(tmp_path / "r.graphml"))
    both, one = table(extract).edges
    assert (both.tail, both.head, both.road_class, both.oneway) == (10, 20, "track", 0)
    assert (both.length_m, both.speed_kmh, both.name) == (Decimal("300.0"), Decimal("48.3"), "O'Hara / B")
    assert (one.tail, one.head, one.road_class, one.oneway, one.length_m) == (20, 30, "primary", 1, Decimal("191.0"))
    assert said(extract.notes, "N235") == [{"count": 1, "oneway": 1}]
    assert said(extract.notes, "N237")[0]["used"] == "track"


def test_graphs_and_extracts_need_the_credit_of_openstreetmap() -> None:
    names = {"a.osm.pbf": True, "A.OSM.GZ": True, "a.graphml.gz": True, "a.shp": False, "osm.csv": False}
    assert {name: road_sources.is_openstreetmap(Path(name)) for name in names} == names


def test_a_graph_with_faults(tmp_path: Path) -> None:
    assert refused(graphml(tmp_path / "r.graphml", doctype="<!DOCTYPE graphml>")) == ["E246"]
    assert refused(graphml(tmp_path / "r.graphml", end="99")) == ["E242"]
    path = graphml(tmp_path / "r.graphml")
    path.write_text(path.read_text(encoding="utf-8").replace("LINESTRING", "EVIL"), encoding="utf-8")
    assert refused(path) == ["E236"]
    path.write_text("<graphml>", encoding="utf-8")
    assert refused(path) == ["E236"]
    named = road_sources.read(graphml(tmp_path / "n.graphml", one="城"))
    assert said(named.notes, "N232") == [{"count": 3}]
    assert len(table(named).edges) == 2


def test_lists_are_taken_apart_and_never_run() -> None:
    assert items("[1, 2]") == ["1", "2"]
    assert items("['a, b', \"it's\"]") == ["a, b", "it's"]
    assert items("plain") == ["plain"]
    assert items(" ") == items("[]") == []
    assert items("[__import__('os').system('true')]")[0].startswith("__import__(")
    assert items("[" * 50_000 + "]") == ["[" * 49_999]


def test_tables_of_edges_and_nodes(tmp_path: Path) -> None:
    (tmp_path / "nodes.csv").write_bytes(
        "编号,经度,纬度\n甲,117.0,31.0\n乙,117.002,31.0\n丙,117.004,31.0\n".encode("gb18030")
    )
    path = tmp_path / "roads.csv"
    text = "起点,终点,长度(公里),公路等级,单行,路线编号\n甲,乙,0.5,四级,,C021\n乙,丙,,G318,-1,\n"
    path.write_bytes(text.encode("gb18030"))
    extract = road_sources.read(path)
    roads = table(extract)
    assert sorted((e.road_class, e.oneway, e.name) for e in roads.edges) == [
        ("trunk", 1, ""),
        ("unclassified", 0, "C021"),
    ]
    assert max(e.length_m for e in roads.edges) == Decimal("500.0")
    assert said(extract.notes, "N232") == [{"count": 3}]


def test_a_table_with_coordinates(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    rows = "117.0,31.0,117.001,31.0,省道,300\n117.001,31.0,117.001,31.002,县道,1\n117.001,31.002,117.0,31.0,县道,\n"
    path.write_text("from_lon,from_lat,to_lon,to_lat,class,length_m\n" + rows, encoding="utf-8")
    extract = road_sources.read(path)
    roads = table(extract)
    assert (roads.counts.components, len(roads.nodes)) == (1, 3)
    assert {e.length_m for e in roads.edges if e.road_class == "primary"} == {Decimal("300.0")}
    assert said(extract.notes, "W233")[0]["said_m"] == 1.0
    shifted = road_sources.read(path, coords="gcj02")
    assert summary(shifted) != summary(extract)


def test_all_faults_of_both_tables_at_once(tmp_path: Path) -> None:
    (tmp_path / "nodes.csv").write_text("id,lon,lat\n1,117,31\n1,117,1e3\n", encoding="utf-8")
    path = tmp_path / "edges.csv"
    path.write_text("from_node,to_node,road_class,length_m\n1,9,primary,x\n,1,primary,-5\n", encoding="utf-8")
    assert sorted(refused(path)) == ["E206", "E206", "E206", "E207", "E214", "E242"]
    path.write_text("from_node,to_node,length\n1,1,5\n", encoding="utf-8")
    assert sorted(refused(path)) == ["E205", "E243"]
    path.write_text("from_node,to_node,road_class\n1,1\n", encoding="utf-8")
    assert refused(path) == ["E106"]
    path.write_text("a,b\n1,1\n", encoding="utf-8")
    assert refused(path) == ["E205"] * 5
    (tmp_path / "nodes.csv").unlink()
    path.write_text("from_node,to_node,road_class\n1,2,primary\n", encoding="utf-8")
    assert refused(path) == ["E213"]


def test_one_way_letters(tmp_path: Path) -> None:
    def directions(*letters: str) -> list[int]:
        roads = [
            ([(117.0, 31.0 + k / 1000), (117.001, 31.0 + k / 1000)], {"fclass": "primary", "oneway": letter})
            for k, letter in enumerate(letters)
        ]
        return [way.oneway for way in road_sources.read(geojson(tmp_path / "r.geojson", roads)).ways]

    assert sorted(directions("F", "T", "B")) == [-1, 0, 1]
    assert sorted(directions("FT", "TF", "true", "0")) == [-1, 0, 1, 1]
    with pytest.raises(InputRefused) as caught:
        directions("F", "T", "T")
    assert codes(caught) == ["E244"]
    roads = [([(117.0, 31.0), (117.001, 31.0)], {"fclass": "primary", "oneway": "maybe"})]
    assert said(road_sources.read(geojson(tmp_path / "r.geojson", roads)).notes, "N210")[0]["value"] == "maybe"


def test_words_of_roads_are_whole() -> None:
    assert set(FAST_TO_SLOW) == ROAD_CLASSES
    assert set(CLASSES.values()) <= ROAD_CLASSES
    assert set(DIRECTIONS.values()) == {-1, 0, 1}
    every = [name for names in HEADINGS.values() for name in names]
    assert len(every) == len(set(every))
    meant = {"G5": "motorway", "Ｇ４２０１": "motorway", "G318": "trunk", "s205": "primary", "S1": "motorway",
             "X012": "secondary", "Y": "tertiary", "C021": "unclassified", "track_grade3": "track"}  # fmt: skip
    assert {text: road_class(text) for text in meant} == meant
    assert [road_class(text) for text in ("", "G", "GG", "C1", "river")] == [None, "trunk", None, None, None]


def test_the_page_names_every_heading_and_class() -> None:
    page = (ROOT / "docs" / "roads.md").read_text(encoding="utf-8")
    for names in (*HEADINGS.values(), *NODE_HEADINGS.values(), tuple(CLASSES), tuple(k for k in DIRECTIONS if k)):
        for name in names:
            assert f"`{name}`" in page, name
    for name in CLASSES:
        row = next(line for line in page.splitlines() if f"`{name}`" in line and line.startswith("| `"))
        assert f"`{CLASSES[name]}`" in row, name


def test_the_page_shows_the_speeds_of_the_preset() -> None:
    page = (ROOT / "docs" / "roads.md").read_text(encoding="utf-8")
    text = (ROOT / "instances" / "presets" / "basic-services.toml").read_text(encoding="utf-8")
    modes = tomllib.loads(text)["network"]["modes"]
    for name in FAST_TO_SLOW:
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` | ") and line.count("|") == 7)
        for cell, mode in zip(row.split(" | ")[2:5], ("drive", "bicycle", "walk"), strict=True):
            speed = modes[mode]["speeds_kmh"].get(name)
            assert cell == ("–" if speed is None else f"{speed['value']:g}"), (name, mode)
            assert speed is None or f"{mode} {speed['source']}" in row


def test_parts_that_stand_alone_are_explained(tmp_path: Path) -> None:
    street = [(117.0, 31.0), (117.002, 31.0), (117.004, 31.0)]
    roads = [
        (street, {"class": "primary"}),
        ([(117.003, 31.0001), (117.003, 31.002)], {"class": "track"}),  # 11 m short of the middle of the street
        ([(117.0, 31.01), (117.001, 31.01)], {"class": "track"}),  # 1.1 km away
    ]
    built = table(road_sources.read(geojson(tmp_path / "r.geojson", roads)))
    island, link = standing_alone(built)  # as large as each other: the first in the numbering of nodes
    assert (link.code, island.code) == ("W235", "W234")
    assert (link.values["gap_m"], link.values["lon"], link.values["lat"]) == (11, 117.003, 31.0001)
    assert (link.values["to_lon"], link.values["to_lat"]) == (117.003, 31.0)
    assert said([link, island], "W234")[0]["length_km"] == 0.1
    apart = villages_apart(built, [Village("a", "甲", 117.0005, 31.0101), Village("b", "乙", 117.001, 31.0001)])
    assert [(fault.code, fault.values["id"]) for fault in apart] == [("W236", "a")]
    assert said(apart, "W236")[0]["main_m"] == pytest.approx(1120, abs=10)
    whole = table(road_sources.read(geojson(tmp_path / "w.geojson", roads[:1])))
    assert standing_alone(whole) == villages_apart(whole, [Village("a", "甲", 0, 0)]) == []


def test_ferries_and_the_boundary_explain_parts(tmp_path: Path) -> None:
    nodes = {
        1: (117.0, 31.0),
        2: (117.01, 31.0),
        3: (117.0, 31.05),
        4: (117.005, 31.05),
        5: (117.02, 31.1),
        6: (117.02, 31.0),
    }
    text = '<osm version="0.6">'
    text += "".join(f'<node id="{k}" lon="{x}" lat="{y}" version="1"/>' for k, (x, y) in nodes.items())
    for ident, refs, tag in (
        (1, (1, 2), ("highway", "primary")), (2, (3, 4), ("highway", "track")), (3, (1, 3), ("route", "ferry")),
        (4, (2, 6), ("highway", "primary")),
    ):  # fmt: skip
        ends = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        text += f'<way id="{ident}" version="1">{ends}<tag k="{tag[0]}" v="{tag[1]}"/></way>'
    path = tmp_path / "r.osm"
    path.write_text(text + "</osm>", encoding="utf-8")
    extract = road_sources.read(path)
    assert said(extract.notes, "N239") == [{"count": 1}]
    found = standing_alone(table(extract), extract.ferries)
    assert [(fault.code, fault.values["ferry"]) for fault in found] == [("W238", "w3")]
    assert [fault.code for fault in standing_alone(table(extract))] == ["W234"]


def _damaged(data: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, taken out, put in, or the end cut off."""
    changed = bytearray(data)
    for _ in range(chance.choice([1, 2, 5, 20])):
        at = chance.randrange(len(changed) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            changed[at : at + 1] = chance.randbytes(1)
        elif kind == 1:
            del changed[at : at + chance.randrange(1, 50)]
        elif kind == 2:
            changed[at:at] = chance.choice(
                [b"\xff\xff\xff\xff", b"NaN,", b"1e999", b"null", b"\0", chance.randbytes(5)]
            )
        else:
            changed = changed[: max(at, 10)]
    return bytes(changed)


@pytest.mark.parametrize("seed", range(8))
def test_damaged_files_are_read_or_refused_and_never_crash(tmp_path: Path, seed: int) -> None:
    geojson(tmp_path / "r.geojson")
    vector(tmp_path / "r.gpkg")
    vector(tmp_path / "r.shp", encoding="UTF-8")
    graphml(tmp_path / "r.graphml")
    (tmp_path / "r.osm").write_text(OSM, encoding="utf-8")
    (tmp_path / "nodes.csv").write_text("id,lon,lat\n1,117,31\n2,117.1,31\n", encoding="utf-8")
    (tmp_path / "r.csv").write_text("u,v,highway,oneway\n1,2,primary,1\n2,1,县道,\n", encoding="utf-8")
    whole = {path: path.read_bytes() for path in sorted(tmp_path.iterdir())}
    _zip(
        tmp_path / "r.zip",
        {path.name: data for path, data in whole.items() if path.suffix[:3] in (".sh", ".db", ".pr")},
    )
    whole[tmp_path / "r.zip"] = (tmp_path / "r.zip").read_bytes()
    chance = random.Random(seed)
    for path, data in whole.items():
        for _ in range(2):
            path.write_bytes(_damaged(data, chance))
            read = tmp_path / {"nodes.csv": "r.csv"}.get(path.name, path.name)
            read = tmp_path / "r.shp" if path.suffix in (".dbf", ".shx", ".prj", ".cpg") else read
            refusals: tuple[Fault, ...] = ()
            try:
                table(road_sources.read(read))
            except InputRefused as refusal:
                refusals = refusal.faults
            assert all(words.load("zh")(fault.code, **fault.values) for fault in refusals)
        path.write_bytes(data)


@pytest.mark.parametrize("cpg", ["UTF-8", "936", "GBK", "ANSI 936", "no such", ""])
def test_texts_of_a_shapefile_in_any_encoding(tmp_path: Path, cpg: str) -> None:
    encoding = "UTF-8" if cpg == "UTF-8" else "GB18030"
    path = vector(tmp_path / "r.shp", encoding=encoding)
    (tmp_path / "r.cpg").write_text(cpg, encoding="ascii")
    extract = road_sources.read(path)
    assert {way.name for way in extract.ways} == {"", "云岭路", "石门|路"}
    assert bool(said(extract.notes, "N230")) == (cpg in ("no such", ""))


def test_a_character_that_a_field_cut_in_two_is_dropped() -> None:
    raw = "云岭村道".encode()[:10].decode("latin-1")
    assert dbf_text.guess([raw]) == "utf-8"
    assert dbf_text.decoded(raw, "utf-8") == "云岭村"
    assert dbf_text.cut("道路等级", "utf-8") == "道路等"
    assert dbf_text.guess(["县道".encode("gb18030").decode("latin-1")]) == "gb18030"


@SHARED
@pytest.mark.parametrize(
    ("county", "border", "km"),
    [
        ("legazpi", "raw/legazpi.poly", 370.5),
        ("andorra", "boundary.geojson", 450.3),
        ("liechtenstein", "boundary.geojson", 350.3),
    ],
)
@pytest.mark.parametrize("source", ["roads.graphml.gz", "edges.csv"])
def test_real_counties_from_graphs_and_tables(county: str, border: str, km: float, source: str) -> None:
    """The drivable main part, in kilometres, as an independent reading counted it."""
    extract = road_sources.read(COUNTIES / county / source)
    roads = build_roads(extract.ways, read_boundary(COUNTIES / county / border), [])
    assert roads.counts.drivable_main_km == pytest.approx(km, rel=0.01)
    assert roads.counts.main_share_pct > 99.9


@SHARED
def test_parts_of_a_real_county_are_all_listed() -> None:
    county = COUNTIES / "legazpi"
    extract = road_sources.read(county / "raw" / "legazpi.osm.pbf")
    roads = build_roads(extract.ways, read_boundary(county / "raw" / "legazpi.poly"), [])
    found = standing_alone(roads, extract.ferries)
    assert len(found) == roads.counts.components - 1
    sizes = [int(str(fault.values["nodes"])) for fault in found]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == round(len(roads.nodes) * (100 - roads.counts.main_share_pct) / 100)
    said(found, "W235")
