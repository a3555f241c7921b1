"""Who is left behind under each plan: the worst township and the gap of town and country, service by service."""

from __future__ import annotations

from siting.studies.comparing import Comparison
from siting.studies.contrasts import sides, worst_of_service

from ..nouns import Cell, Columns, Section
from ..speech import Speech
from .wording import Names, table, wide


def equity(comparison: Comparison, names: Names, say: Speech) -> Section:
    """Share served in the worst township, and urban share less rural share, one row a service."""
    worst: list[tuple[Cell, ...]] = []
    gaps: list[tuple[Cell, ...]] = []
    for key in comparison.services:
        name = say.name(comparison.county.services[key])
        worst.append((name, *(worst_of_service(comparison, column, key) for column in comparison.columns)))
        gaps.append((name, *(wide(*sides(comparison, column, key)) for column in comparison.columns)))
    first: Columns = (("service", "text"),)
    tables = [
        table(id, first, "share", rows, names, say)
        for id, rows in (("worst", worst), ("gap", gaps))
        if any(cell is not None for row in rows for cell in row[1:])
    ]
    return Section("equity", say("compare.equity"), (say("compare.equity_intro"),), tuple(tables))
