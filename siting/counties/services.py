"""``[services.ID]`` of ``county.toml``: one public service with its standards, sizes and rules.

The four families and what each rule means: ``docs/rules.md``, sections 1 to 3. Numbers are decimals as written, in the
unit that their name says; money is in the county's one money unit.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticKnownError

from siting.counties.rows import Count, DisposalKind, Ident, Level, Mode, Text, said

Money = Annotated[Decimal, Field(ge=0, le=Decimal("1e9"))]
Family = Literal["coverage", "catchment", "haul", "line"]


class Noun(BaseModel):
    """Frozen, and it refuses keys that it does not know: a misspelt key is a fault, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _as_it_is_written(cls, value: Any, info: ValidationInfo) -> Any:
        """``true`` is no number, and no number or word is ``true``: TOML tells them apart, and nothing is coerced."""
        wanted = cls.model_fields[info.field_name or ""].annotation
        if wanted is bool and not isinstance(value, bool):
            raise PydanticKnownError("bool_type")
        if isinstance(value, bool) and _counts(wanted):
            raise PydanticKnownError("int_type")
        return value


def _counts(kind: Any) -> bool:
    """Whether a kind of value is, or may be, a number that ``true`` would be taken for."""
    return kind in (int, float, 0, 1) or any(map(_counts, get_args(kind)))


class Access(Noun):
    """``[[services.ID.access]]``: a coverage standard, one way of reaching a site of the service."""

    mode: Mode = said("travel mode; of a line access: that of the walks to and from the stops")
    kind: Literal["direct", "boarding", "line"] = said(
        "direct: every day by that mode; boarding: weekly trip, needs a bed; line: by a planned bus line",
        default="direct",
    )
    limit_min: Decimal | None = said("longest travel time that counts, inclusive", "min", gt=0, default=None)
    limit_m: Decimal | None = said("longest road distance that counts, inclusive", "m", gt=0, default=None)
    limit_by_level: dict[Level, Decimal] = said("other limits for some settlement levels, same unit", default={})
    offered: bool = said("false: nobody is served by it; a scenario can switch it", default=True)
    eligible: str = said("id of the demand group that may use it; blank: everybody", default="")
    line: str = said("line access: id of the line service", default="")
    wait_min: Decimal = said("line access: waiting time that is added", "min", ge=0, default=Decimal(0))
    cost_per_year: Money = said(
        "catchment and haul: yearly cost of one person (haul: one tonne a day) whose way is one hour (limit_min) or "
        "one km (limit_m) long; counts in the aim cost",
        "money unit/year",
        default=Decimal(0),
    )

    @model_validator(mode="after")
    def _whole(self) -> Access:
        if (self.limit_min is None) == (self.limit_m is None):
            raise ValueError("give exactly one of limit_min and limit_m")
        if (self.kind == "line") != bool(self.line):
            raise ValueError('kind = "line" and the key line belong together')
        if self.kind == "line" and self.limit_min is None:
            raise ValueError("a line access takes limit_min")
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
    beds_persons: Count = said("beds for boarders among the places", "persons", default=0)
    capacity_tpd: Decimal | None = said("haul services need it", "t/day", gt=0, le=100_000, default=None)
    trips_per_day: Count | None = said("line services need it: return trips", "trips/day", default=None)
    capital: Money = said("cost of building it new", "money unit")
    beds_capital: Money | None = said(
        "part of `capital` that its beds cost: a school that grows pays beds and places by their own prices",
        "money unit",
        default=None,
    )
    running_per_year: Money = said("yearly running cost", "money unit/year", default=Decimal(0))
    land_m2: Decimal = said("plot", "m2", ge=0, default=Decimal(0))

    @model_validator(mode="after")
    def _part(self) -> Size:
        if self.beds_capital is not None and (not self.beds_persons or self.beds_capital > self.capital):
            raise ValueError("beds_capital is a part of capital, and of a size with beds_persons")
        return self

    @property
    def places(self) -> int | None:
        """Persons, or kilograms a day; None where the size has no capacity."""
        return self.capacity_persons if self.capacity_tpd is None else int(self.capacity_tpd * 1000)


class Referral(Noun):
    """``[services.ID.referral]``: a new site needs an open site of another service nearby."""

    service: Ident = said("the service that it refers to (coverage or catchment)")
    mode: Mode = said("travel mode")
    limit_min: Decimal = said("longest travel time between the sites, inclusive", "min", gt=0)


class KeepAway(Noun):
    """``[services.ID.keep_away]``: smallest straight distances of a new site."""

    homes_m: int = said("from every settlement", "m", ge=0, le=20_000, default=0)
    water_m: int = said("from every red line of kind `water`", "m", ge=0, le=20_000, default=0)


