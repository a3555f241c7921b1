"""The command line: one file per command under `siting.commands`, loaded only when it is called.

Data go to standard output, everything else to standard error. Exit codes are those of `siting.errors`; 1 or a
traceback is a bug.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from siting import __version__, phrases, words
from siting.errors import EXIT_INTERRUPTED, EXIT_TERMINATED, CannotWrite, Fault, SitingError
from siting.messages import fault_lines, fault_objects
from siting.runs.interrupt import Terminated, leave

phrases.teach()  # before the first command is declared: its options take their help then

COMMANDS = (
    "new",
    "times",
    "check",
    "solve",
    "resume",
    "verify",
    "report",
    "compare",
    "frontier",
    "sweep",
    "explain",
    "doctor",
)


class _Lazy(click.Group):
    """A group that imports a command only when it is asked for, so that ``--help`` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which a planner meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"siting.commands.{cmd_name}").command
        return command


@click.group(
    cls=_Lazy, help=words.load(words.language())("cli.help"), context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="siting")
def siting() -> None:
    """The group; each command stands in its own file."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; SIGTERM ends it as Ctrl-C does, with a code of its own."""
    before = (
        signal.signal(signal.SIGTERM, _terminate) if threading.current_thread() is threading.main_thread() else None
    )
    try:
        _run(arguments)
    except SystemExit as end:
        if end.code in (EXIT_INTERRUPTED, EXIT_TERMINATED):
            leave(int(end.code))
        raise
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: object) -> NoReturn:
    raise Terminated


def _run(arguments: Sequence[str] | None) -> NoReturn:
    say = words.load(words.language())
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        # not siting.main(): it would turn a closed pipe into exit code 1
        with siting.make_context("siting", arguments) as context:
            siting.invoke(context)
        sys.stdout.flush()
        sys.exit(0)
    except SitingError as error:
        _refuse(error, arguments, say)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt) as stop:
        click.echo(say("cli.aborted"), err=True)
        sys.exit(EXIT_TERMINATED if isinstance(stop, Terminated) else EXIT_INTERRUPTED)
    except BrokenPipeError:
        # the reader has left, as `| head` does: nothing more to say, and nothing to complain about
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        # a disk, a share or a limit of the system that failed where nobody could do better than stop
        where, why = str(error.filename or ""), error.strerror or str(error)
        _refuse(CannotWrite(Fault("E804", file=where, values={"why": why})), arguments, say)


def _refuse(error: SitingError, arguments: Sequence[str], say: words.Words) -> NoReturn:
    """Say what is wrong and end with the exit code for it."""
    if "--json" in arguments:
        _print_json({"status": "refused", "exit_code": error.exit_code, "faults": fault_objects(error.faults, say)})
    for line in fault_lines(error.faults, say):
        click.echo(line, err=True)
    sys.exit(error.exit_code)


def _print_json(data: dict[str, Any]) -> None:
    click.echo(json.dumps(data, ensure_ascii=False))
