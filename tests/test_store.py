"""Results on disk: whole files or none, one process a run folder."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from siting import cache, store
from siting.errors import CannotWrite

from .conftest import Run

HOLD = """
import sys
from pathlib import Path
from siting import store
with store.locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_whole_and_readable_for_all(tmp_path: Path) -> None:
    assert store.write_text(tmp_path / "a.json", "云岭\n") == tmp_path / "a.json"
    assert (tmp_path / "a.json").read_bytes() == "云岭\n".encode()
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o644
    assert names(tmp_path) == ["a.json"]


@pytest.mark.parametrize("call", ["fdopen", "fsync", "chmod", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    call: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plan.json").write_text("old", encoding="utf-8")
    real = getattr(os, call)

    def fail(*arguments: object, **more: object) -> None:
        if call == "fdopen":
            os.close(arguments[0])  # type: ignore[arg-type]
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(CannotWrite) as refused:
        store.write_text(tmp_path / "plan.json", "new")
    monkeypatch.setattr(os, call, real)
    assert refused.value.exit_code == 8
    assert refused.value.faults[0].code == "E801"
    assert refused.value.faults[0].values["why"] == os.strerror(number)
    assert (tmp_path / "plan.json").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["plan.json"]


def test_an_object_that_json_cannot_hold_leaves_the_old_file(tmp_path: Path) -> None:
    store.write_json(tmp_path / "plan.json", {"a": 1})
    with pytest.raises(ValueError, match="JSON compliant"):
        store.write_json(tmp_path / "plan.json", {"a": float("nan")})
    assert (tmp_path / "plan.json").read_text(encoding="utf-8") == '{\n "a": 1\n}\n'
    assert names(tmp_path) == ["plan.json"]


def test_a_missing_folder_and_a_file_in_place_of_a_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite):
        store.write_text(tmp_path / "nowhere" / "a.json", "x")
    (tmp_path / "file").write_text("", encoding="utf-8")
    for make in (store.make_folder, store.locked):
        with pytest.raises(CannotWrite) as refused:
            (lambda made: made.__enter__() if hasattr(made, "__enter__") else made)(make(tmp_path / "file" / "run"))
        assert refused.value.faults[0].code == "E801"


def test_the_file_size_limit_of_the_system_leaves_the_old_file(tmp_path: Path) -> None:
    code = """
import resource, signal, sys
from pathlib import Path
from siting import store
from siting.errors import CannotWrite
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
path = Path(sys.argv[1]) / "plan.json"
store.write_text(path, "old")
try:
    store.write_text(path, "x" * 5000)
except CannotWrite as error:
    sys.exit(error.exit_code)
"""
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 8
    assert (tmp_path / "plan.json").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["plan.json"]


def test_a_second_process_is_refused_and_told_who_holds_the_folder(
    tmp_path: Path, tiny: Path, siting_process: Run
) -> None:
    run = tmp_path / "run"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(run)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(CannotWrite) as refused, store.locked(run):
            pass
        assert refused.value.faults[0].code == "E802"
        assert f"pid {holder.pid}," in str(refused.value.faults[0].values["owner"])
        answer = siting_process("solve", tiny, "--out", run, "--quiet")
        assert answer.code == 8
        assert f"E802 {run} " in answer.err
        assert f"pid {holder.pid}," in answer.err
        assert "Traceback" not in answer.err
        assert names(run) == [".lock"]
    finally:
        holder.kill()
        holder.communicate()
    with store.locked(run):  # the lock of a dead process is no lock
        assert f"pid {os.getpid()}," in (run / ".lock").read_text(encoding="utf-8")


def test_the_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), store.locked(tmp_path):
        raise RuntimeError
    with store.locked(tmp_path):
        pass


def test_leftovers_of_a_dead_process_are_swept_and_nothing_else(tmp_path: Path) -> None:
    for name in (".plan.json.abc123.tmp", ".result.json.x.tmp", "notes.tmp", "plan.json"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    with store.locked(tmp_path):
        assert names(tmp_path) == [".lock", "notes.tmp", "plan.json"]


def test_a_cache_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert cache.save(tmp_path / "file", "a", {"a": np.arange(3)}) is False
    assert cache.load(tmp_path / "file", "a") is None
    assert cache.save(tmp_path / "cache", "a", {"a": np.arange(3)}) is True


def test_a_failure_of_the_system_is_a_fault_and_no_traceback(
    tiny: Path, siting_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from siting.reading import instance

    def broken(folder: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(folder / "sites.csv"))

    monkeypatch.setattr(instance, "examine", broken)
    answer = siting_cli("check", tiny, "--json")
    assert answer.code == 8
    assert f"E804 {tiny / 'sites.csv'}" in answer.err
    assert answer.object["faults"][0]["code"] == "E804"
