"""The child process that runs HiGHS on one model: ``python -m siting.solvers.process.worker FOLDER``.

It reads ``job.npz`` and ``options.json``, tells of progress and new incumbents in JSON lines on the pipe that was its
standard output, and leaves ``incumbent.npz`` and ``solver.log``. The word ``cancel`` on its standard input stops the
search and keeps the incumbent; when that pipe closes, the parent is gone and the child ends too.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import IO, Any

import highspy
import numpy as np

from .child import leave

#: Whether the thread that the solver runs in was left by a want of memory.
FAILED: list[bool] = []


def main(folder: Path) -> None:
    """Solve the job of ``folder``."""
    _channel()
    os.dup2(2, 1)
    threading.excepthook = _note
    with np.load(folder / "job.npz", allow_pickle=False) as stored:
        job = {name: stored[name] for name in stored.files}
    options = json.loads((folder / "options.json").read_text())
    highs = highspy.Highs()
    _set_options(highs, options, folder / "solver.log")
    _pass_model(highs, job)
    if len(job["start_index"]):
        _must(
            highs.setSolution(len(job["start_index"]), job["start_index"].astype(np.int32), job["start_value"]), "start"
        )
    _subscribe(highs, folder)
    highs.HandleUserInterrupt = True
    threading.Thread(target=_listen, args=(highs, folder), daemon=True).start()
    begun = time.monotonic()
    thread = highs.startSolve()
    ended, status = False, None
    while not ended:
        ended, status = highs.wait(0.1)
    thread.join()  # until it has said why it was left, if it was
    if status is None or status == highspy.HighsStatus.kError:  # it threw, as for want of memory, or gave up
        if FAILED or highs.getModelStatus() == highspy.HighsModelStatus.kMemoryLimit:
            raise MemoryError
        raise RuntimeError(f"the solver ends with {status}, {highs.modelStatusToString(highs.getModelStatus())}")
    _answer(highs, folder, time.monotonic() - begun)


def _note(fault: threading.ExceptHookArgs) -> None:
    """Remember why the solver's thread was left: an exception in it reaches nobody else."""
    print(f"{fault.exc_type.__name__}: {fault.exc_value}", file=sys.stderr)
    if issubclass(fault.exc_type, MemoryError):
        FAILED.append(True)


def _set_options(highs: highspy.Highs, options: dict[str, Any], log: Path) -> None:
    wanted = {**options, "log_to_console": False, "log_file": str(log), "mip_min_logging_interval": 0.5}
    for name, value in wanted.items():
        _must(highs.setOptionValue(name, value), f"option {name}")
        status, back = highs.getOptionValue(name)
        if status != highspy.HighsStatus.kOk or back != value:
            raise RuntimeError(f"option {name} reads back as {back}, not {value}")


def _pass_model(highs: highspy.Highs, job: dict[str, np.ndarray]) -> None:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(job["cost"]), len(job["row_lower"])
    model.col_cost_, model.offset_ = job["cost"], float(job["offset"])
    model.col_lower_, model.col_upper_ = job["lower"], job["upper"]
    model.row_lower_, model.row_upper_ = job["row_lower"], job["row_upper"]
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = job["indptr"]
    model.a_matrix_.index_ = job["indices"]
    model.a_matrix_.value_ = job["data"]
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    if job["whole"].any():
        model.integrality_ = [kinds[int(w)] for w in job["whole"]]
    _must(highs.passModel(model), "model")
    held = highs.getLp()
    values_held = {
        "cost": held.col_cost_,
        "lower": held.col_lower_,
        "upper": held.col_upper_,
        "row_lower": held.row_lower_,
        "row_upper": held.row_upper_,
        "data": held.a_matrix_.value_,
    }
    counts = (highs.getNumRow(), highs.getNumCol(), highs.getNumNz())
    wanted = (len(job["row_lower"]), len(job["cost"]), len(job["data"]))
    if counts != wanted:
        raise RuntimeError(f"the solver holds {counts} rows, columns and coefficients, not {wanted}")
    for name, values in values_held.items():
        if not np.array_equal(np.asarray(values), job[name]):
            raise RuntimeError(f"the solver holds another {name} than it was given")
    if sum(kind != highspy.HighsVarType.kContinuous for kind in held.integrality_) != int(job["whole"].sum()):
        raise RuntimeError("the solver holds another number of whole variables than it was given")


def _subscribe(highs: highspy.Highs, folder: Path) -> None:
    def improving(event: Any) -> None:
        values = np.array(event.data_out.mip_solution, dtype=np.float64)
        if not _save(folder / "incumbent.npz", values=values):
            return
        _tell(event="incumbent", objective=event.data_out.mip_primal_bound, bound=event.data_out.mip_dual_bound)

    def logging(event: Any) -> None:
        _tell(event="progress", objective=event.data_out.mip_primal_bound, bound=event.data_out.mip_dual_bound)

    highs.cbMipImprovingSolution.subscribe(improving)
    highs.cbMipLogging.subscribe(logging)


def _answer(highs: highspy.Highs, folder: Path, seconds: float) -> None:
    info = highs.getInfo()
    status = highs.modelStatusToString(highs.getModelStatus())
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if feasible:
        _save(folder / "incumbent.npz", values=np.array(highs.getSolution().col_value, dtype=np.float64))
    if not highs.getLp().integrality_ and info.dual_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        solution = highs.getSolution()
        _save(folder / "duals.npz", rows=np.array(solution.row_dual), columns=np.array(solution.col_dual))
    _tell(
        event="answer",
        status=status,
        feasible=feasible,
        objective=info.objective_function_value,
        bound=info.mip_dual_bound if highs.getLp().integrality_ else _bound_of_lp(highs),
        nodes=int(info.mip_node_count),
        seconds=seconds,
        version=highs.version(),
    )


def _bound_of_lp(highs: highspy.Highs) -> float:
    """A linear program solved to the end is its own bound; one that was cut short bounds nothing."""
    optimal = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(highs.getInfo().objective_function_value) if optimal else float("nan")


def _save(path: Path, **values: np.ndarray) -> bool:
    """Keep values by name as a whole file; a full disk is told, and what was kept before stays."""
    temporary = path.with_suffix(".part")
    try:
        with temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **values)
        os.replace(temporary, path)
    except OSError as error:
        _tell(event="unsaved", why=f"an incumbent cannot be written: {error.strerror or error}")
        return False
    return True


@cache
def _channel() -> IO[str]:
    """The pipe to the parent, apart from standard output, on which the solver's library may print what it likes."""
    return os.fdopen(os.dup(1), "w", encoding="utf-8")


def _tell(**message: Any) -> None:
    text = {k: (None if isinstance(v, float) and not np.isfinite(v) else v) for k, v in message.items()}
    print(json.dumps(text), flush=True, file=_channel())


def _listen(highs: highspy.Highs, folder: Path) -> None:
    for line in sys.stdin:
        if line.strip() == "cancel":
            highs.cancelSolve()
    leave(folder)


def _must(status: highspy.HighsStatus, what: str) -> None:
    if status != highspy.HighsStatus.kOk:
        raise RuntimeError(f"the solver answers {status} to {what}")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except MemoryError:
        _tell(event="memory")
        os._exit(4)  # nothing that may ask for more memory
