"""How the layers of ``plan.gpkg`` look in QGIS: its table ``layer_styles`` with a default style in QML for each layer.

QGIS reads the style whose ``f_table_name`` is the layer's and whose ``useAsDefault`` is set when a layer is opened
(QGIS user manual, *Saving and loading layer properties*); other programs leave the table alone. Colours and marks are
those of the page's map. Labels hold both languages, as the file is the same in both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as Xml

from siting.words import LANGS, load

#: The table as QGIS itself makes it.
TABLE = """CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"""
CONTENTS = """INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)
VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)"""
STYLE = """INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,
styleQML, styleSLD, useAsDefault, description, owner, update_time)
VALUES ('', '', ?, ?, 'siting', ?, '', 1, '', '', ?)"""

#: Kind of symbol and its properties, in millimetres and red, green, blue, opacity.
Symbol = tuple[str, dict[str, str]]
Pairs = Sequence[tuple[str, str]]


def _mark(name: str, fill: str, outline: str, size: float) -> Symbol:
    looks = {"name": name, "color": fill, "outline_color": outline, "outline_width": "0.2", "size": str(size)}
    return "marker", looks | {"size_unit": "MM", "outline_width_unit": "MM", "outline_style": "solid"}


def _line(colour: str, width: float, dashes: str = "") -> Symbol:
    looks = {"line_color": colour, "line_width": str(width), "line_width_unit": "MM", "line_style": "solid"}
    return "line", looks | ({"use_custom_dash": "1", "customdash": dashes, "customdash_unit": "MM"} if dashes else {})


#: Value of ``action``, word of the legend, symbol.
SITES = (
    ("new", "map.new", _mark("star", "242,142,0,255", "74,43,0,255", 3.6)),
    ("expand", "map.expanded", _mark("triangle", "47,111,208,255", "255,255,255,255", 3.2)),
    ("close", "map.closed", _mark("cross2", "17,17,17,255", "17,17,17,255", 2.4)),
    ("keep", "map.kept", _mark("square", "75,83,96,255", "255,255,255,255", 2.0)),
    ("none", "map.candidate", _mark("circle", "255,255,255,255", "141,138,128,255", 1.0)),
)
LINES = (
    ("new", "map.line_new", _line("224,123,0,255", 0.8, "3;1.5")),
    ("expand", "map.line_more", _line("47,111,208,255", 0.9, "1;1.5")),
    ("close", "map.closed", _line("17,17,17,255", 0.3, "0.5;1.5")),
    ("keep", "map.line_kept", _line("75,83,96,255", 0.6)),
    ("none", "map.candidate", _line("165,156,135,255", 0.3, "0.5;2")),
)
SINGLE = {
    "assignments": _line("49,104,142,60", 0.12),
    "roads": _line("191,168,124,255", 0.3),
    "transfers": _line("90,70,50,255", 0.8),
}
ALL = _mark("circle", "31,143,141,255", "35,48,58,255", 2)
PARTLY = _mark("circle", "245,200,120,255", "200,54,29,255", 2)
NOBODY = _mark("circle", "255,255,255,255", "200,54,29,255", 2)


def add(file: Path, layers: Iterable[str], asked: Pairs) -> None:
    """Give the layers of the GeoPackage ``file`` their styles.

    Args:
        file: a GeoPackage that nobody else holds open.
        layers: names of its layers; one that has no style here gets none.
        asked: for each planned service the columns of ``settlements`` with its demand and with who is served.
    """
    with closing(sqlite3.connect(file)) as link, link:
        (created,) = link.execute("SELECT max(last_change) FROM gpkg_contents").fetchone()
        link.execute(TABLE)
        link.execute(CONTENTS, (created,))
        if "." not in created:  # a date and time of a GeoPackage has thousandths of a second
            created = created.removesuffix("Z") + ".000Z"
        columns = dict(link.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
        for layer in layers:
            if style := _style(layer, asked):
                link.execute(STYLE, (layer, columns[layer], style, created))


def _style(layer: str, asked: Pairs) -> str:
    """QML of a layer, or nothing."""
    if layer in ("sites", "lines"):
        return _by_value("action", SITES if layer == "sites" else LINES)
    if layer == "settlements":
        return _settlements(asked)
    return _single(SINGLE[layer]) if layer in SINGLE else ""


def _both(word: str) -> str:
    """A label in both languages."""
    return " / ".join(load(lang, Path(__file__).parents[1] / "words")(word) for lang in LANGS)


def _renderer(kind: str, **more: str) -> tuple[Xml.Element, Xml.Element]:
    """A whole style and its renderer, still empty."""
    root = Xml.Element("qgis", {"version": "3.28.0", "styleCategories": "Symbology"})
    return root, Xml.SubElement(root, "renderer-v2", {"type": kind, "symbollevels": "0", "enableorderby": "0"} | more)


def _by_value(column: str, looks: Sequence[tuple[str, str, Symbol]]) -> str:
    """One symbol for each value of a column."""
    root, renderer = _renderer("categorizedSymbol", attr=column)
    categories = Xml.SubElement(renderer, "categories")
    for n, (value, word, _) in enumerate(looks):
        Xml.SubElement(
            categories, "category", value=value, type="string", label=_both(word), symbol=str(n), render="true"
        )
    _symbols(renderer, [symbol for _, _, symbol in looks])
    return Xml.tostring(root, encoding="unicode")


def _single(symbol: Symbol) -> str:
    root, renderer = _renderer("singleSymbol")
    _symbols(renderer, [symbol])
    return Xml.tostring(root, encoding="unicode")


def _settlements(asked: Pairs) -> str:
    """Where everybody is served with all that is planned, where not, and where nobody is served with anything."""
    everybody = " AND ".join(f"{_quoted(after)} >= {_quoted(demand)}" for demand, after in asked) or "TRUE"
    nobody = " AND ".join(f"{_quoted(after)} = 0" for _, after in asked) or "FALSE"
    rules = (
        (everybody, "gis.all_served", ALL),
        (f"NOT ({everybody}) AND NOT ({nobody})", "gis.some_served", PARTLY),
        (f"NOT ({everybody}) AND ({nobody})", "gis.none_served", NOBODY),
    )
    root, renderer = _renderer("RuleRenderer")
    tree = Xml.SubElement(renderer, "rules", key="root")
    for n, (test, word, _) in enumerate(rules):
        Xml.SubElement(tree, "rule", key=str(n), filter=test, label=_both(word), symbol=str(n))
    # an area in proportion to the people
    size = 'coalesce(0.8 + sqrt("population_persons") / 25, 1)'
    _symbols(renderer, [symbol for _, _, symbol in rules], {"size": size})
    return Xml.tostring(root, encoding="unicode")


def _quoted(column: str) -> str:
    """A column in an expression of QGIS."""
    return '"' + column.replace('"', '""') + '"'


def _symbols(renderer: Xml.Element, looks: Sequence[Symbol], computed: Mapping[str, str] | None = None) -> None:
    """The symbols of a renderer, named 0, 1, 2 ...; ``computed`` are properties that an expression gives."""
    symbols = Xml.SubElement(renderer, "symbols")
    for n, (kind, properties) in enumerate(looks):
        symbol = Xml.SubElement(symbols, "symbol", type=kind, name=str(n), alpha="1", clip_to_extent="1")
        layer_class = "SimpleMarker" if kind == "marker" else "SimpleLine"
        layer = Xml.SubElement(symbol, "layer", {"class": layer_class, "enabled": "1", "locked": "0", "pass": "0"})
        options = Xml.SubElement(layer, "Option", type="Map")
        for key, value in properties.items():
            Xml.SubElement(options, "Option", name=key, value=value, type="QString")
        for key, value in properties.items():  # the form before QGIS 3.20
            Xml.SubElement(layer, "prop", k=key, v=value)
        if computed:
            whole = Xml.SubElement(Xml.SubElement(layer, "data_defined_properties"), "Option", type="Map")
            Xml.SubElement(whole, "Option", name="name", value="", type="QString")
            Xml.SubElement(whole, "Option", name="type", value="collection", type="QString")
            given = Xml.SubElement(whole, "Option", name="properties", type="Map")
            for key, expression in computed.items():
                one = Xml.SubElement(given, "Option", name=key, type="Map")
                Xml.SubElement(one, "Option", name="active", value="true", type="bool")
                Xml.SubElement(one, "Option", name="expression", value=expression, type="QString")
                Xml.SubElement(one, "Option", name="type", value="3", type="int")
