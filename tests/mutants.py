"""Mutation testing of the checker: one small fault at a time in ``siting/verify/``; its tests must notice each.

A mutant is one operator, constant or choice turned into its neighbour (``<`` into ``<=``, ``+`` into ``-``, ``min``
into ``max`` ...). Nothing on the disk is changed. `tests.mutants_warm` tries hundreds in one process, each on the tests
that run its line; what it cannot spoil is tried in a process of its own, in which the import system hands out the
spoilt module.

    python -m tests.mutants                       all mutants of all modules
    python -m tests.mutants --modules bound,money --sample 30 --seed 1
    python -m tests.mutants --list                what there is
    python -m tests.mutants --again FILE          those that survived, by what an earlier run printed (and a sample)
    python -m tests.mutants --cover --sample 300  also the branches that no test takes

It ends with the survivors. One that is as good as the original stands in `EQUIVALENT` with the reason; any other
needs a test.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.machinery
import importlib.util
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).resolve().parents[1]
CHECKER = ROOT / "siting" / "verify"
#: The tests that check plans in their own process; the long ones are left out.
TESTS = (
    "test_verify.py", "test_verify_targets.py", "test_verify_shared.py", "test_verify_schools.py",
    "test_verify_haul.py", "test_verify_lines.py", "test_verify_ways.py", "test_verify_hostile.py",
    "test_verify_reads.py", "test_verify_edges.py", "test_bound_edges.py", "test_certificate.py", "test_options.py",
    "test_own_times_county.py", "test_aims_county.py", "test_scenario.py", "test_needs.py", "test_properties.py",
    "test_escaped_plans.py", "test_campaign_travel.py",
)  # fmt: skip
#: Modules whose own tests come first: most mutants die there.
OWN = {
    "targets": "test_verify_targets.py", "standing": "test_verify_targets.py", "aims": "test_verify_haul.py",
    "land": "test_verify_shared.py", "money": "test_verify_shared.py", "changes": "test_verify_shared.py",
    "links": "test_verify_shared.py", "since": "test_verify_shared.py", "sites": "test_verify_shared.py",
    "catchment": "test_verify_schools.py", "haul": "test_verify_haul.py", "line": "test_verify_lines.py",
    **dict.fromkeys(("services", "tables", "wishes", "read", "numbers", "nouns"), "test_verify_reads.py"),
    "joins": "test_verify_ways.py", "ways": "test_verify_ways.py",
    "attend": "test_attendant.py",
    "travel": "test_verify_ways.py", "told": "test_own_times.py", "slope": "test_slope.py",
} | dict.fromkeys(
    ("bound", "market", "wants", "prices", "choices", "groups", "certificate", "run"), "test_certificate.py"
)  # fmt: skip

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "ceil": "floor", "floor": "ceil"}

#: Survivors that are as good as the original, or differ only in words or speed.
EQUIVALENT: dict[str, str] = {
    **dict.fromkeys(
        (
            "travel: LtE to Lt in `if best is not None and best[0] <= reach:`",
            "travel: LtE to Lt in `near = [(x, y, k) for y, x, k in self.main[low:high] if -wide <= x - place.lon <= "
            "wide]` #2",
            "travel: Div to Mult in `high = bisect_right(self.latitudes, place.lat + (reach + 1) / self.plane.ky)`",
            "travel: 1 to 2 in `high = bisect_right(self.latitudes, place.lat + (reach + 1) / self.plane.ky)`",
            "travel: 1 to 2 in `low = bisect_left(self.latitudes, place.lat - (reach + 1) / self.plane.ky)`",
            "travel: Is to IsNot in `while heap and heap[0] < last and (wanted is None or wanted not in known):`",
            "travel: Lt to LtE in `if old is None or new < old:`",
            "travel: 200 to 201 in `for reach in (min(200, self.snap_limit), self.snap_limit):`",
            "sites: 0 to 1 in `for metric in (0, 1):`",
            "joins: Sub to Add in `longest = max((a.furthest - a.wait for _, a in asked if (a.line, a.mode) == key))`",
            "line: 18 to 19 in `self.costs[metric, start, end] = field.within(10 ** 18, start)[start]`",
            "line: 10 to 11 in `self.costs[metric, start, end] = field.within(10 ** 18, start)[start]`",
        ),
        "searches more than it must and finds the same",
    ),
    "options: 0 to 1 in `return asked.option(size, size.capital, size.running) if size else asked.option(Size(0, 0, "
    "0), 0, 0)` #3": "a candidate that is kept or enlarged is a breach already",
    "joins: 1 to 2 in `last = -1`": "nobody rides before a first stop, which sets it",
    **dict.fromkeys(
        (
            "joins: 1 to 2 in `if cost < found.get(pair, cost + 1):`",
            "joins: Lt to LtE in `if cost < found.get(pair, cost + 1):`",
            "slope: LtE to Lt in `if grade <= high:`",
        ),
        "both sides give the same number there",
    ),
    **dict.fromkeys(
        (
            "bound: LtE to Lt in `if profit <= 0 and taken >= fewest:`",
            "bound: GtE to Gt in `if profit <= 0 and taken >= fewest:`",
            "bound: Gt to GtE in `take = min(units, (capacity if profit > 0 else min(fewest, capacity)) - taken, "
            "beds - slept if sleeps else uni`",
        ),
        "takes more, or fewer, at a profit of nothing, or nobody",
    ),
    "bound: 1 to 2 in `found[id_] = [final + sum((max(0, want) for want in wants[phase:last])) for phase in "
    "range(last + 1)]`": "one number more than there are phases, which nobody asks for",
    "joins: USub dropped in `last = -1`": "is set before it is read",
    "certificate: 1 to 2 in `if (total - prover.value(stage, prover.planned)) * (1 if largest(stage) else -1) "
    "< 0:` #2": "only the sign counts",
    "catchment: 0 to 1 in `if len(persons) != 1 or persons[0] != demand.get(id_, 0):` #2": (
        "a row of a settlement without demand is a breach already (people.check)"
    ),
    "since: 0 to 1 in `return next((p for p in phases if standing.served(service.id, p).get(row['settlement'], 0)), "
    "standing.last)`": "a row of a settlement without demand is a breach already (people.check)",
    "joins: True to False in `for stop, arrival in zip(line.stops, arrivals(to_stops, legs), strict=True):`": (
        "both are as long as each other"
    ),
    "options: 0 to 1 in `return Size(capacity, 0, 0 if site.outside else own.running, beds)`": (
        "nobody asks what a site cost that stands"
    ),
    "plane: Eq to NotEq in `if (y1 > lat) != (y2 > lat) and (side > 0) == (y2 > y1):`": (
        "counts the edges on the other side of the point, of which there are as many, even or odd"
    ),
    "run: 0 to 1 in `if above and (above < 0) == largest(row['name']):`": "it is no 0 there",
    "coverage: 0 to 1 in `if settlement is not None and row['persons'] != demand.get(settlement.id, 0):`": (
        "a row of a settlement without demand is a breach already (people.check)"
    ),
    **dict.fromkeys(
        (
            "run: 400 to 401 in `found.add(code, name, says, fault=f'{type(fault).__name__} {fault}'[:400])`",
            "haul: FloorDiv to Mult in `true, claimed = (-(-cost // 1000), row['travel'])`",
            "haul: 1000 to 1001 in `true, claimed = (-(-cost // 1000), row['travel'])`",
        ),
        "only the words of a breach",
    ),
}


@dataclass(frozen=True)
class Mutant:
    """One fault: the module, the number of the place in it, and what it is in words."""

    module: str
    place: int
    says: str
    #: The lines of its statement; of one that holds others, those of its head.
    first: int
    last: int

    @property
    def key(self) -> str:
        """Its name."""
        return f"{self.module}: {self.says}"


class Spoiler(ast.NodeTransformer):
    """Counts the places of a module, and spoils the one of a number."""

    def __init__(self, target: int = -1) -> None:
        self.target, self.seen, self.says = target, 0, ""
        self.found: list[tuple[str, int, int]] = []
        self.line, self.span = "", (0, 0)

    def hit(self, node: ast.AST, words: str) -> bool:
        """Whether this is the place."""
        self.found.append((f"{words} in `{self.line}`", *self.span))
        self.seen += 1
        return self.seen - 1 == self.target

    def visit(self, node: ast.AST) -> ast.AST:
        """Remember the statement, for its words; texts are left alone."""
        if isinstance(node, ast.stmt):
            self.line = ast.unparse(node).partition("\n")[0][:110]
            body = getattr(node, "body", None)
            self.span = node.lineno, max(node.lineno, body[0].lineno - 1 if body else node.end_lineno or 0)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                return node
        if isinstance(node, ast.JoinedStr | ast.arguments) or (isinstance(node, ast.Call) and _tells(node)):
            return node
        if isinstance(node, ast.AnnAssign):
            node.value = self.visit(node.value) if node.value is not None else None  # type: ignore[assignment]
            return node
        return super().visit(node)  # type: ignore[no-any-return]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Only the body: annotations and decorators say nothing of the rules."""
        node.body = [self.visit(part) for part in node.body]  # type: ignore[misc]
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Each comparison of a chain."""
        self.generic_visit(node)
        for k, op in enumerate(node.ops):
            other = SWAPS.get(type(op))
            if other and self.hit(node, f"{type(op).__name__} to {other.__name__}"):
                node.ops[k] = other()  # type: ignore[assignment]
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """And, or."""
        self.generic_visit(node)
        if self.hit(node, f"{type(node.op).__name__} to {SWAPS[type(node.op)].__name__}"):
            node.op = SWAPS[type(node.op)]()  # type: ignore[assignment]
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Plus, minus, times."""
        self.generic_visit(node)
        other = SWAPS.get(type(node.op))
        text = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        if other and not text and self.hit(node, f"{type(node.op).__name__} to {other.__name__}"):
            node.op = other()  # type: ignore[assignment]
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        """Not, minus."""
        self.generic_visit(node)
        if isinstance(node.op, ast.Not | ast.USub) and self.hit(node, f"{type(node.op).__name__} dropped"):
            return node.operand
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """Numbers and truths."""
        if isinstance(node.value, bool):
            return ast.Constant(not node.value) if self.hit(node, f"{node.value} to {not node.value}") else node
        if isinstance(node.value, int) and self.hit(node, f"{node.value} to {node.value + 1}"):
            return ast.Constant(node.value + 1)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """The largest for the smallest, some for every."""
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in NAMES and self.hit(node, f"{name} to {NAMES[name]}"):
            node.func = ast.Name(NAMES[name], ast.Load())
        return node

    def visit_Continue(self, node: ast.Continue) -> ast.AST:
        """Going on."""
        return ast.Break() if self.hit(node, "continue to break") else node


