"""The problem as plain whole numbers: one block per service and the rows that the blocks share.

`siting.problems.posing.pose` turns a county, its travel times and a scenario into a `Problem`; solvers read nothing
else. All numbers are integers in base units (``docs/rules.md``); pairs without a way are absent, never infinite.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from siting.problems.options import Option

#: Position of the phase of what stands from the beginning.
ALWAYS = -1


def _none() -> np.ndarray:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Block:
    """One service. Demand points are the settlements with demand above 0; positions count from 0.

    ``demand`` (n,) persons or kilograms a day; ``settlements`` (n,) how many settlements a demand point stands for (1
    as posed); ``unreachable`` (n,) bool, demand points off the network; ``site_ids`` (m,), of which ``lender`` (m,)
    names the service that decides it where that is another one; ``must_open`` (m,) bool, sites that may not be shut.

    ``option_site`` (o,) position of the site of each option; ``capacity``, ``beds``, ``capital``, ``saving`` (of
    capital on a shared plot), ``running``, ``land``, ``fewest`` (persons that it must have) (o,); ``phase`` (o,)
    position of its phase, `ALWAYS` where it stands from the beginning; ``counts`` (o,) bool, false outside the county.

    ``pair_demand``, ``pair_site``, ``pair_access``, ``pair_line`` (position of the line in the block of
    ``line_service``, or -1), ``pair_travel`` (seconds or metres, rounded up), ``pair_boards`` (bool) (p,): the ways,
    those of a demand point together and its best first. ``eligible`` by access number: (n,) persons who may use it.
    ``guards`` (g, 2) site and demand point that must be served in full if the site is shut. ``transfer_from``,
    ``transfer_to``, ``transfer_travel`` (t,) from station to disposal place; ``disposal`` (m,) bool.
    ``pool`` (n,) persons who may board anywhere, in a relaxation without boarding ways (empty: it is none).
    ``referred`` (r, 2) own site and site of ``refers_to`` near it. ``plot`` (m,) name, "" for one of its own.
    ``fares`` by access number (none: all 0) and ``transfer_fare``: base units a year per person and unit of travel.
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
    lender: tuple[str, ...] = ()
    beds: np.ndarray = field(default_factory=_none)
    saving: np.ndarray = field(default_factory=_none)
    land: np.ndarray = field(default_factory=_none)
    fewest: np.ndarray = field(default_factory=_none)
    phase: np.ndarray = field(default_factory=_none)
    counts: np.ndarray = field(default_factory=_none)
    pair_line: np.ndarray = field(default_factory=_none)
    pair_boards: np.ndarray = field(default_factory=_none)
    line_service: str = ""
    eligible: Mapping[int, np.ndarray] = field(default_factory=dict)
    guards: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))
    transfer_from: np.ndarray = field(default_factory=_none)
    transfer_to: np.ndarray = field(default_factory=_none)
    transfer_travel: np.ndarray = field(default_factory=_none)
    disposal: np.ndarray = field(default_factory=_none)
    pool: np.ndarray = field(default_factory=_none)
    refers_to: str = ""
    referred: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))
    plot: tuple[str, ...] = ()
    whole: bool = False
    closest: bool = False
    closing: int = 0
    resale: int = 0
    fares: tuple[Fraction, ...] = ()
    transfer_fare: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        """Fill what was not given: no beds, no saving, no line, everything counts."""
        m, o, p = len(self.site_ids), len(self.options), len(self.pair_demand)
        zeros: dict[str, int] = {"beds": o, "saving": o, "land": o, "fewest": o}
        filled: dict[str, object] = {
            name: np.zeros(size, dtype=np.int64) for name, size in zeros.items() if len(getattr(self, name)) != size
        }
        if len(self.phase) != o:
            filled["phase"] = np.array([ALWAYS if x.action == "keep" else 0 for x in self.options], dtype=np.int64)
        if len(self.counts) != o:
            filled["counts"] = np.ones(o, dtype=bool)
        if len(self.pair_line) != p:
            filled["pair_line"] = np.full(p, -1, dtype=np.int64)
        if len(self.pair_boards) != p:
            filled["pair_boards"] = np.zeros(p, dtype=bool)
        if len(self.disposal) != m:
            filled["disposal"] = np.zeros(m, dtype=bool)
        if len(self.lender) != m:
            filled["lender"] = (self.service,) * m
        if len(self.plot) != m:
            filled["plot"] = ("",) * m
        for name, value in filled.items():
            object.__setattr__(self, name, value)

    @property
    def least_running(self) -> int:
        """Yearly cost of the sites that must stay open, each in its cheapest option."""
        return sum(int(self.running[self.option_site == j].min()) for j in np.flatnonzero(self.must_open))

    @property
    def served_in_full_only(self) -> bool:
        """True for coverage and lines: a settlement is served with all its people or not at all."""
        return self.family in ("coverage", "line")

    @cached_property
    def options_at(self) -> tuple[tuple[int, ...], ...]:
        """Positions of the options of each site."""
        found: list[list[int]] = [[] for _ in self.site_ids]
        for o, j in enumerate(self.option_site.tolist()):
            found[j].append(o)
        return tuple(map(tuple, found))

    def has(self, site: str) -> bool:
        """Whether a site of this service can be open."""
        return site in self._with_options

    @cached_property
    def _with_options(self) -> frozenset[str]:
        return frozenset(option.site for option in self.options)

    @cached_property
    def stands(self) -> np.ndarray:
        """(m,) bool: existing sites."""
        mask = np.zeros(len(self.site_ids), dtype=bool)
        mask[[j for j, o in zip(self.option_site.tolist(), self.options, strict=True) if o.action == "keep"]] = True
        return mask

    @property
    def has_fares(self) -> bool:
        """Whether travel costs money."""
        return any(self.fares) or bool(self.transfer_fare)

    def fare(self, access: int) -> Fraction:
        """Price of an access."""
        return self.fares[access] if access < len(self.fares) else Fraction(0)

    @cached_property
    def pair_fare(self) -> np.ndarray:
        """(p,) base units a year of one person over each way, as floats."""
        price = np.array([float(self.fare(a)) for a in range(int(self.pair_access.max(initial=0)) + 1)])
        cost: np.ndarray = price[self.pair_access] * self.pair_travel
        return cost

    @cached_property
    def position(self) -> dict[tuple[str, str, str, str], int]:
        """Position of each option by its site, size, action and phase."""
        return {(o.site, o.size, o.action, o.phase): k for k, o in enumerate(self.options)}

    @property
    def pairs_can_merge(self) -> bool:
        """Whether people of different settlements with the same sites may be counted as one demand point."""
        return not (self.whole or self.closest)


