"""The commands, one file each, and what they share."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from siting import words
from siting.errors import InputRefused

F = TypeVar("F", bound=Callable[..., Any])
say = words.load(words.language())


class Share(click.FloatRange):
    """A share from 0 to below 1, which may be written in per cent: ``0.01`` or ``1%``."""

    def __init__(self) -> None:
        super().__init__(0, 1, max_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The share as a number."""
        if isinstance(value, str) and value.endswith("%"):
            with suppress(ValueError):  # refused below as it stands
                value = float(value[:-1]) / 100
        return super().convert(value, param, ctx)


def json_option(function: F) -> F:
    """``--json``: one object on standard output instead of words."""
    return click.option("--json", "as_json", is_flag=True, help=say("cli.option.json"))(function)


def quiet_option(function: F) -> F:
    """``--quiet``: no progress."""
    return click.option("-q", "--quiet", is_flag=True, help=say("cli.option.quiet"))(function)


def lang_option(function: F) -> F:
    """``--lang``: the language of what is written."""
    return click.option("--lang", type=click.Choice(["zh", "en"]), help=say("cli.option.lang"))(function)


def telling_options(function: F) -> F:
    """``--lang``, ``--json``, ``--quiet``: how a command speaks that solves and reports."""
    return lang_option(json_option(quiet_option(function)))


def effort_options(function: F) -> F:
    """``--gap``, ``--time-limit``, ``--seed``, ``--threads``, ``--memory-mb``: how hard to try, as `Ask` names it."""
    gap = click.option("--gap", type=Share(), default=0.01, show_default=True, help=say("cli.solve.gap"))
    seconds = click.FloatRange(1)
    time_limit = click.option(
        "--time-limit", "time_limit_s", type=seconds, default=600.0, show_default=True, help=say("cli.solve.time_limit")
    )
    seed = click.option(
        "--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help=say("cli.solve.seed")
    )
    threads = click.option(
        "--threads", type=click.IntRange(1, 256), default=1, show_default=True, help=say("cli.solve.threads")
    )
    return gap(time_limit(seed(threads(memory_option(function)))))


def memory_option(function: F) -> F:
    """``--memory-mb``: what the solver's processes may take."""
    return click.option("--memory-mb", type=click.IntRange(1), help=say("cli.solve.memory_mb"))(function)


def waiting(key: str, **values: object) -> None:
    """Say what is being done where the answer takes some seconds; to a person at a terminal only."""
    if sys.stderr.isatty():
        click.echo(say(key, **values), err=True)


def listed(names: str | None) -> list[str]:
    """Names joined by commas, each once."""
    return list(dict.fromkeys(name.strip() for name in (names or "").split(",") if name.strip()))


def writers(formats: str, find: Callable[[str], Any], template: Path | None = None) -> list[Callable[..., list[Path]]]:
    """What writes each of the formats, found by ``find``; the template is for Word.

    Raises:
        UsageError: a template without Word.
    """
    named = listed(formats)
    if template and "docx" not in named:
        raise click.UsageError(say("cli.report.template_alone"))
    return [partial(find(name), template=template) if template and name == "docx" else find(name) for name in named]


def width() -> int | None:
    """Signs that stand beside each other on the terminal; None where the output goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def tell(lines: Iterable[str]) -> None:
    """Lines on standard output, on a terminal broken between words; elsewhere as they are."""
    from siting.reports.formats.terminal_table import wrapped  # type: ignore[import-not-found,unused-ignore]

    click.echo("\n".join(wrapped(lines, width())))


def print_json(data: Mapping[str, Any]) -> None:
    """One JSON object on standard output."""
    click.echo(json.dumps(data, ensure_ascii=False))


def county_folder(name: str) -> Path:
    """The folder of that name, or else the shipped county of that name.

    Raises:
        InputRefused: there is neither (E151).
    """
    folder = Path(name)
    if folder.is_dir():
        return folder
    if folder.name == "county.toml" and folder.is_file():  # completed by the shell, or named in good faith
        return folder.parent
    from importlib.resources import files

    from siting.reading import elsewhere

    instances = Path(str(files("siting.instances")))
    shipped = {path.parent.name: path.parent for path in instances.glob("*/county.toml")}
    for suffix in ("", "-county"):
        if f"{name}{suffix}" in shipped:
            return shipped[f"{name}{suffix}"]
    raise InputRefused(elsewhere.no_county(name, sorted(key.removesuffix("-county") for key in shipped)))
