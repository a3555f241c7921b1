"""The sections of ``county.toml``, but for the services, which have their own module.

Numbers are decimals as written, in the unit that their name says; money is in the county's one money unit. They become
integers only when a problem is posed (see `siting.problems.problem`). A key that a section does not know is a fault.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from siting.counties.rows import COLUMN, Count, Ident, Level, Mode, SpeedKmh, Text, said
from siting.counties.services import Money, Noun, Service


class About(Noun):
    """``[county]``: what the folder describes."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")] = said("short name of the folder")
    name: Text = said("name as the report shows it")
    name_en: Text = said("name in English reports", default="")
    year: int = said("planning year", ge=1990, le=2100)
    synthetic: bool = said("true: generated data, and every report says so", default=False)
    encoding: Literal["utf-8", "gb18030", "utf-16"] = said("encoding of the tables", default="utf-8")
    note: str = said("what a reader must know about the data", default="")
    note_en: str = said("the same in English", default="")
    attribution: Text = said("credit line of the road and place data", default="")
    attribution_en: Text = said("the same in English reports; blank: `attribution`", default="")
    townships_en: dict[Text, Text] = said("English names of townships, by the name in the tables", default={})


class MoneyUnit(Noun):
    """``[money]``: the one money unit of the county."""

    unit: Text = said("unit of every amount, for instance 万元 (wan yuan, 10,000 yuan)", default="万元")
    unit_en: Text = said("the same in English reports", default="wan yuan")
    base: Text = said("smallest unit that is counted, for instance 元", default="元")
    base_per_unit: int = said("base units in one unit", gt=0, le=100_000_000, default=10_000)


class Source(Noun):
    """``[sources.ID]``: where a number comes from, and how far it can be trusted."""

    title: str = said("document, clause or reasoning")
    title_en: str = said("the same in English reports", default="")
    status: Literal["VERIFIED", "RECALLED", "DERIVED", "ASSUMPTION", "SYNTHETIC", "CENSUS"] = said(
        "VERIFIED seen in a public page; RECALLED to be checked by the user; DERIVED computed from sourced numbers; "
        "ASSUMPTION of a preset; SYNTHETIC generated; CENSUS official count"
    )
    clause: str = said("clause or table", default="")
    url: str = said("address where it was seen", default="")
    date: str = said("date of the document or of the look-up", default="")


class Travel(Noun):
    """``[network.modes.MODE]``: who may use which road, and how fast."""

    speeds_kmh: dict[str, SpeedKmh] = said(
        "speed by road class; a class that is not listed is closed to the mode", "km/h"
    )
    access_kmh: SpeedKmh = said("speed on the straight leg between a point and its road node", "km/h")
    oneway: bool = said("true: the mode obeys one-way streets", default=True)
    signed_speeds: bool = said("true: `speed_kmh` of an edge goes before the class speed", default=False)
    slopes: tuple[tuple[int, int], ...] = said(
        "pairs `[grade, time]`, both in per cent: a road of this grade (negative: downhill) takes this share of its "
        "time on the plain; straight lines between; needs `elevation_m` of the nodes; none: slope does not count",
        "%",
        default=(),
    )

    @model_validator(mode="after")
    def _rising(self) -> Travel:
        grades = [grade for grade, _ in self.slopes]
        if len(grades) == 1 or grades != sorted(set(grades)):
            raise ValueError("slopes needs two pairs or more, with grades that ascend")
        if any(not (-100 <= grade <= 100 and 10 <= time <= 2000) for grade, time in self.slopes):
            raise ValueError("slopes: grades from -100 to 100 %, times from 10 to 2000 %")
        return self


class Network(Noun):
    """``[network]``: how the road table becomes travel times."""

    snap_limit_m: int = said(
        "a point farther than this from the network is unreachable", "m", gt=0, le=20_000, default=2000
    )
    allow_unserved: bool = said(
        "true: unreachable settlements are listed as unserved instead of refused", default=False
    )
    modes: dict[Mode, Travel] = said("travel modes")


