"""What is asked of a solve, and who hears how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from siting.counties.county import County
from siting.plan import Plan
from siting.plans.outcome import Progress
from siting.reading import scenario


@dataclass(frozen=True)
class Ask:
    """What the user asked for."""

    scenario: str = scenario.BASE
    solver: str = "highs"
    gap: float = 0.01
    time_limit_s: float = 600.0
    seed: int = 0
    threads: int = 1
    memory_mb: int | None = None
    prove_travel: bool = False
    certify: bool = False
    cross_check: str = ""
    money_curves: bool = False

    def options(self) -> dict[str, Any]:
        """How hard to try, by name."""
        return {key: value for key, value in asdict(self).items() if key not in ("scenario", "solver")}


@dataclass(frozen=True)
class Listener:
    """Whom to tell how far it is: ``step(key, **values)`` names a step, ``progress`` follows the solver, ``plan`` hears
    of every plan on the way."""

    step: Callable[..., None] = field(default=lambda key, **values: None)
    progress: Callable[[Progress], None] = field(default=lambda progress: None)
    travel: Callable[[str, int, int], None] = field(default=lambda mode, done, of: None)
    plan: Callable[[County, Plan], None] = field(default=lambda county, plan: None)


#: Who hears nothing.
NOBODY = Listener()
