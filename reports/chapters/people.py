"""Who is not served and why, and who gains or loses against today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from siting.counties.county import County
from siting.studies.study import Study

from ..nouns import Cell, Columns, Section, Table
from ..speech import Speech
from ..spots import quantity, unit

#: Rows of the longest lists on the page; the tables beside the page hold all of them.
LONGEST = 50


@dataclass(frozen=True)
class Change:
    """Persons of a settlement (kilograms a day, for waste) served by a service today and under the plan."""

    service: str
    settlement: str
    before: int
    after: int

    @property
    def delta(self) -> int:
        """Persons more (or fewer) than today."""
        return self.after - self.before


def changed(study: Study) -> list[Change]:
    """All settlements whose number of people served changes, the largest loss first."""
    was, now = study.before_plan.served(), study.plan.served()
    both = dict.fromkeys((*was, *now))
    changes = [Change(*key, was.get(key, 0), now.get(key, 0)) for key in both if was.get(key, 0) != now.get(key, 0)]
    return sorted(changes, key=lambda c: (c.delta, c.service, c.settlement))


def summed(county: County, amounts: Iterable[tuple[str, int]], say: Speech) -> str:
    """Numbers of several services as one text, each unit added up for itself: people, tonnes a day, settlements."""
    sums = Counter[str]()
    for key, value in amounts:
        sums[unit(county, key)] += value
    parts = [
        say.some(kind, sums[kind] / 1000 if kind == "tpd" else sums[kind])
        for kind in ("persons", "tpd", "settlements")
        if sums[kind]
    ]
    return say.listing(parts or [say.some("persons", 0)])


def unserved(study: Study, say: Speech) -> Section:
    """People without a service: reasons first, then the largest groups village by village."""
    county = study.county
    left = [(u, key) for key, part in study.plan.services.items() for u in part.unserved]
    if not left:
        return Section("unserved", say("section.unserved"), (say("unserved.nobody"),))
    groups: Counter[tuple[str, str]] = Counter()
    villages: Counter[tuple[str, str]] = Counter()
    for u, key in left:
        groups[key, u.reason] += u.persons
        villages[key, u.reason] += 1
    order = {key: n for n, key in enumerate(study.plan.services)}
    reasons: list[tuple[Cell, ...]] = [
        (say.name(county.services[key]), f"reason.{reason}", villages[key, reason], quantity(county, key, persons))
        for (key, reason), persons in sorted(groups.items(), key=lambda item: (order[item[0][0]], -item[1]))
    ]
    amounts = summed(county, ((key, u.persons) for u, key in left), say)
    return Section(
        "unserved",
        say("section.unserved"),
        (say("unserved.intro", amounts=amounts, villages=say.some("pairs", len(left))),),
        (
            say.table(
                "reasons",
                (("service", "text"), ("reason", "code"), ("settlements", "count"), ("persons", "count")),
                reasons,
            ),
            _largest(study, say),
        ),
    )


def _largest(study: Study, say: Speech) -> Table:
    """The settlements with most people left over; of waste, the same share of all."""
    county = study.county
    places = {s.id: s for s in county.settlements}
    left = [(u, key) for key, part in study.plan.services.items() for u in part.unserved]
    left.sort(key=lambda pair: (-weight(county, pair[1], pair[0].persons), pair[1], pair[0].settlement))
    listed: list[tuple[Cell, ...]] = [
        (
            say.name(places[u.settlement]),
            say.town(places[u.settlement].township) or None,
            say.name(county.services[key]),
            quantity(county, key, u.persons),
            f"reason.{u.reason}",
        )
        for u, key in left[:LONGEST]
    ]
    more = len(left) > LONGEST
    note = (
        say("unserved.more", shown=LONGEST, whole=say.count(len(left)))
        if more
        else say("unserved.all", whole=len(left))
    )
    columns: Columns = (
        ("settlement", "text"), ("township", "text"), ("service", "text"), ("persons", "count"), ("reason", "code"),
    )  # fmt: skip
    return say.table("unserved", columns, listed, note=note, optional=("township",))


def weight(county: County, key: str, persons: int) -> int:
    """How large a group is beside those of other services: persons; kilograms and settlements count as residents would.

    A kilogram a day is what about one person leaves; a settlement that is not served stands before all of them.
    """
    return persons if unit(county, key) != "settlements" else persons * 1_000_000


def changes(study: Study, say: Speech) -> Section:
    """Who gains and who loses."""
    county = study.county
    found = changed(study)
    losses = [c for c in found if c.delta < 0]
    gains = [c for c in found if c.delta > 0]
    summary: list[tuple[Cell, ...]] = []
    for key in study.plan.services:
        up, down = [c for c in gains if c.service == key], [c for c in losses if c.service == key]
        gain, lose = sum(c.delta for c in up), -sum(c.delta for c in down)
        name = say.name(county.services[key])
        summary.append((name, len(up), quantity(county, key, gain), len(down), quantity(county, key, lose)))
    columns: Columns = (
        ("service", "text"), ("gain_villages", "count"), ("gain", "count"), ("lose_villages", "count"),
        ("lose", "count"),
    )  # fmt: skip
    tables = [say.table("changes", columns, summary)]
    if losses:
        tables.append(_losers(losses, study, say))
    gained = summed(county, ((c.service, c.delta) for c in gains), say)
    lost = summed(county, ((c.service, -c.delta) for c in losses), say)
    sentence = "changes.losers" if losses else "changes.none_lose"
    villages = say.some("pairs", len(losses))
    return Section(
        "changes", say("section.changes"), (say(sentence, gain=gained, lose=lost, villages=villages),), tuple(tables)
    )


def _losers(losses: list[Change], study: Study, say: Speech) -> Table:
    county = study.county
    places = {s.id: s for s in county.settlements}
    why = {
        (key, u.settlement): f"reason.{u.reason}" for key, part in study.plan.services.items() for u in part.unserved
    }
    rows: list[tuple[Cell, ...]] = [
        (
            say.name(places[c.settlement]),
            say.town(places[c.settlement].township) or None,
            say.name(county.services[c.service]),
            quantity(county, c.service, c.before),
            quantity(county, c.service, c.after),
            quantity(county, c.service, -c.delta),
            why.get((c.service, c.settlement)),
        )
        for c in losses[:LONGEST]
    ]
    return say.table(
        "losers",
        (("settlement", "text"), ("township", "text"), ("service", "text"), ("served_before", "count"),
         ("served_after", "count"), ("lose", "count"), ("reason", "code")),
        rows,
        note=say("losers.more", shown=LONGEST, whole=len(losses)) if len(losses) > LONGEST else "",
        optional=("township", "reason"),
    )  # fmt: skip
