"""Checks a certificate: the bound of every stage, proven anew from its prices (docs/certificate.md)."""

from __future__ import annotations

from math import floor, gcd
from typing import Any

from . import aims
from .bound import Fixed, Leaf
from .choices import choices
from .groups import groups
from .line import Lines
from .market import Market
from .nouns import County, Target
from .numbers import exact
from .prices import Prices
from .sites import Ground
from .targets import points_of
from .travel import Network
from .wants import Aim, wants
from .ways import Ways

FORMAT = 1


def tier_of(stage: str) -> int | None:
    """The tier that a stage is, None for an aim."""
    return int(stage.removeprefix("tier ")) if stage.startswith("tier ") else None


def largest(stage: str) -> bool:
    """Whether more is better in a stage: in tiers and worth."""
    return stage == "worth" or stage.startswith("tier ")


class Prover:
    """Proves bounds for a plan of one county and scenario.

    ``ways`` of every planned service; ``figures`` of the plan are those that the checker recomputed.
    """

    def __init__(
        self,
        county: County,
        roads: dict[str, Network],
        lines: dict[str, Lines],
        ground: Ground,
        ways: dict[str, Ways],
        plan: dict[str, Any],
        figures: dict[str, Any],
    ) -> None:
        self.county, self.roads, self.ways, self.planned = county, roads, ways, list(ways)
        self.rows = {row["id"]: row for row in figures["targets"] if row["need"] > 0}
        self.plan = plan
        self.served: dict[str, int] = figures["served"]
        self.baseline, self.aims = plan["scenario"] == "baseline", plan["variation"]["aims"]
        self.choices = {
            key: choices(county, county.services[key], lines.get(key), ground, self.baseline) for key in ways
        }
        capital, running = (exact(plan["variation"][name]) for name in ("capital_factor", "running_factor"))
        self.funds = {name: [floor(a * capital) for a in fund.amounts] for name, fund in county.funds.items()}
        budget = None if self.baseline else county.running_budget
        self.budget = None if budget is None else floor(budget * running)
        self.group = groups(county, self.planned, set(self.rows))
        self.ground = ground
        self.markets: dict[tuple[str, ...], Market] = {}

    def parts(self) -> list[list[str]]:
        """The groups of services, in the order of the plan."""
        return [[key for key in self.planned if self.group[key] == name] for name in dict.fromkeys(self.group.values())]

    def stages(self) -> list[str]:
        """The stages that have a bound: every tier with something to reach, and the aims."""
        tiers = sorted({target.tier for target in self.county.targets if target.id in self.rows})
        return [*(f"tier {tier}" for tier in tiers), *self.aims]

    def aim(self, stage: str, services: list[str]) -> Aim:
        """A stage for some services, and what the tiers before it reached in them."""
        tier = tier_of(stage)
        before = self.aims[: self.aims.index(stage)] if tier is None else ()
        aim = Aim(stage, tier, {}, {name: self.value(name, services) for name in before}, {})
        for target in self.county.targets:
            asked = self.county.packages[target.package][0] if target.package else (target.service,)
            if target.id in self.rows and asked[0] in services:
                aim.needs[target.id] = self.rows[target.id]["need"]
                if tier is None or target.tier < tier:
                    aim.levels[target.tier] = aim.levels.get(target.tier, 0) + self.reached(target)
        return aim

    def reached(self, target: Target) -> int:
        """Points that the plan has of a target."""
        row = self.rows[target.id]
        return points_of(target, row["need"]) * int(min(row["value"], row["need"]))

    def value(self, stage: str, services: list[str]) -> int:
        """What the plan itself reaches in a stage with some services."""
        if stage == "worth":
            return sum(self.county.services[key].weight * self.served[key] for key in services)
        part = {"services": {key: self.plan["services"][key] for key in services}}
        if stage == "travel":
            return aims.travelled(self.county, part)
        if stage == "cost":
            return aims.cost(self.county, part, *self.money(services))
        tier, needs = int(stage.removeprefix("tier ")), self.aim(stage, services).needs
        return sum(self.reached(target) for target in self.county.targets if target.id in needs and target.tier == tier)

    def money(self, services: list[str]) -> tuple[int, int]:
        """(capital, running costs a year) of the plan with some services."""
        capital = sum(row["amount"] for row in self.plan["spending"] if row["service"] in services)
        running = 0
        for key in services:
            options = {(c.site.id, o.action, o.size, o.phase): o.running for c in self.choices[key] for o in c.options}
            rows = self.plan["services"][key]["open"]
            running += sum(options[row["site"], row["action"], row["size"], row["phase"]] for row in rows)
        return capital, running

    def step(self, stage: str, services: list[str]) -> int:
        """All that can be reached in a stage is a multiple of this: persons and units are whole; 0 for nothing."""
        if stage in ("cost", "travel"):
            return 1
        if stage == "worth":
            return gcd(*(self.county.services[key].weight for key in services))
        tier, needs = int(stage.removeprefix("tier ")), self.aim(stage, services).needs
        counted = (t for t in self.county.targets if t.id in needs and t.tier == tier)
        return gcd(*(points_of(target, needs[target.id]) for target in counted))

    def market(self, services: list[str]) -> Market:
        """What the sites of some services could do; the running budget counts where all services are asked about."""
        key = tuple(services)
        if key not in self.markets:
            chosen = {service: self.choices[service] for service in services}
            limits = self.funds, self.budget if set(services) == set(self.planned) else None
            self.markets[key] = Market(self.county, self.roads, self.ways, chosen, limits, self.baseline, self.ground)
        return self.markets[key]

    def prove(self, stage: str, services: list[str], scale: int, tree: Any) -> int | None:
        """The bound of a stage for some whole groups: the weakest of all leaves of a tree of decisions.

        None: no plan decides like this.

        Raises:
            ValueError, TypeError, LookupError: the tree or its prices are no such thing, or a group is torn apart.
        """
        if type(scale) is not int or scale < 1 or stage not in self.stages():
            raise ValueError(f"not a scale, or not a stage: {scale!r:.40}, {stage!r:.40}")
        names = {self.group[key] for key in services}
        if len(set(services)) < len(services) or {k for k in self.planned if self.group[k] in names} != set(services):
            raise ValueError(f"not whole groups of services: {services!r:.80}")
        aim, market = self.aim(stage, services), self.market(services)

        def of(node: Any, fixed: Fixed) -> int | None:
            if "prices" in node:
                prices = Prices(node["prices"])
                return Leaf(market, wants(self.county, services, aim, prices, scale), prices, fixed).bound()
            service, site, what = key = tuple(node["site"])
            known = service in services and site in self.county.sites[service] and what in ("open", "built")
            if not known or key in fixed:
                raise ValueError(f"{key!r:.80} is unknown or decided twice")
            parts = [of(node[word], {**fixed, key: word == "yes"}) for word in ("yes", "no")]
            return max((part for part in parts if part is not None), default=None)

        best, step = of(tree, {}), self.step(stage, services)
        if best is None or not step:
            return best if best is None else 0
        bound = best // (scale * step) * step
        return bound if largest(stage) else -bound  # what is to be small counted as taken away


def check(prover: Prover, content: Any) -> dict[str, int]:
    """The proven bound of every stage of a certificate.

    Raises:
        ValueError, TypeError, LookupError: it is no certificate, or says another bound than its prices prove.
    """
    if content["format"] != FORMAT:
        raise ValueError(f"this checker reads certificates of format {FORMAT}")
    found: dict[str, int] = {}
    for row in content["stages"]:
        stage, said, total = row["stage"], row["bound"], 0
        for part in row["parts"]:
            proven = prover.prove(stage, part["services"], content["scale"], part["tree"])
            if proven is None:
                raise ValueError(f"{stage}: no plan at all is left")
            total += proven
        asked = sorted(key for part in row["parts"] for key in part["services"])
        if asked != sorted(prover.planned) or stage in found:
            raise ValueError(f"{stage}: not every service once, or the stage stands twice")
        if (total - prover.value(stage, prover.planned)) * (1 if largest(stage) else -1) < 0:
            raise ValueError(f"{stage}: the bound {total} excludes what the plan reaches")
        if type(said) is not int or total != said:
            raise ValueError(f"{stage}: the prices prove {total}, the certificate says {said!r:.40}")
        found[stage] = said
    return found
