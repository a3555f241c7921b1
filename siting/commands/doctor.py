"""``siting doctor``: what this machine has, and what is missing."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from siting.commands import json_option, print_json, say

#: What only some commands need: the extra that brings it, and its package.
EXTRAS = {"sweep": "distributed", "scip": "pyscipopt", "raster": "rasterio", "parquet": "pyarrow"}


@click.command("doctor", help=say("cli.doctor.help"), epilog=say("cli.doctor.example"))
@json_option
def command(as_json: bool) -> None:
    """List versions, optional packages, rooms, cache and write access."""
    from siting import cache, rooms
    from siting.runs import result

    lacking = rooms.lacking()
    facts: dict[str, object] = {
        "versions": result.versions(),
        "extras": {package: result.installed(package) for package in EXTRAS.values()},
        "solvers": [name for name in rooms.names(rooms.SOLVERS) if name not in lacking],
        "solvers_missing": lacking,
        "reports": list(rooms.names(rooms.REPORTS)),
        "python": sys.executable,
        "cache": str(cache.folder()),
        "cache_writable": _writable(cache.folder()),
        "folder_writable": _writable(Path.cwd()),
    }
    if as_json:
        print_json(facts)
        return
    cure = {package: say("cli.doctor.missing", extra=extra) for extra, package in EXTRAS.items()}
    for key, value in facts.items():
        text = (
            say("cli.comma").join(f"{k} {v or cure[k]}" for k, v in value.items()) if isinstance(value, dict) else value
        )
        if key == "solvers_missing":
            text = say("cli.comma").join(f"{k} ({v})" for k, v in lacking.items()) or say("cli.doctor.none")
        text = say("cli.comma").join(text) if isinstance(text, list) else text
        text = say("cli.yes" if text else "cli.no") if isinstance(text, bool) else text
        click.echo(say("cli.of", what=say(f"cli.doctor.{key}"), text=text))


def _writable(folder: Path) -> bool:
    """Whether a file can be made in ``folder``, or in the nearest folder above it that exists."""
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".siting-"):
            return True
    except OSError:
        return False
