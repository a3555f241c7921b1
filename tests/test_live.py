"""Live progress: people, per cent, bound, gap and time; a table on a terminal, sparse lines elsewhere."""

from __future__ import annotations

import io
import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from siting.commands import board as gaps
from siting.commands.board import Board
from siting.commands.live import Live
from siting.plans.outcome import Progress
from siting.studies.study import Study
from siting.words import LANGS, Lang, load

MAKE = runpy.run_path(str(Path(__file__).with_name("study_maker.py")))["make"]
ALONE, TOGETHER = ("clinic",), ("primary", "eldercare")


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def study() -> Study:
    return MAKE(30)


def told(study: Study, lang: Lang = "en") -> Board:
    """A board after a plan, and after both parts of the solver spoke."""
    board = Board(load(lang))
    board.plan(study.county, study.plan)
    served = study.measures.services
    weight = study.county.services["clinic"].weight
    board.progress(Progress("worth", ALONE, 2.0, weight * served["clinic"].served, weight * served["clinic"].demand))
    board.progress(Progress("tier 1", TOGETHER, 3.0, 900_000.0, 1_000_000.0))
    return board


def test_a_row_shows_the_people_of_the_best_plan_in_per_cent(study: Study) -> None:
    board, figures = told(study), study.measures.services
    rows = {row.name: row for row in board.rows(7.0)}
    clinic = rows["Village clinic"]
    assert clinic.served == f"{figures['clinic'].served:,}"
    assert clinic.share == f"{int(1000 * figures['clinic'].served / figures['clinic'].demand) / 10:.1f}%"
    assert (clinic.at_most, clinic.stage, clinic.time) == ("100.0%", "people served", "2 s")
    whole = rows["all services, people"]
    assert whole.served == f"{sum(f.served for f in figures.values()):,}"
    assert (whole.joint, whole.time) == (True, "7 s")


def test_services_that_are_planned_together_stand_below_their_bound(study: Study) -> None:
    names = [row.name for row in told(study).rows(1.0)]
    joint = "the next 2 together"
    assert names[names.index(joint) :][:3] == [joint, "Primary school", "Elder care station"]
    row = next(row for row in told(study).rows(1.0) if row.name == joint)
    assert (row.stage, row.gap, row.at_most) == ("targets of tier 1", "11.11%", "–")


def test_points_of_a_tier_are_never_shown_as_people(study: Study) -> None:
    board = told(study)
    assert board.rows(1.0)[-1].at_most == "–"  # one part counts points: no bound on people is known
    figures = study.measures.services
    together = sum(study.county.services[key].weight * figures[key].demand for key in TOGETHER)
    board.progress(Progress("worth", TOGETHER, 4.0, 1.0, together))
    assert board.rows(1.0)[-1].at_most == "100.0%"


def test_what_a_part_said_before_is_replaced(study: Study) -> None:
    board = told(study)
    board.progress(Progress("worth", (*ALONE, *TOGETHER), 9.0, None, None))
    assert list(board.parts) == [(*ALONE, *TOGETHER)]
    assert [row.joint for row in board.rows(1.0)] == [True, False, False, False, True]


@pytest.mark.parametrize("lang", LANGS)
def test_a_terminal_gets_a_table(study: Study, lang: Lang) -> None:
    out, words = io.StringIO(), load(lang)
    live = Live(words, Console(file=out, force_terminal=True, width=160, color_system=None), Clock())
    live.board = told(study, lang)
    with live:
        live.listener.step("step.verify")
    live.console.print(live.table())
    text = out.getvalue()
    assert words("step.verify") in text
    assert all(words(f"live.{key}") in text for key in ("served", "at_most", "gap", "stage", "time"))
    assert f"{study.measures.services['clinic'].served:,}" in text


@pytest.mark.parametrize("lang", LANGS)
def test_on_a_narrow_terminal_names_give_way_and_no_figure_does(study: Study, lang: Lang) -> None:
    out = io.StringIO()
    live = Live(load(lang), Console(file=out, force_terminal=True, width=76, color_system=None), Clock())
    live.board = told(study, lang)
    live.console.print(live.table())
    whole = next(row for row in live.board.rows(0.0) if row.joint and row.gap != gaps.NOTHING)
    for figure in (whole.gap, whole.stage, f"{study.measures.services['clinic'].served:,}"):
        assert figure in out.getvalue()


@pytest.mark.parametrize("lang", LANGS)
def test_elsewhere_a_line_appears_every_ten_seconds(study: Study, lang: Lang) -> None:
    out, clock = io.StringIO(), Clock()
    live = Live(load(lang), Console(file=out, force_terminal=False), clock)
    live.board = told(study, lang)
    said = []
    for now in (105.0, 109.9, 110.0, 115.0, 119.9, 120.5):
        clock.now = now
        said.append(live.say_now())
    assert said == [False, False, True, False, False, True]
    lines = out.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == ["10.0", "20.5"]
    assert "–" not in out.getvalue()  # what is not known yet is not spoken of
    assert all(f"{sum(f.served for f in study.measures.services.values()):,}" in line for line in lines)


def test_after_the_search_the_step_is_told_and_not_what_the_search_had_reached(study: Study) -> None:
    out, clock = io.StringIO(), Clock()
    live = Live(load("en"), Console(file=out, force_terminal=False), clock)
    live.board = told(study)
    live.listener.step("step.report")
    clock.now += 20
    assert live.say_now()
    assert [line.split("  ")[-1] for line in out.getvalue().splitlines()] == ["writing the report"] * 2


def test_a_solve_tells_of_its_plans_and_loads_no_model_for_it(tmp_path: Path, tiny: Path) -> None:
    code = """
import json, sys
from pathlib import Path
from siting import words
from siting.commands.live import Live
from siting.runs import solving
light = sorted({"pyomo", "highspy"} & set(sys.modules))
with Live(words.load("en")) as live:
    solving.solve(Path(sys.argv[1]), Path(sys.argv[2]), solving.Ask(solver="greedy"), live.listener)
print(json.dumps([light, [[s.name, s.served, s.demand] for s in live.board.services.values()]]))
"""
    ask = [sys.executable, "-c", code, str(tiny), str(tmp_path / "run")]
    done = subprocess.run(ask, capture_output=True, text=True, timeout=240, check=True)
    loaded, services = json.loads(done.stdout)
    assert loaded == []
    claims = json.loads((tmp_path / "run" / "plan.json").read_text(encoding="utf-8"))["claims"]["served"]
    assert [served for _, served, _ in services] == list(claims.values())


def test_a_gap_of_more_than_all_is_not_told() -> None:
    assert [gaps._gap(*pair) for pair in ((0.0, 1_000_002.0), (100.0, 201.0))] == ["–", "–"]
    assert gaps._gap(100.0, 101.0) == "1.00%"
