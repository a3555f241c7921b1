"""All ways of a service against a naive reading of the rules: every pair, every line, every two stops."""

from __future__ import annotations

import random
from itertools import pairwise, permutations
from pathlib import Path

import networkx as nx
import pytest

from siting.verify import Auditor
from siting.verify.joins import arrivals
from siting.verify.line import Legs
from siting.verify.nouns import Access, County, Place, Service, Settlement, Site
from siting.verify.travel import Network
from siting.verify.ways import Ways

from . import verify_street as street

ACCESS = {
    "walk": "mode = 'walk'\nlimit_min = 9\nlimit_by_level = { village = 14 }",
    "ride": "mode = 'drive'\nlimit_m = 1500",
    "line": "mode = 'walk'\nkind = 'line'\nline = 'bus'\nlimit_min = 22\nwait_min = 3",
    "late": "mode = 'drive'\nkind = 'line'\nline = 'bus'\nlimit_min = 40\nwait_min = 12",
    "board": "mode = 'drive'\nkind = 'boarding'\nlimit_min = 3",
    "weekly": "mode = 'drive'\nkind = 'boarding'\nlimit_min = 4\neligible = 'people'",
}
ORDERS = [
    ("walk", "ride", "line", "board"),
    ("walk", "line", "late", "board", "weekly"),
    ("board", "line", "walk", "ride"),
    ("line", "walk", "weekly", "board", "late"),
    ("late", "ride"),
    ("board", "ride"),
]


def folder(path: Path, rng: random.Random, order: tuple[str, ...]) -> Path:
    """A grid of streets, some one-way, with points scattered over it and three bus lines."""
    nodes = [(x, y) for x in range(5) for y in range(5)]
    edges = [
        f"N{x}{y},N{x + dx}{y + dy},{rng.choice([400, 500, 600])},road,{int(rng.random() < 0.25)}\n"
        for x, y in nodes
        for dx, dy in ((0, 1), (1, 0))
        if x + dx < 5 and y + dy < 5
    ]

    def spot() -> str:
        return f"{100 + rng.randint(-1, 9) / 400:.6f},{25 + rng.randint(-1, 9) / 400:.6f}"

    people = [f"V{k:02},v,{rng.choice(['village', 'hamlet'])},T,0,{spot()},10,5,1,1\n" for k in range(20)]
    sites = [f"S{k},school,s,V00,{spot()},candidate,,,,,,\n" for k in range(6)]
    lines = [f"L{k},l,{';'.join(f'V{v:02}' for v in rng.sample(range(20), 4))},1,candidate\n" for k in range(3)]
    accesses = "".join(f"[[services.school.access]]\n{ACCESS[name]}\n" for name in order)
    toml = f"""
[services.school]
family = "catchment"
name = "school"
demand = "pupils"
hosts = ["village"]
{accesses}
[[services.school.sizes]]
id = "s"
capacity_persons = 9
capital = 1
[services.bus]
family = "line"
name = "bus"
demand = "people"
[[services.bus.access]]
mode = "walk"
limit_min = 5
limit_by_level = {{ village = 7 }}
[[services.bus.sizes]]
id = "s"
trips_per_day = 1
capital = 1
[services.bus.line]
vehicle_capital = 1
running_per_km = 1
"""
    street.write(path, toml, "".join(sites), lines="id,name,stops,trips_per_day,status\n" + "".join(lines))
    (path / "settlements.csv").write_text(street.SETTLEMENTS.split("\n")[0] + "\n" + "".join(people), encoding="utf-8")
    (path / "nodes.csv").write_text(
        "id,lon,lat\n" + "".join(f"N{x}{y},{100 + x / 200},{25 + y / 200}\n" for x, y in nodes), encoding="utf-8"
    )
    (path / "edges.csv").write_text("from_node,to_node,length_m,road_class,oneway\n" + "".join(edges), encoding="utf-8")
    return path


class Naive:
    """Travel by networkx, node to node."""

    def __init__(self, net: Network) -> None:
        self.net, self.costs = net, []
        for metric in (0, 1):
            graph = nx.DiGraph()
            for head, arcs in enumerate(net.into[metric]):
                graph.add_weighted_edges_from((tail, head, cost) for tail, cost in arcs)
            self.costs.append(dict(nx.all_pairs_dijkstra_path_length(graph)))

    def travel(self, start: Place, end: Place, metric: int = 0) -> int | None:
        one, other = self.net.stand(start), self.net.stand(end)
        if one is None or other is None:
            return None
        if one[0] == other[0]:
            return self.net.direct(start, end, metric)
        between = int(self.costs[metric][one[0]][other[0]])
        return self.net.leg(one[1], metric) + between + self.net.leg(other[1], metric)

    def within(self, access: Access, start: Settlement, end: Place) -> int | None:
        cost = self.travel(start, end, access.metric)
        return cost if cost is not None and cost <= access.limit(start.level) else None


