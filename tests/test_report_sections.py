"""The chapters on remedies, closings, lines, waste, equity, packages, money and land say what `measure` says."""

from __future__ import annotations

import csv
import io
import runpy
from pathlib import Path
from typing import Any

import pytest

from siting.plans import measure
from siting.problems.options import line_facts
from siting.reports import content
from siting.reports.chapters import equity, goals, land, lines, remedies, schools
from siting.reports.formats import page, tables
from siting.reports.maps import map_data
from siting.reports.nouns import Amount, Cell, Section, Table
from siting.reports.speech import Speech
from siting.studies.study import Study
from siting.words import LANGS, Lang, load

MAKE = runpy.run_path(str(Path(__file__).with_name("study_maker.py")))["make"]
CHAPTERS = ("remedies", "closings", "lines", "waste", "equity", "packages", "land")


@pytest.fixture(scope="module")
def study() -> Study:
    return MAKE(120, whole=True)


@pytest.fixture(scope="module")
def hostile() -> Study:
    return MAKE(80, whole=True, hostile=True)


def _speech(study: Study, lang: Lang = "zh") -> Speech:
    return Speech(load(lang, content.WORDS), study.county.file.money)


def _section(study: Study, id: str, lang: Lang = "zh") -> Section:
    return next(s for s in content.of(study, lang).sections if s.id == id)


def _table(study: Study, section: str, id: str) -> Table:
    return next(t for t in _section(study, section).tables if t.id == id)


def _column(table: Table, key: str) -> list[Any]:
    at = [c.key for c in table.columns].index(key)
    return [row[at] for row in table.rows]


def _number(cell: Cell) -> float:
    value = cell.value if isinstance(cell, Amount) else cell
    assert isinstance(value, int | float)
    return value


@pytest.mark.parametrize("lang", LANGS)
def test_a_plan_of_all_families_has_every_chapter(study: Study, lang: Lang) -> None:
    told = content.of(study, lang)
    assert set(CHAPTERS) <= {section.id for section in told.sections}
    for section in told.sections:
        for table in section.tables:
            assert all(len(row) == len(table.columns) for row in table.rows)
            keys = [column.key for column in table.columns]
            assert len(keys) == len(set(keys)), table.id


def test_a_plan_of_two_families_has_only_the_chapters_that_it_needs() -> None:
    ids = {section.id for section in content.of(MAKE(40), "zh").sections}
    assert not {"lines", "waste", "packages"} & ids


def test_persons_kilograms_and_settlements_are_never_added_up(study: Study) -> None:
    tile = content.of(study, "zh").tiles[1]
    people = [key for key in study.plan.services if key not in ("waste", "bus")]
    gain = sum(study.measures.services[k].served - study.before.services[k].served for k in people)
    assert tile.value == f"{gain:+,}"
    demand = dict(zip(study.plan.services, _column(_table(study, "services", "services"), "demand"), strict=True))
    assert demand["waste"] == Amount(study.measures.services["waste"].demand / 1000, "tpd")
    assert demand["bus"] == Amount(study.measures.services["bus"].demand, "settlements")
    assert demand["clinic"] == study.measures.services["clinic"].demand


def test_waste_is_told_in_tonnes_and_adds_up(study: Study) -> None:
    figures = study.measures.services["waste"]
    disposal = _table(study, "waste", "disposal")
    by_transfer, straight = (sum(map(_number, _column(disposal, key))) for key in ("by_transfer", "straight"))
    assert round(1000 * (by_transfer + straight)) == figures.served
    received = sum(map(_number, _column(_table(study, "waste", "stations"), "received")))
    assert round(1000 * received) == sum(t.persons for t in study.plan.services["waste"].transfers)
    assert f"{figures.served / 1000:,.1f} 吨/日" in _section(study, "waste").sentences[0]


