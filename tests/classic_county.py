"""The classic problems of location science as problems of a county: their constraints are services, their aims ours."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from siting.problems.options import Option
from siting.problems.problem import Fund, Problem

from .problems import make_block, target


def set_covering(covers: np.ndarray, price: np.ndarray) -> Problem:
    """LSCP: a coverage service whose target is everybody, at least cost. ``covers`` (n, m) bool, ``price`` (m,)."""
    n, m = covers.shape
    options = [Option(f"s{j}", "S", "new", None, int(price[j]), 0) for j in range(m)]
    block = make_block("cover", "coverage", [1] * n, options, {(int(i), f"s{j}"): 60 for i, j in np.argwhere(covers)})
    everybody = (target("cover", "served_share", range(n), n),)
    return Problem((block,), (Fund("f", int(price.sum()), ("cover",)),), None, everybody, aims=("cost",))


def center(distance: np.ndarray, p: int, radius: int) -> Problem:
    """p-center by its standard: everybody is covered within the radius by p sites, or not. ``distance`` (n, m)."""
    problem = set_covering(distance <= radius, np.ones(distance.shape[1], dtype=np.int64))
    funds = (Fund("f", p, ("cover",)),)
    return Problem(problem.blocks, funds, None, problem.targets)


def covering(covers: np.ndarray, demand: np.ndarray, p: int) -> Problem:
    """MCLP: a coverage service with money for p sites."""
    options = [Option(f"s{j}", "S", "new", None, 1, 0) for j in range(covers.shape[1])]
    reach = {(int(i), f"s{j}"): 60 for i, j in np.argwhere(covers)}
    block = make_block("cover", "coverage", demand.tolist(), options, reach)
    return Problem((block,), (Fund("f", p, ("cover",)),), None, ())


def median(distance: np.ndarray, p: int) -> Problem:
    """p-median: everybody is served, then least travel. ``distance`` (n, m) whole."""
    n, m = distance.shape
    options = [Option(f"s{j}", "S", "new", n, 1, 0) for j in range(m)]
    reach = {(i, f"s{j}"): int(distance[i, j]) for i in range(n) for j in range(m)}
    block = make_block("school", "catchment", [1] * n, options, reach)
    return Problem((block,), (Fund("f", p, ("school",)),), None, ())


def capacitated(
    demand: np.ndarray, room: np.ndarray, opening: np.ndarray, cost: np.ndarray, *, single_source: bool = False
) -> Problem:
    """CFLP and SSCFLP: everybody is served, then least cost of sites and travel.

    ``demand`` (n,), ``room``, ``opening`` (m,), ``cost`` (n, m) of all goods of a customer, whole. A way is as long as
    a millionth of what one unit of goods costs, rounded down: what is lost is far below one, and a cost is rounded up.
    """
    n, m = cost.shape
    fine = 1 if (cost % demand[:, None] == 0).all() else 1_000_000
    options = [Option(f"s{j}", "S", "new", int(room[j]), int(opening[j]), 0) for j in range(m)]
    reach = {(i, f"s{j}"): int(cost[i, j]) * fine // int(demand[i]) for i in range(n) for j in range(m)}
    block = make_block(
        "school", "catchment", demand.tolist(), options, reach, whole=single_source, fares=(Fraction(1, fine),)
    )
    funds = (Fund("f", int(opening.sum()), ("school",)),)
    return Problem((block,), funds, None, (), aims=("worth", "cost"), cost_years=1)
