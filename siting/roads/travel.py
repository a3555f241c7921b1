"""Travel of a county: who reaches which site of what service, by which access, over which bus line.

Definitions: ``docs/rules.md``, section 1. Where the county has times of its own by a mode, the ways of that mode in
time are those. A way is a settlement, a site, an access and for a line access a line; pairs without a way are absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting.counties.county import County
from siting.counties.services import Access, Service
from siting.roads import buslines
from siting.roads.buslines import LineFacts
from siting.roads.network import ModeNetwork, Snap
from siting.roads.paths import Atlas, Points, Table

NOTHING = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Ways:
    """The ways of a service, sorted by (settlement, access, cost, site id, line id), with ``quality_first`` by
    (settlement, quality of the site, ...); all (w,).

    ``settlement``, ``site``, ``line`` positions (sites among `sites_of`, lines among those of the line service, -1
    where none); ``access`` number; ``cost`` exact milliseconds or millimetres.
    """

    settlement: np.ndarray
    site: np.ndarray
    access: np.ndarray
    line: np.ndarray
    cost: np.ndarray

    @property
    def travel(self) -> np.ndarray:
        """Whole seconds or metres (k,) of each way, rounded up."""
        return -(-self.cost // 1000)

    def of_settlements(self, chosen: np.ndarray) -> Ways:
        """The ways of the settlements in the mask, which are counted anew."""
        keep = chosen[self.settlement]
        place = np.cumsum(chosen) - 1
        return Ways(place[self.settlement[keep]], *(getattr(self, c)[keep] for c in ("site", "access", "line", "cost")))


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Travel of a county: ways per service, what links sites, and how every point stands on the roads of each mode.

    ``transfers`` per haul service: station, disposal place (positions among `sites_of`) and ms; ``referrals`` per
    service with a referral: own site and site of the other service (positions) within the limit. ``told`` by mode,
    (settlements,) bool: the planner's own times lead from there to some site.
    """

    networks: Mapping[str, ModeNetwork]
    settlement_snap: Mapping[str, Snap]
    site_snap: Mapping[str, Snap]
    by_service: Mapping[str, Ways]
    modes_of: Mapping[str, tuple[str, ...]]
    transfers: Mapping[str, Table]
    referrals: Mapping[str, Table]
    lines: Mapping[str, LineFacts]
    told: Mapping[str, np.ndarray]

    def pairs(self, service: str) -> Ways:
        """The ways of a service."""
        return self.by_service[service]

    def unreachable(self, service: str) -> np.ndarray:
        """(settlements,) bool: beyond the snap limit for every mode of the service, and without times of one's own."""
        modes = self.modes_of[service]
        off: np.ndarray = np.logical_and.reduce([self.settlement_snap[m].node < 0 for m in modes])
        for mode in modes:
            off &= ~self.told.get(mode, np.zeros_like(off))
        return off


def sites_of(county: County, service: str) -> tuple[tuple[str, str], ...]:
    """(service that decides it, id) of every site of a service: its own, then those that serve it as well.

    Coverage: the sites of ``also_served_by``; haul: disposal places; line: the lines.
    """
    about = county.services[service]
    if about.family == "line":
        return tuple((service, line.id) for line in county.lines_of(service))
    keys = (service, *about.also_served_by)
    sites = [(key, site.id) for key in dict.fromkeys(keys) for site in county.sites if site.service == key]
    return (*sites, *((service, place.id) for place in county.disposal_of(service)))


def times(
    county: County, *, cache_folder: Path | None = None, progress: Callable[[str, int, int], None] = lambda *_: None
) -> TravelTimes:
    """Travel of all services; see `siting.roads.paths.Atlas` for the cache and the progress."""
    modes = {key: _modes(service) for key, service in county.services.items()}
    also: list[str] = [s.line.mode for s in county.services.values() if s.line is not None]
    also += [s.haul.transfer_mode for s in county.services.values() if s.haul is not None]
    also += [s.referral.mode for s in county.services.values() if s.referral is not None]
    every = tuple(dict.fromkeys([*(m for own in modes.values() for m in own), *also]))
    atlas = Atlas(county, every, cache_folder, progress)
    lines = {key: buslines.facts(county, key, atlas) for key, s in county.services.items() if s.family == "line"}
    direct = _Direct(county, atlas)
    by_service = {
        key: _line_ways(county, key, atlas, lines[key]) if s.family == "line" else direct.ways(key, lines)
        for key, s in county.services.items()
    }
    return TravelTimes(
        networks=atlas.networks,
        settlement_snap=atlas.settlements.snap,
        site_snap=atlas.sites.snap,
        by_service=by_service,
        modes_of=modes,
        transfers={key: _transfers(county, key, atlas) for key, s in county.services.items() if s.haul is not None},
        referrals={key: _referrals(county, key, atlas) for key, s in county.services.items() if s.referral is not None},
        lines=lines,
        told={mode: _told(county, mode) for mode in county.own_times},
    )


