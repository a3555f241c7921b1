"""``siting explain``: why this site, why not that village, what a target lacks."""

from __future__ import annotations

from pathlib import Path

import click

from siting.commands import json_option, lang_option, print_json, say, tell, waiting, width


@click.command("explain", help=say("cli.explain.help"), epilog=say("cli.explain.example"))
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--site", help=say("cli.explain.site"))
@click.option("--settlement", "--village", help=say("cli.explain.settlement"))
@click.option("--target", help=say("cli.explain.target"))
@lang_option
@json_option
def command(
    run: Path, site: str | None, settlement: str | None, target: str | None, lang: str | None, as_json: bool
) -> None:
    """Explain; a plan that the checker rejects is not explained."""
    asked = [(kind, id) for kind, id in (("site", site), ("settlement", settlement), ("target", target)) if id]
    if len(asked) > 1:
        raise click.UsageError(say("cli.explain.one"))
    from siting import words
    from siting.reports.formats.explain import Explanation  # type: ignore[import-not-found,unused-ignore]
    from siting.studies import study

    waiting("step.explain", run=run)
    told = Explanation(study.checked(study.load(run)), words.load(words.language(lang)))
    kind, *id = asked[0] if asked else ("overview",)
    if as_json:
        print_json({"run": str(run), **getattr(told, f"{kind}_data")(*id)})
    else:
        tell(told.overview(width()) if kind == "overview" else getattr(told, kind)(*id))
