"""Several plans of one county side by side: what differs in sites, people, targets, travel and money.

The first column of every comparison is the county as it stands ("build nothing"), taken from the ``before.json`` of the
runs. Plans are compared only if they were computed from the same input files; nothing is estimated or filled in: a
service that a plan does not decide has no figures there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from siting.counties.county import County
from siting.counties.fares import travelled
from siting.errors import Fault, InputRefused
from siting.plan import Plan, ServicePlan
from siting.plans.measure import Measures, ServiceFigures, SiteFigures, TargetFigures
from siting.studies.study import Study
from siting.words import Words

#: More columns than this nobody can read.
MOST = 8
LETTERS = "ABCDEFGH"
#: What happens to a site: that it is not there under a plan, and that a plan does not decide its service.
ABSENT, UNDECIDED = "none", ""


@dataclass(frozen=True, eq=False)
class Alternative:
    """One column: its letter ("" for the county as it stands), the plan, its figures, the run where there is one."""

    letter: str
    plan: Plan
    measures: Measures
    study: Study | None = None

    def served(self) -> dict[tuple[str, str], int]:
        """Persons served by service and settlement."""
        return {(key, place): n for key, part in self.plan.services.items() for place, n in part.served().items()}

    def sites(self) -> dict[tuple[str, str], str]:
        """What is done to every open or closed site, by service and site."""
        states: dict[tuple[str, str], str] = {}
        for key, part in self.plan.services.items():
            states |= {(key, o.site): o.action for o in part.open}
            states |= {(key, site): "close" for site in part.closed}
        return states


@dataclass(frozen=True)
class SiteChange:
    """A site that the alternatives treat differently: one action each, in their order."""

    service: str
    site: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Shift:
    """Persons of a settlement served by a service, one number each, None where the plan does not decide the service."""

    service: str
    settlement: str
    demand: int
    served: tuple[int | None, ...]

    @property
    def spread(self) -> int:
        """Difference between the best and the worst of the plans, today left out where there are several."""
        known = [n for n in (self.served[1:] if len(self.served) > 2 else self.served) if n is not None]
        return max(known) - min(known) if known else 0


@dataclass(frozen=True, eq=False)
class Comparison:
    """The county as it stands, then the plans; ``services`` are all that any of them decides."""

    county: County
    today: Alternative
    plans: tuple[Alternative, ...]
    services: tuple[str, ...]

    @property
    def columns(self) -> tuple[Alternative, ...]:
        """All alternatives, today first."""
        return (self.today, *self.plans)

    def counts_people(self, service: str) -> bool:
        """False where kilograms of waste or settlements are counted, which are never added to persons."""
        about = self.county.services[service]
        return about.family != "haul" and bool(self.county.file.demand[about.demand].column)

    def total_served(self, column: Alternative) -> int:
        """People served, services added up."""
        return sum(f.served for key, f in column.measures.services.items() if self.counts_people(key))


def of(studies: Sequence[Study]) -> Comparison:
    """The comparison of finished runs, in their order; runs that build nothing are the first column anyway.

    Raises:
        InputRefused: another county (E300), other inputs (E301), nothing to compare (E302), too many plans (E303).
    """
    if not studies:
        raise InputRefused(Fault("E302"))
    first = studies[0]
    refuse_strangers(studies)
    chosen = [s for s in studies if not s.scenario.builds_nothing]
    if not chosen:
        raise InputRefused(Fault("E302"))
    if len(chosen) > MOST:
        raise InputRefused(Fault("E303", values={"n": len(chosen), "most": MOST}))
    plans = tuple(Alternative(LETTERS[n], s.plan, s.measures, s) for n, s in enumerate(chosen))
    decided = {key for study in studies for key in study.plan.services}
    services = tuple(key for key in first.county.services if key in decided)
    return Comparison(first.county, _today(studies, services), plans, services)


def refuse_strangers(studies: Sequence[Study]) -> None:
    """Only runs of one county and of the same inputs are compared.

    Raises:
        InputRefused: another county (E300), other inputs (E301).
    """
    for study in studies[1:]:
        _refuse_stranger(studies[0], study)


def _refuse_stranger(first: Study, other: Study) -> None:
    if first.county.id != other.county.id:
        raise InputRefused(
            Fault("E300", file=str(other.run),
                  values={"first": first.run, "county": first.county.id, "other": other.county.id})
        )  # fmt: skip
    one, two = first.county.files, other.county.files
    differ = [name for name in sorted({*one, *two}) if one.get(name) != two.get(name)]
    if differ:
        raise InputRefused(Fault("E301", file=str(other.run), values={"first": first.run, "files": ", ".join(differ)}))


def _today(studies: Sequence[Study], services: tuple[str, ...]) -> Alternative:
    """The county as it stands over all services that any run decides."""
    parts: dict[str, ServicePlan] = {}
    figures: dict[str, ServiceFigures] = {}
    sites: dict[str, list[SiteFigures]] = {}
    funds: dict[str, int] = {}
    targets: dict[str, TargetFigures] = {}
    for study in studies:
        for key, part in study.before_plan.services.items():
            if key not in parts:
                parts[key], figures[key] = part, study.before.services[key]
                sites[key] = [f for f in study.before.sites if f.service == key]
        funds |= dict.fromkeys(study.before.fund_available, 0)
        targets |= {t.id: t for t in study.before.targets if t.id not in targets}
    county = studies[0].county
    objective = sum(county.services[key].weight * figures[key].served for key in services)
    measures = replace(
        studies[0].before,
        services={key: figures[key] for key in services},
        sites=tuple(f for key in services for f in sites[key]),
        targets=tuple(targets.values()),
        fund_used=dict(funds),
        fund_available=dict(funds),
        objective=objective,
        cost=county.file.objective.cost_years * sum(f.running + f.travel_cost for f in figures.values()),
        travel=travelled(parts, county),
    )
    return Alternative("", Plan({key: parts[key] for key in services}), measures)


def site_changes(comparison: Comparison) -> list[SiteChange]:
    """Sites that are not the same under all plans, service by service."""
    states = [column.sites() for column in comparison.columns]
    changes = []
    for key in comparison.services:
        decided = [key in column.plan.services for column in comparison.columns]
        for site in sorted({site for state in states for service, site in state if service == key}):
            actions = tuple(
                state.get((key, site), ABSENT) if known else UNDECIDED
                for state, known in zip(states, decided, strict=True)
            )
            compared = {action for action in actions[1:] if action != UNDECIDED}
            if len(compared) > 1 or (len(comparison.plans) == 1 and actions[0] != actions[1]):
                changes.append(SiteChange(key, site, actions))
    return changes


def shifts(comparison: Comparison) -> list[Shift]:
    """Settlements whose people are served differently by some plan, the largest difference first."""
    served = [column.served() for column in comparison.columns]
    found = []
    for key in comparison.services:
        demand = comparison.county.demand_of(key)
        decided = [key in alternative.plan.services for alternative in comparison.columns]
        for place in comparison.county.settlements:
            numbers = tuple(
                part.get((key, place.id), 0) if known else None for part, known in zip(served, decided, strict=True)
            )
            shift = Shift(key, place.id, demand[place.id], numbers)
            if shift.spread:
                found.append(shift)
    return sorted(found, key=lambda s: (-s.spread, s.service, s.settlement))


def by_township(comparison: Comparison) -> dict[str, tuple[int, tuple[int, ...]]]:
    """Of each township: people of all services added up, and how many of them each alternative serves."""
    town = {place.id: place.township for place in comparison.county.settlements}
    demand: dict[str, int] = defaultdict(int)
    for key in comparison.services:
        if comparison.counts_people(key):
            for place, persons in comparison.county.demand_of(key).items():
                demand[town[place]] += persons
    sums = []
    for alternative in comparison.columns:
        part: dict[str, int] = defaultdict(int)
        for (key, place), persons in alternative.served().items():
            if comparison.counts_people(key):
                part[town[place]] += persons
        sums.append(part)
    return {name: (whole, tuple(part[name] for part in sums)) for name, whole in demand.items()}


def gains(comparison: Comparison, one: Alternative, other: Alternative) -> Mapping[str, int]:
    """Persons more (or fewer) served under ``other`` than under ``one`` by settlement, services of both added up."""
    both = {key for key in one.plan.services if key in other.plan.services and comparison.counts_people(key)}
    sums: dict[str, int] = defaultdict(int)
    for sign, alternative in ((-1, one), (1, other)):
        for (key, place), persons in alternative.served().items():
            if key in both:
                sums[place] += sign * persons
    return {place: n for place, n in sums.items() if n}


class Report(Protocol):
    """What an entry point of the group ``siting.comparisons`` promises."""

    def __call__(self, comparison: Comparison, out: Path, words: Words) -> list[Path]:
        """Write the report of ``comparison`` into the folder ``out`` and return the files written."""
        ...