class Demand(Noun):
    """``[demand.ID]``: whom a service is for: a column of ``settlements.csv``, or settlements that count one each."""

    column: Annotated[str, StringConstraints(pattern=rf"^({COLUMN})?$")] = said(
        "column of settlements.csv; its name ends with its unit", default=""
    )
    each_settlement_of: tuple[Level, ...] = said("instead of a column: settlements of these levels count 1", default=())
    name: Text = said("name of the group")
    name_en: Text = said("name in English reports", default="")
    estimated: bool = said("true: the column was estimated, and the report says so", default=False)
    source: str = said("id of the source of the column", default="")

    @model_validator(mode="after")
    def _one_measure(self) -> Demand:
        if bool(self.column) == bool(self.each_settlement_of):
            raise ValueError("give exactly one of column and each_settlement_of")
        return self


class Phase(Noun):
    """``[[phases]]``: a year or period of the plan, in order; what opens in one stays open."""

    id: Ident = said("short name, for instance `2025`")
    name: Text = said("name as the report shows it", default="")
    name_en: Text = said("name in English reports", default="")
    year: int = said("its last year", ge=1990, le=2100)


class Fund(Noun):
    """``[[funds]]``: a source of capital and the services that it may pay for."""

    id: Ident = said("short name")
    name: Text = said("name as the report shows it")
    name_en: Text = said("name in English reports", default="")
    funding_class: Literal["government", "government+social", "enterprise", "village"] = said("class of money")
    capital: Money | None = said("amount, where the county has no phases", "money unit", default=None)
    capital_by_phase: tuple[Money, ...] = said("amount of each phase", "money unit", default=())
    carries_over: bool = said("true: what a phase does not spend stays for the next", default=False)
    pays: tuple[Ident, ...] = said("services that it may pay for", min_length=1)

    @model_validator(mode="after")
    def _one_amount(self) -> Fund:
        if (self.capital is None) == (not self.capital_by_phase):
            raise ValueError("give exactly one of capital and capital_by_phase")
        return self

    @property
    def amounts(self) -> tuple[Decimal, ...]:
        """Amount of each phase, in the money unit; one where there are no phases."""
        return self.capital_by_phase or (self.capital or Decimal(0),)


class Land(Noun):
    """``[land]``: how much building land there is, and what shared plots save."""

    quota_m2: tuple[Decimal, ...] = said("new building land of each phase; none: not limited", "m2", default=())
    shared_saving_pct: Decimal = said(
        "share of its capital that a new site saves on a plot with another open site",
        "%",
        ge=0,
        le=90,
        default=Decimal(0),
    )


class Rule(Noun):
    """``[[rules]]``: a hard limit on the number of sites."""

    id: Ident = said("short name")
    name: Text = said("name as the report shows it", default="")
    name_en: Text = said("name in English reports", default="")
    service: Ident = said("service that it limits")
    at_most: Count = said("at most so many sites", "sites")
    actions: tuple[Literal["keep", "new", "expand"], ...] = said("only sites of these actions; none: any", default=())
    sizes: tuple[Ident, ...] = said("only sites of these sizes; none: any", default=())


class Package(Noun):
    """``[[packages]]``: demonstration villages that are to have a whole set of services."""

    id: Ident = said("short name")
    name: Text = said("name as the report shows it", default="")
    name_en: Text = said("name in English reports", default="")
    services: tuple[Ident, ...] = said("the services that make the package", min_length=1)
    settlements: tuple[Ident, ...] = said("ids of the settlements", min_length=1)


Indicator = Literal[
    "served_share",
    "settlements_share",
    "worst_township_share",
    "urban_rural_gap",
    "open_count",
    "built_count",
    "package_count",
]
COUNTS = ("open_count", "built_count", "package_count")


