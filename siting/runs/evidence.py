"""What speaks for a plan beside its solver: a certificate of its bounds, and a second solver (docs/certificate.md)."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from siting import rooms, store
from siting.errors import Fault, SolverFailed
from siting.plans.outcome import MINIMISED, Effort, Levels, Outcome, Seen, Stop
from siting.problems.problem import Problem
from siting.runs.folder import CERTIFICATE, PLAN
from siting.runs.journal import Journal
from siting.verify import CERTIFICATE_FORMAT, Prover

#: Prices are whole numbers of this part of a unit: fine enough for a base unit of money against a county's people.
SCALE = 2**40
#: A goal that any bound meets: one set of prices, no cases.
ANYTHING = 10**30
#: Prices that cost nothing to find: everybody within reach of a site that could be open counts as served.
FREE: Mapping[str, Any] = {"prices": []}


@dataclass(frozen=True)
class Evidence:
    """``bounds`` proven by stage; what ``result.json`` says of the certificate, of the second solver, and of money."""

    bounds: Mapping[str, int] = field(default_factory=dict)
    certificate: Mapping[str, Any] | None = None
    cross_check: Mapping[str, Any] | None = None
    value: Mapping[str, Any] | None = None


def prover_of(kept: Journal) -> Prover:
    """What proves bounds for the plan of the run."""
    return kept.auditor.prover(json.loads((kept.run / PLAN).read_bytes()))


def certify(kept: Journal, problem: Problem, outcome: Outcome, effort: Effort) -> tuple[Outcome, Evidence]:
    """Write ``certificate.json``; the outcome with the bounds that it proves where they are close enough.

    Raises:
        SolverFailed: the prices prove a bound that excludes the plan (E902): a fault of ours.
        CannotWrite: the file cannot be written (E801).
    """
    begun = time.monotonic()
    work = _Work(kept, prover_of(kept), problem, replace(effort, start=None, known=()), begun)
    seen = {stage.name for stage in outcome.stages if not stage.brief}
    names = [name for name in work.prover.stages() if name in seen]
    stages = [work.stage(name, branch=False) for name in names]  # prices for all, before one is tried harder
    stages = [work.harder(row) for row in stages]
    bounds = {row["stage"]: row["bound"] for row in stages}
    store.write_json(kept.run / CERTIFICATE, {"format": CERTIFICATE_FORMAT, "scale": SCALE, "stages": stages})
    known = []
    for stage in outcome.stages:
        bound = bounds.get(stage.name)
        if bound is not None:
            sign = sign_of(stage.name)
            if sign * bound < sign * stage.objective:
                why = f"{stage.name}: the certificate's bound {bound} excludes a plan with {stage.objective}"
                raise SolverFailed(Fault("E902", values={"why": why}))
            proven = replace(stage, bound=bound)
            close = proven.gap is not None and proven.gap <= effort.gap
            if stage.bound is None or sign * bound <= sign * stage.bound or close:
                stage = replace(proven, stop=Stop.PROVEN) if close else proven
        known.append(stage)
    told = {"seconds": round(time.monotonic() - begun, 2), "bounds": bounds}
    return replace(outcome, stages=tuple(known)), Evidence(bounds, told)


def sign_of(stage: str) -> int:
    """1 for a stage whose value is to be large, -1 for one whose value is to be small."""
    return -1 if stage in MINIMISED else 1


@dataclass(frozen=True)
class _Work:
    """One certificate while it is made."""

    kept: Journal
    prover: Prover
    problem: Problem
    effort: Effort
    begun: float

    def far(self, name: str, bound: int) -> bool:
        """Whether a bound is farther from the plan than was asked for."""
        value = self.prover.value(name, self.prover.planned)
        return abs(bound - value) > self.effort.gap * value

    def stage(self, name: str, *, branch: bool) -> dict[str, Any]:
        """One stage of the certificate: group by group, or all together where the running budget binds."""
        parts = [self.part(name, services, branch=branch) for services in self.prover.parts()]
        total = sum(bound for _, bound in parts)
        if self.far(name, total) and len(parts) > 1 and self.problem.running_budget is not None:
            whole = self.part(name, self.prover.planned, branch=branch)
            if sign_of(name) * (whole[1] - total) < 0:
                parts, total = [whole], whole[1]
        return {"stage": name, "bound": total, "parts": [part for part, _ in parts]}

    def harder(self, row: dict[str, Any]) -> dict[str, Any]:
        """A stage whose bound is still far is parted into cases, as long as there is time."""
        if not self.far(row["stage"], row["bound"]):
            return row
        again = self.stage(row["stage"], branch=True)
        return again if sign_of(row["stage"]) * (again["bound"] - row["bound"]) < 0 else row

    def part(self, name: str, services: list[str], *, branch: bool) -> tuple[dict[str, Any], int]:
        """The prices of a stage for some groups, and the bound that they prove."""
        value, sign = self.prover.value(name, services), sign_of(name)
        tree, bound = FREE, self.prove(name, services, FREE)
        left = self.effort.time_limit_s - (time.monotonic() - self.begun)
        if bound != value and left > 0:
            aim = self.prover.aim(name, services)
            goal = math.floor(sign * value + value * self.effort.gap) if branch else ANYTHING
            effort = replace(self.effort, time_limit_s=left)
            levels = Levels(aim.levels, aim.kept)
            found = rooms.certifier()(self.problem_of(services), name, levels, goal, SCALE, self.townships(), effort)
            proven = bound if found is None else self.prove(name, services, found)
            if sign * proven < sign * bound:
                tree, bound = found, proven
        return {"services": services, "tree": tree}, bound

    def prove(self, name: str, services: list[str], tree: Any) -> int:
        """The bound that a tree proves.

        Raises:
            SolverFailed: it proves that there is no plan at all (E902).
        """
        bound = self.prover.prove(name, services, SCALE, tree)
        if bound is None:
            raise SolverFailed(Fault("E902", values={"why": f"{name}: the certificate leaves no plan at all"}))
        return bound

    def problem_of(self, services: list[str]) -> Problem:
        """The problem of some groups; the running budget joins all of them."""
        if set(services) == {block.service for block in self.problem.blocks}:
            return self.problem
        return replace(self.problem.only(services), running_budget=None)

    def townships(self) -> dict[str, str]:
        """Township of every settlement."""
        return {s.id: s.township for s in self.kept.county.settlements}


def cross_check(
    kept: Journal, problem: Problem, outcome: Outcome, effort: Effort, name: str, evidence: Evidence
) -> Evidence:
    """Ask a second solver, which knows nothing of the plan but what its earlier tiers reached.

    Raises:
        SolverFailed: the two cannot both be right (E904).
        InputRefused: the second solver is not installed (E193), or it is none that can be asked (E197).
    """
    begun = time.monotonic()
    alone = replace(effort, start=None, known=(), on_plan=lambda plan: None)  # its plans are no plans of this run
    seen = rooms.witness(name)(problem, outcome.plan, alone)
    rows = []
    for row in seen:
        stage = outcome.stage(row.name)
        ours = None if stage is None else stage.bound
        says = _contradiction(kept, problem, outcome, row, ours)
        if says:
            why = {"name": name, "stage": row.name, "why": says}
            raise SolverFailed(Fault("E904", file=str(kept.run), values=why))
        confirmed = row.bound is not None and abs(row.bound - row.reached) <= effort.gap * row.reached
        rows.append({"stage": row.name, "objective": row.objective, "bound": row.bound, "confirms": confirmed})
    agrees = bool(rows) and all(row["confirms"] for row in rows)
    seconds = round(time.monotonic() - begun, 2)
    return replace(evidence, cross_check={"solver": name, "agrees": agrees, "seconds": seconds, "stages": rows})


def _contradiction(kept: Journal, problem: Problem, outcome: Outcome, row: Seen, ours: int | None) -> str:
    """Why the witness and the solver cannot both be right, or nothing."""
    sign = 1 if row.maximise else -1
    if row.bound is not None and sign * row.bound < sign * row.reached:
        return f"its bound {row.bound} excludes the plan, which reaches {row.reached} and keeps every rule"
    better = row.plan and ours is not None and row.objective is not None and sign * row.objective > sign * ours
    if better and _as_good_before(kept, problem, outcome, row) and kept.check(row.plan).word == "valid":  # type: ignore[arg-type]
        return f"it has a plan with {row.objective} that keeps every rule, the bound was {ours}"
    return ""


def _as_good_before(kept: Journal, problem: Problem, outcome: Outcome, row: Seen) -> bool:
    """Whether the witness's plan gives nothing away of earlier tiers in any group: only then the bound speaks of it."""
    from siting.model import goal

    assert row.plan is not None
    for services in prover_of(kept).parts():
        part = problem.only(services)
        for aim in goal.aims(part):
            if aim.name == row.name:
                break
            theirs, had = (goal.value(part, aim, plan.only(set(services))) for plan in (row.plan, outcome.plan))
            if aim.better(had, theirs):
                return False
    return True
