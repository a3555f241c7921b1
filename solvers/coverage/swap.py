r"""Good choices for a coverage task: greedy by gain per use, then exchanges with a memory, from many beginnings.

A move opens a site, shuts one, or does both; the best one is made even where it loses, and what was shut stays shut
for some moves. With the number :math:`c_i` of open sites at row :math:`i`, opening :math:`f` for :math:`r` changes the
value by

.. math::
    \sum_{i \in f,\, c_i = 0} w_i - \sum_{i \in r,\, c_i = 1} w_i + \sum_{i \in f \cap r,\, c_i = 1} w_i - p_f + p_r ;

the three sums are kept for all sites and brought up to date over the rows of the two sites alone.

Sources: M. Teitz and P. Bart (1968), Heuristic methods for estimating the generalized vertex median of a weighted
graph, Operations Research 16; F. Glover (1989), Tabu search, ORSA Journal on Computing 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from scipy.sparse import csr_array

from .reduce import Cover

#: Moves without a better value after which a beginning is given up, and for how many moves a site stays shut.
PATIENCE, REST = 60, (5, 15)
#: How often a new beginning is far from the best.
FAR = 0.3


class Swap:
    """A set of open sites that moves; ``best`` is the best one so far, ``value`` what it has."""

    def __init__(self, cover: Cover, seed: int) -> None:
        self.cover, self.rng = cover, np.random.default_rng(seed)
        covers = csr_array(cover.covers)
        self.by_row = covers.indptr.astype(np.int64), covers.indices.astype(np.int64)
        turned = csr_array(covers.T.tocsr())
        self.by_site = turned.indptr.astype(np.int64), turned.indices.astype(np.int64)
        self.tiny = 1e-9 * max(1.0, float(cover.weight.sum() + np.abs(cover.price).sum()))
        self.best: tuple[int, ...] | None = None
        self.value = -np.inf
        self._begin()

    def _begin(self) -> None:
        n, m = self.cover.covers.shape
        self.slots: list[int] = []  # the open sites, each in its slot
        self.times, self.owner = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        self.gain = np.asarray(self.cover.covers.T @ self.cover.weight)
        self.extra = np.zeros((8, m))
        self.loss = np.zeros(8)
        self.now = self.cover.base
        self.left = self.cover.limit.copy()

    # ---- the set and its sums

    def _count(self, rows: np.ndarray, sign: float) -> None:
        """Take what rows add to the sums away (-1), or put it back (1)."""
        m = len(self.cover.price)
        weight = self.cover.weight[rows] * sign
        times = self.times[rows]
        for kind in (0, 1):
            own = rows[times == kind]
            if not len(own):
                continue
            start, where = self.by_row
            length = start[own + 1] - start[own]
            position = np.repeat(start[own] - np.concatenate([[0], np.cumsum(length)[:-1]]), length)
            site = where[position + np.arange(int(length.sum()))]
            add = weight[times == kind]
            if kind == 0:
                self.gain += np.bincount(site, weights=np.repeat(add, length), minlength=m)
            else:
                slot = self.owner[own]
                flat = np.repeat(slot, length) * m + site
                self.extra += np.bincount(flat, weights=np.repeat(add, length), minlength=self.extra.size).reshape(
                    self.extra.shape
                )
                self.loss += np.bincount(slot, weights=add, minlength=len(self.loss))

    def _rows(self, site: int) -> np.ndarray:
        start, where = self.by_site
        rows: np.ndarray = where[start[site] : start[site + 1]]
        return rows

    def open(self, site: int) -> None:
        """Open a site."""
        if len(self.slots) == len(self.loss):
            self.extra = np.vstack([self.extra, np.zeros_like(self.extra)])
            self.loss = np.concatenate([self.loss, np.zeros_like(self.loss)])
        rows, slot = self._rows(site), len(self.slots)
        self.now += float(self.gain[site] - self.cover.price[site])
        self._count(rows, -1.0)
        self.times[rows] += 1
        self.owner[rows] += slot
        self.slots.append(site)
        self._count(rows, 1.0)
        self.left = self.left - self.cover.use[:, site]

    def shut(self, slot: int) -> None:
        """Shut the site of a slot; the last slot takes its place."""
        site, last = self.slots[slot], len(self.slots) - 1
        self.now -= float(self.loss[slot] - self.cover.price[site])
        rows = self._rows(site)
        moved = self._rows(self.slots[last]) if slot != last else rows[:0]
        touched = np.union1d(rows, moved)
        self._count(touched, -1.0)
        self.times[rows] -= 1
        self.owner[rows] -= slot
        self.owner[moved] -= last - slot
        self.slots[slot] = self.slots[last]
        self.slots.pop()
        self._count(touched, 1.0)
        self.left = self.left + self.cover.use[:, site]

    # ---- beginnings

    def set_to(self, sites: Iterable[int]) -> None:
        """Begin with these sites, as far as the rows allow."""
        self._begin()
        for site in sites:
            if (self.left >= self.cover.use[:, site]).all() and site not in self.slots:
                self.open(site)
        self.fill()

    def draw(self, share: np.ndarray) -> None:
        """Begin with sites drawn by their ``share`` (m,), and by how much of what they cover nobody covers yet."""
        self._begin()
        whole = self.gain + self.tiny
        while True:
            fits = self._fitting()
            fits[self.slots] = False
            chance = np.where(fits, (share + 1e-4) * np.maximum(0, self.gain - self.cover.price) / whole, 0.0)
            if not chance.sum() > 0:
                break
            self.open(int(self.rng.choice(len(chance), p=chance / chance.sum())))
        self.fill()

    def fill(self, chance: float = 0.0) -> None:
        """Open the site with the most gain for its use of what is left, again and again; sometimes another good one."""
        while True:
            fits = self._fitting()
            fits[self.slots] = False
            gain = np.where(fits, self.gain - self.cover.price, -1.0)
            share = (np.maximum(self.cover.use, 0) / np.maximum(1, self.left)[:, None]).max(axis=0, initial=0.0)
            ratio = gain / (share + 1e-6)
            if not (gain > self.tiny).any():
                break
            among = np.argsort(-ratio, kind="stable")[:3]
            pick = among[int(self.rng.integers(len(among)))] if self.rng.random() < chance else among[0]
            self.open(int(pick if gain[pick] > self.tiny else among[0]))
        self._keep()

    def _fitting(self) -> np.ndarray:
        fits: np.ndarray = np.asarray((self.cover.use <= self.left[:, None]).all(axis=0))
        return fits

    def _keep(self) -> None:
        if self.now > self.value + self.tiny and (self.left >= 0).all():
            self.value, self.best = self.now, tuple(self.slots)

    # ---- moves

    def improve(self, over: Callable[[], bool]) -> None:
        """Move until nothing better came for a while."""
        m = len(self.cover.price)
        rests, vain, k, reached = np.zeros(m, dtype=np.int64), 0, 0, self.now
        while vain < PATIENCE and not over():
            k += 1
            move = self._best_move(rests > k)
            if move is None:
                break
            slot, site = move
            if slot >= 0:
                rests[self.slots[slot]] = k + int(self.rng.integers(*REST))
                self.shut(slot)
            if site >= 0:
                self.open(site)
            self._keep()
            vain = vain + 1 if self.now <= reached + self.tiny else 0
            reached = max(reached, self.now)

    def _best_move(self, resting: np.ndarray) -> tuple[int, int] | None:
        """(slot to shut or -1, site to open or -1) that changes the value most for the better."""
        p, cover = len(self.slots), self.cover
        closed = ~resting
        closed[self.slots] = False
        found = (-np.inf, -1, -1)
        alone = np.where(closed & self._fitting(), self.gain - cover.price, -np.inf)
        if len(alone) and alone.max() > self.tiny:
            found = (float(alone.max()), -1, int(np.argmax(alone)))
        if p:
            back = cover.price[self.slots] - self.loss[:p]
            if back.max() > max(found[0], self.tiny):
                slot = int(np.argmax(back))
                if (self.left + cover.use[:, self.slots[slot]] >= 0).all():
                    found = (float(back[slot]), slot, -1)
            change = (self.gain - cover.price)[None, :] + self.extra[:p] + back[:, None]
            change[:, ~closed] = -np.inf
            for row, left in zip(cover.use, self.left, strict=True):
                change[row[None, :] > left + row[self.slots][:, None]] = -np.inf
            if change.size and change.max() > found[0]:
                slot, site = divmod(int(np.argmax(change)), len(cover.price))
                found = (float(change[slot, site]), slot, site)
        return None if found[0] == -np.inf else (found[1], found[2])

    def shake(self) -> None:
        """Begin anew near the best: some of its sites shut, filled up by good sites with chance.

        Mostly a few sites; now and then up to two thirds, since what is near has soon been seen.
        """
        sites = list(self.best or ())
        most = max(6, 2 * len(sites) // 3) if self.rng.random() < FAR else 6
        few = min(len(sites), int(self.rng.integers(2, most)))
        out = {sites[k] for k in self.rng.choice(len(sites), few, replace=False)} if few else set()
        self._begin()
        for site in sites:
            if site not in out and (self.left >= self.cover.use[:, site]).all():
                self.open(site)
        some = self.rng.permutation(len(self.cover.price))[:few]
        for site in some.tolist():
            if site not in self.slots and self._fitting()[site]:
                self.open(site)
        self.fill(0.3)
