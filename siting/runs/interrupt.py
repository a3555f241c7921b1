"""Ctrl-C and termination as a wish that is heard, not as an exception that loses the plan."""

from __future__ import annotations

import signal
import threading
from types import FrameType


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
    def name(self) -> str | None:
        """Name of the signal that came, None if none did."""
        return None if self.signal is None else signal.Signals(self.signal).name

    def _note(self, number: int, _: FrameType | None) -> None:
        if self.signal is not None:
            raise KeyboardInterrupt
        self.signal = number
