"""A region in a SQLite file with SpatiaLite shapes: read whole, and nothing that it brings is run."""

from __future__ import annotations

import csv
import json
import os
import random
import sqlite3
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
import shapely

from siting import words
from siting.errors import InputRefused
from siting.instances.gather import make
from siting.instances.inputs import Wish
from siting.instances.networks import road_sources
from siting.instances.networks.spatialite import Tables, shape_of
from siting.reading import instance
from siting.runs import solving
from siting.verify import verify_run

ROOT = Path(__file__).resolve().parents[1]


def blob(shape: Any, srid: int = 4326, order: str = "<") -> bytes:
    """A shape as SpatiaLite keeps it."""
    mark = 1 if order == "<" else 0

    def body(wkb: bytes) -> bytes:
        """WKB after its byte order: class and data; members get the mark of a member for their byte order."""
        (kind,) = struct.unpack_from(f"{order}I", wkb, 1)
        if kind <= 3:
            return wkb[1:]
        parts = b"".join(
            b"\x69" + body(shapely.to_wkb(part, byte_order=mark)) for part in shapely.get_parts(shapely.from_wkb(wkb))
        )
        return wkb[1:9] + parts

    box = struct.pack(f"{order}4d", *shape.bounds)
    head = b"\0" + bytes([mark]) + struct.pack(f"{order}i", srid) + box + b"\x7c"
    return head + body(shapely.to_wkb(shape, byte_order=mark)) + b"\xfe"


SHAPES = [
    shapely.Point(1, 2), shapely.LineString([(0, 0), (1, 1), (2, 0)]),
    shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (2, 1), (2, 2)]]),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
    shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]]), shapely.MultiPoint([(0, 0), (1, 1)]),
]  # fmt: skip


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.geom_type)
def test_shapes_are_read_as_they_were_written(shape: Any, order: str) -> None:
    srid, found = shape_of(blob(shape, 32719, order))
    assert srid == 32719
    assert found.equals_exact(shape, 0)


def test_a_spoilt_shape_is_a_fault_and_nothing_worse() -> None:
    dice = random.Random(1)
    for number in range(600):
        data = bytearray(blob(SHAPES[number % len(SHAPES)]))
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        whole = bytes(data[: dice.randrange(len(data))] if number % 3 == 0 else data)
        try:
            shape_of(whole)
        except ValueError:
            continue
    for wrong in (None, "text", b"", 5, b"\0" * 60, shapely.to_wkb(SHAPES[0])):
        with pytest.raises(ValueError, match="SpatiaLite"):
            shape_of(wrong)
    huge = bytearray(blob(SHAPES[1]))
    struct.pack_into("<i", huge, 43, 2**30)
    with pytest.raises(ValueError, match="a count beyond the end"):
        shape_of(bytes(huge))


SCHEMA = """
CREATE TABLE nodes (ogc_fid INTEGER PRIMARY KEY, node_id INTEGER, is_centroid INTEGER, geometry BLOB);
CREATE TABLE links (ogc_fid INTEGER PRIMARY KEY, link_id INTEGER, a_node INTEGER, b_node INTEGER, direction INTEGER,
    distance NUMERIC, link_type VARCHAR, name VARCHAR, speed_ab NUMERIC, speed_ba NUMERIC, geometry BLOB,
    osm_id INTEGER);
CREATE TABLE zones (ogc_fid INTEGER PRIMARY KEY, zone_id INTEGER, name TEXT, population REAL, geometry BLOB);
"""


