"""A planner's own tables: workbooks and CSV as they come from an office, and what is refused with row and column."""

from __future__ import annotations

import csv
import math
import random
import re
import zipfile
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting import words
from siting.errors import Fault, InputRefused
from siting.instances.files.workbook import read_workbook
from siting.instances.gather import LOG_FILE, make_from_osm
from siting.instances.importfacts import Log
from siting.instances.population.places_listed import read_places
from siting.instances.tables import amounts, columns
from siting.instances.tables.listing import Listing, read_listing
from siting.instances.tables.matching import stem
from siting.reading import instance

from .small_map import write_map

DOCS = Path(__file__).resolve().parents[1] / "docs"
HEAD = ["乡镇", "行政村", "常住人口", "经度", "纬度"]
ROWS = [["石门镇", "石桥村", 500, 10.001, 0.009], ["云岭乡", "白岩村", 300, 10.01, 0.001]]


def workbook(path: Path, *rows: list[Any], merges: tuple[str, ...] = (), title: str = "Sheet1") -> Path:
    """A workbook with one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for merge in merges:
        sheet.merge_cells(merge)
    book.save(path)
    return path


def places(path: Path) -> tuple[list[Any], list[Fault]]:
    """The places of a list and the notes."""
    notes: list[Fault] = []
    return [row.place for row in read_places(path, notes).rows], notes


def refused(path: Path) -> list[Fault]:
    """The faults with which a list is refused."""
    with pytest.raises(InputRefused) as caught:
        read_places(path, [])
    return list(caught.value.faults)


def said(notes: list[Fault], code: str) -> list[dict[str, object]]:
    return [dict(note.values) for note in notes if note.code == code]


def test_a_workbook_and_the_same_csv_give_the_same_places(tmp_path: Path) -> None:
    book = workbook(tmp_path / "村.xlsx", HEAD, *ROWS)
    listed, _ = places(book)
    assert [(p.name, p.township, p.persons, p.lon, p.lat) for p in listed] == [
        ("石桥村", "石门镇", 500, 10.001, 0.009),
        ("白岩村", "云岭乡", 300, 10.01, 0.001),
    ]
    text = "\n".join(",".join(map(str, row)) for row in [HEAD, *ROWS]) + "\n"
    for encoding in ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"):
        file = tmp_path / f"{encoding}.csv"
        file.write_bytes(text.encode(encoding))
        again, _ = places(file)
        assert [(p.name, p.persons, p.lon) for p in again] == [(p.name, p.persons, p.lon) for p in listed], encoding


def test_title_merged_heading_totals_and_remarks_are_recognised_and_listed(tmp_path: Path) -> None:
    book = workbook(
        tmp_path / "年报.xlsx",
        ["石门县行政村人口统计表", None, None, None, None],
        ["单位:人", None, None, None, None],
        ["乡镇", "村名", "人口", "坐标", None],
        [None, None, None, "经度", "纬度"],
        ["石门镇", "石桥村", "1,200人", 10.001, 0.009],
        [None, "白岩村", "０．０３万人", 10.01, 0.001],
        ["石门镇小计", None, 1500, None, None],
        ["云岭乡", "上坝村", "800", 10.03, 0.001],
        ["小计", None, 800, None, None],
        ["合  计", None, 2400, None, None],
        ["注:数据为常住人口", None, None, None, None],
        merges=("A1:E1", "D3:E3", "A3:A4", "B3:B4", "C3:C4", "A5:A6"),
    )
    listed, notes = places(book)
    assert [(p.township, p.name, p.persons) for p in listed] == [
        ("石门镇", "石桥村", 1200), ("石门镇", "白岩村", 300), ("云岭乡", "上坝村", 800)
    ]  # fmt: skip
    assert [row["text"] for row in said(notes, "N241")] == ["石门镇小计", "小计", "合 计"]
    assert said(notes, "W241") == [{"row": 10, "text": "合 计", "value": 2400, "block": 0, "all": 2300}]
    assert {str(row["text"])[:4] for row in said(notes, "N242")} == {"石门县行", "单位:人", "注:数据"}
    assert said(notes, "N243") == [{"column": "township", "count": 1}]
    assert said(notes, "N244") == [{"column": "population_persons", "count": 2, "text": "1,200人", "value": 1200}]


def test_two_line_heading_of_a_csv_without_merged_cells(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("序号,村名,人口,坐标,\n,,,经度,纬度\n1,石桥村,5,10,0\n", "utf-8")
    (place,), notes = places(file)
    assert (place.name, place.persons, place.lon) == ("石桥村", 5, 10.0)
    assert said(notes, "N213") == [{"column": "序号"}]


def test_of_the_columns_below_one_heading_the_total_counts(tmp_path: Path) -> None:
    head = [["村名", "常住人口", None, None, "户数", "经度", "纬度"], [None, "男", "女", "合计", None, None, None]]
    merges = ("A1:A2", "B1:D1", "E1:E2", "F1:F2", "G1:G2")
    (place,), notes = places(workbook(tmp_path / "a.xlsx", *head, ["甲", 6, 5, 11, 3, 10, 0], merges=merges))
    assert place.persons == 11
    assert [row["column"] for row in said(notes, "N240")] == ["常住人口男", "常住人口女"]
    head[1][3] = "老人"
    path = workbook(tmp_path / "b.xlsx", *head, ["甲", 6, 5, 11, 3, 10, 0], merges=merges)
    assert [(fault.code, fault.values["name"]) for fault in refused(path)] == [("E113", "常住人口")]


def test_two_columns_of_one_heading_are_refused_where_they_matter_and_only_there(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("村名,人口,备注,备注,经度,纬度\n甲,5,x,y,10,0\n", "utf-8")
    assert places(file)[0][0].persons == 5
    file.write_text("村名,人口,人口,经度,纬度\n甲,5,6,10,0\n", "utf-8")
    assert [fault.code for fault in refused(file)] == ["E113"]


def test_unit_of_the_heading_and_of_the_line_above_count(tmp_path: Path) -> None:
    file = tmp_path / "unit.csv"
    file.write_text("村名,人口(万人),经度,纬度\n甲村,0.1234,10,0\n乙村,12人,10,0\n", "utf-8")
    assert [p.persons for p in places(file)[0]] == [1234, 12]
    file.write_text("单位:万人,,,\n村名,人口,经度,纬度\n甲村,0.5,10,0\n", "utf-8")
    assert [p.persons for p in places(file)[0]] == [5000]
    file.write_text("村名,人口(户),经度,纬度\n甲村,5,10,0\n", "utf-8")
    (fault,) = refused(file)
    assert (fault.code, fault.row, fault.column) == ("E265", 2, "population_persons")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234", 1234), ("1,234", 1234), ("１２３４", 1234), ("1，234", 1234), ("1 234", 1234), ("1234人", 1234),
        ("1.2345万人", 12345), ("12千人", 12000), ("1234.0", 1234), ("0", 0), ("1,234,567 persons", 1234567),
        ("12,34", None), ("3,5", None), ("1.5", None), ("1e3", None), ("1_000", None), ("-5", None), ("-0", None),
        ("约1200", None), ("NaN", None), ("inf", None), ("1e400", None), ("", None), ("12x", None), ("1.23456万", None),
        ("120户", None), ("٣٤", None),
    ],
)  # fmt: skip
def test_amounts_are_read_exactly_or_not_at_all(text: str, value: int | None) -> None:
    assert amounts.whole(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("108.5", 108.5), ("１０８．５", 108.5), ("-3.25", -3.25), ("108°12′36″", 108.21), ("108度12分36秒", 108.21),
     ("12°30'S", -12.5), ("108,5", None), ("1e2", None), ("nan", None), ("108°75'", None)],
)  # fmt: skip
def test_degrees_are_decimal_or_sexagesimal(text: str, value: float | None) -> None:
    assert amounts.degrees(text) == (None if value is None else pytest.approx(value))


def test_every_faulty_cell_is_named_by_row_and_column(tmp_path: Path) -> None:
    book = workbook(
        tmp_path / "bad.xlsx", ["编号", *HEAD], ["01", "石门镇", "甲", "3,5", 10, 0], ["01", "", "", "-1", 200, "x"],
        [123456789012345678, "", "丙", "#N/A", 10, 0],
    )  # fmt: skip
    found = {(fault.code, fault.row, fault.column) for fault in refused(book)}
    assert found == {
        ("E206", 2, "population_persons"), ("E206", 3, "population_persons"), ("E206", 3, "lon"), ("E206", 3, "lat"),
        ("E207", 3, "id"), ("E214", 3, "name"), ("E206", 4, "population_persons"), ("E111", 4, "id"),
    }  # fmt: skip
    assert all(fault.file == "bad.xlsx[Sheet1]" for fault in refused(book))


def test_words_that_programs_take_for_nothing_stay_names(tmp_path: Path) -> None:
    names = ["NA", "null", "None", "nan", "TRUE"]
    file = tmp_path / "a.csv"
    file.write_text("村名,人口,经度,纬度\n" + "".join(f"{name},1,10,0\n" for name in names), "utf-8")
    assert [place.name for place in places(file)[0]] == names


def test_ids_that_look_alike_are_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    same = ["e\u0301", "\u00e9", "\u00e9\u200b", " \u00e9 "]
    file.write_text("编号,村名,人口,经度,纬度\n" + "".join(f"{ident},甲,1,10,0\n" for ident in same), "utf-8")
    assert [(fault.code, fault.row) for fault in refused(file)] == [("E207", 3), ("E207", 4), ("E207", 5)]


def test_text_in_no_known_encoding_is_refused_and_never_guessed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xff\xff\x81\n")
    (tmp_path / "b.csv").write_bytes("村名,人口\n".encode("utf-16-le"))
    assert [refused(tmp_path / name)[0].code for name in ("a.csv", "b.csv")] == ["E208", "E208"]


def test_missing_columns_name_what_is_accepted(tmp_path: Path) -> None:
    (fault,) = refused(workbook(tmp_path / "a.xlsx", ["村名", "户数"], ["甲", 3]))
    assert fault.code == "E205"
    assert "常住人口" in str(fault.values["names"])


def test_a_row_longer_than_the_heading_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text("村名,人口,经度,纬度\n甲,1,234,10,0\n", "utf-8")
    assert [(fault.code, fault.row) for fault in refused(file)] == [("E106", 2)]


def test_registered_people_stand_in_with_a_warning_and_migrants_pass_through(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", ["村名", "户籍人口", "经度", "纬度"], ["甲", 50, 10, 0])
    (place,), notes = places(book)
    assert place.persons == 50
    assert said(notes, "W240") == [{"column": "registered_persons", "field": "population_persons"}]
    book = workbook(
        tmp_path / "b.xlsx", ["村名", "常住人口", "人口", "流动人口", "经度", "纬度"], ["甲", 50, 60, 7, 10, 0]
    )
    (place,), notes = places(book)
    assert (place.persons, place.groups) == (50, {"migrants_persons": 7})
    assert said(notes, "N240") == [{"column": "人口", "used": "常住人口", "field": "population_persons"}]


def test_a_merged_number_is_refused(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", HEAD, *ROWS, merges=("C2:C3",))
    assert {(fault.code, fault.row) for fault in refused(book)} == {("E266", 2), ("E266", 3)}


def test_leading_zeros_of_a_number_format_stay(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["编码", "村名", "人口", "经度", "纬度"], [12, "甲", 5, 10, 0])
    book = openpyxl.load_workbook(path)
    book.active["A2"].number_format = "000000"
    book.save(path)
    assert places(path)[0][0].id == "000012"


def test_of_several_sheets_the_one_with_the_columns_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEAD, *ROWS, title="人口")
    book = openpyxl.load_workbook(path)
    book.create_sheet("说明", 0).append(["本表说明"])
    book.save(path)
    listed, notes = places(path)
    assert len(listed) == 2
    assert said(notes, "N242") == [{"row": "-", "text": "[说明]"}]
    other = book.create_sheet("去年")
    for row in (HEAD, *ROWS):
        other.append(row)
    book.save(path)
    assert [fault.code for fault in refused(path)] == ["E264"]
    other.sheet_state = "hidden"
    book.save(path)
    assert len(places(path)[0]) == 2


def test_formulas_count_with_their_saved_value_or_are_refused_by_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEAD, ["石门镇", "甲", "=1+2", 10, 0])
    (fault,) = refused(path)
    assert (fault.code, fault.row, fault.column, fault.values["cell"]) == ("E263", 2, "C", "C2")
    saved = tmp_path / "b.xlsx"
    _change(path, saved, "xl/worksheets/sheet1.xml", b"<f>1+2</f><v></v>", b"<f>1+2</f><v>3</v>")
    assert places(saved)[0][0].persons == 3


def _change(source: Path, target: Path, part: str, old: bytes, new: bytes) -> None:
    """A copy of a package with other bytes in one part."""
    with zipfile.ZipFile(source) as package, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in package.namelist():
            data = package.read(name)
            if name == part:
                data = data.replace(b"<f>1+2</f><v />", b"<f>1+2</f><v></v>")
                assert old in data
                data = data.replace(old, new)
            copy.writestr(name, data)


def _added(path: Path, name: str, data: bytes) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, data)
    return path


def test_hostile_workbooks_are_refused_by_name(tmp_path: Path) -> None:
    made = {name: workbook(tmp_path / f"{name}.xlsx", HEAD, *ROWS) for name in ("macro", "bomb", "dtd", "many")}
    _added(made["macro"], "xl/vbaProject.bin", b"x")
    _added(made["bomb"], "xl/media/image1.png", b"\0" * 30_000_000)
    _added(made["dtd"], "xl/extra.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16"))
    with zipfile.ZipFile(made["many"], "a") as package:
        for number in range(5001):
            package.writestr(f"xl/media/{number}", b"")
    (tmp_path / "old.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
    (tmp_path / "text.xlsx").write_text("a,b\n", encoding="utf-8")
    (tmp_path / "macro.xlsm").write_bytes(made["macro"].read_bytes())
    (tmp_path / "disguised.csv").write_bytes(made["dtd"].read_bytes())
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    wanted = {
        "macro.xlsx": "E261", "bomb.xlsx": "E262", "dtd.xlsx": "E260", "many.xlsx": "E262", "old.xlsx": "E260",
        "text.xlsx": "E260", "macro.xlsm": "E261", "disguised.csv": "E260", "old.xls": "E260", "none.xlsx": "E213",
    }  # fmt: skip
    assert {name: refused(tmp_path / name)[0].code for name in wanted} == wanted


def test_a_bomb_that_lies_in_its_directory_is_refused_while_it_unpacks(tmp_path: Path) -> None:
    path = _added(workbook(tmp_path / "a.xlsx", HEAD), "xl/media/image1.png", b"\0" * 30_000_000)
    data = path.read_bytes().replace((30_000_000).to_bytes(4, "little"), (900).to_bytes(4, "little"))
    path.write_bytes(data)
    assert refused(path)[0].code in ("E260", "E262")


def test_a_sheet_that_claims_to_be_endless_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEAD, *ROWS)
    book = openpyxl.load_workbook(path)
    book.active["A1048576"] = "x"
    book.save(path)
    assert refused(path)[0].code == "E262"
    book.active["A1048576"] = None
    book.active["XFD2"] = "x"
    book.save(path)
    assert refused(path)[0].code == "E262"


@pytest.mark.parametrize("bad", [b"", b"PK", b"PK\x03\x04" + b"\0" * 60])
def test_broken_workbooks_are_refused(tmp_path: Path, bad: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(bad)
    assert refused(tmp_path / "a.xlsx")[0].code == "E260"


def test_every_prefix_of_a_workbook_is_refused_in_words(tmp_path: Path) -> None:
    data = workbook(tmp_path / "a.xlsx", HEAD, *ROWS).read_bytes()
    for size in range(0, len(data), 97):
        (tmp_path / "cut.xlsx").write_bytes(data[:size])
        with pytest.raises(InputRefused):
            read_workbook(tmp_path / "cut.xlsx")


def test_parts_with_wrong_bytes_are_refused_in_words_or_read(tmp_path: Path) -> None:
    dice = random.Random(7)
    source = workbook(tmp_path / "a.xlsx", HEAD, *ROWS, merges=("A2:A3",))
    with zipfile.ZipFile(source) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for _ in range(60):
        name = dice.choice([part for part in sorted(parts) if "theme" not in part and "docProps" not in part])
        data = bytearray(parts[name])
        for _ in range(dice.randint(1, 6)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as package:
            for other, content in parts.items():
                package.writestr(other, bytes(data) if other == name else content)
        with suppress(InputRefused):  # anything else would be a fault of ours
            read_workbook(tmp_path / "b.xlsx")


# Villages without coordinates


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    return write_map(tmp_path / "small.osm")


def _listed(tmp_path: Path, *rows: list[Any]) -> Path:
    return workbook(tmp_path / "村.xlsx", ["乡镇", "村名", "人口"], *rows)


def test_villages_without_coordinates_are_found_by_name_and_township(tmp_path: Path, extract: Path) -> None:
    listed = _listed(
        tmp_path,
        ["石门镇", "石桥村", 500],
        ["云岭乡", "石桥村", 400],
        ["石门镇", "白岩村民委员会", 300],
        ["", "上坝", 20],
    )
    log = make_from_osm(tmp_path / "county", extract, settlements=listed)
    found = {row["id"]: row for row in said(list(log.notes), "N245")}
    assert {key: row["osm"] for key, row in found.items()} == {
        "row2": "n202", "row3": "n203", "row4": "n204", "row5": "n205"
    }  # fmt: skip
    assert [found[key]["how"] for key in ("row2", "row4")] == ["name", "stem"]
    # 石桥村 stands 0.001 degrees east and 0.008 north of 石门镇: 111 m and 890 m
    assert found["row2"]["township_m"] == str(round((111.195**2 + 889.56**2) ** 0.5))
    rows = {row["id"]: row for row in _table(log, "settlements.csv")}
    assert (rows["row3"]["lon"], rows["row3"]["lat"]) == ("10.0410000", "0.0090000")
    assert "n203" in (log.folder / LOG_FILE).read_text(encoding="utf-8")


def test_villages_that_are_not_found_or_not_alone_are_all_named(tmp_path: Path, extract: Path) -> None:
    listed = _listed(
        tmp_path,
        ["石门镇", "无此村", 5],
        ["", "石桥村", 5],
        ["石门镇", "白岩", 5],
        ["石门镇", "白岩村", 7],
        ["", "石门镇", 9],
    )
    with pytest.raises(InputRefused) as caught:
        make_from_osm(tmp_path / "county", extract, settlements=listed)
    assert [(fault.code, fault.row) for fault in caught.value.faults] == [("E270", 2), ("E271", 3), ("E272", 5)]
    assert not (tmp_path / "county").exists()
    log = make_from_osm(tmp_path / "county", extract, settlements=listed, leave_out_unplaced=True)
    assert [(row["name"], row["why"]) for row in said(list(log.notes), "W242")] == [
        ("无此村", "E270"), ("石桥村", "E271"), ("白岩村", "E272")
    ]  # fmt: skip
    assert log.residents == 14


def test_faulty_cells_and_lost_villages_are_said_at_once(tmp_path: Path, extract: Path) -> None:
    listed = _listed(tmp_path, ["石门镇", "石桥村", "12,34"], ["石门镇", "无此村", 5], ["石门镇", "", 5])
    with pytest.raises(InputRefused) as caught:
        make_from_osm(tmp_path / "county", extract, settlements=listed)
    assert [(fault.code, fault.row) for fault in caught.value.faults] == [("E206", 2), ("E214", 4), ("E270", 3)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=8), max_size=6), max_size=12), st.sampled_from([*amounts.UNITS, "%", "x"]))
def test_any_table_is_read_or_refused_in_words(rows: list[list[str]], unit: str) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "any.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([["村名", f"人口({unit})", "经度", "纬度"], *rows])
        notes: list[Fault] = []
        try:
            read_places(file, notes)
        except InputRefused as refusal:
            notes += refusal.faults
        assert all(words.load("zh")(note.code, **note.values) for note in notes)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_none(text: str) -> None:
    number = amounts.whole(text)
    assert number is None or number >= 0
    angle = amounts.degrees(text)
    assert angle is None or math.isfinite(angle)


def test_a_namesake_far_from_its_township_is_not_taken(tmp_path: Path) -> None:
    from .small_map import PLACES

    PLACES[299] = (10.4, 0.0, {"place": "village", "name": "远村"})  # 44 km
    try:
        extract = write_map(tmp_path / "far.osm")
    finally:
        del PLACES[299]
    with pytest.raises(InputRefused) as caught:
        make_from_osm(tmp_path / "county", extract, settlements=_listed(tmp_path, ["石门镇", "远村", 5]))
    assert [fault.code for fault in caught.value.faults] == ["E270"]


@pytest.mark.parametrize(
    ("name", "core"),
    [("石门村", "石门"), ("石门村委会", "石门"), ("石门镇", "石门"), ("石门社区居委会", "石门"), ("李村", "李村"),
     ("Alpha", "alpha"), ("石 门 村", "石门"), ("村", "村")],
)  # fmt: skip
def test_names_lose_the_word_for_what_they_are(name: str, core: str) -> None:
    assert stem(name) == core


def _table(log: Log, name: str) -> list[dict[str, str]]:
    with (log.folder / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_shifted_coordinates_of_a_table_are_moved_back(tmp_path: Path, extract: Path) -> None:
    import numpy as np

    from siting.instances.geography.china_shift import gcj02_of_wgs84

    lon, lat = gcj02_of_wgs84(np.array([110.0]), np.array([27.0]))
    book = workbook(tmp_path / "a.xlsx", HEAD, ["石门镇", "甲", 5, float(lon[0]), float(lat[0])])
    from siting.instances.geography.crs import chosen

    place = read_places(book, [], reference=chosen("gcj02")).rows[0].place
    assert (place.lon, place.lat) == pytest.approx((110.0, 27.0), abs=2e-6)


def test_a_county_from_a_workbook_reads_back(tmp_path: Path, extract: Path) -> None:
    log = make_from_osm(
        tmp_path / "county", extract, settlements=workbook(tmp_path / "a.xlsx", HEAD, *ROWS), name="云岭县"
    )
    county, _ = instance.read(log.folder)
    assert county.file.county.name == "云岭县"
    assert sum(s.population_persons for s in county.settlements) == 800


def test_every_sentence_of_a_note_can_be_said(tmp_path: Path, extract: Path) -> None:
    listed = _listed(tmp_path, ["石门镇", "石桥村", "1,200人"], ["石门镇", "无此村", 5], ["合计", "", 1300])
    log = make_from_osm(tmp_path / "county", extract, settlements=listed, leave_out_unplaced=True)
    assert {"N241", "W241", "W242", "N244", "N245"} <= {note.code for note in log.notes}
    for lang in words.LANGS:
        for note in log.notes:
            assert words.load(lang)(note.code, **note.values)


def test_the_page_of_headings_lists_what_is_accepted() -> None:
    page = (DOCS / "tables.md").read_text(encoding="utf-8")
    for table, names in columns.TABLES.items():
        part = page.split(f"## `{table}`")[1].split("\n## ")[0]
        rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", part, re.MULTILINE))
        assert rows == {column: ", ".join(known) for column, known in names.items()}, table


def test_a_listing_says_which_columns_it_does_not_know(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("名称;人口;电话\n甲;5;1\n", "utf-8")
    listing: Listing = read_listing(file, columns.SETTLEMENTS, ("name",))
    assert listing.others == ("电话",)


def test_groups_that_other_people_push_out_are_listed(tmp_path: Path) -> None:
    """With totals of townships the pupils of the list gave way to a share of the residents, without a word."""
    book = workbook(tmp_path / "村.xlsx", [*HEAD, "小学生"], *([*row, 7] for row in ROWS))
    totals = tmp_path / "totals.csv"
    totals.write_text("乡镇,常住人口\n全县,1000\n", encoding="utf-8")
    log = make_from_osm(tmp_path / "c", write_map(tmp_path / "map.osm"), settlements=book, totals=totals)
    assert {"column": "pupils_primary_persons"} in said(list(log.notes), "N213")
