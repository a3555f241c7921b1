"""Candidate bus lines of any county, drawn from its roads: what a planner may open beside the lines that run today.

Four shapes, in this order: **spokes** from the county town to every township seat, **branches** of a tree from every
seat to its central villages, **loops** from a seat through its central villages and back, and **detours**, spokes that
pick up the cheapest villages on the way. Spokes and branches reach every seat and every central village that a
vehicle can reach at all. The shapes stand in `siting.instances.sites.lines_shapes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from siting.counties.rows import Line, RoadEdge, RoadNode, Settlement
from siting.counties.sections import Travel

from .lines_shapes import Way, branches, detours, loops, spoke
from .lines_travel import Times, driving_times

HUBS = ("county_town", "city")
SEATS = ("central_town", "township_seat")
CENTRAL = "central_village"
VILLAGES = (CENTRAL, "village")


@dataclass(frozen=True)
class Design:
    """How lines are drawn. All but ``most_lines`` bound one line.

    ``on_the_way_pct``: how much longer the way over a parent village may be; ``detours``: detour lines a seat;
    ``longest_detour_pct``: how much longer the last of them may take than the spoke; ``longest_loop_min``: time of a
    ring; ``most_stops``: stops of a detour or a ring; ``most_lines``: candidates of the county; spokes and branches all
    stay, loops and then detours are left out beyond it; ``trips_per_day``: return trips that a candidate proposes.
    """

    on_the_way_pct: int = 10
    detours: int = 2
    longest_detour_pct: int = 40
    longest_loop_min: int = 120
    most_stops: int = 15
    most_lines: int = 120
    trips_per_day: int = 2


@dataclass(frozen=True)
class _Drawn:
    """A way with its name in both languages."""

    way: Way
    name: str
    name_en: str


def candidate_lines(
    settlements: Sequence[Settlement],
    nodes: Sequence[RoadNode],
    edges: Sequence[RoadEdge],
    travel: Travel,
    existing: Sequence[Line] = (),
    *,
    service: str = "",
    source: str = "",
    snap_limit_m: int = 2000,
    design: Design | None = None,
) -> list[Line]:
    """Rows of ``lines.csv``: the ``existing`` lines as they are, then the candidates of line service ``service``.

    No candidate has the stops of another line, forward or backward. Settlements farther than ``snap_limit_m`` from the
    roads of ``travel`` are on no candidate. The same input gives the same lines, however its rows are sorted.
    """
    design = design or Design()
    served = [s for s in settlements if s.level in (*HUBS, *SEATS, *VILLAGES)] or settlements
    times = driving_times(served, nodes, edges, travel, snap_limit_m)
    number = {s.id: k for k, s in enumerate(times.settlements)}
    hub = _hub(times, existing)
    if hub is None:
        return list(existing)
    roots = _roots(times, hub)
    seen = {_key(tuple(number.get(stop, -1) for stop in line.stop_ids)) for line in existing}
    rows = list(existing)
    taken = {line.id for line in existing}
    free = (f"C{k:03d}" for k in range(1, 10_000) if f"C{k:03d}" not in taken)
    for drawn in _within_the_cap(_all(times, hub, roots, design), seen, design.most_lines):
        rows.append(
            Line(
                id=next(free),
                service=service,
                name=drawn.name,
                name_en=drawn.name_en,
                stops=";".join(times.settlements[k].id for k in drawn.way),
                trips_per_day=design.trips_per_day,
                status="candidate",
                source=source,
            )
        )
    return rows


def _key(way: Way) -> Way:
    """The same for a way and its reverse."""
    return min(way, way[::-1])


def _within_the_cap(drawn: Iterable[tuple[bool, _Drawn]], seen: set[Way], most: int) -> list[_Drawn]:
    """Each way once; those that must stay, and of the others as many as ``most`` allows."""
    kept: list[_Drawn] = []
    for must_stay, line in drawn:
        if _key(line.way) not in seen and (must_stay or len(kept) < most):
            seen.add(_key(line.way))
            kept.append(line)
    return kept


def _hub(times: Times, existing: Sequence[Line]) -> int | None:
    """The settlement of the county town where most lines of today stop; else the quickest from all seats.

    A county without a town has its most populous settlement as hub; None where there is no settlement at all.
    """
    places = times.settlements
    town = [k for k, s in enumerate(places) if s.level in HUBS]
    if not town:
        return min(range(len(places)), key=lambda k: (-places[k].population_persons, k), default=None)
    stops = [stop for line in existing for stop in line.stop_ids]
    seats = [k for k, s in enumerate(places) if s.level in SEATS]
    return min(town, key=lambda k: (-stops.count(places[k].id), sum(times.ms[s][k] for s in seats), k))


def _roots(times: Times, hub: int) -> dict[int, tuple[list[int], list[int]]]:
    """The hub and the largest seat of every township, each with all seats of it and its central villages.

    Central villages of a township without a seat go to the root that is quickest to reach.
    """
    places = times.settlements
    found: dict[int, tuple[list[int], list[int]]] = {hub: ([], [])}
    root_of: dict[str, int] = {places[hub].township: hub} if places[hub].township else {}
    seats = [k for k, s in enumerate(places) if s.level in SEATS and k != hub]
    for k in sorted(seats, key=lambda k: (-places[k].population_persons, k)):
        root = root_of.setdefault(places[k].township, k) if places[k].township else k
        found.setdefault(root, ([], []))[0].append(k)
    for k, place in enumerate(places):
        if place.level == CENTRAL and k != hub:
            nearest = min(found, key=lambda root: (times.ms[root][k], root))
            found[root_of.get(place.township, nearest)][1].append(k)
    return found


def _all(
    times: Times, hub: int, roots: dict[int, tuple[list[int], list[int]]], design: Design
) -> list[tuple[bool, _Drawn]]:
    """Every line that the design draws, in the order in which they are kept, and whether it must stay."""
    must: list[_Drawn] = []
    rings: list[_Drawn] = []
    picking_up: list[tuple[int, _Drawn]] = []
    pool = [k for k, s in enumerate(times.settlements) if s.level in (*SEATS, *VILLAGES)]
    for seats, _ in roots.values():
        if seats:
            way = spoke(times, hub, seats)
            must.append(_from_to(times, way))
            limits = {"count": design.detours, "longest_pct": design.longest_detour_pct}
            for rank, longer in enumerate(detours(times, way, pool, most_stops=design.most_stops, **limits)):
                picking_up.append((rank, _from_to(times, longer, len(longer) - 2)))
    longest_ms = design.longest_loop_min * 60_000
    for root, (_, villages) in roots.items():
        must += [_from_to(times, way) for way in branches(times, root, villages, design.on_the_way_pct)]
        ways = loops(times, root, villages, longest_ms=longest_ms, most_stops=design.most_stops)
        rings += [_round(times, way, k) for k, way in enumerate(ways, 1)]
    picking_up.sort(key=lambda item: item[0])
    return [*((True, line) for line in must), *((False, line) for line in [*rings, *(line for _, line in picking_up)])]


def _names(place: Settlement) -> tuple[str, str]:
    return place.name, place.name_en or place.name


def _from_to(times: Times, way: Way, picked_up: int = 0) -> _Drawn:
    (first, first_en), (last, last_en) = (_names(times.settlements[k]) for k in (way[0], way[-1]))
    via, via_en = (f"（经{picked_up}站）", f" via {picked_up} stops") if picked_up else ("", "")
    return _Drawn(way, f"{first}—{last}{via}", f"{first_en} – {last_en}{via_en}")


def _round(times: Times, way: Way, number: int) -> _Drawn:
    name, name_en = _names(times.settlements[way[0]])
    return _Drawn(way, f"{name}环线{number}", f"{name_en} loop {number}")
