"""Scenarios in files of their own: named sets of changes on a base, which leave the county folder as it is.

A file ``more-clinics.toml`` holds what a section ``[scenarios.more-clinics]`` of ``county.toml`` would, and may name
with ``base`` a scenario of the county on which it builds. `with_files` makes a copy of the county that has these
sections, so that a run, the checker and a comparison see one county like any other.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ValidationError
from tomlkit.exceptions import TOMLKitError

from siting import store
from siting.counties.sections import Variation
from siting.errors import Fault, InputRefused
from siting.reading import instance, scenario
from siting.reading.toml_file import placed

ENDING = ".toml"
#: A scenario is some lines; more than this is something else.
LARGEST_BYTES = 1_000_000


def with_files(folder: Path, names: Sequence[str], place: Path) -> tuple[Path, tuple[str, ...]]:
    """The county folder and names under which the scenarios ``names`` are solved: those that end with ``.toml`` are
    read from these files and stand in a copy of the county in ``place``; without any the folder is as it was.

    Raises:
        InputRefused: the county or a file has faults, or two scenarios have one name (E100, E180, E312 ...).
        CannotWrite: the copy cannot be written (E801).
    """
    files = {name: Path(name) for name in names if name.endswith(ENDING)}
    if not files:
        return folder, tuple(names)
    county, _ = instance.read(folder)
    document = tomlkit.parse((folder / instance.COUNTY_FILE).read_text(encoding="utf-8-sig"))
    if "scenarios" not in document:
        document["scenarios"] = tomlkit.table(is_super_table=True)
    scenarios: Any = document["scenarios"]
    for name, file in files.items():
        if file.stem in (*scenarios, scenario.BASE, scenario.BASELINE):
            raise InputRefused(Fault("E312", file=name, values={"name": file.stem}))
        scenarios[file.stem] = _section(name, file, scenarios)
    store.make_folder(place)
    try:
        for name in county.files:
            if name != instance.COUNTY_FILE:
                shutil.copyfile(folder / name, place / name)
    except OSError as error:
        raise store.refused(place, error) from error
    store.write_text(place / instance.COUNTY_FILE, tomlkit.dumps(document))
    return place, tuple(files[name].stem if name in files else name for name in names)


def _section(name: str, file: Path, scenarios: Any) -> Any:
    """The section of a file, on its base."""
    own = _read(name, file)
    base = own.pop("base", scenario.BASE)
    if base not in (*scenarios, scenario.BASE):
        known = ", ".join((scenario.BASE, *scenarios))
        raise InputRefused(Fault("E180", file=name, column="base", values={"name": base, "known": known}))
    _check(name, own)
    made: Any = copy.deepcopy(scenarios[base]) if base in scenarios else tomlkit.table()
    for key in ("name", "name_en"):
        made.pop(key, None)
    changes = own.pop("changes", None)
    for key, value in own.items():
        made[key] = value
    if changes is not None:
        if "changes" not in made:
            made["changes"] = tomlkit.table()
        for key, value in changes.items():
            made["changes"][key] = value
    return made


def _read(name: str, file: Path) -> Any:
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise ValueError("too large for a scenario")
        return tomlkit.parse(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputRefused(Fault("E313", file=name, values={"why": error.strerror or str(error)})) from error
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise InputRefused(Fault("E100", file=name, values={"why": str(error) or type(error).__name__})) from error


def _check(name: str, own: Any) -> None:
    """Every fault of a file, by its key."""
    try:
        Variation.model_validate(_plain(own.unwrap()))
    except ValidationError as error:
        raise InputRefused(placed(error, name, {})) from error


def _plain(node: Any) -> Any:
    """Values without their sources, decimals as written."""
    if isinstance(node, dict):
        if "value" in node and set(node) <= {"value", "source", "note"}:
            return _plain(node["value"])
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return Decimal(str(node)) if isinstance(node, float) else node
