"""What readers stumbled over in printed and drawn reports, and how it is said now."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import pytest

from siting.plan import Plan, ServicePlan, Unserved
from siting.plans.measure import Measures
from siting.reports import clauses, content
from siting.reports.chapters import headline, remedies
from siting.reports.formats import paper
from siting.reports.nouns import Section, Table
from siting.studies.offering import Offer
from siting.studies.shortfall import Closing
from siting.studies.study import Study
from siting.words import LANGS, Lang

MAKE = runpy.run_path(str(Path(__file__).with_name("study_maker.py")))["make"]


@pytest.fixture(scope="module")
def study() -> Study:
    return MAKE(60, whole=True)


def _section(study: Study, id: str, lang: Lang) -> Section:
    return next(s for s in content.of(study, lang).sections if s.id == id)


def _keys(table: Table) -> set[str]:
    return {column.key for column in table.columns}


def _closing(study: Study, *, gain: int = 50, wanted: int = 50) -> Closing:
    pays = [fund.id for fund in study.county.file.funds][:2]
    offer = Offer("clinic", "X", "", "new", 500, 10, 5)
    return Closing("t", "money", (offer,), wanted, gain, pays[0], 30, 30, tuple((id, 15) for id in pays))


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("（三）3", "(3)3", "（三）3"),
        ("(十四)", "(14)", "（十四）"),
        ("第二十一条", "art. 21", "第二十一条"),
        ("第十条（二）", "art. 10 (2)", "第十条（二）"),
        ("第三章、第五条", "ch. 3, art. 5", "第三章、第五条"),
        ("二（十）", "2(10)", "二（十）"),
        ("III(13)", "III(13)", "III(13)"),
        ("附表一", "附表一", "附表一"),
        ("1 goal", "1 goal", "1 目标"),
        ("一、目标", "1, goal", "一、目标"),
        ("", "", ""),
    ],
)
def test_a_clause_has_numbers_that_its_reader_knows(text: str, en: str, zh: str) -> None:
    assert (clauses.clause(text, "en"), clauses.clause(text, "zh")) == (en, zh)


@pytest.mark.parametrize("lang", LANGS)
def test_money_that_is_short_names_the_funds_that_lack_it(study: Study, lang: Lang) -> None:
    say = content.speech(study.county, lang)
    closing = _closing(study)
    for text in (remedies.cause(closing, study, say), remedies.long_cause(closing, study, say)):
        assert text is not None
        assert say.money(30) in text
        for id, _ in closing.funds:
            assert say.name(next(f for f in study.county.file.funds if f.id == id)) in text


def test_a_little_is_never_told_as_nothing(study: Study) -> None:
    say = content.speech(study.county, "en")
    assert "< 1%" in str(remedies.in_words(_closing(study, gain=3, wanted=5000), say))
    assert "60%" in str(remedies.in_words(_closing(study, gain=3, wanted=5), say))


def _with_money_left(study: Study, first: str) -> Measures:
    """The measures with a missed target, and money left in one fund alone."""
    funds = {id: ((0, 0),) * len(rows) for id, rows in study.measures.fund_by_phase.items()}
    funds[first] = ((10, 90), *funds[first][1:])
    targets = (replace(study.measures.targets[0], value=0, need=1), *study.measures.targets[1:])
    return replace(study.measures, fund_by_phase=funds, targets=targets)


@pytest.mark.parametrize("lang", LANGS)
def test_the_verdict_says_which_fund_holds_the_money_that_is_left(study: Study, lang: Lang) -> None:
    say = content.speech(study.county, lang)
    fund = next(f for f in study.county.file.funds if not set(study.scenario.services) <= set(f.pays))
    measures = _with_money_left(study, fund.id)
    told = headline.money_sentence(replace(study, measures=measures), say)
    assert say.name(fund) in told
    assert say.money(80) in told
    met = tuple(replace(t, value=t.need) for t in measures.targets)
    assert say.name(fund) not in headline.money_sentence(replace(study, measures=replace(measures, targets=met)), say)


@pytest.mark.parametrize("lang", LANGS)
def test_a_county_without_townships_has_no_columns_of_dashes(study: Study, lang: Lang) -> None:
    places = tuple(s.model_copy(update={"township": ""}) for s in study.county.settlements)
    bare = replace(study, county=replace(study.county, settlements=places))
    say = content.speech(study.county, lang)
    for section in content.of(bare, lang).sections:
        for table in section.tables:
            assert not {"township", "worst", "worst_share"} & _keys(table), (section.id, table.id)
    assert _section(bare, "equity", lang).title == say("section.equity_plain")
    assert "worst" in _keys(_section(study, "equity", lang).tables[0])


@pytest.mark.parametrize("lang", LANGS)
def test_the_list_of_sites_says_where_the_bus_lines_are(study: Study, lang: Lang) -> None:
    bus = study.measures.services["bus"]
    lines = bus.sites_new + bus.sites_expanded
    assert lines > 0
    assert any(str(lines) in text for text in _section(study, "sites", lang).sentences[1:])


def test_whoever_loses_a_service_reads_why(study: Study) -> None:
    key = next(k for k in study.plan.services if study.before_plan.services[k].assignments)
    first = study.before_plan.services[key].assignments[0]
    part = study.plan.services[key]
    gone = ServicePlan(
        part.open,
        part.closed,
        tuple(a for a in part.assignments if a.settlement != first.settlement),
        part.transfers,
        (*(u for u in part.unserved if u.settlement != first.settlement), Unserved(first.settlement, 9, "full")),
    )
    plan = Plan({**study.plan.services, key: gone}, study.plan.spending)
    tables = _section(replace(study, plan=plan), "changes", "zh").tables
    losers = next(t for t in tables if t.id == "losers")
    assert "reason.full" in {row[[c.key for c in losers.columns].index("reason")] for row in losers.rows}


def test_a_list_that_is_whole_does_not_speak_of_a_rest(study: Study) -> None:
    for lang in LANGS:
        say = content.speech(study.county, lang)
        found = remedies.advice(study).remedies
        table = next(t for t in _section(study, "remedies", lang).tables if t.id == "remedies")
        whole = len(found) <= remedies.SHOWN
        assert (table.note == say("remedies.all", n=len(found))) is whole


@pytest.mark.parametrize("lang", LANGS)
def test_a_paper_has_the_first_of_tall_rows_and_says_so(lang: Lang) -> None:
    study = MAKE(120, whole=True)
    say = content.speech(study.county, lang)
    sheets = paper.of(content.of(study, lang), say)
    leaves = [leaf for chapter in sheets.chapters for leaf in chapter.leaves] + list(sheets.annex)
    for id, most in paper.TALL_ROWS.items():
        whole = next((t for s in content.of(study, lang).sections for t in s.tables if t.id == id), None)
        if whole is None:
            assert id == "line_stand_ins"  # no line of this county could be exchanged
            continue
        parts = [leaf for leaf in leaves if leaf.table.id == id]
        assert parts
        for leaf in parts:
            assert len(leaf.table.rows) == min(most, len(whole.rows))
        if len(whole.rows) > most:
            assert str(most) in parts[-1].rest


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("status", ["time_limit", "stopped", "memory_limit"])
def test_a_search_without_a_bound_is_not_called_a_heuristic(study: Study, lang: Lang, status: str) -> None:
    say = content.speech(study.county, lang)
    told = headline.verdict(replace(study, result={**study.result, "status": status, "gap": None, "bound": None}), say)
    assert told[0] == say(f"headline.cut_short.{status}")
    assert say("headline.gap_unproved") in told[3]
    assert say("headline.gap_unknown") not in " ".join(told)


@pytest.mark.parametrize("lang", LANGS)
def test_the_verdict_on_a_rejected_plan_begins_with_that_and_claims_no_gap(study: Study, lang: Lang) -> None:
    say = content.speech(study.county, lang)
    rejected = replace(study, result={**study.result, "verdict": "invalid"})
    told = headline.verdict(rejected, say)
    assert told[0] == say("headline.rejected")
    assert headline.gap_sentence(rejected, say) not in told


@pytest.mark.parametrize("lang", LANGS)
def test_a_county_without_boarding_or_buses_never_speaks_of_them(lang: Lang) -> None:
    plain = content.of(MAKE(40), lang)
    for section in plain.sections:
        for table in section.tables:
            assert not {"boarders", "beds", "by_line"} & _keys(table), (section.id, table.id)


@pytest.mark.parametrize("lang", LANGS)
def test_a_proof_of_the_solver_is_not_denied_in_the_next_sentence(study: Study, lang: Lang) -> None:
    say = content.speech(study.county, lang)
    best = replace(study, result={**study.result, "trust": "claim", "gap": 0.0, "bound": study.result["objective"]})
    assert say("headline.solver_proved") in headline.checker_sentence(best, say)
    wide = replace(study, result={**study.result, "trust": "claim"})
    assert say("headline.trust.claim") in headline.checker_sentence(wide, say)
