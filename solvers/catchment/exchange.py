r"""Good sets of options for a catchment level: exchanges that are looked at in the order of what their prices promise.

Who goes where, for given options :math:`S`, is a transportation problem; its prices :math:`u` of the demand points make

.. math:: V(S') \le \sum_i q_i u_i + \sum_{o \in S'} (\phi_o(u) - p_o)

for every other set, with equality for :math:`S` itself. So an exchange can only help where what comes is worth more at
these prices than what goes; those that promise most are computed, and the first that keeps its promise is made.

Source: the bound is that of `bound`; exchanges for capacitated location, L. Jacobsen (1983), Heuristics for the
capacitated plant location model, European Journal of Operational Research 12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from .bound import Lagrangean
from .level import Level

#: Exchanges that are computed before a set counts as one that none improves.
TRIES = 15
#: Ends of climbs that are remembered, and how often a beginning is the mean choice rounded by chance.
ENDS, ROUNDED = 5, 0.4
#: Presolving takes longer than these small transportation problems.
PLAIN = {"presolve": False}
#: Changes of single sites that are put together in pairs, those that promise most.
MOST_CHANGES = 250


@dataclass(frozen=True, eq=False)
class Filled:
    """What a set of options is worth, prices of options taken off; the prices ``u`` (n,) of the demand points; the
    persons (p,) on each way."""

    value: float
    u: np.ndarray
    flow: np.ndarray


def filled(level: Level, chosen: Iterable[int]) -> Filled:
    """Everybody as well placed as these options allow: a transportation problem."""
    mask = np.zeros(len(level.at), dtype=bool)
    mask[list(chosen)] = True
    cost = float(level.price[mask].sum())
    room = np.zeros((2, level.sites))
    room[0, level.at[mask]], room[1, level.at[mask]] = level.places[mask], level.beds[mask]
    ways = np.flatnonzero((room[0, level.site] > 0) & ~(level.boards & (room[1, level.site] <= 0)))
    if not len(ways):
        return Filled(-cost, np.zeros(len(level.people)), np.zeros(len(level.point)))
    points, row_of = np.unique(level.point[ways], return_inverse=True)
    open_sites, site_of = np.unique(level.site[ways], return_inverse=True)
    n, m = len(points), len(open_sites)
    boards = np.flatnonzero(level.boards[ways])
    column = np.arange(len(ways))
    row = np.concatenate([row_of, n + site_of, n + m + site_of[boards]])
    at = np.concatenate([column, column, boards])
    matrix = coo_array((np.ones(len(row)), (row, at)), shape=(n + 2 * m, len(ways))).tocsr()
    most = np.concatenate([level.people[points], room[0, open_sites], room[1, open_sites]])
    bounds = np.column_stack([np.zeros(len(ways)), level.most[ways]])
    answer = linprog(-level.value[ways], A_ub=matrix, b_ub=most, bounds=bounds, method="highs-ds", options=PLAIN)
    u = np.zeros(len(level.people))
    if answer.status != 0:  # never seen: it is feasible and bounded
        return Filled(-np.inf, u, np.zeros(len(level.point)))
    u[points] = np.maximum(0.0, -answer.ineqlin.marginals[:n])
    flow = np.zeros(len(level.point))
    flow[ways] = answer.x
    return Filled(float(-answer.fun) - cost, u, flow)


class Exchange:
    """A search over sets of options; ``best`` is the best so far, ``value`` what it is worth."""

    def __init__(self, level: Level, seed: int) -> None:
        self.level, self.rng, self.form = level, np.random.default_rng(seed), Lagrangean(level)
        self.order = self.form.order(level.value)
        self.ends: list[tuple[float, frozenset[int]]] = []
        self.known: dict[frozenset[int], Filled] = {}
        self.best: frozenset[int] | None = None
        self.value = -np.inf

    def look(self, chosen: frozenset[int]) -> Filled:
        """What a set is worth; each is computed once."""
        if chosen not in self.known:
            self.known[chosen] = filled(self.level, chosen)
            if self.known[chosen].value > self.value:
                self.value, self.best = self.known[chosen].value, chosen
        return self.known[chosen]

    def grow(self, chosen: Iterable[int], noise: float = 0.0) -> frozenset[int]:
        """The options of a set that fit together, then the one that brings most for what it uses to people without a
        place, as long as anything fits; ``noise`` from 0 to 1 blurs what they bring."""
        level = self.level
        left, taken, sites = level.limit.copy(), set[int](), np.zeros(level.sites, dtype=bool)
        for o in chosen:
            if not sites[level.at[o]] and (level.use[:, o] <= left).all():
                taken.add(o)
                sites[level.at[o]] = True
                left = left - level.use[:, o]
        flow = self.look(frozenset(taken)).flow
        people = level.people - np.bincount(level.point, weights=flow, minlength=len(level.people))
        blur = self.rng.uniform(1 - noise, 1 + noise, len(level.at))
        while True:
            brings, flows = self.form.fill(level.value, self.order, np.minimum(level.most, people[level.point]))
            brings = (brings - level.price) * blur
            fits = (level.use <= left[:, None]).all(axis=0) & (brings > 1e-9) & ~sites[level.at]
            if not fits.any():
                return frozenset(taken)
            share = (np.maximum(level.use, 0) / np.maximum(1, left)[:, None]).max(axis=0, initial=0.0) + 1e-9
            o = int(np.argmax(np.where(fits, brings / share, -np.inf)))
            taken.add(o)
            sites[level.at[o]] = True
            left = left - level.use[:, o]
            rank = next(k for k, own in enumerate(self.form.ranks) if o in own)
            here = level.site[self.order] == level.at[o]
            gone = np.bincount(level.point[self.order[here]], weights=flows[rank][here], minlength=len(people))
            people = np.maximum(0.0, people - gone)

    def climb(self, chosen: frozenset[int], over: Callable[[], bool]) -> frozenset[int]:
        """Exchange until none of those that promise most keeps it."""
        here = self.look(chosen)
        while not over():
            for there in self._moves(chosen, here)[:TRIES]:
                if over():
                    break
                seen = self.look(there)
                if seen.value > here.value + 1e-9 * max(1.0, abs(here.value)):
                    chosen, here = there, seen
                    break
            else:
                break
        return self._end(chosen, here.value)

    def worth(self, u: np.ndarray) -> np.ndarray:
        """(o,) what each option is worth at prices of the demand points."""
        left = self.level.value - u[self.level.point]
        found: np.ndarray = self.form.fill(left, self.form.order(left))[0] - self.level.price
        return found

    def _changes(self, chosen: frozenset[int], here: Filled) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Options that go (c,) and come (c,), -1 for none, and what that promises (c,): half way between what it brings
        if all others keep their people, and what it brings at most."""
        level = self.level
        most, free = (
            self.worth(here.u),
            level.people - np.bincount(level.point, weights=here.flow, minlength=len(level.people)),
        )
        taken = np.isin(level.at, level.at[list(chosen)])
        parts = [(-1, free, 0.0, 0.0, ~taken)]
        for r in sorted(chosen):
            own = level.site == level.at[r]
            back = np.bincount(level.point[own], weights=here.flow[own], minlength=len(level.people))
            now = float(here.flow[own] @ level.value[own]) - float(level.price[r])
            may = level.at == level.at[r]
            parts.append((r, free + back, now, float(most[r]), may if level.must[level.at[r]] else may | ~taken))
        gone, come, promise = [], [], []
        for r, people, least_gone, most_gone, may in parts:
            most_now = np.minimum(level.most, people[level.point])
            least = self.form.fill(level.value, self.order, most_now)[0] - level.price
            o = np.flatnonzero(may & (least > 0) & (np.arange(len(may)) != r))
            gone.append(np.full(len(o), r))
            come.append(o)
            promise.append((least[o] - least_gone + most[o] - most_gone) / 2)
            if r >= 0 and not level.must[level.at[r]]:
                gone.append(np.array([r]))
                come.append(np.array([-1]))
                promise.append(np.array([-(least_gone + most_gone) / 2]))
        return np.concatenate(gone), np.concatenate(come), np.concatenate(promise)

    def _moves(self, chosen: frozenset[int], here: Filled) -> list[frozenset[int]]:
        """Sets one or two changes away that keep the rows, the best promise first."""
        level = self.level
        gone, come, promise = self._changes(chosen, here)
        use = np.where(come >= 0, level.use[:, come], 0) - np.where(gone >= 0, level.use[:, gone], 0)
        total = use.sum(axis=0)
        keep = np.concatenate([
            np.flatnonzero(kind)[np.argsort(-promise[kind], kind="stable")][:MOST_CHANGES]
            for kind in (total < 0, total == 0, total > 0)
        ])  # fmt: skip
        gone, come, promise, use = gone[keep], come[keep], promise[keep], use[:, keep]
        left = level.limit - level.use[:, list(chosen)].sum(axis=1)
        both = promise[:, None] + promise[None, :]
        sites = np.array([level.at[gone], level.at[come]])
        sites[0, gone < 0], sites[1, come < 0] = -1, -2
        for a in sites:
            for b in sites:
                both[a[:, None] == b[None, :]] = -np.inf
        for row, room in zip(use, left, strict=True):
            both[row[:, None] + row[None, :] > room] = -np.inf
        both[np.tril_indices(len(promise))] = -np.inf
        np.fill_diagonal(both, np.where((use <= left[:, None]).all(axis=0), promise, -np.inf))
        some = min(both.size, 4 * TRIES)
        flat = np.argpartition(-both, some - 1, axis=None)[:some] if some else np.zeros(0, dtype=np.int64)
        sets: dict[frozenset[int], float] = {}
        for f in flat.tolist():
            a, b = divmod(f, len(promise))
            there = frozenset((set(chosen) - {int(gone[a]), int(gone[b])}) | {int(come[a]), int(come[b])}) - {-1}
            seen = self.known.get(there)
            if np.isfinite(both[a, b]) and (seen is None or seen.value > here.value):
                sets[there] = max(float(both[a, b]), sets.get(there, -np.inf))
        return sorted(sets, key=lambda s: (-sets[s], sorted(s)))

    def shake(self, share: np.ndarray | None = None) -> frozenset[int]:
        """A new beginning: the mean choice of the bound (o,) rounded by chance, or one of the best sets so far without
        some of its options, neighbours or any; others come by what they bring and by chance."""
        level = self.level
        if share is not None and (not self.ends or self.rng.random() < ROUNDED):
            taken = np.flatnonzero((self.rng.random(len(share)) < share) | (level.must[level.at] & (share > 0.5)))
            return self.grow(self.rng.permutation(taken).tolist(), 0.3)
        best = sorted(self.ends[int(self.rng.integers(len(self.ends)))][1]) if self.ends else []
        few = min(len(best), int(self.rng.integers(2, max(3, len(best) // 3 + 1))))
        gone = {best[k] for k in self.rng.choice(len(best), few, replace=False)} if few else set()
        if few and self.rng.random() < 0.6:
            centre = level.at[best[int(self.rng.integers(len(best)))]]
            here = np.zeros(len(level.people), dtype=bool)
            here[level.point[level.site == centre]] = True
            near = np.bincount(level.site, weights=level.most * here[level.point], minlength=level.sites)
            gone = {best[k] for k in np.argsort(-near[level.at[best]], kind="stable")[:few]}
        return self.grow([o for o in best if o not in gone or level.must[level.at[o]]], 0.4)

    def _end(self, chosen: frozenset[int], value: float) -> frozenset[int]:
        """Remember where a climb ended among the best ends."""
        if all(chosen != other for _, other in self.ends):
            self.ends = sorted([*self.ends, (value, chosen)], key=lambda end: (-end[0], sorted(end[1])))[:ENDS]
        return chosen
