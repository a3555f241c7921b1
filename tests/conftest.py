"""What several tests share: the command line inside this process, county folders, one finished run."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import siting.instances
from siting import cli, words
from siting.reading import instance, tables

from . import small_county

# The same examples at every run, and no clock: a run on a busy machine fails for what is wrong, never for what is slow.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")

# No network, in this process and in every Python that it starts.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, (str(Path(__file__).parent / "offline"), os.environ.get("PYTHONPATH", "")))
)
runpy.run_path(str(Path(__file__).parent / "offline" / "sitecustomize.py"))

EMBEDDED = Path(siting.instances.__file__).parent / "yunling-county"


@dataclass(frozen=True)
class Answer:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Both streams."""
        return self.out + self.err

    @property
    def object(self) -> Any:
        """Standard output read as JSON."""
        return json.loads(self.out)


Run = Callable[..., Answer]


@pytest.fixture(autouse=True)
def layers_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers are read in this process, faster by the start of another one; tests of that start it themselves."""
    from siting.instances.files import gdal_child, layers

    def answered(asked: bytes) -> bytes:
        import pyogrio

        return b"".join(gdal_child.answered(pyogrio, json.loads(asked)))

    monkeypatch.setattr(layers, "in_a_child", layers.answered, raising=False)
    monkeypatch.setattr(layers, "answered", answered)


@pytest.fixture
def siting_cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """``siting …`` inside this process, in the language ``lang``."""

    def run(*arguments: object, lang: words.Lang = "en") -> Answer:
        monkeypatch.setenv("SITING_LANG", lang)
        for name in ("", *(f".{command}" for command in cli.COMMANDS)):  # whichever language they were first loaded in
            monkeypatch.setattr(importlib.import_module(f"siting.commands{name}"), "say", words.load(lang))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return Answer(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of the tests' own."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def siting_process(cache_folder: Path) -> Run:
    """``siting …`` as a process of its own."""

    def run(*arguments: object, lang: words.Lang = "en", code: Sequence[str] = ()) -> Answer:
        environment = os.environ | {"SITING_LANG": lang, "SITING_CACHE": str(cache_folder), "PYTHONUTF8": "1"}
        command = code or ("from siting.cli import main; main()",)
        done = subprocess.run(
            [sys.executable, "-c", "\n".join(command), *map(str, arguments)],
            capture_output=True, encoding="utf-8", env=environment, timeout=300, check=False,
        )  # fmt: skip
        return Answer(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def embedded(tmp_path: Path) -> Path:
    """A copy of the county that comes with siting."""
    return Path(shutil.copytree(EMBEDDED, tmp_path / "yunling", ignore=shutil.ignore_patterns("*.md")))


def write_tiny(folder: Path) -> Path:
    """The small county without the two candidates that the reader refuses."""
    small_county.write(folder)
    rows = (folder / "sites.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "sites.csv").write_text("".join(r for r in rows if r[:2] not in ("C7", "C8")), encoding="utf-8")
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A county of seven settlements that is accepted."""
    return write_tiny(tmp_path / "tiny")


@pytest.fixture(scope="session")
def solved(tmp_path_factory: pytest.TempPathFactory, siting_process: Run) -> Path:
    """The run folder of the small county; copy it before you change it."""
    folder = write_tiny(tmp_path_factory.mktemp("solved") / "tiny")
    run = folder.parent / "run"
    answer = siting_process("solve", folder, "--out", run, "--time-limit", 120, "--quiet")
    assert answer.code == 0, answer.text
    return run


_TABLES: dict[Any, Any] = {}


@pytest.fixture
def reads_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table or folder that did not change is read once: the second language and ``--json`` only print."""
    folders: dict[str, Any] = {}
    examine, read = instance.examine, tables.read

    def read_once(path: Path, row_type: Any, encoding: str) -> Any:
        key = (path.name, path.read_bytes(), encoding, tuple(row_type.model_fields))
        if key not in _TABLES:
            _TABLES[key] = read(path, row_type, encoding)
        return tuple(list(part) for part in _TABLES[key])

    def examine_once(folder: Path) -> Any:
        digest = hashlib.sha256(str(folder).encode())
        for path in sorted(folder.iterdir()):
            digest.update(path.name.encode() + path.read_bytes())
        key = digest.hexdigest()
        if key not in folders:
            folders[key] = examine(folder)
        county, faults = folders[key]
        return county, list(faults)

    monkeypatch.setattr(tables, "read", read_once)
    monkeypatch.setattr(instance, "examine", examine_once)


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The solver's searches without child processes, through scipy's door to HiGHS: ten times as fast."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    from siting.solvers.process import supervise
    from siting.solvers.process.linear import LinearModel

    def run(linear: LinearModel, start: dict[int, float], presolve: bool = True, **_: object) -> supervise.Answer:
        if not len(linear.cost):  # scipy takes no model without variables; HiGHS does
            bound = linear.sign * linear.offset
            return supervise.Answer(linear.cost, bound, True, False, "", "in process", "")
        answer = milp(
            linear.cost,
            integrality=linear.whole.astype(int),
            bounds=Bounds(linear.lower, linear.upper),
            constraints=LinearConstraint(linear.matrix, linear.row_lower, linear.row_upper),
            options={"mip_rel_gap": 0.0, "presolve": presolve},
        )
        if answer.status == 2:
            return supervise.Answer(None, None, True, True, "", "in process", "")
        assert answer.status == 0, answer.message
        bound = answer.mip_dual_bound if linear.whole.any() else answer.fun
        bound = linear.sign * (bound + linear.offset)
        return supervise.Answer(answer.x, bound, complete=True, infeasible=False, crashed="", version="scipy", log="")

    monkeypatch.setattr(supervise, "run", run)
