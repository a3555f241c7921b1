"""The check itself: every rule, one after the other, with no tolerance; all breaches are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from . import aims, catchment, coverage, form, haul, head, land, links, money, people, since, sites, targets
from .breach import Breach, Findings
from .certificate import Prover
from .line import all_lines
from .links import Opened
from .nouns import County
from .numbers import FAULTS
from .people import Case
from .read import Folder, read_folder
from .sites import Ground
from .standing import Standing
from .travel import Network, networks
from .ways import Ways

FAMILIES: dict[str, Callable[[Case], None]] = {
    "coverage": coverage.check,
    "catchment": catchment.check,
    "haul": haul.check,
    "line": coverage.check,  # its sites are its lines
}


@dataclass(frozen=True)
class Verdict:
    """Whether a plan keeps every rule; if not, each breach; and its figures, recomputed.

    ``trust`` says how the claim to its quality stands (`siting.verify.run`), ``bounds`` are those proven by stage.
    """

    word: Literal["valid", "rejected"]
    breaches: tuple[Breach, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)
    trust: Literal["proven", "cross-checked", "claim", "rejected"] = "rejected"
    bounds: dict[str, int] = field(default_factory=dict)


def verdict(found: Findings, figures: dict[str, Any] | None = None) -> Verdict:
    """The verdict that the findings amount to."""
    word: Literal["valid", "rejected"] = "rejected" if found else "valid"
    return Verdict(word, tuple(found), figures or {}, "rejected" if found else "claim")


class Setting:
    """A county under a scenario, with its roads and all that is searched on them once for many plans."""

    def __init__(self, county: County, roads: dict[str, Network]) -> None:
        self.lines = all_lines(county, roads)
        for key, lines in self.lines.items():  # a line that cannot run is none
            for id_ in sorted(county.sites[key].keys() - lines.nodes.keys()):
                del county.sites[key][id_]
        self.county, self.roads, self.ground = county, roads, Ground(county, roads)
        self.known: dict[str, Ways] = {}

    def ways(self, key: str) -> Ways:
        """The ways of a service, searched when they are first asked for."""
        if key not in self.known:
            self.known[key] = Ways(self.county, self.roads, self.county.services[key], self.lines)
        return self.known[key]


class Auditor:
    """Checks plans of one county folder, which it reads once; a folder that cannot be read rejects every plan."""

    def __init__(self, inputs: Path) -> None:
        self.inputs = str(inputs)
        self.unreadable = Findings()
        self.settings: dict[str, Setting] = {}
        try:
            self.folder: Folder = read_folder(Path(inputs))
            self.county = self.folder.county("")
            self.settings[""] = Setting(self.county, networks(self.county, {}))
        except FAULTS as fault:
            self.refuse(self.unreadable, fault)

    def refuse(self, found: Findings, fault: Exception) -> None:
        """Add that the folder cannot be read."""
        says = "the county folder cannot be read: {fault}"
        found.add("E708", self.inputs, says, fault=f"{type(fault).__name__} {fault}"[:400])

    def setting(self, scenario: str) -> Setting:
        """The county under a scenario; one without changes is the county as it stands."""
        changes = (self.folder.scenario(scenario) or {}).get("changes")
        name = scenario if changes else ""
        if name not in self.settings:
            county = self.folder.county(scenario)
            base = self.settings[""].roads if county.network_like(self.county) else {}
            self.settings[name] = Setting(county, networks(county, base))
        return self.settings[name]

    def prepare(self, scenario: str, services: Iterable[str]) -> None:
        """Search the ways of a scenario before there is a plan; what cannot be read, `check` will say."""
        if not self.unreadable:
            with suppress(*FAULTS):
                setting = self.setting(scenario)
                for key in services:
                    _ = setting.ways(key).order

    def check(self, plan: Any) -> Verdict:
        """The verdict on a parsed plan.json."""
        found = Findings(self.unreadable)
        form.check(plan, form.PLAN, "", found)
        if found:  # nothing can be computed from such a plan
            return verdict(found)
        try:
            setting = self.setting(plan["scenario"])
            return self.weigh(setting, plan, found)
        except FAULTS as fault:
            self.refuse(found, fault)
            return verdict(found)

    def check_before(self, before: Any, plan: dict[str, Any]) -> Verdict:
        """The verdict on the county as it stands beside a valid plan: its services and changes, and nothing built."""
        found = Findings()
        form.check(before, form.PLAN, "", found)
        return verdict(found) if found else self.weigh(self.setting(plan["scenario"]), before, found, plan["services"])

    def prover(self, plan: dict[str, Any]) -> Prover:
        """What proves bounds for a plan that has been found valid."""
        setting = self.setting(plan["scenario"])
        ways = {key: setting.ways(key) for key in plan["services"]}
        figures = self.check(plan).figures
        return Prover(setting.county, setting.roads, setting.lines, setting.ground, ways, plan, figures)

    def weigh(self, setting: Setting, plan: dict[str, Any], found: Findings, beside: Any = None) -> Verdict:
        """The verdict on a plan that has the form of one; ``beside`` as in `head.check`."""
        county = setting.county
        head.check(self.folder, county, plan, found, beside)
        planned = [key for key in plan["services"] if key in county.services]
        opened: Opened = {}
        for key in planned:
            service, part, lines = county.services[key], plan["services"][key], setting.lines.get(key)
            opened[key] = sites.check(county, service, part, lines, setting.ground, found)
        links.check(county, setting.ground, opened, plan["scenario"] == "baseline", found)
        land.check(county, opened, found)
        served = {}
        for key in planned:
            case = self.case(setting, plan, key, opened, found)
            served[key] = people.check(case)
            FAMILIES[case.service.family](case)
        capital, running = money.check(county, plan, opened, found)
        standing = Standing(county, plan, opened, served, setting.known)
        since.check(county, plan, standing, found)
        rows, points = targets.measure(county, standing)
        persons = {key: sum(served[key].values()) for key in planned}
        figures: dict[str, Any] = {
            "served": persons,
            "capital": capital,
            "running": running,
            "objective": sum(county.services[key].weight * n for key, n in persons.items()),
            "cost": aims.cost(county, plan, capital, running),
            "travel": aims.travelled(county, plan),
            "targets": rows,
        }
        claims(plan["claims"], figures, found)
        figures["points"] = points
        figures["stages"] = aims.stages(county, plan, figures)
        figures["farthest"] = {key: farthest(plan["services"][key]) for key in planned}
        return verdict(found, figures)

    def case(self, setting: Setting, plan: dict[str, Any], key: str, opened: Opened, found: Findings) -> Case:
        """All that the check of one service needs."""
        service, ways = setting.county.services[key], setting.ways(key)
        usable = [site for name in (key, *service.also_served_by) for site in opened.get(name, {})]
        lines = frozenset(line for a in service.accesses if a.line for line in opened.get(a.line, {}))
        beds = {id_ for id_, option in opened[key].items() if option.beds}
        built = ways.first(usable, lines)
        return Case(
            setting.county,
            service,
            plan["services"][key],
            opened[key],
            frozenset(usable),
            lines,
            setting.roads,
            ways,
            built,
            ways.first(usable, lines, beds) if service.closest else built,
            plan["scenario"] == "baseline",
            found,
        )


def claims(claimed: dict[str, Any], figures: dict[str, Any], found: Findings) -> None:
    """What the plan says of itself is what it amounts to."""
    for key, value in figures.items():
        claim = claimed[key]
        claim = sorted(claim, key=lambda row: str(row["id"])) if key == "targets" else claim
        if claim != value:
            says = "recomputed {value}, claimed {claim}"
            found.add("E706", f"claims.{key}", says, value=str(value), claim=str(claim))


def farthest(plan: dict[str, Any]) -> dict[str, int]:
    """The longest travel by access number, in seconds or metres."""
    longest: dict[str, int] = {}
    for row in plan["assignments"]:
        longest[str(row["access"])] = max(row["travel"], longest.get(str(row["access"]), 0))
    return longest
