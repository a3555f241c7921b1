"""Everything that can go wrong, as a planner reads it.

    SitingError
    ├── InputRefused        exit 3   the county folder or an input file has faults; all of them are listed
    ├── Infeasible          exit 4   hard rules conflict; the reason is named
    ├── NoPlan              exit 6   a limit was hit before any plan was found
    ├── PlanRejected        exit 7   the independent checker found a breach
    ├── CannotWrite         exit 8   locked, read-only or full
    ├── Stopped             exit 130 or 143   a signal came before there was a result
    └── SolverFailed        exit 9   the solver crashed, lied or disagrees with another

Sentences live in ``words/*.toml``; a fault carries a code and the numbers, never a finished sentence, so that the same
fault reads well in Chinese and in English.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

EXIT_OK = 0
EXIT_LIMIT_WITH_PLAN = 5
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143


class Severity(Enum):
    """Whether a fault stops the work."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with an input, and where.

    ``code`` names the sentence in ``words/`` (``E112``); ``values`` fill it. ``row`` counts from 1 and includes the
    header, as a spreadsheet shows it; ``column`` is the column's name, or a key path in a TOML file.
    """

    code: str
    file: str = ""
    row: int | None = None
    column: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """Severity by the first letter of the code: E error, W warning, N note."""
        return {"E": Severity.ERROR, "W": Severity.WARNING}.get(self.code[0], Severity.NOTE)

    @property
    def where(self) -> str:
        """``file:row:column``, with the parts that are known."""
        return ":".join(str(part) for part in (self.file, self.row, self.column) if part not in ("", None))


class SitingError(Exception):
    """Base of all refusals; carries the faults that explain it."""

    exit_code = 1

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("; ".join(f"{f.code} {f.where} {dict(f.values)}" for f in self.faults))


class InputRefused(SitingError):
    """An input has faults."""

    exit_code = 3


class Infeasible(SitingError):
    """Hard rules conflict."""

    exit_code = 4


class NoPlan(SitingError):
    """A limit was hit before any plan was found."""

    exit_code = 6


class PlanRejected(SitingError):
    """The independent checker found a breach."""

    exit_code = 7


class CannotWrite(SitingError):
    """A file or folder cannot be written."""

    exit_code = 8


class Stopped(SitingError):
    """A signal came before there was a result to keep; ``signal`` is its name."""

    def __init__(self, fault: Fault, signal: str | None) -> None:
        super().__init__(fault)
        self.exit_code = EXIT_TERMINATED if signal == "SIGTERM" else EXIT_INTERRUPTED


class SolverFailed(SitingError):
    """A solver crashed or gave an answer that cannot be right."""

    exit_code = 9
