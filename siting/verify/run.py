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
PLAN, BEFORE, RESULT, CERTIFICATE, INPUTS = "plan.json", "before.json", "result.json", "certificate.json", "inputs"


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
        today = before(auditor, plan, run / BEFORE) if (run / BEFORE).exists() else found
        if today.word != "valid":
            return today
    except FAULTS as fault:
        return fault_in("E709", BEFORE, "cannot be read: {fault}", fault)
    try:
        result = read(run / RESULT) if (run / RESULT).exists() else None
        wrong = claimed(found.figures, plan["variation"]["aims"], result) if result is not None else None
        return verdict(wrong) if wrong else judge(found, bounds, result)
    except FAULTS as fault:
        return fault_in("E723", RESULT, "cannot be read: {fault}", fault)


def before(auditor: Auditor, plan: dict[str, Any], path: Path) -> Verdict:
    """The verdict on the county as it stands, with which reports compare the plan."""
    found = auditor.check_before(read(path), plan)
    return replace(found, breaches=tuple(replace(b, where=f"{path.name}.{b.where}") for b in found.breaches))


def claimed(figures: dict[str, Any], aims: list[str], result: dict[str, Any]) -> Findings:
    """What ``result.json`` says of how good the plan is, as far as the plan itself contradicts it."""
    wrong, stages, first = Findings(), figures["stages"], result["aim"]
    rows = {row["name"]: row for row in result["stages"]}
    for name, row in rows.items():
        said, bound = row["objective"], row["bound"]
        if name not in stages or type(said) is not int or type(bound) not in (int, type(None)):
            wrong.add("E723", RESULT, "{stage} is no stage of this plan", stage=f"{name!s:.60}")
            continue
        sign = 1 if largest(name) else -1
        if sign * said > sign * stages[name] or (bound is not None and sign * bound < sign * stages[name]):
            says = "{stage}: the plan has {true}, neither {said} nor a bound of {bound}"
            wrong.add("E723", RESULT, says, stage=name, true=stages[name], said=said, bound=str(bound))
        if row["brief"] is not False and (name != "travel" or aims[1:][-1:] != ["travel"]):
            wrong.add("E723", RESULT, "{stage}: only travel as the last aim claims nothing", stage=name)
    claims = {name: row["bound"] for name, row in rows.items() if row["brief"] is False}
    open_ = any(claims.get(name, stages[name]) != stages[name] for name in stages)
    if result["status"] == "optimal" and (open_ or not claims.keys() | {"travel"} >= stages.keys()):
        wrong.add("E723", RESULT, "it says optimal, and a stage is not")
    bound = rows[first]["bound"] if first in rows else None
    gap = None if bound is None else abs(bound - result["objective"]) / max(1, result["objective"])
    if [first, bound, gap] != [aims[0], result["bound"], result["gap"]]:
        wrong.add("E723", RESULT, "aim, bound and gap are not those of the stages")
    return wrong


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
    whole = bool(claims) and claims.keys() | {"travel"} >= found.figures.get("stages", {}).keys()
    proven = whole and all(
        said is not None and name in bounds and (bounds[name] <= said if largest(name) else bounds[name] >= said)
        for name, said in claims.items()
    )
    seen = result["cross_check"] or {"agrees": False, "stages": []}
    agrees = whole and seen["agrees"] is True and {row["stage"] for row in seen["stages"]} >= set(claims)
    return replace(found, trust="proven" if proven else "cross-checked" if agrees else "claim", bounds=bounds)
