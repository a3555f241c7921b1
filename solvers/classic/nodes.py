"""The nodes of a tree on sites: two masks, of the sites that are ``free`` and of those that are open for sure."""

from __future__ import annotations

import numpy as np

#: Masks (m,) of the sites that may still open or not, and of those that are open.
Masks = tuple[np.ndarray, np.ndarray]


def halves(free: np.ndarray, one: np.ndarray, share: np.ndarray) -> tuple[Masks, Masks]:
    """The two nodes below one, by the free site whose ``share`` (m,) is nearest one half: where it opens, where not."""
    where = np.flatnonzero(free)
    branch = where[np.argmin(np.abs(share[where] - 0.5))]
    without, within = free.copy(), one.copy()
    without[branch], within[branch] = False, True
    return (without, within), (without, one)
