"""The best that any plan of a tiny problem can reach, by trying everything (`docs/rules.md`, sections 2 to 6).

Nothing of siting is used but the problem itself: every combination of options that money, land and rules allow, and in
catchment and haul services every way of handing out whole persons. What a plan file reaches is counted by the same
arithmetic (`reached`), so that the two can be compared stage by stage.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from siting.plan import Plan
from siting.problems.problem import Block, Problem, TargetRow

#: Positions of the open options, by service.
Opened = Mapping[str, tuple[int, ...]]
#: Persons of every demand point served by the end of each phase.
Served = tuple[tuple[int, ...], ...]
Stages = tuple[int, ...]


def best(problem: Problem) -> Stages:
    """Attainment tier by tier, then the worth, of the best plan."""
    known: dict[object, dict[object, Stages]] = {}
    found: Stages | None = None
    for chosen in itertools.product(*(list(combinations(block)) for block in problem.blocks)):
        opened = {b.service: own for b, own in zip(problem.blocks, chosen, strict=True)}
        if broken(problem, opened):
            continue
        parts = []
        for block in problem.blocks:
            since = since_of_ways(problem, block, opened)
            key = block.service, opened[block.service], since
            if key not in known:
                known[key] = _outcomes(problem, block, opened[block.service], since)
            parts.append(known[key])
        for outcome in itertools.product(*(part.items() for part in parts)):
            total = _sum(problem, [stages for _, stages in outcome], [flags for flags, _ in outcome])
            found = total if found is None else max(found, total)
    assert found is not None, "no plan keeps the rules"
    return found


def combinations(block: Block) -> Iterator[tuple[int, ...]]:
    """Every choice of at most one option of each site."""
    ways: list[list[int | None]] = []
    for j in range(len(block.site_ids)):
        own: list[int | None] = [o for o in range(len(block.options)) if block.option_site[o] == j]
        if own:
            ways.append(own if block.must_open[j] else [None, *own])
    for combination in itertools.product(*ways):
        yield tuple(o for o in combination if o is not None)


# ---- what every plan keeps, whoever is served


def broken(problem: Problem, opened: Opened) -> list[str]:
    """What these open options break of money, land, rules and referral."""
    found = []
    running = sum(int(b.running[o]) for b in problem.blocks for o in opened[b.service])
    if problem.running_budget is not None and running > problem.running_budget:
        found.append(f"running costs {running}, budget {problem.running_budget}")
    if not can_be_paid(problem, capital_of(problem, opened)):
        found.append("capital")
    if problem.land_quota and any(m2 > q for m2, q in zip(land_of(problem, opened), problem.land_quota, strict=True)):
        found.append("land")
    for rule in problem.rules:
        if len(set(opened[rule.service]) & set(rule.options.tolist())) > rule.at_most:
            found.append(f"rule {rule.id}")
    for block in problem.blocks:
        if block.refers_to:
            there = [b for b in problem.blocks if b.service == block.refers_to]
            others = {int(b.option_site[k]) for b in there for k in opened[b.service]}
            for o in opened[block.service]:
                near = {k for j, k in block.referred.tolist() if j == block.option_site[o]}
                if block.options[o].action == "new" and not near & others:
                    found.append(f"{block.options[o].site} refers to nobody")
    return found


def capital_of(problem: Problem, opened: Opened) -> dict[tuple[str, int], int]:
    """Capital by service and phase: savings of shared plots, and in the first phase closings less their resale."""
    plots = [b.plot[b.option_site[o]] for b in problem.blocks for o in opened[b.service]]
    need: dict[tuple[str, int], int] = {}
    for block in problem.blocks:
        for phase in range(len(problem.phases)):
            cost = 0
            for o in opened[block.service]:
                if max(0, int(block.phase[o])) == phase:
                    name = block.plot[block.option_site[o]]
                    cost += int(block.capital[o]) - (int(block.saving[o]) if name and plots.count(name) > 1 else 0)
            if phase == 0:
                cost += len(shut(block, opened[block.service])) * (block.closing - block.resale)
            need[block.service, phase] = max(0, cost)
    return need


def shut(block: Block, own: Sequence[int]) -> list[int]:
    """Existing sites that are not open."""
    here = {int(block.option_site[o]) for o in own}
    existing = {int(j) for j, o in zip(block.option_site, block.options, strict=True) if o.action == "keep"}
    return sorted(existing - here)


def can_be_paid(problem: Problem, need: Mapping[tuple[str, int], int]) -> bool:
    """Hall's condition over all sets of (service, phase): the purses that may pay any of them hold enough."""
    due = [(key, amount) for key, amount in need.items() if amount]
    purses = [
        (amount, {(s, t) for s in f.pays for t in range(len(problem.phases)) if t == p or (f.carries_over and t > p)})
        for f in problem.funds
        for p, amount in enumerate(f.amounts)
    ]
    for size in range(1, len(due) + 1):
        for part in itertools.combinations(due, size):
            keys = {key for key, _ in part}
            if sum(amount for _, amount in part) > sum(amount for amount, pays in purses if pays & keys):
                return False
    return True


