"""The rules of the house, read from the source: who imports whom, how long things may be, what is never written."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("solvers", "reports", "instances")
CORE = sorted((ROOT / "siting").rglob("*.py"))
CODE = sorted([*CORE, *(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))])
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

#: The order inside siting/: a module imports only what stands before it; so do the packages, each a row or two.
ORDER = (
    "siting",  # the version alone
    *("errors", "plan", "words", "store", "cache", "messages", "phrases", "spreadsheet"),
    *("counties", "counties.rows", "counties.services", "counties.sections", "counties.county"),
    "counties.fares",
    *(
        "roads",
        "roads.slope",
        "roads.network",
        "roads.ground",
        "roads.paths",
        "roads.buslines",
        "roads.travel",
        "roads.standing",
    ),
    *("reading", "reading.tables", "reading.toml_file", "reading.geojson", "reading.scenario", "reading.own_times"),
    "reading.likeness",
    "reading.elsewhere",
    *("reading.coherence", "reading.checks", "reading.plausible", "reading.plausible_map", "reading.limits"),
    *("reading.instance", "reading.scenario_file", "reading.format_page"),
    *("problems", "problems.options", "problems.needs", "problems.problem", "problems.posing", "problems.reachable"),
    *("problems.size",),
    *(
        "plans",
        "plans.measure",
        "plans.outcome",
        "plans.value",
        "plans.funding",
        "plans.transport",
        "plans.assign",
        "plans.nesting",
    ),
    *("model.opening", "model.coverage", "model.line", "model.catchment", "model.haul"),
    *("model.shared", "model.money", "model.targets", "model.building", "model.goal", "model.reading", "model"),
    *(
        "verify.breach",
        "verify.numbers",
        "verify.slope",
        "verify.nouns",
        "verify.told",
        "verify.services",
        "verify.tables",
        "verify.wishes",
    ),
    *("verify.changes", "verify.read", "verify.form", "verify.head", "verify.plane", "verify.travel"),
    *("verify.line", "verify.joins", "verify.ways", "verify.options", "verify.sites"),
    *("verify.people", "verify.coverage", "verify.catchment", "verify.haul", "verify.links", "verify.land"),
    *("verify.money", "verify.standing", "verify.since", "verify.targets", "verify.aims"),
    *("verify.choices", "verify.prices", "verify.wants", "verify.market"),
    *("verify.bound", "verify.groups"),
    *("verify.certificate", "verify.check", "verify.run", "verify.attend", "verify"),
    *(
        "studies",
        "studies.study",
        "studies.nearest",
        "studies.offering",
        "studies.remedy",
        "studies.shortfall",
        "studies.serving",
        "studies.reasons",
        "studies.standins",
        "studies.refusals",
        "studies.frontier",
        "studies.sweep",
        "studies.comparing",
        "studies.contrasts",
        "rooms",
    ),
    *("runs", "runs.interrupt", "runs.folder", "runs.attendant", "runs.journal", "runs.honest", "runs.starting"),
    *("runs.evidence", "runs.worth_of_money", "runs.result", "runs.asking", "runs.work"),
    *("runs.solving", "runs.budget_scenarios", "runs.budgets", "runs.jobs", "runs.sweeping"),
    *("api", "commands", "commands.board", "commands.live", "commands.check", "commands.doctor", "commands.new"),
    "commands.times",
    *("commands.report", "commands.solve", "commands.resume", "commands.compare", "commands.explain"),
    *("commands.frontier", "commands.sweep", "commands.verify", "cli"),
    *("__main__",),
)


def name_of(path: Path) -> str:
    """The name under which a file is imported, as in ``siting.solvers.county``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts if parts[0] == "siting" else ("siting", *parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in CODE}


@cache
def imports(path: Path) -> tuple[str, ...]:
    """All modules that a file imports, wherever in it, also those for type checking only."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    package = name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            inside = [f"{base}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else base for name in inside)


def room_of(module: str) -> str:
    """The room of a module, "" for the core and for strangers."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "siting" and parts[1] in ROOMS else ""


