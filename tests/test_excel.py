"""The workbook and the JSON file: a sheet a question, numbers as numbers, no text that runs, true figures."""

from __future__ import annotations

import io
import json
import re
import runpy
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from siting.reports import content
from siting.reports.chapters import people, schools
from siting.reports.formats import excel, json_report, sheet_widths, workbook
from siting.reports.nouns import Amount, Column, Table
from siting.reports.speech import Speech
from siting.studies.study import Study
from siting.words import LANGS, Lang, load

MAKE = runpy.run_path(str(Path(__file__).with_name("study_maker.py")))["make"]


@pytest.fixture(scope="module")
def study() -> Study:
    return MAKE(60)


@pytest.fixture(scope="module")
def hostile() -> Study:
    return MAKE(60, hostile=True)


def opened(study: Study, out: Path, lang: Lang = "zh") -> Any:
    (path,) = excel.write(study, out, load(lang))
    return openpyxl.load_workbook(path)


def listed(sheet: Any) -> list[dict[str, Any]]:
    """The rows under the filtered head of a sheet."""
    first, last = (int(n) for n in re.findall(r"\d+", sheet.auto_filter.ref))
    heads = [cell.value for cell in sheet[first]]
    return [dict(zip(heads, (c.value for c in row), strict=True)) for row in sheet.iter_rows(first + 1, last)]


def heads(lang: Lang = "zh") -> dict[str, str]:
    """The titles of columns by their keys."""
    words = load(lang, content.WORDS).sentences
    return {key.removeprefix("col."): text for key, text in words.items() if key.startswith("col.")}


COL = heads()


def test_there_is_a_sheet_for_each_question(study: Study, tmp_path: Path) -> None:
    assert opened(study, tmp_path).sheetnames[:4] == ["结论", "目标", "选址", "各村"]
    assert {"资金", "数据说明", "未覆盖与得失"} <= set(opened(study, tmp_path).sheetnames)
    assert opened(study, tmp_path, "en").sheetnames[:4] == ["Verdict", "Targets", "Sites", "Villages"]


def test_the_verdict_comes_first(study: Study, tmp_path: Path) -> None:
    told = content.of(study, "zh")
    found = [row[0] for row in opened(study, tmp_path)["结论"].iter_rows(values_only=True) if row[0]]
    assert found[0] == told.title
    assert f"1. {told.verdict[0]}" in found[: 3 + len(told.warnings)]


def test_long_lists_can_be_filtered_and_keep_their_heads_in_sight(study: Study, tmp_path: Path) -> None:
    book = opened(study, tmp_path)
    for name in ("选址", "各村"):
        sheet = book[name]
        head = int(re.findall(r"\d+", sheet.auto_filter.ref)[0])
        assert sheet.freeze_panes == f"C{head + 1}"
        assert sheet.print_title_rows == f"${head}:${head}"


def test_sites_add_up_to_the_measures(study: Study, tmp_path: Path) -> None:
    rows = listed(opened(study, tmp_path)["选址"])
    m = study.measures
    assert sum(row[COL["served"]] or 0 for row in rows) == sum(f.persons for f in m.sites)
    assert sum(row[f"{COL['capital']}（万元）"] or 0 for row in rows) == pytest.approx(m.capital / 10_000)
    assert sum(row[f"{COL['running']}（万元）"] or 0 for row in rows) == pytest.approx(m.running / 10_000)
    by_id = {row[COL["site_id"]]: row for row in rows}
    assert len(by_id) == len(m.sites) + sum(len(part.closed) for part in study.plan.services.values())
    for figures in m.sites:
        assert by_id[figures.opening.site]["服务人数"] == figures.persons
    actions = {"new": "新建", "expand": "扩建", "keep": "保留"}
    assert all(by_id[f.opening.site]["措施"] == actions[f.opening.action] for f in m.sites)


def test_villages_add_up_to_the_plan(study: Study, tmp_path: Path) -> None:
    rows = listed(opened(study, tmp_path)["各村"])
    for key, part in study.plan.services.items():
        own = [row for row in rows if row[COL["service"]] == study.county.services[key].name]
        figures = study.measures.services[key]
        assert sum(row[COL["served_after"]] for row in own) == figures.served
        assert sum(row[COL["served_before"]] for row in own) == study.before.services[key].served
        assert sum(row[COL["demand"]] for row in own) == figures.demand
        assert sum(row[COL["reason"]] is not None for row in own) == len(part.unserved)


