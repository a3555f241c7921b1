"""The solvers that a child process can run, and whether this machine has them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from siting.errors import Fault, InputRefused


@dataclass(frozen=True)
class Engine:
    """A solver: the module of its child process, whether it is here, and what brings it."""

    module: str
    is_here: Callable[[], bool]
    cure: str


def cbc_program() -> str | None:
    """The program ``cbc`` of this system, else the one of the package cbcbox."""
    found = shutil.which("cbc")
    if found is None and find_spec("cbcbox") is not None:
        found = str(import_module("cbcbox").cbc_bin_path())
    return found


ENGINES = {
    "highs": Engine("worker", lambda: True, "pip install highspy"),
    "highs-counts": Engine("branch", lambda: True, "pip install highspy"),
    "scip": Engine("scip", lambda: find_spec("pyscipopt") is not None, "pip install 'siting[scip]'"),
    "cbc": Engine("cbc", lambda: cbc_program() is not None, "apt install coinor-cbc / pip install cbcbox"),
    "gurobi": Engine("gurobi", lambda: find_spec("gurobipy") is not None, "pip install gurobipy"),
}


def require(name: str) -> Engine:
    """The engine of that name.

    Raises:
        InputRefused: it is not installed (E193, with what installs it).
    """
    engine = ENGINES[name]
    if not engine.is_here():
        raise InputRefused(Fault("E193", values={"name": name, "cure": engine.cure}))
    return engine
