"""The PDF and the map that is drawn for paper: no name is an order to the typesetter, no character is a box."""

from __future__ import annotations

import dataclasses
import io
import re
import runpy
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from siting.errors import InputRefused
from siting.reports import content
from siting.reports.formats import pdf, pdf_packing
from siting.reports.formats.columns import lines, widths
from siting.reports.maps import fonts, painter, static_map, vector
from siting.reports.maps.drawing import Entry, Sheet, Style, wrapped
from siting.reports.maps.marks import Disc, Drawing, ground, straightened
from siting.reports.nouns import Column, Section, Table
from siting.reports.speech import Speech
from siting.studies.study import Study
from siting.words import LANGS, Lang, load

MAKE = runpy.run_path(str(Path(__file__).with_name("study_maker.py")))["make"]
FONT = pytest.mark.skipif(fonts.chinese() is None, reason="no font with Chinese characters on this machine")
ORDERS = ('#read("report.typ")', "$x$ *b* _i_ @ref <label>", "#panic()", "\\ // /* `raw`", "= heading")


@pytest.fixture(scope="module")
def study() -> Study:
    return MAKE(60)


def _say(study: Study, lang: Lang = "zh") -> Speech:
    return Speech(load(lang, content.WORDS), study.county.file.money)


def _text(data: bytes) -> str:
    pypdf = pytest.importorskip("pypdf")
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def _named(study: Study, names: tuple[str, ...]) -> Study:
    """The study with one of these names for every site."""
    sites = tuple(
        site.model_copy(update={"name": f"{names[n % len(names)]} {n}"}) for n, site in enumerate(study.county.sites)
    )
    return dataclasses.replace(study, county=dataclasses.replace(study.county, sites=sites))


@FONT
@pytest.mark.parametrize("lang", LANGS)
def test_the_verdict_and_the_figures_stand_in_the_pdf(study: Study, lang: Lang) -> None:
    told = content.of(study, lang)
    text = (
        _text(pdf.document(told, _say(study, lang), [], "2026-01-05T09:30:00+08:00")).replace("\n", "").replace(" ", "")
    )
    for tile in told.tiles:
        assert tile.value.replace(" ", "") in text
    for figures in study.measures.services.values():
        assert f"{figures.demand:,}" in text


@FONT
def test_no_name_is_an_order_to_the_typesetter(study: Study) -> None:
    named = _named(study, ORDERS)
    text = _text(pdf.document(content.of(named, "zh"), _say(named), [], ""))
    for order in ORDERS:
        assert order.split()[0] in text, order


@FONT
def test_hostile_names_and_the_whole_way_to_the_file(tmp_path: Path) -> None:
    hostile = MAKE(12, hostile=True)
    (path,) = pdf.write(hostile, tmp_path, load("zh"))
    text = _text(path.read_bytes())
    assert "\u202e" not in text
    assert path.read_bytes().startswith(b"%PDF-")


@FONT
def test_the_same_study_gives_the_same_bytes(study: Study) -> None:
    told, say = content.of(study, "zh"), _say(study)
    created = "2026-01-05T09:30:00+08:00"
    assert pdf.document(told, say, [], created) == pdf.document(told, say, [], created)
    one, other = static_map.overview(study, say), static_map.overview(study, say)
    assert painter.png(one) == painter.png(other)
    assert vector.svg(one, "x") == vector.svg(other, "x")
    figures = [("map", one)]
    assert pdf.document(told, say, figures, created) == pdf.document(told, say, [("map", other)], created)


def test_without_a_chinese_font_there_is_a_fault_instead_of_boxes(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "chinese", lambda: None)
    with pytest.raises(InputRefused, match="E306"):
        pdf.write(study, tmp_path, load("zh"))
    assert list(tmp_path.iterdir()) == []


def test_a_font_that_cannot_draw_chinese_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"not a font")
    fonts.chinese.cache_clear()
    monkeypatch.setenv("SITING_FONT", str(tmp_path / "broken.ttf"))
    assert fonts.chinese() is None
    monkeypatch.undo()
    fonts.chinese.cache_clear()


