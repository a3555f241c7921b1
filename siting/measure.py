"""What a plan is worth: people, minutes, money and targets, recomputed from the plan's ids and the county alone.

Nothing here reads a model or a solver. Definitions: ``docs/rules.md``, sections 2 to 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from siting.county import County
from siting.plan import Opening, Plan, ServicePlan
from siting.problem import Option, TargetNeed, options_of, target_needs
from siting.scenario import Scenario, capital_available, running_available


@dataclass(frozen=True)
class SiteFigures:
    """One open site: option taken, people served, farthest user.

    Money in base units; ``travel_max`` in seconds or metres as the service's accesses; ``capacity`` None for coverage.
    """

    service: str
    opening: Opening
    capacity: int | None
    capital: int
    running: int
    persons: int
    settlements: int
    travel_max: int


@dataclass(frozen=True)
class ServiceFigures:
    """One service: people and settlements served, sites by action, money, travel.

    ``travel_mean`` is per person served; it and ``travel_max`` are in seconds if ``by_time``, else in metres.
    Assignments over an access of the other kind (time against distance) are left out of both.
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

    Money in base units; the funds are those that may pay a planned service.
    """

    services: Mapping[str, ServiceFigures]
    sites: tuple[SiteFigures, ...]
    targets: tuple[TargetFigures, ...]
    fund_used: Mapping[str, int]
    fund_available: Mapping[str, int]
    running_available: int | None
    objective: int

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
    for key, part in plan.services.items():
        figures, rows = _service(key, part, county)
        services[key] = figures
        sites.extend(rows)
    amounts = capital_available(county, scenario)
    used = {fund.id: 0 for fund in county.file.funds if any(service in plan.services for service in fund.pays)}
    for item in plan.spending:
        used[item.fund] += item.amount
    return Measures(
        services=services,
        sites=tuple(sites),
        targets=tuple(_target(need, plan) for need in target_needs(county, scenario)),
        fund_used=used,
        fund_available={fund: amounts[fund] for fund in used},
        running_available=running_available(county, scenario),
        objective=sum(county.services[key].weight * figures.served for key, figures in services.items()),
    )


def _service(key: str, part: ServicePlan, county: County) -> tuple[ServiceFigures, list[SiteFigures]]:
    service = county.services[key]
    column = county.file.demand[service.demand].column
    demand = {s.id: s.people(column) for s in county.settlements}
    options: dict[tuple[str, str, str], Option] = {
        (site.id, option.size, option.action): option
        for site in county.sites
        if site.service == key
        for option in options_of(service, site, county)
    }
    served = part.served()
    visitors: dict[str, list[tuple[int, int]]] = {}
    by_time = service.access[0].by_time
    for a in part.assignments:
        visitors.setdefault(a.site, []).append(
            (a.persons, a.travel if service.access[a.access].by_time == by_time else 0)
        )
    rows = []
    for opening in part.open:
        option = options[opening.site, opening.size, opening.action]
        here = visitors.get(opening.site, [])
        rows.append(
            SiteFigures(
                service=key,
                opening=opening,
                capacity=option.capacity,
                capital=option.capital,
                running=option.running,
                persons=sum(p for p, _ in here),
                settlements=len(here),
                travel_max=max((t for _, t in here), default=0),
            )
        )
    same = [(a.persons, a.travel) for a in part.assignments if service.access[a.access].by_time == by_time]
    persons = sum(p for p, _ in same)
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
        capital=sum(r.capital for r in rows),
        running=sum(r.running for r in rows),
        by_time=by_time,
        travel_mean=float(Fraction(sum(p * t for p, t in same), persons)) if persons else 0.0,
        travel_max=max((t for _, t in same), default=0),
    )
    return figures, rows


def _target(need: TargetNeed, plan: Plan) -> TargetFigures:
    part = plan.services.get(need.target.service, ServicePlan())
    if need.target.indicator == "open_count":
        value = len(part.open)
    else:
        served = part.served()
        if need.target.indicator == "served_share":
            value = sum(served.get(i, 0) for i in need.demand)
        else:
            value = sum(served.get(i, 0) == q for i, q in need.demand.items())
    return TargetFigures(
        need.target.id,
        need.target.service,
        need.target.tier,
        value=value,
        whole=need.whole,
        need=need.need,
        beyond=max(0, need.need - (need.whole - _out_of_reach(need, part))) if need.whole else 0,
    )


def _out_of_reach(need: TargetNeed, part: ServicePlan) -> int:
    """Persons (or settlements) of the target that no site could serve."""
    lost = [u for u in part.unserved if u.reason in ("unreachable", "no_site_in_reach") and u.settlement in need.demand]
    return len(lost) if need.target.indicator == "settlements_share" else sum(u.persons for u in lost)
