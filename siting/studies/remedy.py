"""What would help: for everybody who is not served, how far the nearest sites lie and what the cheapest remedy costs.

A remedy helps one settlement beside the plan as it is (`siting.studies.offering`): it says what to ask for, not what is
best for the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.plan import Reason
from siting.studies import nearest
from siting.studies.nearest import Near
from siting.studies.offering import Bench, Block, Offer

#: The block that is told where sites differ: the one that is nearest to a remedy.
TOLD: tuple[Block, ...] = ("full", "few_left", "few", "rule", "onward", "referral", "keep_away", "host", "no_road")


@dataclass(frozen=True)
class Remedy:
    """One settlement with people left over: nearest open site, nearest that could be built, the cheapest offer.

    ``fund`` may pay for the offer and has ``left`` in base units; ``block`` says why there is no offer.
    """

    service: str
    settlement: str
    persons: int
    reason: Reason
    open: Near | None
    candidate: Near | None
    offer: Offer | None
    fund: str
    left: int
    block: Block


def of(bench: Bench) -> tuple[Remedy, ...]:
    """A remedy for every settlement of every service where people are left over, in the order of the plan."""
    return tuple(remedy for key in bench.plan.services for remedy in _of_service(bench, key))


def _of_service(bench: Bench, key: str) -> list[Remedy]:
    """The remedies of one service."""
    unserved = bench.plan.services[key].unserved
    wanted = np.array([bench.place[u.settlement] for u in unserved], dtype=np.int64)
    if not len(wanted):
        return []
    opened, others = (_nearest(bench, key, wanted, is_open=is_open) for is_open in (True, False))
    ways = bench.ways(key, wanted)
    found = []
    for n, u in enumerate(unserved):
        offers, blocks = bench.offers(key, ways.get(int(wanted[n]), ()), u.settlement, u.persons)
        best = min(offers, key=lambda o: (-o.serves, o.capital, o.running, o.access, o.site), default=None)
        block: Block = "" if best else next((b for b in TOLD if b in blocks), "no_site")
        if u.reason == "unreachable":
            block = "no_road"
        fund, left = bench.fund(best.service if best else key)
        found.append(Remedy(key, u.settlement, u.persons, u.reason, opened[n], others[n], best, fund, left, block))
    return found


def _nearest(bench: Bench, key: str, wanted: np.ndarray, *, is_open: bool) -> list[Near | None]:
    """For each settlement the nearest site that is open, or else could be."""
    sites = [pair for pair in bench.sites[key] if pair in bench.options and (pair in bench.taken) == is_open]
    points = [point for owner, site in sites for point in _points(bench, owner, site)]
    beds = {
        pair[1] for pair in sites if (bench.taken[pair].beds if is_open else any(o.beds for o in bench.options[pair]))
    }
    return nearest.by_access(bench.county, bench.times, key, wanted, points, beds)


def _points(bench: Bench, key: str, site: str) -> list[tuple[str, str, int]]:
    """Where a site is gone to: its place, or the stops of a line; disposal places are nobody's nearest."""
    stops = [(site, "stop", bench.place[stop]) for stop in bench.stops.get((key, site), ())]
    return [(site, "site", bench.site_at[site])] if site in bench.site_at else stops
