"""Targets as whole numbers: whom each is about, what meets it, what is reached (``docs/rules.md``, section 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from siting.counties.county import County
from siting.counties.sections import COUNTS, Target
from siting.plan import ServicePlan
from siting.reading.scenario import Scenario

#: Sum of all points of a tier stays far below 2**53, so that a float of the solver still counts single points.
POINTS_PER_WEIGHT = 1_000_000
#: Shares of townships and gaps are counted in ten-thousandths.
WHOLE_SHARE = 10_000


@dataclass(frozen=True)
class TargetNeed:
    """A target with the settlements that it is about, and the value that meets it.

    ``demand`` by settlement, all above 0; ``parts`` the settlements of each township, or urban and rural ones;
    ``package`` demand of every listed settlement by service; ``by`` the phases at whose end it counts, None: all.
    """

    target: Target
    demand: dict[str, int]
    whole: int
    need: int
    parts: tuple[tuple[str, ...], ...] = ()
    package: Mapping[str, dict[str, int]] = field(default_factory=dict)
    by: tuple[str, ...] | None = None

    @property
    def points(self) -> int:
        """Points that one missing person, settlement or site costs in its tier."""
        if self.need == 0:
            return 0
        exact = Decimal(self.target.weight * POINTS_PER_WEIGHT) / self.need
        return max(1, int(exact.to_integral_value(rounding=ROUND_HALF_UP)))

    @property
    def services(self) -> tuple[str, ...]:
        """The services that it is about."""
        return tuple(self.package) or (self.target.service,)


def target_needs(county: County, scenario: Scenario) -> tuple[TargetNeed, ...]:
    """The targets of the planned services with what meets each."""
    needs = (_need(county, target) for target in county.file.targets)
    return tuple(need for need in needs if set(need.services) <= set(scenario.services))


def phases_by(county: County, year: int | None) -> tuple[str, ...] | None:
    """The phases up to the first one whose year is not before ``year``; None where that is all of them."""
    found = [k for k, phase in enumerate(county.file.phases) if year is not None and phase.year >= year]
    return county.phases[: found[0] + 1] if found and found[0] + 1 < len(county.phases) else None


def _need(county: County, target: Target) -> TargetNeed:
    by = phases_by(county, target.year)
    if target.package:
        listed = next(p for p in county.file.packages if p.id == target.package)
        asked = {key: county.demand_of(key) for key in listed.services}
        package = {key: {i: asked[key][i] for i in listed.settlements} for key in listed.services}
        return TargetNeed(target, {}, len(set(listed.settlements)), target.threshold_count or 0, (), package, by)
    about = [
        s
        for s in county.settlements
        if (not target.levels or s.level in target.levels) and (target.urban is None or s.urban == target.urban)
    ]
    asked_of = county.demand_of(target.service)
    demand = {s.id: asked_of[s.id] for s in about if asked_of[s.id] > 0}
    parts: tuple[tuple[str, ...], ...] = ()
    if target.indicator == "worst_township_share":
        names = dict.fromkeys(s.township for s in about if s.township and s.id in demand)
        parts = tuple(tuple(s.id for s in about if s.township == name and s.id in demand) for name in names)
    elif target.indicator == "urban_rural_gap":
        parts = tuple(tuple(s.id for s in about if s.urban == side and s.id in demand) for side in (1, 0))
    return TargetNeed(target, demand, *_whole_and_need(target, demand), parts, {}, by)


def _whole_and_need(target: Target, demand: Mapping[str, int]) -> tuple[int, int]:
    if target.indicator in COUNTS:
        return 0, target.threshold_count or 0
    threshold = target.threshold_pct or Decimal(0)
    if target.indicator == "worst_township_share":
        return WHOLE_SHARE, int((threshold * 100).to_integral_value(rounding=ROUND_CEILING))
    if target.indicator == "urban_rural_gap":
        return WHOLE_SHARE, WHOLE_SHARE - int((threshold * 100).to_integral_value(rounding=ROUND_FLOOR))
    whole = len(demand) if target.indicator == "settlements_share" else sum(demand.values())
    return whole, int((threshold * whole / 100).to_integral_value(rounding=ROUND_CEILING))


def reached(need: TargetNeed, parts: Mapping[str, ServicePlan], county: County) -> int:
    """The value of a target in a plan."""
    target = need.target
    if need.package:
        served = {key: parts[key].served(need.by) for key in need.package}
        listed = next(iter(need.package.values()))
        return sum(all(served[key].get(i, 0) == asked[i] for key, asked in need.package.items()) for i in listed)
    part = parts[target.service]
    if target.indicator in COUNTS:
        outside = {s.id for s in county.sites if s.outside}
        return sum(
            o.site not in outside
            and (target.indicator == "open_count" or o.action != "keep")
            and (not target.sizes or o.size in target.sizes)
            for o in part.opened(need.by)
        )
    got, ids = part.served(need.by), list(need.demand)
    position = {i: k for k, i in enumerate(ids)}
    return share_value(
        target.indicator,
        [got.get(i, 0) for i in ids],
        list(need.demand.values()),
        [[position[i] for i in members] for members in need.parts],
    )


def share_value(indicator: str, got: Sequence[int], asked: Sequence[int], parts: Sequence[Sequence[int]]) -> int:
    """The value of an indicator of people: ``got`` of ``asked`` (n,), ``parts`` positions of townships or sides."""
    if indicator == "served_share":
        return sum(got)
    if indicator == "settlements_share":
        return sum(g == a for g, a in zip(got, asked, strict=True))
    sums = [(sum(got[k] for k in part), sum(asked[k] for k in part)) for part in parts]
    if indicator == "worst_township_share":
        return min((WHOLE_SHARE * g // a for g, a in sums), default=WHOLE_SHARE)
    (urban, all_urban), (rural, all_rural) = sums
    if not all_urban or not all_rural:
        return WHOLE_SHARE
    over = urban * all_rural - rural * all_urban
    return WHOLE_SHARE - max(0, -(-WHOLE_SHARE * over // (all_urban * all_rural)))
