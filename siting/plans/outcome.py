"""What a solver gives back: the plan, how good it is proven to be, why it stopped: three facts, kept apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from siting.plan import Plan
from siting.problems.problem import Problem


class Stop(Enum):
    """Why a stage ended."""

    PROVEN = "proven"  # bound and objective agree within the gap that was asked for
    TIME = "time_limit"  # the time was up
    USER = "stopped"  # Ctrl-C or a termination signal
    HEURISTIC = "heuristic"  # the method proves nothing
    MEMORY = "memory"  # the solver process had no more memory; what it had found is kept
    CRASH = "crash"  # the solver process died; what it had found is kept


#: Stages that are to be small.
MINIMISED = ("cost", "travel")


def slip(bound: float) -> float:
    """By how much a bound from a solver's floating point may be wrong."""
    return 1e-6 + 1e-8 * abs(bound)


@dataclass(frozen=True)
class Stage:
    """One step of the order of aims: a tier of targets, the worth, the cost, the travel.

    ``objective`` and ``bound`` are whole points, person-worths, base units or person-seconds; ``bound`` None where
    nothing is proven. Tiers and worth are maximised, cost and travel are minimised; ``gap`` is the distance of the two
    over the objective, None without a bound. ``brief``: it only chose among equally good plans for a moment, and claims
    nothing.
    """

    name: str
    objective: int
    bound: int | None
    stop: Stop
    seconds: float
    brief: bool = False

    @property
    def gap(self) -> float | None:
        """|bound - objective| / |objective|; 0.0 where both are 0."""
        if self.bound is None:
            return None
        return 0.0 if self.bound == self.objective else abs(self.bound - self.objective) / max(1, abs(self.objective))


@dataclass(frozen=True)
class Outcome:
    """A solver's answer. ``plan`` is what it could decide best; whether it is valid, `siting.verify` says."""

    plan: Plan
    stages: tuple[Stage, ...]
    solver: str
    version: str

    def stage(self, name: str) -> Stage | None:
        """The stage of that name."""
        return next((s for s in self.stages if s.name == name), None)


@dataclass(frozen=True)
class Progress:
    """Where a stage stands: seconds since the run began, and incumbent and bound in the stage's own unit.

    ``services`` are those that this part of the stage decides.
    """

    stage: str
    services: tuple[str, ...]
    seconds: float
    objective: float | None
    bound: float | None


@dataclass(frozen=True)
class Known:
    """A proven bound: no plan of ``services`` that keeps what earlier stages ``reached`` (name to level) goes beyond
    ``bound`` in stage ``name``. A search of the same problem that holds at least these levels may begin with it."""

    services: tuple[str, ...]
    name: str
    bound: int
    reached: Mapping[str, int]

    def holds(self, services: tuple[str, ...], name: str, reached: Mapping[str, int]) -> bool:
        """Whether it speaks of this stage of these services, from levels that are no better than ``reached``."""
        low = all(
            stage in reached and (level >= reached[stage] if stage in MINIMISED else level <= reached[stage])
            for stage, level in self.reached.items()
        )
        return (self.services, self.name) == (services, name) and low


@dataclass(frozen=True)
class Effort:
    """How hard to try, and what there is already.

    ``memory_mb`` is what the solver's processes may take together, None for no cap. ``start`` is a plan of the problem
    that keeps all rules: a solver begins with it and gives back none that is worse. ``known`` are bounds of an earlier
    search of the same problem; ``on_known`` is told of new ones. ``prove_travel``: travel as the last aim is sought
    like any other, not for a moment only.

    Raises:
        ValueError: a bound is broken; one sentence says which.
    """

    gap: float = 0.01
    time_limit_s: float = 600.0
    seed: int = 0
    threads: int = 1
    memory_mb: int | None = None
    prove_travel: bool = False
    start: Plan | None = field(default=None, repr=False)
    known: tuple[Known, ...] = field(default=(), repr=False)
    on_known: Callable[[Known], None] = field(default=lambda known: None, repr=False)
    on_plan: Callable[[Plan], None] = field(default=lambda plan: None, repr=False)
    on_progress: Callable[[Progress], None] = field(default=lambda progress: None, repr=False)
    on_log: Callable[[str], None] = field(default=lambda text: None, repr=False)
    stopped: Callable[[], bool] = field(default=lambda: False, repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.gap < 1:
            raise ValueError(f"the gap is a share from 0 to below 1, not {self.gap}")
        if not self.time_limit_s > 0:
            raise ValueError(f"the time limit is a number of seconds above 0, not {self.time_limit_s}")
        if self.threads < 1:
            raise ValueError(f"at least one thread is needed, not {self.threads}")
        if self.memory_mb is not None and self.memory_mb < 1:
            raise ValueError(f"the memory cap is a number of megabytes above 0, not {self.memory_mb}")


@dataclass(frozen=True)
class Seen:
    """What a second solver found in a stage: its own best (None: no plan), its bound; ``reached`` is what the plan that
    it is a witness for has."""

    name: str
    objective: int | None
    bound: int | None
    reached: int
    maximise: bool
    plan: Plan | None = None


class Solver(Protocol):
    """What an entry point of the group ``siting.solvers`` promises."""

    def __call__(self, problem: Problem, effort: Effort) -> Outcome:
        """Solve ``problem``; every plan handed to ``effort.on_plan`` and returned keeps all rules."""
        ...


class Witness(Protocol):
    """What a solver promises that can be asked about the plan of another one (its method ``witness``)."""

    def __call__(self, problem: Problem, plan: Plan, effort: Effort) -> Sequence[Seen]:
        """Solve every stage that claims something anew, keeping what ``plan`` reached in the stages before it."""
        ...


@dataclass(frozen=True)
class Levels:
    """What a stage keeps: the points of each earlier tier, and the value of each earlier aim by its name."""

    tiers: Mapping[int, int]
    aims: Mapping[str, int]


class Certifier(Protocol):
    """What an entry point of the group ``siting.certificates`` promises."""

    def __call__(
        self,
        problem: Problem,
        stage: str,
        levels: Levels,
        goal: int,
        scale: int,
        township: Mapping[str, str],
        effort: Effort,
    ) -> Any:
        """A node of a certificate (docs/certificate.md), or None where the time was too short.

        ``levels`` are kept; ``goal`` is the bound that is close enough, below 0 where it is to be small; ``scale`` is
        the part of a unit that prices count, ``township`` that of every settlement.
        """
        ...
