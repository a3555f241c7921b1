"""Who is left behind: shares by township and service, town against country, demonstration villages by service."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import Any

from siting.studies.study import Study

from ..nouns import Amount, Cell, Column, Columns, Section, Table
from ..rows import UNITS
from ..speech import Speech
from ..spots import quantity, unit


def shares(study: Study) -> dict[str, dict[str, tuple[int, int]]]:
    """Served and demand by service and township, those of a blank township left out."""
    now = study.plan.served()
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for key in study.plan.services:
        demand = study.county.demand_of(key)
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for s in study.county.settlements:
            if s.township and demand[s.id]:
                sums[s.township][0] += now.get((key, s.id), 0)
                sums[s.township][1] += demand[s.id]
        found[key] = {town: (got, asked) for town, (got, asked) in sums.items()}
    return found


def equity(study: Study, say: Speech) -> Section:
    """Worst township and urban-rural gap of each service, then every township."""
    tables = (_by_service(study, say), _townships(study, say))
    plain = "" if tables[1].rows else "_plain"
    sentences = (say(f"equity.intro{plain}"),)
    return Section("equity", say(f"section.equity{plain}"), sentences, tuple(t for t in tables if t.rows))


def _by_service(study: Study, say: Speech) -> Table:
    now = study.plan.served()
    towns = shares(study)
    rows: list[tuple[Cell, ...]] = []
    for key in study.plan.services:
        demand = study.county.demand_of(key)
        sides = {0: [0, 0], 1: [0, 0]}
        for s in study.county.settlements:
            if demand[s.id]:
                sides[s.urban][0] += now.get((key, s.id), 0)
                sides[s.urban][1] += demand[s.id]
        urban, rural = (sides[k][0] / sides[k][1] if sides[k][1] else None for k in (1, 0))
        gap = None if urban is None or rural is None else max(0.0, urban - rural)
        worst = min(towns[key].items(), key=lambda pair: (pair[1][0] / pair[1][1], pair[0]), default=None)
        got, asked = worst[1] if worst else (0, 0)
        rows.append(
            (
                say.name(study.county.services[key]), say.town(worst[0]) if worst else None,
                got / asked if worst else None, quantity(study.county, key, asked - got) if worst else None,
                urban, rural, None if gap is None else Amount(math.ceil(gap * 1000 - 1e-9) / 1000, "share"),
            )
        )  # fmt: skip
    columns: Columns = (
        ("service", "text"), ("worst", "text"), ("worst_share", "share"), ("left_out_people", "count"),
        ("urban", "share"), ("rural", "share"), ("urban_gap", "share"),
    )  # fmt: skip
    return say.table(
        "equity", columns, rows, note=say("equity.note"), optional=("worst", "worst_share", "left_out_people")
    )


def _townships(study: Study, say: Speech) -> Table:
    """One row a township, one column a service; the township with the smallest share comes first."""
    found = shares(study)
    residents = Counter[str]()
    for s in study.county.settlements:
        residents[s.township] += s.population_persons
    names = sorted({town for towns in found.values() for town in towns})

    def share(key: str, town: str) -> float | None:
        pair = found[key].get(town)
        return None if pair is None else pair[0] / pair[1]

    values = {town: [share(key, town) for key in study.plan.services] for town in names}
    names.sort(key=lambda town: (sorted(v for v in values[town] if v is not None), town))
    columns = (
        say.column("township"),
        say.column("residents", "count"),
        *(Column(f"share_{key}", say.name(study.county.services[key]), "share") for key in study.plan.services),
    )
    rows = tuple((say.town(town), residents[town], *values[town]) for town in names)
    return Table("townships", say("table.townships"), columns, rows, say("townships.note"))


def township_rows(study: Study) -> list[dict[str, Any]]:
    """Served and demand of every township and service as rows of plain values."""
    return [
        {
            "service": key,
            "township": town,
            "unit": UNITS[unit(study.county, key)],
            "served": got,
            "demand": asked,
            "served_per_10000": 10_000 * got // asked,
        }
        for key, towns in shares(study).items()
        for town, (got, asked) in sorted(towns.items(), key=lambda pair: (pair[1][0] / pair[1][1], pair[0]))
    ]


def packages(study: Study, say: Speech) -> Section | None:
    """Demonstration villages package by package: which of them lack which service."""
    county = study.county
    places = {s.id: s for s in county.settlements}
    with_towns = any(s.township for s in county.settlements)
    now = study.plan.served()
    tables: list[Table] = []
    sentences: list[str] = []
    for package in county.file.packages:
        keys = [key for key in package.services if key in study.plan.services]
        if not keys:
            continue
        asked = {key: county.demand_of(key) for key in keys}
        rows: list[tuple[Cell, ...]] = []
        for i in dict.fromkeys(package.settlements):
            left = {key: asked[key][i] - now.get((key, i), 0) for key in keys}
            missing = say.listing([say.name(county.services[key]) for key in keys if left[key]])
            state: list[Cell] = [
                say("package.none") if not asked[key][i] else say("package.served") if not left[key]
                else say("package.missing", n=say.quantity(quantity(county, key, left[key])))
                for key in keys
            ]  # fmt: skip
            name, town = say.name(places[i]), [say.town(places[i].township) or None] * with_towns
            rows.append((name, *town, "package.part" if missing else "package.whole", missing or None, *state))
        rows.sort(key=lambda row: ("package.whole" in row, str(row[0])))
        done = sum("package.whole" in row for row in rows)
        name = say.name(package)
        not_planned = [say.name(county.services[key]) for key in package.services if key not in keys]
        sentences.append(say("package.intro", name=name, done=done, whole=len(rows)))
        if not_planned:
            sentences.append(say("package.not_planned", name=name, names=say.listing(not_planned)))
        columns = (
            *(say.column("settlement"), *[say.column("township")] * with_towns),
            *(say.column("state", "code"), say.column("missing")),
            *(Column(f"package_{key}", say.name(county.services[key])) for key in keys),
        )
        tables.append(Table(f"package-{len(tables) + 1}", name, columns, tuple(rows)))
    return Section("packages", say("section.packages"), tuple(sentences), tuple(tables)) if tables else None
