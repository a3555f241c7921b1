"""Sites and people of the program behind a certificate: who could go where, in places, beds and whole settlements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from siting.model.goal import COST, TRAVEL, WORTH
from siting.problems.problem import Block, Problem

from .program import Program, Terms


class People(Program):
    """The variables of sites and people with the rows that they need among themselves.

    ``count`` says what the worth, the cost and the travel count of each variable; ``fixed`` is the cost of no decision.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem
        self.last = len(problem.phases) - 1
        self.blocks = {b.service: b for b in problem.blocks}
        self.place = {s: {site: j for j, site in enumerate(b.site_ids)} for s, b in self.blocks.items()}
        self.open: dict[str, list[int]] = {}
        self.count: dict[str, Terms] = {WORTH: [], COST: [], TRAVEL: []}
        self.fixed = 0.0
        self.shares: dict[tuple[str, int], list[Terms]] = {}
        self.to: dict[str, list[list[tuple[int, int]]]] = {}
        for block in problem.blocks:
            self._options(block)
        for block in problem.blocks:
            if block.served_in_full_only:
                self._in_full(block, self.last)
            else:
                self._by_person(block)

    def at(self, block: Block, site: int, by: int | None = None) -> Terms:
        """The options that make a site open, of whichever service decides it."""
        owner = block.lender[site]
        if owner not in self.blocks:
            return []
        own = self.blocks[owner]
        j = site if owner == block.service else self.place[owner][block.site_ids[site]]
        return [(self.open[owner][o], 1.0) for o in own.options_at[j] if by is None or own.phase[o] <= by]

    def line(self, block: Block, line: int, by: int | None = None) -> Terms:
        """The same for a line."""
        own = self.blocks.get(block.line_service)
        if own is None:
            return []
        return [(self.open[own.service][o], 1.0) for o in own.options_at[line] if by is None or own.phase[o] <= by]

    def _options(self, block: Block) -> None:
        self.open[block.service] = [self.variable() for _ in block.options]
        for j, options in enumerate(block.options_at):
            if options:
                self.row(
                    ((self.open[block.service][o], 1.0) for o in options), 1.0, 1.0 if block.must_open[j] else -np.inf
                )

    def _in_full(self, block: Block, by: int) -> list[Terms]:
        """Shares by the end of a phase of a service that serves settlements in full."""
        key = block.service, by
        if key not in self.shares:
            worth = block.weight if by == self.last else 0
            start = np.searchsorted(block.pair_demand, np.arange(len(block.demand) + 1))
            shares: list[Terms] = []
            for i, demand in enumerate(block.demand.tolist()):
                sites = dict.fromkeys(block.pair_site[start[i] : start[i + 1]].tolist())
                terms = [term for j in sites for term in self.at(block, j, by)]
                if not terms:
                    shares.append([])
                    continue
                z = self.variable()
                self.count[WORTH].append((z, float(worth * demand)))
                self.priced["person", block.service, i, by] = z
                self.row([(z, 1.0), *((column, -1.0) for column, _ in terms)], 0.0)
                shares.append([(z, 1.0)])
            self.shares[key] = shares
        return self.shares[key]

    def _by_person(self, block: Block) -> None:
        """Ways with their links, places, beds, fewest persons, those who may go, those who must not lose."""
        key, n, problem = block.service, len(block.demand), self.problem
        shares: list[Terms] = [[] for _ in range(n)]
        to: list[list[tuple[int, int]]] = [[] for _ in block.site_ids]
        allowed: dict[tuple[int, int], Terms] = defaultdict(list)
        most = [max((int(block.capacity[o]) for o in own), default=0) for own in block.options_at]
        beds = [max((int(block.beds[o]) for o in own), default=0) for own in block.options_at]
        for p, (i, j, a) in enumerate(zip(block.pair_demand, block.pair_site, block.pair_access, strict=True)):
            room, people = min(most[j], beds[j]) if block.pair_boards[p] else most[j], int(block.demand[i])
            lines = self.line(block, int(block.pair_line[p])) if block.pair_line[p] >= 0 else []
            if not room or (block.pair_line[p] >= 0 and not lines):
                continue
            if a in block.eligible:
                room = min(room, int(block.eligible[a][i]))
            x = self.variable()
            far = float(block.pair_travel[p]) * people
            self.count[WORTH].append((x, float(block.weight * people)))
            self.count[TRAVEL].append((x, far))
            self.count[COST].append((x, float(block.fare(int(a))) * problem.cost_years * far))
            share = min(1.0, room / people)
            self.row([(x, 1.0), *((c, -share) for c, _ in self.at(block, j))], 0.0)
            if lines:
                self.row([(x, 1.0), *((c, -1.0) for c, _ in lines)], 0.0, key=("line", key, p))
            if a in block.eligible:
                allowed[int(a), int(i)].append((x, 1.0))
            shares[i].append((x, 1.0))
            to[j].append((p, x))
        for i, terms in enumerate(shares):
            if terms:
                self.row(terms, 1.0, key=("person", key, i, self.last))
        for (a, i), terms in allowed.items():
            self.row(terms, int(block.eligible[a][i]) / int(block.demand[i]), key=("eligible", key, i, a))
        for j, i in block.guards.tolist():
            guarded = [(c, -v) for c, v in (*shares[i], *self.at(block, j))]
            self.row(guarded, -1.0, key=("present", key, i))
        self.shares[key, self.last] = shares
        self.to[key] = to
        if block.closest:
            self._closest(block, {p: x for ways in to for p, x in ways})
        self._places(block, to, self._transfers(block, most, to))

    def _closest(self, block: Block, usable: Mapping[int, int]) -> None:
        """Nobody goes over a later way while the site, and line, of an earlier one is open; beds block nothing."""
        start = np.searchsorted(block.pair_demand, np.arange(len(block.demand) + 1))
        for i in range(len(block.demand)):
            for p in range(start[i], start[i + 1]):
                later = [(usable[w], 1.0) for w in range(p + 1, start[i + 1]) if w in usable]
                if later and not (block.pair_boards[p] and block.pair_line[p] < 0):
                    lines = self.line(block, int(block.pair_line[p])) if block.pair_line[p] >= 0 else []
                    here = [*self.at(block, int(block.pair_site[p])), *lines]
                    room = 2.0 if block.pair_line[p] >= 0 else 1.0
                    self.row([*later, *here], room, key=("closest", block.service, p))

    def _places(self, block: Block, to: list[list[tuple[int, int]]], more: Mapping[int, Terms]) -> None:
        opened = self.open[block.service]
        for j, options in enumerate(block.options_at):
            people = [(x, float(block.demand[block.pair_demand[p]])) for p, x in to[j]]
            boarders = [(x, float(block.demand[block.pair_demand[p]])) for p, x in to[j] if block.pair_boards[p]]
            self.row([*people, *more.get(j, ()), *((opened[o], -float(block.capacity[o])) for o in options)], 0.0)
            if boarders:
                self.row([*boarders, *((opened[o], -float(block.beds[o])) for o in options)], 0.0)
            if not block.disposal[j] and any(block.fewest[o] for o in options):
                fewest = [(opened[o], float(block.fewest[o])) for o in options]
                self.row([*((x, -v) for x, v in people), *fewest], 0.0)

    def _transfers(self, block: Block, most: list[int], to: list[list[tuple[int, int]]]) -> dict[int, Terms]:
        """What stations send on, by disposal place; what comes to a station goes on."""
        goes: dict[int, Terms] = defaultdict(list)
        arrives: dict[int, Terms] = defaultdict(list)
        for k, (j, d) in enumerate(zip(block.transfer_from.tolist(), block.transfer_to.tolist(), strict=True)):
            least = float(min(most[j], most[d]))
            if least:
                g = self.variable(upper=least)
                far = float(block.transfer_travel[k])
                self.count[TRAVEL].append((g, far))
                self.count[COST].append((g, float(block.transfer_fare) * self.problem.cost_years * far))
                goes[j].append((g, -1.0))
                arrives[d].append((g, 1.0))
                self.row([(g, 1.0), *((c, -least) for c, _ in self.at(block, d))], 0.0)
        if block.family == "haul":
            for j in np.flatnonzero(~block.disposal).tolist():
                comes = [(x, float(block.demand[block.pair_demand[p]])) for p, x in to[j]]
                if comes or goes[j]:
                    self.row([*comes, *goes[j]], 0.0, 0.0, key=("waste", block.service, j))
        return arrives

    def share(self, service: str, by: int) -> list[Terms]:
        """Shares of a service's demand points that are served by the end of a phase."""
        block, by = self.blocks[service], min(by, self.last)
        if block.served_in_full_only:
            return self._in_full(block, by)
        if (service, by) not in self.shares:
            shares: list[Terms] = [[] for _ in block.demand]
            for j, ways in enumerate(self.to[service]):
                for p, x in ways:
                    early = self.variable()
                    self.row([(early, 1.0), (x, -1.0)], 0.0)
                    self.row([(early, 1.0), *((c, -1.0) for c, _ in self.at(block, j, by))], 0.0)
                    shares[block.pair_demand[p]].append((early, 1.0))
            self.shares[service, by] = shares
        return self.shares[service, by]
