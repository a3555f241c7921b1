"""A corpus of hostile names through every format: nothing runs, nothing is asked for, everything stays text.

One report holds the whole corpus, as the names of settlements and sites; ``pytest -m long`` also gives every payload
every other name of a county, one after the other.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import re
import runpy
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from siting import rooms, spreadsheet
from siting.reports.formats import terminal
from siting.reports.maps import fonts
from siting.studies.study import Study
from siting.words import LANGS, load

from . import payloads
from .test_reports import Page

MAKE = runpy.run_path(str(Path(__file__).with_name("study_maker.py")))["make"]
FORMATS = ("html", "csv", "gpkg", "geojson", "docx", "xlsx", "json", "pdf")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: Controls and marks that turn the direction of text; none may reach a reader as it is.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def with_names(study: Study) -> Study:
    """Every settlement and site has a payload for its name, so that each payload is the name of something."""
    county = study.county
    text = payloads.ALL
    settlements = tuple(
        s.model_copy(update={"name": text[k % len(text)], "name_en": "", "township": text[-1 - k % 5]})
        for k, s in enumerate(county.settlements)
    )
    sites = tuple(
        s.model_copy(update={"name": text[k % len(text)], "name_en": "", "source": text[k % len(text)]})
        for k, s in enumerate(county.sites)
    )
    return dataclasses.replace(study, county=dataclasses.replace(county, settlements=settlements, sites=sites))


def named_after(study: Study, payload: str) -> Study:
    """The county itself, its services, funds, targets, sources and red lines are named after a payload."""
    county, both = study.county, {"name": payload, "name_en": ""}
    file = county.file
    noun = {"department": payload, "department_en": ""}
    services = {
        key: s.model_copy(update=both | noun | {"sizes": tuple(z.model_copy(update=both) for z in s.sizes)})
        for key, s in file.services.items()
    }
    file = file.model_copy(
        update={
            "county": file.county.model_copy(update=both | {"note": payload, "note_en": "", "attribution": payload}),
            "services": services,
            "funds": tuple(f.model_copy(update=both) for f in file.funds),
            "targets": tuple(t.model_copy(update=both) for t in file.targets),
            "demand": {key: d.model_copy(update=both) for key, d in file.demand.items()},
            "sources": {key: s.model_copy(update={"title": payload}) for key, s in file.sources.items()},
        }
    )
    red_lines = tuple(dataclasses.replace(zone, name=payload) for zone in county.red_lines)
    lines = tuple(line.model_copy(update=both) for line in county.lines)
    return dataclasses.replace(study, county=dataclasses.replace(county, file=file, red_lines=red_lines, lines=lines))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of each format, with the corpus in it."""
    out = tmp_path_factory.mktemp("payloads")
    study = with_names(MAKE(len(payloads.ALL) + 20))
    assert len(study.county.settlements) >= len(payloads.ALL)
    found = {}
    for name in FORMATS:
        if name == "pdf" and fonts.chinese() is None:
            continue
        (out / name).mkdir()
        assert rooms.report(name)(study, out / name, load("zh")), name
        found[name] = out / name
    return found


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(set(payloads.ALL)) == len(payloads.ALL) >= 115


def assert_page(text: str) -> None:
    """Our own four scripts, no element or attribute that asks for or runs anything, nothing unseen."""
    read = Page(text)
    assert sum(tag == "script" for tag, _ in read.tags) == 4
    never = {"img", "iframe", "object", "embed", "link", "base", "form", "audio", "video", "template", "marquee"}
    assert not [tag for tag, _ in read.tags if tag in never]
    for tag, attributes in read.tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src", "srcdoc")], tag
        assert (attributes.get("href") or "#").startswith("#"), tag
    assert UNSEEN.search(text) is None


def test_a_page_holds_them_as_text(written: dict[str, Path]) -> None:
    text = (written["html"] / "report.html").read_text(encoding="utf-8")
    assert_page(text)
    said = "".join(Page(text).words)
    assert f"<svg/onload={payloads.SIGN}>" in said
    assert f"</SCRIPT ><sCrIpT>{payloads.SIGN}</ScRiPt>" in said


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    try:
        from playwright import sync_api
    except ImportError:
        found = None
    if found is None:
        if os.environ.get("SITING_REQUIRE_BROWSER") == "1":
            pytest.fail("a browser is required, and none is installed")
        pytest.skip("no browser that can be driven")
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


