"""Several plans side by side: differences counted from the plans, strangers refused, one story in every format."""

from __future__ import annotations

import dataclasses
import json
import re
import runpy
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from docx import Document

from siting.counties.sections import Variation
from siting.errors import InputRefused
from siting.plan import Plan
from siting.plans import measure
from siting.reading.scenario import Scenario
from siting.reports.content import WORDS
from siting.reports.formats import columns, paper
from siting.reports.maps import fonts
from siting.reports.several import difference_map, files, overview, page, people, terminal
from siting.reports.several.wording import Names
from siting.reports.speech import Speech
from siting.reports.spots import every
from siting.roads.network import Plane
from siting.studies import comparing, contrasts
from siting.studies.comparing import Comparison
from siting.studies.study import Study
from siting.words import LANGS, Lang, load

MAKE = runpy.run_path(str(Path(__file__).with_name("study_maker.py")))["make"]
FONT = pytest.mark.skipif(fonts.chinese() is None, reason="no font with Chinese characters on this machine")
Run = Callable[..., Any]


def other_plan(study: Study, name: str = "lean", only: tuple[str, ...] = ("clinic",)) -> Study:
    """A plan that builds for the services ``only`` and leaves the others as they stand today."""
    parts = {k: (study.plan if k in only else study.before_plan).services[k] for k in study.plan.services}
    plan = Plan(parts, tuple(s for s in study.plan.spending if s.service in only))
    scenario = Scenario(name, study.scenario.services)
    return dataclasses.replace(
        study,
        run=study.run.with_name("other"),
        scenario=scenario,
        plan=plan,
        measures=measure.of(plan, study.county, scenario),
        result={**study.result, "scenario": name},
    )


@pytest.fixture(scope="module")
def study() -> Study:
    return MAKE(50)


@pytest.fixture(scope="module")
def comparison(study: Study) -> Comparison:
    return comparing.of([study, other_plan(study)])


@pytest.fixture(scope="module")
def hostile() -> Comparison:
    study = MAKE(60, hostile=True)
    return comparing.of([study, other_plan(study, '=cmd|"/c calc"!A0')])


def _say(comparison: Comparison, lang: Lang = "zh") -> Speech:
    return Speech(load(lang, WORDS), comparison.county.file.money)


def test_the_first_column_is_the_county_as_it_stands(comparison: Comparison, study: Study) -> None:
    assert [column.letter for column in comparison.columns] == ["", "A", "B"]
    assert comparison.total_served(comparison.today) == sum(s.served for s in study.before.services.values())
    assert comparison.today.measures.capital == 0


def test_a_run_that_builds_nothing_is_the_first_column_and_no_plan(study: Study) -> None:
    nothing = dataclasses.replace(
        other_plan(study, "baseline", ()), scenario=Scenario("baseline", study.scenario.services)
    )
    assert [p.letter for p in comparing.of([nothing, study]).plans] == ["A"]
    with pytest.raises(InputRefused, match="E302"):
        comparing.of([nothing])
    with pytest.raises(InputRefused, match="E302"):
        comparing.of([])


def test_too_many_plans_are_refused(study: Study) -> None:
    with pytest.raises(InputRefused, match="E303"):
        comparing.of([study] * (comparing.MOST + 1))


def test_strangers_are_refused_and_the_files_that_differ_are_named(study: Study) -> None:
    inputs = dataclasses.replace(study.county, files={**study.county.files, "sites.csv": "0"})
    with pytest.raises(InputRefused) as refused:
        comparing.of([study, dataclasses.replace(study, county=inputs)])
    (fault,) = refused.value.faults
    assert (fault.code, fault.values["files"]) == ("E301", "sites.csv")
    about = study.county.file.county.model_copy(update={"id": "elsewhere"})
    file = study.county.file.model_copy(update={"county": about})
    with pytest.raises(InputRefused, match="E300"):
        comparing.of([study, dataclasses.replace(study, county=dataclasses.replace(study.county, file=file))])


def test_only_sites_that_differ_are_listed(comparison: Comparison) -> None:
    one, other = (
        {(k, o.site, o.action) for k, part in p.plan.services.items() for o in part.open} for p in comparison.plans
    )
    changes = comparing.site_changes(comparison)
    assert {(c.service, c.site) for c in changes} >= {(k, site) for k, site, _ in one ^ other}
    assert all(len(set(change.actions[1:])) > 1 for change in changes)
    assert {change.service for change in changes} <= {"primary", "eldercare"}


