"""A folder that is no county or no run: what it is instead, and which folders near it may have been meant."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from siting.errors import Fault

#: So many folders are named.
MOST = 8
COUNTY_FILE, INPUTS, JOURNAL, PLAN = "county.toml", "inputs", "journal.json", "plan.json"


def no_county(name: str, shipped: Iterable[str]) -> Fault:
    """E151 there is no such county folder; which ones there are here and beside it, and which are shipped."""
    found = [*shipped, *_near(Path(name), (COUNTY_FILE,))]
    return Fault("E151", file=name, values={"here": Path.cwd(), "hint": _named("hint.counties", name, found)})


def no_county_file(folder: Path) -> Fault:
    """E152 the county file is missing: in a run folder, or in a folder above or beside that of a county."""
    if (folder / INPUTS / COUNTY_FILE).is_file():
        hint: Fault | str = Fault("hint.county_of_run", values={"at": folder / INPUTS})
    else:
        hint = _named("hint.counties", str(folder), _near(folder, (COUNTY_FILE,)))
    return Fault("E152", file=COUNTY_FILE, values={"folder": folder, "hint": hint})


def no_run(run: Path, file: str) -> Fault:
    """E190 this is no run, for it has no ``file``; whether it is a county or unfinished, or which runs are near."""
    if (run / COUNTY_FILE).is_file():
        hint: Fault | str = Fault("hint.is_county", values={"at": run})
    elif (run / JOURNAL).is_file():
        hint = Fault("hint.unfinished", values={"at": run})
    else:
        hint = _named("hint.runs", str(run), _near(run, (PLAN, JOURNAL)))
    return Fault("E190", file=str(run), values={"name": run, "file": file, "hint": hint})


def _named(key: str, value: str, found: list[str]) -> Fault | str:
    """The words that name what was found; none where nothing was."""
    known = list(dict.fromkeys(found))
    more = ["…"] if len(known) > MOST else []
    return Fault(key, values={"value": value, "known": ", ".join(known[:MOST] + more)}) if known else ""


def _near(folder: Path, marks: tuple[str, ...]) -> list[str]:
    """Folders in it, beside it, or under ``runs`` of where the command was given, that hold one of the marks."""
    found: list[str] = []
    for place in (folder, folder.parent, Path(), Path("runs")):
        try:
            inside = sorted(p for p in place.iterdir() if any((p / mark).is_file() for mark in marks))
        except OSError:  # there is none, or it may not be read: nothing to name
            continue
        found += [str(path) for path in inside if path != folder]
    return found