def _tells(node: ast.Call) -> bool:
    """Whether a call only makes a message: an error, or a breach with its code and words."""
    if isinstance(node.func, ast.Name):
        return node.func.id in ("ValueError", "RULES")
    first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
    known = isinstance(first, str) and re.fullmatch("E7[0-9]{2}", first) is not None
    return known and isinstance(node.func, ast.Attribute) and node.func.attr in ("say", "add")


def spoilt(module: str, place: int) -> str:
    """The source of a module with one place spoilt."""
    tree = ast.parse((CHECKER / f"{module}.py").read_text(encoding="utf-8"))
    changed = Spoiler(place).visit(deepcopy(tree))
    future = "from __future__ import annotations\n"
    body = ast.unparse(ast.fix_missing_locations(changed)).replace(future, "", 1)
    return f"{future}from math import ceil, floor\n{body}"


def mutants(modules: Sequence[str] = ()) -> list[Mutant]:
    """All mutants, in order."""
    found = []
    for path in sorted(CHECKER.glob("*.py")):
        if path.stem != "__init__" and (not modules or path.stem in modules):
            counter = Spoiler()
            counter.visit(ast.parse(path.read_text(encoding="utf-8")))
            known: dict[str, int] = {}
            for place, (says, first, last) in enumerate(counter.found):
                known[says] = known.get(says, 0) + 1
                name = says if known[says] == 1 else f"{says} #{known[says]}"
                found.append(Mutant(path.stem, place, name, first, last))
    return found