def test_lines_are_as_long_and_need_as_many_vehicles_as_their_costs_say(study: Study) -> None:
    known, rules = line_facts(study.county, "bus"), study.county.services["bus"].line
    assert rules is not None
    figures = {f.opening.site: f for f in study.measures.sites if f.service == "bus"}
    rows = lines.facts(study)
    assert {row["line"] for row in rows} == set(figures)
    for row in rows:
        at = known.ids.index(row["line"])
        assert row["round_trip_mm"] == known.round_mm[at]
        assert (row["capital"], row["running"]) == (figures[row["line"]].capital, figures[row["line"]].running)
        if row["action"] == "new":
            price = study.county.base(rules.vehicle_capital)
            stops = study.county.base(study.county.services["bus"].sizes[0].capital)
            assert row["capital"] == row["vehicles"] * price + stops
    riders = sum(a.persons for a in study.plan.services["primary"].assignments if a.line)
    assert sum(row["riders_persons"] for row in rows) == riders > 0


def test_closed_schools_and_longer_ways(study: Study) -> None:
    closed = _table(study, "closings", "closed")
    assert len(closed.rows) == sum(len(p.closed) for p in study.plan.services.values())
    before = {p for key in study.plan.services for p in study.plan.services[key].closed}
    went = sum(a.persons for part in study.before_plan.services.values() for a in part.assignments if a.site in before)
    assert sum(_column(closed, "went")) == went
    for move in schools.moves(study):
        assert move.after > move.before
        assert move.persons == study.plan.services[move.service].served()[move.settlement]


def test_townships_add_up_and_the_worst_comes_first(study: Study) -> None:
    for key, towns in equity.shares(study).items():
        figures = study.measures.services[key]
        assert sum(got for got, _ in towns.values()) == figures.served
        assert sum(asked for _, asked in towns.values()) == figures.demand
    target = next(t for t in study.measures.targets if t.id == "T6")
    rows = [row for row in equity.township_rows(study) if row["service"] == "clinic"]
    assert rows[0]["served_per_10000"] == target.value == min(row["served_per_10000"] for row in rows)
    table = _table(study, "equity", "townships")
    lowest = [min(v for v in row[2:] if v is not None) for row in table.rows]  # type: ignore[type-var]
    assert lowest == sorted(lowest)  # type: ignore[type-var]


def test_packages_count_what_the_target_counts(study: Study) -> None:
    target = next(t for t in study.measures.targets if t.id == "T8")
    table = _section(study, "packages").tables[0]
    assert _column(table, "state").count("package.whole") == target.value
    for row, missing in zip(table.rows, _column(table, "missing"), strict=True):
        assert (missing is None) == (row[2] == "package.whole")


def test_money_by_fund_and_phase_and_by_department_adds_up(study: Study) -> None:
    funds = _table(study, "money", "funds_by_phase")
    used = {(row[0], row[1]): row[-2] for row in funds.rows}
    county = study.county
    names = {fund.id: fund.name for fund in county.file.funds}
    phases = {phase.id: phase.name for phase in county.file.phases}
    for id, by_phase in study.measures.fund_by_phase.items():
        for phase, (spent, _) in zip(county.phases, by_phase, strict=True):
            assert used[names[id], phases[phase]] == spent
    services = _table(study, "money", "services_by_phase")
    assert sum(_column(services, "capital")) == study.measures.capital
    departments = _table(study, "money", "departments")
    assert sum(_column(departments, "capital")) == sum(f.capital for f in study.measures.services.values())


def test_rules_land_and_targets(study: Study) -> None:
    rules = _table(study, "land", "rules")
    assert _column(rules, "used_sites") == [sum(o.action == "new" for o in study.plan.services["clinic"].open)]
    used = land.land_used(study)
    by_hand = sum(
        int(next(s.land_m2 for s in study.county.services[key].sizes if s.id == o.size))
        for key in ("clinic", "eldercare", "waste", "primary")
        for o in study.plan.services[key].open
        if o.action == "new" and o.size
    )
    assert sum(used.values()) == by_hand
    targets = _table(study, "targets", "targets")
    assert _column(targets, "status").count("status.met") == sum(t.met for t in study.measures.targets)
    policies = [p for p in _column(targets, "policy") if p]
    assert "std 村卫生室建设标准" in policies


def test_a_wide_gap_never_looks_met(study: Study) -> None:
    target = next(t for t in study.measures.targets if t.id == "T7")
    need = next(t for t in study.county.file.targets if t.id == "T7")
    for value in (10_000, 9_851, 9_850, 9_849):
        figures = measure.TargetFigures(target.id, target.service, 1, value, 10_000, 9_850)
        shown = goals.reached(need, figures)
        assert shown is not None
        assert (float(_speech(study).text(shown, "share")[:-1]) <= 1.5) == figures.met


