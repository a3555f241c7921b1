"""The verdict in words: what was reached, what it costs, how far it is from the best, and what the checker says."""

from __future__ import annotations

import math
from datetime import date

from siting.counties.county import County
from siting.counties.sections import Target
from siting.studies.study import Study

from ..nouns import Tile
from ..speech import NOTHING, Speech, visible
from ..spots import people
from . import goals
from .remedies import advice

#: A proven gap above this share says nothing to a planner; the sentence says so instead of a large per cent.
WIDE_GAP = 0.5
#: How the claim to the plan's quality may stand, where a run says it.
TRUST = ("proven", "cross-checked", "claim")
#: Missed targets that the verdict names.
NAMED = 3


def title(study: Study, say: Speech) -> str:
    """Title of the report."""
    about = study.county.file.county
    return say("headline.title", county=say.name(about), year=about.year)


def subtitle(study: Study, say: Speech) -> str:
    """Scenario, services and day."""
    services = say.listing([say.name(study.county.services[key]) for key in study.scenario.services])
    return say(
        "headline.subtitle",
        scenario=scenario_name(study, say),
        services=services,
        day=_day(str(study.result.get("created", "")), say),
    )


def _day(created: str, say: Speech) -> str:
    try:
        day = date.fromisoformat(created[:10])
    except ValueError:
        return visible(created) or NOTHING
    return say("unit.day", y=day.year, m=day.month, d=day.day)


def scenario_name(study: Study, say: Speech) -> str:
    """The scenario's own name, else the known words for base and baseline."""
    return scenario_title(study.county, study.scenario.name, say)


def scenario_title(county: County, id: str, say: Speech) -> str:
    """Name of a scenario by its id."""
    variation = county.file.scenarios.get(id)
    if variation is not None and (variation.name or variation.name_en):
        return say.name(variation)
    return say.known(f"scenario.{id}", id)


def target_name(target: Target, study: Study, say: Speech) -> str:
    """The target's own name, else what it asks for."""
    return goals.target_name(target, study.county, say)


def warnings(study: Study, say: Speech, assumed: str = "warning.assumptions") -> tuple[str, ...]:
    """What must be read before anything else; ``assumed`` is the sentence on parameters that nobody has verified."""
    about = study.county.file.county
    found = []
    if study.result.get("verdict") != "valid":
        found.append(say("warning.rejected"))
    if about.synthetic:
        note = (about.note_en or about.note) if say.words.lang == "en" else about.note
        found.append(say("warning.synthetic", note=visible(note)).strip())
    elif about.note:
        found.append(visible((about.note_en or about.note) if say.words.lang == "en" else about.note))
    unchecked = sum(
        study.county.file.sources[p.source].status not in ("VERIFIED", "CENSUS", "DERIVED")
        if p.source in study.county.file.sources
        else True
        for p in study.county.provenance
    )
    if unchecked:
        whole = len(study.county.provenance)
        found.append(say.told(assumed, unchecked, n=unchecked, whole=whole))
    return tuple(found)


def verdict(study: Study, say: Speech) -> tuple[str, ...]:
    """The answer in four or five sentences; first, if so, that the search was cut short."""
    if study.result.get("verdict") != "valid":  # nothing else may be claimed of it
        return checker_sentence(study, say), target_sentence(study, say), money_sentence(study, say)
    cut_short = study.result.get("status") in ("time_limit", "memory_limit", "stopped")
    return (
        *((say("headline.cut_short." + str(study.result["status"])),) if cut_short else ()),
        target_sentence(study, say),
        money_sentence(study, say),
        gap_sentence(study, say),
        checker_sentence(study, say),
    )


def target_sentence(study: Study, say: Speech) -> str:
    """Targets met and missed, each missed one with what it lacks."""
    figures = study.measures.targets
    if not figures:
        return say("headline.no_targets")
    known = {t.id: t for t in study.county.file.targets}
    missed = [f for f in figures if not f.met]
    if not missed:
        return say.told("headline.all_met", len(figures), n=len(figures))
    names = [
        say(
            "headline.missed_one",
            name=target_name(known[f.id], study, say),
            lack=goals.lacking(known[f.id], f, study.county, say),
        )
        for f in missed[:NAMED]
    ]
    if len(missed) > NAMED:
        names.append(say("headline.and_more", n=len(missed) - NAMED))
    met = say.some("met", len(figures) - len(missed))
    return say(
        "headline.missed", n=len(figures), met=met, missed=say.some("missed", len(missed)), names=say.listing(names)
    )


def money_sentence(study: Study, say: Speech) -> str:
    """Capital used and left; running cost against its budget."""
    m = study.measures
    left = m.capital_available - m.capital
    if m.capital_available == 0:
        text = say("headline.money_none")
    else:
        used, available = say.money(m.capital), say.money(m.capital_available)
        text = say("headline.money", used=used, available=available, left=say.money(left)) + _where_left(study, say)
    if m.running_available is None:
        return text + say("headline.running", running=say.money(m.running))
    text += say("headline.running_of", running=say.money(m.running), budget=say.money(m.running_available))
    return text + _cannot_run(study, say, m.running_available - m.running)


