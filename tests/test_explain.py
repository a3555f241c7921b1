"""Why this site, why not that one: reckoned by hand, against the transportation problem, and as a planner reads it."""

from __future__ import annotations

import csv
import dataclasses
import json
import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from siting import api
from siting.counties.sections import MoneyUnit
from siting.errors import SolverFailed
from siting.model import goal
from siting.plan import Opening, Plan
from siting.plans import assign, measure
from siting.plans.assign import positions
from siting.plans.measure import SiteFigures
from siting.problems.posing import pose
from siting.problems.problem import Problem
from siting.reading import instance, scenario
from siting.reports import content
from siting.reports.chapters import reasons as chapter
from siting.reports.formats import tables, terminal_table
from siting.reports.formats.explain import Explanation
from siting.reports.formats.paper import signs
from siting.reports.nouns import Column, Table
from siting.reports.several.terminal import aligned
from siting.reports.speech import Speech
from siting.reports.spots import every
from siting.roads import travel
from siting.solvers import greedy
from siting.studies.offering import Bench
from siting.studies.reasons import Loss, Reasons
from siting.studies.refusals import Refusals, red_lines
from siting.studies.serving import Serving
from siting.studies.standins import StandIn, StandIns
from siting.studies.study import Study
from siting.words import LANGS, Lang, load

from . import small_county
from .conftest import write_tiny
from .problems import breaches
from .problems_rich import rich_problem

