"""docs/modules.md has the first sentence of every module, package by package in the order of the data.

``SITING_UPDATE_GOLDEN=1 pytest tests/test_modules_page.py`` writes it anew.
"""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

from .test_house import ORDER, ROOT

PAGE = ROOT / "docs" / "modules.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
ROOMS = ("instances", "siting", "solvers", "reports")
HEAD = """# Modules

Written from the first sentence of each module, by `SITING_UPDATE_GOLDEN=1 pytest tests/test_modules_page.py`.
How they hang together: [architecture.md](architecture.md).
"""


def packages(room: str) -> list[str]:
    """The packages of a room, in the order of the data where there is one."""
    found = sorted(str(path.parent.relative_to(ROOT)) for path in (ROOT / room).rglob("__init__.py"))
    order = [name.split(".")[0] for name in ORDER] if room == "siting" else []
    return sorted(found, key=lambda name: [order.index(part) if part in order else 0 for part in name.split("/")])


def says(path: Path) -> str:
    """The first paragraph of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = " ".join(text.split("\n\n")[0].split())
    return re.sub(r":math:`([^`]*)`", r"`\1`", re.sub(r"``([^`]*)``", r"`\1`", first))


def page() -> str:
    """The page as it should stand."""
    lines = [HEAD]
    for room in ROOMS:
        lines.append(f"## {room}/\n")
        for name in packages(room):
            if "/" in name:
                lines.append(f"### {name}/\n")
            lines.append(says(ROOT / name / "__init__.py") + "\n")
            modules = sorted(path for path in (ROOT / name).glob("*.py") if path.stem != "__init__")
            lines += [f"- `{path.stem}`: {says(path)}" for path in modules]
            lines += [""] if modules else []
    return "\n".join(lines)


def test_the_page_of_modules_is_fresh() -> None:
    fresh = page()
    if os.environ.get("SITING_UPDATE_GOLDEN") == "1":
        PAGE.write_text(fresh, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == fresh, "stale; run with SITING_UPDATE_GOLDEN=1"


def test_every_package_stands_on_the_page_of_the_architecture() -> None:
    named = set(re.findall(r"`([a-z_]+)/`", ARCHITECTURE.read_text(encoding="utf-8")))
    core = {path.parent.name for path in (ROOT / "siting").glob("*/__init__.py")}
    solving = {path.parent.name for path in (ROOT / "solvers").glob("*/__init__.py")}
    assert {*ROOMS, *core, *solving} <= named


def test_what_the_page_of_the_architecture_names_is_there() -> None:
    text = ARCHITECTURE.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:[a-z_]+/)+[a-z_]*(?:\.py)?)`", text):
        places = (ROOT, ROOT / "siting", *(ROOT / room for room in ROOMS))
        assert any((place / name).exists() or (place / f"{name}.py").exists() for place in places), name
