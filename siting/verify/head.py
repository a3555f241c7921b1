"""The head of a plan: its county, files and scenario, and the order of its lists (sections 4 and 7 of the rules)."""

from __future__ import annotations

from typing import Any

from .breach import Findings
from .nouns import County
from .numbers import exact
from .read import OPTIONAL, TABLES, Folder
from .wishes import read_aims

FORMAT = 2
#: The lists of a service and of the plan with the keys that they are sorted by.
SORTED = {
    "open": ("site",),
    "assignments": ("settlement", "site", "access", "line"),
    "transfers": ("station", "disposal"),
    "unserved": ("settlement",),
    "spending": ("fund", "service", "phase"),
}


def check(folder: Folder, county: County, plan: dict[str, Any], found: Findings, beside: Any = None) -> None:
    """The plan speaks of this county, these files and these services, and its lists are in order; ``beside``: it is
    the county as it stands beside a plan of these services."""
    if plan["format"] != FORMAT:
        found.add("E709", "format", "this checker reads format {format}", format=FORMAT)
    if plan["county"] != county.toml["county"].get("id"):
        found.add("E708", "county", "the folder is not that of {county}", county=plan["county"])
    hashes, named = folder.hashes, plan["inputs"]
    read = {"county.toml", *TABLES, *(set(OPTIONAL) & set(hashes))}
    for name in sorted(read | set(named)):
        if name not in named or name not in hashes or named[name] != hashes[name]:
            found.add("E708", f"inputs.{name}", "{name} is not named, not there, or changed", name=name)
    services = plan["variation"]["services"]
    if len(set(services)) != len(services) or set(services) != set(plan["services"]):
        found.add("E705", "variation.services", "not the services that the plan decides, each once")
    for key, part in sorted(plan["services"].items()):
        if key not in county.services:
            found.add("E705", f"services.{key}", "{key} is not a service of the county", key=key)
        elif part["transfers"] and county.services[key].family != "haul":
            found.add("E705", f"services.{key}.transfers", "only waste is transferred")
        for name in ("open", "closed", "assignments", "transfers", "unserved"):
            in_order(part, name, f"services.{key}.{name}", found)
    in_order(plan, "spending", "spending", found)
    scenario(folder, county, plan, found, beside)


def scenario(folder: Folder, county: County, plan: dict[str, Any], found: Findings, beside: Any) -> None:
    """The variation is that of the scenario that the plan names; nobody can give himself more money."""
    name, variation = plan["scenario"], plan["variation"]
    if beside is not None and name != "baseline":
        found.add("E705", "scenario", "not the county as it stands")
    says = folder.scenario(name)
    if says is None:
        found.add("E705", "scenario", "the county has no scenario {name}", name=name)
        return
    only = says.get("services") if beside is None else beside
    if set(variation["services"]) != {key for key in county.services if only is None or key in only}:
        found.add("E705", "variation.services", "not the services of scenario {name}", name=name)
    for factor in ("capital_factor", "running_factor"):
        wanted = 0 if (name, factor) == ("baseline", "capital_factor") else exact(says.get(factor, 1))
        if exact(variation[factor]) != wanted:
            found.add("E705", f"variation.{factor}", "not the factor of scenario {name}", name=name)
    if tuple(variation["aims"]) != (read_aims(says["aims"]) if "aims" in says else county.aims):
        found.add("E705", "variation.aims", "not the aims of scenario {name}", name=name)
    if name == "baseline":
        for key, part in sorted(plan["services"].items()):
            if part["closed"] or any(row["action"] != "keep" for row in part["open"]):
                found.add("E707", f"services.{key}", "the baseline builds, expands and shuts nothing")


def in_order(plan: dict[str, Any], name: str, where: str, found: Findings) -> None:
    """A list is sorted, so that equal plans are equal files."""
    keys = [tuple(row[k] for k in SORTED[name]) if name in SORTED else row for row in plan[name]]
    if keys != sorted(keys):
        found.add("E709", where, "the list is not sorted")
