"""``siting sweep``: counties x scenarios x solvers on one machine or on a cluster."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from siting.commands import county_folder, effort_options, listed, print_json, say, tell, telling_options, writers
from siting.commands.solve import exit_code
from siting.errors import SolverFailed
from siting.runs.asking import Ask, Listener


@click.command("sweep", help=say("cli.sweep.help"), epilog=say("cli.sweep.example"))
@click.argument("counties", metavar="COUNTY...", nargs=-1, required=True)
@click.option("--scenarios", help=say("cli.sweep.scenarios"))
@click.option("--solvers", default="highs", show_default=True, help=say("cli.compare.solvers"))
@click.option("--scheduler", help=say("cli.sweep.scheduler"))
@click.option("--workers", type=click.IntRange(1, 1024), help=say("cli.sweep.workers"))
@click.option("--out", type=click.Path(path_type=Path), required=True, help=say("cli.sweep.out"))
@effort_options
@click.option("--format", "formats", default="html", show_default=True, help=say("cli.compare.format"))
@telling_options
def command(
    counties: tuple[str, ...],
    scenarios: str | None,
    solvers: str,
    scheduler: str | None,
    workers: int | None,
    out: Path,
    formats: str,
    lang: str | None,
    as_json: bool,
    quiet: bool,
    **effort: Any,
) -> None:
    """Do every job that is not finished, then report; the exit code is that of the first job that did not end well."""
    from siting import rooms, store, words
    from siting.commands.live import Live
    from siting.reading import scenario_file
    from siting.runs import sweeping

    asked = writers(formats, rooms.sweep)
    ask = Ask(**effort)
    folders = [county_folder(name) for name in dict.fromkeys(counties)]
    names = listed(scenarios)
    places = [scenario_file.with_files(f, names, out / "counties" / str(n)) for n, f in enumerate(folders, 1)]
    wanted = sweeping.plan([f for f, _ in places], places[0][1] or None, listed(solvers), out, ask)
    store.make_folder(out)
    with ExitStack() as stack:
        listener = Listener() if quiet else stack.enter_context(Live(say)).listener
        found = sweeping.sweep(wanted, out, listener, scheduler=scheduler, workers=workers)
    speak = words.load(words.language(lang))
    written = [path for write in asked for path in write(found, out, speak)]
    if as_json:
        files = [str(path) for path in written]
        print_json({"status": "swept", "run": str(out), "files": files, **sweeping.told(found)})
    else:
        from siting.reports.several.sweep import lines  # type: ignore[import-not-found,unused-ignore]

        tell(lines(found, speak, written))
    sys.exit(_code([row.status for row in found.rows], found.result.get("signal")))


def _code(status: list[str], signal: str | None) -> int:
    """The code of what went worst: stopped, failed, refused, a time limit, nothing."""
    if signal:
        return exit_code("stopped", signal)
    if "failed" in status or "refused" in status:
        return SolverFailed.exit_code
    return exit_code("time_limit" if "time_limit" in status else "", None)
