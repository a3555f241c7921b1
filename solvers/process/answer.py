"""What a solver's child process leaves behind, looked through: nothing of it is believed that does not have the form of
an answer."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from siting.cache import DAMAGE

from .linear import LinearModel

#: What a process prints that could get no memory.
NO_MEMORY = ("MemoryError", "bad_alloc", "Cannot allocate memory", "failed to map segment", "Memory allocation")
COMPLETE = ("Optimal", "Solution limit reached", "Node limit reached")


@dataclass(frozen=True, eq=False)
class Duals:
    """Of a linear program: what a row's bound is worth (m,), and the reduced costs (n,), of the minimisation."""

    rows: np.ndarray
    columns: np.ndarray


@dataclass(frozen=True, eq=False)
class Answer:
    """What came out: ``values`` (n,) of the best solution or None; ``bound`` in the model's own sense, None if none
    is known.

    ``complete`` is True where the solver ended by its own rules (gap or nodes) and not by the clock or a signal, so
    that the same call gives the same answer again; ``crashed`` says how it ended without an answer.
    """

    values: np.ndarray | None
    bound: float | None
    complete: bool
    infeasible: bool
    crashed: str
    version: str
    log: str
    memory: bool = False
    duals: Duals | None = None


def answer_of(exit_code: int | None, folder: Path, linear: LinearModel, last: Mapping[str, Any]) -> Answer:
    """What the child left, looked through: nothing of it is believed that does not have the form of an answer."""
    answer = last if last.get("event") == "answer" else {}
    said = (folder / "stderr.txt").read_text(errors="replace").strip().splitlines()
    why = str(last.get("why") or (said[-1] if said else ""))
    memory = not answer and (last.get("event") == "memory" or any(word in line for line in said for word in NO_MEMORY))
    log = folder / "solver.log"
    values = incumbent(folder, len(linear.cost))
    bound = last.get("bound")
    crashed = "" if answer or last.get("killed") else f"exit {exit_code}: {why}"
    if values is None and (folder / "incumbent.npz").exists():
        crashed = crashed or "it left values that cannot be read"
    return Answer(
        values=values,
        bound=None if bound is None else linear.sign * float(bound),
        complete=answer.get("status") in COMPLETE,
        infeasible=answer.get("status") in ("Infeasible", "Primal infeasible or unbounded"),
        crashed="out of memory" if memory else crashed,
        version=str(answer.get("version", "")),
        log=log.read_text(errors="replace") if log.exists() else "",
        memory=memory,
        duals=_duals(folder, linear.matrix.shape),
    )


def _duals(folder: Path, shape: tuple[int, int]) -> Duals | None:
    """The duals that the child left; None where there are none, or none that can be those of the model."""
    path = folder / "duals.npz"
    if not path.exists():
        return None
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            rows, columns = (np.asarray(stored[name], dtype=np.float64) for name in ("rows", "columns"))
    except DAMAGE:
        return None
    fits = (len(rows), len(columns)) == shape and np.isfinite(rows).all() and np.isfinite(columns).all()
    return Duals(rows, columns) if fits else None


def incumbent(folder: Path, columns: int) -> np.ndarray | None:
    """The values (n,) that the child left last; None where there are none, or none that can be values of the model."""
    path = folder / "incumbent.npz"
    if not path.exists():
        return None
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            values = np.asarray(stored["values"], dtype=np.float64)
    except DAMAGE:
        return None
    return values if values.shape == (columns,) and np.isfinite(values).all() else None
