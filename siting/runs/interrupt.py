"""Ctrl-C and termination as a wish that is heard, not as an exception that loses the plan."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")

#: The step that was begun last; if it is at work when its solve is over, it was left behind.
_STEPS: list[Future[Any]] = []

#: Seconds that a step of a solve has after a signal to come to an end by itself; then it is left.
PATIENCE_S = 6.0
#: Seconds between two looks at a step.
LOOK_EVERY_S = 0.1


class Terminated(KeyboardInterrupt):
    """SIGTERM where nothing is waited for: like Ctrl-C, but with an exit code of its own."""


def leave(code: int) -> None:
    """End the process now if a step that was left behind is still at work: Python itself would wait for its threads.

    Files are written whole or not at all, and a solver's process ends when its parent does.
    """
    if any(not step.done() for step in _STEPS):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


class Interrupt:
    """While entered, the first SIGINT or SIGTERM only sets a flag and calls ``heard`` (in a thread of its own, since a
    handler must not print); a second one ends the program at once.

    Outside the main thread no signal arrives and the flag stays down.
    """

    def __init__(self, heard: Callable[[], None] = lambda: None, patience_s: float = PATIENCE_S) -> None:
        self.signal: int | None = None
        self.heard, self.patience_s = heard, patience_s
        self._before: dict[int, signal._HANDLER] = {}
        self._came = 0.0

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def __call__(self) -> bool:
        """True once the user wants to stop."""
        return self.signal is not None

    @property
    def name(self) -> str | None:
        """Name of the signal that came, None if none did."""
        return None if self.signal is None else signal.Signals(self.signal).name

    def soon(self, work: Callable[[], T], otherwise: Callable[[], T]) -> T:
        """What ``work`` gives; where it has not come to an end ``patience_s`` after a signal, what ``otherwise`` gives.

        ``work`` hears of a signal by calling this object. A long step that asks nobody, such as the building of a
        model, is left behind in its thread, so nothing is ever broken off in the middle of a write.
        """
        if not self._before:
            return work()
        room = ThreadPoolExecutor(1)
        step = room.submit(work)
        room.shutdown(wait=False)
        _STEPS[:] = [step]
        while not step.done() and not self._over():
            wait([step], LOOK_EVERY_S)
        return step.result() if step.done() else otherwise()

    def _over(self) -> bool:
        return self() and time.monotonic() - self._came >= self.patience_s

    def _note(self, number: int, _: FrameType | None) -> None:
        if self.signal is not None:
            raise Terminated if number == signal.SIGTERM else KeyboardInterrupt
        self.signal, self._came = number, time.monotonic()
        threading.Thread(target=self.heard, daemon=True).start()
