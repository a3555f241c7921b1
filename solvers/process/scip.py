"""The child process that runs SCIP on one model: ``python -m siting.solvers.process.scip FOLDER``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pyscipopt import SCIP_EVENTTYPE, Eventhdlr, Model
from pyscipopt import __version__ as package

from .child import Child, begin, listen, names, write_mps

#: What SCIP calls the end of a search, in the words of `siting.solvers.process.supervise`.
STATUS = {
    "optimal": "Optimal",
    "gaplimit": "Optimal",
    "totalnodelimit": "Node limit reached",
    "infeasible": "Infeasible",
    "inforunbd": "Primal infeasible or unbounded",
}


class Watch(Eventhdlr):  # type: ignore[misc]
    """Tells of new incumbents, and now and then of the bound."""

    def __init__(self, child: Child) -> None:
        self.child = child

    def eventinit(self) -> None:
        """Ask for the events."""
        self.model.catchEvent(SCIP_EVENTTYPE.BESTSOLFOUND, self)
        self.model.catchEvent(SCIP_EVENTTYPE.NODESOLVED, self)

    def eventexit(self) -> None:
        """Ask for no more."""
        self.model.dropEvent(SCIP_EVENTTYPE.BESTSOLFOUND, self)
        self.model.dropEvent(SCIP_EVENTTYPE.NODESOLVED, self)

    def eventexec(self, event: Any) -> None:
        """Tell."""
        if event.getType() == SCIP_EVENTTYPE.BESTSOLFOUND:
            keep(self.model, self.child)
        else:
            self.child.progress(*both(self.model, self.child))


def both(model: Any, child: Child) -> tuple[float, float]:
    """(objective, bound) with the constant; what SCIP calls infinite is unknown."""
    primal, dual = model.getPrimalbound(), model.getDualbound()
    return tuple(float("nan") if model.isInfinity(abs(v)) else v + child.offset for v in (primal, dual))  # type: ignore[return-value]


def keep(model: Any, child: Child) -> None:
    """Keep the best solution."""
    solution = model.getBestSol()
    by_name = {v.name.removeprefix("t_"): v for v in model.getVars(transformed=False)}
    values = np.array([model.getSolVal(solution, by_name[name]) for name in names(child.job)], dtype=np.float64)
    child.incumbent(values, *both(model, child))


def options_of(model: Any, child: Child) -> None:
    """Set the options and read each back."""
    wanted = {
        "limits/gap": float(child.options["mip_rel_gap"]),
        "limits/time": float(child.options["time_limit"]),
        "limits/totalnodes": -1 if child.options["mip_max_nodes"] == 2**31 - 1 else child.options["mip_max_nodes"],
        "randomization/randomseedshift": int(child.options["random_seed"]),
        "timing/clocktype": 2,
    }
    for name, value in wanted.items():
        model.setParam(name, value)
        if model.getParam(name) != value:
            raise RuntimeError(f"option {name} reads back as {model.getParam(name)}, not {value}")


def main(folder: Path) -> None:
    """Solve the job of ``folder``."""
    child = Child(folder)
    model = Model()
    model.hideOutput()
    model.setLogfile(str(child.log))
    model.readProblem(str(write_mps(child.job, folder / "job.mps")))
    counts, wanted = (model.getNVars(), model.getNConss()), (len(child.job["cost"]), len(child.job["row_lower"]))
    if counts != wanted:
        raise RuntimeError(f"the solver holds {counts} columns and rows, not {wanted}")
    options_of(model, child)
    if len(child.job["start_index"]):
        variables = {v.name: v for v in model.getVars()}
        start = model.createPartialSol()
        for k, value in zip(child.job["start_index"].tolist(), child.job["start_value"].tolist(), strict=True):
            model.setSolVal(start, variables[f"x{k}"], value)
        model.addSol(start)
    model.includeEventhdlr(Watch(child), "watch", "incumbents and bounds")
    listen(folder, model.interruptSolve)
    model.optimizeNogil()
    if model.getNSols():
        keep(model, child)
    version = f"{model.version()} (pyscipopt {package})"
    child.answer(
        STATUS.get(model.getStatus(), model.getStatus()), both(model, child)[1], version, model.getNTotalNodes()
    )


if __name__ == "__main__":
    begin(main)