def test_gains_and_losses_add_up_to_the_difference_in_people_served(comparison: Comparison) -> None:
    today, one, other = comparison.columns
    for a, b in ((today, one), (today, other), (one, other)):
        difference = comparison.total_served(b) - comparison.total_served(a)
        assert sum(comparing.gains(comparison, a, b).values()) == difference
    shifts = comparing.shifts(comparison)
    assert sum((s.served[2] or 0) - (s.served[1] or 0) for s in shifts) == comparison.total_served(
        other
    ) - comparison.total_served(one)
    assert [s.spread for s in shifts] == sorted((s.spread for s in shifts), reverse=True)


def test_townships_add_up_to_the_county(comparison: Comparison) -> None:
    towns = comparing.by_township(comparison)
    for n, column in enumerate(comparison.columns):
        assert sum(served[n] for _, served in towns.values()) == comparison.total_served(column)
    assert sum(whole for whole, _ in towns.values()) == sum(
        s.demand for s in comparison.today.measures.services.values()
    )


def test_a_site_that_moves_nearby_is_one_move(study: Study) -> None:
    """The first new clinic goes to the nearest place that is shut; others of the service stay."""
    at = {site.id: site for site in study.county.sites if site.service == "clinic"}
    part = study.plan.services["clinic"]
    opened = {o.site for o in part.open}
    plane = Plane.of(study.county.roads)

    def apart(a: str, b: str) -> int:
        return int(plane.distance_m(np.array(at[a].lon), np.array(at[a].lat), np.array(at[b].lon), np.array(at[b].lat)))

    steps = [(apart(o.site, i), o.site, i) for o in part.open if o.action == "new" for i in at if i not in opened]
    metres, gone, come = min(steps)
    assert metres <= contrasts.MOVED_M
    swapped = tuple(sorted(dataclasses.replace(o, site=come) if o.site == gone else o for o in part.open))
    other = dataclasses.replace(
        study,
        run=study.run.with_name("moved"),
        plan=Plan({**study.plan.services, "clinic": dataclasses.replace(part, open=swapped)}, study.plan.spending),
    )
    found = comparing.of([study, other])
    assert contrasts.moves(found, *found.plans) == [contrasts.Move("clinic", gone, come, metres)]
    assert contrasts.moves(found, found.plans[0], found.plans[0]) == []
    for lang in LANGS:
        told = overview.of(found, lang)
        table = next(t for s in told.sections for t in s.tables if t.id == "moved_sites")
        assert len(table.rows) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_is_told_of_what_is_nothing(study: Study, lang: Lang) -> None:
    same = dataclasses.replace(study, run=study.run.with_name("same"), result={**study.result, "solver": "other"})
    found = comparing.of([study, same])
    told = overview.of(found, lang)
    (text,) = people.pair_sentences(found, Names(found, _say(found, lang)), _say(found, lang))
    assert not re.search(r"(?<![\d,.])0(?![\d,.])", text), text
    idle = dataclasses.replace(study, plan=study.before_plan, measures=study.before)
    verdict = overview.of(comparing.of([idle]), lang).verdict[0]
    assert not re.search(r"(?<![\d,.+])0 (new|expanded|closed|处)", verdict), verdict
    assert told.verdict


def test_townships_have_the_names_of_the_language(study: Study) -> None:
    town = next(s.township for s in study.county.settlements if s.township)
    about = study.county.file.county.model_copy(update={"townships_en": {town: "Moss Side"}})
    county = dataclasses.replace(study.county, file=study.county.file.model_copy(update={"county": about}))
    found = comparing.of([dataclasses.replace(study, county=county)])
    for lang, name in (("en", "Moss Side"), ("zh", town)):
        tables = {t.id: t for s in overview.of(found, lang).sections for t in s.tables}
        assert name in {row[0] for row in tables["compare_townships"].rows}


