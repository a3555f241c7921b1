"""A transit network as a county folder: stops become seats, links roads, and lines are drawn on them.

A minute of a link is a kilometre of road on which a bus drives 60 km/h. The people of a stop are the trips of a day
that begin there. The line service serves who lives at a stop of an open line; a line costs 1 and the fund has p. Which
trips a set of lines joins, with how many changes, a county does not ask: that stays with the literature's measures.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np

from siting.counties.rows import RoadEdge, RoadNode, Settlement
from siting.counties.sections import Travel
from siting.errors import Fault

from ..folder import refuse_if_full
from ..sites.lines import candidate_lines
from .cells import argument
from .county import head, lattice, numbers, write
from .transit import Network

MOST_LINES = 500

_SECTIONS = """
[network]
snap_limit_m = 20

[network.modes.walk]
speeds_kmh = {{ link = 5 }}
access_kmh = 5

[network.modes.bus]
speeds_kmh = {{ link = 60 }}
access_kmh = 5

[demand.trips]
column = "population_persons"
name = "trips"

[services.bus]
family = "line"
name = "bus"
demand = "trips"
[[services.bus.access]]
mode = "walk"
limit_min = 1
[services.bus.line]
vehicle_capital = 0
running_per_km = 0
layover_min = 0
[[services.bus.sizes]]
id = "line"
trips_per_day = 10
capital = 1

[[funds]]
id = "p"
name = "p"
funding_class = "government"
capital = {p}
pays = ["bus"]
"""


def to_county(network: Network, folder: Path, p: int | None) -> tuple[Fault, ...]:
    """Write ``network`` as the county folder ``folder`` with candidate lines; gives the warnings of `siting check`.

    Raises:
        InputRefused: ``p`` is out of range (E296), or the folder is not empty (E203).
        CannotWrite: E215.
    """
    refuse_if_full(folder)
    p = argument(network.name, "p", p, 1, MOST_LINES)
    at, ids = lattice(network.n), numbers(network.n)
    trips = network.demand.sum(axis=1)
    hub = int(trips.argmax())
    stops = [
        Settlement(id=f"V{i}", name=i, level="county_town" if k == hub else "township_seat", township=i,
                   population_persons=int(trips[k]), **at[k])
        for k, i in enumerate(ids)
    ]  # fmt: skip
    nodes = [RoadNode(id=f"N{i}", **place) for i, place in zip(ids, at, strict=True)]
    edges = [
        RoadEdge(
            from_node=f"N{ids[a]}", to_node=f"N{ids[b]}", length_m=Decimal(max(1, int(network.minutes[a, b]) * 1000)),
            road_class="link", oneway=1,
        )
        for a, b in np.argwhere(network.minutes >= 0).tolist() if a != b
    ]  # fmt: skip
    travel = Travel(speeds_kmh={"link": Decimal(60)}, access_kmh=Decimal(5))
    lines = candidate_lines(stops, nodes, edges, travel, service="bus", snap_limit_m=20)
    says = "a minute of a link is a kilometre of road; people are the trips that begin at a stop; places mean nothing."
    text = head(network.name, says, "lines") + _SECTIONS.format(p=p)
    return write(folder, text, stops, [], nodes, edges, lines=lines)