def _told(county: County, mode: str) -> np.ndarray:
    told = np.zeros(len(county.settlements), dtype=bool)
    told[county.own_times[mode].settlement] = True
    return told


def _modes(service: Service) -> tuple[str, ...]:
    """Modes by which a settlement sets out for a service."""
    modes = [a.mode for a in service.access if a.offered]
    modes += [a.mode for a in service.ways[len(service.access) :]]
    return tuple(dict.fromkeys(modes)) or (service.access[0].mode,)


class _Direct:
    """Ways of coverage, catchment and haul services; paths of one mode and measure are searched for all at once."""

    def __init__(self, county: County, atlas: Atlas) -> None:
        self.county, self.atlas = county, atlas
        self.goals = _joined(atlas.sites, atlas.disposal)
        position = {site.id: k for k, site in enumerate(county.sites)}
        position |= {place.id: k + len(county.sites) for k, place in enumerate(county.disposal)}
        self.own = {
            key: np.array([position[i] for _, i in sites_of(county, key)], dtype=np.int64)
            for key, s in county.services.items()
            if s.family != "line"
        }
        asked: dict[tuple[str, bool], dict[str, int]] = {}
        for key in self.own:
            for access, _ in self._plain(key):
                most = asked.setdefault((access.mode, access.by_time), {})
                most[key] = max(most.get(key, 0), *(limit(access, level) for level in ("", *access.limit_by_level)))
        self.tables = {measure: self._table(*measure, most) for measure, most in asked.items()}

    def _table(self, mode: str, by_time: bool, most: Mapping[str, int]) -> Table:
        chosen = np.unique(np.concatenate([self.own[key] for key in most]))
        if by_time and mode in self.county.own_times:
            own = self.county.own_times[mode]
            keep = np.isin(own.site, chosen) & (own.ms <= max(most.values()))
            return Table(own.settlement[keep], own.site[keep], own.ms[keep])
        found = self.atlas.table(mode, by_time, self.atlas.settlements, self.goals.at(chosen), max(most.values()))
        return Table(found.origin, chosen[found.goal], found.cost)

    def _plain(self, key: str) -> Iterator[tuple[Access, int]]:
        """(access, its number) of all that need no line; the straight haul comes after the last of the file."""
        service = self.county.services[key]
        for number, access in enumerate(service.access):
            if access.kind != "line" and access.offered:
                yield access, number
        for straight in service.ways[len(service.access) :]:
            yield straight, len(service.access)

    def ways(self, key: str, lines: Mapping[str, LineFacts]) -> Ways:
        """The ways of a service."""
        service, own = self.county.services[key], self.own[key]
        place = np.full(len(self.goals.lon), -1, dtype=np.int64)
        place[own] = np.arange(len(own))
        disposal = own >= len(self.county.sites)
        daily: list[np.ndarray] = []
        boarding: list[np.ndarray] = []
        for access, number in self._plain(key):
            table = self.tables[access.mode, access.by_time]
            longest = np.array([limit(access, s.level) for s in self.county.settlements], dtype=np.int64)
            keep = (place[table.goal] >= 0) & (table.cost <= longest[table.origin])
            site = place[table.goal[keep]]
            right = disposal[site] == (number == len(service.access))
            rows = np.flatnonzero(keep)[right]
            found = _columns(table.origin[rows], site[right], number, -1, table.cost[rows])
            (boarding if access.kind == "boarding" else daily).append(found)
        first = _first_only(_stacked(daily), by_line=False)
        rest = _first_only(_stacked(boarding), by_line=False)
        ridden = [self._rides(key, access, number, lines) for access, number in self._line_access(key)]
        rides = _first_only(_stacked(ridden), by_line=True)
        rest = _without(_stacked([rest, rides]), first, len(own))
        return _sorted(self.county, key, _stacked([first, rest]))

    def _line_access(self, key: str) -> Iterator[tuple[Access, int]]:
        for number, access in enumerate(self.county.services[key].access):
            if access.kind == "line" and access.offered:
                yield access, number

    def _rides(self, key: str, access: Access, number: int, lines: Mapping[str, LineFacts]) -> np.ndarray:
        sites = self.goals.at(self.own[key])
        settlement, site, line, cost = buslines.rides(self.county, self.atlas, access, sites, lines[access.line])
        return _columns(settlement, site, number, line, cost)