@pytest.mark.parametrize("lang", LANGS)
def test_what_a_scenario_changes_is_told(study: Study, lang: Lang) -> None:
    file = study.county.file
    rich = Variation(changes={"funds[county].capital": 9000, "services.clinic.hosts": ["village"]})
    county = dataclasses.replace(study.county, file=file.model_copy(update={"scenarios": {"lean": rich}}))
    lean = other_plan(dataclasses.replace(study, county=county))
    lean = dataclasses.replace(lean, scenario=dataclasses.replace(lean.scenario, capital_factor=Decimal("0.50")))
    told = overview.of(comparing.of([dataclasses.replace(study, county=county), lean]), lang)
    table = next(t for t in told.sections[0].tables if t.id == "compare_changes")
    second = [row[1:] for row in table.rows if str(row[0]).startswith("B")]
    assert second[0][1] == "× 0.5"
    assert second[-2:] == [("funds[county].capital", "9000"), ("services.clinic.hosts", '["village"]')]


def test_equity_is_counted_from_the_people(comparison: Comparison) -> None:
    for column in comparison.columns:
        found = contrasts.worst_township(comparison, column)
        towns = comparing.by_township(comparison)
        place = comparison.columns.index(column)
        assert found is not None
        assert found[1] / found[2] == min(served[place] / whole for whole, served in towns.values() if whole)
        town, country = contrasts.sides(comparison, column)
        urban = {s.id: s.urban for s in comparison.county.settlements}
        for side, share in ((1, town), (0, country)):
            asked = sum(n for key in comparison.services for i, n in comparison.county.demand_of(key).items()
                        if urban[i] == side)  # fmt: skip
            got = sum(n for (_, i), n in column.served().items() if urban[i] == side)
            assert share == (got / asked if asked else None)


def test_a_service_that_a_plan_does_not_decide_has_no_figures(study: Study) -> None:
    small = dataclasses.replace(
        other_plan(study, "clinics"),
        plan=study.plan.only(("clinic",)),
        before_plan=study.before_plan.only(("clinic",)),
        scenario=Scenario("clinics", ("clinic",)),
    )
    small = dataclasses.replace(
        small, measures=measure.of(small.plan, study.county, small.scenario),
        before=measure.of(small.before_plan, study.county, small.scenario),
    )  # fmt: skip
    found = comparing.of([small, study])
    assert found.services == ("clinic", "primary", "eldercare")
    told = overview.of(found, "en")
    served = next(s for s in told.sections if s.id == "services").tables[0]
    assert served.rows[1][3] is None
    assert served.rows[1][4] is not None
    assert all(shift.served[1] is None for shift in comparing.shifts(found) if shift.service != "clinic")


@pytest.mark.parametrize("lang", LANGS)
def test_both_languages_say_everything_without_a_hole_left_open(comparison: Comparison, lang: Lang) -> None:
    told, say = overview.of(comparison, lang), _say(comparison, lang)
    texts = [told.title, told.subtitle, *told.verdict]
    for section in told.sections:
        texts += [section.title, *section.sentences]
        for table in section.tables:
            assert all(len(row) == len(table.columns) for row in table.rows), table.id
            texts += [say.text(c, k.kind) for row in table.rows for c, k in zip(row, table.columns, strict=True)]
            codes = [c for row in table.rows for c, k in zip(row, table.columns, strict=True) if k.kind == "code" and c]
            assert all(code in say.words.sentences for code in codes)
    assert not [text for text in texts if re.search(r"\{\w*\}", text)]


@pytest.mark.parametrize("lang", LANGS)
def test_where_there_is_little_room_plans_are_called_by_their_letters(comparison: Comparison, lang: Lang) -> None:
    told, say = overview.of(comparison, lang), _say(comparison, lang)
    leaves = {leaf.table.id: leaf.table for c in paper.of(told, say).chapters for leaf in c.leaves}
    today, *names = (column.title for column in leaves["compare_overview"].columns[1:])
    assert [name[0] for name in names] == ["A", "B"]
    assert all(len(name) > 1 for name in names)
    assert [column.title for column in leaves["compare_villages"].columns[4:7]] == [today, "A", "B"]
    _, *wide = columns.widths(leaves["compare_overview"], say, 156)
    assert wide == pytest.approx([wide[0]] * 3)
    html = page.html(comparison, load(lang))
    assert html.count('<span class="brief" aria-hidden="true">A</span>') > 5


