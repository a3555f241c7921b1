"""A solver that lies, talks nonsense or dies gets nothing past the door: no plan that breaks a rule, no false bound.

The first part puts a few lines of Python in the place of the solver's child process; the second a solver that gives
back a spoilt plan. `SITING_LIES` sets how many random lies the second part tells.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest

from siting import rooms
from siting.errors import CannotWrite, InputRefused, PlanRejected
from siting.plan import Plan
from siting.plans.outcome import Effort, Outcome
from siting.problems import size
from siting.problems.problem import Problem
from siting.runs import solving
from siting.runs.solving import Ask
from siting.solvers.process import supervise, worker
from siting.solvers.process.supervise import Answer

from .test_supervise import knapsack

LIES = int(os.environ.get("SITING_LIES", "15"))


def answer_of(lines: str, monkeypatch: pytest.MonkeyPatch, **more: Any) -> Answer:
    """What the parent makes of a child that runs these lines; ``folder``, ``say`` and ``keep`` are at hand there."""
    begin = (
        "import json, os, sys, time\nimport numpy as np\nfolder = sys.argv[1]\n"
        "def say(**m): print(json.dumps(m), flush=True)\n"
        "def keep(v): np.savez(folder + '/incumbent.npz', values=np.array(v))\n"
    )

    def start(module: str, arguments: list[str], errors: IO[bytes], memory_mb: int | None) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", begin + lines, *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=errors, text=True, errors="replace")

    monkeypatch.setattr(supervise, "start_child", start)
    seen: list[np.ndarray] = []
    options: dict[str, Any] = {"gap": 0.0, "seconds": 60.0, "seed": 0, "threads": 1, "stopped": lambda: False}
    answer = supervise.run(knapsack(5), {}, **options, on_values=seen.append, **more)
    assert all(v.shape == (5,) and np.isfinite(v).all() for v in seen)
    return answer


ANSWER = 'say(event="answer", status="Optimal", bound=-1.0)'
NONSENSE = {
    "values that are not finite": f"keep([1, 1, float('nan'), 0, 0]); {ANSWER}",
    "values of another model": f"keep([1.0] * 6); {ANSWER}",
    "a table in place of values": f"keep([[1.0] * 5]); {ANSWER}",
    "words in place of values": f"keep(['a'] * 5); {ANSWER}",
    "a pickled object": f"np.save(folder + '/incumbent.npz', np.array([{{}}], dtype=object)); "
    f"os.replace(folder + '/incumbent.npz.npy', folder + '/incumbent.npz'); {ANSWER}",
    "half a file": f"open(folder + '/incumbent.npz', 'wb').write(b'PK\\x03\\x04 half'); {ANSWER}",
    "an empty file": f"open(folder + '/incumbent.npz', 'wb').close(); {ANSWER}",
    "words": "print('all is well', flush=True); time.sleep(60)",
    "a list": "print('[]', flush=True); time.sleep(60)",
    "a number": "print('7', flush=True); time.sleep(60)",
    "no event": "print('{}', flush=True); time.sleep(60)",
    "a word for a bound": 'say(event="progress", bound="low"); time.sleep(60)',
    "a truth for a bound": 'say(event="progress", bound=True); time.sleep(60)',
    "brackets without end": "print('[' * 90_000, flush=True); time.sleep(60)",
    "a line without end": "sys.stdout.write('x' * 300_000); sys.stdout.flush(); time.sleep(60)",
    "bytes that are no text": "sys.stdout.buffer.write(b'\\xff\\xfe\\n'); sys.stdout.flush(); time.sleep(60)",
}


@pytest.mark.parametrize("lines", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_from_the_solver_is_no_answer(lines: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = answer_of(lines, monkeypatch)
    assert answer.values is None
    assert answer.crashed
    assert not answer.infeasible


@pytest.mark.parametrize("bound", ["NaN", "Infinity", "-Infinity"])
def test_a_bound_that_is_no_number_is_no_bound(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    line = '{"event": "answer", "status": "Optimal", "bound": BOUND}'.replace("BOUND", bound)
    answer = answer_of(f"keep([0.0] * 5); print('{line}', flush=True)", monkeypatch)
    assert answer.bound is None
    assert answer.values is not None


def test_a_flood_of_words_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = answer_of(f'for k in range(20_000): say(event="progress", bound=-9.0)\n{ANSWER}', monkeypatch)
    assert (answer.complete, answer.bound) == (True, 1.0)


def test_a_want_of_memory_is_said_and_the_incumbent_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = answer_of('keep([1.0] * 5); say(event="memory"); os._exit(4)', monkeypatch)
    assert (answer.memory, answer.crashed) == (True, "out of memory")
    assert answer.values is not None
    answer = answer_of("raise MemoryError", monkeypatch)
    assert (answer.memory, answer.values) == (True, None)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux caps the memory of another process")
def test_the_cap_reaches_the_solver() -> None:
    options: dict[str, Any] = {"gap": 0.0, "seconds": 60.0, "seed": 0, "threads": 1, "stopped": lambda: False}
    answer = supervise.run(knapsack(5), {}, **options, memory_mb=60)
    assert (answer.memory, answer.crashed, answer.values) == (True, "out of memory", None)


def test_a_temporary_folder_that_is_full_is_a_fault_of_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(supervise.np, "savez", full)
    with pytest.raises(CannotWrite, match="No space left"):
        supervise.run(knapsack(5), {}, gap=0.0, seconds=9.0, seed=0, threads=1, stopped=lambda: False)


class Forgetful:
    """A solver's library that holds something else than it was given, and says that all is well."""

    def __init__(self, **changes: Any) -> None:
        self.changes = changes

    def passModel(self, model: Any) -> Any:
        self.model = model
        for name, change in self.changes.items():
            part = model.a_matrix_ if name == "value_" else model
            setattr(part, name, change(getattr(part, name)))
        return worker.highspy.HighsStatus.kOk

    def getLp(self) -> Any:
        return self.model

    def getNumRow(self) -> int:
        return int(self.model.num_row_)

    def getNumCol(self) -> int:
        return int(self.model.num_col_)

    def getNumNz(self) -> int:
        return len(self.model.a_matrix_.value_)


