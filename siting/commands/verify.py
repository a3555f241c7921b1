"""``siting verify``: the independent checker on a run folder."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from siting.commands import json_option, print_json, say
from siting.errors import InputRefused, PlanRejected
from siting.messages import printable


@click.command("verify", help=say("cli.verify.help"), epilog=say("cli.verify.example"))
@click.argument("run", type=click.Path(path_type=Path))
@json_option
def command(run: Path, as_json: bool) -> None:
    """Check the run; exit 7 if it is rejected."""
    from siting.reading import elsewhere
    from siting.verify import verify_run

    if not (run / "plan.json").is_file():
        raise InputRefused(elsewhere.no_run(run, elsewhere.PLAN))
    verdict = verify_run(run)
    if as_json:
        breaches = [{"code": b.code, "rule": b.rule, "where": b.where, "says": b.says} for b in verdict.breaches]
        told = {"run": str(run), "verdict": verdict.word, "trust": verdict.trust, "bounds": verdict.bounds}
        print_json({**told, "breaches": breaches, "figures": verdict.figures})
    else:
        for breach in verdict.breaches:
            click.echo(printable(f"{breach.code} {breach.rule} {breach.where}: {breach.says}"))
        click.echo(say(f"cli.verify.{verdict.word}", run=run, count=len(verdict.breaches)))
        if verdict.word == "valid":
            click.echo(say(f"cli.trust.{verdict.trust.replace('-', '_')}"))
    sys.exit(0 if verdict.word == "valid" else PlanRejected.exit_code)