def test_numbers_are_numbers_and_units_stand_in_the_heads(study: Study, tmp_path: Path) -> None:
    sheet = opened(study, tmp_path)["选址"]
    row = listed(sheet)[0]
    for head in (COL["served"], f"{COL['capital']}（万元）", f"{COL['running']}（万元）"):
        assert isinstance(row[head], int | float)
    clinic = [r for r in listed(opened(study, tmp_path)["各村"]) if r[COL["service"]] == "村卫生室"]
    by_place = {a.settlement: a.travel for a in study.plan.services["clinic"].assignments}
    for r in clinic:
        if r[COL["settlement_id"]] in by_place:
            assert r[next(h for h in r if h.startswith(COL["travel"]))] == pytest.approx(
                by_place[r[COL["settlement_id"]]] / 60
            )


def test_a_target_that_is_missed_never_looks_met() -> None:
    for share in (0.9496, 0.94996, 0.949996, 0.9499996, 0.5, 2 / 3, 1.0, 0.0):
        places = len(workbook.share_form(share)) - 3
        shown = round(100 * share, places)
        assert not (shown > 100 * share and shown == round(shown)), share


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_runs(hostile: Study, tmp_path: Path, lang: Lang) -> None:
    book = opened(hostile, tmp_path, lang)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    formulas = [c for c in cells if isinstance(c.value, str) and c.value.startswith(("=", "@", "-2+3"))]
    assert formulas
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in formulas)
    assert not [
        c for c in cells if isinstance(c.value, str) and set(c.value) & {"\u202e", "\u202c", "\x1b", "\x07", "\n"}
    ]
    with zipfile.ZipFile(tmp_path / "report.xlsx") as archive:
        inside = "".join(archive.read(n).decode() for n in archive.namelist() if n.endswith((".xml", ".rels")))
    assert "<f>" not in inside
    assert "<hyperlink " not in inside
    assert "<script>" not in inside


def test_the_same_study_gives_the_same_bytes(study: Study, tmp_path: Path) -> None:
    first = excel.data(study, load("zh"))
    assert excel.data(study, load("zh")) == first


@pytest.mark.parametrize("lang", LANGS)
def test_lines_waste_and_phases_have_their_rows(tmp_path: Path, lang: Lang) -> None:
    whole = MAKE(60, whole=True, hostile=True)
    book = opened(whole, tmp_path, lang)
    titles = heads(lang)
    say = Speech(load(lang, content.WORDS), whole.county.file.money)
    ids = {row[titles["site_id"]] for row in listed(book[say("excel.sites")])}
    assert {f.opening.site for f in whole.measures.sites} <= ids
    rows = listed(book[say("excel.villages")])
    for key in whole.plan.services:
        own = [row for row in rows if row[titles["service"]] == say.name(whole.county.services[key])]
        scale = 1000 if whole.county.services[key].family == "haul" else 1
        after = sum(row[titles["served_after"]] for row in own) * scale
        assert after == pytest.approx(whole.measures.services[key].served), key


