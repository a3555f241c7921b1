r"""Which sites of a level are near each other, by the people that they share: what is counted, what is freed at once.

No map is needed: with :math:`s_{jk}` the persons who reach both sites, the distance is
:math:`1 - s_{jk} / \min(s_{jj}, s_{kk})`, by which `hierarchy` joins pairs of sites to towns and districts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from ..hierarchy import family
from .level import Level

#: Sites of the clusters whose open sites are counted.
LEAST, MOST = 12, 100


def shared(level: Level) -> np.ndarray:
    """(m, m) persons who reach both sites."""
    pairs = np.unique(level.point.astype(np.int64) * level.sites + level.site)
    point, site = pairs // level.sites, pairs % level.sites
    reach = csr_array((np.ones(len(pairs)), (point, site)), shape=(len(level.people), level.sites))
    people = csr_array((level.people[point].astype(float), (point, site)), shape=reach.shape)
    both: np.ndarray = (reach.T @ people).toarray()
    return both


def clusters(level: Level, least: int = LEAST, most: int = MOST) -> list[np.ndarray]:
    """Sites of each cluster of ``least`` to ``most`` sites."""
    if level.sites < max(2, least):
        return []
    both = shared(level)
    own = np.maximum(1.0, both.diagonal())
    far = 1.0 - both / np.minimum(own[:, None], own[None, :])
    return [np.array(sorted(own)) for own in family(far)[level.sites :] if least <= len(own) <= most]


def counted(level: Level, sites: list[np.ndarray]) -> list[np.ndarray]:
    """Masks (o,) of what is counted in each cluster: all its options, and the large ones among them (more than half of
    the most places)."""
    large = 2 * level.places > level.places.max(initial=0)
    masks: list[np.ndarray] = []
    for cluster in sites:
        own = np.isin(level.at, cluster)
        masks += [mask for mask in (own, own & large) if mask.sum() > 1 and not any((mask == m).all() for m in masks)]
    return masks


class Neighbours:
    """Sets of sites near one centre or two; centres are drawn where plan and mean choice ``share`` (o,) differ."""

    def __init__(self, level: Level, share: np.ndarray, rng: np.random.Generator) -> None:
        self.level, self.rng, self.share = level, rng, share
        both = shared(level)
        step = both / np.maximum(1.0, both.sum(axis=1))[:, None]
        self.near = step @ step @ step  # where three visits to somebody who shares lead

    def draw(self, taken: np.ndarray, many: int) -> np.ndarray:
        """A mask (m,) of about ``many`` sites for a plan with the options of a mask (o,)."""
        level = self.level
        differ = np.bincount(level.at, weights=np.abs(self.share - taken), minlength=level.sites)
        weight = self.near @ differ
        weight = weight + weight.mean() / 2 + 1e-9
        centres = self.rng.choice(level.sites, 2, p=weight / weight.sum())
        if self.rng.random() < 0.5:
            centres = centres[:1]
        free = np.zeros(level.sites, dtype=bool)
        for centre in centres:
            free[np.argsort(-self.near[centre], kind="stable")[: max(1, many // len(centres))]] = True
        return free


@dataclass(frozen=True, eq=False)
class Part:
    """A level in which only some sites may change; ``keep`` (o,) mask of the options that it has."""

    level: Level
    keep: np.ndarray


def part(level: Level, taken: np.ndarray, flow: np.ndarray, free: np.ndarray, alive: np.ndarray) -> Part:
    """The level with the options ``alive`` at the sites of the mask ``free`` (m,), and elsewhere just those that are
    ``taken`` (o,). Who reaches no free site goes on as by ``flow`` (p,) and takes that much room."""
    keep = np.where(free[level.at], alive | taken, taken)
    touched = np.zeros(len(level.people), dtype=bool)
    touched[level.point[free[level.site]]] = True
    stay = ~touched[level.point]
    gone = np.ceil(np.bincount(level.site[stay], weights=flow[stay], minlength=level.sites) - 1e-6)
    asleep = stay & level.boards
    beds = np.ceil(np.bincount(level.site[asleep], weights=flow[asleep], minlength=level.sites) - 1e-6)
    held = np.zeros(level.sites, dtype=bool)
    held[level.at[taken]] = True
    there = level.with_options(keep)
    go = touched[there.point]
    return Part(
        replace(
            there,
            point=there.point[go],
            site=there.site[go],
            boards=there.boards[go],
            value=there.value[go],
            most=there.most[go],
            places=np.maximum(0, there.places - gone[there.at].astype(np.int64)),
            beds=np.maximum(0, there.beds - beds[there.at].astype(np.int64)),
            must=np.where(free, level.must, held),
        ),
        keep,
    )