@FONT
@pytest.mark.parametrize("lang", LANGS)
def test_maps_show_settlements_sites_roads_and_zones(study: Study, lang: Lang) -> None:
    whole = Image.open(io.BytesIO(painter.png(static_map.overview(study, _say(study, lang)))))
    assert whole.width == painter.WIDTH
    pictures = static_map.pictures(study, _say(study, lang))
    assert [title for title, _ in pictures] == [
        _say(study, lang).name(study.county.services[k]) for k in study.plan.services
    ]
    for _, drawn in pictures:
        picture = Image.open(io.BytesIO(painter.png(drawn)))
        colors = {color for _, color in picture.convert("RGB").getcolors(1 << 24) or []}
        assert len(colors) > 20


@FONT
def test_lines_and_waste_are_drawn_and_set_too(tmp_path: Path) -> None:
    whole = MAKE(60, whole=True)
    assert len(static_map.pictures(whole, _say(whole))) == len(whole.plan.services)
    assert pdf.write(whole, tmp_path, load("en"))


@FONT
def test_names_never_lie_on_each_other() -> None:
    sheet = Sheet(ground((100.0, 25.0, 101.0, 26.0), beside=False), [Entry(Style(), "x")], fonts.required())
    for _ in range(30):
        sheet.name((100.5, 25.5), "云岭镇")
    assert 1 <= len(sheet.words) <= 4
    assert Image.open(io.BytesIO(painter.png(sheet.finish("N", "{n} km")))).width == painter.WIDTH


def test_a_share_below_a_class_is_not_lifted_into_it() -> None:
    assert static_map.share_color(1.0) == static_map.NEAR_TO_FAR[0]
    assert static_map.share_color(0.99999) == static_map.NEAR_TO_FAR[1]
    assert static_map.share_color(0.0) == static_map.NEAR_TO_FAR[4]


@FONT
def test_signs_that_overlap_keep_their_order_in_a_vector_drawing() -> None:
    """Grouping by look must not lift a sign over a later one that it touches."""
    marks = (Disc(50, 50, 6, "#ff0000"), Disc(54, 50, 6, "#0000ff"), Disc(58, 50, 6, "#ff0000"),
             Disc(200, 50, 6, "#ff0000"))  # fmt: skip
    on = ground((100.0, 25.0, 101.0, 26.0), beside=True)
    groups = [g.get("fill") for g in ET.fromstring(vector.svg(Drawing(100, on, marks, fonts.required()), "x"))]
    assert groups == ["#ff0000", "#0000ff", "#ff0000"]


@FONT
def test_two_maps_stand_on_a_page(study: Study) -> None:
    say, whole = _say(study), MAKE(60, whole=True)
    figures = [("map", static_map.overview(study, say)), *static_map.pictures(whole, _say(whole))]
    assert all(drawn.height <= 0.5 * 239 / 156 * 740 - 100 for _, drawn in figures[1:])
    with_maps = _pages(pdf.document(content.of(study, "zh"), say, figures, ""))
    without = _pages(pdf.document(content.of(study, "zh"), say, figures[:1], ""))
    assert with_maps - without <= 1 + (len(figures) - 1) // 2


def _pages(data: bytes) -> int:
    pypdf = pytest.importorskip("pypdf")
    return len(pypdf.PdfReader(io.BytesIO(data)).pages)


@FONT
def test_a_long_name_breaks_after_a_dot_and_never_runs_over_its_value(study: Study) -> None:
    told, name = content.of(study, "zh"), "network.modes.bicycle.speeds_kmh.expressway_link_of_the_county"
    section = next(s for s in told.sections if s.id == "assumptions")
    sources, table = section.tables
    rows = ((name, *table.rows[0][1:]), *table.rows[1:])
    long = dataclasses.replace(section, tables=(sources, dataclasses.replace(table, rows=rows)))
    text = _text(pdf.document(dataclasses.replace(told, sections=(long,)), _say(study), [], ""))
    assert name not in text
    assert name in text.replace("\n", "")


