"""What the terminal shows while a county is solved, on standard error: steps, then incumbent, bound and gap."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.status import Status

from siting.plans.outcome import Progress
from siting.runs.solving import Listener
from siting.words import Words

#: Where there is no terminal, progress is a line now and then.
LINE_EVERY_S = 10.0


class Live:
    """A status line on a terminal, sparse lines elsewhere."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.console = Console(stderr=True, highlight=False)
        self.status: Status | None = None
        self.begun = time.monotonic()
        self._told = 0.0
        self.listener = Listener(step=self._step, progress=self._progress, travel=self._travel)

    def __enter__(self) -> Live:
        if self.console.is_terminal:
            self.status = self.console.status("")
            self.status.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.status is not None:
            self.status.stop()

    def _step(self, key: str, **values: object) -> None:
        text = self.words(key, **values)
        self.console.print(f"{time.monotonic() - self.begun:6.1f} s  {text}", markup=False, soft_wrap=True)
        self._told = time.monotonic()

    def _progress(self, progress: Progress) -> None:
        stage = self.words("stage." + progress.stage.split()[0], tier=progress.stage.split()[-1])
        known = progress.objective is not None and progress.bound is not None
        gap = "–"
        if known and progress.objective:
            gap = f"{abs(progress.bound - progress.objective) / abs(progress.objective):.2%}"  # type: ignore[operator]
        numbers = [f"{n:,.0f}" if n is not None else "–" for n in (progress.objective, progress.bound)]
        if progress.stage == "travel":
            self._say(self.words("progress.shorten"))
            return
        some = ", ".join(progress.services[:2]) + (", …" if len(progress.services) > 2 else "")
        self._say(
            self.words("progress.solve", stage=stage, services=some, objective=numbers[0], bound=numbers[1], gap=gap)
        )

    def _travel(self, mode: str, done: int, of: int) -> None:
        self._say(self.words("progress.travel", mode=self.words(f"mode.{mode}"), done=done, of=of))

    def _say(self, text: str) -> None:
        if self.status is not None:
            self.status.update(text)
        elif time.monotonic() - self._told >= LINE_EVERY_S:
            self._step("progress.plain", text=text)
