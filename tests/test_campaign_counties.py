"""Campaign `counties`: whole county folders by chance, through reader, posing, solvers, measures and the checker.

Every scenario of every county is solved twice, by the greedy method and exactly. The checker, which reads the folder
itself, must accept both plans and prove no bound below the better one; brute force must find none better; and open
sites by chance must be allowed by the checker exactly where the rules of `tests.problems_brute` allow them.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

import pytest

from siting import rooms
from siting.counties.county import County
from siting.errors import NoPlan, Severity, SitingError, SolverFailed
from siting.model import goal
from siting.plan import Plan
from siting.plans import assign, measure
from siting.plans.outcome import MINIMISED, Effort, Levels, Outcome, Stop
from siting.problems.posing import pose
from siting.problems.problem import Problem
from siting.reading import instance, scenario
from siting.reading.scenario import Scenario
from siting.roads import travel
from siting.runs.journal import plan_file
from siting.solvers import county as engine
from siting.solvers import greedy, whole
from siting.verify import Auditor

from . import campaign, counties_rich, problems
from . import problems_brute as brute

FIRST = int(os.environ.get("SITING_SEED", "10000"))
EXACT = Effort(gap=0, time_limit_s=600)
#: More combinations of options, or more ways of handing out persons, than this take brute force too long.
MOST_COMBINATIONS, MOST_HANDOUTS = 800, 3000


@dataclass(frozen=True)
class Case:
    """A county under a scenario, with the checker of its folder."""

    county: County
    chosen: Scenario
    problem: Problem
    auditor: Auditor
    seed: int

    def file(self, plan: Plan) -> dict[str, object]:
        """The plan as its file has it."""
        return plan_file(plan, measure.of(plan, self.county, self.chosen), self.county, self.chosen)

    def breaches(self, plan: Plan) -> list[str]:
        """What the checker finds."""
        return [f"{b.code} {b.where}: {b.says}" for b in self.auditor.check(self.file(plan)).breaches]

    def accepts(self, plan: Plan) -> None:
        """Checker and brute force find nothing in a plan."""
        assert self.breaches(plan) == []
        assert problems.breaches(self.problem, plan) == []


def judge(folder: Path, seed: int, ends: Counter[str]) -> None:
    """All that is asked of the county of a seed; ``ends`` counts what came out."""
    read, faults = instance.examine(counties_rich.write(folder, counties_rich.draw(seed)))
    wrong = [fault for fault in faults if fault.severity is Severity.ERROR]
    auditor = Auditor(folder)
    if read is None or wrong:
        ends.update({"refused": 1, **{f"refused {fault.code}": 1 for fault in wrong}})
        return
    for name in scenario.names(read):
        chosen, county = scenario.of(read, name), scenario.under(read, name)
        try:
            problem = pose(county, travel.times(county), chosen)
        except SitingError as refusal:
            ends[f"not posed {refusal.faults[0].code}"] += 1
            continue
        case = Case(county, chosen, problem, auditor, seed)
        try:
            solved(case, ends)
            allowed(case, ends)
        except Exception as fault:
            raise AssertionError(f"scenario {name}: {type(fault).__name__} {fault}") from fault


def solved(case: Case, ends: Counter[str]) -> None:
    """Both plans keep the rules, and the exact one is as good as its stages say and as brute force can do."""
    problem, first = case.problem, None
    try:
        first = greedy.first_plan(problem)
        case.accepts(first)
    except SolverFailed:  # rules and guards forbid what the greedy method begins with
        ends["no first plan"] += 1
    exact = exact_best(problem)
    try:
        outcome = engine.solve(problem, EXACT)
    except NoPlan:
        assert first is None
        assert not isinstance(exact, tuple)
        ends["no plan"] += 1
        return
    case.accepts(outcome.plan)
    claims(case, outcome)
    stands(case, outcome.plan)
    ends["solved"] += 1
    if exact is not None:
        ends["compared with brute force"] += 1
        compared(case, outcome, exact)
    if exact is None or problem.aims != ("worth", "travel"):
        ends["compared with the plain model"] += 1
        other = whole.direct(problem, EXACT)
        case.accepts(other.plan)
        same(problem, outcome, other)
    if case.chosen.name != "baseline" and not case.seed % 3:
        ends["proven by prices"] += 1
        proven(case, outcome)


def exact_best(problem: Problem) -> brute.Stages | str | None:
    """What brute force finds, "none" where no plan keeps the rules, None where it would take too long."""
    if prod(len(list(brute.combinations(block))) for block in problem.blocks) > MOST_COMBINATIONS:
        return None
    for block in problem.blocks:
        ways = [int((block.pair_demand == i).sum()) for i in range(len(block.demand))]
        handouts = prod(min((int(q) + 1) ** n, 60) for q, n in zip(block.demand, ways, strict=True))
        if not block.served_in_full_only and handouts > MOST_HANDOUTS:
            return None
    try:
        return brute.best(problem)
    except AssertionError:
        return "none"


def claims(case: Case, outcome: Outcome) -> None:
    """Stages are what the plan has, bounds lie on the right side, and what costs nothing to prove excludes nothing."""
    problem = case.problem
    prover = case.auditor.prover(case.file(outcome.plan))
    names = [stage.name for stage in outcome.stages]
    assert [n for n in prover.stages() if n in names or n.startswith("tier")] == [a.name for a in goal.aims(problem)]
    for aim in goal.aims(problem):
        stage = outcome.stage(aim.name)
        assert stage is not None
        assert stage.objective == goal.value(problem, aim, outcome.plan) == prover.value(aim.name, prover.planned)
        better = 1 if aim.maximise else -1
        assert stage.bound is None or better * stage.bound >= better * stage.objective
        if not stage.brief and not shares_of_people(problem):
            far = rounding(problem) if aim.name == goal.COST else 0
            assert stage.bound is not None
            assert better * (stage.bound - stage.objective) <= far
            assert far or stage.stop is Stop.PROVEN
        free = prover.prove(aim.name, prover.planned, 1000, {"prices": []})
        assert free is not None
        assert better * free >= better * stage.objective


def rounding(problem: Problem) -> int:
    """How far a bound of the cost may lie below a plan: travel is rounded up in every service, and not in the model."""
    return problem.cost_years * sum(any(block.fares) or block.transfer_fare > 0 for block in problem.blocks)


def shares_of_people(problem: Problem) -> bool:
    """Whether a target counts parts of persons in the model, so that plan and bound may be apart."""
    people = {b.service for b in problem.blocks if not b.served_in_full_only}
    return any(
        t.indicator in ("worst_township_share", "urban_rural_gap") and t.service in people for t in problem.targets
    )


def compared(case: Case, outcome: Outcome, exact: brute.Stages | str) -> None:
    """The tiers are those of brute force; so is the worth, where it comes next."""
    problem = case.problem
    assert exact != "none"
    reached = brute.reached(problem, outcome.plan)
    last = len(problem.tiers) + (problem.aims[0] == "worth")
    if shares_of_people(problem):
        assert reached[:1] <= exact[:1]
    else:
        assert reached[:last] == exact[:last]


def stands(case: Case, plan: Plan) -> None:
    """The county as it stands, as a run keeps it beside the plan, is accepted; another one than today's is not."""
    today = replace(scenario.of(case.county, scenario.BASELINE), services=case.chosen.services)
    before = greedy.solve(pose(case.county, travel.times(case.county), today), Effort()).plan
    file = plan_file(before, measure.of(before, case.county, today), case.county, today)
    beside = case.file(plan)
    assert case.auditor.check_before(file, beside).breaches == ()
    wrong = {**file, "claims": {**file["claims"], "running": file["claims"]["running"] + 1}}
    assert [b.code for b in case.auditor.check_before(wrong, beside).breaches] == ["E706"]