def project(path: Path, extra: str = "") -> Path:
    """Three zones on a street of 1.1 km steps; the first is dense; zone 3 has no centroid node."""
    link = sqlite3.connect(path)
    link.executescript(SCHEMA)
    at = {1: (10.0, 0.0), 2: (10.01, 0.0), 3: (10.02, 0.0), 11: (10.0, 0.001), 12: (10.02, 0.001)}
    for node, place in at.items():
        link.execute("INSERT INTO nodes VALUES (NULL, ?, ?, ?)", (node, int(node < 3), blob(shapely.Point(place))))
    rows = [
        (1, 11, 2, 0, 1200.5, "residential", "Calle", 30, 40), (2, 2, 12, 1, 1112.0, "secondary", None, None, None),
        (3, 12, 11, -1, 2225, "tertiary", "Ñ", 50, 50), (4, 1, 11, 0, 100, "centroid_connector", None, None, None),
    ]  # fmt: skip
    for ident, a, b, *rest in rows:
        shape = blob(shapely.LineString([at[a], at[b]]))
        link.execute("INSERT INTO links VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 7)", (ident, a, b, *rest, shape))
    zones = [(1, "Centro", 4000.4, 0.005), (2, None, 700.5, 0.02), (3, "Sur", 20.0, 0.02)]
    for zone, name, people, half in zones:
        x, y = at[zone]
        shape = shapely.MultiPolygon([shapely.box(x - half, y - half, x + half, y + half)])
        link.execute("INSERT INTO zones VALUES (NULL, ?, ?, ?, ?)", (zone, name, people, blob(shape)))
    link.executescript(extra)
    link.commit()
    link.close()
    return path


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_project_becomes_a_county(tmp_path: Path) -> None:
    stops = sqlite3.connect(tmp_path / "public_transport.sqlite")
    stops.execute("CREATE TABLE stops (stop_id INTEGER, name TEXT, geometry BLOB)")
    stops.execute("INSERT INTO stops VALUES (5, 'Plaza', ?)", (blob(shapely.Point(10.01, 0.0)),))
    stops.commit()
    stops.close()
    log = make(tmp_path / "county", Wish(roads=project(tmp_path / "project_database.sqlite")))
    edges = {(row["from_node"], row["to_node"]): row for row in rows_of(log.folder, "edges.csv")}
    assert edges["11", "2"]["length_m"] == "1200.5"
    assert (edges["11", "2"]["speed_kmh"], edges["11", "2"]["oneway"]) == ("30.0", "0")
    assert (edges["2", "12"]["oneway"], edges["2", "12"]["speed_kmh"]) == ("1", "")
    assert edges["11", "12"]["oneway"] == "1"  # drawn from 12 to 11, open against it
    assert len(edges) == 3
    people = {row["id"]: row for row in rows_of(log.folder, "settlements.csv")}
    assert {key: row["population_persons"] for key, row in people.items()} == {"z1": "4000", "z2": "700", "z3": "20"}
    assert (people["z1"]["lon"], people["z1"]["lat"]) == ("10.0000000", "0.0000000")  # its centroid node
    assert people["z1"]["level"] == "county_town"
    assert {people[key]["urban"] for key in ("z2", "z3")} == {"0"}
    assert people["z2"]["population_source"] == "project_database.sqlite, zones.population"
    county, _ = instance.read(log.folder)
    assert "OpenStreetMap" in county.file.county.attribution
    codes = {(note.code, str(note.values.get("kind", note.values.get("road_class")))) for note in log.notes}
    assert {("N212", "bus_stop"), ("W230", "centroid_connector")} <= codes


def refused(path: Path) -> str:
    with pytest.raises(InputRefused) as caught:
        road_sources.read(path)
    for fault in caught.value.faults:
        assert all(words.load(lang)(fault.code, **fault.values) for lang in words.LANGS)
    return caught.value.faults[0].code


@pytest.mark.parametrize(
    "spoil",
    [
        "DROP TABLE links; CREATE VIEW links AS SELECT * FROM zones",
        "DROP TABLE links; CREATE VIRTUAL TABLE links USING fts5(link_id, a_node)",
        "DROP TABLE zones",
    ],
)
def test_views_and_virtual_tables_are_not_read(tmp_path: Path, spoil: str) -> None:
    assert refused(project(tmp_path / "p.sqlite", spoil)) == "E237"


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE links SET geometry = x'00' WHERE link_id = 2",
        "UPDATE links SET geometry = 'text'",
        "UPDATE links SET a_node = 'one' WHERE link_id = 1",
        "UPDATE links SET direction = 7",
        "UPDATE links SET geometry = (SELECT geometry FROM zones)",
        "ALTER TABLE links DROP COLUMN distance",
        "ALTER TABLE zones DROP COLUMN name",
    ],
)
def test_tables_that_are_not_what_they_should_be_are_refused(tmp_path: Path, spoil: str) -> None:
    assert refused(project(tmp_path / "p.sqlite", spoil)) == "E236"


