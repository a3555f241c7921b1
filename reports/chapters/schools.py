"""Sites that are closed and people who travel farther than today: how many, from where to where, by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from siting.plan import Assignment
from siting.studies.study import Study

from ..nouns import Cell, Columns, Section, Table
from ..speech import Speech, travelled
from ..spots import quantity, serving, way
from .results import host

#: Rows on the page; moves.csv holds all of them.
SHOWN = 40


@dataclass(frozen=True)
class Move:
    """People of a settlement who travel farther than today; means over those served, in seconds or metres."""

    service: str
    settlement: str
    persons: int
    before: float
    after: float
    by_time: bool
    sites_before: tuple[str, ...]
    sites_after: tuple[str, ...]
    boarders: int
    by_line: int
    closed: bool

    @property
    def more(self) -> float:
        """By how much they travel farther."""
        return self.after - self.before


def moves(study: Study) -> list[Move]:
    """All who travel farther to a catchment service, the farthest first; only ways in the same unit are compared."""
    found = []
    for key, part in study.plan.services.items():
        service = study.county.services[key]
        if service.family != "catchment":
            continue
        by_time = service.access[0].by_time
        was, now = (_ways(p.services[key].assignments) for p in (study.before_plan, study.plan))
        closed = set(part.closed)
        for settlement in sorted(was.keys() & now.keys()):
            old, new = was[settlement], now[settlement]
            units = {way(service, a.access).by_time for a in (*old, *new)}
            if units != {by_time} or _mean(new) <= _mean(old):
                continue
            kinds = [(way(service, a.access).kind, a.persons) for a in new]
            found.append(
                Move(
                    key,
                    settlement,
                    sum(a.persons for a in new),
                    _mean(old),
                    _mean(new),
                    by_time,
                    _sites(old),
                    _sites(new),
                    sum(n for kind, n in kinds if kind == "boarding"),
                    sum(n for kind, n in kinds if kind == "line"),
                    any(a.site in closed for a in old),
                )
            )
    return sorted(found, key=lambda m: (not m.closed, -m.more, m.service, m.settlement))


def _ways(assignments: Sequence[Assignment]) -> dict[str, list[Assignment]]:
    found: dict[str, list[Assignment]] = {}
    for a in assignments:
        found.setdefault(a.settlement, []).append(a)
    return found


def _mean(ways: Sequence[Assignment]) -> float:
    return sum(a.persons * a.travel for a in ways) / sum(a.persons for a in ways)


def _sites(ways: Sequence[Assignment]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a.site for a in ways))


def schools(study: Study, say: Speech) -> Section | None:
    """Closed sites with those who went there, then all who travel farther."""
    found = moves(study)
    closed = _closed(study, say)
    if not closed.rows and not found:
        return None
    persons = sum(m.persons for m in found)
    sentence = say(
        "schools.intro" if closed.rows else "schools.intro_none",
        closed=say.some("sites", len(closed.rows)),
        persons=say.some("persons", persons),
        villages=say.some("settlements", len({m.settlement for m in found})),
    )
    tables = tuple(table for table in (closed, _moves(found, study, say, SHOWN)) if table.rows)
    return Section("closings", say("section.closings"), (sentence,), tables)


def all_moves(study: Study, say: Speech) -> Table:
    """Everybody who travels farther, for a workbook, which has room for all."""
    found = moves(study)
    return _moves(found, study, say, len(found))


def _closed(study: Study, say: Speech) -> Table:
    county = study.county
    places = {p.id: p for p in county.settlements}
    rows: list[tuple[Cell, ...]] = []
    for key, part in study.plan.services.items():
        service = county.services[key]
        by_time = service.access[0].by_time
        spots = {spot.id: spot for spot in serving(county, key)}
        now = _ways(part.assignments)
        for site in part.closed:
            old = [a for a in study.before_plan.services[key].assignments if a.site == site]
            new = [a for i in dict.fromkeys(a.settlement for a in old) for a in now.get(i, ())]
            same = [a for a in new if way(service, a.access).by_time == by_time]
            went = sum(a.persons for a in old)
            alike = [a for a in old if way(service, a.access).by_time == by_time]
            rows.append(
                (
                    say.name(service), say.name(spots[site]), host(spots[site], places, say),
                    quantity(county, key, went),
                    say.listing([say.name(spots[i]) for i in _sites(new)][:4]) or None,
                    travelled(_mean(alike), by_time) if alike else None,
                    travelled(_mean(same), by_time) if same else None,
                    travelled(max(a.travel for a in same), by_time) if same else None,
                    sum(a.persons for a in new if way(service, a.access).kind == "boarding") or None,
                    sum(a.persons for a in new if a.line) or None,
                )
            )  # fmt: skip
    columns: Columns = (
        ("service", "text"), ("closed_site", "text"), ("place", "text"), ("went", "count"), ("now_at", "text"),
        ("mean_before", "seconds"), ("mean_after", "seconds"), ("farthest", "seconds"), ("boarders", "count"),
        ("by_line", "count"),
    )  # fmt: skip
    return say.table("closed", columns, rows, note=say("closed.note"), optional=("boarders", "by_line"))


def _moves(found: list[Move], study: Study, say: Speech, most: int) -> Table:
    county = study.county
    places = {p.id: p for p in county.settlements}
    names = {(key, spot.id): say.name(spot) for key in study.plan.services for spot in serving(county, key)}
    rows: list[tuple[Cell, ...]] = [
        (
            say.name(places[m.settlement]), say.town(places[m.settlement].township) or None,
            say.name(county.services[m.service]), m.persons,
            say.listing([names[m.service, i] for i in m.sites_before]),
            say.listing([names[m.service, i] for i in m.sites_after]), travelled(m.before, m.by_time),
            travelled(m.after, m.by_time), travelled(m.more, m.by_time), m.boarders or None, m.by_line or None,
            "moved.closed" if m.closed else "moved.other",
        )
        for m in found[:most]
    ]  # fmt: skip
    columns: Columns = (
        ("settlement", "text"), ("township", "text"), ("service", "text"), ("persons", "count"),
        ("site_before", "text"), ("site_after", "text"), ("mean_before", "seconds"), ("mean_after", "seconds"),
        ("farther", "seconds"), ("boarders", "count"), ("by_line", "count"), ("why", "code"),
    )  # fmt: skip
    note = say.listed("moves", len(found), most)
    return say.table("moves", columns, rows, note=note, optional=("township", "boarders", "by_line"))


def move_rows(study: Study) -> list[dict[str, object]]:
    """Everybody who travels farther, as rows of plain values."""
    places = {p.id: p for p in study.county.settlements}
    return [
        {
            "service": m.service,
            "settlement": m.settlement,
            "settlement_name": places[m.settlement].name,
            "township": places[m.settlement].township,
            "persons": m.persons,
            "sites_before": ";".join(m.sites_before),
            "sites_after": ";".join(m.sites_after),
            "mean_before_s": round(m.before, 1) if m.by_time else None,
            "mean_after_s": round(m.after, 1) if m.by_time else None,
            "mean_before_m": None if m.by_time else round(m.before, 1),
            "mean_after_m": None if m.by_time else round(m.after, 1),
            "boarders_persons": m.boarders,
            "by_line_persons": m.by_line,
            "their_site_closed": int(m.closed),
        }
        for m in moves(study)
    ]
