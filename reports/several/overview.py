"""Several plans side by side as one content: the same sections, tables and sentences for every format.

The columns are the county as it stands and the plans A, B, C ...; a plan is named by its letter and its scenario.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from siting.studies.comparing import Alternative, Comparison, SiteChange, site_changes
from siting.studies.contrasts import MOVED_M, moves
from siting.words import Lang

from ..chapters import goals, headline
from ..chapters.results import host
from ..content import speech
from ..nouns import Amount, Cell, Column, Columns, Content, Section, Table, Tile
from ..speech import Speech, travelled, visible
from ..spots import every, quantity
from . import differences, equity, people
from .wording import Names, overview_rows, table


def of(comparison: Comparison, lang: Lang, whole: bool = False) -> Content:
    """Everything that a comparison says in ``lang``; with ``whole`` no list is cut."""
    say = speech(comparison.county, lang)
    names = Names(comparison, say)
    about = comparison.county.file.county
    return Content(
        lang=lang,
        title=say("compare.title", county=say.name(about)),
        subtitle=say("compare.subtitle", names=say.listing([names.long(p) for p in comparison.plans])),
        warnings=_warnings(comparison, say),
        verdict=tuple(_verdict(comparison, names, say)),
        tiles=tuple(_tile(comparison, plan, names, say) for plan in comparison.plans[:4]),
        sections=(
            Section(
                "overview",
                say("compare.overview"),
                (say("compare.overview_intro"),),
                (_overview(names, say), *differences.changes(comparison, names, say)),
            ),
            _targets(comparison, names, say),
            _services(comparison, names, say),
            Section("map", say("compare.map"), (say("compare.map_intro"),)),
            _sites(comparison, names, say),
            people.townships(comparison, names, say),
            people.villages(comparison, names, say, whole),
            equity.equity(comparison, names, say),
            _money(comparison, names, say),
            _runs(comparison, names, say),
        ),
    )


def _warnings(comparison: Comparison, say: Speech) -> tuple[str, ...]:
    """What the reports of the plans warn of, each warning once; the list of assumptions stands in those reports."""
    found = [
        text
        for plan in comparison.plans
        if plan.study
        for text in headline.warnings(plan.study, say, "compare.assumptions")
    ]
    return tuple(dict.fromkeys(found))


def _verdict(comparison: Comparison, names: Names, say: Speech) -> Iterable[str]:
    was = comparison.total_served(comparison.today)
    for plan in comparison.plans:
        m, served = plan.measures, comparison.total_served(plan)
        steps = {
            "new": sum(s.sites_new for s in m.services.values()),
            "expanded": sum(s.sites_expanded for s in m.services.values()),
            "closed": sum(s.sites_closed for s in m.services.values()),
        }
        told = [say(f"compare.sites_{key}", n=say.count(n)) for key, n in steps.items() if n]
        yield say(
            "compare.plan", plan=names.long(plan), met=sum(t.met for t in m.targets), n=len(m.targets),
            served=say.count(served), more=f"{served - was:+,}", capital=say.money(m.capital),
            sites=say.listing(told) if told else say("compare.sites_same"),
        )  # fmt: skip
    if len(comparison.plans) > 1:
        yield ("" if say.words.lang == "zh" else " ").join(_best(comparison, names, say))
        yield from people.pair_sentences(comparison, names, say)
    n = len(comparison.plans)
    yield say("compare.checked_two") if n == 2 else say.told("compare.checked", n, n=n)


def _best(comparison: Comparison, names: Names, say: Speech) -> Iterable[str]:
    """Who is ahead in what; a tie names all."""
    for key, value in (
        ("compare.most_met", lambda p: sum(t.met for t in p.measures.targets)),
        ("compare.most_served", comparison.total_served),
        ("compare.least_capital", lambda p: -p.measures.capital),
    ):
        best = max(value(p) for p in comparison.plans)
        ahead = [p for p in comparison.plans if value(p) == best]
        if len(ahead) == len(comparison.plans):
            yield say(f"{key}_all")
        else:
            yield say(key, names=say.listing([names.letter(p) for p in ahead]))


def _tile(comparison: Comparison, plan: Alternative, names: Names, say: Speech) -> Tile:
    met, n = sum(t.met for t in plan.measures.targets), len(plan.measures.targets)
    more = comparison.total_served(plan) - comparison.total_served(comparison.today)
    note = say("compare.tile_note", more=f"{more:+,}", capital=say.money(plan.measures.capital))
    return Tile(names.long(plan), f"{met} / {n}", note, "good" if n and met == n else "plain")


def _overview(names: Names, say: Speech) -> Table:
    return table("overview", (("what", "text"),), "number", overview_rows(names, say), names, say)


def _targets(comparison: Comparison, names: Names, say: Speech) -> Section:
    known = {t.id: t for t in comparison.county.file.targets}
    figures = [{t.id: t for t in column.measures.targets} for column in comparison.columns]
    rows: list[tuple[Cell, ...]] = []
    for target in known.values():
        values = [part.get(target.id) for part in figures]
        if not any(values) or (target.service and target.service not in comparison.services):
            continue
        study = comparison.plans[0].study
        assert study is not None
        met = [names.letter(c) for c, v in zip(comparison.columns, values, strict=True) if v and v.met]
        cells = [goals.reached(target, v) for v in values]
        name = headline.target_name(target, study, say)
        rows.append((name, goals.asked(target, say), *cells, say.listing(met) or None))
    whole = table("targets", (("target", "text"), ("threshold", "text")), "share", rows, names, say,
                  last=(("met_by", "text"),))  # fmt: skip
    return Section(
        "targets", say("section.targets"), () if rows else (say("headline.no_targets"),), (whole,) if rows else ()
    )


def _services(comparison: Comparison, names: Names, say: Speech) -> Section:
    served: list[tuple[Cell, ...]] = []
    travel: list[tuple[Cell, ...]] = []
    for key in comparison.services:
        figures = [column.measures.services.get(key) for column in comparison.columns]
        name = say.name(comparison.county.services[key])
        demand = quantity(comparison.county, key, next(f.demand for f in figures if f))
        served.append((name, demand, *(f.share if f else None for f in figures)))
        travel.append((name, *(travelled(f.travel_mean, f.by_time) if f and f.travellers else None for f in figures)))
    return Section(
        "services",
        say("compare.services"),
        (say("compare.services_intro"),),
        (
            table("served", (("service", "text"), ("demand", "count")), "share", served, names, say),
            table("travel", (("service", "text"),), "seconds", travel, names, say, note=say("services.note_mean")),
        ),
    )


def _sites(comparison: Comparison, names: Names, say: Speech) -> Section:
    changes = _dearest_first(site_changes(comparison), comparison)
    spots = every(comparison.county, list(comparison.services))
    places = {place.id: place for place in comparison.county.settlements}
    only: dict[str, Counter[str]] = {}
    rows: list[tuple[Cell, ...]] = []
    for change in changes:
        opened = [
            column.letter for column, action in zip(comparison.columns, change.actions, strict=True)
            if column.letter and action in ("keep", "new", "expand")
        ]  # fmt: skip
        if len(opened) == 1:
            only.setdefault(change.service, Counter())[opened[0]] += 1
        spot = spots[change.service, change.site]
        rows.append(
            (
                say.name(comparison.county.services[change.service]),
                say.name(spot),
                host(spot, places, say),
                *(_action(a, c) for a, c in zip(change.actions, comparison.columns, strict=True)),
            )
        )
    summary: list[tuple[Cell, ...]] = [
        (say.name(comparison.county.services[key]), sum(c.service == key for c in changes),
         *(only.get(key, Counter())[plan.letter] for plan in comparison.plans))
        for key in comparison.services
    ]  # fmt: skip
    heads = tuple(
        Column(f"only_{p.letter}", title, "count", title)
        for p in comparison.plans
        if (title := say("compare.only", plan=names.letter(p)))
    )
    columns = (say.column("service"), Column("differ", say("compare.differ"), "count"), *heads)
    first = Table("only", say("compare.only_title"), columns, tuple(summary))
    listed = table("site_changes", (("service", "text"), ("site", "text"), ("place", "text")), "code", rows, names, say)
    tables = (first, *_moved(comparison, names, say), *((listed,) if rows else ()))
    return Section("sites", say("compare.sites"), (say("compare.sites_intro", n=say.count(len(rows))),), tables)


def _dearest_first(changes: list[SiteChange], comparison: Comparison) -> list[SiteChange]:
    """The sites on which the plans differ most in capital first, so that a list that is cut has what weighs."""
    spent = [{(f.service, f.opening.site): f.capital for f in plan.measures.sites} for plan in comparison.plans]

    def differ(change: SiteChange) -> int:
        amounts = [one.get((change.service, change.site), 0) for one in spent]
        return max(amounts) - min(amounts) if len(amounts) > 1 else amounts[0]

    return sorted(changes, key=lambda change: -differ(change))


def _moved(comparison: Comparison, names: Names, say: Speech) -> Iterable[Table]:
    """Sites that stand elsewhere under another plan: against today where there is one plan, else against plan A."""
    spots = every(comparison.county, list(comparison.services))
    chosen = [pair for pair in people.pairs(comparison) if len(comparison.plans) == 1 or pair[0].letter]
    rows: list[tuple[Cell, ...]] = [
        (
            say("compare.from_to", one=names.letter(one), other=names.letter(other)),
            say.name(comparison.county.services[move.service]),
            say.name(spots[move.service, move.gone]),
            say.name(spots[move.service, move.come]),
            Amount(move.metres, "metres"),
        )
        for one, other in chosen
        for move in moves(comparison, one, other)
    ]
    columns: Columns = (
        ("step", "text"), ("service", "text"), ("gone", "text"), ("come", "text"), ("apart", "metres"),
    )  # fmt: skip
    if rows:
        yield say.table("moved_sites", columns, rows, note=say("compare.moved_note", km=f"{MOVED_M / 1000:g}"))


def _action(action: str, column: Alternative) -> str | None:
    if not action:
        return None
    return "action.exists" if action == "keep" and not column.letter else f"action.{action}"


def _money(comparison: Comparison, names: Names, say: Speech) -> Section:
    services: list[tuple[Cell, ...]] = []
    running: list[tuple[Cell, ...]] = []
    columns = comparison.columns
    for key in comparison.services:
        figures = [column.measures.services.get(key) for column in columns]
        name = say.name(comparison.county.services[key])
        services.append((name, *(f.capital if f and c.letter else None for f, c in zip(figures, columns, strict=True))))
        running.append((name, *(f.running if f else None for f in figures)))
    for rows in (services, running):
        if len(rows) > 1:
            known = [[n for n in column if isinstance(n, int)] for column in zip(*(r[1:] for r in rows), strict=True)]
            sums = [sum(numbers) if numbers else None for numbers in known]
            rows.append((say("unit.total"), *sums))
    funds: list[tuple[Cell, ...]] = [
        (say.name(fund), *(c.measures.fund_used.get(fund.id) if c.letter else None for c in columns))
        for fund in comparison.county.file.funds
    ]
    tables = (
        table("capital", (("service", "text"),), "money", services, names, say),
        table("running", (("service", "text"),), "money", running, names, say),
        table("fund_used", (("fund", "text"),), "money", funds, names, say),
    )
    return Section("money", say("section.money"), (), tables)


def _runs(comparison: Comparison, names: Names, say: Speech) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for plan in comparison.plans:
        assert plan.study is not None
        result = plan.study.result
        solver = f"{result.get('solver', '')} {result.get('solver_version', '')}".strip()
        rows.append(
            (names.long(plan), visible(plan.study.run.name), visible(solver) or None,
             say.known(f"solved.{result.get('status')}", str(result.get("status"))),
             str(result.get("created", ""))[:16].replace("T", " "))
        )  # fmt: skip
    columns: Columns = ("plan", "text"), ("run", "text"), ("solver", "text"), ("state", "text"), ("created", "text")
    inputs: list[tuple[Cell, ...]] = [(visible(k), v) for k, v in sorted(comparison.county.files.items())]
    return Section(
        "data",
        say("section.data"),
        (say("compare.same_inputs"),),
        (
            say.table("runs", columns, rows),
            say.table("inputs", (("file", "text"), ("sha256", "text")), inputs),
        ),
    )
