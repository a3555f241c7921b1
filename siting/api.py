"""siting from Python: the same steps as the command line, with values instead of files where that is handier.

    from siting.api import measure, read, solve, verify

    county = read("instances/yunling-county")
    study = solve("instances/yunling-county", "half-budget", run="runs/half", gap=0.01)
    study.measures.services["clinic_village"].share
    verify("runs/half").word

A longer example stands in ``docs/python.md``. Everything that is returned is frozen; whoever wants another plan solves
again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from siting import cache
from siting.counties.county import County
from siting.plan import Plan
from siting.plans import measure as measuring
from siting.plans.measure import Measures
from siting.problems.posing import pose
from siting.reading import instance, scenario
from siting.reading.scenario import Scenario
from siting.roads import travel
from siting.runs import budgets, solving
from siting.runs.asking import Ask, Listener
from siting.studies import study as studies
from siting.studies.frontier import Frontier
from siting.studies.reasons import Reason, Reasons
from siting.studies.study import Study
from siting.verify import Verdict, verify_run

__all__ = [
    "County",
    "Frontier",
    "Measures",
    "Plan",
    "Reason",
    "Scenario",
    "Study",
    "Verdict",
    "frontier",
    "load",
    "measure",
    "read",
    "resume",
    "solve",
    "verify",
    "why",
]


def read(folder: str | Path, name: str = scenario.BASE) -> County:
    """The county of a folder, as it is under a scenario.

    Raises:
        InputRefused: the folder has faults (all are listed), or no such scenario (E180).
    """
    county, _ = instance.read(Path(folder))
    scenario.of(county, name)
    return scenario.under(county, name)


def solve(
    folder: str | Path,
    name: str = scenario.BASE,
    *,
    run: str | Path,
    solver: str = "highs",
    gap: float = 0.01,
    time_limit_s: float = 600.0,
    seed: int = 0,
    threads: int = 1,
    memory_mb: int | None = None,
    prove_travel: bool = False,
    certify: bool = False,
    cross_check: str = "",
    money_curves: bool = False,
    start: str | Path | None = None,
    listener: Listener | None = None,
) -> Study:
    """Solve a county folder into the run folder ``run``: plan, bound and gap, checked by the independent checker.

    ``start`` is a run folder of the same county with whose plan the search begins; ``certify`` writes a certificate of
    the bounds, ``cross_check`` names a second solver to ask, ``money_curves`` bounds what any amount of money could
    bring.

    Raises:
        InputRefused, Infeasible, NoPlan, PlanRejected, CannotWrite, SolverFailed: see `siting.errors`.
    """
    wish = (prove_travel, certify, cross_check, money_curves)
    ask = Ask(name, solver, gap, time_limit_s, seed, threads, memory_mb, *wish)
    solving.solve(Path(folder), Path(run), ask, listener or Listener(), None if start is None else Path(start))
    return load(run)


def resume(run: str | Path, *, time_limit_s: float | None = None, listener: Listener | None = None) -> Study:
    """Go on with a run that was killed, stopped or out of time, from its last checked plan.

    Raises:
        InputRefused, NoPlan, PlanRejected, CannotWrite, SolverFailed: see `siting.runs.solving.resume`.
    """
    changed = {} if time_limit_s is None else {"time_limit_s": time_limit_s}
    solving.resume(Path(run), changed, listener or Listener())
    return load(run)


def load(run: str | Path) -> Study:
    """A finished run folder, measured anew.

    Raises:
        InputRefused: it is none (E190, E191).
    """
    return studies.load(Path(run))


def verify(run: str | Path) -> Verdict:
    """What the independent checker says of a run folder: ``word`` and every breach."""
    return verify_run(Path(run))


def measure(plan: Plan, county: County, name: str = scenario.BASE) -> Measures:
    """Every figure of a plan, recomputed from its ids and the county (as `read` gives it for the scenario)."""
    return measuring.of(plan, county, scenario.of(county, name))


def why(study: Study) -> list[Reason]:
    """Why each site that a plan builds or enlarges is in it: who would be left and which targets would be missed
    without it alone, those first that most people need."""
    times = travel.times(study.county, cache_folder=cache.folder())
    return Reasons(pose(study.county, times, study.scenario), study.plan, study.measures).changed()


def frontier(
    folder: str | Path,
    name: str = scenario.BASE,
    *,
    run: str | Path,
    percents: Sequence[int] = (25, 50, 75, 100, 150),
    services: Sequence[str] | None = None,
    nested: bool = True,
    solver: str = "highs",
    gap: float = 0.01,
    time_limit_s: float = 600.0,
    seed: int = 0,
) -> Frontier:
    """Coverage against money: a county under several budgets, in per cent of its funds; every plan is checked and kept
    in ``run``. ``services`` are curves of single services, "" that of all together; None gives all of them.

    Raises:
        InputRefused, Infeasible, NoPlan, PlanRejected, CannotWrite, SolverFailed: see `siting.errors`.
    """
    asked = budgets.Budgets(tuple(sorted(percents)), None if services is None else tuple(services), nested)
    return budgets.solve(Path(folder), Path(run), Ask(name, solver, gap, time_limit_s, seed), asked)