@pytest.mark.parametrize(
    "changes",
    [
        {"num_row_": lambda n: 0},
        {"num_col_": lambda n: n - 1},
        {"value_": lambda v: np.asarray(v)[:-1]},
        {"value_": lambda v: np.where(np.asarray(v) == np.asarray(v)[0], 0.0, v)},
        {"col_cost_": lambda v: np.asarray(v) * 2},
        {"col_upper_": lambda v: np.asarray(v) + 1},
        {"row_upper_": lambda v: np.full(len(v), np.inf)},
        {"integrality_": lambda v: []},
    ],
    ids=["no rows", "a column less", "a value less", "zeros", "other costs", "other bounds", "free rows", "no wholes"],
)
def test_a_library_that_holds_another_model_is_an_error(changes: dict[str, Any]) -> None:
    linear = knapsack(12)
    job = {
        "cost": linear.cost, "offset": np.array(linear.offset), "lower": linear.lower, "upper": linear.upper,
        "row_lower": linear.row_lower, "row_upper": linear.row_upper, "whole": linear.whole,
        "indptr": linear.matrix.indptr, "indices": linear.matrix.indices, "data": linear.matrix.data,
    }  # fmt: skip
    worker.pass_model(Forgetful(), job)
    with pytest.raises(RuntimeError, match="the solver holds"):
        worker.pass_model(Forgetful(**changes), job)


def stolen(plan: Any) -> None:
    plan["spending"] = []


def cheaper(plan: Any) -> None:
    plan["spending"][0]["amount"] -= 1


def crowded(plan: Any) -> None:
    most = max(plan["services"]["school"]["assignments"], key=lambda a: a["persons"])
    most["persons"] += 1


def nobody(plan: Any) -> None:
    plan["services"]["clinic"]["assignments"][0]["persons"] = -1


def half_a_person(plan: Any) -> None:
    plan["services"]["clinic"]["assignments"][0]["persons"] = 0.5


def closer(plan: Any) -> None:
    plan["services"]["clinic"]["assignments"][0]["travel"] += 1


def closed(plan: Any) -> None:
    del plan["services"]["clinic"]["open"][0]


def unknown(plan: Any) -> None:
    plan["services"]["clinic"]["open"][0]["site"] = "C99"


