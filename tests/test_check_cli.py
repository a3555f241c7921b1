"""``siting check`` on broken county folders: every fault named, in both languages, and no traceback."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from siting.counties.rows import Row
from siting.reading import instance
from siting.words import LANGS

from . import small_county
from .conftest import EMBEDDED, Run

Break = Callable[[Path], None]


def table(path: Path) -> list[list[str]]:
    """The cells of a table."""
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def store(path: Path, cells: list[list[str]], encoding: str = "utf-8-sig") -> None:
    """Write a table."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(cells)
    path.write_bytes(text.getvalue().encode(encoding))


def put(file: str, row: int, **values: str) -> Break:
    """Change cells of one row, counted as a spreadsheet counts."""

    def change(folder: Path) -> None:
        cells = table(folder / file)
        for column, value in values.items():
            cells[row - 1][cells[0].index(column)] = value
        store(folder / file, cells)

    return change


def swap_columns(file: str, *rows: int) -> Break:
    """Swap lon and lat of some rows; of none: in the header, which swaps the whole columns."""

    def change(folder: Path) -> None:
        cells = table(folder / file)
        lon, lat = cells[0].index("lon"), cells[0].index("lat")
        for row in rows or (1,):
            cells[row - 1][lon], cells[row - 1][lat] = cells[row - 1][lat], cells[row - 1][lon]
        store(folder / file, cells)

    return change


def drop_column(file: str, column: str) -> Break:
    """Remove a column."""

    def change(folder: Path) -> None:
        cells = table(folder / file)
        k = cells[0].index(column)
        store(folder / file, [row[:k] + row[k + 1 :] for row in cells])

    return change


def as_gbk(*files: str) -> Break:
    """Save tables as an old spreadsheet saves them."""

    def change(folder: Path) -> None:
        for file in files:
            (folder / file).write_bytes((folder / file).read_text(encoding="utf-8-sig").encode("gb18030"))

    return change


def replace(file: str, old: str, new: str) -> Break:
    """Replace the first occurrence of a text."""

    def change(folder: Path) -> None:
        text = (folder / file).read_bytes().decode("utf-8")
        assert old in text, old
        (folder / file).write_bytes(text.replace(old, new, 1).encode("utf-8"))

    return change


