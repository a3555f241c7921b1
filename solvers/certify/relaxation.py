"""The linear program whose duals are the prices of a certificate: one row for each thing that sites share.

It is the relaxation of `siting.model` without what the checker's bound leaves out (docs/certificate.md): whole
settlements, and the row that nobody is left out on purpose. Every row with a key is one that the certificate prices;
what belongs to one site alone needs no price, since the checker lets every site decide for itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from siting.model.goal import Aim
from siting.problems.needs import WHOLE_SHARE
from siting.problems.problem import Block, Problem, TargetRow

from .program import Program, Terms


class Relaxation(Program):
    """The program of a problem for one aim, with what each earlier tier reached as a row."""

    def __init__(self, problem: Problem, aim: Aim, levels: Mapping[int, int]) -> None:
        super().__init__()
        self.problem, self.aim, self.levels = problem, aim, levels
        self.last = len(problem.phases) - 1
        self.blocks = {b.service: b for b in problem.blocks}
        self.place = {s: {site: j for j, site in enumerate(b.site_ids)} for s, b in self.blocks.items()}
        self.open: dict[str, list[int]] = {}
        self.shares: dict[tuple[str, int], list[Terms]] = {}
        self.to: dict[str, list[list[tuple[int, int]]]] = {}
        for block in problem.blocks:
            self._options(block)
        for block in problem.blocks:
            if block.served_in_full_only:
                self._in_full(block, self.last)
            else:
                self._by_person(block)
        self._shared()
        self._money()
        self._targets()

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
            worth = block.weight if by == self.last and self.aim.tier is None else 0
            start = np.searchsorted(block.pair_demand, np.arange(len(block.demand) + 1))
            shares: list[Terms] = []
            for i, demand in enumerate(block.demand.tolist()):
                sites = dict.fromkeys(block.pair_site[start[i] : start[i + 1]].tolist())
                terms = [term for j in sites for term in self.at(block, j, by)]
                if not terms:
                    shares.append([])
                    continue
                z = self.variable(cost=worth * demand)
                self.priced["person", block.service, i, by] = z
                self.row([(z, 1.0), *((column, -1.0) for column, _ in terms)], 0.0)
                shares.append([(z, 1.0)])
            self.shares[key] = shares
        return self.shares[key]

    def _by_person(self, block: Block) -> None:
        """Ways with their links, places, beds, fewest persons, those who may go, those who must not lose."""
        key, n = block.service, len(block.demand)
        worth = block.weight if self.aim.tier is None else 0
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
            x = self.variable(cost=worth * people)
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
        for j, d in zip(block.transfer_from.tolist(), block.transfer_to.tolist(), strict=True):
            least = float(min(most[j], most[d]))
            if least:
                g = self.variable(upper=least)
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

    def _shared(self) -> None:
        """Referral, rules, land."""
        problem = self.problem
        for block in problem.blocks:
            near: dict[int, list[int]] = defaultdict(list)
            for j, k in block.referred.tolist():
                near[j].append(k)
            other = self.blocks.get(block.refers_to) if block.refers_to else None
            for j, options in enumerate(block.options_at if block.refers_to else ()):
                new = [(self.open[block.service][o], 1.0) for o in options if block.options[o].action == "new"]
                helps = [(c, -v) for k in near[j] for c, v in (self.at(other, k) if other else [])]
                if new:
                    self.row([*new, *helps], 0.0, key=("referral", block.service, j))
        for rule in problem.rules:
            chosen = ((self.open[rule.service][int(o)], 1.0) for o in rule.options)
            self.row(chosen, float(rule.at_most), key=("rule", rule.id))
        for t, quota in enumerate(problem.land_quota):
            used: Terms = []
            for block in problem.blocks:
                for o, m2 in enumerate(block.land.tolist()):
                    if m2 and block.phase[o] == t:
                        sites = problem.plots.get(block.plot[int(block.option_site[o])], ((),))
                        used.append((self.open[block.service][o], float(m2 // len(sites))))
            self.row(used, float(quota), key=("land", t))

    def _money(self) -> None:
        problem, phases = self.problem, range(len(self.problem.phases))
        unit = max(1.0, max((float(b.capital.max(initial=0)) for b in problem.blocks), default=1.0) / 1e4)
        self.money_unit = unit
        paid: dict[tuple[str, int], Terms] = defaultdict(list)
        for fund in problem.funds:
            for p in phases:
                amount = fund.amounts[p] / unit
                own = []
                for t in (t for t in phases if t == p or (fund.carries_over and t > p)):
                    for service in (s for s in fund.pays if s in self.blocks):
                        w = self.variable(upper=amount)
                        own.append((w, 1.0))
                        paid[service, t].append((w, -1.0))
                self.row(own, amount)
        for block in problem.blocks:
            opened, net = self.open[block.service], (block.closing - block.resale) / unit
            for t in phases:
                cost = []
                for o, capital in enumerate(block.capital.tolist()):
                    if capital and max(0, int(block.phase[o])) == t:
                        shared = block.plot[int(block.option_site[o])] in problem.plots
                        cost.append((opened[o], (capital - (int(block.saving[o]) if shared else 0)) / unit))
                shut = np.flatnonzero(block.stands & ~block.must_open).tolist() if t == 0 and net else []
                cost += [(opened[o], -net) for j in shut for o in block.options_at[j]]
                self.row([*cost, *paid[block.service, t]], -net * len(shut), key=("capital", block.service, t))
        if problem.running_budget is not None:
            terms = [(self.open[b.service][o], r / unit) for b in problem.blocks for o, r in enumerate(b.running)]
            self.row(terms, problem.running_budget / unit, key=("running",))

    def _targets(self) -> None:
        points: dict[int, Terms] = defaultdict(list)
        for target in self.problem.targets:
            later = self.aim.tier is not None and target.tier > self.aim.tier
            if target.need and not later:
                a = self.variable(float(target.need), float(target.points) if target.tier == self.aim.tier else 0.0)
                points[target.tier].append((a, float(target.points)))
                self._value(target, a)
        for tier, level in self.levels.items():
            scale = 1.0 / max(1, level)
            self.row([(a, -p * scale) for a, p in points[tier]], -level * scale, key=("points", tier))

    def _value(self, target: TargetRow, a: int) -> None:
        """What the attainment ``a`` may not exceed."""
        if target.package:
            listed = len(next(iter(target.package.values())))
            has = [self.variable() for _ in range(listed)]
            for service, points in target.package.items():
                share = self.share(service, target.by)
                for k, i in enumerate(points.tolist()):
                    if i >= 0:
                        terms = [(has[k], 1.0), *((c, -v) for c, v in share[i])]
                        self.row(terms, 0.0, key=("package", target.id, k, service))
            self.row([(a, 1.0), *((h, -1.0) for h in has)], 0.0, key=("target", target.id, ""))
            return
        block = self.blocks[target.service]
        if target.indicator in ("open_count", "built_count"):
            opened = self.open[target.service]
            counted = [o for o in target.of_options(block).tolist() if block.phase[o] <= target.by]
            self.row([(a, 1.0), *((opened[o], -1.0) for o in counted)], 0.0, key=("target", target.id, ""))
            return
        share = self.share(target.service, target.by)

        def counted_by(part: np.ndarray, unit: np.ndarray, sign: float = -1.0) -> Terms:
            return [(c, sign * float(unit[i]) * v) for i in part.tolist() for c, v in share[i]]

        demand, key = block.demand, ("target", target.id, "")
        if target.indicator == "served_share":
            self.row([(a, 1.0), *counted_by(target.members, demand)], 0.0, key=key)
        elif target.indicator == "settlements_share":
            self.row([(a, 1.0), *counted_by(target.members, block.settlements)], 0.0, key=key)
        elif target.indicator == "worst_township_share":
            for k, part in enumerate(target.parts):
                unit = WHOLE_SHARE * demand / int(demand[part].sum())
                self.row([(a, 1.0), *counted_by(part, unit)], 0.0, key=("target", target.id, k))
        elif all(len(part) for part in target.parts):
            urban, rural = target.parts
            more = counted_by(urban, WHOLE_SHARE * demand / int(demand[urban].sum()), 1.0)
            less = counted_by(rural, WHOLE_SHARE * demand / int(demand[rural].sum()))
            self.row([(a, 1.0), *more, *less], float(WHOLE_SHARE), key=key)
