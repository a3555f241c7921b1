"""Groups of services that share money: what one group decides, no other feels."""

from __future__ import annotations

from siting.problem import Problem


def groups(problem: Problem) -> tuple[tuple[str, ...], ...]:
    """The services, joined where a fund pays for both, directly or through others; in the order of the problem."""
    parent = {block.service: block.service for block in problem.blocks}

    def root(service: str) -> str:
        while parent[service] != service:
            service = parent[service]
        return service

    for fund in problem.funds:
        own = [s for s in fund.pays if s in parent]
        for service in own[1:]:
            parent[root(service)] = root(own[0])
    joined: dict[str, list[str]] = {}
    for service in parent:
        joined.setdefault(root(service), []).append(service)
    return tuple(tuple(part) for part in joined.values())
