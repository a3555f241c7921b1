"""The campaigns as commands: `nox -s campaign-kill -- 200` ends a solve 200 times and prints what came out.

Each runs in the environment that nox was called from (`scripts/setup dev`); without a number it takes its usual length.
What they show and when they last ran stands in docs/reliability.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nox

nox.options.sessions = []
PATH = "tests/test_campaign_"
#: That of the environment of nox, which need not be activated.
PYTEST = str(Path(sys.executable).with_name("pytest"))


def run(here: nox.Session, usual: int, *arguments: str, variable: str = "SITING_CAMPAIGN") -> None:
    """Run tests with the number of the command line."""
    number = here.posargs[0] if here.posargs else str(usual)
    env = {variable: str(int(number))}
    here.run(PYTEST, "-s", "-q", "-p", "no:cacheprovider", *arguments, env=env, external=True)


@nox.session(name="campaign-kill", venv_backend="none")
def kill(here: nox.Session) -> None:
    """F5: kill -9 at random moments, then `siting resume`."""
    run(here, 20, f"{PATH}kill.py", "-k", "kill_at")


@nox.session(name="campaign-signals", venv_backend="none")
def signals(here: nox.Session) -> None:
    """F6: SIGINT and SIGTERM at random moments."""
    run(here, 20, f"{PATH}kill.py", "-k", "signal_at")


@nox.session(name="campaign-faults", venv_backend="none")
def faults(here: nox.Session) -> None:
    """F7, F12: every file operation fails once in five ways, and the process is killed in each; full disks."""
    run(here, 300, f"{PATH}faults.py")


@nox.session(name="campaign-lies", venv_backend="none")
def lies(here: nox.Session) -> None:
    """F3: a solver that lies."""
    run(here, 1000, "tests/test_liars.py", variable="SITING_LIES")


@nox.session(name="campaign-limits", venv_backend="none")
def limits(here: nox.Session) -> None:
    """F8, F9: time limits and memory caps."""
    run(here, 5, f"{PATH}limits.py", "-k", "limit_is_kept or memory")


@nox.session(name="campaign-many", venv_backend="none")
def many(here: nox.Session) -> None:
    """F10, F11: eight solves at once, sixteen writers on one cache and on one run folder."""
    run(here, 8, f"{PATH}many.py")


@nox.session(name="campaign-same", venv_backend="none")
def same(here: nox.Session) -> None:
    """F13: equal runs give equal bytes."""
    run(here, 20, f"{PATH}limits.py", "-k", "equal_runs")


@nox.session(name="campaign-soak", venv_backend="none")
def soak(here: nox.Session) -> None:
    """F19: many solves in one process."""
    run(here, 500, f"{PATH}limits.py", "-k", "many_solves")


@nox.session(name="campaign-files", venv_backend="none")
def files(here: nox.Session) -> None:
    """F2: spoilt county folders through reader, solver and checker."""
    run(here, 3000, f"{PATH}files.py", "-k", "spoilt_folders")


@nox.session(name="campaign-payloads", venv_backend="none")
def payloads(here: nox.Session) -> None:
    """F18: every hostile name as every name of a county, through every format; the corpus in a browser."""
    here.run(PYTEST, "-q", "-p", "no:cacheprovider", "-m", "long or not long", "tests/test_payloads.py", external=True)


@nox.session(name="campaign-mutants", venv_backend="none")
def mutants(here: nox.Session) -> None:
    """F4: so many faults in the checker, drawn by chance, each before its tests; 0 for every one."""
    number = here.posargs[0] if here.posargs else "300"
    here.run(sys.executable, "-m", "tests.mutants", "--sample", str(int(number)), external=True)


@nox.session(name="campaign-brute", venv_backend="none")
def brute(here: nox.Session) -> None:
    """F1: random problems against brute force; `SITING_SEED` is the first of their seeds."""
    run(here, 1000, f"{PATH}brute.py")


@nox.session(name="campaign-counties", venv_backend="none")
def counties(here: nox.Session) -> None:
    """F1: county folders by chance, with their scenarios; `SITING_SEED` is the first of their seeds."""
    run(here, 1000, f"{PATH}counties.py")


@nox.session(name="campaign-reports", venv_backend="none")
def reports(here: nox.Session) -> None:
    """County folders by chance: every figure of their reports counted again, what is said of sites tried out."""
    run(here, 100, f"{PATH}reports.py")


@nox.session(name="campaign-witness", venv_backend="none")
def witness(here: nox.Session) -> None:
    """F16: SCIP on random problems beside HiGHS; `SITING_SEED` is the first of their seeds."""
    run(here, 200, f"{PATH}witness.py")


@nox.session(name="campaign-certify", venv_backend="none")
def certify(here: nox.Session) -> None:
    """F15: random medians, covers and warehouses with capacities, so many of each, solved with a certificate."""
    run(here, 20, f"{PATH}certify.py")


@nox.session(name="campaign-travel", venv_backend="none")
def travel(here: nox.Session) -> None:
    """F17: travel counted by siting and by its checker, on random roads and on five counties."""
    run(here, 100, f"{PATH}travel.py")
