"""The reports say what the study says, in both languages, and no name can break out of any of them."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import runpy
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from siting import spreadsheet
from siting.reports import content
from siting.reports.formats import gis, page, tables, terminal
from siting.reports.maps import map_data
from siting.reports.speech import Speech, visible
from siting.studies.study import Study
from siting.words import LANGS, Lang, Words, load

MAKE = runpy.run_path(str(Path(__file__).with_name("study_maker.py")))["make"]
ZH, EN = load("zh"), load("en")


@pytest.fixture(scope="module")
def study() -> Study:
    return MAKE(60)


@pytest.fixture(scope="module")
def hostile() -> Study:
    return MAKE(60, hostile=True)


def _speech(study: Study, lang: Lang) -> Speech:
    return Speech(load(lang, content.WORDS), study.county.file.money)


def _with(study: Study, **changes: object) -> Study:
    return dataclasses.replace(study, result={**study.result, **changes})


def _verdict(study: Study, lang: Lang = "zh") -> str:
    return "\n".join(content.of(study, lang).verdict)


class Page(HTMLParser):
    """Elements and visible text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.inside):
            self.words.append(data)


@pytest.mark.parametrize("lang", LANGS)
def test_both_languages_say_everything_without_a_hole_left_open(study: Study, lang: Lang) -> None:
    told = content.of(study, lang)
    say = _speech(study, lang)
    texts = [told.title, told.subtitle, *told.warnings, *told.verdict]
    for section in told.sections:
        texts += [section.title, *section.sentences]
        for table in section.tables:
            assert all(len(row) == len(table.columns) for row in table.rows)
            texts += [say.text(c, k.kind) for row in table.rows for c, k in zip(row, table.columns, strict=True)]
            codes = [c for row in table.rows for c, k in zip(row, table.columns, strict=True) if k.kind == "code"]
            assert all(code in say.words.sentences for code in codes)
    assert not [text for text in texts if re.search(r"\{\w*\}", text)]


def test_both_languages_have_the_same_sentences() -> None:
    zh, en = (load(lang, content.WORDS).sentences for lang in ("zh", "en"))
    assert zh.keys() == en.keys()


def test_the_map_asks_only_for_words_that_exist() -> None:
    scripts = "".join((page.PIECES / name).read_text(encoding="utf-8") for name in ("tables.js", "map.js"))
    known = load("zh", content.WORDS).sentences
    wanted = set(re.findall(r"\"((?:map|page)\.[a-z_0-9]+)\"", scripts))
    prefixes = {key for key in wanted if key.endswith("_") or key == "map.road"}
    assert wanted - prefixes <= known.keys()
    for prefix in prefixes:
        assert any(key.startswith(prefix) for key in known)


def test_the_verdict_counts_targets_and_money(study: Study) -> None:
    met = sum(t.met for t in study.measures.targets)
    assert f"{len(study.measures.targets)} 项规划目标中，{met} 项达标" in _verdict(study)
    left = study.measures.capital_available - study.measures.capital
    assert f"结余 {left / 10_000:,.1f} 万元" in _verdict(study)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"gap": 0.0, "bound": 1000, "objective": 1000, "status": "optimal"}, "已证明不存在服务人次更多的方案"),
        ({"gap": 0.0071, "bound": 10071, "objective": 10000}, "至多再提高 0.8%（71 人次）"),
        ({"gap": 0.00001, "bound": 100001, "objective": 100000}, "至多再提高 0.1%（1 人次）"),
        ({"gap": 2.7, "bound": 3700, "objective": 1000}, "计算时间不足"),
        ({"gap": None, "bound": None}, "尚未证明"),
        ({"status": "heuristic"}, "未经证明"),
    ],
)
def test_the_gap_is_told_in_words_and_never_understated(
    study: Study, changes: dict[str, object], expected: str
) -> None:
    assert expected in _verdict(_with(study, **changes))


def test_an_unproved_tier_is_told(study: Study) -> None:
    stages = [{"name": "tier 1", "objective": 5, "bound": None, "gap": None, "seconds": 1.0, "stop": "time_limit"}]
    assert "未能证明" in _verdict(_with(study, stages=stages))
    assert "未能证明" not in _verdict(study)


