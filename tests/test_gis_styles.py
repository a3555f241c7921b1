"""The GeoPackage opens in QGIS with colours: a default style for each layer that fits its columns and values."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from siting.reports import rows
from siting.reports.formats import gis
from siting.words import load

MAKE = runpy.run_path(str(Path(__file__).with_name("study_maker.py")))["make"]
ZH = load("zh")


def test_every_layer_of_the_geopackage_opens_in_qgis_with_a_style_of_its_own(tmp_path: Path) -> None:
    import pyogrio

    study = MAKE(60, whole=True, hostile=True)
    (path,) = gis.write_geopackage(study, tmp_path, ZH)
    styles = pyogrio.read_dataframe(path, layer="layer_styles").to_dict("records")
    assert {(s["f_table_name"], s["f_geometry_column"]) for s in styles} == {
        (name, "geom") for name, kind in pyogrio.list_layers(path) if kind
    }
    assert all(s["useAsDefault"] and s["f_table_catalog"] == s["f_table_schema"] == "" for s in styles)
    trees = {s["f_table_name"]: ElementTree.fromstring(s["styleQML"]) for s in styles}
    for name, tree in trees.items():
        symbols = {s.get("name") for s in tree.iter("symbol")}
        assert symbols
        assert {e.get("symbol") for kind in ("category", "rule") for e in tree.iter(kind)} in (symbols, set()), name
    for name in ("sites", "lines"):
        actions = set(pyogrio.read_dataframe(path, layer=name, columns=["action"], read_geometry=False)["action"])
        assert actions <= {c.get("value") for c in trees[name].iter("category")}
    assert "新建 / new" in {c.get("label") for c in trees["sites"].iter("category")}


def test_settlements_fall_into_one_class_of_the_style_each(tmp_path: Path) -> None:
    study = MAKE(60, whole=True)
    (path,) = gis.write_geopackage(study, tmp_path, ZH)
    with closing(sqlite3.connect(path)) as link:
        (style,) = link.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'settlements'").fetchone()
        tests = [r.attrib["filter"] for r in ElementTree.fromstring(style).iter("rule")]
        # the expressions of QGIS are plain enough for SQLite to read them
        hits = link.execute(f"SELECT {', '.join(f'({t})' for t in tests)} FROM settlements").fetchall()
    assert all(sum(row) == 1 for row in hits)
    wanted = {row["id"]: row for row in rows.settlement_rows(study)}
    served = sum(
        all(row[c.replace("_demand_", "_served_after_")] >= row[c] for c in row if "_demand_" in c)
        for row in wanted.values()
    )
    assert sum(row[0] for row in hits) == served


def test_dates_are_those_of_a_geopackage(tmp_path: Path) -> None:
    (path,) = gis.write_geopackage(MAKE(40), tmp_path, ZH)
    with closing(sqlite3.connect(path)) as link:
        dates = [row[0] for row in link.execute("SELECT update_time FROM layer_styles")]
    assert dates
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", date) for date in dates)


#: What the Python of an installed QGIS is asked: how each layer opens, and a picture of all of them.
ASKED = """
import json, os, sys
from qgis.core import (Qgis, QgsApplication, QgsMapRendererSequentialJob, QgsMapSettings, QgsRectangle, QgsVectorLayer)
from qgis.PyQt.QtCore import QSize
QgsApplication.setPrefixPath("/usr", True)
app = QgsApplication([], False)
app.initQgis()
path, picture = sys.argv[1:]
whole = QgsVectorLayer(path, "all", "ogr")
parts = whole.dataProvider().subLayers()
layers = {n: QgsVectorLayer(path + "|layername=" + n, n, "ogr") for n in (p.split("!!::!!")[1] for p in parts)}
layers = {n: layer for n, layer in layers.items() if layer.isSpatial()}
told = {n: [layer.isValid(), type(layer.renderer()).__name__,
            [item.label() for item in layer.renderer().legendSymbolItems()]] for n, layer in layers.items()}
settings, extent = QgsMapSettings(), QgsRectangle()
for layer in layers.values():
    extent.combineExtentWith(layer.extent())
settings.setLayers(list(layers.values()))
settings.setExtent(extent)
settings.setOutputSize(QSize(600, 500))
job = QgsMapRendererSequentialJob(settings)
job.start()
job.waitForFinished()
job.renderedImage().save(picture)
print(json.dumps({"layers": told, "errors": [e.message for e in job.errors()]}), flush=True)
os._exit(0)  # its end is not what is asked
"""


@pytest.mark.long
def test_qgis_itself_opens_and_draws_every_layer_with_its_style(tmp_path: Path) -> None:
    python = next((p for p in ("/usr/bin/python3", shutil.which("python3")) if p and _has_qgis(p)), None)
    if python is None:
        pytest.skip("QGIS with its Python is not installed")
    (path,) = gis.write_geopackage(MAKE(60, whole=True), tmp_path, ZH)
    # what our own GDAL and PROJ say of themselves is not for those of QGIS
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("GDAL", "PROJ", "PYTHON"))}
    call, env = [python, "-c", ASKED, str(path), str(tmp_path / "map.png")], plain | {"QT_QPA_PLATFORM": "offscreen"}
    answer = subprocess.run(call, capture_output=True, text=True, env=env, timeout=600, check=False)
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout.splitlines()[-1])
    assert told["errors"] == []
    assert set(told["layers"]) == {"settlements", "sites", "assignments", "roads", "lines", "transfers"}
    assert all(valid for valid, _, _ in told["layers"].values())
    assert told["layers"]["sites"][1] == "QgsCategorizedSymbolRenderer"
    assert told["layers"]["settlements"][1] == "QgsRuleBasedRenderer"
    assert "新建 / new" in told["layers"]["sites"][2]
    colours = Image.open(tmp_path / "map.png").convert("RGB").getcolors(600 * 500)
    assert {(242, 142, 0), (31, 143, 141)} <= {colour for _, colour in colours}


def _has_qgis(python: str) -> bool:
    return subprocess.run([python, "-c", "import qgis.core"], capture_output=True, check=False).returncode == 0