def same(problem: Problem, outcome: Outcome, other: Outcome) -> None:
    """Two searches found the same, aim by aim, up to the first of which only a part is proven."""
    for mine, theirs in zip(outcome.stages, other.stages, strict=True):
        if mine.brief or theirs.brief or (mine.name == goal.COST and rounding(problem)) or shares_of_people(problem):
            return
        assert mine.objective == theirs.objective, mine.name


def proven(case: Case, outcome: Outcome) -> None:
    """What the prices of a certificate prove of a stage excludes no plan that was found."""
    prover = case.auditor.prover(case.file(outcome.plan))
    townships = {s.id: s.township for s in case.county.settlements}
    for stage in outcome.stages:
        for part in prover.parts():
            asked = case.problem.only(part)
            if set(part) != {b.service for b in case.problem.blocks}:
                asked = replace(asked, running_budget=None)
            value, aim = prover.value(stage.name, part), prover.aim(stage.name, part)
            better = -1 if stage.name in MINIMISED else 1
            levels = Levels(aim.levels, aim.kept)
            tree = rooms.certifier()(asked, stage.name, levels, better * value, 2**40, townships, EXACT)
            if tree is not None:
                bound = prover.prove(stage.name, part, 2**40, tree)
                assert bound is not None
                assert better * bound >= better * value, f"{stage.name} of {part}: {bound} excludes {value}"


def allowed(case: Case, ends: Counter[str]) -> None:
    """Open sites by chance: the checker allows them exactly where the rules of brute force do."""
    problem, dice = case.problem, counties_rich.Dice(29, case.seed)
    rich = replace(problem, funds=tuple(replace(f, amount=10**9) for f in problem.funds))
    for _ in range(4):
        opened = {b.service: dice.one(list(brute.combinations(b))) for b in problem.blocks}
        rules = brute.broken(problem, opened)
        try:
            plan = assign.complete(problem if "capital" not in rules else rich, opened)
        except SolverFailed:
            ends["open sites that nobody can be sent to"] += 1
            continue
        ends["open sites that keep the rules" if not rules else "open sites that break them"] += 1
        breaches, broken = case.breaches(plan), problems.breaches(problem, plan)
        assert bool(breaches) == bool(broken), (rules, breaches, broken, opened)


@pytest.mark.usefixtures("in_process")
def test_no_county_by_chance_is_planned_wrongly(tmp_path: Path) -> None:
    many = campaign.count(12)
    wrong: list[str] = []
    ends: Counter[str] = Counter()
    for seed in range(FIRST, FIRST + many):
        try:
            judge(tmp_path / "county", seed, ends)
        except Exception as fault:  # noqa: BLE001
            wrong.append(f"seed {seed}: {fault}"[:2000])
        shutil.rmtree(tmp_path / "county", ignore_errors=True)
        if (seed - FIRST) % 100 == 99 or seed == FIRST + many - 1:
            campaign.tell("counties", counties=seed - FIRST + 1, ends=dict(sorted(ends.items())), wrong=wrong)
    assert wrong == []
