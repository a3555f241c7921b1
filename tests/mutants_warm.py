"""Many mutants in one warm process: one pass says which test runs which line, then each mutant meets only those.

The tests are collected and run once as they are, under coverage.py, which notes the lines that each runs (`--cover`
also prints the branches that none takes).
For a mutant the process forks; the child puts the spoilt code into the functions that are already there, and runs the
tests of that line, the cheapest and most telling first, until one fails. A limit of processor time, which a busy
machine does not change, ends a mutant that loops for ever. What stands outside functions (constants of a module) is
only read at import and is left to a process of its own (`tests.mutants.survives`).
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import coverage
import pytest
from _pytest.runner import runtestprotocol

from . import mutants
from .mutants import CHECKER, ROOT, Mutant

#: Processor seconds that a mutant may take beyond ten times those of its tests, and address space beyond ours.
GRACE_S, GRACE_BYTES = 5, 4 << 30


@dataclass
class Answer:
    """What became of the mutants: found by a test, found because they loop for ever, alive, or not to be had warm."""

    found: list[Mutant] = field(default_factory=list)
    looped: list[Mutant] = field(default_factory=list)
    alive: list[Mutant] = field(default_factory=list)
    cold: list[Mutant] = field(default_factory=list)


def functions(code: CodeType) -> dict[str, CodeType]:
    """The functions of a module and of its classes, by qualified name; those inside others belong to them."""
    found = {}
    for part in code.co_consts:
        if isinstance(part, CodeType):
            if part.co_flags & 0x02:  # it has locals of its own: a function, not the body of a class
                found[part.co_qualname] = part
            else:
                found |= functions(part)
    return found


def outside(code: CodeType) -> list[Any]:
    """All that a module or the body of a class does itself, without what its functions do."""
    parts = [p for p in code.co_consts if isinstance(p, CodeType) and not p.co_flags & 0x02]
    return [
        code.co_code,
        [repr(p) for p in code.co_consts if not isinstance(p, CodeType)],
        code.co_names,
        [outside(p) for p in parts],
    ]


def changed(mutant: Mutant) -> dict[str, CodeType]:
    """The code of the functions that a mutant changes; {} if it changes something outside functions."""
    path = str(CHECKER / f"{mutant.module}.py")
    before, after = (compile(mutants.spoilt(mutant.module, n), path, "exec") for n in (-1, mutant.place))
    if outside(before) != outside(after):
        return {}
    known = functions(before)
    return {name: code for name, code in functions(after).items() if code != known.get(name)}


def live(module: str) -> dict[str, FunctionType]:
    """The functions of an imported module of the checker, by qualified name."""
    found: dict[str, FunctionType] = {}

    def look(thing: object) -> None:
        inner = getattr(thing, "__wrapped__", None) or getattr(thing, "fget", None) or getattr(thing, "func", None)
        thing = getattr(thing, "__func__", None) or inner or thing
        if isinstance(thing, FunctionType) and thing.__module__ == name:
            found[thing.__code__.co_qualname] = thing

    name = f"siting.verify.{module}"
    for thing in vars(import_module(name)).values():
        look(thing)
        if isinstance(thing, type) and thing.__module__ == name:
            for part in vars(thing).values():
                look(part)
    return found


def forget() -> None:
    """Empty the caches of the checker, which hold what the original answered."""
    for name, module in list(sys.modules.items()):
        if name.startswith("siting.verify."):
            for thing in vars(module).values():
                if hasattr(thing, "cache_clear"):
                    thing.cache_clear()


class Nowhere:
    """Stands for a next test of another module: fixtures of the whole run stay, those of modules go."""

    def __init__(self, root: object) -> None:
        self.root = root

    def listchain(self) -> list[object]:
        """All that the next test needs."""
        return [self.root]


class Warm:
    """The plugin: its test loop is the pass that notes lines, then the mutants."""

    def __init__(self, chosen: Sequence[Mutant], tell: Callable[[str], None]) -> None:
        self.chosen, self.tell, self.answer = chosen, tell, Answer()
        self.cover = coverage.Coverage(data_file=None, branch=True, source=[str(CHECKER)], config_file=False)
        #: Tests by the line of a file.
        self.lines: dict[tuple[str, int], set[str]] = {}
        self.cost: dict[pytest.Item, float] = {}
        self.kills: Counter[pytest.Item] = Counter()
        self.broken: list[str] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Remember the list of the tests, from which others may still drop some."""
        self.items = items

    def pytest_runtestloop(self) -> bool:
        """In place of pytest's own."""
        self.nowhere: Any = Nowhere(self.items[0].listchain()[0])
        for item, after in zip(self.items, [*self.items[1:], self.nowhere], strict=True):
            self.note(item, after)
        self.cover.stop()
        for path in map(str, CHECKER.glob("*.py")):
            for line, names in self.cover.get_data().contexts_by_lineno(path).items():
                self.lines[path, line] = set(names)
        if self.broken:
            raise pytest.UsageError(f"without a fault these fail: {self.broken}")
        self.tell(f"{len(self.items)} tests, {sum(self.cost.values()):.0f} s of the processor")
        for item in sorted(self.cost, key=lambda item: -self.cost[item])[:12]:
            self.tell(f"{self.cost[item]:6.2f} {item.nodeid}")
        gc.freeze()
        for k, mutant in enumerate(self.chosen):
            self.judge(mutant)
            if k % 50 == 49:
                self.tell(f"{k + 1} of {len(self.chosen)}, {len(self.answer.alive)} alive")
        return True

    def note(self, item: pytest.Item, after: Any) -> None:
        """Run a test as it is, noted under its name."""
        self.cover.switch_context(item.nodeid)
        begun = sum(os.times()[:4])  # with the processes that it starts
        reports = runtestprotocol(item, nextitem=after, log=False)
        self.cost[item] = sum(os.times()[:4]) - begun + 0.001
        for report in reports:
            if report.failed:
                self.broken.append(item.nodeid)
                self.tell(f"{item.nodeid}: {report.longreprtext[-3000:]}")

    def judge(self, mutant: Mutant) -> None:
        """Put a mutant where it belongs."""
        codes = changed(mutant)
        there = live(mutant.module)
        if not codes or not codes.keys() <= there.keys():
            self.answer.cold.append(mutant)
            return
        path = str(CHECKER / f"{mutant.module}.py")
        wanted = set().union(*(self.lines.get((path, n), ()) for n in range(mutant.first, mutant.last + 1)))
        tests = [item for item in self.cost if item.nodeid in wanted]
        tests.sort(key=lambda item: self.cost[item] / (1 + self.kills[item]))
        killer = self.fork(there, codes, tests)
        if killer is None:
            self.answer.alive.append(mutant)
            says = f"{len(tests)} tests run it" if tests else "no test runs it"
            self.tell(f"alive: {mutant.key} (line {mutant.first}, place {mutant.place}; {says})")
        elif killer < 0:
            self.answer.looped.append(mutant)
        else:
            self.kills[tests[killer]] += 1
            self.answer.found.append(mutant)

    def fork(self, there: dict[str, FunctionType], codes: dict[str, CodeType], tests: list[pytest.Item]) -> int | None:
        """The position of the test that failed, -1 for a child that had to be ended, None if all passed."""
        if not tests:
            return None
        mouth, ear = os.pipe()
        child = os.fork()
        if child == 0:
            self.child(ear, there, codes, tests)
        os.close(ear)
        with os.fdopen(mouth, "rb") as pipe:
            said = pipe.read()  # until the child and all that it left have ended
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
            return None
        return int(said) if said else -1

    def child(
        self, ear: int, there: dict[str, FunctionType], codes: dict[str, CodeType], tests: list[pytest.Item]
    ) -> None:
        """The life of a spoilt process; it never returns."""
        code = 2
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(1, 2)
            spent = resource.getrusage(resource.RUSAGE_SELF)
            allowed = int(10 * sum(self.cost[item] for item in tests) + GRACE_S + spent.ru_utime + spent.ru_stime)
            resource.setrlimit(resource.RLIMIT_CPU, (allowed, allowed + 5))
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            most = pages * resource.getpagesize() + GRACE_BYTES
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
            signal.signal(signal.SIGXCPU, signal.SIG_DFL)
            signal.alarm(1800)
            forget()
            for name, body in codes.items():
                there[name].__code__ = body
            code = 0
            for k, item in enumerate(tests):
                item._initrequest()  # type: ignore[attr-defined]
                if any(r.failed for r in runtestprotocol(item, nextitem=self.nowhere, log=False)):
                    os.write(ear, str(k).encode())
                    code = 1
                    break
        finally:
            os._exit(code)


def run(chosen: Sequence[Mutant], files: Sequence[str], tell: Callable[[str], None], *, cover: bool = False) -> Answer:
    """Try mutants on the tests of some files of ``tests/``, in this process; ``cover`` prints branches not taken."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a fork keeps one thread
    plugin = Warm(chosen, tell)
    plugin.cover.start()  # before anything of the checker is imported
    options = ["-q", "-s", "-m", "not long", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:rerunfailures"]
    options += ["-o", "tmp_path_retention_policy=none", f"--rootdir={ROOT}"]
    with tempfile.TemporaryDirectory() as room:
        options += [f"--basetemp={room}/tests"]
        code = pytest.main([*options, *(str(ROOT / "tests" / name) for name in files)], plugins=[plugin])
    if code not in (0, 5):
        raise SystemExit(f"pytest ended with {code}")
    if cover:
        plugin.cover.report(show_missing=True, skip_covered=True)
    return plugin.answer
