"""What the terminal shows while a county is solved, on standard error: steps, then people served, bound, gap and time.

On a terminal a table is redrawn by a clock of its own, for a solver may say nothing for many seconds; elsewhere a line
appears every ten seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.live import Live as Screen
from rich.table import Table
from rich.text import Text

from siting.commands.board import Board, Row
from siting.plans.outcome import Progress
from siting.runs.asking import Listener
from siting.words import Words

#: Where there is no terminal, progress is a line now and then.
LINE_EVERY_S = 10.0
REDRAWN_PER_S = 4
#: Steps after the search: what it has reached is no news then.
AFTER = {f"step.{name}" for name in ("verify", "certify", "cross_check", "money_curves", "report")}
COLUMNS = ("service", "served", "share", "at_most", "gap", "stage", "time")


def _of(rows: list[Row], key: str) -> list[str]:
    """The texts of one column."""
    return [getattr(row, "name" if key == "service" else key) for row in rows]


class Live:
    """A table on a terminal, sparse lines elsewhere; ``clock`` gives seconds."""

    def __init__(self, words: Words, console: Console | None = None, clock: Callable[[], float] = time.monotonic):
        self.words, self.clock = words, clock
        self.console = console or Console(stderr=True, highlight=False)
        self.board = Board(words)
        self.screen: Screen | None = None
        self.begun = clock()
        self._told = self.begun
        self._now = ""
        self._solving = True
        self._ended = threading.Event()
        self._ticker: threading.Thread | None = None
        self.listener = Listener(step=self._step, progress=self._progress, travel=self._travel, plan=self.board.plan)

    def __enter__(self) -> Live:
        if self.console.is_terminal:
            self.screen = Screen(
                get_renderable=self.table, console=self.console, refresh_per_second=REDRAWN_PER_S, transient=True
            )
            self.screen.start()
        else:
            self._ticker = threading.Thread(target=self._tick, name="progress", daemon=True)
            self._ticker.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._ended.set()
        if self.screen is not None:
            self.screen.stop()
        if self._ticker is not None:
            self._ticker.join()

    def table(self) -> Table:
        """What the terminal shows now."""
        seconds = self.clock() - self.begun
        table = Table(title=Text(f"{seconds:,.0f} s  {self._now}"), title_justify="left", box=None, pad_edge=False)
        rows = self.board.rows(seconds)
        for key in COLUMNS if rows else ():
            side: JustifyMethod = "left" if key in ("service", "stage") else "right"
            # where the terminal is narrow the names give way, never a figure
            least = (
                None
                if key == "service"
                else max(cell_len(text) for text in (self.words(f"live.{key}"), *_of(rows, key)))
            )
            table.add_column(
                Text(self.words(f"live.{key}")), justify=side, overflow="ellipsis", no_wrap=True, min_width=least
            )
        for row in rows:
            table.add_row(*(Text(_of([row], key)[0]) for key in COLUMNS), style="bold" if row.joint else "")
        return table

    def say_now(self) -> bool:
        """Where there is no terminal: say how far it is, if the last line is old enough; whether a line was said."""
        now = self.clock()
        if self.screen is not None or now - self._told < LINE_EVERY_S:
            return False
        text = (self.board.line(now - self.begun) if self._solving else "") or self._now
        if text:
            self._print(text)
        return bool(text)

    def _tick(self) -> None:
        while not self._ended.wait(1.0):
            self.say_now()

    def _step(self, key: str, **values: object) -> None:
        self._now = self.words(key, **values)
        self._solving = key not in AFTER
        self._print(self._now)

    def _print(self, text: str) -> None:
        self._told = self.clock()
        self.console.print(f"{self._told - self.begun:6.1f} s  {text}", markup=False, soft_wrap=True)

    def _progress(self, progress: Progress) -> None:
        self.board.progress(progress)

    def _travel(self, mode: str, done: int, of: int) -> None:
        self._now = self.words("progress.travel", mode=mode, done=done, of=of)
