"""Coverage against money as one content: what each budget buys, what a per cent costs, what building in steps costs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

from siting.studies.frontier import Curve, Frontier, Point
from siting.words import Lang, Words

from ..chapters.headline import scenario_title
from ..content import speech
from ..formats import json_report
from ..maps import curves, fonts
from ..nouns import Amount, Cell, Column, Columns, Content, Section, Table, Tile
from ..speech import NOTHING, Speech, visible
from ..spots import unit
from .bundle import Bundle, write
from .terminal import aligned


def of(frontier: Frontier, lang: Lang) -> Content:
    """Everything that a frontier says in ``lang``."""
    say = speech(frontier.county, lang)
    about = frontier.county.file.county
    title = scenario_title(frontier.county, frontier.scenario, say)
    alone = [curve for curve in frontier.curves if curve.service]
    sections = [
        _whole(frontier.whole, say) if frontier.whole else None,
        Section("map", say("frontier.curves"), (say("frontier.curves_intro"),)),
        _within(frontier, frontier.whole, say) if frontier.whole else None,
        _alone(frontier, alone, say) if alone else None,
        _runs(frontier, say),
    ]
    warnings = [say("frontier.synthetic")] if about.synthetic else []
    if frontier.result.get("signal"):
        warnings.append(say("frontier.stopped"))
    return Content(
        lang=lang,
        title=say("frontier.title", county=say.name(about)),
        subtitle=say("frontier.subtitle", scenario=title),
        warnings=tuple(warnings),
        verdict=tuple(_verdict(frontier, alone, say)),
        tiles=tuple(_tiles(frontier, say)),
        sections=tuple(section for section in sections if section is not None),
    )


def bundle(frontier: Frontier, words: Words) -> Bundle:
    """The content with its picture and data."""
    say = speech(frontier.county, words.lang)
    drawn: tuple[tuple[str, bytes], ...] = ()
    if fonts.chinese():
        panels = [_panel(curve, frontier, say) for curve in frontier.curves]
        drawn = ((say("frontier.curves"), curves.picture(panels, say)),)
    data = {
        "county": frontier.county.id,
        "scenario": frontier.scenario,
        "money": json_report.money(frontier.county),
        "curves": [asdict(curve) for curve in frontier.curves],
        "solver": frontier.result.get("solver"),
        "options": frontier.result.get("options"),
    }
    return Bundle("frontier", of(frontier, words.lang), say, data, str(frontier.result.get("created", "")), drawn)


def lines(frontier: Frontier, words: Words, files: Iterable[Path] = ()) -> list[str]:
    """The answer on the terminal: the verdict, and one row a budget for every curve."""
    say = speech(frontier.county, words.lang)
    told = of(frontier, words.lang)
    found = [told.title, told.subtitle, "", *told.verdict, ""]
    for curve in frontier.curves:
        found.append(_name(curve, frontier, say))
        rows = [("", say("col.capital"), say("col.share_all"), say("col.met_of"), say("col.price"))]
        for n, p in enumerate((curve.today, *curve.free)):
            price = curve.price(n - 1) if n else None
            name = f"{p.budget_pct}%" if n else say("compare.today")
            rows.append((name, say.money(p.capital), say.share(p.share), f"{p.met} / {p.targets}",
                         say.money(price) if price is not None else NOTHING))  # fmt: skip
        found += [f"  {line}" for line in aligned(rows)]
    return [*found, "", *(say("terminal.report", path=visible(str(path))) for path in files)]


def _write(kind: str, frontier: Frontier, out: Path, words: Words) -> list[Path]:
    return write(bundle(frontier, words), kind, out)


write_html, write_word, write_excel, write_pdf, write_json = (
    partial(_write, kind) for kind in ("html", "docx", "xlsx", "pdf", "json")
)


def _name(curve: Curve, frontier: Frontier, say: Speech) -> str:
    return say.name(frontier.county.services[curve.service]) if curve.service else say("frontier.whole")


def _panel(curve: Curve, frontier: Frontier, say: Speech) -> curves.Panel:
    def spots(points: tuple[Point, ...]) -> tuple[tuple[float, float], ...]:
        return tuple((float(p.capital), p.share) for p in points)

    today = (0.0, curve.today.share)
    return curves.Panel(_name(curve, frontier, say), today, spots(curve.free), spots(curve.nested))


def _verdict(frontier: Frontier, alone: list[Curve], say: Speech) -> Iterator[str]:
    one = alone[0] if len(alone) == 1 and unit(frontier.county, alone[0].service) == "persons" else None
    curve = frontier.whole or one
    if curve is not None:
        first, last = curve.free[0], curve.free[-1]
        known = {"people": say.count(curve.today.people), "share": say.share(curve.today.share)}
        if frontier.whole:
            yield say("frontier.today", **known)
        else:
            yield say("frontier.today_one", service=_name(curve, frontier, say), **known)
        for point in (first, last) if len(curve.free) > 1 else (first,):
            yield say(
                "frontier.buys",
                percent=point.budget_pct,
                money=say.money(point.capital),
                people=say.count(point.people),
                share=say.share(point.share),
                met=point.met,
                n=point.targets,
            )
        yield from _prices(curve, say)
        yield from _nesting(curve, say)
    steep = [(price, c) for c in alone if (price := _cheapest(c)) is not None]
    if steep and (one is None or curve is not one):
        price, best = min(steep, key=lambda pair: pair[0])
        yield say("frontier.cheapest", service=_name(best, frontier, say), money=say.money(price))
    yield say("frontier.checked", n=sum(len(c.free) + len(c.nested) for c in frontier.curves))


def _cheapest(curve: Curve) -> float | None:
    """Price of a percentage point of the first budget that buys any."""
    return next((price for n in range(len(curve.free)) if (price := curve.price(n)) is not None), None)


def _prices(curve: Curve, say: Speech) -> Iterator[str]:
    prices = [(n, price) for n in range(len(curve.free)) if (price := curve.price(n)) is not None]
    if prices:
        (a, low), (b, high) = prices[0], prices[-1]
        key = "frontier.price_one" if a == b else "frontier.prices_rise" if high > low else "frontier.prices"
        yield say(key, first=say.money(low), last=say.money(high), a=curve.free[a].budget_pct,
                  b=curve.free[b].budget_pct)  # fmt: skip


def _nesting(curve: Curve, say: Speech) -> Iterator[str]:
    if not curve.nested:
        return
    worst = max(range(len(curve.free)), key=lambda n: (curve.nesting(n) or 0, -n))
    lost = curve.nesting(worst) or 0
    if lost > 0:
        yield say("frontier.nesting", people=say.count(lost), percent=curve.free[worst].budget_pct)
    else:
        yield say("frontier.nesting_free")


def _tiles(frontier: Frontier, say: Speech) -> Iterator[Tile]:
    curve = frontier.whole or frontier.curves[0]
    for point in (curve.free[0], curve.free[len(curve.free) // 2], curve.free[-1]):
        note = say("frontier.tile_note", money=say.money(point.capital), met=point.met, n=point.targets)
        yield Tile(say("frontier.tile", percent=point.budget_pct), say.share(point.share), note)


def _rows(curve: Curve) -> Iterator[tuple[Cell, ...]]:
    """Today, then every budget: money, people, price of a percentage point, nested plan and its price."""
    today = curve.today
    yield (0, 0, 0, today.running, today.people, today.share, f"{today.met} / {today.targets}", None, None, None, None)
    for n, p in enumerate(curve.free):
        inner = curve.nested[n].people if curve.nested else None
        gap = None if p.gap is None or p.status == "heuristic" else Amount(_up(p.gap), "share")
        yield (p.budget_pct, p.available, p.capital, p.running, p.people, p.share, f"{p.met} / {p.targets}", gap,
               curve.price(n), inner, curve.nesting(n))  # fmt: skip


def _up(gap: float) -> float:
    """A gap in tenths of a per cent, rounded up."""
    return math.ceil(gap * 1000 - 1e-9) / 1000


COLUMNS: Columns = (
    ("budget_pct", "count"), ("available", "money"), ("capital", "money"), ("running", "money"),
    ("people_all", "count"), ("share_all", "share"), ("met_of", "text"), ("gap", "share"), ("price", "money"),
    ("nested_people", "count"),
    ("nesting_price", "count"),
)  # fmt: skip


def _whole(curve: Curve, say: Speech) -> Section:
    optional = ("gap", "price", "nested_people", "nesting_price")
    table = say.table("frontier", COLUMNS, list(_rows(curve)), note=say("frontier.note"), optional=optional)
    return Section("frontier", say("frontier.section"), (say("frontier.intro"), say("frontier.nested_rule")), (table,))


def _within(frontier: Frontier, curve: Curve, say: Speech) -> Section:
    """Each service within the plans of the whole."""
    points = (curve.today, *curve.free)
    names = [say("compare.today"), *(say("frontier.budget", n=p.budget_pct) for p in curve.free)]
    heads = tuple(Column(f"b{p.budget_pct}", name, "share") for p, name in zip(points, names, strict=True))
    rows: list[tuple[Cell, ...]] = [
        (say.name(frontier.county.services[key]), *(p.served[key] / (p.demand[key] or 1) for p in points))
        for key in curve.today.served
    ]
    table = Table("frontier_within", say("table.frontier_within"), (say.column("service"), *heads), tuple(rows))
    return Section("within", say("frontier.within"), (say("frontier.within_intro"),), (table,))


def _alone(frontier: Frontier, alone: list[Curve], say: Speech) -> Section:
    """Every service by itself: one table, a row a budget."""
    rows: list[tuple[Cell, ...]] = []
    for curve in alone:
        kind = unit(frontier.county, curve.service)
        for _, *cells in ((None, *row) for row in _rows(curve)):
            budget, available, capital, running, people, share, met, gap, price, inner, nesting = cells
            counted = [_counted(x, kind) for x in (people, inner, nesting)]
            rows.append((_name(curve, frontier, say), budget, available, capital, running, counted[0], share, met, gap,
                         price, counted[1], counted[2]))  # fmt: skip
    optional = ("gap", "price", "nested_people", "nesting_price")
    table = say.table("frontier_alone", (("service", "text"), *COLUMNS), rows, optional=optional)
    return Section("alone", say("frontier.alone"), (say("frontier.alone_intro"),), (table,))


def _counted(value: Cell, kind: str) -> Cell:
    """A number of persons, kilograms or settlements with its unit."""
    if kind == "persons" or not isinstance(value, int):
        return value
    return Amount(value / 1000 if kind == "tpd" else value, "tpd" if kind == "tpd" else "settlements")


def _runs(frontier: Frontier, say: Speech) -> Section:
    """How the plans were computed, and where they are."""
    rows: list[tuple[Cell, ...]] = [
        (_name(curve, frontier, say), p.budget_pct, say(f"frontier.{'nested' if p.nested else 'free'}_word"),
         f"solved.{p.status}", None if p.gap is None else Amount(_up(p.gap), "share"), round(p.seconds, 1),
         visible(p.plan))
        for curve in frontier.curves
        for p in (*curve.free, *curve.nested)
    ]  # fmt: skip
    columns: Columns = (
        ("curve", "text"), ("budget_pct", "count"), ("kind", "text"), ("state", "code"), ("gap", "share"),
        ("seconds", "number"), ("file", "text"),
    )  # fmt: skip
    table = say.table("frontier_plans", columns, rows, optional=("gap",))
    solver = visible(str(frontier.result.get("solver", "")))
    return Section("plans", say("frontier.plans"), (say("frontier.plans_intro", solver=solver),), (table,))
