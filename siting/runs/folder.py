"""The run folder: its files, how it begins, and what is never touched in it.

A folder that is used again is emptied of what siting wrote there before; anything else in it stays. A folder that holds
other things than a run is not taken at all.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from siting import store
from siting.counties.county import County
from siting.errors import CannotWrite, Fault, InputRefused

PLAN, RESULT, BEFORE, LOG, INPUTS, JOURNAL, CERTIFICATE = (
    "plan.json",
    "result.json",
    "before.json",
    "solver.log",
    "inputs",
    "journal.json",
    "certificate.json",
)
#: What solving, reporting and comparing write beside them; a report of before beside a plan of today would be a lie.
TABLES = (
    "sites",
    "assignments",
    "unserved",
    "remedies",
    "townships",
    "moves",
    "reasons",
    "lines",
    "transfers",
    "snap",
    "left_out",
)
MADE = (
    *(f"{name}.csv" for name in TABLES),
    *(f"report{lang}.{kind}" for lang in ("", ".zh", ".en") for kind in ("html", "docx", "xlsx", "pdf", "json")),
    *("plan.gpkg", "settlements.geojson", "sites.geojson"),
)


def may_be_used(run: Path) -> None:
    """Refuse a folder that holds something else than a run.

    Raises:
        CannotWrite: it is a county folder, or it is not empty and was never a run folder (E803).
    """
    try:
        names = {path.name for path in run.iterdir()} if run.is_dir() else set()
    except OSError as error:
        raise store.refused(run, error) from error
    if "county.toml" in names or (names and ".lock" not in names and not {INPUTS, PLAN} <= names):
        raise CannotWrite(Fault("E803", file=str(run)))


def clear(run: Path) -> None:
    """Empty a run folder of an earlier run: first what speaks of the plan, then the plan, then its inputs.

    Raises:
        CannotWrite: something cannot be removed (E801).
    """
    try:
        for name in (*MADE, RESULT, CERTIFICATE, JOURNAL, LOG, PLAN, BEFORE):
            (run / name).unlink(missing_ok=True)
        if (run / INPUTS).is_dir():
            shutil.rmtree(run / INPUTS)
    except OSError as error:
        raise store.refused(run, error) from error


def copy_inputs(county: County, run: Path) -> None:
    """Copy every file of the county that was read, whole and on the disk.

    Raises:
        InputRefused: a file is gone or was changed since it was read (E194).
        CannotWrite: the copy cannot be written (E801).
    """
    inputs = store.make_folder(run / INPUTS)
    for name, digest in county.files.items():
        try:
            data = (county.folder / name).read_bytes()
        except OSError as error:
            raise InputRefused(Fault("E194", file=str(county.folder / name))) from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise InputRefused(Fault("E194", file=str(county.folder / name)))
        store.write_bytes(inputs / name, data)
