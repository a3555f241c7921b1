"""Demand points with the same sites become one (maximal covering): a million customers of a hundred sites become some
thousand rows, without loss."""

from __future__ import annotations

import numpy as np


def merged(covers: np.ndarray, demand: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct rows of ``covers`` (n, m) bool that have a site, and the demand (k,) of each.

    Points without a site or without demand go: no plan covers them, or nobody asks.
    """
    matters = covers.any(axis=1) & (demand > 0)
    rows = np.ascontiguousarray(np.packbits(covers[matters], axis=1))
    if not len(rows):
        return np.zeros((0, covers.shape[1]), dtype=bool), np.zeros(0, dtype=np.int64)
    keys = rows.view(np.dtype((np.void, rows.shape[1]))).ravel()
    _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    together = np.zeros(len(first), dtype=np.int64)
    np.add.at(together, place.ravel(), demand[matters])
    return covers[matters][first], together