def naive_ways(
    county: County, modes: dict[str, Naive], service: Service, settlement: Settlement, site: Site
) -> list[tuple[object, ...]]:
    """Section 1 of the rules, sentence by sentence."""
    numbered = list(enumerate(service.accesses))
    for number, access in numbered:
        if access.kind == "direct" and (cost := modes[access.mode].within(access, settlement, site)) is not None:
            return [(number, cost, site.id, "")]
    ways: list[tuple[object, ...]] = []
    for number, access in numbered:
        if access.kind == "line":
            walk = county.services["bus"].accesses[0]
            for line in county.sites["bus"].values():
                if any(way[3] == line.id for way in ways):
                    continue
                costs = []
                stops = [county.settlements[stop] for stop in line.stops]
                nodes = [modes["bus"].net.stand(stop) for stop in stops]
                if None in nodes:
                    continue
                hops = [modes["bus"].costs[0][a[0]][b[0]] for a, b in pairwise(nodes) if a and b]
                backs = [modes["bus"].costs[0][b[0]][a[0]] for a, b in pairwise(nodes) if a and b]
                for a, b in permutations(range(len(stops)), 2):
                    there = modes[access.mode].travel(settlement, stops[a])
                    away = modes[access.mode].travel(stops[b], site)
                    if there is None or away is None:
                        continue
                    if there > walk.limit(settlement.level) or away > walk.limit(stops[b].level):
                        continue
                    ride = sum(hops[a:b]) if a < b else sum(backs[b:a])
                    if there + access.wait + ride + away <= access.limit(settlement.level):
                        costs.append(there + access.wait + ride + away)
                if costs:
                    ways.append((number, min(costs), site.id, line.id))
    for number, access in numbered:
        if access.kind == "boarding" and (cost := modes[access.mode].within(access, settlement, site)) is not None:
            return sorted([*ways, (number, cost, site.id, "")])  # type: ignore[type-var]
    return sorted(ways)  # type: ignore[type-var]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("seed", range(3))
def test_ways_are_those_of_the_rules(seed: int, order: tuple[str, ...], tmp_path: Path) -> None:
    rng = random.Random(seed)
    auditor = Auditor(folder(tmp_path / "grid", rng, order))
    assert not auditor.unreadable
    county, setting = auditor.county, auditor.settings[""]
    modes = {mode: Naive(net) for mode, net in setting.roads.items()}
    service = county.services["school"]
    sites = list(county.sites["school"].values())
    true = {
        (i, site.id): naive_ways(county, modes, service, settlement, site)
        for i, settlement in county.settlements.items()
        for site in sites
    }
    ways = setting.ways("school")
    asked = county.demand("school")
    assert {(i, site): found for site, pairs in ways.to.items() for i, found in pairs.items()} == {
        pair: found for pair, found in true.items() if found and pair[0] in asked
    }
    assert {way[0] for found in true.values() for way in found} != set()
    for _ in range(12):
        chosen = rng.sample([site.id for site in sites], rng.randint(1, 5))
        lines = rng.sample(sorted(county.sites["bus"]), rng.randint(0, 3))
        first = Ways(county, setting.roads, service, setting.lines).first(chosen, lines)
        for i, settlement in county.settlements.items():
            open_ = [way for site in chosen for way in true[i, site] if not way[3] or way[3] in lines]
            assert first(settlement) == min(open_, default=None)  # type: ignore[type-var]
    for i in county.settlements:
        assert ways.order.get(i, []) == sorted(w for s in sites for w in true[i, s.id])  # type: ignore[type-var]


def test_arrivals_at_each_stop() -> None:
    legs = Legs((10, 20, 30), (1, 2, 3))
    assert arrivals([5, None, None, None], legs) == [None, 15, 35, 65]
    assert arrivals([None, None, None, 5], legs) == [6 + 5, 10, 8, None]
    assert arrivals([100, 5, None, 0], legs) == [6, 5, 3, 55]
    assert arrivals([None, None, None, None], legs) == [None] * 4
