"""``siting new``: a county folder from an OpenStreetMap extract and tables, or from the generator."""

from __future__ import annotations

from pathlib import Path

import click

from siting.commands import quiet_option, say


@click.command("new", help=say("cli.new.help"), epilog=say("cli.new.example"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--osm", type=click.Path(path_type=Path), help=say("cli.new.osm"))
@click.option("--settlements", type=click.Path(path_type=Path), help=say("cli.new.settlements"))
@click.option("--facilities", type=click.Path(path_type=Path), help=say("cli.new.facilities"))
@click.option("--boundary", type=click.Path(path_type=Path), help=say("cli.new.boundary"))
@click.option("--preset", default="basic-services", show_default=True, help=say("cli.new.preset"))
@click.option("--synthetic", is_flag=True, help=say("cli.new.synthetic"))
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help=say("cli.new.seed"))
@click.option("--villages", type=click.IntRange(20, 5000), default=300, show_default=True, help=say("cli.new.villages"))
@click.option("--sites", type=click.IntRange(1, 100_000), help=say("cli.new.sites"))
@quiet_option
def command(
    folder: Path,
    osm: Path | None,
    settlements: Path | None,
    facilities: Path | None,
    boundary: Path | None,
    preset: str,
    synthetic: bool,
    seed: int | None,
    villages: int,
    sites: int | None,
    quiet: bool,
) -> None:
    """Make the folder; it must not exist yet, or be empty."""
    if synthetic == (osm is not None):
        raise click.UsageError(say("cli.new.one_source"))
    if osm is not None:
        from siting.instances.gather import make_from_osm
        from siting.messages import fault_lines

        log = make_from_osm(
            folder,
            osm,
            settlements=settlements,
            facilities=facilities,
            boundary=boundary,
            preset=preset,
            progress=_ignore if quiet else _tell,
        )
        for line in fault_lines((*log.notes, *log.warnings), say, "cli.more_in_log"):
            click.echo(line, err=True)
    else:
        from siting.instances.synthetic import DEFAULT_SEED, generate

        generate(folder, seed=DEFAULT_SEED if seed is None else seed, villages=villages, sites=sites)
    click.echo(say("cli.new.done", folder=folder))


def _tell(step: str) -> None:
    click.echo(say(step), err=True)


def _ignore(_: str) -> None:
    pass