def limit(access: Access, level: str) -> int:
    """Limit in milliseconds or millimetres."""
    return int(access.limit(level) * (60_000 if access.by_time else 1000))


def _line_ways(county: County, key: str, atlas: Atlas, facts: LineFacts) -> Ways:
    """Who reaches a stop of which line: the lines are the sites."""
    found = []
    for number, access in enumerate(county.services[key].access):
        if access.offered:
            settlement, line, cost = buslines.stops_near(county, atlas, access, facts)
            found.append(_columns(settlement, line, number, -1, cost))
    return _sorted(county, key, _first_only(_stacked(found), by_line=False))


def _transfers(county: County, key: str, atlas: Atlas) -> Table:
    rules = county.services[key].haul
    assert rules is not None
    ids = [i for _, i in sites_of(county, key)]
    stations = [k for k, site in enumerate(county.sites) if site.service == key]
    places = county.disposal_of(key)
    chosen = np.array([k for k, d in enumerate(county.disposal) if d in places], dtype=np.int64)
    onward = rules.transfer
    origins = atlas.sites.at(np.array(stations, dtype=np.int64))
    found = atlas.table(onward.mode, onward.by_time, origins, atlas.disposal.at(chosen), limit(onward, ""))
    order = np.lexsort((found.goal, found.cost, found.origin))
    return Table(found.origin[order], found.goal[order] + len(ids) - len(places), found.cost[order])


def _referrals(county: County, key: str, atlas: Atlas) -> Table:
    rules = county.services[key].referral
    assert rules is not None
    own = np.array([k for k, site in enumerate(county.sites) if site.service == key], dtype=np.int64)
    other = np.array([k for k, site in enumerate(county.sites) if site.service == rules.service], dtype=np.int64)
    most = int(rules.limit_min * 60_000)
    return atlas.table(rules.mode, True, atlas.sites.at(own), atlas.sites.at(other), most)


def _joined(one: Points, other: Points) -> Points:
    snaps = {
        mode: Snap(
            np.concatenate([one.snap[mode].node, other.snap[mode].node]),
            np.concatenate([one.snap[mode].distance_m, other.snap[mode].distance_m]),
        )
        for mode in one.snap
    }
    return Points(np.concatenate([one.lon, other.lon]), np.concatenate([one.lat, other.lat]), snaps)


def _columns(
    settlement: np.ndarray, site: np.ndarray, access: int, line: np.ndarray | int, cost: np.ndarray
) -> np.ndarray:
    """(w, 5): settlement, site, access, line, cost."""
    columns: np.ndarray = np.column_stack(
        [settlement, site, np.full(len(settlement), access), np.broadcast_to(line, len(settlement)), cost]
    ).astype(np.int64)
    return columns


def _stacked(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.zeros((0, 5), dtype=np.int64), *parts])


def _first_only(rows: np.ndarray, *, by_line: bool) -> np.ndarray:
    """Of the ways of a pair (and line), the one with the smallest access."""
    keys = [3, 1, 0] if by_line else [1, 0]
    rows = rows[np.lexsort((rows[:, 2], *(rows[:, k] for k in keys)))]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:, keys] != rows[:-1, keys]).any(axis=1)
    return rows[first]


def _without(rows: np.ndarray, others: np.ndarray, sites: int) -> np.ndarray:
    """The rows whose pair is not among the others."""
    taken = np.isin(rows[:, 0] * max(1, sites) + rows[:, 1], others[:, 0] * max(1, sites) + others[:, 1])
    return rows[~taken]


def _sorted(county: County, key: str, rows: np.ndarray) -> Ways:
    """In the order of the rules: settlement, quality where it comes first, access, cost, site id, line id."""
    ids = np.array([i for _, i in sites_of(county, key)], dtype=object)
    rank = np.empty(len(ids), dtype=np.int64)
    rank[np.argsort(ids)] = np.arange(len(ids))
    better = county.quality_of(key, ids.tolist())[rows[:, 1]]
    rows = rows[np.lexsort((rows[:, 3], rank[rows[:, 1]], rows[:, 4], rows[:, 2], -better, rows[:, 0]))]
    return Ways(*(rows[:, k].copy() for k in (0, 1, 2, 3, 4)))
