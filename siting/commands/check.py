"""``siting check``: every fault of a county folder at once."""

from __future__ import annotations

import sys

import click

from siting.commands import county_folder, json_option, print_json, say
from siting.errors import InputRefused, Severity
from siting.messages import fault_lines, fault_objects


@click.command("check", help=say("cli.check.help"), epilog=say("cli.check.example"))
@click.argument("county")
@json_option
def command(county: str, as_json: bool) -> None:
    """Examine the folder; exit 3 if it has an error."""
    from siting.reading import instance

    folder = county_folder(county)
    found, faults = instance.examine(folder)
    errors = sum(f.severity is Severity.ERROR for f in faults)
    if as_json:
        counts = {} if found is None else {"settlements": len(found.settlements), "sites": len(found.sites)}
        status = "refused" if errors else "ok"
        print_json({"status": status, "errors": errors, **counts, "faults": fault_objects(faults, say)})
    else:
        for line in fault_lines(faults, say):
            click.echo(line)
    warnings = len(faults) - errors
    if errors:
        click.echo(say("cli.check.refused", errors=errors, warnings=warnings), err=True)
        sys.exit(InputRefused.exit_code)
    if found is not None and not as_json:
        people = sum(s.population_persons for s in found.settlements)
        values = {
            "settlements": len(found.settlements),
            "people": people,
            "sites": len(found.sites),
            "warnings": warnings,
        }
        click.echo(say("cli.check.good", folder=folder, edges=len(found.roads.tail), **values))