def append(file: str, text: str) -> Break:
    """Add text at the end."""

    def change(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8") as out:
            out.write(text)

    return change


def line_of(file: str, start: str, after: str = "") -> int:
    """The line of the embedded county's file that begins with ``start``, the first below ``after``."""
    lines = (EMBEDDED / file).read_text(encoding="utf-8-sig").splitlines()
    begin = lines.index(after) if after else 0
    return next(k for k, line in enumerate(lines[begin:], begin + 1) if line.startswith(start))


LIMIT = line_of("county.toml", "[[services.school_primary.access]]") + 2
IN_RED_LINE = {"lon": "105.06000", "lat": "26.69658"}

#: Name, how to break the county, and the code and place that the planner must read.
TEN: dict[str, tuple[Break, str, str]] = {
    "a settlement id that stands twice": (
        put("settlements.csv", 23, id="T01-V01"), "E112", "settlements.csv:23:id",
    ),
    "a negative population": (
        put("settlements.csv", 25, population_persons="-5"), "E108", "settlements.csv:25:population_persons",
    ),
    "longitude and latitude swapped in one row": (
        swap_columns("sites.csv", 9), "E136", "sites.csv:9:lon",
    ),
    "a village 22 km from every road": (
        put("settlements.csv", 24, lat="26.15000"), "E134", "settlements.csv:24:lon",
    ),
    "minutes given in seconds": (
        replace("county.toml", 'mode = "walk"\nlimit_min = { value = 30, source = "S041" }',
                'mode = "walk"\nlimit_min = { value = 1800, source = "S041" }'),
        "E121", f"county.toml:{LIMIT}:services.school_primary.access[0].limit_min",
    ),
    "a table saved as GBK": (
        as_gbk("disposal.csv"), "E101", "disposal.csv:2",
    ),
    "a missing column": (
        drop_column("lines.csv", "trips_per_day"), "E117", "lines.csv:1:trips_per_day",
    ),
    "a candidate in a red line": (
        put("sites.csv", 3, **IN_RED_LINE), "E140", "sites.csv:3:lon",
    ),
    "a service that county.toml does not have": (
        put("sites.csv", 8, service="clinics"), "E120", "sites.csv:8:service",
    ),
    "a number that is NaN": (
        put("settlements.csv", 26, pupils_primary_persons="NaN"), "E110", "settlements.csv:26:pupils_primary_persons",
    ),
}  # fmt: skip


def errors(faults: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Code and place of the errors among the faults of ``--json``."""
    return [
        (f["code"], ":".join(str(part) for part in (f["file"], f["row"], f["column"]) if part not in (None, "")))
        for f in faults
        if f["severity"] == "error"
    ]


def assert_refused(run: Run, folder: Path, *expected: tuple[str, str]) -> None:
    """Exit 3, the codes and places in both languages and in ``--json``, and no other error."""
    for lang in LANGS:
        answer = run("check", folder, lang=lang)
        assert answer.code == 3, answer.text
        assert "Traceback" not in answer.text
        for code, place in expected:
            assert f"{code} {place} " in answer.out, answer.out
        assert ("Refused" if lang == "en" else "未通过") in answer.err
    answer = run("check", folder, "--json")
    assert answer.code == 3
    assert answer.object["status"] == "refused"
    assert sorted(errors(answer.object["faults"])) == sorted(expected)
    assert answer.object["errors"] == len(expected)


@pytest.mark.usefixtures("reads_once")
@pytest.mark.parametrize("name", TEN)
def test_the_embedded_county_is_refused_with(name: str, siting_cli: Run, embedded: Path) -> None:
    spoil, code, place = TEN[name]
    spoil(embedded)
    assert_refused(siting_cli, embedded, (code, place))


@pytest.mark.usefixtures("reads_once")
def test_a_copy_with_all_ten_faults_names_all_of_them_in_one_look(
    siting_cli: Run, siting_process: Run, embedded: Path
) -> None:
    for spoil, _, _ in TEN.values():
        spoil(embedded)
    assert_refused(siting_cli, embedded, *((code, place) for _, code, place in TEN.values()))
    alone = siting_process("check", embedded, lang="zh")
    assert (alone.code, alone.out) == (3, siting_cli("check", embedded, lang="zh").out)
    assert re.findall(r"\d+", alone.err) == ["10", "11"], "errors and warnings are counted"


@pytest.mark.usefixtures("reads_once")
@pytest.mark.parametrize("file", ["settlements.csv", "nodes.csv"])
def test_swapped_columns_are_said_to_be_swapped(file: str, siting_cli: Run, embedded: Path) -> None:
    swap_columns(file)(embedded)
    answer = siting_cli("check", embedded)
    assert answer.code == 3
    assert f"E136 {file}:2:lon " in answer.out
    assert "swapped" in answer.out
    assert "more of the same kind" in answer.out
    assert len(answer.out.splitlines()) <= 20, "a thousand alike are gathered"
    rows = len(table(embedded / file)) - 1
    assert errors(siting_cli("check", embedded, "--json").object["faults"]) == [
        ("E136", f"{file}:{k}:lon") for k in range(2, rows + 2)
    ]


@pytest.mark.usefixtures("reads_once")
def test_gbk_settlements_are_refused_with_the_encoding_to_try(siting_cli: Run, embedded: Path) -> None:
    as_gbk("settlements.csv")(embedded)
    assert_refused(siting_cli, embedded, ("E101", "settlements.csv:2"))
    assert 'encoding = "gb18030"' in siting_cli("check", embedded).out


def plain(rows: tuple[Any, ...]) -> list[Any]:
    """Rows as values: each reading makes its own class for the demand columns."""
    return [row.model_dump() if isinstance(row, Row) else row for row in rows]


@pytest.mark.usefixtures("reads_once")
def test_declared_gbk_tables_give_the_same_county(siting_cli: Run, embedded: Path) -> None:
    as_gbk(*(path.name for path in embedded.glob("*.csv")))(embedded)
    replace("county.toml", 'name_en = "Yunling County"', 'name_en = "Yunling County"\nencoding = "gb18030"')(embedded)
    assert siting_cli("check", embedded).code == 0
    theirs, ours = instance.read(embedded)[0], instance.read(EMBEDDED)[0]
    for field in dataclasses.fields(ours):
        if field.name not in ("folder", "file", "files", "roads"):
            assert plain(getattr(theirs, field.name)) == plain(getattr(ours, field.name)), field.name
    for field in dataclasses.fields(ours.roads):
        assert (getattr(theirs.roads, field.name) == getattr(ours.roads, field.name)).all(), field.name


def test_one_table_left_as_utf8_in_a_gbk_county_is_named(siting_cli: Run, tiny: Path) -> None:
    replace("county.toml", 'id = "tiny"', 'id = "tiny"\nencoding = "gb18030"')(tiny)
    replace("settlements.csv", "one", "一村")(tiny)
    assert_refused(siting_cli, tiny, ("E103", "settlements.csv"))


def toml_line(start: str, nth: int = 1) -> int:
    """The line of the small county's county.toml where the ``nth`` line with ``start`` stands."""
    lines = small_county.TOML.splitlines()
    return [k for k, line in enumerate(lines, 1) if line.startswith(start)][nth - 1]


SMALL: dict[str, tuple[Break, str, str]] = {
    "a misspelt key": (
        replace("county.toml", "allow_unserved", "alow_unserved"),
        "E199", f"county.toml:{toml_line('allow_unserved')}:network.alow_unserved",
    ),
    "a key like no other": (
        append("county.toml", "[zzz]\nred = 1\n"),
        "E116", f"county.toml:{len(small_county.TOML.splitlines()) + 1}:zzz",
    ),
    "broken TOML": (replace("county.toml", "year = 2026", "year = = 2026"), "E100", f"county.toml:{toml_line('year')}"),
    "a key given twice": (
        replace("county.toml", "year = 2026", "year = 2026\nyear = 2027"),
        "E100", f"county.toml:{toml_line('year') + 1}",
    ),
    "a missing file": (lambda folder: (folder / "edges.csv").unlink(), "E152", "edges.csv"),
    "a ragged row": (replace("settlements.csv", "0,50,20", "50,20"), "E106", "settlements.csv:3"),
    "an open quote": (replace("sites.csv", "c1", '"c1'), "E105", "sites.csv:6"),
    "a NUL byte": (replace("nodes.csv", "A,100", "A\0,100"), "E104", "nodes.csv:2"),
    "a thousands comma": (
        replace("settlements.csv", "25.0,100,30", '25.0,"1,234",30'), "E110", "settlements.csv:2:population_persons",
    ),
    "a thousands underscore": (
        replace("settlements.csv", "25.0,100,30", "25.0,1_000,30"), "E110", "settlements.csv:2:population_persons",
    ),
    "an exponent": (
        replace("settlements.csv", "25.0,100,30", "25.0,1e3,30"), "E110", "settlements.csv:2:population_persons",
    ),
    "a fraction of a person": (
        replace("settlements.csv", "25.0,100,30", "25.0,99.5,30"), "E110", "settlements.csv:2:population_persons",
    ),
    "an id that a spreadsheet changed": (
        replace("settlements.csv", "V6,six", "1.10101E+11,six"), "E111", "settlements.csv:7:id",
    ),
    "a column that stands twice": (
        replace("settlements.csv", "urban", "name"), "E113", "settlements.csv:1:name",
    ),
    "a column with another unit": (
        replace("edges.csv", "length_m", "length_km"), "E115", "edges.csv:1:length_m",
    ),
    "a source that is nowhere": (
        replace("county.toml", 'source = "X", note', 'source = "Y", note'), "E131",
        f"county.toml:{toml_line('limit_min')}:services.clinic.access[0].limit_min",
    ),
    "kilometres given as metres": (
        replace("county.toml", "limit_m = 500", "limit_m = 2.5"),
        "E133", f"county.toml:{toml_line('limit_m =')}:services.clinic.access[1].limit_m",
    ),
    "an unserved village that is not allowed": (
        replace("county.toml", "allow_unserved = true", "allow_unserved = false"), "E134", "settlements.csv:7:lon",
    ),
    "a village beyond 50 km": (
        replace("settlements.csv", "100.02,25.2", "100.02,35.2"),
        "E135", "settlements.csv:7:lon",
    ),
    "an unknown host": (replace("sites.csv", "c3,V3", "c3,V33"), "E122", "sites.csv:3:settlement"),
    "a candidate without host": (replace("sites.csv", "c3,V3", "c3,"), "E123", "sites.csv:3:settlement"),
    "an unknown size": (replace("sites.csv", "existing,standard", "existing,big"), "E125", "sites.csv:2:size"),
    "an edge to nowhere": (replace("edges.csv", "D,E", "D,Z"), "E127", "edges.csv:5:to_node"),
    "a mode without usable roads": (
        replace("county.toml", "{ road = 60 }", "{ motorway = 60 }"),
        "E128", f"county.toml:{toml_line('[network.modes.drive]')}:network.modes.drive",
    ),
    "an unknown demand group": (
        replace("county.toml", 'demand = "pupils"', 'demand = "pupil"'),
        "E129", f"county.toml:{toml_line('demand =', 2)}:services.school.demand",
    ),
    "a fund for no service": (
        replace("county.toml", 'pays = ["school"]', 'pays = ["schol"]'),
        "E130", f"county.toml:{toml_line('pays', 2)}:funds[1].pays",
    ),
    "a county without people": (
        lambda folder: store(
            folder / "settlements.csv",
            [r if k == 0 else [*r[:6], "0", "0"] for k, r in enumerate(table(folder / "settlements.csv"))],
        ), "E142", "settlements.csv:population_persons",
    ),
    "a damaged red line file": (replace("red_lines.geojson", "}", ""), "E160", "red_lines.geojson"),
    "a red line without coordinates": (
        replace("red_lines.geojson", '"Polygon"', '"Point"'), "E161", "red_lines.geojson:1",
    ),
    "a table with nothing but a header": (
        lambda folder: (folder / "nodes.csv").write_text("id,lon,lat\n", encoding="utf-8"), "E119", "nodes.csv",
    ),
}  # fmt: skip


@pytest.mark.usefixtures("reads_once")
@pytest.mark.parametrize("name", SMALL)
def test_a_small_county_is_refused_with(name: str, siting_cli: Run, tiny: Path) -> None:
    spoil, code, place = SMALL[name]
    spoil(tiny)
    assert_refused(siting_cli, tiny, (code, place))


def test_a_misspelt_key_brings_the_key_that_was_meant(siting_cli: Run, tiny: Path) -> None:
    replace("county.toml", "allow_unserved", "alow_unserved")(tiny)
    assert "“allow_unserved”" in siting_cli("check", tiny).out
    assert "“allow_unserved”" in siting_cli("check", tiny, lang="zh").out


def test_a_county_that_nobody_has_is_refused(siting_cli: Run) -> None:
    for lang in LANGS:
        answer = siting_cli("check", "nosuchcounty", lang=lang)
        assert answer.code == 3
        assert "E151 nosuchcounty " in answer.err
    answer = siting_cli("check", "nosuchcounty", "--json")
    assert answer.code == answer.object["exit_code"] == 3
    assert answer.object["faults"][0]["code"] == "E151"


def test_full_width_digits_are_digits(siting_cli: Run, tiny: Path) -> None:
    replace("settlements.csv", "100.00,25.0,100,30", "１００.００,25.0,１００,30")(tiny)
    assert siting_cli("check", tiny).code == 0
    county, _ = instance.read(tiny)
    assert (county.settlements[0].lon, county.settlements[0].population_persons) == (100.0, 100)


def test_words_that_other_readers_take_for_missing_values_are_names(siting_cli: Run, tiny: Path) -> None:
    for old, new in (("V1,one", "V1,NA"), ("V2,two", "V2,null"), ("V3,three", "V3,nan")):
        replace("settlements.csv", old, new)(tiny)
    assert siting_cli("check", tiny).code == 0
    assert [s.name for s in instance.read(tiny)[0].settlements[:3]] == ["NA", "null", "nan"]


def test_leading_zeros_of_an_id_stay(siting_cli: Run, tiny: Path) -> None:
    for file in ("settlements.csv", "sites.csv"):
        (tiny / file).write_text((tiny / file).read_text(encoding="utf-8").replace("V1,", "0071,"), encoding="utf-8")
    assert siting_cli("check", tiny).code == 0
    assert instance.read(tiny)[0].settlements[0].id == "0071"


@pytest.mark.usefixtures("reads_once")
def test_allow_unserved_turns_the_error_into_a_warning(siting_cli: Run, embedded: Path) -> None:
    put("settlements.csv", 24, lat="26.15000")(embedded)
    replace("county.toml", "allow_unserved = false", "allow_unserved = true")(embedded)
    for lang in LANGS:
        answer = siting_cli("check", embedded, lang=lang)
        assert answer.code == 0
        assert "W134 settlements.csv:24:lon " in answer.out
        assert "E134" not in answer.text
    answer = siting_cli("check", embedded, "--json")
    assert answer.code == 0
    assert answer.object["status"] == "ok"
    assert "W134" in {f["code"] for f in answer.object["faults"]}


def test_a_faulty_settlement_is_not_called_unknown_where_sites_name_it(siting_cli: Run, tiny: Path) -> None:
    replace("settlements.csv", "25.0,100,30", "25.0,-100,30")(tiny)
    assert_refused(siting_cli, tiny, ("E108", "settlements.csv:2:population_persons"))


def test_a_faulty_node_is_not_called_unknown_where_edges_name_it(siting_cli: Run, tiny: Path) -> None:
    replace("nodes.csv", "A,100.00", "A,x")(tiny)
    assert_refused(siting_cli, tiny, ("E110", "nodes.csv:2:lon"))


def test_a_name_cannot_play_with_the_terminal(siting_cli: Run, tiny: Path) -> None:
    replace("settlements.csv", "V6,six", "V6,\x1b[2Jsix\u202e")(tiny)
    answer = siting_cli("check", tiny)
    assert answer.code == 0
    assert "\x1b" not in answer.text
    assert "\u202e" not in answer.text
    assert "\\u001b[2Jsix" in answer.out


def test_json_is_one_object_whatever_the_names_hold(siting_cli: Run, tiny: Path) -> None:
    replace("settlements.csv", "V6,six", 'V6,{six} ""')(tiny)
    assert json.loads(siting_cli("check", tiny, "--json").out)["status"] in ("ok", "refused")


HOSTILE_TOML = {
    "a number too large for any limit": ("limit_min = { value = 1, ", "limit_min = { value = 1e400, ", "E121"),
    "a distance too large for any map": ("limit_m = 500", "limit_m = 1e400", "E108"),
    "an infinite number": ("limit_m = 500", "limit_m = inf", "E110"),
    "a whole number of 5,000 digits": ("weight = 2", f"weight = {'9' * 5000}", "E100"),
    "an exponent beyond all decimals": ("limit_m = 500", "limit_m = 1e99999999999999999999", "E100"),
    "lists in lists without end": ("weight = 2", f"weight = {'[' * 3000}", "E100"),
}


@pytest.mark.parametrize("name", HOSTILE_TOML)
def test_county_toml_is_refused_with(name: str, siting_cli: Run, tiny: Path) -> None:
    old, new, code = HOSTILE_TOML[name]
    replace("county.toml", old, new)(tiny)
    answer = siting_cli("check", tiny, "--json")
    assert answer.code == 3
    assert code in {f["code"] for f in answer.object["faults"]}


RINGS = {
    "a corner with one number": "[[[100], [101, 25], [101, 26], [100, 26]]]",
    "a number too large": f"[[[1{'0' * 400}, 25], [101, 25], [101, 26], [100, 26]]]",
    "NaN as a text": '[[["NaN", 25], [101, 25], [101, 26], [100, 26]]]',
    "an infinite number": "[[[1e999, 25], [101, 25], [101, 26], [100, 26]]]",
    "no corner": "[[]]",
    "nothing": "null",
    "a number in place of rings": "[1, 2]",
    "projected metres": "[[[512000, 2900000], [513000, 2900000], [513000, 2901000], [512000, 2900000]]]",
}


@pytest.mark.parametrize("name", RINGS)
def test_a_red_line_is_refused_with(name: str, siting_cli: Run, tiny: Path) -> None:
    (tiny / "red_lines.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": null, '
        f'"geometry": {{"type": "Polygon", "coordinates": {RINGS[name]}}}}}]}}',
        encoding="utf-8",
    )
    assert_refused(siting_cli, tiny, ("E161", "red_lines.geojson:1"))


def test_json_nested_without_end_is_refused(siting_cli: Run, tiny: Path) -> None:
    (tiny / "red_lines.geojson").write_text("[" * 100_000, encoding="utf-8")
    assert_refused(siting_cli, tiny, ("E160", "red_lines.geojson"))


def test_a_road_longer_than_the_earth_is_refused(siting_cli: Run, tiny: Path) -> None:
    replace("edges.csv", "A,B,1000", f"A,B,{10**20}")(tiny)
    assert_refused(siting_cli, tiny, ("E108", "edges.csv:2:length_m"))


def test_a_link_to_nowhere_in_place_of_a_table_is_refused(siting_cli: Run, tiny: Path) -> None:
    (tiny / "lines.csv").symlink_to(tiny / "nowhere.csv")
    assert_refused(siting_cli, tiny, ("E152", "lines.csv"))


def test_a_folder_in_place_of_a_table_is_refused(siting_cli: Run, tiny: Path) -> None:
    (tiny / "disposal.csv").mkdir()
    assert_refused(siting_cli, tiny, ("E152", "disposal.csv"))
