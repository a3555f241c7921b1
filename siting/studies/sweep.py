"""Many solves in one table: counties, scenarios and solvers, and where solvers contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, Protocol

from siting.counties.county import County
from siting.words import Words


@dataclass(frozen=True)
class Job:
    """One solve: ``county`` is its id, ``folder`` where it is read, ``run`` where its plan goes."""

    county: str
    folder: str
    scenario: str
    solver: str
    run: str

    @property
    def key(self) -> str:
        """Its name in tables and logs."""
        return f"{self.county}/{self.scenario}/{self.solver}"

    @property
    def place(self) -> str:
        """Its run folder within the folder of the sweep, which may be moved and handed on."""
        return "/".join(PurePath(self.run).parts[-2:])


@dataclass(frozen=True)
class Row:
    """What came of a job. Money in base units of its county; ``people`` of the services that count persons.

    ``status`` as in ``result.json``, or ``refused``, ``failed``, ``waiting``; ``says`` why; ``attempts`` how often it
    was begun: once, and once more for each worker that died with it.
    """

    job: Job
    status: str
    objective: int | None = None
    bound: int | None = None
    gap: float | None = None
    people: int | None = None
    demand: int | None = None
    met: int | None = None
    targets: int | None = None
    capital: int | None = None
    available: int | None = None
    running: int | None = None
    seconds: float | None = None
    attempts: int = 0
    says: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def ended(self) -> bool:
        """Whether it gave a plan."""
        return self.objective is not None

    @property
    def share(self) -> float | None:
        """Share of people served."""
        return None if self.people is None or not self.demand else self.people / self.demand

    @property
    def left(self) -> int | None:
        """Capital that is left."""
        return None if self.capital is None or self.available is None else self.available - self.capital


@dataclass(frozen=True)
class Contradiction:
    """A plan that is better than a bound: one of the two solvers is wrong."""

    better: Row
    bounded: Row


@dataclass(frozen=True, eq=False)
class Sweep:
    """All jobs in their order; ``counties`` by id; ``result`` says when and with which options."""

    counties: Mapping[str, County]
    rows: tuple[Row, ...]
    result: Mapping[str, Any]

    def of(self, county: str) -> list[Row]:
        """The rows of one county."""
        return [row for row in self.rows if row.job.county == county]

    def contradictions(self) -> Iterator[Contradiction]:
        """Plans of one county and scenario beyond the bound that another solver claims, where all targets are met by
        both alike: elsewhere the bounds speak of different things."""
        for one in self.rows:
            for other in self.rows:
                same = (one.job.county, one.job.scenario) == (other.job.county, other.job.scenario)
                alike = one.met == other.met == one.targets
                if same and alike and one.job != other.job and _beyond(one.objective, other.bound):
                    yield Contradiction(one, other)


def _beyond(objective: int | None, bound: int | None) -> bool:
    return objective is not None and bound is not None and objective > bound


class Report(Protocol):
    """What an entry point of the group ``siting.sweeps`` promises."""

    def __call__(self, sweep: Sweep, out: Path, words: Words) -> list[Path]:
        """Write the report of ``sweep`` into the folder ``out`` and return the files written."""
        ...