def test_a_rejected_plan_is_never_praised(study: Study) -> None:
    rejected = _with(study, verdict="rejected")
    assert "不得采用" in _verdict(rejected)
    assert "校核未通过" in content.of(rejected, "zh").warnings[0]
    assert any("校核未通过" in line for line in terminal.lines(rejected, ZH))


def test_a_recalled_number_is_not_shown_as_verified(study: Study) -> None:
    section = next(s for s in content.of(study, "zh").sections if s.id == "assumptions")
    rows = {row[0]: row[-1] for row in section.tables[1].rows}
    assert rows["services.clinic.access[0].limit_min"] == "status.RECALLED"
    assert rows["network.modes.drive.speeds_kmh.village"] == "status.UNKNOWN"
    assert "已核实" not in _speech(study, "zh")("status.RECALLED")
    assert any("推算" in sentence for sentence in section.sentences)
    assert any("生活垃圾收运" in sentence for sentence in section.sentences)


def test_a_share_that_misses_its_target_is_not_rounded_up_to_it(study: Study) -> None:
    say = _speech(study, "zh")
    assert say.share(0.94999) == "94.9%"
    assert say.share(0.95) == "95.0%"
    assert say.share(1.0) == "100.0%"
    assert say.share(0.29) == "29.0%"


def test_money_is_in_the_unit_of_the_county(study: Study) -> None:
    assert _speech(study, "zh").money(12_345_678) == "1,234.6 万元"
    assert _speech(study, "zh").money(300) == "0.03 万元"
    assert _speech(study, "en").money(12_345_678) == "1,234.6 wan yuan"


def test_gains_and_losses_add_up_to_the_difference(study: Study) -> None:
    changes = next(s for s in content.of(study, "zh").sections if s.id == "changes").tables[0]
    for row, key in zip(changes.rows, study.plan.services, strict=True):
        difference = study.measures.services[key].served - study.before.services[key].served
        assert int(row[2]) - int(row[4]) == difference  # type: ignore[arg-type]


def test_unserved_reasons_add_up_to_demand_less_served(study: Study) -> None:
    reasons = next(s for s in content.of(study, "zh").sections if s.id == "unserved").tables[0]
    lacking = sum(s.demand - s.served for s in study.measures.services.values())
    assert sum(int(row[3]) for row in reasons.rows) == lacking  # type: ignore[arg-type]


def test_the_files_are_named_by_language(study: Study, tmp_path: Path) -> None:
    assert [p.name for p in page.write(study, tmp_path, ZH)] == ["report.html"]
    chinese = _with(study, lang="zh")
    assert [p.name for p in page.write(chinese, tmp_path, ZH)] == ["report.html"]
    assert [p.name for p in page.write(chinese, tmp_path, EN)] == ["report.en.html"]


