"""The solver's child process: it says what it found, it keeps its time, and it never outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest

from siting.errors import SolverFailed
from siting.solvers.process import supervise
from siting.solvers.process.linear import LinearModel, compile_model
from siting.solvers.process.supervise import Answer


def knapsack(items: int, rows: int = 1, seed: int = 1) -> LinearModel:
    """A many-sided knapsack: with 30 rows and more, it takes a solver minutes to prove."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(5, 100, (rows, items))
    value = weight.sum(axis=0) / rows + rng.integers(0, 20, items)
    model = pyo.ConcreteModel()
    model.take = pyo.Var(range(items), domain=pyo.Binary)
    model.room = pyo.Constraint(
        range(rows), rule=lambda m, r: sum(int(weight[r, k]) * m.take[k] for k in m.take) <= int(weight[r].sum()) // 2
    )
    model.goal = pyo.Objective(expr=sum(float(value[k]) * model.take[k] for k in model.take), sense=pyo.maximize)
    return compile_model(model)


def solve(
    model: LinearModel, seconds: float = 20.0, stopped: Callable[[], bool] = lambda: False, **more: Any
) -> Answer:
    return supervise.run(model, {}, gap=0.0, seconds=seconds, seed=0, threads=1, stopped=stopped, **more)


def children() -> set[int]:
    """Processes whose parent is this one."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[1]) == os.getpid():
                found.add(int(entry.name))
    return found


@pytest.fixture(autouse=True)
def no_child_stays_behind() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


@pytest.fixture
def worker_is(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a few lines of Python in the place of the worker."""

    def replace(lines: str) -> None:
        def popen(command: list[str], **options: Any) -> subprocess.Popen[str]:
            return subprocess.Popen([sys.executable, "-c", lines, command[-1]], **options)

        stub = SimpleNamespace(Popen=popen, PIPE=subprocess.PIPE, TimeoutExpired=subprocess.TimeoutExpired)
        monkeypatch.setattr(supervise, "subprocess", stub)

    return replace


def test_a_linear_program_comes_back_with_duals_that_prove_its_bound() -> None:
    model = knapsack(12, rows=3).relaxed()
    answer = solve(model)
    assert answer.duals is not None
    assert answer.bound is not None
    reduced = model.cost - model.matrix.T @ answer.duals.rows
    assert np.allclose(reduced, answer.duals.columns, atol=1e-6)
    proven = answer.duals.rows @ model.row_upper + np.minimum(0, reduced) @ model.upper
    assert -proven == pytest.approx(answer.bound)
    assert solve(knapsack(12)).duals is None  # a whole-number model has none that prove anything


def test_a_solved_model_comes_back_with_values_and_bound() -> None:
    model = knapsack(12)
    answer = solve(model)
    assert answer.values is not None
    assert (answer.complete, answer.infeasible, answer.crashed) == (True, False, "")
    assert answer.version
    assert answer.bound == pytest.approx(model.sign * float(model.cost @ answer.values))
    assert (model.matrix @ answer.values <= model.row_upper + 1e-6).all()


def test_the_worker_compares_what_the_solver_holds_with_what_it_was_given() -> None:
    model = knapsack(12)
    log = solve(model).log
    rows, columns = model.matrix.shape
    assert f"{rows} row" in log
    assert f"{columns} col" in log


def test_a_start_is_completed_and_never_lost() -> None:
    model = knapsack(40, rows=5)
    start = {id(v): 0.0 for v in model.variables}
    seen: list[float] = []
    answer = supervise.run(
        model, start, gap=0.5, seconds=20, seed=0, threads=1, stopped=lambda: False,
        on_values=lambda values: seen.append(float(model.cost @ values)),
    )  # fmt: skip
    assert answer.values is not None
    assert model.cost @ answer.values <= min([0.0, *seen])


