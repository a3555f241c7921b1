"""``siting compare``: several plans of one county side by side, solved before or solved now."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from siting.commands import (
    county_folder,
    effort_options,
    listed,
    print_json,
    say,
    tell,
    telling_options,
    waiting,
    writers,
)
from siting.commands.solve import exit_code
from siting.errors import Fault, InputRefused


@click.command("compare", help=say("cli.compare.help"), epilog=say("cli.compare.example"))
@click.argument("what", metavar="RUN... | COUNTY", nargs=-1, required=True)
@click.option("--scenarios", help=say("cli.compare.scenarios"))
@click.option("--solvers", help=say("cli.compare.solvers"))
@click.option("--format", "formats", default="html", show_default=True, help=say("cli.compare.format"))
@click.option("--template", type=click.Path(path_type=Path), help=say("cli.report.template"))
@click.option("--out", type=click.Path(path_type=Path), help=say("cli.compare.out"))
@effort_options
@telling_options
def command(
    what: tuple[str, ...],
    scenarios: str | None,
    solvers: str | None,
    formats: str,
    template: Path | None,
    out: Path | None,
    lang: str | None,
    as_json: bool,
    quiet: bool,
    **effort: Any,
) -> None:
    """Compare; a plan that the checker rejects is not compared."""
    from siting import rooms, store, words
    from siting.reading import scenario_file
    from siting.studies import comparing, study

    wanted = writers(formats, rooms.comparison, template)
    code = 0
    runs = [Path(name) for name in what]
    if scenarios or solvers:
        if len(what) != 1:
            raise click.UsageError(say("cli.compare.one_county"))
        folder = county_folder(what[0])
        out = out or _folder(folder.resolve().name)
        folder, named_so = scenario_file.with_files(folder, listed(scenarios) or ["base"], out / "county")
        jobs = _jobs(named_so, listed(solvers) or ["highs"])
        runs, code = _solve_all(folder, out, jobs, effort, quiet)
    waiting("step.report")
    finished = [study.load(run) for run in _once(runs)]
    comparing.refuse_strangers(finished)
    comparison = comparing.of([study.checked(found) for found in finished])
    place = store.make_folder(out or _folder(comparison.county.id))
    speak = words.load(words.language(lang))
    written = [path for write in wanted for path in write(comparison, place, speak)]
    _tell(comparison, runs, written, speak, as_json)
    sys.exit(code)


def _folder(county: str) -> Path:
    return Path("runs") / f"compare-{county}-{datetime.now():%Y%m%d-%H%M%S}"


def _jobs(scenarios: Sequence[str], solvers: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Scenario and solver of each sub-folder."""
    from siting import store

    return {
        store.plain_name(scenario if len(solvers) == 1 else f"{scenario}-{solver}"): (scenario, solver)
        for scenario in scenarios
        for solver in solvers
    }


def _solve_all(
    folder: Path, out: Path, jobs: Mapping[str, tuple[str, str]], effort: Mapping[str, Any], quiet: bool
) -> tuple[list[Path], int]:
    """Solve each job into its sub-folder; the runs, and the exit code of the first that did not end by itself.

    Every scenario and solver is looked up before the first is solved.
    """
    from siting import rooms
    from siting.commands.live import Live
    from siting.reading import instance, scenario
    from siting.runs import solving

    county, _ = instance.read(folder)
    for name, solver in jobs.values():
        scenario.of(county, name)
        rooms.solver(solver)
    if len(jobs) == 1 and next(iter(jobs.values()))[0] == scenario.BASELINE:
        raise InputRefused(Fault("E302"))
    runs, code = [], 0
    for sub, (name, solver) in jobs.items():
        with ExitStack() as stack:
            listener = solving.Listener() if quiet else stack.enter_context(Live(say)).listener
            if not quiet:
                click.echo(say("cli.compare.solving", name=sub), err=True)
            result = solving.solve(folder, out / sub, solving.Ask(scenario=name, solver=solver, **effort), listener)
        runs.append(out / sub)
        code = code or exit_code(result["status"], result["signal"])
        if result["signal"]:
            break
    return runs, code


def _once(runs: Sequence[Path]) -> list[Path]:
    """The run folders, each once."""
    return list({run.resolve(): run for run in reversed(runs)}.values())[::-1]


def _tell(comparison: Any, runs: Sequence[Path], written: Sequence[Path], speak: Any, as_json: bool) -> None:
    if as_json:
        plans = [
            {
                "letter": plan.letter, "run": str(plan.study.run), "scenario": plan.study.scenario.name,
                "status": plan.study.result.get("status"), "served": comparison.total_served(plan),
                "targets_met": sum(t.met for t in plan.measures.targets), "capital": plan.measures.capital,
                "running": plan.measures.running,
            }
            for plan in comparison.plans
        ]  # fmt: skip
        print_json({"status": "compared", "runs": [str(run) for run in runs], "plans": plans,
                    "files": [str(path) for path in written]})  # fmt: skip
        return
    from siting.reports.several.terminal import lines  # type: ignore[import-not-found,unused-ignore]

    tell(lines(comparison, speak, written))
