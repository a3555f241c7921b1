"""What one more option costs, and whether money, land and rules still allow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from siting.plans.funding import affordable, capital, land
from siting.problems.problem import Block, Problem


class Purse:
    """What a growing set of open options has spent; savings of shared plots are not counted on: it never overspends."""

    def __init__(self, problem: Problem, opened: Mapping[str, Sequence[int]]) -> None:
        self.problem = problem
        self.spent = capital(problem, opened)
        self.running = sum(int(b.running[list(opened[b.service])].sum()) for b in problem.blocks)
        self.land = land(problem, opened)
        self.rules = {r.id: len(set(r.options.tolist()) & set(opened[r.service])) for r in problem.rules}
        self.sites = {
            b.service: {int(b.option_site[o]) for o in opened[b.service]}
            for b in problem.blocks
            if any(other.refers_to == b.service for other in problem.blocks)
        }
        self.near: dict[tuple[str, int], list[int]] = {}
        for block in problem.blocks:
            for j, k in block.referred.tolist():
                self.near.setdefault((block.service, j), []).append(k)

    def refers(self, block: Block, o: int) -> bool:
        """Whether a new site has the open site near it that it needs."""
        if not block.refers_to or block.options[o].action != "new":
            return True
        others = self.sites.get(block.refers_to, set())
        return any(k in others for k in self.near.get((block.service, int(block.option_site[o])), ()))

    def take(self, block: Block, o: int, now: int) -> bool:
        """Take an option in place of ``now`` (-1: of nothing) if everything allows it."""
        problem = self.problem
        running = self.running + int(block.running[o]) - (int(block.running[now]) if now >= 0 else 0)
        if problem.running_budget is not None and running > problem.running_budget:
            return False
        rules = self._rules(block, o, now)
        phase = max(0, int(block.phase[o]))
        m2 = int(block.land[o])
        if rules is None or (problem.land_quota and self.land[phase] + m2 > problem.land_quota[phase]):
            return False
        spent = dict(self.spent)
        for option, sign in ((o, 1), (now, -1)):
            if option >= 0 and block.capital[option]:
                key = block.service, max(0, int(block.phase[option]))
                spent[key] = spent.get(key, 0) + sign * int(block.capital[option])
        if now < 0 and block.options[o].action != "new":  # it was counted as shut
            key = block.service, 0
            spent[key] = max(0, spent.get(key, 0) - block.closing + block.resale)
        if not affordable(spent, problem.funds):
            return False
        self.spent, self.running, self.rules = spent, running, {**self.rules, **rules}
        self.land[phase] += m2
        if block.service in self.sites:
            self.sites[block.service].add(int(block.option_site[o]))
        return True

    def _rules(self, block: Block, o: int, now: int) -> dict[str, int] | None:
        """The counts of the rules that change, None where one would be broken."""
        counts = {}
        for rule in self.problem.rules:
            if rule.service == block.service:
                count = self.rules[rule.id] + int(o in rule.options) - int(now in rule.options)
                if count > rule.at_most and count > self.rules[rule.id]:
                    return None
                counts[rule.id] = count
        return counts


def broken(problem: Problem, opened: Mapping[str, Sequence[int]]) -> str:
    """The first rule that open options break, capital and people left out; nothing where they keep all."""
    running = sum(int(b.running[list(opened[b.service])].sum()) for b in problem.blocks)
    if problem.running_budget is not None and running > problem.running_budget:
        return f"running costs {running}, budget {problem.running_budget}"
    if problem.land_quota and any(m2 > q for m2, q in zip(land(problem, opened), problem.land_quota, strict=True)):
        return "land"
    for rule in problem.rules:
        if len(set(rule.options.tolist()) & set(opened[rule.service])) > rule.at_most:
            return f"rule {rule.id}"
    for block in problem.blocks:
        if alone := refers_to_nobody(problem, block, opened):
            return f"{block.options[alone[0]].site} refers to nobody"
    return ""


def refers_to_nobody(problem: Problem, block: Block, opened: Mapping[str, Sequence[int]]) -> list[int]:
    """New sites of a service, by their open options, that have no open site near them of the service they need."""
    if not block.refers_to:
        return []
    others: set[int] = set()
    if block.refers_to in opened:
        others = set(problem.block(block.refers_to).option_site[list(opened[block.refers_to])].tolist())
    near = {j for j, k in block.referred.tolist() if k in others}
    new = (o for o in opened[block.service] if block.options[o].action == "new")
    return [int(o) for o in new if int(block.option_site[o]) not in near]
