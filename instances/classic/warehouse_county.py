"""A warehouse file as a county folder: capacitated location with split deliveries or from a single source.

Every warehouse stands today and may be shut at no cost: what it costs to keep is its yearly running cost, and its room
is that of a size of its own. Customers are settlements whose people are their goods. A road joins each customer and
each warehouse, as long as one unit of goods costs on it, plus the same length for all, so that no way leads over a
third place. The aims are first worth (all goods are delivered), then cost: running cost and travel. With ``G`` base
units for one unit of the file's money, the cost of the file is (cost of the plan - a constant) / G; the constant is
what the added lengths cost. Costs are rounded to half a metre of road and to one base unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path

import numpy as np

from siting.counties.rows import RoadEdge, RoadNode, Site
from siting.errors import Fault, InputRefused

from ..folder import refuse_if_full
from .county import LONGEST_M, head, lattice, numbers, villages, write
from .warehouse import Warehouses

#: The longest cost in metres, beside as much as half of it that is added to all.
COST_M = 600_000
#: No amount of a county is larger than a thousand million.
MOST_MONEY = 900_000_000

_SECTIONS = """
[objective]
aims = ["worth", "cost"]
cost_years = 1

[network]
snap_limit_m = 20

[network.modes.drive]
speeds_kmh = {{ edge = 50 }}
access_kmh = 5

[demand.goods]
column = "population_persons"
name = "goods"

[services.warehouse]
family = "catchment"
name = "warehouse"
demand = "goods"
hosts = ["village"]
may_close = true
whole_settlements = {whole}
[[services.warehouse.access]]
mode = "drive"
limit_m = {limit}
cost_per_year = 1000
"""
_SIZE = """
[[services.warehouse.sizes]]
id = "{id}"
capacity_persons = {room}
capital = 0
running_per_year = {running}
"""


@dataclass(frozen=True, eq=False)
class Scaled:
    """``metres`` (n, m) of each road, ``added`` of them everywhere; ``running`` (m,) base units; ``unit`` of them are
    one unit of the file's money."""

    metres: np.ndarray
    added: int
    running: list[int]
    unit: int


def scaled(goods: Warehouses) -> Scaled:
    """Lengths and running costs of a file. Raises `InputRefused` with E295 where a county cannot hold its numbers."""
    demand = np.maximum(goods.demand, 1)
    dearest = max((Fraction(int(c), int(d) * goods.scale) for c, d in zip(
        goods.cost.max(axis=1).tolist(), demand.tolist(), strict=True)), default=Fraction(0))  # fmt: skip
    unit = floor(min(Fraction(COST_M) / max(dearest, Fraction(1, 1000)),
                     Fraction(MOST_MONEY * goods.scale, max(1, int(goods.opening.max())))))  # fmt: skip
    if unit < 1:
        values = {
            "what": "costs",
            "value": f"{float(dearest):g}",
            "known": f"costs up to {COST_M} for one unit of goods",
        }
        raise InputRefused(Fault("E295", file=goods.name, values=values))
    metres = np.array(
        [[round(Fraction(c * unit, d * goods.scale)) for c in row] for row, d in zip(
            goods.cost.tolist(), demand.tolist(), strict=True)], dtype=np.int64
    )  # fmt: skip
    added = int(metres.max(initial=0)) // 2 + 1
    running = [round(Fraction(int(amount) * unit, goods.scale)) for amount in goods.opening]
    return Scaled(metres + added, added, running, unit)


def to_county(goods: Warehouses, folder: Path, *, single_source: bool) -> tuple[Fault, ...]:
    """Write ``goods`` as the county folder ``folder``; gives the warnings of `siting check`.

    Raises:
        InputRefused: a county cannot hold its numbers (E295), or the folder is not empty (E203).
        CannotWrite: E215.
    """
    refuse_if_full(folder)
    found = scaled(goods)
    n, m = found.metres.shape
    constant = found.added * int(goods.demand.sum())
    says = f"cost of the file = (cost of the plan - {constant}) / {found.unit}; places mean nothing."
    ids, customers = numbers(m), numbers(n)
    text = head(goods.name, says, f"1/{found.unit}")
    text += _SECTIONS.format(whole=str(single_source).lower(), limit=LONGEST_M)
    text += "".join(
        _SIZE.format(id=f"w{i}", room=int(room), running=running)
        for i, room, running in zip(ids, goods.capacity, found.running, strict=True)
    )
    at = lattice(n + m)
    sites = [
        Site(id=f"W{i}", service="warehouse", name=i, status="existing", size=f"w{i}", **place)
        for i, place in zip(ids, at[n:], strict=True)
    ]
    nodes = [RoadNode(id=f"N{i}", **place) for i, place in zip(customers, at[:n], strict=True)]
    nodes += [RoadNode(id=f"P{i}", **place) for i, place in zip(ids, at[n:], strict=True)]
    edges = [
        RoadEdge(from_node=f"N{customers[i]}", to_node=f"P{ids[j]}", length_m=Decimal(int(metres)), road_class="edge")
        for (i, j), metres in np.ndenumerate(found.metres)
    ]
    return write(folder, text, villages(at[:n], goods.demand.tolist()), sites, nodes, edges)
