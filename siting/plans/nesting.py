"""Plans that contain a smaller one: what it opened, enlarged or shut stays so, what it spent is spent.

The larger problem is posed anew without the decisions that are taken: the sites of the smaller plan must stay open in
their size or a larger one and cost only what is beyond it, those that it shut have no way of being open, and its money
is gone from the funds. `Nesting.whole` says a plan of that problem as one of the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from siting.plan import Opening, Plan, ServicePlan
from siting.plans.assign import positions
from siting.plans.funding import capital, split
from siting.problems.problem import Block, Fund, Problem, RuleRow, TargetRow


class Nesting:
    """``problem`` within which every plan contains ``inner``, a plan of ``outer`` with at most its money."""

    def __init__(self, outer: Problem, inner: Plan) -> None:
        self.outer, self.inner = outer, inner
        blocks, place = [], {}
        for block in outer.blocks:
            made, kept = _taken(block, inner.services[block.service])
            blocks.append(made)
            place[block.service] = kept
        self.problem = replace(
            outer,
            blocks=tuple(blocks),
            funds=tuple(_after(fund, inner, outer.phases) for fund in outer.funds),
            targets=tuple(_target(row, place) for row in outer.targets),
            rules=tuple(_rule(row, place) for row in outer.rules),
        )

    @property
    def start(self) -> Plan:
        """The smaller plan as one of ``problem``: nothing more is spent."""
        return Plan({key: replace(part, closed=()) for key, part in self.inner.services.items()})

    def whole(self, plan: Plan) -> Plan:
        """A plan of ``problem`` as one of the outer problem, with all money.

        Raises:
            ValueError: the funds cannot pay it together.
        """
        parts = {
            key: replace(part, closed=tuple(sorted({*part.closed, *self.inner.services[key].closed})))
            for key, part in plan.services.items()
        }
        need = capital(self.outer, positions(self.outer, parts))
        return Plan(parts, split(need, self.outer.funds, self.outer.phases))


def contains(outer: Plan, inner: Plan) -> bool:
    """Whether whatever the smaller plan built, enlarged or shut is so in the larger one as well."""
    for key, part in inner.services.items():
        now = {o.site: o for o in outer.services[key].open}
        for o in part.open:
            if o.action != "keep" and (o.site not in now or now[o.site].action != o.action):
                return False
        if not set(part.closed) <= set(outer.services[key].closed):
            return False
    return True


def _taken(block: Block, part: ServicePlan) -> tuple[Block, np.ndarray]:
    """A block in which the decisions of ``part`` are taken, and the new position of each old option, -1 where it is
    gone."""
    done = {o.site: o for o in part.open if o.action != "keep"}
    mine = {site: k for site, o in done.items() for k in _own(block, o)}
    shut = set(part.closed)
    chosen = np.array([_stays(block, k, mine, shut) for k in range(len(block.options))], dtype=bool)
    kept = np.flatnonzero(chosen)
    place = np.where(chosen, np.cumsum(chosen) - 1, -1)
    sunk = np.array([mine.get(block.options[k].site, -1) for k in kept], dtype=np.int64)
    is_sunk = sunk >= 0
    spent = np.where(is_sunk, block.capital[sunk], 0)
    must = block.must_open.copy()
    must[[int(block.option_site[k]) for k in mine.values()]] = True
    columns: dict[str, Any] = {
        name: getattr(block, name)[kept]
        for name in ("option_site", "capacity", "beds", "running", "land", "fewest", "phase", "counts")
    }
    made = replace(
        block,
        options=tuple(block.options[k] for k in kept.tolist()),
        must_open=must,
        capital=block.capital[kept] - spent,
        saving=np.where(is_sunk, 0, block.saving[kept]),
        **columns,
    )
    return made, place


def _own(block: Block, o: Opening) -> list[int]:
    wanted = o.site, o.size, o.action, o.phase
    return [k for k, x in enumerate(block.options) if (x.site, x.size, x.action, x.phase) == wanted]


def _stays(block: Block, k: int, mine: Mapping[str, int], shut: set[str]) -> bool:
    """Whether an option is still open to a larger plan."""
    option = block.options[k]
    if option.site in shut:
        return False
    if option.site not in mine:
        return True
    held = mine[option.site]
    no_less = all(
        int(getattr(block, name)[k]) >= int(getattr(block, name)[held]) for name in ("capital", "capacity", "beds")
    )
    return no_less and option.action == block.options[held].action and int(block.phase[k]) == int(block.phase[held])


def _after(fund: Fund, inner: Plan, phases: tuple[str, ...]) -> Fund:
    """A fund without what the smaller plan spent; what carries over is taken from the last phase that may pay."""
    left = list(fund.amounts)
    for item in inner.spending:
        if item.fund == fund.id:
            amount, p = item.amount, phases.index(item.phase)
            while amount and p >= 0:
                taken = min(amount, left[p])
                left[p], amount, p = left[p] - taken, amount - taken, p - 1
    return replace(fund, amount=left[0], later=tuple(left[1:]))


def _moved(options: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Old positions of options as new ones."""
    found: np.ndarray = place[options]
    return found[found >= 0]


def _target(row: TargetRow, place: Mapping[str, np.ndarray]) -> TargetRow:
    return row if row.options is None else replace(row, options=_moved(row.options, place[row.service]))


def _rule(row: RuleRow, place: Mapping[str, np.ndarray]) -> RuleRow:
    return replace(row, options=_moved(row.options, place[row.service]))
