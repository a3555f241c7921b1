"""How far a solve is, as figures and texts: people served by the best plan so far, the bound, the gap, the time.

A row for each service, one for services that are planned together, one for all; `siting.commands.live` shows them.
Nothing here draws: what a part of the solver last said stands beside what its best plan serves.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from siting.words import Words

if TYPE_CHECKING:
    from siting.counties.county import County
    from siting.plan import Plan
    from siting.plans.outcome import Progress

NOTHING = "–"
WORTH = "worth"


@dataclass
class Service:
    """One service: ``served`` of ``demand`` in its own ``unit`` (persons, kilograms a day, settlements)."""

    name: str
    unit: str
    weight: int
    demand: int
    served: int | None = None


@dataclass(frozen=True)
class Row:
    """One line of the board as texts; ``joint`` where it is about several services."""

    name: str
    served: str
    share: str
    at_most: str
    gap: str
    stage: str
    time: str
    joint: bool = False


@dataclass
class Board:
    """What is known so far; may be told from any thread."""

    words: Words
    services: dict[str, Service] = field(default_factory=dict)
    parts: dict[tuple[str, ...], Progress] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def plan(self, county: County, plan: Plan) -> None:
        """A plan was found: count who is served."""
        with self.lock:
            for key, part in plan.services.items():
                if key not in self.services:
                    about = county.services[key]
                    people = bool(county.file.demand[about.demand].column)
                    unit = "kg" if about.family == "haul" else "persons" if people else "settlements"
                    asked = sum(county.demand_of(key).values())
                    self.services[key] = Service(self.words.name(about), unit, about.weight, asked)
                self.services[key].served = sum(a.persons for a in part.assignments)

    def progress(self, progress: Progress) -> None:
        """A part of the solver says where it stands; it takes the place of what it said before."""
        with self.lock:
            mine = set(progress.services)
            self.parts = {key: said for key, said in self.parts.items() if not mine & set(key)}
            self.parts[progress.services] = progress

    def rows(self, seconds: float) -> list[Row]:
        """The rows, services that are planned together below each other, the county as a whole at the end."""
        with self.lock:
            rows: list[Row] = []
            told: set[str] = set()
            for keys, said in sorted(self.parts.items(), key=lambda pair: self._place(pair[0])):
                if len(keys) > 1:
                    together = self.words("live.together", n=len(keys))  # their names are those of the next rows
                    rows.append(self._row(together, keys, said, joint=True))
                rows += [self._row(self._name(key), (key,), said if len(keys) == 1 else None) for key in keys]
                told |= set(keys)
            rows += [self._row(s.name, (key,), None) for key, s in self.services.items() if key not in told]
            return [*rows, self._whole(seconds)] if len(self.services) > 1 else rows

    def line(self, seconds: float) -> str:
        """The same in one line, for where no table can be drawn."""
        with self.lock:
            whole = self._whole(seconds) if len(self.services) > 1 else None
            parts = [
                self._row(", ".join([self._name(key) for key in keys[:2]] + ["…"] * (len(keys) > 2)), keys, said)
                for keys, said in sorted(self.parts.items(), key=lambda pair: self._place(pair[0]))
            ]
        texts = (
            [self.words("live.line_all", served=whole.served, share=whole.share) + self._proven(whole)] if whole else []
        )
        for row in parts:
            share = "" if row.share == NOTHING else self.words("live.line_share", share=row.share)
            texts.append(self.words("live.line", name=row.name, stage=row.stage) + share + self._proven(row))
        return self.words("live.next").join(texts)

    def _proven(self, row: Row) -> str:
        """Bound and gap of a row, as far as they are known yet."""
        most = "" if row.at_most in ("", NOTHING) else self.words("live.line_most", at_most=row.at_most)
        return most + ("" if row.gap in ("", NOTHING) else self.words("live.line_gap", gap=row.gap))

    def _place(self, keys: tuple[str, ...]) -> int:
        order = list(self.services)
        return min((order.index(key) for key in keys if key in order), default=len(order))

    def _name(self, key: str) -> str:
        return self.services[key].name if key in self.services else key

    def _whole(self, seconds: float) -> Row:
        """All services that count people, added up; a bound only where every part of the solver has one."""
        counted = [key for key, s in self.services.items() if s.unit == "persons"]
        served, demand = self._sums(counted)
        most = self._most_of_all(set(counted))
        share = served / demand if demand else 1.0
        gap = NOTHING if most is None else _gap(served, most)
        shown = f"{served:,}"
        return Row(self.words("live.all"), shown, _down(share), _up(most, demand), gap, "", _time(seconds), joint=True)

    def _most_of_all(self, counted: set[str]) -> float | None:
        """Bound on all people, from parts that are at people and weigh all their services alike."""
        bounds = [self._most(keys, said) for keys, said in self.parts.items() if set(keys) & counted]
        here = {key for keys in self.parts for key in keys}
        if counted - here or any(bound is None for bound in bounds):
            return None
        return sum(bound for bound in bounds if bound is not None)

    def _most(self, keys: tuple[str, ...], said: Progress) -> float | None:
        """Most people that a part could serve; None where its bound counts something else."""
        own = [self.services.get(key) for key in keys]
        weights = {s.weight for s in own if s is not None}
        alike = None not in own and len(weights) == 1 and len({s.unit for s in own if s is not None}) == 1
        if said.stage != WORTH or said.bound is None or not alike:
            return None
        return said.bound / weights.pop()

    def _sums(self, keys: Iterable[str]) -> tuple[int, int]:
        own = [self.services[key] for key in keys if key in self.services]
        return sum(s.served or 0 for s in own), sum(s.demand for s in own)

    def _row(self, name: str, keys: tuple[str, ...], said: Progress | None, joint: bool = False) -> Row:
        served, demand = self._sums(keys)
        units = {self.services[key].unit for key in keys if key in self.services}
        known = demand > 0 and len(units) == 1
        shown = NOTHING
        if known:
            unit = units.pop()
            shown = self.words(f"live.unit.{unit}", n=f"{served / 1000:,.1f}" if unit == "kg" else f"{served:,}")
        share = _down(served / demand) if known else NOTHING
        if said is None:
            return Row(name, shown, share, "", "", "", "", joint)
        gap = NOTHING
        if said.bound is not None and said.objective is not None:
            gap = _gap(said.objective, said.bound)
        tier = said.stage.split()[-1]
        stage = self.words("stage." + said.stage.split()[0], tier=tier)
        at_most = _up(self._most(keys, said), demand)
        return Row(name, shown, share, at_most, gap, stage, _time(said.seconds), joint)


def _down(share: float) -> str:
    """A share in per cent, rounded down: what is reached is never overstated."""
    return f"{math.floor(share * 1000 + 1e-6) / 10:.1f}%"


def _up(most: float | None, demand: int) -> str:
    """A bound as a share of the demand, rounded up and at most all."""
    if most is None or not demand:
        return NOTHING
    return f"{math.ceil(min(1.0, most / demand) * 1000 - 1e-6) / 10:.1f}%"


def _gap(objective: float, bound: float) -> str:
    if abs(bound - objective) > abs(objective):  # a share of next to nothing says nothing
        return NOTHING
    return f"{abs(bound - objective) / max(1.0, abs(objective)):.2%}"


def _time(seconds: float) -> str:
    return f"{seconds:,.0f} s"
