"""The page in a real browser: it opens offline, asks nobody for anything, and its controls do what they say."""

from __future__ import annotations

import dataclasses
import os
import runpy
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from siting.reports.formats import page, paper
from siting.reports.maps import map_data
from siting.reports.several import page as several
from siting.studies import comparing
from siting.words import load

REQUIRED = os.environ.get("SITING_REQUIRE_BROWSER") == "1"
MAKE = runpy.run_path(str(Path(__file__).with_name("study_maker.py")))["make"]
#: A loaded machine is ten times slower; what never comes is found all the same.
PATIENCE_MS = 300_000
NAMES = ("chromium", "chromium-browser", "google-chrome")


def _absent(why: str) -> None:
    if REQUIRED:
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = None
    try:
        from playwright import sync_api
    except ImportError:
        _absent("playwright is not installed")
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        _absent("no Chromium on this machine")
    assert sync_api
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pages")
    study = MAKE(80, hostile=True)
    for lang in ("zh", "en"):
        (written,) = page.write(study, out, load(lang))
        written.rename(out / f"{lang}.html")
    (written,) = page.write(MAKE(120, whole=True, hostile=True), out, load("zh"))
    written.rename(out / "whole.html")
    limit = page.PLAIN_LIMIT
    page.PLAIN_LIMIT = 1000
    try:
        (written,) = page.write(study, out, load("zh"))
    finally:
        page.PLAIN_LIMIT = limit
    written.rename(out / "packed.html")
    return out


@dataclass
class Visit:
    """An open page and what it did that it should not."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def _open(browser: Any, path: Path, width: int = 1400, height: int = 900) -> Visit:
    tab = browser.new_page(viewport={"width": width, "height": height})
    tab.set_default_timeout(PATIENCE_MS)
    visit = Visit(tab)
    tab.on("request", lambda r: visit.requests.append(r.url))
    tab.on("console", lambda m: visit.complaints.append(m.text) if m.type in ("error", "warning") else None)
    tab.on("pageerror", lambda e: visit.complaints.append(str(e)))
    tab.on("dialog", lambda d: (visit.complaints.append(f"dialog {d.message}"), d.dismiss()))
    tab.goto(path.as_uri())
    tab.wait_for_selector("#map-room[data-ready]")
    return visit


@pytest.mark.parametrize("name", ["zh", "en", "packed", "whole"])
@pytest.mark.parametrize(("width", "height"), [(1400, 900), (400, 800)])
def test_the_page_opens_offline_in_silence(browser: Any, folder: Path, name: str, width: int, height: int) -> None:
    visit = _open(browser, folder / f"{name}.html", width, height)
    tab = visit.page
    assert visit.requests == [(folder / f"{name}.html").as_uri()]
    assert visit.complaints == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert len(tab.locator("#map-canvas").screenshot()) > 10_000
    tab.close()


def test_choosing_a_service_and_a_moment_changes_the_map(browser: Any, folder: Path) -> None:
    visit = _open(browser, folder / "zh.html")
    tab = visit.page
    legend = tab.locator("#map-legend")
    assert "村卫生室" in legend.inner_text()
    tab.locator(".services label", has_text="小学").click()
    assert "到小学的出行" in legend.inner_text()
    assert "撤并" in legend.inner_text()
    tab.locator("label", has_text="现状").first.click()
    assert "撤并" not in legend.inner_text()
    assert "现有点位" in legend.inner_text()
    for box in tab.locator(".layers input").all():
        box.click()
    tab.locator(".services input").first.focus()
    tab.keyboard.press("ArrowRight")
    assert "到小学的出行" in legend.inner_text()
    assert visit.complaints == []
    tab.close()


def test_a_settlement_is_found_by_name_and_its_name_stays_text(browser: Any, folder: Path) -> None:
    visit = _open(browser, folder / "en.html")
    tab = visit.page
    tab.locator("#map-search").fill("<img")
    assert tab.locator("#map-hits button").count() > 0
    tab.locator("#map-search").press("Enter")
    assert "<img src=x onerror=alert(2)>" in tab.locator("#map-detail").inner_text()
    tab.locator("#map-search").fill("no such village")
    assert "nothing found" in tab.locator("#map-hits").inner_text()
    tab.locator("#map-reset").click()
    assert "Select a settlement" in tab.locator("#map-detail").inner_text()
    assert visit.complaints == []
    assert visit.requests == [(folder / "en.html").as_uri()]
    tab.close()


def test_pointing_at_the_map_shows_words(browser: Any, folder: Path) -> None:
    visit = _open(browser, folder / "zh.html")
    tab = visit.page
    box = tab.locator("#map-canvas").bounding_box()
    tab.locator("#map-canvas").scroll_into_view_if_needed()
    box = tab.locator("#map-canvas").bounding_box()
    assert _pointed_at(tab, box)
    assert visit.complaints == []
    tab.close()


def _pointed_at(tab: Any, box: Any, word: str = "") -> str:
    """Words that appear when the pointer sweeps over the map, with ``word`` among them; "" for none."""
    tip = tab.locator(".leaflet-tooltip.tip")
    for y in (0.3, 0.4, 0.5, 0.6, 0.35, 0.45, 0.55):
        for x in range(10, 60):
            tab.mouse.move(box["x"] + box["width"] * x / 70, box["y"] + box["height"] * y)
            # What was pointed at before may still be fading; a text that is gone by now is no answer.
            for text in tip.all_inner_texts():
                if text and word in text:
                    return str(text)
    return ""


def _drawn(tab: Any) -> str:
    """What the map's canvases show, as one text."""
    script = "() => [...document.querySelectorAll('#map-canvas canvas')].map((c) => c.toDataURL()).join()"
    tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return str(tab.evaluate(script))


