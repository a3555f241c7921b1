"""Warehouse files: OR-Library cap* (split deliveries), Holmberg and Yang (single source), PSC1 (two stages).

Sources: J. Beasley (1988), An algorithm for solving large capacitated warehouse location problems, European Journal of
Operational Research 33; K. Holmberg, M. Ronnqvist and D. Yuan (1999), An exact algorithm for the capacitated facility
location problems with single sourcing, European Journal of Operational Research 113; Z. Yang, F. Chu and H. Chen
(2012), European Journal of Operational Research 221; D. Fernandes et al. (2014), A simple and effective genetic
algorithm for the two-stage capacitated facility location problem, Computers & Industrial Engineering 75.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .cells import Cells, argument, exact


@dataclass(frozen=True, eq=False)
class Warehouses:
    """``demand`` (n,) and ``capacity`` (m,) whole units of goods; ``opening`` (m,) and ``cost`` (n, m) whole units of
    1/``scale`` money, ``cost`` being that of all goods of a customer from a warehouse."""

    name: str
    demand: np.ndarray
    capacity: np.ndarray
    opening: np.ndarray
    cost: np.ndarray
    scale: int


@dataclass(frozen=True, eq=False)
class Stages:
    """Two stages: goods go from a plant through a depot to a customer; whole units throughout.

    ``demand`` (n,); ``plant_capacity``, ``plant_opening`` (l,); ``depot_capacity``, ``depot_opening`` (m,); costs of
    one unit of goods: ``inbound`` (l, m) from plant to depot, ``outbound`` (m, n) from depot to customer.
    """

    name: str
    demand: np.ndarray
    plant_capacity: np.ndarray
    plant_opening: np.ndarray
    depot_capacity: np.ndarray
    depot_opening: np.ndarray
    inbound: np.ndarray
    outbound: np.ndarray


def read_cap(path: Path, capacity: int | None = None) -> Warehouses:
    """An OR-Library warehouse file: ``m n``; ``capacity opening`` of each warehouse; demand and m costs of each
    customer.

    capa, capb and capc say ``capacity`` in words: it is then an argument, one for all warehouses. A demand of 0, as in
    cap*, stays; such a customer costs nothing.

    Raises:
        InputRefused: E290 to E294, with the row; E296 where the capacity is missing or not asked for.
    """
    cells = Cells(path)
    head = cells.row("warehouses and customers", 2)
    m, n = (cells.whole(word, head.number, 1, 100_000) for word in head.words[:2])
    cells.check()
    rows = [cells.row(f"{m} warehouses", 2) for _ in range(m)]
    open_word = rows[0].words[0] == "capacity"
    if open_word or capacity is not None:
        argument(path.name, "capacity", capacity if open_word else None, 1, 10**9)
    room = [capacity or 0 if open_word else cells.whole(r.words[0], r.number, 1) for r in rows]
    money = cells.decimals([r.words[1] for r in rows], [r.number for r in rows])
    demand = []
    for _ in range(n):
        words, places = cells.flow(f"{n} customers", m + 1)
        demand.append(cells.whole(words[0], places[0]))
        money += cells.decimals(words[1:], places[1:])
    cells.end()
    amounts, scale = exact(money)
    return Warehouses(path.name, np.array(demand, dtype=np.int64), np.array(room, dtype=np.int64), amounts[:m],
                      amounts[m:].reshape(n, m), scale)  # fmt: skip


def read_single_source(path: Path, rows_are: str = "warehouses", unit_costs: bool = False) -> Warehouses:
    """A single-source file: ``m n``; ``capacity opening`` of each warehouse; the demands; the cost matrix.

    ``rows_are`` says whether a row of the matrix is one of the ``"warehouses"`` (Holmberg, Yang) or ``"customers"``;
    ``unit_costs`` whether it holds the cost of one unit of goods.

    Raises:
        InputRefused: E290 to E294, with the row.
        ValueError: ``rows_are`` is neither.
    """
    if rows_are not in ("warehouses", "customers"):
        raise ValueError(f"rows are warehouses or customers, not {rows_are}")
    cells = Cells(path)
    head = cells.row("warehouses and customers", 2)
    m, n = (cells.whole(word, head.number, 1, 100_000) for word in head.words[:2])
    cells.check()
    rows = [cells.row(f"{m} warehouses", 2) for _ in range(m)]
    room = [cells.whole(r.words[0], r.number, 1) for r in rows]
    money = cells.decimals([r.words[1] for r in rows], [r.number for r in rows])
    demand = cells.wholes(f"{n} demands", n)
    words, places = cells.flow(f"{m} x {n} costs", m * n)
    money += cells.decimals(words, places)
    cells.end()
    amounts, scale = exact(money)
    cost = amounts[m:].reshape(m, n).T if rows_are == "warehouses" else amounts[m:].reshape(n, m)
    cost = cost * demand[:, None] if unit_costs else cost
    return Warehouses(path.name, demand, np.array(room, dtype=np.int64), amounts[:m], np.ascontiguousarray(cost), scale)


def read_two_stage(path: Path) -> Stages:
    """``plants depots customers``; the demands; plants as ``capacity opening``; unit costs plant to depot; depots as
    ``capacity opening``; unit costs depot to customer.

    Raises:
        InputRefused: E290 to E294, with the row.
    """
    cells = Cells(path)
    plants, depots, customers = cells.wholes("plants, depots, customers", 3, 1, 100_000).tolist()
    cells.check()
    demand = cells.wholes(f"{customers} demands", customers)
    plant = cells.wholes(f"{plants} plants", 2 * plants).reshape(plants, 2)
    inbound = cells.wholes(f"{plants} x {depots} costs", plants * depots).reshape(plants, depots)
    depot = cells.wholes(f"{depots} depots", 2 * depots).reshape(depots, 2)
    outbound = cells.wholes(f"{depots} x {customers} costs", depots * customers).reshape(depots, customers)
    cells.end()
    return Stages(path.name, demand, plant[:, 0], plant[:, 1], depot[:, 0], depot[:, 1], inbound, outbound)