def test_the_sites_on_which_plans_differ_most_in_capital_come_first(comparison: Comparison) -> None:
    listed = next(s for s in overview.of(comparison, "en").sections if s.id == "sites").tables[-1]
    say = _say(comparison, "en")
    spots = {(say.name(comparison.county.services[k]), say.name(s)): (k, s.id)
             for (k, _), s in every(comparison.county, list(comparison.services)).items()}  # fmt: skip
    spent = [{(f.service, f.opening.site): f.capital for f in p.measures.sites} for p in comparison.plans]
    keys = [spots[row[0], row[1]] for row in listed.rows]  # type: ignore[index]
    differ = [abs(spent[0].get(key, 0) - spent[1].get(key, 0)) for key in keys]
    assert len(differ) > 5
    assert differ == sorted(differ, reverse=True)
    assert differ[0] > differ[-1]


@pytest.mark.parametrize("lang", LANGS)
def test_a_comparison_speaks_of_one_two_or_more_plans_and_of_no_chapter_that_it_lacks(study: Study, lang: Lang) -> None:
    others = [other_plan(study), other_plan(study, "third", ("primary",))]
    ends = [overview.of(comparing.of([study, *others[:n]]), lang).verdict[-1] for n in range(3)]
    assert len(set(ends)) == 3
    assert [("3" in end, "1" in end or "2" in end) for end in ends] == [(False, False), (False, False), (True, False)]
    told = overview.of(comparing.of([study, *others]), lang)
    titles = {section.title for section in told.sections}
    quoted = re.findall("“(.+?)”", " ".join(told.warnings[1:]))
    assert set(quoted) <= titles


def test_what_stands_today_costs_no_capital_and_says_when_plans_were_made(comparison: Comparison) -> None:
    told = {s.id: s.tables for s in overview.of(comparison, "zh").sections}
    assert {row[1] for table in told["money"] if table.id != "compare_running" for row in table.rows} == {None}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", str(row[-1])) for row in told["data"][0].rows)


def test_a_gap_is_never_understated(comparison: Comparison) -> None:
    table = overview.of(comparison, "zh").sections[0].tables[0]
    gap = next(row for row in table.rows if row[0] == "与最优方案的差距不超过")
    plan = comparison.plans[0]
    assert plan.study
    assert gap[1] is None
    assert gap[2].value >= plan.study.result["gap"]  # type: ignore[union-attr]


def test_the_map_of_two_plans_marks_what_only_one_of_them_has(comparison: Comparison) -> None:
    one, other = comparison.plans
    seen = difference_map.seen_from(one, other)
    for key, part in seen.plan.services.items():
        was, now = ({o.site for o in c.plan.services[key].open} for c in (one, other))
        assert {o.site for o in part.open if o.action == "new"} == now - was
        assert set(part.closed) == was - now
    names = Names(comparison, _say(comparison))
    data, words = difference_map.page_map(comparison, names, _say(comparison))
    assert len(data["services"]) == 3
    assert words["map.before"].startswith("A（")
    assert words["map.new"] == "仅 B 设置"


@FONT
@pytest.mark.parametrize("lang", LANGS)
def test_every_format_gives_the_figures_of_the_measures(comparison: Comparison, tmp_path: Path, lang: Lang) -> None:
    words, say = load(lang), _say(comparison, lang)
    (docx,) = files.write_word(comparison, tmp_path, words)
    (xlsx,) = files.write_excel(comparison, tmp_path, words)
    (file,) = files.write_json_file(comparison, tmp_path, words)
    (html,) = page.write(comparison, tmp_path, words)
    totals = [comparison.total_served(column) for column in comparison.columns]
    capital = [plan.measures.capital for plan in comparison.plans]
    name = say("compare.row_served")
    rows = [[c.text for c in row.cells] for table in Document(str(docx)).tables for row in table.rows]
    assert next(row for row in rows if row[0] == name)[1:] == [f"{n:,}" for n in totals]
    sheet = openpyxl.load_workbook(xlsx).worksheets[0]
    cells = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True)}
    assert list(cells[name][:3]) == totals
    money = say("unit.in", what=say("compare.row_capital"), unit=say.money_unit)
    assert list(cells[money][1:3]) == [n / 10_000 for n in capital]
    data = json.loads(file.read_text(encoding="utf-8"))
    assert [plan["figures"]["capital"] for plan in data["plans"]] == capital
    assert all(f"{n:,}" in html.read_text(encoding="utf-8") for n in totals)
    assert any(line.startswith(name) and f"{totals[1]:,}" in line for line in terminal.lines(comparison, words))


