"""The child process that runs HiGHS on one model: ``python -m siting.solvers.process.worker FOLDER``.

It reads ``job.npz`` and ``options.json``, tells of progress and new incumbents in JSON lines on the pipe that was its
standard output, and leaves ``incumbent.npz`` and ``solver.log``. The word ``cancel`` on its standard input stops the
search and keeps the incumbent; when that pipe closes, the parent is gone and the child ends too.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from .child import Child, Job, begin, listen, tell

#: Whether the thread that the solver runs in was left by a want of memory.
FAILED: list[bool] = []


def main(folder: Path) -> None:
    """Solve the job of ``folder``."""
    threading.excepthook = _note
    child = Child(folder)
    job, highs = child.job, highspy.Highs()
    set_options(highs, child)
    pass_model(highs, job)
    if len(job["start_index"]):
        _must(
            highs.setSolution(len(job["start_index"]), job["start_index"].astype(np.int32), job["start_value"]), "start"
        )
    _subscribe(highs, child)
    highs.HandleUserInterrupt = True
    listen(folder, highs.cancelSolve)
    thread = highs.startSolve()
    ended, status = False, None
    while not ended:
        ended, status = highs.wait(0.1)
    thread.join()  # until it has said why it was left, if it was
    if status is None or status == highspy.HighsStatus.kError:  # it threw, as for want of memory, or gave up
        if FAILED or highs.getModelStatus() == highspy.HighsModelStatus.kMemoryLimit:
            raise MemoryError
        raise RuntimeError(f"the solver ends with {status}, {highs.modelStatusToString(highs.getModelStatus())}")
    _answer(highs, child)


def _note(fault: threading.ExceptHookArgs) -> None:
    """Remember why the solver's thread was left: an exception in it reaches nobody else."""
    print(f"{fault.exc_type.__name__}: {fault.exc_value}", file=sys.stderr)
    if issubclass(fault.exc_type, MemoryError):
        FAILED.append(True)


def set_options(highs: highspy.Highs, child: Child) -> None:
    """The options of a job, each read back.

    Raises:
        RuntimeError: HiGHS does not take one, or holds another value.
    """
    wanted = {**child.options, "log_to_console": False, "log_file": str(child.log), "mip_min_logging_interval": 0.5}
    for name, value in wanted.items():
        _must(highs.setOptionValue(name, value), f"option {name}")
        status, back = highs.getOptionValue(name)
        if status != highspy.HighsStatus.kOk or back != value:
            raise RuntimeError(f"option {name} reads back as {back}, not {value}")


def pass_model(highs: highspy.Highs, job: Job) -> None:
    """The model of a job, its counts and all its numbers read back.

    Raises:
        RuntimeError: HiGHS does not take it, or holds another model.
    """
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


def _subscribe(highs: highspy.Highs, child: Child) -> None:
    def improving(event: Any) -> None:
        values = np.array(event.data_out.mip_solution, dtype=np.float64)
        child.incumbent(values, event.data_out.mip_primal_bound, event.data_out.mip_dual_bound)

    def logging(event: Any) -> None:
        tell(event="progress", objective=event.data_out.mip_primal_bound, bound=event.data_out.mip_dual_bound)

    highs.cbMipImprovingSolution.subscribe(improving)
    highs.cbMipLogging.subscribe(logging)


def _answer(highs: highspy.Highs, child: Child) -> None:
    info, solution = highs.getInfo(), highs.getSolution()
    whole = bool(highs.getLp().integrality_)
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        child.save("incumbent", values=np.array(solution.col_value, dtype=np.float64))
    if not whole and info.dual_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        child.save("duals", rows=np.array(solution.row_dual), columns=np.array(solution.col_dual))
    status = highs.modelStatusToString(highs.getModelStatus())
    bound = info.mip_dual_bound if whole else _bound_of_lp(highs)
    child.answer(status, bound, highs.version(), int(info.mip_node_count), info.objective_function_value)


def _bound_of_lp(highs: highspy.Highs) -> float:
    """A linear program solved to the end is its own bound; one that was cut short bounds nothing."""
    optimal = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(highs.getInfo().objective_function_value) if optimal else float("nan")


def _must(status: highspy.HighsStatus, what: str) -> None:
    if status != highspy.HighsStatus.kOk:
        raise RuntimeError(f"the solver answers {status} to {what}")


if __name__ == "__main__":
    begin(main)
