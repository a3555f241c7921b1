"""What a service decides, whatever its family: sites, disposal places and bus lines as one kind of noun.

Also the ways of reaching them, and the unit in which a service counts (persons, tonnes a day, settlements).
"""

from __future__ import annotations

from dataclasses import dataclass

from siting.counties.county import County
from siting.counties.rows import Disposal, Line, Site
from siting.counties.services import Access, Service
from siting.roads.travel import sites_of

from .nouns import Amount, Cell, Kind


@dataclass(frozen=True)
class Spot:
    """A site, a disposal place or a line; ``service`` decides it.

    ``lon``, ``lat`` of a line are those of its middle stop; ``path`` are its stops in degrees, () for what stands at
    one place; ``settlement`` the host, "" where there is none.
    """

    service: str
    row: Site | Disposal | Line
    lon: float
    lat: float
    settlement: str = ""
    path: tuple[tuple[float, float], ...] = ()

    @property
    def id(self) -> str:
        """Its id."""
        return self.row.id

    @property
    def name(self) -> str:
        """Its name."""
        return self.row.name

    @property
    def name_en(self) -> str:
        """Its name in English, perhaps blank."""
        return self.row.name_en

    @property
    def kind(self) -> str:
        """``site``, ``landfill``, ``incinerator`` or ``line``."""
        return self.row.kind if isinstance(self.row, Disposal) else "line" if isinstance(self.row, Line) else "site"


def own(county: County, service: str) -> tuple[Spot, ...]:
    """Everything that a service decides, in the order of the tables."""
    return tuple(spot for spot in serving(county, service) if spot.service == service)


def serving(county: County, service: str) -> tuple[Spot, ...]:
    """Everything that may serve for a service: its own, then that of the services that serve it as well."""
    sites = {site.id: site for site in county.sites}
    disposal = {place.id: place for place in county.disposal}
    at = {s.id: (s.lon, s.lat) for s in county.settlements}
    lines = {line.id: line for line in county.lines_of(service)}
    return tuple(_spot(key, lines.get(i) or sites.get(i) or disposal[i], at) for key, i in sites_of(county, service))


def every(county: County, services: tuple[str, ...] | list[str]) -> dict[tuple[str, str], Spot]:
    """The spots of these services by service and id."""
    return {(key, spot.id): spot for key in services for spot in own(county, key)}


def _spot(key: str, row: Site | Disposal | Line, at: dict[str, tuple[float, float]]) -> Spot:
    if isinstance(row, Line):
        path = tuple(at[i] for i in row.stop_ids)
        return Spot(key, row, *path[len(path) // 2], path=path)
    return Spot(key, row, row.lon, row.lat, row.settlement if isinstance(row, Site) else "")


def way(service: Service, number: int) -> Access:
    """An access by its number; the straight haul comes after the last of the file."""
    return ways(service)[number]


def ways(service: Service) -> tuple[Access, ...]:
    """All accesses of a service, the straight haul as the last."""
    return service.ways


def unit(county: County, service: str) -> Kind:
    """What a service counts: ``persons``, ``tpd`` (kept as kilograms in a plan) or ``settlements``."""
    about = county.services[service]
    if about.family == "haul":
        return "tpd"
    return "persons" if county.file.demand[about.demand].column else "settlements"


def quantity(county: County, service: str, value: int | None) -> Cell:
    """A number of a service as a cell: persons plain, tonnes a day and settlements with their unit."""
    if value is None:
        return None
    kind = unit(county, service)
    return value if kind == "persons" else Amount(value / 1000 if kind == "tpd" else value, kind)


def people(county: County, services: tuple[str, ...] | list[str]) -> list[str]:
    """Those of the services that count persons."""
    return [key for key in services if unit(county, key) == "persons"]
