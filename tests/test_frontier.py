"""Coverage against money: reckoned by hand, nested plans that keep all rules, one story in every format."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
from docx import Document

from siting import api, rooms
from siting.counties.sections import MoneyUnit
from siting.errors import SolverFailed
from siting.instances.synthetic.county import generate
from siting.plan import Plan
from siting.plans.nesting import Nesting, contains
from siting.problems.problem import Fund, Problem
from siting.reports.content import WORDS
from siting.reports.maps import curves, fonts
from siting.reports.several import bundle, frontier
from siting.reports.speech import Speech
from siting.runs import budgets
from siting.runs.budgets import Budgets
from siting.runs.solving import Ask
from siting.solvers import greedy
from siting.studies.frontier import Curve, Frontier, Point
from siting.verify import Auditor
from siting.words import LANGS, Lang, load

from .conftest import write_tiny
from .problems import breaches
from .problems_rich import rich_problem

MAKE = runpy.run_path(str(Path(__file__).with_name("study_maker.py")))["make"]
FONT = pytest.mark.skipif(fonts.chinese() is None, reason="no font with Chinese characters on this machine")
Run = Callable[..., Any]
PERCENTS = (50, 100, 200)


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Frontier, Path]:
    """The frontier of the small county, by the greedy method, whose answers are known by hand."""
    folder = tmp_path_factory.mktemp("frontier")
    out = folder / "out"
    return budgets.solve(write_tiny(folder / "tiny"), out, Ask(solver="greedy"), Budgets(PERCENTS)), out


def test_the_curve_of_the_whole_is_what_the_money_buys(in_process: None, tiny: Path, tmp_path: Path) -> None:
    """Clinic C3 costs 100,000 for 100 people more, the enlargement of school S2 50,000 for 10."""
    found = budgets.solve(tiny, tmp_path / "out", Ask(), Budgets(PERCENTS, ("",)))
    curve = found.whole
    assert curve is not None
    assert (curve.today.people, curve.today.asked) == (210, 387)
    assert [(p.available, p.capital, p.people, p.met) for p in curve.free] == [
        (75_000, 50_000, 220, 0),  # the county's 50,000 do not pay a clinic
        (150_000, 150_000, 320, 2),  # the clinic from the county, the school from its own fund
        (300_000, 150_000, 320, 2),  # more money serves more pupils only in a second school: 200,000 and 5,000 a year
    ]
    assert [p.status for p in curve.free] == ["optimal"] * 3
    # nested: the county's money is spent on the school, so the clinic waits until it has as much again
    assert [p.people for p in curve.nested] == [220, 220, 320]
    assert [curve.nesting(n) for n in range(3)] == [0, 100, 0]
    assert curve.price(0) == pytest.approx(50_000 / (100 * 10 / 387))
    assert curve.price(1) == pytest.approx(100_000 / (100 * 100 / 387))
    assert curve.price(2) is None


@pytest.mark.parametrize("lang", LANGS)
def test_a_curve_alone_says_what_its_money_buys(computed: tuple[Frontier, Path], lang: Lang) -> None:
    whole, _ = computed
    curve = next(c for c in whole.curves if c.service == "clinic")
    told = frontier.of(replace(whole, curves=(curve,)), lang)
    assert f"{curve.today.people:,}" in told.verdict[0]
    assert any(f"{curve.free[-1].people:,}" in text for text in told.verdict[1:])
    several = frontier.of(replace(whole, curves=tuple(c for c in whole.curves if c.service)), lang)
    assert len(several.verdict) < len(told.verdict)  # curves that must not be added up


def test_a_service_that_refers_to_another_can_still_build(tmp_path: Path) -> None:
    generate(tmp_path / "county", seed=5, villages=20)
    found = budgets.solve(
        tmp_path / "county", tmp_path / "out", Ask(solver="greedy"), Budgets((100,), ("clinic_village",), nested=False)
    )
    (curve,) = found.curves
    (point,) = curve.free
    assert point.capital > 0
    assert point.people > curve.today.people
    plan = json.loads((tmp_path / "out" / "plans" / point.plan).read_text(encoding="utf-8"))
    assert {site["action"] for site in plan["services"]["health_township"]["open"]} == {"keep"}
    assert point.people == plan["claims"]["served"]["clinic_village"]


def test_every_plan_of_the_frontier_is_valid_under_its_own_scenario(computed: tuple[Frontier, Path]) -> None:
    found, out = computed
    auditor = Auditor(out / budgets.INPUTS)
    points = [p for curve in found.curves for p in (*curve.free, *curve.nested)]
    assert len(points) == 3 * 2 * len(PERCENTS)
    for point in points:
        plan = json.loads((out / budgets.PLANS / point.plan).read_text(encoding="utf-8"))
        assert auditor.check(plan).word == "valid"
        assert sum(item["amount"] for item in plan["spending"]) == point.capital <= point.available
        assert plan["claims"]["served"] == point.served
    told = json.loads((out / budgets.RESULT).read_text(encoding="utf-8"))
    assert [curve["service"] for curve in told["curves"]] == ["", "clinic", "school"]


def test_each_nested_plan_contains_the_one_before(computed: tuple[Frontier, Path]) -> None:
    found, out = computed

    def plan(point: Point) -> Plan:
        return Plan.from_json(json.loads((out / budgets.PLANS / point.plan).read_text(encoding="utf-8")))

    for curve in found.curves:
        plans = [plan(point) for point in curve.nested]
        assert all(contains(later, earlier) for earlier, later in pairwise(plans))
        assert [p.capital for p in curve.nested] == sorted(p.capital for p in curve.nested)


def _poorer(problem: Problem) -> Problem:
    def half(fund: Fund) -> Fund:
        return replace(fund, amount=fund.amount // 2, later=tuple(amount // 2 for amount in fund.later))

    return replace(problem, funds=tuple(half(fund) for fund in problem.funds))


@pytest.mark.parametrize("seed", range(40))
def test_a_nested_plan_keeps_all_rules_and_all_that_was_built(seed: int) -> None:
    problem = rich_problem(seed)
    try:
        inner = greedy.first_plan(_poorer(problem))
    except SolverFailed:
        return  # the rule of thumb finds no plan for so little money
    nesting = Nesting(problem, inner)
    for made in (nesting.start, greedy.more(nesting.problem, nesting.start)):
        whole = nesting.whole(made)
        assert contains(whole, inner)
        assert breaches(problem, whole) == []


def test_what_is_given_up_is_not_contained() -> None:
    found = 0
    for seed in range(12):
        problem = rich_problem(seed)
        try:
            inner = greedy.first_plan(problem)
        except SolverFailed:
            continue
        built = [(key, o) for key, part in inner.services.items() for o in part.open if o.action == "new"]
        for key, o in built:
            part = inner.services[key]
            less = replace(part, open=tuple(x for x in part.open if x != o))
            assert not contains(Plan({**inner.services, key: less}), inner)
            found += 1
    assert found


@FONT
@pytest.mark.parametrize("lang", LANGS)
def test_every_format_gives_the_same_figures(computed: tuple[Frontier, Path], tmp_path: Path, lang: Lang) -> None:
    found, words = computed[0], load(lang)
    files = {kind: rooms.frontier(kind)(found, tmp_path, words)[0] for kind in bundle.FORMATS}
    curve = found.whole
    assert curve is not None
    people = [p.people for p in (curve.today, *curve.free)]
    data = json.loads(files["json"].read_text(encoding="utf-8"))
    assert [p["people"] for p in data["curves"][0]["free"]] == people[1:]
    cells = {c.text for t in Document(str(files["docx"])).tables for row in t.rows for c in row.cells}
    text = files["html"].read_text(encoding="utf-8")
    assert "data:image/png;base64," in text
    assert 'id="map-room"' not in text
    for n in people:
        assert f"{n:,}" in cells
        assert f"{n:,}" in text
    book = openpyxl.load_workbook(files["xlsx"])
    values = {c.value for sheet in book for row in sheet.iter_rows() for c in row}
    assert {p.capital / 10_000 for p in curve.free} <= values
    caption, heading = ("图", "曲线") if lang == "zh" else ("Figure", "Curves")
    (drawn,) = (text for page in pypdf.PdfReader(files["pdf"]).pages if caption in (text := page.extract_text()))
    assert drawn.index(heading) < drawn.index(caption)  # nobody knows what a curve above its heading shows
    lines = frontier.lines(found, words, [Path("x\x1b[2J")])
    assert any(f"{people[-1]:,}" in line for line in lines)
    assert not [line for line in lines if "{" in line or "\x1b" in line]


def test_a_wish_to_stop_keeps_what_is_there_and_says_so(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(budgets.Interrupt, "__call__", lambda self: len(told) > 1)
    monkeypatch.setattr(budgets.Interrupt, "name", property(lambda self: "SIGINT" if self() else None))
    listener = budgets.Listener(step=lambda key, **values: told.append(key) if key == "step.budget" else None)
    found = budgets.solve(tiny, tmp_path / "out", Ask(solver="greedy"), Budgets(PERCENTS), listener)
    assert [(c.service, [p.budget_pct for p in c.free]) for c in found.curves] == [("", [50, 100])]
    assert any("stopped" in text for text in frontier.of(found, "en").warnings)


def test_python_gives_the_same_curve(tiny: Path, tmp_path: Path) -> None:
    found = api.frontier(tiny, run=tmp_path / "f", percents=(100, 50), services=("",), solver="greedy")
    assert [(p.budget_pct, p.people) for p in found.curves[0].free] == [(50, 220), (100, 320)]


def test_the_picture_is_the_same_each_time(computed: tuple[Frontier, Path]) -> None:
    if fonts.chinese() is None:
        pytest.skip("no font with Chinese characters on this machine")
    one, two = (frontier.bundle(computed[0], load("zh")).figures[0][1] for _ in range(2))
    assert one == two
    assert one.startswith(b"\x89PNG")


@FONT
def test_hostile_names_do_nothing(tmp_path: Path) -> None:
    county = MAKE(30, hostile=True).county
    point = Point(0, False, 0, 0, 0, {"clinic": 3}, {"clinic": 9}, 3, 9, 0, 1, 3, None, None, "", 0.0, "")
    built = replace(point, budget_pct=100, available=9, capital=9, people=6, served={"clinic": 6}, plan="=1+1",
                    status="heuristic")  # fmt: skip
    found = Frontier(county, "base", (Curve("", point, (built,), ()), Curve("clinic", point, (built,), ())), {})
    for lang in LANGS:
        assert "<script>alert" not in bundle.html(frontier.bundle(found, load(lang)))
        (xlsx,) = rooms.frontier("xlsx")(found, tmp_path, load(lang))
        cells = [c for sheet in openpyxl.load_workbook(xlsx) for row in sheet.iter_rows() for c in row]
        assert not [c for c in cells if c.data_type == "f"]


def test_the_command_writes_curves_and_refuses_what_is_not_there(siting_cli: Run, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "f"
    answer = siting_cli(
        "frontier", tiny, "--service", "all", "--budgets", "100,50", "--solver", "greedy", "--format", "json",
        "--out", out, "--quiet", "--json",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    data = answer.object
    assert [p["budget_pct"] for p in data["curves"][0]["free"]] == [50, 100]
    assert Path(data["files"][0]).name == "frontier.json"
    for wrong, code, said in (
        (("--service", "nosuch"), 3, "E309"),
        (("--scenario", "nosuch"), 3, "E180"),
        (("--solver", "nosuch"), 3, "E192"),
        (("--format", "papyrus"), 3, "E192"),
        (("--budgets", "0,50"), 2, "1000"),
        (("--budgets", "a"), 2, "1000"),
    ):
        other = tmp_path / "no"
        answer = siting_cli("frontier", tiny, *wrong, "--out", other, "--quiet")
        assert (answer.code, said in answer.err) == (code, True), answer.err
        assert not other.exists()


@FONT
@pytest.mark.parametrize("share", [0.0, 0.9999, 1.0])
def test_a_curve_that_is_flat_at_an_end_of_the_axis_is_drawn(share: float) -> None:
    """Where everybody is served at every budget the axis had no length."""
    panel = curves.Panel("clinic", (0.0, share), ((0.0, share), (9.0, share)), ((9.0, share),))
    drawn = curves.picture([panel], Speech(load("en", WORDS), MoneyUnit()))
    assert drawn.startswith(b"\x89PNG")
