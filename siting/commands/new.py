"""``siting new``: a county folder from a map and the planner's own tables, or from the generator."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from siting.commands import F, quiet_option, say

#: Options that take a file: the name of the option is the name in `siting.instances.inputs.Wish`.
FILES = (
    "osm", "roads", "elevation", "settlements", "facilities", "candidates", "candidate_rules", "lines", "boundary",
    "growth_boundary", "population", "totals", "buildings", "growth", "relocation",
)  # fmt: skip
FLAGS = ("only_listed", "leave_out_unplaced", "waste")
#: What only the generator understands, with its default.
GENERATOR = {"seed": None, "villages": 300, "sites": None}
#: What only files of the literature leave open.
CLASSIC = ("classic", "classic_kind", "p", "radius", "capacity")


def _options(function: F) -> F:
    """The options that say what the county is made from, in the order in which the help shows them."""
    a_file = click.Path(path_type=Path)
    year = click.IntRange(1990, 2100)
    options = [click.option(_flag(name), name, type=a_file, help=say(f"cli.new.{name}")) for name in FILES]
    options += [
        click.option("--area", default="", help=say("cli.new.area")),
        click.option("--red-lines", multiple=True, metavar="[KIND=]FILE", help=say("cli.new.red_lines")),
        click.option("--name", default="", help=say("cli.new.name")),
        click.option("--year", type=year, help=say("cli.new.year")),
        click.option("--base-year", type=year, help=say("cli.new.base_year")),
        click.option("--concentration-pct", type=click.FloatRange(0, 100), help=say("cli.new.concentration_pct")),
        click.option("--grid-m", type=click.IntRange(50, 50_000), help=say("cli.new.grid_m")),
        click.option("--squares-m", type=click.IntRange(200, 5000), help=say("cli.new.squares_m")),
        click.option("--coords", default="wgs84", show_default=True, help=say("cli.new.coords")),
        click.option("--roads-coords", default="", help=say("cli.new.roads_coords")),
        click.option("--preset", default="basic-services", show_default=True, help=say("cli.new.preset")),
    ]
    options += [click.option(_flag(name), name, is_flag=True, help=say(f"cli.new.{name}")) for name in FLAGS]
    for option in reversed(options):
        function = option(function)
    return function


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


@click.command("new", help=say("cli.new.help"), epilog=say("cli.new.example"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@_options
@click.option("--synthetic", is_flag=True, help=say("cli.new.synthetic"))
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help=say("cli.new.seed"))
@click.option("--villages", type=click.IntRange(20, 5000), default=300, show_default=True, help=say("cli.new.villages"))
@click.option("--sites", type=click.IntRange(1, 100_000), help=say("cli.new.sites"))
@click.option("--classic", type=click.Path(path_type=Path), help=say("cli.new.classic"))
@click.option("--classic-kind", default="", help=say("cli.new.classic_kind"))
@click.option("--p", type=click.IntRange(1), help=say("cli.new.p"))
@click.option("--radius", type=click.IntRange(1), help=say("cli.new.radius"))
@click.option("--capacity", type=click.IntRange(1), help=say("cli.new.capacity"))
@quiet_option
def command(folder: Path, synthetic: bool, quiet: bool, **options: Any) -> None:
    """Make the folder; it must not exist yet, or be empty."""
    own = {key: options.pop(key) for key in GENERATOR}
    classic = {key: options.pop(key) for key in CLASSIC}
    mapped = bool(options["osm"] or options["roads"] or options["area"])
    if [synthetic, classic["classic"] is not None, mapped].count(True) != 1:
        raise click.UsageError(say("cli.new.one_source"))
    _belong(synthetic, mapped)
    if classic["classic"] is not None:
        _classic(folder, classic)
    elif synthetic:
        from siting.instances.synthetic.county import DEFAULT_SEED, generate

        seed = DEFAULT_SEED if own["seed"] is None else own["seed"]
        generate(folder, seed=seed, villages=own["villages"], sites=own["sites"])
    else:
        _gather(folder, options, quiet)
    click.echo(say("cli.new.done", folder=folder))


def _belong(synthetic: bool, mapped: bool) -> None:
    """Refuse an option that says nothing about what the county is made from: it would be ignored in silence.

    Raises:
        UsageError: there is one.
    """
    context = click.get_current_context()
    given = {p for p in context.params if context.get_parameter_source(p) is ParameterSource.COMMANDLINE}
    own = {"synthetic", *GENERATOR} if synthetic else set() if mapped else set(CLASSIC)
    others = {*GENERATOR, *CLASSIC} & given if mapped else given - own - {"folder", "quiet"}
    if others:
        kind = "synthetic" if synthetic else "mapped" if mapped else "classic"
        raise click.UsageError(say(f"cli.new.not_with_{kind}", options=", ".join(sorted(map(_flag, others)))))


def _classic(folder: Path, asked: dict[str, Any]) -> None:
    """Make the folder from a file of the literature."""
    from siting.instances.classic.make import KINDS, Numbers, make_classic
    from siting.messages import fault_lines

    kind = asked["classic_kind"]
    if kind not in ("", *KINDS):
        raise click.UsageError(say("cli.new.unknown_kind", known=", ".join(KINDS)))
    numbers = Numbers(asked["p"], asked["radius"], asked["capacity"])
    for line in fault_lines(make_classic(folder, asked["classic"], numbers, kind), say):
        click.echo(line, err=True)


def _gather(folder: Path, options: dict[str, Any], quiet: bool) -> None:
    """Make the folder from the planner's files, and say what was not taken over as it is."""
    from siting.instances.gather import make
    from siting.instances.inputs import Wish
    from siting.messages import fault_lines

    if options["growth"] and not options["year"]:
        raise click.UsageError(say("cli.new.growth_needs_year"))
    if options["buildings"] and not options["totals"]:
        raise click.UsageError(say("cli.new.buildings_need_totals"))
    for key in ("year", "base_year", "grid_m", "squares_m"):
        options[key] = options[key] or 0
    options["concentration_pct"] = Decimal(str(options["concentration_pct"] or 0))
    log = make(folder, Wish(**options), progress=_ignore if quiet else _tell)
    for line in fault_lines((*log.notes, *log.warnings), say, "cli.more_in_log"):
        click.echo(line, err=True)


def _tell(step: str) -> None:
    click.echo(say(step), err=True)


def _ignore(_: str) -> None:
    pass
