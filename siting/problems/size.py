"""How much memory a problem takes at least, before anything is allocated for it.

The figures are estimates, below what was measured on the embedded county (docs/reliability.md): there a way took 2.9 kB
in the models of this process, and 5 to 12 coefficients of about 1 kB each in the solver's. They refuse what is
hopeless; what is only tight is tried, within the cap.
"""

from __future__ import annotations

import os

from siting.errors import Fault, InputRefused
from siting.problems.problem import Problem

MODEL_BASE_MB, MODEL_BYTES_PER_WAY = 150, 2_000
SOLVER_BASE_MB, SOLVER_BYTES_PER_WAY = 160, 1_500


def ways(problem: Problem) -> int:
    """Pairs of a demand point and a site that may serve it, over all services."""
    return sum(len(block.pair_demand) for block in problem.blocks)


def model_mb(problem: Problem) -> int:
    """Megabytes that the models take at least in this process."""
    return MODEL_BASE_MB + ways(problem) * MODEL_BYTES_PER_WAY // 2**20


def solver_mb(problem: Problem) -> int:
    """Megabytes that the solver's process takes at least for the largest service."""
    largest = max((len(block.pair_demand) for block in problem.blocks), default=0)
    return SOLVER_BASE_MB + largest * SOLVER_BYTES_PER_WAY // 2**20


def check(problem: Problem, memory_mb: int | None, machine_mb: int | None = None) -> None:
    """Compare the least with the cap that was given and with the memory of the machine.

    Raises:
        InputRefused: it cannot fit (E196, with the estimate).
    """
    machine = machine_mb if machine_mb is not None else _machine_mb()
    for need, has in ((solver_mb(problem), memory_mb), (model_mb(problem), machine)):
        if has is not None and need > has:
            raise InputRefused(Fault("E196", values={"need": need, "has": has, "ways": ways(problem)}))


def _machine_mb() -> int | None:
    """Memory of this machine; None where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    except (ValueError, OSError, AttributeError):
        return None