def test_an_impossible_model_is_called_infeasible() -> None:
    model = pyo.ConcreteModel()
    model.y = pyo.Var(domain=pyo.Binary)
    model.never = pyo.Constraint(expr=2 * model.y == 1)
    model.goal = pyo.Objective(expr=model.y)
    answer = solve(compile_model(model))
    assert answer.infeasible
    assert answer.values is None


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 1e13])
@pytest.mark.parametrize("place", ["coefficient", "cost", "right-hand side"])
def test_a_number_that_no_solver_should_see_is_refused(number: float, place: str) -> None:
    model = pyo.ConcreteModel()
    model.y = pyo.Var([0, 1], domain=pyo.Binary)
    here = {name: number if name == place else 1.0 for name in ("coefficient", "cost", "right-hand side")}
    model.row = pyo.Constraint(expr=here["coefficient"] * model.y[0] + model.y[1] <= here["right-hand side"])
    model.goal = pyo.Objective(expr=here["cost"] * model.y[0] + model.y[1])
    with pytest.raises(SolverFailed, match="E902"):
        compile_model(model)


def test_a_variable_without_a_bound_is_refused() -> None:
    model = pyo.ConcreteModel()
    model.x = pyo.Var(domain=pyo.NonNegativeReals)
    model.row = pyo.Constraint(expr=model.x >= 1)
    model.goal = pyo.Objective(expr=model.x)
    with pytest.raises(SolverFailed, match="no bound"):
        compile_model(model)


def test_the_time_limit_is_kept_and_the_incumbent_too() -> None:
    begun = time.monotonic()
    answer = solve(knapsack(200, rows=40), seconds=2.0)
    assert time.monotonic() - begun <= 2 * 1.05 + 2 + 3
    assert answer.values is not None
    assert answer.bound is not None
    assert not answer.complete
    assert answer.crashed == ""


def test_a_worker_that_hears_nothing_is_killed_in_time(worker_is: Callable[[str], None], monkeypatch: Any) -> None:
    monkeypatch.setattr(supervise, "GRACE_S", 1.0)
    worker_is("import time\ntime.sleep(60)")
    begun = time.monotonic()
    answer = solve(knapsack(5), seconds=1.0)
    assert time.monotonic() - begun <= 1 * 1.05 + 2 + 1
    assert (answer.values, answer.bound, answer.complete) == (None, None, False)
    assert answer.crashed == ""  # it was the clock


def test_a_wish_to_stop_is_heard_and_the_incumbent_stays() -> None:
    wish: list[float] = []

    def found(values: np.ndarray) -> None:
        wish.append(time.monotonic())

    answer = solve(knapsack(200, rows=40), seconds=60.0, stopped=lambda: bool(wish), on_values=found)
    assert time.monotonic() - wish[0] <= supervise.GRACE_S + 2
    assert answer.values is not None
    assert not answer.complete


def test_a_worker_that_fails_says_why(worker_is: Callable[[str], None]) -> None:
    worker_is("raise SystemExit('out of luck')")
    answer = solve(knapsack(5))
    assert answer.crashed == "exit 1: out of luck"
    assert answer.values is None


INCUMBENT = """
import sys, numpy, json, os, signal, time
numpy.savez(sys.argv[1] + "/incumbent.npz", values=numpy.ones(5))
print(json.dumps({"event": "incumbent", "objective": -7.0, "bound": -9.0}), flush=True)
time.sleep(0.3)
os.kill(os.getpid(), signal.SIG)
"""


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_what_a_worker_found_before_it_died_is_kept(worker_is: Callable[[str], None], number: signal.Signals) -> None:
    worker_is(INCUMBENT.replace("SIG)", f"{number.name})"))
    seen: list[np.ndarray] = []
    answer = solve(knapsack(5), on_values=seen.append)
    assert answer.crashed.startswith(f"exit -{number.value}")
    assert answer.values is not None
    assert answer.values.tolist() == [1.0] * 5
    assert [v.tolist() for v in seen] == [[1.0] * 5]
    assert answer.bound == 9.0  # in the model's own sense, which maximises


def test_a_fault_in_the_listener_leaves_no_child() -> None:
    def wrong(objective: float | None, bound: float | None) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        solve(knapsack(200, rows=40), seconds=30.0, on_progress=wrong)
