"""The GeoPackage opens in QGIS with colours: a default style for each layer that fits its columns and values."""

from __future__ import annotations

import runpy
import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

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
