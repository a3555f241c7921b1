"""``siting solve``: from a county folder to a verified plan and its report."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import click

from siting.commands import county_folder, effort_options, json_option, print_json, quiet_option, say
from siting.errors import EXIT_INTERRUPTED, EXIT_LIMIT_WITH_PLAN, EXIT_OK, EXIT_TERMINATED
from siting.runs import solving
from siting.runs.solving import Ask, Listener

#: Written after every solve; other formats with ``siting report``.
FORMATS = ("html", "csv", "gpkg")


@click.command("solve", help=say("cli.solve.help"), epilog=say("cli.solve.example"))
@click.argument("county")
@click.option("--scenario", default="base", show_default=True, help=say("cli.solve.scenario"))
@click.option("--out", type=click.Path(path_type=Path), help=say("cli.solve.out"))
@click.option("--solver", default="highs", show_default=True, help=say("cli.solve.solver"))
@effort_options
@click.option("--lang", type=click.Choice(["zh", "en"]), help=say("cli.option.lang"))
@json_option
@quiet_option
def command(
    county: str,
    scenario: str,
    out: Path | None,
    solver: str,
    gap: float,
    time_limit: float,
    seed: int,
    threads: int,
    lang: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Solve, check, report; the exit code says how it ended."""
    from siting import rooms, words
    from siting.commands.live import Live
    from siting.studies import study

    folder = county_folder(county)
    run = out or Path("runs") / f"{folder.resolve().name}-{scenario}-{datetime.now():%Y%m%d-%H%M%S}"
    ask = Ask(scenario=scenario, solver=solver, gap=gap, time_limit_s=time_limit, seed=seed, threads=threads)
    with ExitStack() as stack:
        listener = Listener() if quiet else stack.enter_context(Live(say)).listener
        result = solving.solve(folder, run, ask, listener)
        listener.step("step.report")
        finished = study.load(run)
        speak = words.load(words.language(lang))
        written = [path for name in FORMATS for path in rooms.report(name)(finished, run, speak)]
    if as_json:
        print_json({**result, "run": str(run)})
    else:
        from siting.reports.formats.terminal import lines  # type: ignore[import-not-found,unused-ignore]

        click.echo("\n".join(lines(finished, speak, written)))
    if result["status"] == "stopped":
        click.echo(say("cli.solve.stopped", signal=result["signal"], run=run), err=True)
    elif result["status"] == "time_limit":
        click.echo(say("cli.solve.limit", run=run), err=True)
    sys.exit(exit_code(result["status"], result["signal"]))


def exit_code(status: str, signal: str | None) -> int:
    """0 proven within the gap (or a method that claims nothing), 5 a limit was hit, 130 and 143 stopped."""
    if status == "stopped":
        return EXIT_TERMINATED if signal == "SIGTERM" else EXIT_INTERRUPTED
    return EXIT_LIMIT_WITH_PLAN if status == "time_limit" else EXIT_OK