def short(module: str) -> str:
    return module.removeprefix("siting.")


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def importers(*tops: str) -> set[str]:
    """Files that import one of these packages."""
    return {shown(path) for path in CODE for module in imports(path) if module.split(".")[0] in tops}


def test_the_core_reaches_rooms_by_entry_point_only() -> None:
    for path in CORE:
        if path.parent.name != "commands":  # a command is the place where a planner names the room
            assert [m for m in imports(path) if room_of(m)] == [], shown(path)


def test_commands_import_rooms_only_when_they_are_called() -> None:
    for path in (ROOT / "siting" / "commands").glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom):
                assert not room_of(node.module or ""), shown(path)
        rooms = {m for m in imports(path) if room_of(m)}
        printed = {
            f"siting.reports.{name}"
            for name in (
                "formats.terminal",
                "formats.explain",
                "formats.terminal_table",
                "several.terminal",
                "several.frontier",
                "several.sweep",
            )
        }
        assert all(m in printed or room_of(m) == "instances" for m in rooms), shown(path)


def test_a_room_never_enters_another() -> None:
    for path in CODE:
        own = room_of(name_of(path))
        if own:
            assert {room_of(m) for m in imports(path)} <= {"", own}, shown(path)


def test_nobody_imports_a_room_by_the_name_of_its_folder() -> None:
    assert importers(*ROOMS) == set()


def test_every_module_of_the_core_stands_in_the_order() -> None:
    assert len(ORDER) == len(set(ORDER))
    assert set(ORDER) == {short(name_of(path)) for path in CORE}


@pytest.mark.parametrize("path", CORE, ids=shown)
def test_a_module_imports_only_what_stands_before_it(path: Path) -> None:
    here = short(name_of(path))
    for module in imports(path):
        if module.split(".")[0] == "siting" and not room_of(module):
            name = short(module)
            inside = here == name  # a package names itself where it takes a module of its own
            assert inside or ORDER.index(name) < ORDER.index(here), f"{here} imports {name}, which stands after it"


def test_packages_depend_one_way() -> None:
    graph: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        used = (m if MODULES[m].name == "__init__.py" else m.rpartition(".")[0] for m in imports(path) if m in MODULES)
        graph.setdefault(package, set()).update(u for u in used if u != package and not package.startswith(f"{u}."))
    del graph["siting"]  # the nouns that all use, and the doors that use all
    for used in graph.values():
        used.discard("siting")
    while ends := [name for name, used in graph.items() if not used]:
        for name in ends:
            del graph[name]
        graph = {name: used - set(ends) for name, used in graph.items()}
    assert graph == {}


def test_no_room_imports_in_a_circle() -> None:
    graph = {name: {m for m in imports(path) if m in MODULES and m != name} for name, path in MODULES.items()}
    while ends := [name for name, used in graph.items() if not used]:
        for name in ends:
            del graph[name]
        graph = {name: used - set(ends) for name, used in graph.items()}
    assert graph == {}


def test_the_checker_stands_alone() -> None:
    for path in (ROOT / "siting" / "verify").glob("*.py"):
        for module in imports(path):
            own = module.startswith("siting.verify")
            assert own or module.split(".")[0] in sys.stdlib_module_names, f"{shown(path)} imports {module}"


@pytest.mark.parametrize(
    ("who", "whom"),
    [("model", ("roads", "verify")), ("plans.measure", ("model", "plans.assign")), ("verify", ("model", "measure"))],
)
def test_what_judges_a_plan_does_not_see_how_it_was_made(who: str, whom: tuple[str, ...]) -> None:
    paths = [path for path in CORE if f"{short(name_of(path))}.".startswith(f"{who}.")]
    assert paths
    for path in paths:
        seen = {short(m) for m in imports(path) if m.startswith("siting.")}
        assert not [m for m in seen for name in whom if f"{m}.".startswith(f"{name}.")], shown(path)


