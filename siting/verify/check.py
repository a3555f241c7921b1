"""The check itself: every rule, one after the other, with no tolerance; all breaches are listed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from . import catchment, coverage, form, money, people, sites, targets
from .breach import Breach, Findings
from .read import FAULTS, RED_LINES, TABLES, County, exact, read_county
from .sites import Option
from .travel import Nearest, networks

#: The lists of a service and of the plan with the keys that they are sorted by.
SORTED = {"open": ["site"], "assignments": ["settlement", "site"], "unserved": ["settlement"]}
SORTED["spending"] = ["fund", "service"]


@dataclass(frozen=True)
class Verdict:
    """Whether a plan keeps every rule; if not, each breach; and its figures, recomputed."""

    word: Literal["valid", "rejected"]
    breaches: tuple[Breach, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)


def verdict(found: Findings, figures: dict[str, Any] | None = None) -> Verdict:
    """The verdict that the findings amount to."""
    return Verdict("rejected" if found else "valid", tuple(found), figures or {})


class Auditor:
    """Checks plans of one county folder, which it reads once; a folder that cannot be read rejects every plan."""

    def __init__(self, inputs: Path) -> None:
        self.unreadable = Findings()
        try:
            self.county: County = read_county(Path(inputs))
            self.roads = networks(self.county)
            self.every = {
                key: Nearest(self.roads, service, [s for s in self.county.sites.values() if s.service == key])
                for key, service in self.county.services.items()
            }
        except FAULTS as fault:
            says = "the county folder cannot be read: {fault}"
            self.unreadable.add("E708", str(inputs), says, fault=f"{type(fault).__name__} {fault}"[:400])

    def check(self, plan: Any) -> Verdict:
        """The verdict on a parsed plan.json."""
        found = Findings(self.unreadable)
        form.check(plan, form.PLAN, "", found)
        if found:  # nothing can be computed from such a plan
            return verdict(found)
        self.head(plan, found)
        planned = [key for key in plan["services"] if key in self.county.services]
        opened: dict[str, dict[str, Option]] = {}
        served: dict[str, dict[str, int]] = {}
        for key in planned:
            opened[key], served[key] = self.service(key, plan["services"][key], found)
        in_order(plan, "spending", "", found)
        capital, running = money.check(self.county, plan, opened, found)
        persons = {key: sum(served[key].values()) for key in planned}
        rows, points = targets.measure(self.county, served, {key: len(opened[key]) for key in planned})
        figures: dict[str, Any] = {
            "served": persons,
            "capital": capital,
            "running": running,
            "objective": sum(self.county.services[key].weight * n for key, n in persons.items()),
            "targets": rows,
        }
        for key, value in figures.items():
            claim = plan["claims"][key]
            claim = sorted(claim, key=lambda row: str(row["id"])) if key == "targets" else claim
            if claim != value:
                says = "recomputed {value}, claimed {claim}"
                found.add("E706", f"claims.{key}", says, value=str(value), claim=str(claim))
        figures["points"] = points
        figures["farthest"] = {key: farthest(plan["services"][key]) for key in planned}
        return verdict(found, figures)

    def head(self, plan: dict[str, Any], found: Findings) -> None:
        """The plan speaks of this county, these files and these services."""
        if plan["format"] != 1:
            found.add("E709", "format", "this checker reads format 1")
        if plan["county"] != self.county.toml["county"].get("id"):
            found.add("E708", "county", "the folder is not that of {county}", county=plan["county"])
        hashes, named = self.county.hashes, plan["inputs"]
        read = {"county.toml", *TABLES, *({RED_LINES} & set(hashes))}
        for name in sorted(read | set(named)):
            if name not in named or name not in hashes or named[name] != hashes[name]:
                found.add("E708", f"inputs.{name}", "{name} is not named, not there, or changed", name=name)
        services = plan["variation"]["services"]
        if len(set(services)) != len(services) or set(services) != set(plan["services"]):
            found.add("E705", "variation.services", "not the services that the plan decides, each once")
        for key in sorted(set(plan["services"]) - set(self.county.services)):
            found.add("E705", f"services.{key}", "{key} is not a service that plans decide", key=key)
        self.scenario(plan, found)

    def scenario(self, plan: dict[str, Any], found: Findings) -> None:
        """The variation is that of the scenario that the plan names; nobody can give himself more money."""
        name, variation = plan["scenario"], plan["variation"]
        says = self.county.toml.get("scenarios", {}).get(name, {} if name in ("base", "baseline") else None)
        if says is None:
            found.add("E705", "scenario", "the county has no scenario {name}", name=name)
            return
        only = says.get("services")
        if set(variation["services"]) != {key for key in self.county.services if only is None or key in only}:
            found.add("E705", "variation.services", "not the services of scenario {name}", name=name)
        for factor in ("capital_factor", "running_factor"):
            wanted = 0 if (name, factor) == ("baseline", "capital_factor") else exact(says.get(factor, 1))
            if exact(variation[factor]) != wanted:
                found.add("E705", f"variation.{factor}", "not the factor of scenario {name}", name=name)
        if name == "baseline":
            for key, part in sorted(plan["services"].items()):
                if part["closed"] or any(row["action"] != "keep" for row in part["open"]):
                    found.add("E707", f"services.{key}", "the baseline builds, expands and shuts nothing")

    def service(self, key: str, plan: dict[str, Any], found: Findings) -> tuple[dict[str, Option], dict[str, int]]:
        """(options of the open sites, persons served by settlement) of one service."""
        county, roads, service, where = self.county, self.roads, self.county.services[key], f"services.{key}"
        for name in ("open", "closed", "assignments", "unserved"):
            in_order(plan, name, where, found)
        opened = sites.check(county, service, plan, where, found)
        built = Nearest(roads, service, [county.sites[site] for site in opened])
        case = people.Case(county, service, plan, opened, roads, built, self.every[key], found)
        served = people.check(case)
        (coverage if service.family == "coverage" else catchment).check(case)
        return opened, served


def in_order(plan: dict[str, Any], name: str, where: str, found: Findings) -> None:
    """A list is sorted, so that equal plans are equal files."""
    keys = [tuple(row[k] for k in SORTED[name]) if name in SORTED else row for row in plan[name]]
    if keys != sorted(keys):
        found.add("E709", f"{where}.{name}".lstrip("."), "the list is not sorted")


def farthest(plan: dict[str, Any]) -> dict[str, int]:
    """The longest travel by access number, in seconds or metres."""
    longest: dict[str, int] = {}
    for row in plan["assignments"]:
        longest[str(row["access"])] = max(row["travel"], longest.get(str(row["access"]), 0))
    return longest


def no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose keys differ; a reader that keeps the last of two would see another plan than a person."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return dict(pairs)


def verify_run(run: Path) -> Verdict:
    """The verdict on a run folder: its plan.json, against its own copy of the county folder."""
    try:
        plan = json.loads((Path(run) / "plan.json").read_bytes().decode("utf-8"), object_pairs_hook=no_twins)
    except FAULTS as fault:
        found = Findings()
        found.add("E709", "plan.json", "cannot be read: {fault}", fault=f"{type(fault).__name__} {fault}"[:400])
        return verdict(found)
    return Auditor(Path(run) / "inputs").check(plan)
