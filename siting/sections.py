"""The sections of ``county.toml``: services, standards, sizes, funds, targets.

Numbers are decimals as written, in the unit that their name says; money is in the county's one money unit. They become
integers only when a problem is posed (see `siting.problem`). A key that a section does not know is a fault.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from siting.rows import Count, Ident, Level, Mode, SpeedKmh, Text, said

Money = Annotated[Decimal, Field(ge=0, le=Decimal("1e9"))]


class Noun(BaseModel):
    """Frozen, and it refuses keys that it does not know: a misspelt key is a fault, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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


class MoneyUnit(Noun):
    """``[money]``: the one money unit of the county."""

    unit: Text = said("unit of every amount, for instance 万元 (wan yuan, 10,000 yuan)", default="万元")
    unit_en: Text = said("the same in English reports", default="wan yuan")
    base: Text = said("smallest unit that is counted, for instance 元", default="元")
    base_per_unit: int = said("base units in one unit", gt=0, le=100_000_000, default=10_000)


class Source(Noun):
    """``[sources.ID]``: where a number comes from, and how far it can be trusted."""

    title: str = said("document, clause or reasoning")
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
    """``[demand.ID]``: a group of people that a service is for; one column of ``settlements.csv``."""

    column: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]*_(persons|kgpd)$")] = said(
        "column of settlements.csv; its name ends with its unit"
    )
    name: Text = said("name of the group")
    name_en: Text = said("name in English reports", default="")
    estimated: bool = said("true: the column was estimated, and the report says so", default=False)
    source: str = said("id of the source of the column", default="")


class Access(Noun):
    """``[[services.ID.access]]``: a coverage standard, one way of reaching a site of the service."""

    mode: Mode = said("travel mode")
    limit_min: Decimal | None = said("longest travel time that counts, inclusive", "min", gt=0, default=None)
    limit_m: Decimal | None = said("longest road distance that counts, inclusive", "m", gt=0, default=None)
    limit_by_level: dict[Level, Decimal] = said("other limits for some settlement levels, same unit", default={})

    @model_validator(mode="after")
    def _one_limit(self) -> Access:
        if (self.limit_min is None) == (self.limit_m is None):
            raise ValueError("give exactly one of limit_min and limit_m")
        return self

    @property
    def by_time(self) -> bool:
        """True where the limit is a time, False where it is a road distance."""
        return self.limit_min is not None

    def limit(self, level: str) -> Decimal:
        """Limit for settlements of ``level``, in minutes or metres."""
        base = self.limit_min if self.limit_min is not None else self.limit_m
        assert base is not None
        return self.limit_by_level.get(level, base)  # type: ignore[call-overload,no-any-return]


class Size(Noun):
    """``[[services.ID.sizes]]``: one size that a site of the service can have."""

    id: Ident = said("short name, for instance `6-classes`")
    name: Text = said("name as the report shows it", default="")
    name_en: Text = said("name in English reports", default="")
    capacity_persons: Count | None = said("places; catchment services need it", "persons", default=None)
    capital: Money = said("cost of building it new", "money unit")
    running_per_year: Money = said("yearly running cost", "money unit/year", default=Decimal(0))
    land_m2: Decimal = said("plot", "m2", ge=0, default=Decimal(0))


class Service(Noun):
    """``[services.ID]``: one public service."""

    family: Literal["coverage", "catchment"] = said("how demand meets sites, see the four families")
    name: Text = said("name as the report shows it")
    name_en: Text = said("name in English reports", default="")
    demand: Ident = said("id of the demand group")
    weight: int = said("worth of one person served, beside the other services", gt=0, le=1000, default=1)
    hosts: tuple[Level, ...] = said("settlement levels where a new site may stand")
    department: Text = said("responsible department", default="")
    department_en: Text = said("the same in English reports", default="")
    may_close: bool = said("true: an existing site may be closed, its running cost is saved", default=False)
    may_expand: bool = said(
        "true: an existing site may grow to a larger size at the difference of capital", default=False
    )
    access: tuple[Access, ...] = said("ways of reaching a site; one within its limit is enough", min_length=1)
    sizes: tuple[Size, ...] = said("sizes that a new site can have", min_length=1)


class DescribedService(Noun):
    """A service of a family that no plan decides yet: kept with its numbers, listed as not planned in every output."""

    family: Literal["haul", "line"] = said("haul (waste) or line (bus)")
    name: Text = said("name as the report shows it")
    name_en: Text = said("name in English reports", default="")
    demand: Ident = said("id of the demand group")
    department: Text = said("responsible department", default="")
    department_en: Text = said("the same in English reports", default="")
    figures: dict[str, Decimal | str] = said("its standards and costs, unit in each key", default={})


class Fund(Noun):
    """``[[funds]]``: a source of capital and the services that it may pay for."""

    id: Ident = said("short name")
    name: Text = said("name as the report shows it")
    name_en: Text = said("name in English reports", default="")
    funding_class: Literal["government", "government+social", "enterprise", "village"] = said("class of money")
    capital: Money = said("amount", "money unit")
    pays: tuple[Ident, ...] = said("services that it may pay for", min_length=1)


class Target(Noun):
    """``[[targets]]``: what a policy paper asks for."""

    id: Ident = said("short name")
    name: Text = said("name as the report shows it", default="")
    name_en: Text = said("name in English reports", default="")
    service: Ident = said("service that it is about")
    indicator: Literal["served_share", "settlements_share", "open_count"] = said(
        "share of people served, share of settlements served in full, or number of open sites"
    )
    threshold_pct: Decimal | None = said("the two shares: at least this", "%", gt=0, le=100, default=None)
    threshold_count: Count | None = said("open_count: at least this", "sites", default=None)
    levels: tuple[Level, ...] = said("only settlements of these levels; none: all", default=())
    urban: Literal[0, 1] | None = said("only urban (1) or rural (0) settlements", default=None)
    tier: int = said("targets of tier 1 come before those of tier 2", ge=1, le=9, default=1)
    weight: int = said("worth beside the other targets of its tier", gt=0, le=1000, default=1)
    year: int | None = said("year by which it is to be met", default=None)
    policy: str = said("id of the policy row that it comes from", default="")

    @model_validator(mode="after")
    def _one_threshold(self) -> Target:
        wants_count = self.indicator == "open_count"
        if wants_count != (self.threshold_count is not None) or wants_count == (self.threshold_pct is not None):
            raise ValueError("open_count takes threshold_count, the shares take threshold_pct")
        return self


class Variation(Noun):
    """``[scenarios.ID]``: named changes on the county as it stands."""

    name: Text = said("name as the report shows it", default="")
    name_en: Text = said("name in English reports", default="")
    services: tuple[Ident, ...] | None = said("plan only these services", default=None)
    capital_factor: Decimal = said("multiplies every fund", ge=0, le=1000, default=Decimal(1))
    running_factor: Decimal = said("multiplies the yearly running budget", ge=0, le=1000, default=Decimal(1))


class CountyFile(Noun):
    """The whole of ``county.toml``."""

    format: Literal[1] = said("version of this format")
    county: About
    money: MoneyUnit = MoneyUnit()
    network: Network
    demand: dict[Ident, Demand]
    services: dict[Ident, Annotated[Service | DescribedService, Field(discriminator="family")]]
    funds: tuple[Fund, ...] = ()
    running_budget_per_year: Money | None = said(
        "yearly running cost of all plans together", "money unit/year", default=None
    )
    targets: tuple[Target, ...] = ()
    scenarios: dict[Ident, Variation] = {}
    sources: dict[Ident, Source] = {}