@dataclass(frozen=True)
class Fund:
    """A source of capital: base units for the services of ``pays``, in the first phase and in ``later`` ones."""

    id: str
    amount: int
    pays: tuple[str, ...]
    later: tuple[int, ...] = ()
    carries_over: bool = False

    @property
    def amounts(self) -> tuple[int, ...]:
        """Amount of each phase."""
        return (self.amount, *self.later)


@dataclass(frozen=True, eq=False)
class TargetRow:
    """A target: ``members`` are positions of demand points of the block of ``service``; ``points`` per missing unit.

    ``by`` is the position of the phase at whose end it counts; ``parts`` the members of each township
    (`worst_township_share`), or urban and rural members (`urban_rural_gap`); ``options`` those that a count counts;
    ``package`` by service the demand point of each settlement of a package, -1 where it asks for nothing.
    """

    id: str
    tier: int
    service: str
    indicator: str
    members: np.ndarray
    need: int
    points: int
    by: int = 10**6
    parts: tuple[np.ndarray, ...] = ()
    options: np.ndarray | None = None
    package: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def services(self) -> tuple[str, ...]:
        """The services that it is about."""
        return tuple(self.package) or (self.service,)

    def of_options(self, block: Block) -> np.ndarray:
        """Positions of the options that a count counts."""
        return np.flatnonzero(block.counts) if self.options is None else self.options


@dataclass(frozen=True, eq=False)
class RuleRow:
    """At most ``at_most`` of some options of a service are open."""

    id: str
    service: str
    options: np.ndarray
    at_most: int


@dataclass(frozen=True, eq=False)
class Problem:
    """What a solver may know: blocks in the order of the county, funds, running budget (None: unlimited), targets.

    ``land_quota`` is new building land of each phase in m2, none where it is not limited. ``aims`` are what is best
    after the targets, in order; a cost counts ``cost_years`` years of running and travel beside capital.
    """

    blocks: tuple[Block, ...]
    funds: tuple[Fund, ...]
    running_budget: int | None
    targets: tuple[TargetRow, ...]
    phases: tuple[str, ...] = ("",)
    land_quota: tuple[int, ...] = ()
    rules: tuple[RuleRow, ...] = ()
    aims: tuple[str, ...] = ("worth", "travel")
    cost_years: int = 10

    @property
    def tiers(self) -> tuple[int, ...]:
        """Tiers that have a target, the most important first."""
        return tuple(sorted({t.tier for t in self.targets}))

    def block(self, service: str) -> Block:
        """The block of a service."""
        return next(b for b in self.blocks if b.service == service)

    @cached_property
    def plots(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """Plots that several sites share: (service, site) of each."""
        found: dict[str, list[tuple[str, int]]] = {}
        for block in self.blocks:
            for j, name in enumerate(block.plot):
                if name and block.lender[j] == block.service:
                    found.setdefault(name, []).append((block.service, j))
        return {name: tuple(sites) for name, sites in found.items() if len(sites) > 1}

    def only(self, services: Collection[str]) -> Problem:
        """The problem of some services; the others do no more than they must: no capital, sites kept at least cost.

        What a service borrows of another one is lost where that one is not among them.
        """
        budget = self.running_budget
        if budget is not None:
            budget -= sum(b.least_running for b in self.blocks if b.service not in services)
        return replace(
            self,
            blocks=tuple(b for b in self.blocks if b.service in services),
            funds=tuple(
                replace(f, pays=tuple(s for s in f.pays if s in services))
                for f in self.funds
                if any(s in services for s in f.pays)
            ),
            running_budget=budget,
            targets=tuple(t for t in self.targets if set(t.services) <= set(services)),
            rules=tuple(r for r in self.rules if r.service in services),
        )
