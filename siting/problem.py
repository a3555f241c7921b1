"""The problem as plain whole numbers: one block per service and the rows that the blocks share.

`pose` turns a county, its travel times and a scenario into a `Problem`; solvers read nothing else. All numbers are
integers in base units (``docs/rules.md``); pairs beyond the standard are absent, never infinite.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

import numpy as np

from siting.county import County
from siting.errors import Fault, InputRefused
from siting.plan import Action
from siting.rows import Site
from siting.scenario import Scenario, capital_available, running_available
from siting.sections import Service, Size, Target
from siting.travel import TravelTimes

#: Sum of all points of a tier stays far below 2**53, so that a float of the solver still counts single points.
POINTS_PER_WEIGHT = 1_000_000


@dataclass(frozen=True)
class Option:
    """One way in which a site can be open. Money in base units; ``capacity`` in persons, None for coverage."""

    site: str
    size: str
    action: Action
    capacity: int | None
    capital: int
    running: int


@dataclass(frozen=True)
class TargetNeed:
    """A target with the settlements that it is about (id to persons, all above 0), and the value that meets it."""

    target: Target
    demand: dict[str, int]
    whole: int
    need: int

    @property
    def points(self) -> int:
        """Points that one missing person, settlement or site costs in its tier."""
        if self.need == 0:
            return 0
        return max(1, _half_up(Decimal(self.target.weight * POINTS_PER_WEIGHT) / self.need))


@dataclass(frozen=True, eq=False)
class Block:
    """One service. Demand points are the settlements with demand above 0; positions count from 0.

    ``demand`` (n,) persons; ``settlements`` (n,) how many settlements a demand point stands for (1 as posed);
    ``must_open`` (m,) bool, sites that may not be shut; ``option_site`` (o,) position of the site of each option;
    ``capacity``, ``capital``, ``running`` (o,), capacity 0 for coverage; ``pair_demand``, ``pair_site``,
    ``pair_access``, ``pair_travel`` (p,) the pairs within the standard, those of a demand point together and its best
    site first; ``pair_travel`` in seconds or metres, rounded up; ``unreachable`` (n,) bool, demand points off the
    network. With nothing to be built, candidates are sites without options.
    """

    service: str
    family: str
    weight: int
    demand_ids: tuple[str, ...]
    demand: np.ndarray
    settlements: np.ndarray
    unreachable: np.ndarray
    site_ids: tuple[str, ...]
    must_open: np.ndarray
    options: tuple[Option, ...]
    option_site: np.ndarray
    capacity: np.ndarray
    capital: np.ndarray
    running: np.ndarray
    pair_demand: np.ndarray
    pair_site: np.ndarray
    pair_access: np.ndarray
    pair_travel: np.ndarray

    @property
    def least_running(self) -> int:
        """Yearly cost of the sites that must stay open, each in its cheapest option."""
        return sum(int(self.running[self.option_site == j].min()) for j in np.flatnonzero(self.must_open))

    @property
    def served_in_full_only(self) -> bool:
        """True for coverage: a settlement is served with all its people or not at all."""
        return self.family == "coverage"


@dataclass(frozen=True)
class Fund:
    """A source of capital: ``amount`` base units for the services of ``pays``."""

    id: str
    amount: int
    pays: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class TargetRow:
    """A target over a block: ``members`` are positions of demand points; ``points`` per missing unit."""

    id: str
    tier: int
    service: str
    indicator: str
    members: np.ndarray
    need: int
    points: int


@dataclass(frozen=True, eq=False)
class Problem:
    """What a solver may know: blocks in the order of the county, funds, running budget (None: unlimited), targets."""

    blocks: tuple[Block, ...]
    funds: tuple[Fund, ...]
    running_budget: int | None
    targets: tuple[TargetRow, ...]

    @property
    def tiers(self) -> tuple[int, ...]:
        """Tiers that have a target, the most important first."""
        return tuple(sorted({t.tier for t in self.targets}))

    def block(self, service: str) -> Block:
        """The block of a service."""
        return next(b for b in self.blocks if b.service == service)

    def only(self, services: Collection[str]) -> Problem:
        """The problem of some services; the others do no more than they must: no capital, sites kept at least cost."""
        budget = self.running_budget
        if budget is not None:
            budget -= sum(b.least_running for b in self.blocks if b.service not in services)
        return Problem(
            blocks=tuple(b for b in self.blocks if b.service in services),
            funds=tuple(
                Fund(f.id, f.amount, tuple(s for s in f.pays if s in services))
                for f in self.funds
                if any(s in services for s in f.pays)
            ),
            running_budget=budget,
            targets=tuple(t for t in self.targets if t.service in services),
        )


def pose(county: County, times: TravelTimes, scenario: Scenario) -> Problem:
    """Pose the problem of a scenario.

    Raises:
        InputRefused: keeping what must stay open already costs more per year than the running budget (E182).
    """
    blocks = tuple(_block(county, times, scenario, key) for key in scenario.services)
    budget = running_available(county, scenario)
    amounts = capital_available(county, scenario)
    problem = Problem(
        blocks=blocks,
        funds=tuple(Fund(fund.id, amounts[fund.id], fund.pays) for fund in county.file.funds),
        running_budget=budget,
        targets=tuple(_target_row(need, blocks) for need in target_needs(county, scenario)),
    )
    must = sum(block.least_running for block in blocks)
    if budget is not None and must > budget:
        raise InputRefused(
            Fault("E182", file="county.toml", column="running_budget_per_year", values={"must": must, "budget": budget})
        )
    return problem


def target_needs(county: County, scenario: Scenario) -> tuple[TargetNeed, ...]:
    """The targets of the planned services with what meets each (``docs/rules.md``, section 5)."""
    needs = []
    for target in county.file.targets:
        if target.service not in scenario.services:
            continue
        column = county.file.demand[county.services[target.service].demand].column
        demand = {
            s.id: s.people(column)
            for s in county.settlements
            if s.people(column) > 0
            and (not target.levels or s.level in target.levels)
            and (target.urban is None or s.urban == target.urban)
        }
        whole = {"served_share": sum(demand.values()), "settlements_share": len(demand), "open_count": 0}[
            target.indicator
        ]
        if target.threshold_pct is None:
            need = target.threshold_count or 0
        else:
            need = int((target.threshold_pct * whole / 100).to_integral_value(rounding=ROUND_CEILING))
        needs.append(TargetNeed(target, demand, whole, need))
    return tuple(needs)


def options_of(service: Service, site: Site, county: County) -> tuple[Option, ...]:
    """All ways in which ``site`` can be open (``docs/rules.md``, section 2), the cheapest change first."""
    catchment = service.family == "catchment"

    def option(size: Size, action: Action, size_id: str, capacity: int | None, capital: int) -> Option:
        return Option(
            site.id, size_id, action, capacity if catchment else None, capital, county.base(size.running_per_year)
        )

    if site.status == "candidate":
        return tuple(option(s, "new", s.id, s.capacity_persons, county.base(s.capital)) for s in service.sizes)
    own = next((s for s in service.sizes if s.id == site.size), None)
    today = site.capacity_persons if site.capacity_persons is not None else (own.capacity_persons if own else None)
    if not catchment:
        return (option(own or service.sizes[0], "keep", site.size, None, 0),)
    assert today is not None, "reading refuses an existing catchment site without capacity"
    options = [option(own or _size_for(service, today), "keep", site.size, today, 0)]
    if service.may_expand:
        for size in service.sizes:
            places = size.capacity_persons or 0
            if places > today:
                grown = -(-county.base(size.capital) * (places - today) // places)
                options.append(option(size, "expand", size.id, places, grown))
    return tuple(options)


def _size_for(service: Service, places: int) -> Size:
    """The smallest size with at least ``places``, else the largest."""
    enough = [s for s in service.sizes if (s.capacity_persons or 0) >= places]
    return (
        min(enough, key=lambda s: s.capacity_persons or 0)
        if enough
        else max(service.sizes, key=lambda s: s.capacity_persons or 0)
    )


def _block(county: County, times: TravelTimes, scenario: Scenario, key: str) -> Block:
    service = county.services[key]
    column = county.file.demand[service.demand].column
    chosen = np.array([s.people(column) > 0 for s in county.settlements], dtype=bool)
    sites = [site for site in county.sites if site.service == key]
    options = [
        option
        for site in sites
        for option in options_of(service, site, county)
        if option.action == "keep" or not scenario.builds_nothing
    ]
    position = {site.id: j for j, site in enumerate(sites)}
    may_close = service.may_close and not scenario.builds_nothing
    pairs = times.pairs(key).of_settlements(chosen)
    return Block(
        service=key,
        family=service.family,
        weight=service.weight,
        demand_ids=tuple(s.id for s, yes in zip(county.settlements, chosen, strict=True) if yes),
        demand=np.array(
            [s.people(column) for s, yes in zip(county.settlements, chosen, strict=True) if yes], dtype=np.int64
        ),
        settlements=np.ones(int(chosen.sum()), dtype=np.int64),
        unreachable=times.unreachable(key)[chosen],
        site_ids=tuple(position),
        must_open=np.array([s.status == "existing" and not may_close for s in sites], dtype=bool),
        options=tuple(options),
        option_site=np.array([position[o.site] for o in options], dtype=np.int64),
        capacity=np.array([o.capacity or 0 for o in options], dtype=np.int64),
        capital=np.array([o.capital for o in options], dtype=np.int64),
        running=np.array([o.running for o in options], dtype=np.int64),
        pair_demand=pairs.settlement,
        pair_site=pairs.site,
        pair_access=pairs.access,
        pair_travel=pairs.travel,
    )


def _target_row(need: TargetNeed, blocks: tuple[Block, ...]) -> TargetRow:
    block = next(b for b in blocks if b.service == need.target.service)
    members = np.array([k for k, i in enumerate(block.demand_ids) if i in need.demand], dtype=np.int64)
    return TargetRow(
        id=need.target.id,
        tier=need.target.tier,
        service=need.target.service,
        indicator=need.target.indicator,
        members=members,
        need=need.need,
        points=need.points,
    )


def _half_up(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_HALF_UP))
