r"""Cuts for the linear relaxation of covering: of a few points, one site covers some, but only a site that reaches all
covers all.

For a set :math:`S` of rows, with :math:`z_i` what is left out of row :math:`i`,

.. math:: \sum_{i \in S} z_i + \sum_j \alpha_j y_j \ge 2 , \qquad
    \alpha_j = 2 \text{ where } j \text{ covers all of } S, \; 1 \text{ where it covers some}, \; 0 \text{ else}.

It holds since a single open site with :math:`\alpha_j = 1` leaves out some row of :math:`S`. Where three discs meet,
the relaxation opens each in two halves that cover two of three rows together; three rows are enough to cut that off.
Such a triple is violated by :math:`Y_{ab} + Y_{bc} + Y_{ac} - 2 Y_{abc} - 1` where all three rows are tight, with
:math:`Y` the shares of the sites that cover all of them.

Source: E. Balas and S. M. Ng (1989), On the set covering polytope: I. All the facets with coefficients in {0, 1, 2},
Mathematical Programming 43.
"""

from __future__ import annotations

import numpy as np

#: Rows that triples begin with, rows looked at beside each, the best triples kept of each, cuts in which a row may be.
ANCHORS, BESIDE, KEPT, SHARED = 400, 130, 10, 4
#: What a cut has to be violated by; rows covered more than this too often are in none.
LEAST, LOOSE = 0.03, 0.25


def triples(
    covers: np.ndarray, weight: np.ndarray, opened: np.ndarray, left_out: np.ndarray, rng: np.random.Generator
) -> list[tuple[int, int, int]]:
    """Rows whose cut a point of the relaxation violates, those first that promise most.

    ``covers`` (n, m) float32, dense; ``opened`` (m,) and ``left_out`` (n,) are the point.
    """
    support = np.flatnonzero(opened > 1e-7)
    part, share = covers[:, support], opened[support].astype(np.float32)
    loose = np.maximum(part @ share + left_out.astype(np.float32) - 1, 0)
    tight = _different(part, weight, np.flatnonzero(loose < LOOSE))
    if len(tight) < 3:
        return []
    part, loose, heavy = part[tight], loose[tight], weight[tight].astype(np.float32)
    shares = part * share
    found: list[tuple[float, tuple[int, int, int]]] = []
    chance = heavy.astype(float) / heavy.sum(dtype=float)
    for a in rng.choice(len(tight), min(ANCHORS, len(tight)), replace=False, p=chance).tolist():
        on = part[a] > 0
        both = shares[:, on].sum(axis=1)
        near = np.flatnonzero((both > 0.1) & (both < 0.9))
        near = near[near != a]
        if len(near) > BESIDE:
            near = rng.choice(near, BESIDE, replace=False, p=chance[near] / chance[near].sum())
        # Y_bc - 2 Y_abc in one product: sites of a count against
        over = (shares[near] * np.where(on, -1, 1).astype(np.float32)) @ part[near].T
        alone = both[near] - loose[near]
        over += alone[:, None] + alone[None, :] - (1 + loose[a])
        least = np.minimum(heavy[near], heavy[a])
        promise = np.triu(np.where(over < LEAST, 0, over * np.minimum(least[:, None], least[None, :])), 1)
        for flat in np.argsort(-promise, axis=None, kind="stable")[:KEPT].tolist():
            b, c = divmod(flat, len(near))
            if promise[b, c] > 0:
                rows = sorted((int(tight[a]), int(tight[near[b]]), int(tight[near[c]])))
                found.append((float(promise[b, c]), (rows[0], rows[1], rows[2])))
    return _few(found, len(covers))


def _different(part: np.ndarray, weight: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Of rows with the same sites the heaviest alone, in order."""
    rows = rows[np.argsort(-weight[rows], kind="stable")]
    if not len(rows) or not part.shape[1]:
        return rows[:0]
    packed = np.packbits(part[rows] > 0, axis=1)
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first = np.unique(keys, return_index=True)
    return np.sort(rows[first])


def _few(found: list[tuple[float, tuple[int, int, int]]], n: int) -> list[tuple[int, int, int]]:
    """The best ones, with no row in too many of them."""
    often = np.zeros(n, dtype=np.int64)
    taken: dict[tuple[int, int, int], None] = {}
    for _, rows in sorted(found, key=lambda one: (-one[0], one[1])):
        if rows not in taken and often[list(rows)].max() < SHARED:
            taken[rows] = None
            often[list(rows)] += 1
    return list(taken)


def coefficients(covers: np.ndarray, rows: tuple[int, ...]) -> np.ndarray:
    """(m,) what each site has in the cut of some rows."""
    times = covers[list(rows)].sum(axis=0)
    alpha: np.ndarray = np.where(times >= len(rows) - 0.5, 2.0, np.where(times > 0.5, 1.0, 0.0))
    return alpha
