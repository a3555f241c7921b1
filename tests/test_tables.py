"""Reading a table: nothing is guessed, nothing raises, every fault has its row and column."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from siting.counties.rows import Disposal, Line, RoadEdge, RoadNode, Row, Settlement, Site
from siting.errors import Fault
from siting.messages import fault_lines
from siting.reading import tables, toml_file
from siting.reading.geojson import read_polygons
from siting.words import LANGS, load

from . import small_county

TYPES: dict[str, type[Row]] = {
    "settlements.csv": Settlement, "sites.csv": Site, "nodes.csv": RoadNode, "edges.csv": RoadEdge,
    "lines.csv": Line, "disposal.csv": Disposal,
}  # fmt: skip
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HEAD = "id,name,level,lon,lat,population_persons"
ROW = "V1,一村,village,100,25,{}"


def read(
    folder: Path, data: bytes, row_type: type[Row] = Settlement, encoding: str = "utf-8"
) -> tuple[list[Row], list[Fault]]:
    """Rows and faults of a table with these bytes; every fault can be said in both languages."""
    path = folder / "settlements.csv"
    path.write_bytes(data)
    rows, numbers, faults = tables.read(path, row_type, encoding)
    assert len(rows) == len(numbers)
    for lang in LANGS:
        assert all(line for line in fault_lines(faults, load(lang)))
    return list(rows), faults


@QUICK
@given(
    data=st.binary(max_size=300),
    name=st.sampled_from(sorted(TYPES)),
    encoding=st.sampled_from(["utf-8", "gb18030", "utf-16"]),
)
@example(data=b"", name="settlements.csv", encoding="utf-8")
@example(data=codecs.BOM_UTF16_LE + b"\x00", name="settlements.csv", encoding="utf-8")
@example(data=codecs.BOM_UTF8, name="settlements.csv", encoding="gb18030")
@example(data=b'"', name="settlements.csv", encoding="utf-8")
@example(data=b"\r\r\n\n\r", name="settlements.csv", encoding="utf-8")
def test_random_bytes_are_faults_and_never_an_exception(tmp_path: Path, data: bytes, name: str, encoding: str) -> None:
    rows, faults = read(tmp_path, data, TYPES[name], encoding)
    assert rows == []
    assert faults


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", " ", "NaN", "inf", "-0", "1e400", "1,234", "1_000", "９９", "²", "٣", "1.", ".5", "+-1", "0x10",
         "1" * 5000, "𝟙", "\ufeff", "=1+1", "\t", "a\nb", '"', "1" * 200_000, "-1", "99999999999999999999",
         "True", "None"]
    ),
)  # fmt: skip


@QUICK
@given(table=st.sampled_from([n for n in small_county.FILES if n.endswith("csv")]), data=st.data())
def test_a_cell_with_anything_in_it_is_read_or_refused_where_it_stands(
    tmp_path: Path, table: str, data: st.DataObject
) -> None:
    rows = [line.split(",") for line in small_county.FILES[table].splitlines()]
    row = data.draw(st.integers(1, len(rows) - 1))
    column = data.draw(st.integers(0, len(rows[0]) - 1))
    rows[row][column] = '"' + data.draw(CELLS).replace('"', '""') + '"'
    text = "\n".join(",".join(cells) for cells in rows)
    found, faults = read(tmp_path, text.encode("utf-8", "replace"), TYPES[table])
    assert len(found) == len(rows) - 1 - bool(faults) or faults[0].code in ("E104", "E105", "E112")
    for fault in faults:
        assert fault.code in ("E104", "E105") or fault.row == row + 1 or fault.code == "E112"
        assert fault.column in ("", rows[0][column], "lon")


@QUICK
@given(at=st.integers(0, 100_000), byte=st.integers(0, 255), table=st.sampled_from(list(small_county.FILES)))
def test_one_changed_byte_never_raises(tmp_path: Path, at: int, byte: int, table: str) -> None:
    data = bytearray(small_county.FILES[table].encode())
    data[at % len(data)] = byte
    if table.endswith("csv"):
        read(tmp_path, bytes(data), TYPES[table])
    else:
        (tmp_path / table).write_bytes(data)
        read_polygons(tmp_path / table)


@QUICK
@given(
    at=st.integers(0, 100_000),
    text=st.one_of(st.text(max_size=3), st.sampled_from(["[", "]]", "1e999999", "inf", "{", '"""', "= 1\n"])),
)
def test_a_changed_county_file_never_raises(tmp_path: Path, at: int, text: str) -> None:
    old = small_county.TOML
    at %= len(old)
    path = tmp_path / "county.toml"
    path.write_text(old[:at] + text + old[at + 1 :], encoding="utf-8", errors="replace", newline="")
    document, faults = toml_file.read(path)
    assert document.file is not None or faults
    for lang in LANGS:
        assert all(line for line in fault_lines(faults, load(lang)))


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("utf-16", "utf-8"), ("utf-16", "utf-16"),
     ("utf-16-le", "utf-16"), ("utf-8-sig", "gb18030")],
)  # fmt: skip
def test_the_same_table_in_another_encoding_gives_the_same_rows(tmp_path: Path, encoding: str, declared: str) -> None:
    text = f"{HEAD}\n{ROW.format(1)}\nV2,𠮷村,hamlet,101,26,20\n"
    expected, _ = read(tmp_path, text.encode())
    rows, faults = read(tmp_path, text.encode(encoding), encoding=declared)
    assert faults == []
    assert rows == expected
    big_endian = codecs.BOM_UTF16_BE + text.encode("utf-16-be")
    assert read(tmp_path, big_endian) == (expected, [])