class Loader(importlib.machinery.SourceFileLoader):
    """Loads a module as it is spoilt."""

    place = -1

    def get_code(self, fullname: str) -> CodeType:
        """The code of the spoilt source; no cache of bytecode sees it."""
        return compile(spoilt(Path(self.path).stem, self.place), self.path, "exec")


class Hook(importlib.abc.MetaPathFinder):
    """Hands out one spoilt module."""

    def __init__(self, module: str, place: int) -> None:
        self.name = f"siting.verify.{module}"
        self.loader = Loader(self.name, str(CHECKER / f"{module}.py"))
        self.loader.place = place

    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """Ours, if it is the one."""
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.loader.path, loader=self.loader)


def tests_of(module: str) -> list[str]:
    """The files of tests, those of the module first."""
    own = OWN.get(module)
    there = [name for name in (own, *TESTS) if name and (ROOT / "tests" / name).exists()]
    return [str(ROOT / "tests" / name) for name in dict.fromkeys(there)]


def try_one(module: str, place: int) -> int:
    """Run the tests on a spoilt module: pytest's exit code, 0 if nothing was noticed."""
    import pytest

    sys.meta_path.insert(0, Hook(module, place))
    options = ["-x", "-q", "-m", "not long", "-p", "no:cacheprovider", "-p", "no:randomly", f"--rootdir={ROOT}"]
    return int(pytest.main([*options, *tests_of(module)]))


