"""``siting times``: a planner's own travel times taken over into a county folder."""

from __future__ import annotations

from pathlib import Path

import click

from siting.commands import say


@click.command("times", help=say("cli.times.help"), epilog=say("cli.times.example"))
@click.argument("county", type=click.Path(path_type=Path))
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--mode", "modes", multiple=True, help=say("cli.times.mode"))
def command(county: Path, table: Path, modes: tuple[str, ...]) -> None:
    """Write ``times.csv``; the pairs that the table lacks are listed in ``times_missing.csv``."""
    from siting.instances.take_times import MISSING_FILE, take_times
    from siting.messages import fault_lines

    taken = take_times(county, table, modes)
    for line in fault_lines(taken.notes, say):
        click.echo(line, err=True)
    for mode, rows in taken.rows.items():
        click.echo(say("cli.times.done", mode=mode, rows=rows, ways=taken.ways[mode]))
    if taken.missing:
        click.echo(say("cli.times.missing", count=taken.missing, file=county / MISSING_FILE))
