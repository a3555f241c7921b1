"""Why these sites: what would be lost without each, which could be spared, and which others would do as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from siting.counties.rows import Settlement
from siting.problems.posing import pose
from siting.studies.reasons import Reason, Reasons
from siting.studies.standins import StandIn, StandIns
from siting.studies.study import Study

from .. import roads
from ..nouns import Cell, Columns, Section, Table
from ..rows import amounts, ascii_unit
from ..speech import Speech, travelled, visible
from ..spots import Spot, every, quantity, unit, way
from . import goals
from .results import host

#: Rows on the page; reasons.csv holds all of them.
SHOWN = 40


@dataclass(frozen=True)
class Answer:
    """A site that the plan builds or enlarges, why, and what could stand in for it (the best first)."""

    reason: Reason
    stand_ins: tuple[StandIn, ...]

    @property
    def as_good(self) -> bool:
        """Whether another site would serve as many, no target lost."""
        return bool(self.stand_ins) and self.stand_ins[0].gain >= 0


@lru_cache(maxsize=2)
def reckoning(study: Study) -> Reasons:
    """What can be asked about the sites of ``study``; made once for all formats."""
    problem = pose(study.county, roads.times(study.county), study.scenario)
    return Reasons(problem, study.plan, study.measures)


@lru_cache(maxsize=2)
def answers(study: Study) -> tuple[Answer, ...]:
    """An answer for every site that the plan builds or enlarges, those that most people need first."""
    found = reckoning(study)
    others = StandIns(found)
    return tuple(Answer(reason, others.of(reason)) for reason in found.changed())


def reasons(study: Study, say: Speech) -> Section | None:
    """The chapter; none where nothing is built."""
    told = answers(study)
    if not told:
        return None
    needed = sum(a.reason.needed for a in told)
    sentences = [say("reasons.intro", whole=say.some("sites", len(told)), needed=say.count(needed))]
    if needed < len(told):
        money = say.money(sum(a.reason.capital for a in told if not a.reason.needed))
        sentences.append(say("reasons.spare", n=say.some("sites", len(told) - needed), capital=money))
    alike = sum(a.as_good for a in told)
    near = sum(bool(a.stand_ins) for a in told) - alike
    if alike and near:
        sentences.append(say("reasons.stand_ins", alike=say.some("sites", alike), near=say.count(near)))
    elif alike:
        sentences.append(say("reasons.alike", alike=say.some("sites", alike)))
    elif near:
        sentences.append(say("reasons.near", near=say.some("sites", near)))
    else:
        sentences.append(say("reasons.no_stand_ins"))
    if any(a.stand_ins and a.stand_ins[0].gain > 0 for a in told):
        sentences.append(say("reasons.better"))
    sentences.append(say("reasons.rule"))
    tables = (
        _services(study, told, say),
        _needed(study, told, say),
        _spare(study, told, say),
        *_others(study, told, say),
    )
    return Section("reasons", say("section.reasons"), tuple(sentences), tuple(t for t in tables if t.rows))


def _services(study: Study, told: tuple[Answer, ...], say: Speech) -> Table:
    """How many sites of each service are needed, and how many have a stand-in."""
    changed, needed, alike, near = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for a in told:
        key = a.reason.service
        changed[key] += 1
        needed[key] += a.reason.needed
        alike[key] += a.as_good
        near[key] += bool(a.stand_ins) and not a.as_good
    rows: list[tuple[Cell, ...]] = [
        (say.name(study.county.services[key]), changed[key], needed[key], changed[key] - needed[key], alike[key],
         near[key])
        for key in study.plan.services
        if changed[key]
    ]  # fmt: skip
    columns: Columns = (
        ("service", "text"), ("changed_sites", "count"), ("needed_sites", "count"), ("spare_sites", "count"),
        ("alike", "count"), ("near_ties", "count"),
    )  # fmt: skip
    return say.table("reasons_services", columns, rows)


class _Names:
    """Names and places of the sites of a study."""

    def __init__(self, study: Study, say: Speech) -> None:
        self.study, self.say = study, say
        self.spots: dict[tuple[str, str], Spot] = every(study.county, list(study.plan.services))
        self.places: Mapping[str, Settlement] = {s.id: s for s in study.county.settlements}

    def site(self, service: str, site: str) -> str:
        """Name of a site."""
        return self.say.name(self.spots[service, site])

    def first(self, reason: Reason) -> tuple[Cell, ...]:
        """Site, service, place and action."""
        spot = self.spots[reason.service, reason.opening.site]
        service = self.say.name(self.study.county.services[reason.service])
        return self.say.name(spot), service, host(spot, self.places, self.say), f"action.{reason.opening.action}"

    def targets(self, reason: Reason) -> str | None:
        """Names of the targets that would be missed."""
        county = self.study.county
        names = [goals.target_name(goals.target_of(county, id), county, self.say) for id in reason.missed]
        return self.say.listing(names) or None


def ids(table: str, study: Study) -> tuple[str, ...]:
    """The ids of the sites in the rows of one of these tables, in their order."""
    told = answers(study)
    others = [r for r, _ in _best_others(told)]
    ranked = {
        "reasons_needed": _most_needed(told),
        "reasons_spare": _dearest_spare(told),
        "stand_ins": [r for r in others if not _is_line(r, study)],
        "line_stand_ins": [r for r in others if _is_line(r, study)],
    }
    return tuple(r.opening.site for r in ranked.get(table, []))


def _is_line(reason: Reason, study: Study) -> bool:
    return study.county.services[reason.service].family == "line"


def _most_needed(told: tuple[Answer, ...]) -> list[Reason]:
    return sorted((a.reason for a in told if a.reason.needed), key=lambda r: (not r.missed, -r.lost))


def _dearest_spare(told: tuple[Answer, ...]) -> list[Reason]:
    return sorted((a.reason for a in told if not a.reason.needed), key=lambda r: (-r.capital, -r.running))


def _best_others(told: tuple[Answer, ...]) -> list[tuple[Reason, StandIn]]:
    found = [(a.reason, a.stand_ins[0]) for a in told if a.stand_ins]
    return sorted(found, key=lambda pair: (-pair[1].gain, pair[1].capital, pair[0].service, pair[0].opening.site))


def _needed(study: Study, told: tuple[Answer, ...], say: Speech) -> Table:
    names, county = _Names(study, say), study.county
    found = _most_needed(told)
    rows: list[tuple[Cell, ...]] = [
        (
            *names.first(r), quantity(county, r.service, r.users),
            quantity(county, r.service, r.lost) if r.lost else None, also(r, study, say), r.capital,
            _each(r, study), names.targets(r),
        )
        for r in found[:SHOWN]
    ]  # fmt: skip
    columns: Columns = (
        ("site", "text"), ("service", "text"), ("place", "text"), ("action", "code"), ("users", "count"),
        ("lost_people", "count"), ("also_lost", "text"), ("capital", "money"), ("capital_each", "count"),
        ("missed_targets", "text"),
    )  # fmt: skip
    note = say.listed("reasons", len(found), SHOWN)
    whole = say.table("reasons_needed", columns, rows, note=note, optional=("also_lost", "missed_targets"))
    base = county.file.money.base
    money = ascii_unit(base) if say.words.lang == "en" else visible(base)
    heads = (replace(c, title=say("unit.in", what=c.title, unit=money)) if c.key == "capital_each" else c
             for c in whole.columns)  # fmt: skip
    return replace(whole, columns=tuple(heads))


def _each(r: Reason, study: Study) -> int | None:
    """Capital in base units for each person who would be left; only where persons are counted."""
    counted = unit(study.county, r.service) == "persons"
    return round(r.capital / r.lost) if counted and r.lost and r.capital else None


def also(reason: Reason, study: Study, say: Speech) -> str | None:
    """Losses in other services."""
    county = study.county
    others = [loss for loss in reason.losses if loss.service != reason.service]
    texts = [
        f"{say.name(county.services[o.service])} {say.quantity(quantity(county, o.service, o.persons))}" for o in others
    ]
    return say.listing(texts) or None


def _spare(study: Study, told: tuple[Answer, ...], say: Speech) -> Table:
    """Sites without which nobody would be left: the dearest first."""
    names, county = _Names(study, say), study.county
    found = _dearest_spare(told)
    rows: list[tuple[Cell, ...]] = [
        (
            *names.first(r), quantity(county, r.service, r.users), r.capital, r.running,
            travelled(r.farther, way(county.services[r.service], r.access).by_time) if r.farther else None,
        )
        for r in found[:SHOWN]
    ]  # fmt: skip
    columns: Columns = (
        ("site", "text"), ("service", "text"), ("place", "text"), ("action", "code"), ("users", "count"),
        ("capital", "money"), ("running", "money"), ("farther_else", "seconds"),
    )  # fmt: skip
    note = say.listed("reasons", len(found), SHOWN)
    if any(row[-1] is not None for row in rows):
        note = f"{note}{say('reasons.farther_note')}"
    return say.table("reasons_spare", columns, rows, note=note, optional=("farther_else",))


def _others(study: Study, told: tuple[Answer, ...], say: Speech) -> tuple[Table, Table]:
    """The best stand-in of each site that has one, and of each line: lines have long names and no place."""
    names = _Names(study, say)
    found = _best_others(told)
    lines = [pair for pair in found if _is_line(pair[0], study)]
    sites = [pair for pair in found if not _is_line(pair[0], study)]
    return _exchanges("stand_ins", "site", "stand_in", sites, names), _exchanges(
        "line_stand_ins", "line", "line_stand_in", lines, names
    )


def _exchanges(id: str, what: str, other: str, found: list[tuple[Reason, StandIn]], names: _Names) -> Table:
    """Exchanges of one for another; lines of a single service need not name it."""
    county, say = names.study.county, names.say
    plain = what == "line" and len({r.service for r, _ in found}) == 1
    rows: list[tuple[Cell, ...]] = []
    for r, s in found[:SHOWN]:
        site, service, place, _ = names.first(r)
        rows.append(
            (site, None if plain else service, place, quantity(county, r.service, r.users),
             names.site(r.service, s.site), quantity(county, r.service, s.gain), s.capital, s.running)
        )  # fmt: skip
    columns: Columns = (
        (what, "text"), ("service", "text"), ("place", "text"), ("users", "count"), (other, "text"),
        ("gain_people", "count"), ("more_capital", "money"), ("more_running", "money"),
    )  # fmt: skip
    note = say.listed("reasons", len(found), SHOWN)
    return say.table(id, columns, rows, note=note, optional=("service", "place"))


def reason_rows(study: Study) -> list[dict[str, Any]]:
    """Every site that the plan builds or enlarges as a row of plain values: money in base units."""
    county, base = study.county, ascii_unit(study.county.file.money.base)
    rows = []
    for a in answers(study):
        r, best = a.reason, a.stand_ins[0] if a.stand_ins else None
        by_time = way(county.services[r.service], r.access).by_time
        row: dict[str, Any] = {
            "service": r.service,
            "site": r.opening.site,
            "action": r.opening.action,
            "phase": r.opening.phase,
            **amounts(county, r.service, r.users, "users_"),
            **amounts(county, r.service, r.lost, "lost_"),
            "lost_in_other_services": " ".join(o.service for o in r.losses if o.service != r.service),
            "missed_targets": " ".join(r.missed),
            "needed": int(r.needed),
            f"capital_{base}": r.capital,
            f"running_{base}_per_year": r.running,
            "farther_s": round(r.farther, 1) if r.farther is not None and by_time else None,
            "farther_m": round(r.farther, 1) if r.farther is not None and not by_time else None,
            "stand_in": visible(best.site) if best else "",
            "stand_in_size": best.size if best else "",
            **amounts(county, r.service, best.gain if best else None, "stand_in_gain_"),
            f"stand_in_capital_{base}": best.capital if best else None,
        }
        rows.append(row)
    return rows
