"""Which services decide together (section 6 of the rules): a group keeps what its own earlier stages reached."""

from __future__ import annotations

from collections.abc import Iterator

from .nouns import County


def groups(county: County, planned: list[str], counted: set[str]) -> dict[str, str]:
    """The group of every planned service, named after its first one; ``counted`` are the targets with a need."""
    root = {key: key for key in planned}
    for link in links(county, planned, counted):
        joined = [root[key] for key in link if key in root]
        for key, name in root.items():
            if name in joined:
                root[key] = joined[0]
    first = {name: next(key for key in planned if root[key] == name) for name in set(root.values())}
    return {key: first[name] for key, name in root.items()}


def links(county: County, planned: list[str], counted: set[str]) -> Iterator[list[str]]:
    """Services that share something."""
    for fund in county.funds.values():
        yield list(fund.pays)
    for key in planned:
        service = county.services[key]
        yield [key, *service.also_served_by]
        yield [key, *(service.referral[:1] if service.referral else ())]
        yield [key, *(access.line for access in service.accesses if access.offered and access.line)]
    for target in county.targets:
        if target.package and target.id in counted:
            yield list(county.packages[target.package][0])
    plots: dict[str, list[str]] = {}
    for key in planned:
        for site in county.sites[key].values():
            if site.plot:
                plots.setdefault(site.plot, []).append(key)
    yield from plots.values()
    if county.quota:
        yield [key for key in planned if any(size.land for size in county.services[key].sizes.values())]
