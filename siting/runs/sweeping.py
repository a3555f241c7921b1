"""Many solves on the workers of a Dask cluster: on this machine, or wherever a scheduler is.

A job is one solve into a run folder of its own. What is finished stays finished: a sweep that is begun again with the
same folder takes it as it is, and goes on with what was cut off. A worker that dies costs the job that it had; the
scheduler gives it to another one, which goes on from the last checked plan. An answer that was lost with its worker is
given again without the work. A run folder is locked while it is filled, so that no job can run twice at a time, even
where a worker was given up too early.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siting import rooms, spreadsheet, store
from siting.counties.county import County
from siting.errors import Fault, InputRefused
from siting.reading import instance, scenario
from siting.runs.asking import Ask, Listener
from siting.runs.interrupt import Interrupt
from siting.runs.jobs import attempts, row_of, run_job
from siting.runs.result import versions
from siting.studies.sweep import Job, Row, Sweep

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

RESULT, TABLE = "jobs.json", "sweep.csv"
#: A job is given to another worker so often after its worker died.
TRIES = 3
#: How often the wish to stop is looked at.
LOOK_EVERY_S = 0.5
#: A scheduler must answer within so many seconds.
ANSWER_S = 30.0
QUIET = Listener()


@dataclass(frozen=True)
class Plan:
    """What a sweep is to do: counties by id with their folders, all jobs, how hard each is tried."""

    counties: Mapping[str, County]
    jobs: tuple[Job, ...]
    ask: Ask


def plan(folders: Sequence[Path], scenarios: Sequence[str] | None, solvers: Sequence[str], out: Path, ask: Ask) -> Plan:
    """Read every county and look every scenario and solver up before anything is solved; without ``scenarios`` all
    that a county has.

    Raises:
        InputRefused: a county has faults, or there is no such scenario or solver (E180, E192).
    """
    counties: dict[str, County] = {}
    jobs: list[Job] = []
    for name in solvers:
        rooms.solver(name)
    refused: list[Fault] = []
    for folder in folders:
        try:
            county, _ = instance.read(folder)
        except InputRefused as refusal:  # of several counties all are looked at, and each fault says whose it is
            refused += [_of_folder(fault, folder) if len(folders) > 1 else fault for fault in refusal.faults]
            continue
        id = county.id if county.id not in counties else f"{county.id}-{len(counties) + 1}"
        counties[id] = county
        for wanted in scenarios or scenario.names(county):
            scenario.of(county, wanted)
            for solver in solvers:
                sub = store.plain_name(wanted if len(solvers) == 1 else f"{wanted}-{solver}")
                run = (out / id / sub).absolute()
                jobs.append(Job(id, str(folder.absolute()), wanted, solver, str(run)))
    if refused:
        raise InputRefused(refused)
    return Plan(counties, tuple(jobs), ask)


def _of_folder(fault: Fault, folder: Path) -> Fault:
    """The fault with the folder of its file."""
    return fault if fault.file.startswith(str(folder)) else replace(fault, file=str(folder / fault.file))


def sweep(
    wanted: Plan,
    out: Path,
    listener: Listener = QUIET,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    client: Client | None = None,
) -> Sweep:
    """Do every job that is not finished, on the cluster of ``client``, else of ``scheduler``, else of this machine; the
    table in ``out`` is whole after each.

    Raises:
        InputRefused: the package for it is not installed (E310), or no scheduler answers (E311).
        CannotWrite: the folder is in use or cannot be written.
    """
    begun = time.monotonic()
    with store.locked(out), Interrupt() as interrupt:
        rows = {job.key: row_of(job, wanted.counties[job.county], wanted.ask) for job in wanted.jobs}
        waiting = [job for job in wanted.jobs if not rows[job.key].ended]
        listener.step("step.sweep", jobs=len(wanted.jobs), finished=len(wanted.jobs) - len(waiting))

        def found() -> Sweep:
            about = {
                "options": wanted.ask.options(),
                "versions": versions(),
                "elapsed_s": round(time.monotonic() - begun, 2),
                "signal": interrupt.name,
                "created": datetime.now().astimezone().isoformat(timespec="seconds"),
            }
            return Sweep(wanted.counties, tuple(rows[job.key] for job in wanted.jobs), about)

        if waiting:
            with _cluster(scheduler, workers, client) as at:
                for row in _done(at, waiting, wanted, interrupt):
                    rows[row.job.key] = row
                    _write(found(), out)
                    ended = sum(row.status != "waiting" for row in rows.values())
                    listener.step("step.job", name=row.job.key, status=row.status, done=ended, of=len(rows))
        _write(found(), out)
        return found()


def _done(client: Client, jobs: Sequence[Job], wanted: Plan, interrupt: Interrupt) -> Iterator[Row]:
    """What comes of each job, in the order in which they end; nothing more once the user wants to stop."""
    from distributed import wait

    options = {"ask": asdict(wanted.ask)}
    futures: dict[Future, Job] = {
        client.submit(run_job, vars(job), options, key=f"{job.key}@{time.time_ns()}", pure=False, retries=TRIES): job
        for job in jobs
    }
    while futures and not interrupt():
        try:
            with client.as_current():
                ready = wait(list(futures), timeout=LOOK_EVERY_S, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            continue
        for future in ready:
            job = futures.pop(future)
            if future.status == "finished":
                yield row_of(job, wanted.counties[job.county], wanted.ask, future.result())
            else:
                why = type(future.exception()).__name__ if future.status == "error" else future.status
                yield Row(job, "failed", attempts=attempts(job), says=({"code": "", "message": why},))
            future.release()  # else the scheduler computes it again where the worker that holds the answer dies
    for future in futures:
        future.cancel()


@contextmanager
def _cluster(scheduler: str | None, workers: int | None, client: Client | None) -> Iterator[Client]:
    """A client of the cluster that was asked for; what is begun here is ended here."""
    if client is not None:
        yield client
        return
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise InputRefused(Fault("E310")) from error
    if scheduler is not None:
        try:
            own = Client(scheduler, timeout=ANSWER_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputRefused(Fault("E311", values={"address": scheduler, "why": str(error)})) from error
        with own:
            yield own
        return
    # each solve has child processes of its own, so one thread a worker; no port is open to other machines
    here = "127.0.0.1"
    with dask.config.set({"distributed.worker.daemon": False}), ExitStack() as parts:
        cluster = LocalCluster(
            n_workers=workers or os.cpu_count() or 1,
            threads_per_worker=1,
            processes=True,
            host=here,
            dashboard_address=f"{here}:0",
            worker_dashboard_address=f"{here}:0",
            memory_limit=0,
            silence_logs=50,
        )
        parts.callback(_end, cluster)
        own = Client(cluster, set_as_default=False)
        parts.callback(_end, own)
        yield own


def _end(part: Client | LocalCluster) -> None:
    """Close what was begun here. On a loaded machine that may take longer than Dask waits: then every answer is on
    the disk already, and the workers end with this process."""
    with suppress(TimeoutError):
        part.close()


def told(found: Sweep) -> dict[str, Any]:
    """The table as plain objects, money in base units of each county."""
    units = {id: county.file.money.base for id, county in found.counties.items()}
    return {"units": units, "jobs": [{**asdict(row.job), **_cells(row), "says": list(row.says)} for row in found.rows]}


def _cells(row: Row) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name not in ("job", "says")}


def _write(found: Sweep, out: Path) -> None:
    """The table as JSON and as CSV."""
    store.write_json(out / RESULT, {"format": 1, **told(found), **found.result})
    own = ("county", "scenario", "solver")
    cells = [name for name in vars(found.rows[0]) if name not in ("job", "says")]
    rows = [
        {**{name: getattr(row.job, name) for name in own}, **_cells(row), "run": row.job.place,
         "unit": found.counties[row.job.county].file.money.base}
        for row in found.rows
    ]  # fmt: skip
    store.write_bytes(out / TABLE, spreadsheet.table([*own, *cells, "unit", "run"], rows))