class HaulRules(Noun):
    """``[services.ID.haul]``: how waste goes on from a transfer station, or straight to disposal."""

    transfer_mode: Mode = said("mode from station to disposal", default="drive")
    transfer_limit_min: Decimal | None = said(
        "longest haul from station to disposal, inclusive", "min", gt=0, default=None
    )
    transfer_limit_m: Decimal | None = said("instead: longest road distance, inclusive", "m", gt=0, default=None)
    transfer_cost_per_year: Money = said(
        "yearly cost of one tonne a day per hour (transfer_limit_min) or km (transfer_limit_m)",
        "money unit/year",
        default=Decimal(0),
    )
    direct_mode: Mode = said("mode from settlement straight to disposal", default="drive")
    direct_limit_min: Decimal | None = said(
        "longest direct haul, inclusive; no key: no direct haul", "min", gt=0, default=None
    )
    direct_limit_m: Decimal | None = said("instead: longest road distance, inclusive", "m", gt=0, default=None)
    direct_cost_per_year: Money = said(
        "yearly cost of one tonne a day per hour (direct_limit_min) or km (direct_limit_m)",
        "money unit/year",
        default=Decimal(0),
    )
    kinds: tuple[DisposalKind, ...] = said("kinds of disposal that may be used", default=("landfill", "incinerator"))

    @model_validator(mode="after")
    def _measured(self) -> HaulRules:
        if (self.transfer_limit_min is None) == (self.transfer_limit_m is None):
            raise ValueError("give exactly one of transfer_limit_min and transfer_limit_m")
        if self.direct_limit_min is not None and self.direct_limit_m is not None:
            raise ValueError("give at most one of direct_limit_min and direct_limit_m")
        return self

    @property
    def transfer(self) -> Access:
        """The way from station to disposal."""
        return Access(
            mode=self.transfer_mode,
            limit_min=self.transfer_limit_min,
            limit_m=self.transfer_limit_m,
            cost_per_year=self.transfer_cost_per_year,
        )

    @property
    def direct(self) -> Access | None:
        """The way from settlement straight to disposal; None where there is none."""
        if self.direct_limit_min is None and self.direct_limit_m is None:
            return None
        return Access(
            mode=self.direct_mode,
            limit_min=self.direct_limit_min,
            limit_m=self.direct_limit_m,
            cost_per_year=self.direct_cost_per_year,
        )


class LineRules(Noun):
    """``[services.ID.line]``: what a bus line costs. Vehicles follow from length, speed and trips."""

    mode: Mode = said("travel mode of the vehicles", default="bus")
    vehicle_capital: Money = said("price of one vehicle", "money unit")
    running_per_km: Money = said("running cost of one vehicle-km", "money unit/km")
    operating_days: int = said("days a year", "days", ge=1, le=366, default=365)
    service_hours: Decimal = said("hours a day in which the trips are run", "h", gt=0, le=24, default=Decimal(12))
    layover_min: Decimal = said("time at each end of the line", "min", ge=0, le=120, default=Decimal(5))


class Service(Noun):
    """``[services.ID]``: one public service."""

    family: Family = said("how demand meets sites, see the four families")
    name: Text = said("name as the report shows it")
    name_en: Text = said("name in English reports", default="")
    demand: Ident = said("id of the demand group")
    weight: int = said("worth of one person served, beside the other services", gt=0, le=1000, default=1)
    hosts: tuple[Level, ...] = said(
        "settlement levels where a new site may stand; a line service needs none", default=()
    )
    department: Text = said("responsible department", default="")
    department_en: Text = said("the same in English reports", default="")
    may_close: bool = said("true: an existing site may be closed, its running cost is saved", default=False)
    may_expand: bool = said(
        "true: an existing site may grow to a larger size at the difference of capital", default=False
    )
    closing_capital: Money = said("cost of closing a site", "money unit", default=Decimal(0))
    resale: Money = said("what a closed site brings for the capital of the service", "money unit", default=Decimal(0))
    close_only_if_served: bool = said(
        "true: a site is closed only if everybody whose nearest existing site it is, is served", default=False
    )
    min_persons: Count = said("catchment: fewest persons of a new or expanded site", "persons", default=0)
    whole_settlements: bool = said("catchment: true: a settlement goes to one site as a whole, or not", default=False)
    closest: bool = said("catchment: true: people go only to the nearest open site", default=False)
    quality_first: bool = said(
        "with closest: true: people go only to the open site of most `quality` in reach, of equal ones to the nearest",
        default=False,
    )
    also_served_by: tuple[Ident, ...] = said(
        "coverage: services of a higher level (coverage or catchment) whose sites also serve", default=()
    )
    access: tuple[Access, ...] = said("ways of reaching a site; one within its limit is enough", min_length=1)
    sizes: tuple[Size, ...] = said("sizes that a new site can have", min_length=1)
    referral: Referral | None = said(
        "coverage, catchment: a new site needs an open site of another service nearby", default=None
    )
    keep_away: KeepAway = said("smallest distances of a new site", default=KeepAway())
    haul: HaulRules | None = said("haul services need it", default=None)
    line: LineRules | None = said("line services need it", default=None)

    @model_validator(mode="after")
    def _of_its_family(self) -> Service:
        for family, rules in (("haul", self.haul), ("line", self.line)):
            if (self.family == family) != (rules is not None):
                raise ValueError(f'family = "{family}" and the section {family} belong together')
        only = {"catchment": ("min_persons", "whole_settlements", "closest"), "coverage": ("also_served_by",)}
        if self.quality_first and not self.closest:
            raise ValueError("quality_first needs closest")
        for family, keys in only.items():
            for key in keys:
                if getattr(self, key) and self.family != family:
                    raise ValueError(f'{key} belongs to family = "{family}"')
        if self.referral is not None and self.family not in ("coverage", "catchment"):
            raise ValueError('referral belongs to family = "coverage" and "catchment"')
        if self.family != "catchment" and any(a.kind != "direct" or a.eligible for a in self.access):
            raise ValueError('boarding, line and eligible belong to family = "catchment"')
        if self.in_full_only and any(a.cost_per_year for a in self.access):
            raise ValueError('cost_per_year of an access belongs to family = "catchment" and "haul"')
        return self

    @property
    def in_full_only(self) -> bool:
        """True where a settlement is served with all its people or not at all, and sites have no capacity."""
        return self.family in ("coverage", "line")

    @property
    def ways(self) -> tuple[Access, ...]:
        """The accesses by their number; the straight haul comes after the last of the file."""
        straight = self.haul.direct if self.haul is not None else None
        return self.access if straight is None else (*self.access, straight)
