"""From duals to the prices of a certificate: rows of a kind, its keys and a whole number (docs/certificate.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from siting.problems.problem import Block, Problem

from ..process.supervise import Duals
from .program import Key
from .relaxation import Relaxation
from .small import Small


@dataclass(frozen=True, eq=False)
class Namer:
    """Ids behind positions: ``problem`` as posed, ``small`` as solved, ``township`` of every settlement;
    prices count parts of a unit, ``scale`` of them."""

    problem: Problem
    small: Small
    township: Mapping[str, str]
    scale: int

    def members(self, service: str, point: int) -> list[str]:
        """The settlements that a demand point stands for."""
        ids = self.problem.block(service).demand_ids
        return [ids[i] for i in np.flatnonzero(self.small.group[service] == point)]

    def rows(self, program: Relaxation, duals: Duals) -> list[list[str | int]]:
        """All prices above 0 (of waste: of any sign), in the order of their keys."""
        found: dict[Key, int] = {}
        for key, at in program.named.items():
            price = -float(duals.rows[at]) * program.unit
            if price > 0 or (key[0] == "waste" and price < 0):
                found.update(self._of(key, price, program))
        for key, at in program.priced.items():
            price = max(0.0, -float(duals.columns[at])) * program.unit
            if price:
                found.update(self._of(key, price, program))
        return [[*key, price] for key, price in sorted(found.items(), key=lambda row: repr(row[0])) if price]

    def _of(self, key: Key, price: float, program: Relaxation) -> Iterator[tuple[Key, int]]:
        """The prices of the certificate that a dual value stands for."""
        kind, *rest = key
        problem = program.problem
        if kind in ("person", "eligible", "present", "line", "closest"):
            block, over = problem.block(str(rest[0])), kind in ("line", "closest")
            point = int(block.pair_demand[int(rest[1])]) if over else int(rest[1])
            each = price / int(block.demand[point])
            tail = self._way(block, int(rest[1])) if over else tuple(rest[2:])
            for id_ in self.members(block.service, point):
                yield (kind, block.service, id_, *tail), self.whole(each)
        elif kind in ("waste", "referral"):
            yield (kind, rest[0], problem.block(str(rest[0])).site_ids[int(rest[1])]), self.whole(price)
        elif kind == "capital":
            yield (kind, rest[0], problem.phases[int(rest[1])]), self.whole(price / program.money_unit)
        elif kind == "running":
            yield (kind,), self.whole(price / program.money_unit)
        elif kind == "land":
            yield (kind, problem.phases[int(rest[0])]), self.whole(price)
        elif kind == "points":
            yield (kind, rest[0]), self.whole(price / max(1, program.levels.tiers[int(rest[0])]))
        elif (level := program.levels.aims.get(str(kind))) is not None:
            yield (kind,), self.whole(price / max(1, level))
        elif kind == "package":
            yield (kind, rest[0], self._listed(program, str(rest[0]), int(rest[1])), rest[2]), self.whole(price)
        elif kind == "target" and rest[1] != "":
            target = next(t for t in problem.targets if t.id == rest[0])
            block, part = problem.block(target.service), target.parts[int(rest[1])]
            name = self.township[self.members(target.service, int(part[0]))[0]]
            yield (kind, rest[0], name), self.whole(price / int(block.demand[part].sum()))
        else:
            yield key, self.whole(price)

    def whole(self, price: float) -> int:
        """A price in whole parts of a unit."""
        return round(price * self.scale)

    def _way(self, block: Block, way: int) -> tuple[str, str]:
        """Site and line of a way."""
        line = int(block.pair_line[way])
        name = self.problem.block(block.line_service).site_ids[line] if line >= 0 else ""
        return block.site_ids[int(block.pair_site[way])], name

    def _listed(self, program: Relaxation, target: str, number: int) -> str:
        """The settlement at a place of a package's list."""
        row = next(t for t in program.problem.targets if t.id == target)
        service, points = next((s, at) for s, at in row.package.items() if at[number] >= 0)
        return self.members(service, int(points[number]))[0]