@FONT
def test_hostile_names_do_nothing(hostile: Comparison, tmp_path: Path) -> None:
    for lang in LANGS:
        words = load(lang)
        text = page.html(hostile, words)
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert text.count("<script") == 4
        (xlsx,) = files.write_excel(hostile, tmp_path, words)
        cells = [c for sheet in openpyxl.load_workbook(xlsx) for row in sheet.iter_rows() for c in row]
        assert not [c for c in cells if c.data_type == "f"]
        assert files.write_word(hostile, tmp_path, words)
        lines = terminal.lines(hostile, words, [Path("x\x1b[2J")])
        assert all("\x1b" not in line and "\u202e" not in line for line in lines)


@pytest.mark.parametrize("lang", LANGS)
def test_lines_waste_and_phases_are_compared_too(tmp_path: Path, lang: Lang) -> None:
    study = MAKE(60, whole=True)
    found = comparing.of([study, other_plan(study)])
    assert set(found.services) == set(study.plan.services)
    assert found.total_served(found.plans[0]) == sum(
        study.measures.services[key].served for key in found.services if found.counts_people(key)
    )
    assert overview.of(found, lang).sections
    assert files.write_excel(found, tmp_path, load(lang))
    assert page.html(found, load(lang))


def test_plans_of_one_scenario_are_told_apart(study: Study) -> None:
    same = dataclasses.replace(study, result={**study.result, "solver": "greedy"})
    third = dataclasses.replace(same, run=study.run.with_name("third"))
    found = comparing.of([study, same, third])
    names = Names(found, _say(found))
    assert len({names.long(plan) for plan in found.plans}) == 3


def test_the_command_compares_finished_runs(siting_cli: Run, solved: Path, tmp_path: Path) -> None:
    shutil.copytree(solved, tmp_path / "one")
    shutil.copytree(solved, tmp_path / "two")
    answer = siting_cli("compare", tmp_path / "one", tmp_path / "two", "--out", tmp_path / "c", "--format", "json,xlsx")
    assert answer.code == 0, answer.err
    assert {p.name for p in (tmp_path / "c").iterdir()} == {"compare.json", "compare.xlsx"}
    assert "Targets met" in answer.out
    for name in ("settlements.csv", "county.toml"):
        path = tmp_path / "two" / "inputs" / name
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        again = siting_cli("compare", tmp_path / "one", tmp_path / "two", lang="zh")
        assert again.code == 3
        assert "E301" in again.err
        assert name in again.err


def test_the_command_solves_each_scenario_into_a_folder_of_its_own(siting_cli: Run, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "runs"
    answer = siting_cli(
        "compare", tiny, "--scenarios", "base,baseline", "--solvers", "highs,greedy", "--out", out, "--time-limit", 20,
        "--format", "json", "--quiet", "--json",
    )  # fmt: skip
    assert answer.code in (0, 5), answer.err  # 5: a very slow machine
    data = answer.object
    assert {Path(run).name for run in data["runs"]} == {
        "base-highs",
        "base-greedy",
        "baseline-highs",
        "baseline-greedy",
    }
    assert [plan["letter"] for plan in data["plans"]] == ["A", "B"]
    for run in data["runs"]:
        assert siting_cli("verify", run).code == 0


def test_a_bad_comparison_is_refused_before_anything_is_solved(siting_cli: Run, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for arguments, code, said in (
        (["--scenarios", "base,nosuch"], 3, "E180"),
        (["--solvers", "nosuch"], 3, "E192"),
        (["--scenarios", "baseline"], 3, "E302"),
        (["--scenarios", "base", "--format", "papyrus"], 3, "E192"),
        ([tiny, "--scenarios", "base"], 2, "exactly one"),
        (["--scenarios", "base", "--template", "x.docx"], 2, "docx"),
    ):
        answer = siting_cli("compare", tiny, *arguments, "--out", out, "--quiet")
        assert (answer.code, said in answer.err) == (code, True), answer.err
        assert not out.exists()
    assert siting_cli("compare", tmp_path / "nowhere").code == 3
