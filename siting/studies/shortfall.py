"""What would close each missed target, and why the plan misses it.

The steps are chosen one after another by what each person gained costs: a rule of thumb, which shows the size of the
money that is missing; nothing is claimed of it. Beside the plan as it is, as in `siting.studies.offering`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from siting.counties.sections import COUNTS
from siting.plans.measure import TargetFigures
from siting.problems.needs import WHOLE_SHARE, TargetNeed, reached, target_needs
from siting.reading.scenario import Scenario
from siting.studies.offering import Bench, Offer

#: later: met after its year; beyond: no site in reach; blocked: none may be built; money, running: not enough.
Cause = Literal["later", "beyond", "blocked", "money", "running", "other"]
#: After so many steps the sum says enough.
MOST_STEPS = 2000


@dataclass(frozen=True)
class Closing:
    """The steps that would close a missed target, as far as they can.

    ``gain`` in the unit of the target's shortfall (for a gap and for the worst township: persons), of ``wanted``;
    money in base units; ``fund`` may pay and has ``left``, all such funds together ``left_in_all``; ``funds`` is each
    of them with what it has left.
    """

    target: str
    cause: Cause
    steps: tuple[Offer, ...]
    wanted: int
    gain: int
    fund: str
    left: int
    left_in_all: int
    funds: tuple[tuple[str, int], ...] = ()

    @property
    def capital(self) -> int:
        """Capital of all steps."""
        return sum(step.capital for step in self.steps)

    @property
    def running(self) -> int:
        """Yearly running cost of all steps."""
        return sum(step.running for step in self.steps)

    @property
    def whole(self) -> bool:
        """True where the steps close the target."""
        return self.gain >= self.wanted


def of(bench: Bench, scenario: Scenario) -> tuple[Closing, ...]:
    """A closing for every missed target."""
    needs = {need.target.id: need for need in target_needs(bench.county, scenario)}
    return tuple(_closing(needs[f.id], f, bench) for f in bench.measures.targets if not f.met)


def _closing(need: TargetNeed, figures: TargetFigures, bench: Bench) -> Closing:
    target = need.target
    figures = replace(figures, value=reached(replace(need, by=None), bench.plan.services, bench.county))
    if figures.met:
        return Closing(target.id, "later", (), 0, 0, "", 0, 0)
    if target.package:
        steps, gain, wanted = *_package(need, figures.shortfall, bench), figures.shortfall
    elif target.indicator in COUNTS:
        steps, wanted = _counted(need, figures.shortfall, bench), figures.shortfall
        gain = len(steps)
    else:
        steps, gain, wanted = _people(need, figures, bench)
    services = dict.fromkeys([step.service for step in steps] or need.services)
    funds = [bench.fund(key) for key in services]
    fund, left = min(funds, key=lambda pair: pair[1])
    in_all = sum(amount for key in services for amount in bench.left(key).values()) if len(services) == 1 else left
    cause = _cause(figures, steps, gain >= wanted, in_all, bench)
    each = tuple({id: amount for key in services for id, amount in bench.left(key).items()}.items())
    return Closing(target.id, cause, tuple(steps), wanted, gain, fund, left, in_all, each)


def _cause(figures: TargetFigures, steps: Iterable[Offer], whole: bool, left: int, bench: Bench) -> Cause:
    if figures.beyond and figures.beyond >= figures.shortfall:
        return "beyond"
    if not whole:
        return "blocked"
    measures = bench.measures
    if sum(step.capital for step in steps) > left:
        return "money"
    more, budget = sum(step.running for step in steps), measures.running_available
    return "running" if budget is not None and measures.running + more > budget else "other"


def _people(need: TargetNeed, figures: TargetFigures, bench: Bench) -> tuple[list[Offer], int, int]:
    """Steps for shares of people or settlements, for the worst townships, for the rural side of a gap."""
    target, key = need.target, need.target.service
    got = bench.plan.services[key].served()
    left = {i: q - got.get(i, 0) for i, q in need.demand.items() if q > got.get(i, 0)}
    shares = target.indicator == "settlements_share"
    if target.indicator == "worst_township_share":
        jobs = []
        for part in need.parts:
            asked = -(-figures.need * sum(need.demand[i] for i in part) // WHOLE_SHARE)
            jobs.append((asked - sum(got.get(i, 0) for i in part), [i for i in part if i in left]))
    elif target.indicator == "urban_rural_gap":
        rural = need.parts[1]
        jobs = [
            (-(-figures.shortfall * sum(need.demand[i] for i in rural) // WHOLE_SHARE), [i for i in rural if i in left])
        ]
    else:
        jobs = [(figures.shortfall, list(left))]
    jobs = [(wanted, members) for wanted, members in jobs if wanted > 0]
    walk = _Walk(bench, key, left, whole=shares)
    gains = [min(wanted, walk.close(members, wanted)) for wanted, members in jobs]
    return walk.steps, sum(gains), sum(wanted for wanted, _ in jobs)


class _Walk:
    """Steps for the people of one service who are left over; what one step serves, the next need not."""

    def __init__(self, bench: Bench, key: str, left: dict[str, int], *, whole: bool) -> None:
        self.bench, self.key, self.left, self.whole = bench, key, left, whole
        self.steps: list[Offer] = []
        self.used: set[tuple[str, str, bool]] = set()
        self.built: set[str] = set()
        place = np.array(sorted(bench.place[i] for i in left), dtype=np.int64)
        names = [s.id for s in bench.county.settlements]
        service = bench.county.services[key]
        self.near: dict[tuple[str, str, bool], dict[str, int]] = {}
        for i, ways in bench.ways(key, place).items():
            for j, a, line in ways:
                access = service.access[a] if a < len(service.access) else None
                boards = access is not None and access.kind == "boarding"
                most = left[names[i]]
                if access is not None and access.eligible:
                    most = min(most, bench.pools[access.eligible][i])
                if (
                    access is not None
                    and line >= 0
                    and (access.line, bench.lines[access.line][line]) not in bench.taken
                ):
                    continue  # a step is one site: lines that do not run are left to the remedies of settlements
                self.near.setdefault((*bench.sites[key][j], boards), {})[names[i]] = most

    def close(self, members: list[str], wanted: int) -> int:
        """Take steps until so many persons (or whole settlements) of these are gained; returns how many."""
        mine, gained = set(members), 0
        heap = [(*rank, site) for site in self.near if (rank := self._rank(site, mine))]
        heapq.heapify(heap)
        while heap and gained < wanted and len(self.steps) < MOST_STEPS:
            *_, site = heapq.heappop(heap)
            rank = self._rank(site, mine)
            if not rank:
                continue
            if heap and rank > heap[0][:2]:
                heapq.heappush(heap, (*rank, site))
                continue
            gained += self._take(site, mine)
        return gained

    def _reach(self, site: tuple[str, str, bool], mine: set[str]) -> dict[str, int]:
        return {i: min(n, self.left[i]) for i, n in self.near[site].items() if i in mine and self.left.get(i)}

    def _rank(self, site: tuple[str, str, bool], mine: set[str]) -> tuple[float, int] | None:
        """Cost of a person gained, and how few they are; None where the site helps nobody."""
        if site in self.used:
            return None
        persons = sum(self._reach(site, mine).values())
        offer, _ = self.bench.offer(*site[:2], persons, boards=site[2], built=self.built)
        return None if offer is None else (offer.capital / offer.serves, -offer.serves)

    def _take(self, site: tuple[str, str, bool], mine: set[str]) -> int:
        reach = self._reach(site, mine)
        offer, _ = self.bench.offer(*site[:2], sum(reach.values()), boards=site[2], built=self.built)
        assert offer is not None
        self.used.add(site)
        self.steps.append(offer)
        self.built |= {offer.also, offer.site}
        room, gained = offer.serves, 0
        for i in sorted(reach, key=lambda i: (reach[i], i)):
            served = min(room, reach[i])
            if served < reach[i] and self.bench.county.services[self.key].whole_settlements:
                continue  # everybody of a settlement or nobody
            room -= served
            self.left[i] -= served
            gained += int(self.left[i] == 0 and served > 0) if self.whole else served
        return gained


def _counted(need: TargetNeed, missing: int, bench: Bench) -> list[Offer]:
    """The cheapest sites that a count would count."""
    target, key = need.target, need.target.service
    found: dict[str, Offer] = {}
    for (service, site), options in bench.options.items():
        for option in options:
            own = bench.taken.get((service, site))
            counted = option.action != "keep" and (not target.sizes or option.size in target.sizes)
            counts = own is not None and (target.indicator == "open_count" or own.opening.action != "keep")
            already = counts and own is not None and (not target.sizes or own.opening.size in target.sizes)
            if service == key and counted and not already and not bench.forbidden(key, option):
                capital, running = option.capital, option.running
                if own is not None:
                    capital, running = max(0, capital - own.capital), running - own.running
                offer = Offer(key, site, option.size, option.action, capital, running, 1)
                if site not in found or capital < found[site].capital:
                    found[site] = offer
    return sorted(found.values(), key=lambda o: (o.capital, o.running, o.site))[:missing]


def _package(need: TargetNeed, missing: int, bench: Bench) -> tuple[list[Offer], int]:
    """The villages that lack least, each with what would bring it the services that it lacks."""
    villages: dict[str, list[Offer] | None] = {}
    for key, asked in need.package.items():
        got = bench.plan.services[key].served()
        lack: Mapping[str, int] = {i: q - got.get(i, 0) for i, q in asked.items() if q > got.get(i, 0)}
        ways = bench.ways(key, np.array(sorted(bench.place[i] for i in lack), dtype=np.int64))
        for i, persons in lack.items():
            offers, _ = bench.offers(key, ways.get(bench.place[i], ()), i, persons)
            full = [offer for offer in offers if offer.serves >= persons]
            best = min(full, key=lambda o: (o.capital, o.running, o.site), default=None)
            held = villages.setdefault(i, [])
            villages[i] = None if held is None or best is None else [*held, best]
    possible = [(sum(o.capital for o in offers), i) for i, offers in villages.items() if offers is not None]
    chosen = [i for _, i in sorted(possible)[:missing]]
    steps = dict.fromkeys(offer for i in chosen for offer in villages[i] or ())
    return list(steps), len(chosen)