class Target(Noun):
    """``[[targets]]``: what a policy paper asks for."""

    id: Ident = said("short name")
    name: Text = said("name as the report shows it", default="")
    name_en: Text = said("name in English reports", default="")
    service: Text = said("service that it is about; blank for package_count", default="")
    package: Text = said("package_count: id of the package", default="")
    indicator: Indicator = said(
        "share of people or of settlements served, share in the worst township, urban share less rural share, number "
        "of open sites, of new and expanded sites, of settlements with a whole package"
    )
    threshold_pct: Decimal | None = said("shares: at least this; gap: at most this", "%", gt=0, le=100, default=None)
    threshold_count: Count | None = said("counts: at least this", "sites", default=None)
    levels: tuple[Level, ...] = said("only settlements of these levels; none: all", default=())
    urban: Literal[0, 1] | None = said("only urban (1) or rural (0) settlements", default=None)
    sizes: tuple[Ident, ...] = said("counts: only sites of these sizes; none: any", default=())
    tier: int = said("targets of tier 1 come before those of tier 2", ge=1, le=9, default=1)
    weight: int = said("worth beside the other targets of its tier", gt=0, le=1000, default=1)
    year: int | None = said("year by which it is to be met", default=None)
    policy: str = said("id of the policy row that it comes from", default="")

    @model_validator(mode="after")
    def _whole(self) -> Target:
        counts = self.indicator in COUNTS
        if counts != (self.threshold_count is not None) or counts == (self.threshold_pct is not None):
            raise ValueError("counts take threshold_count, shares and the gap take threshold_pct")
        if (self.indicator == "package_count") != bool(self.package) or bool(self.package) == bool(self.service):
            raise ValueError("package_count takes package, all others take service")
        return self


Aim = Literal["worth", "cost", "travel"]


class Objective(Noun):
    """``[objective]``: what is best among the plans that do equally well on the targets."""

    aims: tuple[Aim, ...] = said(
        "worth: most people served; cost: least money; travel: least travel; each is sought among the plans that are "
        "best in those before it",
        min_length=1,
        default=("worth", "travel"),
    )
    cost_years: int = said(
        "years of running and travel cost that the cost counts beside capital", ge=0, le=100, default=10
    )

    @model_validator(mode="after")
    def _each_once(self) -> Objective:
        each_once(self.aims)
        return self


def each_once(aims: tuple[str, ...]) -> None:
    """No aim stands twice.

    Raises:
        ValueError: one does.
    """
    if len(set(aims)) < len(aims):
        raise ValueError("an aim stands twice")


class Variation(Noun):
    """``[scenarios.ID]``: named changes on the county as it stands."""

    name: Text = said("name as the report shows it", default="")
    name_en: Text = said("name in English reports", default="")
    services: tuple[Ident, ...] | None = said("plan only these services", default=None)
    capital_factor: Decimal = said("multiplies every fund", ge=0, le=1000, default=Decimal(1))
    running_factor: Decimal = said("multiplies the yearly running budget", ge=0, le=1000, default=Decimal(1))
    aims: tuple[Aim, ...] | None = said("other aims than those of `[objective]`", min_length=1, default=None)
    changes: dict[str, Any] = said(
        "values that replace others of county.toml: by path, as in `services.primary.hosts`", default={}
    )

    @model_validator(mode="after")
    def _each_once(self) -> Variation:
        each_once(self.aims or ())
        return self


class CountyFile(Noun):
    """The whole of ``county.toml``."""

    format: Literal[1] = said("version of this format")
    county: About
    money: MoneyUnit = MoneyUnit()
    network: Network
    demand: dict[Ident, Demand]
    services: dict[Ident, Service]
    phases: tuple[Phase, ...] = ()
    funds: tuple[Fund, ...] = ()
    running_budget_per_year: Money | None = said(
        "yearly running cost of all plans together", "money unit/year", default=None
    )
    objective: Objective = Objective()
    land: Land = Land()
    rules: tuple[Rule, ...] = ()
    packages: tuple[Package, ...] = ()
    targets: tuple[Target, ...] = ()
    scenarios: dict[Ident, Variation] = Field(default_factory=dict)
    sources: dict[Ident, Source] = Field(default_factory=dict)
