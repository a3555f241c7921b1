"""Time on a road that rises or falls, in whole milliseconds (``docs/rules.md``, section 1, slope).

A mode says by `siting.counties.sections.Travel.slopes` how much longer or shorter a stretch takes by its grade. Between
two given grades the share lies on the straight line; beyond the first and last it stays. The length cancels out of the
line, so that one fraction of whole numbers is rounded up once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Slopes = Sequence[tuple[int, int]]

#: Millimetres above sea level of a node whose height is not known; no real height is near.
UNKNOWN_MM = np.iinfo(np.int64).min


def rises_mm(height_mm: np.ndarray, tail: np.ndarray, head: np.ndarray) -> np.ndarray:
    """Height of the head less that of the tail, (m,) mm; `UNKNOWN_MM` where one of them is not known."""
    known = (height_mm[tail] != UNKNOWN_MM) & (height_mm[head] != UNKNOWN_MM)
    rise: np.ndarray = np.where(known, np.where(known, height_mm[head], 0) - np.where(known, height_mm[tail], 0), 0)
    return np.where(known, rise, UNKNOWN_MM)


def time_ms(length_mm: np.ndarray, speed_mph: np.ndarray, rise_mm: np.ndarray, slopes: Slopes) -> np.ndarray:
    """Milliseconds of arcs, rounded up; all arrays (m,) int64, ``speed_mph`` in metres per hour.

    ``slopes`` are (grade in per cent, time in per cent of that on the plain), grades ascending; none, or a rise that is
    not known: as on the plain. Lengths up to 1,000 km keep every product below 2**63.
    """
    plain: np.ndarray = -(-length_mm * 3600 // speed_mph)
    if not slopes:
        return plain
    known = rise_mm != UNKNOWN_MM
    rise = np.where(known, rise_mm, 0)
    reached = sum((100 * rise >= grade * length_mm).astype(np.int64) for grade, _ in slopes)
    ms = plain
    for k in range(len(slopes) + 1):
        (grade, pct), (next_grade, next_pct) = slopes[max(0, k - 1)], slopes[min(k, len(slopes) - 1)]
        width = max(1, next_grade - grade)  # beyond the ends both are the same, and their share stays
        weighted = pct * width * length_mm + (next_pct - pct) * (100 * rise - grade * length_mm)
        ms = np.where(known & (reached == k), -(-3600 * weighted // (100 * width * speed_mph)), ms)
    return ms
