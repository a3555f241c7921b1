"""How a comparison names its plans, and its tables with one column a plan."""

from __future__ import annotations

import math
from collections import Counter

from siting.studies.comparing import Alternative, Comparison
from siting.studies.contrasts import sides, worst_township

from ..chapters.headline import scenario_name
from ..nouns import Amount, Cell, Column, Columns, Kind, Table
from ..speech import Speech, visible


class Names:
    """Letter and name of every alternative; plans of one scenario are told apart by solver or run folder."""

    def __init__(self, comparison: Comparison, say: Speech) -> None:
        self.comparison, self.say = comparison, say
        plain = [scenario_name(p.study, say) for p in comparison.plans if p.study]
        more = Counter(plain)
        self.names: dict[str, str] = {}
        for name, plan in zip(plain, comparison.plans, strict=True):
            assert plan.study is not None
            own = f"{name} ({plan.study.result.get('solver', '')})" if more[name] > 1 else name
            if own in self.names.values():
                own = f"{name} ({plan.study.run.name})"
            self.names[plan.letter] = visible(own)

    def letter(self, column: Alternative) -> str:
        """The letter, or today."""
        return column.letter or self.say("compare.today")

    def long(self, column: Alternative) -> str:
        """Letter and name."""
        if not column.letter:
            return self.say("compare.today")
        return self.say("compare.long", letter=column.letter, name=self.names[column.letter])


def table(
    id: str,
    first: Columns,
    kind: Kind,
    rows: list[tuple[Cell, ...]],
    names: Names,
    say: Speech,
    *,
    last: Columns = (),
    note: str = "",
) -> Table:
    """A table whose middle columns are the alternatives, all of one kind."""
    own = tuple(
        Column(column.letter or "today", names.long(column), kind, names.letter(column))
        for column in names.comparison.columns
    )
    heads = (*(say.column(*c) for c in first), *own, *(say.column(*c) for c in last))
    title = say(f"compare.table_{id}")
    title = say("unit.in", what=title, unit=say.money_unit) if kind == "money" else title
    return Table(f"compare_{id}", title, heads, tuple(rows), note)


def overview_rows(names: Names, say: Speech) -> list[tuple[Cell, ...]]:
    """The figures with which a meeting begins: one row a figure, one column an alternative."""
    comparison = names.comparison
    columns = comparison.columns
    was = comparison.total_served(comparison.today)

    def row(key: str, *cells: Cell) -> tuple[Cell, ...]:
        return (say(f"compare.row_{key}"), *cells)

    def money(key: str, values: list[int | None]) -> tuple[Cell, ...]:
        title = say("unit.in", what=say(f"compare.row_{key}"), unit=say.money_unit)
        return (title, *(None if v is None else Amount(v, "money") for v in values))

    def count(key: str, field: str) -> tuple[Cell, ...]:
        sums = (sum(getattr(s, field) for s in c.measures.services.values()) for c in columns)
        return row(key, *(Amount(n, "count") for n in sums))

    measures = [c.measures for c in columns]
    return [
        row("met", *(Amount(sum(t.met for t in m.targets), "count") for m in measures)),
        row("targets", *(Amount(len(m.targets), "count") for m in measures)),
        row("served", *(Amount(comparison.total_served(c), "count") for c in columns)),
        row("more", *(Amount(comparison.total_served(c) - was, "count") if c.letter else None for c in columns)),
        count("open", "sites_open"),
        count("new", "sites_new"),
        count("expanded", "sites_expanded"),
        count("closed", "sites_closed"),
        money("capital", [m.capital if c.letter else None for c, m in zip(columns, measures, strict=True)]),
        money("left", [m.capital_available - m.capital if c.letter else None
                       for c, m in zip(columns, measures, strict=True)]),
        money("running", [m.running for m in measures]),
        row("worst", *(_worst(comparison, c) for c in columns)),
        row("urban_gap", *(wide(*sides(comparison, c)) for c in columns)),
        row("gap", *(_gap(c) for c in columns)),
    ]  # fmt: skip


def _worst(comparison: Comparison, column: Alternative) -> Amount | None:
    """Share served in the worst township, services added up."""
    found = worst_township(comparison, column)
    return None if found is None else Amount(found[1] / found[2], "share")


def wide(town: float | None, country: float | None) -> Amount | None:
    """Urban share less rural share, rounded up so that a wide gap never looks met; 0 where the country is ahead."""
    if town is None or country is None:
        return None
    return Amount(math.ceil(max(0.0, town - country) * 1000 - 1e-9) / 1000, "share")


def _gap(column: Alternative) -> Amount | None:
    """The proven distance from the best in tenths of a per cent, rounded up; None where nothing is proven."""
    result = column.study.result if column.study else {}
    gap = result.get("gap")
    return (
        None
        if gap is None or result.get("status") == "heuristic"
        else Amount(math.ceil(gap * 1000 - 1e-9) / 1000, "share")
    )