def visit(browser: Any, report: Path) -> None:
    """Open a report, fold out all of it: nothing of a payload ran, nothing was asked for, the page stayed."""
    page = browser.new_page()
    page.set_default_timeout(180_000)
    done: list[str] = []
    page.on("request", lambda request: done.append(request.url))
    page.on("dialog", lambda dialog: (done.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda said: done.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda fault: done.append(str(fault)))
    page.on("popup", lambda other: done.append(f"window {other.url}"))
    page.add_init_script("window.pwned = () => { window.sign = true }")
    address = report.as_uri()
    page.goto(address)
    page.wait_for_selector("#map-room[data-ready]")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    for found in page.locator("a[href]").all()[:40]:
        assert (found.get_attribute("href") or "").startswith("#")
    assert page.evaluate("window.sign") is None
    assert [url for url in done if url != address] == []
    assert page.url == address
    page.close()


def test_a_browser_runs_none_of_them_and_asks_nobody(written: dict[str, Path], browser: Any) -> None:
    visit(browser, written["html"] / "report.html")


@pytest.mark.long
def test_a_browser_runs_none_of_sixty_as_every_other_name(browser: Any, tmp_path: Path) -> None:
    chosen = list(dict.fromkeys((*payloads.HTML, *payloads.SCRIPT, *payloads.TURNED)))[:60]
    assert len(chosen) == 60
    for payload in chosen:
        assert rooms.report("html")(named_after(MAKE(12), payload), tmp_path, load("zh"))
        visit(browser, tmp_path / "report.html")


def test_a_spreadsheet_computes_none_of_them(written: dict[str, Path]) -> None:
    tables = sorted(written["csv"].glob("*.csv"))
    assert tables
    cells = [
        cell
        for path in tables
        for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
        for cell in row
    ]
    assert any("HYPERLINK" in cell for cell in cells)
    for cell in cells:
        assert not cell.startswith(spreadsheet.RUNS) or spreadsheet.NUMBER.fullmatch(cell), cell
        assert "\0" not in cell
    book = openpyxl.load_workbook(written["xlsx"] / "report.xlsx")
    values = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in values if cell.data_type == "f" or cell.hyperlink]
    texts = [cell.value for cell in values if isinstance(cell.value, str)]
    assert any("HYPERLINK" in text for text in texts)
    assert not [text for text in texts if UNSEEN.search(text)]
    assert not [s for s in book.sheetnames if len(s) > 31]


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", ["docx", "xlsx"])
def test_an_office_file_is_well_formed_and_leads_nowhere(written: dict[str, Path], name: str) -> None:
    inside = members(written[name] / f"report.{name}")
    for part, data in inside.items():
        assert not {"..", "/"} & set(Path(part).parts)
        if part.endswith((".xml", ".rels")):
            ElementTree.fromstring(data)
            assert b"<!DOCTYPE" not in data
            assert b"<!ENTITY" not in data
        if part.endswith(".rels"):
            assert b"External" not in data
    assert not [part for part in inside if "vba" in part.lower() or "embeddings" in part or "externalLink" in part]
    if name == "docx":
        fields = re.findall(rb"<w:instrText[^>]*>([^<]*)<", b"".join(inside.values()))
        assert {field.strip() for field in fields} <= {b"PAGE"}
        assert not UNSEEN.search(inside["word/document.xml"].decode())


def test_a_pdf_holds_no_action_and_no_file(written: dict[str, Path]) -> None:
    if "pdf" not in written:
        pytest.skip("no font with Chinese characters")
    pypdf = pytest.importorskip("pypdf")
    data = (written["pdf"] / "report.pdf").read_bytes()
    reader = pypdf.PdfReader(io.BytesIO(data))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "root:" not in text
    assert not reader.attachments
    for key in ("/OpenAction", "/AA"):
        action = reader.trailer["/Root"].get(key)
        assert action is None or "/S" not in action, key
    for page in reader.pages:
        for note in page.get("/Annots") or []:
            action = note.get_object().get("/A")
            assert action is None or "/URI" not in action
    for word in (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/SubmitForm"):
        assert word not in data


def test_a_layer_holds_them_word_for_word(written: dict[str, Path]) -> None:
    path = next(written["gpkg"].glob("*.gpkg"))
    with sqlite3.connect(path) as link:
        assert link.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = {row[0] for row in link.execute("SELECT name FROM settlements")}
        assert not link.execute("SELECT 1 FROM sqlite_master WHERE type = 'view'").fetchall()
    assert "'; DROP TABLE settlements; --" in names
    for path in written["geojson"].glob("*.geojson"):
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        assert features
    assert json.loads(next(written["json"].glob("*.json")).read_text(encoding="utf-8"))


def test_nothing_is_written_elsewhere(written: dict[str, Path]) -> None:
    known = re.compile(r"[a-z_]+(\.[a-z]{2})?\.(html|csv|gpkg|geojson|docx|xlsx|json|pdf)")
    for folder in written.values():
        assert all(known.fullmatch(path.name) and path.parent == folder for path in folder.rglob("*"))


@pytest.mark.parametrize("lang", LANGS)
def test_a_terminal_obeys_none_of_them(lang: Any) -> None:
    study = MAKE(12)
    for payload in payloads.ALL:
        for line in terminal.lines(named_after(study, payload), load(lang), [Path("report.html")]):
            assert UNSEEN.search(line) is None, (payload, line)


@pytest.mark.parametrize("kind", ["HTML", "FORMULA", "TERMINAL", "TYPST"])
def test_one_of_each_kind_as_every_other_name(kind: str, tmp_path: Path) -> None:
    """The first payload of a kind as the name of the county, its services, funds, targets, sources and zones."""
    write_everywhere(named_after(MAKE(12, whole=True), getattr(payloads, kind)[0]), tmp_path, ("html", "csv", "xlsx"))


@pytest.mark.long
@pytest.mark.parametrize("payload", payloads.ALL)
def test_every_payload_as_every_other_name(payload: str, tmp_path: Path) -> None:
    formats = tuple(name for name in FORMATS if name != "pdf" or fonts.chinese() is not None)
    write_everywhere(named_after(MAKE(12, whole=True), payload), tmp_path, formats)


def write_everywhere(study: Study, out: Path, formats: tuple[str, ...]) -> None:
    for name in formats:
        assert rooms.report(name)(study, out, load("zh")), name
    assert_page((out / "report.html").read_text(encoding="utf-8"))
    book = openpyxl.load_workbook(out / "report.xlsx")
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f" or c.hyperlink]
    for path in out.glob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")):
            assert not [c for c in row if c.startswith(spreadsheet.RUNS) and not spreadsheet.NUMBER.fullmatch(c)]
