"""Files from strangers: nothing waits, nothing is fetched, nothing fills the memory, nothing is drawn from elsewhere.

What each format's reader refuses by itself (zip and workbook bombs, entities, damaged layers) is tried beside that
reader: `tests/test_new_roads.py`, `tests/test_new_tables.py`, `tests/test_new_sites.py`.
"""

from __future__ import annotations

import errno
import json
import os
import random
import re
import socket
import sqlite3
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from siting.errors import Fault, InputRefused, Severity
from siting.instances.files.sheets import read_grids
from siting.instances.geography.boundary import read_boundary
from siting.instances.geography.vector import read_shapes
from siting.instances.networks import road_sources
from siting.instances.population.places import Place
from siting.instances.population.raster import people_of_raster
from siting.messages import fault_lines
from siting.reading import instance, limits
from siting.roads.network import even_odd
from siting.verify import Auditor, plane
from siting.words import LANGS, load

from . import small_county
from .test_check_cli import replace

NAMES = ("county.toml", *sorted(small_county.FILES))


def errors(folder: Path) -> list[Fault]:
    """The errors of a folder, each a sentence in both languages; the checker's reader ends in words too."""
    found = [f for f in instance.examine(folder)[1] if f.severity is Severity.ERROR]
    for lang in LANGS:
        assert all(len(line) < 1000 for line in fault_lines(found, load(lang)))
    Auditor(folder).check({})
    return found


def codes(folder: Path) -> list[tuple[str, str]]:
    return [(fault.code, fault.file) for fault in errors(folder)]


# ---- a county folder


@pytest.mark.parametrize("name", NAMES)
def test_a_pipe_in_place_of_a_file_is_refused_and_not_waited_for(name: str, tiny: Path) -> None:
    (tiny / name).unlink()
    os.mkfifo(tiny / name)
    assert codes(tiny) == [("E152", name)]


@pytest.mark.parametrize("name", NAMES)
def test_an_endless_device_is_refused(name: str, tiny: Path) -> None:
    (tiny / name).unlink()
    (tiny / name).symlink_to("/dev/zero")
    assert codes(tiny) == [("E152", name)]


@pytest.mark.parametrize("name", NAMES)
def test_a_link_that_leads_out_of_the_folder_is_refused(name: str, tiny: Path, tmp_path: Path) -> None:
    secret = (tiny / name).rename(tmp_path / "secret")
    (tiny / name).symlink_to(secret)
    assert codes(tiny) == [("E163", name)]


def test_links_inside_the_folder_and_to_the_folder_are_followed(tiny: Path, tmp_path: Path) -> None:
    (tiny / "sites.csv").rename(tiny / "sites-2026.csv")
    (tiny / "sites.csv").symlink_to("sites-2026.csv")
    (tmp_path / "link").symlink_to(tiny, target_is_directory=True)
    assert errors(tmp_path / "link") == []


@pytest.mark.parametrize("name", NAMES)
def test_a_file_too_large_is_refused_before_it_is_read(name: str, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tiny / name).open("r+b") as file:
        file.truncate(501_000_000)  # a hole: it takes no room on the disk
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("was read"))
    assert [f.code for f in instance.examine(tiny)[1]] == ["E150"]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_too_many_rows_are_refused_with_what_they_would_take(
    end: str, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most, row_bytes = limits.MOST_ROWS["edges.csv"]
    (tiny / "edges.csv").write_bytes(b"x" + end.encode() * (most + 10))
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("was read"))
    (fault,) = instance.examine(tiny)[1]
    assert fault.code == "E164"
    assert fault.values["rows"] == most + 10
    assert float(str(fault.values["gigabytes"])) == pytest.approx(most * row_bytes / 1e9, abs=0.1)


def test_too_many_columns_are_refused(tiny: Path) -> None:
    head, *rest = (tiny / "nodes.csv").read_text(encoding="utf-8").splitlines()
    (tiny / "nodes.csv").write_text("\n".join([head + "," * 3000, *(row + "," * 3000 for row in rest)]), "utf-8")
    assert codes(tiny) == [("E166", "nodes.csv")]


