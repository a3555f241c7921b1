"""Fewer demand points for the linear program of a certificate; its prices hold for each settlement of a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from siting.problems.problem import Problem

from ..merge import merge


@dataclass(frozen=True, eq=False)
class Small:
    """A problem in which demand points of services with capacities are merged; ``group`` (n,) of the original ones."""

    problem: Problem
    group: Mapping[str, np.ndarray]


def small(problem: Problem, *, apart: bool) -> Small:
    """Merge the demand points of catchment and haul services; those of coverage services keep their own targets.

    ``apart``: nothing is merged, for the ways of points that are alike in all else differ in their length.
    """
    if apart:
        return Small(problem, {b.service: np.arange(len(b.demand)) for b in problem.blocks})
    merged = merge(problem)
    own = {b.service: b for b in problem.blocks}
    blocks = tuple(own[b.service] if b.served_in_full_only else b for b in merged.problem.blocks)
    targets = []
    before = {t.id: t for t in problem.targets}
    for target in merged.problem.targets:
        old = before[target.id]
        if target.package:
            at = {s: old.package[s] if own[s].served_in_full_only else points for s, points in target.package.items()}
            targets.append(replace(target, package=at))
        else:
            targets.append(old if own[target.service].served_in_full_only else target)
    group = {
        s: np.arange(len(own[s].demand)) if own[s].served_in_full_only else points for s, points in merged.group.items()
    }
    return Small(replace(problem, blocks=blocks, targets=tuple(targets)), group)
