"""Finding a solver or a report by its name: entry points, so that others can be added without touching ours."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import cast

from siting.errors import Fault, InputRefused
from siting.plans.outcome import Certifier, Solver, Witness
from siting.plans.value import Valuer
from siting.studies import comparing
from siting.studies import frontier as frontiers
from siting.studies import sweep as sweeps
from siting.studies.study import Report

SOLVERS = "siting.solvers"
REPORTS = "siting.reports"
COMPARISONS = "siting.comparisons"
FRONTIERS = "siting.frontiers"
SWEEPS = "siting.sweeps"
CERTIFICATES = "siting.certificates"
VALUES = "siting.values"


def solver(name: str) -> Solver:
    """The solver of that name.

    Raises:
        InputRefused: no such solver is known (E192), or what it needs is not installed (E193).
    """
    found = _door(SOLVERS, name).load()
    if hasattr(found, "ready"):
        found.ready()
    return cast(Solver, found)


def lacking() -> dict[str, str]:
    """Solvers that what they need is not installed for, and what brings it."""
    found: dict[str, str] = {}
    for name in names(SOLVERS):
        try:
            solver(name)
        except InputRefused as refusal:
            found[name] = str(refusal.faults[0].values.get("cure", ""))
    return found


def witness(name: str) -> Witness:
    """The solver of that name, as one that can be asked about the plan of another.

    Raises:
        InputRefused: no such solver is known (E192), it is not installed (E193), or it cannot be asked so (E197).
    """
    found = getattr(solver(name), "witness", None)
    if found is None:
        raise InputRefused(Fault("E197", values={"name": name}))
    return cast(Witness, found)


def certifier() -> Certifier:
    """What finds the prices of a certificate.

    Raises:
        InputRefused: none is installed (E192).
    """
    return cast(Certifier, _door(CERTIFICATES, "prices").load())


def valuer() -> Valuer:
    """What finds the value of money.

    Raises:
        InputRefused: none is installed (E192).
    """
    return cast(Valuer, _door(VALUES, "prices").load())


def report(name: str) -> Report:
    """The report of that name.

    Raises:
        InputRefused: no such report is installed (E192).
    """
    return cast(Report, _door(REPORTS, name).load())


def comparison(name: str) -> comparing.Report:
    """The report of that name on several plans.

    Raises:
        InputRefused: no such report is installed (E192).
    """
    return cast(comparing.Report, _door(COMPARISONS, name).load())


def frontier(name: str) -> frontiers.Report:
    """The report of that name on coverage against money.

    Raises:
        InputRefused: no such report is installed (E192).
    """
    return cast(frontiers.Report, _door(FRONTIERS, name).load())


def sweep(name: str) -> sweeps.Report:
    """The report of that name on many solves.

    Raises:
        InputRefused: no such report is installed (E192).
    """
    return cast(sweeps.Report, _door(SWEEPS, name).load())


def names(group: str) -> tuple[str, ...]:
    """Names of all installed rooms of a group."""
    return tuple(sorted({point.name for point in entry_points(group=group)}))


def _door(group: str, name: str) -> EntryPoint:
    found = [point for point in entry_points(group=group) if point.name == name]
    if not found:
        kind = group.rpartition(".")[2]
        raise InputRefused(Fault("E192", values={"kind": kind, "name": name, "known": ", ".join(names(group))}))
    return found[0]
