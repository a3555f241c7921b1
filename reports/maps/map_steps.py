"""Coordinates as small whole numbers: steps of 1e-5 degrees, each as the difference to the last."""

from __future__ import annotations

from collections.abc import Iterable

STEPS = 100_000


def steps(values: Iterable[float]) -> list[int]:
    """Degrees as differences of whole steps; adding them up gives back each value to 1e-5 degrees."""
    coded, last = [], 0
    for value in values:
        now = round(value * STEPS)
        coded.append(now - last)
        last = now
    return coded
