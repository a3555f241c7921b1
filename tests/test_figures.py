"""Every number of a report, read back from every format; and the main ones counted again from ``plan.json`` alone.

The content of a report is made once. These tests hold that each writer shows all of its cells, cell by cell, and that
what it shows are the numbers of the plan, counted here by a few lines that know nothing of the measures.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document

from siting.plans.measure import Measures
from siting.reports import content
from siting.reports.formats import excel, gis, json_report, page, paper, pdf, tables, word
from siting.reports.maps import fonts
from siting.reports.nouns import Amount, Table
from siting.reports.speech import Speech
from siting.studies import study as studies
from siting.studies.study import Study
from siting.words import LANGS, Lang, load

FONT = pytest.mark.skipif(fonts.chinese() is None, reason="no font with Chinese characters is installed")


@pytest.fixture(scope="module")
def study(solved: Path) -> Study:
    """The finished run of the small county, as a report sees it."""
    return studies.load(solved)


def plan_of(study: Study) -> dict[str, Any]:
    return dict(json.loads((study.run / "plan.json").read_text(encoding="utf-8")))


def say_of(study: Study, lang: Lang) -> Speech:
    return content.speech(study.county, lang)


def cells(table: Table, say: Speech) -> list[list[str]]:
    """The rows of a table as a reader sees them."""
    return [
        [say.text(cell, column.kind) for cell, column in zip(row, table.columns, strict=True)] for row in table.rows
    ]


class Tables(HTMLParser):
    """The body rows of all tables of a page, by the id of the table."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self.rows: list[list[str]] | None = None
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "table":
            self.rows = self.found.setdefault(str(named.get("id")), [])
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside and self.rows:
            self.rows[-1][-1] += data


def test_the_measures_are_those_of_the_plan_file(study: Study) -> None:
    plan = plan_of(study)
    m: Measures = study.measures
    for key, part in plan["services"].items():
        counts: Counter[str] = Counter(site["action"] for site in part["open"])
        assert (
            m.services[key].served
            == sum(row["persons"] for row in part["assignments"])
            == plan["claims"]["served"][key]
        )
        assert (m.services[key].sites_new, m.services[key].sites_expanded) == (counts["new"], counts["expand"])
        unserved = sum(row["persons"] for row in part["unserved"])
        assert m.services[key].served + unserved == m.services[key].demand
    assert m.capital == sum(row["amount"] for row in plan["spending"]) == plan["claims"]["capital"]
    for fund, used in m.fund_used.items():
        assert used == sum(row["amount"] for row in plan["spending"] if row["fund"] == fund)


def test_the_report_speaks_of_these_measures(study: Study) -> None:
    m, told = study.measures, content.of(study, "zh")
    by_id = {table.id: table for section in told.sections for table in section.tables}
    services = by_id["services"]
    at = {column.key: n for n, column in enumerate(services.columns)}
    for row, figures in zip(services.rows, m.services.values(), strict=True):
        assert (row[at["demand"]], row[at["new"]]) == (figures.demand, figures.sites_new)
        assert row[at["people_after"]] == pytest.approx(figures.served / figures.demand)
    sites = by_id["sites"]
    at = {column.key: n for n, column in enumerate(sites.columns)}
    served: Counter[str] = Counter()
    for row in sites.rows:
        served[str(row[at["service"]])] += int(row[at["served"]] or 0)  # type: ignore[call-overload]
    for key, figures in m.services.items():
        assert served[study.county.services[key].name] == figures.served
    money = by_id["funds"]
    at = {column.key: n for n, column in enumerate(money.columns)}
    assert [row[at["used"]] for row in money.rows][: len(m.fund_used)] == list(m.fund_used.values())


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_shows_every_cell(study: Study, lang: Lang) -> None:
    say, told = say_of(study, lang), content.of(study, lang)
    reader = Tables()
    reader.feed(page.html(study, load(lang)))
    for section in told.sections:
        for table in section.tables:
            assert reader.found[f"table-{table.id}"][1:] == cells(table, say), table.id


