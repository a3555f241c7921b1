"""``siting check``: every fault of a county folder at once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from siting.commands import county_folder, json_option, print_json, say
from siting.errors import Fault, InputRefused, Severity, SitingError
from siting.messages import fault_lines, fault_objects

if TYPE_CHECKING:
    from siting.counties.county import County


def _out_of_reach(county: County) -> list[Fault]:
    """Targets that no plan reaches, or the reason why no plan can be looked for at all."""
    from siting import cache
    from siting.problems import reachable
    from siting.problems.posing import pose
    from siting.reading import scenario
    from siting.roads import travel

    chosen = scenario.of(county)
    try:
        problem = pose(county, travel.times(county, cache_folder=cache.folder()), chosen)
    except SitingError as refusal:
        return list(refusal.faults)
    return list(reachable.faults(county, problem, chosen))


@click.command("check", help=say("cli.check.help"), epilog=say("cli.check.example"))
@click.argument("county")
@json_option
def command(county: str, as_json: bool) -> None:
    """Examine the folder, then what its targets can reach; exit 3 if it has an error."""
    from siting.reading import instance

    folder = county_folder(county)
    found, faults = instance.examine(folder)
    if found is not None and not any(f.severity is Severity.ERROR for f in faults):
        faults = [*faults, *_out_of_reach(found)]
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
