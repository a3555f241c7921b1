"""What binds the services to each other beside money: referral, and rules on the number of sites (section 2)."""

from __future__ import annotations

from .breach import Findings
from .nearest import Reach
from .nouns import County
from .options import Option
from .travel import Network

#: Options of the open sites, by service and site.
Opened = dict[str, dict[str, Option]]


def check(county: County, roads: dict[str, Network], opened: Opened, baseline: bool, found: Findings) -> None:
    """Referral of every new site, and every rule; rules do not bind the baseline."""
    for key in opened:
        referral(county, roads, key, opened, found)
    for rule in () if baseline else county.rules:
        number = count(county, rule.service, opened, rule.actions, rule.sizes)
        if number > rule.at_most:
            says = "{number} sites of {service}, at most {most} are allowed"
            found.add("E714", f"rules.{rule.id}", says, number=number, service=rule.service, most=rule.at_most)


def count(county: County, service: str, opened: Opened, actions: tuple[str, ...], sizes: tuple[str, ...]) -> int:
    """Open sites of some actions and sizes (none: any); none that lies outside the county."""
    return sum(
        not county.sites[service][id_].outside
        and (not actions or option.action in actions)
        and (not sizes or option.size in sizes)
        for id_, option in opened.get(service, {}).items()
    )


def referral(county: County, roads: dict[str, Network], key: str, opened: Opened, found: Findings) -> None:
    """A new site has an open site of the service that it refers to within its limit."""
    asked = county.services[key].referral
    built = [id_ for id_, option in opened[key].items() if option.action == "new"]
    if asked is None or not built:
        return
    other, mode, limit = asked
    sites = [county.sites[other][id_] for id_ in opened.get(other, {})]
    reach = Reach(roads[mode], 0, [(s.id, p) for s in sites for p in county.points(s)], limit)
    for id_ in built:
        bests = [reach.best(point) for point in county.points(county.sites[key][id_])]
        if not any(best is not None and best[0] <= limit for best in bests):
            says = "no open site of {other} is within {minutes} min of {site}"
            where, minutes = f"services.{key}.open.{id_}", f"{limit / 60_000:g}"
            found.add("E712", where, says, other=other, minutes=minutes, site=id_)
