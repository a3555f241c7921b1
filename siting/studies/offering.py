"""What a plan leaves open: the options beside it, what stands against them, and what each would cost for whom.

Computed from a finished plan, the county and its travel times; nothing here reads a model or a solver. Ways and
options: ``docs/rules.md``, sections 1 to 3.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from siting.counties.county import County
from siting.counties.sections import Rule
from siting.plan import Opening, Plan
from siting.plans.measure import Measures
from siting.problems.options import Option, options_of, saved
from siting.roads.travel import TravelTimes, sites_of

#: Why nothing helps: no road, nothing within the standard, or what forbids what lies within it.
Block = Literal["", "no_road", "no_site", "host", "keep_away", "referral", "rule", "onward", "full", "few", "few_left"]


@dataclass(frozen=True)
class Offer:
    """An option that is not in the plan: a site to build or to enlarge.

    ``line`` must run for it, the disposal place ``also`` must be built ("": none); ``capital`` and ``running`` in base
    units beside what the plan spends; ``serves`` how many more it takes; ``action`` "keep" where an open site has room,
    "reopen" where one that the plan closes would stay.
    """

    service: str
    site: str
    size: str
    action: str
    capital: int
    running: int
    serves: int
    access: int = 0
    line: str = ""
    also: str = ""


class Bench:
    """What is open in a plan, what could be, and what it would cost."""

    def __init__(self, plan: Plan, measures: Measures, county: County, times: TravelTimes) -> None:
        self.plan, self.measures, self.county, self.times = plan, measures, county, times
        self.place = {s.id: k for k, s in enumerate(county.settlements)}
        self.taken = {(f.service, f.opening.site): f for f in measures.sites}
        self.options: dict[tuple[str, str], list[Option]] = {}
        for key in plan.services:
            for option in options_of(county, key):
                if option.phase in ("", county.phases[0]):
                    self.options.setdefault((key, option.site), []).append(option)
        self.told: dict[tuple[str, str, int, bool], tuple[Offer | None, Block]] = {}
        self.rows = {site.id: site for site in county.sites}
        self.site_at = {site.id: k for k, site in enumerate(county.sites)}
        self.stops = {(key, line.id): line.stop_ids for key in county.services for line in county.lines_of(key)}
        self.lines = {key: tuple(line.id for line in county.lines_of(key)) for key in county.services}
        groups = {a.eligible for service in county.services.values() for a in service.access if a.eligible}
        self.pools = {group: county.group(group) for group in sorted(groups)}
        self.outside = {site.id for site in county.sites if site.outside}
        rules = [rule for rule in county.file.rules if rule.service in plan.services]
        self.full_rules = [rule for rule in rules if _count(rule, plan, self.outside) >= rule.at_most]
        self.sites = {key: sites_of(county, key) for key in plan.services}
        self.position = {key: {i: k for k, (_, i) in enumerate(sites)} for key, sites in self.sites.items()}
        opened = [o.site for part in plan.services.values() for o in part.open]
        self.plots = {self.rows[i].plot for i in opened if i in self.rows and self.rows[i].plot}
        self.referred = {key: self._referred(key) for key in plan.services if key in times.referrals}
        self.stands = {o.site for options in self.options.values() for o in options if o.action == "keep"}
        self.reached: dict[str, dict[int, int]] = {}
        self.onward = {key: self._transfers(key) for key in plan.services if key in times.transfers}

    def ways(self, key: str, wanted: np.ndarray) -> dict[int, list[tuple[int, int, int]]]:
        """(site, access, line) of the ways of the settlements at these positions."""
        ways = self.times.pairs(key)
        rows = np.flatnonzero(np.isin(ways.settlement, wanted))
        found: dict[int, list[tuple[int, int, int]]] = {}
        columns = (ways.settlement, ways.site, ways.access, ways.line)
        ended = set[int]()
        for i, j, a, line in zip(*(column[rows].tolist() for column in columns), strict=True):
            if i not in ended:
                found.setdefault(i, []).append((j, a, line))
            if self.county.services[key].closest and self._passable(key, j, a, line):
                ended.add(i)  # people go no farther than to the nearest open site
        return found

    def _passable(self, key: str, j: int, a: int, line: int) -> bool:
        """Whether a way can be gone in this plan: its site and its line are open, and boarders find beds."""
        own, access = self.taken.get(self.sites[key][j]), self.county.services[key].access[a]
        if own is None or (access.kind == "boarding" and not own.beds):
            return False
        return line < 0 or (access.line, self.lines[access.line][line]) in self.taken

    def offers(
        self, key: str, ways: Iterable[tuple[int, int, int]], settlement: str, persons: int
    ) -> tuple[list[Offer], list[Block]]:
        """What each way could offer to so many people of a settlement, and what stands against the others."""
        service = self.county.services[key]
        offers, blocks = list[Offer](), list[Block]()
        for j, a, line in ways:
            access = service.access[a] if a < len(service.access) else None
            amount = persons
            if access is not None and access.eligible:
                amount = min(persons, self.pools[access.eligible][self.place[settlement]])
            boards = access is not None and access.kind == "boarding"
            asked = (*self.sites[key][j], amount, boards)
            if asked not in self.told:
                self.told[asked] = self.offer(*asked[:3], boards=boards)
            offer, block = self.told[asked]
            if offer is not None and service.whole_settlements and offer.serves < amount:
                offer, block = None, "full"  # room for a few is none for a settlement that goes as a whole
            if offer is not None and access is not None and line >= 0:
                offer = self._with_line(offer, access.line, self.lines[access.line][line])
            if offer is not None:
                offers.append(replace(offer, access=a))
            blocks.append(block)
        return offers, blocks

    def offer(
        self, key: str, site: str, persons: int, *, boards: bool = False, built: Collection[str] = ()
    ) -> tuple[Offer | None, Block]:
        """The cheapest option of a site of service ``key`` for so many more, else the one for most; or why not.

        Disposal places in ``built`` are taken as open.
        """
        if key not in self.plan.services or persons <= 0:
            return None, "no_site"
        own, block = self.taken.get((key, site)), self._why_not(key, site)
        made = []
        for option in self.options.get((key, site), ()):
            now = own is not None and (option.size, option.action) == (own.opening.size, own.opening.action)
            grows = own is None or (option.capacity or 0) > (own.capacity or 0) or option.beds > own.beds
            if not now and not grows:
                continue
            room = persons
            if option.capacity is not None:
                room = min(room, option.capacity - (own.persons if own else 0))
            if boards:
                room = min(room, option.beds - (own.boarders if own else 0))
            onward = self._onward(key, site, room, built) if room > 0 else None
            block = "" if now else self.forbidden(key, option)
            block = block or ("full" if room <= 0 else "onward" if onward is None else "")
            if not block and not now and (own.persons if own else 0) + room < self._least(key, option):
                block = "few_left"
            if not block and onward is not None:
                shares = own is None and site in self.rows and self.rows[site].plot in self.plots
                capital = option.capital - (saved(option, self.county) if shares else 0) - (own.capital if own else 0)
                capital += self.kept_from_sale(key) if own is None and site in self.stands else 0
                money = (0, 0) if now else (max(0, capital), option.running - (own.running if own else 0))
                action = "keep" if now else "reopen" if option.action == "keep" else option.action
                what = (onward[0], "", "new") if now and onward[0] else (site, option.size, action)
                also = "" if now else onward[0]
                made.append(Offer(key, *what, money[0] + onward[1], money[1] + onward[2], room, also=also))
        best = min(made, key=lambda o: (-o.serves, o.capital, o.running, o.size), default=None)
        return best, "" if best else block

    def left(self, service: str) -> dict[str, int]:
        """The funds that may pay for a service, with what each could still pay in one phase."""
        found = {}
        for fund in self.county.file.funds:
            if service in fund.pays and fund.id in self.measures.fund_by_phase:
                left = [held - used for used, held in self.measures.fund_by_phase[fund.id]]
                found[fund.id] = sum(left) if fund.carries_over else max(left)
        return found

    def fund(self, service: str) -> tuple[str, int]:
        """The fund that may pay for a service and has most left, with what it has."""
        return max(self.left(service).items(), key=lambda pair: pair[1], default=("", 0))

    def _with_line(self, offer: Offer, service: str, line: str) -> Offer | None:
        """The offer with the cheapest way of running the line that it needs; None where the line cannot run."""
        options = self.options.get((service, line), ())
        if (service, line) in self.taken or not options:
            return offer if options else None
        first = min(options, key=lambda o: (o.capital, o.running, o.size))
        return replace(offer, capital=offer.capital + first.capital, running=offer.running + first.running, line=line)

    def _why_not(self, key: str, site: str) -> Block:
        row = self.rows.get(site)
        if (key, site) in self.options or row is None or row.status == "existing":
            return "no_road"
        host = self.place.get(row.settlement)
        level = "" if host is None else self.county.settlements[host].level
        return "keep_away" if level in self.county.services[key].hosts else "host"

    def forbidden(self, key: str, option: Option) -> Block:
        """What stands against an option beside this plan: a rule that is used up, no site to refer to, or fewer people
        in its whole reach than it must have."""
        own = self.taken.get((key, option.site))
        for rule in self.full_rules:
            counted = own is not None and _holds(rule, own.opening)  # what it counts already, it may count again
            if rule.service == key and _holds(rule, option) and not counted and option.site not in self.outside:
                return "rule"
        least = self._least(key, option)
        if least and self._reach(key).get(self.position[key][option.site], 0) < least:
            return "few"
        if option.action == "new" and key in self.referred and option.site not in self.referred[key]:
            return "referral"
        return ""

    def _least(self, key: str, option: Option) -> int:
        """Fewest persons of a site that is built or enlarged, or stays where it might be shut."""
        service = self.county.services[key]
        stays = option.site in self.outside or not service.may_close or service.close_only_if_served
        return 0 if option.action == "keep" and stays else service.min_persons

    def _reach(self, key: str) -> dict[int, int]:
        """Everybody who has a way to each site of a service, by its position; each counted once."""
        if key not in self.reached:
            ways, demand = self.times.pairs(key), self.county.demand_of(key)
            pairs = set(zip(ways.settlement.tolist(), ways.site.tolist(), strict=True))
            asked = [demand[s.id] for s in self.county.settlements]
            found: dict[int, int] = {}
            for i, j in pairs:
                found[j] = found.get(j, 0) + asked[i]
            self.reached[key] = found
        return self.reached[key]

    def kept_from_sale(self, key: str) -> int:
        """What it costs a plan to leave one more site open: its resale less its closing, as far as the sale paid for
        anything; less than 0 where closing costs more."""
        service, first = self.county.services[key], ("", self.county.phases[0])
        rows = [f for (owner, _), f in self.taken.items() if owner == key and f.opening.phase in first]
        built = sum(f.capital for f in rows)
        each = self.county.base(service.closing_capital) - self.county.base(service.resale)
        shut = len(self.plan.services[key].closed)
        return max(0, built + (shut - 1) * each) - max(0, built + shut * each)

    def _referred(self, key: str) -> set[str]:
        """Sites that have an open site to refer to, or may refer to themselves; of a service that the plan does not
        decide none is open."""
        referral = self.county.services[key].referral
        assert referral is not None
        own = [s.id for s in self.county.sites if s.service == key]
        others = [s.id for s in self.county.sites if s.service == referral.service]
        table = self.times.referrals[key]
        return {
            own[a]
            for a, b in zip(table.origin.tolist(), table.goal.tolist(), strict=True)
            if (referral.service, others[b]) in self.taken or own[a] == others[b]
        }

    def _transfers(self, key: str) -> dict[str, list[str]]:
        """Disposal places that a station reaches."""
        ids = [site for _, site in self.sites[key]]
        table, found = self.times.transfers[key], dict[str, list[str]]()
        for a, b in zip(table.origin.tolist(), table.goal.tolist(), strict=True):
            found.setdefault(ids[a], []).append(ids[b])
        return found

    def _onward(self, key: str, site: str, amount: int, built: Collection[str]) -> tuple[str, int, int] | None:
        """Disposal place to build with its costs, so that ``amount`` more can go on; "" where none need be."""
        if key not in self.onward or site not in self.rows:
            return "", 0, 0
        found: list[tuple[int, int, str]] = []
        for place in self.onward[key].get(site, ()):
            own = self.taken.get((key, place))
            if place in built or (own is not None and (own.capacity or 0) - own.persons >= amount):
                return "", 0, 0
            if own is None:
                options = self.options.get((key, place), ())
                found += [(o.capital, o.running, place) for o in options if (o.capacity or 0) >= amount]
        capital, running, place = min(found, default=(0, 0, ""))
        return (place, capital, running) if place else None


def _holds(rule: Rule, chosen: Option | Opening) -> bool:
    return (not rule.actions or chosen.action in rule.actions) and (not rule.sizes or chosen.size in rule.sizes)


def _count(rule: Rule, plan: Plan, outside: Collection[str]) -> int:
    return sum(_holds(rule, o) and o.site not in outside for o in plan.services[rule.service].open)
