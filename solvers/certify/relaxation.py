"""The linear program whose duals are the prices of a certificate: one row for each thing that sites share.

It is the relaxation of `siting.model` without what the checker's bound leaves out (docs/certificate.md): whole
settlements, and the row that nobody is left out on purpose. Every row with a key is one that the certificate prices;
what belongs to one site alone needs no price, since the checker lets every site decide for itself.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from siting.model.goal import COST, Aim
from siting.plans.outcome import MINIMISED, Levels
from siting.problems.needs import WHOLE_SHARE
from siting.problems.problem import Problem, TargetRow

from .people import People
from .program import Terms


class Relaxation(People):
    """The program of a problem for one aim, with what each earlier stage reached as a row."""

    def __init__(self, problem: Problem, aim: Aim, levels: Levels) -> None:
        super().__init__(problem)
        self.aim, self.levels = aim, levels
        self._shared()
        self._money()
        self._targets()
        self._aims()

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
            self.count[COST] += [(opened[o], float(r * problem.cost_years)) for o, r in enumerate(block.running)]
            for t in phases:
                cost = []
                for o, capital in enumerate(block.capital.tolist()):
                    if capital and max(0, int(block.phase[o])) == t:
                        shared = block.plot[int(block.option_site[o])] in problem.plots
                        least = capital - (int(block.saving[o]) if shared else 0)
                        cost.append((opened[o], least / unit))
                        self.count[COST].append((opened[o], float(least)))
                shut = np.flatnonzero(block.stands & ~block.must_open).tolist() if t == 0 and net else []
                cost += [(opened[o], -net) for j in shut for o in block.options_at[j]]
                self.count[COST] += [(opened[o], -net * unit) for j in shut for o in block.options_at[j]]
                self.fixed += net * unit * len(shut)
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
        for tier, level in self.levels.tiers.items():
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

    def _aims(self) -> None:
        """The aim of this stage, and what the aims before it keep."""
        if self.aim.tier is None:
            for column, value in self.count[self.aim.name]:
                self.cost[column] += value if self.aim.maximise else -value
        for name, level in self.levels.aims.items():
            scale = (1.0 if name in MINIMISED else -1.0) / max(1, level)
            constant = self.fixed if name == COST else 0.0
            terms = [(column, scale * value) for column, value in self.count[name]]
            self.row(terms, scale * (level - constant), key=(name,))