def test_sheets_have_names_that_excel_takes() -> None:
    taken: set[str] = set()
    names = [workbook._name(wish, taken) for wish in ("a/b:c*?[d]\\", "x" * 60, "x" * 60, "X" * 60, "", "'")]
    assert len({name.lower() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_a_name_of_a_sheet_ends_with_a_whole_word() -> None:
    taken: set[str] = set()
    assert workbook._name("Villages with a whole package", taken) == "Villages with a whole"
    for lang in LANGS:
        words = load(lang, content.WORDS)
        for key in ("section.packages", "section.value_of_money", "section.closings"):
            assert workbook._name(words(key), set()) == words(key)
    assert workbook._name("Villages with a whole parcel", taken) == "Villages with a whole parcel"
    assert workbook._name("Villages with a whole programme", taken) == "Villages with a whole 2"
    assert workbook._name("县" * 40, taken) == "县" * 28


def test_long_texts_stand_in_lines(study: Study, tmp_path: Path) -> None:
    sheets = opened(study, tmp_path, "en")
    texts = [
        cell for sheet in sheets for row in sheet.iter_rows(min_row=4) for cell in row if isinstance(cell.value, str)
    ]
    long = [c for c in texts if c.border.bottom.style == "dotted" and len(c.value) > 2 * sheet_widths.BROAD]
    assert long
    assert all(c.alignment.wrap_text for c in long)
    deep = [c.parent.row_dimensions[c.row].height for c in long]
    assert all(height and height > workbook.LINE * 2 for height in deep)  # programs do not find it by themselves


def test_a_text_never_touches_the_number_on_its_left(study: Study, tmp_path: Path) -> None:
    sheet = opened(study, tmp_path)["各村"]
    head = int(re.findall(r"\d+", sheet.auto_filter.ref)[0])
    for row in (head, head + 1):
        where = {sheet.cell(head, n).value: sheet.cell(row, n) for n in range(1, sheet.max_column + 1)}
        assert where[COL["served_at"]].alignment.indent == 1
        assert where[COL["settlement"]].alignment.indent == 0


def test_a_sheet_that_is_filtered_has_every_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = MAKE(40)
    monkeypatch.setattr(schools, "SHOWN", 1)
    monkeypatch.setattr(people, "LONGEST", 3)
    book = opened(study, tmp_path)
    texts = [cell.value for row in book["未覆盖与得失"].iter_rows() for cell in row if isinstance(cell.value, str)]
    assert any("“各村”工作表" in text for text in texts)
    assert not any("unserved.csv" in text for text in texts)
    found = schools.moves(study)
    told = excel.sheets(study, content.of(study, "zh"), content.speech(study.county, "zh"))
    (moved,) = (table for sheet in told for table in sheet.tables if table.id == "moves")
    assert len(moved.rows) == len(found) > 1


@pytest.mark.parametrize("lang", LANGS)
def test_one_settlement_is_in_the_singular(study: Study, lang: Lang) -> None:
    say = Speech(load(lang, content.WORDS), study.county.file.money)
    column = Column("use", "Use", "count")
    rows = ((Amount(1, "settlements"),), (Amount(2, "persons"),))
    data = workbook.file([workbook.Sheet("x", "x", tables=(Table("t", "t", (column,), rows),))], say, "x", "")
    (cell,) = (c for row in openpyxl.load_workbook(io.BytesIO(data)).active for c in row if c.value == 1)
    one, many = (say(f"excel.settlements{end}") for end in (".one", ""))
    assert cell.number_format == f'[=1]#,##0" {one}";#,##0" {many}"'


def test_a_wide_sheet_can_be_read_when_it_is_printed() -> None:
    widths = sheet_widths.Widths(8)
    for n in range(9):
        widths.wish(n, 80 if n % 2 else 6, "年运行费用增减（万元）", text=bool(n % 2))
    found = widths.settled()
    assert sum(found.values()) <= sheet_widths.PRINTED
    assert found[1] >= sheet_widths.LEAST
    narrow = sheet_widths.Widths(1)
    narrow.wish(0, 18, "年运行费用增减（万元）", text=False)
    assert narrow.settled()[0] > len("年运行费用增减（万元）") * 2  # no bracket alone in a second line
    assert sheet_widths.lines("字" * 10, 20) == 1
    assert sheet_widths.lines("字" * 11, 20) == 2


def test_a_text_longer_than_a_cell_is_cut(study: Study) -> None:
    say = Speech(load("zh", content.WORDS), study.county.file.money)
    sheet = workbook.Sheet("x", "名" * 40_000)
    assert workbook.file([sheet], say, "x", "")


@pytest.mark.parametrize("lang", LANGS)
def test_the_json_file_holds_every_figure_and_every_sentence(hostile: Study, tmp_path: Path, lang: Lang) -> None:
    (path,) = json_report.write(hostile, tmp_path, load(lang))
    data = json.loads(path.read_text(encoding="utf-8"))
    m = hostile.measures
    assert data["figures"]["plan"]["capital"] == m.capital
    assert data["figures"]["plan"]["objective"] == m.objective
    assert {k: s["served"] for k, s in data["figures"]["plan"]["services"].items()} == {
        k: s.served for k, s in m.services.items()
    }
    assert [t["met"] for t in data["figures"]["plan"]["targets"]] == [t.met for t in m.targets]
    told = content.of(hostile, lang)
    assert data["content"]["verdict"] == list(told.verdict)
    assert [s["id"] for s in data["content"]["sections"]] == [s.id for s in told.sections]
    villages = next(t for t in data["lists"] if t["id"] == "villages")
    after = [c["key"] for c in villages["columns"]].index("served_after")
    assert sum(row[after] for row in villages["rows"]) == sum(s.served for s in m.services.values())
