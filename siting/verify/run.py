"""The verdict on a run folder: its plan against its own inputs, and how far its claims are proven.

A plan that keeps every rule is *valid*. How good it is, a solver only claims; the word says how that claim stands:
*proven* if the certificate of the run proves every bound that the run names, *cross-checked* if a second solver agreed
within both gaps, else *claim*. A certificate that does not prove what it says, or a result that says another objective
than the plan has, is a breach.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from .breach import Findings
from .certificate import check, largest
from .check import Auditor, Verdict, verdict
from .numbers import FAULTS

#: The figure that each aim of a result is.
VALUES = {"worth": "objective", "cost": "cost", "travel": "travel"}
PLAN, RESULT, CERTIFICATE, INPUTS = "plan.json", "result.json", "certificate.json", "inputs"


def no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose keys differ; a reader that keeps the last of two would see another plan than a person."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return dict(pairs)


def parsed(text: str) -> Any:
    """The content of a JSON text."""
    return json.loads(text, object_pairs_hook=no_twins)


def read(path: Path) -> Any:
    """The content of a JSON file."""
    return parsed(path.read_bytes().decode("utf-8"))


def fault_in(code: str, name: str, says: str, fault: Exception) -> Verdict:
    """The verdict that a file cannot be accepted."""
    found = Findings()
    found.add(code, name, says, fault=f"{type(fault).__name__} {fault}"[:400])
    return verdict(found)


def verify_run(run: Path) -> Verdict:
    """The verdict on a run folder."""
    run = Path(run)
    try:
        plan = read(run / PLAN)
    except FAULTS as fault:
        return fault_in("E709", PLAN, "cannot be read: {fault}", fault)
    auditor = Auditor(run / INPUTS)
    found = auditor.check(plan)
    if found.word != "valid":
        return found
    bounds: dict[str, int] = {}
    try:
        if (run / CERTIFICATE).exists():
            bounds = check(auditor.prover(plan), read(run / CERTIFICATE))
    except FAULTS as fault:
        return fault_in("E722", CERTIFICATE, "proves nothing: {fault}", fault)
    try:
        result = read(run / RESULT) if (run / RESULT).exists() else None
        return judge(found, bounds, result)
    except FAULTS as fault:
        return fault_in("E723", RESULT, "cannot be read: {fault}", fault)


def judge(found: Verdict, bounds: dict[str, int], result: Any) -> Verdict:
    """How the claims of a run stand: a valid plan, proven bounds by stage, and result.json (None: there is none)."""
    if result is None:
        return replace(found, trust="claim", bounds=bounds)
    wrong = Findings()
    true = found.figures[VALUES[result["aim"]]]
    if result["objective"] != true:
        wrong.add("E723", RESULT, "the objective is {true}, not {said}", true=true, said=str(result["objective"]))
    claims = {row["name"]: row["bound"] for row in result["stages"] if not row["brief"]}
    for row in result["stages"]:
        above = row["bound"] is not None and row["bound"] - row["objective"]
        if above and (above < 0) == largest(row["name"]):
            says = "{stage}: the bound {bound} excludes the objective {objective}"
            wrong.add("E723", RESULT, says, stage=row["name"], bound=row["bound"], objective=row["objective"])
    if wrong:
        return verdict(wrong)
    proven = bool(claims) and all(
        said is not None and name in bounds and (bounds[name] <= said if largest(name) else bounds[name] >= said)
        for name, said in claims.items()
    )
    seen = result["cross_check"] or {"agrees": False, "stages": []}
    agrees = seen["agrees"] is True and {row["stage"] for row in seen["stages"]} >= set(claims)
    return replace(found, trust="proven" if proven else "cross-checked" if agrees else "claim", bounds=bounds)
