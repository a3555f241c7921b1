"""The independent checker beside a run, in a process of its own (`siting.verify.attend`).

It reads the county and searches its ways while the first plan is sought, so that the plan waits only for its judgement.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from siting import store
from siting.errors import Fault, SolverFailed
from siting.verify import Auditor, Breach, Prover, Verdict


class Attendant:
    """Judges plans of one county folder under one scenario, while it is entered; threads may share it."""

    def __init__(self, inputs: Path, scenario: str, services: Iterable[str]) -> None:
        """``services`` are those whose ways are searched at once."""
        self.inputs = inputs
        self._arguments = (str(inputs), scenario, *services)
        self._lock, self._over = threading.Lock(), False

    def __enter__(self) -> Attendant:
        """Begin.

        Raises:
            CannotWrite: no process can be started (E801).
        """
        self._process = self._begun()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True  # for a thread that was left behind with a question
        self._process.kill()  # it holds nothing that could be lost
        self._end()

    def check(self, plan: Any) -> Verdict:
        """The verdict on the content of a plan.json.

        A process that has ended is begun anew, once.

        Raises:
            SolverFailed: it ended again, or said what is no verdict (E905).
            CannotWrite: no process can be started (E801).
        """
        asked = json.dumps(plan, default=repr)  # what JSON cannot hold becomes a text, which is not of the form either
        with self._lock:
            answer = self._answered(asked)
            if not answer and not self._over:
                self._end()
                self._process = self._begun()
                answer = self._answered(asked)
        try:
            said = json.loads(answer)
            breaches = tuple(Breach(**breach) for breach in said.pop("breaches"))
            return Verdict(breaches=breaches, **said)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            why = f"it said {answer[:80]!r}" if answer else "it ended"
            raise SolverFailed(Fault("E905", file=str(self.inputs), values={"why": why})) from error

    def prover(self, plan: dict[str, Any]) -> Prover:
        """What proves bounds for a plan that has been found valid; it works in this process."""
        return self._own.prover(plan)

    @cached_property
    def _own(self) -> Auditor:
        return Auditor(self.inputs)

    def _begun(self) -> subprocess.Popen[str]:
        try:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "siting.verify.attend", *self._arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
        except OSError as error:
            raise store.refused(tempfile.gettempdir(), error) from error

    def _answered(self, asked: str) -> str:
        """One line for a line; none if the process has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            print(asked, file=self._process.stdin, flush=True)
            return self._process.stdout.readline()
        except (OSError, ValueError):  # its pipe is closed
            return ""

    def _end(self) -> None:
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
