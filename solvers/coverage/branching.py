r"""A tree over how many sites stand in a region, in a child process: ``python -m siting.solvers.coverage.branching``.

Regions are the sets of a hierarchy of the sites by whom they reach (average linkage of the Jaccard distance). A branch
says that at most :math:`k`, or at least :math:`k + 1`, sites of a region are open; a small region that the relaxation
opens by half is the best: one side loses the site, the other must make use of it, and both bounds fall. The node with
the highest bound is next. The first process adds cuts at the root and leaves it to the others; all do the same first
nodes and then each its own share of those that are open, and the bound of all is the highest of theirs.

The folder holds ``options.json``, the one around it ``cover.npz`` for all processes, and ``root.npz`` once there is a
root; what comes out are lines of JSON: the event ``root``, ``bound`` with the event ``node``, beside it ``sites`` and
``shares`` of a point from which exchanges may begin.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from ..hierarchy import family
from ..process.child import begin, listen, save_whole, tell
from .cuts import ANCHORS, SHARED, triples
from .reduce import Cover
from .relaxation import Point, Relaxation

#: Rounds of cuts at the root; they end when one lowers the bound by less than this share of what is left.
CUT_ROUNDS, WORTH_WHILE = 12, 0.01
#: Nodes for each process before the tree is divided; sites that a message tells of at most.
NODES_EACH, MOST_TOLD = 2, 200
#: Open nodes after which a process ends with the bound that it has: some hundred megabytes.
MOST_OPEN = 20_000
#: A sum of shares this near to a whole number is one.
WHOLE = 1e-6

#: The file in which the first process leaves its root.
ROOT = "root.npz"
#: Rows and sites together from which the root is solved by the interior point method in every round of cuts, and how
#: many rows triples begin with there and how many cuts a row may be in: as each round takes long, it has more of them.
LARGE, FEW, MANY = 8_000, (ANCHORS, SHARED), (1000, 8)

_Node = tuple[float, int, dict[int, tuple[float, float]], Point]


@dataclass(frozen=True, eq=False)
class Root:
    """What a root ends with: the rows of its cuts (k, 3), and the basis of columns and rows."""

    cuts: np.ndarray
    columns: np.ndarray
    rows: np.ndarray


def regions(covers: csr_array) -> csr_array:
    """(k, m) ones: the sites by themselves and the sets of their hierarchy, by whom they reach."""
    m = covers.shape[1]
    together = np.asarray((covers.T @ covers).todense())
    size = together.diagonal()
    either = size[:, None] + size[None, :] - together
    distance = 1.0 - together / np.maximum(either, 1)
    members = family(distance)
    row = np.repeat(np.arange(len(members)), [len(own) for own in members])
    return csr_array((np.ones(len(row)), (row, np.concatenate(members))), shape=(len(members), m))


class Tree:
    """The search of one process: its ``share`` of ``among``."""

    def __init__(
        self, cover: Cover, value: float, enough: float, share: int = 0, among: int = 1,
        tell: Callable[..., None] = tell,
    ) -> None:  # fmt: skip
        self.tell = tell
        self.value, self.enough, self.share, self.among = value, enough, share, among
        self.cover, self.relaxation = cover, Relaxation(cover)
        self.heap: list[_Node] = []
        self.closed, self.count, self.divided = -np.inf, 0, among == 1

    def bound(self) -> float:
        """What no choice of this share exceeds."""
        return max(self.closed, -self.heap[0][0] if self.heap else -np.inf)

    def root(self, hear: Callable[[Point], None]) -> Point | None:
        """The relaxation with cuts, each ``hear``d of; None where no choice is left."""
        large = self.relaxation.n + self.relaxation.m > LARGE
        rng, point = np.random.default_rng(0), self._solve(large, first=True)
        for k in range(CUT_ROUNDS):
            if point is None or point.bound <= self.enough:
                return point
            hear(point)
            found = triples(
                self.cover.covers, self.cover.weight, point.opened, point.left_out, rng, *(MANY if large else FEW)
            )
            if not found:
                break
            if k:
                self.relaxation.drop_loose_cuts()
            self.relaxation.add_cuts(found)
            before, point = point.bound, self._solve(large)
            if point is not None and before - point.bound < WORTH_WHILE * (before - self.value):
                break
        return self.relaxation.solve(first=True) if large and point is not None else point

    def _solve(self, large: bool, first: bool = False) -> Point | None:
        return self.relaxation.interior() if large else self.relaxation.solve(first)

    def search(self, root: Root | None = None, leave: Callable[[Root], bool] = lambda root: True) -> None:
        """Until every open node is below what is enough, or there are too many; from a ``root`` that another process
        has left, or from its own, which it ``leave``s for others."""
        if root is None:
            point = self.root(lambda point: self.tell(event="node", bound=point.bound, **_shares(point)))
            if point is None:
                return
            if point.bound <= self.enough:
                self.closed = point.bound
                return
            root = Root(np.array(self.relaxation.cuts, dtype=np.int64).reshape(-1, 3), *point.basis)
            if not leave(root):
                self.among, self.divided = 1, True  # nobody else will come
        self.regions = regions(self.cover.covers)
        self.size = np.asarray(self.regions.sum(axis=1))
        # all processes begin with the same rows and the same basis, so that they divide the same tree
        self.relaxation = Relaxation(self.cover)
        self.relaxation.add_cuts([(a, b, c) for a, b, c in root.cuts.tolist()])
        point = self.relaxation.solve_within({}, (root.columns, root.rows))
        if point is None:
            return
        self._keep({}, point, point.bound)
        while self.heap and len(self.heap) <= MOST_OPEN:
            if not self.divided and len(self.heap) >= NODES_EACH * self.among:
                self.heap = sorted(self.heap)[self.share :: self.among]
                heapq.heapify(self.heap)
                self.divided = True
            high, _, limits, point = heapq.heappop(self.heap)
            best = self._branch(-high, limits, point)
            self.tell(event="node", bound=self.bound(), **({} if best is None else _shares(best)))

    def _branch(self, high: float, limits: dict[int, tuple[float, float]], point: Point) -> Point | None:
        """The two nodes below one; the point of the better one."""
        number, count = self._best_region(point)
        self.relaxation.region(number, self.regions.indices[slice(*self.regions.indptr[number : number + 2])])
        low, most = limits.get(number, (-np.inf, np.inf))
        best: Point | None = None
        for within in ((low, np.floor(count)), (np.floor(count) + 1.0, most)):
            if within[0] > within[1]:
                continue
            below = {**limits, number: within}
            found = self.relaxation.solve_within(below, point.basis)
            if found is not None:
                self._keep(below, found, high)
                best = found if best is None or found.bound > best.bound else best
        return best

    def _keep(self, limits: dict[int, tuple[float, float]], point: Point, above: float) -> None:
        """An open node, or one that is decided."""
        bound = min(point.bound, above)
        whole = np.abs(point.opened - np.round(point.opened)).max(initial=0.0) < WHOLE
        if bound <= self.enough or whole:
            self.closed = max(self.closed, bound)
            if whole:
                self.tell(event="node", bound=above if not self.divided else max(self.bound(), above), **_shares(point))
        else:
            self.count += 1
            kept = Point(bound, point.opened.astype(np.float32), point.left_out[:0], point.basis)
            heapq.heappush(self.heap, (-bound, self.count, limits, kept))

    def _best_region(self, point: Point) -> tuple[int, float]:
        """The region to branch on: opened by half, by about one site at most, and small."""
        count = self.regions @ point.opened
        away = np.abs(count - np.round(count))
        score = np.where(count < 1.05, 1.0, 0.01) * away * np.maximum(0.1, 1.0 - 0.05 * np.log2(self.size))
        number = int(np.argmax(score))
        return number, float(count[number])


def _shares(point: Point) -> dict[str, Any]:
    first = np.argsort(-point.opened, kind="stable")[:MOST_TOLD]
    first = first[point.opened[first] > WHOLE]
    return {"sites": first.tolist(), "shares": np.round(point.opened[first], 6).tolist()}


def _leave(folder: Path, root: Root) -> bool:
    """Write a root for the other processes, and tell of it; False where there is no room for it."""
    try:
        save_whole(folder / ROOT, cuts=root.cuts, columns=root.columns, rows=root.rows)
    except OSError:
        return False
    tell(event="root")
    return True


def main(folder: Path) -> None:
    """The job of ``folder``."""
    listen(folder.parent, lambda: None)  # the parent's folder has one of each of its processes
    options = json.loads((folder / "options.json").read_text())
    with np.load(folder.parent / "cover.npz", allow_pickle=False) as stored:
        job = {name: stored[name] for name in stored.files}
    shape = (len(job["weight"]), len(job["price"]))
    covers = csr_array((np.ones(len(job["indices"])), job["indices"], job["indptr"]), shape=shape)
    option = np.arange(shape[1])
    cover = Cover(covers, job["weight"], job["price"], job["use"], job["limit"], option, options["base"], (), {})
    tree = Tree(cover, options["value"], options["enough"], options["share"], options["among"])
    if options["share"]:
        with np.load(folder.parent / ROOT, allow_pickle=False) as stored:
            tree.search(Root(stored["cuts"], stored["columns"], stored["rows"]))
    else:
        tree.search(leave=lambda root: _leave(folder.parent, root))
    tell(event="done", bound=tree.bound())


if __name__ == "__main__":
    begin(main)
