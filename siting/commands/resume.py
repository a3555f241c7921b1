"""``siting resume``: a run that was killed, stopped or out of time goes on from its last checked plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from siting.commands import Share, memory_option, say, telling_options
from siting.runs.asking import Listener


@click.command("resume", help=say("cli.resume.help"), epilog=say("cli.resume.example"))
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--gap", type=Share(), help=say("cli.solve.gap"))
@click.option("--time-limit", type=click.FloatRange(1), help=say("cli.solve.time_limit"))
@click.option("--threads", type=click.IntRange(1, 256), help=say("cli.solve.threads"))
@memory_option
@telling_options
def command(
    run: Path,
    gap: float | None,
    time_limit: float | None,
    threads: int | None,
    memory_mb: int | None,
    lang: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Go on, check, report; the exit code says how it ended. What is not given is as it was asked for at first."""
    from siting.commands.solve import finish
    from siting.runs import solving

    given = {"gap": gap, "time_limit_s": time_limit, "threads": threads, "memory_mb": memory_mb}
    changed = {key: value for key, value in given.items() if value is not None}

    def work(listener: Listener) -> tuple[Path, Mapping[str, Any]]:
        return run, solving.resume(run, changed, listener)

    finish(work, lang, as_json=as_json, quiet=quiet)
