"""The tables of a county folder: one class a table, one field a column.

Each class is both the noun that the rest of the code speaks and the schema that reading checks; a field's description
and unit are what ``instances/README.md`` prints, so the format page cannot drift from what is read. Units are in the
names.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Ident = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Text = Annotated[str, StringConstraints(max_length=400)]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Count = Annotated[int, Field(ge=0, le=100_000_000)]
SpeedKmh = Annotated[Decimal, Field(gt=0, le=200)]

Level = Literal["city", "county_town", "central_town", "township_seat", "central_village", "village", "hamlet"]
Mode = Literal["walk", "bicycle", "drive", "bus"]
DisposalKind = Literal["landfill", "incinerator"]
#: The name of a column of demand ends with its unit.
COLUMN = "[a-z0-9][a-z0-9_]*_(persons|kgpd)"


def said(description: str, unit: str = "", **rules: Any) -> Any:
    """A field with the words and the unit that the format page prints beside it."""
    return Field(description=description, json_schema_extra={"unit": unit}, **rules)


class Row(BaseModel):
    """One row of a table; columns that the schema does not know pass through to the results."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Settlement(Row):
    """A demand point: one row of ``settlements.csv``."""

    id: Ident = said("unique id; text, so leading zeros stay")
    name: Text = said("name as the report shows it")
    name_en: Text = said("name in English reports; blank: `name`", default="")
    level: Level = said("settlement level, see the table of levels")
    township: Text = said("township that it belongs to", default="")
    village: Text = said("id of the administrative village that it belongs to; blank for a township seat", default="")
    urban: Literal[0, 1] = said("1 urban, 0 rural", default=0)
    lon: Lon = said("longitude, WGS84", "degrees")
    lat: Lat = said("latitude, WGS84", "degrees")
    population_persons: Count = said("resident population", "persons")

    def people(self, column_name: str) -> int:
        """Persons in demand column ``column_name``; the column has been checked on reading."""
        return int(getattr(self, column_name))


class Site(Row):
    """A place where one service stands or may be built: one row of ``sites.csv``."""

    id: Ident = said("unique id")
    service: Ident = said("service of county.toml that it belongs to")
    name: Text = said("name as the report shows it")
    name_en: Text = said("name in English reports; blank: `name`", default="")
    settlement: Text = said("id of the host settlement; its level must be among the service's `hosts`", default="")
    lon: Lon = said("longitude, WGS84", "degrees")
    lat: Lat = said("latitude, WGS84", "degrees")
    status: Literal["existing", "candidate"] = said("stands today, or may be built")
    size: Text = said(
        "existing sites: id of its size; "
        "blank: `capacity_persons`, and running cost of the smallest size that has so many",
        default="",
    )
    capacity_persons: Count | None = said(
        "existing sites: places that it has, where they differ from its size", "persons", default=None
    )
    beds_persons: Count | None = said(
        "existing sites: beds that it has, where they differ from its size", "persons", default=None
    )
    capacity_tpd: Decimal | None = said("existing transfer stations: what it takes", "t/day", ge=0, default=None)
    outside: Literal[0, 1] = said(
        "1: an existing site in a neighbouring county, which costs this one nothing", default=0
    )
    quality: Count = said(
        "how good it is beside others; people of a service with `quality_first` prefer more", default=0
    )
    plot: Text = said("name of the plot, where sites of several services may share one", default="")
    source: Text = said("where the row comes from", default="")

    @property
    def places(self) -> int | None:
        """Persons, or kilograms a day, where the row gives them."""
        return self.capacity_persons if self.capacity_tpd is None else int(self.capacity_tpd * 1000)


class Line(Row):
    """An existing or proposed bus line: one row of ``lines.csv``."""

    id: Ident = said("unique id")
    service: Text = said("line service that it belongs to; blank: the first of county.toml", default="")
    name: Text = said("name of the line")
    name_en: Text = said("name in English reports", default="")
    stops: Text = said("ids of the settlements where it stops, in order, joined by `;`")
    trips_per_day: Count = said("return trips a day; of a candidate: as proposed", "trips/day")
    status: Literal["existing", "candidate"] = said("runs today, or may be opened")
    source: Text = said("where the row comes from", default="")

    @property
    def stop_ids(self) -> tuple[str, ...]:
        """Ids of the settlements where it stops."""
        return tuple(stop.strip() for stop in self.stops.split(";") if stop.strip())


class Disposal(Row):
    """A landfill or incinerator: one row of ``disposal.csv``."""

    id: Ident = said("unique id")
    name: Text = said("name")
    name_en: Text = said("name in English reports", default="")
    kind: DisposalKind = said("what it is")
    lon: Lon = said("longitude, WGS84", "degrees")
    lat: Lat = said("latitude, WGS84", "degrees")
    status: Literal["existing", "candidate"] = said("stands today, or may be built")
    capacity_tpd: Decimal = said("waste that it takes", "t/day", ge=0)
    capital: Decimal = said("cost of building a candidate", "money unit", ge=0, le=Decimal("1e9"), default=Decimal(0))
    running_per_year: Decimal = said(
        "yearly running cost", "money unit/year", ge=0, le=Decimal("1e9"), default=Decimal(0)
    )

    @property
    def places(self) -> int:
        """Kilograms a day."""
        return int(self.capacity_tpd * 1000)


class OwnTime(Row):
    """A travel time of the planner's own, which replaces that of the roads: one row of ``times.csv``."""

    settlement: Ident = said("id of the settlement where people set out")
    site: Ident = said("id of the site, or of the place of `disposal.csv`, that they go to")
    mode: Mode = said("travel mode; its accesses with `limit_min` then know these times only")
    minutes: Decimal | None = said("whole way; blank: there is none", "min", ge=0, le=10_080)


class RoadNode(Row):
    """One row of ``nodes.csv``."""

    id: Ident = said("unique id")
    lon: Lon = said("longitude, WGS84", "degrees")
    lat: Lat = said("latitude, WGS84", "degrees")
    elevation_m: Decimal | None = said(
        "height above sea level; blank: not known, its roads count as level", "m", ge=-500, le=9000, default=None
    )


class RoadEdge(Row):
    """One row of ``edges.csv``: a road section between two nodes, straight between them."""

    from_node: Ident = said("node where it starts")
    to_node: Ident = said("node where it ends")
    length_m: Decimal = said("length along the road", "m", gt=0)
    road_class: Ident = said("class; each mode's speed table says who may use it and how fast")
    oneway: Literal[0, 1] = said("1: vehicles only from `from_node` to `to_node`", default=0)
    speed_kmh: SpeedKmh | None = said("signed speed; blank: the speed of its class", "km/h", default=None)
    name: Text = said("name of the road", default="")
