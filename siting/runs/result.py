"""What ``result.json`` says: what was reached, what is proven, with what it was computed (docs/run-folder.md)."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from siting import __version__
from siting.counties.county import County
from siting.errors import Fault
from siting.plans.measure import Measures, TargetFigures
from siting.plans.outcome import Outcome, Stage, Stop
from siting.reading.scenario import Scenario
from siting.roads import standing
from siting.roads.travel import TravelTimes
from siting.runs.evidence import Evidence


@dataclass(frozen=True)
class Solved:
    """A solve that has come to its end: what was asked, what came out, how it ended.

    ``options`` as asked for; ``signal`` the name of the signal that stopped it, or None; ``resumed`` how often the run
    was taken up again; ``seconds`` those of the last time; ``evidence`` is what else speaks for the plan.
    """

    county: County
    chosen: Scenario
    times: TravelTimes
    options: dict[str, Any]
    outcome: Outcome
    measures: Measures
    notes: tuple[Fault, ...]
    signal: str | None
    resumed: int
    seconds: float
    evidence: Evidence


def content(solved: Solved) -> dict[str, Any]:
    """Every key of ``result.json``."""
    county, chosen, outcome, measures = solved.county, solved.chosen, solved.outcome, solved.measures
    first = outcome.stage(chosen.aims[0])
    value = {"worth": measures.objective, "cost": measures.cost, "travel": measures.travel}[chosen.aims[0]]
    bound = first.bound if first else None
    gap = None if bound is None else abs(bound - value) / max(1, value)
    return {
        "format": 1,
        "county": county.id,
        "scenario": chosen.name,
        "status": status_of(outcome, solved.signal is not None),
        "signal": solved.signal,
        "verdict": "valid",
        "trust": "claim",
        "aim": chosen.aims[0],
        "objective": value,
        "bound": bound,
        "gap": gap,
        "gap_asked": solved.options["gap"],
        "elapsed_s": round(solved.seconds, 2),
        "resumed": solved.resumed,
        "stages": [_stage(s) for s in outcome.stages],
        "certificate": solved.evidence.certificate,
        "cross_check": solved.evidence.cross_check,
        "value_of_money": solved.evidence.value,
        "money": {
            "unit": county.file.money.base,
            "used": measures.capital,
            "available": measures.capital_available,
            "running": measures.running,
            "running_available": measures.running_available,
        },
        "targets": [_target(t) for t in measures.targets],
        "services": {
            key: {"opened": s.sites_new, "open": s.sites_open, "served": s.served, "demand": s.demand}
            for key, s in measures.services.items()
        },
        "not_planned": [key for key in county.services if key not in chosen.services],
        "solver": outcome.solver,
        "solver_version": outcome.version,
        "options": solved.options,
        "versions": versions(),
        "inputs": dict(county.files),
        "network": standing.summary(solved.times),
        "snap": standing.long_legs(county, solved.times),
        "notes": [
            {"code": n.code, "where": n.where, "values": {k: str(v) for k, v in n.values.items()}} for n in solved.notes
        ],
        "created": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "objective": stage.objective,
        "bound": stage.bound,
        "gap": stage.gap,
        "stop": stage.stop.value,
        "seconds": round(stage.seconds, 2),
        "brief": stage.brief,
    }


def _target(target: TargetFigures) -> dict[str, Any]:
    return {
        "id": target.id,
        "service": target.service,
        "tier": target.tier,
        "value": target.value,
        "threshold": target.need,
        "whole": target.whole,
        "met": target.met,
    }


def status_of(outcome: Outcome, interrupted: bool) -> str:
    """One word: optimal (gap 0), gap_reached, a limit, stopped or heuristic; a brief stage claims nothing."""
    claims = [s for s in outcome.stages if not s.brief]
    if any(s.stop is Stop.HEURISTIC for s in claims):
        return "heuristic"
    if all(s.stop is Stop.PROVEN for s in claims):
        return "optimal" if all(s.gap == 0 for s in claims) else "gap_reached"
    if interrupted:
        return "stopped"
    return "memory_limit" if any(s.stop is Stop.MEMORY for s in claims) else "time_limit"


def versions() -> dict[str, str]:
    """Versions of what computes: siting, Python and the libraries behind the numbers."""
    libraries = ("highspy", "pyomo", "numpy", "scipy", "networkx", "pandas")
    return {
        "siting": __version__,
        "python": platform.python_version(),
        **{name: installed(name) or "-" for name in libraries},
    }


def installed(package: str) -> str | None:
    """The version of a package, None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
