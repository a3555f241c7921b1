"""``siting solve``: from a county folder to a verified plan and its report."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from siting.commands import county_folder, effort_options, print_json, say, tell, telling_options
from siting.errors import EXIT_INTERRUPTED, EXIT_LIMIT_WITH_PLAN, EXIT_OK, EXIT_TERMINATED
from siting.runs import solving
from siting.runs.asking import Ask, Listener
from siting.runs.interrupt import Terminated

#: Written after every solve; other formats with ``siting report``.
FORMATS = ("html", "csv", "gpkg")


@click.command("solve", help=say("cli.solve.help"), epilog=say("cli.solve.example"))
@click.argument("county")
@click.option("--scenario", default="base", show_default=True, help=say("cli.solve.scenario"))
@click.option("--out", type=click.Path(path_type=Path), help=say("cli.solve.out"))
@click.option("--solver", default="highs", show_default=True, help=say("cli.solve.solver"))
@click.option("--start", type=click.Path(path_type=Path), help=say("cli.solve.start"))
@click.option("--certify", is_flag=True, help=say("cli.solve.certify"))
@click.option("--cross-check", default="", metavar="SOLVER", help=say("cli.solve.cross_check"))
@click.option("--money-curves", is_flag=True, help=say("cli.solve.money_curves"))
@effort_options
@click.option("--prove-travel", is_flag=True, help=say("cli.solve.prove_travel"))
@telling_options
def command(
    county: str,
    scenario: str,
    out: Path | None,
    solver: str,
    start: Path | None,
    lang: str | None,
    as_json: bool,
    quiet: bool,
    **asked: Any,
) -> None:
    """Solve, check, report; the exit code says how it ended. ``asked`` is the rest of an `Ask`, by its names."""
    from siting import store
    from siting.reading import scenario_file

    folder = county_folder(county)
    ask = Ask(scenario, solver, **asked)
    usual = Path("runs") / f"{folder.resolve().name}-{Path(scenario).stem}-{datetime.now():%Y%m%d-%H%M%S}"

    def work(listener: Listener) -> tuple[Path, Mapping[str, Any]]:
        with tempfile.TemporaryDirectory(prefix="siting-") as own:
            at, (name,) = scenario_file.with_files(folder, [scenario], Path(own) / folder.resolve().name)
            run = out or store.new_folder(usual)
            return run, solving.solve(at, run, replace(ask, scenario=name), listener, start)

    finish(work, lang, as_json=as_json, quiet=quiet)


def finish(
    work: Callable[[Listener], tuple[Path, Mapping[str, Any]]], lang: str | None, *, as_json: bool, quiet: bool
) -> NoReturn:
    """Do the work that gives a run folder and its result, write its reports, say how it ended.

    After a signal nobody waits for reports: `siting report` makes them.
    """
    from siting.commands.live import Live

    said: list[str] = []
    with ExitStack() as stack:
        listener = Listener() if quiet else stack.enter_context(Live(say)).listener
        run, result = work(listener)
        signal = result["signal"]
        if not signal:
            listener.step("step.report")
            try:
                said = _reported(run, lang)
            except KeyboardInterrupt as stop:
                signal = "SIGTERM" if isinstance(stop, Terminated) else "SIGINT"
    if as_json:
        print_json({**result, "run": str(run)})
    elif said:
        tell(said)
    gap = "-" if result["gap"] is None else f"{result['gap']:.2%}"
    if signal:
        click.echo(say("cli.solve.stopped", signal=signal, run=run, gap=gap), err=True)
    elif result["status"] == "time_limit":
        click.echo(say("cli.solve.limit", run=run), err=True)
    elif result["status"] == "memory_limit":
        click.echo(say("cli.solve.memory", run=run), err=True)
    sys.exit(exit_code(result["status"], signal))


def _reported(run: Path, lang: str | None) -> list[str]:
    """Write the usual reports of a run; the lines for the terminal."""
    from siting import rooms, words
    from siting.reports.formats.terminal import lines  # type: ignore[import-not-found,unused-ignore]
    from siting.studies import study

    finished = study.load(run)
    speak = words.load(words.language(lang))
    written = [path for name in FORMATS for path in rooms.report(name)(finished, run, speak)]
    return list(lines(finished, speak, written))


def exit_code(status: str, signal: str | None) -> int:
    """0 proven within the gap (or a method that claims nothing), 5 a limit was hit, 130 and 143 stopped."""
    if signal:
        return EXIT_TERMINATED if signal == "SIGTERM" else EXIT_INTERRUPTED
    return EXIT_LIMIT_WITH_PLAN if status in ("time_limit", "memory_limit") else EXIT_OK