def unknown_size(plan: Any) -> None:
    plan["services"]["clinic"]["open"][0]["size"] = "palace"


def forgotten(plan: Any) -> None:
    plan["services"]["clinic"]["unserved"].pop()


def twice(plan: Any) -> None:
    plan["services"]["clinic"]["assignments"] *= 2


def no_service(plan: Any) -> None:
    del plan["services"]["clinic"]


def strange_fund(plan: Any) -> None:
    plan["spending"][0]["fund"] = "lottery"


def strange_phase(plan: Any) -> None:
    plan["services"]["clinic"]["open"][0]["phase"] = "2099"


def false_reason(plan: Any) -> None:
    plan["services"]["clinic"]["unserved"][0]["reason"] = "full"


KINDS: list[Callable[[Any], None]] = [
    stolen, cheaper, crowded, nobody, half_a_person, closer, closed, unknown, unknown_size, forgotten, twice,
    no_service,
    strange_fund, strange_phase, false_reason,
]  # fmt: skip


@pytest.fixture
def lie(monkeypatch: pytest.MonkeyPatch, cache_folder: Path) -> Callable[[Any], None]:
    """Let the solver give back this plan, with the stages of a true one."""
    monkeypatch.setenv("SITING_CACHE", str(cache_folder))
    found, greedy = rooms.solver, rooms.solver("greedy")

    def tell(data: Any) -> None:
        def liar(problem: Problem, effort: Effort) -> Outcome:
            return Outcome(Plan.from_json(data), greedy(problem, Effort()).stages, "liar", "1")

        monkeypatch.setattr(rooms, "solver", lambda name: liar if name == "highs" else found(name))

    return tell


@pytest.fixture
def truth(tiny: Path, tmp_path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A valid plan of the small county."""
    monkeypatch.setenv("SITING_CACHE", str(cache_folder))
    solving.solve(tiny, tmp_path / "true", Ask(solver="greedy"))
    return json.loads((tmp_path / "true" / "plan.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_plan_that_breaks_a_rule_is_rejected(
    tiny: Path, tmp_path: Path, truth: Any, lie: Callable[[Any], None], kind: Callable[[Any], None]
) -> None:
    spoilt = deepcopy(truth)
    kind(spoilt)
    lie(spoilt)
    with pytest.raises(PlanRejected, match="E701"):
        solving.solve(tiny, tmp_path / "run", Ask())
    assert not (tmp_path / "run" / "plan.json").exists()
    assert not (tmp_path / "run" / "result.json").exists()


def leaves(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all values of the decisions."""
    if isinstance(data, dict):
        return [p for key, value in data.items() for p in leaves(value, (*path, key))]
    if isinstance(data, list):
        return [p for k, value in enumerate(data) for p in leaves(value, (*path, k))]
    return [path]


def test_random_lies_are_never_believed(tiny: Path, tmp_path: Path, truth: Any, lie: Callable[[Any], None]) -> None:
    chance = random.Random(20)
    decided = {key: truth[key] for key in ("services", "spending")}
    paths = leaves(decided)
    values: list[Any] = [0, 1, -1, 10**9, 0.5, "", "C3", "S4", "V2", None, True, [], {}, float("nan"), "2099", "keep"]
    told = 0
    while told < LIES:
        spoilt = deepcopy(truth)
        for path in chance.sample(paths, chance.choice((1, 1, 2))):
            place = spoilt
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = chance.choice(values)
        # the same decisions in other words (an order, True for 1) are no lie
        if spoilt == truth:
            continue
        told += 1
        lie(spoilt)
        with pytest.raises(PlanRejected):
            solving.solve(tiny, tmp_path / "run", Ask())
        assert not (tmp_path / "run" / "plan.json").exists()


def test_what_cannot_fit_is_refused_with_an_estimate(tiny: Path, cache_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="E196") as refused:
        solving.solve(tiny, tmp_path / "run", Ask(memory_mb=50))
    values = refused.value.faults[0].values
    assert values["has"] == 50
    assert isinstance(values["need"], int)
    assert values["need"] > 50


def test_a_problem_larger_than_the_machine_is_refused() -> None:
    from .problems import random_problem

    problem = random_problem(1)
    size.check(problem, None)
    with pytest.raises(InputRefused, match="E196"):
        size.check(problem, None, machine_mb=100)
