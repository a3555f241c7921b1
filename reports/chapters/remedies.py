"""What would help: why each target is missed, what would close it, how far the nearest sites lie, cheapest offers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from siting.studies import remedy, shortfall
from siting.studies.nearest import Near
from siting.studies.offering import Bench, Offer
from siting.studies.remedy import Remedy
from siting.studies.shortfall import Closing
from siting.studies.study import Study

from .. import roads
from ..nouns import Cell, Columns, Section, Table
from ..rows import amounts, ascii_unit
from ..speech import Speech, travelled, visible
from ..spots import quantity, serving, way
from . import goals
from .people import weight

#: Rows on the page; remedies.csv holds all of them.
SHOWN = 40
#: Steps that are named.
FIRST = 4


@dataclass(frozen=True)
class Advice:
    """Remedies of all settlements that are left over, the largest first, and closings of the missed targets."""

    remedies: tuple[Remedy, ...]
    closings: dict[str, Closing]


@lru_cache(maxsize=2)
def advice(study: Study) -> Advice:
    """Everything that would help beside the plan of ``study``; computed once for all formats."""
    bench = Bench(study.plan, study.measures, study.county, roads.times(study.county))
    county = study.county
    found = sorted(remedy.of(bench), key=lambda r: (-weight(county, r.service, r.persons), r.service, r.settlement))
    return Advice(tuple(found), {c.target: c for c in shortfall.of(bench, study.scenario)})


def remedies(study: Study, say: Speech) -> Section | None:
    """Missed targets with cause and cheapest remedy, then the largest groups of people who are left over."""
    told = advice(study)
    tables = [table for table in (_targets(study, told, say), _settlements(study, told, say)) if table.rows]
    if not tables:
        return None
    return Section("remedies", say("section.remedies"), (say("remedies.intro"), say("remedies.rule")), tuple(tables))


def cause(closing: Closing | None, study: Study, say: Speech) -> str | None:
    """Why a target is missed; where money is short, in which funds, for another one may have plenty."""
    if closing is None:
        return None
    if closing.cause != "money" or not closing.funds:
        return say(f"cause.{closing.cause}")
    return say("cause.money_in", funds=payers(closing, study, say), left=say.money(closing.left_in_all))


def long_cause(closing: Closing, study: Study, say: Speech) -> str:
    """The same as a clause."""
    if closing.cause != "money" or not closing.funds:
        return say(f"cause.long.{closing.cause}")
    values = {"funds": payers(closing, study, say), "left": say.money(closing.left_in_all)}
    return say("cause.long.money_in", **values)


def payers(closing: Closing, study: Study, say: Speech) -> str:
    """Names of the funds that may pay what a target lacks."""
    names = {fund.id: say.name(fund) for fund in study.county.file.funds}
    return say.listing([names[id] for id, _ in closing.funds])


def in_words(closing: Closing | None, say: Speech) -> str | None:
    """What would close a target: how many sites for how much."""
    if closing is None:
        return None
    built = built_steps(closing)
    if closing.cause == "later":
        return say("closing.later")
    if not built:
        return say("closing.room" if closing.steps else "closing.nothing")
    values = {"sites": say.some("sites", len(built)), "capital": say.money(closing.capital)}
    return say("closing.whole" if closing.whole else "closing.part", percent=_percent(closing), **values)


def built_steps(closing: Closing) -> list[Offer]:
    """The steps that build or enlarge something; the others use room that is there."""
    return [step for step in closing.steps if step.action != "keep"]


def _percent(closing: Closing) -> str:
    whole = 100 * closing.gain // max(1, closing.wanted)
    return f"{whole}%" if whole or not closing.gain else "< 1%"


def _targets(study: Study, told: Advice, say: Speech) -> Table:
    names = {(key, s.id): say.name(s) for key in study.plan.services for s in serving(study.county, key)}
    rows: list[tuple[Cell, ...]] = []
    for figures in sorted(study.measures.targets, key=lambda f: f.tier):
        closing = told.closings.get(figures.id)
        if closing is None:
            continue
        target = goals.target_of(study.county, figures.id)
        rows.append(
            (
                goals.target_name(target, study.county, say),
                goals.lacking(target, figures, study.county, say),
                long_cause(closing, study, say),
                _first(closing, names, say),
                closing.capital if closing.steps else None,
                closing.running if closing.steps else None,
                payers(closing, study, say) if closing.steps and closing.capital else None,
                closing.left_in_all if closing.steps and closing.capital else None,
            )
        )
    columns: Columns = (
        ("target", "text"), ("shortfall", "text"), ("cause", "text"), ("steps", "text"), ("more_capital", "money"),
        ("more_running", "money"), ("payer", "text"), ("left", "money"),
    )  # fmt: skip
    return say.table("closings", columns, rows)


def _first(closing: Closing, names: dict[tuple[str, str], str], say: Speech) -> str | None:
    """The sites of the first steps by name."""
    built = built_steps(closing)
    found = [names.get((step.service, step.site), visible(step.site)) for step in built[:FIRST]]
    if len(built) > FIRST:
        found.append(say("headline.and_more", n=len(built) - FIRST))
    return say.listing(found) or None


def _settlements(study: Study, told: Advice, say: Speech) -> Table:
    county = study.county
    places = {s.id: s for s in county.settlements}
    names = {key: {s.id: say.name(s) for s in serving(county, key)} for key in study.plan.services}
    lines = {line.id: say.name(line) for line in county.lines}
    funds = {fund.id: say.name(fund) for fund in county.file.funds}
    rows: list[tuple[Cell, ...]] = [
        (
            say.name(places[r.settlement]),
            say.town(places[r.settlement].township) or None,
            say.name(county.services[r.service]),
            quantity(county, r.service, r.persons),
            _near(r.open, r.service, names, study, say),
            _near(r.candidate, r.service, names, study, say),
            _offer(r.offer, r.service, names, lines, study, say) if r.offer else say(f"block.{r.block}"),
            r.offer.capital if r.offer else None,
            r.offer.running if r.offer else None,
            funds.get(r.fund) if r.offer and r.offer.capital else None,
            r.left if r.offer and r.offer.capital else None,
        )
        for r in told.remedies[:SHOWN]
    ]
    columns: Columns = (
        ("settlement", "text"), ("township", "text"), ("service", "text"), ("persons", "count"), ("near_open", "text"),
        ("near_candidate", "text"), ("remedy", "text"), ("more_capital", "money"), ("more_running", "money"),
        ("payer", "text"), ("left", "money"),
    )  # fmt: skip
    note = say.listed("remedies", len(told.remedies), SHOWN)
    optional = ("township", "more_capital", "more_running", "payer", "left")
    return say.table("remedies", columns, rows, note=note, optional=optional)


def _near(near: Near | None, key: str, names: dict[str, dict[str, str]], study: Study, say: Speech) -> str | None:
    if near is None:
        return None
    access = way(study.county.services[key], near.access)
    how = say(f"mode.{access.mode}") if access.kind == "direct" else say(f"access.{access.kind}")
    values = {"site": names[key].get(near.site, visible(near.site)), "mode": how}
    values["travel"] = say.text(travelled(near.travel, access.by_time), "seconds")
    if not near.over:
        return say("near.within", **values)
    return say("near.over", **values, over=say.text(travelled(near.over, access.by_time), "seconds"))


def _offer(
    offer: Offer, key: str, names: dict[str, dict[str, str]], lines: dict[str, str], study: Study, say: Speech
) -> str:
    service = study.county.services[offer.service]
    size = next((say.name(s) for s in service.sizes if s.id == offer.size), "")
    text = say(f"offer.{offer.action}", site=names[key].get(offer.site, visible(offer.site)), size=size)
    text = text.removesuffix("（）").removesuffix(" ()")
    if offer.also:
        text = say("offer.also", offer=text, place=names[key].get(offer.also, visible(offer.also)))
    if offer.line:
        text = say("offer.with_line", offer=text, line=lines.get(offer.line, visible(offer.line)))
    access = way(study.county.services[key], offer.access)
    return say("offer.boarding", offer=text) if access.kind == "boarding" else text


def near_in_words(near: Near | None, key: str, study: Study, say: Speech) -> str | None:
    """How far the nearest site of a service lies, and by how much too far."""
    return _near(near, key, {key: {s.id: say.name(s) for s in serving(study.county, key)}}, study, say)


def offer_in_words(offer: Offer, key: str, study: Study, say: Speech) -> str:
    """What an offer to people of service ``key`` would build."""
    names = {key: {s.id: say.name(s) for s in serving(study.county, key)}}
    return _offer(offer, key, names, {line.id: say.name(line) for line in study.county.lines}, study, say)


def remedy_rows(study: Study) -> list[dict[str, Any]]:
    """Every remedy as a row of plain values: seconds or metres, money in base units."""
    county, base = study.county, ascii_unit(study.county.file.money.base)
    places = {s.id: s for s in county.settlements}
    rows = []
    for r in advice(study).remedies:
        row: dict[str, Any] = {
            "service": r.service,
            "settlement": r.settlement,
            "settlement_name": places[r.settlement].name,
            "township": places[r.settlement].township,
            **amounts(county, r.service, r.persons),
            "reason": r.reason,
            **_near_row("open", r.open, r.service, study),
            **_near_row("candidate", r.candidate, r.service, study),
            "block": r.block,
        }
        o = r.offer
        row |= {
            "remedy_site": o.site if o else "",
            "remedy_action": o.action if o else "",
            "remedy_size": o.size if o else "",
            "remedy_line": o.line if o else "",
            "remedy_disposal": o.also if o else "",
            f"remedy_capital_{base}": o.capital if o else None,
            f"remedy_running_{base}_per_year": o.running if o else None,
            "fund": r.fund if o else "",
            f"fund_left_{base}": r.left if o else None,
        }
        rows.append(row)
    return rows


def _near_row(prefix: str, near: Near | None, key: str, study: Study) -> dict[str, Any]:
    access = way(study.county.services[key], near.access) if near else None
    by_time = access.by_time if access else True
    return {
        f"{prefix}_site": near.site if near else "",
        f"{prefix}_mode": access.mode if access else "",
        f"{prefix}_travel_s": near.travel if near and by_time else None,
        f"{prefix}_travel_m": near.travel if near and not by_time else None,
        f"{prefix}_limit_s": near.limit if near and by_time else None,
        f"{prefix}_limit_m": near.limit if near and not by_time else None,
    }
