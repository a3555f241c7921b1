"""What a plan is worth: people, minutes, money and targets, recomputed from the plan's ids and the county alone.

Nothing here reads a model or a solver. Definitions: ``docs/rules.md``, sections 2 to 6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from siting.counties.county import County
from siting.counties.fares import travel_cost, travelled
from siting.counties.services import Service
from siting.plan import Assignment, Opening, Plan, ServicePlan
from siting.problems.needs import TargetNeed, reached, target_needs
from siting.problems.options import Option, options_of, saved
from siting.reading.scenario import Scenario, capital_available, running_available


@dataclass(frozen=True)
class SiteFigures:
    """One open site: option taken, people served, farthest user.

    Money in base units, after the saving of a shared plot; ``travel_max`` in seconds or metres as the service's
    accesses; ``capacity`` None for coverage. ``persons`` are kilograms a day in haul services, what comes by transfer
    included; ``boarders`` sleep there, ``by_line`` come by bus.
    """

    service: str
    opening: Opening
    capacity: int | None
    capital: int
    running: int
    persons: int
    settlements: int
    travel_max: int
    beds: int = 0
    boarders: int = 0
    by_line: int = 0


@dataclass(frozen=True)
class ServiceFigures:
    """One service: people and settlements served (kilograms a day in haul services), sites by action, money, travel.

    ``travel_mean`` is per person served; it and ``travel_max`` are in seconds if ``by_time``, else in metres.
    Assignments over an access of the other kind (time against distance) are left out of both; ``travellers`` are those
    who are not. ``travel_cost`` is what travel costs a year, in base units.
    """

    service: str
    demand: int
    served: int
    settlements: int
    settlements_served: int
    sites_open: int
    sites_new: int
    sites_expanded: int
    sites_closed: int
    capital: int
    running: int
    by_time: bool
    travel_mean: float
    travel_max: int
    travel_cost: int = 0
    travellers: int = 0

    @property
    def share(self) -> float:
        """Share of people served, 1.0 where nobody asks."""
        return self.served / self.demand if self.demand else 1.0


@dataclass(frozen=True)
class TargetFigures:
    """One target: value reached against the need, in persons, settlements or sites.

    ``beyond`` is the part of the shortfall that no money can mend: for want of a site within the standard, existing or
    candidate.
    """

    id: str
    service: str
    tier: int
    value: int
    whole: int
    need: int
    beyond: int = 0

    @property
    def met(self) -> bool:
        """True where the value reaches the need."""
        return self.value >= self.need

    @property
    def shortfall(self) -> int:
        """What is missing to the need."""
        return max(0, self.need - self.value)

    @property
    def share(self) -> float:
        """Value as a share of the whole; of the need for counts."""
        return self.value / (self.whole or self.need or 1)


@dataclass(frozen=True)
class Measures:
    """Everything that reports say about a plan in numbers.

    Money in base units; the funds are those that may pay a planned service. ``fund_by_phase`` has (used, available) of
    each phase. ``objective`` is the worth, ``cost`` and ``travel`` the other two aims (docs/rules.md, section 6).
    """

    services: Mapping[str, ServiceFigures]
    sites: tuple[SiteFigures, ...]
    targets: tuple[TargetFigures, ...]
    fund_used: Mapping[str, int]
    fund_available: Mapping[str, int]
    fund_by_phase: Mapping[str, tuple[tuple[int, int], ...]]
    running_available: int | None
    objective: int
    cost: int = 0
    travel: int = 0

    @property
    def capital(self) -> int:
        """Capital spent."""
        return sum(self.fund_used.values())

    @property
    def capital_available(self) -> int:
        """Capital of all funds."""
        return sum(self.fund_available.values())

    @property
    def running(self) -> int:
        """Yearly running cost of all open sites."""
        return sum(s.running for s in self.services.values())


def of(plan: Plan, county: County, scenario: Scenario) -> Measures:
    """Measure ``plan``, service by service.

    Raises:
        KeyError: the plan names a site, size, settlement or service that the county does not have.
    """
    services: dict[str, ServiceFigures] = {}
    sites: list[SiteFigures] = []
    crowded = _crowded_plots(plan, county)
    for key, part in plan.services.items():
        figures, rows = _service(key, part, county, crowded)
        services[key] = figures
        sites.extend(rows)
    amounts = capital_available(county, scenario)
    funds = [fund.id for fund in county.file.funds if any(service in plan.services for service in fund.pays)]
    spent = {(f, p): 0 for f in funds for p in county.phases}
    for item in plan.spending:
        spent[item.fund, item.phase] += item.amount
    by_phase = {
        f: tuple((spent[f, p], amount) for p, amount in zip(county.phases, amounts[f], strict=True)) for f in funds
    }
    capital = sum(item.amount for item in plan.spending)
    yearly_cost = sum(f.running + f.travel_cost for f in services.values())
    return Measures(
        services=services,
        sites=tuple(sites),
        targets=tuple(_target(need, plan, county) for need in target_needs(county, scenario)),
        fund_used={f: sum(used for used, _ in rows) for f, rows in by_phase.items()},
        fund_available={f: sum(held for _, held in rows) for f, rows in by_phase.items()},
        fund_by_phase=by_phase,
        running_available=running_available(county, scenario),
        objective=sum(county.services[key].weight * figures.served for key, figures in services.items()),
        cost=capital + county.file.objective.cost_years * yearly_cost,
        travel=travelled(plan.services, county),
    )


def _crowded_plots(plan: Plan, county: County) -> set[str]:
    """Ids of the open sites that share their plot with another open site."""
    plot = {site.id: site.plot for site in county.sites if site.plot}
    opened = [o.site for part in plan.services.values() for o in part.open if o.site in plot]
    count = Counter(plot[site] for site in opened)
    return {site for site in opened if count[plot[site]] > 1}


def _service(
    key: str, part: ServicePlan, county: County, crowded: set[str]
) -> tuple[ServiceFigures, list[SiteFigures]]:
    service = county.services[key]
    demand = county.demand_of(key)
    options = {Opening(o.site, o.size, o.action, o.phase): o for o in options_of(county, key)}
    rows = _sites(key, part, county, options, crowded)
    by_time = service.access[0].by_time
    same = [(a.persons, a.travel) for a in part.assignments if _by_time(service, a.access) == by_time]
    persons = sum(p for p, _ in same)
    served = part.served()
    first = sum(r.capital for r in rows if r.opening.phase in ("", county.phases[0]))
    net = first + len(part.closed) * (county.base(service.closing_capital) - county.base(service.resale))
    figures = ServiceFigures(
        service=key,
        demand=sum(demand.values()),
        served=sum(served.values()),
        settlements=sum(q > 0 for q in demand.values()),
        settlements_served=sum(served.get(i, 0) == q for i, q in demand.items() if q > 0),
        sites_open=len(part.open),
        sites_new=sum(o.action == "new" for o in part.open),
        sites_expanded=sum(o.action == "expand" for o in part.open),
        sites_closed=len(part.closed),
        capital=sum(r.capital for r in rows) - first + max(0, net),
        running=sum(r.running for r in rows),
        by_time=by_time,
        travel_mean=float(Fraction(sum(p * t for p, t in same), persons)) if persons else 0.0,
        travel_max=max((t for _, t in same), default=0),
        travel_cost=travel_cost(county, key, part),
        travellers=persons,
    )
    return figures, rows


def _sites(
    key: str,
    part: ServicePlan,
    county: County,
    options: Mapping[Opening, Option],
    crowded: set[str],
) -> list[SiteFigures]:
    service = county.services[key]
    visitors: dict[str, list[Assignment]] = {}
    for a in part.assignments:
        visitors.setdefault(a.site, []).append(a)
    brought = Counter[str]()
    for t in part.transfers:
        brought[t.disposal] += t.persons
    rows = []
    for opening in part.open:
        option = options[opening]
        here = visitors.get(opening.site, [])
        same = [a.travel for a in here if _by_time(service, a.access) == service.access[0].by_time]
        rows.append(
            SiteFigures(
                service=key,
                opening=opening,
                capacity=option.capacity,
                capital=option.capital - (saved(option, county) if opening.site in crowded else 0),
                running=option.running,
                persons=sum(a.persons for a in here) + brought[opening.site],
                settlements=len({a.settlement for a in here}),
                travel_max=max(same, default=0),
                beds=option.beds,
                boarders=sum(a.persons for a in here if _kind(service, a.access) == "boarding"),
                by_line=sum(a.persons for a in here if a.line),
            )
        )
    return rows


def _kind(service: Service, access: int) -> str:
    """Kind of an access; the straight haul, which comes after the last, is direct."""
    return service.access[access].kind if access < len(service.access) else "direct"


def _by_time(service: Service, access: int) -> bool:
    return service.ways[access].by_time


def _target(need: TargetNeed, plan: Plan, county: County) -> TargetFigures:
    return TargetFigures(
        need.target.id,
        need.target.service,
        need.target.tier,
        value=reached(need, plan.services, county),
        whole=need.whole,
        need=need.need,
        beyond=_beyond(need, plan.services.get(need.target.service, ServicePlan())),
    )


def _beyond(need: TargetNeed, part: ServicePlan) -> int:
    """The part of a shortfall in people or settlements that no site of the county could mend."""
    if need.target.indicator not in ("served_share", "settlements_share"):
        return 0
    lost = [u for u in part.unserved if u.reason in ("unreachable", "no_site_in_reach") and u.settlement in need.demand]
    count = len(lost) if need.target.indicator == "settlements_share" else sum(u.persons for u in lost)
    return max(0, need.need - (need.whole - count))
