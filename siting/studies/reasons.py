"""Why a site is in the plan: what would be lost without it, and what could stand in for it.

Each site is taken away by itself (an enlargement is undone) while all others stay, and whom the rest can serve is
counted anew (`siting.studies.serving`): nothing is solved, and nothing is rebuilt in its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from siting.plan import Assignment, Opening, Plan
from siting.plans.measure import Measures
from siting.problems.needs import share_value
from siting.problems.problem import Block, Problem, TargetRow
from siting.studies.serving import Served, Serving, State, counted

#: Of a service: position of each demand point, who comes to each site, and the first open way of a demand point and
#: the first to another site than that, by position.
_Ways = tuple[dict[str, int], dict[str, list[Assignment]], dict[int, int], dict[int, int]]
COUNTS = ("open_count", "built_count")


@dataclass(frozen=True)
class Loss:
    """Persons of a service who could not be served without a site, and the settlements where they live.

    ``exact``: these very settlements; else others could give up their places instead, and only the sum is certain.
    ``whole``: settlements go together, so that at least so many are lost.
    """

    service: str
    persons: int
    settlements: tuple[tuple[str, int], ...]
    exact: bool
    whole: bool = False


@dataclass(frozen=True)
class Reason:
    """Why one site is in the plan.

    ``users`` come to it now (kilograms a day in haul services); ``capital`` and ``running`` in base units are what it
    costs beside not having it, before the saving of a shared plot; ``missed`` targets that would be missed without it;
    ``farther`` how much farther, on average, those would go who have another site by the same access (seconds, metres;
    None where nobody has, or where it is not known who they are), for the access number ``access`` that most come by.
    """

    service: str
    opening: Opening
    users: int
    losses: tuple[Loss, ...]
    missed: tuple[str, ...]
    capital: int
    running: int
    may_go: bool
    farther: float | None = None
    access: int = 0

    @property
    def lost(self) -> int:
        """Persons of its own service who would be left."""
        return sum(loss.persons for loss in self.losses if loss.service == self.service)

    @property
    def needed(self) -> bool:
        """False where nobody would be left and no target would be missed."""
        return any(loss.persons for loss in self.losses) or bool(self.missed)


class Reasons:
    """The reasons of the sites of one plan."""

    def __init__(self, problem: Problem, plan: Plan, measures: Measures) -> None:
        self.serving = Serving(problem, plan)
        self.problem, self.plan, self.measures = problem, plan, measures
        self.ways: dict[str, _Ways] = {}
        self.figures = {(f.service, f.opening.site): f for f in measures.sites}
        self.values = {t.id: t.value for t in measures.targets}
        blocks = self.serving.blocks.values()
        self.sole = {b.service: self.serving.sole(b) for b in blocks if b.served_in_full_only}

    def changed(self) -> list[Reason]:
        """A reason for every site that the plan builds or enlarges, those that most people need first."""
        found = [
            self.of(key, opening)
            for key, part in self.plan.services.items()
            for opening in part.open
            if opening.action != "keep"
        ]
        return sorted(found, key=lambda r: (-r.lost, -len(r.missed), r.service, r.opening.site))

    def of(self, service: str, opening: Opening) -> Reason:
        """The reason of one open site."""
        block, figures = self.serving.blocks[service], self.figures[service, opening.site]
        site = block.site_ids.index(opening.site)
        option = int(self.serving.state[service][site])
        back = undone(block, option)
        state = self.serving.otherwise(service, {site: back})
        users = self.serving.users.get((service, opening.site), set())
        served = {key: self.serving.served(self.serving.blocks[key], state) for key in sorted(users)}
        losses = [self._loss(key, service, opening.site, served[key], back) for key in served]
        capital, running = int(block.capital[option]), int(block.running[option])
        if back >= 0:
            capital, running = capital - int(block.capital[back]), running - int(block.running[back])
        return Reason(
            service,
            opening,
            figures.persons,
            tuple(loss for loss in losses if loss.persons),
            tuple(self._missed(service, state, served)),
            capital,
            running,
            not block.must_open[site],
            *(self._farther(block, opening.site) if back < 0 else (None, 0)),
        )

    def _loss(self, key: str, owner: str, site: str, after: Served, back: int) -> Loss:
        block, base = self.serving.blocks[key], self.serving.base[key]
        lost = base.people - after.people
        if block.served_in_full_only and back < 0:
            who = self.sole[key].get((owner, site), np.zeros(0, dtype=np.int64))
            lost = np.zeros_like(lost)
            lost[who] = block.demand[who]
        places = [(block.demand_ids[i], int(lost[i])) for i in np.flatnonzero(lost > 0)]
        places.sort(key=lambda pair: (-pair[1], pair[0]))
        persons = int(lost.sum())
        if not block.served_in_full_only:  # the flow may serve more than the plan, which may not part settlements
            persons = sum(a.persons for a in self.plan.services[key].assignments) - after.total
        return Loss(key, max(0, persons), tuple(places), block.served_in_full_only, block.whole)

    def _missed(self, service: str, state: State, served: dict[str, Served]) -> Iterable[str]:
        """Targets that the plan meets and that nobody could meet without the site, as far as that is certain."""
        for row in self.problem.targets:
            held = self.values.get(row.id, 0)
            if row.need and held >= row.need and not row.package and row.by >= len(self.problem.phases) - 1:
                after = self._certain(row, service, state, served)
                if after is not None and after < row.need:
                    yield row.id

    def _certain(self, row: TargetRow, service: str, state: State, served: dict[str, Served]) -> int | None:
        """The most that a target could still reach, None where it does not change or is not known."""
        block = self.serving.blocks[row.service]
        if row.indicator in COUNTS:
            return counted(block, row, state) if row.service == service else None
        if row.service not in served:
            return None
        people = served[row.service].people
        if block.served_in_full_only:
            return value(block, row, people)
        everybody = row.indicator == "served_share" and len(row.members) == len(block.demand)
        return int(people.sum()) if everybody else None

    def _farther(self, block: Block, site: str) -> tuple[float | None, int]:
        """Mean of what the users of a coverage site would travel more, those who have another open site; by which
        access most of them come."""
        if block.family != "coverage":
            return None, 0
        own = block.site_ids.index(site)
        position, assigned, first, second = self._ways(block)
        sums: dict[int, tuple[int, int]] = {}
        for a in assigned.get(site, ()):
            i = position[a.settlement]
            way = second.get(i) if i in first and block.pair_site[first[i]] == own else first.get(i)
            if way is not None and int(block.pair_access[way]) == a.access:
                persons, more = sums.get(a.access, (0, 0))
                farther = int(block.pair_travel[way]) - a.travel
                sums[a.access] = persons + a.persons, more + a.persons * farther
        if not sums:
            return None, 0
        access, (persons, more) = max(sums.items(), key=lambda pair: (pair[1][0], -pair[0]))
        return more / persons, access

    def _ways(self, block: Block) -> _Ways:
        if block.service not in self.ways:
            ways = np.flatnonzero(self.serving.open_ways(block, self.serving.state))
            first = _first(block, ways)
            nearest = np.full(len(block.demand), -1, dtype=np.int64)
            nearest[list(first)] = block.pair_site[list(first.values())]
            second = _first(block, ways[block.pair_site[ways] != nearest[block.pair_demand[ways]]])
            assigned: dict[str, list[Assignment]] = {}
            for a in self.plan.services[block.service].assignments:
                assigned.setdefault(a.site, []).append(a)
            position = {i: k for k, i in enumerate(block.demand_ids)}
            self.ways[block.service] = position, assigned, first, second
        return self.ways[block.service]


def _first(block: Block, ways: np.ndarray) -> dict[int, int]:
    """The first of these ways of each demand point that has one."""
    place, at = np.unique(block.pair_demand[ways], return_index=True)
    return dict(zip(place.tolist(), ways[at].tolist(), strict=True))


def undone(block: Block, option: int) -> int:
    """What a site is without what the plan did to it: as it stood, -1 where it did not stand or stood as it is."""
    if block.options[option].action != "expand":
        return -1
    return next(k for k in block.options_at[int(block.option_site[option])] if block.options[k].action == "keep")


def value(block: Block, row: TargetRow, people: np.ndarray) -> int:
    """Value of a target on people where so many of each demand point are served."""
    return share_value(row.indicator, people[row.members].tolist(), block.demand[row.members].tolist(), _parts(row))


@lru_cache(maxsize=64)
def _parts(row: TargetRow) -> list[list[int]]:
    """The parts of a target as positions among its members."""
    place = {i: k for k, i in enumerate(row.members.tolist())}
    return [[place[int(i)] for i in part] for part in row.parts]