def test_layers_of_all_families_can_be_switched(browser: Any, folder: Path) -> None:
    visit = _open(browser, folder / "whole.html")
    tab, legend = visit.page, visit.page.locator("#map-legend")
    seen = {}
    switches = {"生活垃圾收运": ["flows", "sites"], "城乡公交": ["lines", "stops"], "小学": ["links"]}
    for service, layers in switches.items():
        tab.locator(".services label", has_text=service).first.click()
        for layer in layers:
            before = _drawn(tab)
            tab.locator(f".layers input[name={layer}]").click()
            changed = _drawn(tab)
            assert changed != before, layer
            tab.locator(f".layers input[name={layer}]").click()
            assert _drawn(tab) != changed, layer
        seen[service] = legend.inner_text()
    assert {"转运站", "填埋场", "焚烧厂"} <= set(seen["生活垃圾收运"].splitlines())
    assert {"新开线路", "现有公交线路", "公交站点"} <= set(seen["城乡公交"].splitlines())
    assert visit.complaints == []
    assert visit.requests == [(folder / "whole.html").as_uri()]
    tab.close()


def test_the_phase_slider_takes_openings_back_and_works_by_keyboard(browser: Any, folder: Path) -> None:
    visit = _open(browser, folder / "whole.html")
    tab, legend = visit.page, visit.page.locator("#map-legend")
    tab.locator(".services label", has_text="小学").click()
    tab.locator(".layers input[name=links]").click()
    end = _drawn(tab)
    assert "2030" in tab.locator(".phase output").inner_text()
    assert "以后年度实施" not in legend.inner_text()
    tab.locator("#map-phase").focus()
    tab.keyboard.press("ArrowLeft")
    assert "2029" in tab.locator(".phase output").inner_text()
    assert "以后年度实施" in legend.inner_text()
    assert _drawn(tab) != end
    tab.keyboard.press("ArrowRight")
    assert "以后年度实施" not in legend.inner_text()
    tab.locator("label", has_text="现状").first.click()
    assert tab.locator("#map-phase").is_disabled()
    assert visit.complaints == []
    tab.close()


def test_a_line_and_a_flow_answer_when_they_are_pointed_at(browser: Any, folder: Path) -> None:
    visit = _open(browser, folder / "whole.html")
    tab = visit.page
    tab.locator("#map-canvas").scroll_into_view_if_needed()
    box = tab.locator("#map-canvas").bounding_box()
    for service, word in (("城乡公交", "站："), ("生活垃圾收运", "→")):
        tab.locator(".services label", has_text=service).first.click()
        tab.locator("#map-canvas").scroll_into_view_if_needed()
        box = tab.locator("#map-canvas").bounding_box()
        for layer in ("places", "sites"):
            if tab.locator(f".layers input[name={layer}]").is_checked():
                tab.locator(f".layers input[name={layer}]").click()
        tab.locator("#map-canvas").scroll_into_view_if_needed()
        box = tab.locator("#map-canvas").bounding_box()
        assert _pointed_at(tab, box, word)
    assert visit.complaints == []
    tab.close()