def test_heavy_packages_stay_in_their_places() -> None:
    assert all(name.startswith(("siting/model/", "solvers/")) for name in importers("pyomo"))
    assert importers("highspy") == {
        "solvers/process/worker.py",
        "solvers/process/branch.py",
        "solvers/coverage/relaxation.py",
    }
    own_process = {shown(path) for path in CODE if "scipy.optimize" in imports(path)}
    assert {name for name in own_process if "milp" in (ROOT / name).read_text(encoding="utf-8")} == {
        "solvers/coverage/mix.py"
    }
    hidden = ("siting.solvers.coverage.relaxation", "siting.solvers.coverage.branching")  # programs of a child
    assert {shown(path) for path in CODE for m in imports(path) if m in hidden} == {"solvers/coverage/branching.py"}
    assert importers("pyscipopt") == {"solvers/process/scip.py"}
    assert importers("gurobipy") == {"solvers/process/gurobi.py"}
    graphs = importers("osmnx", "networkx", "osmium")
    assert all(name == "siting/plans/funding.py" or name.startswith("instances/") for name in graphs)
    assert all(name.startswith(("reports/", "instances/")) for name in importers("pandas", "geopandas", "pyogrio"))


def test_a_light_import_stays_light() -> None:
    ask = "import sys, siting.cli; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True, timeout=60).stdout
    heavy = {"pyomo", "highspy", "scipy", "numpy", "pandas", "networkx", "osmnx", "osmium", "shapely", "pydantic"}
    assert heavy & set(loaded.split()) == set()


def test_families_of_the_model_have_twins_in_the_checker() -> None:
    from siting.model.building import FAMILIES

    for family, module in FAMILIES.items():
        assert module.__name__ == f"siting.model.{family}"
        assert f"siting.verify.{family}" in MODULES


def test_every_package_on_the_disk_is_shipped() -> None:
    named = set(PYPROJECT["tool"]["setuptools"]["packages"])
    assert {name_of(path) for path in CODE if path.name == "__init__.py"} == named
    folders = {path.parent for path in CODE}
    assert all((folder / "__init__.py").exists() for folder in folders)


def test_every_entry_point_opens() -> None:
    for group, points in PYPROJECT["project"]["entry-points"].items():
        installed = {p.name: p for p in entry_points(group=group)}
        for name, target in points.items():
            assert installed[name].value == target
            assert callable(installed[name].load())


def test_modules_and_functions_stay_short() -> None:
    modules, functions = set(), set()
    for path in CODE:
        text = path.read_text(encoding="utf-8")
        if len(text.splitlines()) >= 300:
            modules.add(shown(path))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                if body and (body[-1].end_lineno or 0) - body[0].lineno + 1 >= 60:
                    functions.add(f"{shown(path)}:{node.name}")
    assert modules == set()
    assert functions == set()


def test_nothing_that_is_read_is_run() -> None:
    never = {"pickle", "joblib", "marshal", "shelve", "dill", "yaml"}
    assert importers(*never) == set()
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.id if isinstance(node.func, ast.Name) else ""
                assert called not in {"eval", "exec", "__import__"}, f"{shown(path)}:{node.lineno}"
                method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                assert method not in {"read_pickle", "to_pickle", "eval"}, f"{shown(path)}:{node.lineno}"
                allowed = [k.value for k in node.keywords if k.arg == "allow_pickle"]
                assert all(isinstance(v, ast.Constant) and v.value is False for v in allowed), shown(path)
                if method == "load" and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "np":
                    assert allowed, f"{shown(path)}:{node.lineno} may load a pickle"


def test_no_file_knows_the_place_where_it_was_written() -> None:
    words = "|".join(["/" + "work/", "/" + "home/", "/" + "Users/", "/" + "tmp/"])
    tests = sorted((ROOT / "tests").rglob("*.py"))
    for path in [*CODE, *tests]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(words, text), shown(path)
        assert not re.search(r"\bsess" + r"ion\b(?!\")", text, re.IGNORECASE), shown(path)  # pytest's scope is quoted
