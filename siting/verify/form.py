"""The form of plan.json: the keys, and integers where integers belong (section 7 of the rules)."""

from __future__ import annotations

from typing import Any

from .breach import Findings
from .numbers import FAULTS, exact

PLAN: dict[Any, Any] = {
    "format": int, "county": str, "scenario": str,
    "variation": {"services": [str], "capital_factor": exact, "running_factor": exact, "aims": [str]},
    "inputs": {str: str},
    "services": {str: {
        "open": [{"site": str, "size": str, "action": ("keep", "new", "expand"), "phase": str}],
        "closed": [str],
        "assignments": [{
            "settlement": str, "site": str, "access": int, "line": str, "since": str, "persons": int, "travel": int,
        }],
        "transfers": [{"station": str, "disposal": str, "persons": int, "travel": int}],
        "unserved": [{
            "settlement": str, "persons": int, "reason": ("unreachable", "no_site_in_reach", "not_built", "full"),
        }],
    }},
    "spending": [{"fund": str, "service": str, "phase": str, "amount": int}],
    "claims": {
        "served": {str: int}, "capital": int, "running": int, "objective": int, "cost": int, "travel": int,
        "targets": [{"id": str, "value": int, "whole": int, "need": int, "met": bool}],
    },
}  # fmt: skip


def check(value: Any, form: Any, where: str, found: Findings) -> None:
    """Compare a value with its form. A bool is no integer, a float never is one, and unknown keys are faults."""
    if isinstance(form, dict):
        if type(value) is not dict:
            found.add("E709", where, "not an object")
            return
        each = form.get(str)  # any key, one form
        for key in value if each else dict.fromkeys([*form, *value]):
            if type(key) is not str or not (each or (key in form and key in value)):
                found.add("E709", where, "key {key} is missing, or not one of the format", key=f"{key!s:.60}")
            else:
                check(value[key], each or form[key], f"{where}.{key}".lstrip("."), found)
    elif isinstance(form, list):
        if type(value) is not list:
            found.add("E709", where, "not a list")
            return
        for n, item in enumerate(value):
            check(item, form[0], f"{where}[{n}]", found)
    elif isinstance(form, tuple):
        if type(value) is not str or value not in form:
            found.add("E709", where, "not one of {form}", form=", ".join(form))
    elif form is exact:
        try:
            exact(value if type(value) is str else None)
        except FAULTS:
            found.add("E709", where, "not a decimal number in quotes")
    elif type(value) is not form:
        found.add("E709", where, "{kind} where {form} belongs", kind=type(value).__name__, form=form.__name__)
    elif form is int and not 0 <= value <= 10**18:
        found.add("E709", where, "a number below 0 or above 10^18")