@FONT
def test_packing_a_pdf_loses_no_object(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    pypdf = pytest.importorskip("pypdf")
    told, say = content.of(study, "zh"), _say(study)
    small = pdf.document(told, say, [], "")
    monkeypatch.setattr(pdf, "packed", lambda data: data)
    plain = pdf.document(told, say, [], "")
    one, other = (pypdf.PdfReader(io.BytesIO(data), strict=True) for data in (plain, small))
    assert len(small) < 0.7 * len(plain)
    for number in one.xref[0]:
        a, b = (reader.get_object(pypdf.generic.IndirectObject(number, 0, reader)) for reader in (one, other))
        assert re.sub(r", \d+\)", ")", repr(a)) == re.sub(r", \d+\)", ")", repr(b)), number
        if isinstance(a, pypdf.generic.StreamObject):
            assert a.get_data() == b.get_data()
    assert other.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert pdf_packing.packed(small) == small
    assert pdf_packing.packed(plain[:-40]) == plain[:-40]


def test_lines_lose_only_corners_that_nobody_sees() -> None:
    line = [(0.0, 0.0), (1.0, 0.01), (2.0, 0.0), (3.0, 4.0), (4.0, 0.0)]
    assert straightened(line) == ((0.0, 0.0), (2.0, 0.0), (3.0, 4.0), (4.0, 0.0))
    ring = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 0.0)]
    assert straightened(ring) == tuple(ring)


def test_words_of_a_legend_break_between_words_or_between_signs() -> None:
    assert wrapped("No building here (red lines)", 16, len) == ["No building here", "(red lines)"]
    assert wrapped("禁建区（生态红线等）", 6, len) == ["禁建区（生态", "红线等）"]
    assert wrapped("", 6, len) == [""]


def _table(*kinds: str, rows: int) -> Table:
    texts = "there is no place within the standard that anybody could reach on foot " * 2
    cells = {"text": texts, "name": "Clinic", "count": 12_345_678}
    columns = tuple(Column(f"c{n}", "Head", "count" if kind == "count" else "text") for n, kind in enumerate(kinds))
    return Table("x", "X", columns, (tuple(cells[kind] for kind in kinds),) * rows)


def test_columns_never_break_numbers_and_give_room_to_what_breaks_most(study: Study) -> None:
    say, table = _say(study, "en"), _table("name", "text", "count", rows=40)
    wide = widths(table, say, 156)
    assert sum(wide) == pytest.approx(156)
    assert wide[2] / 1.42 >= len("12,345,678")
    assert wide[1] > wide[0] + wide[2]
    assert 40 <= lines(table, say, wide) < lines(table, say, [52, 52, 52])


def test_a_table_that_is_too_wide_for_its_page_is_narrowed(study: Study) -> None:
    for rows in (0, 1):
        table = _table("text", *["count"] * 20, rows=rows)
        assert sum(widths(table, _say(study, "en"), 156)) == pytest.approx(156)


def _sheets(data: bytes) -> list[str]:
    pypdf = pytest.importorskip("pypdf")
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


@FONT
def test_a_heading_and_the_last_sentence_stand_on_the_page_where_their_table_begins(study: Study) -> None:
    columns = (Column("name", "Name", "text"), Column("n", "N", "count"))
    sections = tuple(
        Section(
            f"s{k}", f"Heading{k}.", (*(["Some words. " * 30] * (k % 4)), f"Sentence{k}."),
            (Table(f"t{k}", "T", columns, tuple((f"Row{k}-{n}.", n) for n in range(30 if k % 2 else 8))),),
        )
        for k in range(16)
    )  # fmt: skip
    told = dataclasses.replace(content.of(study, "en"), sections=sections)
    pages = _sheets(pdf.document(told, _say(study, "en"), [], ""))
    for k in range(16):
        (sheet,) = [text for text in pages if f"Sentence{k}." in text]
        assert f"Row{k}-0." in sheet
        if k % 4 < 2:
            assert f"Heading{k}." in sheet


@FONT
def test_a_long_address_breaks_inside_its_column(study: Study) -> None:
    address = "https://example.org/policy/" + "%E5%B9%B4%E6%9C%88" * 12 + "/index_2026-11-30.html?id=1234567890&page=2"
    columns = (Column("source", "Source", "text"), Column("url", "Address", "text"), Column("uses", "Used", "count"))
    table = Table("sources", "Sources", columns, tuple((f"A standard {n}", address, n) for n in range(3)))
    told = dataclasses.replace(content.of(study, "en"), sections=(Section("x", "X", (), (table,)),))
    pages = _sheets(pdf.document(told, _say(study, "en"), [], ""))
    lines_of = [line for text in pages for line in text.splitlines() if "%E5" in line]
    assert len(lines_of) > 3
    assert max(map(len, lines_of)) < 80
