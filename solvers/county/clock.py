"""Time that pieces of work have."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """Time that a piece of work has: from ``begun`` (monotonic seconds), ``limit_s`` long."""

    begun: float
    limit_s: float

    @property
    def left_s(self) -> float:
        """Seconds left."""
        return self.limit_s - (time.monotonic() - self.begun)

    def share(self, parts: int) -> Clock:
        """The clock of the next of ``parts`` equal pieces of what is left."""
        return Clock(time.monotonic(), self.left_s / parts)