def _cannot_run(study: Study, say: Speech, left: int) -> str:
    """Where a site that would help could be paid for, and not run: why money for building is left."""
    if study.result.get("verdict") != "valid":
        return ""
    offers = [(r.offer, r.left) for r in advice(study).remedies if r.offer]
    held_back = any(offer.capital <= fund and offer.running > left for offer, fund in offers)
    return say("headline.cannot_run", left=say.money(left)) if held_back else ""


def _where_left(study: Study, say: Speech) -> str:
    """Where targets are missed beside money that is left: the fund that holds most of it, and what it may pay."""
    m, services = study.measures, study.county.services
    held = {id: sum(a for _, a in rows) - sum(u for u, _ in rows) for id, rows in m.fund_by_phase.items()}
    if all(t.met for t in m.targets) or not any(held.values()):
        return ""
    most = max(held, key=lambda id: held[id])
    fund = next(f for f in study.county.file.funds if f.id == most)
    pays = [say.name(services[key]) for key in study.scenario.services if key in fund.pays]
    if len(pays) == len(study.scenario.services):
        return ""
    values = {"fund": say.name(fund), "left": say.money(held[most]), "services": say.listing(pays)}
    return say("headline.left_in", **values)


def gap_sentence(study: Study, say: Speech) -> str:
    """How much better any plan could be; no promise where nothing was proved."""
    result = study.result
    gaps = [s.get("gap") for s in result.get("stages", ()) if str(s.get("name", "")).startswith("tier")]
    text = _aim_sentence(study, say)
    if result.get("gap") is None or result.get("status") == "heuristic" or all(gap == 0 for gap in gaps):
        return text
    if any(gap is None or gap > WIDE_GAP for gap in gaps):
        return text + say("headline.tiers_unproved")
    return text + say("headline.tiers_gap", percent=_up(max(gaps)))


def _aim_sentence(study: Study, say: Speech) -> str:
    """How far the first aim is from the best that any plan could have."""
    result = study.result
    aim = result.get("aim", "worth")
    gap, bound = result.get("gap"), result.get("bound")
    if result.get("status") == "heuristic":
        return say("headline.gap_unknown")
    if gap is None or bound is None:
        return say("headline.gap_unproved")
    more = abs(int(bound) - int(result.get("objective", bound)))
    if gap <= 0 or more <= 0:
        return say("headline.gap_none" if aim == "worth" else f"headline.{aim}_none")
    if gap > WIDE_GAP:
        return say("headline.gap_wide")
    percent = _up(gap)
    if aim == "cost":
        years = study.county.file.objective.cost_years
        return say("headline.cost", percent=percent, less=say.money(more), years=years)
    if aim == "travel":
        return say("headline.travel", percent=percent)
    keys = study.scenario.services
    plain = {study.county.services[key].weight for key in keys} == {1} and len(people(study.county, keys)) == len(keys)
    kind = "headline.gap" if plain else "headline.gap_weighted"
    return say(kind, percent=percent, more=say.count(more))


def _up(gap: float) -> str:
    """A gap in per cent, rounded up."""
    return f"{math.ceil(gap * 1000 - 1e-9) / 10:.1f}%"


def checker_sentence(study: Study, say: Speech) -> str:
    """What the independent checker says of the plan."""
    if study.result.get("verdict") != "valid":
        return say("headline.rejected")
    trust = study.result.get("trust")
    if trust == "claim" and study.result.get("gap") == 0:  # "proved" stands just before
        return say("headline.checked") + say("headline.solver_proved")
    if trust == "claim" and study.result.get("gap") is None:  # nothing is claimed
        return say("headline.checked")
    return say("headline.checked") + (say(f"headline.trust.{trust}") if trust in TRUST else "")


def tiles(study: Study, say: Speech) -> tuple[Tile, ...]:
    """The large figures of the first screen."""
    m, before = study.measures, study.before
    met, n = sum(t.met for t in m.targets), len(m.targets)
    found = []
    if n:
        found.append(Tile(say("tile.targets"), f"{met} / {n}", say("tile.targets_note"), "good" if met == n else "bad"))
    counted = people(study.county, study.scenario.services)
    served, was = (sum(figures.services[key].served for key in counted) for figures in (m, before))
    gained = served - was
    found.append(
        Tile(
            say("tile.gain"),
            f"{gained:+,}",
            say("tile.gain_note", before=say.count(was), after=say.count(served)),
            "good" if gained > 0 else "plain",
        )
    )
    built = sum(s.sites_new for s in m.services.values())
    lines = sum(s.sites_new for key, s in m.services.items() if study.county.services[key].family == "line")
    grown = sum(s.sites_expanded for s in m.services.values())
    shut = sum(s.sites_closed for s in m.services.values())
    note = say("tile.built_note", expanded=grown, closed=shut) + (
        say.told("tile.lines", lines, n=lines) if lines else ""
    )
    found.append(Tile(say("tile.built"), say.count(built), note))
    left = say(
        "tile.money_note", available=say.money(m.capital_available), left=say.money(m.capital_available - m.capital)
    )
    found.append(Tile(say("tile.money", unit=say.money_unit), say.amount(m.capital), left))
    return tuple(found)
