"""The processes that search the tree of a cover (`branching`), and what is heard from them.

The first one works at the root of the tree alone; the others begin when it has left it to them. They are begun,
listened to and ended here; what they say is only believed as numbers in the form of a message. A process
that ends without having finished leaves the last bound of its share, which still holds.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from ..priced import Way
from ..process.supervise import MOST_WAITING, end_child, message_of, pump, refused, room, start_child
from .reduce import Cover


class Crew:
    """What some processes have said so far: ``bounds``, one of each share, and who still works. The first is alone
    until it has ``rooted``; the others are there from `all_work` on."""

    def __init__(self, among: int, high: float) -> None:
        self.bounds = [high]
        self.works = [True] + [False] * (among - 1)
        self.rooted = False
        self.lines: list[queue.Queue[str | None]] = [queue.Queue(MOST_WAITING) for _ in range(among)]

    def all_work(self) -> None:
        """The tree is divided from here on; what its root proves holds for each share."""
        self.bounds = self.bounds * len(self.works)
        self.works[1:] = [True] * (len(self.works) - 1)

    @property
    def high(self) -> float:
        """What no choice exceeds."""
        return max(self.bounds)

    def hear(self, sites: int) -> np.ndarray | None:
        """Take what has been said since the last time; the newest point, shares of the sites (m,), if there is one."""
        point: np.ndarray | None = None
        for k, lines in enumerate(self.lines):
            while self.works[k]:
                try:
                    line = lines.get(timeout=0.02)
                except queue.Empty:
                    break
                message = None if line is None else message_of(line)
                if message is None:
                    self.works[k] = False
                    break
                self.rooted = self.rooted or message["event"] == "root"
                bound = message.get("bound", -np.inf if message["event"] == "done" else np.inf)
                self.bounds[k] = min(self.bounds[k], float(bound))
                if message["event"] == "done":
                    self.works[k] = False
                told = _point(message, sites)
                point = told if told is not None else point
        return point


def _point(message: dict[str, Any], sites: int) -> np.ndarray | None:
    """The shares in a message; None where there are none, or none that can be those of the cover."""
    try:
        at = np.asarray(message["sites"], dtype=np.int64)
        share = np.asarray(message["shares"], dtype=np.float64)
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    fits = at.shape == share.shape and at.ndim == 1 and np.isfinite(share).all()
    if not fits or (len(at) and (at.min() < 0 or at.max() >= sites)):
        return None
    point = np.zeros(sites)
    point[at] = share
    return point


def work(
    cover: Cover, way: Way, value: float, high: float, over: Callable[[], bool],
    on_point: Callable[[np.ndarray], None], on_bound: Callable[[float], None],
) -> None:  # fmt: skip
    """Search the tree of a cover in ``way.threads`` processes until they have done it or it is over.

    ``value`` is that of the best choice, ``high`` a bound. ``on_bound`` hears of lower bounds, ``on_point`` of points
    of the relaxation.

    Raises:
        CannotWrite: the folder for temporary files is full or read-only, or no process can be started (E801).
    """
    crew = Crew(way.threads, high)
    enough = value + max(way.slack, way.gap * abs(value))
    with ExitStack() as stack:
        with refused():
            folder = room(stack)
            _write(folder, cover)

        def start(k: int) -> None:
            own = folder / str(k)
            own.mkdir()
            options = {"value": value, "enough": enough, "base": cover.base, "share": k, "among": way.threads}
            (own / "options.json").write_text(json.dumps(options))
            errors = stack.enter_context((own / "stderr.txt").open("wb"))
            child = start_child("siting.solvers.coverage.branching", [str(own)], errors, way.memory_mb)
            stack.callback(end_child, child)
            stack.callback(child.kill)
            threading.Thread(target=pump, args=(child.stdout, crew.lines[k]), daemon=True).start()

        with refused():
            start(0)
        while not over() and any(crew.works):
            point = crew.hear(len(cover.price))
            if crew.rooted and len(crew.bounds) < way.threads:
                with refused():
                    for k in range(1, way.threads):
                        start(k)
                crew.all_work()
            on_bound(crew.high)
            if point is not None:
                on_point(point)
        crew.hear(len(cover.price))
        on_bound(crew.high)


def _write(folder: Path, cover: Cover) -> None:
    """What all processes of the tree read."""
    np.savez(
        folder / "cover.npz", allow_pickle=False, indptr=cover.covers.indptr, indices=cover.covers.indices,
        weight=cover.weight, price=cover.price, use=cover.use, limit=cover.limit,
    )  # fmt: skip