@pytest.mark.parametrize("words", [ZH, EN])
def test_no_name_becomes_markup(hostile: Study, words: Words) -> None:
    read = Page(page.html(hostile, words))
    assert sum(tag == "script" for tag, _ in read.tags) == 4
    assert not [tag for tag, _ in read.tags if tag in ("img", "iframe", "object", "link", "base", "form")]
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on") or name == "style"]
    text = "".join(read.words)
    assert "<script>alert(1)</script>" in text
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_the_page_names_no_address_to_load(hostile: Study) -> None:
    text = page.html(hostile, ZH)
    read = Page(text)
    assert all(a.get("href", "#").startswith("#") for _, a in read.tags)  # type: ignore[union-attr]
    assert not [a for _, a in read.tags if "src" in a]
    policy = next(a["content"] for t, a in read.tags if t == "meta" and a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "url(" not in text.split("</style>")[0]


def test_data_of_the_page_survive_their_script_block(hostile: Study) -> None:
    text = page.html(hostile, ZH)
    block = re.search(r'id="map-data" data-form="plain">(.*?)</script>', text, re.S)
    assert block
    data = json.loads(block[1])
    assert "</script><script>alert(1)</script>" in data["places"]["name"]


def test_a_large_map_is_packed(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PLAIN_LIMIT", 10)
    assert 'data-form="gzip"' in page.html(study, ZH)


def test_map_coordinates_come_back_to_a_metre(study: Study) -> None:
    data = map_data.of(study, _speech(study, "zh"))
    total = 0
    for step, place in zip(data["places"]["x"], study.county.settlements, strict=True):
        total += step
        assert abs(total / map_data.STEPS - place.lon) <= 0.5 / map_data.STEPS + 1e-12


def test_road_lines_hold_every_edge_once() -> None:
    edges = {(0, 1), (1, 2), (2, 3), (1, 4), (5, 6), (6, 7), (5, 7)}
    drawn = [(min(pair), max(pair)) for line in map_data.chains(edges) for pair in pairwise(line)]
    assert sorted(drawn) == sorted(edges)


def _read(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_csv_tables_come_back_and_run_nothing(hostile: Study, tmp_path: Path) -> None:
    names = {p.name for p in tables.write(hostile, tmp_path, ZH)}
    assert names - {"moves.csv", "reasons.csv"} == {*tables.ALWAYS}
    sites, links, left = (_read(tmp_path / f"{n}.csv") for n in ("sites", "assignments", "unserved"))
    assert len(sites) == len(hostile.county.sites)
    assert sum(int(r["capital_yuan"]) for r in sites) == hostile.measures.capital
    assert sum(int(r["persons"]) for r in links) == sum(s.served for s in hostile.measures.services.values())
    assert len(left) == sum(len(p.unserved) for p in hostile.plan.services.values())
    assert left[0]["survey_no"].startswith("0")
    cells = [cell for row in (*sites, *links, *left) for cell in row.values()]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert not [cell for cell in cells if cell.startswith(spreadsheet.RUNS)]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-2+3", "'-2+3"),
        ("-2.5", "-2.5"),
        (-2, -2),
        (None, ""),
        ("\tx", "'\tx"),
        ("村", "村"),
    ],
)
def test_only_texts_that_would_run_get_an_apostrophe(cell: object, written: object) -> None:
    assert spreadsheet.harmless(cell) == written


def test_the_geopackage_holds_four_layers(hostile: Study, tmp_path: Path) -> None:
    import pyogrio

    (path,) = gis.write_geopackage(hostile, tmp_path, ZH)
    layers = dict(pyogrio.list_layers(path))
    assert layers.pop("layer_styles") is None  # a table without shapes, which QGIS does not show as a layer
    assert layers == {"settlements": "Point", "sites": "Point", "assignments": "LineString", "roads": "LineString"}
    info = pyogrio.read_info(path, layer="settlements")
    assert info["features"] == len(hostile.county.settlements)
    assert info["crs"] == "EPSG:4326"
    assert "survey_no" in info["fields"]


def test_geojson_comes_back(hostile: Study, tmp_path: Path) -> None:
    for path in gis.write_geojson(hostile, tmp_path, ZH):
        data = json.loads(path.read_text(encoding="utf-8"))
        assert data["type"] == "FeatureCollection"
        assert len(data["features"]) > 0


@pytest.mark.parametrize("words", [ZH, EN])
def test_the_terminal_gets_at_most_30_plain_lines(hostile: Study, words: Words) -> None:
    lines = terminal.lines(hostile, words, [Path("runs/\x1b[2J/report.html")])
    assert len(lines) <= 30
    assert all(line.isprintable() for line in lines)
    assert any("\\x1b[2J" in line for line in lines)


def test_control_characters_and_direction_marks_are_shown() -> None:
    assert visible("a\x1b[2Jb\u202ec\nd") == "a\\x1b[2Jb\\u202ec d"
    assert visible("云岭县") == "云岭县"


def test_a_county_without_targets_funds_or_people_left_over_still_has_a_report(tmp_path: Path) -> None:
    bare = MAKE(5)
    for lang in LANGS:
        assert page.html(bare, load(lang))
    nothing = dataclasses.replace(
        bare,
        plan=bare.before_plan,
        measures=dataclasses.replace(bare.before, targets=(), fund_used={}, fund_available={}),
        result={"verdict": "valid"},
    )
    assert page.html(nothing, ZH)
    assert terminal.lines(nothing, EN)
    assert {p.name for p in tables.write(nothing, tmp_path, ZH)} == {*tables.ALWAYS}