def survives(mutant: Mutant, seconds: float = 300) -> bool:
    """Whether the tests pass on a mutant; one that hangs is noticed."""
    command = [sys.executable, "-m", "tests.mutants", "--one", mutant.module, str(mutant.place)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _chosen(asked: argparse.Namespace) -> Iterator[Mutant]:
    every = [m for m in mutants(asked.modules.split(",") if asked.modules else ()) if m.key not in EQUIVALENT]
    if asked.again:
        told = Path(asked.again).read_text(encoding="utf-8").splitlines()
        lived = {
            line.partition(": ")[2].rpartition(" (line ")[0] for line in told if line[:7] in ("survive", "alive: ")
        }
        yield from (m for m in every if m.key in lived)
    if asked.sample or not asked.again:
        yield from random.Random(asked.seed).sample(every, asked.sample) if asked.sample else every


def main() -> None:
    """Try the mutants that were asked for; exit code 1 if one survives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modules", default="")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--cover", action="store_true")
    parser.add_argument("--again", default="")
    parser.add_argument("--one", nargs=2)
    asked = parser.parse_args()
    if asked.one:
        sys.exit(try_one(asked.one[0], int(asked.one[1])))
    chosen = list(_chosen(asked))
    if asked.list:
        print("\n".join(mutant.key for mutant in chosen))
    else:
        sys.exit(1 if campaign(chosen, cover=asked.cover) else 0)


def campaign(chosen: Sequence[Mutant], *, cover: bool = False) -> list[Mutant]:
    """Try mutants, print the figures, and return those that live."""
    from . import mutants_warm

    files = list(dict.fromkeys([*TESTS, *OWN.values()]))
    begun = time.monotonic()
    answer = mutants_warm.run(chosen, files, lambda words: print(words, file=sys.stderr, flush=True), cover=cover)
    alive = [*answer.alive, *filter(survives, answer.cold)]
    for mutant in alive:
        print(f"survives: {mutant.key} (line {mutant.first}, place {mutant.place})", flush=True)
    looped, cold = len(answer.looped), len(answer.cold)
    took = f"{time.monotonic() - begun:.0f} s"
    print(
        f"{len(chosen)} mutants in {took}, {looped} never ended, {cold} tried alone, {len(alive)} survive", flush=True
    )
    return alive


if __name__ == "__main__":
    main()
