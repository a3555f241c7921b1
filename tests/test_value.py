"""The value of money: no choice of sites that brute force knows lies above a curve, no plan above what funds allow."""

from __future__ import annotations

import itertools
import runpy
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest

from siting import api, store
from siting.plans.outcome import Effort
from siting.plans.value import Curve, worth_at
from siting.problems.options import Option
from siting.problems.problem import Fund, Problem
from siting.reports import content
from siting.reports.formats import explain_money
from siting.reports.formats.explain import Explanation
from siting.reports.spots import quantity
from siting.solvers import greedy
from siting.solvers.value import joint
from siting.solvers.value.lines import Line, curve, next_price
from siting.words import Lang, load

from . import problems_brute as brute
from .problems import make_block, random_problem
from .problems_rich import rich_problem
from .test_remedy import EDGES, NODES, SETTLEMENTS, SITES, TOML

MAKE = runpy.run_path(str(Path(__file__).with_name("study_maker.py")))["make"]


def test_a_curve_is_the_least_of_its_lines_and_rises_ever_slower() -> None:
    # 10 + m / 2 up to 20 base units, then 16 + m / 5 up to 70, then 30
    found = curve("clinic", [Line(16, 0.2, 40), Line(30, 0, 100), Line(10, 0.5, 5), Line(40, 0.1, 60)])
    assert found.money == (0, 20, 70)
    assert found.most == (11, 21, 31)  # each a person more: a bound stays one when it is rounded
    assert [found.at(m) for m in (0, 10, 20, 45, 70, 10**9)] == [11, 16, 21, 26, 31, 31]
    assert [found.gain(m) for m in (0, 20, 70)] == [Fraction(1, 2), Fraction(1, 5), 0]


def test_the_next_price_is_that_of_the_chord_with_most_in_doubt() -> None:
    steep, flat = Line(0, 10, 0), Line(100, 0.1, 100)
    assert next_price([flat, steep]) == pytest.approx((110 - 0) / 100)
    assert next_price([Line(0, 1, 50), Line(50, 1e-9, 50)]) is None


def test_the_county_is_bounded_at_any_price_of_its_funds() -> None:
    curves = (Curve("a", (0, 10), (5, 25)), Curve("b", (0, 10), (0, 10)), Curve("free", (0, 5), (3, 9)))
    weights, funds = {"a": 1, "b": 3, "free": 2}, (Fund("f", 10, ("a", "b")),)
    # b brings 3 a unit, a 2: all ten to b is 5 + 30; nobody pays for the third
    assert worth_at(curves, weights, funds, {"f": Fraction(3)}) == 5 + 30 + 6
    assert worth_at(curves, weights, funds, {"f": Fraction(0)}) == 25 + 30 + 6
    assert worth_at(curves, weights, funds, {"f": Fraction(5, 2)}) == 25 + 5 + (30 - 25) + 6


@pytest.mark.usefixtures("in_process")
def test_clinics_reckoned_by_hand() -> None:
    # K stands with 10 people; A costs 10,000 and serves 40, B 10,000 and 20, C 40,000 and 20
    options = [Option("K", "", "keep", None, 0, 0)]
    options += [Option(site, "S", "new", None, cost, 0) for site, cost in (("A", 10_000), ("B", 10_000), ("C", 40_000))]
    reach = {(0, "K"): 60, (1, "A"): 60, (2, "B"): 60, (3, "C"): 60}
    block = make_block("clinic", "coverage", (10, 40, 20, 20), options, reach, must_open="K", weight=2)
    problem = Problem((block,), (Fund("county", 15_000, ("clinic",)),), None, ())
    found = joint.values(problem, greedy.first_plan(problem), Effort(gap=0, time_limit_s=600))
    (only,) = found.curves
    # the relaxation: 4 people a thousand up to A, 2 up to B, half a one up to C
    for money, served in ((0, 10), (5, 30), (10, 50), (15, 60), (20, 70), (40, 80), (60, 90), (1000, 90)):
        assert served <= only.at(1000 * money) <= served + 1
    assert float(found.prices["county"]) == pytest.approx(2 * 2 / 1000, rel=0.05)
    assert 2 * 60 <= found.worth <= 2 * 61


