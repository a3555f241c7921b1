r"""The value of money in a county: its services at prices of money, joined by their funds.

What services share is money, so money is priced: every service is bounded by itself at a price (`service`), and the
lines that this gives bound the county,

.. math::
    \max \sum_s g_s z_s , \qquad z_s \le U_s(m_s), \quad m_s = \sum_{f \ni s} w_{fs}, \quad \sum_s w_{fs} \le A_f ,

a small linear program, whose dual has prices of the funds. At these prices each service is looked at once more, where
its curve has to be close, and the program is solved again. The bound and the prices that are told do not rest on it:
`siting.plans.value.worth_at` counts them exactly from the curves.

Source: J. Kelley (1960), The cutting-plane method for solving convex programs, Journal of the SIAM 8.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np

from siting.plan import Plan
from siting.plans.outcome import Effort
from siting.plans.value import Curve, MoneyValue, worth_at
from siting.problems.problem import Fund, Problem

from ..groups import leaning
from ..process.arrays import Rows, at_least, hand_over, minimise
from .service import Service

#: How often services are looked at again at the prices of their funds.
AGAIN = 2
#: Prices are told in whole numbers of this part of a unit of worth for one base unit.
SCALE = 2**40


def values(problem: Problem, plan: Plan, effort: Effort) -> MoneyValue:
    """The curves of all services that serve somebody, and the prices of the funds."""
    counted = [b for b in problem.blocks if b.demand.sum()]
    of = {service: part for part in leaning(problem) for service in part}
    weights = {b.service: b.weight for b in counted}
    with ThreadPoolExecutor(max(1, min(len(counted), os.cpu_count() or 1))) as pool:
        services = [Service(problem, of[b.service], b.service, plan, effort) for b in counted]
        list(pool.map(Service.sketch, services))
        tried = []
        for _ in range(AGAIN):
            prices = fund_prices([service.curve() for service in services], weights, problem.funds, effort)
            tried.append(prices)
            list(pool.map(lambda s, own=prices: s.look(_own(problem.funds, own, s) / s.block.weight), services))
    curves = tuple(service.curve() for service in services)
    tried.append(fund_prices(curves, weights, problem.funds, effort))
    worth, _, prices = min((worth_at(curves, weights, problem.funds, p), k, p) for k, p in enumerate(tried))
    return MoneyValue(curves, prices, worth)


def _own(funds: Sequence[Fund], prices: Mapping[str, Fraction], service: Service) -> float:
    """The cheapest price of a fund that may pay for a service, 0 where there is none."""
    return float(min((prices[f.id] for f in funds if service.block.service in f.pays), default=Fraction(0)))


def fund_prices(
    curves: Sequence[Curve], weights: Mapping[str, int], funds: Sequence[Fund], effort: Effort
) -> dict[str, Fraction]:
    """Good prices of the funds, from the dual of the program above; 0 for all where it has no answer in time.

    It has a price of each fund, one of each service that is no higher than those of the funds that pay for it, and what
    the service then has beyond its money, which no point of its curve exceeds.
    """
    paid = [c for c in curves if any(c.service in f.pays for f in funds)]
    zero = {f.id: Fraction(0) for f in funds}
    if not paid:
        return zero
    unit = max(1, *(sum(f.amounts) for f in funds), *(c.money[-1] for c in paid))
    scale = max(1, sum(weights[c.service] * c.most[-1] for c in paid))
    highest = max(float(weights[c.service] * c.gain(0)) for c in paid) * unit / scale
    own, beyond = len(funds), len(funds) + len(paid)
    rows = [
        _at_least([beyond + n, own + n], [1.0, m / unit], weights[c.service] * q / scale)
        for n, c in enumerate(paid)
        for m, q in zip(c.money, c.most, strict=True)
    ]
    rows += [
        _at_least([k, own + n], [1.0, -1.0], 0.0)
        for k, f in enumerate(funds)
        for n, c in enumerate(paid)
        if c.service in f.pays
    ]
    cost = np.array([*(sum(f.amounts) / unit for f in funds), *(0.0 for _ in paid), *(1.0 for _ in paid)])
    upper = np.array([highest + 1.0] * beyond + [2.0] * len(paid))
    answer = hand_over(minimise(cost, rows, np.zeros(len(cost), dtype=bool), upper), effort)
    if answer.values is None:
        return zero
    found = np.maximum(0.0, answer.values[: len(funds)]) * scale / unit
    return {f.id: Fraction(round(price * SCALE), SCALE) for f, price in zip(funds, found.tolist(), strict=True)}


def _at_least(columns: Sequence[int], values: Sequence[float], low: float) -> Rows:
    at = np.array(columns, dtype=np.int64)
    return at_least(np.zeros(len(at), dtype=np.int64), at, np.array(values), np.array([low]))