def test_every_missed_target_has_a_cause_and_everybody_left_over_a_remedy(study: Study) -> None:
    told = remedies.advice(study)
    assert set(told.closings) == {t.id for t in study.measures.targets if not t.met}
    left = {(key, u.settlement) for key, part in study.plan.services.items() for u in part.unserved}
    assert {(r.service, r.settlement) for r in told.remedies} == left
    assert len(told.remedies) == len(left)
    for r in told.remedies:
        assert bool(r.offer) != bool(r.block) or r.block == "no_road"
    for lang in LANGS:
        table = next(t for t in _section(study, "remedies", lang).tables if t.id == "remedies")
        assert len(table.rows) == min(remedies.SHOWN, len(left))


def _read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_csv_tables_hold_all_rows_and_their_sums(hostile: Study, tmp_path: Path) -> None:
    found = {path.name: _read(path) for path in tables.write(hostile, tmp_path, load("zh"))}
    assert set(found) >= {"remedies.csv", "townships.csv", "transfers.csv", "lines.csv"}
    assert len(found["remedies.csv"]) == sum(len(p.unserved) for p in hostile.plan.services.values())
    waste = [row for row in found["assignments.csv"] if row["service"] == "waste"]
    assert sum(int(row["kg_per_day"]) for row in waste) == hostile.measures.services["waste"].served
    assert not any(row["persons"] for row in waste)
    buses = [row for row in found["assignments.csv"] if row["service"] == "bus"]
    assert sum(int(row["settlements"]) for row in buses) == hostile.measures.services["bus"].served
    sites = found["sites.csv"]
    assert sum(int(row["capital_yuan"]) for row in sites) == sum(s.capital for s in hostile.measures.sites)
    assert {row["kind"] for row in sites} == {"site", "line", "landfill", "incinerator"}
    cells = [cell for rows in found.values() for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell and cell[0] in "=@\t\r"]


@pytest.mark.parametrize("lang", LANGS)
def test_no_name_becomes_markup_in_any_chapter(hostile: Study, lang: Lang) -> None:
    text = page.html(hostile, load(lang))
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_the_map_knows_lines_flows_phases_and_kinds(study: Study) -> None:
    data = map_data.of(study, _speech(study))
    assert data["phases"] == ["2029 年", "2030 年"]
    assert len(data["lines"]) == len(study.county.lines)
    opened = {o.site: o for o in study.plan.services["bus"].open}
    for line in data["lines"]:
        assert (line["after"] > 0) == (line["id"] in opened)
        assert (line["path"] is not None) == bool(line["before"] or line["after"])
    waste = next(s for s in data["services"] if s["family"] == "haul")
    assert sum(waste["after"]["transfers"][2::4]) == sum(t.persons for t in study.plan.services["waste"].transfers)
    assert set(waste["sites"]["kind"]) == {0, 1, 2}
    primary = data["services"][1]
    rows = list(zip(*[iter(primary["after"]["links"])] * data["stride"], strict=True))
    assert sum(row[2] for row in rows) == study.measures.services["primary"].served
    assert {row[5] >= 0 for row in rows} == {True, False}
    at = {"": -1, "2029": 0, "2030": 1}
    assert [row[6] for row in rows] == [at[a.since] for a in study.plan.services["primary"].assignments]


def test_a_course_runs_from_stop_to_stop(study: Study) -> None:
    data = map_data.of(study, _speech(study))
    for line in data["lines"]:
        if line["path"]:
            x, y = (sum(line["path"][k]) / map_data.STEPS for k in (0, 1))
            last = study.county.settlements[line["stops"][-1]]
            assert abs(x - last.lon) < 0.02
            assert abs(y - last.lat) < 0.02


@pytest.mark.parametrize(("n", "words"), [(0, "0 people"), (1, "1 person"), (1234, "1,234 people")])
def test_one_is_singular(study: Study, n: int, words: str) -> None:
    assert _speech(study, "en").some("persons", n) == words
