"""Sites joined into sets, the nearest first: a laminar family, from pairs to towns to districts.

Source: R. Sokal and C. Michener (1958), A statistical method for evaluating systematic relationships, University of
Kansas Science Bulletin 38 (average linkage).
"""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform


def family(distance: np.ndarray) -> list[list[int]]:
    """The sites by themselves, then each set that joins two, by a symmetric ``distance`` (m, m)."""
    members = [[j] for j in range(len(distance))]
    if len(members) > 1:
        for one, other, *_ in linkage(squareform(distance, checks=False), "average"):
            members.append(members[int(one)] + members[int(other)])
    return members
