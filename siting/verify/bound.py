"""A bound from prices: no plan is better than what every site could do for itself at these prices.

Everything that sites share has a price: persons, money, land, rights. A plan pays for what it uses and is paid for whom
it serves, so its value is at most what all shared things are worth plus the best that each site can make of the prices,
alone. Any prices give a true bound (weak duality, docs/certificate.md); good ones give a close
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import floor

from .choices import Choice, cheapest
from .joins import Joined
from .market import Market
from .nouns import Ms, Service
from .options import Option
from .prices import Prices
from .wants import Wants

#: By service, site and "open" or "built" (new or expanded): whether it is decided so.
Fixed = dict[tuple[str, str, str], bool]
#: (profit of a unit, units, whether they sleep there)
Item = tuple[int, int, bool]


def fill(items: list[Item], capacity: int, beds: int, fewest: int) -> int | None:
    """The most that a site can make of those who could come, the best first; None if it cannot have its fewest."""
    taken = slept = made = 0
    for profit, units, sleeps in items:
        if profit <= 0 and taken >= fewest:
            break
        take = min(
            units, (capacity if profit > 0 else min(fewest, capacity)) - taken, beds - slept if sleeps else units
        )
        made += profit * take
        taken += take
        slept += take if sleeps else 0
    return made if taken >= fewest else None


class Leaf:
    """The bound at some prices, with some sites decided."""

    def __init__(self, market: Market, wants: Wants, prices: Prices, fixed: Fixed) -> None:
        self.market, self.county, self.prices, self.fixed = market, market.county, prices, fixed
        self.wants, self.total = wants, wants.constant
        self.worth: dict[str, dict[str, list[int]]] = {}
        self.extra: dict[tuple[str, str], int] = {}
        self.new: dict[tuple[str, str], int] = {}
        self.passed: dict[tuple[str, str, Joined], int] = {}
        for key in market.choices:
            service = self.county.services[key]
            self.worth[key] = self.in_full(key) if service.in_full else self.by_person(service)
        self.rights()
        self.money()

    def bound(self) -> int | None:
        """What no plan exceeds, in units of the scale; None: no plan decides like this."""
        total = self.total
        for choice in (choice for every in self.market.choices.values() for choice in every):
            best = self.best(choice)
            if best is None:
                return None
            total += best
        return total

    def in_full(self, key: str) -> dict[str, list[int]]:
        """What a settlement is worth to a site that opens in a phase or later, above what its people are priced."""
        found = {}
        for id_, demand in self.market.demand[key].items():
            above = []
            for phase, want in enumerate(self.wants.persons[key][id_]):
                price = self.prices("person", key, id_, phase)
                self.total += demand * max(0, min(want, price))
                above.append(demand * max(0, want - price))
            found[id_] = [sum(above[phase:]) for phase in range(len(above))]
        return found

    def by_person(self, service: Service) -> dict[str, list[int]]:
        """What a person is worth to a site that opens in a phase, above his price."""
        found, key, last = {}, service.id, self.market.last
        for id_, demand in self.market.demand[key].items():
            wants, price = list(self.wants.persons[key][id_]), self.prices("person", key, id_, last)
            present = self.prices("present", key, id_) if service.close_only_if_served else 0
            if present:
                today = self.market.ways[key].present(self.county.settlements[id_])
                if today is not None:
                    self.add(key, today, present * demand)
                    self.total -= present * demand
                    wants[last] += present
            self.total += demand * price
            final = wants[last] - price
            found[id_] = [final + sum(max(0, want) for want in wants[phase:last]) for phase in range(last + 1)]
            for number, access in enumerate(service.accesses):
                if access.eligible:
                    may = self.county.settlements[id_].groups[access.eligible]
                    self.total += may * self.prices("eligible", key, id_, number)
        return found

    def add(self, service: str, site: str, worth: int) -> None:
        """An open site of a service has this worth beside its people."""
        self.extra[service, site] = self.extra.get((service, site), 0) + worth

    def rights(self) -> None:
        """Lines over which people go, and sites that new ones refer to, are paid for it; rules have a price."""
        for (kind, *rest), price in self.prices.known.items():
            if kind == "line":
                key, id_, _, line = (str(part) for part in rest)
                self.add(self.owner(key, line), line, price * self.market.demand[key][id_])
            elif kind == "closest":
                key, id_, site, line = (str(part) for part in rest)
                self.pass_by(self.county.services[key], id_, site, line, price)
            elif kind == "referral":
                key, id_ = (str(part) for part in rest)
                self.refer(key, id_, price)
        if not self.market.baseline:
            self.total += sum(self.prices("rule", rule.id) * rule.at_most for rule in self.county.rules)

    def owner(self, key: str, line: str) -> str:
        """The service of a line over which people of another service go."""
        accesses = self.county.services[key].accesses
        owners = {a.line for a in accesses if a.line and line in self.county.sites[a.line]}
        if len(owners) != 1:
            raise ValueError(f"{line} is no line of {key}")
        return owners.pop()

    def pass_by(self, service: Service, id_: str, site: str, line: str, price: int) -> None:
        """Whoever goes over a later way of his settlement pays, and so does the site (or line) of this one, if open."""
        key, order = service.id, self.market.ways[service.id].order.get(id_, [])
        at = next((k for k, way in enumerate(order) if way[2:] == (site, line)), None)
        if not service.closest or at is None or service.accesses[order[at][0]].kind == "boarding":
            raise ValueError(f"nobody of {id_} passes {site} by")
        worth = price * self.market.demand[key][id_]
        self.total += worth * (2 if line else 1)
        self.add(key, site, -worth)
        if line:
            self.add(self.owner(key, line), line, -worth)
        for way in order[at + 1 :]:
            self.passed[key, id_, way] = self.passed.get((key, id_, way), 0) + price

    def refer(self, key: str, id_: str, price: int) -> None:
        """A new site pays each site near enough that it could refer to."""
        referral = self.county.services[key].referral
        if referral is None or id_ not in self.county.sites[key]:
            raise ValueError(f"{id_} of {key} refers to nothing")
        self.new[key, id_] = price
        for site in self.market.ground.refers_to(self.county.services[key], self.county.sites[key][id_]):
            self.add(referral[0], site, price)

    def money(self) -> None:
        """All money and land there is, at the best price that it can have."""
        phases, market = self.market.phases, self.market
        for name, amounts in market.funds.items():
            fund = self.county.funds[name]
            for number, amount in enumerate(amounts):
                usable = phases[number:] if fund.carries_over else phases[number : number + 1]
                prices = [
                    self.prices("capital", s, phase) for s in fund.pays if s in market.choices for phase in usable
                ]
                self.total += amount * max(prices, default=0)
        if market.running_budget is not None:
            self.total += market.running_budget * self.prices("running")
        for phase, quota in zip(phases, self.county.quota, strict=False):
            self.total += floor(quota) * self.prices("land", phase)

    def best(self, choice: Choice) -> int | None:
        """The best that a site can make of the prices."""
        key, site = choice.service, choice.site
        is_open, is_built = (self.fixed.get((key, site.id, what)) for what in ("open", "built"))
        values: list[int] = []
        if choice.may_shut and is_open is not True and is_built is not True:
            service = self.county.services[key]
            cost = service.closing - service.resale if site.existing else 0
            values.append(-cost * (self.prices("capital", key, self.market.phases[0]) + self.wants.cost))
        known: dict[int, list[Item]] = {}
        for option in choice.options if is_open is not False else ():
            if is_built is None or is_built == (option.action != "keep"):
                served = self.served(choice, option, known)
                if served is not None:
                    values.append(served + self.beside(choice, option))
        return max(values, default=None)

    def beside(self, choice: Choice, option: Option) -> int:
        """What an option costs at the prices, and what it earns beside its people."""
        key, site, prices, market = choice.service, choice.site, self.prices, self.market
        made = self.extra.get((key, site.id), 0) - option.running * self.wants.cost * self.county.cost_years
        if market.running_budget is not None:
            made -= option.running * prices("running")
        if option.action != "keep":
            shared = market.on_plot.get(site.plot, 1)
            unit = prices("capital", key, option.phase) + self.wants.cost
            made -= cheapest(self.county, choice, option, shared > 1) * unit
            if self.county.quota and option.action == "new":
                made -= option.land // shared * prices("land", option.phase)
        if option.action == "new":
            made -= self.new.get((key, site.id), 0)
        if not site.outside:
            for rule in () if market.baseline else self.county.rules:
                if rule.service == key and option.fits(rule.actions, rule.sizes):
                    made -= prices("rule", rule.id)
            opens = option.opens(self.county.phases)
            for target, by, price in self.wants.counted:
                built = ("new", "expand") if target.indicator == "built_count" else ()
                if target.service == key and option.fits(built, target.sizes) and opens <= by:
                    made += price
        return made

    def served(self, choice: Choice, option: Option, known: dict[int, list[Item]]) -> int | None:
        """The most that an option can make of people; None if it can never have its fewest persons."""
        key, site = choice.service, choice.site
        service, phase = self.county.services[key], max(0, option.opens(self.county.phases))
        made = sum(self.worth[s][id_][phase] for s, who in self.market.serves.get((key, site.id), ()) for id_ in who)
        if service.in_full:
            return made
        if phase not in known:
            known[phase] = sorted(self.items(service, site.id, phase), reverse=True)
        fewest = service.fewest(option.action, site, self.market.baseline)
        people = fill(known[phase], option.capacity, option.beds, fewest)
        return None if people is None else made + people

    def items(self, service: Service, site: str, phase: int) -> Iterable[Item]:
        """Those who could come to a site, and the waste that stations could send on."""
        key, prices = service.id, self.prices
        onward = 0
        if service.haul and not self.county.sites[key][site].disposal:
            onward = prices("waste", key, site)
        for id_, way in ((id_, way) for id_, ways in self.market.ways[key].to[site].items() for way in ways):
            number, far, _, line = way
            access = service.accesses[number]
            profit = (
                -self.gone(far, access.fare)
                + self.worth[key][id_][phase]
                - onward
                - self.passed.get((key, id_, way), 0)
            )
            units = self.market.demand[key][id_]
            if line:
                profit -= prices("line", key, id_, site, line)
            if access.eligible:
                profit -= prices("eligible", key, id_, number)
                units = min(units, self.county.settlements[id_].groups[access.eligible])
            yield profit, units, access.kind == "boarding"
        for station, most, far in self.market.near.get(key, {}).get(site, ()):
            assert service.haul is not None
            yield prices("waste", key, station) - self.gone(far, service.haul.fare), most, False

    def gone(self, far: Ms, fare: Fraction) -> int:
        """What a person or kilogram takes away that goes so many ms or mm: cost and travel, rounded for the plan."""
        units = -(-far // 1000)
        return floor(units * (self.wants.cost * self.county.cost_years * fare + self.wants.travel))