def test_tables_sort_and_filter(browser: Any, folder: Path) -> None:
    visit = _open(browser, folder / "zh.html")
    tab = visit.page
    rows = tab.locator("#table-sites tbody tr:visible")
    changed = rows.count()
    tab.locator("#sites input[type=checkbox]").check()
    assert rows.count() > changed
    tab.locator("#sites select").select_option("小学")
    names = tab.locator("#table-sites tbody tr:visible th").all_inner_texts()
    assert set(names) == {"小学"}
    head = tab.locator("#table-sites th[data-key=served] .sort")
    head.click()
    served = """rows => {
        const at = document.querySelector("#table-sites th[data-key=served]").cellIndex;
        return rows.map(r => r.cells[at].dataset.value).filter(v => v !== undefined).map(Number);
    }"""
    values = tab.eval_on_selector_all("#table-sites tbody tr:not([hidden])", served)
    assert len(values) > 5
    assert values == sorted(values, reverse=True)
    assert visit.complaints == []
    tab.close()


def test_on_a_phone_a_table_keeps_its_first_column_in_sight_and_its_rows_low(browser: Any, folder: Path) -> None:
    visit = _open(browser, folder / "whole.html", 390, 844)
    tab = visit.page
    scroller = tab.locator(".scroll", has=tab.locator("#table-targets"))
    scroller.evaluate("box => box.scrollLeft = 300")
    first = tab.locator("#table-targets tbody tr:first-child > :first-child")
    assert first.bounding_box()["x"] == pytest.approx(scroller.bounding_box()["x"], abs=2)
    highest = tab.locator("#table-targets").evaluate("t => Math.max(...[...t.rows].map(r => r.offsetHeight))")
    assert highest < 200
    tab.close()


def test_the_map_begins_with_the_roads_that_are_not_far_outside(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = MAKE(40)
    lon, lat = [s.lon for s in study.county.settlements], [s.lat for s in study.county.settlements]
    wide, north = max(lon) - min(lon), max(lat)
    near, far = max(lon) + 0.2 * wide, max(lon) + 3 * wide
    lines = [[(max(lon), north), (near, north)], [(near, north), (far, north)]]
    monkeypatch.setattr(map_data, "ranked_roads", lambda county: [(0, lines)])
    (written,) = page.write(study, tmp_path, load("en"))
    visit = _open(browser, written)
    frame = visit.page.locator("#map-room").get_attribute("data-frame")
    assert [float(x) for x in frame.split(",")] == pytest.approx([min(lon), min(lat), near, north], abs=1e-4)
    visit.page.close()


def test_the_page_prints_with_its_map(browser: Any, folder: Path) -> None:
    visit = _open(browser, folder / "zh.html")
    assert len(visit.page.pdf(prefer_css_page_size=True)) > 50_000
    assert visit.page.evaluate("document.getElementById('map-print').width") > 500
    assert visit.complaints == []
    visit.page.close()


def test_paper_has_the_first_rows_of_a_long_list_and_all_that_were_chosen(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(paper.OWN_MOST, "sites", 5)
    (written,) = page.write(MAKE(60), tmp_path, load("zh"))
    visit = _open(browser, written)
    tab = visit.page
    rows, rest = tab.locator("#table-sites tbody tr:visible"), tab.locator("#sites .on-paper")
    whole = rows.count()
    assert whole > 5
    assert not rest.is_visible()
    tab.emulate_media(media="print")
    assert rows.count() == 5
    assert f"{whole}" in rest.inner_text()
    tab.emulate_media(media="screen")
    tab.locator("#sites select").select_option("小学")
    chosen = rows.count()
    tab.emulate_media(media="print")
    assert rows.count() == chosen > 0
    assert not rest.is_visible()
    tab.close()


def test_on_a_phone_plans_stand_side_by_side_without_pushing(browser: Any, tmp_path: Path) -> None:
    study = MAKE(50)
    found = comparing.of([study, dataclasses.replace(study, run=study.run.with_name("other"))])
    (written,) = several.write(found, tmp_path, load("en"))
    visit = _open(browser, written, 390, 844)
    tab = visit.page
    for id in ("overview", "targets", "served", "travel", "capital"):
        box = tab.locator(".scroll", has=tab.locator(f"#table-compare_{id}"))
        assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0, id
    heads = tab.locator("#table-compare_served thead th.plan")
    assert heads.all_inner_texts()
    assert heads.nth(1).locator(".brief").is_visible()
    assert visit.complaints == []
    tab.close()


def test_without_scripts_all_tables_can_be_read(browser: Any, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE_MS)
    tab.goto((folder / "zh.html").as_uri())
    assert tab.locator("#table-sites tbody tr").first.is_visible()
    assert tab.locator("noscript").count() == 1
    context.close()