def lies_above_brute_force(problem: Problem) -> None:
    """Every choice of sites, with whatever money, and the best plans with more and less money in each fund."""
    effort = Effort(gap=0, time_limit_s=600)
    found = joint.values(problem, greedy.first_plan(problem), effort)
    curves = {c.service: c for c in found.curves}
    much = tuple(Fund(b.service, 10**6, (b.service,), (10**6,) * (len(problem.phases) - 1)) for b in problem.blocks)
    free = replace(problem, targets=(), funds=much, running_budget=None, land_quota=())
    known: dict[object, int] = {}
    for chosen in itertools.product(*(list(brute.combinations(block)) for block in free.blocks)):
        opened = {b.service: own for b, own in zip(free.blocks, chosen, strict=True)}
        if brute.broken(free, opened):
            continue
        capital = brute.capital_of(free, opened)
        for block in free.blocks:
            since = brute.since_of_ways(free, block, opened)
            key = block.service, opened[block.service], since
            if key not in known:
                parts = brute._outcomes(free, block, opened[block.service], since)
                known[key] = max((stages[-1] for stages in parts.values()), default=0) // block.weight
            money = sum(amount for (service, _), amount in capital.items() if service == block.service)
            assert known[key] <= (curves[block.service].at(money) if block.service in curves else 0)
    for k, fund in enumerate(problem.funds):
        for more in (0, 7, -fund.amount):
            funds = (*problem.funds[:k], replace(fund, amount=fund.amount + more), *problem.funds[k + 1 :])
            best = brute.best(replace(problem, targets=(), funds=funds))[-1]
            assert best <= found.worth + found.prices[fund.id] * more


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(10))
def test_curves_lie_above_every_choice(seed: int) -> None:
    lies_above_brute_force(random_problem(seed))


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(14))
def test_curves_lie_above_every_choice_of_rich_problems(seed: int) -> None:
    lies_above_brute_force(rich_problem(seed))


@pytest.mark.long
@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("seed", range(100, 400))
def test_curves_lie_above_every_choice_of_many_more(seed: int) -> None:
    lies_above_brute_force(random_problem(seed) if seed % 2 else rich_problem(seed))


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Clinics and a school on a street of five villages."""
    files = {"county.toml": TOML, "settlements.csv": SETTLEMENTS, "sites.csv": SITES, "nodes.csv": NODES}
    for file, text in (files | {"edges.csv": EDGES}).items():
        store.write_text(store.make_folder(tmp_path / "street") / file, text)
    return tmp_path / "street"


@pytest.mark.usefixtures("in_process")
def test_a_run_tells_what_money_could_bring_at_most(county: Path, tmp_path: Path) -> None:
    finished = api.solve(county, run=tmp_path / "run", gap=0, money_curves=True)
    told = finished.result["value_of_money"]
    assert set(told["services"]) <= set(finished.plan.services)
    for key, row in told["services"].items():
        figures = finished.measures.services[key]
        assert (row["capital"], row["served"]) == (figures.capital, figures.served)
        assert row["served"] <= row["at_most"] <= row["most"][-1] <= figures.demand + 1
    assert finished.measures.objective <= told["worth"]
    for lang in get_args(Lang):
        section = next(s for s in content.of(finished, lang).sections if s.id == "value_of_money")
        services, funds = section.tables
        assert [row[1:3] for row in services.rows] == [(r["capital"], r["served"]) for r in told["services"].values()]
        assert len(funds.rows) == len(finished.county.file.funds)
        said = "\n".join(Explanation(finished, load(lang)).overview())
        say = content.speech(finished.county, lang)
        prices = list(explain_money.prices(finished))
        assert say("explain.money") in said or not prices
        for price in prices:
            assert price.least is None or say.money(price.least) in said or price.least == 0
            assert say.name(finished.county.services[price.service]) in said


def test_the_least_money_for_so_many_is_the_least_with_which_the_bound_allows_them() -> None:
    curve = Curve("clinic", (0, 7, 40, 100), (3, 30, 61, 64))
    for served in range(70):
        least = curve.least(served)
        allowed = [money for money in range(101) if curve.at(money) >= served]
        assert least == (allowed[0] if allowed else None)


@pytest.mark.parametrize("lang", get_args(Lang))
def test_one_more_per_cent_costs_what_the_curve_says_reaches_nobody_or_is_left_open(lang: Lang) -> None:
    study = MAKE(30)
    say, (key, figures) = content.speech(study.county, lang), next(iter(study.measures.services.items()))
    assert figures.served < figures.demand
    wanted = figures.served + min(-(-figures.demand // 100), figures.demand - figures.served)
    spent = 500_000
    for money, most, kind in (
        ((0, spent, 2 * spent), (0, figures.served, 2 * wanted - figures.served), "least"),
        ((0, spent), (0, wanted - 1), "none"),
        ((0, spent), (0, wanted), "open"),
    ):
        row = {"capital": spent, "served": figures.served, "at_most": most[1], "money": money, "most": most}
        told = replace(study, result={**study.result, "value_of_money": {"services": {key: row}, "funds": {}}})
        (price,) = explain_money.prices(told)
        assert price.least == {"least": spent // 2, "none": None, "open": 0}[kind]
        line = explain_money.lines(told, say)[1]
        values = {"service": say.name(study.county.services[key]), "capital": say.money(spent)}
        more = say.quantity(quantity(study.county, key, wanted - figures.served))
        assert line.strip() == say(f"explain.price.{kind}", **values, more=more, money=say.money(spent // 2))


def test_who_does_not_ask_hears_nothing_of_it(county: Path, tmp_path: Path) -> None:
    finished = api.solve(county, run=tmp_path / "run", solver="greedy")
    assert finished.result["value_of_money"] is None
    assert all(s.id != "value_of_money" for s in content.of(finished, "en").sections)
