"""Groups of services that share something: what one group decides, no other feels."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from siting.problems.problem import Problem


def groups(problem: Problem) -> tuple[tuple[str, ...], ...]:
    """The services, joined where they share something, directly or through others; in the order of the problem."""
    return _joined(problem, [*_shared(problem), *_leaning(problem)])


def leaned_on(problem: Problem, services: Collection[str]) -> set[str]:
    """The services and all whose sites, lines or plots they lean on, directly or through others."""
    parts = _joined(problem, list(_leaning(problem)))
    return {s for part in parts if set(part) & set(services) for s in part}


def leaning(problem: Problem) -> tuple[tuple[str, ...], ...]:
    """The services, joined where one needs sites or lines of another: what they share beside is money and land."""
    return _joined(problem, list(_lending(problem)))


def _shared(problem: Problem) -> Iterator[list[str]]:
    """Services that share money, land or a package."""
    yield from ([*fund.pays] for fund in problem.funds)
    yield from ([*target.package] for target in problem.targets if target.need > 0)
    if problem.land_quota:
        yield [block.service for block in problem.blocks if block.land.any()]


def _leaning(problem: Problem) -> Iterator[list[str]]:
    """Services that need sites or lines of others, or save money on a plot with them."""
    yield from ([service for service, _ in sites] for sites in problem.plots.values())
    yield from _lending(problem)


def _lending(problem: Problem) -> Iterator[list[str]]:
    """Services that need sites or lines of others."""
    for block in problem.blocks:
        yield [block.service, *block.lender]
        yield [block.service, *filter(None, (block.refers_to, block.line_service))]


def _joined(problem: Problem, links: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    parent = {block.service: block.service for block in problem.blocks}

    def root(service: str) -> str:
        while parent[service] != service:
            service = parent[service]
        return service

    for link in links:
        own = [s for s in dict.fromkeys(link) if s in parent]
        for service in own[1:]:
            parent[root(service)] = root(own[0])
    joined: dict[str, list[str]] = {}
    for service in parent:
        joined.setdefault(root(service), []).append(service)
    return tuple(tuple(part) for part in joined.values())