def test_a_cell_without_end_is_refused(tiny: Path) -> None:
    replace("sites.csv", "c1", "x" * 200_000)(tiny)
    assert codes(tiny) == [("E105", "sites.csv")]


def test_a_disk_that_fails_is_named(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def failing(path: Path) -> bytes:
        if path.name == "nodes.csv":
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", failing)
    assert [(f.code, f.file) for f in instance.examine(tiny)[1]] == [("E165", "nodes.csv")]


DEEP = "a" + ".a" * 3000
TOMLS = {
    "a path of three thousand parts": f"\n[scenarios.x.changes]\n{DEEP} = 1\n",
    "a section of three thousand parts": f"\n[network.modes.walk.{DEEP}]\nx = 1\n",
    "a key of three thousand parts": f"\n[{DEEP}]\nx = 1\n",
    "tables in tables without end": "\n[scenarios.x.changes]\nq = " + "{a=" * 400 + "1" + "}" * 400 + "\n",
    "tables in tables": "\n[scenarios.x.changes]\nq = " + "{a=" * 40 + "1" + "}" * 40 + "\n",
    "a line without end": f"\nx = '{'y' * 60_000}'\n",
    "a change without a name": '\n[scenarios.x.changes]\n"" = 1\n',
    "a change of nothing but brackets": f'\n[scenarios.x.changes]\n"{"[" * 4000}" = 1\n',
    "a raised digit in brackets": '\n[scenarios.x.changes]\n"funds[²].capital" = 1\n',
    "a position of a thousand digits": f'\n[scenarios.x.changes]\n"funds[{"9" * 1000}].capital" = 1\n',
}


@pytest.mark.parametrize("name", TOMLS)
def test_a_county_file_made_to_break_its_reader_is_refused(name: str, tiny: Path) -> None:
    with (tiny / "county.toml").open("a", encoding="utf-8") as file:
        file.write(TOMLS[name])
    found = errors(tiny)
    assert {f.code for f in found} <= {"E100", "E183", "E116"}
    assert found


def test_blanks_without_end_are_read_as_fast_as_words(tiny: Path) -> None:
    """A pattern that looked for the end of a heading took a minute for two thousand blanks, and years for these."""
    note = "[" + " " * 20_000 + "x\n[[" + " " * 20_000 + '\n"' + " " * 20_000
    replace("county.toml", 'name = "Tiny"', f'name = "Tiny"\nnote = """\n{note}\n"""')(tiny)
    assert errors(tiny) == []


def polygon(folder: Path, *rings: list[list[float]]) -> None:
    feature = {"type": "Feature", "properties": {"name": "x", "kind": "water"}}
    feature["geometry"] = {"type": "Polygon", "coordinates": rings}  # type: ignore[assignment]
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (folder / "red_lines.geojson").write_text(text, encoding="utf-8")


def test_a_red_line_of_a_million_corners_is_refused(tiny: Path) -> None:
    polygon(tiny, [[100 + k * 1e-8, 25 + (k % 2) * 1e-3] for k in range(200_001)])
    assert codes(tiny) == [("E161", "red_lines.geojson")]


def test_a_red_line_that_is_only_a_point_is_one(tiny: Path) -> None:
    polygon(tiny, [[100.02, 25.0]] * 4)
    assert codes(tiny) == [("E140", "sites.csv")]


@pytest.mark.parametrize("seed", range(25))
def test_red_lines_that_cross_themselves_are_the_same_for_the_reader_and_the_checker(seed: int) -> None:
    dice = random.Random(seed)
    rings = [
        [(dice.randrange(9) / 8, dice.randrange(9) / 8) for _ in range(dice.randrange(3, 9))]
        for _ in range(dice.randrange(1, 4))
    ]
    closed = [[*ring, ring[0]] for ring in rings]
    ours = even_odd(rings if seed % 2 else closed)
    for _ in range(60):
        x, y = dice.randrange(33) / 32, dice.randrange(33) / 32
        if all(shapely.LineString(ring).distance(shapely.Point(x, y)) > 1e-9 for ring in closed):
            assert shapely.intersects(ours, shapely.Point(x, y)) == plane.inside(x, y, closed), (seed, x, y)


# ---- what `siting new` is given


PLACES = [Place(f"V{k}", f"v{k}", "village", 9.99 + k / 100, 0.0, 10, "list") for k in range(3)]
#: Every door through which a map, a table or a raster comes in.
DOORS: dict[str, Callable[[Path], Any]] = {
    "roads": road_sources.read,
    "shapes": read_shapes,
    "boundary": read_boundary,
    "table": read_grids,
    "raster": lambda path: people_of_raster(path, PLACES, read_boundary(None)),
}
SUFFIXES = (
    ".gpkg", ".shp", ".geojson", ".json", ".csv", ".zip", ".osm", ".osm.pbf", ".osm.gz", ".graphml", ".tif", ".xlsx",
    ".poly",
)  # fmt: skip


class Listener:
    """A server on this machine that counts who calls; nobody should."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.calls = self.probes = 0
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        while True:
            try:
                link, _ = self.socket.accept()
            except OSError:
                return
            self.calls += 1
            link.close()

    def called(self) -> int:
        """Calls of others: one of our own is the last, so that none before it is missed."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as link:
            link.recv(1)  # closed by the listener, so everybody before has been heard
        self.probes += 1
        return self.calls - self.probes

    def close(self) -> None:
        self.socket.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    heard = Listener()
    yield heard
    heard.close()


def disguises(canary: Path, port: int) -> dict[str, str]:
    """What other drivers of GDAL would open: each leads to the canary or to the listener."""
    url = f"http://127.0.0.1:{port}/x"
    return {
        "virtual layer": f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{canary}</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>",
        "virtual layer from the net": f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/vsicurl/{url}.csv"
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        "virtual raster": f"<VRTDataset rasterXSize='9' rasterYSize='9'><VRTRasterBand dataType='Byte' band='1'>"
        f"<SimpleSource><SourceFilename>/vsicurl/{url}.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>",
        "feature service": f"<OGRWFSDataSource><URL>{url}</URL></OGRWFSDataSource>",
        "map service": f"<GDAL_WMS><Service name='TMS'><ServerUrl>{url}</ServerUrl></Service></GDAL_WMS>",
        "collection that asks": f'{{"type": "FeatureCollection", "links": [{{"rel": "next", "href": "{url}"}}]}}',
        "entity": f"<!DOCTYPE osm [<!ENTITY x SYSTEM 'file://{canary}'>]><osm version='0.6'>&x;</osm>",
        "entity from the net": f"<!DOCTYPE graphml SYSTEM '{url}'><graphml>a</graphml>",
        "schema from the net": f"<g:FeatureCollection xmlns:g='http://www.opengis.net/gml' schemaLocation='{url}'/>",
        "network link": f"<kml><NetworkLink><Link><href>{url}</href></Link></NetworkLink></kml>",
        "name of a database": f"PG:host=127.0.0.1 port={port} dbname=x",
        "address": url,
        "tile list": f'{{"tiles": ["{url}/{{z}}/{{x}}/{{y}}.pbf"], "vector_layers": [{{"id": "a"}}]}}',
    }


@pytest.mark.parametrize("door", DOORS)
def test_a_file_in_disguise_reads_nothing_and_calls_nobody(door: str, tmp_path: Path, listener: Listener) -> None:
    canary = tmp_path / "canary"
    canary.write_text("THE SECRET\n", encoding="utf-8")
    for number, (kind, text) in enumerate(disguises(canary, listener.port).items()):
        for suffix in SUFFIXES:
            for encoding in ("utf-8", "utf-16"):
                path = tmp_path / f"x{number}-{encoding}{suffix}"
                path.write_bytes(text.encode(encoding))
                for beside in (".dbf", ".shx", ".prj"):
                    path.with_suffix(beside).touch()
                try:
                    said = str(DOORS[door](path))
                    assert door == "table", (kind, suffix)  # any text is a table of one column
                except InputRefused as refusal:
                    said = str(refusal)
                assert "SECRET" not in said, (kind, suffix)
    assert listener.called() == 0


@pytest.mark.parametrize("door", DOORS)
def test_an_address_or_a_special_name_in_place_of_a_file_is_no_file(door: str, listener: Listener) -> None:
    url = f"http://127.0.0.1:{listener.port}/x"
    for name in (
        url,
        f"/vsicurl/{url}",
        "/vsistdin/",
        "/vsizip//vsicurl/{url}",
        f"PG:host=127.0.0.1 port={listener.port}",
    ):
        for suffix in ("", *SUFFIXES):
            with pytest.raises(InputRefused):
                DOORS[door](Path(name + suffix))
    assert listener.called() == 0


@pytest.mark.parametrize("door", DOORS)
def test_a_pipe_or_a_folder_at_a_door_is_refused_and_not_waited_for(door: str, tmp_path: Path) -> None:
    for suffix in SUFFIXES:
        os.mkfifo(tmp_path / f"pipe{suffix}")
        (tmp_path / f"folder{suffix}").mkdir()
        for name in ("pipe", "folder"):
            with pytest.raises(InputRefused):
                DOORS[door](tmp_path / f"{name}{suffix}")


#: Kinds of files that are read as what they are.
OWN = {"GeoJSON", "GPKG", "ESRI Shapefile", "JSONFG", "GeoJSONSeq"}


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_file_of_any_other_kind_is_refused_whatever_its_name(tmp_path: Path) -> None:
    """Every kind of vector file that GDAL can write, under the names that siting reads."""
    import pyogrio

    points = shapely.to_wkb(shapely.points([[9.99, 0.0], [10.0, 0.0]]))
    tried = []
    for driver in sorted(pyogrio.list_drivers(write=True)):
        path = tmp_path / re.sub(r"\W", "", driver)
        try:
            pyogrio.raw.write(
                path, points, [np.array(["a", "b"], dtype=object)], ["name"], driver=driver, geometry_type="Point",
                crs="EPSG:4326",
            )  # fmt: skip
        except Exception:  # noqa: BLE001  a kind that this machine cannot write, or not with points
            continue
        if driver in OWN or not path.is_file():
            continue
        tried.append(driver)
        for suffix in (".gpkg", ".shp", ".geojson", ".json", ".zip", ".osm", ".graphml"):
            named = tmp_path / f"named-{path.name}{suffix}"
            named.write_bytes(path.read_bytes())
            for read in (road_sources.read, read_shapes, read_boundary):
                with pytest.raises(InputRefused):
                    read(named)
    assert len(tried) >= 10, tried


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW spy AS SELECT * FROM zones",
        "CREATE VIRTUAL TABLE spy USING fts4(a)",
        "CREATE VIRTUAL TABLE spy USING fts3(a)",
    ],
)
def test_a_geopackage_that_runs_something_is_refused_as_red_lines_too(statement: str, tmp_path: Path) -> None:
    import pyogrio

    path = tmp_path / "zones.gpkg"
    square = shapely.to_wkb(np.array([shapely.box(100, 25, 101, 26)]))
    pyogrio.raw.write(
        path, square, [np.array(["a"], dtype=object)], ["name"], layer="zones", geometry_type="Polygon", crs="EPSG:4326"
    )
    assert len(read_shapes(path)) == 1
    link = sqlite3.connect(path)
    link.execute(statement)
    link.commit()
    link.close()
    with pytest.raises(InputRefused):
        read_shapes(path)


def test_a_picture_of_four_thousand_million_pixels_is_refused_by_its_first_bytes(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 65_535, 65_535, 8, 0, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )
    (tmp_path / "people.tif").write_bytes(bomb)
    with pytest.raises(InputRefused) as refusal:
        DOORS["raster"](tmp_path / "people.tif")
    assert refusal.value.faults[0].code == "E284"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("suffix", [".osm", ".graphml"])
def test_entities_that_grow_without_end_are_refused_in_any_encoding(tmp_path: Path, suffix: str, encoding: str) -> None:
    laughs = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10 if k else "ha" * 10}">' for k in range(12))
    root = suffix[1:]
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [{laughs}]><{root} version="0.6">&l11;</{root}>'
    path = tmp_path / f"x{suffix}"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(InputRefused):
        road_sources.read(path)
