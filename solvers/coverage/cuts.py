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
from scipy.sparse import csr_array

#: Rows that triples begin with, rows looked at beside each, the best triples kept of each, cuts in which a row may be.
ANCHORS, BESIDE, KEPT, SHARED = 400, 130, 10, 4
#: What a cut has to be violated by; rows covered more than this too often are in none; sites opened less are left out.
LEAST, LOOSE, FAINT = 0.03, 0.25, 1e-5
#: Anchors whose shares with all rows are found in one product: some tens of megabytes.
AT_ONCE = 100


def triples(
    covers: csr_array, weight: np.ndarray, opened: np.ndarray, left_out: np.ndarray, rng: np.random.Generator,
    anchors: int = ANCHORS, shared: int = SHARED,
) -> list[tuple[int, int, int]]:  # fmt: skip
    """Rows whose cut a point of the relaxation violates, those first that promise most.

    ``covers`` (n, m) ones; ``opened`` (m,) and ``left_out`` (n,) are the point, ``anchors`` and ``shared`` how
    many rows triples begin with and in how many cuts a row may be.
    """
    support = np.flatnonzero(opened > FAINT)
    part, share = csr_array(covers[:, support]).astype(np.float32), opened[support].astype(np.float32)
    loose = np.maximum(part @ share + left_out.astype(np.float32) - 1, 0)
    tight = _different(part, weight, np.flatnonzero(loose < LOOSE))
    if len(tight) < 3:
        return []
    part, loose, heavy = csr_array(part[tight]), loose[tight], weight[tight].astype(np.float32)
    shares, turned = csr_array(part.multiply(share[None, :])), csr_array(part.T.tocsr())
    found: list[tuple[float, tuple[int, int, int]]] = []
    chance = heavy.astype(float) / heavy.sum(dtype=float)
    begin = rng.choice(len(tight), min(anchors, len(tight)), replace=False, p=chance)
    for first in range(0, len(begin), AT_ONCE):
        some = begin[first : first + AT_ONCE]
        for a, both in zip(some.tolist(), (csr_array(shares[some]) @ turned).toarray(), strict=True):
            near = np.flatnonzero((both > 0.1) & (both < 0.9))
            near = near[near != a]
            if len(near) > BESIDE:
                near = rng.choice(near, BESIDE, replace=False, p=chance[near] / chance[near].sum())
            beside = part[near].toarray()
            # Y_bc - 2 Y_abc in one product: sites of a count against
            sign = share.copy()
            sign[part.indices[part.indptr[a] : part.indptr[a + 1]]] *= -1
            on = np.flatnonzero(beside.any(axis=0))
            beside = beside[:, on]
            over = (beside * sign[on]) @ beside.T
            alone = both[near] - loose[near]
            over += alone[:, None] + alone[None, :] - (1 + loose[a])
            least = np.minimum(heavy[near], heavy[a])
            promise = np.triu(np.where(over < LEAST, 0, over * np.minimum(least[:, None], least[None, :])), 1)
            for flat in np.argsort(-promise, axis=None, kind="stable")[:KEPT].tolist():
                b, c = divmod(flat, len(near))
                if promise[b, c] > 0:
                    rows = sorted((int(tight[a]), int(tight[near[b]]), int(tight[near[c]])))
                    found.append((float(promise[b, c]), (rows[0], rows[1], rows[2])))
    return _few(found, covers.shape[0], shared)


def _different(part: csr_array, weight: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Of rows with the same sites the heaviest alone, in order."""
    part.sort_indices()
    known: dict[bytes, int] = {}
    for i in rows[np.argsort(-weight[rows], kind="stable")].tolist():
        known.setdefault(part.indices[part.indptr[i] : part.indptr[i + 1]].tobytes(), i)
    known.pop(b"", None)
    return np.sort(np.fromiter(known.values(), dtype=np.int64))


def _few(found: list[tuple[float, tuple[int, int, int]]], n: int, shared: int) -> list[tuple[int, int, int]]:
    """The best ones, with no row in too many of them."""
    often = np.zeros(n, dtype=np.int64)
    taken: dict[tuple[int, int, int], None] = {}
    for _, rows in sorted(found, key=lambda one: (-one[0], one[1])):
        if rows not in taken and often[list(rows)].max() < shared:
            taken[rows] = None
            often[list(rows)] += 1
    return list(taken)


def coefficients(covers: csr_array, found: list[tuple[int, int, int]]) -> csr_array:
    """(k, m) what each site has in the cut of each three rows."""
    times = csr_array(chosen(found, covers.shape[0]) @ covers)
    times.data = np.where(times.data > 2.5, 2.0, 1.0)
    return times


def chosen(found: list[tuple[int, int, int]], n: int) -> csr_array:
    """(k, n) ones: the rows of each cut."""
    k = len(found)
    return csr_array((np.ones(3 * k), (np.repeat(np.arange(k), 3), np.ravel(found))), shape=(k, n))
