"""GDAL sees a stranger's file in a process that reaches nothing; a file of which it dies is a fault in words."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import geopandas
import pytest
import shapely

from siting.instances.files import fence, gdal_child, layers

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps such a promise")


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """Two lines and one without a shape."""
    shapes = [shapely.LineString([(0, 0), (1, 1)]), shapely.LineString([(0, 0), (2, 1)]), None]
    table = {"name": ["村道", None, "c"], "lanes": [1, 2, 3], "width": [1.5, None, 2.0]}
    geopandas.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326").to_file(tmp_path / "lines.gpkg")
    return tmp_path / "lines.gpkg"


@pytest.fixture
def address() -> Iterator[tuple[str, list[object]]]:
    """A door on this machine, and who came to it."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def wait() -> None:
            try:
                while True:
                    guest, where = door.accept()
                    came.append(where)
                    guest.close()
            except OSError:
                return  # the door is shut

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}", came
        door.shutdown(socket.SHUT_RDWR)
        thread.join()


def in_python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


@LINUX
def test_behind_the_fence_there_is_no_network_and_no_other_program() -> None:
    tried = in_python(
        "import socket, subprocess\n"
        "from siting.instances.files import fence\n"
        "assert fence.enter()\n"
        "for what in (socket.socket, lambda: subprocess.run(['true'])):\n"
        "    try: what()\n"
        "    except PermissionError: print('refused')\n"
        "print(open(fence.__file__).read(3))"
    )
    assert tried.split("\n")[:3] == ["refused", "refused", '"""']


def test_a_machine_that_is_not_known_promises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fence.platform, "machine", lambda: "abacus")
    assert fence.enter() is False


def test_a_layer_comes_through_the_fence_as_it_is(lines: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = layers.read(lines)
    monkeypatch.setattr(layers, "answered", layers.in_a_child)  # type: ignore[attr-defined]
    there = layers.read(lines)
    assert there == here
    (table,) = there.tables
    assert there.every == [("lines", "LineString")]
    assert (list(table.headings), table.system) == (["name", "lanes", "width"], "EPSG:4326")
    assert table.columns[:2] == [["村道", None, "c"], [1, 2, 3]]
    assert [None if shape is None else shapely.from_wkb(shape).length > 1 for shape in table.shapes] == [
        True,
        True,
        None,
    ]
    assert layers.read(lines, kinds=("Polygon",)).tables == []


@LINUX
def test_gdal_behind_the_fence_calls_nobody(address: tuple[str, list[object]]) -> None:
    """Even if it were handed an address, which the first bytes of a file already rule out."""
    url, came = address
    asked = {"path": f"/vsicurl/{url}/roads.shp", "encoding": None, "kinds": None}
    command = [sys.executable, "-m", "siting.instances.files.gdal_child"]
    ended = subprocess.run(command, input=json.dumps(asked).encode(), capture_output=True, check=True)
    assert "fault" in json.loads(ended.stdout[8:])
    assert came == []


def test_a_file_that_cannot_be_read_is_a_fault_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.gpkg").write_bytes(b"SQLite format 3\0" + bytes(200))
    monkeypatch.setattr(layers, "answered", layers.in_a_child)  # type: ignore[attr-defined]
    with pytest.raises(layers.UnreadableError):
        layers.read(tmp_path / "bad.gpkg")
    monkeypatch.setattr(layers, "answered", lambda asked: b"")  # as after a crash
    with pytest.raises(layers.UnreadableError, match="died"):
        layers.read(tmp_path / "bad.gpkg")


def test_another_driver_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("WKT,name\nPOINT (1 1),a\n", encoding="utf-8")
    with pytest.raises(layers.UnreadableError, match="neither"):
        layers.read(tmp_path / "points.csv")


def test_values_are_as_json_has_them() -> None:
    import numpy as np

    values = [np.float32(0.1), np.float64("nan"), np.int32(3), np.bool_(True), "a", None, b"x", np.array([1, 2])]
    assert [str(gdal_child.plain(value)) for value in values] == [
        "0.1",
        "nan",
        "3",
        "True",
        "a",
        "None",
        "b'x'",
        "[1 2]",
    ]