def test_a_column_that_would_run_something_is_not_run(tmp_path: Path) -> None:
    """A computed column may call functions: no table with one is read."""
    spoil = "ALTER TABLE links DROP COLUMN name; ALTER TABLE links ADD COLUMN name TEXT AS (printf('%s', 1)) VIRTUAL"
    assert refused(project(tmp_path / "p.sqlite", spoil)) == "E237"


def test_a_virtual_table_of_a_module_that_is_not_here_does_not_matter(tmp_path: Path) -> None:
    """As every SpatiaLite file has some: it is never asked for."""
    path = project(tmp_path / "p.sqlite")
    link = sqlite3.connect(path)
    link.execute("PRAGMA writable_schema = ON")
    sql = "CREATE VIRTUAL TABLE knn USING VirtualKNN()"
    link.execute("INSERT INTO sqlite_master VALUES ('table', 'knn', 'knn', 0, ?)", (sql,))
    link.commit()
    link.close()
    assert len(road_sources.read(path).ways) == 3


def test_the_file_is_left_as_it_is(tmp_path: Path) -> None:
    path = project(tmp_path / "p.sqlite", "CREATE TRIGGER t AFTER UPDATE ON links BEGIN DELETE FROM links; END")
    before = path.read_bytes()
    road_sources.read(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["p.sqlite"]
    with Tables(path, "test") as tables, pytest.raises(InputRefused):
        tables._run("DELETE FROM links")
    with Tables(path, "test") as tables, pytest.raises(InputRefused):
        tables._run(f"ATTACH '{tmp_path / 'other.sqlite'}' AS other")


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.sqlite"
    path.write_bytes(b"SQLite format 2\0" + b"x" * 500)
    assert refused(path) == "E237"
    path.write_bytes(b"SQLite format 3\0" + b"x" * 500)
    assert refused(path) == "E236"
    whole = project(tmp_path / "whole.sqlite").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert refused(path) in ("E236", "E237")
    assert refused(tmp_path / "none.sqlite") == "E213"


def wheel() -> Path | None:
    """The wheel that ships Coquimbo: named by SITING_AEQUILIBRAE_WHEEL, or in the folder of the project."""
    if named := os.environ.get("SITING_AEQUILIBRAE_WHEEL"):
        return Path(named)
    return next(iter(sorted(ROOT.glob("aequilibrae-*.whl"))), None)


@pytest.mark.long
def test_coquimbo_from_the_wheel_to_a_verified_plan(tmp_path: Path) -> None:
    package = wheel()
    if package is None or not package.is_file():
        pytest.skip("the aequilibrae wheel is not here: pip download aequilibrae --no-deps")
    with zipfile.ZipFile(package) as outer:
        outer.extract("aequilibrae/reference_files/coquimbo.zip", tmp_path)
    with zipfile.ZipFile(tmp_path / "aequilibrae" / "reference_files" / "coquimbo.zip") as inner:
        for name in ("project_database.sqlite", "public_transport.sqlite"):
            inner.extract(name, tmp_path / "project")
    log = make(tmp_path / "coquimbo", Wish(roads=tmp_path / "project" / "project_database.sqlite"))
    assert (log.settlements, log.residents) == (
        133,
        451_895,
    )  # each zone to a whole person; the zones add up to 451,898.9
    assert log.roads.ways == 19_846  # 137 of the 19,983 links are centroid connectors
    solving.solve(log.folder, tmp_path / "run", solving.Ask(gap=0.02, time_limit_s=600))
    assert verify_run(tmp_path / "run").word == "valid"
    result = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    assert result["status"] in ("optimal", "gap_reached")
