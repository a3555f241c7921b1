"""The planner's guides tell the truth: every command line works, and the pictures are those that siting makes.

``SITING_UPDATE_GOLDEN=1 pytest -m long tests/test_guide.py`` makes the pictures of docs/images anew.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from siting import cli, rooms
from siting.reports.formats import terminal
from siting.studies import study
from siting.words import Lang, load

from . import guide_walk as guide

UPDATE = os.environ.get("SITING_UPDATE_GOLDEN") == "1"
GUIDES = {"en": guide.PAGES["docs/guide.en.md"], "zh": guide.PAGES["docs/guide.zh.md"]}
NAMES = ("report", "map", "frontier", "compare", "paper")
#: Exit codes with which a command of the guide may end: all is well, or a slow machine's time ran out.
GOOD = (0, 5)


def _command(name: str) -> click.Command:
    found = cli.siting.get_command(click.Context(cli.siting), name)
    assert found is not None, f"there is no command {name}"
    return found


@pytest.mark.parametrize("page", guide.PAGES)
def test_every_command_line_of_a_page_is_understood(page: str) -> None:
    lines = guide.commands(guide.PAGES[page])
    assert lines
    for name, *words in lines:
        if ">" in words:
            words = words[: words.index(">")]
        _command(name).make_context(name, list(words))  # raises what the user would see


@pytest.mark.parametrize("page", guide.PAGES)
def test_every_command_and_option_in_running_text_exists(page: str) -> None:
    text = guide.PAGES[page].read_text(encoding="utf-8")
    known = {o for name in cli.COMMANDS for p in _command(name).params for o in (*p.opts, *p.secondary_opts)}
    for words in guide.mentions(guide.PAGES[page]):
        name = words[0]
        if name.startswith("-"):
            continue
        options = {o for p in _command(name).params for o in (*p.opts, *p.secondary_opts)}
        assert {w for w in words if w.startswith("--")} <= options | {"--help"}, words
    assert set(re.findall(r"`(--[a-z-]+)", text)) <= known | {"--help"}


def test_both_guides_give_the_same_commands() -> None:
    en, zh = ([[w for w in line if w not in ("en", "zh")] for line in guide.commands(GUIDES[k])] for k in ("en", "zh"))
    assert en == zh


def test_the_guides_lead_through_every_command_and_format() -> None:
    lines = guide.commands(GUIDES["en"])
    assert {line[0] for line in lines} >= set(cli.COMMANDS) - {"times"}
    text = {lang: page.read_text(encoding="utf-8") for lang, page in GUIDES.items()}
    for lang in text:
        assert "`siting times" in text[lang]
        for name in rooms.names("siting.reports"):
            assert f"`{name}`" in text[lang], name


@pytest.mark.parametrize("page", guide.PAGES)
def test_every_picture_of_a_page_is_there(page: str) -> None:
    found = guide.pictures(guide.PAGES[page])
    assert found
    for path in found:
        assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        assert 10_000 < path.stat().st_size < 400_000, path.name


def test_every_picture_is_shown_somewhere() -> None:
    pages = (*guide.ROOT.glob("*.md"), *guide.ROOT.glob("docs/*.md"))
    shown = {path for page in pages for path in guide.pictures(page)}
    assert {path for path in guide.IMAGES.iterdir() if path.suffix == ".png"} == shown


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder after all commands of the guide, run as they stand."""
    folder = tmp_path_factory.mktemp("guide")
    guide.prepare(folder)
    for words in guide.commands(GUIDES["zh"]):
        code, said = guide.run(words, folder, "zh")
        assert code in GOOD, f"siting {' '.join(words)} ends with {code}:\n{said[-2000:]}"
        assert "Traceback" not in said
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.mark.long
def test_the_guide_ends_in_a_paper_for_the_council(walked: Path) -> None:
    assert {path.name for path in (walked / "paper").iterdir()} >= {
        "report.docx",
        "compare.docx",
        "compare.xlsx",
        "why.txt",
    }
    assert (walked / "runs" / "money" / "frontier.docx").is_file()
    assert (walked / "runs" / "sweep" / "sweep.csv").is_file()
    assert len((walked / "paper" / "why.txt").read_text(encoding="utf-8").splitlines()) > 5
    meeting = {path.suffix for path in (walked / "for-the-meeting").iterdir()}
    assert meeting >= {".html", ".docx", ".xlsx", ".pdf"}


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_verdict_that_the_guides_quote_reads_so(walked: Path, lang: Lang) -> None:
    finished = study.load(walked / "runs" / "sweep" / "yunling" / "half-budget")
    said = [_plain(line) for line in terminal.lines(finished, load(lang))]
    quotes = re.findall(r"^> (.+)$", GUIDES[lang].read_text(encoding="utf-8"), re.MULTILINE)
    assert len(quotes) == 4
    # the amounts, and the fund with money left, are those of one search: another machine may end with others
    shape = re.compile(r"[0-9][0-9,.]*|(?<=is in ).+?(?= only)|(?<=最多的是).+?(?=。)")
    assert {shape.sub("#", _plain(quote)) for quote in quotes} <= {shape.sub("#", line) for line in said}


def _plain(sentence: str) -> str:
    """A sentence without its numbers: they are those of one machine's search, the words are those of every report."""
    return re.sub(r"\d[\d,.]*", "0", sentence)


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pictures_show_what_siting_makes(walked: Path, browser: Any, lang: Lang) -> None:
    made = walked / f"pictures-{lang}"
    target = {name: guide.IMAGES / f"{name}.{lang}.png" if UPDATE else None for name in NAMES}
    sweep_runs = [f"runs/sweep/yunling/{name}" for name in ("half-budget", "base")]
    steps = (
        ["report", "runs/first", "--format", "html,docx", "--lang", lang, "--out", made.name],
        ["compare", *sweep_runs, "--lang", lang, "--out", made.name],
        ["frontier", "yunling", "--service", "fitness", "--lang", lang, "--out", f"runs/fitness-{lang}"],
    )
    for step in steps:
        code, said = guide.run(step, walked, lang)
        assert code in GOOD, said
    tab = browser.new_page(viewport={"width": 1180, "height": 780})
    tab.set_default_timeout(300_000)  # a loaded machine is slow
    tab.goto((made / "report.html").as_uri())
    tab.wait_for_selector("#map-room[data-ready]")
    title = tab.locator("h1").inner_text()
    assert ("云岭县" if lang == "zh" else "Yunling County") in title
    assert len(guide.shoot(tab, "", target["report"])) > 20_000
    assert ("村卫生室" if lang == "zh" else "Village clinic") in tab.locator("#map-legend").inner_text()
    assert len(guide.shoot(tab, "#map-room", target["map"])) > 50_000
    tab.goto((made / "compare.html").as_uri())
    assert tab.locator("h1").inner_text()
    assert len(guide.shoot(tab, "", target["compare"])) > 20_000
    tab.goto((walked / "runs" / f"fitness-{lang}" / "frontier.html").as_uri())
    assert tab.locator("figure.picture img").count() >= 1
    assert len(guide.shoot(tab, "figure.picture", target["frontier"])) > 5_000
    tab.close()
    sheets = guide.paper(made / "report.docx")
    if UPDATE:
        assert sheets, "the picture of the paper needs LibreOffice and pdftoppm"
        guide.keep(sheets, guide.IMAGES / f"paper.{lang}.png")
