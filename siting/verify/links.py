"""What binds the services to each other beside money: referral, and rules on the number of sites (section 2)."""

from __future__ import annotations

from .breach import Findings
from .nouns import County
from .options import Option
from .sites import Ground

#: Options of the open sites, by service and site.
Opened = dict[str, dict[str, Option]]


def check(county: County, ground: Ground, opened: Opened, baseline: bool, found: Findings) -> None:
    """Referral of every new site, and every rule; rules do not bind the baseline."""
    for key in opened:
        referral(county, ground, key, opened, found)
    for rule in () if baseline else county.rules:
        number = count(county, rule.service, opened, rule.actions, rule.sizes)
        if number > rule.at_most:
            says = "{number} sites of {service}, at most {most} are allowed"
            found.add("E714", f"rules.{rule.id}", says, number=number, service=rule.service, most=rule.at_most)


def count(county: County, service: str, opened: Opened, actions: tuple[str, ...], sizes: tuple[str, ...]) -> int:
    """Open sites of some actions and sizes (none: any); none that lies outside the county."""
    return sum(
        not county.sites[service][id_].outside and option.fits(actions, sizes)
        for id_, option in opened.get(service, {}).items()
    )


def referral(county: County, ground: Ground, key: str, opened: Opened, found: Findings) -> None:
    """A new site has an open site of the service that it refers to within its limit."""
    service = county.services[key]
    for id_, option in opened[key].items():
        if service.referral and option.action == "new":
            other, _, limit = service.referral
            if not ground.refers_to(service, county.sites[key][id_]) & opened.get(other, {}).keys():
                says = "no open site of {other} is within {minutes} min of {site}"
                where, minutes = f"services.{key}.open.{id_}", f"{limit / 60_000:g}"
                found.add("E712", where, says, other=other, minutes=minutes, site=id_)
