"""The child process that runs Gurobi on one model, where the user has it: ``python -m siting.solvers.process.gurobi``.

Gurobi needs a licence of its own; without one, its free trial takes models of at most 2,000 rows and columns.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gurobipy
import numpy as np
from gurobipy import GRB

from .child import Child, begin, listen, names, write_mps

#: What Gurobi calls the end of a search, in the words of `siting.solvers.process.supervise`.
STATUS = {
    GRB.OPTIMAL: "Optimal",
    GRB.NODE_LIMIT: "Node limit reached",
    GRB.INFEASIBLE: "Infeasible",
    GRB.INF_OR_UNBD: "Primal infeasible or unbounded",
}


def main(folder: Path) -> None:
    """Solve the job of ``folder``."""
    child = Child(folder)
    with gurobipy.Env(empty=True) as env:
        env.setParam("OutputFlag", 0)
        env.start()
        with gurobipy.read(str(write_mps(child.job, folder / "job.mps")), env) as model:
            solve(model, child)


def solve(model: Any, child: Child) -> None:
    """Run the search and tell of it."""
    model.setParam("LogFile", str(child.log))
    wanted = {
        "MIPGap": child.options["mip_rel_gap"],
        "TimeLimit": child.options["time_limit"],
        "Seed": child.options["random_seed"],
        "Threads": child.options["threads"],
        "NodeLimit": float(child.options["mip_max_nodes"]),
    }
    for name, value in wanted.items():
        model.setParam(name, value)
    variables = [model.getVarByName(name) for name in names(child.job)]
    for k, value in zip(child.job["start_index"].tolist(), child.job["start_value"].tolist(), strict=True):
        variables[k].Start = value

    def watch(running: Any, where: int) -> None:
        if where == GRB.Callback.MIPSOL:
            values = np.array(running.cbGetSolution(variables), dtype=np.float64)
            objective = running.cbGet(GRB.Callback.MIPSOL_OBJBST)
            child.incumbent(values, objective + child.offset, running.cbGet(GRB.Callback.MIPSOL_OBJBND) + child.offset)
        elif where == GRB.Callback.MIP:
            best, bound = running.cbGet(GRB.Callback.MIP_OBJBST), running.cbGet(GRB.Callback.MIP_OBJBND)
            child.progress((best if best < GRB.INFINITY else float("nan")) + child.offset, bound + child.offset)

    listen(child.folder, model.terminate)
    model.optimize(watch)
    bound = model.ObjBound + child.offset if model.Status not in (GRB.INFEASIBLE, GRB.INF_OR_UNBD) else float("nan")
    if model.SolCount:
        child.incumbent(np.array([v.X for v in variables], dtype=np.float64), model.ObjVal + child.offset, bound)
    version = ".".join(map(str, gurobipy.gurobi.version()))
    child.answer(STATUS.get(model.Status, f"status {model.Status}"), bound, version, int(model.NodeCount))


if __name__ == "__main__":
    begin(main)
