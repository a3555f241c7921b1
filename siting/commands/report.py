"""``siting report``: a finished run as documents."""

from __future__ import annotations

from pathlib import Path

import click

from siting.commands import json_option, lang_option, print_json, say, waiting, writers


@click.command("report", help=say("cli.report.help"), epilog=say("cli.report.example"))
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--format", "formats", default="html", show_default=True, help=say("cli.report.format"))
@lang_option
@click.option("--template", type=click.Path(path_type=Path), help=say("cli.report.template"))
@click.option("--out", type=click.Path(path_type=Path), help=say("cli.report.out"))
@json_option
def command(run: Path, formats: str, lang: str | None, template: Path | None, out: Path | None, as_json: bool) -> None:
    """Write the reports; a plan that the checker rejects gets none."""
    from siting import rooms, store, words
    from siting.studies import study

    wanted = writers(formats, rooms.report, template)
    waiting("step.report")
    finished = study.checked(study.load(run))
    folder = store.make_folder(out or run)
    speak = words.load(words.language(lang))
    written = [path for write in wanted for path in write(finished, folder, speak)]
    if as_json:
        print_json({"run": str(run), "files": [str(path) for path in written]})
    else:
        for path in written:
            click.echo(path)