MAKE = runpy.run_path(str(Path(__file__).with_name("study_maker.py")))["make"]
Run = Callable[..., Any]
SEEDS = 40


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The small county with its plan: everything that reasons and refusals are asked of."""
    folder = write_tiny(tmp_path_factory.mktemp("explain") / "tiny")
    county, _ = instance.read(folder)
    base = scenario.of(county)
    times = travel.times(county)
    plan = Plan.from_json(small_county.plan(folder))
    measures = measure.of(plan, county, base)
    known = Reasons(pose(county, times, base), plan, measures)
    bench = Bench(plan, measures, county, times)
    return SimpleNamespace(county=county, plan=plan, known=known, refusals=Refusals(bench, known.serving))


def opening(small: SimpleNamespace, service: str, site: str) -> Any:
    return next(o for o in small.plan.services[service].open if o.site == site)


def test_without_a_clinic_those_are_left_whom_no_other_reaches(small: SimpleNamespace) -> None:
    new = small.known.of("clinic", opening(small, "clinic", "C3"))
    # V2 has C1 as near; V3 and V4 have nothing else
    assert new.losses == (Loss("clinic", 100, (("V4", 60), ("V3", 40)), exact=True),)
    assert new.missed == ("T1", "T3")  # 180 of the 270 people, one of the two clinics
    assert (new.users, new.capital, new.running, new.may_go) == (100, 100_000, 10_000, True)
    old = small.known.of("clinic", opening(small, "clinic", "C1"))
    assert old.losses == (Loss("clinic", 130, (("V1", 100), ("V5", 30)), exact=True),)
    assert (old.farther, old.users, old.capital) == (0.0, 180, 0)  # V2 has C3 in the same 60 s


def test_an_enlargement_is_undone_and_not_the_school(small: SimpleNamespace) -> None:
    school = small.known.of("school", opening(small, "school", "S2"))
    assert (school.lost, school.users, school.capital, school.needed) == (10, 40, 50_000, True)
    assert [loss.exact for loss in school.losses] == [False]


def test_the_order_begins_with_the_site_that_most_depend_on(small: SimpleNamespace) -> None:
    assert [r.opening.site for r in small.known.changed()] == ["C3", "S2"]


def test_a_site_that_is_not_built_is_weighed_with_all_who_could_move(small: SimpleNamespace) -> None:
    found = small.refusals.of("school", "S4")
    # V4 and V5 come, 20 pupils; V3 has S4 as near and leaves 10 places at S2 to V1
    assert (found.gain, found.size, found.capital, found.cause) == (30, "small", 200_000, "money")
    assert (found.fund, found.left) == ("county", 0)
    assert [r.site for r in small.refusals.at("V4")] == ["S4"]
    clinic = small.refusals.of("clinic", "C5")
    assert (clinic.gain, clinic.cause) == (0, "nobody")  # V4 and V5 are served, V7 has nobody


def test_a_settlement_in_a_red_line_is_named_as_such(small: SimpleNamespace) -> None:
    assert red_lines(small.county, "V4") == []
    zone = small.county.red_lines[0]
    ring = ((100.02, 24.99), (100.04, 24.99), (100.04, 25.01), (100.02, 25.01))
    wide = SimpleNamespace(settlements=small.county.settlements, roads=small.county.roads, red_lines=(
        zone, SimpleNamespace(name="wide", rings=(ring,))))  # fmt: skip
    assert [zone.name for zone in red_lines(wide, "V4")] == ["wide"]  # type: ignore[arg-type]


def solved(seed: int) -> tuple[Problem, Plan] | None:
    problem = rich_problem(seed)
    try:
        return problem, greedy.first_plan(problem)
    except SolverFailed:
        return None


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_flow_serves_as_many_as_the_transportation_problem(seed: int) -> None:
    """Also without each site by itself, wherever the rules leave an assignment."""
    made = solved(seed)
    if made is None:
        return
    problem, plan = made
    serving = Serving(problem, plan)
    opened = positions(problem, plan.services)
    for block in problem.blocks:
        bound = block.whole  # of whole settlements the flow is a bound alone
        had = sum(plan.services[block.service].served().values())
        assert serving.base[block.service].total >= had if bound else serving.base[block.service].total == had
        for o in opened[block.service]:
            rest = {**opened, block.service: [k for k in opened[block.service] if k != o]}
            state = serving.otherwise(block.service, {int(block.option_site[o]): -1})
            for user in problem.blocks:
                try:
                    part = assign.service_plan(problem, user, rest)
                except SolverFailed:
                    continue  # a guard or a smallest site cannot be kept
                told, has = serving.served(user, state), sum(part.served().values())
                assert told.total >= has if user.whole or user.fewest.any() or len(user.guards) else told.total == has


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_stand_in_is_a_plan_that_keeps_all_rules(seed: int) -> None:
    made = solved(seed)
    if made is None:
        return
    problem, plan = made
    opened = positions(problem, plan.services)
    values = [SimpleNamespace(id=row.id, value=goal.target_value(problem, row, plan)) for row in problem.targets]
    figures = [
        SiteFigures(key, o, None, 0, 0, sum(a.persons for a in part.assignments if a.site == o.site), 0, 0)
        for key, part in plan.services.items()
        for o in part.open
    ]
    known = Reasons(problem, plan, SimpleNamespace(sites=figures, targets=values))  # type: ignore[arg-type]
    others = StandIns(known)
    for reason in known.changed():
        block = problem.block(reason.service)
        old = next(o for o in opened[reason.service] if block.options[o].site == reason.opening.site)
        for other in others.of(reason):
            new = next(
                k for k, o in enumerate(block.options)
                if (o.site, o.size, o.action, o.phase) == (other.site, other.size, "new", reason.opening.phase)
            )  # fmt: skip
            own = sorted([*(o for o in opened[reason.service] if o != old), new])
            changed = assign.complete(problem, {**opened, reason.service: own})
            assert breaches(problem, changed) == []
            before, after = (sum(p.services[reason.service].served().values()) for p in (plan, changed))
            assert after - before == other.gain or block.whole


@pytest.fixture(scope="module")
def study() -> Study:
    return MAKE(60, whole=True)


@pytest.mark.parametrize("lang", LANGS)
def test_the_chapter_tells_of_every_site_that_is_built(study: Study, lang: Lang, tmp_path: Path) -> None:
    section = next(s for s in content.of(study, lang).sections if s.id == "reasons")
    assert not [text for text in section.sentences if "{" in text]
    by_id = {table.id: table for table in section.tables}
    built = sum(f.sites_new + f.sites_expanded for f in study.measures.services.values())
    assert sum(int(row[1] or 0) for row in by_id["reasons_services"].rows) == built  # type: ignore[arg-type]
    tables.write(study, tmp_path, load(lang))
    with (tmp_path / "reasons.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == built
    assert [r["site"] for r in rows] == [a.reason.opening.site for a in chapter.answers(study)]


@pytest.mark.parametrize("lang", LANGS)
def test_lines_that_could_be_exchanged_have_a_table_of_their_own(study: Study, lang: Lang) -> None:
    county, say = study.county, content.speech(study.county, lang)
    line = next(key for key, service in county.services.items() if service.family == "line")
    other = next(a.reason for a in chapter.answers(study) if a.reason.service == "clinic")
    mine = dataclasses.replace(other, service=line, opening=Opening(county.lines[0].id, "", "new"))
    told = tuple(chapter.Answer(r, (StandIn(r.opening.site, "", 0, 0, 0),)) for r in (mine, other))
    sites, lines = chapter._others(study, told, say)
    assert [column.key for column in lines.columns][:3] == ["line", "users", "line_stand_in"]
    assert [column.key for column in sites.columns][:4] == ["site", "service", "place", "users"]
    assert [len(sites.rows), len(lines.rows)] == [1, 1]
    assert lines.rows[0][0] == say.name(county.lines[0])


def test_a_plan_that_builds_nothing_has_no_such_chapter(study: Study) -> None:
    idle = dataclasses.replace(study, plan=study.before_plan, measures=study.before)
    assert "reasons" not in [s.id for s in content.of(idle, "en").sections]


@pytest.mark.parametrize("lang", LANGS)
def test_the_command_explains_plan_site_settlement_and_target(siting_cli: Run, solved: Path, lang: Lang) -> None:
    whole = siting_cli("explain", solved, lang=lang)
    assert whole.code == 0, whole.err
    assert load(lang, content.WORDS)("table.reasons_services") in whole.out
    data = siting_cli("explain", solved, "--json", lang=lang).object
    plan = json.loads((solved / "plan.json").read_text(encoding="utf-8"))
    built = [o["site"] for part in plan["services"].values() for o in part["open"] if o["action"] != "keep"]
    assert sorted(r["opening"]["site"] for r in data["sites"]) == sorted(built)
    for site in ("C1", "C5", built[0]):
        answer = siting_cli("explain", solved, "--site", site, lang=lang)
        assert answer.code == 0, answer.err
        assert answer.out.strip()
    told = siting_cli("explain", solved, "--settlement", "V6", lang=lang).out
    assert load(lang, content.WORDS)("reason.unreachable") in told
    assert siting_cli("explain", solved, "--village", "V6", "--json", lang=lang).object["served"] == []
    for target in ("T1", "T2"):
        answer = siting_cli("explain", solved, "--target", target, lang=lang)
        assert answer.code == 0, answer.err
        known = siting_cli("explain", solved, "--target", target, "--json", lang=lang).object
        assert known["met"] is (known["closing"] is None)


@pytest.mark.parametrize("lang", LANGS)
def test_the_overview_fits_the_terminal_and_names_what_can_be_asked(study: Study, lang: Lang) -> None:
    told = Explanation(study, load(lang))
    lines = terminal_table.wrapped(told.overview(80), 80)
    assert max(map(signs, lines)) <= 80
    whole = "\n".join(lines)
    best = chapter.ids("reasons_needed", study)
    assert best[0] in whole
    assert all(f"[{t.id}]" in whole for t in study.measures.targets if not t.met)
    assert "(0 " not in whole


@pytest.mark.parametrize("lang", LANGS)
def test_rows_have_the_ids_of_their_sites(study: Study, lang: Lang) -> None:
    say = content.speech(study.county, lang)
    section = chapter.reasons(study, say)
    assert section is not None
    spots = {site: say.name(spot) for (_, site), spot in every(study.county, list(study.plan.services)).items()}
    for table in section.tables:
        found = chapter.ids(table.id, study)
        assert len(found) >= len(table.rows) or table.id == "reasons_services"
        assert [spots[id] for id in found][: len(table.rows)] == [row[0] for row in table.rows][: len(found)]


def test_lines_break_between_words_and_never_before_a_closing_mark() -> None:
    assert terminal_table.wrapped(["  one two three"], 9) == ["  one two", "  three"]
    assert terminal_table.wrapped(["一二三四五，六七"], 10) == ["一二三四", "五，六七"]
    assert terminal_table.wrapped(["x" * 30, "short"], None) == ["x" * 30, "short"]
    assert terminal_table.wrapped(["y" * 25], 10) == ["y" * 10, "y" * 10, "y" * 5]


def test_heads_take_two_lines_before_columns_go() -> None:
    say = Speech(load("en", content.WORDS), MoneyUnit())
    columns = (Column("site", "Site"), Column("place", "Place"), Column("n", "Another would do as well", "count"))
    table = Table("t", "Title", columns, (("A site of a long name", "A place far away", 12),))
    wide, two, few = (terminal_table.table_lines(table, say, width) for width in (None, 64, 48))
    assert (len(wide), len(two)) == (3, 4)
    assert "Place" in two[2]
    assert "Place" not in "".join(few)
    assert two[3].endswith("12")


def test_long_heads_of_plans_side_by_side_take_two_lines() -> None:
    told = aligned([("", "Price of one more percentage point", "A"), ("name", "1.9", "22"), ("second", "13.5", "1")])
    assert told == [
        "        Price of one more",
        "         percentage point   A",
        "name                  1.9  22",
        "second               13.5   1",
    ]


def test_python_gives_the_same_reasons(siting_cli: Run, solved: Path) -> None:
    data = siting_cli("explain", solved, "--json").object
    told = [(r["opening"]["site"], r["lost"], r["needed"]) for r in data["sites"]]
    assert [(r.opening.site, r.lost, r.needed) for r in api.why(api.load(solved))] == told


def test_an_unknown_id_is_named_and_two_questions_are_one_too_many(siting_cli: Run, solved: Path) -> None:
    for option in ("--site", "--settlement", "--target"):
        answer = siting_cli("explain", solved, option, "nosuch")
        assert (answer.code, "E308" in answer.err) == (3, True), answer.err
    assert "did you mean “C1”?" in siting_cli("explain", solved, "--site", "c-1").err
    assert siting_cli("explain", solved, "--site", "C1", "--target", "T1").code == 2


def test_a_larger_plan_loses_what_it_says(study: Study) -> None:
    """Of coverage, people counted by hand from the ways."""
    known = chapter.reckoning(study)
    block = known.serving.blocks["clinic"]
    ways = known.serving.open_ways(block, known.serving.state)
    for answer in (a for a in chapter.answers(study) if a.reason.service == "clinic"):
        site = block.site_ids.index(answer.reason.opening.site)
        here = {int(i) for i in block.pair_demand[ways & (block.pair_site == site)]}
        elsewhere = {int(i) for i in block.pair_demand[ways & (block.pair_site != site)]}
        assert answer.reason.lost == int(block.demand[np.array(sorted(here - elsewhere), dtype=np.int64)].sum())
