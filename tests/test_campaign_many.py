"""Campaign `many`: many processes at once on one cache, on one run folder, on the same county."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from siting import cache
from siting.verify import verify_run

from . import campaign, lasting

WRITERS = 16

WRITE = """
import sys
import numpy as np
from pathlib import Path
from siting import cache
folder, k = Path(sys.argv[1]), int(sys.argv[2])
wrong = 0
for n in range(20):
    name = f"shared{n % 3}"
    cache.save(folder, name, {"a": np.full(20_000, k), "b": np.array([k])})
    found = cache.load(folder, name)
    wrong += found is None or len(set(found["a"].tolist()) | {int(found["b"][0])}) != 1
sys.exit(wrong)
"""

TAKE = """
import sys
from pathlib import Path
from siting import store
from siting.errors import CannotWrite
try:
    with store.locked(Path(sys.argv[1])):
        store.write_text(Path(sys.argv[1]) / "plan.json", sys.argv[2] * 50_000)
        store.write_text(Path(sys.argv[1]) / "result.json", sys.argv[2] * 50_000)
        print("held", flush=True)
        sys.stdin.readline()
except CannotWrite as error:
    sys.exit(error.exit_code)
"""


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_sixteen_writers_on_one_cache_never_read_a_mixture(tmp_path: Path) -> None:
    writers = [python(WRITE, tmp_path, k) for k in range(WRITERS)]
    ended = [(writer.communicate(timeout=300)[1], writer.returncode) for writer in writers]
    assert [code for _, code in ended] == [0] * WRITERS, ended
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"shared{n}.npz" for n in range(3)]
    assert all(cache.load(tmp_path, f"shared{n}") is not None for n in range(3))


def test_of_sixteen_that_want_one_run_folder_one_has_it(tmp_path: Path) -> None:
    run = tmp_path / "run"
    takers = [python(TAKE, run, chr(ord("a") + k)) for k in range(WRITERS)]
    # whoever does not get the folder ends; the one that has it waits for a word
    lasting.wait_until(lambda: sum(taker.poll() is None for taker in takers) == 1, 180)
    winner = next(taker for taker in takers if taker.poll() is None)
    assert winner.stdout is not None
    assert winner.stdout.readline() == "held\n"
    winner.communicate("done\n", timeout=60)
    for taker in takers:
        if taker is not winner:
            taker.communicate(timeout=60)
    assert sorted(taker.returncode for taker in takers) == [0] + [8] * (WRITERS - 1)
    plan, result = ((run / name).read_text(encoding="utf-8") for name in ("plan.json", "result.json"))
    assert len(set(plan)) == 1
    assert plan == result


def test_solves_side_by_side_give_the_plan_of_one_alone(tiny: Path, solved: Path, tmp_path: Path) -> None:
    many = campaign.count(2)
    environment = os.environ | {"SITING_LANG": "en", "SITING_CACHE": str(tmp_path / "cache")}
    begun = time.monotonic()
    runs = [tmp_path / f"run{k}" for k in range(many)]
    options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "env": environment}
    processes = [
        subprocess.Popen([*lasting.SITING, "solve", str(tiny), "--out", str(run), "--quiet"], **options)  # type: ignore[call-overload]
        for run in runs
    ]
    for process in processes:
        _, said = process.communicate(timeout=600)
        assert process.returncode == 0, said.decode()
    alone = json.loads((solved / "plan.json").read_text(encoding="utf-8"))
    for run in runs:
        assert json.loads((run / "plan.json").read_text(encoding="utf-8")) == alone
        assert verify_run(run).word == "valid"
    campaign.tell("many", solves=many, wall_s=round(time.monotonic() - begun, 1))