def land_of(problem: Problem, opened: Opened) -> list[int]:
    """Building land by phase: of each plot the largest new site."""
    plots: dict[tuple[int, str], int] = {}
    for block in problem.blocks:
        for o in opened[block.service]:
            if block.options[o].action == "new":
                name = block.plot[block.option_site[o]] or f"plot of {block.options[o].site}"
                key = int(block.phase[o]), name
                plots[key] = max(plots.get(key, 0), int(block.land[o]))
    return [sum(m2 for (phase, _), m2 in plots.items() if phase == p) for p in range(len(problem.phases))]


# ---- who is served


def since_of_ways(problem: Problem, block: Block, opened: Opened) -> tuple[int | None, ...]:
    """Phase from which on each way can be gone (-1: from the beginning), None where it cannot."""

    def opens(service: str, site: str) -> int | None:
        for other in problem.blocks:
            if other.service == service:
                for o in opened[service]:
                    if other.options[o].site == site:
                        return int(other.phase[o])
        return None

    found: list[int | None] = []
    for j, line in zip(block.pair_site.tolist(), block.pair_line.tolist(), strict=True):
        since = opens(block.lender[j], block.site_ids[j])
        if since is not None and line >= 0:
            lines = [b for b in problem.blocks if b.service == block.line_service]
            runs = opens(block.line_service, lines[0].site_ids[line]) if lines else None
            since = None if runs is None else max(since, runs)
        found.append(since)
    return tuple(found)


def _outcomes(
    problem: Problem, block: Block, own: tuple[int, ...], since: tuple[int | None, ...]
) -> dict[object, Stages]:
    """The best stages of a service by which settlements of the packages it serves; nothing where rules are broken."""
    found: dict[object, Stages] = {}
    for served in all_served(problem, block, own, since):
        flags, stages = _flags(problem, block, served), _stages(problem, block, own, served)
        found[flags] = max(found.get(flags, stages), stages)
    return found


def all_served(problem: Problem, block: Block, own: tuple[int, ...], since: tuple[int | None, ...]) -> set[Served]:
    """Persons of every demand point by phase, in all ways that the open sites allow; none where rules are broken."""
    phases = range(len(problem.phases))
    ways: list[list[int]] = [[] for _ in block.demand]
    for w, i in enumerate(block.pair_demand.tolist()):
        if since[w] is not None:
            ways[i].append(w)

    def by_phase(went: Mapping[int, int]) -> tuple[int, ...]:
        return tuple(sum(n for w, n in went.items() if since[w] <= t) for t in phases)  # type: ignore[operator]

    if block.family in ("coverage", "line"):
        everybody = []
        for q, mine in zip(block.demand.tolist(), ways, strict=True):
            first = min((since[w] for w in mine), default=len(phases))  # type: ignore[type-var]
            everybody.append(tuple(q if first <= t else 0 for t in phases))  # type: ignore[operator]
        return {tuple(everybody)}
    option = {int(block.option_site[o]): o for o in own}
    states: set[tuple[Served, tuple[int, ...], tuple[int, ...]]] = {
        ((), (0,) * len(block.site_ids), (0,) * len(block.site_ids))
    }
    for i, mine in enumerate(ways):
        all_of_them = any(k == i and j not in option for j, k in block.guards.tolist())
        handouts = _handouts(block, i, passable(block, option, mine), all_of_them=all_of_them)
        grown = set()
        for served, used, boarders in states:
            for went in handouts:
                now, beds = list(used), list(boarders)
                for w, n in went.items():
                    now[block.pair_site[w]] += n
                    beds[block.pair_site[w]] += n if block.pair_boards[w] else 0
                fits = all(now[j] <= block.capacity[o] and beds[j] <= block.beds[o] for j, o in option.items())
                if fits:
                    grown.add(((*served, by_phase(went)), tuple(now), tuple(beds)))
        states = grown
    return {
        served
        for served, used, _ in states
        if all(used[j] >= block.fewest[o] for j, o in option.items()) and _goes_on(block, option, used)
    }


def passable(block: Block, option: Mapping[int, int], ways: Sequence[int]) -> list[int]:
    """The ways that count for who is closest: a boarding way to a site that is open without beds is none."""
    beds = {j: block.beds[o] for j, o in option.items()}
    return [w for w in ways if not block.pair_boards[w] or beds.get(int(block.pair_site[w]), 0)]


def _handouts(block: Block, i: int, ways: Sequence[int], *, all_of_them: bool) -> list[dict[int, int]]:
    """Every way of sending whole persons of a demand point."""
    people = int(block.demand[i])
    mine = ways[:1] if block.closest else ways
    found = []
    for went in itertools.product(range(people + 1), repeat=len(mine)):
        total = sum(went)
        if total > people or (all_of_them and total < people):
            continue
        if block.whole and total and not (total == people and sum(n > 0 for n in went) == 1):
            continue
        sent = {w: n for w, n in zip(mine, went, strict=True) if n}
        by_access = {a: sum(n for w, n in sent.items() if block.pair_access[w] == a) for a in block.eligible}
        if all(n <= block.eligible[a][i] for a, n in by_access.items()):
            found.append(sent)
    return found


