"""Bus lines: how long they take, who can walk to their stops, and whom they bring where.

Definitions: ``docs/rules.md``, sections 1 (line legs) and 2 (vehicles, costs).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

import numpy as np

from siting.counties.county import County
from siting.counties.services import Access, LineRules
from siting.roads.paths import Atlas, Points, Table


@dataclass(frozen=True, eq=False)
class LineFacts:
    """The lines of a line service in the order of the county.

    ``stops`` positions of settlements along each line; ``ride_ms`` (k, k) per line, from stop to stop along it, both
    ways; ``round_ms``, ``round_mm`` all legs there and back; ``walk`` the walking access of the service.
    """

    ids: tuple[str, ...]
    stops: tuple[np.ndarray, ...]
    ride_ms: tuple[np.ndarray, ...]
    round_ms: tuple[int, ...]
    round_mm: tuple[int, ...]
    walk: Access


def facts(county: County, service: str, atlas: Atlas) -> LineFacts:
    """Legs of every line by shortest paths between the nodes of its stops.

    A line with a stop that no road of its mode reaches has no legs: ``round_ms`` -1, and serves nobody.
    """
    rules = county.services[service].line
    assert rules is not None
    position = {s.id: k for k, s in enumerate(county.settlements)}
    lines = county.lines_of(service)
    node = atlas.settlements.snap[rules.mode].node
    stops = tuple(np.array([position[i] for i in line.stop_ids], dtype=np.int64) for line in lines)
    used = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *stops]))
    used = used[node[used] >= 0]
    place = {int(k): n for n, k in enumerate(used)}
    ms = atlas.between_nodes(rules.mode, True, node[used]) if len(used) else np.zeros((0, 0), dtype=np.int64)
    mm = atlas.between_nodes(rules.mode, False, node[used]) if len(used) else np.zeros((0, 0), dtype=np.int64)
    rides, round_ms, round_mm = [], [], []
    for line in stops:
        if (node[line] < 0).any():
            rides.append(np.zeros((len(line), len(line)), dtype=np.int64))
            round_ms.append(-1)
            round_mm.append(-1)
            continue
        at = np.array([place[int(k)] for k in line])
        there, back = ms[at[:-1], at[1:]], ms[at[1:], at[:-1]]
        rides.append(_ride(there, back))
        round_ms.append(int(there.sum() + back.sum()))
        round_mm.append(int(mm[at[:-1], at[1:]].sum() + mm[at[1:], at[:-1]].sum()))
    walk = county.services[service].access[0]
    return LineFacts(tuple(line.id for line in lines), stops, tuple(rides), tuple(round_ms), tuple(round_mm), walk)


def _ride(there: np.ndarray, back: np.ndarray) -> np.ndarray:
    """(k, k) ms from stop to stop: the forward legs between them, or the backward legs."""
    ahead, behind = np.concatenate([[0], np.cumsum(there)]), np.concatenate([[0], np.cumsum(back)])
    forward = ahead[None, :] - ahead[:, None]
    backward = behind[:, None] - behind[None, :]
    k = np.arange(len(ahead))
    ride: np.ndarray = np.where(k[None, :] >= k[:, None], forward, backward)
    return ride


def vehicles(rules: LineRules, round_ms: int, trips: int) -> int:
    """Vehicles that a line needs for so many return trips a day."""
    per_day_ms = Decimal(rules.service_hours) * 3_600_000
    busy_ms = trips * (round_ms + 2 * rules.layover_min * 60_000)
    return max(1, int((Decimal(busy_ms) / per_day_ms).to_integral_value(ROUND_CEILING)))


def running(county: County, rules: LineRules, round_mm: int, trips: int) -> int:
    """Yearly running cost of the vehicle-km, in base units, rounded up."""
    per_km = rules.running_per_km * county.file.money.base_per_unit
    cost = Decimal(round_mm) * trips * rules.operating_days * per_km / 1_000_000
    return int(cost.to_integral_value(ROUND_CEILING))


def stops_near(
    county: County, atlas: Atlas, access: Access, facts: LineFacts
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(settlement, line, cost) where a stop lies within the access; the nearest stop counts."""
    walks, used = _walks(county, atlas, access, facts)
    rows: dict[tuple[int, int], int] = {}
    lines_at: dict[int, list[int]] = {}
    for k, stops in enumerate(facts.stops):
        if facts.round_ms[k] >= 0:
            for stop in set(stops.tolist()):
                lines_at.setdefault(stop, []).append(k)
    for settlement, goal, cost in zip(walks.origin.tolist(), walks.goal.tolist(), walks.cost.tolist(), strict=True):
        for k in lines_at.get(int(used[goal]), ()):
            rows[settlement, k] = min(cost, rows.get((settlement, k), cost))
    table = np.array([(i, k, cost) for (i, k), cost in sorted(rows.items())], dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _walks(county: County, atlas: Atlas, access: Access, facts: LineFacts) -> tuple[Table, np.ndarray]:
    """Walks from settlements to stops within the access, and the settlement of each stop."""
    used = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *facts.stops]))
    longest = _limits(county, access)
    table = atlas.table(access.mode, access.by_time, atlas.settlements, atlas.settlements.at(used), int(longest.max()))
    keep = table.cost <= longest[table.origin]
    return Table(table.origin[keep], table.goal[keep], table.cost[keep]), used


