"""One job of a sweep: how a worker does it, how often it was begun, what came of it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from siting import store
from siting.counties.county import County
from siting.errors import InputRefused, SitingError, SolverFailed
from siting.reading import instance
from siting.runs import folder as run_folder
from siting.runs import journal, solving
from siting.runs.asking import Ask
from siting.studies.sweep import Job, Row

#: Where the beginnings of every job are counted.
BEGUN = "begun"


def run_job(job: Mapping[str, str], options: Mapping[str, Any]) -> dict[str, Any]:
    """On a worker: solve one job, or go on with it; the folder that it needs must be the same there.

    A county that is refused or a plan that is not found is an answer; only what is unforeseen is raised.
    """
    done = Job(**job)
    run = Path(done.run)
    ask = Ask(**{**options["ask"], "scenario": done.scenario, "solver": done.solver})
    try:
        state = _state(done, ask)
        if state == "finished":  # its worker died with the answer, not with the work
            return {"status": "ended"}
        _note(done)
        if state == "cut off":
            solving.resume(run)
        else:
            solving.solve(Path(done.folder), run, ask)
    except SolverFailed as error:
        return {"status": "failed", "faults": _faults(error)}
    except SitingError as error:
        return {"status": "refused", "exit_code": error.exit_code, "faults": _faults(error)}
    return {"status": "ended"}


def _faults(error: SitingError) -> list[dict[str, Any]]:
    return [
        {"code": f.code, "where": f.where, "values": {k: str(v) for k, v in f.values.items()}} for f in error.faults
    ]


def _note(job: Job) -> None:
    """Add a line to the list of beginnings, one write, so that lines of two machines do not mix."""
    folder = store.make_folder(Path(job.run).parent / BEGUN)
    line = f"{datetime.now().isoformat(timespec='milliseconds')} {socket.gethostname()} {os.getpid()}\n"
    handle = os.open(folder / f"{Path(job.run).name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def attempts(job: Job) -> int:
    """How often a job was begun."""
    path = Path(job.run).parent / BEGUN / f"{Path(job.run).name}.log"
    return len(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else 0


def _record(job: Job) -> journal.Record | None:
    try:
        return journal.read(Path(job.run))
    except InputRefused:
        return None


def _same(record: journal.Record, job: Job, ask: Ask, files: Mapping[str, str]) -> bool:
    """Whether a run was asked for in the same way, from the same files."""
    own = (record.scenario, record.solver, dict(record.options), dict(record.inputs))
    return own == (job.scenario, job.solver, ask.options(), dict(files))


def _state(job: Job, ask: Ask) -> str:
    """Whether there is a run of this job that is finished, one that was cut off, or none."""
    record, result = _record(job), _result(job)
    if record is None:
        return "new"
    county, _ = instance.read(Path(job.folder))
    if not _same(record, job, ask, county.files):
        return "new"
    return "finished" if result is not None and result["status"] != "stopped" else "cut off"


def _result(job: Job) -> Mapping[str, Any] | None:
    """The result of a run as it was written; None where there is none, or where it was damaged or edited."""
    try:
        result = json.loads((Path(job.run) / run_folder.RESULT).read_bytes())
        return result if result.pop("seal") == store.seal(result) else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def row_of(job: Job, county: County, ask: Ask, answer: Mapping[str, Any] | None = None) -> Row:
    """What stands in the run folder of a job, or what its worker said."""
    if answer is not None and answer["status"] != "ended":
        return Row(job, answer["status"], attempts=attempts(job), says=tuple(answer.get("faults", ())))
    record, result = _record(job), _result(job)
    if record is None or result is None or not _same(record, job, ask, county.files):
        return Row(job, "waiting", attempts=attempts(job))
    if answer is None and result["status"] == "stopped":
        return Row(job, "waiting", attempts=attempts(job))
    counted = [key for key in result["services"] if _persons(county, key)]
    return Row(
        job,
        result["status"],
        objective=result["objective"],
        bound=result["bound"],
        gap=result["gap"],
        people=sum(result["services"][key]["served"] for key in counted),
        demand=sum(result["services"][key]["demand"] for key in counted),
        met=sum(target["met"] for target in result["targets"]),
        targets=len(result["targets"]),
        capital=result["money"]["used"],
        available=result["money"]["available"],
        running=result["money"]["running"],
        seconds=result["elapsed_s"],
        attempts=attempts(job),
    )


def _persons(county: County, key: str) -> bool:
    """Whether a service counts persons, which may be added up."""
    about = county.services[key]
    return about.family != "haul" and bool(county.file.demand[about.demand].column)
