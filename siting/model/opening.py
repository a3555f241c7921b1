r"""Options: a site is open in one way, and what one service opens others may lean on.

.. math:: \sum_{o \in O_j} y_o \le 1 \qquad (= 1 \text{ where the site may not be shut}).

`Opened` gives the variables that make a site of any service open, so that families can link to sites and lines of
other services.
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from siting.problems.problem import Block, Problem


def add(service: pyo.Block, data: Block) -> None:
    """Add ``open[o]`` and the row above."""
    service.open = pyo.Var(range(len(data.options)), domain=pyo.Binary)
    service.a_site_is_open_in_one_way = pyo.ConstraintList()
    for j, options in enumerate(data.options_at):
        if not options:
            continue
        if data.must_open[j] and len(options) == 1:
            service.open[options[0]].fix(1)
        elif data.must_open[j]:
            service.a_site_is_open_in_one_way.add(sum(service.open[o] for o in options) == 1)
        elif len(options) > 1:
            service.a_site_is_open_in_one_way.add(sum(service.open[o] for o in options) <= 1)


class Opened:
    """The ``open`` variables of the sites and lines of all services of a model."""

    def __init__(self, model: pyo.ConcreteModel, problem: Problem) -> None:
        self.model = model
        self.blocks = {block.service: block for block in problem.blocks}
        self.place = {s: {site: j for j, site in enumerate(b.site_ids)} for s, b in self.blocks.items()}

    def at(self, data: Block, site: int, by: int | None = None) -> list[Any]:
        """Variables one of which is 1 where a site of ``data`` is open (``by``: by the end of that phase)."""
        owner = data.lender[site]
        if owner not in self.blocks:
            return []
        block = self.blocks[owner]
        return self._of(block, site if owner == data.service else self.place[owner][data.site_ids[site]], by)

    def line(self, data: Block, line: int, by: int | None = None) -> list[Any]:
        """The same for a line that brings people to ``data``."""
        block = self.blocks.get(data.line_service)
        return [] if block is None else self._of(block, line, by)

    def site_of(self, service: str, site: int) -> list[Any]:
        """The same for a site of any service."""
        return self._of(self.blocks[service], site, None) if service in self.blocks else []

    def _of(self, block: Block, site: int, by: int | None) -> list[Any]:
        opened = self.model.service[block.service].open
        return [opened[o] for o in block.options_at[site] if by is None or block.phase[o] <= by]
