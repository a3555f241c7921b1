"""The whole path as a planner walks it: a county, a plan with a proven gap, a check, a report that opens."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "counties"


def siting(*arguments: object, lang: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "siting", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "SITING_LANG": lang},
        timeout=1200,
        check=False,
    )


def solved(county: object, run: Path, *more: object) -> dict:
    answer = siting("solve", county, "--out", run, "--json", "--quiet", "--time-limit", 900, *more)
    assert answer.returncode == 0, answer.stderr
    result = json.loads(answer.stdout)
    assert json.loads((run / "result.json").read_text(encoding="utf-8")) == {
        k: v for k, v in result.items() if k != "run"
    }
    return result


def assert_proven(run: Path, result: dict, gap: float) -> None:
    assert result["status"] in ("optimal", "gap_reached")
    assert result["verdict"] == "valid"
    assert result["bound"] >= result["objective"] > 0
    assert result["gap"] == pytest.approx((result["bound"] - result["objective"]) / result["objective"])
    claims = [stage for stage in result["stages"] if stage["name"] != "travel"]
    assert all(stage["gap"] <= gap for stage in claims)
    verified = siting("verify", run, "--json")
    assert verified.returncode == 0, verified.stdout
    figures = json.loads(verified.stdout)["figures"]
    assert figures["objective"] == result["objective"]


def assert_opens(report: Path) -> None:
    """The report opens in a real browser without a request, an error or an empty map."""
    browser = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if browser is None:
        if os.environ.get("SITING_REQUIRE_BROWSER"):
            pytest.fail("a browser is required, and none is installed")
        pytest.skip("no Chromium is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        page_browser = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = page_browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(300_000)
        asked: list[str] = []
        wrong: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(report.as_uri())
        page.wait_for_selector("canvas")
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        assert wrong == []
        page_browser.close()


@pytest.mark.parametrize("lang", ["zh"])
def test_the_embedded_county_gets_a_proven_and_verified_plan_with_a_report(tmp_path: Path, lang: str) -> None:
    run = tmp_path / "run"
    result = solved("yunling", run, "--lang", lang)
    assert_proven(run, result, 0.01)
    assert result["not_planned"] == []
    assert "生成" in (run / "report.html").read_text(encoding="utf-8")
    assert_opens(run / "report.html")


def test_a_real_county_goes_from_road_data_to_a_report(tmp_path: Path) -> None:
    source = SHARED / "legazpi"
    if not source.is_dir():
        pytest.skip("the Legazpi extract is not beside the project (../shared/counties/legazpi)")
    county, run = tmp_path / "legazpi", tmp_path / "run"
    extract, table = source / "raw" / "legazpi.osm.pbf", source / "settlements.csv"
    made = siting("new", county, "--osm", extract, "--settlements", table)
    assert made.returncode == 0, made.stderr
    assert siting("check", county).returncode == 0
    result = solved(county, run)
    assert_proven(run, result, 0.01)
    assert {"school_primary", "school_junior", "clinic", "fitness"} == set(result["services"])
    with (county / "settlements.csv").open(encoding="utf-8-sig") as file:
        assert sum(int(row["population_persons"]) for row in csv.DictReader(file)) == 209_533
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "OpenStreetMap" in page
    assert "ASSUMPTION" in (county / "county.toml").read_text(encoding="utf-8")
    assert_opens(run / "report.html")


def test_the_same_county_gives_the_same_plan_however_its_rows_are_sorted(tmp_path: Path) -> None:
    made = siting("new", tmp_path / "a", "--synthetic", "--villages", 20, "--seed", 5)
    assert made.returncode == 0, made.stderr
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    for name in ("settlements.csv", "sites.csv", "nodes.csv", "edges.csv"):
        head, *rows = (tmp_path / "b" / name).read_text(encoding="utf-8").splitlines()
        random.Random(1).shuffle(rows)
        (tmp_path / "b" / name).write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    plans = []
    for name in ("a", "b"):
        solved(tmp_path / name, tmp_path / f"run-{name}", "--gap", "0.001")
        plan = json.loads((tmp_path / f"run-{name}" / "plan.json").read_text(encoding="utf-8"))
        plans.append((plan["services"], plan["spending"], plan["claims"]))
    assert plans[0] == plans[1]


def test_more_money_never_serves_fewer_and_the_baseline_builds_nothing(tmp_path: Path) -> None:
    made = siting("new", tmp_path / "county", "--synthetic", "--villages", 20, "--seed", 6)
    assert made.returncode == 0, made.stderr
    results = {
        name: solved(tmp_path / "county", tmp_path / name, "--scenario", name, "--gap", "0.001")
        for name in ("baseline", "half-budget", "base")
    }
    assert results["baseline"]["money"]["used"] == 0
    assert all(service["opened"] == 0 for service in results["baseline"]["services"].values())
    bounds = [results[name]["stages"][0] for name in ("baseline", "half-budget", "base")]
    assert bounds[0]["objective"] <= bounds[1]["bound"]
    assert bounds[1]["objective"] <= bounds[2]["bound"]