def _limits(county: County, access: Access) -> np.ndarray:
    scale = 60_000 if access.by_time else 1000
    return np.array([int(access.limit(s.level) * scale) for s in county.settlements], dtype=np.int64)


def rides(
    county: County, atlas: Atlas, access: Access, sites: Points, facts: LineFacts
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(settlement, site, line, ms) of everybody whom a line brings to a site within the access.

    Both walks are by the access's mode, within the limit of the line service's own first access.
    """
    walk = Access(mode=access.mode, limit_min=facts.walk.limit_min, limit_by_level=facts.walk.limit_by_level)
    to_stop, used = _walks(county, atlas, walk, facts)
    longest = _limits(county, walk)
    onward = atlas.table(walk.mode, True, atlas.settlements.at(used), sites, int(longest.max()))
    inside = onward.cost <= longest[used[onward.origin]]
    before = _by_goal(to_stop.goal, to_stop.origin, to_stop.cost)
    after = _by_goal(onward.origin[inside], onward.goal[inside], onward.cost[inside])
    place = {int(k): n for n, k in enumerate(used)}
    within = _limits(county, access)
    wait = int(access.wait_min * 60_000)
    found = []
    for number, stops in enumerate(facts.stops):
        if facts.round_ms[number] >= 0:
            at = [place[int(k)] for k in stops]
            best = _best_rides([before.get(k, {}) for k in at], [after.get(k, {}) for k in at], facts.ride_ms[number])
            found += [(i, j, number, c + wait) for (i, j), c in best.items() if c + wait <= within[i]]
    table = np.array(found, dtype=np.int64).reshape(-1, 4)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3]


def _by_goal(goal: np.ndarray, other: np.ndarray, cost: np.ndarray) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {}
    for g, o, c in zip(goal.tolist(), other.tolist(), cost.tolist(), strict=True):
        found.setdefault(g, {})[o] = c
    return found


def _best_rides(
    before: list[dict[int, int]], after: list[dict[int, int]], ride: np.ndarray
) -> dict[tuple[int, int], int]:
    """Smallest walk + ride + walk by (settlement, site), between two different stops."""
    best: dict[tuple[int, int], int] = {}
    for b, sites in enumerate(after):
        if not sites:
            continue
        arrive: dict[int, int] = {}
        for a, homes in enumerate(before):
            if a != b:
                for i, walk in homes.items():
                    cost = walk + int(ride[a, b])
                    arrive[i] = min(cost, arrive.get(i, cost))
        for i, cost in arrive.items():
            for j, walk in sites.items():
                best[i, j] = min(cost + walk, best.get((i, j), cost + walk))
    return best