def _goes_on(block: Block, option: Mapping[int, int], used: Sequence[int]) -> bool:
    """Whether what comes to the stations can go on to open disposal places."""
    if block.family != "haul":
        return True
    left = {j: int(block.capacity[o]) - used[j] for j, o in option.items() if block.disposal[j]}
    moves = list(zip(block.transfer_from.tolist(), block.transfer_to.tolist(), strict=True))
    stations = [j for j in option if not block.disposal[j] and used[j]]
    goals = tuple(tuple(d for s, d in moves if s == j and d in left) for j in stations)
    return _can_go(tuple(used[j] for j in stations), goals, tuple(sorted(left.items())))


@lru_cache(maxsize=8192)
def _can_go(amounts: tuple[int, ...], goals: tuple[tuple[int, ...], ...], left: tuple[tuple[int, int], ...]) -> bool:
    if not amounts:
        return True
    room = dict(left)
    for parts in itertools.product(*(range(min(amounts[0], room[d]) + 1) for d in goals[0])):
        if sum(parts) == amounts[0]:
            after = {d: n - sum(p for g, p in zip(goals[0], parts, strict=True) if g == d) for d, n in room.items()}
            if min(after.values(), default=0) >= 0 and _can_go(amounts[1:], goals[1:], tuple(sorted(after.items()))):
                return True
    return False


# ---- what that is worth


def _flags(problem: Problem, block: Block, served: Served) -> object:
    """For each target with a package: which of its settlements this service serves in full."""
    flags = []
    for row in problem.targets:
        if block.service in row.package:
            t = min(row.by, len(problem.phases) - 1)
            at = row.package[block.service].tolist()
            flags.append((row.id, tuple(i < 0 or served[i][t] == block.demand[i] for i in at)))
    return tuple(flags)


def _stages(problem: Problem, block: Block, own: Sequence[int], served: Served) -> Stages:
    """What a service adds to each tier and to the worth, packages left out."""
    tiers = dict.fromkeys(problem.tiers, 0)
    for row in problem.targets:
        if row.service == block.service and not row.package:
            t = min(row.by, len(problem.phases) - 1)
            value = _value(row, block, own, [phases[t] for phases in served])
            tiers[row.tier] += row.points * min(row.need, value)
    return (*tiers.values(), block.weight * sum(phases[-1] for phases in served))


def _value(row: TargetRow, block: Block, own: Sequence[int], served: Sequence[int]) -> int:
    members = row.members.tolist()
    if row.indicator == "served_share":
        return sum(served[i] for i in members)
    if row.indicator == "settlements_share":
        return sum(served[i] == block.demand[i] for i in members)
    if row.indicator in ("open_count", "built_count"):
        counted = range(len(block.options)) if row.options is None else row.options.tolist()
        return sum(o in own and bool(block.counts[o]) for o in counted)
    shares = [
        Fraction(sum(served[i] for i in part), sum(int(block.demand[i]) for i in part)) if part else None
        for part in ([int(i) for i in part] for part in row.parts)
    ]
    if row.indicator == "worst_township_share":
        return min((floor(10_000 * share) for share in shares if share is not None), default=10_000)
    assert row.indicator == "urban_rural_gap"
    urban, rural = shares
    return 10_000 if urban is None or rural is None else 10_000 - max(0, ceil(10_000 * (urban - rural)))


def _sum(problem: Problem, parts: Sequence[Stages], flags: Sequence[object]) -> Stages:
    """The stages of all services together, with the packages."""
    total = [sum(stage) for stage in zip(*parts, strict=True)]
    by_target: dict[str, list[tuple[bool, ...]]] = {}
    for own in flags:
        for name, listed in own:  # type: ignore[attr-defined]
            by_target.setdefault(name, []).append(listed)
    for row in problem.targets:
        if row.package:
            whole = sum(all(of_service) for of_service in zip(*by_target[row.id], strict=True))
            total[problem.tiers.index(row.tier)] += row.points * min(row.need, whole)
    return tuple(total)


def reached(problem: Problem, plan: Plan) -> Stages:
    """What a plan reaches, stage by stage as in `best`, read from its lists alone."""
    parts, flags = [], []
    place = {name: t for t, name in enumerate(problem.phases)}
    for block in problem.blocks:
        part = plan.services[block.service]
        known = {(o.site, o.size, o.action, o.phase): k for k, o in enumerate(block.options)}
        own = [known[o.site, o.size, o.action, o.phase] for o in part.open]
        persons = [[0] * len(problem.phases) for _ in block.demand_ids]
        at = {name: i for i, name in enumerate(block.demand_ids)}
        for a in part.assignments:
            for t in range(len(problem.phases)):
                if not a.since or place[a.since] <= t:
                    persons[at[a.settlement]][t] += a.persons
        served = tuple(map(tuple, persons))
        parts.append(_stages(problem, block, own, served))
        flags.append(_flags(problem, block, served))
    return _sum(problem, parts, flags)
