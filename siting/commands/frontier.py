"""``siting frontier``: coverage against money, for all services together and for each."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from siting.commands import county_folder, effort_options, print_json, say, tell, telling_options, writers
from siting.commands.solve import exit_code
from siting.runs.asking import Ask, Listener

ALL = "all"


@click.command("frontier", help=say("cli.frontier.help"), epilog=say("cli.frontier.example"))
@click.argument("county")
@click.option("--scenario", default="base", show_default=True, help=say("cli.frontier.scenario"))
@click.option("--service", "services", multiple=True, help=say("cli.frontier.service"))
@click.option("--budgets", default="25,50,75,100,150", show_default=True, help=say("cli.frontier.budgets"))
@click.option("--nested/--no-nested", default=True, show_default=True, help=say("cli.frontier.nested"))
@click.option("--solver", default="highs", show_default=True, help=say("cli.solve.solver"))
@effort_options
@click.option("--format", "formats", default="html", show_default=True, help=say("cli.compare.format"))
@click.option("--out", type=click.Path(path_type=Path), help=say("cli.frontier.out"))
@telling_options
def command(
    county: str,
    scenario: str,
    services: tuple[str, ...],
    budgets: str,
    nested: bool,
    solver: str,
    formats: str,
    out: Path | None,
    lang: str | None,
    as_json: bool,
    quiet: bool,
    **effort: Any,
) -> None:
    """Solve every budget, check every plan, report; the exit code is that of the first free plan that was cut off."""
    from siting import rooms, store, words
    from siting.commands.live import Live
    from siting.reading import scenario_file
    from siting.runs import budgets as running

    percents = _percents(budgets)
    wanted = writers(formats, rooms.frontier)
    folder = county_folder(county)
    run = out or store.new_folder(Path("runs") / f"frontier-{folder.resolve().name}-{datetime.now():%Y%m%d-%H%M%S}")
    ask = Ask(scenario, solver, **effort)
    keys = tuple("" if key == ALL else key for key in dict.fromkeys(services)) or None
    with ExitStack() as stack:
        listener = Listener() if quiet else stack.enter_context(Live(say)).listener
        own = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="siting-"))) / folder.resolve().name
        folder, (name,) = scenario_file.with_files(folder, [scenario], own)
        found = running.solve(
            folder, run, replace(ask, scenario=name), running.Budgets(percents, keys, nested), listener
        )
    speak = words.load(words.language(lang))
    written = [path for write in wanted for path in write(found, run, speak)]
    if as_json:
        files = [str(path) for path in written]
        print_json({"status": "computed", "run": str(run), "files": files, **running.told(found)})
    else:
        from siting.reports.several.frontier import lines  # type: ignore[import-not-found,unused-ignore]

        tell(lines(found, speak, written))
    status = [point.status for curve in found.curves for point in curve.free]
    stopped = found.result.get("signal")
    limit = next((s for s in status if s in ("time_limit", "memory_limit")), "")
    sys.exit(exit_code("stopped" if stopped else limit, stopped))


def _percents(budgets: str) -> tuple[int, ...]:
    """Whole per cent in rising order."""
    try:
        found = sorted({int(part.strip().rstrip("%")) for part in budgets.split(",") if part.strip()})
    except ValueError:
        found = []
    if not found or found[0] < 1 or found[-1] > 1000:
        raise click.BadParameter(say("cli.frontier.budgets_wrong"), param_hint="--budgets")
    return tuple(found)
