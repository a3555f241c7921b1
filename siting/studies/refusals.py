"""Why a site is not in the plan: what it would bring, what it would cost, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from siting.counties.county import County, RedLine
from siting.errors import SolverFailed
from siting.plans import assign
from siting.plans.funding import affordable, capital, land
from siting.problems.problem import Block
from siting.roads.network import Plane
from siting.studies import offering
from siting.studies.offering import Bench
from siting.studies.serving import Serving

#: nobody: it would serve nobody more; money, running, land: what is left does not suffice; order: what is left would
#: pay for it, so that only targets of a higher tier or the gap that is not closed keep it out; cost, travel: the first
#: aim, which nothing is opened against; least: people do not suffice for the fewest that sites must have; else what
#: forbids it.
Cause = Literal["nobody", "money", "running", "land", "order", "cost", "travel", "least"] | offering.Block


@dataclass(frozen=True)
class Refusal:
    """A site that could be open and is not: in its best size it would serve ``gain`` more beside the plan, for so much
    money in base units; ``fund`` may pay and has ``left``."""

    service: str
    site: str
    size: str
    gain: int
    capital: int
    running: int
    fund: str
    left: int
    cause: Cause


class Refusals:
    """The refusals beside one plan."""

    def __init__(self, bench: Bench, serving: Serving) -> None:
        self.bench, self.serving = bench, serving

    def at(self, settlement: str) -> list[Refusal]:
        """Every candidate that stands in a settlement, those that would bring most first."""
        rows = [s for s in self.bench.county.sites if s.settlement == settlement and s.service in self.serving.blocks]
        shut = [s for s in rows if (s.service, s.id) not in self.bench.taken]
        found = [self.of(s.service, s.id) for s in shut]
        return sorted(found, key=lambda r: (-r.gain, r.capital, r.service, r.site))

    def of(self, service: str, site: str) -> Refusal:
        """Why one site that is not open is not."""
        block = self.serving.blocks[service]
        fund, left = self.bench.fund(service)
        tried = list(self._options(block, site))
        if not tried:
            _, barred = self.bench.offer(service, site, 1)
            return Refusal(service, site, "", 0, 0, 0, fund, left, barred or "no_site")
        gain, o = max(tried, key=lambda pair: (pair[0], -int(block.capital[pair[1]]), -pair[1]))
        option, costs, running = block.options[o], int(block.capital[o]), int(block.running[o])
        if site in self.bench.stands:  # the plan closes it
            costs = max(0, costs + self.bench.kept_from_sale(service))
        cause: Cause = self.bench.forbidden(service, option) or ("order" if gain else "nobody")
        if cause == "order":
            aims: dict[str, Cause] = {"cost": "cost", "travel": "travel"}
            cause = self._want(block, o) or aims.get(self.serving.problem.aims[0], "order")
        return Refusal(service, site, option.size, gain, costs, running, fund, left, cause)

    def _options(self, block: Block, site: str) -> Iterable[tuple[int, int]]:
        """Persons of its own service gained, and position, of every option."""
        at = block.site_ids.index(site)
        before = self.serving.base[block.service].total
        for o in block.options_at[at]:
            state = self.serving.otherwise(block.service, {at: o})
            yield max(0, self.serving.served(block, state).total - before), o

    def _want(self, block: Block, o: int) -> Cause | None:
        """What there is too little of, in each phase in which the site could open as option ``o`` does in the first."""
        like, wants = block.options[o], list[Cause | None]()
        for other in block.options_at[int(block.option_site[o])]:
            option = block.options[other]
            if (option.size, option.action) == (like.size, like.action):
                wants.append(self._want_of(block, other))
        return None if None in wants else wants[0]

    def _want_of(self, block: Block, o: int) -> Cause | None:
        """What there is too little of for one option, all funds that may pay taken together."""
        problem = self.serving.problem
        opened = {key: own[own >= 0].tolist() for key, own in self.serving.state.items()}
        opened[block.service] = sorted([*opened[block.service], o])
        if not affordable(capital(problem, opened), problem.funds):
            return "money"
        budget = problem.running_budget
        if budget is not None and self.bench.measures.running + int(block.running[o]) > budget:
            return "running"
        used = land(problem, opened) if problem.land_quota else []
        if any(m2 > most for m2, most in zip(used, problem.land_quota, strict=False)):
            return "land"
        try:
            if block.fewest.any():
                assign.service_plan(problem, block, opened)
        except SolverFailed:
            return "least"
        return None


def red_lines(county: County, settlement: str) -> list[RedLine]:
    """The red lines in which a settlement lies: nothing can be built at its place."""
    place = next(s for s in county.settlements if s.id == settlement)
    plane = Plane.of(county.roads)
    near = (zone for zone in county.red_lines if _box(zone.rings[0], place.lon, place.lat))
    return [zone for zone in near if plane.to_polygon_m(place.lon, place.lat, zone.rings) == 0]


def _box(ring: tuple[tuple[float, float], ...], lon: float, lat: float) -> bool:
    """Whether a point lies in the box of a ring."""
    x, y = np.array(ring).T
    return bool(x.min() <= lon <= x.max() and y.min() <= lat <= y.max())
