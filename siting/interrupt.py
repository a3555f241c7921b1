"""Ctrl-C and termination as a wish that is heard, not as an exception that loses the plan."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from siting.errors import EXIT_INTERRUPTED, EXIT_TERMINATED


class Interrupt:
    """While entered, the first SIGINT or SIGTERM only sets a flag; a second one ends the program at once.

    Outside the main thread no signal arrives and the flag stays down.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self._before: dict[int, signal._HANDLER] = {}

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
    def exit_code(self) -> int:
        """130 after Ctrl-C, 143 after a termination."""
        return EXIT_TERMINATED if self.signal == signal.SIGTERM else EXIT_INTERRUPTED

    def _note(self, number: int, _: FrameType | None) -> None:
        if self.signal is not None:
            raise KeyboardInterrupt
        self.signal = number