@FONT
@pytest.mark.parametrize("lang", LANGS)
def test_the_word_document_shows_every_cell_of_its_tables(study: Study, tmp_path: Path, lang: Lang) -> None:
    say, told = say_of(study, lang), content.of(study, lang)
    (path,) = word.write(study, tmp_path, load(lang))
    found = [[[cell.text for cell in row.cells] for row in table.rows[1:]] for table in Document(str(path)).tables]
    laid = paper.of(told, say)
    leaves = [leaf for chapter in laid.chapters for leaf in chapter.leaves] + list(laid.annex)
    for leaf in leaves:
        assert cells(leaf.table, say) in found, leaf.title


@FONT
def test_the_pdf_shows_every_number(study: Study, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    say, told = say_of(study, "en"), content.of(study, "en")
    (path,) = pdf.write(study, tmp_path, load("en"))
    text = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(path).pages)
    found = Counter(re.findall(r"\d[\d,]*(?:\.\d+)?%?", text))
    laid = paper.of(told, say)
    leaves = [leaf for chapter in laid.chapters for leaf in chapter.leaves] + list(laid.annex)
    for leaf in leaves:
        for row, shown in zip(leaf.table.rows, cells(leaf.table, say), strict=True):
            for cell, words in zip(row, shown, strict=True):
                if isinstance(cell, int | float | Amount):
                    (number,) = re.findall(r"\d[\d,]*(?:\.\d+)?%?", words)
                    assert found[number], f"{leaf.title}: {words}"


@pytest.mark.parametrize("lang", LANGS)
def test_the_json_file_holds_every_cell(study: Study, tmp_path: Path, lang: Lang) -> None:
    told = content.of(study, lang)
    (path,) = json_report.write(study, tmp_path, load(lang))
    data = json.loads(path.read_text(encoding="utf-8"))["content"]["sections"]
    for section, written in zip(told.sections, data, strict=True):
        for table, there in zip(section.tables, written["tables"], strict=True):
            for row, cells_there in zip(table.rows, there["rows"], strict=True):
                for cell, value in zip(row, cells_there, strict=True):
                    plain = value["value"] if isinstance(value, dict) and "value" in value else value
                    plain = value["code"] if isinstance(value, dict) and "code" in value else plain
                    assert plain == (cell.value if isinstance(cell, Amount) else cell)


def test_the_workbook_holds_every_number_of_its_lists(study: Study, tmp_path: Path) -> None:
    say, told = say_of(study, "zh"), content.of(study, "zh")
    (path,) = excel.write(study, tmp_path, load("zh"))
    book = openpyxl.load_workbook(path)
    numbers = Counter(
        round(float(cell.value), 6)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
    )
    for sheet in excel.sheets(study, told, say):
        for table in sheet.tables:
            for row in table.rows:
                for cell, column in zip(row, table.columns, strict=True):
                    kind = cell.kind if isinstance(cell, Amount) else column.kind
                    value = cell.value if isinstance(cell, Amount) else cell
                    if isinstance(value, int | float):
                        shown = value / {"money": say.unit.base_per_unit, "seconds": 60}.get(kind, 1)
                        assert numbers[round(shown, 6)], f"{sheet.name}, {table.id}, {column.key}: {value}"


def test_tables_and_map_layers_hold_the_sites_of_the_plan(study: Study, tmp_path: Path) -> None:
    plan = plan_of(study)
    wanted: Counter[tuple[str, str]] = Counter()
    for key, part in plan["services"].items():
        for row in part["assignments"]:
            wanted[key, row["site"]] += row["persons"]
    assert wanted
    written = tables.write(study, tmp_path, load("en"))
    (path,) = (p for p in written if p.name == "assignments.csv")
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        found[row["service"], row["site"]] += int(row["persons"])
    assert found == wanted
    (package,) = gis.write_geopackage(study, tmp_path, load("en"))
    with sqlite3.connect(package) as layers:
        got = {
            (s, i): n
            for s, i, n in layers.execute(
                "SELECT service, id, served_by_persons FROM sites WHERE served_by_persons > 0"
            )
        }
    layers.close()
    assert got == dict(wanted)
