"""What could stand in for a site that a plan builds: near-ties, and sites that would do as well.

One site is exchanged for one other of the same service in the same phase; money, land, limits on numbers and referrals
must allow it, and no tier of targets may lose a point. Other exchanges are not looked for, so that what is listed
exists and what is not listed may exist as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from siting.plans.funding import affordable, capital, land
from siting.problems.problem import Block
from siting.studies.reasons import COUNTS, Reason, Reasons, value
from siting.studies.serving import Served, State, counted

#: A near-tie serves at most so much less of the people who come to the site.
NEAR = 0.05
#: Sites that are looked at for each, those that would reach most of who is lost.
TRIED = 3


@dataclass(frozen=True)
class StandIn:
    """A site that could be built in place of another: ``gain`` persons more (or fewer) served by the service, money in
    base units more (or less)."""

    site: str
    size: str
    gain: int
    capital: int
    running: int


class StandIns:
    """Stand-ins beside one plan."""

    def __init__(self, reasons: Reasons) -> None:
        self.reasons, self.serving = reasons, reasons.serving
        self.problem = reasons.problem
        opened = {key: own[own >= 0].tolist() for key, own in self.serving.state.items()}
        self.opened, self.need = opened, capital(self.problem, opened)
        self.counts = [int(np.isin(rule.options, opened.get(rule.service, [])).sum()) for rule in self.problem.rules]
        self.refers = {key: _refers(block) for key, block in self.serving.blocks.items() if block.refers_to}
        self.running = sum(int(b.running[opened[b.service]].sum()) for b in self.problem.blocks)
        self.land = land(self.problem, opened)
        self.leaned = {block.refers_to for block in self.problem.blocks if block.refers_to}
        self.reach = {key: _reach(block) for key, block in self.serving.blocks.items()}
        self.beside = {key: (reach @ reach.T).tocsr() for key, reach in self.reach.items()}

    def of(self, reason: Reason) -> tuple[StandIn, ...]:
        """Stand-ins of a new site, the best first; none for what is enlarged or kept."""
        block = self.serving.blocks[reason.service]
        if reason.opening.action != "new" or block.disposal.any() or reason.service in self.leaned:
            return ()
        site = block.site_ids.index(reason.opening.site)
        option = int(self.serving.state[reason.service][site])
        found = [s for j in self._tried(block, site) for s in self._at(block, site, option, j)]
        found = [s for s in found if s.gain >= -NEAR * reason.users]
        best: dict[str, StandIn] = {}
        for s in sorted(found, key=lambda s: (-s.gain, s.capital, s.running, s.site, s.size)):
            best.setdefault(s.site, s)
        return tuple(best.values())

    def _tried(self, block: Block, site: int) -> list[int]:
        """Sites that are shut and would reach most of those whom nobody else serves."""
        key = block.service
        reach, beside = self.reach[key], self.beside[key]
        others = beside.indices[beside.indptr[site] : beside.indptr[site + 1]]
        shut = [j for j in others.tolist() if self.serving.state[key][j] < 0 and block.options_at[j]]
        if not shut:
            return []
        missing = block.demand - self.serving.base[key].people
        here = reach.indices[reach.indptr[site] : reach.indptr[site + 1]]
        missing[here] = block.demand[here]  # whoever the site reaches may be lost
        gained = reach[shut] @ missing
        return [shut[k] for k in np.lexsort((shut, -gained))[:TRIED].tolist()]

    def _at(self, block: Block, site: int, option: int, other: int) -> Iterator[StandIn]:
        """The stand-ins at one site: its options that are allowed, from the cheapest."""
        for o in block.options_at[other]:
            if block.options[o].action != "new" or not self._allowed(block, option, o):
                continue
            state = self.serving.otherwise(block.service, {site: -1, other: o})
            touched = self.serving.users.get((block.service, block.site_ids[site]), set()) | {block.service}
            served = {key: self.serving.served(self.serving.blocks[key], state) for key in sorted(touched)}
            base = self.serving.base
            own = served[block.service]
            if not _kept(block, state, own) or not self._as_good(state, served):
                continue
            if any(served[key].total < base[key].total for key in touched - {block.service}):
                continue
            yield StandIn(
                block.site_ids[other],
                block.options[o].size,
                own.total - base[block.service].total,
                int(block.capital[o] - block.capital[option]),
                int(block.running[o] - block.running[option]),
            )

    def _allowed(self, block: Block, option: int, other: int) -> bool:
        """Whether money, land, limits and referrals let ``other`` be opened in place of ``option``."""
        problem, phase = self.problem, int(block.phase[option])
        if int(block.phase[other]) != phase or any(
            block.plot[int(block.option_site[o])] in problem.plots for o in (option, other)
        ):
            return False
        for rule, count in zip(problem.rules, self.counts, strict=True):
            if rule.service == block.service:
                listed = rule.options
                if count - int(option in listed) + int(other in listed) > max(rule.at_most, count):
                    return False
        if block.refers_to:
            near = self.refers[block.service].get(int(block.option_site[other]), ())
            if not any(self.serving.state[block.refers_to][k] >= 0 for k in near):
                return False
        running = self.running + int(block.running[other] - block.running[option])
        if problem.running_budget is not None and running > max(problem.running_budget, self.running):
            return False
        m2 = int(block.land[other] - block.land[option])
        if problem.land_quota and m2 > 0 and self.land[phase] + m2 > problem.land_quota[phase]:
            return False
        more = int(block.capital[other] - block.capital[option])
        if more <= 0:
            return True
        key = block.service, max(0, phase)
        return affordable({**self.need, key: self.need.get(key, 0) + more}, problem.funds)

    def _as_good(self, state: State, served: dict[str, Served]) -> bool:
        """No tier reaches fewer points than the plan does; what is not known counts as fewer."""
        points: dict[int, int] = {}
        for row in self.problem.targets:
            if not set(row.services) & set(served):
                continue
            if row.package or row.by < len(self.problem.phases) - 1:
                return False
            block = self.serving.blocks[row.service]
            if row.indicator in COUNTS:
                now = counted(block, row, state)
            else:
                now = value(block, row, served[row.service].people)
            held = self.reasons.values.get(row.id, 0)
            points[row.tier] = points.get(row.tier, 0) + row.points * (min(row.need, now) - min(row.need, held))
        return next((more >= 0 for _, more in sorted(points.items()) if more), True)


def _refers(block: Block) -> dict[int, list[int]]:
    """The sites that each site may refer to."""
    found: dict[int, list[int]] = {}
    for j, k in block.referred.tolist():
        found.setdefault(j, []).append(k)
    return found


def _kept(block: Block, state: State, served: Served) -> bool:
    """Whether these people keep the fewest of every site, and whoever lost a site is served in full."""
    own = state[block.service]
    least = np.where(own >= 0, block.fewest[own], 0)
    guarded = block.guards[own[block.guards[:, 0]] < 0, 1]
    return bool((served.at >= least).all() and (served.people[guarded] == block.demand[guarded]).all())


def _reach(block: Block) -> csr_array:
    """(m, n) 1 where a site reaches a demand point."""
    ones = np.ones(len(block.pair_site), dtype=np.int64)
    reach = csr_array((ones, (block.pair_site, block.pair_demand)), shape=(len(block.site_ids), len(block.demand)))
    reach.sum_duplicates()
    reach.data[:] = 1
    return reach
