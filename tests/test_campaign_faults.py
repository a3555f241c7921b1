"""Campaign `faults`: every operation on every file of a solve fails once, or the process is killed in it.

The number of the command is how many of the operations are tried, spread over all of them; 300 tries each one.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from siting.verify import verify_run

from . import campaign

OPERATIONS = 300
FAULTY = Path(__file__).with_name("faulty.py")


KINDS = ["ENOSPC", "EIO", "EMFILE", "EROFS", "EINTR", "KILL"]


@pytest.mark.parametrize("kinds", KINDS if campaign.is_long() else [",".join(KINDS)])
def test_no_failed_operation_costs_a_plan_or_ends_in_a_traceback(tiny: Path, tmp_path: Path, kinds: str) -> None:
    stride = max(1, OPERATIONS // campaign.count(12))
    environment = os.environ | {"SITING_LANG": "en", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, str(FAULTY), str(tiny), str(tmp_path), kinds, str(stride), str(stride // 3)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=3000, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    campaign.tell("faults", **told)
    assert told["wrong"] == []
    assert told["operations"] > 100
    assert sum(told["codes"].values()) >= told["operations"] // stride - 1


def test_a_disk_that_is_full_at_any_size_leaves_whole_files(tiny: Path, tmp_path: Path, cache_folder: Path) -> None:
    """The system refuses every file that grows beyond a size, as a full disk does in the middle of a write."""
    run = tmp_path / "run"
    command = [sys.executable, "-c", "from siting.cli import main; main()"]
    arguments = ["solve", str(tiny), "--out", str(run), "--solver", "greedy", "--quiet"]
    environment = os.environ | {"SITING_LANG": "en", "SITING_CACHE": str(cache_folder)}
    most, n = 60_000, campaign.count(2)
    for k in range(1, n + 1):
        size = most * k // (n + 1)
        done = subprocess.run(
            command + arguments, capture_output=True, text=True, env=environment, timeout=300, check=False,
            preexec_fn=lambda size=size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        )  # fmt: skip
        assert done.returncode in (0, 8), done.stderr[-2000:]
        assert "Traceback" not in done.stderr
        assert list(run.glob("**/.*.tmp")) == []
        for path in run.glob("*.json"):
            json.loads(path.read_bytes())
        if (run / "plan.json").exists():
            assert verify_run(run).word == "valid"
    campaign.tell("disk", sizes=n)
