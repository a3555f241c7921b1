"""Why a site is not in the plan: what it would bring, what it would cost, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from siting.counties.county import County, RedLine
from siting.plans.funding import land
from siting.problems.problem import Block
from siting.roads.network import Plane
from siting.studies import offering
from siting.studies.offering import Bench
from siting.studies.serving import Serving

#: nobody: it would serve nobody more; money, running, land: what is left does not suffice; order: what is left would
#: pay for it, so that only targets of a higher tier or the gap that is not closed keep it out; else what forbids it.
Cause = Literal["nobody", "money", "running", "land", "order"] | offering.Block


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
        option, capital, running = block.options[o], int(block.capital[o]), int(block.running[o])
        cause: Cause = self.bench.forbidden(service, option) or ("order" if gain else "nobody")
        if cause == "order":
            cause = self._want(block, o, left) or "order"
        return Refusal(service, site, option.size, gain, capital, running, fund, left, cause)

    def _options(self, block: Block, site: str) -> Iterable[tuple[int, int]]:
        """Persons of its own service gained, and position, of every option."""
        at = block.site_ids.index(site)
        before = self.serving.base[block.service].total
        for o in block.options_at[at]:
            state = self.serving.otherwise(block.service, {at: o})
            yield max(0, self.serving.served(block, state).total - before), o

    def _want(self, block: Block, o: int, left: int) -> Cause | None:
        """What there is too little of."""
        measures, problem = self.bench.measures, self.serving.problem
        if int(block.capital[o]) > left:
            return "money"
        budget = problem.running_budget
        if budget is not None and measures.running + int(block.running[o]) > budget:
            return "running"
        if problem.land_quota:
            opened = {key: own[own >= 0].tolist() for key, own in self.serving.state.items()}
            phase = max(0, int(block.phase[o]))
            if int(block.land[o]) > problem.land_quota[phase] - land(problem, opened)[phase]:
                return "land"
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
