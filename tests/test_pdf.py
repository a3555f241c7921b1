"""The PDF and the map that is drawn for paper: no name is an order to the typesetter, no character is a box."""

from __future__ import annotations

import dataclasses
import io
import runpy
from pathlib import Path

import pytest
from PIL import Image

from siting.errors import InputRefused
from siting.reports import content
from siting.reports.formats import pdf
from siting.reports.maps import fonts, static_map
from siting.reports.maps.drawing import Entry, Sheet, Style
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


def _named(study: Study, name: str) -> Study:
    """The study with a name for every site that changes."""
    sites = tuple(site.model_copy(update={"name": f"{name} {n}"}) for n, site in enumerate(study.county.sites))
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
    for order in ORDERS:
        named = _named(study, order)
        text = _text(pdf.document(content.of(named, "zh"), _say(named), [], ""))
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
    assert static_map.overview(study, say) == static_map.overview(study, say)


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
    whole = Image.open(io.BytesIO(static_map.overview(study, _say(study, lang))))
    assert whole.width == static_map.WIDTH
    pictures = static_map.pictures(study, _say(study, lang))
    assert [title for title, _ in pictures] == [
        _say(study, lang).name(study.county.services[k]) for k in study.plan.services
    ]
    for _, data in pictures:
        colors = {color for _, color in Image.open(io.BytesIO(data)).convert("RGB").getcolors(1 << 24) or []}
        assert len(colors) > 20


@FONT
def test_lines_and_waste_are_drawn_and_set_too(tmp_path: Path) -> None:
    whole = MAKE(60, whole=True)
    assert len(static_map.pictures(whole, _say(whole))) == len(whole.plan.services)
    assert pdf.write(whole, tmp_path, load("en"))


@FONT
def test_names_never_lie_on_each_other() -> None:
    sheet = Sheet(400, (100.0, 25.0, 101.0, 26.0), [Entry(Style(), "x")], fonts.required())
    for _ in range(30):
        sheet.name((100.5, 25.5), "云岭镇")
    assert 1 <= len(sheet.words) <= 4
    assert Image.open(io.BytesIO(sheet.finish("N", "{n} km"))).width == 400


def test_a_share_below_a_class_is_not_lifted_into_it() -> None:
    assert static_map.share_color(1.0) == static_map.NEAR_TO_FAR[0]
    assert static_map.share_color(0.99999) == static_map.NEAR_TO_FAR[1]
    assert static_map.share_color(0.0) == static_map.NEAR_TO_FAR[4]