@pytest.mark.parametrize(
    ("encoding", "declared", "code"),
    [
        ("gb18030", "utf-8", "E101"),
        ("utf-8", "gb18030", "E103"),
        ("utf-8", "utf-16", "E103"),
        ("latin-1", "utf-8", "E102"),
    ],
)
def test_the_wrong_encoding_is_named(tmp_path: Path, encoding: str, declared: str, code: str) -> None:
    text = f"{HEAD}\n" + ("V1,Malmö,village,13,55,1\n" if encoding == "latin-1" else ROW.format(1) + "\n")
    _, faults = read(tmp_path, text.encode(encoding), encoding=declared)
    assert [f.code for f in faults] == [code]


def test_bytes_of_no_encoding_are_refused(tmp_path: Path) -> None:
    _, faults = read(tmp_path, f"{HEAD}\n".encode() + b"V1,\xff\xff,village,1,1,1\n")
    assert [(f.code, f.row) for f in faults] == [("E102", 2)]


@pytest.mark.parametrize("cell", ["7", " 7 ", "７", "+7", "007", "7.0", "\u200b7"])
def test_a_plain_number_is_read(tmp_path: Path, cell: str) -> None:
    (row,), faults = read(tmp_path, f"{HEAD}\n{ROW.format(cell)}\n".encode())
    assert faults == []
    assert row.population_persons == 7


@pytest.mark.parametrize(
    "cell", ["7,0", "1_000", "1e3", "NaN", "inf", "0x7", "7 人", "--7", "1 000", "7.5", "1" * 5000, "七"]
)
def test_anything_else_is_no_number(tmp_path: Path, cell: str) -> None:
    rows, faults = read(tmp_path, f"{HEAD}\n{ROW.format(f'{chr(34)}{cell}{chr(34)}')}\n".encode())
    assert rows == []
    assert [(f.code, f.row, f.column) for f in faults] == [("E110", 2, "population_persons")]


def test_ids_are_one_whatever_the_accent_is_made_of_and_invisible_signs_go(tmp_path: Path) -> None:
    body = "e\u0301a,x,village,1,1,1\n\u00e9\u200ba ,y,village,1,1,1\n"
    rows, faults = read(tmp_path, f"{HEAD}\n{body}".encode())
    assert [row.id for row in rows] == ["\u00e9a"]
    assert [(f.code, f.row, f.values["first"]) for f in faults] == [("E112", 3, 2)]


def test_every_fault_of_a_row_is_named_at_once(tmp_path: Path) -> None:
    _, faults = read(tmp_path, f"{HEAD}\nV1,,town,200,x,-1\n\nV2,b,village,1,1,1,1\n".encode())
    assert {(f.code, f.row, f.column) for f in faults} == {
        ("E109", 2, "level"), ("E108", 2, "lon"), ("E110", 2, "lat"), ("E108", 2, "population_persons"),
        ("E106", 4, ""),
    }  # fmt: skip


def test_rows_are_counted_as_a_spreadsheet_shows_them_across_line_breaks_in_cells(tmp_path: Path) -> None:
    body = 'V1,"a\nb",village,1,1,1\n\nV2,b,village,1,1,-1\n'
    _, faults = read(tmp_path, f"{HEAD}\n{body}".encode())
    assert [(f.code, f.row) for f in faults] == [("E108", 5)]


def test_columns_that_nobody_knows_pass_through(tmp_path: Path) -> None:
    (row,), faults = read(tmp_path, f"{HEAD},remark,\n{ROW.format(1)},hello,\n".encode())
    assert faults == []
    assert row.model_extra == {"remark": "hello"}


def test_an_id_column_of_a_table_without_ids_may_repeat(tmp_path: Path) -> None:
    text = "id,from_node,to_node,length_m,road_class\n77,A,B,1,x\n77,B,C,1,x\n,C,D,1,x\n,D,E,1,x\n"
    rows, faults = read(tmp_path, text.encode(), RoadEdge)
    assert (len(rows), faults) == (4, [])
